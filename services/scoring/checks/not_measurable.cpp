// NOT_MEASURABLE (22): the target of a 数量, 时效 or 成本 indicator holds a number, a date or a unit. A number in words
// (每季度一次), a span of time (全年), the budget as a bound (控制在预算内) and a figure in the indicator's name will
// do. Fires: 数量指标 "走访慰问困难党员" (document 000); 时效指标 "适时开展" (document 003). Must not: 质量 and 效益
// indicators; 是 beside 采购价格不高于市场价; rows that carry neither target nor points.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"

#include <algorithm>
#include <array>

namespace jixiao::scoring {
namespace {

constexpr std::string_view kNumerals[] = {"一", "二", "两", "三", "四", "五", "六", "七",
                                          "八", "九", "十", "百", "千", "万", "半", "零"};

// A number in words with something that it counts: 每月一次, 六项清单, 三个月, 一类. 统一, 一般 and 进一步 count
// nothing.
bool CountsInWords(std::string_view folded) {
  constexpr std::string_view kCounted[] = {"次", "个", "项", "人", "名", "户", "件", "场", "期", "批", "份",
                                           "家", "篇", "套", "条", "天", "月", "年", "季", "周", "日", "万",
                                           "元", "成", "轮", "届", "处", "所", "支", "部", "台", "辆", "村"};
  for (std::size_t at = 0; at < folded.size(); ++at) {
    std::string_view rest = folded.substr(at);
    const auto numeral = std::find_if(std::begin(kNumerals), std::end(kNumerals),
                                      [&](std::string_view word) { return rest.starts_with(word); });
    if (numeral == std::end(kNumerals)) continue;
    rest.remove_prefix(numeral->size());
    if (std::any_of(std::begin(kCounted), std::end(kCounted),
                    [&](std::string_view word) { return rest.starts_with(word); }))
      return true;
  }
  return false;
}

// A span or point of time without figures.
bool SaysWhen(std::string_view folded) {
  constexpr std::string_view kTimes[] = {"全年", "年内", "年底", "年末", "当年",   "当月",   "当日",   "每年",  "每月",
                                         "每周", "每日", "每季", "按月", "按季",   "按周",   "按年",   "按日",  "逐月",
                                         "月底", "季度", "次月", "次年", "上半年", "下半年", "本年度", "年度内"};
  return std::any_of(std::begin(kTimes), std::end(kTimes),
                     [&](std::string_view word) { return folded.find(word) != std::string_view::npos; });
}

// The budget or a standard as the bound: 控制在预算内, 不高于市场价.
bool SaysBound(std::string_view folded) {
  constexpr std::string_view kBounds[] = {"预算内", "预算范围", "预算中", "预算数内", "预算以内", "不超预算",
                                          "不超过", "不超出",   "不高于", "不低于",   "不少于",   "不多于",
                                          "不大于", "不小于",   "以内",   "以上",     "全覆盖",   "零"};
  return std::any_of(std::begin(kBounds), std::end(kBounds),
                     [&](std::string_view word) { return folded.find(word) != std::string_view::npos; });
}

bool IsMeasurable(std::string_view folded) {
  return folded.find_first_of("0123456789%") != std::string_view::npos || CountsInWords(folded) || SaysWhen(folded) ||
         SaysBound(folded);
}

}  // namespace

void NotMeasurable(const CheckInput& input, FindingSink& findings) {
  constexpr std::size_t kRead = 2048;
  for (const IndicatorReading& row : input.reading.indicators) {
    if (row.IsEmpty() || !(row.is_cost || row.is_timing || row.level2.find("数量") != std::string_view::npos)) continue;
    // Without points a blank target only means that the form does not carry one.
    if (row.target.blank && !row.weight && !row.score) continue;
    if (!row.target.quantities.empty() || row.target.period || row.target.malformed) continue;
    if (IsMeasurable(TruncateUtf8(row.target.text, kRead))) continue;
    if (IsMeasurable(RowName(row.row->level3()))) continue;
    findings.Add(row.Path("target"),
                 row.target.blank ? Cat("“", row.Name(), "”没有填写指标值")
                                  : Cat("“", row.Name(), "”的指标值“", TruncateUtf8(row.target.text, 90),
                                        "”没有数字、日期或单位，无法衡量"),
                 {{"target", std::string(TruncateUtf8(row.target.text, 300))}, {"level2", std::string(row.level2)}});
  }
}

}  // namespace jixiao::scoring
