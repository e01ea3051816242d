#include "scoring/engine/reading.h"

#include "common/text.h"
#include "scoring/engine/literal/fold.h"
#include "scoring/engine/literal/words.h"
#include "scoring/engine/measure.h"

#include <algorithm>
#include <utility>

namespace jixiao::scoring {
namespace {

constexpr std::string_view kPartMark = "其中";

bool HasDigit(std::string_view folded) {
  return folded.find_first_of("0123456789") != std::string_view::npos;
}

// 1.按收入性质分, 按资金来源划分: forms of whole departments split their money once by each.
bool HeadsSplit(std::string_view folded) {
  folded.remove_prefix(std::min(folded.find_first_not_of("0123456789.()"), folded.size()));
  literal::Take(folded, "、");
  if (!folded.starts_with("按")) return false;
  const std::string_view heading = folded.substr(0, folded.find(':'));
  constexpr std::string_view kBy[] = {"性质", "来源", "类别", "类型", "用途", "渠道", "级次", "科目"};
  return (heading.ends_with("分") || heading.ends_with("分类") || heading.ends_with("分为")) &&
         std::ranges::any_of(kBy, [&](std::string_view by) { return heading.find(by) != std::string_view::npos; });
}

// Points, or a share of all of them: 20%.
std::optional<Decimal> ReadWeight(std::string_view cell, const Rules& rules) {
  if (const auto points = ReadPoints(cell); points || cell.empty()) return points;
  const auto share = ReadRate(cell);
  if (!share || !share->percent || share->malformed) return std::nullopt;
  return Decimal::MulDiv(share->number, rules.total_weight, Decimal(100), Decimal::kMaxScale);
}

// Whether the other rows add up to this one in every column that it and any of them has, and in one at least.
bool AddsUpFrom(const std::vector<FundReading>& funds, const FundReading& row) {
  bool any = false;
  for (const auto column : {&FundReading::initial_budget, &FundReading::budget, &FundReading::executed}) {
    const std::optional<Decimal>& total = row.*column;
    Decimal sum;
    int parts = 0;
    for (const FundReading& fund : funds) {
      if (&fund == &row || !(fund.*column) || (fund.*column)->IsZero()) continue;
      sum += *(fund.*column);
      ++parts;
    }
    if (!total || parts == 0) continue;
    if (*total != sum) return false;
    any = any || parts > 1;  // of two rows of the same amount neither need be the total
  }
  return any;
}

void ReadFunds(FormReading& reading, const Rules& rules) {
  const evaluation::v1::SelfEvaluation& form = *reading.form;
  const bool ten_thousand = form.amount_unit() != evaluation::v1::AMOUNT_UNIT_YUAN;
  reading.funds.reserve(static_cast<std::size_t>(form.funds_size()));
  for (int i = 0; i < form.funds_size(); ++i) {
    const evaluation::v1::FundLine& line = form.funds(i);
    FundReading& fund = reading.funds.emplace_back();
    fund.line = &line;
    fund.index = i;
    FoldTo(line.name(), fund.name);
    while (fund.name.ends_with(':')) fund.name.pop_back();
    fund.heads_split = HeadsSplit(fund.name);
    fund.names_split = fund.heads_split && fund.name.find(':') == std::string::npos;
    fund.initial_budget = ReadAmount(line.initial_budget(), ten_thousand);
    fund.budget = ReadAmount(line.full_year_budget(), ten_thousand);
    // Only where nothing is written: 7,00.0,77 is a full-year budget that cannot be read.
    if (!fund.budget && !HasDigit(Fold(line.full_year_budget()))) fund.budget = fund.initial_budget;
    fund.executed = ReadAmount(line.executed(), ten_thousand);
    fund.weight = ReadWeight(line.weight(), rules);
    fund.score = ReadPoints(line.score());
    fund.rate = ReadRate(line.execution_rate());
  }
  // The total: by its name; else the row before the first 其中; else the only row; else the first or the last row when
  // it is what all others add up to.
  auto total = std::find_if(reading.funds.begin(), reading.funds.end(),
                            [&](const FundReading& f) { return rules.IsFundTotal(f.name); });
  if (total == reading.funds.end()) {
    const auto part = std::find_if(reading.funds.begin(), reading.funds.end(),
                                   [](const FundReading& f) { return f.name.starts_with(kPartMark); });
    if (part != reading.funds.end() && part != reading.funds.begin())
      total = part - 1;
    else if (reading.funds.size() == 1 || (!reading.funds.empty() && AddsUpFrom(reading.funds, reading.funds.front())))
      total = reading.funds.begin();
    else if (!reading.funds.empty() && AddsUpFrom(reading.funds, reading.funds.back()))
      total = reading.funds.end() - 1;
  }
  if (total == reading.funds.end()) return;
  reading.total_fund = &*total;
  const FundReading* pointed = nullptr;  // the only part with points
  int with_points = 0;
  for (FundReading& fund : reading.funds) {
    fund.is_part = &fund != reading.total_fund && !rules.IsFundTotal(fund.name);
    if (!fund.is_part || !(fund.weight || fund.score)) continue;
    pointed = &fund;
    ++with_points;
  }
  // Some forms (Chongqing's) print the points of the execution on 其中：财政拨款 only.
  if (with_points == 1 && !total->weight && !total->score) {
    total->weight = pointed->weight;
    total->score = pointed->score;
    total->points_from = pointed;
  }
}

void ReadIndicators(FormReading& reading, const Rules& rules) {
  const evaluation::v1::SelfEvaluation& form = *reading.form;
  reading.indicators.Start(static_cast<std::size_t>(form.indicators_size()));
  std::string_view level1;
  std::string_view level2;
  std::string_view class_level1;  // the names that `indicator_class` was found for
  std::string_view class_level2;
  const CompiledClass* indicator_class = nullptr;
  const CompiledClass* level2_class = nullptr;
  bool is_cost = false;
  bool is_timing = false;
  bool is_quantity = false;
  bool is_satisfaction = false;
  for (int i = 0; i < form.indicators_size(); ++i) {
    const evaluation::v1::Indicator& row = form.indicators(i);
    if (!row.level1().empty()) {
      if (row.level1() != level1) level2 = {};
      level1 = row.level1();
    }
    if (!row.level2().empty()) level2 = row.level2();
    if (i == 0 || level1 != class_level1 || level2 != class_level2) {
      class_level1 = level1;
      class_level2 = level2;
      const literal::Folded folded1(level1);
      const literal::Folded folded2(level2);
      indicator_class = rules.ClassOf(folded1.text(), folded2.text());
      level2_class = rules.ClassNamed(folded2.text());
      is_cost = folded1.text().find("成本") != std::string_view::npos ||
                folded2.text().find("成本") != std::string_view::npos;
      is_timing = folded2.text().find("时效") != std::string_view::npos;
      is_quantity = FindWord(level2, "数量") != std::string_view::npos;
      is_satisfaction = FindWord(level2, "满意") != std::string_view::npos;
    }
    IndicatorReading& indicator = reading.indicators.Add();
    indicator.row = &row;
    indicator.index = i;
    indicator.level1 = level1;
    indicator.level2 = level2;
    indicator.indicator_class = indicator_class;
    indicator.level2_class = level2_class;
    indicator.is_cost = is_cost;
    indicator.is_timing = is_timing;
    indicator.is_quantity = is_quantity;
    indicator.is_satisfaction = is_satisfaction;
    ReadLiteral(row.target(), form.fiscal_year(), indicator.target);
    ReadLiteral(row.actual(), form.fiscal_year(), indicator.actual);
    indicator.left_out = rules.skip_rows_without_target && indicator.target.blank &&
                         !ReadLiteral(row.approved_target(), form.fiscal_year()).blank;
    const bool read = !indicator.left_out;
    indicator.weight = read ? ReadWeight(row.weight(), rules) : std::nullopt;
    indicator.score = read ? ReadPoints(row.score()) : std::nullopt;
    indicator.completion = read ? ReadRate(row.completion_rate()) : std::nullopt;
    indicator.tier = rules.TierOf(indicator.actual.text);
    indicator.reason_blank =
        row.deviation_reason().empty() || rules.IsFiller(literal::Folded(row.deviation_reason()).text());
    CompareRow(indicator, rules);
  }
}

// The number that a total cell starts with (`96 优`, `98分`), and the grade word behind it.
void ReadTotal(FormReading& reading, const Rules& rules) {
  const Literal total = ReadLiteral(reading.form->total_score(), 0);
  if (!total.quantities.empty()) reading.declared_total = total.quantities.front().number;
  if (const Literal grade = ReadLiteral(reading.form->grade(), 0); !grade.blank) {
    reading.declared_grade = rules.GradeNamed(grade.text);
    reading.declared_grade_text = grade.text;
    reading.declared_grade_path = "grade";
    return;
  }
  // Behind the number only: a word somewhere in a sentence grades nothing.
  std::string_view word = total.text;
  while (!word.empty() && word.front() >= 0 &&
         std::string_view("0123456789.;()/-").find(word.front()) != std::string_view::npos)
    word.remove_prefix(1);
  if (word.starts_with("分")) word.remove_prefix(std::string_view("分").size());
  while (!word.empty() && std::string_view("(;:").find(word.front()) != std::string_view::npos) word.remove_prefix(1);
  while (!word.empty() && std::string_view(");").find(word.back()) != std::string_view::npos) word.remove_suffix(1);
  if (const CompiledGrade* found = rules.GradeNamed(word)) {
    reading.declared_grade = found;
    reading.declared_grade_text = word;
    reading.declared_grade_path = "total_score";
  }
}

}  // namespace

std::optional<Decimal> FundReading::ExecutionPercent() const {
  if (!budget || !executed || budget->IsZero()) return std::nullopt;
  return Decimal::MulDiv(*executed, Decimal(100), *budget, 2);
}

std::string FundReading::Path(std::string_view cell) const {
  return Cat("funds[", index, "].", cell);
}

std::optional<Decimal> Pair::Percent() const {
  return Decimal::MulDiv(b, Decimal(100), a, 2);
}

bool Pair::IsMissedFromAbove() const {
  return IsUpperBound() || (comparison == Comparison::kEqual && (b > a || a.IsZero()));
}

bool Pair::IsPercentage() const {
  const bool bare = target.unit.dimension == Dimension::kNone;
  return (bare ? actual : target).unit.dimension == Dimension::kRatio;
}

bool Pair::Reaches(const Decimal& multiple) const {
  const auto bound = Decimal::Mul(a, multiple);
  return a > Decimal() && bound && b >= *bound;
}

bool IndicatorReading::IsEmpty() const {
  if (left_out) return true;
  return !weight && !score && target.blank && actual.blank && !completion;
}

bool IndicatorReading::IsUnfilled() const {
  return !IsEmpty() && (weight || !target.blank) && actual.blank && !score && !completion;
}

bool IndicatorReading::IsExecutionRate() const {
  constexpr std::size_t kLongest = 60;
  if (!weight || !target.blank) return false;
  const std::string_view named = row->level3().empty() ? std::string_view(row->level2()) : row->level3();
  if (named.size() > kLongest || FindWord(named, "执行率") == std::string_view::npos) return false;
  const literal::Folded folded(named);
  std::string_view name = folded.text();
  literal::Take(name, "指标");
  while (!name.empty() && (literal::IsDigit(name[0]) || name[0] == '.' || name[0] == ':')) name.remove_prefix(1);
  literal::Take(name, "、");
  return name == "预算执行率" || name == "项目预算执行率" || name == "资金执行率";
}

std::string IndicatorReading::Path(std::string_view cell) const {
  return Cat("indicators[", index, "].", cell);
}

std::string IndicatorReading::Name() const {
  constexpr std::size_t kShown = 48;
  constexpr std::size_t kRead = 512;  // a cell may hold a whole text
  const std::string_view name = row->level3().empty() ? level2 : std::string_view(row->level3());
  const std::string folded = Fold(TruncateUtf8(name, kRead));
  const std::string_view shown = TruncateUtf8(folded, kShown);
  return shown.size() == folded.size() && name.size() <= kRead ? folded : Cat(shown, "…");
}

bool FormReading::HasWeights() const {
  return std::any_of(indicators.begin(), indicators.end(),
                     [](const IndicatorReading& i) { return i.weight.has_value(); });
}

void Measure::Clear() {
  kind = Kind::kNothing;
  pairs.clear();
  worst = 0;
  complete = on_time = agrees = copied = false;
  conflict.reset();
}

void FormReading::Clear() {
  constexpr std::size_t kKept = 128;
  constexpr std::size_t kKeptOfCell = 1024;
  const auto is_large = [](const IndicatorReading& row) {
    return row.target.text.capacity() > kKeptOfCell || row.actual.text.capacity() > kKeptOfCell;
  };
  FormReading fresh;
  if (funds.capacity() <= kKept) fresh.funds.swap(funds);
  fresh.funds.clear();
  if (indicators.capacity() <= kKept && std::none_of(indicators.begin(), indicators.end(), is_large))
    fresh.indicators = std::move(indicators);
  fresh.indicators.Start(0);
  *this = std::move(fresh);
}

void ReadForm(const evaluation::v1::SelfEvaluation& form, const Rules& rules, FormReading& reading) {
  reading.Clear();
  reading.form = &form;
  ReadFunds(reading, rules);
  ReadIndicators(reading, rules);
  ReadTotal(reading, rules);
}

FormReading ReadForm(const evaluation::v1::SelfEvaluation& form, const Rules& rules) {
  FormReading reading;
  ReadForm(form, rules, reading);
  return reading;
}

}  // namespace jixiao::scoring
