// The forms of the provinces, in every format: columns in their orders, heads over two rows, targets in three columns.
#include "intake/import/line_list.h"
#include "intake/import/run_text.h"

#include <gmock/gmock.h>

#include "support.h"

namespace jixiao::importing {
namespace {

using namespace support;
using evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN;
using evaluation::v1::AMOUNT_UNIT_YUAN;
using evaluation::v1::FORM_KIND_DEPARTMENT;
using evaluation::v1::FORM_KIND_PROJECT;
using evaluation::v1::FORM_KIND_TRANSFER_PAYMENT;

// The one form of each rendering goes to `check`.
template <class Check>
void InEveryFormat(const std::vector<std::string>& rows, Check check) {
  for (const Rendering& rendering : Renderings(rows)) {
    SCOPED_TRACE(rendering.name);
    const ImportedDocument document = Imported(rendering.bytes, rendering.name);
    ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
    check(document.forms(0));
    ExpectOrigins(document.forms(0));
  }
}

TEST(Layouts, NationalFormOf2020) {
  InEveryFormat(
      {
          "项目支出绩效自评表|<|<|<|<|<|<|<|<",
          "（2022年度）|<|<|<|<|<|<|<|<",
          "项目名称|<|水旱灾害防御经费|<|<|<|<|<|<",
          "主管部门及代码|<|219-某市水利局|<|<|实施单位|<|某市防汛中心（219001）|<",
          "项目资金\\（万元）|<||年初预算数|全年预算数(A)|全年执行数(B)|分值(10)|执行率(B/A)|得分",
          "^|^|年度资金总额：|880|900.5|860.25|10|95.53%|9.55",
          "^|^|其中：当年财政拨款|880|880|840.25|—|95.48%|—",
          "^|^|上年结转资金|0|20.5|20|—||—",
          "^|^|其他资金||||—||—",
          "年度\\总体\\目标|预期目标|<|<|<|实际完成情况|<|<|<",
          "^|完成年度防汛任务|<|<|<|已完成年度目标|<|<|<",
          "绩效\\指标|一级指标|二级指标|三级指标|年度指标值(A)|实际完成值(B)|分值|得分|偏差原因分析及改进措施",
          "^|产出指标\\（50分）|数量\\指标|完成灌区改造项目数量|≥3个|3个|20|20|",
          "^|^|^|排查隐患|≥50处|45处|10|9|汛期延长",
          "^|^|质量指标|工程合格率|100%|100%|20|20|",
          "^|效益指标(30分)|社会效益\\指标|受益人口|≥2.5万人|2.6万人|30|30|",
          "^|满意度指标(10分)|服务对象满意度指标|群众满意度|≥90%|95%|10|10|",
          "总分|<|<|<|<|<|100|98.55|",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.kind(), FORM_KIND_PROJECT);
        EXPECT_EQ(form.title(), "项目支出绩效自评表");
        EXPECT_EQ(form.fiscal_year(), 2022);
        EXPECT_EQ(form.project_name(), "水旱灾害防御经费");
        EXPECT_EQ(form.competent_department().name(), "某市水利局");
        EXPECT_EQ(form.competent_department().code(), "219");
        EXPECT_EQ(form.implementing_unit().name(), "某市防汛中心");
        EXPECT_EQ(form.implementing_unit().code(), "219001");
        EXPECT_EQ(form.amount_unit(), AMOUNT_UNIT_TEN_THOUSAND_YUAN);
        EXPECT_EQ(Funds(form),
                  (Lines{"年度资金总额|880|900.5|860.25|10|95.53%|9.55", "其中：当年财政拨款|880|880|840.25|—|95.48%|—",
                         "上年结转资金|0|20.5|20|—||—", "其他资金||||—||—"}));
        EXPECT_EQ(form.expected_goal(), "完成年度防汛任务");
        EXPECT_EQ(form.actual_goal(), "已完成年度目标");
        EXPECT_EQ(Indicators(form), (Lines{"产出指标（50分）|数量指标|完成灌区改造项目数量|≥3个|3个|20|20||",
                                           "产出指标（50分）|数量指标|排查隐患|≥50处|45处|10|9||汛期延长",
                                           "产出指标（50分）|质量指标|工程合格率|100%|100%|20|20||",
                                           "效益指标(30分)|社会效益指标|受益人口|≥2.5万人|2.6万人|30|30||",
                                           "满意度指标(10分)|服务对象满意度指标|群众满意度|≥90%|95%|10|10||"}));
        EXPECT_EQ(form.total_weight(), "100");
        EXPECT_EQ(form.total_score(), "98.55");
        EXPECT_EQ(Unread(imported), Lines{});
        // Merged levels are written once.
        EXPECT_EQ(form.indicators(1).level1(), "");
        EXPECT_EQ(form.indicators(2).level1(), "");
        EXPECT_EQ(form.indicators(2).level2(), "质量指标");
      });
}

TEST(Layouts, Sichuan2023) {
  InEveryFormat(
      {
          "部门预算项目支出绩效自评表（2023年度）|<|<|<|<|<|<|<|<|<",
          "项目名称|<|51092324T000010263357-就业补助资金|<|<|<|<|<|<|<",
          "主管部门|<|某县人力资源局|<|<|实施单位|<|某县就业服务中心|<|<",
          "项目基本情况|1.项目年度目标|帮扶就业困难人员|<|<|<|<|<|<|<",
          "^|2.项目年度目标完成情况|帮扶356人|<|<|<|<|<|<|<",
          "^|3.实施内容及过程概述|按季度拨付|<|<|<|<|<|<|<",
          "预算执行情况（10分）|年度预算数（万元）|年初预算|调整后预算数|预算执行数|预算执行率|权重|得分|原因|",
          "^|总额|120.00|150.50|148.30|98.54%|10|9.85||",
          "^|其中：财政资金|120.00|150.50|148.30|98.54%|/|/||",
          "^|财政专户管理资金||||||/||",
          "^|单位资金|||||/|/||",
          "绩效指标（90分）|一级指标|二级指标|三级指标|指标性质|指标值|度量单位|完成值|权重|得分",
          "^|产出指标|数量指标|帮扶就业困难人员|≥|350|人|356|30|30",
          "^|^|时效指标|完成时限|≤|12|月|12|30|30",
          "^|效益指标|社会效益指标|就业形势|定性|稳定|/|稳定|20|20",
          "^|满意度指标|服务对象满意度指标|服务对象满意度|≥|90|%|95|10|10",
          "合计|<|<|<|<|<|<|<|100|99.85",
          "评价结论|自评得分99.85分|<|<|<|<|<|<|<|<",
          "存在问题|无|<|<|<|<|<|<|<|<",
          "改进措施|加快拨付|<|<|<|<|<|<|<|<",
          "项目负责人：张某|<|<|<|<|财务负责人：李某|<|<|<|<",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.kind(), FORM_KIND_PROJECT);
        EXPECT_EQ(form.fiscal_year(), 2023);
        EXPECT_EQ(form.project_code(), "51092324T000010263357");
        EXPECT_EQ(form.project_name(), "就业补助资金");
        EXPECT_EQ(form.expected_goal(), "帮扶就业困难人员");
        EXPECT_EQ(form.actual_goal(), "帮扶356人");
        ASSERT_GE(form.funds_size(), 2);
        EXPECT_EQ(Funds(form)[0], "总额|120.00|150.50|148.30|10|98.54%|9.85");
        EXPECT_EQ(Funds(form)[1], "其中：财政资金|120.00|150.50|148.30|/|98.54%|/");
        EXPECT_EQ(Indicators(form), (Lines{"产出指标|数量指标|帮扶就业困难人员|≥350人|356|30|30||",
                                           "产出指标|时效指标|完成时限|≤12月|12|30|30||",
                                           "效益指标|社会效益指标|就业形势|稳定|稳定|20|20||",
                                           "满意度指标|服务对象满意度指标|服务对象满意度|≥90%|95|10|10||"}));
        EXPECT_EQ(form.total_weight(), "100");
        EXPECT_EQ(form.total_score(), "99.85");
        std::vector<std::string> sections;
        for (const auto& section : form.report()) sections.push_back(Cat(section.heading(), "|", section.text()));
        EXPECT_EQ(sections, (Lines{"3.实施内容及过程概述|按季度拨付", "评价结论|自评得分99.85分", "存在问题|无",
                                   "改进措施|加快拨付"}));
        EXPECT_EQ(Unread(imported), (Lines{"项目负责人：张某", "财务负责人：李某"}));
      });
}

