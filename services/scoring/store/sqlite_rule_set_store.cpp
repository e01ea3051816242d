#include "scoring/store/sqlite_rule_set_store.h"

#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

namespace jixiao::scoring {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

constexpr store::Migration kMigrations[] = {{1, "rule sets",
                                             "CREATE TABLE rule_sets ("
                                             "  position INTEGER PRIMARY KEY AUTOINCREMENT,"
                                             "  id TEXT NOT NULL,"
                                             "  revision INTEGER NOT NULL,"
                                             "  digest TEXT NOT NULL UNIQUE,"
                                             "  document BLOB NOT NULL,"
                                             "  published_at INTEGER NOT NULL,"
                                             "  UNIQUE (id, revision)"
                                             ") STRICT;"}};

StoredRuleSet ReadRow(const Statement& row) {
  return {row.Text(1), static_cast<int>(row.Int(2)), row.Text(3), row.BlobBytes(4)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteRuleSetStore>> SqliteRuleSetStore::Open(const std::string& path) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, store::Mode::kReadWrite));
  RETURN_IF_ERROR(store::Migrate(*database, kMigrations));
  ASSIGN_OR_RETURN(auto writer, store::GroupCommit::Start(std::move(database)));
  ASSIGN_OR_RETURN(auto readers, store::ReadPool::Open(path, 2));
  return std::unique_ptr<SqliteRuleSetStore>(new SqliteRuleSetStore(std::move(writer), std::move(readers)));
}

absl::Status SqliteRuleSetStore::Publish(const StoredRuleSet& rule_set) {
  return writer_->Run([&](Database& db) -> absl::Status {
    std::string digest;
    RETURN_IF_ERROR(db.ForEach(
        "SELECT digest FROM rule_sets WHERE id = ? AND revision = ?",
        [&](const Statement& row) { digest = row.Text(0); }, rule_set.id, rule_set.revision));
    if (digest == rule_set.digest) return absl::OkStatus();
    if (!digest.empty())
      return Error(absl::StatusCode::kAlreadyExists, "REVISION_EXISTS",
                   Cat(rule_set.id, "@", rule_set.revision,
                       " is published with other content; give the new content a new revision"),
                   {{"digest", digest}});
    return db.Run("INSERT INTO rule_sets (id, revision, digest, document, published_at) VALUES (?, ?, ?, ?, ?)",
                  rule_set.id, rule_set.revision, rule_set.digest, Blob{rule_set.document}, NowMicros());
  });
}

absl::StatusOr<Changes> SqliteRuleSetStore::LoadSince(std::int64_t position) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  Changes changes;
  changes.position = position;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT position, id, revision, digest, document FROM rule_sets WHERE position > ? ORDER BY position",
      [&](const Statement& row) {
        changes.position = row.Int(0);
        changes.rule_sets.push_back(ReadRow(row));
      },
      position));
  return changes;
}

absl::StatusOr<std::optional<StoredRuleSet>> SqliteRuleSetStore::Find(std::string_view digest) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::optional<StoredRuleSet> found;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT position, id, revision, digest, document FROM rule_sets WHERE digest = ?",
      [&](const Statement& row) { found = ReadRow(row); }, digest));
  return found;
}

}  // namespace jixiao::scoring
