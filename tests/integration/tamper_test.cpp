// Nobody changes the archive unseen: every bit flipped in its database is reported by CheckLog, or the server refuses.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/submissions.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <random>

namespace jixiao::testing {
namespace {

// What SQLite or the migrations keep for themselves; times that nobody proves anything with; how far the upkeep is; and
// tables that have no row here (custody_test has some; cosignatures are verified by who knows the witness).
constexpr std::string_view kNotArchived[] = {
    "schema_migrations", "sqlite_sequence", "tree_heads.created_at", "custody_counters", "custody_requests",
    "disposals",         "erasures",        "fixity.verified_at",    "fixity.failure",   "cosignatures"};

bool IsArchived(std::string_view name) {
  return std::find(std::begin(kNotArchived), std::end(kNotArchived), name) == std::end(kNotArchived);
}

// One column of one row.
struct Cell {
  std::string table;
  std::string column;
  std::string type;  // BLOB, TEXT or INTEGER
};

class Sqlite {
 public:
  explicit Sqlite(const std::filesystem::path& file) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_busy_timeout(db_, 5000);
  }
  ~Sqlite() { sqlite3_close(db_); }
  Sqlite(const Sqlite&) = delete;

  // The rows' first three columns as bytes; a blob or text may be bound to ?1 and ?2.
  std::vector<std::array<std::string, 3>> Run(const std::string& sql, const std::string& value = "", bool blob = false,
                                              const std::string& where = "", bool where_blob = false) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(db_));
    Bind(statement, 1, value, blob);
    Bind(statement, 2, where, where_blob);
    std::vector<std::array<std::string, 3>> rows;
    int result = SQLITE_ROW;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
      auto& row = rows.emplace_back();
      for (int i = 0; i < std::min(3, sqlite3_column_count(statement)); ++i)
        row[static_cast<std::size_t>(i)].assign(static_cast<const char*>(sqlite3_column_blob(statement, i)),
                                                static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
    }
    sqlite3_finalize(statement);
    if (result != SQLITE_DONE) throw std::runtime_error(sql + ": " + sqlite3_errmsg(db_));
    return rows;
  }

 private:
  static void Bind(sqlite3_stmt* statement, int index, const std::string& value, bool blob) {
    if (sqlite3_bind_parameter_count(statement) < index) return;
    if (blob)
      sqlite3_bind_blob(statement, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    else
      sqlite3_bind_text(statement, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  }

  sqlite3* db_ = nullptr;
};

class TamperTest : public ::testing::Test {
 protected:
  static constexpr int kRecords = 9;

  void SetUp() override {
    for (int i = 0; i < kRecords; ++i) {
      // The last sample has weights, and so a total and a grade.
      const auto seed = TestSeed() + static_cast<std::uint64_t>(i);
      intake::v1::SubmitEvaluationRequest request = SubmitRequest(i == 0 ? Samples().back() : Variant(seed));
      request.mutable_form()->mutable_implementing_unit()->set_name("单位");
      request.mutable_form()->set_region_code("330106");
      if (i % 2 == 0) request.set_source_document("source " + std::to_string(i));
      intake::v1::SubmitEvaluationResponse response;
      grpc::ClientContext context;
      ASSERT_TRUE(cluster_.Intake().SubmitEvaluation(&context, request, &response).ok());
      WaitFor(cluster_, response.receipt().submission());
    }
    ASSERT_EQ(CheckLog(cluster_).damage_size(), 0);
    ASSERT_EQ(CheckLog(cluster_).records_checked(), kRecords);
    ASSERT_TRUE(Eventually([this] {
      return cluster_.Metric(Server::kArchiving, 0, "jixiao_archiving_fixity_unregistered_records") == 0;
    })) << "what is filed is registered soon";
    // So that the trees of hash renewals have rows, too.
    const auto renewal = Process::Start({jixiao::paths::Binaries() + "/jixiao", "--archiving",
                                         cluster_.AddressOf(Server::kArchiving), "archive", "renew", "--hash", "sm3"},
                                        cluster_.folder() / "renew.log");
    ASSERT_EQ(renewal->Wait(std::chrono::seconds(30)), 0);
  }

  std::filesystem::path Database() const { return cluster_.Database(Server::kArchiving); }
  std::filesystem::path Pristine() const { return cluster_.folder() / "pristine.db"; }

  // Stops the archive and keeps a copy of its database.
  void Freeze() {
    ASSERT_EQ(cluster_.Stop(Server::kArchiving), 0);
    Sqlite(Database()).Run("PRAGMA wal_checkpoint(TRUNCATE)");
    std::filesystem::copy_file(Database(), Pristine());
  }

  void Restore() {
    // The index beside it was made from what was tampered with; it may go at any time.
    for (const char* suffix : {"-wal", "-shm", ".search", ".search-wal", ".search-shm"})
      std::filesystem::remove(Database().string() + suffix);
    std::filesystem::copy_file(Pristine(), Database(), std::filesystem::copy_options::overwrite_existing);
  }

  std::vector<Cell> Cells() const {
    Sqlite db(Pristine());
    std::vector<Cell> cells;
    for (const auto& [table, sql, unused] :
         db.Run("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
      if (!IsArchived(table)) continue;
      for (const auto& [column, type, key] : db.Run("SELECT name, type, pk FROM pragma_table_info('" + table + "')"))
        if (IsArchived(table + "." + column)) cells.push_back({table, column, type});
    }
    return cells;
  }

  // Flips `bit` of the cell's value in one row that has one; says what it did.
  static std::string Flip(Sqlite& db, const Cell& cell, std::mt19937_64& random, int bit) {
    if (cell.type == "INTEGER") {
      db.Run("UPDATE " + cell.table + " SET " + cell.column + " = " + cell.column + " + 1048576 WHERE " + cell.column +
             " = (SELECT max(" + cell.column + ") FROM " + cell.table + ")");
      return cell.table + "." + cell.column + " + 2^20";
    }
    const auto values =
        db.Run("SELECT DISTINCT " + cell.column + " FROM " + cell.table + " WHERE length(" + cell.column + ") > 0");
    if (values.empty()) return "";
    const std::string before = values[random() % values.size()][0];
    std::string after = before;
    const std::size_t byte = random() % after.size();
    after[byte] = static_cast<char>(after[byte] ^ (1 << bit));
    db.Run("UPDATE " + cell.table + " SET " + cell.column + " = ?1 WHERE " + cell.column + " = ?2", after,
           cell.type == "BLOB", before, cell.type == "BLOB");
    return cell.table + "." + cell.column + " byte " + std::to_string(byte) + " of " + std::to_string(after.size()) +
           ", bit " + std::to_string(bit);
  }

  // Whether the archive says that it is damaged: CheckLog answers, and lists damage.
  ::testing::AssertionResult Notices() {
    archiving::v1::CheckLogResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = cluster_.Archiving().CheckLog(&context, {}, &response);
    if (!status.ok()) return ::testing::AssertionFailure() << Read(status).Describe();
    if (response.damage_size() == 0) return ::testing::AssertionFailure() << "CheckLog finds nothing";
    return ::testing::AssertionSuccess();
  }

  // What is read of a damaged archive can be read, or is refused as damaged: it never breaks the call itself.
  void ExpectReadable() {
    grpc::ClientContext contexts[3];
    archiving::v1::GetTreeHeadResponse head;
    archiving::v1::ListRecordsResponse records;
    archiving::v1::GetRecordResponse record;
    archiving::v1::GetRecordRequest request;
    request.set_name("records/0");
    const grpc::Status answers[] = {cluster_.Archiving().GetTreeHead(&contexts[0], {}, &head),
                                    cluster_.Archiving().ListRecords(&contexts[1], {}, &records),
                                    cluster_.Archiving().GetRecord(&contexts[2], request, &record)};
    for (const grpc::Status& status : answers) {
      if (status.ok()) continue;
      EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS) << Read(status).Describe();
      const std::string reason = Read(status).Reason();
      EXPECT_TRUE(reason == "ARCHIVE_DAMAGED" || reason == "STORE_DAMAGED") << Read(status).Describe();
    }
  }

  Cluster cluster_;
};

TEST_F(TamperTest, EveryColumnOfEveryTableIsGuarded) {
  Freeze();
  std::mt19937_64 random(TestSeed());
  const std::vector<Cell> cells = Cells();
  EXPECT_GT(cells.size(), 20u);
  for (const Cell& cell : cells) {
    // A low bit keeps text readable; the highest makes it no UTF-8 any more.
    for (const int bit : {static_cast<int>(random() % 7), 7}) {
      Restore();
      std::string what;
      {
        Sqlite db(Database());
        what = Flip(db, cell, random, bit);
      }
      ASSERT_FALSE(what.empty()) << cell.table << "." << cell.column << " has no value to spoil";
      cluster_.Start(Server::kArchiving);
      cluster_.WaitUntilServing(Server::kArchiving);
      SCOPED_TRACE(what);
      EXPECT_TRUE(Notices());
      ExpectReadable();
      cluster_.Kill9(Server::kArchiving);
    }
  }
  Restore();
  cluster_.Restart(Server::kArchiving);
  EXPECT_EQ(CheckLog(cluster_).damage_size(), 0) << "the pristine copy is whole";
}

TEST_F(TamperTest, EveryBitOfTheNewestTreeHeadIsGuarded) {
  Freeze();
  cluster_.Restart(Server::kArchiving);
  Sqlite db(Database());
  db.Run("PRAGMA synchronous = OFF");
  const std::string note = db.Run("SELECT note FROM tree_heads ORDER BY size DESC LIMIT 1")[0][0];
  const std::string sql = "UPDATE tree_heads SET note = ?1 WHERE size = (SELECT max(size) FROM tree_heads)";
  for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
    std::string spoilt = note;
    spoilt[bit / 8] = static_cast<char>(spoilt[bit / 8] ^ (1 << bit % 8));
    db.Run(sql, spoilt);
    ASSERT_TRUE(Notices()) << "bit " << bit << " of\n" << note;
  }
  db.Run(sql, note);
  EXPECT_EQ(CheckLog(cluster_).damage_size(), 0);
}

