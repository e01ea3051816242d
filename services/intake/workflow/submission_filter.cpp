#include "intake/workflow/submission_filter.h"

#include <algorithm>

namespace jixiao::intake {

bool Matches(const SubmissionFilter& filter, const SubmissionRow& row, SubmissionState state, std::int64_t time) {
  if (!filter.scope.Includes(row.region_code, row.competent_department, row.implementing_unit)) return false;
  if (!filter.campaign.empty() && row.campaign != filter.campaign) return false;
  if (!row.region_code.starts_with(filter.region)) return false;
  if (!filter.department.empty() && row.competent_department != filter.department) return false;
  if (!filter.unit.empty() && row.implementing_unit != filter.unit) return false;
  if (filter.year != 0 && row.fiscal_year != filter.year) return false;
  if (!filter.states.empty() && std::ranges::find(filter.states, state) == filter.states.end()) return false;
  if (filter.late && row.late != *filter.late) return false;
  if (filter.updated_from && time < *filter.updated_from) return false;
  if (filter.updated_before && time >= *filter.updated_before) return false;
  return filter.text.empty() || row.implementing_unit.find(filter.text) != std::string::npos ||
         row.project_name.find(filter.text) != std::string::npos;
}

bool Matches(const SubmissionFilter& filter, const SubmissionRow& row) {
  return Matches(filter, row, row.state, row.update_time);
}

}  // namespace jixiao::intake
