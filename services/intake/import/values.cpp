#include "intake/import/values.h"

#include "intake/import/folding.h"
#include "intake/import/vocabulary.h"

#include <algorithm>
#include <span>
#include <string>

namespace jixiao::importing {
namespace {

bool TakeAny(std::string_view& rest, std::span<const std::string_view> words) {
  const auto found =
      std::find_if(words.begin(), words.end(), [&](std::string_view word) { return rest.starts_with(word); });
  if (found == words.end()) return false;
  rest.remove_prefix(found->size());
  return true;
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool TakeDigits(std::string_view& rest) {
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789.,"), rest.size());
  rest.remove_prefix(digits);
  return digits > 0;
}

// Behind a figure, longer ones before any that they begin with.
constexpr std::string_view kUnits[] = {
    "平方公里", "立方米", "平方米", "工作日", "个百分点", "百分点", "公里", "千米", "公顷", "公斤", "千克", "万元",
    "亿元",     "人次",   "小时",   "分钟",   "个月",     "周年",   "万",   "亿",   "千",   "百",   "%",    "‰",
    "个",       "人",     "名",     "户",     "次",       "项",     "件",   "场",   "期",   "批",   "份",   "家",
    "篇",       "套",     "条",     "天",     "台",       "辆",     "座",   "处",   "所",   "支",   "部",   "米",
    "亩",       "吨",     "元",     "起",     "月",       "年",     "日",   "号",   "度",   "株",   "头",   "只",
    "平",       "㎡",     "km",     "m",      "kg",       "t",      "村",   "镇",   "县",   "类",   "种",   "间",
    "栋",       "棵",     "块",     "幅",     "本",       "册",     "盏",   "眼",   "口",   "位",   "班",   "届",
    "组",       "队",     "笔",     "宗",     "卷",       "分"};

constexpr std::string_view kBehindDates[] = {"月底", "年底", "年末", "年初", "年内", "底",   "末",   "初",   "前",
                                             "内",   "以前", "之前", "以上", "以下", "以内", "左右", "完成", "止"};

// 提高, behind 明显 or alone.
constexpr std::string_view kOutcomes[] = {
    "不合格", "未完成", "不满意", "合格", "及时", "完成", "达标", "达到", "预期", "目标", "要求", "充分",
    "合理",   "规范",   "健全",   "完善", "完整", "科学", "明确", "准确", "真实", "合规", "有效", "显著",
    "明显",   "提高",   "提升",   "改善", "增强", "增加", "增长", "减少", "降低", "下降", "上升", "加强",
    "优化",   "稳定",   "保障",   "满意", "良好", "优秀", "优良", "较好", "较高", "较强", "长期", "持续",
    "促进",   "推进",   "到位",   "落实", "实现", "通过", "符合", "正常", "安全"};
constexpr std::string_view kDegrees[] = {"有所", "不断", "逐步", "进一步", "大幅", "大力", "稳步", "基本",
                                         "全部", "全面", "部分", "按时",   "按期", "按质", "按量", "如期",
                                         "已经", "非常", "比较", "得到",   "达到", "预期", "已",   "未",
                                         "不",   "较",   "很",   "全",     "的",   "了"};
constexpr std::string_view kOneCharacter = "是否有无好高中低优良差大小多少强弱快慢升降增减";

}  // namespace

bool StatesBound(std::string_view text) {
  const std::string folded = Fold(text);
  const std::size_t length = ComparisonLength(folded);
  return length > 0 && length < folded.size() && IsDigit(folded[length]);
}

bool IsMeasured(std::string_view text) {
  constexpr std::size_t kLongest = 30;  // bytes
  const std::string folded = Fold(text);
  std::string_view rest = folded;
  if (rest.size() > kLongest || !TakeDigits(rest)) return false;
  bool counted = false;
  while (!rest.empty()) {
    if (TakeAny(rest, kUnits)) {
      counted = true;
      if (rest.starts_with('/')) rest.remove_prefix(1);
    } else if (!(counted && TakeAny(rest, kBehindDates)) && !TakeDigits(rest)) {
      return false;
    }
  }
  return counted;
}

bool IsVerdict(std::string_view text) {
  constexpr std::size_t kLongest = 36;  // bytes
  const std::string folded = Fold(text);
  std::string_view rest = folded;
  if (rest.empty() || rest.size() > kLongest) return false;
  if (rest.size() == 3) return kOneCharacter.find(rest) != std::string_view::npos;  // of one character of three bytes
  bool outcome = false;
  while (!rest.empty()) {
    if (TakeAny(rest, kOutcomes))
      outcome = true;
    else if (!TakeAny(rest, kDegrees))
      return false;
  }
  return outcome;
}

bool ReadsLikeValue(std::string_view text) {
  return IsNumber(text) || StatesBound(text) || IsMeasured(text) || IsVerdict(text);
}

bool IsSatisfactionName(std::string_view text) {
  return LevelOf(text) >= 2 && Fold(text).ends_with("满意度");
}

}  // namespace jixiao::importing
