#include "archiving/store/sql_search_store.h"

#include "common/errors.h"
#include "common/store/inserts.h"
#include "common/store/look_ups.h"
#include "common/store/postgres.h"
#include "common/text.h"

#include <filesystem>
#include <system_error>

namespace jixiao::archiving {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

constexpr store::Migration kMigrations[] = {
    {1, "search index",
     "CREATE TABLE search_values ("
     "  block INTEGER NOT NULL,"
     "  key TEXT NOT NULL,"
     "  value BLOB NOT NULL,"
     "  PRIMARY KEY (block, key)"
     ") STRICT, WITHOUT ROWID;"
     "CREATE TABLE search_words ("
     "  id INTEGER PRIMARY KEY,"
     "  text TEXT NOT NULL UNIQUE"
     ") STRICT;"
     "CREATE TABLE search_state ("
     "  one INTEGER PRIMARY KEY CHECK (one = 1),"
     "  records INTEGER NOT NULL,"
     "  last_leaf_hash BLOB NOT NULL,"
     "  generation INTEGER NOT NULL"
     ") STRICT;"},
    {2, "erasures that the index has forgotten",
     "ALTER TABLE search_state ADD COLUMN erasures INTEGER NOT NULL DEFAULT 0;"}};

// In PostgreSQL the index has tables and a writer's lock of its own beside the archive's.
constexpr std::string_view kSchema = "jixiao_search";

// Reads and writes over one connection, inside a transaction that the caller holds.
class SqlSearch final : public SearchWriter {
 public:
  explicit SqlSearch(Database& db) : db_(db) {}

  absl::StatusOr<SearchState> State() const override {
    SearchState state;
    RETURN_IF_ERROR(db_.ForEach("SELECT records, last_leaf_hash, generation, erasures FROM search_state",
                                [&](const Statement& row) {
                                  state = {row.Int(0), row.BlobBytes(1), row.Int(2), row.Int(3)};
                                }));
    return state;
  }

  absl::StatusOr<std::optional<std::string>> Value(std::int64_t block, std::string_view key) const override {
    std::optional<std::string> found;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT value FROM search_values WHERE block = ? AND key = ?",
        [&](const Statement& row) { found = row.BlobBytes(0); }, block, key));
    return found;
  }

  absl::Status ForEach(
      std::int64_t block, std::string_view prefix,
      absl::FunctionRef<absl::Status(std::string_view key, std::string_view value)> each) const override {
    // Keys are UTF-8, in which no byte is 0xFF: this is the first text behind all that start with the prefix.
    const std::string end = Cat(prefix, "\xF4\x8F\xBF\xBF");
    return db_.ForEach(
        "SELECT key, value FROM search_values WHERE block = ? AND key >= ? AND key < ? ORDER BY key",
        [&](const Statement& row) { return each(row.TextView(0), row.BlobBytes(1)); }, block, prefix, end);
  }

  absl::StatusOr<std::optional<std::string>> Word(std::int64_t id) const override {
    std::optional<std::string> found;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT text FROM search_words WHERE id = ?", [&](const Statement& row) { found = row.Text(0); }, id));
    return found;
  }

  absl::StatusOr<std::optional<std::int64_t>> WordId(std::string_view text) const override {
    std::optional<std::int64_t> found;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT id FROM search_words WHERE text = ?", [&](const Statement& row) { found = row.Int(0); }, text));
    return found;
  }

  absl::Status PutState(const SearchState& state) override {
    return db_.Run(
        "INSERT INTO search_state (one, records, last_leaf_hash, generation, erasures) VALUES (1, ?, ?, ?, ?) ON "
        "CONFLICT (one) DO UPDATE SET records = excluded.records,"
        " last_leaf_hash = excluded.last_leaf_hash, generation = excluded.generation, erasures = excluded.erasures",
        state.records, Blob{state.last_leaf_hash}, state.generation, state.erasures);
  }

  absl::Status Put(std::int64_t block, const std::map<std::string, std::string>& values) override {
    static const store::Inserts kValues("INSERT INTO search_values VALUES", 3,
                                        "ON CONFLICT (block, key) DO UPDATE SET value = excluded.value");
    using Row = std::pair<std::string_view, std::string_view>;
    const std::vector<Row> rows(values.begin(), values.end());
    return kValues.RunBounded(
        db_, std::span<const Row>(rows), [](const Row& row) { return row.second.size(); },
        [block](const Row& row, const auto& put) {
          put(block);
          put(row.first);
          put(Blob{row.second});
        });
  }

  absl::StatusOr<WordIds> Intern(const std::set<std::string_view>& texts) override {
    static const store::LookUps kKnown("SELECT id, text FROM search_words WHERE text = ?");
    static const store::Inserts kNew("INSERT INTO search_words VALUES", 2);
    const std::vector<std::string_view> all(texts.begin(), texts.end());
    WordIds ids;
    RETURN_IF_ERROR(kKnown.ForEach(db_, std::span<const std::string_view>(all),
                                   [&](const Statement& row) { ids.emplace(row.Text(1), row.Int(0)); }));
    if (ids.size() == texts.size()) return ids;
    std::int64_t last = 0;
    RETURN_IF_ERROR(
        db_.ForEach("SELECT coalesce(max(id), 0) FROM search_words", [&](const Statement& row) { last = row.Int(0); }));
    using Row = std::pair<std::int64_t, std::string_view>;
    std::vector<Row> rows;
    for (const std::string_view text : texts)
      if (ids.try_emplace(std::string(text), last + 1).second) rows.emplace_back(++last, text);
    RETURN_IF_ERROR(kNew.Run(db_, std::span<const Row>(rows), [](const Row& row, const auto& put) {
      put(row.first);
      put(row.second);
    }));
    return ids;
  }

  absl::StatusOr<bool> ClearSome() override {
    if (db_.engine() == store::Engine::kSqlite) RETURN_IF_ERROR(db_.Execute("PRAGMA secure_delete=ON"));
    RETURN_IF_ERROR(db_.Run("DELETE FROM search_values WHERE block = (SELECT max(block) FROM search_values)"));
    if (db_.changes() > 0) return false;
    RETURN_IF_ERROR(db_.Run("DELETE FROM search_words WHERE id > (SELECT max(id) - 50000 FROM search_words)"));
    return db_.changes() == 0;
  }

 private:
  Database& db_;
};

