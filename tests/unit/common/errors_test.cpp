#include "common/errors.h"

#include "common/text.h"

#include "google/rpc/error_details.pb.h"

#include <gtest/gtest.h>

namespace jixiao {
namespace {

constexpr std::size_t kDetailsLimit = 4096;

google::rpc::ErrorInfo InfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(info.ParseFromString(std::string(status.GetPayload(std::string(kErrorInfoUrl)).value())));
  return info;
}

google::rpc::BadRequest BadRequestOf(const absl::Status& status) {
  google::rpc::BadRequest details;
  EXPECT_TRUE(details.ParseFromString(std::string(status.GetPayload(std::string(kBadRequestUrl)).value())));
  return details;
}

std::size_t DetailsSize(const absl::Status& status) {
  std::size_t size = status.message().size();
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { size += url.size() + payload.size() + 16; });
  return size;
}

TEST(Errors, CarryOneReasonOfTheDomain) {
  const absl::Status status =
      Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND", "no such rule set", {{"id", "x"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(status), "RULE_SET_NOT_FOUND");
  EXPECT_EQ(InfoOf(status).domain(), "jixiao");
  EXPECT_EQ(InfoOf(status).metadata().at("id"), "x");
}

TEST(Errors, DetailsStayUnderFourKibibytesForAnyNumberOfViolations) {
  for (const int count : {0, 1, 2, 7, 50, 500, 10'000}) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{30}, std::size_t{5'000}}) {
      std::vector<FieldViolation> violations;
      for (int i = 0; i < count; ++i)
        violations.push_back(
            {Cat("form.indicators[", i, "].weight", std::string(length, 'p')), std::string(length, 'd') + "中"});
      const absl::Status status = InvalidFields("FORM_INVALID", "the form cannot be taken in", violations);
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_LT(DetailsSize(status), kDetailsLimit) << count << " violations of " << length << " bytes";
      const int shown = BadRequestOf(status).field_violations_size();
      EXPECT_EQ(InfoOf(status).metadata().at("violations_omitted"), Cat(count - shown));
      EXPECT_TRUE(count == 0 || shown > 0);
    }
  }
}

TEST(Errors, AreCutBetweenCharacters) {
  const absl::Status status = InvalidField("FORM_INVALID", "form", std::string(319, 'x') + "中文");
  EXPECT_TRUE(IsUtf8(BadRequestOf(status).field_violations(0).description()));
  EXPECT_TRUE(IsUtf8(std::string(status.message())));
}

TEST(Errors, SayWhenToTryAgain) {
  const absl::Status status =
      TryAgain(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "full", std::chrono::milliseconds(1250));
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(retry.ParseFromString(std::string(status.GetPayload(std::string(kRetryInfoUrl)).value())));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 250'000'000);
}

TEST(Text, RefusesWhatIsNotUtf8) {
  EXPECT_TRUE(IsUtf8("绩效 ≥50个 😀"));
  for (const std::string_view bad :
       {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xE4\xB8", "a\x80"})
    EXPECT_FALSE(IsUtf8(bad));
}

TEST(Text, CountsTerminalColumns) {
  EXPECT_EQ(DisplayWidth("绩效a1"), 6u);
  EXPECT_EQ(DisplayWidth("（）"), 4u);
}

}  // namespace
}  // namespace jixiao
