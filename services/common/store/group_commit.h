// Group commit, and read connections beside it.
//
// There is one writer, and a durable commit costs an fsync. Works that wait while one commit goes on share the next:
// on SQLite four times the rows for a quarter of a millisecond. On PostgreSQL each replica has a GroupCommit of its
// own, and their groups take turns.
//
// What a crash loses, by state of a work:
//   queued        accepted by Submit, not yet answered: the work may be lost, or be there although nobody was told
//   acknowledged  its Done was called with OK: the work is on disk and survives a power cut
#pragma once

#include "common/store/file_lock.h"
#include "common/store/sqlite.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::store {

// All at least 1.
struct GroupCommitOptions {
  std::size_t capacity = 4096;         // works that may wait in the queue
  std::size_t urgent_capacity = 1024;  // urgent works that may wait beside them
  std::size_t max_batch = 256;         // works in one commit
  int checkpoint_pages = 8000;         // pages (4 KiB each) added to the write-ahead log between two checkpoints
  // SQLite: other processes on this machine may write too (replicas of one scoring service beside each other). Their
  // groups take turns; only the one that holds the lock checkpoints. For stores whose works do not rely on being the
  // only writer.
  bool shared = false;
  // SQLite: whether what a row refers to is looked up. Not for stores whose works write both and that look for rows
  // without the other themselves.
  bool foreign_keys = true;
};

// Urgent works have a queue of their own and go first: for tiny writes that must be answered while the others are
// refused. Whoever submits urgent works without end holds up all others.
enum class Lane { kNormal, kUrgent };

// How a work wants to be carried.
struct WorkOptions {
  Lane lane = Lane::kNormal;
  // It may run twice, and then sets anew whatever it leaves in memory. A group of such works runs without a savepoint
  // for each, which on SQLite keeps a copy of every page that it touches, and on PostgreSQL costs two round trips; when
  // one of them fails, all is undone and run again with savepoints. A work that failed has always run twice, also where
  // it had a savepoint at once, in a group with others: so its second run may do what the first did not, such as taking
  // what it consists of apart.
  bool repeatable = false;
  // Its Done is called on a thread of its own, in the order of such works, while the writer goes on with the next
  // group.
  bool answer_apart = false;
};

// Owns the write connection and its thread. Safe to use from any thread.
class GroupCommit {
  struct Private {
    explicit Private() = default;
  };

 public:
  // What to write. It runs once (see WorkOptions), on the writer thread, inside a transaction that it must not end, and
  // sees what was written before it. It keeps nothing of the database: the next work may get another connection. It is
  // destroyed before its Done is called. A deferred foreign key that it violates fails the whole group, so use
  // immediate ones.
  using Work = absl::AnyInvocable<absl::Status(Database&)>;
  // Called once when the outcome is certain, on the writer thread unless its work said otherwise. All writes wait for
  // it: it must be quick, never block (not call Run or Stop; Submit is fine) and not throw.
  using Done = absl::AnyInvocable<void(absl::Status)>;
  using Options = GroupCommitOptions;

  struct Stats {
    std::uint64_t groups = 0;           // groups taken from the queue
    std::uint64_t works = 0;            // works in them
    std::uint64_t repeated_groups = 0;  // that ran again with savepoints, because one of their works failed
    std::uint64_t checkpoints = 0;
    std::uint64_t failed_checkpoints = 0;
    std::size_t queued = 0;  // works waiting now, in both lanes
  };

  // Takes over the only connection that writes to the database, its schema in place. No other may write unless it is
  // `shared`: two that checkpoint can lose commits. FAILED_PRECONDITION STORE_IN_USE when another GroupCommit, of
  // whichever process, has it.
  static absl::StatusOr<std::unique_ptr<GroupCommit>> Start(std::unique_ptr<Database> writer, Options options = {});

  GroupCommit(Private, FileLock lock, std::unique_ptr<Database> writer, std::unique_ptr<SqliteDatabase> checkpointer,
              Options options);
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  ~GroupCommit() { Stop(); }

  // Queues `work`; constant time, never waits for the disk. Works of one lane run in the order of Submit, and `done` is
  // called in that order after the commit they share:
  //   OK                the work is durable
  //   the work's error  the work alone is undone
  //   an error STORE_…  the commit failed, or SQLite gave the transaction up (full disk, I/O error): the whole group is
  //                     undone, also works that had succeeded. After a crash it may turn out to be there all the same,
  //                     so ask again under the same request id. Nothing is retried here, because an fsync that succeeds
  //                     after one that failed proves nothing (Linux forgets the lost pages); the next group starts on a
  //                     new connection.
  // Refuses at once, and then calls nothing: RESOURCE_EXHAUSTED QUEUE_FULL, UNAVAILABLE STOPPING.
  absl::Status Submit(Work work, Done done, WorkOptions how = {});

