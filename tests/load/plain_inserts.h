// The measure for what is stored: rows of a number and bytes, inserted plainly through the services' own group commit,
// in the same kind of database. Nothing that a database does with these bytes is cheaper.
#pragma once

#include "common/store/group_commit.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace jixiao::load {

class PlainInserts {
 public:
  static constexpr std::size_t kGroup = 256;  // rows in one commit

  // `address` as store::Database::Open takes it; an empty database.
  static absl::StatusOr<std::unique_ptr<PlainInserts>> Open(const std::string& address);

  // Inserts `rows` under the numbers from `first` on, group after group; durable when it returns.
  absl::Status Insert(std::int64_t first, const std::vector<std::string>& rows);

 private:
  explicit PlainInserts(std::unique_ptr<store::GroupCommit> writer) : writer_(std::move(writer)) {}

  const std::unique_ptr<store::GroupCommit> writer_;
};

}  // namespace jixiao::load
