// What a database holds, in a few figures by which a copy of it can be compared; and whether it can be written.
#pragma once

#include "common/store/group_commit.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace jixiao::store {

// The counts never fall while nothing is lost.
struct Contents {
  Engine engine = Engine::kSqlite;
  int schema_version = 0;
  std::map<std::string, std::int64_t> counts;
  std::string checkpoint;  // an archive's newest signed tree head; empty without one
};

// Adds what one kind of store counts.
using CountContents = absl::FunctionRef<absl::Status(Database&, Contents&)>;

// The number that `sql` asks for.
absl::StatusOr<std::int64_t> Number(Database& database, std::string_view sql);

// Reads everything as of one moment. `address` as Database::Open takes it.
absl::StatusOr<Contents> ReadContents(const std::string& address, CountContents count);

// Writes what changes nothing, and makes it durable.
absl::Status ProveWritable(GroupCommit& writer);

// Copies the SQLite database at `path` as of one moment to a new file, while others write to it; keeps no lock longer
// than the copying. The copy is one file, without a log beside it, and not yet durable. ALREADY_EXISTS (STORE_CONFLICT)
// when `copy` exists; the errors of database.h.
absl::Status CopyDatabase(const std::string& path, const std::string& copy);

}  // namespace jixiao::store
