// The checks that read the report beside the form: what they say of the figures of real documents, and texts that are
// in order.
#include "common/text.h"
#include "scoring/checks/text/sentences.h"
#include "scoring/checks/text/years.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "checks_support.h"

namespace jixiao::scoring {
namespace {

using namespace support;

// A form on 16.2 of budget and 110.76 spent, with this report.
SelfEvaluation Reported(std::string_view text, std::string_view heading = "项目实施情况") {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "16.2", "16.2", "110.76", "10"));
  form.set_project_name("党建党务专项");
  AddSection(form, heading, text);
  return form;
}

SelfEvaluation InOrder(std::string_view text, std::string_view heading = "项目实施情况") {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "100", "120", "108", "10", "90%"));
  AddFund(form, Fund("其中：当年财政拨款", "100", "100", "88"));
  AddFund(form, Fund("其他资金", "", "20", "20"));
  form.set_project_name("道路养护专项");
  AddSection(form, heading, text);
  return form;
}

// ---------------------------------------------------------------------------------------------------------- sentences

std::vector<std::string> FiguresOf(std::string_view text) {
  std::vector<std::string> out;
  for (const Sentence& sentence : ReadSentences(text))
    for (const Mention& mention : sentence.mentions)
      out.push_back(std::string(sentence.LabelOf(mention)) + "|" + mention.value.ToString() +
                    (mention.percent ? "%" : "") + (mention.approximate ? "~" : "") + (mention.bounded ? "<" : ""));
  return out;
}

TEST(Narrative, ReadsAmountsInTenThousandYuanWithTheirWords) {
  using Figures = std::vector<std::string>;
  EXPECT_EQ(FiguresOf("预算资金为112万元，支出约110.76万元"), (Figures{"预算资金为|112", "支出约|110.76~"}));
  EXPECT_EQ(FiguresOf("决算合计626,380.00元。到位1.2亿元"), (Figures{"决算合计|62.638", "到位|12000"}));
  EXPECT_EQ(FiguresOf("支 出\n5.86万\n元，占９８.９％"), (Figures{"支出|5.86", "占|98.9%"}));
  EXPECT_EQ(FiguresOf("慰问金5.04万"), Figures{"慰问金|5.04"});
  EXPECT_EQ(FiguresOf("补助20余万元"), Figures{"补助|20~"});
  EXPECT_EQ(FiguresOf("投入超过30万元"), Figures{"投入超过|30<"});
}

TEST(Narrative, LeavesOutWhatIsNoAmount) {
  for (const std::string_view text :
       {"覆盖5万人", "每人500元/月", "10-20万元", "2021年12月31日", "增长3个百分点", "7,00.0,77元", "第3批"})
    EXPECT_EQ(FiguresOf(text), std::vector<std::string>{}) << text;
}

TEST(Narrative, ASentenceEndsAtItsFullStopOrANumberedLine) {
  EXPECT_EQ(ReadSentences("支出1万元。支出2万元\n二、支出3万元\n（三）支出4万元").size(), 4u);
  EXPECT_EQ(ReadSentences("支出1万元，\n支出2万元").size(), 1u);
}

TEST(Narrative, ReadsYearsButNotThoseOfDocuments) {
  using Years = std::vector<int>;
  EXPECT_EQ(YearsIn("2020-2022年建设,2021年验收"), (Years{2020, 2022, 2021}));
  EXPECT_EQ(YearsIn("按《2019-2023年规划》和〔2020〕4号"), Years{});
  EXPECT_EQ(YearsIn("支出20212元,编号2021"), Years{});
}

TEST(Narrative, FindsTheProblemsByHeadingOrByNumberedLine) {
  SelfEvaluation form;
  AddSection(form, "（二）存在的问题", "台账未整理");
  AddSection(form, "其他需要说明的问题", "无");
  AddSection(
      form, "报告",
      "一、概况\n正常\n三、存在的问题和建议\n（一）存在的问题\n1.进度慢\n2.资料少\n（二）建议\n加快\n四、其他\n无");
  const auto sections = ProblemSections(form, RulesOf());
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections[0].report, 0);
  EXPECT_FALSE(sections[0].says_none);
  EXPECT_EQ(sections[1].report, 2);
  EXPECT_FALSE(sections[1].says_none);
  EXPECT_NE(sections[1].text.find("资料少"), std::string_view::npos);
  EXPECT_EQ(sections[1].text.find("四、其他"), std::string_view::npos);
  for (const std::string_view none : {"无。", "无", "暂无", "在执行中未发现明显问题。", "不存在问题", "/"}) {
    SelfEvaluation empty;
    AddSection(empty, "存在的问题", none);
    ASSERT_EQ(ProblemSections(empty, RulesOf()).size(), 1u) << none;
    EXPECT_TRUE(ProblemSections(empty, RulesOf())[0].says_none) << none;
  }
}

// ---------------------------------------------------------------------------------------------------------- TEXT_TABLE

TEST(TextTableCheck, FiresOnABudgetThatIsNotTheTables) {
  const Finding finding = ExpectOne(
      Reported("2021年度党建专项经费预算资金为112万元，2021年12月31日以前支出约110.76万元。"), "TEXT_TABLE",
      SEVERITY_WARNING, "report[0].text", "报告中的预算 112万元 与表内全年预算数 16.2 万元不符，相差 95.8 万元");
  EXPECT_EQ(Evidence(finding, "report"), "112万元");
  EXPECT_EQ(Evidence(finding, "table"), "16.2万元");
  ExpectOne(InOrder("全年执行数为1,085,000元。"), "TEXT_TABLE", SEVERITY_WARNING, "report[0].text",
            "报告中的支出 1,085,000元 与表内全年执行数 108 万元不符，相差 0.5 万元");
}