// The parts of an SQLite database: file, write-ahead log and its index.
absl::Status PutAside(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;
    if (!std::filesystem::exists(path + suffix, error)) continue;
    std::filesystem::rename(path + suffix, Cat(path, ".damaged", suffix), error);
    if (error) return Error(absl::StatusCode::kUnavailable, "STORE_FAILED", Cat("cannot put aside ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqlSearchStore>> SqlSearchStore::Open(const std::string& archive) {
  if (store::IsPostgresUrl(archive)) return OpenPostgres(archive);
  const std::string path = archive + ".search";
  auto opened = OpenExisting(path);
  const bool useless = opened.status().code() == absl::StatusCode::kDataLoss ||
                       opened.status().code() == absl::StatusCode::kFailedPrecondition;
  if (opened.ok() || !useless || ReasonOf(opened.status()) == "STORE_IN_USE") return opened;
  RETURN_IF_ERROR(PutAside(path));
  opened = OpenExisting(path);
  if (opened.ok()) (*opened)->made_anew_ = true;
  return opened;
}

absl::StatusOr<std::unique_ptr<SqlSearchStore>> SqlSearchStore::OpenPostgres(const std::string& url) {
  {
    ASSIGN_OR_RETURN(const auto database, Database::Open(url, store::Mode::kReadWrite));
    // In turns: of two replicas that look at once, both would find none and one of them fail.
    ASSIGN_OR_RETURN(store::Transaction turn, store::Transaction::Begin(*database));
    RETURN_IF_ERROR(database->Execute(Cat("CREATE SCHEMA IF NOT EXISTS ", kSchema)));
    RETURN_IF_ERROR(turn.Commit());
  }
  return OpenExisting(Cat(url, url.find('?') == std::string::npos ? "?" : "&", "options=-csearch_path%3D", kSchema));
}

absl::StatusOr<std::unique_ptr<SqlSearchStore>> SqlSearchStore::OpenExisting(const std::string& path) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, store::Mode::kReadWrite));
  RETURN_IF_ERROR(store::Migrate(*database, kMigrations));
  RETURN_IF_ERROR(SqlSearch(*database).State().status());
  if (database->engine() == store::Engine::kSqlite)
    RETURN_IF_ERROR(database->Execute("PRAGMA cache_size = -16000"));  // a block with all its keys
  ASSIGN_OR_RETURN(auto writer, store::GroupCommit::Start(std::move(database)));
  ASSIGN_OR_RETURN(auto readers, store::ReadPool::Open(path));
  return std::unique_ptr<SqlSearchStore>(new SqlSearchStore(std::move(writer), std::move(readers)));
}

absl::Status SqlSearchStore::Write(absl::FunctionRef<absl::Status(SearchWriter&)> work) {
  return writer_->Run([work](Database& db) -> absl::Status {
    SqlSearch search(db);
    return work(search);
  });
}

absl::Status SqlSearchStore::Scrub() {
  return writer_->EmptyLog();
}

absl::Status SqlSearchStore::Read(absl::FunctionRef<absl::Status(const SearchReader&)> work) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  ASSIGN_OR_RETURN(store::Transaction snapshot, store::Transaction::Begin(*db));
  const SqlSearch search(*db);
  RETURN_IF_ERROR(work(search));
  return snapshot.Commit();
}

}  // namespace jixiao::archiving
