// PART_SUM_TEXT (33): amounts that a text lists add up to the total that it states. Lists behind the total
// (投入288.89万元， 其中：…), before it (…，合计288.9万元), and a list of what was spent (支出明细：…) against the
// table. A difference that rounding explains, and a list that may be incomplete, are only for information. Fires:
// document 002, five parts add up to 288.90 beside 288.89; document 000, 68.78 listed of 110.76. Must not: parts that
// add up at any point of the list; 其中 with one part; 基本支出289.53万元，占56%; amounts that are only about;
// 已支付400万元 behind a list.
//
// Two parts that fall short are a hint at most, and only where they are set down as a list (其中： with its colon,
// 包括, 分别为, brackets), end it, and make up most of the total: 279万元，其中：奖励扶助81万元，特别扶助161万元. Must
// not: 其中中央60万元，省级30万元; 其中：中央50万元，省级30万元，其余自筹; （含上年结转20万元、税费5万元）.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace jixiao::scoring {
namespace {

constexpr int kMostFindings = 20;
constexpr std::size_t kMostParts = 100;

using Parts = std::vector<const Mention*>;

bool EndsWithTotalWord(std::string_view label, const Rules& rules) {
  constexpr std::string_view kTails[] = {"下达", "安排", "为", "是", "约", "达", "金额", "人民币", ":", "资金"};
  for (bool taken = true; taken;) {
    taken = false;
    for (const std::string_view tail : kTails)
      if (label.ends_with(tail)) {
        label.remove_suffix(tail.size());
        taken = true;
      }
  }
  return rules.words.total.IsAtEndOf(label) && !label.ends_with("公共");
}

Decimal SumOf(const Parts& parts) {
  Decimal sum;
  for (const Mention* part : parts) sum += part->value;
  return sum;
}

class TextSums {
 public:
  TextSums(const CheckInput& input, FindingSink& findings)
      : rules_(input.rules), text_(input.text), whole_(ExecutionOf(input.reading)), findings_(findings) {}

  // `section`: of the report; kExpectedGoal or kActualGoal for the goal.
  static constexpr int kExpectedGoal = -2;
  static constexpr int kActualGoal = -1;

  void Check(int section, const std::vector<Sentence>& sentences) {
    for (const Sentence& sentence : sentences) {
      if (found_ >= kMostFindings) return;
      section_ = section;
      // A total and two parts, or three items.
      if (sentence.amounts < 3) continue;
      InBrackets(sentence);
      if (!Behind(sentence) && !Before(sentence)) Listed(sentence);
    }
  }

 private:
  std::string Path() const {
    return section_ == kExpectedGoal ? "expected_goal"
           : section_ == kActualGoal ? "actual_goal"
                                     : Cat("report[", section_, "].text");
  }

  // 实际支出95万元, 已支付400万元, 结余5万元: figures of the whole that follow a list, no parts of it.
  bool IsAnotherTotal(const Sentence& sentence, const Mention& mention) const {
    const std::string_view label = sentence.LabelOf(mention);
    if (rules_.words.rests.IsIn(label)) return true;
    const RoleWords role = RoleOf(label, rules_);
    return (role.whole && text_.subject().IsWhole(role.head)) || EndsWithTotalWord(label, rules_);
  }

  // Whether parts of the list, from its start, reach the total at some point: what follows is about something else.
  bool Reaches(const Parts& parts, const Decimal& total) const {
    Decimal sum;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      sum += parts[i]->value;
      if (i > 0 && sum == total) return true;
    }
    return false;
  }

  // What a whole is split into behind 其中, though its name ends as that of a whole: 基本支出, 上年结转结余.
  static bool NamesPart(std::string_view label) {
    constexpr std::string_view kParts[] = {"基本支出", "项目支出", "人员支出", "公用支出", "拨款收入",
                                           "上年结转", "上年结余", "年初结转", "其他收入"};
    return FindWord(label, "较") == label.npos &&
           std::ranges::any_of(kParts, [&](std::string_view part) { return FindWord(label, part) != label.npos; });
  }
  // 基本支出 and 项目支出 are all of a unit's spending; 支出总计 has what is left for the next year, too.
  static bool AreAllSpending(const Sentence& sentence, const Mention& total, const Parts& parts) {
    const std::string_view whole = sentence.LabelOf(total);
    if (!whole.ends_with("支出合计") && !whole.ends_with("总支出")) return false;
    const auto named = [&](std::size_t i, std::string_view name) {
      return FindWord(sentence.LabelOf(*parts[i]), name) != std::string_view::npos;
    };
    return parts.size() == 2 && named(0, "基本支出") && named(1, "项目支出");
  }

