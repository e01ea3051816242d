// Shared by the tests of the archive without its service: records, a signing key, and a store that can be made to fail.
#pragma once

#include "archiving/inspection/log_check.h"
#include "archiving/log/checkpoint.h"
#include "archiving/record/record.h"
#include "archiving/sequencing/sequencer.h"
#include "archiving/store/sql_archive_store.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "support/stores.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/temporary_folder.h"

namespace jixiao::archiving::support {

inline constexpr char kOrigin[] = "unit.test/archive";

inline PendingRecord RecordOf(const std::string& key, const std::string& project = "项目") {
  v1::ArchiveRecordRequest request;
  request.set_key(key);
  request.mutable_form()->set_project_name(project);
  request.mutable_rule_set()->set_id("rules");
  request.mutable_scorecard()->mutable_rule_set()->set_digest(CanonicalDigest(request.rule_set()).value());
  PendingRecord record{key, PartsOf(request).value(), {}, {}};
  record.content_digest = ContentDigest(record.parts);
  record.summary = Summarize(record.parts).value();
  return record;
}

// Passes everything on to a real store, but writes can be made to fail before they happen or after.
class FragileStore final : public ArchiveStore {
 public:
  explicit FragileStore(ArchiveStore& store) : store_(store) {}

  std::function<absl::Status()> before = [] { return absl::OkStatus(); };
  std::function<absl::Status()> after = [] { return absl::OkStatus(); };

  absl::Status Write(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) override {
    RETURN_IF_ERROR(before());
    RETURN_IF_ERROR(store_.Write(work));
    return after();
  }
  absl::Status Read(absl::FunctionRef<absl::Status(const ArchiveReader&)> work) override { return store_.Read(work); }

 private:
  ArchiveStore& store_;
};

// Reads through to another reader. What a test overrides, it decides itself.
class ForwardingReader : public ArchiveReader {
 public:
  explicit ForwardingReader(const ArchiveReader& reader) : reader_(reader) {}
  absl::StatusOr<log::Hash> Node(log::NodeId id) const override { return reader_.Node(id); }
  absl::StatusOr<std::int64_t> Size() const override { return reader_.Size(); }
  absl::StatusOr<std::optional<StoredRecord>> Record(std::int64_t index) const override {
    return reader_.Record(index);
  }
  absl::StatusOr<std::optional<StoredRecord>> RecordByKey(std::string_view key) const override {
    return reader_.RecordByKey(key);
  }
  absl::StatusOr<std::vector<Part>> Parts(std::int64_t index) const override { return reader_.Parts(index); }
  absl::StatusOr<std::optional<Part>> PartNamed(std::int64_t index, std::string_view name) const override {
    return reader_.PartNamed(index, name);
  }
  absl::StatusOr<std::optional<std::string>> SharedContent(std::string_view digest) const override {
    return reader_.SharedContent(digest);
  }
  absl::StatusOr<std::vector<StoredRecord>> Records(std::int64_t first, std::int64_t limit) const override {
    return reader_.Records(first, limit);
  }
  absl::StatusOr<std::vector<StoredRecord>> RecordsByKey(std::string_view first_key, std::string_view end_key,
                                                         std::int64_t limit) const override {
    return reader_.RecordsByKey(first_key, end_key, limit);
  }
  absl::StatusOr<std::optional<StoredHead>> NewestHead() const override { return reader_.NewestHead(); }
  absl::StatusOr<std::optional<StoredHead>> HeadFor(std::int64_t size) const override { return reader_.HeadFor(size); }
  absl::StatusOr<std::vector<StoredHead>> Heads() const override { return reader_.Heads(); }
  absl::StatusOr<std::vector<log::Hash>> Nodes(int level, std::int64_t first, std::int64_t count) const override {
    return reader_.Nodes(level, first, count);
  }
  absl::StatusOr<std::string> Cosignatures(std::int64_t size) const override { return reader_.Cosignatures(size); }
  absl::StatusOr<std::optional<std::int64_t>> CosignedSize(std::int64_t size, int count) const override {
    return reader_.CosignedSize(size, count);
  }
  const EpochReader& Epochs() const override { return reader_.Epochs(); }
  absl::StatusOr<std::int64_t> NodeCount() const override { return reader_.NodeCount(); }
  absl::StatusOr<std::vector<std::string>> StructuralFaults() const override { return reader_.StructuralFaults(); }
  const CustodyReader& custody() const override { return reader_.custody(); }

 private:
  const ArchiveReader& reader_;
};

class ArchiveTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    auto opened = SqlArchiveStore::Open(testing::StoreAt(folder_ / "archive.db"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    fragile_ = std::make_unique<FragileStore>(*store_);
  }
  void Start() { sequencer_ = std::make_unique<Sequencer>(*fragile_, Key(), kOrigin); }
  // What a new process does after one that ended.
  void RestartAll() {
    sequencer_.reset();
    fragile_.reset();
    store_.reset();
    Open();
    Start();
  }

  log::Signer Key() { return log::Signer::LoadOrCreate(folder_ / "key", kOrigin).value(); }
  log::Verifier Verifier() { return log::Verifier::Parse(Key().VerifierKey()).value(); }

  std::future<absl::StatusOr<Placement>> AppendLater(PendingRecord record) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Placement>>>();
    const absl::Status taken = sequencer_->Append(std::move(record), [promise](absl::StatusOr<Placement> placement) {
      promise->set_value(std::move(placement));
    });
    EXPECT_TRUE(taken.ok()) << taken;
    return promise->get_future();
  }
  absl::StatusOr<Placement> Append(PendingRecord record) { return AppendLater(std::move(record)).get(); }

  // Archives `count` records, each in a batch of its own.
  void AppendEach(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(Append(RecordOf(Cat("key/", appended_++))).ok());
  }

  // What the check of the log finds, one text each.
  std::vector<std::string> Examine() {
    std::vector<std::string> found;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      ASSIGN_OR_RETURN(const LogCheck check, CheckLog(archive, Verifier(), kOrigin));
      for (const Damage& damage : check.damage) found.push_back(damage.message);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return found;
  }

  // Changes the database behind the store's back.
  void Spoil(const std::string& sql) {
    auto database = store::Database::Open(testing::StoreAt(folder_ / "archive.db"), store::Mode::kReadWrite);
    ASSERT_TRUE(database.ok()) << database.status();
    // Without foreign keys, as somebody does who edits the data itself.
    absl::Status status = (*database)->Execute(testing::OnPostgres() ? "SET session_replication_role = replica"
                                                                     : "PRAGMA foreign_keys=OFF");
    if (status.ok()) status = (*database)->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_GT((*database)->changes(), 0) << sql;
  }

  std::vector<StoredHead> Heads() {
    std::vector<StoredHead> heads;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      ASSIGN_OR_RETURN(heads, archive.Heads());
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return heads;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqlArchiveStore> store_;
  std::unique_ptr<FragileStore> fragile_;
  std::unique_ptr<Sequencer> sequencer_;
  int appended_ = 0;
};

}  // namespace jixiao::archiving::support
