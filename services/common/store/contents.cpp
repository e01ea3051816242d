#include "common/store/contents.h"

#include "common/store/postgres.h"
#include "common/store/sqlite.h"

#include <filesystem>
#include <system_error>

namespace jixiao::store {

absl::StatusOr<std::int64_t> Number(Database& database, std::string_view sql) {
  std::int64_t number = 0;
  RETURN_IF_ERROR(database.ForEach(sql, [&](const Statement& row) { number = row.Int(0); }));
  return number;
}

absl::StatusOr<Contents> ReadContents(const std::string& address, CountContents count) {
  ASSIGN_OR_RETURN(const auto database, Database::Open(address, Mode::kReadOnly));
  ASSIGN_OR_RETURN(Transaction moment, Transaction::Begin(*database));
  Contents contents;
  contents.engine = database->engine();
  ASSIGN_OR_RETURN(const std::int64_t version,
                   Number(*database, "SELECT coalesce(max(version), 0) FROM schema_migrations"));
  contents.schema_version = static_cast<int>(version);
  RETURN_IF_ERROR(count(*database, contents));
  RETURN_IF_ERROR(moment.Commit());
  return contents;
}

absl::Status ProveWritable(GroupCommit& writer) {
  return writer.Run([](Database& database) -> absl::Status {
    // On PostgreSQL the lock that every transaction takes on the writers' row has written by now.
    if (database.engine() != Engine::kSqlite) return absl::OkStatus();
    // A number in the file's head that this project does not use.
    return database.Execute("PRAGMA user_version = 0");
  });
}

absl::Status CopyDatabase(const std::string& path, const std::string& copy) {
  std::error_code ignored;
  if (std::filesystem::exists(copy, ignored))
    return Error(absl::StatusCode::kAlreadyExists, "STORE_CONFLICT", copy + " exists");
  absl::Status status;
  {
    ASSIGN_OR_RETURN(const auto database, SqliteDatabase::Open(path, Mode::kReadOnly));
    status = database->CopyTo(copy);
  }
  if (!status.ok()) std::filesystem::remove(copy, ignored);
  return status;
}

}  // namespace jixiao::store
