// PostgreSQL through libpq, for stores that several machines share. Also meant for databases that speak its protocol
// (openGauss, KingbaseES, Citus, YugabyteDB): nothing here needs more than tables, transactions, savepoints and row
// locks.
//
// Of what SQLite gives for nothing:
//   one writer       a write transaction first locks the only row of table store_writer, so that the writers of all
//                    replicas take turns and each sees all that was committed before, as a store's works expect
//   types            in CREATE TABLE: INTEGER becomes BIGINT, BLOB BYTEA, TEXT compares byte by byte (COLLATE "C"),
//                    AUTOINCREMENT a sequence; STRICT and WITHOUT ROWID go
//   REFERENCES       goes: it would look up the row of before for each row that is written, a seventh of what a form
//                    costs. The same works run on SQLite, which does check, in every test. Databases of before keep
//                    theirs
//   time-outs        5 s for a lock, as SQLite's busy timeout; a session that hangs in a transaction for 15 s is ended
//                    by the server, so that a stopped replica does not stop the others
#pragma once

#include "common/store/database.h"

struct pg_conn;
struct pg_result;

namespace jixiao::store {

// Whether `address` names a PostgreSQL database: postgresql://… or postgres://….
bool IsPostgresUrl(std::string_view address);

// The URL without its password.
std::string WithoutPassword(std::string_view url);

// `sql` of a migration in PostgreSQL's words.
std::string ToPostgresSchema(std::string_view sql);

// `sql` with its parameters (? and ?1) in PostgreSQL's way, and how many there are.
struct NumberedSql {
  std::string sql;
  int parameters = 0;
};
NumberedSql NumberParameters(std::string_view sql);

class PostgresDatabase final : public Database {
  struct Private {
    explicit Private() = default;
  };

 public:
  // The database must exist. A lost connection is opened anew where nothing is lost with it: before a transaction, and
  // between reads.
  static absl::StatusOr<std::unique_ptr<PostgresDatabase>> Open(const std::string& url, Mode mode);

  PostgresDatabase(Private, const std::string& url, Mode mode);
  ~PostgresDatabase() override;

  Engine engine() const override { return Engine::kPostgres; }
  absl::Status Execute(std::string_view sql) override;
  void Defer() override { deferring_ = true; }
  absl::Status AwaitDeferred() override;
  std::int64_t changes() override;
  bool in_transaction() const override;
  bool aborted() const override;
  std::string name() const override { return WithoutPassword(address()); }
  absl::StatusOr<std::vector<std::string>> SchemaFaults(std::span<const Migration> migrations) override;

 private:
  friend class PostgresStatement;
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Result = std::unique_ptr<pg_result, Clear>;

  absl::StatusOr<std::unique_ptr<Statement>> Prepare(std::string_view sql) override;
  absl::Status Begin() override;
  absl::Status Commit() override;
  void Rollback() override;
  absl::Status ExecuteSchema(std::string_view sql) override;

  absl::Status Connect();
  absl::Status EnsureWriterRow();
  // Calls `send` and turns its result into a status; `repeatable`: once more on a new connection when the old one is
  // lost, unless a transaction is under way.
  template <class Send>
  absl::StatusOr<Result> Perform(bool repeatable, Send&& send);

  // Sends a prepared statement without waiting; `send` as libpq's PQsend…: 1 when it was sent.
  template <class Send>
  absl::Status SendLater(Send&& send);
  // The results of what was sent, up to the synchronisation that stands behind it: the first error. `last`: the result
  // of the last one is wanted.
  absl::Status Collect(Result* last);
  // What a result means: OK, and how many rows it touched, or an error.
  absl::Status Judge(const pg_result* result);

  const Mode mode_;
  std::unique_ptr<pg_conn, Finish> connection_;
  bool deferring_ = false;
  int pending_ = 0;        // statements that were sent and not waited for
  absl::Status deferred_;  // what changes() met and could not say
  std::int64_t changes_ = 0;
  std::uint64_t generation_ = 0;  // of the connection: prepared statements belong to one
  std::uint64_t plans_ = 0;       // names given to prepared statements
  bool begun_ = false;            // a transaction, as its owner sees it: the connection may be lost
};

}  // namespace jixiao::store
