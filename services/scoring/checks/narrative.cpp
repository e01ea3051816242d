#include "scoring/checks/narrative.h"

#include "common/text.h"
#include "scoring/engine/literal.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kMostRead = 256 * 1024;
constexpr std::size_t kLongestSentence = 4096;  // looks back within a sentence must stay cheap

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <class Words>
bool TakeAnyOf(std::string_view& text, const Words& words) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return Take(text, word); });
}

template <class Words>
bool ContainsAnyOf(std::string_view text, const Words& words) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// Blanks as they stand at the start of a line.
std::string_view TrimLeft(std::string_view text) {
  while (TakeAnyOf(text, std::array<std::string_view, 4>{" ", "\t", "\r", "　"})) {
  }
  return text;
}

// The number of a numbered line, such as 一、 (二) 3. 4、 (5); takes it off.
bool TakeEnumerator(std::string_view& text) {
  std::string_view rest = text;
  const bool open = Take(rest, "(") || Take(rest, "（");
  constexpr std::string_view kNumerals[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
  bool any = false;
  while (TakeAnyOf(rest, kNumerals)) any = true;
  if (!any)
    for (int i = 0; i < 2 && !rest.empty() && IsDigit(rest[0]); ++i, any = true) rest.remove_prefix(1);
  if (!any) return false;
  const bool close = Take(rest, ")") || Take(rest, "）");
  if (!(open && close)) {
    const bool mark = close || Take(rest, "、") || Take(rest, "．") || Take(rest, ".");
    if (!mark || (!rest.empty() && IsDigit(rest[0]))) return false;
  }
  text = rest;
  return true;
}

// Money and percent as they follow a number.
struct UnitWord {
  std::string_view text;
  std::int64_t in_yuan;
};
constexpr UnitWord kMoney[] = {{"亿元", 100000000}, {"百万元", 1000000}, {"万元", 10000}, {"千元", 1000},
                               {"元", 1},           {"亿", 100000000},   {"万", 10000}};

// Reads one folded sentence from left to right.
class SentenceReader {
 public:
  explicit SentenceReader(Sentence& sentence) : sentence_(sentence), text_(sentence.text) {}

  void Run() {
    while (at_ < text_.size()) {
      if (IsDigit(text_[at_])) {
        TakeNumber();
        continue;
      }
      std::string_view rest = text_.substr(at_);
      if (Take(rest, "(")) {  // no mark: 因公出国(境)经费 is one name
        ++depth_;
        at_ = text_.size() - rest.size();
      } else if (Take(rest, ")")) {
        depth_ = std::max(0, depth_ - 1);
        at_ = text_.size() - rest.size();
      } else if (TakeAnyOf(rest, std::array<std::string_view, 4>{";", ",", "、", ":"})) {
        Mark(rest);
      } else {
        TakeUtf8(rest);
        at_ = text_.size() - rest.size();
      }
    }
  }

 private:
  void Mark(std::string_view rest) { label_ = at_ = text_.size() - rest.size(); }

  // A run of digits, grouping commas and one point. Nothing when it is no number.
  std::optional<Decimal> TakeDigits(int& decimals) {
    const std::size_t start = at_;
    while (at_ < text_.size() && (IsDigit(text_[at_]) || ((text_[at_] == ',' || text_[at_] == '.') &&
                                                          at_ + 1 < text_.size() && IsDigit(text_[at_ + 1]))))
      ++at_;
    const std::string_view run = text_.substr(start, at_ - start);
    const std::size_t point = run.find('.');
    const std::string_view integer = run.substr(0, point);
    const std::string_view fraction = point == std::string_view::npos ? std::string_view() : run.substr(point + 1);
    if (fraction.find_first_of(",.") != std::string_view::npos) return std::nullopt;
    std::string digits;
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
    decimals = static_cast<int>(fraction.size());
    if (!fraction.empty()) Append(digits, ".", fraction);
    return Decimal::Parse(digits);
  }

  void TakeNumber() {
    Mention mention;
    mention.label = label_;
    mention.begin = at_;
    mention.depth = depth_;
    int decimals = 0;
    const auto number = TakeDigits(decimals);
    std::string_view rest = text_.substr(at_);
    const std::string_view before = text_.substr(0, mention.begin);
    // 1，437万元 in full-width digits of a list: where the number begins cannot be told.
    const bool cut = before.ends_with(";") && before.size() > 1 && IsDigit(before[before.size() - 2]);
    const bool range = before.ends_with("-") || before.ends_with("~") || before.ends_with("至");
    mention.approximate = Take(rest, "余") || Take(rest, "多");
    if (!number || !TakeUnit(mention, *number, decimals, rest)) return;
    mention.end = text_.size() - rest.size();
    const bool per = rest.starts_with("/") || rest.starts_with("每") || rest.starts_with("·");
    const bool to = (rest.starts_with("-") || rest.starts_with("~") || rest.starts_with("至")) && rest.size() > 1;
    mention.approximate = mention.approximate || rest.starts_with("左右") || rest.starts_with("上下") ||
                          before.ends_with("约") || before.ends_with("近");
    constexpr std::string_view kBounds[] = {"以上", "以内", "以下", "及以", "之内"};
    constexpr std::string_view kLimits[] = {"超过", "不超", "不低于", "不少于", "不高于", "低于", "高于",
                                            "至少", "大于", "小于",   ">=",     "<=",     ">",    "<"};
    mention.bounded =
        std::any_of(std::begin(kBounds), std::end(kBounds), [&](auto word) { return rest.starts_with(word); }) ||
        std::any_of(std::begin(kLimits), std::end(kLimits), [&](auto word) { return before.ends_with(word); });
    at_ = mention.end;
    label_ = at_;
    if (!cut && !range && !per && !to) sentence_.mentions.push_back(mention);
  }

  bool TakeUnit(Mention& mention, const Decimal& number, int decimals, std::string_view& rest) const {
    if (decimals >= Decimal::kMaxScale) return false;
    mention.number = number;
    const Decimal half = Decimal::Scaled(5, decimals + 1);
    if (Take(rest, "%")) {
      mention.percent = true;
      mention.value = number;
      mention.precision = half;
      return true;
    }
    for (const UnitWord& unit : kMoney) {
      std::string_view after = rest;
      if (!Take(after, unit.text)) continue;
      // 5万 is money only where no classifier follows: 5万人, 1.2亿条.
      const bool bare = !unit.text.ends_with("元");
      if (bare && !after.empty() && TakeUtf8(after) >= 0x4E00) return false;
      const Decimal factor(unit.in_yuan);
      const auto value = Decimal::MulDiv(number, factor, Decimal(10000), Decimal::kMaxScale);
      const auto precision = Decimal::MulDiv(half, factor, Decimal(10000), Decimal::kMaxScale);
      if (!value || !precision) return false;
      mention.value = *value;
      mention.precision = *precision;
      mention.in_yuan = unit.in_yuan == 1;
      rest.remove_prefix(unit.text.size());
      return true;
    }
    return false;
  }

  Sentence& sentence_;
  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t label_ = 0;
  int depth_ = 0;
};

// Words that connect a role to its amount: 预算安排资金共计112万元.
constexpr std::string_view kConnecting[] = {"合计", "共计", "总计", "总额", "金额", "资金", "人民币", "达到", "调整后",
                                            "为",   "是",   "约",   "近",   "共",   "计",   "数",     "达",   "了",
                                            "即",   "有",   "的",   ":",    "(",    ")",    "A",      "B",    " "};

// Words that say nothing about which part of the money is meant; longer ones first.
constexpr std::string_view kGeneric[] = {
    "本项目", "该项目", "本单位", "我单位", "本部门", "我部门", "调整后", "财政拨款", "全年", "本年", "年度", "当年",
    "年初",   "年末",   "年底",   "截至",   "截止",   "以前",   "之前",   "资金",     "经费", "专项", "工作", "财政",
    "预算",   "决算",   "执行",   "支出",   "合计",   "共计",   "总计",   "总额",     "累计", "实际", "安排", "下达",
    "批复",   "批准",   "核定",   "拨付",   "到位",   "使用",   "完成",   "全部",     "金额", "数额", "我局", "我办",
    "我委",   "其中",   "已于",   "年",     "月",     "日",     "度",     "底",       "末",   "前",   "共",   "总",
    "计",     "已",     "于",     "由",     "在",     "到",     "为",     "是",       "约",   "了",   "的",   "数",
    "中",     "并",     "均",     "本",     "该",     "其",     "全",     "各项",     "·",    "“",    "”",    "\"",
    "(",      ")",      " ",      ";",      ",",      "、",     ":",      "-",        "."};

}  // namespace