  // 16万元，包括…; 16万元。分别为….
  static bool IntroducesParts(std::string_view behind) {
    while (!behind.empty() && (behind[0] == ',' || behind[0] == ';' || behind[0] == ':')) behind.remove_prefix(1);
    constexpr std::string_view kIntros[] = {"分别为", "分别是", "具体为", "具体是", "具体包括", "包括"};
    return std::any_of(std::begin(kIntros), std::end(kIntros),
                       [&](std::string_view intro) { return behind.starts_with(intro); });
  }

  // Where lists begin: at 其中, and right behind an amount at a colon or at words that introduce its parts.
  static std::vector<std::size_t> MarksOf(const Sentence& sentence) {
    const std::string_view text = sentence.text;
    std::vector<std::size_t> marks;
    for (std::size_t at = FindWord(text, "其中"); at != std::string_view::npos; at = FindWord(text, "其中", at + 1))
      marks.push_back(at);
    for (const Mention& mention : sentence.mentions)
      if (!mention.percent &&
          ((text.substr(mention.end).starts_with(":") && !text.substr(mention.end + 1).starts_with("其中")) ||
           IntroducesParts(text.substr(mention.end))))
        marks.push_back(mention.end);
    std::sort(marks.begin(), marks.end());
    return marks;
  }

  // Total, 其中, parts. True when the sentence has such a list.
  bool Behind(const Sentence& sentence) {
    bool any = false;
    const std::vector<std::size_t> marks = MarksOf(sentence);
    const auto& mentions = sentence.mentions;
    for (std::size_t m = 0; m < marks.size() && found_ < kMostFindings; ++m) {
      const std::size_t next = m + 1 < marks.size() ? marks[m + 1] : std::string_view::npos;
      const auto first = std::partition_point(mentions.begin(), mentions.end(),
                                              [&](const Mention& mention) { return mention.begin < marks[m]; });
      auto before = first;
      while (before != mentions.begin() && std::prev(before)->percent) --before;
      if (before == mentions.begin()) continue;
      const Mention& total = *std::prev(before);
      // 计划投入100万元用于…，共三年，其中: a total stands close to its list.
      constexpr std::size_t kClose = 60;
      if (total.value.IsZero() || total.bounded || total.approximate || marks[m] - total.end > kClose) continue;
      Parts parts;
      Parts all;  // with what follows the list: it may be one of its parts after all
      bool certain = true;
      bool ended = false;
      for (auto at = first; at != mentions.end() && all.size() < kMostParts; ++at) {
        if (at->percent) continue;
        const int depth = all.empty() ? at->depth : all.front()->depth;
        if (at->begin > next || at->depth < depth) break;
        if (at->depth > depth) continue;  // brackets split a part once more
        all.push_back(&*at);
        ended = ended || (IsAnotherTotal(sentence, *at) && !NamesPart(sentence.LabelOf(*at)));
        if (ended) continue;
        certain = certain && !at->bounded && !at->approximate;
        parts.push_back(&*at);
      }
      if (parts.size() < 2 || !certain) continue;
      any = true;
      if (Reaches(all, total.value)) continue;
      // 支出总计 of 基本支出 and 项目支出 has what is left for the next year, too.
      const bool kinds =
          std::ranges::any_of(parts, [&](const Mention* part) { return NamesPart(sentence.LabelOf(*part)); });
      const bool pair = !ended && !kinds && IsList(sentence, marks[m]) && EndsItsList(sentence, *parts.back());
      Report(sentence, total, parts, AreAllSpending(sentence, total, parts), pair);
    }
    return any;
  }

