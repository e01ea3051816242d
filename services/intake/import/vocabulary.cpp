#include "intake/import/vocabulary.h"

#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/words.h"

#include <algorithm>
#include <array>

namespace jixiao::importing {
namespace {

const TextMap<Roles>& Dictionary() {
  static const TextMap<Roles> map = [] {
    TextMap<Roles> out;
    for (const Words& line : WordsOfRoles()) {
      std::string_view rest = line.words;
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        if (end > 0) {
          Roles& roles = out[std::string(rest.substr(0, end))];
          roles = roles | line.role;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return out;
  }();
  return map;
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Removes "(…)" groups; what was in them goes to `brackets`.
std::string WithoutBrackets(std::string_view text, std::string& brackets) {
  std::string out;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') {
      if (depth++ == 0 && !brackets.empty()) brackets += ' ';
    } else if (c == ')') {
      if (depth > 0) --depth;
    } else {
      (depth > 0 ? brackets : out) += c;
    }
  }
  return out;
}

void StripNumbering(std::string& text) {
  std::string_view rest = text;
  for (const std::string_view star : {"★", "*", "☆", "●", "■", "◆"})
    while (rest.starts_with(star)) rest.remove_prefix(star.size());
  std::string_view probe = rest;
  std::size_t count = 0;
  while (!probe.empty() && count < 3) {
    std::string_view next = probe;
    const char32_t c = TakeUtf8(next);
    if (!(c >= '0' && c <= '9') && std::u32string_view(U"一二三四五六七八九十").find(c) == std::u32string_view::npos)
      break;
    probe = next;
    ++count;
  }
  if (count > 0)
    for (const std::string_view mark : {"、", ".", ","})
      if (probe.starts_with(mark)) {
        rest = probe.substr(mark.size());
        break;
      }
  text = std::string(rest);
}

// Trailing colons, letters of formulas (A, B/A), circled digits, stars.
void StripTail(std::string& text) {
  bool again = true;
  while (again && !text.empty()) {
    again = false;
    for (const std::string_view tail : {":",     "*",     "①", "②", "③", "④", "⑤",  "⑥",  "⑦", "⑧", "⑨", "/",
                                        "×100%", "*100%", "=", "%", ";", ",", "。", "、", "_", "÷", "★"}) {
      if (text.ends_with(tail) && text.size() > tail.size()) {
        text.resize(text.size() - tail.size());
        again = true;
      }
    }
    if (text.size() > 3 && ((text.back() >= 'A' && text.back() <= 'N') || (text.back() >= 'a' && text.back() <= 'd'))) {
      text.pop_back();
      again = true;
    }
  }
}

std::string PointsIn(std::string_view text) {
  const std::size_t at = text.rfind("分");
  if (at == std::string_view::npos || at == 0) return {};
  std::size_t from = at;
  while (from > 0 && (IsDigit(text[from - 1]) || text[from - 1] == '.')) --from;
  if (from == at || !IsDigit(text[from])) return {};
  return std::string(text.substr(from, at - from));
}

Roles Find(std::string_view key) {
  const auto found = Dictionary().find(key);
  return found == Dictionary().end() ? Roles() : found->second;
}

// 审核意见, whosever: what a form leaves room for at its foot.
bool IsOpinion(std::string_view key) {
  constexpr std::size_t kLongest = 24;  // characters
  static constexpr std::string_view kOpinions[] = {"审核意见", "初审意见", "审查意见", "复核意见", "审批意见",
                                                   "复审意见", "签批意见", "签署意见", "审定意见"};
  return Utf8Length(key) <= kLongest && std::any_of(std::begin(kOpinions), std::end(kOpinions),
                                                    [&](std::string_view end) { return key.ends_with(end); });
}

}  // namespace

Label ReadLabel(std::string_view text) {
  Label out;
  if (text.size() < 6 || text.size() > 240) return out;
  if (std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xE4; })) return out;
  const std::string folded = Fold(text);
  if (folded.empty() || Utf8Length(folded) > 48) return out;
  std::string key = WithoutBrackets(folded, out.brackets);
  StripNumbering(key);
  StripTail(key);
  out.points = PointsIn(out.brackets);
  const auto accept = [&](const std::string& candidate) {
    out.roles = Find(candidate);
    if (out.roles.empty()) return false;
    out.key = candidate;
    return true;
  };
  if (accept(key)) return out;
  // 项目资金万元, 得分20分
  for (const std::string_view unit : {"万元", "元", "亿元", ":万元", ":元", "单位:万元", "单位:元"}) {
    if (!key.ends_with(unit)) continue;
    std::string shorter = key.substr(0, key.size() - unit.size());
    StripTail(shorter);
    if (accept(shorter)) {
      Append(out.brackets, " ", unit);
      return out;
    }
  }
  if (const std::string points = PointsIn(key); !points.empty() && key.ends_with("分")) {
    std::string shorter = key.substr(0, key.size() - points.size() - std::string_view("分").size());
    StripTail(shorter);
    if (accept(shorter)) {
      out.points = points;
      return out;
    }
  }
  // 省级预算部门名称, 区级主管单位名称; but 省级预算数 is a part of the budget.
  constexpr Roles kNames = Role::kDepartment | Role::kDepartmentName | Roles(Role::kUnit) | Roles(Role::kProjectName);
  for (const std::string_view level : {"省级", "市级", "县级", "区级", "州级", "镇级", "本级"})
    if (key.starts_with(level) && Find(key.substr(level.size())).HasAny(kNames) && accept(key.substr(level.size())))
      return out;
  // 年度绩效目标1, 绩效目标二
  std::string shorter = key;
  while (!shorter.empty() && IsDigit(shorter.back())) shorter.pop_back();
  if (shorter.size() == key.size())
    for (const std::string_view digit : {"一", "二", "三", "四", "五"})
      if (shorter.ends_with(digit)) {
        shorter.resize(shorter.size() - digit.size());
        break;
      }
  if (!shorter.empty() && shorter.size() < key.size() && accept(shorter)) return out;
  // 未完成原因分析(≤200字) and the like begin with the label's word: 偏差原因分析及…
  for (const std::string_view head : {"偏差原因", "未完成原因", "偏离原因"})
    if (key.starts_with(head) && Utf8Length(key) <= 30) {
      out.roles = Role::kDeviation;
      out.key = key;
      return out;
    }
  // 财政部门业务股室初审意见(盖章): whoever it is.
  if (IsOpinion(key)) out.roles = Role::kOther;
  // 四川: 预算执行情况(10分)年度预算数, 社会公众或…; nothing to add.
  out.key = key;
  return out;
}

