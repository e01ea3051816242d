#include "archiving/store/sql_custody.h"

#include "common/canonical.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/store/inserts.h"
#include "common/text.h"
#include "common/time.h"

#include "jixiao/archiving/v1/retention_service.pb.h"

namespace jixiao::archiving {

using store::Blob;
using store::Statement;

// Bodies stand beside their digests, so that a flipped bit is seen.
const std::string_view kCustodySchema =
    "CREATE TABLE custody_counters ("
    "  name TEXT PRIMARY KEY,"
    "  value INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE erasures ("
    "  idx INTEGER NOT NULL REFERENCES records (idx),"
    "  name TEXT NOT NULL,"
    "  entry INTEGER NOT NULL REFERENCES records (idx),"
    "  PRIMARY KEY (idx, name)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE fixity ("
    "  idx INTEGER NOT NULL REFERENCES records (idx),"
    "  name TEXT NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  sha256 TEXT NOT NULL,"
    "  sm3 TEXT NOT NULL,"
    "  verified_at INTEGER NOT NULL,"
    "  failure BLOB,"
    "  PRIMARY KEY (idx, name)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX fixity_by_time ON fixity (verified_at);"
    "CREATE INDEX fixity_failed ON fixity (idx) WHERE failure IS NOT NULL;"
    "CREATE TABLE inspections ("
    "  idx INTEGER PRIMARY KEY REFERENCES records (idx),"
    "  report BLOB NOT NULL,"
    "  digest TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE disposals ("
    "  id TEXT PRIMARY KEY,"
    "  state INTEGER NOT NULL,"
    "  create_time INTEGER NOT NULL,"
    "  body BLOB NOT NULL,"
    "  digest TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX disposals_by_time ON disposals (create_time, id);"
    "CREATE TABLE custody_requests ("
    "  request_id TEXT PRIMARY KEY,"
    "  digest TEXT NOT NULL,"
    "  answer BLOB NOT NULL,"
    "  time INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;";

namespace {

constexpr std::string_view kRegisterColumns = "SELECT idx, name, size, sha256, sm3, verified_at, failure FROM fixity ";
constexpr std::string_view kDisposalColumns = "SELECT id, state, create_time, body FROM disposals ";

RegisteredPart ReadRegistered(const Statement& row) {
  return {row.Int(0), row.Text(1), row.Int(2), row.Text(3), row.Text(4), row.Int(5), row.BlobBytes(6)};
}

template <class Value>
std::vector<Value> ValueOrEmpty(const std::map<std::int64_t, std::vector<Value>>& map, std::int64_t key) {
  const auto found = map.find(key);
  return found == map.end() ? std::vector<Value>() : found->second;
}

StoredDisposal ReadDisposal(const Statement& row) {
  return {row.Text(0), static_cast<int>(row.Int(1)), row.Int(2), row.BlobBytes(3)};
}

}  // namespace

absl::StatusOr<std::int64_t> SqlCustody::Counter(std::string_view name) const {
  std::int64_t value = 0;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT value FROM custody_counters WHERE name = ?", [&](const Statement& row) { value = row.Int(0); }, name));
  return value;
}

absl::StatusOr<std::vector<Erased>> SqlCustody::Erasures(std::int64_t index) const {
  if (ahead_.Covers(index)) return ValueOrEmpty(ahead_.erased, index);
  std::vector<Erased> erased;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT name, entry FROM erasures WHERE idx = ? ORDER BY name",
      [&](const Statement& row) {
        erased.push_back({row.Text(0), row.Int(1)});
      },
      index));
  return erased;
}

absl::StatusOr<std::map<std::int64_t, std::vector<Erased>>> SqlCustody::ErasuresBetween(std::int64_t first,
                                                                                        std::int64_t end) const {
  std::map<std::int64_t, std::vector<Erased>> erased;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT idx, name, entry FROM erasures WHERE idx >= ? AND idx < ? ORDER BY idx, name",
      [&](const Statement& row) {
        erased[row.Int(0)].push_back({row.Text(1), row.Int(2)});
      },
      first, end));
  return erased;
}

absl::StatusOr<std::vector<RegisteredPart>> SqlCustody::Registered(std::int64_t index) const {
  if (ahead_.Covers(index)) return ValueOrEmpty(ahead_.registered, index);
  std::vector<RegisteredPart> parts;
  RETURN_IF_ERROR(db_.ForEach(
      Cat(kRegisterColumns, "WHERE idx = ? ORDER BY name"),
      [&](const Statement& row) { parts.push_back(ReadRegistered(row)); }, index));
  return parts;
}