  // Whether what begins at a mark is set down as a list: 其中 alone may name only what is worth mentioning.
  static bool IsList(const Sentence& sentence, std::size_t mark) {
    std::string_view text = std::string_view(sentence.text).substr(mark);
    return !literal::Take(text, "其中") || text.starts_with(':');
  }

  // Whether nothing goes on behind a part: 其余自筹 would name the rest.
  static bool EndsItsList(const Sentence& sentence, const Mention& part) {
    const std::string_view rest = std::string_view(sentence.text).substr(part.end);
    return rest.find_first_not_of(",;.)") == std::string_view::npos;
  }

  // 中央资金279万元（奖励扶助81万元，特别扶助161万元）: a hint at most, for brackets hold whatever is worth adding.
  void InBrackets(const Sentence& sentence) {
    constexpr std::string_view kOthers[] = {"含", "不含", "其中", "较", "比", "占", "折合", "另"};
    const auto& mentions = sentence.mentions;
    for (std::size_t t = 0; t < mentions.size() && found_ < kMostFindings; ++t) {
      const Mention& total = mentions[t];
      std::string_view inside = std::string_view(sentence.text).substr(total.end);
      if (total.percent || total.bounded || total.approximate || !literal::Take(inside, "(")) continue;
      if (std::ranges::any_of(kOthers, [&](std::string_view word) { return inside.starts_with(word); })) continue;
      const std::size_t close = total.end + 1 + inside.find(')');
      Parts parts;
      bool certain = inside.find(')') != inside.npos;
      for (std::size_t i = t + 1; i < mentions.size() && mentions[i].begin < close; ++i) {
        const Mention& part = mentions[i];
        certain = certain && !part.percent && !part.bounded && !part.approximate && part.begin > part.label &&
                  part.depth == total.depth + 1 && !IsAnotherTotal(sentence, part) && parts.size() < kMostParts;
        if (certain) parts.push_back(&part);
      }
      if (!certain || parts.size() < 2 || parts.back()->end != close || !IsMostOf(parts, total.value)) continue;
      if (SumOf(parts) < total.value) Report(sentence, total, parts, false, true);
    }
  }

  // At least four fifths of the total.
  static bool IsMostOf(const Parts& parts, const Decimal& total) {
    const auto fivefold = Decimal::Mul(SumOf(parts), Decimal(5));
    const auto fourfold = Decimal::Mul(total, Decimal(4));
    return fivefold && fourfold && *fivefold >= *fourfold;
  }

  // Parts, 合计, total.
  bool Before(const Sentence& sentence) {
    Parts parts;
    bool certain = true;
    for (const Mention& mention : sentence.mentions) {
      if (mention.percent || mention.depth > 0) continue;
      const std::string_view label = sentence.LabelOf(mention);
      if (!EndsWithTotalWord(label, rules_)) {
        if (IsAnotherTotal(sentence, mention)) {
          parts.clear();  // 预算100万元，支出95万元 are no parts
          certain = true;
          continue;
        }
        certain = certain && !mention.bounded && !mention.approximate;
        if (parts.size() < kMostParts) parts.push_back(&mention);
        continue;
      }
      if (parts.size() >= 2 && certain && !mention.bounded && !mention.approximate && !mention.value.IsZero()) {
        // The list may have begun later than the sentence.
        Decimal sum;
        bool reached = false;
        for (std::size_t i = parts.size(); i-- > 0;) {
          sum += parts[i]->value;
          reached = reached || (i + 2 <= parts.size() && sum == mention.value);
        }
        const Decimal gap = (sum - mention.value).Abs();
        const auto near = Decimal::Mul(gap, Decimal(10));
        // Far from the total, the amounts before it are no list of its parts.
        if (!reached && near && *near <= mention.value) Report(sentence, mention, parts, true);
        return true;
      }
      parts.clear();
      certain = true;
    }
    return false;
  }

