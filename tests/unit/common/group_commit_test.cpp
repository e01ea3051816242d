#include "common/store/group_commit.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <latch>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

std::atomic<bool> fail_sync = false;

}  // namespace

// SQLite's own fdatasync lands here (the executable's symbols come first), so that a test can make an fsync fail.
extern "C" int fdatasync(int descriptor) {
  if (fail_sync) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

namespace jixiao::store {
namespace {

using absl::StatusCode;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr Migration kSchema[] = {{1, "test", "CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB) STRICT"}};

GroupCommit::Work Insert(std::int64_t id, std::size_t bytes = 0) {
  return [id, bytes](Database& database) {
    return database.Run("INSERT INTO t VALUES (?, ?)", id, Blob{std::string(bytes, 'x')});
  };
}

absl::StatusOr<std::unique_ptr<GroupCommit>> StartOn(const std::string& path, GroupCommit::Options options) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, Mode::kReadWrite));
  RETURN_IF_ERROR(Migrate(*database, kSchema));
  return GroupCommit::Start(std::move(database), options);
}

// Holds the writer inside a work until released, so that a test decides what is queued meanwhile.
class Blocker {
 public:
  explicit Blocker(GroupCommit& store) {
    const absl::Status status = store.Submit(
        [this](Database&) {
          running_.count_down();
          release_.wait();
          return absl::OkStatus();
        },
        [](absl::Status) {});
    EXPECT_TRUE(status.ok()) << status;
    running_.wait();
  }
  void Release() { release_.count_down(); }

 private:
  std::latch running_{1};
  std::latch release_{1};
};

class GroupCommitTest : public testing::Test {
 protected:
  GroupCommitTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-group-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~GroupCommitTest() override { std::filesystem::remove_all(folder_); }

  std::string Path() const { return (folder_ / "test.db").string(); }

  std::unique_ptr<GroupCommit> MustStart(GroupCommit::Options options = {}) {
    auto store = StartOn(Path(), options);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  // The ids in the table, seen by a new connection.
  std::set<std::int64_t> Ids() {
    std::set<std::int64_t> ids;
    const auto database = Database::Open(Path(), Mode::kReadWrite);
    EXPECT_TRUE(database.ok()) << database.status();
    const absl::Status status =
        (*database)->ForEach("SELECT id FROM t", [&](const Statement& row) { ids.insert(row.Int(0)); });
    EXPECT_TRUE(status.ok()) << status;
    std::string integrity;
    EXPECT_TRUE(
        (*database)->ForEach("PRAGMA integrity_check", [&](const Statement& row) { integrity += row.Text(0); }).ok());
    EXPECT_EQ(integrity, "ok");
    return ids;
  }

  std::filesystem::path folder_;
};

TEST_F(GroupCommitTest, ObserverSeesWhatWasCommittedBeforeItIsAnswered) {
  const auto store = MustStart();
  std::vector<std::int64_t> seen;
  store->Observe([&](Database& database) {
    const absl::Status status =
        database.ForEach("SELECT count(*) FROM t", [&](const Statement& row) { seen.push_back(row.Int(0)); });
    EXPECT_TRUE(status.ok()) << status;
  });
  ASSERT_TRUE(store->Run(Insert(1)).ok());
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1}));
  fail_sync = true;
  EXPECT_FALSE(store->Run(Insert(2)).ok());
  fail_sync = false;
  EXPECT_EQ(seen.size(), 1u) << "nothing was committed";
  ASSERT_TRUE(store->Run(Insert(3)).ok());
  EXPECT_EQ(seen.size(), 2u);
  store->Observe(nullptr);
  ASSERT_TRUE(store->Run(Insert(4)).ok());
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(GroupCommitTest, AcknowledgesOnlyWhatIsThereAfterReopening) {
  constexpr int kThreads = 64;
  constexpr int kWorks = 50;
  const auto store = MustStart();
  std::atomic<int> acknowledged = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWorks; ++i) acknowledged += store->Run(Insert(t * kWorks + i, 100)).ok();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(acknowledged, kThreads * kWorks);
  EXPECT_EQ(store->stats().works, static_cast<std::uint64_t>(kThreads * kWorks));
  store->Stop();
  EXPECT_EQ(Ids().size(), static_cast<std::size_t>(kThreads * kWorks));
}

