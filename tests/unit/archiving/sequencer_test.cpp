// The sequencer over the real store, whose writes a test can hold up or make fail.
#include "archiving/sequencing/sequencer.h"

#include "archiving/log/head_chain.h"

#include <atomic>
#include <thread>

#include "unit/archiving/support.h"

namespace jixiao::archiving {
namespace {

using namespace support;
using absl::StatusCode;

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class SequencerTest : public ArchiveTest {
 protected:
  void SetUp() override {
    ArchiveTest::SetUp();
    Start();
  }

  // Holds the next write until the returned latch is counted down; returns when that write has begun.
  std::shared_ptr<std::latch> HoldTheWriter() {
    auto begun = std::make_shared<std::latch>(1);
    auto release = std::make_shared<std::latch>(1);
    auto held = std::make_shared<std::atomic<bool>>(false);
    fragile_->before = [=] {
      if (held->exchange(true)) return absl::OkStatus();
      begun->count_down();
      release->wait();
      return absl::OkStatus();
    };
    first_ = AppendLater(RecordOf("held"));
    begun->wait();
    return release;
  }

  void ExpectProven(const Placement& placement, const std::string& key) {
    const auto checkpoint = log::OpenCheckpoint(placement.checkpoint, Verifier(), kOrigin);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      ASSIGN_OR_RETURN(const auto record, archive.Record(placement.index));
      EXPECT_EQ(record->key, key);
      EXPECT_EQ(record->archive_time, placement.archive_time);
      EXPECT_TRUE(log::VerifyInclusion(placement.index, checkpoint->size, log::HashLeaf(Bytes(record->leaf)),
                                       placement.path, checkpoint->root));
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
  }

  std::future<absl::StatusOr<Placement>> first_;
};

TEST_F(SequencerTest, GivesPlacesInOrderAndProvesThem) {
  for (int i = 0; i < 10; ++i) {
    const auto placement = Append(RecordOf(Cat("key/", i)));
    ASSERT_TRUE(placement.ok()) << placement.status();
    EXPECT_EQ(placement->index, i);
    ExpectProven(*placement, Cat("key/", i));
  }
}

TEST_F(SequencerTest, RepeatGetsTheSamePlace) {
  const auto first = Append(RecordOf("a"));
  AppendEach(3);
  const auto again = Append(RecordOf("a"));  // other salts, the same content
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->index, first->index);
  EXPECT_EQ(again->archive_time, first->archive_time);
  EXPECT_EQ(again->checkpoint, first->checkpoint);
  EXPECT_EQ(again->path, first->path);
  EXPECT_EQ(Heads().size(), 4u) << "a repeat signs nothing";
}

TEST_F(SequencerTest, RepeatsWithinOneBatchGetOnePlace) {
  const auto release = HoldTheWriter();
  auto one = AppendLater(RecordOf("a"));
  auto other = AppendLater(RecordOf("a"));
  auto conflict = AppendLater(RecordOf("a", "别的内容"));
  auto next = AppendLater(RecordOf("b"));
  release->count_down();
  const auto a = one.get();
  const auto b = other.get();
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->index, 1);
  EXPECT_EQ(b->index, 1);
  ExpectProven(*a, "a");
  ExpectProven(*b, "a");
  const absl::Status refused = conflict.get().status();
  EXPECT_EQ(refused.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(refused), "RECORD_CONFLICT");
  EXPECT_EQ(next.get()->index, 2);
}

TEST_F(SequencerTest, CutsBatchesOf256) {
  const auto release = HoldTheWriter();
  std::vector<std::future<absl::StatusOr<Placement>>> waiting;
  for (int i = 0; i < 600; ++i) waiting.push_back(AppendLater(RecordOf(Cat("key/", i))));
  release->count_down();
  for (std::size_t i = 0; i < waiting.size(); ++i) ASSERT_EQ(waiting[i].get()->index, static_cast<std::int64_t>(i) + 1);
  std::vector<std::int64_t> sizes;
  for (const StoredHead& head : Heads()) sizes.push_back(head.size);
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{1, 257, 513, 601}));
}

TEST_F(SequencerTest, RefusesAtOnceWhenTooManyWait) {
  const auto release = HoldTheWriter();
  const PendingRecord record = RecordOf("a");
  std::atomic<int> answered{0};
  const auto count = [&](absl::StatusOr<Placement>) { ++answered; };
  for (int i = 0; i < 4096; ++i) ASSERT_TRUE(sequencer_->Append(record, count).ok());
  const absl::Status refused =
      sequencer_->Append(record, [](absl::StatusOr<Placement>) { ADD_FAILURE() << "called for a refused record"; });
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "QUEUE_FULL");
  release->count_down();
  sequencer_.reset();
  EXPECT_EQ(answered, 4096) << "those that wait at the end are answered";
}

TEST_F(SequencerTest, AnswersAllThatWaitsWhenItEnds) {
  const auto release = HoldTheWriter();
  std::vector<std::future<absl::StatusOr<Placement>>> waiting;
  for (int i = 0; i < 300; ++i) waiting.push_back(AppendLater(RecordOf(Cat("key/", i))));
  std::thread ending([&] { sequencer_.reset(); });
  release->count_down();
  ending.join();
  for (auto& one : waiting) EXPECT_TRUE(one.get().ok());
  EXPECT_EQ(Heads().back().size, 301);
}

class StoreFailure : public SequencerTest, public ::testing::WithParamInterface<StatusCode> {};

