#include "cli/bulk_submitter.h"

#include "common/errors.h"
#include "common/random.h"
#include "common/rpc/context.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "common/text.h"

#include "google/rpc/error_details.pb.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace jixiao::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLongestPause{5000};
constexpr int kMaxTries = 30;           // of one item that is refused for now
constexpr std::size_t kMaxLater = 256;  // then a new round begins

// Whether another stream may succeed. What says that the request itself is wrong is not repeated.
bool MayReconnect(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kFailedPrecondition:
      return false;
    default:
      return true;
  }
}

}  // namespace

milliseconds RetryDelayOf(const absl::Status& status) {
  google::rpc::RetryInfo retry;
  const auto payload = status.GetPayload(std::string(kRetryInfoUrl));
  if (!payload || !retry.ParseFromString(std::string(*payload))) return milliseconds(0);
  return milliseconds(retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000);
}

absl::Status BulkSubmitter::Run() {
  auto progress = steady_clock::now();
  milliseconds pause = kFirstPause;
  while (true) {
    const std::uint64_t before = count_;
    const absl::Status status = Round();
    if (status.ok() && at_end_ && backlog_.empty()) return absl::OkStatus();
    if (!status.ok() && !MayReconnect(status)) return status;
    if (count_ > before) {
      progress = steady_clock::now();
      pause = kFirstPause;
    }
    if (steady_clock::now() - progress > patience_)
      return !status.ok() ? status
                          : TryAgain(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "forms are refused for now",
                                     std::chrono::seconds(5));
    std::this_thread::sleep_for(std::max(pause, std::min(RetryDelayOf(status), kLongestPause)));
    pause = std::min(2 * pause, kLongestPause);
  }
}

absl::Status BulkSubmitter::Round() {
  grpc::ClientContext context;
  context.AddMetadata(rpc::kRequestIdKey, RandomHex(16));
  const auto stream = stub_.BatchSubmit(&context);
  over_ = false;
  // Written from a thread of its own: the server reads on only as fast as its answers are taken.
  std::thread writer([&] {
    while (const std::shared_ptr<BulkItem> item = Take())
      if (!stream->Write(item->request)) break;  // Finish says why
    stream->WritesDone();
  });
  intake::v1::BatchSubmitResponse response;
  for (std::int64_t index = 0; stream->Read(&response); ++index) {
    std::shared_ptr<BulkItem> item;
    {
      const std::lock_guard lock(mutex_);
      if (!sent_.empty() && response.index() == index) {
        item = std::move(sent_.front());
        sent_.pop_front();
        sent_bytes_ -= item->request.ByteSizeLong();
      }
    }
    if (item == nullptr) {  // not the answer to what was asked: take nothing on trust
      context.TryCancel();
      break;
    }
    Settle(item, response);
    changed_.notify_one();
  }
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  writer.join();
  absl::Status status = rpc::FromGrpc(stream->Finish());
  backlog_.insert(backlog_.begin(), std::make_move_iterator(sent_.begin()), std::make_move_iterator(sent_.end()));
  backlog_.insert(backlog_.end(), std::make_move_iterator(later_.begin()), std::make_move_iterator(later_.end()));
  sent_.clear();
  later_.clear();
  sent_bytes_ = 0;
  return status;
}

std::shared_ptr<BulkItem> BulkSubmitter::Take() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(
          lock, [this] { return over_ || sent_.empty() || (sent_.size() < kWindow && sent_bytes_ < kWindowBytes); });
      if (over_ || later_.size() >= kMaxLater) return nullptr;
      if (!backlog_.empty()) {
        std::shared_ptr<BulkItem> item = std::move(backlog_.front());
        backlog_.pop_front();
        sent_bytes_ += item->request.ByteSizeLong();
        sent_.push_back(item);
        return item;
      }
      if (at_end_) return nullptr;
    }
    std::optional<BulkItem> next = next_();
    if (!next) {
      const std::lock_guard lock(mutex_);
      at_end_ = true;
      return nullptr;
    }
    if (next->unreadable.ok() && next->request.ByteSizeLong() > static_cast<std::size_t>(rpc::kMaxMessageBytes))
      next->unreadable = InvalidField("FORM_INVALID", "form", Cat("at most ", rpc::kMaxMessageBytes, " bytes"));
    if (!next->unreadable.ok()) {
      Decide(*next, next->unreadable);
      continue;
    }
    const std::lock_guard lock(mutex_);
    backlog_.push_back(std::make_shared<BulkItem>(*std::move(next)));
  }
}

void BulkSubmitter::Settle(const std::shared_ptr<BulkItem>& item, intake::v1::BatchSubmitResponse& response) {
  if (response.has_receipt()) return Decide(*item, *response.mutable_receipt());
  const absl::Status status = rpc::FromProto(response.error());
  if (!rpc::IsTransient(status) || ++item->tries >= kMaxTries) return Decide(*item, status);
  const std::lock_guard lock(mutex_);
  later_.push_back(item);
}

void BulkSubmitter::Decide(const BulkItem& item, const absl::StatusOr<intake::v1::Receipt>& outcome) {
  const std::lock_guard lock(deciding_);
  ++count_;
  decided_(item, outcome);
}

}  // namespace jixiao::cli