  // Submits and waits for the outcome, so `work` may capture by reference. Not from a Work or a Done, nor from a thread
  // that serves gRPC callbacks.
  absl::Status Run(Work work, WorkOptions how = {});

  // From now on calls `observer` after each group that was committed, on the writer thread and before the group's works
  // are answered; null: nobody. What it reads includes the group; it writes nothing, and all writes wait for it. Once
  // Observe has returned, the former observer is not running any more. Not from a Work, a Done or an observer.
  void Observe(std::function<void(Database&)> observer);

  // Copies the write-ahead log into the database file and cuts it to nothing, so that what was deleted with
  // secure_delete stands nowhere any more. Commits wait meanwhile. UNAVAILABLE STORE_BUSY when a reader needs the log
  // still. On PostgreSQL nothing is done: its log is its own matter. Not from a Work, a Done or an observer.
  absl::Status EmptyLog();

  // Executes and answers all that was accepted, empties the log into the database file (unless a reader is slow) and
  // closes it. Idempotent; every caller returns after the end.
  void Stop();

  Stats stats() const;

 private:
  struct Item {
    Work work;
    Done done;
    WorkOptions how;
    absl::Status outcome;
    bool ran = false;  // without a savepoint
  };

  // What a connection needs before it writes.
  static absl::Status Prepare(Database& writer, const Options& options);
  void WriteLoop();
  void CheckpointLoop();
  // Waits for works; none means stopped and drained.
  std::vector<Item> TakeGroup();
  absl::Status Commit(std::vector<Item>& group);
  absl::Status RunInTransaction(std::vector<Item>& group);
  // Without savepoints: false when one of several works failed and all was undone.
  absl::StatusOr<bool> RunTogether(std::vector<Item>& group);
  void AnswerLoop();
  // Whether this process is the one that checkpoints.
  bool MayCheckpoint();
  bool CheckpointDue() const { return log_pages_ - checkpointed_at_ >= options_.checkpoint_pages; }

  const Options options_;
  const std::string address_;
  FileLock lock_;                                 // beside the database, because SQLite has its own locks on that
  std::unique_ptr<Database> writer_;              // writer thread only; null after a failed group
  std::unique_ptr<SqliteDatabase> checkpointer_;  // null on PostgreSQL
  std::mutex transaction_;                        // held while a group is in its transaction; locked before mutex_
  std::function<void(Database&)> observer_;       // guarded by transaction_

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_waiting_;
  std::condition_variable log_grown_;
  std::deque<Item> queue_;
  std::deque<Item> urgent_;
  Stats stats_;
  bool stopping_ = false;
  int log_pages_ = 0;                        // length of the log after the last commit
  int checkpointed_at_ = 0;                  // its length at the last checkpoint: no page after this one was copied
  bool checkpointing_now_ = false;           // a thread uses checkpointer_
  std::deque<std::vector<Item>> to_answer_;  // groups whose Dones are called apart
  bool written_all_ = false;
  std::condition_variable answers_waiting_;

  std::once_flag stop_once_;
  std::thread answering_;
  std::thread writing_;
  std::thread checkpointing_;
};

// Part of a work that can be undone alone: when it fails it is undone, and `outcome` says why. An error that is
// returned is one of the whole transaction, and the work must end with it.
absl::Status RunInSavepoint(Database& database, GroupCommit::Work& part, absl::Status& outcome);

// Read-only connections to one database. A lease taken after an acknowledged write sees it. Safe to use from any
// thread; outlives its leases.
class ReadPool {
  struct Private {
    explicit Private() = default;
  };

 public:
  struct Return {
    ReadPool* pool = nullptr;
    void operator()(Database* connection) const { pool->PutBack(connection); }
  };
  // A connection for one thread, given back at the end of its scope. Use a Transaction to read several things of one
  // moment. Keep it short: a reader in the middle of its rows holds up the checkpoints.
  using Lease = std::unique_ptr<Database, Return>;

  // The database must exist.
  static absl::StatusOr<std::unique_ptr<ReadPool>> Open(const std::string& address, std::size_t connections = 4);

  ReadPool(Private, std::vector<std::unique_ptr<Database>> connections);
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  // Waits for a free connection; RESOURCE_EXHAUSTED READERS_BUSY after a second.
  absl::StatusOr<Lease> Acquire();

 private:
  void PutBack(Database* connection);

  const std::vector<std::unique_ptr<Database>> connections_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Database*> idle_;  // guarded by mutex_
};

}  // namespace jixiao::store
