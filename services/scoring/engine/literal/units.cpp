#include "scoring/engine/literal/units.h"

#include "common/text.h"
#include "scoring/engine/literal/words.h"

#include <array>
#include <iterator>

namespace jixiao::scoring::literal {
namespace {

// Units met on forms. Classifiers that people use for the same thing share a base.
constexpr auto kUnits = std::to_array<UnitWord>({
    {"%", Dimension::kRatio, "%"},
    {"个百分点", Dimension::kRatio, "%"},
    {"百分点", Dimension::kRatio, "%"},
    {"百分比", Dimension::kRatio, "%"},
    {"‰", Dimension::kRatio, "%", Decimal::Scaled(1, 1)},
    {"‱", Dimension::kRatio, "%", Decimal::Scaled(1, 2)},
    {"倍", Dimension::kRatio, "%", Decimal(100)},
    {"元", Dimension::kMoney, "元"},
    {"千元", Dimension::kMoney, "元", Decimal(1000)},
    {"万元", Dimension::kMoney, "元", Decimal(10000)},
    {"百万元", Dimension::kMoney, "元", Decimal(1000000)},
    {"亿元", Dimension::kMoney, "元", Decimal(100000000)},
    {"美元", Dimension::kMoney, "美元"},
    {"万美元", Dimension::kMoney, "美元", Decimal(10000)},
    {"平方公里", Dimension::kArea, "平方公里"},
    {"平方千米", Dimension::kArea, "平方公里"},
    {"km2", Dimension::kArea, "平方公里"},
    {"平方米", Dimension::kArea, "平方米"},
    {"m2", Dimension::kArea, "平方米"},
    {"M2", Dimension::kArea, "平方米"},
    {"平方", Dimension::kArea, "平方米"},
    {"公顷", Dimension::kArea, "公顷"},
    {"亩", Dimension::kArea, "亩"},
    {"立方米", Dimension::kVolume, "立方米"},
    {"m3", Dimension::kVolume, "立方米"},
    {"M3", Dimension::kVolume, "立方米"},
    {"立方", Dimension::kVolume, "立方米"},
    {"方", Dimension::kVolume, "立方米"},
    {"升", Dimension::kVolume, "升"},
    {"L", Dimension::kVolume, "升"},
    {"毫升", Dimension::kVolume, "升", Decimal::Scaled(1, 3)},
    {"ml", Dimension::kVolume, "升", Decimal::Scaled(1, 3)},
    {"mL", Dimension::kVolume, "升", Decimal::Scaled(1, 3)},
    {"公里", Dimension::kLength, "米", Decimal(1000)},
    {"千米", Dimension::kLength, "米", Decimal(1000)},
    {"km", Dimension::kLength, "米", Decimal(1000)},
    {"Km", Dimension::kLength, "米", Decimal(1000)},
    {"KM", Dimension::kLength, "米", Decimal(1000)},
    {"厘米", Dimension::kLength, "米", Decimal::Scaled(1, 2)},
    {"cm", Dimension::kLength, "米", Decimal::Scaled(1, 2)},
    {"毫米", Dimension::kLength, "米", Decimal::Scaled(1, 3)},
    {"mm", Dimension::kLength, "米", Decimal::Scaled(1, 3)},
    {"米", Dimension::kLength, "米"},
    {"m", Dimension::kLength, "米"},
    {"吨", Dimension::kMass, "千克", Decimal(1000)},
    {"t", Dimension::kMass, "千克", Decimal(1000)},
    {"千克", Dimension::kMass, "千克"},
    {"公斤", Dimension::kMass, "千克"},
    {"kg", Dimension::kMass, "千克"},
    {"Kg", Dimension::kMass, "千克"},
    {"KG", Dimension::kMass, "千克"},
    {"斤", Dimension::kMass, "千克", Decimal::Scaled(5, 1)},
    {"克", Dimension::kMass, "千克", Decimal::Scaled(1, 3)},
    {"毫克", Dimension::kMass, "千克", Decimal::Scaled(1, 6)},
    {"工作日", Dimension::kTime, "工作日"},
    {"个工作日", Dimension::kTime, "工作日"},
    {"小时", Dimension::kTime, "小时"},
    {"个小时", Dimension::kTime, "小时"},
    {"学时", Dimension::kTime, "学时"},
    {"个学时", Dimension::kTime, "学时"},
    {"课时", Dimension::kTime, "学时"},
    {"个课时", Dimension::kTime, "学时"},
    {"分钟", Dimension::kTime, "分钟"},
    {"秒", Dimension::kTime, "秒"},
    {"季度", Dimension::kTime, "季度"},
    {"个季度", Dimension::kTime, "季度"},
    {"个月", Dimension::kTime, "月"},
    {"月", Dimension::kTime, "月"},
    {"周", Dimension::kTime, "周"},
    {"星期", Dimension::kTime, "周"},
    {"个星期", Dimension::kTime, "周"},
    {"天", Dimension::kTime, "天"},
    {"自然日", Dimension::kTime, "天"},
    {"个自然日", Dimension::kTime, "天"},
    {"日历天", Dimension::kTime, "天"},
    {"日", Dimension::kTime, "天"},
    {"年", Dimension::kTime, "年"},
    {"人次", Dimension::kCount, "人次"},
    {"人/次", Dimension::kCount, "人次"},
    {"人(次)", Dimension::kCount, "人次"},
    {"人", Dimension::kCount, "人"},
    {"名", Dimension::kCount, "人"},
    {"位", Dimension::kCount, "人"},
    {"班次", Dimension::kCount, "次"},
    {"批次", Dimension::kCount, "批"},
    {"场次", Dimension::kCount, "次"},
    {"场(次)", Dimension::kCount, "次"},
    {"场/次", Dimension::kCount, "次"},
    {"车次", Dimension::kCount, "车次"},
    {"户次", Dimension::kCount, "户次"},
    {"台次", Dimension::kCount, "台次"},
    {"册次", Dimension::kCount, "册"},
    {"次", Dimension::kCount, "次"},
    {"场", Dimension::kCount, "次"},
    {"批", Dimension::kCount, "批"},
    {"台套", Dimension::kCount, "台"},
    {"台/套", Dimension::kCount, "台"},
    {"台(套)", Dimension::kCount, "台"},
    {"方面", Dimension::kCount, "方面"},
    {"kW", Dimension::kCount, "千瓦"},
    {"KW", Dimension::kCount, "千瓦"},
    {"kw", Dimension::kCount, "千瓦"},
    // What follows these numbers a thing instead of counting it: 建党100周年, 3号楼.
    {"周年", Dimension::kUnknown, "周年"},
    {"号", Dimension::kUnknown, "号"},
    {"#", Dimension::kUnknown, "#"},
});

// Every other classifier counts under its own name.
constexpr auto kClassifiers = [] {
  constexpr std::string_view kWords[] = {
      "个", "项", "家", "户", "件", "套", "台", "部", "辆", "条", "份",   "册",     "本", "篇", "张", "块", "座",
      "处", "所", "栋", "幢", "间", "组", "支", "只", "头", "羽", "株",   "棵",     "粒", "起", "例", "宗", "种",
      "类", "期", "村", "镇", "校", "门", "节", "届", "轮", "遍", "样",   "点",     "盏", "口", "根", "片", "颗",
      "艘", "架", "枚", "面", "扇", "把", "樘", "眼", "瓶", "袋", "箱",   "盒",     "桶", "车", "床", "岁", "周岁",
      "票", "幅", "首", "集", "款", "路", "站", "段", "TB", "GB", "千瓦", "千瓦时", "度", "分", "℃",
  };
  std::array<UnitWord, std::size(kWords)> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = {kWords[i], Dimension::kCount, kWords[i]};
  return words;
}();

constexpr WordTable kUnitTable(kUnits, kClassifiers);

}  // namespace

const UnitWord* TakeUnitWord(std::string_view& text) {
  const UnitWord* word = kUnitTable.Longest(text);
  if (word == nullptr) return nullptr;
  if (IsDigit(word->text.back()) && text.size() > word->text.size() && IsDigit(text[word->text.size()])) {
    // 60m20帧 where cells ran together: the digit is no power.
    word = kUnitTable.Longest(text.substr(0, word->text.size() - 1));
    if (word == nullptr) return nullptr;
  }
  // A word of letters ends where its letters end: 5min is no length.
  const std::string_view rest = text.substr(word->text.size());
  const char last = word->text.back();
  if ((IsLetter(last) || IsDigit(last)) && !rest.empty() && ((IsLetter(rest[0]) && !IsTimes(rest)) || IsPower(rest)))
    return nullptr;
  text = rest;
  return word;
}

std::int64_t TakeMultiplier(std::string_view& text) {
  switch (FirstChar(text)) {
    case U'百':
      return Take(text, "百万") ? 1000000 : 0;
    case U'千':
      if (Take(text, "千万")) return 10000000;
      SkipChar(text);
      return 1000;
    case U'万':
      SkipChar(text);
      return 10000;
    case U'亿':
      SkipChar(text);
      return 100000000;
    default:
      return 0;
  }
}

bool TakePer(std::string_view& text, std::string& base) {
  if (!text.starts_with('/')) return false;
  std::string_view rest = text.substr(1);
  std::string per;
  while (!rest.empty()) {
    std::string_view probe = rest;
    if (!per.empty() && !(Take(probe, "*") || Take(probe, "·") || Take(probe, ".") || Take(probe, "、") ||
                          Take(probe, "/") || Take(probe, "每")))
      break;
    const std::string_view before = probe;
    if (TakeUnitWord(probe) == nullptr) {
      // A word that is no unit by itself, such as 生 (pupil).
      if (!per.empty() || FirstChar(probe) < 0x4E00) break;
      SkipChar(probe);
    }
    Append(per, per.empty() ? "/" : "·", before.substr(0, before.size() - probe.size()));
    rest = probe;
  }
  if (per.empty()) return false;
  base += per;
  text = rest;
  return true;
}

}  // namespace jixiao::scoring::literal
