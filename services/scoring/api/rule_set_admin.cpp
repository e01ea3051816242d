#include "scoring/api/rule_set_admin.h"

#include "common/canonical.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"
#include "scoring/api/selection.h"
#include "scoring/rulesets/diff.h"
#include "scoring/rulesets/publication.h"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace jixiao::scoring {
namespace {

constexpr int kDefaultPage = 100;
constexpr int kMaxPage = 1000;

void Summarize(const v1::RuleSet& set, const std::string& digest, v1::RuleSetState state, v1::RuleSetSummary& out) {
  out.set_id(set.id());
  out.set_revision(set.revision());
  out.set_title(set.title());
  out.set_digest(digest);
  out.set_region_code(set.region_code());
  out.set_first_fiscal_year(set.first_fiscal_year());
  out.set_last_fiscal_year(set.last_fiscal_year());
  out.set_default_for_scope(set.default_for_scope());
  out.set_state(state);
}

absl::Status NotARevision(std::string field) {
  return InvalidField("RULE_SET_INVALID", std::move(field), "name it as ID@REVISION");
}

}  // namespace

absl::Status RuleSetAdmin::GetRuleSet(const v1::GetRuleSetRequest& request, v1::GetRuleSetResponse& response) {
  ASSIGN_OR_RETURN(FoundRuleSet found, FindRuleSet(book_, request.rule_set(), "rule_set"));
  *response.mutable_rule_set() = std::move(found.content);
  response.set_digest(found.digest);
  response.set_state(found.state);
  response.set_etag(found.etag);
  return absl::OkStatus();
}

absl::Status RuleSetAdmin::ListRuleSets(const v1::ListRuleSetsRequest& request, v1::ListRuleSetsResponse& response) {
  if (request.page_size() < 0 || request.page_size() > kMaxPage)
    return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxPage));
  std::pair<std::string, int> after;
  if (!request.page_token().empty()) {
    const auto name = ParseRevisionName(request.page_token());
    if (!name) return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer");
    after = *name;
  }
  const auto size = static_cast<std::size_t>(request.page_size() == 0 ? kDefaultPage : request.page_size());
  const auto catalogue = book_.catalogue();
  std::map<std::pair<std::string, int>, v1::RuleSetSummary> page;
  for (const auto& rules : catalogue->All()) {
    const v1::RuleSet& set = rules->source();
    std::pair<std::string, int> name(set.id(), set.revision());
    if (name > after && page.size() <= size)
      Summarize(set, rules->digest(), StateOf(*catalogue, *rules), page[std::move(name)]);
  }
  if (request.include_drafts()) {
    ASSIGN_OR_RETURN(RuleSetStore* const store, book_.Store());
    ASSIGN_OR_RETURN(const std::vector<StoredDraft> drafts, store->DraftsAfter(after.first, after.second, size + 1));
    for (const StoredDraft& draft : drafts) {
      const auto [entry, is_new] = page.try_emplace({draft.id, draft.revision});
      if (!is_new) continue;  // published a moment ago
      ASSIGN_OR_RETURN(const v1::RuleSet content, ReadDraft(draft));
      Summarize(content, draft.etag, v1::RULE_SET_STATE_DRAFT, entry->second);
    }
  }
  for (auto& [name, summary] : page) {
    if (static_cast<std::size_t>(response.rule_sets_size()) == size) {
      const v1::RuleSetSummary& last = response.rule_sets(response.rule_sets_size() - 1);
      response.set_next_page_token(Cat(last.id(), "@", last.revision()));
      break;
    }
    *response.add_rule_sets() = std::move(summary);
  }
  return absl::OkStatus();
}

absl::Status RuleSetAdmin::SaveDraft(const v1::SaveDraftRequest& request, v1::SaveDraftResponse& response) {
  const v1::RuleSet& set = request.rule_set();
  const std::vector<FieldViolation> faults = PublicationFaults(set);
  // Everything else may still be wrong in a draft, but it needs a name.
  std::vector<FieldViolation> nameless;
  for (const FieldViolation& fault : faults)
    if (fault.field == "id" || fault.field == "revision")
      nameless.push_back({Cat("rule_set.", fault.field), fault.description});
  if (!nameless.empty()) return InvalidFields("RULE_SET_INVALID", "a draft needs a name", nameless);
  StoredDraft draft{set.id(), set.revision(), "", ""};
  ASSIGN_OR_RETURN(draft.document, CanonicalEncode(set));
  draft.etag = DigestOf(draft.document);
  ASSIGN_OR_RETURN(RuleSetStore* const store, book_.Store());
  RETURN_IF_ERROR(store->SaveDraft(draft, request.etag()));
  response.set_etag(draft.etag);
  for (const FieldViolation& fault : faults) {
    v1::FieldFault& out = *response.add_faults();
    out.set_field(fault.field);
    out.set_description(fault.description);
  }
  return absl::OkStatus();
}