std::string_view Sentence::LabelOf(const Mention& mention) const {
  return std::string_view(text).substr(mention.label, mention.begin - mention.label);
}

std::string_view Sentence::TextOf(const Mention& mention) const {
  return std::string_view(text).substr(mention.begin, mention.end - mention.begin);
}

std::vector<Sentence> ReadSentences(std::string_view text) {
  std::vector<Sentence> out;
  text = TruncateUtf8(text, kMostRead);
  const auto add = [&](std::string_view raw) {
    if (raw.find_first_of("0123456789\xEF") == std::string_view::npos) return;  // \xEF begins full-width digits
    Sentence sentence{Fold(raw), {}};
    SentenceReader(sentence).Run();
    if (!sentence.mentions.empty()) out.push_back(std::move(sentence));
  };
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    std::size_t length = 0;
    for (const std::string_view stop : {"。", "！", "？", "!", "?"})
      if (rest.starts_with(stop)) length = stop.size();
    if (length == 0 && rest[0] == '\n') {
      std::string_view line = TrimLeft(rest.substr(1));
      if (TakeEnumerator(line) || line.starts_with('\n')) length = 1;
    }
    if (length == 0 && i - start > kLongestSentence)
      for (const std::string_view mark : {"；", "，", ";", ",", "、", "\n"})
        if (rest.starts_with(mark)) length = mark.size();
    if (length > 0) {
      add(text.substr(start, i - start));
      start = i += length;
    } else {
      ++i;
    }
  }
  add(text.substr(start));
  return out;
}

