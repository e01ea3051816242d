// Where the trees of hash renewals are kept, beside the log's; see renewal.proto.
#pragma once

#include "archiving/log/merkle.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

// One renewal. Leaf 0 of its tree is `document`, leaf i + 1 the entry of the log's leaf i.
struct StoredEpoch {
  std::int64_t number = 0;
  std::string hash_function;
  std::string document;
};

// A signed tree head of an epoch; the newest one covers all that is stored.
struct EpochHead {
  std::int64_t size = 0;
  std::string note;
};

// All methods may block.
class EpochReader {
 public:
  virtual ~EpochReader() = default;

  virtual absl::StatusOr<std::vector<StoredEpoch>> All() const = 0;
  // The newest head of an epoch, or nothing; all of them by size.
  virtual absl::StatusOr<std::optional<EpochHead>> NewestHead(std::int64_t epoch) const = 0;
  virtual absl::StatusOr<std::vector<EpochHead>> Heads(std::int64_t epoch) const = 0;
  // The entry of the log's leaf `index`.
  virtual absl::StatusOr<std::optional<std::string>> Entry(std::int64_t epoch, std::int64_t index) const = 0;
  // DATA_LOSS (ARCHIVE_DAMAGED) when it is not there.
  virtual absl::StatusOr<log::Hash> Node(std::int64_t epoch, log::NodeId id) const = 0;
  // How many nodes and entries are stored.
  virtual absl::StatusOr<std::int64_t> NodeCount(std::int64_t epoch) const = 0;
  virtual absl::StatusOr<std::int64_t> EntryCount(std::int64_t epoch) const = 0;
};

class EpochWriter : public EpochReader {
 public:
  virtual absl::Status Insert(const StoredEpoch& epoch) = 0;
  virtual absl::Status InsertEntry(std::int64_t epoch, std::int64_t index, std::string_view entry) = 0;
  virtual absl::Status InsertNodes(std::int64_t epoch, const std::vector<log::NewNode>& nodes) = 0;
  virtual absl::Status InsertHead(std::int64_t epoch, const EpochHead& head) = 0;
};

// The nodes of one epoch's tree.
class EpochNodes final : public log::NodeReader {
 public:
  EpochNodes(const EpochReader& epochs, std::int64_t epoch) : epochs_(epochs), epoch_(epoch) {}
  absl::StatusOr<log::Hash> Node(log::NodeId id) const override { return epochs_.Node(epoch_, id); }

 private:
  const EpochReader& epochs_;
  const std::int64_t epoch_;
};

}  // namespace jixiao::archiving
