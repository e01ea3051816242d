// UNIT_MISMATCH (16): target and actual value of a row are in units that can be compared, and amounts in the report are
// not off by the ten thousand between 元 and 万元; where a row has no points, a figure with its operator is answered by
// one; what is called a rate is no number of people, and words are not answered by a percentage alone (hints). Fires:
// 360天 against 100%; 签约率 24694人; 30万元 against 30元; ≥80% against 均通过省级验收, without points;
// "支出360304万元" beside a table of 110.76万元; "626,380.00元" beside 626380 under 万元 (document 004). Must not:
// ≥50个 against 50, 50个 against 50家, 72890元 against 7.289万元, 已完成100%.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"
#include "scoring/engine/line.h"
#include "scoring/engine/literal/words.h"
#include "scoring/engine/word_list.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace jixiao::scoring {
namespace {

const Decimal kTenThousand(10000);

// Whether a number is so particular that finding it twice is no chance: 62.638 and 626380, not 500 or 120000.
bool IsParticular(const Decimal& number) {
  if (number.scale() > 0) return true;
  std::string digits = number.Abs().ToString();
  while (digits.ends_with('0')) digits.pop_back();
  return digits.size() >= 3;
}

// A report with thousands of such amounts is no report: its first ones show that.
constexpr int kMostInSection = 20;

// Whether a row is called a rate and has a number of things. 频率 is one, and what does not happen has no rate.
bool IsCountOfRate(const IndicatorReading& row, FormText& text) {
  if (row.target.quantities.size() != 1) return false;
  const Quantity& q = row.target.quantities.front();
  if (q.unit.dimension != Dimension::kCount || q.number < Decimal(100)) return false;
  const std::string_view name = text.Level3(row);
  return name.ends_with("率") && !name.ends_with("频率") && !name.ends_with("功率") && !name.ends_with("心率");
}

void CheckRow(const IndicatorReading& row, const CheckInput& input, FindingSink& findings) {
  if (IsCountOfRate(row, input.text))
    findings.AddMild(evaluation::v1::SEVERITY_INFO, row.Path("target"),
                     Cat("“", row.Name(), "”是比率，指标值 ", row.target.quantities.front().ToString(), " 却是数量"),
                     {{"target", row.target.quantities.front().ToString()}});
  if (row.measure.conflict) {
    const auto& [target, actual] = *row.measure.conflict;
    findings.Add(
        row.Path("actual"),
        Cat("“", row.Name(), "”指标值 ", target.ToString(), " 与实际完成值 ", actual.ToString(), " 单位不同，无法比较"),
        {{"target", target.ToString()}, {"actual", actual.ToString()}});
  }
  // With points it is FULL_NOT_MET's, and what is not done NO_REASON's.
  const bool named = row.score || SaysNotDone(row, input.rules);
  if (const Quantity* const asked = named ? nullptr : FigureAnsweredInWords(row))
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("actual"),
                     Cat("“", row.Name(), "”指标值 ", asked->ToString(), "，实际完成值“", Quoted(row.row->actual()),
                         "”没有数字，无从核对"),
                     {{"target", asked->ToString()}, {"actual", std::string(TruncateUtf8(row.actual.text, 300))}});
  for (const Pair& pair : row.measure.pairs) {
    const bool money =
        pair.target.unit.dimension == Dimension::kMoney && pair.actual.unit.dimension == Dimension::kMoney;
    if (!money || pair.target.number.IsZero() || pair.target.number != pair.actual.number ||
        pair.target.unit.factor == pair.actual.unit.factor)
      continue;
    findings.Add(row.Path("actual"),
                 Cat("“", row.Name(), "”指标值 ", pair.target.ToString(), " 与实际完成值 ", pair.actual.ToString(),
                     " 数字相同而单位不同"),
                 {{"target", pair.target.ToString()}, {"actual", pair.actual.ToString()}});
  }
}

// 有所提升 against 100%: the completion rate in the place of what was reached. Said once for all rows. Not where the
// words mean a rate.
void CheckWordsAnsweredByRates(const CheckInput& input, FindingSink& findings) {
  RowList rows;
  for (const IndicatorReading& row : input.reading.indicators) {
    const bool words = !row.target.blank && row.target.quantities.empty() && !row.target.period &&
                       !row.target.malformed && row.tier == nullptr;
    if (!words || row.actual.quantities.size() != 1 || row.is_satisfaction) continue;
    // 合格率: 全部合格, 100%; 应补尽补 is all of them, too.
    const std::string_view name = input.text.Level3(row);
    if (name.ends_with("率") || name.ends_with("程度") || name.ends_with("比例") || row.target.text.starts_with("全") ||
        row.target.text.starts_with("应") || FindWord(row.target.text, "满意") != std::string::npos)
      continue;
    const Quantity& actual = row.actual.quantities.front();
    // Only a percentage, with nothing around it.
    if (actual.unit.dimension != Dimension::kRatio || actual.end ||
        row.actual.text != Cat(actual.number.ToString(), actual.unit_text))
      continue;
    rows.Add(row);
  }
  if (rows.count == 0) return;
  const IndicatorReading* const first = rows.first;
  findings.AddMild(evaluation::v1::SEVERITY_INFO, first->Path("actual"),
                   Cat(rows.Named(), "指标值是文字（“", Quoted(first->row->target()), "”），实际完成值只填了 ",
                       first->actual.text, "，没有写明完成情况"),
                   {{"rows", rows.indices},
                    {"target", std::string(TruncateUtf8(first->target.text, 300))},
                    {"actual", first->actual.text}});
}

