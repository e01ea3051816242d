// SQLite, embedded, under the settings with which a committed transaction survives a power cut (write-ahead log,
// synchronous=FULL).
#pragma once

#include "common/store/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace jixiao::store {

class SqliteStatement final : public Statement {
 public:
  absl::StatusOr<bool> Step() override;
  void Reset() override;
  bool Busy() const override;
  std::int64_t Int(int column) const override;
  std::string_view TextView(int column) const override;
  std::string BlobBytes(int column) const override;
  bool IsNull(int column) const override;

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}
  void BindInt(int index, std::int64_t value) override;
  void BindText(int index, std::string_view text) override;
  void BindBlob(int index, std::string_view bytes) override;
  void BindNull(int index) override;
  void RequireParameters(int count) override;
  void KeepBindError(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_error_ = 0;  // first result code of a Bind that failed since the last Reset
};

// Passive copies what it can without waiting for anyone. Restart also waits for readers (up to the busy timeout), so
// that the next commit writes over the log from its beginning; truncate empties the log file.
enum class CheckpointMode { kPassive, kRestart, kTruncate };

class SqliteDatabase final : public Database {
  struct Private {
    explicit Private() = default;
  };

 public:
  // Opens the file at `path`; for writing, creates it with mode 0640 when it is missing, in a folder that exists.
  // Foreign keys are enforced. No commit ever checkpoints, so somebody must call Checkpoint; closing the last
  // connection to the file does, too.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(const std::string& path, Mode mode);

  // An empty database of its own, gone with the object.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> OpenInMemory();

  SqliteDatabase(Private, const std::string& path, sqlite3* connection);
  ~SqliteDatabase() override { DropStatements(); }

  Engine engine() const override { return Engine::kSqlite; }
  absl::Status Execute(std::string_view sql) override;
  std::int64_t changes() override;
  bool in_transaction() const override;
  int log_pages() const override { return log_pages_; }
  absl::StatusOr<std::vector<std::string>> SchemaFaults(std::span<const Migration> migrations) override;

  // Copies the write-ahead log into the database file and returns the log's length in pages. Passive is no promise that
  // all of it was copied.
  absl::StatusOr<int> Checkpoint(CheckpointMode mode);

  // Copies all pages, as of one moment, to the new file `path`. On a read-only connection others may write meanwhile.
  absl::Status CopyTo(const std::string& path);

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };

  absl::StatusOr<std::unique_ptr<Statement>> Prepare(std::string_view sql) override;
  absl::Status Begin() override { return Run("BEGIN IMMEDIATE"); }
  absl::Status EnterWal();

  std::unique_ptr<sqlite3, Close> connection_;
  int log_pages_ = 0;
};

}  // namespace jixiao::store
