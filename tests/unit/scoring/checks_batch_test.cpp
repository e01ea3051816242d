// The checks over several forms: batches where each fires, with what it says, and batches in order.
#include "common/text.h"
#include "scoring/checks/batch/batch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "checks_support.h"

namespace jixiao::scoring {
namespace {

using namespace support;
using v1::BatchFinding;

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kDue = 1'650'000'000'000'000;

// Forms with their cards, as the service keeps them.
class Batch {
 public:
  BatchItem& Add(const SelfEvaluation& form, bool aggregate = false) {
    forms_.push_back(form);
    cards_.push_back(ScoreOf(form));
    ids_.push_back(Cat("#", forms_.size() - 1));
    BatchItem item;
    item.item_id = ids_.back();
    item.form = &forms_.back();
    item.scorecard = &cards_.back();
    item.aggregate = aggregate;
    items_.push_back(item);
    return items_.back();
  }

  std::vector<BatchFinding> Findings(std::string_view code, const Rules& rules = RulesOf()) const {
    std::vector<BatchFinding> out;
    for (const BatchFinding& finding : CheckBatch(items_, rules))
      if (finding.finding().code() == code) out.push_back(finding);
    return out;
  }

  void ExpectOne(std::string_view code, evaluation::v1::Severity severity, std::string_view path,
                 std::string_view message, const std::vector<std::string>& ids) const {
    const auto findings = Findings(code);
    ASSERT_EQ(findings.size(), 1u) << (findings.empty() ? "" : findings[1].DebugString());
    EXPECT_EQ(findings[0].finding().severity(), severity);
    EXPECT_EQ(findings[0].finding().path(), path);
    EXPECT_EQ(findings[0].finding().message(), message);
    EXPECT_EQ(findings[0].finding().authority(), FindCheck(code)->authority);
    EXPECT_EQ(std::vector<std::string>(findings[0].item_ids().begin(), findings[0].item_ids().end()), ids);
  }

  void ExpectNone(std::string_view code, std::string_view why) const {
    for (const BatchFinding& finding : Findings(code)) ADD_FAILURE() << why << ": " << finding.finding().message();
  }

  std::vector<BatchItem>& items() { return items_; }

