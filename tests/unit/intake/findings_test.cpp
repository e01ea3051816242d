#include "intake/workflow/findings.h"

#include "common/text.h"
#include "common/time.h"

#include <gtest/gtest.h>

namespace jixiao::intake {
namespace {

using namespace v1;
using evaluation::v1::Scorecard;
using evaluation::v1::SelfEvaluation;

SelfEvaluation Form() {
  SelfEvaluation form;
  form.set_project_name("党员教育培训经费");
  form.set_total_score("98");
  for (int i = 0; i < 2; ++i) {
    auto& row = *form.add_indicators();
    row.set_level3(Cat("指标", i));
    row.set_target("≥10次");
    row.set_actual("8次");
    row.set_score("10");
  }
  return form;
}

void Add(Scorecard& card, const std::string& code, const std::string& path, const std::string& figure = "8") {
  auto& finding = *card.add_findings();
  finding.set_code(code);
  finding.set_severity(evaluation::v1::SEVERITY_ERROR);
  finding.set_path(path);
  finding.set_message(Cat("实际完成 ", figure));
  (*finding.mutable_evidence())["actual"] = figure;
}

std::vector<JudgedFinding> JudgeForm(const SelfEvaluation& form, const Scorecard& card, int revision) {
  return Judge(ReviewPolicy::Default(), form, card, RevisionName("submissions/1", revision));
}

void AnswerAll(std::vector<JudgedFinding>& findings) {
  for (JudgedFinding& finding : findings) {
    finding.mutable_answer()->set_text("已核实");
    finding.mutable_answer()->set_revision(1);
  }
}

TEST(Findings, AreNamedInTheOrderOfTheCard) {
  Scorecard card;
  Add(card, "FULL_NOT_MET", "indicators[1].actual");
  Add(card, "SUM_WEIGHT", "total_weight");
  const auto findings = JudgeForm(Form(), card, 3);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].name(), "submissions/1/revisions/3/findings/1");
  EXPECT_EQ(findings[0].finding_class(), FINDING_CLASS_CONFIRM);
  EXPECT_EQ(findings[1].finding_class(), FINDING_CLASS_INVALID);
  const Standing standing = StandingAt({}, findings, 0);
  EXPECT_EQ(standing.invalid, 1);
  EXPECT_EQ(standing.open, 1);
}

TEST(Findings, ReturnListsAllOfThemAtTheirPaths) {
  Scorecard card;
  Add(card, "SUM_WEIGHT", "total_weight", "110");
  Add(card, "RANGE", "indicators[0].score", "12");
  Add(card, "FULL_NOT_MET", "indicators[1].actual");
  const std::string verdict = Verdict(JudgeForm(Form(), card, 1), 0, 0);
  for (const char* part : {"2 处必须修改", "1 处须说明", "SUM_WEIGHT total_weight", "RANGE indicators[0].score",
                           "FULL_NOT_MET indicators[1].actual", "110"})
    EXPECT_NE(verdict.find(part), std::string::npos) << part << " in " << verdict;
}

// What the next revision says decides, cell by cell of the row concerned, and the finding's own figures.
TEST(Findings, AnswerIsCarriedOnlyOntoTheSameRowWithTheSameFigures) {
  Scorecard card;
  Add(card, "FULL_NOT_MET", "indicators[1].actual");
  auto earlier = JudgeForm(Form(), card, 1);
  AnswerAll(earlier);

  const auto carried = [&](const SelfEvaluation& form, const Scorecard& next_card) {
    auto next = JudgeForm(form, next_card, 2);
    const int count = CarryOver(earlier, next);
    EXPECT_EQ(count == 1, next[0].has_answer());
    EXPECT_EQ(next[0].answer().revision(), count);
    return count;
  };
  EXPECT_EQ(carried(Form(), card), 1);

  SelfEvaluation elsewhere = Form();
  elsewhere.mutable_indicators(0)->set_actual("10次");
  EXPECT_EQ(carried(elsewhere, card), 1) << "another row changed";
  SelfEvaluation reason = Form();
  reason.mutable_indicators(1)->set_deviation_reason("疫情");
  EXPECT_EQ(carried(reason, card), 0) << "the row says something else";

  Scorecard figures;
  Add(figures, "FULL_NOT_MET", "indicators[1].actual", "9");
  EXPECT_EQ(carried(Form(), figures), 0);
  Scorecard moved;
  Add(moved, "FULL_NOT_MET", "indicators[0].actual");
  EXPECT_EQ(carried(Form(), moved), 0) << "another place";
  Scorecard other;
  Add(other, "IND_SCORE", "indicators[1].actual");
  EXPECT_EQ(carried(Form(), other), 0);
  Scorecard harsher = card;
  harsher.mutable_findings(0)->set_severity(evaluation::v1::SEVERITY_WARNING);
  harsher.mutable_findings(0)->set_code("ZERO_EXEC_DONE");
  EXPECT_EQ(carried(Form(), harsher), 0);
}

TEST(Findings, WaiverIsCarriedOnlyWhenItWasApproved) {
  Scorecard card;
  Add(card, "EXEC_OVER100", "funds[0].executed");
  auto earlier = JudgeForm(Form(), card, 1);
  ASSERT_EQ(earlier[0].finding_class(), FINDING_CLASS_WAIVE);
  *earlier[0].mutable_waiver()->mutable_expire_time() = ToTimestamp(1'000);
  for (const auto& [state, count] : {std::pair(WAIVER_STATE_REQUESTED, 0), std::pair(WAIVER_STATE_REJECTED, 0),
                                     std::pair(WAIVER_STATE_APPROVED, 1)}) {
    earlier[0].mutable_waiver()->set_state(state);
    auto next = JudgeForm(Form(), card, 2);
    EXPECT_EQ(CarryOver(earlier, next), count);
    EXPECT_EQ(next[0].has_waiver(), count == 1);
  }
  auto next = JudgeForm(Form(), card, 2);
  CarryOver(earlier, next);
  EXPECT_EQ(StateAt(next[0], 999), ANSWER_STATE_WAIVED);
  EXPECT_EQ(StateAt(next[0], 1'000), ANSWER_STATE_WAIVER_EXPIRED) << "carried, but over";
}

TEST(Findings, AnswerDoesNotServeAFindingThatNowNeedsAWaiver) {
  Scorecard card;
  Add(card, "FULL_NOT_MET", "indicators[1].actual");
  auto earlier = JudgeForm(Form(), card, 1);
  AnswerAll(earlier);
  const auto strict = ReviewPolicy::Parse("classes: {codes: {FULL_NOT_MET: waive}}").value();
  auto next = Judge(strict, Form(), card, "submissions/1/revisions/2");
  EXPECT_EQ(CarryOver(earlier, next), 0);
  EXPECT_FALSE(next[0].has_answer());
}

}  // namespace
}  // namespace jixiao::intake
