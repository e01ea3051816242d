// What is wrong on the two real documents, as the forms of deploy/local/samples have them; and what holds for every
// form.
#include "common/form.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support.h"

namespace jixiao::scoring {
namespace {

using namespace support;
using evaluation::v1::SEVERITY_ERROR;
using evaluation::v1::SEVERITY_WARNING;

// Expects a finding of this check at this path, with exactly this message.
void ExpectFinding(const Scorecard& card, std::string_view code, std::string_view path, std::string_view message,
                   evaluation::v1::Severity severity = SEVERITY_ERROR) {
  for (const Finding& finding : FindingsOf(card, code)) {
    if (finding.path() != path) continue;
    EXPECT_EQ(finding.message(), message);
    EXPECT_EQ(finding.severity(), severity) << code;
    return;
  }
  ADD_FAILURE() << "no " << code << " at " << path << " in " << card.DebugString();
}

std::vector<std::string> Codes(const Scorecard& card) {
  std::vector<std::string> codes;
  for (const Finding& finding : card.findings()) codes.push_back(finding.code());
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

// --------------------------------------------------------------------------------------------------- xihu:
// 党建党务专项

TEST(XihuSample, WeightsAddUpTo110BesideAPrinted100) {
  ExpectFinding(ScoreOf(SampleForm("xihu-2021-party-building")), "SUM_WEIGHT", "total_weight",
                "分值合计 110 分（预算执行 10 + 指标 100），应为 100 分；表内合计印为 100 分");
}

TEST(XihuSample, ScoresAddUpTo110BesideAPrinted100) {
  const Scorecard card = ScoreOf(SampleForm("xihu-2021-party-building"));
  ExpectFinding(card, "SUM_SCORE", "total_score", "总分填为 100，各项得分合计 110（预算执行 10 + 指标 100）");
  EXPECT_EQ(card.declared_total(), "100.00");
  EXPECT_EQ(card.computed_total(), "110.00");
}

TEST(XihuSample, ExecutionIs683PercentBesideAPrinted100) {
  const Scorecard card = ScoreOf(SampleForm("xihu-2021-party-building"));
  EXPECT_EQ(card.execution_rate(), "683.70%");
  ExpectFinding(card, "EXEC_RATE", "funds[0].execution_rate", "执行率填为 100%，按 110.76 ÷ 16.2 应为 683.70%");
  ExpectFinding(card, "EXEC_OVER100", "funds[0].executed", "执行数 110.76 万元超过预算数 16.2 万元，执行率 683.70%");
}

TEST(XihuSample, PartsSpendWhatTheirBudgetsDoNotCarry) {
  const Scorecard card = ScoreOf(SampleForm("xihu-2021-party-building"));
  ExpectFinding(card, "FUND_PARTS", "funds[1].executed",
                "“其中:当年财政拨款”预算 16.2 万元，执行 71.43 万元，分项预算不足以支撑其执行数");
  ExpectFinding(card, "FUND_PARTS", "funds[2].executed",
                "“上年结转资金”预算 0 万元，执行 39.33 万元，分项预算不足以支撑其执行数");
}

TEST(XihuSample, TheReportWrites万元For元) {
  ExpectFinding(ScoreOf(SampleForm("xihu-2021-party-building")), "UNIT_MISMATCH", "report[2].text",
                "报告中的 360304 万元 与表内资金（110.76 万元）相差约一万倍，元与万元可能写错");
}

TEST(XihuSample, TheReportHasFiguresOfItsOwn) {
  const Scorecard card = ScoreOf(SampleForm("xihu-2021-party-building"));
  ExpectFinding(card, "TEXT_TABLE", "report[1].text",
                "报告中的预算 112万元 与表内全年预算数 16.2 万元不符，相差 95.8 万元", SEVERITY_WARNING);
  ExpectFinding(card, "EXEC_RATE", "report[1].text",
                "报告称完成 87%，按其所列支出 110.76万元 ÷ 预算 112万元 应为 98.89%");
  ExpectFinding(card, "TEXT_TABLE", "report[2].text",
                "“做好困难党员的慰问工作”实际完成值中的“慰问”5.04 万元与报告所列 2.62 + 2.32 = 4.94 万元不符",
                SEVERITY_WARNING);
  ExpectFinding(card, "PART_SUM_TEXT", "report[2].text",
                "所列 12 项支出合计 68.7799 万元，与表内全年执行数 110.76 万元相差 41.9801 万元",
                evaluation::v1::SEVERITY_INFO);
  ExpectFinding(card, "YEAR", "report[2].text",
                "自评年度为 2021，这里说的却是 2020 年：“上级拨付的0.8万元因审批手续未在2020年办理到位”",
                SEVERITY_WARNING);
  ExpectFinding(card, "PERFECT", "total_score", "自评总分 100，而报告列有存在的问题", SEVERITY_WARNING);
}

TEST(XihuSample, NothingElseIsFoundThere) {
  // Its rows are words: the declared points stand, and the number in 58小镇 compares with nothing.
  EXPECT_EQ(
      Codes(ScoreOf(SampleForm("xihu-2021-party-building"))),
      (std::vector<std::string>{"EXEC_OVER100", "EXEC_RATE", "FUND_PARTS", "NOT_MEASURABLE", "PART_SUM_TEXT", "PERFECT",
                                "SATISF_EVID", "SUM_SCORE", "SUM_WEIGHT", "TEXT_TABLE", "UNIT_MISMATCH", "YEAR"}));
}

// --------------------------------------------------------------------------------------------- panzhihua: one
// department

TEST(PanzhihuaSample, TheDepartmentSpends516Of508) {
  const Scorecard card = ScoreOf(SampleForm("panzhihua-2021-department"));
  ExpectFinding(card, "EXEC_OVER100", "funds[0].executed", "执行数 516.82 万元超过预算数 508.65 万元，执行率 101.61%");
  ExpectFinding(card, "COST_NOT_LE", "indicators[6].actual",
                "成本指标“各项工资福利待遇等基本支出”实际 289.53 万元 超过指标值 281.34 万元（102.91%），未说明原因",
                SEVERITY_WARNING);
  ExpectFinding(card, "PART_SUM_TEXT", "report[4].text",
                "所列 2 项合计 516.49 万元，所称总额 516.82万元，相差 0.33 万元", SEVERITY_WARNING);
  EXPECT_EQ(Codes(card), (std::vector<std::string>{"COST_NOT_LE", "EXEC_OVER100", "NOT_MEASURABLE", "PART_SUM_TEXT",
                                                   "SATISF_EVID"}));
}

TEST(PanzhihuaSample, NineThousandSixHundredTwentyThreeOf9696IsNot100Percent) {
  const Scorecard card = ScoreOf(SampleForm("panzhihua-2021-project-1"));
  ExpectFinding(
      card, "FULL_NOT_MET", "indicators[2].actual",
      "“庆祝中国共产党建党100周年系列活动”指标值 9696 名，实际完成 9623 名（99.25%），未达到指标值，却完成率填为 100%");
  ExpectFinding(card, "COMPLETION_RATE", "indicators[2].completion_rate",
                "“庆祝中国共产党建党100周年系列活动”完成率填为 100%，指标值 西区9696名党员全覆盖参与相关活动，实际完成 "
                "西区9623名党员全覆盖参与相关活动，应为 99.25%");
  // 26.23 of 30 at 87 %: right, but without a word of reason.
  ExpectFinding(card, "NO_REASON", "indicators[5].deviation_reason",
                "“党员教育培训经费”完成率 87%，未说明未完成原因和改进措施");
  EXPECT_EQ(FindingsOf(card, "EXEC_RATE").size(), 0u);
}

TEST(PanzhihuaSample, ThreeHundredNineteenOf321IsNot100Percent) {
  const Scorecard card = ScoreOf(SampleForm("panzhihua-2021-project-2"));
  ExpectFinding(card, "FULL_NOT_MET", "indicators[1].actual",
                "“基层组织建设”指标值 321 个，实际完成 319 个（99.38%），未达到指标值，却完成率填为 100%");
  EXPECT_EQ(FindingsOf(card, "FULL_NOT_MET").size(), 1u);  // 4 meetings of 4 beside it are in order
}

TEST(PanzhihuaSample, ARateWithTwoPercentSignsIsFound) {
  const Scorecard card = ScoreOf(SampleForm("panzhihua-2021-project-3"));
  ExpectFinding(card, "COMPLETION_RATE", "indicators[9].completion_rate", "“干部队伍建设经费”完成率书写有误：86%%");
  ExpectFinding(card, "OVER_TARGET", "indicators[2].actual",
                "“干部选拔任用”指标值 ≥ 50 次，实际完成 75 次，为指标值的 150.00%，指标值可能偏低，且未说明原因",
                SEVERITY_WARNING);
  EXPECT_EQ(FindingsOf(card, "FULL_NOT_MET").size(), 0u);  // 686 of about 700
  // `1.2021年` numbers a clause; it is no amount of years.
  EXPECT_EQ(LineOf(card, "indicators[2]").criterion(), "≥ 50 次；≥ 3 次");
}

TEST(PanzhihuaSample, TwentyThreeActivitiesFor4AreFarAboveTheTarget) {
  ExpectFinding(ScoreOf(SampleForm("panzhihua-2021-project-4")), "OVER_TARGET", "indicators[1].actual",
                "“老干部开展重大活动及党支部活动经…”指标值 ≥ 4 次，实际完成 23 次，为指标值的 "
                "575.00%，指标值可能偏低，且未说明原因",
                SEVERITY_WARNING);
}

TEST(PanzhihuaSample, NothingSpentOf1Point8AndAllDone) {
  const Scorecard card = ScoreOf(SampleForm("panzhihua-2021-project-6"));
  ExpectFinding(card, "ZERO_EXEC_DONE", "funds[0].executed",
                "预算 1.8 万元仅执行 0 万元，而 5 项产出、效益和满意度指标全部填为完成", SEVERITY_WARNING);
  EXPECT_EQ(TextsOf(card, SEVERITY_ERROR), std::vector<std::string>{});
}

TEST(PanzhihuaSample, AProjectOf2020IsFiledIn2021) {
  ExpectFinding(ScoreOf(SampleForm("panzhihua-2021-project-5")), "YEAR", "project_name",
                "项目名称中的年份 2020 与自评年度 2021 不一致", SEVERITY_WARNING);
}

TEST(PanzhihuaSample, 适时IsNoDate) {
  ExpectFinding(ScoreOf(SampleForm("panzhihua-2021-project-8")), "NOT_MEASURABLE", "indicators[2].target",
                "“根据工作需要;适时开展”的指标值“适时开展”没有数字、日期或单位，无法衡量", SEVERITY_WARNING);
}

TEST(PanzhihuaSample, EighteenOf18WithACompletionOf0) {
  const Scorecard card = ScoreOf(SampleForm("panzhihua-2021-project-7"));
  ExpectFinding(card, "COMPLETION_RATE", "indicators[6].completion_rate",
                "“基层组织建设工作经费”完成率填为 0，指标值 18万元，实际完成 18万元，应为 100.00%");
  ExpectFinding(card, "COMPLETION_RATE", "indicators[7].completion_rate",
                "“退休困难党员联系帮扶和走访慰问”完成率填为 0，指标值 10万元，实际完成 10万元，应为 100.00%");
}

TEST(PanzhihuaSample, FormsInOrderHaveNoError) {
  for (const std::string_view name :
       {"panzhihua-2021-project-4", "panzhihua-2021-project-5", "panzhihua-2021-project-8", "panzhihua-2021-project-9"})
    EXPECT_EQ(TextsOf(ScoreOf(SampleForm(name)), SEVERITY_ERROR), std::vector<std::string>{}) << name;
}

// ------------------------------------------------------------------------------------------- what holds for every form

void ExpectAllSound(const std::vector<std::filesystem::path>& files) {
  for (const auto& file : files) {
    const SelfEvaluation form = FormFromFile(file);
    ASSERT_TRUE(ValidateForm(form).ok()) << file;
    for (const std::string_view id : kRuleSets) {
      SCOPED_TRACE(file.filename().string() + " by " + std::string(id));
      ExpectSound(form, RulesOf(id));
    }
  }
}

TEST(EveryForm, OurSamplesGiveSoundScorecardsByEveryRuleSet) {
  const auto files = JsonFilesIn(SourceFolder() / "deploy/local/samples");
  EXPECT_EQ(files.size(), 11u);
  ExpectAllSound(files);
}

TEST(EveryForm, RealFormsGiveSoundScorecardsByEveryRuleSet) {
  const auto files = JsonFilesIn(SharedFolder() / "real-forms");
  if (files.empty())
    GTEST_SKIP() << "no real forms at " << SharedFolder() / "real-forms"
                 << "; set JIXIAO_SHARED";
  ExpectAllSound(files);
}

// The published forms with problems that a reader noted, as far as a check names them.
TEST(EveryForm, KnownProblemsOfRealFormsAreFound) {
  const auto folder = SharedFolder() / "real-forms";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no real forms at " << folder << "; set JIXIAO_SHARED";
  const struct {
    std::string_view file, code, path;
  } known[] = {
      {"003.json", "IND_SCORE", "indicators[0].score"},  // 达到目标却扣分
      {"003.json", "NO_REASON", "indicators[3].deviation_reason"},
      {"018.json", "TIER", "indicators[1].actual"},             // 好坏 / 好坏
      {"021.json", "OVER_TARGET", "indicators[3].actual"},      // 253 against 124
      {"024.json", "ECHO", "indicators[0].actual"},             // ≥ copied
      {"030.json", "FULL_NOT_MET", "indicators[3].actual"},     // 4604 of 4754
      {"030.json", "FULL_NOT_MET", "indicators[7].actual"},     // 5830 against ≤5300
      {"036.json", "EXEC_RATE", "funds[0].executed"},           // 7,00.0,77
      {"003.json", "MISCLASS", "indicators[0].target"},         // 72890元 as 数量
      {"009.json", "FULL_NOT_MET", "indicators[2].actual"},     // neither target nor actual value
      {"012.json", "YEAR", "indicators[4].level3"},             // 2021年11月30日前 on a form of 2022
      {"051.json", "MISSING_CLASS", "indicators[0].weight"},    // one indicator of 90 points
      {"060.json", "NOT_MEASURABLE", "indicators[2].target"},   // 市级保护单位
      {"066.json", "MISCLASS", "indicators[0].target"},         // 300万 as 数量
      {"054.json", "FUND_PARTS", "funds[0].full_year_budget"},  // 755.36 against 755.19
      {"060.json", "EXEC_SCORE", "funds[0].score"},             // 8 for 8.63
      {"060.json", "EXEC_RATE", "funds[0].execution_rate"},     // 0.958 cut, not rounded
      {"060.json", "NO_REASON", "indicators[6].deviation_reason"},
      {"084.json", "RANGE", "total_score"},  // 110
  };
  for (const auto& problem : known) {
    if (!std::filesystem::exists(folder / problem.file)) continue;
    bool found = false;
    const Scorecard card = ScoreOf(FormFromFile(folder / problem.file));
    for (const Finding& finding : FindingsOf(card, problem.code)) found = found || finding.path() == problem.path;
    EXPECT_TRUE(found) << problem.file << " " << problem.code << " " << problem.path;
  }
}

}  // namespace
}  // namespace jixiao::scoring
