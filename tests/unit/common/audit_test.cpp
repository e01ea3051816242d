// The audit log on its way to the archive: nothing of it is lost but what is said to be.
#include "common/audit/segment_name.h"
#include "common/audit/spool.h"
#include "common/audit/trail.h"
#include "common/errors.h"
#include "common/time.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "unit/temporary_folder.h"

namespace jixiao::audit {
namespace {

using operation::v1::AuditedCall;
namespace fs = std::filesystem;

AuditedCall CallNumber(int number) {
  AuditedCall call;
  *call.mutable_end_time() = ToTimestamp(NowMicros());
  call.set_method("jixiao.intake.v1.IntakeService/GetSubmission");
  call.set_request_id(std::to_string(number));
  call.set_code("OK");
  return call;
}

bool Eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < end) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return holds();
}

class AuditTrail : public ::testing::Test {
 protected:
  std::unique_ptr<Trail> Open(std::size_t max_bytes = 1 << 20) {
    metrics_ = std::make_unique<Metrics>();
    TrailOptions options{"intake", folder_ / "audit", max_bytes};
    options.span = std::chrono::milliseconds(50);
    options.write_every = std::chrono::milliseconds(5);
    auto trail =
        Trail::Open(std::move(options), *metrics_, [this](const Segment& segment) { return Deliver(segment); });
    EXPECT_TRUE(trail.ok()) << trail.status();
    return trail.ok() ? *std::move(trail) : nullptr;
  }

  absl::Status Deliver(const Segment& segment) {
    const std::lock_guard lock(mutex_);
    ++tries_;
    if (!answer_.ok()) return answer_;
    delivered_.push_back(segment);
    return absl::OkStatus();
  }

  void Answer(absl::Status status) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(status);
  }
  std::vector<Segment> Delivered() {
    const std::lock_guard lock(mutex_);
    return delivered_;
  }
  int Tries() {
    const std::lock_guard lock(mutex_);
    return tries_;
  }

  // The request ids of all that was delivered, in its order.
  std::vector<int> Numbers() {
    std::vector<int> numbers;
    for (const Segment& segment : Delivered())
      for (const AuditedCall& call : segment.calls()) numbers.push_back(std::stoi(call.request_id()));
    return numbers;
  }

  std::vector<std::string> FilesWith(const std::string& extension) {
    std::vector<std::string> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ / "audit"))
      if (entry.path().extension() == extension) files.push_back(entry.path().string());
    return files;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Metrics> metrics_;
  std::mutex mutex_;
  absl::Status answer_;
  std::vector<Segment> delivered_;
  int tries_ = 0;
};