TEST(TextTableCheck, FiresOnARateThatIsNotTheTables) {
  ExpectOne(InOrder("本项目预算执行率为95%。"), "TEXT_TABLE", SEVERITY_WARNING, "report[0].text",
            "报告中的执行率 95% 与表内不符：108 ÷ 120 = 90.00%");
}

TEST(TextTableCheck, FiresOnARateBehindTheTablesSpending) {
  ExpectOne(InOrder("实际执行108万元，项目执行率95%。"), "TEXT_TABLE", SEVERITY_WARNING, "report[0].text",
            "报告中的执行率 95% 与表内不符：108 ÷ 120 = 90.00%");
  ExpectNone(InOrder("实际执行108万元，项目执行率90%。"), "TEXT_TABLE", "the table's rate");
  ExpectNone(InOrder("培训费执行20万元，执行率95%。"), "TEXT_TABLE", "an amount that is not the table's");
}

TEST(TextTableCheck, FiresOnARowsNamedAmount) {
  SelfEvaluation form = InOrder("明细：春节慰问2.62万元，“七一”慰问2.32万元，办公1.45万元。");
  form.mutable_indicators(0)->set_level3("慰问困难党员");
  form.mutable_indicators(0)->set_actual("慰问党员共计70人，发放慰问金5.04万");
  const Finding finding =
      ExpectOne(form, "TEXT_TABLE", SEVERITY_WARNING, "report[0].text",
                "“慰问困难党员”实际完成值中的“慰问”5.04 万元与报告所列 2.62 + 2.32 = 4.94 万元不符");
  EXPECT_EQ(Evidence(finding, "row"), "indicators[0].actual");
  form.mutable_indicators(0)->set_actual("发放慰问金4.94万元");
  ExpectNone(form, "TEXT_TABLE", "the sum of what is named");
  form.mutable_indicators(0)->set_actual("春节发放慰问金2.62万元");
  ExpectNone(form, "TEXT_TABLE", "one of what is named");
}

// Two rows that count things, under a goal and its completion.
SelfEvaluation Counted(std::string_view goal, std::string_view reached = "") {
  SelfEvaluation form = FormWith({{"550万粒", "550万粒", "50", "50", "产出指标", "数量指标", "指标1免费发放原原种"},
                                  {"≥8000亩", "8535.5亩", "50", "50", "产出指标", "数量指标", "一级种薯基地面积"}});
  form.set_expected_goal(std::string(goal));
  form.set_actual_goal(std::string(reached));
  return form;
}

TEST(TextTableCheck, FiresOnAGoalThatCountsOtherThanItsRow) {
  // Document 012.
  const Finding finding = ExpectOne(Counted("采购原原种425万粒；企业自购200万粒，推广新技术。"), "TEXT_TABLE",
                                    SEVERITY_WARNING, "indicators[0].target",
                                    "“指标1免费发放原原种”指标值 550 万粒，与总体目标所写“采购原原种425万粒”不一致");
  EXPECT_EQ(Evidence(finding, "table"), "550 万粒");
  EXPECT_EQ(Evidence(finding, "goal"), "采购原原种425万粒");
  EXPECT_EQ(Evidence(finding, "of"), "expected_goal");
  ExpectOne(Counted("发放原原种，建成种薯基地1,250亩"), "TEXT_TABLE", SEVERITY_WARNING, "indicators[1].target",
            "“一级种薯基地面积”指标值 ≥ 8000 亩，与总体目标所写“建成种薯基地1,250亩”不一致");
  ExpectOne(Counted("发放原原种约425万粒"), "TEXT_TABLE", SEVERITY_WARNING, "indicators[0].target",
            "“指标1免费发放原原种”指标值 550 万粒，与总体目标所写“发放原原种约425万粒”不一致");
  ExpectOne(Counted("建设种薯基地", "建成种薯基地8000.5亩"), "TEXT_TABLE", SEVERITY_WARNING, "indicators[1].actual",
            "“一级种薯基地面积”实际完成值 8535.5 亩，与总体目标所写“建成种薯基地8000.5亩”不一致");
}

TEST(TextTableCheck, HintsAtMoneyThatIsSaidToBeSpent) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "850", "680", "", "80%"));
  AddSection(form, "项目资金执行情况分析", "资金已经拨付到项目单位。资金已全部拨付。");
  ExpectOne(form, "TEXT_TABLE", SEVERITY_INFO, "report[0].text",
            "文中称“资金已全部拨付”，而表内全年执行数 680 万元，全年预算数 850 万元（80.00%）");
  for (const std::string_view text :
       {"项目费用已全部支付", "资金未全部拨付", "2019年资金已全部拨付", "资金已经拨付", "剩余资金无法全部支付",
        "资金已全部拨付到位", "资金全部使用于道路维护", "资金预计次年6月前全部支付"}) {
    form.mutable_report(0)->set_text(std::string(text));
    ExpectNone(form, "TEXT_TABLE", text);
  }
  form.mutable_report(0)->set_text("资金已全部拨付");
  AddFund(form, Fund("其中：中央资金", "", "600", "600", "", "100%"));
  ExpectNone(form, "TEXT_TABLE", "the part that was spent");
}

