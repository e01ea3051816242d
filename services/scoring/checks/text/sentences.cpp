#include "scoring/checks/text/sentences.h"

#include "common/ideographs.h"
#include "common/text.h"
#include "scoring/checks/text/lines.h"
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/words.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace jixiao::scoring {
namespace {

using literal::CharLength;
using literal::IsDigit;
using literal::StartsWith;
using literal::Take;

constexpr std::size_t kLongestSentence = 4096;  // looks back within a sentence must stay cheap

// Takes a unit of money off the front: what it is in 元, 0 for none. `bare`: without 元.
std::int64_t TakeMoney(std::string_view& rest, bool& bare) {
  bare = false;
  if (rest.empty() || static_cast<unsigned char>(rest[0]) < 0xE4) return 0;
  if (Take(rest, "万元")) return 10000;
  if (Take(rest, "元")) return 1;
  if (Take(rest, "亿元")) return 100000000;
  if (Take(rest, "百万元")) return 1000000;
  if (Take(rest, "千元")) return 1000;
  bare = true;
  if (Take(rest, "亿")) return 100000000;
  if (Take(rest, "万")) return 10000;
  return 0;
}

bool EndsWithLimit(std::string_view before) {
  constexpr std::string_view kLimits[] = {"超过", "不超", "不低于", "不少于", "不高于", "低于", "高于",
                                          "至少", "大于", "小于",   ">=",     "<=",     ">",    "<"};
  return std::any_of(std::begin(kLimits), std::end(kLimits), [&](auto word) { return before.ends_with(word); });
}

bool StartsWithBound(std::string_view rest) {
  return StartsWith(rest, "以上") || StartsWith(rest, "以内") || StartsWith(rest, "以下") || StartsWith(rest, "及以") ||
         StartsWith(rest, "之内");
}

bool StartsRange(std::string_view rest) {
  return StartsWith(rest, "-") || StartsWith(rest, "~") || StartsWith(rest, "至");
}

// A run of digits, grouping commas and one point. Nothing when it is no number.
std::optional<Decimal> ReadNumber(std::string_view run, int& decimals) {
  const std::size_t point = run.find('.');
  const std::string_view integer = run.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : run.substr(point + 1);
  decimals = static_cast<int>(fraction.size());
  if (fraction.find_first_of(",.") != std::string_view::npos) return std::nullopt;
  if (integer.find(',') == std::string_view::npos) return Decimal::Parse(run);
  absl::InlinedVector<char, 64> digits;
  std::size_t group = 0;  // digits since the last comma
  for (const char c : integer) {
    if (c != ',') {
      digits.push_back(c);
      ++group;
      continue;
    }
    const bool first = digits.size() == group;
    if (first ? group > 3 : group != 3) return std::nullopt;
    group = 0;
  }
  if (group != digits.size() && group != 3) return std::nullopt;
  if (!fraction.empty()) {
    digits.push_back('.');
    digits.insert(digits.end(), fraction.begin(), fraction.end());
  }
  return Decimal::Parse(std::string_view(digits.data(), digits.size()));
}

// Reads one folded sentence from left to right.
class SentenceReader {
 public:
  explicit SentenceReader(Sentence& sentence) : sentence_(sentence), text_(sentence.text) {}

  void Run() {
    while (at_ < text_.size()) {
      switch (const char c = text_[at_]; c) {
        case '(':  // no mark: 因公出国(境)经费 is one name
          ++depth_;
          ++at_;
          break;
        case ')':
          depth_ = std::max(0, depth_ - 1);
          ++at_;
          break;
        case ';':
        case ',':
        case ':':
          label_ = ++at_;
          break;
        default:
          if (IsDigit(c)) {
            TakeNumber();
          } else {
            const bool mark = StartsWith(text_.substr(at_), "、");
            at_ += CharLength(c);
            if (mark) label_ = at_;
          }
      }
    }
  }

 private:
  std::string_view TakeDigits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (IsDigit(text_[at_]) || ((text_[at_] == ',' || text_[at_] == '.') &&
                                                          at_ + 1 < text_.size() && IsDigit(text_[at_ + 1]))))
      ++at_;
    return text_.substr(start, at_ - start);
  }

  void TakeNumber() {
    const std::size_t begin = at_;
    const std::string_view run = TakeDigits();
    std::string_view rest = text_.substr(at_);
    const bool more = Take(rest, "余") || Take(rest, "多");
    // Most numbers count something else: their unit tells, before anything is reckoned.
    bool bare = false;
    const bool percent = Take(rest, "%");
    const std::int64_t in_yuan = percent ? 0 : TakeMoney(rest, bare);
    if (!percent && in_yuan == 0) return;
    // 5万 is money only where no classifier follows: 5万人, 1.2亿条.
    if (bare && !rest.empty() && literal::FirstChar(rest) >= 0x4E00) return;
    int decimals = 0;
    const auto number = ReadNumber(run, decimals);
    if (!number || decimals >= Decimal::kMaxScale) return;

    Mention mention;
    mention.percent = percent;
    mention.number = *number;
    mention.in_yuan = in_yuan == 1;
    if (!Scale(mention, Decimal::Scaled(5, decimals + 1), in_yuan)) return;
    mention.label = label_;
    mention.begin = begin;
    mention.end = text_.size() - rest.size();
    mention.depth = depth_;
    at_ = label_ = mention.end;

    const std::string_view before = text_.substr(0, begin);
    // 1，437万元 in full-width digits of a list: where the number begins cannot be told.
    const bool cut = before.ends_with(";") && before.size() > 1 && IsDigit(before[before.size() - 2]);
    const bool range = before.ends_with("-") || before.ends_with("~") || before.ends_with("至");
    const bool per = StartsWith(rest, "/") || StartsWith(rest, "每") || StartsWith(rest, "·");
    const bool to = StartsRange(rest) && rest.size() > 1;
    if (cut || range || per || to) return;
    mention.approximate = more || StartsWith(rest, "左右") || StartsWith(rest, "上下") || before.ends_with("约") ||
                          before.ends_with("近");
    mention.bounded = StartsWithBound(rest) || EndsWithLimit(before);
    if (sentence_.mentions.empty()) sentence_.mentions.reserve(4);
    sentence_.mentions.push_back(mention);
    sentence_.amounts += !percent;
  }

  // False when the amount is beyond all reckoning. `in_yuan` is 0 for a percentage.
  static bool Scale(Mention& mention, const Decimal& half, std::int64_t in_yuan) {
    constexpr std::int64_t kTenThousand = 10000;
    mention.value = mention.number;
    mention.precision = half;
    if (in_yuan == 0 || in_yuan == kTenThousand) return true;
    const Decimal factor(in_yuan);
    const auto value = Decimal::MulDiv(mention.number, factor, Decimal(kTenThousand), Decimal::kMaxScale);
    const auto precision = Decimal::MulDiv(half, factor, Decimal(kTenThousand), Decimal::kMaxScale);
    if (!value || !precision) return false;
    mention.value = *value;
    mention.precision = *precision;
    return true;
  }

  Sentence& sentence_;
  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t label_ = 0;
  int depth_ = 0;
};

