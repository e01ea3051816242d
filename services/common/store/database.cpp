#include "common/store/database.h"

#include "common/store/postgres.h"
#include "common/store/sqlite.h"
#include "common/time.h"

#include <algorithm>

namespace jixiao::store {

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& address, Mode mode) {
  if (IsPostgresUrl(address)) return PostgresDatabase::Open(address, mode);
  return SqliteDatabase::Open(address, mode);
}

absl::StatusOr<Statement*> Database::Prepared(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    ASSIGN_OR_RETURN(std::unique_ptr<Statement> statement, Prepare(sql));
    found = statements_.emplace(sql, std::move(statement)).first;
  }
  found->second->Reset();
  return found->second.get();
}

void Database::ResetStatements() {
  for (auto& [sql, statement] : statements_)
    if (statement->Busy()) statement->Reset();
}

void Database::Rollback() {
  if (in_transaction()) (void)Run("ROLLBACK");
}

absl::StatusOr<Transaction> Transaction::Begin(Database& database) {
  RETURN_IF_ERROR(database.Begin());
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) database_->Rollback();
}

absl::Status Transaction::Commit() {
  RETURN_IF_ERROR(database_->Commit());
  database_ = nullptr;
  return absl::OkStatus();
}

// One name for all: both databases take the innermost of equal ones.
absl::StatusOr<Savepoint> Savepoint::Begin(Database& database) {
  RETURN_IF_ERROR(database.Run("SAVEPOINT part"));
  return Savepoint(database);
}

Savepoint::~Savepoint() {
  if (database_ != nullptr && database_->in_transaction()) (void)Rollback();
}

absl::Status Savepoint::Commit() {
  RETURN_IF_ERROR(database_->Run("RELEASE part"));
  database_ = nullptr;
  return absl::OkStatus();
}

absl::Status Savepoint::Rollback() {
  RETURN_IF_ERROR(database_->Run("ROLLBACK TO part"));
  return Commit();  // ROLLBACK TO keeps the savepoint
}

absl::Status Migrate(Database& database, std::span<const Migration> migrations) {
  const int known = migrations.empty() ? 0 : migrations.back().version;
  for (;;) {
    // The version is read under the write lock: another process may have applied the next step meanwhile.
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database));
    RETURN_IF_ERROR(
        database.ExecuteSchema("CREATE TABLE IF NOT EXISTS schema_migrations("
                               "version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"));
    std::int64_t current = 0;
    RETURN_IF_ERROR(database.ForEach("SELECT coalesce(max(version), 0) FROM schema_migrations",
                                     [&](const Statement& row) { current = row.Int(0); }));
    if (current > known)
      return Error(absl::StatusCode::kFailedPrecondition, "STORE_NEWER",
                   database.name() + " has schema version " + std::to_string(current) + ", this program knows " +
                       std::to_string(known) + ": run a newer program");
    const auto next = std::ranges::upper_bound(migrations, current, {}, &Migration::version);
    if (next == migrations.end()) return transaction.Commit();
    if (absl::Status status = database.ExecuteSchema(next->sql); !status.ok())
      return Error(status.code(), ReasonOf(status),
                   "migration " + std::to_string(next->version) + " " + std::string(next->name) + ": " +
                       std::string(status.message()));
    RETURN_IF_ERROR(database.Run("INSERT INTO schema_migrations VALUES (?, ?, ?)", next->version, next->name,
                                 NowMicros() / 1'000'000));
    RETURN_IF_ERROR(transaction.Commit());
  }
}

}  // namespace jixiao::store