 private:
  std::deque<SelfEvaluation> forms_;
  std::deque<Scorecard> cards_;
  std::deque<std::string> ids_;
  std::vector<BatchItem> items_;
};

// The department of document 003 and its nine projects.
Batch Panzhihua() {
  Batch batch;
  for (int i = 1; i <= 9; ++i) batch.Add(SampleForm(Cat("panzhihua-2021-project-", i)));
  batch.Add(SampleForm("panzhihua-2021-department"));
  return batch;
}

// -------------------------------------------------------------------------------------------------------------- ROLLUP

TEST(RollupCheck, NineProjectsSpent304Point70Beside227Point29) {
  Panzhihua().ExpectOne(
      "ROLLUP", SEVERITY_WARNING, "indicators[7].actual",
      "“2021年部门预算项目绩效目标自评”的项目支出 227.29 万元，本批所属 9 个项目执行数合计 304.7 万元，相差 77.41 "
      "万元（34.06%）",
      {"#9", "#0", "#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8"});
}

SelfEvaluation Department(std::string_view executed) {
  SelfEvaluation form;
  form.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT);
  form.set_fiscal_year(2021);
  form.set_title("部门整体自评表");
  form.mutable_competent_department()->set_name("某某局");
  AddFund(form, Fund("年度资金总额", "", "500", "500"));
  AddFund(form, Fund("其中：基本支出", "", "400", "400"));
  AddFund(form, Fund("项目支出", "", executed, executed));
  return form;
}

SelfEvaluation Project(std::string_view name, std::string_view executed, std::string_view department = "某某局") {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", executed, executed, "10"));
  form.set_project_name(std::string(name));
  form.mutable_competent_department()->set_name(std::string(department));
  form.mutable_implementing_unit()->set_name("某某局下属中心");
  return form;
}

TEST(RollupCheck, FiresOnFundRowsAndOnMoreThanTheWhole) {
  Batch batch;
  batch.Add(Department("100"));
  batch.Add(Project("甲", "60"));
  batch.Add(Project("乙", "45"));
  batch.ExpectOne("ROLLUP", SEVERITY_WARNING, "funds[2].executed",
                  "“部门整体自评表”的项目支出 100 万元，本批所属 2 个项目执行数合计 105 万元，相差 5 万元（5.00%）",
                  {"#0", "#1", "#2"});
  Batch whole;
  SelfEvaluation department = Department("100");
  department.mutable_funds()->DeleteSubrange(1, 2);
  whole.Add(department);
  whole.Add(Project("甲", "560"));
  whole.ExpectOne("ROLLUP", SEVERITY_WARNING, "funds[0].executed",
                  "“部门整体自评表”的全部支出 500 万元，本批所属 1 个项目执行数合计 560 万元，相差 60 万元（12.00%）",
                  {"#0", "#1"});
}

TEST(RollupCheck, OnlyRemarksProjectsThatMayBeMissing) {
  Batch batch;
  batch.Add(Department("100"));
  batch.Add(Project("甲", "60"));
  batch.ExpectOne("ROLLUP", SEVERITY_INFO, "funds[2].executed",
                  "“部门整体自评表”的项目支出 100 万元，本批所属 1 个项目执行数合计 60 万元，相差 40 "
                  "万元（40.00%），本批可能没有包含全部项目",
                  {"#0", "#1"});
}

TEST(RollupCheck, MustNotFire) {
  Batch batch;
  batch.Add(Department("100"));
  batch.Add(Project("甲", "60"));
  batch.Add(Project("乙", "41"));
  batch.Add(Project("乙", "40.5"));  // filed again: the last one counts
  batch.Add(Project("丙", "900", "另一局"));
  SelfEvaluation other_year = Project("丁", "900");
  other_year.set_fiscal_year(2020);
  batch.Add(other_year);
  batch.Add(Project("汇总", "900"), true);
  batch.ExpectNone("ROLLUP", "100.5 beside 100, within 1 %");
}

// ------------------------------------------------------------------------------------------------------------- DUP_ROW

SelfEvaluation WithRows(std::string_view project, int rows, int changed) {
  SelfEvaluation form = FormWith({});
  form.set_project_name(std::string(project));
  for (int i = 0; i < rows; ++i)
    AddRow(form, {Cat("≥", 10 + i, "个"), i < changed ? std::string(project) : Cat(20 + i, "个"), "", "", "产出指标",
                  "数量指标", Cat("事项", i)});
  return form;
}

TEST(SameRowsCheck, FiresOnProjectsThatShareNineOfTenRows) {
  Batch batch;
  batch.Add(WithRows("甲", 10, 0));
  batch.Add(WithRows("乙", 10, 1));
  batch.Add(WithRows("丙", 10, 3));
  batch.ExpectOne("DUP_ROW", SEVERITY_WARNING, "indicators",
                  "“甲”与“乙”，10 行指标中有 9 行的名称、指标值和实际完成值完全相同", {"#0", "#1"});
}

TEST(SameRowsCheck, NamesAllOfAGroupAtOnce) {
  Batch batch;
  for (int i = 0; i < 150; ++i) batch.Add(WithRows(Cat("项目", i), 10, 1));
  const auto findings = batch.Findings("DUP_ROW");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].finding().message(),
            "“项目0”、“项目1”等 150 张表，至少10 行指标中有 9 行的名称、指标值和实际完成值完全相同");
  EXPECT_EQ(findings[0].item_ids_size(), 100);
  EXPECT_EQ(findings[0].finding().evidence().at("forms"), "150");
}

TEST(SameRowsCheck, MustNotFire) {
  Batch batch;
  batch.Add(WithRows("甲", 10, 2));
  batch.Add(WithRows("乙", 10, 2));
  batch.Add(WithRows("丙", 2, 0));  // too few rows to say anything
  batch.Add(WithRows("丁", 2, 0));
  SelfEvaluation other_year = WithRows("甲", 10, 2);
  other_year.set_fiscal_year(2020);
  batch.Add(other_year);
  batch.Add(WithRows("甲", 10, 2), true);  // an aggregate
  batch.ExpectNone("DUP_ROW", "8 of 10 rows, small forms, another year, an aggregate");
  Panzhihua().ExpectNone("DUP_ROW", "document 003");
}

