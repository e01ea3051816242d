#include "common/store/sqlite.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace jixiao::store {
namespace {

using absl::StatusCode;

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-sqlite-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~SqliteTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name = "test.db") const { return (folder_ / name).string(); }

  std::unique_ptr<SqliteDatabase> MustOpen(Mode mode = Mode::kReadWrite) {
    auto database = SqliteDatabase::Open(Path(), mode);
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  }

  static std::int64_t Number(Database& database, std::string_view sql) {
    std::int64_t number = -1;
    const absl::Status status = database.ForEach(sql, [&](const Statement& row) { number = row.Int(0); });
    EXPECT_TRUE(status.ok()) << status;
    return number;
  }

  std::filesystem::path folder_;
};

void ExpectError(const absl::Status& status, StatusCode code, std::string_view reason) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_EQ(ReasonOf(status), reason) << status;
}

TEST_F(SqliteTest, CreatesTheFilePrivateAndDurable) {
  const auto database = MustOpen();
  struct stat info;
  ASSERT_EQ(stat(Path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  std::string journal;
  ASSERT_TRUE(database->ForEach("PRAGMA journal_mode", [&](const Statement& row) { journal = row.Text(0); }).ok());
  EXPECT_EQ(journal, "wal");
  EXPECT_EQ(Number(*database, "PRAGMA synchronous"), 2);  // FULL
  EXPECT_EQ(Number(*database, "PRAGMA foreign_keys"), 1);
  EXPECT_EQ(Number(*database, "PRAGMA busy_timeout"), 5000);
  EXPECT_EQ(Number(*database, "PRAGMA wal_autocheckpoint"), 0);
  EXPECT_EQ(Number(*database, "PRAGMA cell_size_check"), 1);
}

TEST_F(SqliteTest, NamesThePathThatCannotBeOpened) {
  const std::string path = Path("no-such-folder/test.db");
  for (const Mode mode : {Mode::kReadWrite, Mode::kReadOnly}) {
    const absl::Status status = SqliteDatabase::Open(path, mode).status();
    ExpectError(status, StatusCode::kUnavailable, "STORE_FAILED");
    EXPECT_NE(status.message().find(path), std::string_view::npos) << status;
  }
  ExpectError(SqliteDatabase::Open(Path(), Mode::kReadOnly).status(), StatusCode::kUnavailable, "STORE_FAILED");
  EXPECT_FALSE(std::filesystem::exists(Path()));
}

TEST_F(SqliteTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(Path()) << std::string(8192, 'x');
  ExpectError(SqliteDatabase::Open(Path(), Mode::kReadWrite).status(), StatusCode::kDataLoss, "STORE_DAMAGED");
}

TEST_F(SqliteTest, KeepsValuesAsTheyAre) {
  const auto database = MustOpen();
  ASSERT_TRUE(database->Execute("CREATE TABLE t(i INTEGER, s TEXT, b BLOB, n TEXT) STRICT").ok());
  const std::string text("绩\0效", 7);
  const std::string bytes("\0\xff\x01", 3);
  ASSERT_TRUE(database->Run("INSERT INTO t VALUES (?, ?, ?, ?)", INT64_MIN, text, Blob{bytes}, nullptr).ok());
  ASSERT_TRUE(database->Run("INSERT INTO t VALUES (?, ?, ?, ?)", 0, std::string_view(), Blob{}, "x").ok());
  EXPECT_EQ(database->changes(), 1);

  auto statement = database->Prepared("SELECT i, s, b, n FROM t ORDER BY i");
  ASSERT_TRUE(statement.ok());
  Statement& row = **statement;
  ASSERT_TRUE(*row.Step());
  EXPECT_EQ(row.Int(0), INT64_MIN);
  EXPECT_EQ(row.Text(1), text);
  EXPECT_EQ(row.BlobBytes(2), bytes);
  EXPECT_TRUE(row.IsNull(3));
  EXPECT_EQ(row.TextView(3), "");
  ASSERT_TRUE(*row.Step());
  EXPECT_FALSE(row.IsNull(1));  // empty is not NULL
  EXPECT_FALSE(row.IsNull(2));
  EXPECT_EQ(row.TextView(1), "");
  EXPECT_EQ(row.BlobBytes(2), "");
  EXPECT_FALSE(*row.Step());
}

TEST_F(SqliteTest, RefusesTooFewAndTooManyParameters) {
  const auto database = MustOpen();
  ExpectError(database->Run("SELECT ?, ?", 1), StatusCode::kInternal, "STORE_ERROR");
  ExpectError(database->Run("SELECT ?, ?", 1, 2, 3), StatusCode::kInternal, "STORE_ERROR");
  EXPECT_TRUE(database->Run("SELECT ?, ?", 1, 2).ok());
}

TEST_F(SqliteTest, PreparesExactlyOneStatementOnce) {
  const auto database = MustOpen();
  const auto first = database->Prepared("SELECT 1; ");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, *database->Prepared("SELECT 1; "));
  ExpectError(database->Prepared("SELECT 1; SELECT 2").status(), StatusCode::kInternal, "STORE_ERROR");
  ExpectError(database->Prepared("").status(), StatusCode::kInternal, "STORE_ERROR");
  ExpectError(database->Prepared("SELEKT").status(), StatusCode::kInternal, "STORE_ERROR");
}

TEST_F(SqliteTest, TellsATakenKeyFromOtherConstraints) {
  const auto database = MustOpen();
  ASSERT_TRUE(database
                  ->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
                            "CREATE TABLE child(t INTEGER REFERENCES t) STRICT;"
                            "INSERT INTO t VALUES (1, 'a')")
                  .ok());
  ExpectError(database->Run("INSERT INTO t VALUES (1, 'b')"), StatusCode::kAlreadyExists, "STORE_CONFLICT");
  ExpectError(database->Run("INSERT INTO t VALUES (2, 'a')"), StatusCode::kAlreadyExists, "STORE_CONFLICT");
  ExpectError(database->Run("INSERT INTO t VALUES (2, NULL)"), StatusCode::kInternal, "STORE_ERROR");
  ExpectError(database->Run("INSERT INTO t VALUES ('x', 'c')"), StatusCode::kInternal, "STORE_ERROR");
  ExpectError(database->Run("INSERT INTO child VALUES (7)"), StatusCode::kInternal, "STORE_ERROR");
}

