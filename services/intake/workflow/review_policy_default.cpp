#include "intake/workflow/review_policy.h"

namespace jixiao::intake {

// No text of the field that says which contradiction must be answered for was found; platforms in use refuse to save
// several of these. Errors ask for an answer, because arithmetic must not keep a form out; what no form can mean is
// sent back. A finance bureau sets its own.
std::string_view ReviewPolicy::DefaultText() {
  return R"(# 审核政策：哪类问题须修改、须说明、须豁免，以及抽查的风险分值。未经财政部门核对，请按本地规定调整。
# Classes: invalid (the form must change), confirm (someone answers for it), waive (only by a waiver), note.
classes:
  severity: {error: confirm, warning: note, info: note}
  codes:
    SUM_WEIGHT: invalid       # 分值合计不等于规定的总分
    RANGE: invalid            # 得分为负或超过分值
    TARGET_CHANGED: waive     # 指标值与批复不一致
    EXEC_OVER100: waive       # 执行数超过预算数
    INFLATED: confirm         # 自评得分与执行率不相称
    ZERO_EXEC_DONE: confirm   # 未执行而全部完成
# A region (the start of its division code) overrides single codes or severities:
# regions:
#   "51": {codes: {NO_REASON: invalid}}
regions: {}
# Risk points for samples that are drawn by risk; exact decimals.
risk:
  error: "5"
  warning: "2"
  info: "0"
  codes: {INFLATED: "8", FULL_NOT_MET: "8", ZERO_EXEC_DONE: "8", EXEC_OVER100: "8"}
  difference: "2"             # 自评总分与核算总分每相差 1 分
  difference_at_most: "20"
  amounts:                    # 表内最大的资金数，万元
    - {at_least: "100", points: "1"}
    - {at_least: "1000", points: "3"}
    - {at_least: "10000", points: "6"}
)";
}

}  // namespace jixiao::intake