// What a byte of a text that is not folded may mean for its sentences.
enum class Sign : std::uint8_t {
  kNone,
  kDigit,      // 0 to 9
  kIdeograph,  // begins one of U+4000..U+9FFF
  kStop,       // ! or ?
  kLine,       // a line break
  kMark,       // , or ;
  kWide,       // begins 。 or 、 or a blank
  kFullWidth,  // begins ！ ？ ， ； and full-width digits
};

constexpr auto kSigns = [] {
  std::array<Sign, 256> signs{};
  for (std::size_t c = '0'; c <= '9'; ++c) signs[c] = Sign::kDigit;
  for (std::size_t c = 0xE4; c <= 0xE9; ++c) signs[c] = Sign::kIdeograph;
  signs['!'] = signs['?'] = Sign::kStop;
  signs['\n'] = Sign::kLine;
  signs[','] = signs[';'] = Sign::kMark;
  signs[0xE3] = Sign::kWide;
  signs[0xEF] = Sign::kFullWidth;
  return signs;
}();

// Whether what stands behind a number may make it an amount or a percentage: a unit, or something that folding takes
// away or replaces before one.
bool MayBeUnit(std::string_view rest) {
  if (rest.empty()) return false;
  switch (static_cast<unsigned char>(rest[0])) {
    case 0xE4:
      return StartsWith(rest, "万") || StartsWith(rest, "亿") || StartsWith(rest, "余");
    case 0xE5:
      return StartsWith(rest, "元") || StartsWith(rest, "千") || StartsWith(rest, "多");
    case 0xE6:
    case 0xE8:
    case 0xE9:
      return false;
    case 0xE7:
      return StartsWith(rest, "百");
    default:
      return rest[0] < 0 || rest[0] == '%' || rest[0] <= ' ';
  }
}

