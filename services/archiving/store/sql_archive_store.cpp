#include "archiving/store/sql_archive_store.h"

#include "archiving/store/sql_custody.h"
#include "archiving/store/sql_epochs.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/store/inserts.h"
#include "common/store/look_ups.h"
#include "common/text.h"

#include <algorithm>
#include <map>
#include <span>

namespace jixiao::archiving {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

// Rule sets are the same for thousands of records: kept once, by digest. Everything else stands with its record.
const store::Migration kMigrations[] = {{1, "records, log and tree heads",
                                         "CREATE TABLE records ("
                                         "  idx INTEGER PRIMARY KEY,"
                                         "  key TEXT NOT NULL UNIQUE,"
                                         "  content_digest TEXT NOT NULL,"
                                         "  leaf BLOB NOT NULL,"
                                         "  archive_time INTEGER NOT NULL,"
                                         "  implementing_unit TEXT NOT NULL,"
                                         "  project_name TEXT NOT NULL,"
                                         "  fiscal_year INTEGER NOT NULL,"
                                         "  region_code TEXT NOT NULL,"
                                         "  computed_total TEXT NOT NULL,"
                                         "  grade TEXT NOT NULL"
                                         ") STRICT;"
                                         "CREATE TABLE shared_contents ("
                                         "  digest TEXT PRIMARY KEY,"
                                         "  content BLOB NOT NULL"
                                         ") STRICT, WITHOUT ROWID;"
                                         "CREATE TABLE parts ("
                                         "  idx INTEGER NOT NULL REFERENCES records (idx),"
                                         "  name TEXT NOT NULL,"
                                         "  media_type TEXT NOT NULL,"
                                         "  salt BLOB NOT NULL,"
                                         "  content BLOB,"
                                         "  shared_digest TEXT REFERENCES shared_contents (digest),"
                                         "  PRIMARY KEY (idx, name)"
                                         ") STRICT;"
                                         "CREATE TABLE nodes ("
                                         "  level INTEGER NOT NULL,"
                                         "  idx INTEGER NOT NULL,"
                                         "  hash BLOB NOT NULL,"
                                         "  PRIMARY KEY (level, idx)"
                                         ") STRICT, WITHOUT ROWID;"
                                         "CREATE TABLE tree_heads ("
                                         "  size INTEGER PRIMARY KEY,"
                                         "  note TEXT NOT NULL,"
                                         "  created_at INTEGER NOT NULL"
                                         ") STRICT;"},
                                        kLogMigration,
                                        {3, "erasures, disposals, fixity and inspections", kCustodySchema}};

constexpr std::string_view kRecordColumns =
    "SELECT idx, key, content_digest, leaf, archive_time, implementing_unit, project_name, fiscal_year, region_code, "
    "computed_total, grade FROM records ";

StoredRecord ReadRecord(const Statement& row) {
  return {row.Int(0),
          row.Text(1),
          row.Text(2),
          row.BlobBytes(3),
          row.Int(4),
          {row.Text(5), row.Text(6), static_cast<std::int32_t>(row.Int(7)), row.Text(8), row.Text(9), row.Text(10)}};
}

// A part without what it shares: the digest of that stands instead.
constexpr std::string_view kPartColumns =
    "SELECT idx, name, media_type, salt, content, shared_digest FROM parts WHERE ";

struct ReadPart {
  std::int64_t index = 0;
  Part part;
  std::string shared_digest;  // empty: the content is its own
};

ReadPart PartOf(const Statement& row) {
  return {row.Int(0), {row.Text(1), row.Text(2), row.BlobBytes(4), row.BlobBytes(3)}, row.Text(5)};
}

log::Hash HashOf(std::string_view bytes) {
  log::Hash hash{};
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

StoredHead ReadHead(const Statement& row) {
  return {row.Int(0), row.Text(1)};
}

// Reads and writes over one connection, inside a transaction that the caller holds.
class SqlArchive final : public ArchiveWriter {
 public:
  explicit SqlArchive(Database& db) : db_(db), custody_(db), epochs_(db) {}

  const CustodyReader& custody() const override { return custody_; }
  CustodyWriter& custody_writer() override { return custody_; }

  absl::StatusOr<log::Hash> Node(log::NodeId id) const override {
    if (id.level == 0)
      if (const auto known = ahead_.leaves.find(id.index); known != ahead_.leaves.end()) return known->second;
    std::optional<log::Hash> hash;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT hash FROM nodes WHERE level = ? AND idx = ?",
        [&](const Statement& row) {
          if (const std::string bytes = row.BlobBytes(0); bytes.size() == sizeof(log::Hash)) hash = HashOf(bytes);
        },
        id.level, id.index));
    if (!hash)
      return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED",
                   Cat("log node ", id.level, "/", id.index, " is missing or damaged"));
    return *hash;
  }

  absl::StatusOr<std::int64_t> Size() const override { return Number("SELECT coalesce(max(idx) + 1, 0) FROM records"); }
  absl::StatusOr<std::int64_t> NodeCount() const override { return Number("SELECT count(*) FROM nodes"); }

  absl::StatusOr<std::optional<StoredRecord>> Record(std::int64_t index) const override {
    if (const auto known = ahead_.records.find(index); known != ahead_.records.end()) return known->second;
    std::optional<StoredRecord> found;
    RETURN_IF_ERROR(db_.ForEach(
        Cat(kRecordColumns, "WHERE idx = ?"), [&](const Statement& row) { found = ReadRecord(row); }, index));
    return found;
  }

  absl::StatusOr<std::set<std::string, std::less<>>> KnownKeys(std::span<const std::string_view> keys) const override {
    static const store::LookUps kKeys("SELECT key FROM records WHERE key = ?");
    std::set<std::string, std::less<>> known;
    RETURN_IF_ERROR(kKeys.ForEach(db_, keys, [&](const Statement& row) { known.insert(row.Text(0)); }));
    return known;
  }

  absl::StatusOr<std::optional<StoredRecord>> RecordByKey(std::string_view key) const override {
    std::optional<StoredRecord> found;
    RETURN_IF_ERROR(db_.ForEach(
        Cat(kRecordColumns, "WHERE key = ?"), [&](const Statement& row) { found = ReadRecord(row); }, key));
    return found;
  }

  absl::StatusOr<std::vector<StoredRecord>> Records(std::int64_t first, std::int64_t limit) const override {
    std::vector<StoredRecord> found;
    RETURN_IF_ERROR(db_.ForEach(
        Cat(kRecordColumns, "WHERE idx >= ? ORDER BY idx LIMIT ?"),
        [&](const Statement& row) { found.push_back(ReadRecord(row)); }, first, limit));
    return found;
  }

  absl::StatusOr<std::vector<StoredRecord>> RecordsByKey(std::string_view first_key, std::string_view end_key,
                                                         std::int64_t limit) const override {
    std::vector<StoredRecord> found;
    RETURN_IF_ERROR(db_.ForEach(
        Cat(kRecordColumns, "WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"),
        [&](const Statement& row) { found.push_back(ReadRecord(row)); }, first_key, end_key, limit));
    return found;
  }

  absl::StatusOr<std::vector<Part>> Parts(std::int64_t index) const override {
    std::vector<ReadPart> read;
    if (const auto known = ahead_.parts.find(index); known != ahead_.parts.end() && !ahead_.large.contains(index))
      read = known->second;
    else
      RETURN_IF_ERROR(db_.ForEach(
          Cat(kPartColumns, "idx = ? ORDER BY name"), [&](const Statement& row) { read.push_back(PartOf(row)); },
          index));
    std::vector<Part> parts;
    for (ReadPart& each : read) {
      ASSIGN_OR_RETURN(Part part, Whole(std::move(each)));
      parts.push_back(std::move(part));
    }
    return parts;
  }

  absl::StatusOr<std::optional<Part>> PartNamed(std::int64_t index, std::string_view name) const override {
    if (const auto known = ahead_.parts.find(index); known != ahead_.parts.end())
      for (const ReadPart& each : known->second)
        if (each.part.name == name) return Whole(each);
    std::optional<ReadPart> found;
    RETURN_IF_ERROR(db_.ForEach(
        Cat(kPartColumns, "idx = ? AND name = ?"), [&](const Statement& row) { found = PartOf(row); }, index, name));
    if (!found) return std::nullopt;
    return Whole(*std::move(found));
  }

  absl::StatusOr<std::optional<std::string>> SharedContent(std::string_view digest) const override {
    std::optional<std::string> found;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT content FROM shared_contents WHERE digest = ?", [&](const Statement& row) { found = row.BlobBytes(0); },
        digest));
    return found;
  }

  absl::StatusOr<std::optional<StoredHead>> NewestHead() const override {
    std::optional<StoredHead> found;
    RETURN_IF_ERROR(db_.ForEach("SELECT size, note FROM tree_heads ORDER BY size DESC LIMIT 1",
                                [&](const Statement& row) { found = ReadHead(row); }));
    return found;
  }

  absl::StatusOr<std::optional<StoredHead>> HeadFor(std::int64_t size) const override {
    std::optional<StoredHead> found;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT size, note FROM tree_heads WHERE size >= ? ORDER BY size LIMIT 1",
        [&](const Statement& row) { found = ReadHead(row); }, size));
    return found;
  }

  absl::StatusOr<std::vector<StoredHead>> Heads() const override {
    std::vector<StoredHead> found;
    RETURN_IF_ERROR(db_.ForEach("SELECT size, note FROM tree_heads ORDER BY size",
                                [&](const Statement& row) { found.push_back(ReadHead(row)); }));
    return found;
  }

  absl::StatusOr<std::vector<log::Hash>> Nodes(int level, std::int64_t first, std::int64_t count) const override {
    std::vector<log::Hash> found;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT idx, hash FROM nodes WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx",
        [&](const Statement& row) {
          const std::string bytes = row.BlobBytes(1);
          if (row.Int(0) != first + static_cast<std::int64_t>(found.size()) || bytes.size() != sizeof(log::Hash))
            return;
          found.push_back(HashOf(bytes));
        },
        level, first, first + count));
    if (static_cast<std::int64_t>(found.size()) != count)
      return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED",
                   Cat("of the log nodes ", level, "/", first, " and the ", count - 1, " after it, one is missing"));
    return found;
  }

  absl::StatusOr<std::string> Cosignatures(std::int64_t size) const override {
    std::string lines;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT line FROM cosignatures WHERE size = ? ORDER BY witness",
        [&](const Statement& row) { lines += row.TextView(0); }, size));
    return lines;
  }

  absl::StatusOr<std::optional<std::int64_t>> CosignedSize(std::int64_t size, int count) const override {
    std::optional<std::int64_t> found;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT size FROM cosignatures WHERE size >= ? GROUP BY size HAVING count(*) >= ? ORDER BY size DESC LIMIT 1",
        [&](const Statement& row) { found = row.Int(0); }, size, count));
    return found;
  }

  const EpochReader& Epochs() const override { return epochs_; }
  EpochWriter& NewEpochs() override { return epochs_; }

  absl::StatusOr<std::vector<std::string>> StructuralFaults() const override {
    std::vector<std::string> faults;
    ASSIGN_OR_RETURN(const std::vector<std::string> schema, db_.SchemaFaults(kMigrations));
    for (const std::string& name : schema) faults.push_back(Cat("数据库的表结构被改动：", name));
    // Damage can keep one of these from its end, and the others still have something to say.
    std::vector<absl::Status> checks;
    if (db_.engine() == store::Engine::kSqlite) {  // PostgreSQL checks its pages and keys by itself
      checks.push_back(db_.ForEach("PRAGMA integrity_check(20)", [&](const Statement& row) {
        if (row.TextView(0) != "ok") faults.push_back(Cat("数据库结构损坏：", row.TextView(0)));
      }));
      checks.push_back(db_.ForEach("PRAGMA foreign_key_check", [&](const Statement& row) {
        faults.push_back(Cat("表 ", row.TextView(0), " 中有无主的数据"));
      }));
    }
    checks.push_back(db_.ForEach("SELECT digest, content FROM shared_contents", [&](const Statement& row) {
      if (DigestOf(row.BlobBytes(1)) != row.TextView(0))
        faults.push_back(Cat("共用内容 ", row.TextView(0), " 与其摘要不符"));
    }));
    for (const absl::Status& check : checks) {
      if (check.code() == absl::StatusCode::kDataLoss)
        faults.push_back(Cat("数据库读不出：", std::string(check.message())));
      else
        RETURN_IF_ERROR(check);
    }
    return faults;
  }

  void ReadAhead(std::int64_t first, std::int64_t end) const override {
    ahead_ = {};
    Ahead ahead;
    const absl::Status read = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(std::vector<StoredRecord> records, Records(first, end - first));
      for (StoredRecord& record : records)
        if (const std::int64_t index = record.index; index < end) ahead.records.emplace(index, std::move(record));
      RETURN_IF_ERROR(db_.ForEach(
          "SELECT idx, hash FROM nodes WHERE level = 0 AND idx >= ? AND idx < ?",
          [&](const Statement& row) {
            if (const std::string bytes = row.BlobBytes(1); bytes.size() == sizeof(log::Hash))
              ahead.leaves.emplace(row.Int(0), HashOf(bytes));
          },
          first, end));
      // Documents of many records together would be much to keep.
      constexpr int kLarge = 64 * 1024;
      RETURN_IF_ERROR(db_.ForEach(
          "SELECT idx, name, media_type, salt, CASE WHEN length(content) > ? THEN NULL ELSE content END, "
          "shared_digest, coalesce(length(content), 0) FROM parts WHERE idx >= ? AND idx < ? ORDER BY idx, name",
          [&](const Statement& row) {
            if (row.Int(6) > kLarge)
              ahead.large.insert(row.Int(0));
            else
              ahead.parts[row.Int(0)].push_back(PartOf(row));
          },
          kLarge, first, end));
      return absl::OkStatus();
    }();
    if (read.ok()) ahead_ = std::move(ahead);
    custody_.ReadAhead(first, end);
  }

  absl::Status InsertRecords(std::span<const NewRecord> records) override {
    static const store::Inserts kRecords("INSERT INTO records VALUES", 11);
    RETURN_IF_ERROR(kRecords.Run(db_, records, [](const NewRecord& record, const auto& put) {
      const Summary& s = record.summary;
      put(record.index);
      put(record.key);
      put(record.content_digest);
      put(Blob{record.leaf});
      put(record.archive_time);
      put(std::string_view(s.implementing_unit));
      put(std::string_view(s.project_name));
      put(s.fiscal_year);
      put(std::string_view(s.region_code));
      put(std::string_view(s.computed_total));
      put(std::string_view(s.grade));
    }));
    return InsertParts(records);
  }

  absl::Status InsertNodes(const std::vector<log::NewNode>& nodes) override {
    static const store::Inserts kNodes("INSERT INTO nodes VALUES", 3);
    // Neighbours of a level after one another.
    std::vector<log::NewNode> sorted = nodes;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return kNodes.Run(db_, std::span<const log::NewNode>(sorted), [](const log::NewNode& node, const auto& put) {
      put(node.id.level);
      put(node.id.index);
      put(Blob{std::string_view(reinterpret_cast<const char*>(node.hash.data()), node.hash.size())});
    });
  }

  absl::Status InsertHead(const StoredHead& head, std::int64_t time) override {
    return db_.Run("INSERT INTO tree_heads VALUES (?, ?, ?)", head.size, head.note, time);
  }

  absl::Status PutCosignature(std::int64_t size, std::string_view witness, std::string_view line) override {
    return db_.Run(
        "INSERT INTO cosignatures VALUES (?, ?, ?) ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line",
        size, witness, line);
  }

 private:
  // What ReadAhead has read.
  struct Ahead {
    std::map<std::int64_t, StoredRecord> records;
    std::map<std::int64_t, log::Hash> leaves;
    std::map<std::int64_t, std::vector<ReadPart>> parts;
    std::set<std::int64_t> large;  // records with parts that were left out
  };

  // With the content that it shares. Records that stand together mostly share one, of tens of thousands of bytes.
  absl::StatusOr<Part> Whole(ReadPart read) const {
    if (read.shared_digest.empty()) return std::move(read.part);
    if (read.shared_digest != shared_digest_) {
      ASSIGN_OR_RETURN(std::optional<std::string> content, SharedContent(read.shared_digest));
      shared_ = std::move(content).value_or("");
      shared_digest_ = read.shared_digest;
    }
    read.part.content = shared_;
    return std::move(read.part);
  }

  absl::Status InsertParts(std::span<const NewRecord> records) {
    static const store::Inserts kParts("INSERT INTO parts VALUES", 6);
    struct Row {
      std::int64_t index;
      const Part& part;
      const std::string* shared_digest;
    };
    // Each rule set is kept once for all records: those that come together mostly have the same one.
    std::map<std::string_view, std::string> rule_sets;
    std::vector<Row> rows;
    for (const NewRecord& record : records)
      for (const Part& part : record.parts) {
        Row& row = rows.emplace_back(Row{record.index, part, nullptr});
        if (part.name != kRuleSetPart) continue;
        const auto [known, is_new] = rule_sets.try_emplace(part.content);
        if (is_new) known->second = DigestOf(part.content);
        row.shared_digest = &known->second;
      }
    for (const auto& [content, digest] : rule_sets)
      RETURN_IF_ERROR(
          db_.Run("INSERT INTO shared_contents VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", digest, Blob{content}));
    return kParts.RunBounded(
        db_, std::span<const Row>(rows), [](const Row& row) { return row.part.content.size(); },
        [](const Row& row, const auto& put) {
          put(row.index);
          put(std::string_view(row.part.name));
          put(std::string_view(row.part.media_type));
          put(Blob{row.part.salt});
          if (row.shared_digest != nullptr) {
            put(nullptr);
            put(std::string_view(*row.shared_digest));
          } else {
            put(Blob{row.part.content});
            put(nullptr);
          }
        });
  }

  absl::StatusOr<std::int64_t> Number(std::string_view sql) const {
    std::int64_t number = 0;
    RETURN_IF_ERROR(db_.ForEach(sql, [&](const Statement& row) { number = row.Int(0); }));
    return number;
  }

  Database& db_;
  SqlCustody custody_;
  SqlEpochs epochs_;
  mutable Ahead ahead_;
  mutable std::string shared_;  // the content that was shared by the part read last, and its digest
  mutable std::string shared_digest_;
};