TEST(TextTableCheck, HintsAtAnAmountInTheProjectsName) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "236", "236", "", "100%"));
  form.set_project_name("2020年忠烈祠免费开放经费236.25万元");
  form.set_fiscal_year(2020);
  ExpectOne(form, "TEXT_TABLE", SEVERITY_INFO, "project_name",
            "项目名称中的 236.25万元 与表内全年预算数 236 万元不符，相差 0.25 万元");
  for (const std::string_view name : {"免费开放经费236万元", "100万元以上设备购置", "免费开放经费", "10元门票补助"}) {
    form.set_project_name(std::string(name));
    ExpectNone(form, "TEXT_TABLE", name);
  }
}

TEST(TextTableCheck, MustNotFireOnGoals) {
  for (const std::string_view goal :
       {"发放原原种550万粒", "发放原原种5500000粒", "发放原原种约500万粒", "发放原原种425万元", "发放原原种425人",
        "推广种薯425万粒", "原原种发放率95%", "发放原原种300万粒、125万粒", "2021年发放原原种", "425万粒原原种", ""})
    ExpectNone(Counted(goal), "TEXT_TABLE", goal);
  for (const std::string_view goal :
       {"2021-2025年发放原原种900万粒，2021年发放原原种550万粒。", "发放原原种550万粒，其中新原原种20万粒。",
        "每户发放原原种2万粒，共发放原原种550万粒。", "较上年增加原原种50万粒，全年发放原原种550万粒。",
        "其中发放原原种20万粒"})
    ExpectNone(Counted(goal), "TEXT_TABLE", goal);
  // What is reached may be said in the goal, and the other way round.
  ExpectNone(Counted("建设种薯基地8535.5亩", "建成种薯基地8000亩"), "TEXT_TABLE", "numbers of the row");
  SelfEvaluation two = FormWith({{"5公里", "5公里", "50", "50", "产出指标", "数量指标", "沥青道路建设"},
                                 {"15公里", "15公里", "50", "50", "产出指标", "数量指标", "水泥道路建设"}});
  two.set_expected_goal("完成道路建设20公里");
  ExpectNone(two, "TEXT_TABLE", "two rows that may be meant");
}

TEST(TextTableCheck, MustNotFire) {
  for (const std::string_view text : {"年初预算100万元，全年预算120万元，支出108万元。",
                                      "预算资金共计1,200,000.00元，实际支出为108.00万元，执行率90%。",
                                      "支出约107万元。",                      // about
                                      "2020年度预算90万元。",                 // another year
                                      "上级下拨资金36.83万元，支出30万元。",  // a part, and what goes on about it
                                      "公务接待费支出0.19万元。", "因公出国（境）经费支出0万元。",  // a part
                                      "支出培训费3万元，支出材料费2万元。",                         // parts
                                      "全年预算120万元，其中：人员经费预算50万元。",                // a part
                                      "比上年预算增加20万元，调整预算5万元。",                      // differences
                                      "当年财政拨款预算100万元，支出88万元。",  // a part that the table has
                                      "截至6月底预算执行率40%。",               // part of the year
                                      "政策执行率95%，合同执行率98%。",         // other rates
                                      "预算控制在130万元以内。",                // a bound
                                      "预算1200000万元。",                      // UNIT_MISMATCH
                                      "人均预算500元/人，共有15个子项目预算65万元。"})
    ExpectNone(InOrder(text), "TEXT_TABLE", text);
  SelfEvaluation department = InOrder("2021年支出合计108万元，基本支出60万元，项目支出48万元。");
  department.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT);
  ExpectNone(department, "TEXT_TABLE", "project spending is a part of a department's");
}

// --------------------------------------------------------------------------------------------------- EXEC_RATE, report

TEST(ExecRateText, FiresOnARateThatTheReportsOwnFiguresRefute) {
  const Finding finding = ExpectOne(
      Reported("2021年度预算资金为112万元，2021年12月31日以前支出约110.76万元，完成项目支出总额的87%。"), "EXEC_RATE",
      SEVERITY_ERROR, "report[0].text", "报告称完成 87%，按其所列支出 110.76万元 ÷ 预算 112万元 应为 98.89%");
  EXPECT_EQ(Evidence(finding, "computed"), "98.89%");
}

TEST(ExecRateText, MustNotFire) {
  for (const std::string_view text :
       {"全年预算数为1050万元，执行数为1050万元，完成预算的100%。", "预算120万元，支出108万元，执行率90.0%。",
        "预算数30万元，执行数26.23万元，执行率87%。", "预算120万元，支出108万元，其中财政拨款占81.48%。",
        "上级下拨资金368304元，支出了360304万元，完成下拨总额的97.8%。", "预算约110万元，支出约100万元，执行率92%。",
        "支出决算155.56万元，完成预算105%。", "预算112万元，支出110.76万元，培训完成率87%。",
        "预算安排120万元，其中项目A支出50万元，执行率83%。", "预算安排120万元，培训支出50万元，执行率83%。"})
    ExpectNone(InOrder(text), "EXEC_RATE", text);
}

