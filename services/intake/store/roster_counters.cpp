#include "intake/store/roster_counters.h"

#include "common/errors.h"
#include "intake/season/roster.h"
#include "intake/store/sql_roster.h"

namespace jixiao::intake {

using store::Statement;

absl::StatusOr<std::int64_t> RosterCounters::Group(int level, std::int64_t department, const std::string& key,
                                                   const std::string& name, const std::string& code) {
  Known& known = groups_[{level, department, key}];
  if (known.id == 0)
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT id, code FROM roster_groups WHERE campaign = ? AND level = ? AND department = ? AND match_key = ?",
        [&](const Statement& row) {
          known = {row.Int(0), row.Text(1)};
        },
        campaign_, level, department, key));
  if (known.id == 0) {
    RETURN_IF_ERROR(db_.ForEach(
        "INSERT INTO roster_groups (campaign, level, department, match_key, name, code) VALUES (?, ?, ?, ?, ?, ?)"
        " RETURNING id",
        [&](const Statement& row) {
          known = {row.Int(0), code};
        },
        campaign_, level, department, key, name, code));
  } else if (!code.empty() && known.code != code) {
    RETURN_IF_ERROR(db_.Run("UPDATE roster_groups SET name = ?, code = ? WHERE id = ?", name, code, known.id));
    known.code = code;
  }
  return known.id;
}

absl::StatusOr<std::int64_t> RosterCounters::Department(const evaluation::v1::Organization& department) {
  return Group(kDepartmentGroup, 0, season::GroupKey(department), department.name(), department.code());
}

absl::StatusOr<std::int64_t> RosterCounters::Unit(std::int64_t department, const evaluation::v1::Organization& unit) {
  return Group(kUnitGroup, department, season::GroupKey(unit), unit.name(), unit.code());
}

absl::Status RosterCounters::CountEntry(std::int64_t department, std::int64_t unit, v1::SubmissionState state,
                                        bool late, std::int64_t by) {
  ASSIGN_OR_RETURN(const std::int64_t total, Group(kTotalGroup, 0, "", "", ""));
  for (const std::int64_t group : {total, department, unit}) changes_[{group, static_cast<int>(state), late}] += by;
  return absl::OkStatus();
}

absl::Status RosterCounters::CountOutside(v1::RosterMatch match, v1::SubmissionState state, bool late,
                                          std::int64_t by) {
  ASSIGN_OR_RETURN(const std::int64_t group, Group(kOutsideGroup, 0, Cat(static_cast<int>(match)), "", ""));
  changes_[{group, static_cast<int>(state), late}] += by;
  return absl::OkStatus();
}

absl::Status RosterCounters::Flush() {
  for (const auto& [cell, by] : changes_) {
    const auto& [group, state, late] = cell;
    if (by != 0)
      RETURN_IF_ERROR(db_.Run(
          "INSERT INTO progress (roster_group, state, late, entries) VALUES (?, ?, ?, ?)"
          " ON CONFLICT (roster_group, state, late) DO UPDATE SET entries = progress.entries + excluded.entries",
          group, state, late ? 1 : 0, by));
  }
  changes_.clear();
  return absl::OkStatus();
}

}  // namespace jixiao::intake
