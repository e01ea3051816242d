#include "scoring/engine/describe.h"

#include "common/text.h"

namespace jixiao::scoring {
namespace {

constexpr std::size_t kShown = 120;

bool IsSpace(char32_t c) {
  return c == U' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x3000;
}

// Marks without width, which copying from web pages leaves behind.
bool IsInvisible(char32_t c) {
  return (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF;
}

std::string Percent(const std::optional<Decimal>& percent) {
  return percent ? percent->ToFixed(2) + "%" : std::string();
}

std::string Achievement(const IndicatorReading& row, const Rules& rules) {
  const Decimal kFull(100);
  const auto whole = [](bool met) { return met ? "100.00%" : "0.00%"; };
  const Measure& measure = row.measure;
  if (measure.kind == Measure::Kind::kDeadline) return whole(measure.on_time);
  if (measure.kind == Measure::Kind::kAnswer) return whole(measure.agrees);
  if (measure.kind != Measure::Kind::kFigures) return {};
  const Pair& pair = measure.Worst();
  if (pair.comparison == Comparison::kBetween) {
    if (pair.met || rules.range != v1::SHORTFALL_METHOD_RATIO) return whole(pair.met);
    const bool above = pair.b > pair.a;
    return Percent(Decimal::MulDiv(above ? pair.end.value_or(pair.a) : pair.b, kFull, above ? pair.b : pair.a, 2));
  }
  if (pair.IsUpperBound()) return pair.met ? whole(true) : Percent(Decimal::MulDiv(pair.a, kFull, pair.b, 2));
  if (pair.a.IsZero()) return whole(pair.met);
  return Percent(pair.Percent());
}

}  // namespace

std::string Excerpt(std::string_view cell) {
  std::string out;
  bool gap = false;
  while (!cell.empty()) {
    std::string_view rest = cell;
    const char32_t c = TakeUtf8(rest);
    const std::string_view character = cell.substr(0, cell.size() - rest.size());
    cell = rest;
    if (IsInvisible(c)) continue;
    if (IsSpace(c)) {
      gap = !out.empty();
      continue;
    }
    if (out.size() + (gap ? 1 : 0) + character.size() > kShown) break;
    if (gap) out += ' ';
    gap = false;
    out += character;
  }
  return out;
}

void DescribeMeasure(const IndicatorReading& row, const Rules& rules, evaluation::v1::ScoreLine& line) {
  const Measure& measure = row.measure;
  if (measure.kind == Measure::Kind::kFigures) {
    std::string criterion;
    std::string observation;
    for (const Pair& pair : measure.pairs) {
      Quantity shown = pair.target;
      if (shown.comparison == Comparison::kNone) shown.comparison = pair.comparison;
      Append(criterion, criterion.empty() ? "" : "；", shown.ToString());
      Append(observation, observation.empty() ? "" : "；", pair.actual.ToString());
    }
    line.set_criterion(std::move(criterion));
    line.set_observation(std::move(observation));
  } else {
    line.set_criterion(Excerpt(row.row->target()));
    line.set_observation(Excerpt(row.row->actual()));
  }
  line.set_achievement(Achievement(row, rules));
}

std::string Introduction(const IndicatorReading& row, const evaluation::v1::ScoreLine& line) {
  if (row.measure.kind == Measure::Kind::kFigures && row.measure.pairs.size() > 1)
    return Cat("指标值 ", line.criterion(), "；实际完成 ", line.observation(), "；按完成程度最低的一项（",
               row.measure.Worst().target.ToString(), "，实际 ", row.measure.Worst().actual.ToString(), "）计分：");
  return Cat("指标值 ", line.criterion(), "，实际完成 ", line.observation(), "：");
}

}  // namespace jixiao::scoring