RoleWords RoleOf(std::string_view label, const Rules& rules) {
  RoleWords out;
  std::size_t best_end = 0;
  std::size_t best_size = 0;
  const auto look = [&](const std::vector<std::string>& words, Role role) {
    for (const std::string& word : words) {
      const std::size_t at = word.empty() ? std::string_view::npos : label.rfind(word);
      if (at == std::string_view::npos) continue;
      const std::size_t end = at + word.size();
      // The word nearest to the amount decides; of two that end together, the longer one.
      if (end < best_end || (end == best_end && word.size() <= best_size)) continue;
      best_end = end;
      best_size = word.size();
      out.role = role;
      out.head = label.substr(0, at);
      out.tail = label.substr(end);
    }
  };
  look(rules.words.budget, Role::kBudget);
  look(rules.words.spending, Role::kSpending);
  std::string_view tail = out.tail;
  while (TakeAnyOf(tail, kConnecting)) {
  }
  out.whole = out.role != Role::kNone && tail.empty();
  return out;
}

Subject::Subject(const evaluation::v1::SelfEvaluation& form)
    : department_(form.kind() == evaluation::v1::FORM_KIND_DEPARTMENT) {
  constexpr std::size_t kRead = 512;
  for (const std::string* name :
       {&form.project_name(), &form.title(), &form.implementing_unit().name(), &form.competent_department().name()})
    Append(names_, Fold(TruncateUtf8(*name, kRead)), "\n");
}

bool Subject::IsWhole(std::string_view words) const {
  constexpr std::size_t kLongest = 600;
  if (words.size() > kLongest) return false;
  std::string_view piece = words.substr(0, 0);
  // A single character says too little: the 上 of 上年结转 is not that of 上海.
  const auto named = [&] {
    return piece.empty() || (Utf8Length(piece) > 1 && names_.find(piece) != std::string::npos);
  };
  while (!words.empty()) {
    std::string_view rest = words;
    bool generic = TakeAnyOf(rest, kGeneric) || (!department_ && Take(rest, "项目"));
    if (!generic && IsDigit(rest[0])) {
      rest.remove_prefix(1);
      generic = true;
    }
    if (generic) {
      if (!named()) return false;
      words = rest;
      piece = words.substr(0, 0);
      continue;
    }
    TakeUtf8(rest);
    const std::size_t taken = words.size() - rest.size();
    piece = std::string_view(piece.data(), piece.size() + taken);
    words = rest;
  }
  return named();
}

bool NamesExecutionRate(std::string_view folded, const Rules& rules) {
  constexpr std::string_view kMoneyWords[] = {"预算", "资金", "经费", "财政", "支出"};
  for (const std::string& word : rules.words.rate) {
    const std::size_t at = word.empty() ? std::string_view::npos : folded.rfind(word);
    if (at == std::string_view::npos) continue;
    if (ContainsAnyOf(std::string_view(word), std::array<std::string_view, 3>{"预算", "资金", "经费"})) return true;
    std::string_view before = folded.substr(0, at);
    // 执行率 alone, behind a number of the row, or with money before it; 政策执行率 is another thing.
    if (ContainsAnyOf(before, kMoneyWords)) return true;
    Take(before, "指标");
    while (!before.empty() && (IsDigit(before[0]) || before[0] == '.' || before[0] == ':')) before.remove_prefix(1);
    Take(before, "、");
    while (TakeAnyOf(before, kGeneric) || Take(before, "项目")) {
    }
    while (!before.empty() && IsDigit(before[0])) {
      before.remove_prefix(1);
      while (TakeAnyOf(before, kGeneric) || Take(before, "项目")) {
      }
    }
    if (before.empty()) return true;
  }
  return false;
}

