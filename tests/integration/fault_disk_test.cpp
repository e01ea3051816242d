// A disk that fails, and SIGKILL, at every write, fsync and rename of intake and archive:
//
//  1. A server runs once under strace, which counts its calls of each kind.
//  2. For each of them it is started again on the same store, new or left by a killed server, and this call fails with
//     EIO or ENOSPC, or the process is killed at it; or this and all after it fail, until the server is stopped.
//  3. Meanwhile callers hand in and repeat what was not acknowledged. They hear nothing but UNAVAILABLE and
//     RESOURCE_EXHAUSTED with a time to wait.
//  4. A server that ends by itself says why. After one failed call everything goes on without a restart.
//  5. After a start on a sound disk, what was acknowledged is there once; the archive's log is the one that was shown
//     to the world; the database is sound.
//
// JIXIAO_FAULTS: how many of them a test tries, 5 by default and always the same ones, or "all"; JIXIAO_FAULT_MINUTES:
// for how long (see fault_sweep). With JIXIAO_FAULTS or JIXIAO_TEST_SEED the seed says which and in which order.
#include "common/canonical.h"
#include "support/archive_server.h"
#include "support/cluster.h"
#include "support/faults.h"
#include "support/forms.h"
#include "support/log_history.h"
#include "support/submissions.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "unit/temporary_folder.h"

namespace jixiao::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kThreads = 2;
constexpr int kWorks = 3;  // of each thread
constexpr seconds kPatience{20};
// Then a sweep ends.
constexpr int kMostFailures = 12;
// How long a disk that fails for good is looked at.
constexpr std::chrono::milliseconds kLasting{600};

std::size_t FaultsToTry() {
  const char* given = std::getenv("JIXIAO_FAULTS");
  if (given == nullptr) return 5;
  return std::string(given) == "all" ? SIZE_MAX : static_cast<std::size_t>(std::atoi(given));
}

// How long a test may try them.
std::chrono::minutes TimeForFaults() {
  const char* given = std::getenv("JIXIAO_FAULT_MINUTES");
  return std::chrono::minutes(given == nullptr ? 60 : std::atoi(given));
}

// Database, key and whatever else a server keeps.
void CopyStore(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(from))
    if (!entry.path().string().ends_with(".log") && !entry.path().string().ends_with("-shm"))
      fs::copy_file(entry.path(), to / entry.path().filename(), fs::copy_options::overwrite_existing);
}

void ExpectSound(const fs::path& database) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open_v2(database.c_str(), &connection, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK) << database;
  std::string found;
  sqlite3_exec(
      connection, "PRAGMA integrity_check",
      [](void* out, int, char** values, char**) {
        *static_cast<std::string*>(out) += values[0];
        return 0;
      },
      &found, nullptr);
  sqlite3_close(connection);
  EXPECT_EQ(found, "ok") << database;
}

class FaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = WhyNoFaults(); !why.empty()) GTEST_SKIP() << why;
  }

  // The server under fault. Its store is made empty, or what a killed server left.
  virtual void Reset(bool old) = 0;
  virtual fs::path Folder() const = 0;
  virtual void Launch(std::vector<std::string> launcher) = 0;
  virtual Process& Server() = 0;
  virtual bool Serving() = 0;
  virtual std::string Log() = 0;
  // One piece of work; the same each time it is repeated.
  virtual grpc::Status Work(int number) = 0;
  // Whether all that was acknowledged has come to rest.
  virtual bool Settled() = 0;
  virtual void Check() = 0;

  void StartSound() {
    Launch({});
    const bool serving = Eventually([&] { return Serving() || !Server().Running(); }, kPatience);
    ASSERT_TRUE(serving && Server().Running()) << "does not start on a sound disk:\n" << Log();
  }

  // A server that ended by itself.
  void ExpectGoodEnd(const Fault& fault) {
    const int end = Server().Wait(seconds(0)).value();
    if (fault.kills()) {
      EXPECT_EQ(end, 128 + SIGKILL);
    } else {
      EXPECT_EQ(end, 1);
      EXPECT_NE(Log().find(R"("message":"cannot serve")"), std::string::npos) << Log();
    }
  }

  void StopAsked(const Fault& fault) {
    Server().Kill(SIGTERM);
    const std::optional<int> end = Server().Wait(kPatience);
    ASSERT_TRUE(end) << "does not stop";
    EXPECT_EQ(*end, fault.kills() && *end != 0 ? 128 + SIGKILL : 0) << Log();
  }

  void WorkAll(int thread, const std::atomic<bool>& given_up) {
    for (int i = 0; i < kWorks && !given_up; ++i) {
      for (grpc::Status status = Work(thread * kWorks + i); !status.ok(); status = Work(thread * kWorks + i)) {
        if (!ExpectPassing(Read(status)) || given_up) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      ++done_;
    }
  }

  // Waits until the work is done, or a lasting fault was long enough.
  void Supervise(const Fault& fault) {
    bool sound = false;
    const auto begin = steady_clock::now();
    while (done_ < kThreads * kWorks || !Settled()) {
      const auto since = steady_clock::now() - begin;
      ASSERT_LT(since, kPatience) << "does not go on: " << Log();
      if (!Server().Running()) {
        ASSERT_FALSE(sound) << Log();
        ExpectGoodEnd(fault);
        ASSERT_NO_FATAL_FAILURE(StartSound());
        sound = true;
      } else if (fault.lasting && !sound && since > kLasting) {
        ASSERT_NO_FATAL_FAILURE(StopAsked(fault));
        ASSERT_NO_FATAL_FAILURE(StartSound());
        sound = true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (Server().Running() && !sound)
      StopAsked(fault);
    else
      Server().Kill(SIGKILL);
  }

  void Run(const Fault& fault, bool old, std::vector<std::string> launcher) {
    const int before = Failures();
    done_ = 0;
    ++run_;
    Reset(old);
    Launch(std::move(launcher));
    std::atomic<bool> given_up{false};
    std::vector<std::thread> workers;
    for (int thread = 0; thread < kThreads; ++thread) workers.emplace_back([&, thread] { WorkAll(thread, given_up); });
    Supervise(fault);
    given_up = true;
    for (std::thread& worker : workers) worker.join();
    Server().Kill(SIGKILL);
    (void)Server().Wait(kPatience);
    if (Failures() != before) return;
    ASSERT_NO_FATAL_FAILURE(StartSound());
    Check();
    Server().Kill(SIGKILL);
    (void)Server().Wait(kPatience);
  }

  std::vector<Fault> Candidates(bool old) {
    const fs::path log = Folder() / "strace.log";
    Run({.call = "none", .error = "none"}, old, CountingLauncher(log));
    const auto calls = CountCalls(log, Folder());
    for (const auto& [call, count] : calls) std::cout << "  " << call << " " << count;
    std::cout << (old ? "  on an old store\n" : "  on a new store\n");
    std::vector<Fault> faults = FaultsOf(calls);
    EXPECT_GT(faults.size(), 20u);
    return faults;
  }

  void Sweep() {
    std::vector<std::pair<Fault, bool>> cases;
    for (const bool old : {false, true})
      for (const Fault& fault : Candidates(old)) cases.emplace_back(fault, old);
    if (HasFailure()) return;
    const bool drawn = std::getenv("JIXIAO_FAULTS") != nullptr || std::getenv("JIXIAO_TEST_SEED") != nullptr;
    std::mt19937_64 random(drawn ? TestSeed() : 1);
    std::shuffle(cases.begin(), cases.end(), random);
    const std::size_t all = cases.size();
    cases.resize(std::min(all, FaultsToTry()));
    const auto begin = steady_clock::now();
    std::size_t tried = 0;
    int failed = 0;
    for (const auto& [fault, old] : cases) {
      if (steady_clock::now() - begin > TimeForFaults() || failed == kMostFailures) break;
      const int before = Failures();
      Run(fault, old, fault.Launcher());
      ++tried;
      if (Failures() == before) continue;
      ++failed;
      std::cout << "FAULT " << fault.Describe() << (old ? " on an old store\n" : " on a new store\n");
      Keep(fault.call + std::to_string(fault.number) + fault.error + (fault.lasting ? "+" : "") + (old ? "-old" : ""));
    }
    const auto took = std::chrono::duration_cast<seconds>(steady_clock::now() - begin);
    std::cout << tried << " faults of " << all << " in " << took.count() << " s, " << failed << " failed\n";
  }

  static int Failures() {
    const auto& result = *::testing::UnitTest::GetInstance()->current_test_info()->result();
    int failures = 0;
    for (int i = 0; i < result.total_part_count(); ++i) failures += result.GetTestPartResult(i).failed() ? 1 : 0;
    return failures;
  }

  // What a failed case left, for whoever looks into it.
  void Keep(const std::string& name) {
    const fs::path to = fs::temp_directory_path() / "jixiao-faults" / name;
    std::error_code ignored;
    fs::remove_all(to, ignored);
    fs::create_directories(to, ignored);
    fs::copy(Folder(), to, fs::copy_options::recursive, ignored);
    std::cout << "its store and log: " << to << '\n';
  }

  int run_ = 0;
  std::atomic<int> done_{0};
};

class ArchiveFaults : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    if (IsSkipped()) return;
    // What a killed server left.
    fs::create_directories(Old());
    fs::create_directories(Folder());
    ArchiveServer server(Old(), "archiving", "sqlite:" + (Old() / "archive.db").string());
    for (int i = 0; i < 5; ++i) {
      archiving::v1::ArchiveRecordResponse response;
      grpc::ClientContext context;
      Within(context);
      const std::string key = "old/" + std::to_string(i);
      ASSERT_TRUE(server.Archiving().ArchiveRecord(&context, ArchiveRequest(key), &response).ok());
      old_[key] = response.proof();
    }
    server.Kill9();
    server_ = std::make_unique<ArchiveServer>(Folder(), "archiving", "sqlite:" + (Folder() / "archive.db").string());
    server_->Kill9();
  }

  fs::path Old() const { return folder_ / "old"; }
  fs::path Folder() const override { return folder_ / "new"; }

  void Reset(bool old) override {
    for (const auto& entry : fs::directory_iterator(Folder())) fs::remove(entry.path());
    if (old) CopyStore(Old(), Folder());
    acknowledged_ = old ? old_ : decltype(old_)();
  }
  void Launch(std::vector<std::string> launcher) override {
    log_start_ = Text().size();
    server_->SetLauncher(std::move(launcher));
    server_->Start();
  }
  Process& Server() override { return server_->process(); }
  bool Serving() override { return server_->Serving(); }
  std::string Text() const {
    std::ifstream in(Folder() / "archiving.log", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string Log() override { return Text().substr(log_start_); }
  bool Settled() override { return true; }

  grpc::Status Work(int number) override {
    const std::string key = "record/" + std::to_string(number);
    archiving::v1::ArchiveRecordResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = server_->Archiving().ArchiveRecord(&context, ArchiveRequest(key), &response);
    const std::lock_guard lock(mutex_);
    if (status.ok()) acknowledged_[key] = response.proof();
    return status;
  }

  void Check() override {
    const std::string key = server_->VerifierKey();
    std::ifstream published(Folder() / "archive.key.pub");
    std::string line;
    std::getline(published, line);
    EXPECT_EQ(line, key);
    LogHistory history(key, ArchiveServer::kOrigin);
    for (const auto& [name, proof] : acknowledged_) history.Acknowledged(name, proof);
    history.Check(server_->Archiving());
    archiving::v1::CheckLogResponse check;
    grpc::ClientContext context;
    Within(context);
    ASSERT_TRUE(server_->Archiving().CheckLog(&context, {}, &check).ok());
    EXPECT_EQ(check.damage_size(), 0) << check.damage(0).message();
    EXPECT_EQ(check.records_checked(), static_cast<std::int64_t>(acknowledged_.size()));
    ExpectSound(Folder() / "archive.db");
    for (const auto& entry : fs::directory_iterator(Folder()))
      EXPECT_EQ(entry.path().filename().string().find(".damaged"), std::string::npos) << entry.path();
  }

  TemporaryFolder folder_;
  std::unique_ptr<ArchiveServer> server_;
  std::size_t log_start_ = 0;
  std::mutex mutex_;
  std::map<std::string, archiving::v1::LogProof> acknowledged_;
  std::map<std::string, archiving::v1::LogProof> old_;
};

TEST_F(ArchiveFaults, AtEveryWrite) {
  Sweep();
}

class IntakeFaults : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    if (IsSkipped()) return;
    cluster_ = std::make_unique<Cluster>();
    // What a killed server left: receipts whose forms nobody could score.
    cluster_->Stop(jixiao::testing::Server::kScoring);
    fs::create_directories(Old());
    for (int i = 0; i < 4; ++i) {
      evaluation::v1::SelfEvaluation form = Variant(TestSeed() * 17 + static_cast<std::uint64_t>(i));
      const intake::v1::Receipt receipt = Submit(*cluster_, form);
      old_[receipt.submission()] = receipt.form_digest();
    }
    cluster_->Kill9(jixiao::testing::Server::kIntake);
    for (const std::string& file : Files())
      if (fs::exists(cluster_->folder() / file)) fs::copy_file(cluster_->folder() / file, Old() / file);
    cluster_->Restart(jixiao::testing::Server::kScoring);
  }

  fs::path Old() const { return Folder() / "old"; }
  fs::path Folder() const override { return cluster_->folder(); }
  // All that intake keeps.
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(Folder())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("intake-0.db") && !name.ends_with("-shm")) files.push_back(name);
      if (name.starts_with("receipts.key")) files.push_back(name);
    }
    return files;
  }

  void Reset(bool old) override {
    for (const std::string& file : Files()) fs::remove(Folder() / file);
    fs::remove(Folder() / "intake-0.db-shm");
    if (old) CopyStore(Old(), Folder());
    acknowledged_ = old ? old_ : decltype(old_)();
    requests_.clear();
    for (int i = 0; i < kThreads * kWorks; ++i)
      requests_.push_back(SubmitRequest(Variant(TestSeed() * 19 + static_cast<std::uint64_t>(1000 * run_ + i))));
  }
  void Launch(std::vector<std::string> launcher) override {
    cluster_->SetLauncher(jixiao::testing::Server::kIntake, std::move(launcher));
    cluster_->Start(jixiao::testing::Server::kIntake);
  }
  Process& Server() override { return cluster_->process(jixiao::testing::Server::kIntake); }
  bool Serving() override { return HealthOf(cluster_->Channel(jixiao::testing::Server::kIntake)) == Health::kServing; }
  std::string Log() override { return cluster_->NewestLog(jixiao::testing::Server::kIntake); }

  grpc::Status Work(int number) override {
    const auto& request = requests_[static_cast<std::size_t>(number)];
    intake::v1::SubmitEvaluationResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = cluster_->Intake().SubmitEvaluation(&context, request, &response);
    if (!status.ok()) return status;
    EXPECT_EQ(response.receipt().form_digest(), *CanonicalDigest(request.form()));
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(acknowledged_.emplace(response.receipt().submission(), response.receipt().form_digest()).second);
    return status;
  }

  bool Settled() override {
    intake::v1::ListSubmissionsRequest request;
    request.set_page_size(200);
    request.add_states(intake::v1::SUBMISSION_STATE_ARCHIVED);
    intake::v1::ListSubmissionsResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = cluster_->Intake().ListSubmissions(&context, request, &response);
    const std::lock_guard lock(mutex_);
    return status.ok() && static_cast<std::size_t>(response.submissions_size()) >= acknowledged_.size();
  }

  void Check() override {
    std::set<std::string> found;
    for (const auto& submission : AllSubmissions(*cluster_)) {
      found.insert(submission.name());
      ASSERT_TRUE(acknowledged_.contains(submission.name())) << submission.name() << " was taken in twice";
      EXPECT_EQ(submission.state(), intake::v1::SUBMISSION_STATE_ARCHIVED) << submission.problem();
      EXPECT_EQ(submission.form_digest(), acknowledged_[submission.name()]);
      archiving::v1::GetRecordRequest request;
      request.set_name(submission.name() + "/revisions/1");
      archiving::v1::GetRecordResponse record;
      grpc::ClientContext context;
      Within(context);
      const grpc::Status status = cluster_->Archiving().GetRecord(&context, request, &record);
      ASSERT_TRUE(status.ok()) << request.name() << ": " << Read(status).Describe();
      EXPECT_EQ(record.proof().index(), submission.archive_index());
    }
    EXPECT_EQ(found.size(), acknowledged_.size());
    for (const auto& [name, digest] : acknowledged_) ever_.insert(name + "/revisions/1");
    ExpectSound(cluster_->Database(jixiao::testing::Server::kIntake));
    EXPECT_TRUE(fs::exists(cluster_->ReceiptKey().string() + ".pub"));
  }

  // Over all cases, which share one archive.
  void CheckArchive() {
    std::set<std::string> keys;
    for (const auto& record : AllRecords(*cluster_)) EXPECT_TRUE(keys.insert(record.key()).second) << record.key();
    EXPECT_EQ(keys, ever_);
    EXPECT_EQ(CheckLog(*cluster_).damage_size(), 0);
  }

  std::unique_ptr<Cluster> cluster_;
  std::mutex mutex_;
  std::vector<intake::v1::SubmitEvaluationRequest> requests_;
  std::map<std::string, std::string> acknowledged_;  // digests by submission
  std::map<std::string, std::string> old_;
  std::set<std::string> ever_;
};

TEST_F(IntakeFaults, AtEveryWrite) {
  Sweep();
  CheckArchive();
}

}  // namespace
}  // namespace jixiao::testing