int LevelOf(std::string_view text) {
  if (text.size() < 6 || text.size() > 120) return 0;
  std::string brackets;
  std::string key = WithoutBrackets(Fold(text), brackets);
  StripNumbering(key);
  if (const std::string points = PointsIn(key); !points.empty() && key.ends_with("分"))
    key.resize(key.size() - points.size() - 3);
  StripTail(key);
  while (!key.empty() && IsDigit(key.back())) key.pop_back();
  const bool named = key.ends_with("指标") && key.size() > 6;
  if (named) key.resize(key.size() - 6);
  for (const Level& level : LevelNames()) {
    if (level.word != key) continue;
    // Bare words such as 管理 or 完成 are level names only with 指标 behind them, unless they say it all.
    static constexpr std::array<std::string_view, 5> kCommon = {"完成", "管理", "服务对象", "可持续", "过程"};
    if (!named && std::find(kCommon.begin(), kCommon.end(), key) != kCommon.end()) return 0;
    return level.level;
  }
  return 0;
}

bool AreHalvesOfLevel(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongest = 120;  // bytes, as of a name
  if (a.size() + b.size() > kLongest) return false;
  if (a == "服务对象" && b.starts_with("满意度")) return true;
  return LevelOf(a) == 0 && LevelOf(b) == 0 && LevelOf(Cat(a, b)) != 0;
}

