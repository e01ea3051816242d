// The life of rule sets in SQL but labels: drafts, retirement, simulations, forms seen.
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"
#include "scoring/store/sql_labels.h"
#include "scoring/store/sql_rule_set_store.h"

namespace jixiao::scoring {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

StoredDraft ReadDraft(const Statement& row) {
  return {row.Text(0), static_cast<int>(row.Int(1)), row.Text(2), row.BlobBytes(3)};
}

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", Cat(what, " cannot be read"));
}

}  // namespace

absl::Status SqlRuleSetStore::SaveDraft(const StoredDraft& draft, std::string_view replaced_etag) {
  return writer_->Run([&](Database& db) -> absl::Status {
    const std::string name = Cat(draft.id, "@", draft.revision);
    bool published = false;
    RETURN_IF_ERROR(db.ForEach(
        "SELECT 1 FROM rule_sets WHERE id = ? AND revision = ?", [&](const Statement&) { published = true; }, draft.id,
        draft.revision));
    if (published)
      return Error(absl::StatusCode::kFailedPrecondition, "REVISION_PUBLISHED",
                   Cat(name, " is published and never changes; give the draft a new revision"));
    std::string present;
    RETURN_IF_ERROR(db.ForEach(
        "SELECT etag FROM drafts WHERE id = ? AND revision = ?", [&](const Statement& row) { present = row.Text(0); },
        draft.id, draft.revision));
    if (present == draft.etag) return absl::OkStatus();
    if (present != replaced_etag) return EtagMismatch(Cat("the draft ", name), present);
    return db.Run(
        "INSERT INTO drafts (id, revision, etag, document, updated_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id, revision) DO UPDATE"
        " SET etag = excluded.etag, document = excluded.document, updated_at = excluded.updated_at",
        draft.id, draft.revision, draft.etag, Blob{draft.document}, NowMicros());
  });
}

absl::StatusOr<std::optional<StoredDraft>> SqlRuleSetStore::FindDraft(std::string_view id, int revision) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::optional<StoredDraft> found;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT id, revision, etag, document FROM drafts WHERE id = ? AND revision = ?",
      [&](const Statement& row) { found = ReadDraft(row); }, id, revision));
  return found;
}

absl::StatusOr<std::vector<StoredDraft>> SqlRuleSetStore::DraftsAfter(std::string_view id, int revision,
                                                                      std::size_t limit) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::vector<StoredDraft> found;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT id, revision, etag, document FROM drafts WHERE (id, revision) > (?, ?) ORDER BY id, revision LIMIT ?",
      [&](const Statement& row) { found.push_back(ReadDraft(row)); }, id, revision, limit));
  return found;
}

absl::Status SqlRuleSetStore::Retire(std::string_view digest) {
  return writer_->Run([&](Database& db) -> absl::Status {
    bool known = false;
    bool retired = false;
    RETURN_IF_ERROR(db.ForEach(
        "SELECT retired_at FROM rule_sets WHERE digest = ?",
        [&](const Statement& row) {
          known = true;
          retired = row.Int(0) != 0;
        },
        digest));
    if (!known)
      return Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND", Cat("no rule set has the digest ", digest));
    if (retired) return absl::OkStatus();
    std::string label;
    RETURN_IF_ERROR(db.ForEach(
        "SELECT name, region_code, fiscal_year FROM labels WHERE digest = ? ORDER BY name, region_code, fiscal_year"
        " LIMIT 1",
        [&](const Statement& row) {
          label = Cat(row.TextView(0), " (region \"", row.TextView(1), "\", year ", row.Int(2), ")");
        },
        digest));
    if (!label.empty())
      return Error(absl::StatusCode::kFailedPrecondition, "LABEL_IN_USE",
                   Cat("the label ", label, " points to it; point the label elsewhere or delete it first"),
                   {{"label", label}});
    RETURN_IF_ERROR(db.Run("UPDATE rule_sets SET retired_at = ? WHERE digest = ?", NowMicros(), digest));
    return db.Run("INSERT INTO changes (kind, digest) VALUES ('retire', ?)", digest);
  });
}

absl::Status SqlRuleSetStore::SaveSimulation(const v1::Simulation& simulation) {
  const std::string document = simulation.SerializeAsString();
  return writer_->Run([&](Database& db) {
    return db.Run(
        "INSERT INTO simulations (name, document, created_at) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO NOTHING",
        simulation.name(), Blob{document}, ToMicros(simulation.create_time()));
  });
}

absl::StatusOr<std::optional<v1::Simulation>> SqlRuleSetStore::FindSimulation(std::string_view name) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::optional<v1::Simulation> found;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT document FROM simulations WHERE name = ?",
      [&](const Statement& row) -> absl::Status {
        return found.emplace().ParseFromString(row.BlobBytes(0)) ? absl::OkStatus() : Damaged("a simulation");
      },
      name));
  return found;
}

absl::Status SqlRuleSetStore::CountForms(const std::vector<FormCount>& counts) {
  return writer_->Run([&](Database& db) -> absl::Status {
    for (const FormCount& count : counts)
      RETURN_IF_ERROR(
          db.Run("INSERT INTO forms_seen (region, fiscal_year, forms) VALUES (?, ?, ?)"
                 " ON CONFLICT (region, fiscal_year) DO UPDATE SET forms = forms_seen.forms + excluded.forms",
                 count.region, count.fiscal_year, count.forms));
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<int>> SqlRuleSetStore::YearsSeen(std::string_view region) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::vector<int> years;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT DISTINCT fiscal_year FROM forms_seen WHERE substr(region, 1, length(?1)) = ?1 ORDER BY fiscal_year",
      [&](const Statement& row) { years.push_back(static_cast<int>(row.Int(0))); }, region));
  return years;
}

}  // namespace jixiao::scoring