absl::StatusOr<RuleSetAdmin::Candidate> RuleSetAdmin::CandidateOf(const v1::PublishRuleSetRequest& request) {
  if (request.draft().empty()) {
    if (!request.has_rule_set()) return InvalidField("RULE_SET_INVALID", "rule_set", "is required, or a draft");
    return Candidate{request.rule_set(), ""};
  }
  if (request.has_rule_set()) return InvalidField("RULE_SET_INVALID", "draft", "either a rule set or a draft");
  if (!ParseRevisionName(request.draft())) return NotARevision("draft");
  v1::RuleSetSelector selector;
  selector.set_id(request.draft());
  // A draft that is published already is found as such, and publishing it again changes nothing.
  ASSIGN_OR_RETURN(FoundRuleSet found, FindRuleSet(book_, selector, "draft"));
  return Candidate{std::move(found.content), std::move(found.etag)};
}

absl::Status RuleSetAdmin::PublishRuleSet(const v1::PublishRuleSetRequest& request,
                                          v1::PublishRuleSetResponse& response) {
  ASSIGN_OR_RETURN(const Candidate candidate, CandidateOf(request));
  std::shared_ptr<const Rules> rules;
  if (request.validate_only()) {
    ASSIGN_OR_RETURN(rules, CompileForPublication(candidate.content));
    const auto present = book_.catalogue()->ById(Cat(candidate.content.id(), "@", candidate.content.revision()));
    if (present != nullptr && present->digest() != rules->digest())
      return Error(absl::StatusCode::kAlreadyExists, "REVISION_EXISTS",
                   Cat(candidate.content.id(), "@", candidate.content.revision(), " is published with other content"),
                   {{"digest", present->digest()}});
  } else {
    ASSIGN_OR_RETURN(rules, book_.Publish(candidate.content, candidate.draft_etag));
  }
  Summarize(rules->source(), rules->digest(), StateOf(*book_.catalogue(), *rules), *response.mutable_rule_set());
  return absl::OkStatus();
}

absl::Status RuleSetAdmin::RetireRuleSet(const v1::RetireRuleSetRequest& request, v1::RetireRuleSetResponse& response) {
  if (!ParseRevisionName(request.id())) return NotARevision("id");
  auto rules = book_.catalogue()->ById(request.id());
  if (rules == nullptr) {
    RETURN_IF_ERROR(book_.Refresh());
    rules = book_.catalogue()->ById(request.id());
  }
  if (rules == nullptr) return RuleSetNotFound("id", request.id());
  ASSIGN_OR_RETURN(RuleSetStore* const store, book_.Store());
  RETURN_IF_ERROR(store->Retire(rules->digest()));
  book_.Announce();
  Summarize(rules->source(), rules->digest(), v1::RULE_SET_STATE_RETIRED, *response.mutable_rule_set());
  return absl::OkStatus();
}

absl::StatusOr<std::string> RuleSetAdmin::TargetOf(const v1::Label& label) {
  if (label.digest().empty() && label.rule_set().empty())
    return InvalidField("LABEL_INVALID", "label.digest", "is required, or rule_set");
  std::string digest = label.digest();
  v1::RuleSetSelector selector;
  if (!digest.empty()) {
    selector.set_digest(digest);
    RETURN_IF_ERROR(Select(book_, {}, selector, "label").status());
  }
  if (!label.rule_set().empty()) {
    selector.set_id(label.rule_set());
    const auto named = Select(book_, {}, selector, "label");
    if (absl::IsNotFound(named.status())) return RuleSetNotFound("label.rule_set", label.rule_set());
    RETURN_IF_ERROR(named.status());
    if (!digest.empty() && digest != named->rules->digest())
      return InvalidField("LABEL_INVALID", "label.rule_set", "names another rule set than digest");
    digest = named->rules->digest();
  }
  return digest;
}

