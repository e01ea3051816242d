// Which campaigns a caller may run and look into.
#pragma once

#include "common/rpc/context.h"
#include "intake/store/campaign_store.h"

#include <absl/status/status.h>

#include <string>

namespace jixiao::intake {

// Whether a campaign of this region lies in the caller's scope.
bool IncludesCampaign(const Scope& scope, const v1::Campaign& campaign);

// For changes and for what shows all units: NOT_FOUND for a campaign outside the caller's regions, PERMISSION_DENIED
// (SCOPE_LIMITED) for callers of single departments or units.
absl::Status CheckCampaign(CampaignStore& store, const std::string& name, const rpc::CallContext& context);
// The same for what can be asked of one department: PERMISSION_DENIED (OUT_OF_SCOPE) unless `department` is the
// caller's.
absl::Status CheckCampaign(CampaignStore& store, const std::string& name, const std::string& department,
                           const rpc::CallContext& context);

}  // namespace jixiao::intake
