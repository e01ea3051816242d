// What every store relies on, shown on SQLite and on PostgreSQL by the same tests.
#include "common/store/database.h"

#include "common/store/group_commit.h"
#include "common/store/inserts.h"
#include "common/store/look_ups.h"
#include "common/store/postgres.h"
#include "support/postgres.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <limits>
#include <set>
#include <thread>

#include "unit/temporary_folder.h"

namespace jixiao::store {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One server for all tests of the process: its start takes longer than they do.
testing::PrivatePostgres* Postgres() {
  static const std::unique_ptr<testing::PrivatePostgres> server = testing::PrivatePostgres::Start();
  return server.get();
}

constexpr Migration kMigrations[] = {
    {1, "units",
     "CREATE TABLE unit (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE, money INTEGER, seal BLOB)"
     " STRICT; CREATE INDEX unit_by_money ON unit (money);"},
    {2, "years", "ALTER TABLE unit ADD COLUMN year INTEGER NOT NULL DEFAULT 2024;"},
};

class DatabaseTest : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    if (GetParam() == Engine::kSqlite) {
      address_ = folder_ / "test.db";
    } else if (Postgres() == nullptr) {
      GTEST_SKIP() << "PostgreSQL is not installed (apt-get install postgresql)";
    } else {
      address_ = Postgres()->CreateDatabase();
    }
  }

  std::unique_ptr<Database> MustOpen(Mode mode = Mode::kReadWrite) {
    auto database = Database::Open(address_, mode);
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  }

  std::unique_ptr<Database> WithTables() {
    auto database = MustOpen();
    const absl::Status migrated = Migrate(*database, kMigrations);
    EXPECT_TRUE(migrated.ok()) << migrated;
    return database;
  }

  static std::int64_t Number(Database& database, std::string_view sql) {
    std::int64_t number = -1;
    const absl::Status status = database.ForEach(sql, [&](const Statement& row) { number = row.Int(0); });
    EXPECT_TRUE(status.ok()) << status;
    return number;
  }

  static void ExpectError(const absl::Status& status, StatusCode code, std::string_view reason) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(ReasonOf(status), reason) << status;
  }

  TemporaryFolder folder_;
  std::string address_;
};

TEST_P(DatabaseTest, ReadsWhatWasWritten) {
  const auto database = WithTables();
  const std::string seal("\0\xff?'x", 5);
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  ASSERT_TRUE(
      database->Run("INSERT INTO unit (code, money, seal) VALUES (?, ?, ?)", "市财政局？", kLeast, Blob{seal}).ok());
  ASSERT_TRUE(database->Run("INSERT INTO unit (code, money, seal) VALUES (?, ?, ?)", "", nullptr, nullptr).ok());
  EXPECT_EQ(database->changes(), 1);
  std::vector<std::string> seen;
  ASSERT_TRUE(database
                  ->ForEach(
                      "SELECT id, code, money, seal, year, '?' FROM unit WHERE year = ?1 AND ?1 > 0 ORDER BY id",
                      [&](const Statement& row) {
                        seen.push_back(row.Text(0) + "|" + row.Text(1) + "|" + row.Text(4) + row.Text(5));
                        if (row.Int(0) != 1) {
                          EXPECT_TRUE(row.IsNull(2));
                          EXPECT_EQ(row.Int(2), 0);
                          EXPECT_EQ(row.BlobBytes(3), "");
                          return;
                        }
                        EXPECT_EQ(row.Int(2), kLeast);
                        EXPECT_EQ(row.BlobBytes(3), seal);
                      },
                      2024)
                  .ok());
  EXPECT_THAT(seen, ElementsAre("1|市财政局？|2024?", "2||2024?"));
  EXPECT_EQ(Number(*database, "SELECT sum(year) FROM unit"), 4048);
  ASSERT_TRUE(database->Run("UPDATE unit SET money = 1").ok());
  EXPECT_EQ(database->changes(), 2);
}