TEST_F(SqliteTest, StopsAtTheErrorOfTheRow) {
  const auto database = MustOpen();
  int rows = 0;
  const absl::Status status = database->ForEach("SELECT value FROM json_each('[1,2,3]')", [&](const Statement& row) {
    return ++rows, row.Int(0) < 2 ? absl::OkStatus() : absl::CancelledError("enough");
  });
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_EQ(rows, 2);
}

TEST_F(SqliteTest, UndoesWhatWasNotCommitted) {
  const auto database = MustOpen();
  ASSERT_TRUE(database->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY) STRICT").ok());
  const auto add = [&](int id) { ASSERT_TRUE(database->Run("INSERT INTO t VALUES (?)", id).ok()); };
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok());
    add(1);
  }
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM t"), 0);
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok());
    add(1);
    auto outer = Savepoint::Begin(*database);
    add(2);
    {
      auto inner = Savepoint::Begin(*database);
      add(4);
    }
    {
      auto inner = Savepoint::Begin(*database);
      add(8);
      ASSERT_TRUE(inner->Commit().ok());
    }
    ASSERT_TRUE(outer->Commit().ok());
    auto last = Savepoint::Begin(*database);
    add(16);
    ASSERT_TRUE(last->Rollback().ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  EXPECT_FALSE(database->in_transaction());
  EXPECT_EQ(Number(*database, "SELECT sum(id) FROM t"), 1 + 2 + 8);
}

TEST_F(SqliteTest, ReadsCommittedDataAndHoldsASnapshot) {
  const auto writer = MustOpen();
  ASSERT_TRUE(writer->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY) STRICT; INSERT INTO t VALUES (1)").ok());
  const auto reader = MustOpen(Mode::kReadOnly);
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM t"), 1);
  ExpectError(reader->Run("INSERT INTO t VALUES (2)"), StatusCode::kUnavailable, "STORE_FAILED");
  {
    const auto snapshot = Transaction::Begin(*reader);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    ASSERT_TRUE(writer->Run("INSERT INTO t VALUES (2)").ok());
    EXPECT_EQ(Number(*reader, "SELECT count(*) FROM t"), 1);
  }
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM t"), 2);
}