// Names of the three that the rules' lists do not have.
TEST(ExecRateText, FiresOnOtherNamesOfBudgetSpendingAndRate) {
  const std::tuple<std::string_view, std::string_view> cases[] = {
      {"2023年安排资金19204.096万元,资金支付18501.096万元,未支703万元,支付率95%。",
       "报告称完成 95%，按其所列支出 18501.096万元 ÷ 预算 19204.096万元 应为 96.34%"},
      {"2023年度我校教育专项工作经费项目财政资金总额16.20万元,拨付使用8.10万元,预算执行率100%。",
       "报告称完成 100%，按其所列支出 8.10万元 ÷ 预算 16.20万元 应为 50.00%"},
      {"到位资金100万元，实际支出80万元，资金使用率95%。",
       "报告称完成 95%，按其所列支出 80万元 ÷ 预算 100万元 应为 80.00%"},
      {"预算资金200万元，支付150万元，支付率80%。", "报告称完成 80%，按其所列支出 150万元 ÷ 预算 200万元 应为 75.00%"},
      {"项目资金共计36,950.00万元,实际使用资金19,078.00万元,资金结转17,872.00万元,资金使用率61.63%。",
       "报告称完成 61.63%，按其所列支出 19,078.00万元 ÷ 预算 36,950.00万元 应为 51.63%"},
      {"下达资金100万元，其中中央60万元，省级40万元，实际执行70万元，执行率90%。",
       "报告称完成 90%，按其所列支出 70万元 ÷ 预算 100万元 应为 70.00%"},
  };
  for (const auto& [text, message] : cases)
    ExpectOne(InOrder(text), "EXEC_RATE", SEVERITY_ERROR, "report[0].text", message);
}

TEST(ExecRateText, FiresMildlyOnABudgetInTheSentenceBefore) {
  ExpectOne(InOrder("2021年本项目安排资金100万元，其中：中央60万元，省级40万元。全年支付80万元，支付率95%。"),
            "EXEC_RATE", SEVERITY_WARNING, "report[0].text",
            "报告称完成 95%，按其所列支出 80万元 ÷ 预算 100万元 应为 80.00%");
  // The budget is what was spent with what was not, and the report says so elsewhere.
  SelfEvaluation form = InOrder("用于巩固脱贫攻坚成果任务安排资金19204.096万。资金已全部到位。", "资金安排情况");
  AddSection(form, "预算执行进度", "巩固脱贫攻坚成果任务资金支付18501.096万元，未支703万元，支付率95%。");
  ExpectOne(form, "EXEC_RATE", SEVERITY_WARNING, "report[1].text",
            "报告称完成 95%，按其所列支出 18501.096万元 ÷ 预算 19204.096万元 应为 96.34%");
  form.mutable_report(0)->set_text("安排资金20000万元。");
  ExpectNone(form, "EXEC_RATE", "a budget that nothing confirms");
}

TEST(ExecRateText, MustNotFireByOtherNames) {
  for (const std::string_view text :
       {"财政资金到位50万元，自筹资金50万元，项目资金使用98万元，使用率98%。",
        "2020-2022年共安排资金300万元，2022年支付100万元，支付率100%。",
        "全年预算120万元（含结转20万元），全年使用100万元，使用率100%。",
        "安排资金100万元，支付96.34万元，支付率96%。",
        "安排资金100万元，支付96.94万元，支付率96%。",                        // rounded, cut
        "中央安排资金100万元，省级安排资金50万元，支付120万元，支付率80%。",  // two budgets
        "上年结转20万元，本年安排资金80万元，支付90万元，支付率90%。",
        "2020年安排资金100万元，2021年支付80万元，支付率90%。",  // two years
        "安排资金100万元，累计支付80万元，支付率90%。",
        "到位资金100万元，应支付80万元，实际支付60万元，支付率75%。",
        "到位资金100万元，到位率100%，使用80万元，使用率80%。",
        "到位资金80万元，到位率95%，支付80万元。",
        "安排资金100万元，支付80万元，设备使用率95%。",
        "安排资金100万元，支付80万元，中央资金支付率95%。",
        "安排资金100万元，支付80万元，任务完成率95%。",
        "安排资金100万元，支付80万元，支付率达到90%以上。",
        "安排资金100万元，其中培训费20万元，支付15万元，支付率75%。",            // a part
        "安排资金100万元，培训费支付20万元，支付率90%。",                        // a part is spent
        "安排资金1.2亿元，支付1.1亿元，支付率90%。",                             // coarse amounts
        "申请资金120万元，安排资金100万元，支付90万元，支付率75%。",             // of what was asked for
        "预算资金100万元，调减20万元，支付72万元，支付率90%。",                  // an amount nobody names
        "甲项目安排资金100万元。\n2.乙项目支付80万元，支付率90%。",              // another line
        "甲项目安排资金100万元，支付90万元。支付80万元，支付率95%。",            // a sentence that is no mere budget
        "项目预算250万元。施工方2家。到位资金100万元，支付90万元，支付率36%。",  // of a budget named before
        "到位资金110万元，支付108万元，支付率90%。"})                            // of the table's budget
    ExpectNone(InOrder(text), "EXEC_RATE", text);
}

// ------------------------------------------------------------------------------------------------------------- PERFECT

SelfEvaluation Perfected(std::string_view total, std::string_view executed) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "100", executed, "10"));
  form.set_total_score(std::string(total));
  return form;
}

TEST(PerfectCheck, FiresOnANearlyFullTotal) {
  ExpectOne(Perfected("100", "86"), "PERFECT", SEVERITY_WARNING, "total_score",
            "自评总分 100，而预算执行率只有 86.00%");
  SelfEvaluation form = Perfected("99.5", "100");
  AddSection(form, "（二）存在的问题", "台账资料未整理；公示不及时");
  ExpectOne(form, "PERFECT", SEVERITY_WARNING, "total_score", "自评总分 99.5，而报告列有存在的问题");
  ExpectOne(Perfected("100", "98.18"), "PERFECT", SEVERITY_WARNING, "total_score",
            "自评总分 100，而预算执行率 98.18%，按规则只得 9.82 分");
}