// By any number of statements, with nothing twice and nothing left out; also sent without waiting.
TEST_P(DatabaseTest, WritesAndFindsManyRows) {
  static const Inserts kUnits("INSERT INTO unit (code, money) VALUES", 2);
  static const LookUps kByCode("SELECT code, money FROM unit WHERE money >= ? AND code = ?");
  const auto database = WithTables();
  std::set<std::int64_t> expected;
  std::int64_t next = 0;
  for (const std::size_t count : {0, 1, 3, 4, 21, 64, 150}) {
    std::vector<std::int64_t> rows;
    while (rows.size() < count) rows.push_back(next++);
    std::vector<std::string> codes;
    for (const std::int64_t row : rows) codes.push_back(Cat("unit-", row));
    auto transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok()) << transaction.status();
    database->Defer();
    ASSERT_TRUE(kUnits
                    .Run(
                        *database, std::span<const std::int64_t>(rows),
                        [&](const std::int64_t& row, const auto& put) {
                          put(codes[static_cast<std::size_t>(&row - rows.data())]);
                          put(row);
                        },
                        count == 150 ? 4 : Inserts::kMost)
                    .ok());
    ASSERT_TRUE(database->AwaitDeferred().ok());
    ASSERT_TRUE(transaction->Commit().ok());
    expected.insert(rows.begin(), rows.end());
  }
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM unit"), static_cast<std::int64_t>(expected.size()));
  std::vector<std::string> keys;
  for (std::int64_t i = -7; i < next + 7; ++i) keys.push_back(Cat("unit-", i));
  std::vector<std::int64_t> found;
  ASSERT_TRUE(kByCode
                  .ForEach(
                      *database, std::span<const std::string>(keys),
                      [&](const Statement& row) { found.push_back(row.Int(1)); }, 100)
                  .ok());
  std::ranges::sort(found);
  EXPECT_EQ(found, std::vector<std::int64_t>(expected.lower_bound(100), expected.end()));
}

TEST_P(DatabaseTest, OrdersTextByItsBytes) {
  const auto database = WithTables();
  for (const char* code : {"乙", "b", "甲", "B", "a", "_"})
    ASSERT_TRUE(database->Run("INSERT INTO unit (code) VALUES (?)", code).ok());
  std::string codes;
  ASSERT_TRUE(
      database->ForEach("SELECT code FROM unit ORDER BY code", [&](const Statement& row) { codes += row.TextView(0); })
          .ok());
  EXPECT_EQ(codes, "B_ab乙甲");
}

TEST_P(DatabaseTest, NamesItsErrors) {
  const auto database = WithTables();
  ASSERT_TRUE(database->Run("INSERT INTO unit (code) VALUES (?)", "a").ok());
  ExpectError(database->Run("INSERT INTO unit (code) VALUES (?)", "a"), StatusCode::kAlreadyExists, "STORE_CONFLICT");
  ExpectError(database->Run("SELECT absent FROM unit"), StatusCode::kDataLoss, "STORE_DAMAGED");
  ExpectError(database->Run("SELECT 1 FROM nowhere"), StatusCode::kDataLoss, "STORE_DAMAGED");
  ExpectError(database->Run("SELEKT"), StatusCode::kInternal, "STORE_ERROR");
  ExpectError(database->Run("SELECT code FROM unit WHERE code = ?"), StatusCode::kInternal, "STORE_ERROR");
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM unit"), 1) << "the connection goes on";
}

TEST_P(DatabaseTest, UndoesWhatWasNotCommitted) {
  const auto database = WithTables();
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(database->Run("INSERT INTO unit (code) VALUES ('outer')").ok());
    {
      auto savepoint = Savepoint::Begin(*database);
      ASSERT_TRUE(savepoint.ok());
      ASSERT_TRUE(database->Run("INSERT INTO unit (code) VALUES ('inner')").ok());
      ExpectError(database->Run("INSERT INTO unit (code) VALUES ('inner')"), StatusCode::kAlreadyExists,
                  "STORE_CONFLICT");
    }
    ASSERT_TRUE(database->Run("INSERT INTO unit (code) VALUES ('after')").ok())
        << "a savepoint mends a failed statement";
    ASSERT_TRUE(transaction->Commit().ok());
  }
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM unit"), 2);
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_TRUE(database->Run("DELETE FROM unit").ok());
  }
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM unit"), 2);
  EXPECT_FALSE(database->in_transaction());
}