TEST(Layouts, HubeiWithoutWeights) {
  InEveryFormat(
      {
          "2022年度基层党建项目自评表|<|<|<|<|<|<",
          "单位名称：某街道办事处|<|<|填报日期：2023年3月1日|<|<|<",
          "项目名称|<|基层党建综合事务经费|<|<|<|<",
          "主管部门|<|某区委组织部|<|项目实施单位|<|某街道党建办",
          "项目类别|<|1、部门预算项目 ☑ 2、区直专项 □|<|<|<|<",
          "预算执行情况(万元)(20分)|<||预算数(A)|执行数(B)|执行率(B/A)|得分(20分*执行率)",
          "^|^|年度财政资金总额|62.64|60.00|95.79%|19.16",
          "年度绩效目标1(80分)|一级指标|二级指标|三级指标|年初目标值(A)|实际完成值(B)|得分",
          "^|产出指标(40分)|数量指标|开展主题党日|12次|12次|20",
          "^|^|质量指标|达标率|100%|98%|18",
          "^|效益指标(30分)|社会效益指标|组织覆盖面|提升|提升|30",
          "^|满意度指标(10分)|服务对象满意度指标|党员满意度|≥90%|92%|10",
          "总分|<|<|<|<|<|97.16",
          "偏差大或目标未完成原因分析|<|个别支部台账不全|<|<|<|<",
          "改进措施及结果应用方案|<|加强检查|<|<|<|<",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.title(), "2022年度基层党建项目自评表");
        EXPECT_EQ(form.fiscal_year(), 2022);
        EXPECT_EQ(form.project_name(), "基层党建综合事务经费");
        EXPECT_EQ(form.competent_department().name(), "某区委组织部");
        EXPECT_EQ(form.implementing_unit().name(), "某街道党建办");  // not 单位名称
        EXPECT_EQ(Funds(form), Lines{"年度财政资金总额||62.64|60.00|20|95.79%|19.16"});
        EXPECT_EQ(Indicators(form), (Lines{"产出指标(40分)|数量指标|开展主题党日|12次|12次||20||",
                                           "产出指标(40分)|质量指标|达标率|100%|98%||18||",
                                           "效益指标(30分)|社会效益指标|组织覆盖面|提升|提升||30||",
                                           "满意度指标(10分)|服务对象满意度指标|党员满意度|≥90%|92%||10||"}));
        EXPECT_EQ(form.total_score(), "97.16");
        EXPECT_EQ(form.total_weight(), "");
        ASSERT_EQ(form.report_size(), 2);
        EXPECT_EQ(form.report(0).heading(), "偏差大或目标未完成原因分析");
        EXPECT_EQ(form.report(0).text(), "个别支部台账不全");
      });
}

TEST(Layouts, YunnanTargetOfThreeColumnsUnderTwoHeaderRows) {
  InEveryFormat(
      {
          "附表15|<|<|<|<|<|<|<|<|<",
          "项目支出绩效自评表|<|<|<|<|<|<|<|<|<",
          "公开15表|<|<|<|<|金额单位：万元|<|<|<|<",
          "项目名称|<|执法补助经费|<|<|<|<|<|<|<",
          "主管部门|<|某市自然资源局|<|<|<|实施单位|某区自然资源局|<|<",
          "项目资金|<||年初预算数|全年预算数|全年执行数|<|分值|执行率|得分",
          "^|^|年度资金总额|7.29|7.29|7.29|<|10.00|100%|10.00",
          "年度总体目标|预期目标|<|<|<|<|实际完成情况|<|<|<",
          "^|完成执法|<|<|<|<|全部完成|<|<|<",
          "绩效指标|<|<|年度指标值|<|<|实际完成值|分值|得分|偏差原因分析及改进措施",
          "一级指标|二级指标|三级指标|指标性质|指标值|度量单位|^|^|^|^",
          "产出指标|数量指标|卫片执法面积|=|72890|平方米|72890|20|20|",
          "^|质量指标|验收合格率|≥|95|%|96|30|30|",
          "满意度指标|服务对象满意度指标|满意度|≥|95|%|95|10|9|个别投诉",
          "总分|<|<|<|<|<|<|100|99|优",
          "其他需要说明事项|<|<|无|<|<|<|<|<|<",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.title(), "项目支出绩效自评表");
        EXPECT_EQ(form.amount_unit(), AMOUNT_UNIT_TEN_THOUSAND_YUAN);
        EXPECT_EQ(Funds(form), Lines{"年度资金总额|7.29|7.29|7.29|10.00|100%|10.00"});
        const Lines expected = {"产出指标|数量指标|卫片执法面积|=72890平方米|72890|20|20||",
                                "产出指标|质量指标|验收合格率|≥95%|96|30|30||",
                                "满意度指标|服务对象满意度指标|满意度|≥95%|95|10|9||个别投诉"};
        EXPECT_EQ(Indicators(form), expected);
        EXPECT_EQ(form.grade(), "优");
        EXPECT_EQ(form.total_score(), "99");
        // All three cells are named.
        std::vector<std::string> origins;
        for (const auto& cell : imported.cells())
          if (cell.path() == "indicators[0].target") origins.push_back(cell.text());
        EXPECT_EQ(origins.size(), 3u);
      });
}

TEST(Layouts, ShanxiKeepsTheApprovedTargetBesideTheAdjustedOne) {
  InEveryFormat(
      {
          "项目支出绩效自评表|<|<|<|<|<|<|<",
          "项目名称|设备购置|<|<|<|<|<|<",
          "预算年度|2023年|<|主管部门|某省教育厅|<|实施单位|某大学",
          "一级指标|二级指标|三级指标|年初指标值|年度指标值（调整后）|全年实际完成值|分值|得分",
          "产出指标|数量指标|购置设备|≥20台|≥18台|18台|40|40",
          "成本指标|经济成本指标|总成本|≤100万元|≤90万元|88.5万元|20|20",
          "总分|<|<|<|<|<|60|60",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.fiscal_year(), 2023);
        EXPECT_EQ(form.implementing_unit().name(), "某大学");
        EXPECT_EQ(Indicators(form), (Lines{"产出指标|数量指标|购置设备|≥18台|18台|40|40||",
                                           "成本指标|经济成本指标|总成本|≤90万元|88.5万元|20|20||"}));
        EXPECT_EQ(form.indicators(0).approved_target(), "≥20台");
        EXPECT_EQ(form.indicators(1).approved_target(), "≤100万元");
      });
}