TEST_F(TamperTest, RemovedRowsAreMissed) {
  Freeze();
  for (const char* removal :
       {"DELETE FROM records WHERE idx = 4", "DELETE FROM records WHERE idx = (SELECT max(idx) FROM records)",
        "DELETE FROM parts WHERE idx = 3 AND name = 'form'", "DELETE FROM parts WHERE name = 'source'",
        "DELETE FROM shared_contents", "DELETE FROM nodes WHERE level = 0 AND idx = 2",
        "DELETE FROM nodes WHERE level = 1 AND idx = 0",
        "DELETE FROM tree_heads WHERE size = (SELECT max(size) FROM tree_heads)", "DELETE FROM tree_heads",
        "DELETE FROM tree_heads WHERE size = 1", "DELETE FROM tree_heads WHERE size = 5",
        "DELETE FROM tree_heads WHERE size IN (3, 4, 5)",
        "UPDATE records SET leaf = (SELECT leaf FROM records WHERE idx = 1) WHERE idx = 2"}) {
    Restore();
    Sqlite(Database()).Run(removal);
    cluster_.Start(Server::kArchiving);
    cluster_.WaitUntilServing(Server::kArchiving);
    EXPECT_TRUE(Notices()) << removal;
    cluster_.Kill9(Server::kArchiving);
  }
}

