#include "scoring/engine/literal/comparison.h"

#include "scoring/engine/literal/fold.h"
#include "scoring/engine/literal/numeral.h"
#include "scoring/engine/literal/words.h"

#include <array>

namespace jixiao::scoring {
namespace literal {
namespace {

enum class Use {
  kAnywhere,  // a number may follow at some distance: 至少全年完成2次
  kRightBefore,
  kSoft,
  kNegation,  // turns "less than" into "at least" and "more than" into "at most": 不少于, 不得超过, 未低于
};

struct Word {
  std::string_view text;
  Comparison comparison = Comparison::kNone;
  Use use = Use::kAnywhere;
};

constexpr auto kPrefixes = std::to_array<Word>({
    {">=", Comparison::kAtLeast},
    {"=>", Comparison::kAtLeast},
    {"大于等于", Comparison::kAtLeast},
    {"大于或等于", Comparison::kAtLeast},
    {"等于或大于", Comparison::kAtLeast},
    {"高于或等于", Comparison::kAtLeast},
    {"至少", Comparison::kAtLeast},
    {"最少", Comparison::kAtLeast, Use::kRightBefore},
    {"最低", Comparison::kAtLeast, Use::kRightBefore},
    {"<=", Comparison::kAtMost},
    {"=<", Comparison::kAtMost},
    {"小于等于", Comparison::kAtMost},
    {"小于或等于", Comparison::kAtMost},
    {"等于或小于", Comparison::kAtMost},
    {"低于或等于", Comparison::kAtMost},
    {"至多", Comparison::kAtMost},
    {"最多", Comparison::kAtMost},
    {"最高", Comparison::kAtMost, Use::kRightBefore},
    {"控制在", Comparison::kAtMost, Use::kSoft},
    {"=", Comparison::kEqual},
    {"等于", Comparison::kEqual},
    {"超", Comparison::kMoreThan, Use::kRightBefore},
    {"不足", Comparison::kLessThan, Use::kRightBefore},
    {"不到", Comparison::kLessThan, Use::kRightBefore},
    {"未达", Comparison::kLessThan, Use::kRightBefore},
    {"未达到", Comparison::kLessThan, Use::kRightBefore},
    {"没有达到", Comparison::kLessThan, Use::kRightBefore},
    {"不", Comparison::kNone, Use::kNegation},
    {"不得", Comparison::kNone, Use::kNegation},
    {"不能", Comparison::kNone, Use::kNegation},
    {"不应", Comparison::kNone, Use::kNegation},
    {"不可", Comparison::kNone, Use::kNegation},
    {"不会", Comparison::kNone, Use::kNegation},
    {"不宜", Comparison::kNone, Use::kNegation},
    {"没有", Comparison::kNone, Use::kNegation},
    {"未", Comparison::kNone, Use::kNegation},
});

// Those that a negation turns around.
constexpr auto kStrict = std::to_array<Word>({
    {">", Comparison::kMoreThan},
    {"大于", Comparison::kMoreThan},
    {"高于", Comparison::kMoreThan},
    {"多于", Comparison::kMoreThan},
    {"超过", Comparison::kMoreThan},
    {"<", Comparison::kLessThan},
    {"小于", Comparison::kLessThan},
    {"低于", Comparison::kLessThan},
    {"少于", Comparison::kLessThan},
});
constexpr auto kNegatedOnly = std::to_array<Word>({{"超", Comparison::kMoreThan}});  // 不超30万元

constexpr WordTable kPrefixTable(kPrefixes, kStrict);
constexpr WordTable kNegatedTable(kStrict, kNegatedOnly);

// Readers of prose pass over whatever begins no operator.
template <std::size_t N>
consteval bool BeginAsDeclared(const std::array<Word, N>& words) {
  for (const Word& word : words)
    if (const char32_t first = FirstChar(word.text);
        first >= 0x80 && kOperatorStarts.find(first) == std::u32string_view::npos)
      return false;
  return true;
}
static_assert(BeginAsDeclared(kPrefixes) && BeginAsDeclared(kStrict));

bool NumberFollows(std::string_view text) {
  return !text.empty() && (IsDigit(text[0]) || StartsWith(text, "**") || IsNumeral(FirstChar(text)));
}

}  // namespace

Operator TakeOperator(std::string_view& text) {
  const Word* word = kPrefixTable.Longest(text);
  if (word == nullptr) return {};
  std::string_view rest = text.substr(word->text.size());
  Comparison comparison = word->comparison;
  if (word->use == Use::kNegation) {
    const Word* negated = kNegatedTable.Longest(rest);
    if (negated == nullptr) return {};
    rest.remove_prefix(negated->text.size());
    comparison = negated->comparison == Comparison::kLessThan ? Comparison::kAtLeast : Comparison::kAtMost;
  }
  if (word->use == Use::kRightBefore && !NumberFollows(rest)) return {};
  text = rest;
  return {comparison, word->use == Use::kSoft};
}

Comparison TakeSuffix(std::string_view& text, Dimension dimension) {
  switch (FirstChar(text)) {
    case U'以':
    case U'及':
    case U'或':
    case U'(':
      if (Take(text, "以上") || Take(text, "及以上") || Take(text, "或以上") || Take(text, "(含)以上"))
        return Comparison::kAtLeast;
      if (Take(text, "以下") || Take(text, "及以下") || Take(text, "或以下") || Take(text, "(含)以下") ||
          Take(text, "以内"))
        return Comparison::kAtMost;
      return Comparison::kNone;
    case U'之':
      return Take(text, "之内") ? Comparison::kAtMost : Comparison::kNone;
    case U'内': {
      // 30天内办结, but not 10个内容.
      std::string_view rest = text;
      SkipChar(rest);
      const bool inner = StartsWith(rest, "容") || StartsWith(rest, "部") || StartsWith(rest, "外");
      const bool ends = rest.empty() || IsClauseEnd(rest) || StartsWith(rest, "完成");
      if (!ends && (dimension != Dimension::kTime || inner)) return Comparison::kNone;
      text = rest;
      return Comparison::kAtMost;
    }
    default:
      return Comparison::kNone;
  }
}

bool TakeAbout(std::string_view& text) {
  return Take(text, "左右") || Take(text, "上下");
}

Comparison OperatorInName(std::string_view folded) {
  // It stands in brackets or before a placeholder.
  if (folded.find('(') == std::string_view::npos && folded.find("**") == std::string_view::npos)
    return Comparison::kNone;
  bool bracketed = false;
  for (std::string_view rest = folded; !rest.empty();) {
    const Comparison comparison = TakeOperator(rest).comparison;
    if (comparison != Comparison::kNone && (bracketed || StartsWith(rest, "**"))) return comparison;
    bracketed = rest.starts_with('(');
    if (!rest.empty() && comparison == Comparison::kNone) SkipChar(rest);
  }
  return Comparison::kNone;
}

}  // namespace literal

Comparison ComparisonInName(std::string_view name) {
  return literal::OperatorInName(literal::Folded(name).text());
}

}  // namespace jixiao::scoring
