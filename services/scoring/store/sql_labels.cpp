#include "scoring/store/sql_labels.h"

#include "common/errors.h"
#include "common/random.h"
#include "common/text.h"
#include "common/time.h"
#include "scoring/store/sql_rule_set_store.h"

namespace jixiao::scoring {
namespace {

using store::Database;
using store::Statement;

constexpr std::string_view kSelect =
    "SELECT l.name, l.region_code, l.fiscal_year, l.digest, l.report, l.updated_at, l.etag, r.id, r.revision"
    " FROM labels l JOIN rule_sets r ON r.digest = l.digest";

v1::Label ReadLabel(const Statement& row) {
  v1::Label label;
  label.set_name(row.Text(0));
  label.set_region_code(row.Text(1));
  label.set_fiscal_year(static_cast<int>(row.Int(2)));
  label.set_digest(row.Text(3));
  label.set_report(row.Text(4));
  *label.mutable_update_time() = ToTimestamp(row.Int(5));
  label.set_etag(row.Text(6));
  label.set_rule_set(Cat(row.TextView(7), "@", row.Int(8)));
  return label;
}

absl::Status NoteLabelChange(Database& db) {
  return db.Run("INSERT INTO changes (kind) VALUES ('label')");
}

}  // namespace

absl::Status EtagMismatch(std::string_view what, const std::string& present) {
  return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
               Cat(what, present.empty() ? " does not exist (any more)" : " has changed meanwhile; look at it again"),
               {{"etag", present}});
}

absl::StatusOr<std::vector<v1::Label>> ReadLabels(Database& db) {
  std::vector<v1::Label> labels;
  RETURN_IF_ERROR(db.ForEach(Cat(kSelect, " ORDER BY l.name, l.region_code, l.fiscal_year"),
                             [&](const Statement& row) { labels.push_back(ReadLabel(row)); }));
  return labels;
}

absl::StatusOr<v1::Label> SqlRuleSetStore::SetLabel(const v1::Label& label, std::string_view replaced_etag) {
  v1::Label now;
  RETURN_IF_ERROR(writer_->Run([&](Database& db) -> absl::Status {
    std::string rule_set;
    bool retired = false;
    RETURN_IF_ERROR(db.ForEach(
        "SELECT id, revision, retired_at FROM rule_sets WHERE digest = ?",
        [&](const Statement& row) {
          rule_set = Cat(row.TextView(0), "@", row.Int(1));
          retired = row.Int(2) != 0;
        },
        label.digest()));
    if (rule_set.empty())
      return Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND",
                   Cat("no published rule set has the digest ", label.digest()));
    if (retired)
      return Error(absl::StatusCode::kFailedPrecondition, "RULE_SET_RETIRED",
                   Cat(rule_set, " is retired and takes no label"));
    v1::Label present;
    RETURN_IF_ERROR(db.ForEach(
        Cat(kSelect, " WHERE l.name = ? AND l.region_code = ? AND l.fiscal_year = ?"),
        [&](const Statement& row) { present = ReadLabel(row); }, label.name(), label.region_code(),
        label.fiscal_year()));
    if (present.digest() == label.digest() && (label.report().empty() || label.report() == present.report())) {
      now = std::move(present);
      return absl::OkStatus();
    }
    if (!replaced_etag.empty() && present.etag() != replaced_etag)
      return EtagMismatch(Cat("the label ", label.name()), present.etag());
    const std::int64_t time = NowMicros();
    now = label;
    now.set_rule_set(rule_set);
    *now.mutable_update_time() = ToTimestamp(time);
    now.set_etag(RandomHex(16));  // not of the content: a label that went back is another setting
    RETURN_IF_ERROR(
        db.Run("INSERT INTO labels (name, region_code, fiscal_year, digest, report, updated_at, etag)"
               " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name, region_code, fiscal_year) DO UPDATE"
               " SET digest = excluded.digest, report = excluded.report, updated_at = excluded.updated_at,"
               " etag = excluded.etag",
               now.name(), now.region_code(), now.fiscal_year(), now.digest(), now.report(), time, now.etag()));
    return NoteLabelChange(db);
  }));
  return now;
}

absl::Status SqlRuleSetStore::DeleteLabel(std::string_view name, std::string_view region_code, int fiscal_year) {
  return writer_->Run([&](Database& db) -> absl::Status {
    RETURN_IF_ERROR(db.Run("DELETE FROM labels WHERE name = ? AND region_code = ? AND fiscal_year = ?", name,
                           region_code, fiscal_year));
    if (db.changes() == 0)
      return Error(absl::StatusCode::kNotFound, "LABEL_NOT_FOUND",
                   Cat("there is no label ", TruncateUtf8(name, 100), " for the region \"",
                       TruncateUtf8(region_code, 20), "\" and the year ", fiscal_year));
    return NoteLabelChange(db);
  });
}

}  // namespace jixiao::scoring
