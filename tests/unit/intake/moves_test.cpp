// The table of moves: every state with every action, against an independent list.
#include "intake/workflow/moves.h"

#include "common/errors.h"
#include "intake/workflow/case_file.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

namespace jixiao::intake {
namespace {

using namespace v1;

std::vector<SubmissionState> AllStates() {
  std::vector<SubmissionState> states;
  for (int i = 1; i < SubmissionState_ARRAYSIZE; ++i) states.push_back(static_cast<SubmissionState>(i));
  return states;
}
std::vector<SubmissionAction> AllActions() {
  std::vector<SubmissionAction> actions;
  for (int i = 1; i < SubmissionAction_ARRAYSIZE; ++i) actions.push_back(static_cast<SubmissionAction>(i));
  return actions;
}
std::vector<ActorRole> AllRoles() {
  std::vector<ActorRole> roles;
  for (int i = 0; i < ActorRole_ARRAYSIZE; ++i) roles.push_back(static_cast<ActorRole>(i));
  return roles;
}

// Roles by letter: - not stated, U unit, D department, F finance, E expert, A audit, S system.
std::set<ActorRole> RolesOf(std::string_view letters) {
  constexpr std::string_view kLetters = "-UDFEAS";
  std::set<ActorRole> roles;
  for (const char letter : letters) roles.insert(static_cast<ActorRole>(kLetters.find(letter)));
  return roles;
}

// For each action the roles in each state, in the order ACCEPTED SCORED ARCHIVED RETURNED STUCK AWAITING DEPARTMENT
// FINANCE APPROVED WITHDRAWN; "" is forbidden.
const std::map<SubmissionAction, std::array<std::string_view, 10>> kWho = {
    {SUBMISSION_ACTION_SUBMIT, {"", "", "", "-U", "", "", "", "", "", "-U"}},
    {SUBMISSION_ACTION_SCORE, {"S", "S", "", "", "", "", "", "", "S", ""}},
    {SUBMISSION_ACTION_JUDGE, {"", "S", "", "", "", "", "", "", "", ""}},
    {SUBMISSION_ACTION_ANSWER_FINDING, {"", "", "", "", "", "UDF", "UDF", "UDF", "", ""}},
    {SUBMISSION_ACTION_REQUEST_WAIVER, {"", "", "", "", "", "UD", "UD", "UD", "", ""}},
    {SUBMISSION_ACTION_APPROVE_WAIVER, {"", "", "", "", "", "DF", "DF", "DF", "", ""}},
    {SUBMISSION_ACTION_REJECT_WAIVER, {"", "", "", "", "", "DF", "DF", "DF", "", ""}},
    {SUBMISSION_ACTION_APPROVE, {"", "", "", "", "", "", "D", "F", "", ""}},
    {SUBMISSION_ACTION_RETURN, {"", "", "-DF", "", "-DF", "DF", "DF", "F", "", ""}},
    {SUBMISSION_ACTION_WITHDRAW, {"U", "", "", "", "U", "U", "U", "U", "", ""}},
    {SUBMISSION_ACTION_RECORD_REVIEW, {"", "", "DFEA", "", "", "", "DFEA", "DFEA", "", ""}},
    {SUBMISSION_ACTION_ARCHIVE, {"", "S", "", "", "", "", "", "", "S", ""}},
    {SUBMISSION_ACTION_SET_ASIDE, {"S", "S", "", "", "", "", "", "", "S", ""}},
    {SUBMISSION_ACTION_MARK_IN_TIME, {"", "", "", "", "", "", "", "", "", ""}},  // moves nothing
};

TEST(Moves, EveryStateAllowsExactlyTheseActionsToTheseRoles) {
  ASSERT_EQ(kWho.size(), AllActions().size());
  for (const SubmissionState state : AllStates()) {
    for (const SubmissionAction action : AllActions()) {
      SCOPED_TRACE(SubmissionState_Name(state) + " " + SubmissionAction_Name(action));
      const std::set<ActorRole> allowed = RolesOf(kWho.at(action)[static_cast<std::size_t>(state) - 1]);
      EXPECT_EQ(FindMove(state, action) != nullptr, !allowed.empty());
      for (const ActorRole role : AllRoles()) {
        const auto after = StateAfter(state, action, role, {});
        if (allowed.contains(role)) {
          EXPECT_TRUE(after.ok()) << ActorRole_Name(role) << ": " << after.status();
        } else {
          ASSERT_FALSE(after.ok()) << ActorRole_Name(role);
          EXPECT_EQ(ReasonOf(after.status()), allowed.empty() ? "STATE_FORBIDS" : "ROLE_FORBIDS");
        }
      }
    }
  }
}

TEST(Moves, NoPairStandsTwice) {
  std::set<std::pair<SubmissionState, SubmissionAction>> seen;
  for (const Move& move : Moves()) EXPECT_TRUE(seen.emplace(move.from, move.action).second);
}

const std::vector<ReviewStage> kNone;
const std::vector<ReviewStage> kDepartmentOnly{REVIEW_STAGE_DEPARTMENT};
const std::vector<ReviewStage> kFinanceOnly{REVIEW_STAGE_FINANCE};
const std::vector<ReviewStage> kBoth{REVIEW_STAGE_DEPARTMENT, REVIEW_STAGE_FINANCE};

SubmissionState Judged(const std::vector<ReviewStage>& stages, int invalid, int open) {
  return StateAfter(SUBMISSION_STATE_SCORED, SUBMISSION_ACTION_JUDGE, ACTOR_ROLE_SYSTEM, {stages, invalid, open})
      .value();
}

TEST(Moves, FindingsDecideWhereAScoredFormGoes) {
  for (const auto& stages : {kNone, kDepartmentOnly, kFinanceOnly, kBoth}) {
    EXPECT_EQ(Judged(stages, 1, 0), SUBMISSION_STATE_RETURNED);
    EXPECT_EQ(Judged(stages, 2, 3), SUBMISSION_STATE_RETURNED);
    EXPECT_EQ(Judged(stages, 0, 1), SUBMISSION_STATE_AWAITING_ANSWERS);
  }
  EXPECT_EQ(Judged(kNone, 0, 0), SUBMISSION_STATE_APPROVED);
  EXPECT_EQ(Judged(kDepartmentOnly, 0, 0), SUBMISSION_STATE_DEPARTMENT_REVIEW);
  EXPECT_EQ(Judged(kFinanceOnly, 0, 0), SUBMISSION_STATE_FINANCE_REVIEW);
  EXPECT_EQ(Judged(kBoth, 0, 0), SUBMISSION_STATE_DEPARTMENT_REVIEW);
}

TEST(Moves, StagesFollowEachOtherAndThenTheArchive) {
  const auto approved = [](SubmissionState from, ActorRole role, const std::vector<ReviewStage>& stages) {
    return StateAfter(from, SUBMISSION_ACTION_APPROVE, role, {stages}).value();
  };
  EXPECT_EQ(approved(SUBMISSION_STATE_DEPARTMENT_REVIEW, ACTOR_ROLE_DEPARTMENT, kBoth),
            SUBMISSION_STATE_FINANCE_REVIEW);
  EXPECT_EQ(approved(SUBMISSION_STATE_DEPARTMENT_REVIEW, ACTOR_ROLE_DEPARTMENT, kDepartmentOnly),
            SUBMISSION_STATE_APPROVED);
  EXPECT_EQ(approved(SUBMISSION_STATE_FINANCE_REVIEW, ACTOR_ROLE_FINANCE, kBoth), SUBMISSION_STATE_APPROVED);
}

TEST(Moves, LastAnswerLeadsOn) {
  const auto answered = [](SubmissionState from, int open) {
    return StateAfter(from, SUBMISSION_ACTION_ANSWER_FINDING, ACTOR_ROLE_UNIT, {kBoth, 0, open}).value();
  };
  EXPECT_EQ(answered(SUBMISSION_STATE_AWAITING_ANSWERS, 1), SUBMISSION_STATE_AWAITING_ANSWERS);
  EXPECT_EQ(answered(SUBMISSION_STATE_AWAITING_ANSWERS, 0), SUBMISSION_STATE_DEPARTMENT_REVIEW);
  EXPECT_EQ(answered(SUBMISSION_STATE_FINANCE_REVIEW, 0), SUBMISSION_STATE_FINANCE_REVIEW) << "no stage is repeated";
}

TEST(Moves, OnlyWhatNobodyReviewsOrEverybodyApprovedIsArchived) {
  for (const SubmissionState state : AllStates()) {
    for (const bool judged : {false, true}) {
      for (const auto& stages : {kNone, kBoth}) {
        SubmissionRow head;
        head.state = state;
        head.judged = judged;
        head.stages = stages;
        const bool free = !judged && stages.empty();
        EXPECT_EQ(MayArchive(head), state == SUBMISSION_STATE_APPROVED || (state == SUBMISSION_STATE_SCORED && free))
            << SubmissionState_Name(state);
      }
    }
  }
}

TEST(Moves, EverythingHasATitle) {
  for (const SubmissionAction action : AllActions()) EXPECT_FALSE(TitleOf(action).empty());
  for (const ActorRole role : AllRoles()) EXPECT_FALSE(TitleOf(role).empty());
  for (int i = 1; i < ReturnReason_ARRAYSIZE; ++i) EXPECT_FALSE(TitleOf(static_cast<ReturnReason>(i)).empty());
}

Actor ActorOf(const std::string& name, ActorRole role, const std::string& organization = "") {
  Actor actor;
  actor.set_name(name);
  actor.set_role(role);
  actor.set_organization(organization);
  return actor;
}

TEST(CaseFile, ReturnSaysItsReasonsInWords) {
  CaseFile file;
  file.head.state = SUBMISSION_STATE_FINANCE_REVIEW;
  const auto change = Return(file, ActorOf("王五", ACTOR_ROLE_FINANCE),
                             std::vector{RETURN_REASON_FIGURES_WRONG, RETURN_REASON_EVIDENCE_MISSING}, "第 3 行", 1);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->state, SUBMISSION_STATE_RETURNED);
  EXPECT_EQ(change->problem, "数据有误、佐证材料不足：第 3 行");
  EXPECT_EQ(change->text, "第 3 行");
}

TEST(CaseFile, ApprovalOfAnotherStageIsRefused) {
  CaseFile file;
  file.head.state = SUBMISSION_STATE_DEPARTMENT_REVIEW;
  file.head.stages = kBoth;
  const Actor actor = ActorOf("李四", ACTOR_ROLE_DEPARTMENT);
  EXPECT_EQ(ReasonOf(Approve(file, REVIEW_STAGE_FINANCE, actor, "", 1).status()), "STAGE_FORBIDS");
  EXPECT_EQ(Approve(file, REVIEW_STAGE_DEPARTMENT, actor, "", 1)->state, SUBMISSION_STATE_FINANCE_REVIEW);
}

CaseFile FileWith(FindingClass finding_class, SubmissionState state = SUBMISSION_STATE_AWAITING_ANSWERS) {
  CaseFile file;
  file.head.name = "submissions/1";
  file.head.revision = 2;
  file.head.state = state;
  file.head.stages = kBoth;
  JudgedFinding& finding = file.findings.emplace_back();
  finding.set_name("submissions/1/revisions/2/findings/1");
  finding.set_finding_class(finding_class);
  return file;
}
constexpr char kFinding[] = "submissions/1/revisions/2/findings/1";

TEST(CaseFile, AnswerIsForConfirmOnly) {
  const Actor unit = ActorOf("张三", ACTOR_ROLE_UNIT);
  const auto change = AnswerFinding(FileWith(FINDING_CLASS_CONFIRM), kFinding, unit, "预算年中追加", 5'000'000);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->state, SUBMISSION_STATE_DEPARTMENT_REVIEW);
  EXPECT_EQ(change->finding->answer().text(), "预算年中追加");
  EXPECT_EQ(change->finding->answer().revision(), 2);
  EXPECT_EQ(change->finding->state(), ANSWER_STATE_ANSWERED);
  for (const FindingClass other : {FINDING_CLASS_WAIVE, FINDING_CLASS_INVALID, FINDING_CLASS_NOTE})
    EXPECT_EQ(ReasonOf(AnswerFinding(FileWith(other), kFinding, unit, "x", 1).status()), "CLASS_FORBIDS");
  EXPECT_EQ(
      ReasonOf(AnswerFinding(FileWith(FINDING_CLASS_CONFIRM), "submissions/1/revisions/1/findings/1", unit, "x", 1)
                   .status()),
      "FINDING_NOT_FOUND");
}

