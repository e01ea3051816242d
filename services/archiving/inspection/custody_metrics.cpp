#include "archiving/inspection/custody_metrics.h"

#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"
#include "common/time.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <set>

namespace jixiao::archiving {
namespace {

constexpr std::size_t kMostGauges = 100;

}  // namespace

Caretaker::Hooks CustodyHooks(Metrics& metrics) {
  Caretaker::Hooks hooks;
  hooks.on_error = [](const absl::Status& status) {
    jixiao::log::Warning("the archive's upkeep stands still",
                         {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
  };
  // Only the caretaker's thread calls it.
  hooks.on_damage = [&metrics, known = std::make_shared<std::set<std::string>>()](const v1::FixityFailure& failure,
                                                                                  bool damaged) {
    if (damaged)
      jixiao::log::Error("a part is damaged", {{"record", failure.record()},
                                               {"part", failure.part()},
                                               {"expected", failure.expected()},
                                               {"found", failure.found()}});
    else
      jixiao::log::Info("a part is whole again", {{"record", failure.record()}, {"part", failure.part()}});
    if (known->size() >= kMostGauges && !known->contains(Cat(failure.record(), " ", failure.part()))) return;
    known->insert(Cat(failure.record(), " ", failure.part()));
    metrics
        .AddGauge("jixiao_archiving_fixity_damaged", "Whether a part was found damaged when it was last verified",
                  {{"record", failure.record()}, {"part", failure.part()}})
        .Set(damaged ? 1 : 0);
  };
  return hooks;
}

void AddCustodyMetrics(Metrics& metrics, ArchiveStore& store, const Caretaker& caretaker) {
  metrics.AddReading("jixiao_archiving_fixity_oldest_seconds", "How long ago the part that waits longest was verified",
                     [&store]() -> std::optional<double> {
                       std::optional<std::int64_t> oldest;
                       const absl::Status status = store.Read([&](const ArchiveReader& archive) -> absl::Status {
                         ASSIGN_OR_RETURN(oldest, archive.custody().OldestVerification());
                         return absl::OkStatus();
                       });
                       if (!status.ok() || !oldest) return std::nullopt;
                       return static_cast<double>(NowMicros() - *oldest) / 1e6;
                     });
  metrics.AddReading("jixiao_archiving_fixity_unregistered_records",
                     "Records that are archived and not yet inspected and registered",
                     [&store]() -> std::optional<double> {
                       std::int64_t left = 0;
                       const absl::Status status = store.Read([&](const ArchiveReader& archive) -> absl::Status {
                         ASSIGN_OR_RETURN(const std::int64_t size, archive.Size());
                         ASSIGN_OR_RETURN(const std::int64_t filed, archive.custody().Counter(kFiledCount));
                         left = size - filed;
                         return absl::OkStatus();
                       });
                       return status.ok() ? std::optional<double>(static_cast<double>(left)) : std::nullopt;
                     });
  metrics.AddReading("jixiao_archiving_fixity_passed_parts", "Parts that passes found whole since the start",
                     [&caretaker] { return static_cast<double>(caretaker.passed()); });
  metrics.AddReading("jixiao_archiving_fixity_failed_parts", "Parts that passes found damaged since the start",
                     [&caretaker] { return static_cast<double>(caretaker.failed()); });
}

absl::StatusOr<RetentionPolicy> ReadRetentionPolicy(const std::string& path) {
  if (path.empty()) return RetentionPolicy::Default();
  std::ifstream in(path, std::ios::binary);
  if (!in) return InvalidField("FILE_UNREADABLE", "retention-policy", Cat(path, " cannot be read"));
  return RetentionPolicy::Parse(std::string(std::istreambuf_iterator<char>(in), {}));
}

}  // namespace jixiao::archiving
