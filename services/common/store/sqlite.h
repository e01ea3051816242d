// SQLite as this project uses it: a thin RAII layer that turns result codes into absl::Status, and the settings under
// which a committed transaction survives a power cut (write-ahead log, synchronous=FULL).
//
// Errors carry SQLite's own text, meant for logs, and one of these reasons:
//   RESOURCE_EXHAUSTED  STORE_FULL      the disk or the database is full
//   UNAVAILABLE         STORE_BUSY      another connection held the lock for longer than the busy timeout of 5 s
//   UNAVAILABLE         STORE_FAILED    input or output failed (a failed fsync too), cannot open, or read-only
//   ALREADY_EXISTS      STORE_CONFLICT  a unique or primary key is taken
//   DATA_LOSS           STORE_DAMAGED   the file is damaged or no database, or its schema has not what the SQL names
//   INTERNAL            STORE_ERROR     anything else: the program is at fault
//
// Thread-safety: a Database and all that comes from it belong to one thread at a time.
#pragma once

#include "common/errors.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace jixiao::store {

// Bytes to be bound as a BLOB; a plain string_view is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

// A compiled SQL statement; it lives in the Database that prepared it.
class Statement {
 public:
  // Sets the parameter `index`, counted from 1. Bytes are copied. A value that cannot be bound fails the next Step.
  void Bind(int index, std::integral auto value) { BindInt(index, static_cast<std::int64_t>(value)); }
  void Bind(int index, std::string_view text);
  void Bind(int index, Blob blob);
  void Bind(int index, std::nullptr_t);

  // Sets all parameters in order; too few or too many fail the next Step.
  template <class... Args>
  void BindAll(const Args&... args) {
    int index = 0;
    (Bind(++index, args), ...);
    RequireParameters(index);
  }

  // Goes to the next row: true when there is one, false at the end.
  absl::StatusOr<bool> Step();
  // Makes the statement new: no row, no bound values, no lock.
  void Reset();

  // Columns of the current row, counted from 0. Views live until the next Step or Reset. NULL reads as 0 or empty.
  std::int64_t Int(int column) const;
  std::string Text(int column) const { return std::string(TextView(column)); }
  std::string_view TextView(int column) const;
  std::string BlobBytes(int column) const;
  bool IsNull(int column) const;

  // Runs the statement to its end and leaves it reset; rows are ignored.
  template <class... Args>
  absl::Status Run(const Args&... args) {
    return ForEach([](const Statement&) {}, args...);
  }

  // Calls `row(const Statement&)` for each row and leaves the statement reset. `row` returns nothing, or an
  // absl::Status that ends the loop when it is an error. `row` must not use this same statement again.
  template <class Row, class... Args>
  absl::Status ForEach(Row&& row, const Args&... args) {
    Reset();
    BindAll(args...);
    absl::Status status = StepThrough(row);
    Reset();
    return status;
  }

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void BindInt(int index, std::int64_t value);
  void RequireParameters(int count);
  void KeepBindError(int code);

  template <class Row>
  absl::Status StepThrough(Row& row) {
    for (;;) {
      ASSIGN_OR_RETURN(const bool has_row, Step());
      if (!has_row) return absl::OkStatus();
      if constexpr (std::is_void_v<std::invoke_result_t<Row&, const Statement&>>) {
        row(*this);
      } else {
        RETURN_IF_ERROR(row(*this));
      }
    }
  }

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_error_ = 0;  // first result code of a Bind that failed since the last Reset
};

enum class Mode { kReadWrite, kReadOnly };

// Passive copies what it can without waiting for anyone; truncate also waits for readers (up to the busy timeout) and
// empties the log file.
enum class CheckpointMode { kPassive, kTruncate };

// One connection to a database file.
class Database {
  struct Private {
    explicit Private() = default;
  };

