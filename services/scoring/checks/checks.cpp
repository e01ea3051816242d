#include "scoring/checks/checks.h"

#include "scoring/checks/catalogue.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace jixiao::scoring {
namespace {

// Where a path stands on the form: its part, then the row.
std::pair<int, int> PlaceOf(std::string_view path) {
  constexpr std::string_view kParts[] = {"title",        "implementing_unit", "project_name", "project_code",
                                         "funds",        "expected_goal",     "actual_goal",  "indicators",
                                         "total_weight", "total_score",       "grade",        "report"};
  int part = 0;
  for (const std::string_view name : kParts) {
    if (!path.empty() && path[0] == name[0] && path.starts_with(name)) break;
    ++part;
  }
  int row = -1;
  if (const std::size_t open = path.find('['); open != std::string_view::npos)
    std::from_chars(path.data() + open + 1, path.data() + path.size(), row);
  return {part, row};
}

// As the form is, from its head to its report; findings of one place stay as they are.
void PutInOrder(google::protobuf::RepeatedPtrField<evaluation::v1::Finding>& findings) {
  struct Placed {
    std::pair<int, int> place;
    evaluation::v1::Finding* finding;
  };
  absl::InlinedVector<Placed, 16> order;
  for (evaluation::v1::Finding& finding : findings) order.push_back({PlaceOf(finding.path()), &finding});
  const auto earlier = [](const Placed& a, const Placed& b) { return a.place < b.place; };
  if (std::is_sorted(order.begin(), order.end(), earlier)) return;
  if (order.size() <= 16)  // a few: in place, without the memory that a stable sort asks for
    for (auto at = order.begin(); at != order.end(); ++at)
      std::rotate(std::upper_bound(order.begin(), at, *at, earlier), at, at + 1);
  else
    std::stable_sort(order.begin(), order.end(), earlier);
  auto to = findings.pointer_begin();
  for (const Placed& placed : order) *to++ = placed.finding;
}

}  // namespace

void FindingSink::AddAs(evaluation::v1::Severity severity, std::string path, std::string message, Evidence evidence) {
  evaluation::v1::Finding& finding = *card_.add_findings();
  finding.mutable_code()->assign(code_);
  finding.set_severity(severity);
  finding.set_path(std::move(path));
  finding.set_message(std::move(message));
  auto& facts = *finding.mutable_evidence();
  for (const Fact& fact : evidence) facts[std::string(fact.name)] = std::move(fact.value);
  finding.mutable_authority()->assign(authority_);
}

std::span<const Check> AllChecks() {
  static constexpr Check kChecks[] = {
      {"SUM_WEIGHT", "分值合计不等于总分", "各项指标分值合计应等于总分", SumWeight},
      {"EXEC_RATE", "执行率与预算数、执行数不符", kArithmetic, ExecRate},
      {"EXEC_SCORE", "执行率得分不符合计分规则", "评分规则：预算执行率", ExecScore},
      {"SUM_SCORE", "总分不等于各项得分之和", kArithmetic, SumScore},
      {"FULL_NOT_MET", "未达到指标值却得满分或填报完成", kArithmetic, FullNotMet},
      {"IND_SCORE", "指标得分不符合计分规则", "评分规则：定量指标", IndScore},
      {"RANGE", "分值、得分或比率超出范围", kArithmetic, Range},
      {"NO_REASON", "扣分或未完成却未说明原因", "自评表填报说明：未完成的指标须分析偏差原因并提出改进措施", NoReason},
      {"FUND_PARTS", "分项资金与总额不符", kArithmetic, FundParts},
      {"TIER", "定性指标档次与得分或指标值不符", "评分规则：定性指标分档", Tier},
      {"EXEC_OVER100", "执行数超过预算数", "执行数不应超过全年预算数", ExecOver100},
      {"ZERO_EXEC_DONE", "资金基本未执行而指标全部完成", "自评审核：资金执行应与绩效完成相称", ZeroExecDone},
      {"INFLATED", "指标得分率明显高于执行率得分率", "自评审核：指标得分率应与预算执行率相称", Inflated},
      {"OVER_TARGET", "实际完成值远超指标值", "评分规则：远超指标值的应分析原因", OverTarget},
      {"ECHO", "完成情况照抄目标", "自评表填报说明：实际完成值应填实际情况", Echo},
      {"UNIT_MISMATCH", "计量单位不一致", kArithmetic, UnitMismatch},
      {"COMPLETION_RATE", "完成率与实际数不符", kArithmetic, CompletionRate},
      {"ROLLUP", "部门项目支出与各项目执行数不符", "部门整体自评应与所属项目自评衔接", nullptr},
      {"TEXT_TABLE", "报告、目标与表内数据不一致", "自评报告和总体目标应与自评表各栏一致", TextTable},
      {"PERFECT", "接近满分而执行率低或存在问题", "自评审核：自评得分应与执行率和存在的问题相称", Perfect},
      {"YEAR", "年份与自评年度不一致", "自评表填报说明：按自评年度填报", Year},
      {"NOT_MEASURABLE", "指标值无法衡量", "绩效目标应当量化、可衡量", NotMeasurable},
      {"MISCLASS", "指标归类不当", "指标设置：指标应归入所属类别，资金和成本不作为产出，执行率单独计分", Misclass},
      {"COST_NOT_LE", "成本指标不是上限或超出上限", "指标设置：成本指标应规定上限", CostNotLe},
      {"MISSING_CLASS", "缺少指标类别或单一指标权重过大", "评分规则：指标体系应当完整", MissingClass},
      {"SATISF_EVID", "满意度缺少调查依据", "自评表填报说明：满意度应有调查依据", SatisfEvid},
      {"DUP_ROW", "指标重复", "指标设置：指标不应重复", DupRow},
      {"ID_FORMAT", "代码格式或归属不符", "预算管理一体化：项目代码由区划、年份、类别和序号组成", IdFormat},
      {"GRADE", "自评等级与总分不符", "评分规则：等级划分", Grade},
      {"TARGET_CHANGED", "指标值或分值与批复不一致", "自评应按批复的绩效目标进行，调整须有依据", TargetChanged},
      {"AGG", "汇总表与分表不符", "汇总口径：绝对值相加，相对值按资金加权平均", nullptr},
      {"BATCH", "成批自评的分布异常", "自评审核：自评应客观，不应集中满分或突击报送", nullptr},
      {"PART_SUM_TEXT", "文字所列分项与总额不符", kArithmetic, PartSumText},
      {"UNFILLED", "应填的内容没有填写", "自评表填报说明：项目名称、总体目标和各项指标都应如实填写", Unfilled},
      {"NO_CONTENT", "称没有问题而表内查出问题", "自评报告应如实反映存在的问题", NoContent},
  };
  return kChecks;
}

const Check* FindCheck(std::string_view code) {
  const auto checks = AllChecks();
  const auto found = std::find_if(checks.begin(), checks.end(), [&](const Check& check) { return check.code == code; });
  return found == checks.end() ? nullptr : &*found;
}

void RunChecks(const FormReading& reading, const Rules& rules, evaluation::v1::Scorecard& card) {
  FormText text(reading, rules);
  const auto checks = AllChecks();
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const auto severity = rules.SeverityAt(i);
    if (!severity || checks[i].run == nullptr) continue;
    FindingSink findings(checks[i].code, *severity, checks[i].authority, card);
    checks[i].run({reading, rules, card, text}, findings);
  }
  PutInOrder(*card.mutable_findings());
}

}  // namespace jixiao::scoring
