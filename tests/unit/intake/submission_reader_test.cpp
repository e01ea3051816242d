// The reader of submissions does what protobuf's generated code does, and keeps the form's bytes as they came.
#include "intake/api/submission_reader.h"

#include "common/form_wire.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "unit/random_messages.h"

namespace jixiao::intake {
namespace {

using testing::Damaged;
using testing::Deterministic;
using testing::Fill;
using testing::Random;

const v1::SubmitEvaluationRequest& ItemOf(const v1::SubmitEvaluationRequest& request) {
  return request;
}
const v1::SubmitEvaluationRequest& ItemOf(const v1::BatchSubmitRequest& request) {
  return request.item();
}

template <class Request>
class SubmissionReaderTest : public ::testing::Test {
 protected:
  // Whether `bytes` are read; then they are read as protobuf reads them.
  bool Reads(const std::string& bytes) {
    Request read;
    if (!ReadSubmission(bytes, read, form_)) {
      EXPECT_TRUE(form_.bytes.empty());
      EXPECT_FALSE(form_.known.plain_text);
      return false;
    }
    Request parsed;
    EXPECT_TRUE(parsed.ParseFromString(bytes));
    EXPECT_EQ(Deterministic(ItemOf(read)), Deterministic(ItemOf(parsed)));
    const auto& form = ItemOf(parsed).form();
    evaluation::v1::SelfEvaluation kept;
    EXPECT_TRUE(kept.ParseFromArray(form_.bytes.data(), static_cast<int>(form_.bytes.size())));
    EXPECT_EQ(Deterministic(kept), Deterministic(form));
    EXPECT_GE(form_.known.most_bytes, form.ByteSizeLong());
    return true;
  }

  FormAsRead form_;
};
using Requests = ::testing::Types<v1::SubmitEvaluationRequest, v1::BatchSubmitRequest>;
TYPED_TEST_SUITE(SubmissionReaderTest, Requests);

TYPED_TEST(SubmissionReaderTest, ReadsWhatProtobufWrites) {
  Random random(1);
  int read = 0;
  for (int i = 0; i < 500; ++i) {
    TypeParam request;
    Fill(request, static_cast<std::uint64_t>(i % 11), random);
    const bool stages = ItemOf(request).stages_size() > 0;  // left to protobuf
    ASSERT_EQ(this->Reads(Deterministic(request)), !stages) << request.ShortDebugString();
    read += stages ? 0 : 1;
    if (!stages) {
      EXPECT_TRUE(this->form_.known.plain_text);
    }
  }
  EXPECT_GT(read, 200);
}

TYPED_TEST(SubmissionReaderTest, ReadsDamagedBytesAsProtobufOrNotAtAll) {
  const google::protobuf::LogSilencer quiet;
  Random random(2);
  int read = 0;
  for (int i = 0; i < 20000; ++i) {
    TypeParam request;
    Fill(request, 2 + static_cast<std::uint64_t>(i % 4), random);
    read += this->Reads(Damaged(request.SerializeAsString(), random)) ? 1 : 0;
    ASSERT_FALSE(this->HasFailure());
  }
  EXPECT_GT(read, 500);
}

// Each part is a form, both together are one; the bytes of neither are.
TEST(SubmissionReader, LeavesAFormInTwoPiecesToProtobuf) {
  v1::SubmitEvaluationRequest first, second, read;
  first.mutable_form()->set_title("自评表");
  second.mutable_form()->set_grade("优");
  FormAsRead form;
  EXPECT_FALSE(ReadSubmission(first.SerializeAsString() + second.SerializeAsString(), read, form));
}

TEST(SubmissionReader, SeesControlCharacters) {
  v1::SubmitEvaluationRequest request, read;
  request.mutable_form()->add_indicators()->set_actual("已完成\x01");
  FormAsRead form;
  const std::string bytes = request.SerializeAsString();
  ASSERT_TRUE(ReadSubmission(bytes, read, form));
  EXPECT_FALSE(form.known.plain_text);
}

// What one text hides behind another would be kept without being judged or digested.
TEST(SubmissionReader, DoesNotKeepATextThatAnotherReplaces) {
  v1::SubmitEvaluationRequest request, read;
  request.mutable_form()->set_title("自评表");
  const std::string title = request.form().SerializeAsString();
  request.Clear();
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      v1::SubmitEvaluationRequest::kFormFieldNumber, title + title);
  FormAsRead form;
  EXPECT_FALSE(ReadSubmission(request.SerializeAsString(), read, form));
}

TEST(SubmissionReader, LeavesNegativeNumbersToProtobuf) {
  v1::SubmitEvaluationRequest request, read;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      v1::SubmitEvaluationRequest::kFormFieldNumber, std::string("\x08\xFF\xFF\xFF\xFF\x0F", 6));  // kind = -1
  FormAsRead form;
  EXPECT_FALSE(ReadSubmission(request.SerializeAsString(), read, form));
}

// More bytes than a form may have, in fields that say nothing: they are not kept, and the form is none the worse.
TEST(SubmissionReader, DoesNotKeepMoreThanAFormMayHave) {
  v1::SubmitEvaluationRequest request, read;
  request.mutable_form()->set_title("自评表");
  const std::string small = request.form().SerializeAsString();
  std::string padded = small;
  while (padded.size() <= kMaxFormBytes) padded.append("\x5A\x00", 2);  // an expected goal that is empty
  request.Clear();
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      v1::SubmitEvaluationRequest::kFormFieldNumber, padded);
  FormAsRead form;
  const std::string bytes = request.SerializeAsString();
  ASSERT_TRUE(ReadSubmission(bytes, read, form));
  EXPECT_EQ(read.form().SerializeAsString(), small);
  EXPECT_TRUE(form.bytes.empty());
  EXPECT_GE(form.known.most_bytes, read.form().ByteSizeLong());
}

TEST(FormWire, ReadsAFormAsProtobufOrLeavesItToIt) {
  const google::protobuf::LogSilencer quiet;
  Random random(3);
  int parsed_count = 0;
  for (int i = 0; i < 5000; ++i) {
    evaluation::v1::SelfEvaluation filled, read, parsed;
    Fill(filled, 2 + static_cast<std::uint64_t>(i % 8), random);
    Fill(read, 5, random);  // what it held before goes
    const std::string bytes = i % 4 == 0 ? filled.SerializeAsString() : Damaged(filled.SerializeAsString(), random);
    const bool parses = parsed.ParseFromString(bytes);
    ASSERT_EQ(ReadForm(bytes, read), parses);
    if (!parses) continue;
    ++parsed_count;
    ASSERT_EQ(Deterministic(read), Deterministic(parsed));
  }
  EXPECT_GT(parsed_count, 1000);
}

}  // namespace
}  // namespace jixiao::intake