TEST_P(DatabaseTest, ReadersSeeOneMoment) {
  const auto writer = WithTables();
  const auto reader = MustOpen(Mode::kReadOnly);
  const auto snapshot = Transaction::Begin(*reader);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM unit"), 0);
  ASSERT_TRUE(writer->Run("INSERT INTO unit (code) VALUES ('a')").ok());
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM unit"), 0);
  EXPECT_FALSE(reader->Run("DELETE FROM unit").ok()) << "and write nothing";
}

// Two that read, think and write would lose one of the writes if they did so at once.
TEST_P(DatabaseTest, HasOneWriterAtATime) {
  const auto first = WithTables();
  const auto second = MustOpen();
  ASSERT_TRUE(first->Run("INSERT INTO unit (code, money) VALUES ('a', 0)").ok());
  constexpr int kTimes = 50;
  const auto add = [](Database& database) {
    for (int i = 0; i < kTimes; ++i) {
      auto transaction = Transaction::Begin(database);
      ASSERT_TRUE(transaction.ok()) << transaction.status();
      const std::int64_t money = Number(database, "SELECT money FROM unit");
      ASSERT_TRUE(database.Run("UPDATE unit SET money = ?", money + 1).ok());
      ASSERT_TRUE(transaction->Commit().ok());
    }
  };
  std::thread other([&] { add(*second); });
  add(*first);
  other.join();
  EXPECT_EQ(Number(*first, "SELECT money FROM unit"), 2 * kTimes);
}

TEST_P(DatabaseTest, ManyMigrateAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&] {
      auto database = Database::Open(address_, Mode::kReadWrite);
      const absl::Status status = database.ok() ? Migrate(**database, kMigrations) : database.status();
      if (!status.ok()) ADD_FAILURE() << status;
      failures += status.ok() ? 0 : 1;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  const auto database = MustOpen();
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM schema_migrations"), 2);
  ExpectError(Migrate(*database, std::span(kMigrations).first(1)), StatusCode::kFailedPrecondition, "STORE_NEWER");
}

TEST_P(DatabaseTest, FindsAnAlteredSchema) {
  const auto database = WithTables();
  ASSERT_TRUE(database->Execute("CREATE INDEX added ON unit (year)").ok());
  EXPECT_THAT(*database->SchemaFaults(kMigrations), IsEmpty());
  ASSERT_TRUE(database->Execute("DROP INDEX unit_by_money").ok());
  EXPECT_THAT(*database->SchemaFaults(kMigrations), ElementsAre("index unit_by_money"));
}

// What is sent without waiting is there for what is read after it, counts, and says in the end what went wrong.
TEST_P(DatabaseTest, DefersWhatNobodyWaitsFor) {
  const auto database = WithTables();
  const auto insert = [&](int i) {
    return database->Run("INSERT INTO unit (code) VALUES (?)", "u" + std::to_string(i));
  };
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok());
    database->Defer();
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(insert(i).ok());
    EXPECT_TRUE(database->in_transaction());
    EXPECT_EQ(Number(*database, "SELECT count(*) FROM unit"), 1000);
    ASSERT_TRUE(database->Run("UPDATE unit SET money = ? WHERE code < ?", 7, "u5").ok());
    const std::int64_t changed = database->changes();
    EXPECT_GT(changed, 100);
    EXPECT_EQ(changed, Number(*database, "SELECT count(*) FROM unit WHERE money = 7"));
    ASSERT_TRUE(database->Run("UPDATE unit SET seal = ? WHERE code = ?", Blob{std::string(1 << 20, 'x')}, "u0").ok());
    EXPECT_TRUE(database->AwaitDeferred().ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  EXPECT_EQ(Number(*database, "SELECT length(seal) FROM unit WHERE code = 'u0'"), 1 << 20);
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok());
    database->Defer();
    absl::Status status = insert(2000);
    for (int i = 0; i < 3 && status.ok(); ++i) status = insert(1);  // there is one
    for (int i = 2001; i < 2010 && status.ok(); ++i) status = insert(i);
    if (status.ok()) status = database->AwaitDeferred();
    ExpectError(status, StatusCode::kAlreadyExists, "STORE_CONFLICT");
  }
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM unit"), 1000);
  ASSERT_TRUE(insert(3000).ok()) << "the connection goes on";
}