 public:
  // Opens the file at `path`; for writing, creates it with mode 0640 when it is missing, in a folder that exists.
  // Foreign keys are enforced. No commit ever checkpoints, so somebody must call Checkpoint; closing the last
  // connection to the file does, too.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, Mode mode);

  // An empty database of its own, gone with the object.
  static absl::StatusOr<std::unique_ptr<Database>> OpenInMemory();

  Database(Private, const std::string& path, sqlite3* connection);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs any number of statements; rows are ignored.
  absl::Status Execute(std::string_view sql);

  // The statement for `sql` (exactly one), reset. It is compiled at the first call and kept as long as the connection:
  // pass constants with parameters, never SQL with values in it.
  absl::StatusOr<Statement*> Prepared(std::string_view sql);

  // Prepared(sql), then Statement::Run or Statement::ForEach.
  template <class... Args>
  absl::Status Run(std::string_view sql, const Args&... args) {
    ASSIGN_OR_RETURN(Statement* const statement, Prepared(sql));
    return statement->Run(args...);
  }
  template <class Row, class... Args>
  absl::Status ForEach(std::string_view sql, Row&& row, const Args&... args) {
    ASSIGN_OR_RETURN(Statement* const statement, Prepared(sql));
    return statement->ForEach(row, args...);
  }

  // Resets the prepared statements that were left in the middle of their rows: each holds a snapshot that would keep
  // transactions from ending and checkpoints from completing. Linear in the number of prepared statements.
  void ResetStatements();

  // Copies the write-ahead log into the database file and returns the log's length in pages. Passive is no promise that
  // all of it was copied.
  absl::StatusOr<int> Checkpoint(CheckpointMode mode);

  // Rows that the last INSERT, UPDATE or DELETE touched.
  std::int64_t changes() const;
  // Whether a transaction is open. SQLite itself ends one when the disk is full or fails.
  bool in_transaction() const;
  // Length of the write-ahead log in pages after this connection's last commit.
  int log_pages() const { return log_pages_; }
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };

  absl::Status EnterWal();
  absl::StatusOr<Statement> Prepare(std::string_view sql);

  const std::string path_;
  std::unique_ptr<sqlite3, Close> connection_;
  std::map<std::string, Statement, std::less<>> statements_;  // after the connection, so that they go first
  int log_pages_ = 0;
};

// A write transaction (BEGIN IMMEDIATE), rolled back unless committed. On a read-only connection, a snapshot:
// everything read within it is of one moment. Does not nest; see Savepoint.
class Transaction {
 public:
  static absl::StatusOr<Transaction> Begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // After an error nothing of the transaction is visible to this process; whether it returns after a crash is open.
  absl::Status Commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;  // null when there is nothing to roll back
};

// Part of a transaction that can be undone alone; rolled back unless committed. Savepoints nest.
class Savepoint {
 public:
  static absl::StatusOr<Savepoint> Begin(Database& database);
  Savepoint(Savepoint&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Savepoint& operator=(Savepoint&&) = delete;
  ~Savepoint();

  absl::Status Commit();
  // An error means that the whole transaction must be given up.
  absl::Status Rollback();

 private:
  explicit Savepoint(Database& database) : database_(&database) {}

  Database* database_;  // null when there is nothing to roll back
};

// One step of a schema. Versions start at 1 and rise; a released step never changes.
struct Migration {
  int version;
  std::string_view name;
  std::string_view sql;
};

// Brings the schema to the last of `migrations` (ordered by version) by applying those above the database's version,
// each in its own transaction, which also records it in schema_migrations. Several processes may do so at once.
// FAILED_PRECONDITION STORE_NEWER when the database has a version that this program does not know.
absl::Status Migrate(Database& database, std::span<const Migration> migrations);

// The names of tables and indexes that are not, letter for letter, what `migrations` make; what somebody added is
// passed over. Reads the schema as it is stored now.
absl::StatusOr<std::vector<std::string>> SchemaFaults(Database& database, std::span<const Migration> migrations);

}  // namespace jixiao::store
