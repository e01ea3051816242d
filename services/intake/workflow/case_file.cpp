#include "intake/workflow/case_file.h"

#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/workflow/comparison.h"

#include <algorithm>

namespace jixiao::intake {
namespace {

absl::StatusOr<Decision> Start(const CaseFile& file, SubmissionAction action, const v1::Actor& actor,
                               const Standing& standing) {
  Decision change;
  ASSIGN_OR_RETURN(change.state, StateAfter(file.head.state, action, actor.role(), standing));
  change.action = action;
  change.actor = actor;
  change.problem = file.head.problem;
  return change;
}

// A change of one finding; where it leads is known only once the finding has changed.
template <class Edit>
absl::StatusOr<Decision> ChangeFinding(const CaseFile& file, SubmissionAction action, std::string_view name,
                                       const v1::Actor& actor, std::int64_t now, Edit&& edit) {
  RETURN_IF_ERROR(StateAfter(file.head.state, action, actor.role(), Standing{file.head.stages, 0, 1}).status());
  std::vector<v1::JudgedFinding> findings = file.findings;
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const auto& f) { return f.name() == name; });
  if (found == findings.end())
    return Error(absl::StatusCode::kNotFound, "FINDING_NOT_FOUND",
                 Cat("the newest revision of ", file.head.name, " has no such finding"));
  RETURN_IF_ERROR(edit(*found));
  found->set_state(StateAt(*found, now));
  v1::JudgedFinding changed = *found;
  ASSIGN_OR_RETURN(Decision change, Start(file, action, actor, StandingAt(file.head.stages, findings, now)));
  change.subject = name;
  change.finding = std::move(changed);
  return change;
}

absl::Status ClassForbids(const v1::JudgedFinding& finding, std::string_view why) {
  return Error(absl::StatusCode::kFailedPrecondition, "CLASS_FORBIDS", Cat(finding.name(), ": ", why),
               {{"finding_class", v1::FindingClass_Name(finding.finding_class())}});
}

}  // namespace

absl::StatusOr<Decision> Approve(const CaseFile& file, v1::ReviewStage stage, const v1::Actor& actor,
                                 std::string_view comment, std::int64_t now) {
  const Standing standing = StandingAt(file.head.stages, file.findings, now);
  ASSIGN_OR_RETURN(Decision change, Start(file, v1::SUBMISSION_ACTION_APPROVE, actor, standing));
  if (stage != StageOf(file.head.state))
    return Error(absl::StatusCode::kFailedPrecondition, "STAGE_FORBIDS",
                 Cat("stage: it waits for ", v1::ReviewStage_Name(StageOf(file.head.state))),
                 {{"state", v1::SubmissionState_Name(file.head.state)}});
  if (standing.open > 0) {
    std::string names;
    for (const auto& finding : file.findings)
      if (IsOpen(StateAt(finding, now)) && names.size() < 1000)
        Append(names, names.empty() ? "" : ", ", finding.name());
    return Error(absl::StatusCode::kFailedPrecondition, "FINDINGS_OPEN",
                 Cat(standing.open, " findings need an answer or a waiver: ", names), {{"open", Cat(standing.open)}});
  }
  change.text = comment;
  return change;
}

absl::StatusOr<Decision> Return(const CaseFile& file, const v1::Actor& actor, std::span<const v1::ReturnReason> reasons,
                                std::string_view text, std::int64_t now) {
  ASSIGN_OR_RETURN(Decision change,
                   Start(file, v1::SUBMISSION_ACTION_RETURN, actor, StandingAt(file.head.stages, file.findings, now)));
  change.reasons.assign(reasons.begin(), reasons.end());
  change.text = text;
  change.problem.clear();
  for (const v1::ReturnReason reason : reasons)
    Append(change.problem, change.problem.empty() ? "" : "、", TitleOf(reason));
  if (!text.empty()) Append(change.problem, change.problem.empty() ? "" : "：", text);
  return change;
}

absl::StatusOr<Decision> Withdraw(const CaseFile& file, const v1::Actor& actor, std::string_view reason,
                                  std::int64_t now) {
  ASSIGN_OR_RETURN(Decision change, Start(file, v1::SUBMISSION_ACTION_WITHDRAW, actor,
                                          StandingAt(file.head.stages, file.findings, now)));
  change.text = reason;
  change.problem = reason;
  return change;
}

