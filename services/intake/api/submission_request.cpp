#include "intake/api/submission_request.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/form.h"
#include "common/rpc/actor.h"
#include "common/rpc/wire.h"
#include "common/text.h"
#include "intake/api/request_digest.h"

#include <algorithm>
#include <string>
#include <vector>

namespace jixiao::intake {
namespace {

constexpr std::size_t kMaxSource = 8 * 1024 * 1024;
constexpr std::size_t kMaxRuleSet = 100;

// Each stage once and in order.
void CheckStages(const v1::SubmitEvaluationRequest& request, std::vector<FieldViolation>& faults) {
  if (!request.stages().empty() && !request.campaign().empty())
    faults.push_back({"stages", "are the campaign's; not together with a campaign"});
  int last = v1::REVIEW_STAGE_UNSPECIFIED;
  for (int i = 0; i < request.stages_size(); ++i) {
    const int stage = request.stages(i);
    if (!v1::ReviewStage_IsValid(stage) || stage <= last)
      faults.push_back({Cat("stages[", i, "]"), "DEPARTMENT and FINANCE, each once and in this order"});
    last = std::max(last, stage);
  }
}

}  // namespace

absl::Status Validate(const v1::SubmitEvaluationRequest& request, const FormAsRead& as_read) {
  std::vector<FieldViolation> faults;
  if (!IsRequestId(request.request_id())) faults.push_back({"request_id", std::string(kRequestIdRule)});
  if (!request.has_form())
    faults.push_back({"form", "is required"});
  else
    for (FieldViolation& fault : FaultsOf(request.form(), "form", as_read.known)) faults.push_back(std::move(fault));
  if (request.rule_set().size() > kMaxRuleSet) faults.push_back({"rule_set", Cat("at most ", kMaxRuleSet, " bytes")});
  if (request.source_document().size() > kMaxSource)
    faults.push_back({"source_document", Cat("at most ", kMaxSource, " bytes")});
  CheckStages(request, faults);
  if (!request.reservation().empty() && request.campaign().empty() && request.submission().empty())
    faults.push_back({"campaign", "is required with a reservation"});
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("FORM_INVALID", "the form cannot be taken in", faults);
}

absl::StatusOr<Acceptance> ToAcceptance(const v1::SubmitEvaluationRequest& request, const rpc::CallContext& context,
                                        const FormAsRead& as_read) {
  const evaluation::v1::SelfEvaluation& form = request.form();
  Acceptance acceptance;
  if (context.caller != nullptr) {
    const Scope& scope = context.scope();
    if (!scope.Includes(form.region_code(), form.competent_department().name(), form.implementing_unit().name()))
      return rpc::OutOfScope(!scope.IncludesUnit(form.implementing_unit().name()) ? "form.implementing_unit"
                             : !scope.IncludesRegion(form.region_code())          ? "form.region_code"
                                                                                  : "form.competent_department");
    acceptance.scope = scope;
    acceptance.actor.set_name(context.caller->name);
    acceptance.actor.set_organization(context.caller->organization);
  }
  ASSIGN_OR_RETURN(acceptance.head.form_digest, CanonicalDigest(form));
  acceptance.request_id = request.request_id();
  ASSIGN_OR_RETURN(acceptance.request_digest, RequestDigest(request, acceptance.head.form_digest));
  for (const int stage : request.stages()) acceptance.head.stages.push_back(static_cast<v1::ReviewStage>(stage));
  acceptance.head.judged = request.judge_findings();
  acceptance.trace_id = context.TraceText();
  acceptance.head.campaign = request.campaign();
  acceptance.reservation = request.reservation();
  acceptance.kind = form.kind();
  acceptance.unit_code = form.implementing_unit().code();
  acceptance.roster_key = season::KeyOf(form);
  acceptance.validate_only = request.validate_only();
  acceptance.submission = request.submission();
  acceptance.head.implementing_unit = form.implementing_unit().name();
  acceptance.head.project_name = form.project_name();
  acceptance.head.fiscal_year = form.fiscal_year();
  acceptance.head.region_code = form.region_code();
  acceptance.head.competent_department = form.competent_department().name();
  acceptance.head.rule_set = request.rule_set();
  acceptance.form = as_read.bytes.empty() ? rpc::WriteString(form) : std::string(as_read.bytes);
  acceptance.source_document = request.source_document();
  return acceptance;
}

absl::Status CheckRuleSet(Scorer& scorer, const std::string& rule_set) {
  const absl::StatusOr<bool> known = scorer.Knows(rule_set);
  if (known.ok() && !*known)
    return Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND",
                 Cat("rule_set: there is no rule set ", rule_set, "; a label is named label:NAME"),
                 {{"field", "rule_set"}});
  if (known.status().code() == absl::StatusCode::kInvalidArgument) return known.status();
  return absl::OkStatus();
}

}  // namespace jixiao::intake
