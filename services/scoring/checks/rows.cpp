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

void RowList::Add(const IndicatorReading& row) {
  if (first == nullptr) first = &row;
  if (count < kNamed) Append(numbers, count == 0 ? "" : "、", row.index + 1);
  Append(indices, count == 0 ? "" : ",", row.index);
  ++count;
}

std::string RowList::Named() const {
  return Cat("“", first->Name(), "”", count > 1 ? Cat("等 ", count, " 项") : std::string());
}

std::string RowList::Numbers() const {
  return Cat(numbers, count > kNamed ? " 等项" : " 项");
}

std::span<const IndicatorReading> RowsUnder(const FormReading& reading, const IndicatorReading& row) {
  const auto& rows = reading.indicators;
  const std::size_t first = static_cast<std::size_t>(row.index) + 1;
  if (!row.weight || !row.target.blank || !row.actual.blank) return {};
  std::size_t end = first;
  const auto is_under = [&](const IndicatorReading& other) {
    return !other.weight && !other.score && !other.target.blank && !other.actual.blank && other.level1 == row.level1 &&
           other.level2 == row.level2;
  };
  while (end < rows.size() && is_under(rows[end])) ++end;
  return {rows.data() + first, end - first};
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

bool SaysNotDone(const IndicatorReading& row, const Rules& rules) {
  constexpr std::size_t kLongest = 60;  // bytes: a longer text says more than that
  const std::string_view text = row.actual.text;
  if (row.measure.kind != Measure::Kind::kNothing) return false;  // 未开展 of at most 2 says 0
  if (row.actual.blank || row.actual.figures || text.size() > kLongest) return false;
  const WordList::Place place = rules.words.not_done.LastIn(text);
  if (place.word == WordList::kNone) return false;
  const std::string_view word = text.substr(place.begin, place.end - place.begin);
  // It ends its clause: 未完成事项已全部整改 and 施工中严格管理 say something else.
  const std::string_view behind = text.substr(place.end);
  if (!behind.empty() && std::string_view(";:,.()").find(behind[0]) == std::string_view::npos &&
      !behind.starts_with("、") && !behind.starts_with("，"))
    return false;
  const std::string_view before = text.substr(0, place.begin);
  // 所在建制村, 无未完成.
  for (const std::string_view no : {"无", "没有", "不存在", "不再有", "所", "存"})
    if (before.ends_with(no)) return false;
  // 持续推进中 is all that 持续推进 asks for.
  if (row.target.quantities.empty() && !row.target.period && word.ends_with("中")) return false;
  return FindWord(row.target.text, word) == std::string_view::npos;
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