TEST(PerfectCheck, MustNotFire) {
  ExpectNone(Perfected("99.5", "90"), "PERFECT", "a rate of 90 %");
  SelfEvaluation scored = Perfected("100", "98.18");
  scored.mutable_funds(0)->set_score("9.82");
  ExpectNone(scored, "PERFECT", "SUM_SCORE is for what is printed");
  ExpectNone(Perfected("99.49", "10"), "PERFECT", "a total below the limit");
  ExpectNone(Perfected("", "10"), "PERFECT", "no total");
  SelfEvaluation form = Perfected("100", "100");
  AddSection(form, "存在的问题", "无。");
  AddSection(form, "其他需要说明的问题", "项目由两个单位共同实施");
  ExpectNone(form, "PERFECT", "no problem named");
}

// ---------------------------------------------------------------------------------------------------------------- YEAR

TEST(YearCheck, FiresOnWhatWasNotDoneInAnotherYear) {
  ExpectOne(Reported("0.8万元因审批手续未在2020年办理到位，尚未拨付。"), "YEAR", SEVERITY_WARNING, "report[0].text",
            "自评年度为 2021，这里说的却是 2020 年：“0.8万元因审批手续未在2020年办理到位”");
}

TEST(YearCheck, FiresOnANameAndOnAPeriod) {
  SelfEvaluation form = OneRow({"2020年11月30日前", "2021年10月", "10", "10", "产出指标", "时效指标", "支付时间"});
  ExpectOne(form, "YEAR", SEVERITY_WARNING, "indicators[0].target",
            "“支付时间”指标值“2020年11月30日前”早于自评年度 2021");
  form = OneRow({"≥1576人", "1576人", "10", "10"});
  form.set_project_name("2020年度健康体检经费");
  ExpectOne(form, "YEAR", SEVERITY_WARNING, "project_name", "项目名称中的年份 2020 与自评年度 2021 不一致");
  form = OneRow({"100%", "100%", "10", "10", "产出指标", "时效指标", "2020年11月30日前完成支付"});
  ExpectOne(form, "YEAR", SEVERITY_WARNING, "indicators[0].level3",
            "“2020年11月30日前完成支付”指标名称“2020年11月30日前完成支付”早于自评年度 2021");
}

TEST(YearCheck, MustNotFire) {
  for (const std::string_view text :
       {"2020年未完成的任务已于2021年完成。", "2021年尚未支付的尾款。", "未完成部分将在2022年支付。",
        "2020年完成体检1576人。", "按《2019—2020年规划》未实施的内容。"})
    ExpectNone(Reported(text), "YEAR", text);
  for (const std::string_view name : {"2021年体检经费", "2020-2022年道路建设", "道路建设", "十四五规划编制"}) {
    SelfEvaluation form = OneRow({"≥5个", "5个", "10", "10"});
    form.set_project_name(std::string(name));
    ExpectNone(form, "YEAR", name);
  }
  const std::pair<std::string_view, Row> rows[] = {
      {"a baseline", {"较2020年增长5%", "6%", "10", "10"}},
      {"the form's year", {"2021年底前", "2021年12月", "10", "10", "产出指标", "时效指标"}},
      {"a later year", {"2022年1月底前", "2021年12月", "10", "10", "产出指标", "时效指标"}},
      {"what is counted", {"2020年入学学生120人", "120人", "10", "10"}},
  };
  for (const auto& [why, row] : rows) ExpectNone(OneRow(row), "YEAR", why);
  SelfEvaluation unknown = OneRow({"2020年底前", "2020年12月", "10", "10", "产出指标", "时效指标"});
  unknown.set_fiscal_year(0);
  ExpectNone(unknown, "YEAR", "a form that does not say its year");
}

// ------------------------------------------------------------------------------------------------------- PART_SUM_TEXT

TEST(PartSumText, FiresOnPartsBehindTheirTotal) {
  const Finding finding =
      ExpectOne(InOrder("党建经费共投入288.89万元，其中：村改居176.77万元、城市社区87.63万元、街道10万元、两新8."
                        "69万元、机关5.81万元。"),
                "PART_SUM_TEXT", SEVERITY_INFO, "report[0].text",
                "所列 5 项合计 288.9 万元，所称总额 288.89万元，相差 0.01 万元，可能由四舍五入造成");
  EXPECT_EQ(Evidence(finding, "sum"), "288.9万元");
  EXPECT_EQ(Evidence(finding, "parts"), "176.77 + 87.63 + 10 + 8.69 + 5.81");
  ExpectOne(InOrder("上级资金755.19万元，其中：中央124.23万元、省级370.83万元、市级260.3万元。"), "PART_SUM_TEXT",
            SEVERITY_WARNING, "report[0].text", "所列 3 项合计 755.36 万元，所称总额 755.19万元，相差 0.17 万元");
  // 444.76 of general funds and 71.73 of others beside 516.82 (document 003).
  ExpectOne(InOrder("财政拨款支出516.82万元：一般公共预算444.76万元，政府性基金71.73万元。"), "PART_SUM_TEXT",
            SEVERITY_WARNING, "report[0].text", "所列 2 项合计 516.49 万元，所称总额 516.82万元，相差 0.33 万元");
  ExpectOne(InOrder("安排2118万元，其中：甲774万元、乙240万元、丙140万元、丁84万元、戊750万元。"), "PART_SUM_TEXT",
            SEVERITY_INFO, "report[0].text", "所列 5 项合计 1988 万元，所称总额 2118万元，相差 130 万元");
  // The list in a sentence of its own.
  ExpectOne(
      InOrder("下达中央资金2263万元。其中：治理1435万元，养护80万元，流域700万元，山洪6万元，管理14万元，水价18万元。"),
      "PART_SUM_TEXT", SEVERITY_WARNING, "report[0].text", "所列 6 项合计 2253 万元，所称总额 2263万元，相差 10 万元");
  ExpectOne(InOrder("专项经费预算数为16万元。分别为运行维护经费10万元和电费、专线网络费8万元。"), "PART_SUM_TEXT",
            SEVERITY_WARNING, "report[0].text", "所列 2 项合计 18 万元，所称总额 16万元，相差 2 万元");
}