TEST(Layouts, WeightBeforeTargetAndCriteriaBetween) {
  InEveryFormat(
      {
          "财政衔接推进乡村振兴补助资金绩效自评表|<|<|<|<|<|<|<|<|<",
          "项目名称|<|种薯繁育|<|<|负责人及电话|<|张某 139|<|<",
          "主管部门|<|某区农业农村局|<|<|实施单位|<|某区农技中心|<|<",
          "资金情况(元)|项目|<|全年预算数(A)|<|全年执行数(B)|<|执行率(B/A)|<|<",
          "^|年度资金总额|<|3,000,000.00|<|2,594,500.00|<|86.48%|<|<",
          "^|其中：中央补助|<|3,000,000.00|<|2,594,500.00|<||<|<",
          "绩效指标|一级指标|二级指标|三级指标|分值|年度指标值|评分标准|全年实际值|得分|未完成原因和改进措施",
          "^|产出指标(40分)|数量指标|★免费发放原原种|8|550万粒|按比例|550万粒|8|",
          "^|^|成本指标|采购价格|8|≤2元/粒|超过不得分|1.9元/粒|8|",
          "^|效益指标(40分)|经济效益指标|亩均增收|8|≥5%|按比例|4%|6.4|单产偏低",
          "合计|<|<|<|24|<|<|<|22.4|",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.amount_unit(), AMOUNT_UNIT_YUAN);
        EXPECT_EQ(Funds(form), (Lines{"年度资金总额||3,000,000.00|2,594,500.00||86.48%|",
                                      "其中：中央补助||3,000,000.00|2,594,500.00|||"}));
        EXPECT_EQ(Indicators(form), (Lines{"产出指标(40分)|数量指标|★免费发放原原种|550万粒|550万粒|8|8||",
                                           "产出指标(40分)|成本指标|采购价格|≤2元/粒|1.9元/粒|8|8||",
                                           "效益指标(40分)|经济效益指标|亩均增收|≥5%|4%|8|6.4||单产偏低"}));
        EXPECT_EQ(form.total_weight(), "24");
        EXPECT_EQ(form.total_score(), "22.4");
        // The criteria have no field: they are told.
        EXPECT_EQ(Unread(imported), (Lines{"张某 139", "按比例", "超过不得分", "按比例"}));
      });
}

TEST(Layouts, TransferPayment) {
  InEveryFormat(
      {
          "中央对地方转移支付区域（项目）绩效自评表|<|<|<|<|<|<",
          "（2021年度）|<|<|<|<|<|<",
          "转移支付（项目）名称|<|车辆购置税补助|<|<|<|<",
          "中央主管部门|<|交通运输部|<|<|<|<",
          "地方主管部门|<|某市交通运输局|<|资金使用单位|某县交通局|<",
          "资金情况（万元）|<||全年预算数（A）|全年执行数（B）|预算执行率（B/A×100%）|<",
          "^|^|年度资金总额|4000|3500|87.5%|<",
          "^|^|其中：中央财政资金|4000|3500|87.5%|<",
          "^|^|地方资金||||<",
          "资金管理情况|分配科学性|按规定分配|<|<|<|<",
          "^|拨付合规性|合规|<|<|<|<",
          "总体目标完成情况|总体目标|<|<|全年实际完成情况|<|<",
          "^|建设省道32.1公里|<|<|完成30公里|<|<",
          "绩效指标|一级指标|二级指标|三级指标|指标值|全年实际完成值|未完成原因和改进措施",
          "^|产出指标|数量指标|建设里程|32.1公里|30公里|征地滞后",
          "^|效益指标|社会效益指标|出行条件|改善|改善|",
          "说明|无|<|<|<|<|<",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.kind(), FORM_KIND_TRANSFER_PAYMENT);
        EXPECT_EQ(form.fiscal_year(), 2021);
        EXPECT_EQ(form.project_name(), "车辆购置税补助");
        EXPECT_EQ(form.competent_department().name(), "某市交通运输局");
        EXPECT_EQ(form.implementing_unit().name(), "某县交通局");
        EXPECT_EQ(Funds(form), (Lines{"年度资金总额||4000|3500||87.5%|", "其中：中央财政资金||4000|3500||87.5%|",
                                      "地方资金||||||"}));
        EXPECT_EQ(form.expected_goal(), "建设省道32.1公里");
        EXPECT_EQ(form.actual_goal(), "完成30公里");
        EXPECT_EQ(Indicators(form), (Lines{"产出指标|数量指标|建设里程|32.1公里|30公里||||征地滞后",
                                           "效益指标|社会效益指标|出行条件|改善|改善||||"}));
        ASSERT_GE(form.report_size(), 2);
        EXPECT_EQ(form.report(0).heading(), "分配科学性");
        EXPECT_EQ(form.report(1).text(), "合规");
        EXPECT_EQ(Unread(imported), Lines{"交通运输部"});
      });
}

TEST(Layouts, DepartmentWithTasksAndDividedBudget) {
  InEveryFormat(
      {
          "部门整体支出绩效自评表|<|<|<|<|<|<|<|<",
          "（2023年度）|<|<|<|<|<|<|<|<",
          "部门（单位）名称|<|某县市场监督管理局|<|<|<|<|<|<",
          "年度主要任务完成情况|任务名称|<|预算数（万元）|<|<|执行数（万元）|<|<",
          "^|^|^|小计|财政拨款|其他资金|小计|财政拨款|其他资金",
          "^|人员类项目|<|1200.5|1200.5|0|1190.2|1190.2|0",
          "^|特定目标类项目|<|300|250|50|280.6|240.6|40",
          "^|金额合计|<|1500.5|1450.5|50|1470.8|1430.8|40",
          "年度总体目标|年初设定目标|<|<|<|全年完成情况|<|<|<",
          "^|监管到位|<|<|<|总体完成|<|<|<",
          "绩效指标|一级指标|二级指标|三级指标|权重|指标值|完成值|得分|备注",
          "^|履职效能|数量指标|抽检批次|50|≥800批次|812批次|50|",
          "^|社会效应|社会公众满意度|投诉办结率|50|≥98%|97%|49.5|个别超期",
          "合计|<|<|<|100|<|<|99.5|",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.kind(), FORM_KIND_DEPARTMENT);
        EXPECT_EQ(form.competent_department().name(), "某县市场监督管理局");
        EXPECT_EQ(Indicators(form), (Lines{"履职效能|数量指标|抽检批次|≥800批次|812批次|50|50||",
                                           "社会效应|社会公众满意度|投诉办结率|≥98%|97%|50|49.5||个别超期"}));
        EXPECT_EQ(form.total_weight(), "100");
      });
}

TEST(Layouts, TheDividedBudgetGivesALineForEachSource) {
  const TestTable table = Table({
      "部门整体支出绩效自评表|<|<|<|<|<|<",
      "部门名称|某局|<|<|<|<|<",
      "任务名称|预算数（万元）|<|<|执行数（万元）|<|<",
      "^|小计|财政拨款|其他资金|小计|财政拨款|其他资金",
      "人员类项目|1200.5|1100.5|100|1190.2|1090.2|99",
      "年度总体目标|年初设定目标|<|<|全年完成情况|<|<",
      "^|监管到位|<|<|总体完成|<|<",
  });
  for (const auto& [name, bytes] :
       {std::pair<std::string, std::string>{"a.docx", Docx(DocxTable(table))}, {"a.xlsx", Xlsx({XlsxSheet(table)})}}) {
    const ImportedDocument document = Imported(bytes, name);
    ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
    EXPECT_EQ(Funds(document.forms(0).form()),
              (Lines{"人员类项目||1200.5|1190.2|||", "人员类项目（财政拨款）||1100.5|1090.2|||",
                     "人员类项目（其他资金）||100|99|||"}))
        << name;
  }
}

