#include "common/store/sqlite.h"

#include "common/file.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

namespace jixiao::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBusyTimeout{5000};

// Whether SQLite complains, under its code for every error in SQL, of a schema that has not what the SQL names. The SQL
// of this project is constant and fits what its migrations make, so the file is at fault.
bool SchemaDisagrees(std::string_view text) {
  return text.starts_with("no such table: ") || text.starts_with("no such column: ") ||
         text.starts_with("foreign key mismatch") || text == "unsupported file format" ||
         (text.starts_with("table ") &&
          (text.find(" has no column named ") != text.npos || text.find(" values were supplied") != text.npos));
}

absl::Status StoreError(int code, std::string_view text) {
  using enum absl::StatusCode;
  const std::string message = std::string(text) + " (SQLite " + std::to_string(code) + ")";
  switch (code & 0xff) {  // the primary code of an extended one
    case SQLITE_FULL:
      return Error(kResourceExhausted, "STORE_FULL", message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(kUnavailable, "STORE_BUSY", message);
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_DATA || code == SQLITE_IOERR_CORRUPTFS)
        return Error(kDataLoss, "STORE_DAMAGED", message);
      return Error(kUnavailable, "STORE_FAILED", message);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return Error(kUnavailable, "STORE_FAILED", message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(kDataLoss, "STORE_DAMAGED", message);
    case SQLITE_CONSTRAINT:
      if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID)
        return Error(kAlreadyExists, "STORE_CONFLICT", message);
      break;
    case SQLITE_ERROR:
      if (SchemaDisagrees(text)) return Error(kDataLoss, "STORE_DAMAGED", message);
      break;
  }
  return Error(kInternal, "STORE_ERROR", message);
}

// The error of the call just made on `connection`.
absl::Status LastError(sqlite3* connection) {
  return StoreError(sqlite3_extended_errcode(connection), sqlite3_errmsg(connection));
}

// The same error, with what was being done before its text.
absl::Status While(const std::string& doing, const absl::Status& status) {
  return Error(status.code(), ReasonOf(status), doing + ": " + std::string(status.message()));
}

// SQLite takes a null pointer for NULL, but an empty view may have one and means empty.
const char* DataOf(std::string_view bytes) {
  return bytes.data() == nullptr ? "" : bytes.data();
}

