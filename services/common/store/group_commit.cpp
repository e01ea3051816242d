#include "common/store/group_commit.h"

#include "common/guarded.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <string_view>
#include <utility>

namespace jixiao::store {
namespace {

constexpr std::chrono::milliseconds kRetryAfter{200};
constexpr std::chrono::seconds kAcquireTimeout{1};

// A passive checkpoint waits for nobody, so under a load without pauses it always ends behind the writer, or leaves
// what a reader still sees, and the log never starts over. From this many checkpoints' worth of log on, the writer is
// held for the short rest, and a little longer for readers to finish.
constexpr int kMaxLogFactor = 4;
constexpr std::string_view kWaitForReaders = "PRAGMA busy_timeout=50";

std::string LockOf(const std::string& database) {
  return database + ".lock";
}

// Runs one work. `outcome` is the work's own; the returned error is that of the whole transaction.
absl::Status RunWork(Database& database, GroupCommit::Work& work, absl::Status& outcome) {
  outcome = Guarded("WORK_THREW", [&] { return work(database); });
  database.ResetStatements();
  // A full disk or an I/O error makes SQLite undo the whole transaction, and the works before this one with it.
  if (!database.in_transaction())
    return outcome.ok() ? Error(absl::StatusCode::kInternal, "STORE_ERROR", "a work ended the transaction") : outcome;
  if (outcome.ok() && database.aborted())
    outcome = Error(absl::StatusCode::kInternal, "STORE_ERROR", "a work went on after a statement had failed");
  return absl::OkStatus();
}

}  // namespace

absl::Status RunInSavepoint(Database& database, GroupCommit::Work& part, absl::Status& outcome) {
  ASSIGN_OR_RETURN(Savepoint savepoint, Savepoint::Begin(database));
  RETURN_IF_ERROR(RunWork(database, part, outcome));
  return outcome.ok() ? savepoint.Commit() : savepoint.Rollback();
}

absl::Status GroupCommit::Prepare(Database& writer, const Options& options) {
  if (options.foreign_keys || writer.engine() != Engine::kSqlite) return absl::OkStatus();
  return writer.Execute("PRAGMA foreign_keys=OFF");
}

absl::StatusOr<std::unique_ptr<GroupCommit>> GroupCommit::Start(std::unique_ptr<Database> writer, Options options) {
  RETURN_IF_ERROR(Prepare(*writer, options));
  // PostgreSQL orders the writers of all replicas and looks after its own log.
  if (writer->engine() != Engine::kSqlite)
    return std::make_unique<GroupCommit>(Private(), FileLock(), std::move(writer), nullptr, options);
  auto lock = FileLock::Take(LockOf(writer->address()));
  if (!lock.ok() && !(options.shared && ReasonOf(lock.status()) == "STORE_IN_USE")) return lock.status();
  ASSIGN_OR_RETURN(auto checkpointer, SqliteDatabase::Open(writer->address(), Mode::kReadWrite));
  RETURN_IF_ERROR(checkpointer->Execute(kWaitForReaders));
  return std::make_unique<GroupCommit>(Private(), lock.ok() ? *std::move(lock) : FileLock(), std::move(writer),
                                       std::move(checkpointer), options);
}

GroupCommit::GroupCommit(Private, FileLock lock, std::unique_ptr<Database> writer,
                         std::unique_ptr<SqliteDatabase> checkpointer, Options options)
    : options_(options),
      address_(writer->address()),
      lock_(std::move(lock)),
      writer_(std::move(writer)),
      checkpointer_(std::move(checkpointer)),
      answering_(&GroupCommit::AnswerLoop, this),
      writing_(&GroupCommit::WriteLoop, this),
      checkpointing_(&GroupCommit::CheckpointLoop, this) {}

absl::Status GroupCommit::Submit(Work work, Done done, WorkOptions how) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error(absl::StatusCode::kUnavailable, "STOPPING", "the store is stopping");
    const bool urgent = how.lane == Lane::kUrgent;
    std::deque<Item>& queue = urgent ? urgent_ : queue_;
    if (queue.size() >= (urgent ? options_.urgent_capacity : options_.capacity))
      return TryAgain(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "too many writes are waiting", kRetryAfter);
    queue.push_back({std::move(work), std::move(done), how, absl::OkStatus(), false});
  }
  work_waiting_.notify_one();
  return absl::OkStatus();
}

absl::Status GroupCommit::Run(Work work, WorkOptions how) {
  // The promise belongs to the callback: set_value may still be at work when the waiting thread goes on.
  std::promise<absl::Status> promise;
  std::future<absl::Status> outcome = promise.get_future();
  RETURN_IF_ERROR(Submit(
      std::move(work),
      [promise = std::move(promise)](absl::Status status) mutable { promise.set_value(std::move(status)); }, how));
  return outcome.get();
}

void GroupCommit::Observe(std::function<void(Database&)> observer) {
  const std::lock_guard hold(transaction_);
  observer_ = std::move(observer);
}

