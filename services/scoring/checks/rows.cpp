#include "scoring/checks/rows.h"

#include "common/text.h"
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {
using literal::Take;

// 指标1: 指标2. 3、 (4); a number that measures something, as in 24小时值班, stays.
void TakeNumber(std::string_view& name) {
  std::string_view rest = name;
  const bool word = Take(rest, "指标");
  const bool open = Take(rest, "(");
  std::size_t digits = 0;
  while (digits < rest.size() && digits < 2 && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
  rest.remove_prefix(digits);
  const bool close = open && Take(rest, ")");
  const bool mark = close || Take(rest, ":") || Take(rest, ".") || Take(rest, "、");
  if (rest.empty() && word) name = rest;
  if ((digits > 0 || word) && mark) name = rest;
}

}  // namespace

std::string_view RowNameIn(std::string_view name) {
  while (Take(name, "★") || Take(name, "☆")) {
  }
  TakeNumber(name);
  while (!name.empty() && (name.back() == ';' || name.back() == ':' || name.back() == '.')) name.remove_suffix(1);
  const bool says = name.find_first_not_of("-/*_.") != std::string_view::npos && name != "……" && name != "…";
  return says ? name : std::string_view();
}

std::string RowName(std::string_view level3) {
  constexpr std::size_t kRead = 2048;
  return std::string(RowNameIn(Fold(TruncateUtf8(level3, kRead))));
}

std::string RowContent(const evaluation::v1::Indicator& row) {
  constexpr std::size_t kRead = 4096;
  const std::string name = RowName(row.level3());
  const std::string target = Fold(TruncateUtf8(row.target(), kRead));
  const std::string actual = Fold(TruncateUtf8(row.actual(), kRead));
  if (name.empty() || (target.empty() && actual.empty())) return {};
  return Cat(name.size(), ":", name, target.size(), ":", target, actual);
}

std::string Quoted(std::string_view cell) {
  constexpr std::size_t kMost = 90;
  std::string shown(TruncateUtf8(cell, kMost));
  std::erase_if(shown, [](char c) { return c >= 0 && c < ' '; });
  return shown;
}

const Quantity* FigureAnsweredInWords(const IndicatorReading& row) {
  if (row.measure.kind != Measure::Kind::kNothing) return nullptr;  // 未发生 says 0
  const bool states_completion = row.completion || row.claimed_completion || row.tier != nullptr;
  if (row.actual.blank || row.actual.figures || row.actual.malformed || states_completion) return nullptr;
  for (const Quantity& q : row.target.quantities)
    if (q.comparison != Comparison::kNone && !(q.unit.dimension == Dimension::kRatio && q.number == Decimal(100)))
      return &q;
  return nullptr;
}

std::optional<Decimal> BehindMisreadOperator(const Quantity& quantity) {
  const Decimal rest = quantity.number - Decimal(200);
  return rest.IsNegative() || rest >= Decimal(100) ? std::nullopt : std::optional(rest);
}

const Quantity* MoreThanTheWhole(const IndicatorReading& row, const Literal& cell, const Literal& other,
                                 const CheckInput& input) {
  constexpr std::size_t kReadOfName = 512;
  const auto above = std::find_if(cell.quantities.begin(), cell.quantities.end(), [](const Quantity& q) {
    return q.unit.dimension == Dimension::kRatio && q.number > Decimal(100) && q.unit_text == "%";
  });
  if (above == cell.quantities.end()) return nullptr;
  const bool satisfaction =
      row.is_satisfaction ||
      (row.indicator_class != nullptr && row.indicator_class->indicator_class == v1::INDICATOR_CLASS_SATISFACTION);
  const auto meant = BehindMisreadOperator(*above);
  const bool misread = meant && std::any_of(other.quantities.begin(), other.quantities.end(),
                                            [&](const Quantity& q) { return q.number == *meant; });
  if (!satisfaction && !misread && !input.rules.words.share_names.IsIn(input.text.Level3(row, kReadOfName)))
    return nullptr;
  return &*above;
}

namespace {

// Whether a row claims to be complete; nothing when it claims neither.
std::optional<bool> IsDone(const IndicatorReading& row) {
  if (row.weight && row.score) return *row.score >= *row.weight;
  if (row.completion) return row.completion->Percent(Decimal(100)) >= Decimal(100);
  if (row.claimed_completion) return *row.claimed_completion >= Decimal(100);
  if (row.measure.kind == Measure::Kind::kDeadline) return row.measure.on_time;
  if (row.measure.kind == Measure::Kind::kAnswer) return row.measure.agrees;
  if (row.measure.kind == Measure::Kind::kFigures) return row.measure.Worst().met;
  return std::nullopt;
}

}  // namespace

int RowsIfAllDone(const FormReading& reading) {
  int rows = 0;
  for (const IndicatorReading& row : reading.indicators) {
    if (row.is_cost || row.IsEmpty()) continue;
    const auto done = IsDone(row);
    if (!done) continue;
    if (!*done) return 0;
    ++rows;
  }
  return rows;
}

}  // namespace jixiao::scoring
