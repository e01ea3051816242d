#include "intake/season/receipt.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/time.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "unit/temporary_folder.h"

namespace jixiao::season {
namespace {

using archiving::log::Signer;
using archiving::log::Verifier;
using ::testing::HasSubstr;

class ReceiptTest : public ::testing::Test {
 protected:
  static intake::v1::Reservation Made() {
    intake::v1::Reservation reservation;
    reservation.set_name("reservations/0193");
    reservation.set_campaign("campaigns/2025");
    reservation.set_form_digest(DigestOf("form"));
    reservation.mutable_unit()->set_name("区教育局");
    reservation.mutable_unit()->set_code("101");
    *reservation.mutable_reserve_time() = ToTimestamp(1'774'972'798'123'456);
    *reservation.mutable_due_time() = ToTimestamp(1'774'972'799'999'999);
    *reservation.mutable_content_due_time() = ToTimestamp(1'775'404'799'999'999);
    return reservation;
  }

  TemporaryFolder folder_;
  Signer signer_ = Signer::LoadOrCreate(folder_ / "receipts.key", "test.receipts").value();
  Verifier verifier_ = Verifier::Parse(signer_.VerifierKey()).value();
};

TEST_F(ReceiptTest, TellsWhatWasReserved) {
  const std::string note = signer_.SignNote(ReceiptText(Made()).value());
  EXPECT_THAT(note, HasSubstr("\ntime: 2026-03-31T15:59:58.123456Z\nclock: system clock of the intake server"));
  const auto read = OpenReceipt(note, verifier_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), Made().SerializeAsString());
  intake::v1::Reservation bare = Made();
  bare.mutable_unit()->clear_code();
  bare.clear_content_due_time();
  EXPECT_EQ(OpenReceipt(signer_.SignNote(ReceiptText(bare).value()), verifier_)->SerializeAsString(),
            bare.SerializeAsString());
}

TEST_F(ReceiptTest, AnyOtherByteFails) {
  const std::string note = signer_.SignNote(ReceiptText(Made()).value());
  for (std::size_t i = 0; i < note.size(); ++i) {
    std::string other = note;
    other[i] = other[i] == '7' ? '8' : '7';
    EXPECT_FALSE(OpenReceipt(other, verifier_).ok()) << "byte " << i;
  }
}

TEST_F(ReceiptTest, OtherKeysAndOtherNotesAreNoReceipts) {
  const Signer other = Signer::LoadOrCreate(folder_ / "other.key", "test.receipts").value();
  EXPECT_EQ(OpenReceipt(other.SignNote(ReceiptText(Made()).value()), verifier_).status().code(),
            absl::StatusCode::kUnauthenticated);
  const std::string text = ReceiptText(Made()).value();
  for (const std::string& forged :
       {std::string("jixiao-reservation-v2\n"), text + "time: 2026-03-31T15:59:58.123456Z\n", text + "extra: 1\n",
        std::string("example\n1\nabc\n"), "jixiao-reservation-v1\ntime: 2026-13-31T15:59:58.123456Z\n" + text})
    EXPECT_EQ(ReasonOf(OpenReceipt(signer_.SignNote(forged), verifier_).status()), "RECEIPT_INVALID") << forged;
}

TEST_F(ReceiptTest, NamesCannotForgeLines) {
  intake::v1::Reservation reservation = Made();
  reservation.mutable_unit()->set_name("教育局\ntime: 2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(ReasonOf(ReceiptText(reservation).status()), "RESERVATION_INVALID");
}

TEST_F(ReceiptTest, KeyIsTheOwnersAlone) {
  struct stat info {};
  ASSERT_EQ(stat((folder_ / "receipts.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace jixiao::season
