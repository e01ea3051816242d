// The archive's self-examination: the chain of heads, and a store that cannot read everything any more.
#include "archiving/inspection/log_check.h"

#include "archiving/log/head_chain.h"

#include <gmock/gmock.h>

#include "unit/archiving/support.h"

namespace jixiao::archiving {
namespace {

using namespace support;
using absl::StatusCode;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LogCheckTest : public ArchiveTest {
 protected:
  void SetUp() override {
    ArchiveTest::SetUp();
    Start();
  }

  // Signs the tree as it is, as a version did that knew no chain.
  void AppendWithoutChain(const std::string& key) {
    const log::Signer signer = Key();
    const absl::Status status = store_->Write([&](ArchiveWriter& archive) -> absl::Status {
      ASSIGN_OR_RETURN(const std::int64_t size, archive.Size());
      ASSIGN_OR_RETURN(log::Appender appender, log::Appender::Resume(size, archive));
      PendingRecord record = RecordOf(key);
      const std::string leaf = LeafBytes(key, 1, record.parts);
      std::vector<log::NewNode> nodes;
      appender.Append(log::HashLeaf({reinterpret_cast<const std::uint8_t*>(leaf.data()), leaf.size()}), &nodes);
      const NewRecord added{size, key, record.content_digest, leaf, 1, record.summary, record.parts};
      RETURN_IF_ERROR(archive.InsertRecords({&added, 1}));
      RETURN_IF_ERROR(archive.InsertNodes(nodes));
      ASSIGN_OR_RETURN(std::string note, log::SignCheckpoint({kOrigin, appender.size(), appender.Root(), {}}, signer));
      return archive.InsertHead({appender.size(), std::move(note)}, 1);
    });
    ASSERT_TRUE(status.ok()) << status;
  }
};

TEST(HeadChain, ReadsOnlyWhatItWrites) {
  log::Checkpoint checkpoint;
  EXPECT_EQ(log::PreviousSize(checkpoint), std::nullopt);
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{17}, INT64_MAX}) {
    checkpoint.extensions = {"other", log::PreviousLine(size)};
    EXPECT_EQ(log::PreviousSize(checkpoint), size);
  }
  for (const char* line : {"previous ", "previous -1", "previous 017", "previous 1 ", "previous x",
                           "previous 9223372036854775808", "previous  1"}) {
    checkpoint.extensions = {line};
    EXPECT_EQ(log::PreviousSize(checkpoint), std::nullopt) << line;
  }
  checkpoint.extensions = {"previous 1", "previous 1"};
  EXPECT_EQ(log::PreviousSize(checkpoint), std::nullopt) << "twice";
}

TEST_F(LogCheckTest, WholeArchiveHasNoFindings) {
  EXPECT_THAT(Examine(), IsEmpty()) << "an empty one";
  AppendEach(7);
  EXPECT_THAT(Examine(), IsEmpty());
}

TEST_F(LogCheckTest, EveryHeadThatIsTakenOutIsMissed) {
  constexpr int kHeads = 6;
  AppendEach(kHeads);
  sequencer_.reset();
  store_.reset();
  std::filesystem::copy_file(folder_ / "archive.db", folder_ / "pristine.db");
  // Every set of heads but the whole one.
  for (int kept = 0; kept < (1 << kHeads) - 1; ++kept) {
    std::filesystem::copy_file(folder_ / "pristine.db", folder_ / "archive.db",
                               std::filesystem::copy_options::overwrite_existing);
    Spoil(Cat("DELETE FROM tree_heads WHERE (", kept, " >> (size - 1)) & 1 = 0"));
    Open();
    EXPECT_FALSE(Examine().empty()) << "kept heads " << kept;
    store_.reset();
  }
}

TEST_F(LogCheckTest, HeadsOfBeforeTheChainAreNoFault) {
  AppendWithoutChain("old/1");
  AppendWithoutChain("old/2");
  AppendEach(2);
  EXPECT_THAT(Examine(), IsEmpty());
  Spoil("DELETE FROM tree_heads WHERE size = 2");
  EXPECT_THAT(Examine(), Contains(HasSubstr("之前应是 2 条的树头，所存的是 1 条")));
}