absl::StatusOr<std::optional<std::int64_t>> SqlCustody::OldestVerification() const {
  std::optional<std::int64_t> oldest;
  RETURN_IF_ERROR(db_.ForEach("SELECT verified_at FROM fixity ORDER BY verified_at LIMIT 1",
                              [&](const Statement& row) { oldest = row.Int(0); }));
  return oldest;
}

absl::StatusOr<std::vector<RegisteredPart>> SqlCustody::FailedParts(std::int64_t limit) const {
  std::vector<RegisteredPart> parts;
  RETURN_IF_ERROR(db_.ForEach(
      Cat(kRegisterColumns, "WHERE failure IS NOT NULL ORDER BY idx, name LIMIT ?"),
      [&](const Statement& row) { parts.push_back(ReadRegistered(row)); }, limit));
  return parts;
}

absl::StatusOr<std::optional<std::string>> SqlCustody::Inspection(std::int64_t index) const {
  std::optional<std::string> report;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT report FROM inspections WHERE idx = ?", [&](const Statement& row) { report = row.BlobBytes(0); }, index));
  return report;
}

absl::StatusOr<std::optional<StoredDisposal>> SqlCustody::Disposal(std::string_view id) const {
  std::optional<StoredDisposal> found;
  RETURN_IF_ERROR(db_.ForEach(
      Cat(kDisposalColumns, "WHERE id = ?"), [&](const Statement& row) { found = ReadDisposal(row); }, id));
  return found;
}

absl::StatusOr<std::vector<StoredDisposal>> SqlCustody::DisposalsBefore(std::int64_t time, std::string_view id,
                                                                        std::int64_t limit) const {
  std::vector<StoredDisposal> found;
  RETURN_IF_ERROR(db_.ForEach(
      Cat(kDisposalColumns,
          "WHERE create_time < ? OR (create_time = ? AND id < ?) ORDER BY create_time DESC, id DESC LIMIT ?"),
      [&](const Statement& row) { found.push_back(ReadDisposal(row)); }, time, time, id, limit));
  return found;
}

absl::StatusOr<std::optional<StoredDisposal>> SqlCustody::DisposalIn(int state) const {
  std::optional<StoredDisposal> found;
  RETURN_IF_ERROR(db_.ForEach(
      Cat(kDisposalColumns, "WHERE state = ? ORDER BY create_time, id LIMIT 1"),
      [&](const Statement& row) { found = ReadDisposal(row); }, state));
  return found;
}

absl::StatusOr<std::optional<StoredAnswer>> SqlCustody::Answer(std::string_view request_id) const {
  std::optional<StoredAnswer> found;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT digest, answer FROM custody_requests WHERE request_id = ?",
      [&](const Statement& row) {
        found = StoredAnswer{row.Text(0), row.BlobBytes(1)};
      },
      request_id));
  return found;
}

absl::StatusOr<std::vector<std::string>> SqlCustody::CustodyFaults() const {
  std::vector<std::string> faults;
  RETURN_IF_ERROR(db_.ForEach("SELECT idx, report, digest FROM inspections ORDER BY idx", [&](const Statement& row) {
    if (DigestOf(row.BlobBytes(1)) != row.TextView(2)) faults.push_back(Cat("第 ", row.Int(0), " 条的检测结果被改动"));
  }));
  RETURN_IF_ERROR(
      db_.ForEach("SELECT id, state, create_time, body, digest FROM disposals ORDER BY id", [&](const Statement& row) {
        const std::string body = row.BlobBytes(3);
        v1::Disposal disposal;
        if (DigestOf(body) != row.TextView(4) || !CanonicalDecode(body, disposal).ok() ||
            disposal.state() != row.Int(1) || disposal.name() != Cat("disposals/", row.TextView(0)) ||
            ToMicros(disposal.proposal().time()) != row.Int(2))
          faults.push_back(Cat("销毁清册 ", row.TextView(0), " 被改动"));
      }));
  return faults;
}