// The commonest sentence of departments' reports: parts that are called as a whole is.
TEST(PartSumText, FiresOnKindsOfSpendingAndIncome) {
  ExpectOne(InOrder("总支出1495.59万元，其中：基本支出890.4万元，项目支出705.19万元。"), "PART_SUM_TEXT",
            SEVERITY_WARNING, "report[0].text", "所列 2 项合计 1595.59 万元，所称总额 1495.59万元，相差 100 万元");
  ExpectOne(InOrder("支出合计1695.59万元，其中基本支出890.4万元，项目支出705.19万元。"), "PART_SUM_TEXT",
            SEVERITY_WARNING, "report[0].text", "所列 2 项合计 1595.59 万元，所称总额 1695.59万元，相差 100 万元");
  ExpectOne(InOrder("收入1699.12万元，其中财政拨款收入1435.22万元，上年结转结余283.90万元。"), "PART_SUM_TEXT",
            SEVERITY_WARNING, "report[0].text", "所列 2 项合计 1719.12 万元，所称总额 1699.12万元，相差 20 万元");
}

TEST(PartSumText, FiresOnPartsBeforeTheirTotal) {
  ExpectOne(InOrder("中央30.9万元、省级40.9万元，共计下达74.8万元。"), "PART_SUM_TEXT", SEVERITY_WARNING,
            "report[0].text", "所列 2 项合计 71.8 万元，所称总额 74.8万元，相差 3 万元");
  ExpectOne(InOrder("人员10.5万元、材料20万元、设备5万元，合计37万元。"), "PART_SUM_TEXT", SEVERITY_WARNING,
            "report[0].text", "所列 3 项合计 35.5 万元，所称总额 37万元，相差 1.5 万元");
}

TEST(PartSumText, RemarksAListThatIsNotWhatWasSpent) {
  ExpectOne(
      Reported("支出明细：社区32万元，两新5.86万元，春节2.62万元，“七一”2.32万元，站点3.38万元，书记4.56万元，"
               "村干部2.814万元，老干4.0784万元，机关1.637万元，培训7.2573万元，办公1.4532万元；上级的0.8万元未拨付。"),
      "PART_SUM_TEXT", SEVERITY_INFO, "report[0].text",
      "所列 12 项支出合计 68.7799 万元，与表内全年执行数 110.76 万元相差 41.9801 万元");
}

TEST(PartSumText, MustNotFire) {
  for (const std::string_view text :
       {"预算合计626,380.00元，其中：运行482,400.00元、补助17,580.00元、补贴26,400.00元、小组22,000.00元、委员35,000."
        "00元、专项43,000.00元。",
        "共到位6153.46万元，其中：中央4605万元，自治区963万元，本级585.46万元。",
        "支出合计516.82万元，其中：基本支出289.53万元，占56%；项目支出227.29万元，占44%。",
        "总投资500万元，其中财政300万元，自筹200万元，已支付400万元。",
        "投入100万元，其中中央60万元。",                                                // one part
        "投入100万元，其中中央60万元，省级30万元。",                                    // perhaps not all
        "投入约100万元，其中中央60万元，省级50万元。",                                  // about
        "投入100万元，其中：中央60万元（其中直达50万元、非直达10万元），省级40万元。",  // brackets
        "投入100万元，其中：中央60万元、省级40万元，实际支出95万元，其中：中央58万元、省级37万元。",
        "预算100万元，支出95万元，合计195万元。",  // no parts
        "下达中央资金100万元。其中：治理60万元，养护40万元。",
        "完成投资5万元，2020年、2021年支出分别为10万元、12万元。",
        "安排100万元。支出分别为30万元、20万元、10万元。",  // not the total's
        "支出合计1595.59万元，其中：基本支出890.4万元，项目支出705.19万元。",
        "总收入1719.12万元，其中财政拨款收入1435.22万元，上年结转结余283.90万元，本年支出1500万元。",
        "中央30.9万元、省级40.9万元，共计下达71.8万元。",
        "安排中央资金30万元、省级资金40万元，共支付68万元。",
        "支出总计1600万元，其中：基本支出890.4万元，项目支出605.19万元。",
        "总收入1719.12万元，其中财政拨款收入1435.22万元，上年结转283.9万元，较上年增加10万元。",
        "2019年3万元、2020年4万元、2021年5万元，共计12万元。",
        "财政拨款收入508.64万元：一般公共预算436.91万元，政府性基金71.73万元。",
        "轿车0辆、金额0万元，其中：越野车0万元、载客汽车0万元。"})
    ExpectNone(InOrder(text), "PART_SUM_TEXT", text);
  ExpectNone(InOrder("支出明细：甲60万元，乙28万元，丙20万元。"), "PART_SUM_TEXT", "a list of all that was spent");
}

