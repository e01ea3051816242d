#include "common/audit/trail.h"

#include "common/errors.h"
#include "common/log.h"
#include "common/priority.h"
#include "common/random.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace jixiao::audit {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::int64_t kMaxCalls = 500;                // of a segment
constexpr std::size_t kMaxSegment = 256 * 1024;        // bytes of one, about
constexpr std::size_t kMaxRecorded = 4 * 1024 * 1024;  // bytes that wait to be written
constexpr std::chrono::seconds kLastTries{2};
constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::milliseconds kLongestPause{30'000};
constexpr std::size_t kRunBytes = 8;

bool Hopeless(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument || status.code() == absl::StatusCode::kAlreadyExists;
}

std::uint64_t SizeOf(const fs::path& file) {
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(file, failed);
  return failed ? 0 : size;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Trail>> Trail::Open(TrailOptions options, Metrics& metrics, Deliver deliver) {
  ASSIGN_OR_RETURN(std::unique_ptr<Spool> spool, Spool::Open(options.folder));
  ASSIGN_OR_RETURN(const std::vector<fs::path> left, spool->List());
  std::unique_ptr<Trail> trail(new Trail(std::move(options), std::move(spool), std::move(deliver)));
  for (const fs::path& file : left) trail->sealed_bytes_ += SizeOf(file);
  metrics.AddReading("jixiao_audit_waiting_bytes", "Bytes of the audit log that wait for the archive",
                     [&trail = *trail] { return static_cast<double>(trail.state().waiting_bytes); });
  metrics.AddReading("jixiao_audit_dropped_calls", "Calls since the start that the audit log had no room for",
                     [&trail = *trail] { return static_cast<double>(trail.state().dropped); });
  trail->writer_ = std::thread([&trail = *trail] { trail.WriteLoop(); });
  trail->deliverer_ = std::thread([&trail = *trail] { trail.DeliverLoop(); });
  return trail;
}

Trail::Trail(TrailOptions options, std::unique_ptr<Spool> spool, Deliver deliver)
    : options_(std::move(options)),
      run_(RandomHex(kRunBytes)),
      spool_(std::move(spool)),
      deliver_(std::move(deliver)) {}

Trail::~Trail() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_ = steady_clock::now() + kLastTries;
  }
  wake_writer_.notify_all();
  wake_deliverer_.notify_all();
  if (writer_.joinable()) writer_.join();
  if (deliverer_.joinable()) deliverer_.join();
}

void Trail::Record(const operation::v1::AuditedCall& call) {
  std::string bytes = call.SerializeAsString();
  const std::lock_guard lock(mutex_);
  if (recorded_bytes_ + bytes.size() > kMaxRecorded) {
    ++dropped_;
    return;
  }
  recorded_bytes_ += bytes.size();
  recorded_.push_back(std::move(bytes));
}

Trail::State Trail::state() const {
  State state;
  state.waiting_bytes = sealed_bytes_ + open_bytes_;
  state.dropped = dropped_;
  const std::lock_guard lock(mutex_);
  state.problem = write_problem_.empty() ? deliver_problem_ : write_problem_;
  return state;
}

// Each problem is logged when it comes and when it has gone, not at every try.
void Trail::Note(std::string& problem, const absl::Status& status, std::string_view what) {
  std::string now = status.ok() ? std::string() : Cat(what, ": ", std::string(status.message()));
  const std::lock_guard lock(mutex_);
  if (now == problem) return;
  if (now.empty())
    log::Info("the audit log goes on");
  else
    log::Warning("the audit log stands still", {{"what", what}, {"error", std::string(status.message())}});
  problem = std::move(now);
}

void Trail::WriteLoop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_writer_.wait_for(lock, options_.write_every, [this] { return stopping_; });
    lock.unlock();
    WriteSome(false);
    lock.lock();
  }
  lock.unlock();
  WriteSome(true);
  lock.lock();
  written_all_ = true;
  wake_deliverer_.notify_all();
}

