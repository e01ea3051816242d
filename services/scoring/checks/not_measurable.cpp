// NOT_MEASURABLE (22): the target of a 数量, 时效 or 成本 indicator holds a number, a date or a unit. A number in words
// (每季度一次), a span of time (全年), the budget as a bound (控制在预算内) and a figure in the indicator's name will
// do. Fires: 数量指标 "走访慰问困难党员" (document 000); 时效指标 "适时开展" (document 003). Must not: 质量 and 效益
// indicators; 是 beside 采购价格不高于市场价; rows that carry neither target nor points; a row whose values stand in
// the rows under it.
//
// Nor is anything measured where the points stand in the columns of target and actual value: bare numbers in every row,
// no weight and no score in any, 100 (or 90 without the execution rate) in all. Fires: 20/20, 20/20, 10/10, …
// (document 006). Must not: the same numbers beside weights.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"
#include "scoring/engine/literal/words.h"

#include <optional>

namespace jixiao::scoring {
namespace {

// Whether what begins at the front of `text` makes it measurable. A number in words needs something that it counts:
// 每月一次, 六项清单, 三个月, 一类. 统一, 一般 and 进一步 count nothing.
bool IsMeasureAt(std::string_view text, const Rules::Words& words) {
  if (literal::IsDigit(text[0]) || text[0] == '%') return true;
  if (words.times.LongestAt(text) != WordList::kNone || words.bounds.LongestAt(text) != WordList::kNone) return true;
  return words.numerals.TakeFrom(text) && words.counted.LongestAt(text) != WordList::kNone;
}

bool IsMeasurable(std::string_view folded, const Rules::Words& words) {
  for (; !folded.empty(); literal::SkipChar(folded))
    if (IsMeasureAt(folded, words)) return true;
  return false;
}

// What the bare numbers in the targets add up to, where nothing but points can be meant.
std::optional<Decimal> PointsAsTargets(const FormReading& reading) {
  constexpr int kLeast = 4;  // rows
  const auto bare = [](const Literal& cell) {
    return cell.quantities.size() == 1 && cell.quantities[0].unit_text.empty() && !cell.quantities[0].end &&
           cell.quantities[0].comparison == Comparison::kNone;
  };
  Decimal sum;
  int rows = 0;
  for (const IndicatorReading& row : reading.indicators) {
    if (row.IsEmpty()) continue;
    if (row.weight || row.score || !bare(row.target) || !bare(row.actual) ||
        row.actual.quantities[0].number > row.target.quantities[0].number)
      return std::nullopt;
    sum += row.target.quantities[0].number;
    ++rows;
  }
  const bool whole = sum == Decimal(100) || sum == Decimal(90);
  return rows >= kLeast && whole ? std::optional(sum) : std::nullopt;
}

}  // namespace

void NotMeasurable(const CheckInput& input, FindingSink& findings) {
  constexpr std::size_t kRead = 2048;
  if (const auto points = PointsAsTargets(input.reading))
    findings.Add("indicators",
                 Cat("指标值和实际完成值两列填的是分值和得分（合计 ", points->ToString(), "），没有指标值"),
                 {{"sum", points->ToString()}});
  for (const IndicatorReading& row : input.reading.indicators) {
    if (row.IsEmpty() || !(row.is_cost || row.is_timing || row.is_quantity)) continue;
    // Without points a blank target only means that the form does not carry one.
    if (row.target.blank && !row.weight && !row.score) continue;
    if (!row.target.quantities.empty() || row.target.period || row.target.malformed) continue;
    if (IsMeasurable(TruncateUtf8(row.target.text, kRead), input.rules.words)) continue;
    if (IsMeasurable(RowNameIn(input.text.Level3(row)), input.rules.words)) continue;
    if (!RowsUnder(input.reading, row).empty()) continue;
    findings.Add(row.Path("target"),
                 row.target.blank
                     ? Cat("“", row.Name(), "”没有填写指标值")
                     : Cat("“", row.Name(), "”的指标值“", Quoted(row.row->target()), "”没有数字、日期或单位，无法衡量"),
                 {{"target", std::string(TruncateUtf8(row.target.text, 300))}, {"level2", std::string(row.level2)}});
  }
}

}  // namespace jixiao::scoring
