#include "archiving/store/sql_epochs.h"

#include "common/errors.h"
#include "common/text.h"

#include <algorithm>

namespace jixiao::archiving {
namespace {

using store::Blob;
using store::Statement;

}  // namespace

absl::StatusOr<std::vector<StoredEpoch>> SqlEpochs::All() const {
  std::vector<StoredEpoch> found;
  RETURN_IF_ERROR(
      db_.ForEach("SELECT epoch, hash_function, document FROM epochs ORDER BY epoch", [&](const Statement& row) {
        found.push_back({row.Int(0), row.Text(1), row.BlobBytes(2)});
      }));
  return found;
}

absl::StatusOr<std::optional<EpochHead>> SqlEpochs::NewestHead(std::int64_t epoch) const {
  std::optional<EpochHead> found;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT size, note FROM epoch_heads WHERE epoch = ? ORDER BY size DESC LIMIT 1",
      [&](const Statement& row) {
        found = EpochHead{row.Int(0), row.Text(1)};
      },
      epoch));
  return found;
}

absl::StatusOr<std::vector<EpochHead>> SqlEpochs::Heads(std::int64_t epoch) const {
  std::vector<EpochHead> found;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT size, note FROM epoch_heads WHERE epoch = ? ORDER BY size",
      [&](const Statement& row) {
        found.push_back({row.Int(0), row.Text(1)});
      },
      epoch));
  return found;
}

absl::StatusOr<std::optional<std::string>> SqlEpochs::Entry(std::int64_t epoch, std::int64_t index) const {
  std::optional<std::string> found;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT entry FROM epoch_entries WHERE epoch = ? AND idx = ?",
      [&](const Statement& row) { found = row.BlobBytes(0); }, epoch, index));
  return found;
}

absl::StatusOr<log::Hash> SqlEpochs::Node(std::int64_t epoch, log::NodeId id) const {
  std::optional<log::Hash> found;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT hash FROM epoch_nodes WHERE epoch = ? AND level = ? AND idx = ?",
      [&](const Statement& row) {
        const std::string bytes = row.BlobBytes(0);
        log::Hash hash{};
        if (bytes.size() != hash.size()) return;
        std::copy(bytes.begin(), bytes.end(), hash.begin());
        found = hash;
      },
      epoch, id.level, id.index));
  if (found) return *found;
  return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED",
               Cat("node ", id.level, "/", id.index, " of epoch ", epoch, " is missing or damaged"));
}

absl::StatusOr<std::int64_t> SqlEpochs::NodeCount(std::int64_t epoch) const {
  std::int64_t count = 0;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT count(*) FROM epoch_nodes WHERE epoch = ?", [&](const Statement& row) { count = row.Int(0); }, epoch));
  return count;
}

absl::StatusOr<std::int64_t> SqlEpochs::EntryCount(std::int64_t epoch) const {
  std::int64_t count = 0;
  RETURN_IF_ERROR(db_.ForEach(
      "SELECT count(*) FROM epoch_entries WHERE epoch = ?", [&](const Statement& row) { count = row.Int(0); }, epoch));
  return count;
}

absl::Status SqlEpochs::Insert(const StoredEpoch& epoch) {
  return db_.Run("INSERT INTO epochs VALUES (?, ?, ?)", epoch.number, epoch.hash_function, Blob{epoch.document});
}

absl::Status SqlEpochs::InsertEntry(std::int64_t epoch, std::int64_t index, std::string_view entry) {
  return db_.Run("INSERT INTO epoch_entries VALUES (?, ?, ?)", epoch, index, Blob{entry});
}

absl::Status SqlEpochs::InsertNodes(std::int64_t epoch, const std::vector<log::NewNode>& nodes) {
  for (const log::NewNode& node : nodes)
    RETURN_IF_ERROR(db_.Run("INSERT INTO epoch_nodes VALUES (?, ?, ?, ?)", epoch, node.id.level, node.id.index,
                            Blob{std::string_view(reinterpret_cast<const char*>(node.hash.data()), node.hash.size())}));
  return absl::OkStatus();
}

absl::Status SqlEpochs::InsertHead(std::int64_t epoch, const EpochHead& head) {
  return db_.Run("INSERT INTO epoch_heads VALUES (?, ?, ?)", epoch, head.size, head.note);
}

}  // namespace jixiao::archiving