TEST_P(DatabaseTest, AGroupWhoseDeferredStatementFailsRunsAgain) {
  auto writer = GroupCommit::Start(WithTables());
  ASSERT_TRUE(writer.ok()) << writer.status();
  std::promise<void> held;
  std::promise<void> running;
  ASSERT_TRUE((*writer)
                  ->Submit(
                      [&](Database&) {
                        running.set_value();
                        held.get_future().wait();
                        return absl::OkStatus();
                      },
                      [](const absl::Status&) {})
                  .ok());
  running.get_future().wait();
  std::vector<absl::Status> outcomes(5);
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    ASSERT_TRUE((*writer)
                    ->Submit(
                        [i](Database& db) -> absl::Status {
                          // The third and the fourth want the same.
                          const std::string code = "u" + std::to_string(i == 3 ? 2 : i);
                          RETURN_IF_ERROR(db.Run("INSERT INTO unit (code) VALUES (?)", code));
                          return db.Run("UPDATE unit SET money = ? WHERE code = ?", i, code);
                        },
                        [&outcomes, i](absl::Status outcome) { outcomes[i] = std::move(outcome); },
                        {.repeatable = true})
                    .ok());
  held.set_value();
  (*writer)->Stop();
  for (const std::size_t i : {0u, 1u, 2u, 4u}) EXPECT_TRUE(outcomes[i].ok()) << i << ": " << outcomes[i];
  ExpectError(outcomes[3], StatusCode::kAlreadyExists, "STORE_CONFLICT");
  EXPECT_EQ((*writer)->stats().repeated_groups, 1u);
  const auto database = MustOpen();
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM unit"), 4);
  EXPECT_EQ(Number(*database, "SELECT money FROM unit WHERE code = 'u2'"), 2);
}

TEST_P(DatabaseTest, GroupsUndoOneWorkAlone) {
  auto writer = GroupCommit::Start(WithTables());
  ASSERT_TRUE(writer.ok()) << writer.status();
  const auto insert = [](Database& db) { return db.Run("INSERT INTO unit (code) VALUES ('a')"); };
  EXPECT_TRUE((*writer)->Run(insert).ok());
  ExpectError((*writer)->Run(insert), StatusCode::kAlreadyExists, "STORE_CONFLICT");
  EXPECT_TRUE((*writer)->Run([](Database& db) { return db.Run("INSERT INTO unit (code) VALUES ('b')"); }).ok());
  // A work that hides a failed statement has not happened where the database says so.
  const absl::Status hidden = (*writer)->Run([&](Database& db) {
    (void)insert(db);
    return absl::OkStatus();
  });
  if (GetParam() == Engine::kPostgres) ExpectError(hidden, StatusCode::kInternal, "STORE_ERROR");
  const auto pool = ReadPool::Open(address_, 2);
  ASSERT_TRUE(pool.ok()) << pool.status();
  const auto lease = (*pool)->Acquire();
  EXPECT_EQ(Number(**lease, "SELECT count(*) FROM unit"), 2);
}

INSTANTIATE_TEST_SUITE_P(Engines, DatabaseTest, ::testing::Values(Engine::kSqlite, Engine::kPostgres),
                         [](const auto& engine) { return engine.param == Engine::kSqlite ? "Sqlite" : "Postgres"; });