TEST(SameRowsCheck, FindsWhatComparingAllWouldFind) {
  // Random forms from a small stock of rows, grouped by brute force.
  std::uint64_t state = 7;
  const auto random = [&state](std::uint64_t n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % n;
  };
  std::vector<std::set<std::uint64_t>> sets;
  Batch batch;
  for (int i = 0; i < 200; ++i) {
    std::set<std::uint64_t> rows;
    const std::uint64_t base = random(12) * 10;
    for (std::uint64_t k = 0; k < 10; ++k) rows.insert(random(12) == 0 ? 1000 + random(40) : base + k);
    SelfEvaluation form = FormWith({});
    form.set_project_name(Cat("项目", i));
    for (const std::uint64_t row : rows)
      AddRow(form, {Cat("≥", row, "个"), Cat(row, "个"), "", "", "产出指标", "数量指标", Cat("事项", row)});
    batch.Add(form);
    sets.push_back(rows);
  }
  std::set<std::string> grouped;
  for (const BatchFinding& finding : batch.Findings("DUP_ROW")) {
    ASSERT_LE(finding.item_ids_size(), 100);
    grouped.insert(finding.item_ids().begin(), finding.item_ids().end());
  }
  const auto similar = [&](std::size_t a, std::size_t b) {
    std::vector<std::uint64_t> both;
    std::set_intersection(sets[a].begin(), sets[a].end(), sets[b].begin(), sets[b].end(), std::back_inserter(both));
    return both.size() * 10 >= std::max(sets[a].size(), sets[b].size()) * 9;
  };
  std::vector<std::size_t> leaders;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (std::any_of(leaders.begin(), leaders.end(), [&](std::size_t leader) { return similar(i, leader); })) {
      EXPECT_TRUE(grouped.contains(Cat("#", i))) << i;
    } else {
      leaders.push_back(i);
    }
  }
  EXPECT_GT(grouped.size(), 20u);
}

// ----------------------------------------------------------------------------------------------------------------- AGG

SelfEvaluation User(std::string_view unit, std::string_view executed, std::string_view people, std::string_view rate) {
  SelfEvaluation form = FormWith({
      {"≥10人", std::string(people), "", "", "产出指标", "数量指标", "培训人数"},
      {"≥90%", std::string(rate), "", "", "产出指标", "质量指标", "合格率"},
      {"10天", "8天", "", "", "产出指标", "时效指标", "工期"},
      {"≤500元/人", "480元/人", "", "", "产出指标", "成本指标", "人均成本"},
      {"提升", "提升", "", "", "效益指标", "社会效益指标", "能力"},
  });
  form.set_project_name("培训专项");
  form.mutable_implementing_unit()->set_name(std::string(unit));
  AddFund(form, Fund("年度资金总额", "", executed, executed));
  return form;
}

TEST(AggregateCheck, FiresOnSumsAndOnWeightedMeans) {
  Batch batch;
  batch.Add(User("甲中心", "100", "70人", "90%"));
  batch.Add(User("全市", "400", "120人", "95%"), true);
  batch.Add(User("乙中心", "300", "40人", "98%"));
  const auto findings = batch.Findings("AGG");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].finding().severity(), SEVERITY_ERROR);
  EXPECT_EQ(findings[0].finding().path(), "indicators[1].actual");
  EXPECT_EQ(findings[0].finding().message(), "“合格率”汇总表为 95%，分表按执行数加权平均为 96%（90%、98%）");
  EXPECT_EQ(findings[1].finding().path(), "indicators[0].actual");
  EXPECT_EQ(findings[1].finding().message(), "“培训人数”汇总表为 120 人，分表合计为 110 人（70 人、40 人）");
  EXPECT_EQ(findings[1].item_ids(0), "#1");
  EXPECT_EQ(findings[1].item_ids_size(), 3);
}

TEST(AggregateCheck, SaysWherePartsAreMissing) {
  Batch batch;
  batch.Add(User("全市", "500", "110人", "96%"), true);
  batch.Add(User("甲中心", "100", "70人", "90%"));
  batch.Add(User("乙中心", "300", "40人", "98%"));
  const auto findings = batch.Findings("AGG");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].finding().path(), "funds[0].full_year_budget");
  EXPECT_EQ(findings[1].finding().message(),
            "“培训专项”汇总表的全年执行数 500 万元，本批 2 张分表合计 400 万元，相差 100 万元，可能缺少分表");
}

TEST(AggregateCheck, MustNotFire) {
  Batch batch;
  batch.Add(User("全市", "400", "110人", "96%"), true);
  batch.Add(User("甲中心", "100", "70人", "90%"));
  batch.Add(User("乙中心", "300", "40名", "98%"));
  SelfEvaluation other = User("丙中心", "50", "99人", "10%");
  other.set_project_name("另一专项");
  batch.Add(other);
  batch.ExpectNone("AGG", "70 + 40 people, (90 % × 100 + 98 % × 300) ÷ 400 = 96 %");
  Batch rounded;
  rounded.Add(User("全市", "300", "110人", "92.7%"), true);
  rounded.Add(User("甲中心", "200", "70人", "90%"));
  rounded.Add(User("乙中心", "100", "40人", "98%"));
  rounded.ExpectNone("AGG", "92.67 % printed with one decimal");
  Batch alone;
  alone.Add(User("全市", "400", "999人", "96%"), true);
  alone.Add(User("甲中心", "100", "70人", "90%"));
  alone.ExpectNone("AGG", "one part only");
  Batch words;
  words.Add(User("全市", "400", "110人", "96%"), true);
  words.Add(User("甲中心", "100", "已完成", "90%"));
  words.Add(User("乙中心", "300", "40人", "98%"));
  words.ExpectNone("AGG", "a part in words");
}