absl::Status RuleSetAdmin::CheckReportOf(const v1::Label& label, RuleSetStore& store) {
  std::optional<v1::Simulation> report;
  if (!label.report().empty()) {
    ASSIGN_OR_RETURN(report, store.FindSimulation(label.report()));
    if (!report)
      return Error(absl::StatusCode::kNotFound, "SIMULATION_NOT_FOUND",
                   Cat("report: there is no ", TruncateUtf8(label.report(), 100)), {{"field", "report"}});
  }
  std::vector<int> years;
  if (label.name() == kStable) {
    RETURN_IF_ERROR(live_.seen.Flush());
    ASSIGN_OR_RETURN(const std::vector<int> seen, store.YearsSeen(label.region_code().substr(0, 2)));
    years = YearsDecided(label, seen, book_.catalogue()->labels());
  }
  return CheckReport(label, report ? &*report : nullptr, years, NowMicros());
}

absl::Status RuleSetAdmin::SetLabel(const v1::SetLabelRequest& request, v1::SetLabelResponse& response) {
  RETURN_IF_ERROR(ValidateLabel(request.label()));
  v1::Label label;
  label.set_name(request.label().name());
  label.set_region_code(request.label().region_code());
  label.set_fiscal_year(request.label().fiscal_year());
  label.set_report(request.report());
  ASSIGN_OR_RETURN(*label.mutable_digest(), TargetOf(request.label()));
  RETURN_IF_ERROR(book_.Refresh());
  ASSIGN_OR_RETURN(RuleSetStore* const store, book_.Store());
  const auto catalogue = book_.catalogue();
  // A repeat changes nothing, and asks for nothing that may have grown old since.
  const v1::Label* present = catalogue->labels().Find(label.name(), label.region_code(), label.fiscal_year());
  const bool repeated = present != nullptr && present->digest() == label.digest() &&
                        (label.report().empty() || label.report() == present->report());
  if (!repeated && !catalogue->IsRetired(label.digest())) RETURN_IF_ERROR(CheckReportOf(label, *store));
  ASSIGN_OR_RETURN(*response.mutable_label(), store->SetLabel(label, request.etag()));
  book_.Announce();
  return absl::OkStatus();
}

absl::Status RuleSetAdmin::DeleteLabel(const v1::DeleteLabelRequest& request, v1::DeleteLabelResponse&) {
  ASSIGN_OR_RETURN(RuleSetStore* const store, book_.Store());
  RETURN_IF_ERROR(store->DeleteLabel(request.name(), request.region_code(), request.fiscal_year()));
  book_.Announce();
  return absl::OkStatus();
}

absl::Status RuleSetAdmin::ListLabels(const v1::ListLabelsRequest&, v1::ListLabelsResponse& response) {
  for (const v1::Label& label : book_.catalogue()->labels().All()) *response.add_labels() = label;
  return absl::OkStatus();
}

absl::Status RuleSetAdmin::DiffRuleSets(const v1::DiffRuleSetsRequest& request, v1::DiffRuleSetsResponse& response) {
  ASSIGN_OR_RETURN(const FoundRuleSet from, FindRuleSet(book_, request.from(), "from"));
  ASSIGN_OR_RETURN(const FoundRuleSet to, FindRuleSet(book_, request.to(), "to"));
  for (v1::FieldChange& change : Diff(from.content, to.content)) *response.add_changes() = std::move(change);
  response.set_from_digest(from.digest);
  response.set_to_digest(to.digest);
  return absl::OkStatus();
}

absl::Status RuleSetAdmin::GetSimulation(const v1::GetSimulationRequest& request, v1::GetSimulationResponse& response) {
  ASSIGN_OR_RETURN(RuleSetStore* const store, book_.Store());
  ASSIGN_OR_RETURN(std::optional<v1::Simulation> found, store->FindSimulation(request.name()));
  if (!found)
    return Error(absl::StatusCode::kNotFound, "SIMULATION_NOT_FOUND",
                 Cat("name: there is no ", TruncateUtf8(request.name(), 100)), {{"field", "name"}});
  *response.mutable_simulation() = *std::move(found);
  return absl::OkStatus();
}

absl::Status RuleSetAdmin::GetShadowReport(const v1::GetShadowReportRequest&, v1::GetShadowReportResponse& response) {
  for (v1::ShadowCount& count : live_.shadow.All()) *response.add_counts() = std::move(count);
  return absl::OkStatus();
}

}  // namespace jixiao::scoring