std::vector<int> UpTo(int count) {
  std::vector<int> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

TEST_F(AuditTrail, DeliversAllInOrderWithoutAGapInItsNumbers) {
  auto trail = Open();
  for (int i = 0; i < 1700; ++i) trail->Record(CallNumber(i));
  trail.reset();
  EXPECT_EQ(Numbers(), UpTo(1700));
  const auto segments = Delivered();
  ASSERT_GE(segments.size(), 4u) << "a segment has 500 calls at most";
  for (std::size_t i = 0; i < segments.size(); ++i) {
    EXPECT_EQ(segments[i].number(), static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(segments[i].run(), segments[0].run());
    EXPECT_EQ(segments[i].service(), "intake");
    EXPECT_EQ(segments[i].dropped(), 0);
    if (i > 0) {
      EXPECT_LT(SegmentName(segments[i - 1]), SegmentName(segments[i]));
    }
  }
  EXPECT_TRUE(FilesWith(".calls").empty() && FilesWith(".open").empty());
}

TEST_F(AuditTrail, SealsByTimeToo) {
  auto trail = Open();
  trail->Record(CallNumber(0));
  EXPECT_TRUE(Eventually([&] { return Numbers() == UpTo(1); }));
  trail->Record(CallNumber(1));
  EXPECT_TRUE(Eventually([&] { return Numbers() == UpTo(2); }));
  EXPECT_EQ(Delivered().back().number(), 2);
  EXPECT_TRUE(Eventually([&] { return trail->state().waiting_bytes == 0; }));
}

TEST_F(AuditTrail, WaitsForAnArchiveThatIsAwayAlsoOverARestart) {
  Answer(absl::UnavailableError("away"));
  auto trail = Open();
  for (int i = 0; i < 10; ++i) trail->Record(CallNumber(i));
  ASSERT_TRUE(Eventually([&] { return Tries() > 0; }));
  EXPECT_TRUE(Eventually([&] { return trail->state().problem.find("away") != std::string::npos; }));
  EXPECT_GT(trail->state().waiting_bytes, 0u);
  const auto start = std::chrono::steady_clock::now();
  trail.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << "a stop does not wait for ever";
  EXPECT_TRUE(Numbers().empty());
  Answer(absl::OkStatus());
  trail = Open();
  EXPECT_TRUE(Eventually([&] { return Numbers() == UpTo(10); }));
  EXPECT_TRUE(Eventually([&] { return trail->state().waiting_bytes == 0; }));
  EXPECT_EQ(trail->state().problem, "");
}

TEST_F(AuditTrail, SaysHowManyCallsFoundNoRoom) {
  Answer(absl::UnavailableError("away"));
  auto trail = Open(1);
  trail->Record(CallNumber(0));
  ASSERT_TRUE(Eventually([&] { return trail->state().waiting_bytes > 0; }));
  for (int i = 0; i < 5; ++i) trail->Record(CallNumber(100 + i));
  ASSERT_TRUE(Eventually([&] { return trail->state().dropped == 5; }));
  EXPECT_NE(trail->state().problem.find("is full"), std::string::npos);
  Answer(absl::OkStatus());
  ASSERT_TRUE(Eventually([&] { return trail->state().waiting_bytes == 0; }));
  trail->Record(CallNumber(1));
  ASSERT_TRUE(Eventually([&] { return Numbers() == UpTo(2); }))
      << ::testing::PrintToString(Numbers()) << trail->state().problem;
  EXPECT_EQ(Delivered().back().dropped(), 5);
}

TEST_F(AuditTrail, SetsAsideWhatTheArchiveNeverTakes) {
  Answer(absl::InvalidArgumentError("no"));
  auto trail = Open();
  trail->Record(CallNumber(7));
  ASSERT_TRUE(Eventually([&] { return FilesWith(".damaged").size() == 1; }));
  Answer(absl::OkStatus());
  trail->Record(CallNumber(0));
  EXPECT_TRUE(Eventually([&] { return Numbers() == UpTo(1); }));
}

TEST_F(AuditTrail, ItsFolderBelongsToOneProcess) {
  const auto trail = Open();
  EXPECT_EQ(ReasonOf(Spool::Open(folder_ / "audit").status()), "STORE_IN_USE");
}

// A process that was killed while it wrote leaves a part of a call: the calls before it are kept, and no segment is
// left of which nothing is known.
TEST(AuditSpool, KeepsWholeCallsOfASegmentThatWasCutOff) {
  TemporaryFolder folder;
  Segment head;
  head.set_service("intake");
  head.set_run("0011223344556677");
  head.set_number(1);
  *head.mutable_start_time() = ToTimestamp(NowMicros());
  std::string whole;
  for (int i = 0; i < 3; ++i) {
    Segment piece;
    *piece.add_calls() = CallNumber(i);
    whole += piece.SerializeAsString();
  }
  const std::string begun = head.SerializeAsString();
  const std::string all = begun + whole;
  std::size_t segments = 0;
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    const std::string spool_folder = folder / ("spool" + std::to_string(cut));
    fs::create_directories(spool_folder);
    std::ofstream(fs::path(spool_folder) / (SegmentName(head) + ".open"), std::ios::binary) << all.substr(0, cut);
    auto spool = Spool::Open(spool_folder);
    ASSERT_TRUE(spool.ok()) << spool.status();
    const auto listed = (*spool)->List();
    ASSERT_TRUE(listed.ok());
    if (listed->empty()) continue;
    ++segments;
    const auto read = Spool::Read(listed->front());
    ASSERT_TRUE(read.ok()) << read.status() << " after " << cut;
    EXPECT_EQ(read->run(), head.run());
    const std::size_t size = whole.size() / 3;
    EXPECT_EQ(static_cast<std::size_t>(read->calls_size()), (cut - begun.size()) / size) << cut;
  }
  EXPECT_EQ(segments, whole.size() / 3 * 2 + 1) << "as soon as the first call is whole";
}

TEST(AuditSpool, NamesSortByTime) {
  Segment segment;
  segment.set_service("scoring");
  segment.set_run("0011223344556677");
  segment.set_number(12);
  *segment.mutable_start_time() = ToTimestamp(1'795'341'600'123'456);
  EXPECT_EQ(SegmentName(segment), "20261122T100000123456Z-scoring-0011223344556677-000000012");
  EXPECT_LT(SegmentNameFrom(1'795'341'600'123'456), SegmentName(segment));
  EXPECT_GT(SegmentNameFrom(1'795'341'600'123'457), SegmentName(segment));
}

}  // namespace
}  // namespace jixiao::audit
