// Disposal: by three people, when the time is over, for good, and at any moment of a crash.
#include "archiving/retention/disposal.h"

#include "archiving/inspection/caretaker.h"
#include "archiving/inspection/fixity.h"
#include "archiving/inspection/log_check.h"
#include "archiving/log/merkle.h"
#include "archiving/record/erasure.h"
#include "common/random.h"
#include "common/time.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "unit/archiving/support.h"

namespace jixiao::archiving {
namespace {

using namespace support;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kSecret[] = "极少有人知道的项目名称甲乙丙丁";

// Everything is due at once, but for one class.
RetentionPolicy Policy() {
  return RetentionPolicy::Parse(R"(
fonds: "0101"
code: "{fonds}-{class}-{number:3}"
classes: [{name: 0年, code: D0, years: 0}, {name: 永久, code: Y}]
counted_from: archive_time
rules: [{id: kept, class: 永久, kinds: [department]}, {id: rest, class: 0年}]
)")
      .value();
}

PendingRecord Retained(const std::string& key, const std::string& project, evaluation::v1::FormKind kind) {
  v1::ArchiveRecordRequest request;
  request.mutable_form()->set_project_name(project);
  request.mutable_form()->set_kind(kind);
  request.mutable_form()->mutable_implementing_unit()->set_name(project + "的单位");
  request.mutable_rule_set()->set_id("rules");
  request.mutable_scorecard()->mutable_rule_set()->set_digest(CanonicalDigest(request.rule_set()).value());
  request.mutable_scorecard()->set_grade("优");
  request.set_source_document(project + "的原始文件");
  PendingRecord record{key, PartsOf(request).value(), {}, {}};
  const auto decision = Policy().Decide(request.form(), request.scorecard(), nullptr);
  record.parts.push_back({std::string(kRetentionPart), std::string(kCanonicalMediaType),
                          CanonicalEncode(decision).value(), RandomBytes(32)});
  std::sort(record.parts.begin(), record.parts.end(), [](const Part& a, const Part& b) { return a.name < b.name; });
  record.content_digest = ContentDigest(record.parts);
  record.summary = Summarize(record.parts).value();
  return record;
}

v1::DisposalApproval Word(const std::string& who, const std::string& why = "期满") {
  intake::v1::Actor actor;
  actor.set_name(who);
  return WordOf(actor, why, NowMicros()).value();
}

class DisposalTest : public ArchiveTest {
 protected:
  void SetUp() override {
    ArchiveTest::SetUp();
    Start();
    ASSERT_TRUE(Append(Retained("key/0", "别的项目", evaluation::v1::FORM_KIND_PROJECT)).ok());
    ASSERT_TRUE(Append(Retained("key/1", kSecret, evaluation::v1::FORM_KIND_PROJECT)).ok());
    ASSERT_TRUE(Append(Retained("key/2", "长存的项目", evaluation::v1::FORM_KIND_DEPARTMENT)).ok());
  }

  CaretakerOptions NoPasses() {
    CaretakerOptions options;
    options.records_per_second = 0;
    return options;
  }

  v1::Disposal Proposed(std::int64_t index, const std::vector<std::string>& parts = {}) {
    v1::Disposal disposal;
    disposal.set_name("disposals/00ff");
    disposal.set_state(v1::DISPOSAL_STATE_PROPOSED);
    *disposal.mutable_proposal() = Word("甲");
    EXPECT_TRUE(store_
                    ->Read([&](const ArchiveReader& archive) -> absl::Status {
                      ASSIGN_OR_RETURN(*disposal.add_items(), ItemFor(archive, Policy(), index, parts, NowMicros()));
                      return absl::OkStatus();
                    })
                    .ok());
    return disposal;
  }

  void Order(std::int64_t index, const std::vector<std::string>& parts = {}) {
    v1::Disposal disposal = Proposed(index, parts);
    ASSERT_TRUE(Approve(disposal, Word("乙")).ok());
    ASSERT_TRUE(Approve(disposal, Word("丙")).ok());
    ASSERT_TRUE(Execute(disposal, Word("丁", "两人监销")).ok());
    ASSERT_TRUE(store_
                    ->Write([&](ArchiveWriter& archive) {
                      return archive.custody_writer().PutDisposal(ToStored(disposal).value());
                    })
                    .ok());
  }

