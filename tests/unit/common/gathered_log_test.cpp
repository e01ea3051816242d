// What SQLite commits through the layer that gathers its log's writes is what it commits without.
#include "common/store/gathered_log.h"

#include "common/store/sqlite.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "unit/temporary_folder.h"

namespace jixiao::store {
namespace {

constexpr int kMegabyte = 1024 * 1024;

class GatheredLogTest : public ::testing::Test {
 protected:
  std::string Path() const { return folder_ / "test.db"; }

  // Through the layer when it may write.
  std::unique_ptr<SqliteDatabase> MustOpen(Mode mode = Mode::kReadWrite) {
    auto database = SqliteDatabase::Open(Path(), mode);
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  }

  std::unique_ptr<SqliteDatabase> MustCreate() {
    auto database = MustOpen();
    EXPECT_TRUE(database->Execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT").ok());
    return database;
  }

  static absl::Status Insert(Database& database, std::int64_t id, int bytes) {
    return database.Run("INSERT INTO rows VALUES (?, randomblob(?))", id, bytes);
  }

  static std::int64_t Number(Database& database, std::string_view sql) {
    std::int64_t number = -1;
    const absl::Status status = database.ForEach(sql, [&](const Statement& row) { number = row.Int(0); });
    EXPECT_TRUE(status.ok()) << status;
    return number;
  }

  // Of all rows, their number and sizes.
  static std::pair<std::int64_t, std::int64_t> Content(Database& database) {
    return {Number(database, "SELECT count(*) FROM rows"), Number(database, "SELECT sum(length(bytes)) FROM rows")};
  }

  static void ExpectSound(Database& database) {
    EXPECT_EQ(Number(database, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
  }

  TemporaryFolder folder_;
};

// Calls of write by this process until now.
std::int64_t Writes() {
  std::ifstream io("/proc/self/io");
  for (std::string name; io >> name;) {
    std::int64_t count = 0;
    io >> count;
    if (name == "syscw:") return count;
  }
  return -1;
}

TEST_F(GatheredLogTest, ACommitIsFewWrites) {
  ASSERT_NE(GatheredLogVfs(), nullptr);
  const auto database = MustCreate();
  const std::int64_t before = Writes();
  if (before < 0) GTEST_SKIP() << "no /proc/self/io";
  ASSERT_TRUE(Insert(*database, 1, kMegabyte).ok());
  EXPECT_GT(database->log_pages(), 250);
  EXPECT_LT(Writes() - before, 40);
}

// Others read the file, from the moment of the commit on.
TEST_F(GatheredLogTest, WhatIsCommittedIsThereForOthersAtOnce) {
  const auto database = MustCreate();
  const auto reader = MustOpen(Mode::kReadOnly);
  std::int64_t bytes = 0;
  for (std::int64_t id = 1; id <= 200; ++id) {
    const int size = static_cast<int>(id * id * 7 % 300'000);
    ASSERT_TRUE(Insert(*database, id, size).ok());
    bytes += size;
    ASSERT_EQ(Content(*reader), std::make_pair(id, bytes));
    if (id % 50 == 0) {
      const auto mode = id % 100 == 0 ? CheckpointMode::kTruncate : CheckpointMode::kRestart;
      ASSERT_TRUE(MustOpen()->Checkpoint(mode).ok());
    }
  }
  ExpectSound(*reader);
}

// A transaction larger than SQLite's cache writes pages before its end, reads them again, and may take them back.
TEST_F(GatheredLogTest, ATransactionLargerThanTheCache) {
  const auto database = MustCreate();
  ASSERT_TRUE(database->Execute("PRAGMA cache_size = 20").ok());
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok());
    for (std::int64_t id = 1; id <= 40; ++id) ASSERT_TRUE(Insert(*database, id, kMegabyte / 8).ok());
    ASSERT_TRUE(database->Execute("SAVEPOINT part").ok());
    for (std::int64_t id = 41; id <= 80; ++id) ASSERT_TRUE(Insert(*database, id, kMegabyte / 8).ok());
    EXPECT_EQ(Content(*database), std::make_pair(std::int64_t{80}, std::int64_t{10} * kMegabyte));
    EXPECT_EQ(Content(*MustOpen(Mode::kReadOnly)).first, 0);
    ASSERT_TRUE(database->Execute("ROLLBACK TO part; RELEASE part").ok());
    for (std::int64_t id = 41; id <= 48; ++id) ASSERT_TRUE(Insert(*database, id, kMegabyte).ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  const auto expected = std::make_pair(std::int64_t{48}, std::int64_t{13} * kMegabyte);
  EXPECT_EQ(Content(*database), expected);
  const auto reader = MustOpen(Mode::kReadOnly);
  EXPECT_EQ(Content(*reader), expected);
  ExpectSound(*reader);
}

// SQLite believes a page to be written that is still to go to the file: when that fails, no later commit may rest on
// it.
TEST_F(GatheredLogTest, AWriteThatFailsLaterCommitsNothing) {
  const auto database = MustCreate();
  ASSERT_TRUE(Insert(*database, 1, 1000).ok());
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto ignored = signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{std::filesystem::file_size(Path() + "-wal") + 20'000, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  const absl::Status failed = Insert(*database, 2, kMegabyte);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  signal(SIGXFSZ, ignored);
  EXPECT_FALSE(failed.ok());
  // There is room again, but what this connection believes of its log is not to be trusted.
  EXPECT_FALSE(Insert(*database, 3, 1000).ok());
  const auto next = MustOpen();
  EXPECT_EQ(Content(*next), std::make_pair(std::int64_t{1}, std::int64_t{1000}));
  EXPECT_TRUE(Insert(*next, 2, 1000).ok());
  EXPECT_EQ(Content(*MustOpen(Mode::kReadOnly)), std::make_pair(std::int64_t{2}, std::int64_t{2000}));
  ExpectSound(*next);
}

}  // namespace
}  // namespace jixiao::store