absl::StatusOr<Decision> AnswerFinding(const CaseFile& file, std::string_view finding, const v1::Actor& actor,
                                       std::string_view text, std::int64_t now) {
  ASSIGN_OR_RETURN(Decision change, ChangeFinding(file, v1::SUBMISSION_ACTION_ANSWER_FINDING, finding, actor, now,
                                                  [&](v1::JudgedFinding& judged) -> absl::Status {
                                                    if (judged.finding_class() != v1::FINDING_CLASS_CONFIRM)
                                                      return ClassForbids(judged, "an answer is not what it asks for");
                                                    v1::FindingAnswer& answer = *judged.mutable_answer();
                                                    *answer.mutable_actor() = actor;
                                                    answer.set_text(std::string(text));
                                                    *answer.mutable_time() = ToTimestamp(now);
                                                    answer.set_revision(file.head.revision);
                                                    return absl::OkStatus();
                                                  }));
  change.text = text;
  return change;
}

absl::StatusOr<Decision> RequestWaiver(const CaseFile& file, std::string_view finding, const v1::Actor& actor,
                                       std::string_view reason, std::int64_t expire_time, std::int64_t now) {
  if (expire_time <= now) return InvalidField("REVIEW_INVALID", "expire_time", "is not later than now");
  ASSIGN_OR_RETURN(Decision change, ChangeFinding(file, v1::SUBMISSION_ACTION_REQUEST_WAIVER, finding, actor, now,
                                                  [&](v1::JudgedFinding& judged) -> absl::Status {
                                                    if (judged.finding_class() != v1::FINDING_CLASS_CONFIRM &&
                                                        judged.finding_class() != v1::FINDING_CLASS_WAIVE)
                                                      return ClassForbids(judged, "no waiver helps, or none is needed");
                                                    v1::Waiver waiver;
                                                    waiver.set_state(v1::WAIVER_STATE_REQUESTED);
                                                    *waiver.mutable_requester() = actor;
                                                    waiver.set_reason(std::string(reason));
                                                    *waiver.mutable_expire_time() = ToTimestamp(expire_time);
                                                    *waiver.mutable_request_time() = ToTimestamp(now);
                                                    waiver.set_revision(file.head.revision);
                                                    *judged.mutable_waiver() = std::move(waiver);
                                                    return absl::OkStatus();
                                                  }));
  change.text = Cat(reason, "（有效期至 ", FormatShanghai(expire_time), "）");
  return change;
}

absl::StatusOr<Decision> DecideWaiver(const CaseFile& file, std::string_view finding, bool approve,
                                      const v1::Actor& actor, std::string_view comment, std::int64_t now) {
  ASSIGN_OR_RETURN(
      Decision change,
      ChangeFinding(file, approve ? v1::SUBMISSION_ACTION_APPROVE_WAIVER : v1::SUBMISSION_ACTION_REJECT_WAIVER, finding,
                    actor, now, [&](v1::JudgedFinding& judged) -> absl::Status {
                      if (judged.waiver().state() != v1::WAIVER_STATE_REQUESTED)
                        return Error(absl::StatusCode::kFailedPrecondition, "WAIVER_NOT_REQUESTED",
                                     Cat(judged.name(), ": no waiver waits for a decision"));
                      if (IsSamePerson(judged.waiver().requester(), actor))
                        return Error(absl::StatusCode::kPermissionDenied, "SAME_PERSON",
                                     "actor: a waiver is decided by someone else than its requester");
                      if (approve && ToMicros(judged.waiver().expire_time()) <= now)
                        return Error(absl::StatusCode::kFailedPrecondition, "WAIVER_EXPIRED",
                                     Cat(judged.name(), ": what was asked for is over; it has to be asked for again"));
                      v1::Waiver& waiver = *judged.mutable_waiver();
                      waiver.set_state(approve ? v1::WAIVER_STATE_APPROVED : v1::WAIVER_STATE_REJECTED);
                      *waiver.mutable_approver() = actor;
                      waiver.set_comment(std::string(comment));
                      *waiver.mutable_decision_time() = ToTimestamp(now);
                      return absl::OkStatus();
                    }));
  change.text = comment;
  return change;
}

absl::StatusOr<Decision> RecordReview(const CaseFile& file, const v1::Review& review, std::int64_t now) {
  ASSIGN_OR_RETURN(Decision change, Start(file, v1::SUBMISSION_ACTION_RECORD_REVIEW, review.reviewer(),
                                          StandingAt(file.head.stages, file.findings, now)));
  if (!file.scorecard)
    return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", "the scorecard that was reviewed cannot be read");
  RETURN_IF_ERROR(CheckLines(review, *file.scorecard));
  v1::Review recorded = review;
  recorded.set_total(TotalBy(review, *file.scorecard));
  *recorded.mutable_time() = ToTimestamp(now);
  change.review = std::move(recorded);
  change.text = review.opinion();
  return change;
}

bool IsSamePerson(const v1::Actor& a, const v1::Actor& b) {
  if (NameKey(a.name()) != NameKey(b.name())) return false;
  const std::string one = NameKey(a.organization());
  const std::string other = NameKey(b.organization());
  return one.empty() || other.empty() || one == other;
}

}  // namespace jixiao::intake