TEST_F(GroupCommitTest, SharesCommitsAndAnswersInOrder) {
  constexpr int kThreads = 8;
  constexpr int kWorks = 125;
  const auto store = MustStart({.max_batch = 256});
  Blocker blocker(*store);
  std::vector<int> order;  // both belong to the writer thread
  std::vector<int> answers;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int id = t * kWorks; id < (t + 1) * kWorks; ++id) {
        const absl::Status status = store->Submit(
            [&, id](Database& database) {
              order.push_back(id);
              return Insert(id)(database);
            },
            [&, id](absl::Status outcome) {
              EXPECT_TRUE(outcome.ok()) << outcome;
              answers.push_back(id);
            });
        EXPECT_TRUE(status.ok()) << status;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store->stats().queued, static_cast<std::size_t>(kThreads * kWorks));
  blocker.Release();
  store->Stop();
  const GroupCommit::Stats stats = store->stats();
  EXPECT_EQ(stats.works, 1u + kThreads * kWorks);
  EXPECT_EQ(stats.groups, 1u + 4);  // the blocker alone, then 1000 works by 256
  EXPECT_LT(stats.groups * 2, stats.works);
  EXPECT_EQ(answers, order);
  EXPECT_EQ(answers.size(), static_cast<std::size_t>(kThreads * kWorks));
}

TEST_F(GroupCommitTest, UndoesAFailedWorkAlone) {
  const auto store = MustStart();
  Blocker blocker(*store);
  std::vector<absl::Status> outcomes;
  const auto submit = [&](GroupCommit::Work work) {
    ASSERT_TRUE(store->Submit(std::move(work), [&](absl::Status outcome) { outcomes.push_back(outcome); }).ok());
  };
  submit(Insert(1));
  submit([](Database& database) {
    RETURN_IF_ERROR(Insert(2)(database));
    return Insert(1)(database);
  });
  submit([](Database& database) -> absl::Status {
    RETURN_IF_ERROR(Insert(3)(database));
    throw std::runtime_error("a fault");
  });
  submit(Insert(4));
  blocker.Release();
  store->Stop();
  ASSERT_EQ(outcomes.size(), 4u);
  EXPECT_TRUE(outcomes[0].ok());
  EXPECT_EQ(outcomes[1].code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(outcomes[2]), "WORK_THREW");
  EXPECT_TRUE(outcomes[3].ok());
  EXPECT_EQ(store->stats().groups, 2u);
  EXPECT_EQ(Ids(), (std::set<std::int64_t>{1, 4}));
}

