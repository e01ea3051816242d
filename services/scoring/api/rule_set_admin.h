// The administration of rule sets: what bureaus do with them before and after they score.
#pragma once

#include "scoring/api/live_forms.h"
#include "scoring/rulesets/rule_book.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/status/status.h>

#include <string>

namespace jixiao::scoring {

// The unary methods of the service but Score, by their messages; errors are those of the contract. Thread-safe; all
// block: not for gRPC's threads.
class RuleSetAdmin {
 public:
  RuleSetAdmin(RuleBook& book, LiveForms& live) : book_(book), live_(live) {}

  absl::Status GetRuleSet(const v1::GetRuleSetRequest& request, v1::GetRuleSetResponse& response);
  absl::Status ListRuleSets(const v1::ListRuleSetsRequest& request, v1::ListRuleSetsResponse& response);
  absl::Status SaveDraft(const v1::SaveDraftRequest& request, v1::SaveDraftResponse& response);
  absl::Status PublishRuleSet(const v1::PublishRuleSetRequest& request, v1::PublishRuleSetResponse& response);
  absl::Status RetireRuleSet(const v1::RetireRuleSetRequest& request, v1::RetireRuleSetResponse& response);
  absl::Status SetLabel(const v1::SetLabelRequest& request, v1::SetLabelResponse& response);
  absl::Status DeleteLabel(const v1::DeleteLabelRequest& request, v1::DeleteLabelResponse& response);
  absl::Status ListLabels(const v1::ListLabelsRequest& request, v1::ListLabelsResponse& response);
  absl::Status DiffRuleSets(const v1::DiffRuleSetsRequest& request, v1::DiffRuleSetsResponse& response);
  absl::Status GetSimulation(const v1::GetSimulationRequest& request, v1::GetSimulationResponse& response);
  absl::Status GetShadowReport(const v1::GetShadowReportRequest& request, v1::GetShadowReportResponse& response);

 private:
  // A rule set to publish: its content, and for a draft the etag under which it was read.
  struct Candidate {
    v1::RuleSet content;
    std::string draft_etag;
  };
  absl::StatusOr<Candidate> CandidateOf(const v1::PublishRuleSetRequest& request);
  // The digest that a label is to point to, by its `digest` and `rule_set`.
  absl::StatusOr<std::string> TargetOf(const v1::Label& label);
  absl::Status CheckReportOf(const v1::Label& label, RuleSetStore& store);

  RuleBook& book_;
  LiveForms& live_;
};

}  // namespace jixiao::scoring