TEST(PartSumText, HintsAtTwoPartsOfAListThatFallShort) {
  for (const std::string_view text :
       {"中央投入资金279万元,其中:奖励扶助资金81万元,特别扶助资金161万元。",
        "中央投入资金279万元(奖励扶助资金81万元,特别扶助资金161万元),市级投入资金42.5万元。",
        "中央投入资金279万元，分别为奖励扶助资金81万元、特别扶助资金161万元。"}) {
    const auto findings = FindingsOf(ScoreOf(InOrder(text)), "PART_SUM_TEXT");
    ASSERT_EQ(findings.size(), 1u) << text;
    EXPECT_EQ(findings[0].severity(), SEVERITY_INFO) << text;
    EXPECT_EQ(findings[0].message(), "所列 2 项合计 242 万元，所称总额 279万元，相差 37 万元");
  }
  for (const std::string_view text :
       {"中央投入资金279万元,其中奖励扶助资金81万元,特别扶助资金161万元。",  // 其中 need not name all
        "中央投入资金279万元,其中:奖励扶助资金81万元,特别扶助资金161万元,其余为项目经费。",
        "中央投入资金279万元,其中:奖励扶助资金81万元,特别扶助资金61万元。",  // far from all
        "投入资金279万元(含上年结转81万元,专户161万元)。", "投入资金279万元(81万元,161万元)。",
        "投入资金279万元(奖励扶助资金81万元,特别扶助资金161万元等)。",
        "投入资金279万元(奖励扶助资金81万元,特别扶助资金198万元)。"})
    ExpectNone(InOrder(text), "PART_SUM_TEXT", text);
}

TEST(PartSumText, FiresOnListsWithALineForEachPart) {
  ExpectOne(InOrder("特别扶助制度补助资金(万元)\n年度预算资金总额: 321.25 \n其中:中央补助 166.00 \n市级资金 136.00 \n"
                    "本级资金(包括结转结余) 20.25 \n其中:\n2023年绩效调整资金(万元)\n年度预算资金总额:"),
            "PART_SUM_TEXT", SEVERITY_WARNING, "report[0].text", "所列 3 项合计 322.25，所称总额 321.25，相差 1");
  ExpectOne(InOrder("各级补助资金（万元）\n中央补助 166.00\n市级资金 136.00\n本级资金 20.25\n合计 321.25"),
            "PART_SUM_TEXT", SEVERITY_WARNING, "report[0].text", "所列 3 项合计 322.25，所称总额 321.25，相差 1");
  ExpectOne(InOrder("资金总额321.25万元\n其中:\n1.中央补助166万元；\n2.市级资金136万元；\n3.本级资金20.25万元。"),
            "PART_SUM_TEXT", SEVERITY_WARNING, "report[0].text",
            "所列 3 项合计 322.25 万元，所称总额 321.25 万元，相差 1 万元");
}

TEST(PartSumText, MustNotFireOnLines) {
  for (const std::string_view text :
       {"补助资金(万元)\n资金总额: 322.25\n其中:中央补助 166.00\n市级资金 136.00\n本级资金 20.25\n其他 5",
        "补助资金(万元)\n资金总额: 322.25\n其中:中央补助 166.00\n市级资金 100.00",  // perhaps not all
        "人数合计 321\n其中:甲村 166\n乙村 136\n丙村 20",                           // no money
        "资金总额(万元): 321.25\n其中:中央补助 166.00 100%\n市级资金 136.00 90%",   // several numbers
        "分值\n产出指标 50\n效益指标 30\n满意度指标 15\n合计 100", "资金总额(万元): 321.25\n其中:不低于166\n约136",
        "资金情况(万元)\n预算 100\n执行 90\n结余 10\n合计 321.25",  // far from the total
        "补助资金(万元)\n资金总额: 322.3\n其中:中央补助 166.04\n市级资金 136.02\n本级资金 20.24",
        "资金总额(万元): 100.00\n其中:财政资金 90.00\n其中:政府性基金 5.00\n自筹资金 10.00"})
    ExpectNone(InOrder(text), "PART_SUM_TEXT", text);
}

// ---------------------------------------------------------------------------------------------------------- NO_CONTENT

TEST(NoContentCheck, FiresBesideErrorsOrALowRate) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "107", "79", "10", "74%"));
  AddSection(form, "七、主要经验及做法、存在的问题和建议", "无。");
  ExpectOne(form, "NO_CONTENT", SEVERITY_WARNING, "report[0].text", "报告称没有存在的问题，而预算执行率只有 73.83%");
  form.mutable_funds(0)->set_execution_rate("100%");
  form.mutable_funds(0)->set_executed("107.5");
  ExpectOne(form, "NO_CONTENT", SEVERITY_WARNING, "report[0].text", "报告称没有存在的问题，而本表查出 1 处错误");
}

TEST(NoContentCheck, FiresBesideATargetThatIsMissed) {
  SelfEvaluation form = FormWith({{"≥95%", "94.60%", "", "", "满意度指标", "服务对象满意度指标", "家长满意度"}});
  form.mutable_indicators(0)->set_deviation_reason("部分家长期望较高");
  AddSection(form, "未完成的绩效目标及原因、存在的问题", "无");
  ExpectOne(form, "NO_CONTENT", SEVERITY_WARNING, "report[0].text",
            "报告称没有存在的问题，而有 1 项指标没有达到指标值");
  form.mutable_indicators(0)->set_target("95%");
  ExpectNone(form, "NO_CONTENT", "a bare target may be a ceiling");
}