std::size_t ComparisonLength(std::string_view text) {
  // A longer one before any that it begins with.
  static constexpr std::array<std::string_view, 25> kComparisons = {
      "大于或等于", "小于或等于", "大于等于", "小于等于", "不低于", "不少于", "不高于", "不超过", "不大于",
      "不小于",     "大于",       "小于",     "等于",     "至少",   ">=",     "<=",     "≥",      "≤",
      "≧",          "≦",          "═",        "﹦",       "=",      ">",      "<"};
  const auto found = std::find_if(kComparisons.begin(), kComparisons.end(),
                                  [&](std::string_view word) { return text.starts_with(word); });
  return found == kComparisons.end() ? 0 : found->size();
}

bool IsFundTotal(std::string_view text) {
  std::string brackets;
  std::string key = WithoutBrackets(Fold(text), brackets);
  StripTail(key);
  static constexpr std::array<std::string_view, 15> kTotals = {
      "年度资金总额",     "资金总额", "总额",         "合计",         "总计",
      "年度财政资金总额", "年度总额", "年度预算总额", "预算总额",     "项目资金总额",
      "年度资金",         "资金合计", "年度资金合计", "全年资金总额", "资金总计"};
  return std::find(kTotals.begin(), kTotals.end(), key) != kTotals.end();
}

bool IsFundName(std::string_view text) {
  const std::string key = Fold(text);
  if (key.empty() || Utf8Length(key) > 30 || IsNumber(text)) return false;
  return IsFundTotal(text) || key.starts_with("其中") ||
         ContainsAny(key, {"资金总额", "财政拨款",     "财政资金", "结转",     "其他资金",     "自筹",       "单位资金",
                           "专户",     "上级",         "本级",     "中央",     "省级",         "市级",       "县级",
                           "区级",     "市县",         "地方资金", "补助",     "一般公共预算", "政府性基金", "国有资本",
                           "人员类",   "人员经费",     "公用经费", "特定目标", "基本支出",     "项目支出",   "社会投入",
                           "贷款",     "债券",         "社会资金", "其它资金", "其他收入",     "非财政",     "非税",
                           "事业收入", "部门预算资金", "上年结余"});
}

bool IsSignOff(std::string_view text) {
  return IsOpinion(ReadLabel(text).key);
}

bool IsFormTitle(std::string_view text) {
  if (text.empty() || text.size() > 400) return false;
  const std::string key = Fold(text);
  if (Utf8Length(key) > 64 || key.starts_with("评价方式") ||
      ContainsAny(key, {"。", ",", ";", "...", "……", "通知", "详见", "见附", "汇总", "统计"}))
    return false;
  std::string brackets;
  std::string core = WithoutBrackets(key, brackets);
  StripTail(core);
  if (!core.ends_with("表") && ContainsAny(core, {"报告", "办法", "开展"})) return false;
  return ContainsAny(core, {"自评表", "自评价表", "自我评价表", "绩效评价表", "绩效目标完成情况表",
                            "绩效目标执行情况表", "绩效目标自评", "绩效完成情况表", "绩效自评情况表", "绩效评价自评",
                            "评价自评表", "自评情况表", "绩效自评汇总表", "绩效评分表", "绩效自评评分表", "自评打分表",
                            "绩效目标实现情况表", "绩效评价指标表"}) ||
         (core.ends_with("绩效自评") && Utf8Length(core) >= 6) || core.ends_with("绩效自评情况");
}

bool IsReportTitle(std::string_view text) {
  if (text.empty() || text.size() > 400) return false;
  std::string brackets;
  const std::string key = WithoutBrackets(Fold(text), brackets);  // …绩效自评报告(残疾人事业发展补助资金)
  if (Utf8Length(key) > 64 || ContainsAny(key, {"。", ";", "...", "……"})) return false;
  return (key.ends_with("报告") || key.ends_with("自评情况说明") || key.ends_with("情况说明")) &&
         ContainsAny(key, {"绩效", "自评", "评价"}) && !ContainsAny(key, {"通知", "见附件", "如下"});
}

std::string_view GradeIn(std::string_view text) {
  const std::string key = Fold(text);
  for (const std::string_view grade :
       {"优", "良", "中", "差", "优秀", "良好", "中等", "合格", "不合格", "较差", "一般"})
    if (key == grade) return grade;
  return {};
}

}  // namespace jixiao::importing