// The money of the table, in 万元, and which amounts stand to it as if 元 and 万元 had been mixed up.
class TableMoney {
 public:
  explicit TableMoney(const Execution& e)
      : e_(e),
        scale_(std::max(e.budget.value_or(Decimal()), e.executed.value_or(Decimal()))),
        far_(Decimal::Mul(scale_, Decimal(1000))) {}

  bool IsKnown() const { return scale_ > Decimal() && far_.has_value(); }
  const Decimal& scale() const { return scale_; }

  // `amount` in 万元, `number` as it is written.
  bool IsOff(const Decimal& amount, const Decimal& number) const {
    // Too large for the table as written, but of its size when read in 元.
    if (amount >= *far_) {
      const auto in_yuan = Decimal::MulDiv(amount, Decimal(1), kTenThousand, Decimal::kMaxScale);
      if (in_yuan && *in_yuan <= scale_ + scale_ && *Decimal::Mul(*in_yuan, Decimal(100)) >= scale_) return true;
    }
    // The same digits as in the table, where they would have to be ten thousand times as many: 626,380.00元 beside a
    // table of 626380 in 万元.
    const auto in_table = Decimal::Mul(amount, kTenThousand);
    return in_table && (in_table == e_.budget || in_table == e_.executed) && IsParticular(number);
  }

 private:
  const Execution& e_;
  const Decimal scale_;
  const std::optional<Decimal> far_;
};

// In 万元.
std::optional<Decimal> AmountOf(const Decimal& yuan) {
  return Decimal::MulDiv(yuan, Decimal(1), kTenThousand, Decimal::kMaxScale);
}

// What stands right before the 元 at the end of `text`: a plain number with its multiplier, in digits, behind a word or
// a mark. Nothing for anything else, such as ranges, numbers in words or 单元.
std::optional<std::pair<Decimal, Decimal>> NumberAndYuanBefore(std::string_view text) {
  std::int64_t factor = 1;
  const auto take = [&](std::string_view word, std::int64_t times) {
    if (!text.ends_with(word)) return false;
    text.remove_suffix(word.size());
    factor *= times;
    return true;
  };
  take("万", 10000) || take("亿", 100000000) || take("千", 1000);
  std::size_t start = text.size();
  while (start > 0 && (literal::IsDigit(text[start - 1]) || text[start - 1] == '.')) --start;
  const auto number = Decimal::Parse(text.substr(start));
  if (!number) return std::nullopt;
  // A character before the number that belongs to no number and no range.
  std::string_view before = text.substr(0, start);
  constexpr std::string_view kPlain[] = {"，", "。", "；", "：", "为", "是", "约", "算", "出", "付", "金", "费",
                                         "款", "额", "数", "计", "共", "入", "排", "达", "拨", "行", "余", "资"};
  if (!before.empty() &&
      std::none_of(std::begin(kPlain), std::end(kPlain), [&](auto word) { return before.ends_with(word); }))
    return std::nullopt;
  const auto yuan = Decimal::Mul(*number, Decimal(factor));
  return yuan ? std::optional(std::pair(*number, *yuan)) : std::nullopt;
}

// Whether a text may hold an amount that is off: false only where every 元 stands behind a plain number that is not.
// Most reports are done with that, and are not read as cells are.
bool MayBeOff(std::string_view text, const TableMoney& table) {
  constexpr std::string_view kYuan = "元";
  for (std::size_t at = FindWord(text, kYuan); at != std::string_view::npos;
       at = FindWord(text, kYuan, at + kYuan.size())) {
    const auto found = NumberAndYuanBefore(text.substr(0, at));
    if (!found) return true;
    const auto amount = AmountOf(found->second);
    if (!amount || table.IsOff(*amount, found->first)) return true;
  }
  return false;
}

// Amounts in the report against the table, whose scale is known.
void CheckReport(const FormReading& reading, FindingSink& findings) {
  const Execution e = ExecutionOf(reading);
  const TableMoney table(e);
  if (!table.IsKnown()) return;
  std::vector<Decimal> seen;  // a report says the same amount again and again
  for (int i = 0; i < reading.form->report_size(); ++i) {
    if (!MayBeOff(reading.form->report(i).text(), table)) continue;
    const Literal text = ReadLiteral(reading.form->report(i).text(), reading.form->fiscal_year());
    int found = 0;
    for (const Quantity& q : text.quantities) {
      if (found == kMostInSection) break;
      if (q.unit.dimension != Dimension::kMoney) continue;
      const auto amount = AmountOf(q.Value());
      if (!amount || !table.IsOff(*amount, q.number)) continue;
      if (std::find(seen.begin(), seen.end(), *amount) != seen.end()) continue;
      seen.push_back(*amount);
      ++found;
      findings.Add(Cat("report[", i, "].text"),
                   Cat("报告中的 ", q.ToString(), " 与表内资金（", table.scale().ToString(),
                       " 万元）相差约一万倍，元与万元可能写错"),
                   {{"report", q.ToString()}, {"table", table.scale().ToString() + "万元"}});
    }
  }
}

}  // namespace

void UnitMismatch(const CheckInput& input, FindingSink& findings) {
  for (const IndicatorReading& row : input.reading.indicators) CheckRow(row, input, findings);
  CheckWordsAnsweredByRates(input, findings);
  CheckReport(input.reading, findings);
}

}  // namespace jixiao::scoring