TEST(Layouts, SpacesInsideWordsAndFullWidthForms) {
  InEveryFormat(
      {
          "项 目 支 出 绩 效 自 评 表|<|<|<|<|<|<",
          "项 目　名 称|党建 专项|<|<|<|<|<",
          "主 管 部 门|党建办|<|实 施 单 位|<|党建办|<",
          "一 级 指 标|二 级\\指 标|三 级 指 标|年 度\\指 标 值|实 际\\完 成 值|分 值|得 分",
          "产 出 指 标|数 量 指 标|慰问党员|≧７０人|70 人|１０|10",
          "总　分|<|<|<|<|10|10",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.project_name(), "党建 专项");  // values stay as they are
        EXPECT_EQ(Indicators(form), Lines{"产出指标|数量指标|慰问党员|≧７０人|70 人|１０|10||"});
        EXPECT_EQ(form.total_score(), "10");
      });
}

TEST(Layouts, TraditionalCharactersAndPinyin) {
  InEveryFormat(
      {
          "項(xiàng)目支出績(jì)效自評(píng)表|<|<|<|<",
          "項(xiàng)目名稱(chēng)|執(zhí)法經(jīng)費(fèi)|<|<|<",
          "一級(jí)指標(biāo)|二級(jí)指標(biāo)|三級(jí)指標(biāo)|年度指標(biāo)值|實(shí)際(jì)完成值",
          "產(chǎn)出指標(biāo)|數(shù)量指標(biāo)|巡查|≥12次|12次",
      },
      [](const ImportedForm& imported) {
        ASSERT_EQ(imported.form().indicators_size(), 1);
        EXPECT_EQ(imported.form().indicators(0).target(), "≥12次");
        EXPECT_EQ(imported.form().indicators(0).actual(), "12次");
      });
}

TEST(Layouts, ManyColumnsOfXinjiang) {
  InEveryFormat(
      {
          "项目支出绩效自评表|<|<|<|<|<|<|<|<|<|<|<",
          "项目名称|教育经费|<|<|<|<|<|<|<|<|<|<",
          "一级指标|二级指标|三级指标|指标值设置依据|上年完成值|年度指标值|实际完成值|完成率|指标分值权重|指标赋分规则|"
          "得分|佐证资料",
          "产出指标|数量指标|培训人次|计划标准|90|≥100人次|120人次|120%|50|按比例|50|签到表",
          "合计|<|<|<|<|<|<|<|50|<|50|",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(Indicators(form), Lines{"产出指标|数量指标|培训人次|≥100人次|120人次|50|50|120%|"});
        EXPECT_EQ(Unread(imported), (Lines{"计划标准", "90", "按比例", "签到表"}));
        EXPECT_EQ(form.total_score(), "50");
      });
}

TEST(Layouts, AFormOverTwoTablesWithTheHeaderRepeated) {
  const std::string header = "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分";
  const TestTable first = Table({"项目支出绩效自评表|<|<|<|<|<|<", "项目名称|道路养护|<|<|<|<|<", header,
                                 "产出指标|数量指标|养护里程|≥10公里|11公里|50|50"});
  const TestTable second = Table({header, "效益指标|社会效益指标|通行条件|改善|改善|40|40", "总分|<|<|<|<|90|90"});
  const ImportedDocument document =
      Imported(Docx(DocxTable(first) + DocxParagraph("— 2 —") + DocxTable(second)), "a.docx");
  ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
  EXPECT_EQ(Indicators(document.forms(0).form()), (Lines{"产出指标|数量指标|养护里程|≥10公里|11公里|50|50||",
                                                         "效益指标|社会效益指标|通行条件|改善|改善|40|40||"}));
  EXPECT_EQ(document.forms(0).form().total_score(), "90");
  EXPECT_EQ(Unread(document.forms(0)), Lines{"— 2 —"});
}

TEST(Layouts, RowsOnTheNextPageWithoutAHeader) {
  const TestTable first = Table({"项目支出绩效自评表|<|<|<|<|<|<", "项目名称|道路养护|<|<|<|<|<",
                                 "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分",
                                 "产出指标|数量指标|养护里程|≥10公里|11公里|50|50"});
  const TestTable second =
      Table({"效益指标|社会效益指标|通行条件|改善|改善|40|40", "||安全出行|100%|100%|10|10", "总分|<|<|<|<|100|100"});
  const ImportedDocument document = Imported(Docx(DocxTable(first) + DocxTable(second)), "a.docx");
  ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
  EXPECT_EQ(Indicators(document.forms(0).form()), (Lines{"产出指标|数量指标|养护里程|≥10公里|11公里|50|50||",
                                                         "效益指标|社会效益指标|通行条件|改善|改善|40|40||",
                                                         "效益指标|社会效益指标|安全出行|100%|100%|10|10||"}));
}

TEST(Layouts, SeveralFormsInOneTableOneSheetAndOneDocument) {
  const auto rows = [](const std::string& name) {
    return std::vector<std::string>{"项目支出绩效自评表|<|<|<|<", Cat("项目名称|", name, "|<|<|<"),
                                    "一级指标|二级指标|三级指标|指标值|完成值",
                                    Cat("产出指标|数量指标|", name, "的数量|1个|1个")};
  };
  std::vector<std::string> both = rows("甲项目");
  both.push_back("||||");
  for (const std::string& row : rows("乙项目")) both.push_back(row);
  for (const Rendering& rendering : Renderings(both)) {
    SCOPED_TRACE(rendering.name);
    const ImportedDocument document = Imported(rendering.bytes, rendering.name);
    ASSERT_EQ(document.forms_size(), 2);
    EXPECT_EQ(document.forms(0).form().project_name(), "甲项目");
    EXPECT_EQ(document.forms(1).form().project_name(), "乙项目");
    EXPECT_EQ(document.forms(1).form().indicators(0).level3(), "乙项目的数量");
  }
  const std::string workbook = Xlsx({XlsxSheet(Table(rows("甲项目"))), XlsxSheet(Table(rows("乙项目")))});
  const ImportedDocument document = Imported(workbook, "a.xlsx");
  ASSERT_EQ(document.forms_size(), 2);
  EXPECT_EQ(document.forms(1).form().source().location(), "工作表“表2”");
  EXPECT_EQ(document.forms(1).cells(0).location().sheet(), "表2");
}

TEST(Layouts, TitleYearAndUnitAboveTheTable) {
  const TestTable table =
      Table({"项目名称|道路养护|<|<", "一级指标|三级指标|年度指标值|实际完成值", "产出指标|养护里程|≥10公里|11公里"});
  const ImportedDocument document =
      Imported(Docx(DocxParagraph("附件2") + DocxParagraph("项目支出绩效自评表") + DocxParagraph("（2024 年度）") +
                    DocxParagraph("填报单位：某市公路局    金额单位：元") + DocxTable(table)),
               "a.docx");
  ASSERT_EQ(document.forms_size(), 1);
  const SelfEvaluation& form = document.forms(0).form();
  EXPECT_EQ(form.title(), "项目支出绩效自评表");
  EXPECT_EQ(form.fiscal_year(), 2024);
  EXPECT_EQ(form.implementing_unit().name(), "某市公路局");
  EXPECT_EQ(form.amount_unit(), AMOUNT_UNIT_YUAN);
}