// SQLite counts the memory that it uses under a lock of the whole process, at every allocation. Nobody asks it. Before
// its first use; later it does nothing.
void CountNothing() {
  [[maybe_unused]] static const int said = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteStatement::BindInt(int index, std::int64_t value) {
  KeepBindError(sqlite3_bind_int64(statement_.get(), index, value));
}

void SqliteStatement::BindText(int index, std::string_view text) {
  KeepBindError(sqlite3_bind_text64(statement_.get(), index, DataOf(text), text.size(),
                                    lent_ ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8));
}

void SqliteStatement::BindBlob(int index, std::string_view bytes) {
  KeepBindError(sqlite3_bind_blob64(statement_.get(), index, DataOf(bytes), bytes.size(),
                                    lent_ ? SQLITE_STATIC : SQLITE_TRANSIENT));
}

void SqliteStatement::BindNull(int index) {
  KeepBindError(sqlite3_bind_null(statement_.get(), index));
}

void SqliteStatement::RequireParameters(int count) {
  if (count != sqlite3_bind_parameter_count(statement_.get())) KeepBindError(SQLITE_RANGE);
}

void SqliteStatement::KeepBindError(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

absl::StatusOr<bool> SqliteStatement::Step() {
  if (bind_error_ != SQLITE_OK) return StoreError(bind_error_, sqlite3_errstr(bind_error_));
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return LastError(sqlite3_db_handle(statement_.get()));
  }
}

bool SqliteStatement::Busy() const {
  return sqlite3_stmt_busy(statement_.get()) != 0;
}

void SqliteStatement::Reset() {
  sqlite3_reset(statement_.get());  // returns the error of the last step again
  sqlite3_clear_bindings(statement_.get());
  lent_ = false;
  bind_error_ = SQLITE_OK;
}

std::int64_t SqliteStatement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::TextView(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);  // before _bytes: it may convert
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string SqliteStatement::BlobBytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void SqliteDatabase::Close::operator()(sqlite3* connection) const {
  sqlite3_close(connection);
}

SqliteDatabase::SqliteDatabase(Private, const std::string& path, sqlite3* connection)
    : Database(path), connection_(connection) {}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path, Mode mode) {
  const bool writable = mode == Mode::kReadWrite;
  // mknod rather than open: closing a descriptor would drop the POSIX locks that another connection of this process
  // holds on the same file.
  if (writable && mknod(path.c_str(), S_IFREG | 0640, 0) != 0 && errno != EEXIST)
    return Error(absl::StatusCode::kUnavailable, "STORE_FAILED",
                 "create " + path + ": " + std::generic_category().message(errno));

  CountNothing();
  sqlite3* connection = nullptr;
  const int flags =
      (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  auto database = std::make_unique<SqliteDatabase>(Private(), path, connection);  // owns it after a failure, too
  if (code != SQLITE_OK) return StoreError(code, "open " + path + ": " + sqlite3_errstr(code));

  sqlite3_busy_timeout(connection, static_cast<int>(kBusyTimeout.count()));
  // Temporary files in memory, because a container's file system may be read-only.
  absl::Status status = database->Execute(
      "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;");
  if (status.ok() && writable) status = database->EnterWal();
  if (!status.ok()) return While("open " + path, status);
  // SQLite syncs the folder with the first commit, but passes over a failure: the files, and every commit in them,
  // could lose their names.
  if (writable)
    if (const absl::Status synced = SyncFolder(FolderOf(path)); !synced.ok())
      return Error(absl::StatusCode::kUnavailable, "STORE_FAILED", std::string(synced.message()));
  return database;
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::OpenInMemory() {
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(":memory:", &connection,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  auto database = std::make_unique<SqliteDatabase>(Private(), ":memory:", connection);
  if (code != SQLITE_OK) return StoreError(code, sqlite3_errstr(code));
  return database;
}

absl::Status SqliteDatabase::EnterWal() {
  // SQLite does not wait for another process in the switch to WAL, so two that create a database at once wait here.
  const auto deadline = steady_clock::now() + kBusyTimeout;
  for (;;) {
    std::string journal;
    absl::Status status = ForEach("PRAGMA journal_mode=WAL", [&](const Statement& row) { journal = row.Text(0); });
    if (status.ok() && journal == "wal") break;
    if (status.ok())
      return Error(absl::StatusCode::kUnavailable, "STORE_FAILED", "no write-ahead log here, only " + journal);
    if (ReasonOf(status) != "STORE_BUSY" || steady_clock::now() >= deadline) return status;
    std::this_thread::sleep_for(milliseconds(10));
  }
  RETURN_IF_ERROR(Execute("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"));
  sqlite3_wal_hook(
      connection_.get(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteDatabase*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  return absl::OkStatus();
}

absl::Status SqliteDatabase::Execute(std::string_view sql) {
  if (sqlite3_exec(connection_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return LastError(connection_.get());
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Statement>> SqliteDatabase::Prepare(std::string_view sql) {
  sqlite3_stmt* compiled = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &compiled, &rest) != SQLITE_OK)
    return LastError(connection_.get());
  std::unique_ptr<Statement> statement(new SqliteStatement(compiled));
  const std::string_view tail = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  if (compiled == nullptr || tail.find_first_not_of("; \t\r\n") != std::string_view::npos)
    return StoreError(SQLITE_MISUSE, "not exactly one statement: " + std::string(sql));
  return statement;
}

absl::StatusOr<int> SqliteDatabase::Checkpoint(CheckpointMode mode) {
  int pages = 0;
  const int how = mode == CheckpointMode::kPassive   ? SQLITE_CHECKPOINT_PASSIVE
                  : mode == CheckpointMode::kRestart ? SQLITE_CHECKPOINT_RESTART
                                                     : SQLITE_CHECKPOINT_TRUNCATE;
  if (sqlite3_wal_checkpoint_v2(connection_.get(), "main", how, &pages, nullptr) != SQLITE_OK)
    return LastError(connection_.get());
  return pages;
}

absl::Status SqliteDatabase::CopyTo(const std::string& path) {
  sqlite3* target = nullptr;
  const int opened = sqlite3_open_v2(
      path.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  const SqliteDatabase copy(Private(), path, target);  // owns it after a failure, too
  if (opened != SQLITE_OK) return StoreError(opened, "open " + path + ": " + sqlite3_errstr(opened));
  // A copy that is not finished is thrown away: it needs no journal, and whoever keeps it makes it durable.
  if (sqlite3_exec(target, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", nullptr, nullptr, nullptr) != SQLITE_OK)
    return While("copy to " + path, LastError(target));
  sqlite3_backup* const backup = sqlite3_backup_init(target, "main", connection_.get(), "main");
  if (backup == nullptr) return While("copy to " + path, LastError(target));
  // All in one step: between two steps a writer would make it begin anew.
  sqlite3_backup_step(backup, -1);
  if (sqlite3_backup_finish(backup) != SQLITE_OK) return While("copy to " + path, LastError(target));
  // The pages say that they have a write-ahead log. The copy has none, so that it is one file.
  if (sqlite3_exec(target, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr) != SQLITE_OK)
    return While("copy to " + path, LastError(target));
  return absl::OkStatus();
}

std::int64_t SqliteDatabase::changes() {
  return sqlite3_changes64(connection_.get());
}

bool SqliteDatabase::in_transaction() const {
  return sqlite3_get_autocommit(connection_.get()) == 0;
}

absl::StatusOr<std::vector<std::string>> SqliteDatabase::SchemaFaults(std::span<const Migration> migrations) {
  const auto read = [](Database& from, std::map<std::string, std::string>& schema) {
    return from.ForEach("SELECT type || ' ' || name, coalesce(sql, tbl_name) FROM sqlite_schema",
                        [&](const Statement& row) { schema[row.Text(0)] = row.Text(1); });
  };
  ASSIGN_OR_RETURN(const auto model, OpenInMemory());
  RETURN_IF_ERROR(Migrate(*model, migrations));
  std::map<std::string, std::string> expected;
  std::map<std::string, std::string> actual;
  RETURN_IF_ERROR(read(*model, expected));
  RETURN_IF_ERROR(read(*this, actual));
  std::vector<std::string> faults;
  for (const auto& [name, sql] : expected)
    if (const auto found = actual.find(name); found == actual.end() || found->second != sql) faults.push_back(name);
  return faults;
}

}  // namespace jixiao::store