TEST_F(GroupCommitTest, EndsTheStatementsThatAWorkLeaves) {
  const auto store = MustStart();
  ASSERT_TRUE(store
                  ->Run([](Database& database) {
                    RETURN_IF_ERROR(Insert(1)(database));
                    return (*database.Prepared("SELECT id FROM t"))->Step().status();
                  })
                  .ok());
  // A write from elsewhere makes a snapshot that was left open stale, and with it the writer's next transaction.
  const auto other = Database::Open(Path(), Mode::kReadWrite);
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE(Insert(2)(**other).ok());
  const absl::Status status = store->Run(Insert(3));
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(GroupCommitTest, DestroysAWorkBeforeItsAnswer) {
  const auto store = MustStart();
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> seen = held;
  std::promise<bool> expired;
  ASSERT_TRUE(store
                  ->Submit([held = std::move(held)](Database&) { return absl::OkStatus(); },
                           [&](absl::Status) { expired.set_value(seen.expired()); })
                  .ok());
  EXPECT_TRUE(expired.get_future().get());
}

// Works that may run twice go without savepoints; when one fails, it alone is undone all the same.
TEST_F(GroupCommitTest, RepeatsAGroupOfWhichOneWorkFails) {
  const auto store = MustStart();
  Blocker blocker(*store);
  std::vector<int> runs(4, 0);
  std::vector<absl::Status> outcomes(4);
  std::latch answered(4);
  for (const int id : {0, 1, 2, 3})
    ASSERT_TRUE(store
                    ->Submit(
                        [&runs, id](Database& database) -> absl::Status {
                          ++runs[static_cast<std::size_t>(id)];
                          RETURN_IF_ERROR(database.Run("INSERT INTO t VALUES (?, ?)", id, Blob{"x"}));
                          return id == 2 ? absl::AbortedError("after it has written") : absl::OkStatus();
                        },
                        [&, id](absl::Status outcome) {
                          outcomes[static_cast<std::size_t>(id)] = std::move(outcome);
                          answered.count_down();
                        },
                        {.repeatable = true})
                    .ok());
  blocker.Release();
  answered.wait();
  EXPECT_EQ(runs, (std::vector<int>{2, 2, 2, 1})) << "the one after it ran only with savepoints";
  for (const int id : {0, 1, 3}) EXPECT_TRUE(outcomes[static_cast<std::size_t>(id)].ok());
  EXPECT_EQ(outcomes[2].code(), StatusCode::kAborted);
  EXPECT_EQ(store->stats().repeated_groups, 1u);
  EXPECT_EQ(Ids(), (std::set<std::int64_t>{0, 1, 3}));
}

TEST_F(GroupCommitTest, RunsNoWorkTwiceThatMayRunOnce) {
  const auto store = MustStart();
  Blocker blocker(*store);
  std::vector<int> runs(3, 0);
  std::latch answered(3);
  for (const int id : {0, 1, 2})
    ASSERT_TRUE(store
                    ->Submit(
                        [&runs, id](Database& database) -> absl::Status {
                          ++runs[static_cast<std::size_t>(id)];
                          RETURN_IF_ERROR(database.Run("INSERT INTO t VALUES (?, ?)", id, Blob{"x"}));
                          return id == 0 ? absl::AbortedError("after it has written") : absl::OkStatus();
                        },
                        [&](const absl::Status&) { answered.count_down(); }, {.repeatable = id != 1})
                    .ok());
  blocker.Release();
  answered.wait();
  EXPECT_EQ(runs, (std::vector<int>{2, 1, 1})) << "the one that failed had a savepoint, and once more";
  EXPECT_EQ(store->stats().repeated_groups, 0u);
  EXPECT_EQ(Ids(), (std::set<std::int64_t>{1, 2}));
}

TEST_F(GroupCommitTest, AWorkAloneIsUndoneWithItsTransaction) {
  const auto store = MustStart();
  const absl::Status status = store->Run([](Database& database) -> absl::Status {
    RETURN_IF_ERROR(database.Run("INSERT INTO t VALUES (1, ?)", Blob{"x"}));
    return absl::AbortedError("after it has written");
  });
  EXPECT_EQ(status.code(), StatusCode::kAborted);
  EXPECT_TRUE(store->Run(Insert(2)).ok());
  EXPECT_EQ(Ids(), (std::set<std::int64_t>{2}));
  EXPECT_EQ(store->stats().repeated_groups, 0u);
}

// Answers that are given apart come in order, on another thread, and hold up no write; a stop waits for them.
TEST_F(GroupCommitTest, AnswersApartWhileTheNextGroupIsWritten) {
  const auto store = MustStart();
  std::vector<int> order;
  std::latch written(1);
  for (const int id : {0, 1, 2})
    ASSERT_TRUE(store
                    ->Submit(Insert(id),
                             [&, id](const absl::Status& outcome) {
                               EXPECT_TRUE(outcome.ok()) << outcome;
                               if (id == 0) written.wait();  // until another write is done: only apart may one wait
                               order.push_back(id);
                             },
                             {.answer_apart = true})
                    .ok());
  EXPECT_TRUE(store->Run(Insert(10)).ok());
  written.count_down();
  store->Stop();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(Ids(), (std::set<std::int64_t>{0, 1, 2, 10}));
}

TEST_F(GroupCommitTest, RefusesAtOnceWhenTheQueueIsFull) {
  const auto store = MustStart({.capacity = 3});
  Blocker blocker(*store);
  std::atomic<int> answered = 0;
  const auto submit = [&](int id) { return store->Submit(Insert(id), [&](absl::Status) { ++answered; }); };
  for (int id = 0; id < 3; ++id) EXPECT_TRUE(submit(id).ok());
  const absl::Status refused = submit(3);  // the writer is held, so only an answer at once gets us past this line
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "QUEUE_FULL");
  EXPECT_TRUE(refused.GetPayload(std::string(kRetryInfoUrl)).has_value());
  blocker.Release();
  store->Stop();
  EXPECT_EQ(answered, 3);
  EXPECT_EQ(Ids(), (std::set<std::int64_t>{0, 1, 2}));
}

