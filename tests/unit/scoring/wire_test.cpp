// The reader of requests and the writer of answers do what protobuf's generated code does.
#include "common/cell_text.h"
#include "common/text.h"
#include "scoring/api/answer_writer.h"
#include "scoring/api/request_reader.h"

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "unit/random_messages.h"

namespace jixiao::scoring {
namespace {

using google::protobuf::Message;
using testing::Damaged;
using testing::Deterministic;
using testing::Fill;
using testing::Random;
using testing::SomeText;

struct Score {
  using Request = v1::ScoreRequest;
  static bool Read(std::string_view bytes, ScoreItem& item) { return ReadScoreRequest(bytes, item); }
};
struct ScoreBatch {
  using Request = v1::ScoreBatchRequest;
  static bool Read(std::string_view bytes, ScoreItem& item) { return ReadScoreBatchRequest(bytes, item); }
};

template <class Method>
class ReaderTest : public ::testing::Test {
 protected:
  using Request = typename Method::Request;

  // What both readers say of `bytes`, in one form.
  static std::string Content(const ScoreItem& item) {
    return item.item_id + '|' + (item.has_form ? "form" : "") + '|' + Deterministic(item.form) + '|' +
           Deterministic(item.rule_set);
  }
  static std::string ContentOf(const std::string& bytes) {
    Request request;
    EXPECT_TRUE(request.ParseFromString(bytes));
    ScoreItem item;
    TakeItem(request, item);
    return Content(item);
  }

  ScoreItem item_;  // one for all: nothing of an item may stay for the next
};
using Methods = ::testing::Types<Score, ScoreBatch>;
TYPED_TEST_SUITE(ReaderTest, Methods);

TYPED_TEST(ReaderTest, ReadsWhatProtobufWrites) {
  Random random(1);
  for (int i = 0; i < 500; ++i) {
    typename TypeParam::Request request;
    Fill(request, static_cast<std::uint64_t>(i % 11), random);
    const std::string bytes = Deterministic(request);
    ASSERT_TRUE(TypeParam::Read(bytes, this->item_)) << request.ShortDebugString();
    ASSERT_EQ(this->Content(this->item_), this->ContentOf(bytes));
    EXPECT_TRUE(this->item_.known.plain_text);
    EXPECT_GE(this->item_.known.most_bytes, request.form().ByteSizeLong());
  }
}

// Cut, flipped and doubled bytes: what is read is what protobuf reads, and what protobuf refuses is not read.
TYPED_TEST(ReaderTest, ReadsDamagedBytesAsProtobufOrNotAtAll) {
  Random random(2);
  int read_count = 0;
  for (int i = 0; i < 20000; ++i) {
    typename TypeParam::Request request;
    Fill(request, 2 + static_cast<std::uint64_t>(i % 4), random);
    const std::string bytes = Damaged(request.SerializeAsString(), random);
    if (!TypeParam::Read(bytes, this->item_)) continue;
    ++read_count;
    ASSERT_EQ(this->Content(this->item_), this->ContentOf(bytes));
    EXPECT_GE(this->item_.known.most_bytes, this->item_.form.ByteSizeLong());
  }
  EXPECT_GT(read_count, 500);
}

TYPED_TEST(ReaderTest, LeavesUnknownFieldsToProtobuf) {
  typename TypeParam::Request request;
  request.mutable_form()->set_title("自评表");
  request.mutable_form()->GetReflection()->MutableUnknownFields(request.mutable_form())->AddVarint(1000, 1);
  EXPECT_FALSE(TypeParam::Read(request.SerializeAsString(), this->item_));
}

TYPED_TEST(ReaderTest, SeesControlCharacters) {
  typename TypeParam::Request request;
  request.mutable_form()->add_indicators()->set_actual("已完成\x01");
  ASSERT_TRUE(TypeParam::Read(request.SerializeAsString(), this->item_));
  EXPECT_FALSE(this->item_.known.plain_text);
}

TYPED_TEST(ReaderTest, RefusesTextThatIsNotUtf8) {
  typename TypeParam::Request request;
  request.mutable_form()->set_title("\xE8\xB5");
  EXPECT_FALSE(TypeParam::Read(request.SerializePartialAsString(), this->item_));
}

// Fields that a later version adds must be added to the writer: this fails until they are.
TEST(AnswerWriterTest, WritesWhatProtobufWrites) {
  Random random(3);
  AnswerWriter writer;
  for (int i = 0; i < 1000; ++i) {
    v1::ScoreResponse response;
    Fill(*response.mutable_scorecard(), static_cast<std::uint64_t>(i % 11), random);
    ASSERT_EQ(writer.ScoreResponse(response.scorecard()), Deterministic(response)) << response.ShortDebugString();
    v1::ScoreBatchResponse item;
    item.set_item_id(SomeText(random));
    *item.mutable_scorecard() = response.scorecard();
    ASSERT_EQ(writer.ScoreBatchResponse(item.item_id(), item.scorecard()), Deterministic(item))
        << item.ShortDebugString();
  }
}

TEST(AnswerWriterTest, WritesAnswersLargerThanItsBuffer) {
  AnswerWriter writer;
  for (const std::size_t size : {1000u, 40'000u, 3'000'000u, 1000u}) {
    v1::ScoreResponse response;
    response.mutable_scorecard()->set_grade(std::string(size, 'g'));
    response.mutable_scorecard()->add_lines()->set_path("funds");
    response.mutable_scorecard()->mutable_rule_set()->set_revision(-1);
    EXPECT_EQ(writer.ScoreResponse(response.scorecard()), Deterministic(response));
  }
}

TEST(CellTextTest, AgreesWithIsUtf8) {
  constexpr std::string_view kPieces[] = {"a",        "10.00",        "年度资金", "𠀀",
                                          "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F", "\xED\xA0\x80",
                                          "\xF4\x90", "\xF0\x90\x80", "\x80",     "\xFF"};
  Random random(4);
  int malformed = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (std::uint64_t n = random() % 8; n > 0; --n) text += kPieces[random() % (i % 2 == 0 ? 5 : std::size(kPieces))];
    if (i % 3 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    const CellText kind = Examine(text);
    ASSERT_EQ(kind != CellText::kMalformed, IsUtf8(text)) << i;
    const char* const end = text.data() + text.size();
    if (kind != CellText::kMalformed) {
      ASSERT_EQ(kind == CellText::kControls, FindForbidden(text.data(), end) != end) << i;
    }
    malformed += kind == CellText::kMalformed;
  }
  EXPECT_GT(malformed, 10000);
}

TEST(CellTextTest, KnowsEachControlCharacterAnywhere) {
  for (int c = 0; c < 0x80; ++c) {
    const bool forbidden = (c < 0x20 && c != 7 && !(c >= 9 && c <= 13)) || c == 0x7F;
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = static_cast<char>(c);
      EXPECT_EQ(Examine(text) == CellText::kControls, forbidden) << c << " at " << at;
    }
  }
}

}  // namespace
}  // namespace jixiao::scoring