TEST_F(SqliteTest, ResetsStatementsLeftInTheMiddle) {
  const auto writer = MustOpen();
  ASSERT_TRUE(writer->Execute("CREATE TABLE t(id INTEGER) STRICT; INSERT INTO t VALUES (1), (2)").ok());
  const auto reader = MustOpen(Mode::kReadOnly);
  const auto statement = reader->Prepared("SELECT id FROM t");
  ASSERT_TRUE((*statement)->Step().ok());
  ASSERT_TRUE(writer->Run("DELETE FROM t").ok());
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM t"), 2);  // the open statement keeps its snapshot
  reader->ResetStatements();
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM t"), 0);
}

TEST_F(SqliteTest, CheckpointEmptiesTheLog) {
  const auto database = MustOpen();
  ASSERT_TRUE(database->Execute("CREATE TABLE t(b BLOB) STRICT; INSERT INTO t VALUES (zeroblob(100000))").ok());
  EXPECT_GT(database->log_pages(), 20);
  EXPECT_EQ(*database->Checkpoint(CheckpointMode::kPassive), database->log_pages());
  EXPECT_EQ(*database->Checkpoint(CheckpointMode::kTruncate), 0);
  EXPECT_EQ(std::filesystem::file_size(Path() + "-wal"), 0u);
}

constexpr Migration kMigrations[] = {
    {1, "units", "CREATE TABLE unit(code TEXT PRIMARY KEY) STRICT; INSERT INTO unit VALUES ('a')"},
    {2, "names", "ALTER TABLE unit ADD COLUMN name TEXT"},
    {5, "index", "CREATE INDEX unit_by_name ON unit(name)"},
};

TEST_F(SqliteTest, AppliesEachMigrationOnce) {
  const auto database = MustOpen();
  ASSERT_TRUE(Migrate(*database, std::span(kMigrations).first(1)).ok());
  EXPECT_EQ(Number(*database, "SELECT max(version) FROM schema_migrations"), 1);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Migrate(*database, kMigrations).ok());
    EXPECT_EQ(Number(*database, "SELECT group_concat(version, '') FROM schema_migrations ORDER BY version"), 125);
  }
}

TEST_F(SqliteTest, RefusesANewerDatabase) {
  const auto database = MustOpen();
  ASSERT_TRUE(Migrate(*database, kMigrations).ok());
  const absl::Status status = Migrate(*database, std::span(kMigrations).first(2));
  ExpectError(status, StatusCode::kFailedPrecondition, "STORE_NEWER");
  EXPECT_NE(status.message().find("schema version 5, this program knows 2"), std::string_view::npos) << status;
}

TEST_F(SqliteTest, UndoesAFailedMigrationAndNamesIt) {
  const auto database = MustOpen();
  const Migration broken[] = {kMigrations[0], {2, "broken", "CREATE TABLE half(x); SELEKT"}};
  const absl::Status status = Migrate(*database, broken);
  ExpectError(status, StatusCode::kInternal, "STORE_ERROR");
  EXPECT_NE(status.message().find("migration 2 broken"), std::string_view::npos) << status;
  EXPECT_EQ(Number(*database, "SELECT max(version) FROM schema_migrations"), 1);
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
}

TEST_F(SqliteTest, NamesWhatItsMigrationsDidNotMake) {
  const auto database = MustOpen();
  ASSERT_TRUE(Migrate(*database, kMigrations).ok());
  ASSERT_TRUE(database->Execute("CREATE INDEX added ON unit(code, name)").ok());
  EXPECT_EQ(*database->SchemaFaults(kMigrations), std::vector<std::string>());
  ASSERT_TRUE(database->Execute("DROP INDEX unit_by_name; CREATE INDEX unit_by_name ON unit(name DESC)").ok());
  EXPECT_EQ(*database->SchemaFaults(kMigrations), std::vector<std::string>{"index unit_by_name"});
  ASSERT_TRUE(database->Execute("DROP TABLE unit").ok());
  EXPECT_EQ(database->SchemaFaults(kMigrations)->size(), 3u) << "the table, its index and its key's";
}

