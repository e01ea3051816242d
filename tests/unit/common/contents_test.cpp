#include "common/store/contents.h"

#include "common/store/sqlite.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "unit/temporary_folder.h"

namespace jixiao::store {
namespace {

constexpr Migration kMigrations[] = {
    {1, "pairs", "CREATE TABLE pairs (id INTEGER PRIMARY KEY, pair INTEGER NOT NULL, text TEXT NOT NULL) STRICT;"},
    {2, "an index", "CREATE INDEX pairs_by_pair ON pairs (pair);"}};

std::unique_ptr<GroupCommit> StartWriter(const std::string& path) {
  auto database = SqliteDatabase::Open(path, Mode::kReadWrite);
  EXPECT_TRUE(database.ok() && Migrate(**database, kMigrations).ok());
  auto writer = GroupCommit::Start(*std::move(database));
  EXPECT_TRUE(writer.ok());
  return *std::move(writer);
}

absl::Status CountPairs(Database& database, Contents& contents) {
  ASSIGN_OR_RETURN(contents.counts["pairs"], Number(database, "SELECT count(*) FROM pairs"));
  return absl::OkStatus();
}

class CopyDatabaseTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_ / name; }

  const TemporaryFolder folder_;
};

// Each transaction writes two rows: whatever the copy holds, it holds both of a pair, and everything that was
// acknowledged before it began.
TEST_F(CopyDatabaseTest, IsOfOneMomentWhileOthersWrite) {
  const auto writer = StartWriter(Path("a.db"));
  std::atomic<std::int64_t> acknowledged{0};
  std::atomic<bool> stop{false};
  const std::string text(2000, 'x');
  std::thread writing([&] {
    for (std::int64_t i = 0; !stop.load(); ++i) {
      const absl::Status status = writer->Run([&](Database& database) -> absl::Status {
        RETURN_IF_ERROR(database.Run("INSERT INTO pairs VALUES (?, ?, ?)", 2 * i, i, text));
        return database.Run("INSERT INTO pairs VALUES (?, ?, ?)", 2 * i + 1, i, text);
      });
      EXPECT_TRUE(status.ok()) << status;
      acknowledged.store(2 * (i + 1));
    }
  });
  while (acknowledged.load() < 200) std::this_thread::yield();
  for (int copy = 0; copy < 5; ++copy) {
    const std::int64_t before = acknowledged.load();
    const std::string path = Path("copy" + std::to_string(copy));
    ASSERT_TRUE(CopyDatabase(Path("a.db"), path).ok());
    const auto contents = ReadContents(path, CountPairs);
    ASSERT_TRUE(contents.ok()) << contents.status();
    EXPECT_EQ(contents->schema_version, 2);
    EXPECT_GE(contents->counts.at("pairs"), before);
    EXPECT_EQ(contents->counts.at("pairs") % 2, 0);
    for (const char* beside : {"-wal", "-shm", "-journal"}) EXPECT_FALSE(std::filesystem::exists(path + beside));
    const auto database = SqliteDatabase::Open(path, Mode::kReadWrite);
    ASSERT_TRUE(database.ok());
    std::string integrity;
    ASSERT_TRUE(
        (*database)->ForEach("PRAGMA integrity_check", [&](const Statement& row) { integrity = row.Text(0); }).ok());
    EXPECT_EQ(integrity, "ok");
  }
  stop.store(true);
  writing.join();
}

TEST_F(CopyDatabaseTest, NeverOverAnything) {
  const auto writer = StartWriter(Path("a.db"));
  ASSERT_TRUE(CopyDatabase(Path("a.db"), Path("b.db")).ok());
  EXPECT_EQ(ReasonOf(CopyDatabase(Path("a.db"), Path("b.db"))), "STORE_CONFLICT");
  EXPECT_FALSE(CopyDatabase(Path("none.db"), Path("c.db")).ok());
  EXPECT_FALSE(CopyDatabase(Path("a.db"), Path("no/folder.db")).ok());
  EXPECT_FALSE(std::filesystem::exists(Path("c.db")));
}

TEST_F(CopyDatabaseTest, WritableIsProvedByWriting) {
  const auto writer = StartWriter(Path("a.db"));
  const auto size = std::filesystem::file_size(Path("a.db-wal"));
  EXPECT_TRUE(ProveWritable(*writer).ok());
  EXPECT_GT(std::filesystem::file_size(Path("a.db-wal")), size) << "a page went to the log";
}

}  // namespace
}  // namespace jixiao::store
