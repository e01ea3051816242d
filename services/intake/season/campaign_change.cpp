#include "intake/season/campaign_change.h"

#include "common/text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace jixiao::season {
namespace {

using namespace intake::v1;
using google::protobuf::FieldDescriptor;

constexpr std::array<std::string_view, 12> kChangeable = {
    "title",    "region_code", "fiscal_year",      "kind",        "rule_set",      "open_time",
    "due_time", "close_time",  "content_due_time", "late_policy", "roster_policy", "stages"};

bool IsSet(const Campaign& campaign, const FieldDescriptor& field) {
  const auto& reflection = *campaign.GetReflection();
  return field.is_repeated() ? reflection.FieldSize(campaign, &field) > 0 : reflection.HasField(campaign, &field);
}

// Copies one field, or clears it when `from` does not have it.
void CopyField(const Campaign& from, const FieldDescriptor& field, Campaign& to) {
  Campaign other = from;
  if (IsSet(to, field) || IsSet(other, field)) to.GetReflection()->SwapFields(&to, &other, {&field});
}

absl::Status Forbidden(const Campaign& campaign, std::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, "STATE_FORBIDS",
               Cat(what, "; ", campaign.name(), " is ", CampaignState_Name(campaign.state())),
               {{"state", CampaignState_Name(campaign.state())}});
}

}  // namespace

absl::StatusOr<Campaign> Apply(const Campaign& before, const Campaign& patch, const google::protobuf::FieldMask& mask,
                               std::int64_t now) {
  std::vector<std::string> paths(mask.paths().begin(), mask.paths().end());
  std::vector<FieldViolation> faults;
  for (const std::string& path : paths)
    if (std::find(kChangeable.begin(), kChangeable.end(), path) == kChangeable.end())
      faults.push_back({"update_mask", Cat("cannot change ", TruncateUtf8(path, 60))});
  if (!faults.empty()) return InvalidFields("CAMPAIGN_INVALID", "the campaign cannot be changed so", faults);
  const auto& descriptor = *Campaign::descriptor();
  if (paths.empty())
    for (const std::string_view name : kChangeable)
      if (IsSet(patch, *descriptor.FindFieldByName(std::string(name)))) paths.emplace_back(name);
  Campaign after = before;
  for (const std::string& path : paths) {
    CopyField(patch, *descriptor.FindFieldByName(path), after);
    if (path == "rule_set") after.set_rule_set_digest(patch.rule_set_digest());
  }
  faults = FaultsOf(after, "campaign");
  if (!faults.empty()) return InvalidFields("CAMPAIGN_INVALID", "the campaign cannot be so", faults);
  RETURN_IF_ERROR(MayChange(before, after, now));
  return after;
}

absl::StatusOr<Campaign> Open(const Campaign& before, const std::string& rule_set_digest) {
  if (before.state() != CAMPAIGN_STATE_DRAFT) return Forbidden(before, "only a draft can be opened");
  Campaign after = before;
  after.set_state(CAMPAIGN_STATE_OPEN);
  if (after.rule_set_digest().empty()) after.set_rule_set_digest(rule_set_digest);
  return after;
}

absl::StatusOr<Campaign> Close(const Campaign& before) {
  if (before.state() != CAMPAIGN_STATE_OPEN) return Forbidden(before, "only an open campaign can be closed");
  Campaign after = before;
  after.set_state(CAMPAIGN_STATE_CLOSED);
  return after;
}

}  // namespace jixiao::season
