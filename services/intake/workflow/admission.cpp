#include "intake/workflow/admission.h"

#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace jixiao::intake {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLeastWait{100};
constexpr milliseconds kMostWait{30'000};
// Before anything was measured: a slow disk.
constexpr double kAssumedRate = 200;
constexpr milliseconds kMeasure{500};

constexpr std::string_view kSingle = "1 ";
constexpr std::string_view kBulk = "2 ";

std::size_t SizeOf(const Acceptance& acceptance) {
  return acceptance.form.size() + acceptance.source_document.size();
}

}  // namespace

std::string SingleFlow(std::string_view caller) {
  return Cat(kSingle, caller);
}

std::string BulkFlow(std::string_view caller) {
  return Cat(kBulk, caller);
}

std::size_t Admission::MostInStore() const {
  const Demand demand = DemandNow();
  if (demand == Demand::kNone) return kInStore;
  return demand == Demand::kRefused ? kInStoreUnderPressure : kInStoreOfSingles;
}

Demand Admission::DemandNow() const {
  const auto since = steady_clock::now() - kMoment;
  if (refused_at_ > since) return Demand::kRefused;
  return single_at_ > since ? Demand::kSingles : Demand::kNone;
}

Demand Admission::demand() {
  const std::lock_guard lock(mutex_);
  return DemandNow();
}

double Admission::Rate() const {
  return per_second_ > 0 ? per_second_ : kAssumedRate;
}

Admission::Room Admission::RoomFor(std::string_view flow, std::size_t bytes) {
  if (!waiting_.HasRoom(flow, bytes)) return {};
  if (!flow.starts_with(kSingle)) return {true};
  const double standing = Rate() * std::chrono::duration<double>(kStanding).count();
  if (static_cast<double>(singles_) < std::max<double>(kLeastStanding, standing)) return {true};
  const auto now = steady_clock::now();
  const double minutes = std::chrono::duration<double, std::ratio<60>>(now - burst_at_).count();
  burst_ = std::min(kBurst, burst_ + kBurst * minutes);
  burst_at_ = now;
  return {burst_ >= 1, true};
}

absl::Status Admission::Refusal() {
  ++refused_;
  refused_at_ = steady_clock::now();
  const auto drain = milliseconds(static_cast<std::int64_t>(static_cast<double>(waiting_.items()) / Rate() * 1000));
  return TryAgain(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "too many forms are waiting",
                  std::clamp(drain, kLeastWait, kMostWait));
}

void Admission::CountOne() {
  ++drained_;
  const auto now = steady_clock::now();
  const auto took = now - since_;
  if (took < kMeasure) return;
  const double rate = static_cast<double>(drained_) / std::chrono::duration<double>(took).count();
  // A pause says nothing about how fast the store is, and a slow interval soon counts less.
  if (took < 2 * kMeasure) per_second_ = per_second_ > 0 ? (per_second_ + rate) / 2 : rate;
  drained_ = 0;
  since_ = now;
}

absl::Status Admission::Check(std::string_view flow, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (RoomFor(flow, bytes).any) return absl::OkStatus();
  return Refusal();
}

absl::Status Admission::Accept(std::string_view flow, Acceptance& acceptance, Done& done) {
  {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = SizeOf(acceptance);
    const Room room = RoomFor(flow, bytes);
    if (!room.any) return Refusal();
    if (room.of_burst) --burst_;
    Entry entry{std::move(acceptance), std::move(done), flow.starts_with(kSingle)};
    if (entry.single) {
      ++singles_;
      single_at_ = steady_clock::now();
    }
    waiting_.Push(flow, bytes, entry);
  }
  Pump();
  return absl::OkStatus();
}

void Admission::Pump() {
  while (true) {
    std::optional<Entry> next;
    {
      const std::lock_guard lock(mutex_);
      if (in_store_ >= MostInStore()) return;
      next = waiting_.Pop();
      if (!next) return;
      singles_ -= next->single ? 1 : 0;
      ++in_store_;
    }
    auto done = std::make_shared<Done>(std::move(next->done));
    const absl::Status queued =
        store_.Accept(std::move(next->acceptance), [this, done](absl::StatusOr<std::string> answer) {
          {
            const std::lock_guard lock(mutex_);
            --in_store_;
            CountOne();
          }
          // The next ones first: the commit that begins now is to have them.
          Pump();
          (*done)(std::move(answer));
        });
    if (queued.ok()) continue;
    {
      const std::lock_guard lock(mutex_);
      --in_store_;
    }
    (*done)(queued);  // others than forms fill the store's queue, or it is stopping
  }
}

Admission::Stats Admission::stats() {
  const std::lock_guard lock(mutex_);
  return {waiting_.items(), refused_, per_second_};
}

}  // namespace jixiao::intake
