// The trees of hash renewals in the archive's database.
#pragma once

#include "archiving/store/epoch_store.h"
#include "common/store/database.h"

namespace jixiao::archiving {

// What version 2 of the archive's schema adds: witnesses' cosignatures, and the epochs.
inline constexpr store::Migration kLogMigration = {2, "cosignatures and hash renewals",
                                                   "CREATE TABLE cosignatures ("
                                                   "  size INTEGER NOT NULL REFERENCES tree_heads (size),"
                                                   "  witness TEXT NOT NULL,"
                                                   "  line TEXT NOT NULL,"
                                                   "  PRIMARY KEY (size, witness)"
                                                   ") STRICT;"
                                                   "CREATE TABLE epochs ("
                                                   "  epoch INTEGER PRIMARY KEY,"
                                                   "  hash_function TEXT NOT NULL,"
                                                   "  document BLOB NOT NULL"
                                                   ") STRICT;"
                                                   "CREATE TABLE epoch_entries ("
                                                   "  epoch INTEGER NOT NULL REFERENCES epochs (epoch),"
                                                   "  idx INTEGER NOT NULL,"
                                                   "  entry BLOB NOT NULL,"
                                                   "  PRIMARY KEY (epoch, idx)"
                                                   ") STRICT, WITHOUT ROWID;"
                                                   "CREATE TABLE epoch_nodes ("
                                                   "  epoch INTEGER NOT NULL REFERENCES epochs (epoch),"
                                                   "  level INTEGER NOT NULL,"
                                                   "  idx INTEGER NOT NULL,"
                                                   "  hash BLOB NOT NULL,"
                                                   "  PRIMARY KEY (epoch, level, idx)"
                                                   ") STRICT, WITHOUT ROWID;"
                                                   "CREATE TABLE epoch_heads ("
                                                   "  epoch INTEGER NOT NULL REFERENCES epochs (epoch),"
                                                   "  size INTEGER NOT NULL,"
                                                   "  note TEXT NOT NULL,"
                                                   "  PRIMARY KEY (epoch, size)"
                                                   ") STRICT;"};

// Reads and writes over one connection, inside a transaction that the caller holds.
class SqlEpochs final : public EpochWriter {
 public:
  explicit SqlEpochs(store::Database& db) : db_(db) {}

  absl::StatusOr<std::vector<StoredEpoch>> All() const override;
  absl::StatusOr<std::optional<EpochHead>> NewestHead(std::int64_t epoch) const override;
  absl::StatusOr<std::vector<EpochHead>> Heads(std::int64_t epoch) const override;
  absl::StatusOr<std::optional<std::string>> Entry(std::int64_t epoch, std::int64_t index) const override;
  absl::StatusOr<log::Hash> Node(std::int64_t epoch, log::NodeId id) const override;
  absl::StatusOr<std::int64_t> NodeCount(std::int64_t epoch) const override;
  absl::StatusOr<std::int64_t> EntryCount(std::int64_t epoch) const override;
  absl::Status Insert(const StoredEpoch& epoch) override;
  absl::Status InsertEntry(std::int64_t epoch, std::int64_t index, std::string_view entry) override;
  absl::Status InsertNodes(std::int64_t epoch, const std::vector<log::NewNode>& nodes) override;
  absl::Status InsertHead(std::int64_t epoch, const EpochHead& head) override;

 private:
  store::Database& db_;
};

}  // namespace jixiao::archiving
