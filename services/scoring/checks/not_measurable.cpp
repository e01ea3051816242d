// NOT_MEASURABLE (22): the target of a 数量, 时效 or 成本 indicator holds a number, a date or a unit. A number in words
// (每季度一次), a span of time (全年), the budget as a bound (控制在预算内) and a figure in the indicator's name will
// do. Fires: 数量指标 "走访慰问困难党员" (document 000); 时效指标 "适时开展" (document 003). Must not: 质量 and 效益
// indicators; 是 beside 采购价格不高于市场价; rows that carry neither target nor points.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"
#include "scoring/engine/literal/words.h"

namespace jixiao::scoring {
namespace {

// Whether what begins at the front of `text` makes it measurable. A number in words needs something that it counts:
// 每月一次, 六项清单, 三个月, 一类. 统一, 一般 and 进一步 count nothing.
bool IsMeasureAt(std::string_view text, const Rules::Words& words) {
  if (literal::IsDigit(text[0]) || text[0] == '%') return true;
  if (words.times.LongestAt(text) != WordList::kNone || words.bounds.LongestAt(text) != WordList::kNone) return true;
  return words.numerals.TakeFrom(text) && words.counted.LongestAt(text) != WordList::kNone;
}

bool IsMeasurable(std::string_view folded, const Rules::Words& words) {
  for (; !folded.empty(); literal::SkipChar(folded))
    if (IsMeasureAt(folded, words)) return true;
  return false;
}

}  // namespace

void NotMeasurable(const CheckInput& input, FindingSink& findings) {
  constexpr std::size_t kRead = 2048;
  for (const IndicatorReading& row : input.reading.indicators) {
    if (row.IsEmpty() || !(row.is_cost || row.is_timing || row.is_quantity)) continue;
    // Without points a blank target only means that the form does not carry one.
    if (row.target.blank && !row.weight && !row.score) continue;
    if (!row.target.quantities.empty() || row.target.period || row.target.malformed) continue;
    if (IsMeasurable(TruncateUtf8(row.target.text, kRead), input.rules.words)) continue;
    if (IsMeasurable(RowNameIn(input.text.Level3(row)), input.rules.words)) continue;
    findings.Add(row.Path("target"),
                 row.target.blank ? Cat("“", row.Name(), "”没有填写指标值")
                                  : Cat("“", row.Name(), "”的指标值“", TruncateUtf8(row.target.text, 90),
                                        "”没有数字、日期或单位，无法衡量"),
                 {{"target", std::string(TruncateUtf8(row.target.text, 300))}, {"level2", std::string(row.level2)}});
  }
}

}  // namespace jixiao::scoring