// Text out of a PDF or a web page: one cell a line, the table's shape gone.
TEST(Layouts, OneCellALine) {
  std::string text;
  for (const std::string_view line : {"项目支出绩效自评表",
                                      "（2022年度）",
                                      "项目名称",
                                      "测绘业务委托",
                                      "主管部门",
                                      "219-云溪镇人民政府",
                                      "实施单位",
                                      "219001-云溪镇人民政府",
                                      "项目资金",
                                      "（万元）",
                                      "年初预算数",
                                      "全年预算数",
                                      "全年执行数",
                                      "分值",
                                      "执行率",
                                      "得分",
                                      "年度资金总额:",
                                      "90",
                                      "88",
                                      "44",
                                      "10",
                                      "50%",
                                      "5",
                                      "其中:本年财政拨款",
                                      "90",
                                      "88",
                                      "44",
                                      "上年结转资金",
                                      "其他资金",
                                      "年度总体目标",
                                      "预期目标",
                                      "实际完成情况",
                                      "完成测绘12宗。",
                                      "完成测绘12宗。",
                                      "绩效指标",
                                      "一级指标",
                                      "二级指标",
                                      "三级指标",
                                      "年度指标值",
                                      "实际完成值",
                                      "分值",
                                      "得分",
                                      "偏差原因分析及改进措施",
                                      "产出指标(50分)",
                                      "数量指标",
                                      "测绘宗数",
                                      "≥12宗",
                                      "12",
                                      "25",
                                      "25",
                                      "成本指标",
                                      "总成本",
                                      "≤90万元",
                                      "44",
                                      "25",
                                      "25",
                                      "效益指标(30分)",
                                      "社会效益指标",
                                      "市场公平的影响程度",
                                      "效果明显",
                                      "达成预期指标",
                                      "30",
                                      "30",
                                      "满意度指标(10分)",
                                      "满意度指标",
                                      "公众满意度",
                                      "≥90%",
                                      "95",
                                      "10",
                                      "10",
                                      "总分",
                                      "100",
                                      "95"})
    Append(text, line, "\n");
  const ImportedDocument document = Imported(text, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  const SelfEvaluation& form = document.forms(0).form();
  EXPECT_EQ(form.fiscal_year(), 2022);
  EXPECT_EQ(form.amount_unit(), evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN);
  EXPECT_EQ(form.implementing_unit().code(), "219001");
  EXPECT_EQ(Funds(form), (Lines{"年度资金总额|90|88|44|10|50%|5", "其中:本年财政拨款|90|88|44|||", "上年结转资金||||||",
                                "其他资金||||||"}));
  EXPECT_EQ(Indicators(form), (Lines{"产出指标(50分)|数量指标|测绘宗数|≥12宗|12|25|25||",
                                     "产出指标(50分)|成本指标|总成本|≤90万元|44|25|25||",
                                     "效益指标(30分)|社会效益指标|市场公平的影响程度|效果明显|达成预期指标|30|30||",
                                     "满意度指标(10分)|满意度指标|公众满意度|≥90%|95|10|10||"}));
  EXPECT_EQ(form.total_score(), "95");
  EXPECT_EQ(Unread(document.forms(0)), Lines{});
}

// The same with blanks between the cells, and within some of them.
TEST(Layouts, AllCellsOnOneLine) {
  const std::string text =
      "附件： 项目支出绩效自评表 (2022年度) 项目名称 测绘业务委托 主管部门 云溪镇人民政府 实施单位 云溪镇 项目资金 "
      "(万元) 年初预算数 全年预算数 全年执行数 分值 执行率 得分 年度资金总额: 90 88 44 10 50% 5 其中:本年财政拨款 90 "
      "88 44 上年结转资金 其他资金 年度总体目标 预期目标 实际完成情况 完成测绘12宗。 已完成测绘12宗。 绩效指标 "
      "一级指标 "
      "二级指标 三级指标 年度指标值 实际完成值 分值 得分 偏差原因分析 及改进措施 产 出 指 标 （50分） 数量指标 "
      "测绘宗数 "
      "≥ 12 个 12 25 25 成本指标 总成本 ≤90 万元 44 25 25 效益指标(30分) 社会效益 指标 市场公平的影响程度 效果明显 "
      "达成预期指标 30 30 满意度 指标 (10分) 服务对象满意度指标 公众满意度 不低于 90 ％ 95% 10 10 总分 100 95\n";
  const ImportedDocument document = Imported(text, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  const SelfEvaluation& form = document.forms(0).form();
  EXPECT_EQ(form.fiscal_year(), 2022);
  EXPECT_EQ(form.project_name(), "测绘业务委托");
  EXPECT_EQ(form.actual_goal(), "已完成测绘12宗。");
  EXPECT_EQ(Funds(form), (Lines{"年度资金总额|90|88|44|10|50%|5", "其中:本年财政拨款|90|88|44|||", "上年结转资金||||||",
                                "其他资金||||||"}));
  EXPECT_EQ(Indicators(form), (Lines{"产出指标（50分）|数量指标|测绘宗数|≥12个|12|25|25||",
                                     "产出指标（50分）|成本指标|总成本|≤90万元|44|25|25||",
                                     "效益指标(30分)|社会效益指标|市场公平的影响程度|效果明显|达成预期指标|30|30||",
                                     "满意度指标(10分)|服务对象满意度指标|公众满意度|不低于90％|95%|10|10||"}));
  EXPECT_EQ(form.total_score(), "95");
  ExpectOrigins(document.forms(0));
  EXPECT_EQ(Unread(document.forms(0)), Lines{});
  // Every value still says the line that it came from.
  for (const auto& cell : document.forms(0).cells()) EXPECT_EQ(cell.location().paragraph(), 1);
}

constexpr std::string_view kLinesOfCells =
    "云溪镇公开的项目自评表\n发布时间：2023-03-01 10:00\n项目支出绩效自评表\n(2022年度)\n项目名称 测绘业务委托\n"
    "主管部门 云溪镇人民政府 实施单位 云溪镇\n项目资金\n(万元)\n年初预算数 全年预算数 全年执行数 分值 执行率 得分\n"
    "年度资金总额: 90 88 44 10 50% 5\n年度总体目标 预期目标 实际完成情况\n"
    "分两批 完成测绘12宗。 已完成 测绘12宗。\n绩效指标 一级\n指标\n二级指标 三级指标 年度指标值 实际完成值 分值 得分 "
    "偏差原因分析及改进措施\n产出指标\n(50分) 数量指标 指标1:测绘宗数 ≥12个 12 25 25\n指标2:\n……\n"
    "质量指标 指标1:验收合格率 ≥95% 96% 25 25\n效益指标(30分) 经济效益\n指标 指标1:\n可持续影\n响指标 "
    "指标1:对市场的影响 效果明显 达成预期指标 30 30\n满意度指标 服务对象\n满意度指标 公众满意度 不低于90% 95% 10 10\n";

// A page's table copied as text: a line a row, blanks between cells, names that break in their cells, rows of the
// template that nobody needed.
TEST(Layouts, ALineARow) {
  const ImportedDocument document = Imported(kLinesOfCells, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  const SelfEvaluation& form = document.forms(0).form();
  EXPECT_EQ(form.fiscal_year(), 2022);
  EXPECT_EQ(form.project_name(), "测绘业务委托");
  EXPECT_EQ(form.implementing_unit().name(), "云溪镇");
  // The one piece that ends a sentence parts the goals.
  EXPECT_EQ(form.expected_goal(), "分两批 完成测绘12宗。");
  EXPECT_EQ(form.actual_goal(), "已完成 测绘12宗。");
  EXPECT_EQ(Funds(form), Lines{"年度资金总额|90|88|44|10|50%|5"});
  // Nothing is lost: what the template held ready is listed, and a value of two lines names both.
  EXPECT_THAT(Unread(document.forms(0)), testing::IsSupersetOf({"指标2:", "……", "指标1:"}));
  std::vector<int> lines;
  for (const auto& cell : document.forms(0).cells())
    if (cell.path() == "indicators[4].level2") lines.push_back(cell.location().paragraph());
  EXPECT_EQ(lines.size(), 2u);
  EXPECT_EQ(Indicators(form),
            (Lines{"产出指标(50分)|数量指标|指标1:测绘宗数|≥12个|12|25|25||",
                   "产出指标(50分)|质量指标|指标1:验收合格率|≥95%|96%|25|25||", "效益指标(30分)|经济效益指标|||||||",
                   "效益指标(30分)|可持续影响指标|指标1:对市场的影响|效果明显|达成预期指标|30|30||",
                   "满意度指标|服务对象满意度指标|公众满意度|不低于90%|95%|10|10||"}));
  ExpectOrigins(document.forms(0));
}

TEST(Layouts, GoalsThatBlanksCutMayNotBeTold) {
  std::string text(kLinesOfCells);
  text.replace(text.find("完成测绘12宗。"), std::string_view("完成测绘12宗。").size(), "完成测绘12宗，");
  const ImportedDocument document = Imported(text, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().expected_goal(), "");
  EXPECT_EQ(document.forms(0).form().actual_goal(), "");
  EXPECT_EQ(document.forms(0).form().indicators_size(), 5);
  EXPECT_THAT(Unread(document.forms(0)), testing::IsSupersetOf({"分两批", "完成测绘12宗，"}));
}

// What was cut off in a row is read without that row, and says so.
TEST(Layouts, ATextThatWasCutOff) {
  for (const std::string_view rest : {"生态效益指标", "指标3:走访", "指标3:走访 ≥2次"}) {
    const ImportedDocument document = Imported(std::string(kLinesOfCells) + std::string(rest), "form.txt");
    ASSERT_EQ(document.forms_size(), 1) << rest;
    EXPECT_GE(document.forms(0).form().indicators_size(), 5) << rest;
    EXPECT_LE(document.forms(0).form().indicators_size(), 6) << rest;
    EXPECT_EQ(document.forms(0).form().indicators(1).level3(), "指标1:验收合格率") << rest;
  }
}

TEST(Layouts, ABarBehindEachCell) {
  std::string text;
  for (const char c : std::string(kLinesOfCells)) {
    if (c == ' ' || c == '\n')
      text += " |\n";
    else
      text += c;
  }
  text += "||||||\n";
  const ImportedDocument document = Imported(text, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().project_name(), "测绘业务委托");
  ASSERT_EQ(document.forms(0).form().indicators_size(), 5);
  EXPECT_EQ(document.forms(0).form().indicators(4).actual(), "95%");
}

// Rows of bars that break at empty cells, under a header of two rows whose upper one comes first.
TEST(Layouts, BarsThatBreakAtEmptyCells) {
  const std::string text =
      "2022年度项目支出绩效自评表 | 部门:云溪镇中学 |\n|\n|\n"
      "| 项目名称 | 营养改善 | 主管部门 | 云溪镇教育局 | 实施单位 | 云溪镇中学 | 项目资金 (元) |\n"
      "| 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分 | 年度资金总额 |\n"
      "| 38 | 38 | 10 | 100% | 10 | 其中:当年财政 拨款 |\n|\n|\n| — |\n"
      "| — | 年度 总体 目标 | 预期目标 | 实际完成情况 | 改善体质 | 体质改善 | 绩效指标 | 年度指标值 | 实际完成值 | "
      "分值 | "
      "得分 | 偏差原因分析及改进措施 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 产出指标 | "
      "数量指标 | "
      "受资助人数 | ≧ | 735 | 人次 | 736 | 10 | 10 |\n"
      "| 质量指标 | 覆盖率 | ≧ | 100 | % | 98% | 10 | 9 |\n"
      "| 效益指标 | 社会效益 指标 | 政策知晓率 | ═ | 100 | % | 100% | 10 | 10 |\n| 生态效益 指标 |\n|\n|\n"
      "| 满意度指标 | 服务对象满意度指标 | 学生满意度 | ≧ | 95 | % | 97% | 10 | 10 |\n";
  const ImportedDocument document = Imported(text, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  const SelfEvaluation& form = document.forms(0).form();
  EXPECT_EQ(form.expected_goal(), "改善体质");
  EXPECT_EQ(form.actual_goal(), "体质改善");
  EXPECT_EQ(Indicators(form),
            (Lines{"产出指标|数量指标|受资助人数|≧735人次|736|10|10||", "产出指标|质量指标|覆盖率|≧100%|98%|10|9||",
                   "效益指标|社会效益指标|政策知晓率|═100%|100%|10|10||", "效益指标|生态效益指标|||||||",
                   "满意度指标|服务对象满意度指标|学生满意度|≧95%|97%|10|10||"}));
}

// Forms of 2011 to 2019: each level has its points beside it, one cell a line.
TEST(Layouts, PointsBesideEachLevel) {
  const std::string text =
      "服务项目绩效自评表\n项目名称\n服务项目\n主管部门\n云溪镇人民政府\n实施单位\n云溪镇服务中心\n一级指标\n分值\n二级"
      "指标\n分值\n"
      "三级指标\n分值\n得分\n项目决策\n20\n项目目标\n8\n目标内容\n8\n8\n决策过程\n12\n决策依据\n5\n5\n决策程序\n7\n6\n"
      "项目绩效\n80\n项目产出\n80\n产出数量\n50\n50\n产出质量\n30\n29\n总分\n100\n98\n";
  const ImportedDocument document = Imported(text, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(Indicators(document.forms(0).form()),
            (Lines{"项目决策(20分)|项目目标(8分)|目标内容|||8|8||", "项目决策(20分)|决策过程(12分)|决策依据|||5|5||",
                   "项目决策(20分)|决策过程(12分)|决策程序|||7|6||", "项目绩效(80分)|项目产出(80分)|产出数量|||50|50||",
                   "项目绩效(80分)|项目产出(80分)|产出质量|||30|29||"}));
}

// A report says in its head what it is about, line by line; a number is no heading of it.
TEST(Layouts, LabelledLinesAboveAReport) {
  const std::string text =
      "云溪镇财政支出项目绩效评价自评报告\n项目名称:电子口岸建设\n项目单位:云溪镇口岸办\n主管部门:云溪镇人民政府\n"
      "评价方式:单位绩效自评\n一、项目基本概况\n结余\n22.8\n0.0\n二、项目实施情况\n口岸建成投入使用，全年运行平稳，"
      "共验放货物三万余票，企业反映良好，通关时间缩短。\n三、存在的问题\n无。\n";
  const ImportedDocument document = Imported(text, "report.txt");
  ASSERT_EQ(document.forms_size(), 1);
  const SelfEvaluation& form = document.forms(0).form();
  EXPECT_EQ(form.project_name(), "电子口岸建设");
  EXPECT_EQ(form.implementing_unit().name(), "云溪镇口岸办");
  EXPECT_EQ(form.competent_department().name(), "云溪镇人民政府");
  for (const auto& section : form.report()) EXPECT_EQ(section.heading().find("22.8"), std::string::npos);
  const ImportedDocument two = Imported(
      "云溪镇关于灌溉项目支出绩效自评报告\n项目名称：灌溉项目　　主管部门：云溪镇水利局\n一、概况\n项目已按期完成，资金"
      "全部到位，群众反映"
      "良好。\n二、存在的问题\n无。\n",
      "report.txt");
  ASSERT_EQ(two.forms_size(), 1);
  EXPECT_EQ(two.forms(0).form().project_name(), "灌溉项目");
}

// A page's navigation is no part of a report's title; a title may be broken in two.
TEST(Layouts, TheTitleOfAReport) {
  const std::string body =
      "\n一、项目概况\n项目已按期完成，资金全部到位，群众反映良好，达到了预期的效果。\n二、存在的问题\n无。\n";
  ImportedDocument document =
      Imported("首页 | 公开\n日期：2024-06-11 来源：云溪镇\n云溪镇转运站改造项目绩效自评报告" + body, "report.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().title(), "云溪镇转运站改造项目绩效自评报告");
  document = Imported("云溪镇2024年度部门预算\n执行情况绩效自评报告" + body, "report.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().title(), "云溪镇2024年度部门预算执行情况绩效自评报告");
}

// Where cells run into one another nothing is guessed, and the form says so.
TEST(Layouts, CellsThatRunTogetherAreNotGuessed) {
  std::string text =
      "项目支出绩效自评表(2022年度)项目名称测绘业务委托项目资金(万元)全年预算数全年执行数年度资金总额:3.7";
  text +=
      "绩效指标一级指标二级指标三级指标分值年度指标值实际完成值得分产出指标数量指标测绘宗数10≥12宗12宗10质量指标验收率";
  for (int i = 0; i < 12; ++i) text += "10100%100%10总成本36.2万元，支出约38.75万元，测绘成果按期交付。";
  text += '\n';
  const ImportedDocument document = Imported(text, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().indicators_size(), 0);
  EXPECT_EQ(document.forms(0).form().funds_size(), 0);
  ASSERT_EQ(document.forms(0).unread_size(), 1);
  EXPECT_EQ(document.forms(0).unread(0).why(),
            "像是单元格连在一起的自评表，分不出行和列，没有读入指标；请用原文件导入，或逐格复制");
}

TEST(Layouts, ProseWithCommasIsNoTable) {
  std::string text = "云溪镇2022年度绩效自评报告\n";
  for (int i = 0; i < 6; ++i) text += "一、本年下达资金200万元,用于道路,桥梁,水渠建设,均已完工。\n";
  const ImportedDocument document = Imported(text, "report.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_GE(document.forms(0).form().report_size(), 1);
}

// As text off a web page has it: merged cells are gone from where they stood, and bars at the end say how many. Rows
// break where cells do.
TEST(Layouts, BarsForMergedCellsAtTheEndsOfRows) {
  const std::string text =
      "项目支出绩效自评表 | ||||||||\n"
      "(2023年度) | ||||||||\n"
      "项目名称 | 测绘业务委托 | |||||||\n"
      "主管部门 | 云溪镇人民政府 | 实施单位 | 云溪镇 | |||||\n"
      "绩效指标 |\n"
      "一级 指标 | 二级指标 | 三级指标 | 年度指标值 |\n"
      "实际完成值 | 分值 | 得分 | 偏差原因分析 |\n"
      "产 出 指 标 | 数量指标 | 测绘面积 | 300㎡ | 0 | 25 | 0 | 方案未批 ||\n"
      "测绘宗数 | ≥12宗 | 12宗 | 25 | 25 | ||||\n"
      "质量指标\n"
      "| 指标1:验收合格率 | ≥95% | 96% | 20 | 20 | |||\n"
      "满意度指标 | 满意度指标 | 公众满意度 | ≥90% | 95% | 20 | 20 | ||\n";
  const ImportedDocument document = Imported(text, "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  const SelfEvaluation& form = document.forms(0).form();
  EXPECT_EQ(form.project_name(), "测绘业务委托");
  EXPECT_EQ(form.implementing_unit().name(), "云溪镇");
  EXPECT_EQ(Indicators(form),
            (Lines{"产出指标|数量指标|测绘面积|300㎡|0|25|0||方案未批", "产出指标|数量指标|测绘宗数|≥12宗|12宗|25|25||",
                   "产出指标|质量指标|指标1:验收合格率|≥95%|96%|20|20||",
                   "满意度指标|满意度指标|公众满意度|≥90%|95%|20|20||"}));
}

// A row that lacks a cell somewhere: what cannot be told apart is listed, what can is read.
TEST(Layouts, RowsThatLackACellAreNotGuessed) {
  const auto read = [](const std::string& rows) {
    return Imported(
        "项目支出绩效自评表 | |||||||||\n(2022年度) | |||||||||\n项目名称 | 道路养护 | ||||||||\n"
        "绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因分析 |\n"
        "产出指标 | 数量指标 | 养护里程 | ≥300公里 | 280公里 | 20 | 18 | ||\n" +
            rows + "满意度指标 | 服务对象满意度指标 | 满意度 | ≥90% | 91% | 30 | 30 | ||\n",
        "form.txt");
  };
  const ImportedDocument lacks = read(
      "巡查次数 | ≥12次 | 12次 | 10 | |||||\n"
      "时效指标 | 及时率 | ≥95 | 92 | 10 | ||||\n");
  ASSERT_EQ(lacks.forms_size(), 1);
  EXPECT_EQ(Indicators(lacks.forms(0).form()),
            (Lines{"产出指标|数量指标|养护里程|≥300公里|280公里|20|18||", "产出指标|数量指标|巡查次数|≥12次|12次||||",
                   "产出指标|时效指标|及时率|≥95|||||", "满意度指标|服务对象满意度指标|满意度|≥90%|91%|30|30||"}));
  EXPECT_EQ(Unread(lacks.forms(0)), (Lines{"10", "92", "10"}));
  const ImportedDocument units = Imported(
      "项目支出绩效自评表 | |||||||||\n(2022年度) | |||||||||\n项目名称 | 道路养护 | ||||||||\n"
      "绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 实际完成值 | 分值 | 得分 | "
      "偏差原因分析 |\n"
      "产出指标 | 数量指标 | 养护里程 | ≥ | 300 | 公里 | 20 | 18 | ||\n"
      "时效指标 | 及时率 | ≥ | 95 | % | 95 | 20 | 18 | |||\n"
      "满意度指标 | 服务对象满意度指标 | 满意度 | ≥ | 90 | % | 91 | 30 | 30 | ||\n",
      "form.txt");
  ASSERT_EQ(units.forms_size(), 1);
  EXPECT_EQ(Indicators(units.forms(0).form()),
            (Lines{"产出指标|数量指标|养护里程|≥300公里|||||", "产出指标|时效指标|及时率|≥95%|95|20|18||",
                   "满意度指标|服务对象满意度指标|满意度|≥90%|91|30|30||"}))
      << "a unit is no value";
}

// 合计 beside one number where nobody has given points yet is what the weights come to.
TEST(Layouts, ALoneTotalOfWeightsIsNoScore) {
  const auto total = [](const std::string& scores) {
    const ImportedDocument document = Imported(
        "项目支出绩效自评表 | |||||||||\n(2022年度) | |||||||||\n项目名称 | 道路养护 | ||||||||\n"
        "绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因分析 |\n"
        "产出指标 | 数量指标 | 养护里程 | ≥300公里 | 280公里 | 60 | " +
            scores +
            " | ||\n"
            "满意度指标 | 服务对象满意度指标 | 满意度 | ≥90% | 91% | 40 | " +
            scores +
            " | ||\n"
            "合计 | 100 | |||||||\n",
        "form.txt");
    const SelfEvaluation& form = document.forms(0).form();
    return form.total_weight() + "/" + form.total_score();
  };
  EXPECT_EQ(total(""), "100/");
  EXPECT_EQ(total("50"), "/100");
}

// Funds whose last cells are blank: the percentage says where the others stand.
TEST(Layouts, FundsThatEndAtTheirRate) {
  const ImportedDocument document = Imported(
      "项目支出绩效自评表 | |||||||||\n(2022年度) | |||||||||\n项目名称 | 道路养护 | ||||||||\n"
      "项目资金（万元） | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分 |\n"
      "年度资金总额 | 329.77 | 329.77 | 300.31 | 10 | 91.07% | ||\n"
      "其中：财政拨款 | 329.77 | 300.31 | ||||||\n"
      "一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 |\n"
      "产出指标 | 数量指标 | 养护里程 | ≥300公里 | 280公里 | 60 | 50 |\n",
      "form.txt");
  ASSERT_EQ(document.forms_size(), 1);
  const Lines funds = Funds(document.forms(0).form());
  ASSERT_FALSE(funds.empty());
  EXPECT_EQ(funds[0], "年度资金总额|329.77|329.77|300.31|10|91.07%|");
  EXPECT_EQ(funds.size(), 1u) << "two figures of five may be any";
}

// What a report's title names: the unit and its year are no part of the project, and not every word is a name.
TEST(Layouts, TitlesOfReportsNameTheProject) {
  const std::string body =
      "\n一、基本情况\n为做好本年工作，资金已按计划使用，各项任务均已完成，群众反映良好，绩效目标基本实现。\n二、绩效分"
      "析\n"
      "资金使用规范，各项产出达到预期。\n";
  const auto named = [&](const std::string& title) {
    const ImportedDocument document = Imported(title + body, "report.txt");
    if (document.forms_size() != 1) return std::string("none");
    return document.forms(0).form().project_name() + "/" + document.forms(0).form().implementing_unit().name();
  };
  EXPECT_EQ(named("云溪镇转运站改造项目绩效自评报告"), "云溪镇转运站改造项目/");
  EXPECT_EQ(named("云溪县教育体育局2023年度项目支出绩效自评报告"), "/云溪县教育体育局");
  EXPECT_EQ(named("云溪县文化局2018年度整体支出绩效自评报告"), "/云溪县文化局");
  EXPECT_EQ(named("云溪县教育体育局2023年度营养改善项目绩效自评报告"), "营养改善项目/云溪县教育体育局");
  EXPECT_EQ(named("云溪县农村敬老院2022年度运营补助项目绩效自评报告"), "云溪县农村敬老院2022年度运营补助项目/");
  EXPECT_EQ(named("关于上报残疾军人护理费项目绩效自评的报告"), "残疾军人护理费项目/");
  EXPECT_EQ(named("转移支付资金绩效的自评报告"), "转移支付资金/") << "what is left";
}

TEST(Layouts, ReportsOnTransfersAreOfThatKind) {
  const auto kind = [](const std::string& first) {
    const ImportedDocument document = Imported(
        "云溪县卫生健康资金绩效自评报告\n一、" + first +
            "\n为做好本年工作，资金已按计划使用，各项任务均已完成。\n二、绩效分析\n资金使用规范，各项产出达到预期。\n",
        "report.txt");
    return document.forms_size() == 1 ? document.forms(0).form().kind() : evaluation::v1::FORM_KIND_UNSPECIFIED;
  };
  EXPECT_EQ(kind("中央下达转移支付预算和绩效目标情况"), evaluation::v1::FORM_KIND_TRANSFER_PAYMENT);
  EXPECT_EQ(kind("项目情况"), evaluation::v1::FORM_KIND_PROJECT);
  EXPECT_EQ(kind("中央转移支付资金到位及使用情况"), evaluation::v1::FORM_KIND_PROJECT);
}

// More cells than are cut into rows: none of them is lost.
TEST(Layouts, CellsBeyondTheLimitOfRowsAreAllKept) {
  std::vector<std::string> lines = {"项目名称", "测绘业务委托", "主管部门",   "云溪镇人民政府", "一级指标",
                                    "二级指标", "三级指标",     "年度指标值", "实际完成值",     "分值",
                                    "得分",     "产出指标",     "数量指标"};
  for (int i = 0; i < 1'100; ++i)
    for (const std::string_view cell : {"测绘宗数", "≥12宗", "12", "25", "25"}) lines.emplace_back(cell);
  Document document;
  for (const std::string& line : lines) document.blocks.emplace_back().paragraph.text = line;
  RebuildFromLines(document);
  ASSERT_EQ(document.blocks.size(), 1u);
  std::vector<std::string> cells;
  for (const Cell& cell : document.blocks.front().grid.cells) cells.push_back(cell.text);
  EXPECT_EQ(cells, lines);
}

TEST(Layouts, ALineThatOnlySpeaksOfLabelsIsNotCut) {
  std::string text =
      "本报告说明项目名称、一级指标、二级指标、三级指标、年度指标值、实际完成值、分值和得分各栏怎样填写。";
  for (int i = 0; i < 4; ++i) text += "填写时请 逐项核对 年度指标值 与 实际完成值 ，得分 不得超过 分值 。";
  Document document;
  document.blocks.emplace_back().paragraph.text = text;
  EXPECT_FALSE(SplitRunText(document).has_value());
}

// Names that blanks tear apart give rows with cells in wrong places: nothing is guessed.
TEST(Layouts, ALineWhoseRowsDoNotComeOutWholeStaysText) {
  const std::string text =
      "项目支出绩效自评表 (2022年度) 项目名称 参保补助 主管部门 云溪镇人民政府 绩效指标 一级指标 二级指标 三级指标 "
      "年度指标值 实际完成值 分值 得分 产出指标 数量指标 全县参 合人数 8755 人 8676 15 13 质量指标 资金是否全 部纳入医 "
      "保统筹 是 是 15 15 时效指标 资金是否 及时 及时 及时 10 10 效益指标 社会效益指标 解决看病 难看病贵 问题 95% 95%";
  Document line;
  line.blocks.emplace_back().paragraph.text = text;
  EXPECT_TRUE(SplitRunText(line).has_value()) << "it has the labels of a form";
  const ImportedDocument document = Imported(text, "form.txt");
  EXPECT_EQ(document.forms_size(), 0);
  ASSERT_EQ(document.unread_size(), 1);
  EXPECT_EQ(document.unread(0).text(), text);
}

TEST(Layouts, HintsFillOnlyWhatTheFormDoesNotSay) {
  const TestTable table =
      Table({"项目名称|道路养护|<|<", "一级指标|三级指标|年度指标值|实际完成值", "产出指标|养护里程|≥10公里|11公里"});
  const ImportedDocument document = Imported(Docx(DocxTable(table)), "a.docx", {"510403", 2023});
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().region_code(), "510403");
  EXPECT_EQ(document.forms(0).form().fiscal_year(), 2023);
  const ImportedDocument titled =
      Imported(Docx(DocxParagraph("2021年度项目支出绩效自评表") + DocxTable(table)), "a.docx", {"510403", 2023});
  ASSERT_EQ(titled.forms_size(), 1);
  EXPECT_EQ(titled.forms(0).form().fiscal_year(), 2021);
}

TEST(Layouts, ATableThatIsNoFormGivesNone) {
  const TestTable table = Table({"项目|预算数|决算数", "办公费|10|9.5", "差旅费|5|4"});
  for (const auto& [name, bytes] :
       {std::pair<std::string, std::string>{"a.docx", Docx(DocxTable(table))}, {"a.xlsx", Xlsx({XlsxSheet(table)})}}) {
    const ImportedDocument document = Imported(bytes, name);
    EXPECT_EQ(document.forms_size(), 0);
    EXPECT_EQ(document.unread_size(), 9) << "nothing is dropped silently";
  }
}

TEST(Layouts, ALabelWithoutAValueDoesNotTakeItsNeighbours) {
  InEveryFormat(
      {
          "项目支出绩效自评表|<|<|<|<|<",
          "项目名称|道路养护|<|<|<|<",
          "主管部门||<|实施单位|某局|<",
          "一级指标|二级指标|三级指标|年度指标值|实际完成值|得分",
          "产出指标|数量指标|养护里程||11公里|10",
      },
      [](const ImportedForm& imported) {
        EXPECT_EQ(imported.form().competent_department().name(), "");
        EXPECT_EQ(imported.form().implementing_unit().name(), "某局");
        EXPECT_EQ(Indicators(imported.form()), Lines{"产出指标|数量指标|养护里程||11公里||10||"});
      });
}

}  // namespace
}  // namespace jixiao::importing
