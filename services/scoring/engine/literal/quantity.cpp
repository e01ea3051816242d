#include "scoring/engine/literal/quantity.h"

#include "scoring/engine/literal/comparison.h"
#include "scoring/engine/literal/number.h"
#include "scoring/engine/literal/units.h"
#include "scoring/engine/literal/words.h"

namespace jixiao::scoring {
namespace literal {
namespace {

// `85-95%`, `8%~10%`, `10至20个`.
void TakeRangeEnd(std::string_view& text, Quantity& quantity) {
  if (quantity.end || quantity.comparison != Comparison::kNone) return;
  std::string_view rest = text;
  if (!TakeRangeMark(rest) || rest.empty() || !IsDigit(rest[0])) return;
  const Run run = ReadRun(rest);
  if (!run.number || *run.number < quantity.number) return;
  rest.remove_prefix(run.length);
  quantity.end = run.number;
  quantity.comparison = Comparison::kBetween;
  text = rest;
  if (quantity.unit.dimension == Dimension::kNone) return;
  if (const UnitWord* repeated = TakeUnitWord(rest); repeated != nullptr && repeated->IsUnit(quantity.unit))
    text = rest;
}

// 余 or 多: some more.
bool TakeMore(std::string_view& text) {
  return Take(text, "余") || Take(text, "多");
}

void SetUnit(Unit& unit, const UnitWord& word) {
  unit.dimension = word.dimension;
  unit.base = word.base;
  unit.factor = word.factor;
}

// A unit of the table, with what stands before and behind it: 万余人次, 元/人*月. False when there is none.
bool TakeKnownUnit(std::string_view& text, Quantity& quantity) {
  std::string_view rest = text;
  bool approximate = TakeMore(rest);
  const std::string_view start = rest;
  if (const UnitWord* word = TakeUnitWord(rest)) {
    SetUnit(quantity.unit, *word);
  } else if (const std::int64_t multiplier = TakeMultiplier(rest); multiplier != 0) {
    std::string_view after = rest;
    const bool more = TakeMore(after);
    const UnitWord* counted = TakeUnitWord(after);
    if (counted != nullptr) SetUnit(quantity.unit, *counted);
    if (more || counted != nullptr) rest = after;
    approximate = approximate || more;
    quantity.unit.factor = Decimal::Mul(quantity.unit.factor, Decimal(multiplier)).value_or(quantity.unit.factor);
  }
  if (TakePer(rest, quantity.unit.base)) quantity.unit.dimension = Dimension::kPer;
  quantity.unit_text = start.substr(0, start.size() - rest.size());
  // 600余: about as many, of what is not told.
  const bool bare_more = approximate && (rest.empty() || IsClauseEnd(rest));
  if (quantity.unit_text.empty() && !bare_more) return false;
  quantity.approximate = quantity.approximate || approximate;
  text = rest;
  return true;
}

// Words that may stand right behind a bare number without being its unit.
bool IsParticle(std::string_view text) {
  switch (FirstChar(text)) {
    case U'内':
    case U'和':
    case U'与':
    case U'至':
    case U'到':
    case U'及':
      return true;
    case U'左':
      return StartsWith(text, "左右");
    case U'上':
      return StartsWith(text, "上下");
    case U'以':
      return StartsWith(text, "以上") || StartsWith(text, "以下") || StartsWith(text, "以内");
    case U'之':
      return StartsWith(text, "之内");
    default:
      return false;
  }
}

// The ideographs at the front of `text`, as far as they matter: four at most.
std::string_view IdeographsOf(std::string_view text) {
  std::string_view rest = text;
  for (int i = 0; i < 4 && IsIdeograph(FirstChar(rest)); ++i) SkipChar(rest);
  return text.substr(0, text.size() - rest.size());
}

// A word that is no unit of the table.
void TakeUnknownUnit(std::string_view& text, Quantity& quantity) {
  if (IsParticle(text)) return;
  const std::string_view word = IdeographsOf(text);
  if (word.empty()) return;
  constexpr std::size_t kClassifierBytes = 9;
  const std::string_view after = text.substr(word.size());
  if (word.size() <= kClassifierBytes && (after.empty() || IsClauseEnd(after))) {
    // At most three characters to the end of the clause: a classifier that is not in the table, as in 20帧.
    quantity.unit = {Dimension::kCount, std::string(word), Decimal(1)};
    quantity.unit_text = word;
    text = after;
    return;
  }
  // A word that is no unit, as in 58小镇: the number names something, it measures nothing that can be compared.
  quantity.unit.dimension = Dimension::kUnknown;
  quantity.unit.base = word.substr(0, CharLength(word[0]));
}

}  // namespace

void TakeMeasure(std::string_view& text, Quantity& quantity) {
  if (text.empty()) return;
  TakeRangeEnd(text, quantity);
  if (!TakeKnownUnit(text, quantity)) TakeUnknownUnit(text, quantity);
  TakeRangeEnd(text, quantity);
  if (Take(text, "左右") || Take(text, "上下")) {
    quantity.approximate = true;
    return;
  }
  if (quantity.comparison == Comparison::kNone) quantity.comparison = TakeSuffix(text);
}

}  // namespace literal

namespace {

std::string_view Symbol(Comparison comparison) {
  switch (comparison) {
    case Comparison::kAtLeast:
      return "≥ ";
    case Comparison::kMoreThan:
      return "> ";
    case Comparison::kAtMost:
      return "≤ ";
    case Comparison::kLessThan:
      return "< ";
    case Comparison::kEqual:
      return "= ";
    case Comparison::kNone:
    case Comparison::kBetween:
      break;
  }
  return "";
}

}  // namespace

std::optional<Decimal> Unit::InBase(const Decimal& number) const {
  if (factor == Decimal(1)) return number;
  if (const auto product = Decimal::Mul(number, factor)) return product;
  return Decimal::MulDiv(number, factor, Decimal(1), Decimal::kMaxScale);
}

Decimal Quantity::Value() const {
  return unit.InBase(number).value_or(number);
}

std::string Quantity::ToString() const {
  std::string text(Symbol(comparison));
  if (approximate) text += "约 ";
  text += number.ToString();
  if (end) text += "~" + end->ToString();
  if (!unit_text.empty()) {
    if (unit.dimension != Dimension::kRatio) text += ' ';
    text += unit_text;
  }
  return text;
}

}  // namespace jixiao::scoring