TEST_F(LogCheckTest, ChainDoesNotEnd) {
  AppendEach(2);
  AppendWithoutChain("later");
  EXPECT_THAT(Examine(), Contains(HasSubstr("没有写明它之前的树头")));
}

// One thing of the archive cannot be read.
enum class Unreadable { kFaults, kHeads, kRecord, kParts, kSize, kNodeCount };

class BlindReader final : public ForwardingReader {
 public:
  BlindReader(const ArchiveReader& reader, Unreadable what, absl::Status status)
      : ForwardingReader(reader), what_(what), status_(std::move(status)) {}
  absl::StatusOr<std::vector<std::string>> StructuralFaults() const override {
    if (what_ == Unreadable::kFaults) return status_;
    return ForwardingReader::StructuralFaults();
  }
  absl::StatusOr<std::vector<StoredHead>> Heads() const override {
    if (what_ == Unreadable::kHeads) return status_;
    return ForwardingReader::Heads();
  }
  absl::StatusOr<std::vector<StoredRecord>> Records(std::int64_t first, std::int64_t limit) const override {
    if (what_ == Unreadable::kRecord && first <= kIndex && kIndex < first + limit) return status_;
    return ForwardingReader::Records(first, limit);
  }
  absl::StatusOr<std::optional<StoredRecord>> Record(std::int64_t index) const override {
    if (what_ == Unreadable::kRecord && index == kIndex) return status_;
    return ForwardingReader::Record(index);
  }
  absl::StatusOr<std::vector<Part>> Parts(std::int64_t index) const override {
    if (what_ == Unreadable::kParts && index == kIndex) return status_;
    return ForwardingReader::Parts(index);
  }
  absl::StatusOr<std::int64_t> Size() const override {
    if (what_ == Unreadable::kSize) return status_;
    return ForwardingReader::Size();
  }
  absl::StatusOr<std::int64_t> NodeCount() const override {
    if (what_ == Unreadable::kNodeCount) return status_;
    return ForwardingReader::NodeCount();
  }

  static constexpr std::int64_t kIndex = 3;

 private:
  const Unreadable what_;
  const absl::Status status_;
};

class UnreadableTest : public LogCheckTest, public ::testing::WithParamInterface<Unreadable> {};

TEST_P(UnreadableTest, DamageIsAFindingAndNotTheEnd) {
  AppendEach(6);
  const absl::Status read = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
    const BlindReader blind(archive, GetParam(), absl::DataLossError("a page is malformed"));
    const auto check = CheckLog(blind, Verifier(), kOrigin);
    EXPECT_TRUE(check.ok()) << check.status();
    if (!check.ok()) return absl::OkStatus();
    EXPECT_FALSE(check->damage.empty());
    const bool cut = GetParam() == Unreadable::kRecord;
    EXPECT_EQ(check->records, cut ? BlindReader::kIndex : 6);
    if (cut || GetParam() == Unreadable::kParts) {
      EXPECT_EQ(check->damage.size(), 1u);
      EXPECT_EQ(check->damage.front().index, BlindReader::kIndex);
    }
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
}

TEST_P(UnreadableTest, WhatMayPassIsNoFinding) {
  AppendEach(6);
  const absl::Status read = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
    const BlindReader blind(archive, GetParam(), absl::UnavailableError("busy"));
    EXPECT_EQ(CheckLog(blind, Verifier(), kOrigin).status().code(), StatusCode::kUnavailable);
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
}

INSTANTIATE_TEST_SUITE_P(What, UnreadableTest,
                         ::testing::Values(Unreadable::kFaults, Unreadable::kHeads, Unreadable::kRecord,
                                           Unreadable::kParts, Unreadable::kSize, Unreadable::kNodeCount));

TEST_F(LogCheckTest, ChangedSchemaIsFound) {
  AppendEach(1);
  Spoil(
      "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, 'note TEXT NOT NULL', 'note TEXT NULL') "
      "WHERE name = 'tree_heads'");
  EXPECT_THAT(Examine(), Contains(HasSubstr("tree_heads")));
}

}  // namespace
}  // namespace jixiao::archiving
