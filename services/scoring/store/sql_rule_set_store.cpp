#include "scoring/store/sql_rule_set_store.h"

#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"
#include "scoring/rulesets/annex.h"
#include "scoring/store/sql_labels.h"

namespace jixiao::scoring {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

constexpr store::Migration kMigrations[] = {
    {1, "rule sets",
     "CREATE TABLE rule_sets ("
     "  position INTEGER PRIMARY KEY AUTOINCREMENT,"
     "  id TEXT NOT NULL,"
     "  revision INTEGER NOT NULL,"
     "  digest TEXT NOT NULL UNIQUE,"
     "  document BLOB NOT NULL,"
     "  published_at INTEGER NOT NULL,"
     "  UNIQUE (id, revision)"
     ") STRICT;"},
    {2, "drafts, retirement, labels, simulations, forms seen",
     "ALTER TABLE rule_sets ADD COLUMN retired_at INTEGER NOT NULL DEFAULT 0;"
     // What replicas follow: publish and retire with a digest, label without.
     "CREATE TABLE changes ("
     "  position INTEGER PRIMARY KEY AUTOINCREMENT,"
     "  kind TEXT NOT NULL,"
     "  digest TEXT REFERENCES rule_sets (digest)"
     ") STRICT;"
     "INSERT INTO changes (position, kind, digest) SELECT position, 'publish', digest FROM rule_sets;"
     "CREATE TABLE drafts ("
     "  id TEXT NOT NULL,"
     "  revision INTEGER NOT NULL,"
     "  etag TEXT NOT NULL,"
     "  document BLOB NOT NULL,"
     "  updated_at INTEGER NOT NULL,"
     "  PRIMARY KEY (id, revision)"
     ") STRICT;"
     "CREATE TABLE labels ("
     "  name TEXT NOT NULL,"
     "  region_code TEXT NOT NULL,"
     "  fiscal_year INTEGER NOT NULL,"
     "  digest TEXT NOT NULL REFERENCES rule_sets (digest),"
     "  report TEXT NOT NULL,"
     "  updated_at INTEGER NOT NULL,"
     "  etag TEXT NOT NULL,"
     "  PRIMARY KEY (name, region_code, fiscal_year)"
     ") STRICT;"
     "CREATE TABLE simulations ("
     "  name TEXT PRIMARY KEY,"
     "  document BLOB NOT NULL,"
     "  created_at INTEGER NOT NULL"
     ") STRICT;"
     "CREATE TABLE forms_seen ("
     "  region TEXT NOT NULL,"
     "  fiscal_year INTEGER NOT NULL,"
     "  forms INTEGER NOT NULL,"
     "  PRIMARY KEY (region, fiscal_year)"
     ") STRICT;"}};

StoredRuleSet ReadRow(const Statement& row) {
  return {row.Text(0), static_cast<int>(row.Int(1)), row.Text(2), row.BlobBytes(3)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqlRuleSetStore>> SqlRuleSetStore::Open(const std::string& path) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, store::Mode::kReadWrite));
  RETURN_IF_ERROR(store::Migrate(*database, kMigrations));
  ASSIGN_OR_RETURN(auto writer, store::GroupCommit::Start(std::move(database), {.shared = true}));
  ASSIGN_OR_RETURN(auto readers, store::ReadPool::Open(path, 2));
  return std::unique_ptr<SqlRuleSetStore>(new SqlRuleSetStore(std::move(writer), std::move(readers)));
}

absl::Status SqlRuleSetStore::Count(Database& database, store::Contents& contents) {
  ASSIGN_OR_RETURN(contents.counts["rule_sets"], store::Number(database, "SELECT count(*) FROM rule_sets"));
  ASSIGN_OR_RETURN(contents.counts["changes"],
                   store::Number(database, "SELECT coalesce(max(position), 0) FROM changes"));
  return absl::OkStatus();
}

absl::Status SqlRuleSetStore::Publish(const StoredRuleSet& rule_set, std::string_view draft_etag) {
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
    if (!draft_etag.empty()) {
      std::string present;
      RETURN_IF_ERROR(db.ForEach(
          "SELECT etag FROM drafts WHERE id = ? AND revision = ?", [&](const Statement& row) { present = row.Text(0); },
          rule_set.id, rule_set.revision));
      if (present != draft_etag)
        return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                     Cat("the draft ", rule_set.id, "@", rule_set.revision, " has changed meanwhile; look at it again"),
                     {{"etag", present}});
    }
    RETURN_IF_ERROR(
        db.Run("INSERT INTO rule_sets (id, revision, digest, document, published_at) VALUES (?, ?, ?, ?, ?)",
               rule_set.id, rule_set.revision, rule_set.digest, Blob{rule_set.document}, NowMicros()));
    RETURN_IF_ERROR(db.Run("DELETE FROM drafts WHERE id = ? AND revision = ?", rule_set.id, rule_set.revision));
    return db.Run("INSERT INTO changes (kind, digest) VALUES ('publish', ?)", rule_set.digest);
  });
}

absl::StatusOr<Changes> SqlRuleSetStore::LoadSince(std::int64_t position) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  // Rule sets, labels and position of one moment.
  ASSIGN_OR_RETURN(const store::Transaction snapshot, store::Transaction::Begin(*db));
  Changes changes;
  RETURN_IF_ERROR(db->ForEach("SELECT coalesce(max(position), 0) FROM changes",
                              [&](const Statement& row) { changes.position = row.Int(0); }));
  if (changes.position > position)
    RETURN_IF_ERROR(db->ForEach(
        "SELECT r.id, r.revision, r.digest, r.document FROM changes c JOIN rule_sets r ON r.digest = c.digest"
        " WHERE c.position > ? AND c.kind = 'publish' ORDER BY c.position",
        [&](const Statement& row) { changes.rule_sets.push_back(ReadRow(row)); }, position));
  Annex annex;
  RETURN_IF_ERROR(db->ForEach("SELECT digest FROM rule_sets WHERE retired_at <> 0 ORDER BY digest",
                              [&](const Statement& row) { annex.retired.push_back(row.Text(0)); }));
  ASSIGN_OR_RETURN(annex.labels, ReadLabels(*db));
  changes.annex = EncodeAnnex(annex);
  return changes;
}

absl::StatusOr<std::optional<StoredRuleSet>> SqlRuleSetStore::Find(std::string_view digest) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::optional<StoredRuleSet> found;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT id, revision, digest, document FROM rule_sets WHERE digest = ?",
      [&](const Statement& row) { found = ReadRow(row); }, digest));
  return found;
}

}  // namespace jixiao::scoring
