#include "intake/workflow/moves.h"

#include "common/errors.h"
#include "common/text.h"

#include <algorithm>

namespace jixiao::intake {
namespace {

using namespace v1;  // the table is about nothing but these names

constexpr Roles kNobody = RoleBit(ACTOR_ROLE_UNSPECIFIED);  // not stated: as callers of before there were roles
constexpr Roles kUnit = RoleBit(ACTOR_ROLE_UNIT);
constexpr Roles kDepartment = RoleBit(ACTOR_ROLE_DEPARTMENT);
constexpr Roles kFinance = RoleBit(ACTOR_ROLE_FINANCE);
constexpr Roles kSystem = RoleBit(ACTOR_ROLE_SYSTEM);
constexpr Roles kOutside = RoleBit(ACTOR_ROLE_EXPERT) | RoleBit(ACTOR_ROLE_AUDIT);
constexpr Roles kSuperior = kDepartment | kFinance;
constexpr Roles kReviewer = kSuperior | kOutside;

// SCORED and APPROVED are on their way into the archive: what is returned or withdrawn there would be archived after
// it.
constexpr Move kMoves[] = {
    {SUBMISSION_STATE_ACCEPTED, SUBMISSION_ACTION_SCORE, kSystem, Target::kScored},
    {SUBMISSION_STATE_ACCEPTED, SUBMISSION_ACTION_WITHDRAW, kUnit, Target::kWithdrawn},
    {SUBMISSION_STATE_ACCEPTED, SUBMISSION_ACTION_SET_ASIDE, kSystem, Target::kStuck},

    {SUBMISSION_STATE_SCORED, SUBMISSION_ACTION_SCORE, kSystem, Target::kScored},  // its card was damaged
    {SUBMISSION_STATE_SCORED, SUBMISSION_ACTION_JUDGE, kSystem, Target::kJudged},
    {SUBMISSION_STATE_SCORED, SUBMISSION_ACTION_ARCHIVE, kSystem, Target::kArchived},
    {SUBMISSION_STATE_SCORED, SUBMISSION_ACTION_SET_ASIDE, kSystem, Target::kStuck},

    {SUBMISSION_STATE_AWAITING_ANSWERS, SUBMISSION_ACTION_ANSWER_FINDING, kUnit | kSuperior, Target::kAnswered},
    {SUBMISSION_STATE_AWAITING_ANSWERS, SUBMISSION_ACTION_REQUEST_WAIVER, kUnit | kDepartment, Target::kAnswered},
    {SUBMISSION_STATE_AWAITING_ANSWERS, SUBMISSION_ACTION_APPROVE_WAIVER, kSuperior, Target::kAnswered},
    {SUBMISSION_STATE_AWAITING_ANSWERS, SUBMISSION_ACTION_REJECT_WAIVER, kSuperior, Target::kAnswered},
    {SUBMISSION_STATE_AWAITING_ANSWERS, SUBMISSION_ACTION_RETURN, kSuperior, Target::kReturned},
    {SUBMISSION_STATE_AWAITING_ANSWERS, SUBMISSION_ACTION_WITHDRAW, kUnit, Target::kWithdrawn},

    // A reviewer may ask for a better answer, and a waiver may run out meanwhile.
    {SUBMISSION_STATE_DEPARTMENT_REVIEW, SUBMISSION_ACTION_ANSWER_FINDING, kUnit | kSuperior, Target::kStay},
    {SUBMISSION_STATE_DEPARTMENT_REVIEW, SUBMISSION_ACTION_REQUEST_WAIVER, kUnit | kDepartment, Target::kStay},
    {SUBMISSION_STATE_DEPARTMENT_REVIEW, SUBMISSION_ACTION_APPROVE_WAIVER, kSuperior, Target::kStay},
    {SUBMISSION_STATE_DEPARTMENT_REVIEW, SUBMISSION_ACTION_REJECT_WAIVER, kSuperior, Target::kStay},
    {SUBMISSION_STATE_DEPARTMENT_REVIEW, SUBMISSION_ACTION_RECORD_REVIEW, kReviewer, Target::kStay},
    {SUBMISSION_STATE_DEPARTMENT_REVIEW, SUBMISSION_ACTION_APPROVE, kDepartment, Target::kNextStage},
    {SUBMISSION_STATE_DEPARTMENT_REVIEW, SUBMISSION_ACTION_RETURN, kSuperior, Target::kReturned},
    {SUBMISSION_STATE_DEPARTMENT_REVIEW, SUBMISSION_ACTION_WITHDRAW, kUnit, Target::kWithdrawn},

    {SUBMISSION_STATE_FINANCE_REVIEW, SUBMISSION_ACTION_ANSWER_FINDING, kUnit | kSuperior, Target::kStay},
    {SUBMISSION_STATE_FINANCE_REVIEW, SUBMISSION_ACTION_REQUEST_WAIVER, kUnit | kDepartment, Target::kStay},
    {SUBMISSION_STATE_FINANCE_REVIEW, SUBMISSION_ACTION_APPROVE_WAIVER, kSuperior, Target::kStay},
    {SUBMISSION_STATE_FINANCE_REVIEW, SUBMISSION_ACTION_REJECT_WAIVER, kSuperior, Target::kStay},
    {SUBMISSION_STATE_FINANCE_REVIEW, SUBMISSION_ACTION_RECORD_REVIEW, kReviewer, Target::kStay},
    {SUBMISSION_STATE_FINANCE_REVIEW, SUBMISSION_ACTION_APPROVE, kFinance, Target::kNextStage},
    {SUBMISSION_STATE_FINANCE_REVIEW, SUBMISSION_ACTION_RETURN, kFinance, Target::kReturned},
    {SUBMISSION_STATE_FINANCE_REVIEW, SUBMISSION_ACTION_WITHDRAW, kUnit, Target::kWithdrawn},

    {SUBMISSION_STATE_APPROVED, SUBMISSION_ACTION_SCORE, kSystem, Target::kScored},  // as above: reviewed once more
    {SUBMISSION_STATE_APPROVED, SUBMISSION_ACTION_ARCHIVE, kSystem, Target::kArchived},
    {SUBMISSION_STATE_APPROVED, SUBMISSION_ACTION_SET_ASIDE, kSystem, Target::kStuck},

    {SUBMISSION_STATE_ARCHIVED, SUBMISSION_ACTION_RECORD_REVIEW, kReviewer, Target::kStay},
    {SUBMISSION_STATE_ARCHIVED, SUBMISSION_ACTION_RETURN, kNobody | kSuperior, Target::kReturned},

    {SUBMISSION_STATE_STUCK, SUBMISSION_ACTION_RETURN, kNobody | kSuperior, Target::kReturned},
    {SUBMISSION_STATE_STUCK, SUBMISSION_ACTION_WITHDRAW, kUnit, Target::kWithdrawn},

    {SUBMISSION_STATE_RETURNED, SUBMISSION_ACTION_SUBMIT, kNobody | kUnit, Target::kAccepted},
    {SUBMISSION_STATE_WITHDRAWN, SUBMISSION_ACTION_SUBMIT, kNobody | kUnit, Target::kAccepted},
};

SubmissionState StateFor(ReviewStage stage) {
  return stage == REVIEW_STAGE_DEPARTMENT ? SUBMISSION_STATE_DEPARTMENT_REVIEW : SUBMISSION_STATE_FINANCE_REVIEW;
}

// The state of the stage after `done`; of the first one for UNSPECIFIED.
SubmissionState NextStage(std::span<const ReviewStage> stages, ReviewStage done) {
  const auto next =
      std::find_if(stages.begin(), stages.end(), [&](ReviewStage stage) { return static_cast<int>(stage) > done; });
  return next == stages.end() ? SUBMISSION_STATE_APPROVED : StateFor(*next);
}

}  // namespace

std::span<const Move> Moves() {
  return kMoves;
}

const Move* FindMove(SubmissionState from, SubmissionAction action) {
  const auto* const found = std::find_if(std::begin(kMoves), std::end(kMoves),
                                         [&](const Move& move) { return move.from == from && move.action == action; });
  return found == std::end(kMoves) ? nullptr : found;
}

absl::StatusOr<SubmissionState> StateAfter(SubmissionState from, SubmissionAction action, ActorRole role,
                                           const Standing& standing) {
  const Move* const move = FindMove(from, action);
  if (move == nullptr)
    return Error(absl::StatusCode::kFailedPrecondition, "STATE_FORBIDS",
                 Cat(SubmissionAction_Name(action), " is not allowed in ", SubmissionState_Name(from)),
                 {{"state", SubmissionState_Name(from)}});
  if ((move->roles & RoleBit(role)) == 0)
    return Error(
        absl::StatusCode::kPermissionDenied, "ROLE_FORBIDS",
        Cat(SubmissionAction_Name(action), " in ", SubmissionState_Name(from), " is not for ", ActorRole_Name(role)),
        {{"state", SubmissionState_Name(from)}, {"role", ActorRole_Name(role)}});
  switch (move->target) {
    case Target::kStay:
      return from;
    case Target::kAccepted:
      return SUBMISSION_STATE_ACCEPTED;
    case Target::kScored:
      return SUBMISSION_STATE_SCORED;
    case Target::kJudged:
      if (standing.invalid > 0) return SUBMISSION_STATE_RETURNED;
      if (standing.open > 0) return SUBMISSION_STATE_AWAITING_ANSWERS;
      return NextStage(standing.stages, REVIEW_STAGE_UNSPECIFIED);
    case Target::kAnswered:
      return standing.open > 0 ? from : NextStage(standing.stages, REVIEW_STAGE_UNSPECIFIED);
    case Target::kNextStage:
      return NextStage(standing.stages, StageOf(from));
    case Target::kReturned:
      return SUBMISSION_STATE_RETURNED;
    case Target::kWithdrawn:
      return SUBMISSION_STATE_WITHDRAWN;
    case Target::kArchived:
      return SUBMISSION_STATE_ARCHIVED;
    case Target::kStuck:
      return SUBMISSION_STATE_STUCK;
  }
  return absl::InternalError("a move without a target");
}

ReviewStage StageOf(SubmissionState state) {
  switch (state) {
    case SUBMISSION_STATE_DEPARTMENT_REVIEW:
      return REVIEW_STAGE_DEPARTMENT;
    case SUBMISSION_STATE_FINANCE_REVIEW:
      return REVIEW_STAGE_FINANCE;
    default:
      return REVIEW_STAGE_UNSPECIFIED;
  }
}

std::string_view TitleOf(SubmissionAction action) {
  constexpr std::string_view kTitles[] = {"",         "提交",     "评分",     "检查",     "说明",
                                          "申请豁免", "批准豁免", "不予豁免", "审核通过", "退回",
                                          "撤回",     "复核",     "归档",     "搁置",     "改为按时"};
  static_assert(std::size(kTitles) == SubmissionAction_ARRAYSIZE);
  return SubmissionAction_IsValid(action) ? kTitles[action] : std::string_view("未知");
}

std::string_view TitleOf(ActorRole role) {
  constexpr std::string_view kTitles[] = {"未注明", "填报单位", "主管部门", "财政部门", "专家", "审计", "系统"};
  static_assert(std::size(kTitles) == ActorRole_ARRAYSIZE);
  return ActorRole_IsValid(role) ? kTitles[role] : std::string_view("未知");
}

std::string_view TitleOf(ReviewStage stage) {
  switch (stage) {
    case REVIEW_STAGE_DEPARTMENT:
      return "主管部门审核";
    case REVIEW_STAGE_FINANCE:
      return "财政审核";
    default:
      return "";
  }
}

std::string_view TitleOf(ReturnReason reason) {
  constexpr std::string_view kTitles[] = {"",
                                          "数据有误",
                                          "填报不完整",
                                          "佐证材料不足",
                                          "偏差原因或改进措施说明不充分",
                                          "与批复的绩效目标不一致",
                                          "自评得分偏高",
                                          "内容不实",
                                          "表种、年度或单位不符",
                                          "重复提交",
                                          "存在必须修改的问题",
                                          "其他"};
  static_assert(std::size(kTitles) == ReturnReason_ARRAYSIZE);
  return ReturnReason_IsValid(reason) ? kTitles[reason] : std::string_view("未知");
}

}  // namespace jixiao::intake