void Trail::WriteSome(bool finish) {
  std::vector<std::string> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(recorded_);
    recorded_bytes_ = 0;
  }
  absl::Status written;
  if (!calls.empty()) {
    if (sealed_bytes_ + spool_->open_bytes() < options_.max_bytes)
      written = Write(calls);
    else
      written = absl::ResourceExhaustedError(Cat("its folder ", options_.folder, " is full"));
    // What is in the file after an error is not known to us: those calls may be there and count as dropped, too.
    if (!written.ok()) dropped_ += calls.size();
    Note(write_problem_, written, "write");
  }
  const bool old = steady_clock::now() - segment_start_ >= options_.span;
  if (spool_->is_open() &&
      (finish || old || !written.ok() || segment_calls_ >= kMaxCalls || spool_->open_bytes() >= kMaxSegment)) {
    if (const absl::Status sealed = Seal(); !sealed.ok()) Note(write_problem_, sealed, "seal");
  }
  open_bytes_ = spool_->is_open() ? spool_->open_bytes() : 0;
}

absl::Status Trail::Seal() {
  const std::size_t bytes = spool_->open_bytes();
  ASSIGN_OR_RETURN(const bool kept, spool_->Seal());
  if (!kept) {  // its number is given to the next one
    --segments_;
    return absl::OkStatus();
  }
  sealed_bytes_ += bytes;
  const std::lock_guard lock(mutex_);
  sealed_ = true;
  wake_deliverer_.notify_all();
  return absl::OkStatus();
}

absl::Status Trail::Write(const std::vector<std::string>& calls) {
  for (std::size_t done = 0; done < calls.size();) {
    if (!spool_->is_open()) {
      Segment head;
      head.set_service(options_.service);
      head.set_run(run_);
      head.set_number(segments_ + 1);
      *head.mutable_start_time() = ToTimestamp(NowMicros());
      head.set_dropped(static_cast<std::int64_t>(dropped_));
      RETURN_IF_ERROR(spool_->Begin(head));
      ++segments_;
      segment_calls_ = 0;
      segment_start_ = steady_clock::now();
    }
    const std::size_t count = std::min(calls.size() - done, static_cast<std::size_t>(kMaxCalls - segment_calls_));
    RETURN_IF_ERROR(spool_->Add(std::span(calls).subspan(done, count)));
    done += count;
    segment_calls_ += static_cast<std::int64_t>(count);
    if (segment_calls_ >= kMaxCalls) RETURN_IF_ERROR(Seal());
  }
  return absl::OkStatus();
}

void Trail::DeliverLoop() {
  RunInBackground();
  std::chrono::milliseconds pause = kFirstPause;
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool last = written_all_;
    sealed_ = false;
    lock.unlock();
    const absl::Status delivered = DeliverAll();
    Note(deliver_problem_, delivered, "deliver");
    lock.lock();
    if (stopping_ && ((last && delivered.ok()) || steady_clock::now() >= give_up_)) return;
    if (delivered.ok()) {
      pause = kFirstPause;
      wake_deliverer_.wait(lock, [this] { return sealed_ || stopping_; });
      if (stopping_ && !written_all_) wake_deliverer_.wait_until(lock, give_up_, [this] { return written_all_; });
      continue;
    }
    if (stopping_) {
      wake_deliverer_.wait_until(lock, std::min(give_up_, steady_clock::now() + kFirstPause));
      continue;
    }
    wake_deliverer_.wait_for(lock, pause, [this] { return stopping_; });
    pause = std::min(pause * 2, kLongestPause);
  }
}

absl::Status Trail::DeliverAll() {
  ASSIGN_OR_RETURN(const std::vector<fs::path> files, spool_->List());
  for (const fs::path& file : files) {
    const std::uint64_t bytes = SizeOf(file);
    const absl::StatusOr<Segment> segment = Spool::Read(file);
    const bool readable = !absl::IsDataLoss(segment.status());
    absl::Status delivered = segment.ok() ? deliver_(*segment) : segment.status();
    if (delivered.ok()) {
      RETURN_IF_ERROR(Spool::Remove(file));
    } else if (!readable || Hopeless(delivered)) {
      log::Error("a segment of the audit log cannot be archived and was set aside",
                 {{"file", file.string()}, {"error", std::string(delivered.message())}});
      RETURN_IF_ERROR(Spool::SetAside(file));
    } else {
      return delivered;
    }
    sealed_bytes_ -= std::min<std::uint64_t>(bytes, sealed_bytes_);
    const std::lock_guard lock(mutex_);
    if (stopping_ && steady_clock::now() >= give_up_) return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace jixiao::audit
