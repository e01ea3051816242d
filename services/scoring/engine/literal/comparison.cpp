#include "scoring/engine/literal/comparison.h"

#include "scoring/engine/literal/fold.h"
#include "scoring/engine/literal/words.h"

#include <array>
#include <iterator>

namespace jixiao::scoring {
namespace literal {
namespace {

struct OperatorWord {
  std::string_view text;
  Comparison comparison = Comparison::kNone;
};

constexpr auto kBounds = std::to_array<OperatorWord>({
    {">=", Comparison::kAtLeast},
    {"<=", Comparison::kAtMost},
    {"=>", Comparison::kAtLeast},
    {"=<", Comparison::kAtMost},
    {"=", Comparison::kEqual},
    {"大于或等于", Comparison::kAtLeast},
    {"大于等于", Comparison::kAtLeast},
    {"小于或等于", Comparison::kAtMost},
    {"小于等于", Comparison::kAtMost},
    {"至少", Comparison::kAtLeast},
    {"不超", Comparison::kAtMost},
    {"控制在", Comparison::kAtMost},
    {"至多", Comparison::kAtMost},
    {"最多", Comparison::kAtMost},
    {"等于", Comparison::kEqual},
});

// Those that a negation turns around.
constexpr auto kStrict = std::to_array<OperatorWord>({
    {">", Comparison::kMoreThan},
    {"<", Comparison::kLessThan},
    {"大于", Comparison::kMoreThan},
    {"高于", Comparison::kMoreThan},
    {"多于", Comparison::kMoreThan},
    {"超过", Comparison::kMoreThan},
    {"小于", Comparison::kLessThan},
    {"低于", Comparison::kLessThan},
    {"少于", Comparison::kLessThan},
});

// What turns "less than" into "at least" and "more than" into "at most": 不少于, 不得超过, 未低于.
constexpr auto kNegations =
    std::to_array<OperatorWord>({{"不得"}, {"不能"}, {"不应"}, {"不可"}, {"不会"}, {"不宜"}, {"没有"}, {"不"}, {"未"}});

constexpr WordTable kPrefixTable(kBounds, kStrict);
constexpr WordTable kStrictTable(kStrict);
constexpr WordTable kNegationTable(kNegations);

}  // namespace

Comparison TakeComparison(std::string_view& text) {
  if (const OperatorWord* negation = kNegationTable.Longest(text)) {
    const std::string_view negated = text.substr(negation->text.size());
    if (const OperatorWord* word = kStrictTable.Longest(negated)) {
      text = negated.substr(word->text.size());
      return word->comparison == Comparison::kLessThan ? Comparison::kAtLeast : Comparison::kAtMost;
    }
  }
  const OperatorWord* word = kPrefixTable.Longest(text);
  if (word == nullptr) return Comparison::kNone;
  text.remove_prefix(word->text.size());
  return word->comparison;
}

Comparison TakeSuffix(std::string_view& text) {
  switch (FirstChar(text)) {
    case U'以':
    case U'及':
    case U'(':
      if (Take(text, "以上") || Take(text, "及以上") || Take(text, "(含)以上")) return Comparison::kAtLeast;
      if (Take(text, "以下") || Take(text, "及以下") || Take(text, "(含)以下") || Take(text, "以内"))
        return Comparison::kAtMost;
      return Comparison::kNone;
    case U'之':
      return Take(text, "之内") ? Comparison::kAtMost : Comparison::kNone;
    case U'内': {
      // 30天内, but not 10个内容.
      std::string_view rest = text;
      SkipChar(rest);
      if (!rest.empty() && !IsClauseEnd(rest) && !StartsWith(rest, "完成")) return Comparison::kNone;
      text = rest;
      return Comparison::kAtMost;
    }
    default:
      return Comparison::kNone;
  }
}

}  // namespace literal

Comparison ComparisonInName(std::string_view name) {
  using namespace literal;
  const Folded folded(name);
  // It stands in brackets or before a placeholder.
  std::string_view rest = folded.text();
  if (rest.find('(') == std::string_view::npos && rest.find("**") == std::string_view::npos) return Comparison::kNone;
  bool bracketed = false;
  while (!rest.empty()) {
    const Comparison comparison = TakeComparison(rest);
    if (comparison != Comparison::kNone && (bracketed || StartsWith(rest, "**"))) return comparison;
    bracketed = rest.starts_with('(');
    if (!rest.empty() && comparison == Comparison::kNone) SkipChar(rest);
  }
  return Comparison::kNone;
}

}  // namespace jixiao::scoring