store::GroupCommit::Work OnArchive(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) {
  return [work](Database& db) -> absl::Status {
    SqlArchive archive(db);
    return work(archive);
  };
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqlArchiveStore>> SqlArchiveStore::Open(const std::string& path) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, store::Mode::kReadWrite));
  RETURN_IF_ERROR(store::Migrate(*database, kMigrations));
  // Parts stand in the transaction of their record, which nobody ever deletes: looking it up for each of them costs a
  // tenth of an append. Inspections look for parts without a record (StructuralFaults).
  ASSIGN_OR_RETURN(auto writer, store::GroupCommit::Start(std::move(database), {.foreign_keys = false}));
  ASSIGN_OR_RETURN(auto readers, store::ReadPool::Open(path));
  return std::unique_ptr<SqlArchiveStore>(new SqlArchiveStore(std::move(writer), std::move(readers)));
}

absl::Status SqlArchiveStore::Count(Database& database, store::Contents& contents) {
  const SqlArchive archive(database);
  ASSIGN_OR_RETURN(contents.counts["records"], archive.Size());
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.NewestHead());
  if (head) contents.checkpoint = head->note;
  return absl::OkStatus();
}

absl::Status SqlArchiveStore::Write(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) {
  return writer_->Run(OnArchive(work));
}

absl::Status SqlArchiveStore::WriteRepeatably(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) {
  return writer_->Run(OnArchive(work), {.repeatable = true});
}

absl::Status SqlArchiveStore::Scrub() {
  return writer_->EmptyLog();
}

absl::Status SqlArchiveStore::Read(absl::FunctionRef<absl::Status(const ArchiveReader&)> work) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  ASSIGN_OR_RETURN(store::Transaction snapshot, store::Transaction::Begin(*db));
  const SqlArchive archive(*db);
  RETURN_IF_ERROR(work(archive));
  return snapshot.Commit();
}

}  // namespace jixiao::archiving
