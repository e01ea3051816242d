// Many forms through BatchSubmit, whatever happens to the connection meanwhile.
#pragma once

#include "jixiao/intake/v1/intake_service.grpc.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace jixiao::cli {

struct BulkItem {
  std::string origin;  // file and line
  std::string title;
  absl::Status unreadable;  // not OK: there is no request, and this is its outcome
  intake::v1::BatchSubmitRequest request;
  int tries = 0;
};

// Sends items as fast as they are taken, keeps those that were not answered, and sends them again on a new stream when
// one breaks, with growing pauses: their request ids make that harmless. Gives up when nothing was decided for
// `patience`.
class BulkSubmitter {
 public:
  // The next item; nothing at the end. Called on a thread of its own, never concurrently.
  using Next = std::function<std::optional<BulkItem>()>;
  // What became of an item; never called concurrently. Each item is decided once.
  using Decided = std::function<void(const BulkItem&, const absl::StatusOr<intake::v1::Receipt>&)>;

  BulkSubmitter(intake::v1::IntakeService::Stub& stub, std::chrono::seconds patience, Next next, Decided decided)
      : stub_(stub), patience_(patience), next_(std::move(next)), decided_(std::move(decided)) {}

  // Returns when all are decided, or with the error of the connection when it gave up; what was not decided then can be
  // sent again.
  absl::Status Run();

 private:
  // What is unanswered at a time.
  static constexpr std::size_t kWindow = 512;
  static constexpr std::size_t kWindowBytes = 16 * 1024 * 1024;

  // One stream, to its end.
  absl::Status Round();
  // Waits until an item may be sent and notes it as sent; null when there is none, or the stream is over.
  std::shared_ptr<BulkItem> Take();
  void Settle(const std::shared_ptr<BulkItem>& item, intake::v1::BatchSubmitResponse& response);
  void Decide(const BulkItem& item, const absl::StatusOr<intake::v1::Receipt>& outcome);

  intake::v1::IntakeService::Stub& stub_;
  const std::chrono::seconds patience_;
  const Next next_;
  const Decided decided_;

  std::mutex deciding_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::shared_ptr<BulkItem>> backlog_;  // to be sent again
  std::deque<std::shared_ptr<BulkItem>> sent_;     // in the order of the stream
  std::deque<std::shared_ptr<BulkItem>> later_;    // refused for now
  std::size_t sent_bytes_ = 0;
  std::uint64_t count_ = 0;  // decided
  bool at_end_ = false;      // of the items
  bool over_ = false;        // the stream
};

// How long the server asks to wait; zero when it does not say.
std::chrono::milliseconds RetryDelayOf(const absl::Status& status);

}  // namespace jixiao::cli
