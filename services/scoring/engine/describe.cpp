#include "scoring/engine/describe.h"

#include "common/ideographs.h"
#include "common/text.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <array>
#include <optional>

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

// Bytes that spaces and invisible marks begin with: most characters begin with none of them.
constexpr auto kGapLeads = [] {
  std::array<bool, 256> leads{};
  for (const unsigned char lead : {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0xC2, 0xE2, 0xE3, 0xEF}) leads[lead] = true;
  return leads;
}();

bool MayBeGap(char lead) {
  return kGapLeads[static_cast<unsigned char>(lead)];
}

// Bytes at the front of `cell` that are shown as they stand, `most` at most; no character is cut.
std::size_t ShownAsIs(std::string_view cell, std::size_t most) {
  const char* const end = cell.data() + std::min(cell.size(), most);
  std::size_t n = 0;
  while (n < cell.size()) {
    if (MayBeGap(cell[n])) {
      std::string_view rest = cell.substr(n);
      if (const char32_t c = TakeUtf8(rest); IsSpace(c) || IsInvisible(c)) break;
    }
    if (const char* behind = SkipIdeographs(cell.data() + n, end); behind != cell.data() + n) {
      n = static_cast<std::size_t>(behind - cell.data());
      continue;
    }
    const std::size_t next = n + literal::CharLength(cell[n]);
    if (next > most || next > cell.size()) break;
    n = next;
  }
  return n;
}

void AppendPercent(std::string& out, const std::optional<Decimal>& percent) {
  if (percent) Append(out, Piece(*percent, 2), "%");
}

// A quantity that states no operator is shown with the one that it is judged by.
void AppendTarget(std::string& out, const Pair& pair) {
  pair.target.AppendTo(out, pair.target.comparison == Comparison::kNone ? pair.comparison : pair.target.comparison);
}

void AppendAchievement(std::string& out, const IndicatorReading& row, const Rules& rules) {
  const Decimal kFull(100);
  const auto whole = [](bool met) { return met ? "100.00%" : "0.00%"; };
  const Measure& measure = row.measure;
  if (measure.kind == Measure::Kind::kDeadline) return Append(out, whole(measure.on_time));
  if (measure.kind == Measure::Kind::kAnswer) return Append(out, whole(measure.agrees));
  if (measure.kind != Measure::Kind::kFigures) return;
  const Pair& pair = measure.Worst();
  if (pair.comparison == Comparison::kBetween) {
    if (pair.met || rules.range != v1::SHORTFALL_METHOD_RATIO) return Append(out, whole(pair.met));
    const bool above = pair.b > pair.a;
    return AppendPercent(
        out, Decimal::MulDiv(above ? pair.end.value_or(pair.a) : pair.b, kFull, above ? pair.b : pair.a, 2));
  }
  if (pair.IsUpperBound()) {
    if (pair.met) return Append(out, whole(true));
    return AppendPercent(out, Decimal::MulDiv(pair.a, kFull, pair.b, 2));
  }
  if (pair.a.IsZero()) return Append(out, whole(pair.met));
  AppendPercent(out, pair.Percent());
}

}  // namespace

void AppendExcerpt(std::string& out, std::string_view cell) {
  const std::size_t start = out.size();
  bool gap = false;
  while (!cell.empty()) {
    const std::size_t room = kShown - std::min(kShown, out.size() - start + (gap ? 1 : 0));
    if (const std::size_t plain = ShownAsIs(cell, room); plain != 0) {
      if (gap) out += ' ';
      gap = false;
      out.append(cell, 0, plain);
      cell.remove_prefix(plain);
      continue;
    }
    std::string_view rest = cell;
    const char32_t c = TakeUtf8(rest);
    const std::string_view character = cell.substr(0, cell.size() - rest.size());
    cell = rest;
    if (IsInvisible(c)) continue;
    if (IsSpace(c)) {
      gap = out.size() != start;
      continue;
    }
    if (character.size() > room) break;
    if (gap) out += ' ';
    gap = false;
    out += character;
  }
}

void DescribeMeasure(const IndicatorReading& row, const Rules& rules, evaluation::v1::ScoreLine& line) {
  const Measure& measure = row.measure;
  std::string& criterion = *line.mutable_criterion();
  std::string& observation = *line.mutable_observation();
  if (measure.kind == Measure::Kind::kFigures) {
    for (const Pair& pair : measure.pairs) {
      if (!criterion.empty()) criterion += "；";
      AppendTarget(criterion, pair);
      if (!observation.empty()) observation += "；";
      pair.actual.AppendTo(observation, pair.actual.comparison);
    }
  } else {
    AppendExcerpt(criterion, row.row->target());
    AppendExcerpt(observation, row.row->actual());
  }
  AppendAchievement(*line.mutable_achievement(), row, rules);
}

void AppendIntroduction(std::string& out, const IndicatorReading& row, const evaluation::v1::ScoreLine& line) {
  const Measure& measure = row.measure;
  if (measure.kind != Measure::Kind::kFigures || measure.pairs.size() < 2)
    return Append(out, "指标值 ", line.criterion(), "，实际完成 ", line.observation(), "：");
  Append(out, "指标值 ", line.criterion(), "；实际完成 ", line.observation(), "；按完成程度最低的一项（",
         measure.Worst().target.ToString(), "，实际 ", measure.Worst().actual.ToString(), "）计分：");
}

}  // namespace jixiao::scoring
