// A scanner that hangs is waited for within a limit, sees nothing of the server's settings, and keeps nothing else
// waiting.
#include "archiving/inspection/virus_scan.h"

#include "archiving/inspection/caretaker.h"
#include "common/time.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "unit/archiving/support.h"

namespace jixiao::archiving {
namespace {

using namespace support;
using ::testing::HasSubstr;

// Programs of the test's own before those of the system.
class Programs {
 public:
  Programs() : before_(std::getenv("PATH")) { setenv("PATH", Cat(folder_ / ".", ":/usr/bin:/bin").c_str(), 1); }
  ~Programs() { setenv("PATH", before_.c_str(), 1); }
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  void Put(const std::string& name, const std::string& script) const {
    const std::string path = folder_ / name;
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    chmod(path.c_str(), 0755);
  }
  std::string operator/(const std::string& name) const { return folder_ / name; }

 private:
  const std::string before_;
  TemporaryFolder folder_;
};

template <class Condition>
bool Within(std::chrono::seconds limit, const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition())
    if (std::chrono::steady_clock::now() > end)
      return false;
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return true;
}

TEST(VirusScan, AHungScannerIsGivenUp) {
  const Programs programs;
  programs.Put("clamdscan", "sleep 1000");
  programs.Put("clamscan", "exit 0");
  ScanLimits limits;
  limits.time = std::chrono::seconds(1);
  const auto start = std::chrono::steady_clock::now();
  const Scan scan = ScanBytes("x", Scanner::kAny, limits);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(scan.outcome, ScanOutcome::kNotScanned);
  EXPECT_TRUE(scan.too_slow);
  EXPECT_THAT(scan.reason, HasSubstr("clamdscan 在 1 秒内没有完成扫描"));
}

TEST(VirusScan, EndsWhenItIsCancelled) {
  const Programs programs;
  programs.Put("clamdscan", "sleep 1000");
  ScanLimits limits;
  limits.time = std::chrono::seconds(100);
  limits.cancelled = [] { return true; };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(ScanBytes("x", Scanner::kDaemon, limits).outcome, ScanOutcome::kNotScanned);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(VirusScan, TheScannerSeesNoSettingsOfTheServer) {
  const Programs programs;
  programs.Put("clamdscan", "test -z \"$JIXIAO_STORE\"");
  setenv("JIXIAO_STORE", "postgresql://u:secret@h/db", 1);
  EXPECT_EQ(ScanBytes("x", Scanner::kDaemon).outcome, ScanOutcome::kClean);
  unsetenv("JIXIAO_STORE");
}

TEST(VirusScan, AKilledScannerHasFoundNothingClean) {
  const Programs programs;
  programs.Put("clamdscan", "kill -9 $$");
  EXPECT_EQ(ScanBytes("x", Scanner::kDaemon).outcome, ScanOutcome::kNotScanned);
}

// Says whether somebody reads from it.
class WatchedStore final : public ArchiveStore {
 public:
  explicit WatchedStore(ArchiveStore& store) : store_(store) {}
  absl::Status Write(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) override { return store_.Write(work); }
  absl::Status Read(absl::FunctionRef<absl::Status(const ArchiveReader&)> work) override {
    ++reading;
    const absl::Status status = store_.Read(work);
    --reading;
    return status;
  }

  std::atomic<int> reading = 0;

 private:
  ArchiveStore& store_;
};

class FilingScanTest : public ArchiveTest {
 protected:
  void SetUp() override {
    ArchiveTest::SetUp();
    Start();
    v1::ArchiveRecordRequest request;
    request.set_key("key/with-source");
    request.mutable_form()->set_project_name("项目");
    request.mutable_rule_set()->set_id("rules");
    request.mutable_scorecard()->mutable_rule_set()->set_digest(CanonicalDigest(request.rule_set()).value());
    request.set_source_document("原始文件");
    PendingRecord record{request.key(), PartsOf(request).value(), {}, {}};
    record.content_digest = ContentDigest(record.parts);
    record.summary = Summarize(record.parts).value();
    ASSERT_TRUE(Append(std::move(record)).ok());
  }

  std::int64_t FiledCount() {
    std::int64_t filed = -1;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      ASSIGN_OR_RETURN(filed, archive.custody().Counter(kFiledCount));
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return filed;
  }
};

TEST_F(FilingScanTest, NoTransactionIsOpenMeanwhile) {
  const Programs programs;
  programs.Put("clamdscan",
               Cat(": > ", programs / "begun", "; while [ ! -e ", programs / "go", " ]; do sleep 0.01; done"));
  WatchedStore watched(*store_);
  Caretaker caretaker(watched, *sequencer_, {}, {});
  ASSERT_TRUE(Within(std::chrono::seconds(20), [&] { return std::filesystem::exists(programs / "begun"); }));
  EXPECT_EQ(watched.reading, 0);
  EXPECT_EQ(FiledCount(), 0);
  std::ofstream(programs / "go").flush();
  EXPECT_TRUE(Within(std::chrono::seconds(20), [&] { return FiledCount() == 1; }));
}

TEST_F(FilingScanTest, DoesNotHoldUpTheEnd) {
  const Programs programs;
  programs.Put("clamdscan", Cat(": > ", programs / "begun", "; sleep 1000"));
  auto caretaker = std::make_unique<Caretaker>(*store_, *sequencer_, CaretakerOptions(), Caretaker::Hooks());
  ASSERT_TRUE(Within(std::chrono::seconds(20), [&] { return std::filesystem::exists(programs / "begun"); }));
  const auto start = std::chrono::steady_clock::now();
  caretaker.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(FiledCount(), 0) << "what was not inspected is inspected after the next start";
}

}  // namespace
}  // namespace jixiao::archiving
