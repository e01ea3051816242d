// A database as this project uses it: one thin RAII layer over SQLite (embedded, the default) and PostgreSQL (several
// machines), so that a store's statements are written once and behave the same on both. It builds no SQL: stores write
// what both understand, with `?` for parameters, and only the types in CREATE TABLE are translated (see postgres.h).
//
// On both, a committed transaction survives a power cut, and there is one writer at a time: SQLite has a lock on the
// file, PostgreSQL here a lock on a row, which also orders the writers of several replicas.
//
// Errors carry the database's own text, meant for logs, and one of these reasons:
//   RESOURCE_EXHAUSTED  STORE_FULL      the disk or the database is full
//   UNAVAILABLE         STORE_BUSY      another connection held the lock for longer than the busy timeout of 5 s
//   UNAVAILABLE         STORE_FAILED    input, output or the connection failed, cannot open, or read-only
//   ALREADY_EXISTS      STORE_CONFLICT  a unique or primary key is taken
//   DATA_LOSS           STORE_DAMAGED   the data is damaged or no database, or its schema has not what the SQL names
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

namespace jixiao::store {

// Bytes to be bound as a BLOB; a plain string_view is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

// A prepared SQL statement; it lives in the Database that prepared it.
class Statement {
 public:
  Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  virtual ~Statement() = default;

  // Sets the parameter `index`, counted from 1. Bytes are copied, unless they are lent. A value that cannot be bound
  // fails the next Step.
  void Bind(int index, std::integral auto value) { BindInt(index, static_cast<std::int64_t>(value)); }
  void Bind(int index, std::string_view text) { BindText(index, text); }
  void Bind(int index, Blob blob) { BindBlob(index, blob.bytes); }
  void Bind(int index, std::nullptr_t) { BindNull(index); }

  // Sets all parameters in order; too few or too many fail the next Step.
  template <class... Args>
  void BindAll(const Args&... args) {
    int index = 0;
    (Bind(++index, args), ...);
    RequireParameters(index);
  }

  // Until the next Reset bytes are only lent: what is bound must live and stay as it is until then.
  void Lend() { lent_ = true; }

  // Goes to the next row: true when there is one, false at the end.
  virtual absl::StatusOr<bool> Step() = 0;
  // Makes the statement new: no row, no bound values, no lock.
  virtual void Reset() = 0;
  // Whether it was left in the middle of its rows.
  virtual bool Busy() const = 0;

  // Columns of the current row, counted from 0. Views live until the next Step or Reset. NULL reads as 0 or empty.
  virtual std::int64_t Int(int column) const = 0;
  std::string Text(int column) const { return std::string(TextView(column)); }
  virtual std::string_view TextView(int column) const = 0;
  virtual std::string BlobBytes(int column) const = 0;
  virtual bool IsNull(int column) const = 0;

  // Runs the statement to its end and leaves it reset; rows are ignored.
  template <class... Args>
  absl::Status Run(const Args&... args) {
    Reset();
    Lend();  // nothing runs between here and the end but the statement
    BindAll(args...);
    const auto pass_over = [](const Statement&) {};
    absl::Status status = StepThrough(pass_over);
    Reset();
    return status;
  }

  // Calls `row(const Statement&)` for each row and leaves the statement reset. `row` returns nothing, or an
  // absl::Status that ends the loop when it is an error. `row` must not use this same statement again.
  template <class Row, class... Args>
  absl::Status ForEach(Row&& row, const Args&... args) {
    Reset();
    BindAll(args...);
    return ForEachBound(row);
  }
  // The same with the values that are bound.
  template <class Row>
  absl::Status ForEachBound(Row&& row) {
    absl::Status status = StepThrough(row);
    Reset();
    return status;
  }

 protected:
  bool lent_ = false;  // Reset ends it

  virtual void BindInt(int index, std::int64_t value) = 0;
  virtual void BindText(int index, std::string_view text) = 0;
  virtual void BindBlob(int index, std::string_view bytes) = 0;
  virtual void BindNull(int index) = 0;
  virtual void RequireParameters(int count) = 0;