std::vector<int> YearsIn(std::string_view folded) {
  std::vector<int> years;
  bool unclosed = false;
  for (std::size_t i = 0; i + 4 <= folded.size(); ++i) {
    // 《2019-2023年…规划》 names a document.
    if (!unclosed && folded.substr(i).starts_with("《")) {
      const std::size_t close = folded.find("》", i);
      unclosed = close == std::string_view::npos;
      if (!unclosed) i = close;
      continue;
    }
    const std::string_view digits = folded.substr(i, 4);
    if (!std::all_of(digits.begin(), digits.end(), IsDigit) || (i > 0 && IsDigit(folded[i - 1]))) continue;
    const int year = (digits[0] - '0') * 1000 + (digits[1] - '0') * 100 + (digits[2] - '0') * 10 + (digits[3] - '0');
    std::string_view rest = folded.substr(i + 4);
    if (year < 1990 || year > 2100) continue;
    const bool year_word = rest.starts_with("年");
    const bool range = (Take(rest, "-") || Take(rest, "~") || Take(rest, "至")) && rest.size() >= 4 &&
                       std::all_of(rest.begin(), rest.begin() + 4, IsDigit);
    if (year_word || range) years.push_back(year);
  }
  return years;
}

int LastYearBefore(std::string_view sentence, std::size_t end) {
  const std::vector<int> years = YearsIn(sentence.substr(0, end));
  return years.empty() ? 0 : years.back();
}

namespace {

bool IsProblemHeading(std::string_view heading, const Rules& rules) {
  constexpr std::size_t kLongest = 120;
  if (heading.empty() || heading.size() > kLongest) return false;
  const std::string folded = Fold(heading);
  // 其他需要说明的问题 asks for anything but problems.
  return folded.find("说明的问题") == std::string::npos && ContainsAnyOf(folded, rules.words.problem_headings);
}

bool SaysNone(std::string_view text, const Rules& rules) {
  constexpr std::size_t kLongest = 60;  // bytes: 在预算执行中未发现明显问题
  if (text.size() > 4 * kLongest) return false;
  std::string folded = WithoutPunctuation(Fold(text));
  if (folded.empty() || rules.IsFiller(folded)) return true;
  if (folded.size() > kLongest) return false;
  constexpr std::string_view kNo[] = {"未发现", "不存在", "没有", "暂无", "无存在", "无明显", "均无", "无问题"};
  return ContainsAnyOf(folded, kNo) || folded.ends_with("无");
}

// How deep a numbered line lies: 一、 then (一) then 1. then (1).
int DepthOf(std::string_view enumerator) {
  const bool bracket = enumerator.starts_with("(") || enumerator.starts_with("（");
  const bool digits = std::any_of(enumerator.begin(), enumerator.end(), IsDigit);
  return (digits ? 2 : 0) + (bracket ? 1 : 0);
}

// A whole report in one section: from the numbered line that asks for problems to the next one that is not below it.
template <class Add>
void FindProblemLines(std::string_view text, const Rules& rules, const Add& add) {
  std::size_t start = std::string_view::npos;
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t stop = std::min(text.find('\n', at), text.size());
    const std::string_view line = TrimLeft(text.substr(at, stop - at));
    std::string_view title = line;
    if (TakeEnumerator(title)) {
      const int own = DepthOf(line.substr(0, line.size() - title.size()));
      if (start != std::string_view::npos && own <= depth) {
        add(text.substr(start, at - start));
        start = std::string_view::npos;
      }
      const std::size_t end = std::min({title.find("："), title.find(':'), title.find("。"), title.size()});
      if (start == std::string_view::npos && IsProblemHeading(title.substr(0, end), rules)) {
        start = static_cast<std::size_t>(title.data() - text.data()) + end;
        depth = own;
      }
    }
    at = stop + 1;
  }
  if (start != std::string_view::npos) add(text.substr(start));
}

}  // namespace

std::vector<ProblemSection> ProblemSections(const evaluation::v1::SelfEvaluation& form, const Rules& rules) {
  std::vector<ProblemSection> out;
  for (int i = 0; i < form.report_size(); ++i) {
    const auto add = [&](std::string_view text) {
      if (!Fold(TruncateUtf8(text, 256)).empty()) out.push_back({i, text, SaysNone(text, rules)});
    };
    if (IsProblemHeading(form.report(i).heading(), rules))
      add(form.report(i).text());
    else
      FindProblemLines(TruncateUtf8(form.report(i).text(), kMostRead), rules, add);
  }
  return out;
}

}  // namespace jixiao::scoring