// --------------------------------------------------------------------------------------------------------------- BATCH

SelfEvaluation Totalled(std::string_view project, std::string_view total) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "100", "98", "10"));
  form.set_project_name(std::string(project));
  form.set_total_score(std::string(total));
  return form;
}

TEST(DistributionCheck, FiresOnHighAndOnEqualTotals) {
  Batch batch;
  for (int i = 0; i < 20; ++i) batch.Add(Totalled(Cat("项目", i), i < 12 ? "98.5" : Cat(95 + i % 5)));
  const auto findings = batch.Findings("BATCH");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].finding().severity(), SEVERITY_INFO);
  EXPECT_EQ(findings[0].finding().message(), "20 张有总分的自评表中有 20 张（100.00%）在 95 分以上");
  EXPECT_EQ(findings[1].finding().message(), "20 张有总分的自评表中有 12 张（60.00%）总分同为 98.5 分");
  EXPECT_EQ(findings[1].item_ids_size(), 12);
}

TEST(DistributionCheck, FiresOnLastMinuteAndLateFiling) {
  Batch batch;
  for (int i = 0; i < 20; ++i) {
    BatchItem& item = batch.Add(Totalled(Cat("项目", i), Cat(60 + i)));
    item.due_time = kDue;
    item.submit_time = kDue - (i < 15 ? 60 : 61) * kMinute;
  }
  batch.ExpectOne("BATCH", SEVERITY_INFO, "", "20 张有报送时间的自评表中有 15 张（75.00%）在截止前 60 分钟内报送",
                  {"#0", "#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8", "#9", "#10", "#11", "#12", "#13", "#14"});
  Batch late;
  BatchItem& item = late.Add(Totalled("迟", "80"));
  item.due_time = kDue;
  item.submit_time = kDue + kMinute;
  late.ExpectOne("BATCH", SEVERITY_INFO, "",
                 "1 张自评表逾期报送，如“迟”应于 2022-04-15 13:20:00 前报送，实际 2022-04-15 13:21:00", {"#0"});
}

TEST(DistributionCheck, MustNotFire) {
  Batch few;
  for (int i = 0; i < 9; ++i) few.Add(Totalled(Cat("项目", i), "100"));
  few.ExpectNone("BATCH", "nine forms say nothing");
  Batch spread;
  for (int i = 0; i < 20; ++i) {
    BatchItem& item = spread.Add(Totalled(Cat("项目", i), i < 19 ? Cat("9", 5 + i % 5) : "94.99"));
    item.due_time = kDue;
    item.submit_time = kDue - (i < 10 ? 10 : 6000) * kMinute;
  }
  spread.ExpectNone("BATCH", "19 of 20 high is no more than 95 %; half of them late in the day");
}

// -------------------------------------------------------------------------------------------------------------- others

TEST(CheckBatch, FollowsTheRuleSet) {
  v1::RuleSet rules = RuleSetOf("cn-national-2020");
  for (auto& check : *rules.mutable_checks())
    if (check.code() == "ROLLUP") check.set_severity(SEVERITY_ERROR);
  EXPECT_EQ(Panzhihua().Findings("ROLLUP", *Compiled(rules))[0].finding().severity(), SEVERITY_ERROR);
  rules.clear_checks();
  EXPECT_TRUE(CheckBatch(Panzhihua().items(), *Compiled(rules)).empty());
}

TEST(CheckBatch, EndsEarlyWhenItIsAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(CheckBatch(Panzhihua().items(), RulesOf(), stop.get_token()).empty());
  EXPECT_TRUE(CheckBatch({}, RulesOf()).empty());
}

TEST(CheckBatch, TenThousandFormsThatAreNearlyTheSameTakeSeconds) {
  std::deque<SelfEvaluation> forms;
  std::deque<std::string> ids;
  const Scorecard card;
  std::vector<BatchItem> items;
  for (int i = 0; i < 10'000; ++i) {
    // Half of them share eight of ten rows, which is not enough; half share nine.
    forms.push_back(WithRows(Cat("项目", i), 10, i % 2 == 0 ? 2 : 1));
    ids.push_back(Cat(i));
    BatchItem item;
    item.item_id = ids.back();
    item.form = &forms.back();
    item.scorecard = &card;
    items.push_back(item);
  }
  const auto start = std::chrono::steady_clock::now();
  const auto findings = CheckBatch(items, RulesOf());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].finding().evidence().at("forms"), "5000");
}

}  // namespace
}  // namespace jixiao::scoring