  v1::Disposal Stored() {
    v1::Disposal disposal;
    EXPECT_TRUE(store_
                    ->Read([&](const ArchiveReader& archive) -> absl::Status {
                      ASSIGN_OR_RETURN(const auto stored, archive.custody().Disposal("00ff"));
                      ASSIGN_OR_RETURN(disposal, FromStored(stored.value()));
                      return absl::OkStatus();
                    })
                    .ok());
    return disposal;
  }

  // Lets a caretaker work until the disposal is done.
  void CarryOut(ArchiveStore& store) {
    Caretaker caretaker(store, *sequencer_, NoPasses(), {});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (Stored().state() != v1::DISPOSAL_STATE_DONE && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(Stored().state(), v1::DISPOSAL_STATE_DONE);
  }

  // Lets a caretaker work until all records are in the fixity register.
  void FileAll() {
    Caretaker caretaker(*store_, *sequencer_, NoPasses(), {});
    bool all = false;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!all && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      EXPECT_TRUE(store_
                      ->Read([&](const ArchiveReader& archive) -> absl::Status {
                        ASSIGN_OR_RETURN(const std::int64_t size, archive.Size());
                        ASSIGN_OR_RETURN(const std::int64_t filed, archive.custody().Counter(kFiledCount));
                        all = filed == size;
                        return absl::OkStatus();
                      })
                      .ok());
    }
    EXPECT_TRUE(all);
  }

  // The record with what shows that it is in the log, as the service answers.
  v1::GetRecordResponse Record(std::int64_t index) {
    v1::GetRecordResponse out;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      ASSIGN_OR_RETURN(const auto head, archive.NewestHead());
      ASSIGN_OR_RETURN(const auto record, archive.Record(index));
      ASSIGN_OR_RETURN(const auto parts, archive.Parts(index));
      out.set_leaf(record->leaf);
      out.mutable_proof()->set_index(index);
      out.mutable_proof()->set_checkpoint(head->note);
      for (const Part& part : parts) {
        auto& to = *out.add_parts();
        to.set_name(part.name);
        to.set_media_type(part.media_type);
        to.set_content(part.content);
        to.set_salt(part.salt);
      }
      ASSIGN_OR_RETURN(const auto erased, archive.custody().Erasures(index));
      if (erased.empty()) return absl::OkStatus();
      const std::int64_t entry = erased.front().entry;
      auto& erasure = *out.add_erasures();
      for (const Erased& gone : erased) erasure.add_parts(gone.part);
      ASSIGN_OR_RETURN(const auto said, archive.Record(entry));
      ASSIGN_OR_RETURN(const auto part, archive.PartNamed(entry, kEntryPart));
      ASSIGN_OR_RETURN(const auto path, log::InclusionProof(entry, head->size, archive));
      erasure.set_leaf(said->leaf);
      erasure.mutable_entry()->set_name(part->name);
      erasure.mutable_entry()->set_media_type(part->media_type);
      erasure.mutable_entry()->set_content(part->content);
      erasure.mutable_entry()->set_salt(part->salt);
      erasure.mutable_proof()->set_index(entry);
      erasure.mutable_proof()->set_checkpoint(head->note);
      for (const log::Hash& hash : path) erasure.mutable_proof()->add_path(std::string(hash.begin(), hash.end()));
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return out;
  }

