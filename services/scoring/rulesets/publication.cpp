#include "scoring/rulesets/publication.h"

#include "common/errors.h"
#include "common/text.h"
#include "scoring/engine/cases.h"

#include "google/rpc/error_details.pb.h"

#include <string>

namespace jixiao::scoring {

absl::StatusOr<std::shared_ptr<const Rules>> CompileForPublication(v1::RuleSet rule_set) {
  ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, Rules::Compile(std::move(rule_set)));
  if (const std::vector<FieldViolation> faults = CheckCases(*rules); !faults.empty())
    return InvalidFields("RULE_SET_INVALID", Cat("rule set ", rules->source().id(), " fails its own cases"), faults);
  return rules;
}

std::vector<FieldViolation> PublicationFaults(const v1::RuleSet& rule_set) {
  const auto rules = Rules::Compile(rule_set);
  if (rules.ok()) return CheckCases(**rules);
  const absl::Status& status = rules.status();
  std::vector<FieldViolation> faults;
  google::rpc::BadRequest details;
  if (const auto payload = status.GetPayload(std::string(kBadRequestUrl)))
    details.ParseFromString(std::string(*payload));
  for (const auto& violation : details.field_violations())
    faults.push_back({violation.field(), violation.description()});
  google::rpc::ErrorInfo info;
  if (const auto payload = status.GetPayload(std::string(kErrorInfoUrl))) info.ParseFromString(std::string(*payload));
  if (const auto omitted = info.metadata().find("violations_omitted");
      omitted != info.metadata().end() && omitted->second != "0")
    faults.push_back({"", omitted->second + " more faults are not listed"});
  if (faults.empty()) faults.push_back({"", std::string(status.message())});
  return faults;
}

}  // namespace jixiao::scoring
