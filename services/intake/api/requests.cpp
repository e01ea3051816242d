#include "intake/api/requests.h"

#include "common/text.h"
#include "intake/api/request_digest.h"

#include <algorithm>
#include <set>
#include <utility>

namespace jixiao::intake {
namespace {

constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxOrganization = 200;

bool HasControls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  });
}

absl::Status Validate(const v1::ReturnSubmissionRequest& request) {
  std::vector<FieldViolation> faults;
  if (!IsRequestId(request.request_id())) faults.push_back({"request_id", std::string(kRequestIdRule)});
  bool says_why = false;
  std::set<int> seen;
  for (int i = 0; i < request.reasons_size(); ++i) {
    const int reason = request.reasons(i);
    if (!v1::ReturnReason_IsValid(reason) || reason == v1::RETURN_REASON_UNSPECIFIED ||
        reason == v1::RETURN_REASON_FINDINGS_INVALID)
      faults.push_back({Cat("reasons[", i, "]"), "is not a reason that a person gives"});
    else if (!seen.insert(reason).second)
      faults.push_back({Cat("reasons[", i, "]"), "stands twice"});
    if (reason != v1::RETURN_REASON_OTHER) says_why = true;
  }
  if (seen.contains(v1::RETURN_REASON_OTHER)) says_why = false;
  CheckText(request.reason(), "reason", says_why ? 0 : 1, faults);
  CheckActor(request.actor(), "actor", false, faults);
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("RETURN_INVALID", "the submission cannot be returned so", faults);
}

}  // namespace

absl::Status NotFound(std::string_view name) {
  return Error(absl::StatusCode::kNotFound, "SUBMISSION_NOT_FOUND",
               Cat("name: there is no ", name.empty() ? std::string_view("(empty)") : TruncateUtf8(name, 100)));
}

absl::Status CheckVisible(const SubmissionRow& head, const rpc::CallContext& context) {
  return context.scope().Includes(head.region_code, head.competent_department, head.implementing_unit)
             ? absl::OkStatus()
             : NotFound(head.name);
}

absl::StatusOr<SubmissionRow> FindVisible(SubmissionStore& store, const std::string& name,
                                          const rpc::CallContext& context) {
  ASSIGN_OR_RETURN(std::optional<SubmissionRow> head, store.Find(name));
  if (!head) return NotFound(name);
  RETURN_IF_ERROR(CheckVisible(*head, context));
  return *std::move(head);
}

void CheckActor(const v1::Actor& actor, std::string_view field, bool required, std::vector<FieldViolation>& faults) {
  if ((required && actor.name().empty()) || Utf8Length(actor.name()) > kMaxName || HasControls(actor.name()))
    faults.push_back({Cat(field, ".name"), Cat("1 to ", kMaxName, " characters")});
  if (Utf8Length(actor.organization()) > kMaxOrganization || HasControls(actor.organization()))
    faults.push_back({Cat(field, ".organization"), Cat("at most ", kMaxOrganization, " characters")});
  if (!v1::ActorRole_IsValid(actor.role()) || actor.role() == v1::ACTOR_ROLE_SYSTEM)
    faults.push_back({Cat(field, ".role"), "is not a role that a caller has"});
  else if ((required || !actor.name().empty()) && actor.role() == v1::ACTOR_ROLE_UNSPECIFIED)
    faults.push_back({Cat(field, ".role"), "is required"});
  else if (!required && actor.name().empty() && actor.role() != v1::ACTOR_ROLE_UNSPECIFIED)
    faults.push_back({Cat(field, ".name"), "is required with a role"});
}

void CheckText(std::string_view text, std::string_view field, std::size_t least, std::vector<FieldViolation>& faults) {
  const std::size_t length = Utf8Length(text);
  if (length < least || length > kMaxText || HasControls(text))
    faults.push_back({std::string(field), Cat(least, " to ", kMaxText, " characters")});
}

absl::Status GiveBack(SubmissionStore& store, ReviewStore& reviews, v1::ReturnSubmissionRequest& request,
                      v1::ReturnSubmissionResponse& response, const rpc::CallContext& context) {
  if (context.caller != nullptr) {
    RETURN_IF_ERROR(rpc::TakeActor(context, *request.mutable_actor(), "actor"));
    RETURN_IF_ERROR(FindVisible(store, request.name(), context).status());
  }
  RETURN_IF_ERROR(Validate(request));
  std::vector<v1::ReturnReason> reasons;
  for (const int reason : request.reasons()) reasons.push_back(static_cast<v1::ReturnReason>(reason));
  ASSIGN_OR_RETURN(std::string digest, RequestDigest(request));
  const ChangeRequest change{"ReturnSubmission", request.name(),      request.etag(),         request.request_id(),
                             std::move(digest),  context.TraceText(), request.validate_only()};
  ASSIGN_OR_RETURN(const std::string answer, reviews.Apply(
                                                 change,
                                                 [&](const CaseFile& file, std::int64_t now) {
                                                   return Return(file, request.actor(), reasons, request.reason(), now);
                                                 },
                                                 [](const CaseFile& after, const Decision&) {
                                                   v1::ReturnSubmissionResponse made;
                                                   ToProto(after.head, *made.mutable_submission());
                                                   return made.SerializeAsString();
                                                 }));
  if (!response.ParseFromString(answer))
    return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", "a stored answer cannot be read");
  return absl::OkStatus();
}

}  // namespace jixiao::intake