// Whether what follows a full stop still belongs to the total before it: 下达2263万元。其中：….
bool GoesOn(std::string_view rest) {
  rest = TrimLeft(rest);
  return StartsWith(rest, "其中") || StartsWith(rest, "分别为") || StartsWith(rest, "具体为") ||
         StartsWith(rest, "具体是");
}

// Cuts a text into sentences and reads those that hold a figure.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(TruncateUtf8(text, kMostOfText)) {}

  std::vector<Sentence> Run() {
    for (std::size_t i = 0; i < text_.size();) {
      const std::size_t length = Look(i);
      if (length == 0) continue;
      Add(i);
      start_ = i += length;
    }
    Add(text_.size());
    return std::move(out_);
  }

 private:
  // Looks at the character at `i`: the length of the mark when a sentence ends before it, else 0, with `i` behind the
  // character.
  std::size_t Look(std::size_t& i) {
    const std::string_view rest = text_.substr(i);
    std::size_t stop = 0;
    bool mark = false;
    switch (kSigns[static_cast<unsigned char>(rest[0])]) {
      case Sign::kIdeograph: {
        const char* const behind = SkipIdeographs(rest.data(), rest.data() + rest.size());
        i += std::max<std::size_t>(3, static_cast<std::size_t>(behind - rest.data()));
        return 0;
      }
      case Sign::kDigit:
        digits_ = true;
        while (i < text_.size() && IsDigit(text_[i])) ++i;
        figures_ = figures_ || MayBeUnit(text_.substr(i));
        return 0;
      case Sign::kNone:
        if (static_cast<unsigned char>(rest[0]) == 0xC2) figures_ = true;  // ² and ³ become digits
        ++i;
        return 0;
      case Sign::kStop:
        stop = 1;
        break;
      case Sign::kLine:
        stop = EndsBefore(TrimLeft(rest.substr(1))) ? 1 : 0;
        mark = true;
        break;
      case Sign::kMark:
        mark = true;
        break;
      case Sign::kWide:
        stop = StartsWith(rest, "。") && !GoesOn(rest.substr(3)) ? 3 : 0;
        mark = StartsWith(rest, "、") || StartsWith(rest, "。");
        break;
      case Sign::kFullWidth:
        stop = StartsWith(rest, "！") || StartsWith(rest, "？") ? 3 : 0;
        mark = StartsWith(rest, "；") || StartsWith(rest, "，");
        figures_ = figures_ || (stop == 0 && !mark);
        break;
    }
    const std::size_t length = std::min(CharLength(rest[0]), rest.size());
    if (stop == 0 && mark && i - start_ > kLongestSentence) stop = length;
    if (stop != 0) return stop;
    digits_ = digits_ || rest[0] == '\xEF';
    i += length;
    return 0;
  }

  static bool EndsBefore(std::string_view line) { return line.starts_with('\n') || TakeEnumerator(line); }

  void Add(std::size_t end) {
    const std::string_view raw = text_.substr(start_, end - start_);
    const bool figures = std::exchange(figures_, false);
    const bool digits = std::exchange(digits_, false);
    if (!figures || !digits) return;
    Sentence sentence;
    sentence.text = Fold(raw);
    SentenceReader(sentence).Run();
    if (!sentence.mentions.empty()) out_.push_back(std::move(sentence));
  }

  const std::string_view text_;
  std::vector<Sentence> out_;
  std::size_t start_ = 0;
  bool figures_ = false;  // the sentence may hold one
  bool digits_ = false;   // digits stand in it, or full-width characters that may be some
};

}  // namespace

std::vector<Sentence> ReadSentences(std::string_view text) {
  return TextReader(text).Run();
}

}  // namespace jixiao::scoring
