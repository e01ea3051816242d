// What the archive keeps about its keeping, over one connection of the archive's store.
#pragma once

#include "archiving/store/custody.h"
#include "common/store/database.h"

namespace jixiao::archiving {

// The tables, for a migration of the archive's store.
extern const std::string_view kCustodySchema;

// Inside a transaction that the caller holds.
class SqlCustody final : public CustodyWriter {
 public:
  explicit SqlCustody(store::Database& db) : db_(db) {}

  absl::StatusOr<std::int64_t> Counter(std::string_view name) const override;
  absl::StatusOr<std::vector<Erased>> Erasures(std::int64_t index) const override;
  absl::StatusOr<std::map<std::int64_t, std::vector<Erased>>> ErasuresBetween(std::int64_t first,
                                                                              std::int64_t end) const override;
  absl::StatusOr<std::vector<RegisteredPart>> Registered(std::int64_t index) const override;
  absl::StatusOr<std::optional<std::int64_t>> OldestVerification() const override;
  absl::StatusOr<std::vector<RegisteredPart>> FailedParts(std::int64_t limit) const override;
  absl::StatusOr<std::optional<std::string>> Inspection(std::int64_t index) const override;
  absl::StatusOr<std::optional<StoredDisposal>> Disposal(std::string_view id) const override;
  absl::StatusOr<std::vector<StoredDisposal>> DisposalsBefore(std::int64_t time, std::string_view id,
                                                              std::int64_t limit) const override;
  absl::StatusOr<std::optional<StoredDisposal>> DisposalIn(int state) const override;
  absl::StatusOr<std::optional<StoredAnswer>> Answer(std::string_view request_id) const override;
  absl::StatusOr<std::vector<std::string>> CustodyFaults() const override;

  absl::Status SetCounter(std::string_view name, std::int64_t value) override;
  absl::Status Erase(std::int64_t index, std::string_view part, std::int64_t entry) override;
  absl::Status PutRegistered(std::span<const RegisteredPart> parts) override;
  absl::Status PutInspections(std::span<const StoredInspection> inspections) override;
  absl::Status PutDisposal(const StoredDisposal& disposal) override;
  absl::Status PutAnswer(std::string_view request_id, const StoredAnswer& answer, std::int64_t time) override;

  // See ArchiveReader. On an error nothing is kept.
  void ReadAhead(std::int64_t first, std::int64_t end) const;

 private:
  // What ReadAhead has read: erasures and register of the records from `first` to before `end`.
  struct Ahead {
    std::int64_t first = 0;
    std::int64_t end = 0;
    std::map<std::int64_t, std::vector<Erased>> erased;
    std::map<std::int64_t, std::vector<RegisteredPart>> registered;

    bool Covers(std::int64_t index) const { return index >= first && index < end; }
  };

  store::Database& db_;
  mutable Ahead ahead_;
};

}  // namespace jixiao::archiving