TEST_P(StoreFailure, IsAnsweredAndForgotten) {
  AppendEach(1);
  std::atomic<int> failures{1};
  fragile_->before = [&] { return failures-- > 0 ? absl::Status(GetParam(), "not now") : absl::OkStatus(); };
  EXPECT_EQ(Append(RecordOf("a")).status().code(), GetParam());
  const auto again = Append(RecordOf("a"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->index, 1);
}

// The commit succeeded, but the store could not tell: as after a crash, the repeat finds the record.
TEST_P(StoreFailure, AfterTheCommitLosesNothing) {
  AppendEach(1);
  std::atomic<int> failures{1};
  fragile_->after = [&] { return failures-- > 0 ? absl::Status(GetParam(), "who knows") : absl::OkStatus(); };
  EXPECT_EQ(Append(RecordOf("a")).status().code(), GetParam());
  RestartAll();
  const auto again = Append(RecordOf("a"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->index, 1);
  ExpectProven(*again, "a");
  EXPECT_EQ(Heads().size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Codes, StoreFailure,
                         ::testing::Values(StatusCode::kUnavailable, StatusCode::kResourceExhausted,
                                           StatusCode::kInternal, StatusCode::kDataLoss),
                         [](const auto& code) { return absl::StatusCodeToString(code.param); });

TEST_F(SequencerTest, FailedWriteIsAnsweredToTheWholeBatch) {
  const auto release = HoldTheWriter();
  auto one = AppendLater(RecordOf("a"));
  auto other = AppendLater(RecordOf("b"));
  fragile_->after = [] { return absl::UnavailableError("the disk is busy"); };
  release->count_down();
  EXPECT_EQ(first_.get().status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(one.get().status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(other.get().status().code(), StatusCode::kUnavailable);
}

// A batch that meets damage is taken apart: what one record meets is not the others' fault.
TEST_F(SequencerTest, DamageMeetsOnlyItsOwnRecord) {
  const auto release = HoldTheWriter();
  auto one = AppendLater(RecordOf("a"));
  auto bad = AppendLater(RecordOf("b"));
  auto other = AppendLater(RecordOf("c"));
  std::atomic<int> writes{0};
  fragile_->after = [&] {
    // The held record, then the batch of three, then one by one: a, b, c.
    const int write = ++writes;
    return write == 2 || write == 4 ? absl::DataLossError("a page is damaged") : absl::OkStatus();
  };
  release->count_down();
  EXPECT_TRUE(first_.get().ok());
  EXPECT_TRUE(one.get().ok());
  EXPECT_EQ(bad.get().status().code(), StatusCode::kDataLoss);
  EXPECT_TRUE(other.get().ok());
}

TEST_F(SequencerTest, HeadsSayWhatCameBeforeThem) {
  AppendEach(3);
  const auto release = HoldTheWriter();
  auto one = AppendLater(RecordOf("a"));
  auto other = AppendLater(RecordOf("b"));
  release->count_down();
  EXPECT_TRUE(one.get().ok());
  EXPECT_TRUE(other.get().ok());
  RestartAll();
  AppendEach(1);
  std::int64_t before = 0;
  for (const StoredHead& head : Heads()) {
    const auto checkpoint = log::OpenCheckpoint(head.note, Verifier(), kOrigin);
    ASSERT_TRUE(checkpoint.ok());
    EXPECT_EQ(log::PreviousSize(*checkpoint), before);
    before = head.size;
  }
  EXPECT_EQ(before, 7);
}

// A new signature over what somebody changed would make it true.
TEST_F(SequencerTest, SignsNothingOverDamage) {
  AppendEach(5);
  sequencer_.reset();
  store_.reset();
  std::filesystem::copy_file(folder_ / "archive.db", folder_ / "pristine.db");
  for (const char* damage :
       {"DELETE FROM records WHERE idx = 4", "DELETE FROM tree_heads WHERE size = 5", "DELETE FROM tree_heads",
        "DELETE FROM nodes WHERE level = 2 AND idx = 0", "UPDATE nodes SET hash = zeroblob(32) WHERE level = 2",
        "UPDATE nodes SET hash = zeroblob(32) WHERE level = 0 AND idx = 4",
        "UPDATE tree_heads SET note = replace(note, 'unit', 'Unit') WHERE size = 5"}) {
    SCOPED_TRACE(damage);
    std::filesystem::copy_file(folder_ / "pristine.db", folder_ / "archive.db",
                               std::filesystem::copy_options::overwrite_existing);
    Spoil(damage);
    Open();
    Start();
    const std::size_t heads = Heads().size();
    const absl::Status status = Append(RecordOf("new")).status();
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status;
    EXPECT_EQ(ReasonOf(status), "ARCHIVE_DAMAGED") << status;
    EXPECT_EQ(Heads().size(), heads);
    sequencer_.reset();
    store_.reset();
  }
}

TEST_F(SequencerTest, AnotherOriginOrKeyDoesNotContinueTheLog) {
  AppendEach(2);
  sequencer_ = std::make_unique<Sequencer>(*fragile_, Key(), "another/log");
  EXPECT_EQ(Append(RecordOf("a")).status().code(), StatusCode::kDataLoss);
  sequencer_ =
      std::make_unique<Sequencer>(*fragile_, log::Signer::LoadOrCreate(folder_ / "other", kOrigin).value(), kOrigin);
  EXPECT_EQ(Append(RecordOf("a")).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(Heads().size(), 2u);
}

}  // namespace
}  // namespace jixiao::archiving
