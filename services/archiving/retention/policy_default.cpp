#include "archiving/retention/policy.h"

namespace jixiao::archiving {

// No text that names the retention of self-evaluations was found: the classes are those of the general rule, who falls
// into which is a proposal. A bureau sets its own table and has it approved by its archives authority.
std::string_view RetentionPolicy::DefaultText() {
  return R"(# 保管期限与档号：没有查到专门规定自评材料保管期限的文件，以下为建议，未经核对；请按本单位经批准的保管期限表修改。
fonds: ""                  # 全宗号，由档案馆给定
category: KJ               # 档案门类代码，按本单位的门类设置修改
code: "{fonds}-{category}·{year}-{class}-{number:6}"     # 档号；件号取日志序号加一，全库唯一，同一期限内不一定连续
classes:
  - {name: 10年, code: D10, years: 10}
  - {name: 30年, code: D30, years: 30}
  - {name: 永久, code: Y}
counted_from: next_year    # 自归档次年 1 月 1 日起算；archive_time：自归档时起算
rules:                     # 自上而下，第一条符合的决定
  - {id: transfer, class: 永久, kinds: [transfer], authority: 建议：转移支付汇总类}
  - {id: department, class: 30年, kinds: [department], authority: 建议：部门整体类}
  - {id: finance, class: 30年, stages: [finance], authority: 建议：经财政部门审核的}
  - {id: large, class: 30年, amount_at_least: "10000000", authority: 建议：资金 1000 万元以上的}
  - {id: rest, class: 10年, authority: 建议：其他项目自评表}
)";
}

}  // namespace jixiao::archiving
