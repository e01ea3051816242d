// The counters of a roster: departments, units and the total, and what is on no entry. Changes are gathered and written
// at once, so that an import of many entries touches each counter once.
#pragma once

#include "common/store/database.h"
#include "common/text.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/intake/v1/campaign.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace jixiao::intake {

// Lives within one transaction.
class RosterCounters {
 public:
  RosterCounters(store::Database& db, std::int64_t campaign) : db_(db), campaign_(campaign) {}

  // The group of a department, and of a unit of a department; made when it is not there, told its code when that is
  // new.
  absl::StatusOr<std::int64_t> Department(const evaluation::v1::Organization& department);
  absl::StatusOr<std::int64_t> Unit(std::int64_t department, const evaluation::v1::Organization& unit);

  // Counts one entry in its unit, its department and the total.
  absl::Status CountEntry(std::int64_t department, std::int64_t unit, v1::SubmissionState state, bool late,
                          std::int64_t by);
  // Counts one submission that is on no entry.
  absl::Status CountOutside(v1::RosterMatch match, v1::SubmissionState state, bool late, std::int64_t by);

  // Writes what was counted.
  absl::Status Flush();

 private:
  absl::StatusOr<std::int64_t> Group(int level, std::int64_t department, const std::string& key,
                                     const std::string& name, const std::string& code);

  store::Database& db_;
  const std::int64_t campaign_;
  struct Known {
    std::int64_t id = 0;
    std::string code;
  };
  std::map<std::tuple<int, std::int64_t, std::string>, Known> groups_;
  std::map<std::tuple<std::int64_t, int, bool>, std::int64_t> changes_;
};

}  // namespace jixiao::intake