TEST(NoContentCheck, MustNotFire) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "107", "107", "10", "100%"));
  AddSection(form, "存在的问题", "无");
  ExpectNone(form, "NO_CONTENT", "a form in order");
  form = OneFund(Fund("年度资金总额", "", "107", "79", "10", "74%"));
  AddSection(form, "存在的问题", "资金拨付进度慢");
  AddSection(form, "其他需要说明的问题", "无");
  ExpectNone(form, "NO_CONTENT", "a problem that is named");
}

// -------------------------------------------------------------------------------------------------------- GRADE,
// report

TEST(GradeText, FiresOnAScoreWithAnotherGrade) {
  const Finding finding = ExpectOne(InOrder("经评审得分91.8分，等级：良好。"), "GRADE", SEVERITY_WARNING,
                                    "report[0].text", "报告中的 91.8 分对应等级“优”，写为“良好”");
  EXPECT_EQ(Evidence(finding, "total"), "91.8");
  ExpectOne(InOrder("单位自评得分84.5分，评级为“优”。"), "GRADE", SEVERITY_WARNING, "report[0].text",
            "报告中的 84.5 分对应等级“良”，写为“优”");
}

TEST(GradeText, MustNotFire) {
  for (const std::string_view text :
       {"总得分为90分，评价等级为优秀。", "总得分80分，等级：良", "自评得分84分，较上年提升一个等级。",
        "满分120分，得分110分，等级为良。", "得分90-100分等级为优，80-90分等级为良",
        "综合得分在80（含）-90分之间的，评价等级为良", "综合得分低于60分的，评价等级为差",
        "自评得分95分，属于评价等级中的“优”", "得分92分，各单位等级差异较小", "总分100分，自评等级为良",
        "完成率84分位，等级为优。", "总得分84分。风险等级为优。", "等级为优。"})
    ExpectNone(InOrder(text), "GRADE", text);
}

// ------------------------------------------------------------------------------------------------ UNIT_MISMATCH,
// report

TEST(UnitMismatchText, FiresWhereTableAndTextDifferByTenThousand) {
  // Document 004: 626,380.00元 in the text, the same digits in a table of 万元.
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "626380", "626,380.00", "10"));
  AddSection(form, "项目资金情况", "预算合计金额为626,380.00元，决算合计金额为626,380.00元。");
  ExpectOne(form, "UNIT_MISMATCH", SEVERITY_ERROR, "report[0].text",
            "报告中的 626380 元 与表内资金（626380 万元）相差约一万倍，元与万元可能写错");
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_YUAN);
  ExpectNone(form, "UNIT_MISMATCH", "a table in 元");
  form = OneFund(Fund("年度资金总额", "", "62.638", "62.638", "10"));
  AddSection(form, "项目资金情况", "预算合计金额为626,380.00元。");
  ExpectNone(form, "UNIT_MISMATCH", "the same amount in two units");
  form = OneFund(Fund("年度资金总额", "", "500", "500", "10"));
  AddSection(form, "补助标准", "每户补助500元。");
  ExpectNone(form, "UNIT_MISMATCH", "a round number may stand for something else");
}

// -------------------------------------------------------------------------------------------------------------- bounds

// A form with this report, scored in a few seconds at most whatever the report repeats.
void ExpectBounded(std::string_view unit, std::string_view why) {
  std::string text;
  while (text.size() < 900'000) text += unit;
  SelfEvaluation form = InOrder(text);
  form.set_project_name(text.substr(0, 30'000));
  for (int i = 0; i < 200; ++i)
    AddRow(form, {"发放5万元", Cat("发放培训费", i, ".25万元，发放材料费3万元", text.substr(0, 3000)), "", "",
                  "产出指标", "数量指标", Cat("行", i)});
  const auto start = std::chrono::steady_clock::now();
  ScoreOf(form);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << why;
}

TEST(ReportChecks, TakeAReportOfManyFiguresInTheirStride) {
  ExpectBounded("其中：支出培训费5.5万元、合计其中2020年未完成7万元，完成预算的87%，", "lists in lists");
  ExpectBounded("支出1万元，", "one sentence of amounts");
  ExpectBounded("预算1万元其中", "totals without end");
  ExpectBounded("《2020", "titles that nothing closes");
  ExpectBounded("(", "brackets");
  ExpectBounded("\n一、", "numbered lines");
  ExpectBounded("2021年", "years");
}

// Seconds of this thread's processor that the form takes, whatever else the machine does: the least of three.
double CpuSecondsOf(const SelfEvaluation& form) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  double least = 1e9;
  for (int i = 0; i < 3; ++i) {
    const double start = now();
    ScoreOf(form);
    least = std::min(least, now() - start);
  }
  return least;
}

// Eight times the text takes about eight times as long, not sixty-four times.
TEST(ReportChecks, TakeTimeInProportionToTheText) {
  constexpr std::size_t kShort = 128 * 1024;
  constexpr std::size_t kLong = 8 * kShort;
  for (const std::string_view piece :
       {"全年预算数为112万元，实际支出110.76万元，其中：培训费5.5万元，会议费3万元，2020年未完成2项。", "支出1万元，",
        "《2020", "(", "\n一、", "2021年", "1，437", "其中：", "公路养护工程进展顺利", "，"}) {
    std::string text;
    while (text.size() < kLong) text += piece;
    SelfEvaluation form = Reported(TruncateUtf8(text, kShort));
    form.set_actual_goal(std::string(TruncateUtf8(text, kShort)));
    const double brief = CpuSecondsOf(form);
    form.mutable_report(0)->set_text(text);
    form.set_actual_goal(text);
    EXPECT_LT(CpuSecondsOf(form), 24 * brief + 0.002) << piece;
  }
}

}  // namespace
}  // namespace jixiao::scoring