absl::Status GroupCommit::EmptyLog() {
  // Nothing commits while this is held, so that no commit can start the log over (see MayCheckpoint).
  const std::lock_guard hold(transaction_);
  std::unique_lock lock(mutex_);
  if (checkpointer_ == nullptr) return absl::OkStatus();
  if (stopping_) return Error(absl::StatusCode::kUnavailable, "STOPPING", "the store is stopping");
  if (checkpointing_now_ || !MayCheckpoint())
    return Error(absl::StatusCode::kUnavailable, "STORE_BUSY", "the log is being copied by another thread or process");
  checkpointing_now_ = true;
  lock.unlock();
  const absl::StatusOr<int> log = checkpointer_->Checkpoint(CheckpointMode::kTruncate);
  lock.lock();
  checkpointing_now_ = false;
  if (!log.ok()) return log.status();
  checkpointed_at_ = log_pages_ = *log;
  return *log == 0 ? absl::OkStatus()
                   : Error(absl::StatusCode::kUnavailable, "STORE_BUSY", "a reader needs the log still");
}

void GroupCommit::Stop() {
  std::call_once(stop_once_, [this] {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_waiting_.notify_one();
    log_grown_.notify_one();
    writing_.join();
    {
      const std::lock_guard lock(mutex_);
      written_all_ = true;
    }
    answers_waiting_.notify_one();
    answering_.join();
    checkpointing_.join();
    writer_.reset();
    // Best effort: what stays in the log, because a reader is slow or the disk fails, is as durable there.
    if (MayCheckpoint()) (void)checkpointer_->Checkpoint(CheckpointMode::kTruncate);
    checkpointer_.reset();
    lock_ = FileLock();
  });
}

GroupCommit::Stats GroupCommit::stats() const {
  const std::lock_guard lock(mutex_);
  Stats stats = stats_;
  stats.queued = queue_.size() + urgent_.size();
  return stats;
}

void GroupCommit::WriteLoop() {
  for (std::vector<Item> group = TakeGroup(); !group.empty(); group = TakeGroup()) {
    // When the commit failed, its error replaces each work's own: that a key is taken, say, may be true only of a row
    // that is now undone.
    const absl::Status committed = Commit(group);
    std::vector<Item> apart;
    for (Item& item : group) {
      item.work = nullptr;
      if (!committed.ok()) item.outcome = committed;
      if (item.how.answer_apart)
        apart.push_back(std::move(item));
      else
        item.done(std::move(item.outcome));
    }
    if (apart.empty()) continue;
    {
      const std::lock_guard lock(mutex_);
      to_answer_.push_back(std::move(apart));
    }
    answers_waiting_.notify_one();
  }
}

// What waits here is bounded by whoever submits: a work that has no answer yet is one that its caller waits for.
void GroupCommit::AnswerLoop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    answers_waiting_.wait(lock, [this] { return written_all_ || !to_answer_.empty(); });
    if (to_answer_.empty()) return;
    std::vector<Item> group = std::move(to_answer_.front());
    to_answer_.pop_front();
    lock.unlock();
    for (Item& item : group) item.done(std::move(item.outcome));
    lock.lock();
  }
}

std::vector<GroupCommit::Item> GroupCommit::TakeGroup() {
  std::unique_lock lock(mutex_);
  work_waiting_.wait(lock, [this] { return stopping_ || !queue_.empty() || !urgent_.empty(); });
  std::vector<Item> group;
  for (std::deque<Item>* queue : {&urgent_, &queue_}) {
    const auto begin = queue->begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(queue->size(), options_.max_batch - group.size()));
    group.insert(group.end(), std::make_move_iterator(begin), std::make_move_iterator(end));
    queue->erase(begin, end);
  }
  stats_.groups += group.empty() ? 0 : 1;
  stats_.works += group.size();
  return group;
}

absl::Status GroupCommit::Commit(std::vector<Item>& group) {
  const std::lock_guard hold(transaction_);
  if (absl::Status status = RunInTransaction(group); !status.ok()) {
    writer_.reset();  // what a connection believes after a failed write or fsync is not to be trusted
    return status;
  }
  if (observer_) observer_(*writer_);
  const std::lock_guard lock(mutex_);
  const int pages = writer_->log_pages();
  if (pages < log_pages_) checkpointed_at_ = 0;  // the log started over
  log_pages_ = pages;
  if (CheckpointDue()) log_grown_.notify_one();
  return absl::OkStatus();
}

absl::StatusOr<bool> GroupCommit::RunTogether(std::vector<Item>& group) {
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*writer_));
  const bool repeatable = group.front().how.repeatable;  // of one, or of all
  if (repeatable) writer_->Defer();
  for (Item& item : group) {
    item.ran = true;
    RETURN_IF_ERROR(RunWork(*writer_, item.work, item.outcome));
    // Of one that is alone nothing else has to be kept: its transaction goes with it.
    if (!item.outcome.ok()) return group.size() == 1 && !repeatable;
  }
  // What was deferred and failed is some work's; which one's, the second run says.
  if (!writer_->AwaitDeferred().ok()) return false;
  RETURN_IF_ERROR(transaction.Commit());
  return true;
}

