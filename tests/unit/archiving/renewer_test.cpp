// Hash renewal over the real store: in steps, cut off anywhere, proven by nothing but the new hash function.
#include "archiving/sequencing/renewer.h"

#include "archiving/inspection/epoch_check.h"
#include "archiving/record/renewal.h"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <thread>

#include "unit/archiving/support.h"

namespace jixiao::archiving {
namespace {

using namespace support;
using absl::StatusCode;
using ::testing::IsEmpty;
using ::testing::Not;

class ArchiveRenewal : public ArchiveTest {
 protected:
  void SetUp() override {
    ArchiveTest::SetUp();
    Start();
  }

  Renewer Make() { return Renewer(*fragile_, Key(), kOrigin); }
  // The rest of the newest epoch.
  Renewal Finish(std::int64_t limit = 3) {
    absl::StatusOr<Renewal> state = Make().State();
    while (state.ok() && state->remaining > 0) state = Make().Step(std::nullopt, limit);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.value_or(Renewal());
  }

  struct Proven {
    StoredRecord record;
    std::vector<Part> parts;
    std::vector<v1::RenewalProof> proofs;
  };
  Proven Prove(std::int64_t index) {
    Proven proven;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      ASSIGN_OR_RETURN(proven.proofs, RenewalProofs(archive, index));
      ASSIGN_OR_RETURN(proven.parts, archive.Parts(index));
      ASSIGN_OR_RETURN(const auto record, archive.Record(index));
      proven.record = *record;
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return proven;
  }
  std::vector<std::string> FaultsOf(const v1::RenewalProof& proof, const Proven& proven) {
    return CheckRenewal(proof, proven.record.index, proven.record.leaf, proven.parts, Verifier(), kOrigin).faults;
  }
  std::vector<std::string> Examine() {
    std::vector<std::string> faults;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      ASSIGN_OR_RETURN(faults, EpochFaults(archive, Verifier(), kOrigin, 100));
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return faults;
  }
};

TEST_F(ArchiveRenewal, EveryRecordIsProvenInEveryEpoch) {
  AppendEach(11);
  ASSERT_EQ(Make().Step(std::nullopt, 3).status().code(), StatusCode::kFailedPrecondition);
  const auto begun = Make().Step(log::TreeHash::kSm3, 3);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->epoch, 1);
  EXPECT_EQ(begun->renewed, 3);
  EXPECT_EQ(begun->remaining, 8);
  EXPECT_EQ(Prove(2).proofs.size(), 1u);
  EXPECT_EQ(Prove(3).proofs.size(), 0u) << "not yet";
  AppendEach(2);
  EXPECT_EQ(Finish().renewed, 13) << "what came meanwhile too";
  EXPECT_EQ(Make().Step(log::TreeHash::kSm3, 3)->epoch, 1) << "the same function goes on with the same epoch";
  ASSERT_TRUE(Make().Step(log::TreeHash::kSha3, 5).ok());
  EXPECT_EQ(Finish().epoch, 2);
  for (std::int64_t index = 0; index < 13; ++index) {
    const Proven proven = Prove(index);
    ASSERT_EQ(proven.proofs.size(), 2u);
    for (const auto& proof : proven.proofs) EXPECT_THAT(FaultsOf(proof, proven), IsEmpty());
    v1::EpochDocument document;
    ASSERT_TRUE(CanonicalDecode(proven.proofs[1].document(), document).ok());
    EXPECT_EQ(document.number(), 2);
    EXPECT_EQ(log::OpenCheckpoint(document.checkpoint(), Verifier(), kOrigin)->size, 13);
    EXPECT_EQ(log::OpenCheckpoint(document.previous_checkpoint(), Verifier(), EpochOrigin(kOrigin, 1))->size, 14)
        << "the epoch before, with its document";
  }
  EXPECT_THAT(Examine(), IsEmpty());
}

TEST_F(ArchiveRenewal, EverySpoiltProofIsRefused) {
  AppendEach(6);
  ASSERT_TRUE(Make().Step(log::TreeHash::kSm3, 100).ok());
  const Proven proven = Prove(3);
  const auto refused = [&](const std::function<void(v1::RenewalProof&)>& spoil) {
    v1::RenewalProof proof = proven.proofs.at(0);
    spoil(proof);
    EXPECT_THAT(FaultsOf(proof, proven), Not(IsEmpty()));
  };
  const auto flip = [](std::string& bytes, std::size_t at) { bytes[at] = static_cast<char>(bytes[at] ^ 1); };
  for (std::size_t i = 0; i < proven.proofs[0].document().size(); i += 5)
    refused([&](v1::RenewalProof& proof) { flip(*proof.mutable_document(), i); });
  for (std::size_t i = 0; i < proven.proofs[0].entry().size(); i += 5)
    refused([&](v1::RenewalProof& proof) { flip(*proof.mutable_entry(), i); });
  refused([&](v1::RenewalProof& proof) { flip(*proof.mutable_entry_path(1), 7); });
  refused([&](v1::RenewalProof& proof) { flip(*proof.mutable_document_path(0), 7); });
  refused([&](v1::RenewalProof& proof) { proof.mutable_entry_path()->RemoveLast(); });
  refused([&](v1::RenewalProof& proof) { flip(*proof.mutable_checkpoint(), 40); });
  Proven other = proven;
  other.parts.front().content += " ";
  EXPECT_THAT(FaultsOf(proven.proofs[0], other), Not(IsEmpty())) << "other contents";
  other = proven;
  other.record.leaf += " ";
  EXPECT_THAT(FaultsOf(proven.proofs[0], other), Not(IsEmpty())) << "another leaf";
  other = Prove(4);
  EXPECT_THAT(FaultsOf(proven.proofs[0], other), Not(IsEmpty())) << "another record";
}

// What was erased after its renewal leaves the others provable.
TEST_F(ArchiveRenewal, AnErasedPartLeavesTheOthersProven) {
  AppendEach(3);
  ASSERT_TRUE(Make().Step(log::TreeHash::kSha512, 100).ok());
  Proven proven = Prove(1);
  proven.parts.front().content.clear();
  proven.parts.front().salt.clear();
  EXPECT_THAT(FaultsOf(proven.proofs.at(0), proven), IsEmpty());
}

TEST_F(ArchiveRenewal, AFailedStepLosesNothing) {
  AppendEach(9);
  for (const bool committed : {false, true}) {
    std::atomic<int> failures{1};
    (committed ? fragile_->after : fragile_->before) = [&] {
      return failures-- > 0 ? absl::UnavailableError("not now") : absl::OkStatus();
    };
    EXPECT_EQ(Make().Step(log::TreeHash::kSm3, 2).status().code(), StatusCode::kUnavailable);
    fragile_->before = fragile_->after = [] { return absl::OkStatus(); };
    RestartAll();
    ASSERT_TRUE(Make().Step(log::TreeHash::kSm3, 2).ok());
  }
  EXPECT_EQ(Finish(2).renewed, 9);
  EXPECT_EQ(Make().State()->epoch, 1);
  EXPECT_THAT(Examine(), IsEmpty());
}

TEST_F(ArchiveRenewal, ReplicasTakeTurns) {
  AppendEach(12);
  Renewer one = Make();
  Renewer other = Make();
  ASSERT_TRUE(one.Step(log::TreeHash::kSm3, 1).ok());
  std::vector<std::thread> threads;
  for (Renewer* renewer : {&one, &other, &one, &other})
    threads.emplace_back([renewer] {
      while (true) {
        const auto state = renewer->Step(log::TreeHash::kSm3, 2);
        ASSERT_TRUE(state.ok()) << state.status();
        if (state->remaining == 0) return;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(one.State()->renewed, 12);
  EXPECT_THAT(Examine(), IsEmpty());
}

TEST_F(ArchiveRenewal, SignsNothingOverDamageAndFindsIt) {
  AppendEach(4);
  ASSERT_TRUE(Make().Step(log::TreeHash::kSm3, 2).ok());
  const char* const kDamage[] = {"UPDATE epoch_entries SET entry = (SELECT document FROM epochs) WHERE idx = 1",
                                 "UPDATE epoch_nodes SET hash = (SELECT hash FROM epoch_nodes WHERE level = 0 AND idx "
                                 "= 1) WHERE level = 1 AND idx = 0",
                                 "UPDATE epoch_heads SET note = replace(note, 'sm3', 'sm4') WHERE size = 3",
                                 "UPDATE epochs SET hash_function = 'sha256'"};
  for (const char* damage : kDamage) {
    SCOPED_TRACE(damage);
    Spoil(damage);
    EXPECT_THAT(Examine(), Not(IsEmpty()));
  }
  EXPECT_EQ(Make().Step(std::nullopt, 1).status().code(), StatusCode::kDataLoss);
}

TEST_F(ArchiveRenewal, ADamagedRecordIsNotMadeTrue) {
  AppendEach(4);
  Spoil("UPDATE parts SET media_type = 'text/plain' WHERE idx = 2 AND name = 'form'");
  ASSERT_TRUE(Make().Step(log::TreeHash::kSm3, 2).ok());
  const absl::Status status = Make().Step(std::nullopt, 2).status();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(status), "ARCHIVE_DAMAGED");
  EXPECT_EQ(Make().State()->renewed, 2);
}

}  // namespace
}  // namespace jixiao::archiving