TEST(CaseFile, WaiverIsApprovedBySomeoneElseAndEnds) {
  const Actor unit = ActorOf("张三", ACTOR_ROLE_UNIT, "组织部");
  CaseFile file = FileWith(FINDING_CLASS_WAIVE);
  constexpr std::int64_t kNow = 1'000'000'000;
  constexpr std::int64_t kEnd = 2'000'000'000;
  EXPECT_EQ(ReasonOf(RequestWaiver(file, kFinding, unit, "单位撤销", kNow, kNow).status()), "REVIEW_INVALID");
  auto change = RequestWaiver(file, kFinding, unit, "单位撤销", kEnd, kNow);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->state, SUBMISSION_STATE_AWAITING_ANSWERS) << "asking is not having";
  const auto decide = [&](bool approve, const Actor& actor, std::int64_t now) {
    return DecideWaiver(file, kFinding, approve, actor, "同意", now);
  };
  EXPECT_EQ(ReasonOf(decide(true, ActorOf("王五", ACTOR_ROLE_FINANCE), kNow).status()), "WAIVER_NOT_REQUESTED");
  file.findings[0] = *change->finding;
  EXPECT_EQ(ReasonOf(decide(true, ActorOf("张三", ACTOR_ROLE_DEPARTMENT), kNow).status()), "SAME_PERSON");
  EXPECT_EQ(ReasonOf(decide(true, ActorOf(" 张三 ", ACTOR_ROLE_FINANCE, "组织部"), kNow).status()), "SAME_PERSON");
  EXPECT_TRUE(decide(true, ActorOf("张三", ACTOR_ROLE_FINANCE, "财政局"), kNow).ok()) << "a namesake elsewhere";
  EXPECT_EQ(ReasonOf(decide(true, ActorOf("王五", ACTOR_ROLE_FINANCE), kEnd).status()), "WAIVER_EXPIRED");
  const auto rejected = decide(false, ActorOf("王五", ACTOR_ROLE_FINANCE), kNow);
  ASSERT_TRUE(rejected.ok());
  EXPECT_EQ(rejected->finding->state(), ANSWER_STATE_OPEN);
  change = decide(true, ActorOf("王五", ACTOR_ROLE_FINANCE), kNow);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->state, SUBMISSION_STATE_DEPARTMENT_REVIEW);
  file.findings[0] = *change->finding;
  EXPECT_EQ(StateAt(file.findings[0], kEnd - 1), ANSWER_STATE_WAIVED);
  EXPECT_EQ(StateAt(file.findings[0], kEnd), ANSWER_STATE_WAIVER_EXPIRED);
  // Over before the stage passes: it does not pass.
  file.head.state = SUBMISSION_STATE_DEPARTMENT_REVIEW;
  const Actor reviewer = ActorOf("李四", ACTOR_ROLE_DEPARTMENT);
  EXPECT_TRUE(Approve(file, REVIEW_STAGE_DEPARTMENT, reviewer, "", kEnd - 1).ok());
  EXPECT_EQ(ReasonOf(Approve(file, REVIEW_STAGE_DEPARTMENT, reviewer, "", kEnd).status()), "FINDINGS_OPEN");
}

}  // namespace
}  // namespace jixiao::intake