// What is only PostgreSQL's: a server that goes away.
TEST(PostgresTest, ComesBackAfterACrashOfTheServer) {
  const auto server = testing::PrivatePostgres::Start();
  if (server == nullptr) GTEST_SKIP() << "PostgreSQL is not installed (apt-get install postgresql)";
  const std::string address = server->CreateDatabase();
  auto database = Database::Open(address, Mode::kReadWrite);
  ASSERT_TRUE(database.ok()) << database.status();
  ASSERT_TRUE(Migrate(**database, kMigrations).ok());
  const auto writer = *GroupCommit::Start(*std::move(database));
  const auto pool = *ReadPool::Open(address, 1);
  const auto write = [&](const std::string& code) {
    return writer->Run([&](Database& db) { return db.Run("INSERT INTO unit (code) VALUES (?)", code); });
  };
  const auto count = [&]() -> absl::StatusOr<std::int64_t> {
    ASSIGN_OR_RETURN(const auto lease, pool->Acquire());
    std::int64_t number = 0;
    RETURN_IF_ERROR(lease->ForEach("SELECT count(*) FROM unit", [&](const Statement& row) { number = row.Int(0); }));
    return number;
  };
  ASSERT_TRUE(write("before").ok());
  EXPECT_EQ(*count(), 1);
  server->Crash();
  EXPECT_EQ(write("while it is away").code(), StatusCode::kUnavailable);
  EXPECT_EQ(count().status().code(), StatusCode::kUnavailable);
  server->StartAgain();
  EXPECT_EQ(*count(), 1) << "what was acknowledged is there, what was refused is not, and readers connect anew";
  EXPECT_TRUE(write("after").ok());
  // A connection that is lost between two calls is opened anew without an error.
  server->Crash();
  server->StartAgain();
  EXPECT_EQ(*count(), 2);
  const absl::Status again = write("again");
  EXPECT_TRUE(again.ok()) << again;
}

TEST(PostgresTest, TranslatesTypesAndParameters) {
  EXPECT_EQ(ToPostgresSchema("CREATE TABLE child (p INTEGER NOT NULL REFERENCES parent (id), n BLOB)"),
            "CREATE TABLE child (p BIGINT NOT NULL, n BYTEA)");
  EXPECT_EQ(
      ToPostgresSchema("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, INTEGERS TEXT DEFAULT 'TEXT', b BLOB)"
                       " STRICT, WITHOUT ROWID;"),
      "CREATE TABLE t (id BIGSERIAL PRIMARY KEY, INTEGERS TEXT COLLATE \"C\" DEFAULT 'TEXT', b BYTEA) ;");
  const NumberedSql numbered = NumberParameters("SELECT '?' WHERE a = ? AND b = ?1 AND c = ?");
  EXPECT_EQ(numbered.sql, "SELECT '?' WHERE a = $1 AND b = $1 AND c = $2");
  EXPECT_EQ(numbered.parameters, 2);
}

TEST(PostgresTest, ShowsNoPassword) {
  EXPECT_EQ(WithoutPassword("postgresql://jixiao:secret@db:5432/intake?password=other"),
            "postgresql://jixiao@db:5432/intake");
  EXPECT_EQ(WithoutPassword("postgresql://db/intake"), "postgresql://db/intake");
  EXPECT_EQ(WithoutPassword("postgresql://u:sec?ret@h/db"), "postgresql://u@h/db") << "libpq takes it as it is";
  EXPECT_EQ(WithoutPassword("postgresql://u:?secret@h:5432/db?sslmode=require"), "postgresql://u@h:5432/db");
  EXPECT_EQ(WithoutPassword("postgresql://u:se@cret@h/db"), "postgresql://u@h/db");
  EXPECT_EQ(WithoutPassword("postgresql://u:se/cret@h/db"), "postgresql://u@h/db") << "nor what libpq does not take";
  EXPECT_EQ(WithoutPassword("postgresql://h:5432/db?password=a@b"), "postgresql://h:5432/db");
  EXPECT_EQ(WithoutPassword("postgresql://u@h:5432/db"), "postgresql://u@h:5432/db");
  EXPECT_EQ(WithoutPassword("postgresql://h:5432?password=secret"), "postgresql://h:5432");
}

}  // namespace
}  // namespace jixiao::store