absl::Status GroupCommit::RunInTransaction(std::vector<Item>& group) {
  if (writer_ == nullptr) {
    ASSIGN_OR_RETURN(auto opened, Database::Open(address_, Mode::kReadWrite));
    RETURN_IF_ERROR(Prepare(*opened, options_));
    writer_ = std::move(opened);
  }
  if (group.size() == 1 || std::ranges::all_of(group, [](const Item& item) { return item.how.repeatable; })) {
    ASSIGN_OR_RETURN(const bool done, RunTogether(group));
    if (done) return absl::OkStatus();
    const std::lock_guard lock(mutex_);
    ++stats_.repeated_groups;
  }
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*writer_));
  for (Item& item : group) {
    RETURN_IF_ERROR(RunInSavepoint(*writer_, item.work, item.outcome));
    const bool again = !item.outcome.ok() && item.how.repeatable && !item.ran;
    if (again) RETURN_IF_ERROR(RunInSavepoint(*writer_, item.work, item.outcome));
  }
  return transaction.Commit();
}

// SQLite before 3.51.3, Debian's too, can lose commits when a checkpoint finds the log wholly copied and at that moment
// a commit starts the log over (https://sqlite.org/wal.html#walresetbug). So a checkpoint starts only when the log has
// grown since the last one: then pages are left to copy, only this thread copies them, and no commit can start over
// before.
bool GroupCommit::MayCheckpoint() {
  if (checkpointer_ == nullptr) return false;
  // The process that had the lock may have ended meanwhile.
  if (!lock_.held())
    if (auto lock = FileLock::Take(LockOf(address_)); lock.ok()) lock_ = *std::move(lock);
  return lock_.held();
}

void GroupCommit::CheckpointLoop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    log_grown_.wait(lock, [this] { return stopping_ || CheckpointDue(); });
    if (stopping_) return;
    if (checkpointing_now_) {  // EmptyLog does it
      log_grown_.wait_for(lock, std::chrono::milliseconds(10));
      continue;
    }
    if (!MayCheckpoint()) {
      checkpointed_at_ = log_pages_;
      continue;
    }
    const bool behind = log_pages_ >= kMaxLogFactor * options_.checkpoint_pages;
    const bool huge = log_pages_ >= 2 * kMaxLogFactor * options_.checkpoint_pages;
    checkpointing_now_ = true;
    lock.unlock();
    std::unique_lock hold(transaction_, std::defer_lock);
    absl::StatusOr<int> log = checkpointer_->Checkpoint(CheckpointMode::kPassive);
    if (log.ok() && behind) {
      hold.lock();
      // Written over, not cut off: a file that grows asks for memory and blocks again with every page.
      log = checkpointer_->Checkpoint(huge ? CheckpointMode::kTruncate : CheckpointMode::kRestart);
      if (log.ok()) log = 0;  // the next commit starts it over
    }
    lock.lock();
    checkpointing_now_ = false;
    if (log.ok()) {
      ++stats_.checkpoints;
      checkpointed_at_ = *log;
      if (behind) log_pages_ = *log;
    } else {
      // A reader or a commit in the way is no failure. After a real one, too, the log still has the pages, and the next
      // try, when it has grown, writes them again: a failed fsync loses nothing.
      if (ReasonOf(log.status()) != "STORE_BUSY") ++stats_.failed_checkpoints;
      checkpointed_at_ = log_pages_;
    }
  }
}

absl::StatusOr<std::unique_ptr<ReadPool>> ReadPool::Open(const std::string& address, std::size_t connections) {
  std::vector<std::unique_ptr<Database>> opened(connections);
  for (auto& connection : opened) {
    ASSIGN_OR_RETURN(connection, Database::Open(address, Mode::kReadOnly));
  }
  return std::make_unique<ReadPool>(Private(), std::move(opened));
}

ReadPool::ReadPool(Private, std::vector<std::unique_ptr<Database>> connections) : connections_(std::move(connections)) {
  for (const auto& connection : connections_) idle_.push_back(connection.get());
}

absl::StatusOr<ReadPool::Lease> ReadPool::Acquire() {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_for(lock, kAcquireTimeout, [this] { return !idle_.empty(); }))
    return TryAgain(absl::StatusCode::kResourceExhausted, "READERS_BUSY", "all read connections are busy", kRetryAfter);
  Lease lease(idle_.back(), Return{this});
  idle_.pop_back();
  return lease;
}

void ReadPool::PutBack(Database* connection) {
  connection->ResetStatements();
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(connection);
  }
  returned_.notify_one();
}

}  // namespace jixiao::store