  bool AnyFileHas(const std::string& text) {
    for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(folder_ / "x").parent_path())) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(DisposalTest, ThreeDifferentPeopleAreNeeded) {
  v1::Disposal disposal = Proposed(1);
  EXPECT_EQ(ReasonOf(Approve(disposal, Word("甲"))), "SAME_ACTOR") << "the proposer";
  EXPECT_EQ(ReasonOf(Execute(disposal, Word("丁"))), "DISPOSAL_STATE") << "nobody has approved";
  EXPECT_EQ(ReasonOf(Approve(disposal, Word("甲　"))), "SAME_ACTOR") << "the proposer, otherwise spelt";
  ASSERT_TRUE(Approve(disposal, Word("乙")).ok());
  for (const char* name : {"乙", "　乙", "乙\u00A0", "\u200B乙"})
    EXPECT_EQ(ReasonOf(Approve(disposal, Word(name))), "SAME_ACTOR") << "the same again";
  EXPECT_EQ(ReasonOf(Execute(disposal, Word("丁"))), "DISPOSAL_STATE") << "only one has approved";
  ASSERT_TRUE(Approve(disposal, Word("丙")).ok());
  EXPECT_EQ(disposal.state(), v1::DISPOSAL_STATE_APPROVED);
  v1::Disposal withdrawn = disposal;
  ASSERT_TRUE(Withdraw(withdrawn, Word("乙")).ok());
  EXPECT_EQ(ReasonOf(Execute(withdrawn, Word("丁"))), "DISPOSAL_STATE") << "withdrawn";
  ASSERT_TRUE(Execute(disposal, Word("丁")).ok());
  EXPECT_EQ(ReasonOf(Withdraw(disposal, Word("乙"))), "DISPOSAL_STATE") << "too late";
  intake::v1::Actor nobody;
  nobody.set_name("  ");
  EXPECT_EQ(ReasonOf(WordOf(nobody, "x", 1).status()), "DISPOSAL_INVALID");
  nobody.set_name("　\u200B");
  EXPECT_EQ(ReasonOf(WordOf(nobody, "x", 1).status()), "DISPOSAL_INVALID") << "blanks are no name";
  nobody.set_name(" 甲 ");
  EXPECT_EQ(WordOf(nobody, "x", 1)->actor().name(), "甲") << "blanks make no other person";
  EXPECT_EQ(ReasonOf(WordOf(nobody, "", 1).status()), "DISPOSAL_INVALID");
}

TEST_F(DisposalTest, OnlyWhatIsDueCanBeProposed) {
  const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
    const RetentionPolicy policy = Policy();
    EXPECT_EQ(ReasonOf(ItemFor(archive, policy, 2, {}, NowMicros()).status()), "RETENTION_NOT_ENDED")
        << "kept for ever";
    EXPECT_EQ(ReasonOf(ItemFor(archive, policy, 1, {}, 1).status()), "RETENTION_NOT_ENDED") << "too early";
    EXPECT_EQ(ReasonOf(ItemFor(archive, policy, 9, {}, NowMicros()).status()), "RECORD_NOT_FOUND");
    EXPECT_EQ(ReasonOf(ItemFor(archive, policy, 1, {"review"}, NowMicros()).status()), "DISPOSAL_INVALID");
    const auto item = ItemFor(archive, policy, 1, {}, NowMicros());
    EXPECT_TRUE(item.ok()) << item.status();
    EXPECT_THAT(item->parts(), ::testing::ElementsAre("form", "scorecard", "source"));
    EXPECT_EQ(item->rule(), "rest");
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(DisposalTest, WhatIsErasedIsGoneAndTheRestStillProves) {
  ASSERT_TRUE(store_->Scrub().ok() || testing::OnPostgres());
  if (!testing::OnPostgres()) {
    EXPECT_TRUE(AnyFileHas(kSecret));
  }
  const std::string leaf = Record(1).leaf();
  Order(1);
  CarryOut(*store_);
  EXPECT_THAT(Examine(), IsEmpty());
  const v1::GetRecordResponse record = Record(1);
  EXPECT_EQ(record.leaf(), leaf) << "the leaf stays";
  EXPECT_EQ(record.parts_size(), 2) << "rule set and retention";
  EXPECT_EQ(record.erasures(0).parts_size(), 3);
  EXPECT_THAT(ErasureFaults(record, Verifier(), kOrigin), IsEmpty());
  const std::vector<Part> left = {
      {record.parts(0).name(), record.parts(0).media_type(), record.parts(0).content(), record.parts(0).salt()},
      {record.parts(1).name(), record.parts(1).media_type(), record.parts(1).content(), record.parts(1).salt()}};
  EXPECT_THAT(FaultsOf(record.leaf(), left, ErasedOf(record)), IsEmpty());
  EXPECT_THAT(FaultsOf(record.leaf(), left), Not(IsEmpty())) << "without the entry, parts are missing";
  EXPECT_EQ(Stored().entry(), "records/3");
  if (testing::OnPostgres()) return;
  EXPECT_FALSE(AnyFileHas(kSecret)) << "in no file of the database, its log included";
  EXPECT_TRUE(AnyFileHas("别的项目"));
  // Whoever archives the same again is told that the key is taken.
  EXPECT_EQ(ReasonOf(Append(Retained("key/1", kSecret, evaluation::v1::FORM_KIND_PROJECT)).status()),
            "RECORD_CONFLICT");
}

TEST_F(DisposalTest, OnePartAloneCanGo) {
  Order(1, {"source"});
  CarryOut(*store_);
  EXPECT_THAT(Examine(), IsEmpty());
  EXPECT_EQ(Record(1).parts_size(), 4);
  EXPECT_EQ(Record(0).parts_size(), 5) << "others are untouched";
}

TEST_F(DisposalTest, ItGoesOnAfterEveryStepThatFails) {
  Order(1);
  for (int failing = 0;; ++failing) {
    int writes = 0;
    std::atomic<bool> failed = false;
    const auto fail = [&, failing]() -> absl::Status {
      if (writes++ < failing) return absl::OkStatus();
      failed = true;
      return absl::UnavailableError("killed");
    };
    // In turns before a write happens, and after it, when nobody hears of it.
    (failing % 2 == 0 ? fragile_->before : fragile_->after) = fail;
    {
      Caretaker caretaker(*fragile_, *sequencer_, NoPasses(), {});
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
      while (!failed && Stored().state() != v1::DISPOSAL_STATE_DONE && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    fragile_->before = fragile_->after = [] { return absl::OkStatus(); };
    EXPECT_THAT(Examine(), IsEmpty()) << "after " << failing << " writes";
    if (!failed) break;
    ASSERT_LT(failing, 50);
  }
  EXPECT_EQ(Stored().state(), v1::DISPOSAL_STATE_DONE);
  EXPECT_EQ(Stored().entry(), "records/3") << "one entry, however often it was tried";
  EXPECT_EQ(Record(1).parts_size(), 2);
}

TEST_F(DisposalTest, FalseErasuresAreFound) {
  Order(1);
  CarryOut(*store_);
  FileAll();
  ASSERT_THAT(Examine(), IsEmpty());
  for (const auto& [spoil, repair] :
       {std::pair{"UPDATE erasures SET entry = 0", "UPDATE erasures SET entry = 3"},
        {"UPDATE erasures SET name = 'saurce' WHERE name = 'source'",
         "UPDATE erasures SET name = 'source' WHERE name = 'saurce'"},
        {"UPDATE disposals SET state = 2", "UPDATE disposals SET state = 4"},
        {"UPDATE disposals SET create_time = create_time + 1", "UPDATE disposals SET create_time = create_time - 1"},
        {"UPDATE disposals SET digest = 'x'", ""}}) {
    Spoil(spoil);
    EXPECT_THAT(Examine(), Not(IsEmpty())) << spoil;
    if (*repair != '\0') {
      Spoil(repair);
      EXPECT_THAT(Examine(), IsEmpty()) << repair;
    }
  }
  // A part that somebody deleted, and said was erased by the entry of another record.
  Spoil("DELETE FROM fixity WHERE idx = 0");
  Spoil("DELETE FROM parts WHERE idx = 0 AND name = 'form'");
  Spoil("INSERT INTO erasures VALUES (0, 'form', 3)");
  EXPECT_THAT(Examine(), Contains(HasSubstr("标为按日志第 3 条销毁，但该条没有这样的登记")));
}

TEST_F(DisposalTest, AnEvidenceThatIsNoneIsRefused) {
  Order(1);
  CarryOut(*store_);
  const v1::GetRecordResponse good = Record(1);
  ASSERT_THAT(ErasureFaults(good, Verifier(), kOrigin), IsEmpty());
  v1::GetRecordResponse bad = good;
  bad.mutable_proof()->set_index(0);
  EXPECT_THAT(ErasureFaults(bad, Verifier(), kOrigin), Not(IsEmpty())) << "of another record";
  bad = good;
  bad.mutable_erasures(0)->add_parts("rule_set");
  EXPECT_THAT(ErasureFaults(bad, Verifier(), kOrigin), Not(IsEmpty())) << "a part that nobody named";
  bad = good;
  bad.mutable_erasures(0)->mutable_proof()->set_index(2);
  EXPECT_THAT(ErasureFaults(bad, Verifier(), kOrigin), Not(IsEmpty())) << "another place";
  v1::ArchiveEntry entry;
  ASSERT_TRUE(CanonicalDecode(good.erasures(0).entry().content(), entry).ok());
  EXPECT_EQ(FaultOfPeople(entry.disposal()), "");
  entry.mutable_disposal()->mutable_approvals(1)->mutable_actor()->set_name("乙");
  EXPECT_NE(FaultOfPeople(entry.disposal()), "") << "one person twice";
  entry.mutable_disposal()->mutable_approvals()->RemoveLast();
  EXPECT_NE(FaultOfPeople(entry.disposal()), "") << "one approval";
}

}  // namespace
}  // namespace jixiao::archiving
