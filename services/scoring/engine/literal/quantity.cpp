#include "scoring/engine/literal/quantity.h"

#include "common/text.h"
#include "scoring/engine/literal/comparison.h"
#include "scoring/engine/literal/number.h"
#include "scoring/engine/literal/numeral.h"
#include "scoring/engine/literal/units.h"
#include "scoring/engine/literal/words.h"

namespace jixiao::scoring {
namespace literal {
namespace {

// 余 or 多: some more.
bool TakeMore(std::string_view& text) {
  const std::size_t size = text.size();
  while (Take(text, "余") || Take(text, "多")) continue;
  return text.size() != size;
}

void SetUnit(Unit& unit, const UnitWord& word) {
  unit.dimension = word.dimension;
  unit.base = word.base;
  unit.factor = word.factor;
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
    default:
      return false;
  }
}

// Whether an operator or 左右 stands at the front of `text`.
bool IsSuffix(std::string_view text) {
  return TakeAbout(text) || TakeSuffix(text, Dimension::kNone) != Comparison::kNone;
}

// Letters that units are written with: μg, ℃.
bool IsUnitLetter(char32_t c) {
  return (c < 0x80 && IsLetter(static_cast<char>(c))) || c == U'μ' || c == U'µ' || c == U'Ω' || c == U'℃' || c == U'°';
}

// The unit written in letters at the front of `text`, such as μg/m3; as far as it matters.
std::string_view LettersOf(std::string_view text) {
  constexpr int kMostChars = 12;
  std::string_view rest = text;
  for (int i = 0; i < kMostChars && !rest.empty(); ++i) {
    const bool first = rest.size() == text.size();
    const bool slash = !first && rest[0] == '/' && IsUnitLetter(FirstChar(rest.substr(1)));
    const bool power = !first && IsPower(rest);
    if (!slash && !power && (!IsUnitLetter(FirstChar(rest)) || IsTimes(rest))) break;
    SkipChar(rest);
  }
  return text.substr(0, text.size() - rest.size());
}

// The ideographs at the front of `text` up to an operator, as far as they matter: four at most.
std::string_view IdeographsOf(std::string_view text) {
  std::string_view rest = text;
  for (int i = 0; i < 4 && IsIdeograph(FirstChar(rest)) && !IsSuffix(rest); ++i) SkipChar(rest);
  return text.substr(0, text.size() - rest.size());
}

// A unit in brackets: 95(%), 5台(件).
const UnitWord* TakeBracketedUnit(std::string_view& text) {
  std::string_view rest = text;
  if (!Take(rest, "(")) return nullptr;
  const UnitWord* word = TakeUnitWord(rest);
  if (word == nullptr || word->dimension == Dimension::kUnknown || !Take(rest, ")")) return nullptr;
  text = rest;
  return word;
}

// A unit of the table, with what stands before and behind it: 万余人次, 元/人*月. False when there is none.
bool TakeKnownUnit(std::string_view& text, Quantity& quantity) {
  std::string_view rest = text;
  bool approximate = TakeMore(rest);
  std::string_view start = rest;
  Unit& unit = quantity.unit;
  if (const UnitWord* word = TakeUnitWord(rest)) {
    SetUnit(unit, *word);
    if (word->dimension == Dimension::kCount) TakeBracketedUnit(rest);
  } else if (const UnitWord* bracketed = TakeBracketedUnit(rest)) {
    SetUnit(unit, *bracketed);
    quantity.unit_text = bracketed->text;
    start = rest;
  } else if (const std::int64_t multiplier = TakeMultiplier(rest); multiplier != 0) {
    std::string_view after = rest;
    const bool more = TakeMore(after);
    const UnitWord* counted = TakeUnitWord(after);
    if (counted != nullptr) SetUnit(unit, *counted);
    if (more || counted != nullptr) rest = after;
    approximate = approximate || more;
    if (unit.dimension != Dimension::kUnknown)
      unit.factor = Decimal::Mul(unit.factor, Decimal(multiplier)).value_or(unit.factor);
  }
  if (unit.dimension == Dimension::kUnknown) {
    text = rest;
    return true;
  }
  if (TakePer(rest, unit.base)) unit.dimension = Dimension::kPer;
  quantity.unit_text += start.substr(0, start.size() - rest.size());
  // 600余: about as many, of what is not told.
  const bool bare_more = approximate && (rest.empty() || IsClauseEnd(rest));
  if (quantity.unit_text.empty() && !bare_more) return false;
  // An amount of months, so that it is not taken for a month when it is read again.
  if (quantity.unit_text == "月" || quantity.unit_text == "季度") quantity.unit_text.insert(0, "个");
  quantity.approximate = quantity.approximate || approximate;
  text = rest;
  return true;
}

// Takes the unit of `quantity` when the end of its range repeats it: 50个-100个, 5万-8万元. False when there is
// another: that is no range.
bool TakeRepeatedUnit(std::string_view& text, Quantity& quantity) {
  std::string_view rest = text;
  Quantity end;
  if (!TakeKnownUnit(rest, end)) {
    // A classifier that is not in the table.
    if (!quantity.unit_text.empty() && text.starts_with(quantity.unit_text))
      text.remove_prefix(quantity.unit_text.size());
    return true;
  }
  if (quantity.unit.dimension == Dimension::kNone && quantity.unit.factor == end.unit.factor) {
    quantity.unit = std::move(end.unit);
    quantity.unit_text = std::move(end.unit_text);
  } else if (end.unit != quantity.unit) {
    return false;
  }
  quantity.approximate = quantity.approximate || end.approximate;
  text = rest;
  return true;
}

// The end of a range: a number, or a numeral where the start was one.
std::optional<Decimal> TakeEnd(std::string_view& text, bool numerals) {
  if (numerals && IsNumeral(FirstChar(text))) return TakeNumeral(text);
  if (text.empty() || !IsDigit(text[0])) return std::nullopt;
  const Run run = ReadRun(text);
  if (run.number) text.remove_prefix(run.length);
  return run.number;
}

// `85-95%`, `8%~10%`, `10至20个`.
void TakeRangeEnd(std::string_view& text, Quantity& quantity, bool numerals = false) {
  if (quantity.end || quantity.comparison != Comparison::kNone) return;
  std::string_view rest = text;
  const bool dash = rest.starts_with('-');
  if (!TakeRangeMark(rest)) return;
  const bool negative = !dash && Take(rest, "-");
  auto end = TakeEnd(rest, numerals);
  if (!end) return;
  if (negative) end = -*end;
  if (*end < quantity.number) return;
  const bool has_unit = quantity.unit.dimension != Dimension::kNone || !quantity.unit_text.empty();
  if (has_unit && !TakeRepeatedUnit(rest, quantity)) return;
  quantity.end = end;
  quantity.comparison = Comparison::kBetween;
  text = rest;
}

// A word that is no unit of the table. At most three characters to the end of the clause are a classifier (20帧,
// 35μg/m3); anything longer means that the number names something (58小镇, 5G基站) and measures nothing that can be
// compared.
void TakeUnknownUnit(std::string_view& text, Quantity& quantity) {
  if (text.empty() || IsSuffix(text) || IsParticle(text)) return;
  std::string_view rest = text;
  const bool more = TakeMore(rest);
  if (more && (IsSuffix(rest) || IsParticle(rest))) return;
  const std::string_view start = rest;
  const std::string_view letters = LettersOf(rest);
  const std::string_view word = letters.empty() ? IdeographsOf(rest) : letters;
  if (word.empty()) return;
  rest.remove_prefix(word.size());
  std::string_view mark = rest;
  const bool range = TakeRangeMark(mark) && !mark.empty() && IsDigit(mark[0]);
  const bool ends = rest.empty() || IsClauseEnd(rest) || rest[0] == ')' || rest[0] == '/' || range || IsSuffix(rest);
  constexpr std::size_t kClassifierBytes = 9;
  if (ends && (word.size() <= kClassifierBytes || !letters.empty())) {
    quantity.unit = {Dimension::kCount, std::string(word), Decimal(1)};
    if (TakePer(rest, quantity.unit.base)) quantity.unit.dimension = Dimension::kPer;
    quantity.unit_text = start.substr(0, start.size() - rest.size());
    quantity.approximate = quantity.approximate || more;
    text = rest;
    return;
  }
  quantity.unit.dimension = Dimension::kUnknown;
  quantity.unit.base = word.substr(0, letters.empty() ? CharLength(word[0]) : word.size());
}

void TakeMeasureSuffix(std::string_view& text, Quantity& quantity) {
  if (TakeAbout(text))
    quantity.approximate = true;
  else if (quantity.comparison == Comparison::kNone)
    quantity.comparison = TakeSuffix(text, quantity.unit.dimension);
}

}  // namespace

void TakeMeasure(std::string_view& text, Quantity& quantity) {
  if (text.empty()) return;
  if (text == "%") {  // most percentages end their cells
    quantity.unit = {Dimension::kRatio, "%", Decimal(1)};
    quantity.unit_text = "%";
    text.remove_prefix(1);
    return;
  }
  TakeRangeEnd(text, quantity);
  if (!TakeKnownUnit(text, quantity)) TakeUnknownUnit(text, quantity);
  TakeRangeEnd(text, quantity);
  TakeMeasureSuffix(text, quantity);
}

namespace {

// 百分之九十五, 千分之三, 百分之95, 百分百.
bool TakeShare(std::string_view& text, Quantity& quantity) {
  std::string_view rest = text;
  std::string_view sign = "%";
  if (Take(rest, "百分百") || Take(rest, "百分之百")) {
    quantity.number = Decimal(100);
  } else {
    if (Take(rest, "千分之"))
      sign = "‰";
    else if (Take(rest, "万分之"))
      sign = "‱";
    else if (!Take(rest, "百分之"))
      return false;
    const auto number = TakeEnd(rest, true);
    if (!number) return false;
    quantity.number = *number;
    TakeRangeEnd(rest, quantity, true);
  }
  TakeKnownUnit(sign, quantity);
  TakeMeasureSuffix(rest, quantity);
  text = rest;
  return true;
}

// Units that make idioms, ordinals and fractions of a numeral: 十分, 三点, 一样; behind no operator also 一起, 一期,
// 一批.
bool IsIdiomatic(std::string_view unit, bool counted) {
  constexpr std::string_view kAlways = "分点样面方度月日";
  constexpr std::string_view kOften = "起期批届类路门口把头眼升站段首集号";
  const auto among = [&](std::string_view units) { return units.find(unit) != std::string_view::npos; };
  return among(kAlways) || (!counted && among(kOften));
}

}  // namespace

bool TakeNumeralQuantity(std::string_view& text, bool behind_operator, Quantity& quantity) {
  if (TakeShare(text, quantity)) return true;
  std::string_view rest = text;
  const auto number = TakeNumeral(rest);
  if (!number) return false;
  quantity.number = *number;
  TakeRangeEnd(rest, quantity, true);
  const std::string_view behind = rest;
  if (!TakeKnownUnit(rest, quantity) || quantity.unit.dimension == Dimension::kUnknown) return false;
  const std::string_view unit = behind.substr(0, behind.size() - rest.size());
  if (IsIdiomatic(unit, behind_operator || number->IsZero())) return false;
  TakeRangeEnd(rest, quantity, true);
  if (std::string_view mark = rest; TakeRangeMark(mark)) return false;
  const Comparison before = quantity.comparison;
  TakeMeasureSuffix(rest, quantity);
  const bool ends = rest.empty() || IsClauseEnd(rest) || rest[0] == ')' || quantity.comparison != before;
  if (!ends && !behind_operator) return false;
  text = rest;
  return true;
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
  std::string text;
  AppendTo(text, comparison);
  return text;
}

void Quantity::AppendTo(std::string& out, Comparison shown) const {
  Append(out, Symbol(shown), approximate ? "约 " : "", number);
  if (end) Append(out, "~", *end);
  if (unit.dimension == Dimension::kUnknown) return Append(out, " ", unit.base, "…");
  if (!unit_text.empty()) Append(out, unit.dimension == Dimension::kRatio ? "" : " ", unit_text);
}

}  // namespace jixiao::scoring
