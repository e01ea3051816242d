#include "intake/api/campaign_scope.h"

#include "common/errors.h"
#include "common/rpc/actor.h"
#include "common/text.h"

namespace jixiao::intake {
namespace {

absl::Status CheckRegion(CampaignStore& store, const std::string& name, const Scope& scope) {
  if (scope.regions.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const v1::Campaign campaign, store.Find(name));
  if (IncludesCampaign(scope, campaign)) return absl::OkStatus();
  return Error(absl::StatusCode::kNotFound, "CAMPAIGN_NOT_FOUND",
               Cat("campaign: there is no ", TruncateUtf8(name, 100)), {{"field", "campaign"}});
}

}  // namespace

bool IncludesCampaign(const Scope& scope, const v1::Campaign& campaign) {
  return scope.IncludesRegion(campaign.region_code());
}

absl::Status CheckCampaign(CampaignStore& store, const std::string& name, const rpc::CallContext& context) {
  const Scope& scope = context.scope();
  if (!scope.departments.empty() || !scope.units.empty())
    return rpc::ScopeLimited("this shows or changes all units of a campaign; your scope is limited");
  return CheckRegion(store, name, scope);
}

absl::Status CheckCampaign(CampaignStore& store, const std::string& name, const std::string& department,
                           const rpc::CallContext& context) {
  const Scope& scope = context.scope();
  if (scope.departments.empty()) return CheckCampaign(store, name, context);
  if (!scope.units.empty()) return rpc::ScopeLimited("this shows all units of a department; your scope is limited");
  if (department.empty() || !scope.IncludesDepartment(department)) return rpc::OutOfScope("department");
  return CheckRegion(store, name, scope);
}

}  // namespace jixiao::intake