  // 经费使用情况：…, 支出明细：…: what the form says was spent, item by item.
  void Listed(const Sentence& sentence) {
    if (!whole_.executed || whole_.executed->IsZero()) return;
    std::size_t start = std::string::npos;
    for (const std::string& intro : rules_.words.list_intros.words())
      if (const std::size_t at = FindWord(sentence.text, intro); at != std::string::npos)
        start = std::min(start, at + intro.size());
    if (start == std::string::npos) return;
    Parts parts;
    for (const Mention& mention : sentence.mentions) {
      if (mention.percent || mention.depth > 0 || mention.begin < start) continue;
      if (mention.bounded || mention.approximate) return;
      const RoleWords role = RoleOf(sentence.LabelOf(mention), rules_);
      if (role.whole && text_.subject().IsWhole(role.head)) return;  // no list of items
      if (parts.size() < kMostParts) parts.push_back(&mention);
    }
    if (parts.size() < 3) return;
    const Decimal sum = SumOf(parts);
    for (const auto& total : {whole_.executed, whole_.budget})
      if (total && ((sum - *total).Abs() <= RoundingOf(parts) || Reaches(parts, *total))) return;
    ++found_;
    const std::string message =
        Cat("所列 ", parts.size(), " 项支出合计 ", sum.ToString(), " 万元，与表内全年执行数 ",
            whole_.executed->ToString(), " 万元相差 ", (sum - *whole_.executed).Abs().ToString(), " 万元");
    findings_.AddMild(evaluation::v1::SEVERITY_INFO, Path(), message,
                      {{"sum", sum.ToString() + "万元"},
                       {"total", whole_.executed->ToString() + "万元"},
                       {"parts", Cat(parts.size())}});
  }

  // What the last digits of the parts leave open. 10万元 among parts with two decimals is exact.
  Decimal RoundingOf(const Parts& parts) const {
    const Mention* finest = *std::min_element(
        parts.begin(), parts.end(), [](const Mention* a, const Mention* b) { return a->precision < b->precision; });
    const auto all = Decimal::Mul(finest->precision, Decimal(static_cast<std::int64_t>(parts.size())));
    return std::max(rules_.amount_tolerance, all.value_or(Decimal()));
  }

  // `exhaustive`: the total is said to be that of the list; 其中 need not name all. `pair`: two parts may be all.
  void Report(const Sentence& sentence, const Mention& total, const Parts& parts, bool exhaustive, bool pair = false) {
    if (Reaches(parts, total.value)) return;
    const Decimal sum = SumOf(parts);
    const Decimal gap = (sum - total.value).Abs();
    if (gap < rules_.amount_tolerance && gap < total.precision + total.precision) return;
    std::string list;
    for (const Mention* part : parts) Append(list, list.empty() ? "" : " + ", part->value.ToString());
    std::string message = Cat("所列 ", parts.size(), " 项合计 ", sum.ToString(), " 万元，所称总额 ",
                              sentence.TextOf(total), "，相差 ", gap.ToString(), " 万元");
    const FindingSink::Evidence evidence = {{"sum", sum.ToString() + "万元"},
                                            {"total", std::string(sentence.TextOf(total))},
                                            {"parts", list.substr(0, 2000)}};
    const bool rounding = gap <= RoundingOf(parts) + total.precision;
    // More than a hundredth short: perhaps a part that is not named.
    const auto hundredfold = Decimal::Mul(gap, Decimal(100));
    const bool incomplete = !exhaustive && sum < total.value && (!hundredfold || *hundredfold > total.value);
    if (incomplete && parts.size() < 3 && !(pair && IsMostOf(parts, total.value))) return;
    ++found_;
    if (rounding) Append(message, "，可能由四舍五入造成");
    if (rounding || incomplete)
      findings_.AddMild(evaluation::v1::SEVERITY_INFO, Path(), std::move(message), evidence);
    else
      findings_.Add(Path(), std::move(message), evidence);
  }

  const Rules& rules_;
  FormText& text_;
  const Execution whole_;
  FindingSink& findings_;
  int section_ = 0;
  int found_ = 0;
};

}  // namespace

void PartSumText(const CheckInput& input, FindingSink& findings) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  TextSums sums(input, findings);
  sums.Check(TextSums::kExpectedGoal, input.text.ExpectedGoal());
  sums.Check(TextSums::kActualGoal, input.text.ActualGoal());
  for (int i = 0; i < form.report_size(); ++i) sums.Check(i, input.text.Report(i));
  PartSumLines(input, findings);
}

}  // namespace jixiao::scoring
