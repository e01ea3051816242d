#include "intake/store/roster_counters.h"

#include "common/errors.h"
#include "intake/season/roster.h"
#include "intake/store/sqlite_roster.h"

namespace jixiao::intake {

using store::Statement;

absl::StatusOr<std::int64_t> RosterCounters::Group(int level, std::int64_t department, const std::string& key,
                                                   const std::string& name, const std::string& code) {
  const auto known = groups_.find({level, department, key});
  if (known != groups_.end()) return known->second;
  std::int64_t id = 0;
  bool renamed = false;
  const auto look = [&] {
    return db_.ForEach(
        "SELECT id, name, code FROM roster_groups WHERE campaign = ? AND level = ? AND department = ? AND match_key = "
        "?",
        [&](const Statement& row) {
          id = row.Int(0);
          renamed = row.TextView(1) != name || row.TextView(2) != code;
        },
        campaign_, level, department, key);
  };
  RETURN_IF_ERROR(look());
  if (id == 0) {
    RETURN_IF_ERROR(db_.Run(
        "INSERT INTO roster_groups (campaign, level, department, match_key, name, code) VALUES (?, ?, ?, ?, ?, ?)",
        campaign_, level, department, key, name, code));
    RETURN_IF_ERROR(look());
  } else if (renamed) {
    RETURN_IF_ERROR(db_.Run("UPDATE roster_groups SET name = ?, code = ? WHERE id = ?", name, code, id));
  }
  groups_[{level, department, key}] = id;
  return id;
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