absl::Status SqlCustody::SetCounter(std::string_view name, std::int64_t value) {
  return db_.Run("INSERT INTO custody_counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                 name, value);
}

absl::Status SqlCustody::Erase(std::int64_t index, std::string_view part, std::int64_t entry) {
  ahead_ = {};
  // What is deleted is overwritten with zeros, whatever the connection was opened with.
  if (db_.engine() == store::Engine::kSqlite) RETURN_IF_ERROR(db_.Execute("PRAGMA secure_delete=ON"));
  bool found = false;
  std::string shared;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT shared_digest FROM parts WHERE idx = ? AND name = ?",
      [&](const Statement& row) {
        found = true;
        shared = row.Text(0);
      },
      index, part));
  if (!found) return absl::OkStatus();
  RETURN_IF_ERROR(db_.Run("DELETE FROM parts WHERE idx = ? AND name = ?", index, part));
  if (!shared.empty())
    RETURN_IF_ERROR(db_.Run(
        "DELETE FROM shared_contents WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM parts WHERE shared_digest = ?)",
        shared, shared));
  RETURN_IF_ERROR(db_.Run("DELETE FROM fixity WHERE idx = ? AND name = ?", index, part));
  RETURN_IF_ERROR(db_.Run("DELETE FROM inspections WHERE idx = ?", index));
  if (part == kFormPart)
    RETURN_IF_ERROR(
        db_.Run("UPDATE records SET implementing_unit = '', project_name = '', fiscal_year = 0, region_code = '' "
                "WHERE idx = ?",
                index));
  if (part == kScorecardPart)
    RETURN_IF_ERROR(db_.Run("UPDATE records SET computed_total = '', grade = '' WHERE idx = ?", index));
  RETURN_IF_ERROR(db_.Run("UPDATE records SET content_digest = ? WHERE idx = ?", kErasedDigest, index));
  RETURN_IF_ERROR(db_.Run("INSERT INTO erasures VALUES (?, ?, ?)", index, part, entry));
  ASSIGN_OR_RETURN(const std::int64_t count, Counter(kErasureCount));
  return SetCounter(kErasureCount, count + 1);
}

absl::Status SqlCustody::PutRegistered(std::span<const RegisteredPart> parts) {
  static const store::Inserts kParts(
      "INSERT INTO fixity VALUES", 7,
      "ON CONFLICT (idx, name) DO UPDATE SET size = excluded.size, sha256 = excluded.sha256, sm3 = excluded.sm3, "
      "verified_at = excluded.verified_at, failure = excluded.failure");
  ahead_ = {};
  return kParts.Run(db_, parts, [](const RegisteredPart& part, const auto& put) {
    put(part.index);
    put(std::string_view(part.part));
    put(part.size);
    put(std::string_view(part.sha256));
    put(std::string_view(part.sm3));
    put(part.verify_time);
    if (part.failure.empty())
      put(nullptr);
    else
      put(Blob{part.failure});
  });
}

absl::Status SqlCustody::PutInspections(std::span<const StoredInspection> inspections) {
  static const store::Inserts kInspections(
      "INSERT INTO inspections VALUES", 3,
      "ON CONFLICT (idx) DO UPDATE SET report = excluded.report, digest = excluded.digest");
  struct Row {
    const StoredInspection& inspection;
    std::string digest;
  };
  std::vector<Row> rows;
  for (const StoredInspection& inspection : inspections) rows.push_back({inspection, DigestOf(inspection.report)});
  return kInspections.Run(db_, std::span<const Row>(rows), [](const Row& row, const auto& put) {
    put(row.inspection.index);
    put(Blob{row.inspection.report});
    put(std::string_view(row.digest));
  });
}

void SqlCustody::ReadAhead(std::int64_t first, std::int64_t end) const {
  ahead_ = {};
  auto erased = ErasuresBetween(first, end);
  if (!erased.ok()) return;
  std::map<std::int64_t, std::vector<RegisteredPart>> registered;
  const absl::Status read = db_.ForEach(
      Cat(kRegisterColumns, "WHERE idx >= ? AND idx < ? ORDER BY idx, name"),
      [&](const Statement& row) { registered[row.Int(0)].push_back(ReadRegistered(row)); }, first, end);
  if (read.ok()) ahead_ = {first, end, *std::move(erased), std::move(registered)};
}

absl::Status SqlCustody::PutDisposal(const StoredDisposal& disposal) {
  return db_.Run(
      "INSERT INTO disposals VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = "
      "excluded.body, digest = excluded.digest",
      disposal.id, disposal.state, disposal.create_time, Blob{disposal.body}, DigestOf(disposal.body));
}

absl::Status SqlCustody::PutAnswer(std::string_view request_id, const StoredAnswer& answer, std::int64_t time) {
  return db_.Run("INSERT INTO custody_requests VALUES (?, ?, ?, ?)", request_id, answer.digest, Blob{answer.answer},
                 time);
}

}  // namespace jixiao::archiving