 private:
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
};

enum class Mode { kReadWrite, kReadOnly };

enum class Engine { kSqlite, kPostgres };

// One step of a schema. Versions start at 1 and rise; a released step never changes.
struct Migration {
  int version;
  std::string_view name;
  std::string_view sql;  // in SQLite's words for types
};

// One connection to a database.
class Database {
 public:
  // Opens the database at `address`: the path of an SQLite file, or a URL that starts with postgresql://. For writing,
  // an SQLite file is created when it is missing; a PostgreSQL database must exist.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& address, Mode mode);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  virtual Engine engine() const = 0;

  // Runs any number of statements; rows are ignored.
  virtual absl::Status Execute(std::string_view sql) = 0;

  // The statement for `sql` (exactly one), reset. It is prepared once and kept as long as the connection: pass
  // constants with parameters, never SQL with values in it.
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

  // Resets the prepared statements that were left in the middle of their rows: each may hold a snapshot that would keep
  // transactions from ending. Linear in the number of prepared statements.
  void ResetStatements();

  // PostgreSQL: from now until AwaitDeferred or the end of the transaction, statements whose rows nobody reads
  // (Statement::Run) are sent without waiting for their results, which come with those of the next statement that is
  // waited for. An error of one is returned by a later one, or by AwaitDeferred: for works that may run again without
  // this. SQLite: nothing changes.
  virtual void Defer() {}
  // Waits for what was deferred, and ends it: the first error.
  virtual absl::Status AwaitDeferred() { return absl::OkStatus(); }

  // Rows that the last INSERT, UPDATE or DELETE touched.
  virtual std::int64_t changes() = 0;
  // Whether a transaction is open. A database may end one by itself when the disk is full or the connection lost.
  virtual bool in_transaction() const = 0;
  // Whether an error has spoilt the open transaction, so that only a rollback can follow: PostgreSQL's way.
  virtual bool aborted() const { return false; }
  // SQLite: length of the write-ahead log in pages after this connection's last commit.
  virtual int log_pages() const { return 0; }
  // What Open was called with. May hold a password: not for logs; see name().
  const std::string& address() const { return address_; }
  // The address as it may be shown.
  virtual std::string name() const { return address_; }

  // The names of tables and indexes that are not what `migrations` make; what somebody added is passed over.
  virtual absl::StatusOr<std::vector<std::string>> SchemaFaults(std::span<const Migration> migrations) = 0;

 protected:
  friend class Transaction;
  friend absl::Status Migrate(Database& database, std::span<const Migration> migrations);

  explicit Database(std::string address) : address_(std::move(address)) {}

  virtual absl::StatusOr<std::unique_ptr<Statement>> Prepare(std::string_view sql) = 0;
  // Begins a transaction: for writing, as the only writer; on a read-only connection, of one moment.
  virtual absl::Status Begin() = 0;
  virtual absl::Status Commit() { return Run("COMMIT"); }
  // Gives the transaction up, if the database has not done so. A failure has nobody to tell and nothing to spoil: the
  // database rolls back by itself when the connection closes.
  virtual void Rollback();
  // Runs the statements of a migration.
  virtual absl::Status ExecuteSchema(std::string_view sql) { return Execute(sql); }
  // Of derived classes, before their connection goes.
  void DropStatements() { statements_.clear(); }

 private:
  const std::string address_;
  std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements_;
};

// A write transaction, rolled back unless committed; only one is open at a time, in all processes. On a read-only
// connection, a snapshot: everything read within it is of one moment. Does not nest; see Savepoint.
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

// Brings the schema to the last of `migrations` (ordered by version) by applying those above the database's version,
// each in its own transaction, which also records it in schema_migrations. Several processes may do so at once.
// FAILED_PRECONDITION STORE_NEWER when the database has a version that this program does not know.
absl::Status Migrate(Database& database, std::span<const Migration> migrations);

}  // namespace jixiao::store
