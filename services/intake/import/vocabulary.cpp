#include "intake/import/vocabulary.h"

#include "common/text.h"
#include "intake/import/folding.h"

#include <algorithm>
#include <array>

namespace jixiao::importing {
namespace {

struct Words {
  Role role;
  std::string_view words;  // folded, without brackets, numbering and blanks; divided by blanks
};

// The synonyms met on published forms of the provinces, and their neighbours. A word may stand in several lines.
constexpr Words kWords[] = {
    {Role::kProjectName,
     "项目名称 专项名称 专项项目名称 项目政策名称 政策名称 资金名称 专项资金名称 转移支付名称 转移支付项目名称 "
     "政策项目名称 "
     "项目资金名称 支出项目名称 预算项目名称 评价项目名称 自评项目名称 项目支出名称 二级项目名称 一级项目名称 "
     "项目单位及名称 财政支出项目名称 财政项目名称 预算支出项目名称 专项转移支付名称 补助项目名称 政府购买服务项目名称 "
     "转移支付资金名称 专项支出名称 项目类名称 项目全称 中央专项名称"},
    {Role::kProjectCode, "项目代码 项目编码 项目编号 预算项目代码 预算项目编码 项目号"},
    {Role::kDepartment,
     "主管部门 主管部门及代码 主管部门代码 主管单位 项目主管单位 项目主管部门 主管部门名称 主管预算部门 预算主管部门 "
     "一级预算部门 "
     "部门主管 主管局 预算部门 主管部门编码 省级主管部门 市级主管部门 区级主管部门 县级主管部门 主管机关 主管处室 "
     "归口主管部门 "
     "项目主管部门及代码 资金主管部门 主管部门及编码 行业主管部门 业务主管部门 一级主管部门 责任部门"},
    {Role::kDepartmentCode, "部门代码 部门编码 主管部门代码及名称"},
    {Role::kUnit,
     "实施单位 项目实施单位 项目单位 预算单位 资金使用单位 项目承担单位 承担单位 填报单位 单位名称 实施单位及代码 "
     "项目实施单位名称 "
     "实施单位名称 执行单位 项目执行单位 使用单位 项目使用单位 资金实施单位 预算单位名称 基层预算单位 二级预算单位 "
     "具体实施单位 "
     "项目单位名称 申报单位 自评单位 评价单位 用款单位 项目实施部门 实施部门 单位全称 项目责任单位 实施单位代码 "
     "项目负责单位 "
     "资金使用单位名称 项目资金使用单位 建设单位 项目建设单位 被评价单位"},
    {Role::kUnitCode, "单位代码 单位编码 预算单位代码 预算单位编码 预算编码 实施单位编码 单位预算编码"},
    {Role::kYear, "年度 预算年度 评价年度 自评年度 项目年度 资金年度 会计年度 所属年度 填报年度 财政年度 评价时段"},
    {Role::kRegion, "财政区划代码 财政区划 行政区划代码 行政区划编码 区划代码 区划编码 财政区划编码"},
    {Role::kAmountUnit, "金额单位 单位 计量单位为 货币单位 资金单位"},
    {Role::kDepartmentName, "部门名称 部门单位名称 部门和单位名称 单位部门名称 预算部门名称 填报部门 部门整体名称"},
    {Role::kLocalDepartment, "地方主管部门 省级财政部门 地方财政部门"},
    {Role::kCentralDepartment, "中央主管部门 中央部门 上级主管部门"},
    {Role::kFundsBlock,
     "项目资金 预算执行情况 项目预算执行情况 资金情况 资金投入情况 资金执行情况 预算执行 项目资金情况 年度预算执行情况 "
     "资金使用情况 "
     "部门预算执行情况 项目支出预算执行情况 预算资金情况 专项资金情况 资金安排及使用情况 项目资金执行情况 年度资金情况 "
     "整体支出预算执行情况 部门整体支出 资金来源 全年预算执行情况 投入和使用情况 资金安排情况 项目预算执行 "
     "年度预算情况 部门预算情况 部门整体预算执行情况 预算情况 资金投入 年度预算申请 部门预算资金 项目资金使用情况 "
     "预算执行率 资金到位和使用情况 支出预算执行情况 预算和执行情况"},
    {Role::kInitialBudget,
     "年初预算数 年初预算 年初预算金额 年初预算安排数 年初安排 年初安排数 年初批复数 年初批复预算数 年初预算批复数 "
     "预算批复数 批复数 "
     "年初批复 年初下达数 年初计划数 计划安排 计划安排资金 计划安排数 年初预算安排 年初预算资金 年初部门预算数 "
     "期初预算数 年初数 "
     "年初预算额 部门预算批复数 年度预算批复数 预算安排 计划投入 计划数"},
    {Role::kFullYearBudget,
     "全年预算数 全年预算 预算数 调整后预算数 调整后预算 调整预算数 调整后预算金额 全年调整后预算数 全年预算金额 "
     "年度预算数 年度预算 "
     "预算金额 预算总额 预算安排数 全年预算数调整后 预算调整数后 年度预算安排 全年预算安排数 转移支付预算数 "
     "调整后全年预算数 "
     "年度预算金额 下达额度 下达数 下达金额 资金下达数 下达资金 最终预算数 小计 全年预算额 实际下达数 预算下达数 "
     "下达预算数 "
     "预算资金 全年下达预算数 全年下达数 预算调整后数 年末预算数 全年预算资金 项目预算数 资金预算数 项目预算 可用指标 "
     "全年可用指标 "
     "全年总预算数 全年预算数调整数 年中调整后预算数 年度调整后预算数 调整后年度预算数 全口径预算数 当年预算数 "
     "当年预算 "
     "本年预算数"},
    {Role::kExecuted,
     "全年执行数 执行数 预算执行数 实际支出 实际支出数 实际完成数 实际执行数 全年支出数 支出数 全年实际支出数 "
     "实际支出金额 执行金额 "
     "全年执行金额 年度执行数 决算数 支出金额 全年支出 累计支出 资金支出数 实际使用数 实际使用金额 使用数 使用金额 "
     "支付数 支付金额 "
     "年度支出数 拨付数 拨付 实际拨付 预算执行金额 转移支付执行数 已执行数 已支出数 全年实际执行数 累计支付数 "
     "实际支付数 实际支付金额 "
     "资金使用数 全年实际支出 支出决算数 执行额 全年执行 预算支出数 实际到位使用数 实际执行 全年累计执行数 "
     "预算执行情况数 "
     "全年决算数 年度支出 实际支出额 全年支付数 累计执行数 资金执行数"},
    {Role::kWeight,
     "分值 权重 权重分值 指标分值 指标权重 分值权重 标准分 满分 标准分值 分数 设定分值 满分值 权重分 指标分值权重 "
     "基准分 执行率权重 "
     "权重系数 目标分值 权重值 应得分 分值设置 设置分值 赋分 指标满分 指标权重分值 权数 总分值"},
    {Role::kExecutionRate,
     "执行率 预算执行率 执行率% 资金执行率 实现率 支出率 预算完成率 资金使用率 完成比例 支付率 执行进度 支出进度 "
     "资金支出率 "
     "全年执行率 预算支出率 预算资金执行率 支付进度 使用率"},
    {Role::kScore,
     "得分 自评得分 指标得分 评分 评价得分 自评分 执行率得分 实际得分 自评分数 自评分值 评分结果 单位自评得分 得分值 "
     "自评 "
     "评价分值 指标自评得分 预算执行率得分 单位自评分 实得分 最终得分 自我评分 打分"},
    {Role::kFundSource,
     "任务名称 资金名称 资金性质 资金类型 资金类别 项目 支出内容 任务 主要任务 经费类别 类别 支出类型 预算类型"},
    {Role::kGoalBlock,
     "年度总体目标 总体目标 年度目标 项目年度目标 年度绩效目标 总体绩效目标 绩效目标 年度总目标 项目总体目标 "
     "部门年度目标 "
     "项目绩效目标 年度总体绩效目标 总目标 年度总体目标完成情况 总体目标完成情况 年度目标完成情况 总体目标及完成情况 "
     "整体绩效目标 部门整体绩效目标 部门总体目标 年度履职目标 部门年度总体目标 年度主要目标 项目目标 目标完成情况 "
     "绩效目标完成情况 总体绩效目标完成情况 项目总体绩效目标 年度总体目标及完成情况 年度绩效总目标 "
     "年度总体绩效目标完成情况 "
     "项目年度绩效目标 项目支出绩效目标 项目年度总目标 年度绩效目标概述"},
    {Role::kExpectedGoal,
     "预期目标 年度设定目标 年初设定目标 总体目标 年初预期目标 年度预期目标 年初目标 设定目标 年初设定绩效目标 "
     "预期绩效目标 "
     "预期总体目标 年度目标 年初绩效目标 计划目标 年度绩效目标 批复目标 年度总体目标 年初总体目标 目标设定 预设目标 "
     "全年预期目标 "
     "年初批复目标 项目年度目标 绩效目标 年初设定的目标 预期总目标 预定目标 年初预期 预期 预期总体绩效目标 "
     "年度总体绩效目标 "
     "年初设定年度目标 申报目标 年度预期总体目标 部门年度目标 项目总体目标 全年预期 总体绩效目标 年初设定"},
    {Role::kActualGoal,
     "实际完成情况 目标实际完成情况 全年实际完成情况 完成情况 年度总体目标完成情况 年度目标完成情况 目标完成情况 "
     "全年目标完成情况 "
     "实际完成 总体目标完成情况 年度完成情况 全年完成情况 年度实际完成情况 绩效目标完成情况 自评完成情况 项目完成情况 "
     "年度目标实际完成情况 实际完成目标 全年完成目标情况 实际目标完成情况 年末完成情况 实际目标 实际执行情况 "
     "目标达成情况 实现情况 "
     "年度绩效目标完成情况 实际达成情况 总体目标实际完成情况 实际实现情况 项目年度目标完成情况 年终完成情况 "
     "年度目标完成 "
     "绩效目标实际完成情况 全年实际完成目标 年度总体目标实际完成情况 目标实际完成 实际完成年度目标情况"},
    {Role::kIndicatorBlock,
     "绩效指标 年度绩效指标 年度绩效指标完成情况 绩效指标完成情况 指标完成情况 年度指标 绩效目标指标 项目绩效指标 "
     "绩效指标情况 "
     "年度绩效目标 年度绩效指标情况 绩效目标 项目绩效指标完成情况 绩效 部门绩效指标 指标 绩效指标及完成情况 "
     "项目年度绩效指标 "
     "绩效评价指标 目标指标 绩效指标体系"},
    {Role::kLevel1, "一级指标 一级 一级指标名称 一级指标类型 级指标 指标类型 指标类别 一级目标 目标类型"},
    {Role::kLevel2, "二级指标 二级 二级指标名称 二级指标类型 二级目标 指标分类"},
    {Role::kLevel3,
     "三级指标 三级 三级指标名称 指标名称 指标内容 具体指标 绩效指标 三级指标内容 末级指标 指标 绩效指标名称 "
     "三级指标及分值 四级指标 "
     "三级目标 明细指标 指标内容描述 具体指标内容 评价指标 考核指标"},
    {Role::kOperator,
     "指标性质 运算符 指标方向 计算符号 比较符 符号 指标符号 运算符号 目标方向 性质 指标值性质 指标属性 绩效指标性质 "
     "目标值符号"},
    {Role::kTargetFigure,
     "指标值 目标值 绩效指标值 年度指标值 年初指标值 年初目标值 数值 指标数值 预期指标值 绩效目标值 绩效标准值"},
    {Role::kMeasureUnit, "度量单位 计量单位 单位 指标单位 指标值单位 指标度量单位 量纲 绩效度量单位"},
    {Role::kTarget,
     "年度指标值 指标值 年度目标值 目标值 预期指标值 全年指标值 年初目标值 年初指标值 绩效目标值 计划指标值 预期值 "
     "计划完成值 "
     "年度计划值 设定目标值 年初设定指标值 年度预期指标值 预期目标值 计划值 年初设定值 绩效指标值 全年目标值 "
     "预定指标值 目标指标值 "
     "年度绩效指标值 预期指标 年初预期指标值 年度指标 年度目标 年度调整后指标值 调整后指标值 调整后目标值 "
     "年度指标值调整后 "
     "全年预期值 指标目标值 年初计划值 计划目标值 预期目标 年初设定目标值 年初绩效指标值 年度预期值 年度绩效目标值 "
     "目标值要求 "
     "全年计划值 年度设定指标值 设定值 考核目标值 标准值 年度值 年度指标值及单位 批复指标值"},
    {Role::kApprovedTarget,
     "批复指标值 年初指标值 年初批复指标值 批复目标值 年初目标值 年初批复目标值 原指标值 调整前指标值 年初绩效指标值 "
     "年初设定指标值 年初预期指标值 批复值 年初设定值"},
    {Role::kActual,
     "实际完成值 实际完成数 全年实际值 完成值 全年完成值 实际值 全年实际完成值 实际完成指标值 实际完成情况 完成情况 "
     "年度完成值 "
     "实际指标值 指标完成值 指标实际完成值 年度实际完成值 实际完成 完成数 自评完成值 实际达成值 实际实现值 年度实际值 "
     "绩效完成值 "
     "业绩值 全年完成数 全年实际完成情况 实施进度 指标完成情况 目标实际完成情况 全年完成情况 实际完成程度 实际执行值 "
     "达成值 "
     "目标完成值 全年实际完成数 完成指标值 年末完成值 年度实际完成情况 实际完成指标 目标值完成情况 实际情况 自评值 "
     "实现值 "
     "指标实际值 绩效实际完成值 实际绩效值 年度完成指标值 年度完成情况 年终完成值 完成结果 绩效目标完成值 "
     "实际完成值情况"},
    {Role::kCompletionRate,
     "完成率 完成率% 指标完成率 完成比例 完成程度 完成百分比 实现率 目标完成率 完成比率 完成度 达成率 指标完成程度 "
     "绩效完成率"},
    {Role::kDeviation,
     "偏差原因分析及改进措施 偏差原因 偏差原因分析 未完成原因分析 未完成原因和改进措施 未完成原因及改进措施 未完成原因 "
     "偏差原因及改进措施 原因分析 未完成原因及拟采取的措施 偏差原因分析及改进措施建议 偏差分析 "
     "未完成原因分析及改进措施 "
     "偏差度原因分析 偏差说明 原因 偏离原因分析 原因说明 偏差及改进措施 得分原因 扣分原因 扣分原因分析 未达标原因分析 "
     "未完成原因分析与改进措施 偏差原因分析改进措施 偏差情况说明 未完成原因说明 原因分析及改进措施 指标未完成原因分析 "
     "未完成的原因及改进措施 未完成原因和拟采取的改进措施 偏差大或目标未完成原因分析及改进措施 得失分依据及原因 "
     "扣分原因及改进措施 未达到预期目标原因及改进措施 未完成指标原因及改进措施 偏差原因分析与改进措施 差异原因 "
     "未完成情况说明 存在偏差原因 未实现原因 未完成绩效目标或偏离较大的原因 未完成绩效目标原因分析 "
     "偏差原因分析和改进措施 "
     "未完成原因和改进措施及相关说明 情况说明 偏离原因 原因分析和改进措施 未完成原因与改进措施 完成情况说明"},
    {Role::kApprovedWeight, "批复分值 批复权重 年初分值 原分值"},
    {Role::kAdjustment, "调整依据 指标调整依据 调整原因 调整文号"},
    {Role::kRemark, "备注 说明 其他说明 需要说明的事项"},
    {Role::kTotal, "总分 合计 总计 总分值 分值合计 得分合计 合计得分 总分合计 总计得分 合计分值"},
    {Role::kTotalScore,
     "自评总分 自评得分 总得分 项目总得分 自评总得分 评价得分 综合得分 绩效自评得分 自评综合得分 自评得分合计 "
     "绩效自评总分 最终得分 "
     "自评结果得分 评价总分 绩效得分 项目得分 自评分 总评分 自评总分数 绩效评价得分 项目自评得分"},
    {Role::kGrade,
     "自评等级 评价等级 绩效等级 自评结果 绩效自评等级 等级 评价结果 评定等级 绩效评价等级 自评结论等级 自评等次 "
     "评价等次 等次 "
     "评价级别 绩效级别 自评结果等级 绩效评定等级"},
    {Role::kReportText,
     "实施内容及过程概述 评价结论 存在问题 改进措施 存在的问题 主要经验及做法 经验做法 分配科学性 下达及时性 "
     "拨付合规性 使用规范性 "
     "执行准确性 预算绩效管理 预算绩效管理情况 支出责任履行 支出责任履行情况 偏差大或目标未完成原因分析 "
     "改进措施及结果应用方案 "
     "项目概况 项目立项依据 自评结论 自评情况 职能职责 主要职能 部门职能 部门职能职责 主要工作 年度主要任务 结果应用 "
     "建议 "
     "存在问题和改进措施 问题和建议 存在的主要问题 下一步改进措施 项目实施内容 绩效情况 其他需要说明的问题 "
     "总体运行情况 "
     "部门整体运行情况 评价结论及建议 问题及建议 整改措施 主要成效 绩效分析 下一步工作 下一步工作计划 改进建议 "
     "其他需说明的问题 存在问题及原因 自评总结 项目绩效分析 其他需要说明事项 其他需要说明的事项 项目基本情况 立项依据 "
     "说明 其他说明 备注 项目实施情况 完成情况简要说明 资金管理情况说明 主要经验 项目内容 项目实施内容及过程 概况 "
     "简要说明 单位职能 "
     "主要绩效 主要问题 "
     "项目绩效目标完成情况分析 下一步改进工作意见及建议 问题建议 结论 问题 措施 项目实施主要内容 资金使用说明"},
    {Role::kOther,
     "联系人 联系电话 电话 填报人 填表人 填报日期 填表日期 填报时间 项目负责人 财务负责人 项目负责人签字 "
     "财务负责人签字 负责人 "
     "单位负责人 项目属性 项目类别 项目类型 项目分类 项目性质 项目期限 项目周期 起止时间 项目起止时间 实施期限 "
     "评价方式 评价机构 "
     "编制人数 实有人数 单位主要负责人签批意见 签批意见 单位负责人签字 审核人 复核人 经办人 制表人 审核意见 "
     "主管部门意见 财政部门意见 "
     "专家签字 评价人员 联系人及电话 联系人及联系电话 项目负责人及电话 负责人及电话 项目负责人及联系电话 邮编 地址 "
     "填报人签字 监督索引号 自评时间 "
     "评分标准 指标解释 评价标准 评分细则 指标说明 计算公式 佐证资料 证明材料 证明资料 数据来源 上年完成值 上年实际值 "
     "指标值设置依据 "
     "指标赋分规则 赋分规则 赋分标准 扣分 扣减分数 扣分情况 评分依据 评分规则 指标解释及计算公式 历史参考值 行业标准 "
     "上年结余 结余 "
     "结转结余 实际到位 到位数 实际到位数 资金到位率 到位率 调整数 预算调整 调整 调整预算 预算调整数 追加数 年中调整 "
     "结余数 剩余金额 结转数 "
     "复核得分 财政评分 主管部门评分 复核分 评价组评分 审核得分 完成情况简要描述 序号 编号 偏差率 偏差度 指标来源 "
     "资金管理情况 "
     "评分方法 得分依据 指标出处 填报单位负责人 填报单位签章 单位签章 公章 盖章 上级主管部门意见 指标备注 上年结转 "
     "财政部门审核意见 "
     "上年预算数 上年执行数 具体实施处室 是否为经常性项目 是否经常性项目 "
     "计划完成时间 实际完成时间 完成时间 主要内容 核心指标 是否核心 是否核心指标 支出方向 支出科目 功能科目 项目级次"},
};

const TextMap<Roles>& Dictionary() {
  static const TextMap<Roles> map = [] {
    TextMap<Roles> out;
    for (const Words& line : kWords) {
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

struct Level {
  std::string_view word;
  int level;
};

constexpr Level kLevels[] = {
    {"产出", 1},           {"效益", 1},           {"满意度", 3},
    {"成本", 3},           {"项目完成", 1},       {"项目效益", 1},
    {"完成", 1},           {"决策", 1},           {"过程", 1},
    {"投入", 1},           {"效果", 1},           {"项目决策", 1},
    {"项目管理", 1},       {"项目绩效", 1},       {"项目产出", 1},
    {"项目效果", 1},       {"履职产出", 1},       {"履职效益", 1},
    {"履职效果", 1},       {"履职效能", 1},       {"管理效率", 1},
    {"运行成本", 1},       {"社会效应", 1},       {"可持续性", 1},
    {"部门决策", 1},       {"综合管理", 1},       {"部门绩效", 1},
    {"资金管理", 1},       {"部门管理", 1},       {"预算执行", 1},
    {"管理", 1},           {"数量", 2},           {"质量", 2},
    {"时效", 2},           {"经济效益", 2},       {"社会效益", 2},
    {"生态效益", 2},       {"可持续影响", 2},     {"可持续发展", 2},
    {"服务对象满意度", 3}, {"经济成本", 2},       {"社会成本", 2},
    {"生态环境成本", 2},   {"生态成本", 2},       {"环境效益", 2},
    {"社会公众满意度", 2}, {"受益群体满意度", 2}, {"服务对象", 2},
    {"群众满意度", 2},     {"公众满意度", 2},     {"可持续影响力", 2},
    {"可持续效益", 2},     {"生态环境效益", 2},   {"社会公众或服务对象满意度", 2},
    {"受益对象满意度", 2}, {"社会满意度", 2},     {"数量成本", 2},
    {"预算编制", 2},       {"产出数量", 2},       {"产出质量", 2},
    {"产出时效", 2},       {"产出成本", 2},       {"具体影响", 2},
    {"可持续", 2},
};

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
  for (const Level& level : kLevels) {
    if (level.word != key) continue;
    // Bare words such as 管理 or 完成 are level names only with 指标 behind them, unless they say it all.
    static constexpr std::array<std::string_view, 5> kCommon = {"完成", "管理", "服务对象", "可持续", "过程"};
    if (!named && std::find(kCommon.begin(), kCommon.end(), key) != kCommon.end()) return 0;
    return level.level;
  }
  return 0;
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

bool IsFormTitle(std::string_view text) {
  if (text.empty() || text.size() > 400) return false;
  const std::string key = Fold(text);
  if (Utf8Length(key) > 64 || ContainsAny(key, {"。", ",", ";", "...", "……", "通知", "详见", "见附", "汇总", "统计"}))
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
  const std::string key = Fold(text);
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
