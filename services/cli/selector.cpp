#include "cli/selector.h"

#include "cli/client.h"
#include "common/digest.h"

#include <algorithm>

namespace jixiao::cli {

using scoring::v1::RuleSetSelector;
using scoring::v1::ScoringService;

absl::StatusOr<RuleSetSelector> SelectorOf(const Global& global, ScoringService::Stub& stub, const std::string& text) {
  RuleSetSelector selector;
  if (text.empty()) return selector;
  if (IsDigest(text)) {
    selector.set_digest(text);
    return selector;
  }
  selector.set_id(text);
  if (text.find('@') != std::string::npos) return selector;
  scoring::v1::ListLabelsResponse labels;
  RETURN_IF_ERROR(Call(global, stub, &ScoringService::Stub::ListLabels, scoring::v1::ListLabelsRequest(), labels));
  const bool is_label = std::any_of(labels.labels().begin(), labels.labels().end(),
                                    [&](const scoring::v1::Label& label) { return label.name() == text; });
  if (!is_label) return selector;
  scoring::v1::GetRuleSetRequest request;
  *request.mutable_rule_set() = selector;
  scoring::v1::GetRuleSetResponse response;
  const absl::Status status = Call(global, stub, &ScoringService::Stub::GetRuleSet, request, response);
  if (status.code() == absl::StatusCode::kNotFound)
    selector.set_label(text);
  else if (!status.ok())
    return status;
  return selector;
}

absl::StatusOr<std::string> DigestNamed(const Global& global, ScoringService::Stub& stub, const std::string& text) {
  scoring::v1::GetRuleSetRequest request;
  ASSIGN_OR_RETURN(*request.mutable_rule_set(), SelectorOf(global, stub, text));
  scoring::v1::GetRuleSetResponse response;
  RETURN_IF_ERROR(Call(global, stub, &ScoringService::Stub::GetRuleSet, request, response));
  return response.digest();
}

}  // namespace jixiao::cli