// What SQLite knows of the tables: a changed letter may make the file unusable, or change nothing that shows. Either
// the server says that its database is damaged and ends, or CheckLog says so.
TEST_F(TamperTest, SchemaIsGuarded) {
  Freeze();
  std::mt19937_64 random(TestSeed());
  int served = 0;
  int refused = 0;
  for (const auto& [name, sql, unused] : Sqlite(Pristine())
                                             .Run("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name "
                                                  "<> 'schema_migrations' ORDER BY name")) {
    for (int i = 0; i < 4; ++i) {
      Restore();
      std::string after = sql;
      const std::size_t byte = random() % after.size();
      after[byte] = static_cast<char>(after[byte] ^ (1 << random() % 7));
      {
        Sqlite db(Database());
        db.Run("PRAGMA writable_schema = ON");
        db.Run("UPDATE sqlite_schema SET sql = ?1 WHERE name = ?2", after, false, name);
      }
      SCOPED_TRACE(sql + "\nbecame " + after);
      cluster_.Start(Server::kArchiving);
      Process& process = cluster_.process(Server::kArchiving);
      ASSERT_TRUE(Eventually(
          [&] { return !process.Running() || HealthOf(cluster_.Channel(Server::kArchiving)) == Health::kServing; }));
      if (process.Running()) {
        ++served;
        EXPECT_TRUE(Notices());
        ExpectReadable();
        cluster_.Kill9(Server::kArchiving);
        continue;
      }
      ++refused;
      EXPECT_EQ(process.Wait(std::chrono::milliseconds(0)), 1);
      EXPECT_EQ(cluster_.LogLines(Server::kArchiving).back().value("reason", ""), "STORE_DAMAGED");
    }
  }
  EXPECT_GT(served + refused, 16);
}

// Flipped in the file itself, forty bits a time: whatever SQLite makes of it, the server lives, and never calls it
// whole.
TEST_F(TamperTest, DamagedPagesNeverMakeTheServerCrash) {
  Freeze();
  std::mt19937_64 random(TestSeed());
  const auto size = std::filesystem::file_size(Pristine());
  for (int i = 0; i < 25; ++i) {
    Restore();
    {
      std::FILE* file = std::fopen(Database().c_str(), "r+b");
      for (int k = 0; k < 40; ++k) {
        const long at = static_cast<long>(100 + random() % (size - 100));
        std::fseek(file, at, SEEK_SET);
        const int byte = std::fgetc(file);
        std::fseek(file, at, SEEK_SET);
        std::fputc(byte ^ (1 << random() % 8), file);
      }
      std::fclose(file);
    }
    SCOPED_TRACE(i);
    cluster_.Start(Server::kArchiving);
    Process& process = cluster_.process(Server::kArchiving);
    // It serves, or it says why not and ends with 1.
    ASSERT_TRUE(Eventually(
        [&] { return !process.Running() || HealthOf(cluster_.Channel(Server::kArchiving)) == Health::kServing; }));
    if (!process.Running()) {
      EXPECT_EQ(process.Wait(std::chrono::milliseconds(0)), 1);
      EXPECT_EQ(cluster_.LogLines(Server::kArchiving).back().value("reason", ""), "STORE_DAMAGED");
      continue;
    }
    EXPECT_TRUE(Notices());
    archiving::v1::ListRecordsResponse records;
    grpc::ClientContext list;
    Within(list);
    cluster_.Archiving().ListRecords(&list, {}, &records);
    EXPECT_TRUE(process.Running());
    cluster_.Kill9(Server::kArchiving);
  }
}

}  // namespace
}  // namespace jixiao::testing
