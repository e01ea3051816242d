// Lists of submissions and of changes, each read through an index.
#pragma once

#include "common/store/database.h"
#include "intake/store/submission_store.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace jixiao::intake {

// SubmissionStore::List and SubmissionStore::Changes on one connection.
absl::StatusOr<SubmissionPage> ListIn(store::Database& db, const SubmissionFilter& filter, const ListPosition& after,
                                      std::size_t limit);
absl::StatusOr<ChangePage> ChangesIn(store::Database& db, const SubmissionFilter& filter, std::int64_t after,
                                     std::size_t limit);

// The statements that ListIn reads by for this filter: a test asks SQLite how it would run them.
std::vector<std::string> ListStatements(const SubmissionFilter& filter);

}  // namespace jixiao::intake