TEST_F(GroupCommitTest, UrgentWorksHaveRoomOfTheirOwnAndGoFirst) {
  GroupCommit::Options options;
  options.capacity = 3;
  options.urgent_capacity = 2;
  options.max_batch = 2;
  const auto store = MustStart(options);
  Blocker blocker(*store);
  std::vector<std::int64_t> order;
  std::latch answered{5};
  const auto submit = [&](std::int64_t id, Lane lane) {
    return store->Submit(Insert(id),
                         [&order, &answered, id](const absl::Status& status) {
                           EXPECT_TRUE(status.ok()) << status;
                           order.push_back(id);
                           answered.count_down();
                         },
                         {.lane = lane});
  };
  for (const std::int64_t id : {1, 2, 3}) EXPECT_TRUE(submit(id, Lane::kNormal).ok());
  EXPECT_EQ(ReasonOf(submit(4, Lane::kNormal)), "QUEUE_FULL");
  for (const std::int64_t id : {11, 12}) EXPECT_TRUE(submit(id, Lane::kUrgent).ok());
  EXPECT_EQ(ReasonOf(submit(13, Lane::kUrgent)), "QUEUE_FULL");
  EXPECT_EQ(store->stats().queued, 5u);
  blocker.Release();
  answered.wait();
  EXPECT_EQ(order, (std::vector<std::int64_t>{11, 12, 1, 2, 3}));
}

TEST_F(GroupCommitTest, StopDrainsAndThenRefuses) {
  const auto store = MustStart({.max_batch = 10});
  Blocker blocker(*store);
  std::atomic<int> answered = 0;
  for (int id = 0; id < 100; ++id)
    ASSERT_TRUE(store->Submit(Insert(id), [&](absl::Status outcome) { answered += outcome.ok(); }).ok());
  std::thread stopping([&] { store->Stop(); });
  while (store->Submit(Insert(1000), [](absl::Status) {}).ok()) std::this_thread::yield();
  blocker.Release();
  store->Stop();  // a second caller returns after the end, too
  EXPECT_GE(answered, 100);
  stopping.join();
  const absl::Status refused = store->Run(Insert(1001));
  EXPECT_EQ(refused.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(refused), "STOPPING");
  EXPECT_FALSE(std::filesystem::exists(Path() + "-wal"));  // all is in the database file
  EXPECT_GE(Ids().size(), 100u);
}