// A file that lost what the SQL names is damaged; SQL that is no SQL is the program's fault.
TEST_F(SqliteTest, TellsALostSchemaFromWrongSql) {
  const auto database = MustOpen();
  ASSERT_TRUE(database->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT) STRICT").ok());
  for (const char* sql : {"SELECT * FROM u", "SELECT nam FROM t", "SELECT u.id FROM t", "INSERT INTO t VALUES (1)",
                          "INSERT INTO t (id, nam) VALUES (1, 2)"})
    ExpectError(database->Run(sql), StatusCode::kDataLoss, "STORE_DAMAGED");
  for (const char* sql : {"SELECT FROM t", "INSERT INTO t", "SELECT no_such(1)"})
    ExpectError(database->Run(sql), StatusCode::kInternal, "STORE_ERROR");
  ASSERT_TRUE(database
                  ->Execute("CREATE TABLE child(t TEXT REFERENCES t (name)) STRICT;"
                            "PRAGMA foreign_keys=OFF; INSERT INTO child VALUES ('x'); PRAGMA foreign_keys=ON")
                  .ok());
  ExpectError(database->Run("PRAGMA foreign_key_check"), StatusCode::kDataLoss, "STORE_DAMAGED");
}

// Every bit of the header and the schema, and many of the rest: what cannot be used is called damaged, never a passing
// trouble or a defect of the program.
TEST_F(SqliteTest, DamagedFileIsCalledDamaged) {
  constexpr Migration kSchema[] = {{1, "all", "CREATE TABLE unit(code TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT"}};
  {
    const auto database = MustOpen();
    ASSERT_TRUE(Migrate(*database, kSchema).ok());
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(database->Run("INSERT INTO unit VALUES (?, ?)", std::to_string(i), std::string(40, 'n')).ok());
    ASSERT_TRUE(database->Checkpoint(CheckpointMode::kTruncate).ok());
  }
  std::ifstream in(Path(), std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(in), {});
  const std::size_t schema = whole.find("CREATE TABLE unit");
  ASSERT_NE(schema, std::string::npos);
  std::map<std::string, int> reasons;
  const auto damage = [&](std::size_t byte, int bit) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(Path() + suffix);
    std::ofstream(Path(), std::ios::binary) << damaged;
    const absl::Status status = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const auto database, SqliteDatabase::Open(Path(), Mode::kReadWrite));
      RETURN_IF_ERROR(Migrate(*database, kSchema));
      int rows = 0;
      RETURN_IF_ERROR(
          database->ForEach("SELECT code, name FROM unit ORDER BY code", [&](const Statement&) { ++rows; }));
      RETURN_IF_ERROR(database->Run("PRAGMA integrity_check"));
      return absl::OkStatus();
    }();
    ++reasons[status.ok() ? "OK" : ReasonOf(status)];
    // The format's own version numbers: a file too new to be written is only refused.
    const bool versions = byte == 18 || byte == 19;
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kDataLoss || versions)
        << "byte " << byte << " bit " << bit << ": " << status;
  };
  for (std::size_t byte = 0; byte < 100; ++byte)
    for (int bit = 0; bit < 8; ++bit) damage(byte, bit);
  for (std::size_t byte = schema; byte < schema + 75; ++byte)
    for (int bit = 0; bit < 8; ++bit) damage(byte, bit);
  EXPECT_GT(reasons["STORE_DAMAGED"], 100);
  EXPECT_GT(reasons["OK"], 100) << "not every bit matters";
}

// Each process creates, opens and migrates the same new file at the same moment.
TEST_F(SqliteTest, ProcessesMayMigrateAtOnce) {
  constexpr int kProcesses = 4;
  for (int round = 0; round < 10; ++round) {
    const std::string path = Path(std::to_string(round) + ".db");
    int gate[2];
    ASSERT_EQ(pipe(gate), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
      const pid_t child = fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        close(gate[1]);
        char wait;
        (void)!read(gate[0], &wait, 1);  // returns when the parent closes its end
        const auto database = SqliteDatabase::Open(path, Mode::kReadWrite);
        const absl::Status status = database.ok() ? Migrate(**database, kMigrations) : database.status();
        if (!status.ok()) (void)!write(STDERR_FILENO, status.ToString().c_str(), status.ToString().size());
        _exit(status.ok() ? 0 : 1);
      }
      children.push_back(child);
    }
    close(gate[0]);
    close(gate[1]);
    for (const pid_t child : children) {
      int result = -1;
      ASSERT_EQ(waitpid(child, &result, 0), child);
      EXPECT_EQ(result, 0);
    }
    const auto database = SqliteDatabase::Open(path, Mode::kReadWrite);
    ASSERT_TRUE(database.ok()) << database.status();
    EXPECT_EQ(Number(**database, "SELECT count(*) FROM schema_migrations"), 3);
  }
}

}  // namespace
}  // namespace jixiao::store