TEST_F(GroupCommitTest, AcknowledgesNothingWhenTheDiskIsFull) {
  const auto store = MustStart();
  ASSERT_TRUE(store->Run([](Database& database) { return database.Execute("PRAGMA max_page_count=20"); }).ok());
  Blocker blocker(*store);
  std::latch answered(3);
  for (int id = 0; id < 3; ++id)
    ASSERT_TRUE(store
                    ->Submit(Insert(id, id == 1 ? 100'000 : 10),
                             [&](absl::Status outcome) {
                               EXPECT_EQ(outcome.code(), StatusCode::kResourceExhausted) << outcome;
                               EXPECT_EQ(ReasonOf(outcome), "STORE_FULL");
                               answered.count_down();
                             })
                    .ok());
  blocker.Release();
  answered.wait();
  EXPECT_TRUE(store->Run(Insert(7, 100'000)).ok());  // the next group starts on a new connection, without that limit
  store->Stop();
  EXPECT_EQ(Ids(), (std::set<std::int64_t>{7}));
}

TEST_F(GroupCommitTest, AcknowledgesNothingWhenTheSyncFails) {
  const auto store = MustStart();
  ASSERT_TRUE(store->Run(Insert(1)).ok());
  Blocker blocker(*store);
  std::vector<absl::Status> outcomes;
  for (const int id : {2, 2, 3})  // the second 2 is no ALREADY_EXISTS: the first is undone
    ASSERT_TRUE(store->Submit(Insert(id), [&](absl::Status outcome) { outcomes.push_back(outcome); }).ok());
  fail_sync = true;
  blocker.Release();
  const absl::Status alone = store->Run(Insert(4));
  fail_sync = false;
  EXPECT_EQ(ReasonOf(alone), "STORE_FAILED") << alone;
  ASSERT_EQ(outcomes.size(), 3u);
  for (const absl::Status& outcome : outcomes) {
    EXPECT_EQ(outcome.code(), StatusCode::kUnavailable) << outcome;
    EXPECT_EQ(ReasonOf(outcome), "STORE_FAILED");
  }
  EXPECT_TRUE(store->Run(Insert(5)).ok());
  store->Stop();
  EXPECT_EQ(Ids(), (std::set<std::int64_t>{1, 5}));
}

// Also the connection that follows a failed group.
TEST_F(GroupCommitTest, LooksUpWhatARowRefersToOnlyWhereItIsAsked) {
  const auto orphan = [](Database& database) { return database.Run("INSERT INTO child VALUES (?)", 99); };
  for (const bool asked : {true, false}) {
    const auto store = MustStart({.foreign_keys = asked});
    ASSERT_TRUE(store
                    ->Run([](Database& database) {
                      return database.Execute("CREATE TABLE IF NOT EXISTS child (t INTEGER REFERENCES t (id))");
                    })
                    .ok());
    EXPECT_EQ(store->Run(orphan).ok(), !asked);
    fail_sync = true;
    EXPECT_EQ(ReasonOf(store->Run(Insert(1))), "STORE_FAILED");
    fail_sync = false;
    EXPECT_EQ(store->Run(orphan).ok(), !asked);
  }
}

TEST_F(GroupCommitTest, GivesUpAGroupWhoseTransactionAWorkEnded) {
  const auto store = MustStart();
  const absl::Status status = store->Run([](Database& database) { return database.Execute("COMMIT"); });
  EXPECT_EQ(ReasonOf(status), "STORE_ERROR");
  EXPECT_TRUE(store->Run(Insert(1)).ok());
}

TEST_F(GroupCommitTest, CheckpointsBehindTheWriter) {
  constexpr int kPages = 50;
  const auto store = MustStart({.checkpoint_pages = kPages});
  std::int64_t id = 0;
  const auto deadline = steady_clock::now() + seconds(30);
  while (store->stats().checkpoints < 20 && steady_clock::now() < deadline)
    ASSERT_TRUE(store->Run(Insert(id++, 10'000)).ok());
  EXPECT_GE(store->stats().checkpoints, 20u);
  EXPECT_EQ(store->stats().failed_checkpoints, 0u);
  // The log starts over now and then instead of holding every page ever written.
  EXPECT_LT(std::filesystem::file_size(Path() + "-wal"), static_cast<std::uintmax_t>(id) * 10'000);
  store->Stop();
  EXPECT_EQ(Ids().size(), static_cast<std::size_t>(id));
}

// A reader keeps the checkpoints from finishing, and the log grows far beyond the mark; afterwards it is emptied though
// the writer never pauses.
TEST_F(GroupCommitTest, CatchesUpAfterASlowReader) {
  constexpr std::uintmax_t kPages = 50;
  constexpr std::uintmax_t kPageBytes = 4096 + 24;
  const auto store = MustStart({.checkpoint_pages = kPages});
  std::int64_t id = 0;
  const auto write_until = [&](auto condition) {
    const auto deadline = steady_clock::now() + seconds(30);
    while (!condition(std::filesystem::file_size(Path() + "-wal")) && steady_clock::now() < deadline)
      EXPECT_TRUE(store->Run(Insert(id++, 10'000)).ok());
    EXPECT_TRUE(condition(std::filesystem::file_size(Path() + "-wal")));
  };
  {
    const auto reader = Database::Open(Path(), Mode::kReadOnly);
    ASSERT_TRUE(reader.ok()) << reader.status();
    const auto snapshot = Transaction::Begin(**reader);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    write_until([](std::uintmax_t log) { return log > 10 * kPages * kPageBytes; });
  }
  write_until([](std::uintmax_t log) { return log < kPages * kPageBytes; });
  EXPECT_EQ(store->stats().failed_checkpoints, 0u);
}

// A child acknowledges ids through a pipe until it is killed; what came through the pipe must be in the database. The
// page cache survives a kill, so this proves the order of commit and answer, not the fsync.
TEST_F(GroupCommitTest, SurvivesKill) {
  constexpr int kRounds = 20;
  const char* const given = std::getenv("JIXIAO_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "JIXIAO_TEST_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  std::set<std::int64_t> acknowledged;
  for (std::int64_t round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      auto store = StartOn(Path(), {.capacity = 200, .checkpoint_pages = 40});
      if (!store.ok()) _exit(1);
      for (std::int64_t id = round * 1'000'000;;) {
        const absl::Status accepted = (*store)->Submit(Insert(id, 2000), [id, out = ends[1]](absl::Status outcome) {
          if (!outcome.ok() || write(out, &id, sizeof(id)) != sizeof(id)) _exit(2);
        });
        if (accepted.ok())
          ++id;
        else
          std::this_thread::yield();
      }
    }
    close(ends[1]);
    auto left = std::uniform_int_distribution(0, 1500)(random);
    for (std::int64_t id; read(ends[0], &id, sizeof(id)) == sizeof(id);) {
      acknowledged.insert(id);
      if (left-- == 0) kill(child, SIGKILL);  // and read on what it answered until then
    }
    close(ends[0]);
    int result = 0;
    ASSERT_EQ(waitpid(child, &result, 0), child);
    ASSERT_TRUE(WIFSIGNALED(result)) << "round " << round << ": the child gave up with " << WEXITSTATUS(result);
    const std::set<std::int64_t> present = Ids();
    for (const std::int64_t id : acknowledged) ASSERT_TRUE(present.contains(id)) << "round " << round << " lost " << id;
  }
  EXPECT_GE(acknowledged.size(), static_cast<std::size_t>(kRounds));
}

// Two that checkpoint one database can lose commits; a killed process keeps nobody out, see SurvivesKill.
TEST_F(GroupCommitTest, SecondOneOnTheSameDatabaseIsRefused) {
  const auto store = MustStart();
  const absl::Status refused = StartOn(Path(), {}).status();
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition) << refused;
  EXPECT_EQ(ReasonOf(refused), "STORE_IN_USE");
  EXPECT_TRUE(store->Run(Insert(1)).ok()) << "the first goes on";
  store->Stop();
  const auto next = StartOn(Path(), {});
  EXPECT_TRUE(next.ok()) << next.status();
}

// Replicas of one service beside each other: each writes, one checkpoints, and another takes that over from it.
TEST_F(GroupCommitTest, SharedStoresTakeTurnsAndOneOfThemCheckpoints) {
  const GroupCommit::Options shared{.checkpoint_pages = 1, .shared = true};
  auto first = *StartOn(Path(), shared);
  auto second = *StartOn(Path(), shared);
  for (int id = 0; id < 200; ++id) ASSERT_TRUE((id % 2 == 0 ? first : second)->Run(Insert(id)).ok()) << id;
  EXPECT_EQ(Ids().size(), 200U);
  EXPECT_EQ(second->stats().checkpoints, 0U);
  first->Stop();
  for (int id = 200; id < 400; ++id) ASSERT_TRUE(second->Run(Insert(id)).ok()) << id;
  second->Stop();
  EXPECT_GT(second->stats().checkpoints, 0U);
  EXPECT_EQ(Ids().size(), 400U);
}

TEST_F(GroupCommitTest, ReadersSeeAcknowledgedWrites) {
  const auto store = MustStart();
  const auto pool = ReadPool::Open(Path());
  ASSERT_TRUE(pool.ok()) << pool.status();
  for (int id = 0; id < 20; ++id) {
    ASSERT_TRUE(store->Run(Insert(id)).ok());
    const auto lease = (*pool)->Acquire();
    ASSERT_TRUE(lease.ok()) << lease.status();
    int rows = 0;
    ASSERT_TRUE((*lease)->ForEach("SELECT 1 FROM t", [&](const Statement&) { ++rows; }).ok());
    EXPECT_EQ(rows, id + 1);
  }
}

TEST_F(GroupCommitTest, ReadersWaitForALease) {
  MustStart()->Stop();
  const auto pool = ReadPool::Open(Path(), 1);
  ASSERT_TRUE(pool.ok()) << pool.status();
  auto lease = (*pool)->Acquire();
  ASSERT_TRUE(lease.ok());
  const absl::Status refused = (*pool)->Acquire().status();
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "READERS_BUSY");
  std::thread waiting([&] { EXPECT_TRUE((*pool)->Acquire().ok()); });
  lease->reset();
  waiting.join();
}

TEST_F(GroupCommitTest, ReadersNeedADatabase) {
  const absl::Status status = ReadPool::Open(Path()).status();
  EXPECT_EQ(ReasonOf(status), "STORE_FAILED");
}

}  // namespace
}  // namespace jixiao::store
