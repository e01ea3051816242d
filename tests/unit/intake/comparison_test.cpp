#include "intake/workflow/comparison.h"

#include "common/errors.h"

#include "google/rpc/error_details.pb.h"

#include <gtest/gtest.h>

namespace jixiao::intake {
namespace {

using namespace v1;
using evaluation::v1::Scorecard;

void AddLine(Scorecard& card, const std::string& path, const std::string& weight, const std::string& declared,
             const std::string& computed) {
  auto& line = *card.add_lines();
  line.set_path(path);
  line.set_weight(weight);
  line.set_declared_score(declared);
  line.set_computed_score(computed);
}

Scorecard Card() {
  Scorecard card;
  AddLine(card, "funds", "10.00", "10.00", "6.17");
  AddLine(card, "indicators[0]", "30.00", "30.00", "29.85");
  AddLine(card, "indicators[1]", "20.00", "18.00", "");
  card.set_total_weight("60.00");
  card.set_declared_total("58.00");
  card.set_computed_total("54.02");
  card.add_adjustments()->set_points("-1.00");
  return card;
}

Review ReviewBy(const std::string& name, std::vector<LineReview> lines) {
  Review review;
  review.set_name("submissions/1/revisions/1/reviews/" + name);
  review.mutable_reviewer()->set_name(name);
  for (auto& line : lines) *review.add_lines() = std::move(line);
  return review;
}
LineReview LineOf(const std::string& path, const std::string& score, const std::string& reason = "抽查凭证") {
  LineReview line;
  line.set_path(path);
  line.set_score(score);
  line.set_reason(reason);
  return line;
}

TEST(Comparison, TotalTakesReviewedThenComputedThenDeclared) {
  EXPECT_EQ(TotalBy(ReviewBy("a", {}), Card()), "53.02");  // 6.17 + 29.85 + 18.00 − 1.00
  EXPECT_EQ(TotalBy(ReviewBy("a", {LineOf("indicators[1]", "15.5"), LineOf("funds", "6")}), Card()), "50.35");
  EXPECT_EQ(TotalBy(ReviewBy("a", {}), Scorecard()), "");
}

TEST(Comparison, EveryFaultyLineIsNamed) {
  const Review review = ReviewBy("a", {LineOf("indicators[9]", "1"), LineOf("funds", "10.01"), LineOf("funds", "-1"),
                                       LineOf("indicators[0]", "29.855"), LineOf("indicators[1]", "17", "")});
  const absl::Status status = CheckLines(review, Card());
  EXPECT_EQ(ReasonOf(status), "REVIEW_INVALID");
  google::rpc::BadRequest details;
  ASSERT_TRUE(details.ParseFromString(std::string(*status.GetPayload(std::string(kBadRequestUrl)))));
  std::vector<std::string> fields;
  for (const auto& violation : details.field_violations()) fields.push_back(violation.field());
  EXPECT_EQ(fields,
            (std::vector<std::string>{"review.lines[0].path", "review.lines[1].score", "review.lines[2].path",
                                      "review.lines[2].score", "review.lines[3].score", "review.lines[4].reason"}));
  EXPECT_TRUE(CheckLines(ReviewBy("a", {LineOf("funds", "6.17", "")}), Card()).ok()) << "agrees: no reason needed";
  EXPECT_TRUE(CheckLines(ReviewBy("a", {LineOf("funds", "10"), LineOf("indicators[1]", "18.00", "")}), Card()).ok());
}

TEST(Comparison, ShowsAllThreeWithTheirDifferences) {
  evaluation::v1::SelfEvaluation form;
  form.add_indicators()->set_level3("培训人次");
  form.add_indicators()->set_level2("满意度指标");
  Review first = ReviewBy("甲", {LineOf("funds", "9")});
  first.set_total("56.85");
  Review second = ReviewBy("乙", {LineOf("indicators[0]", "25")});
  second.set_total("49.17");
  Review again = ReviewBy("甲", {LineOf("funds", "6.5")});
  again.set_total("53.35");
  const std::vector<Review> reviews{first, second, again};
  GetReviewResponse response;
  Compare(Card(), form, reviews, response);
  ASSERT_EQ(response.reviews_size(), 2);
  EXPECT_EQ(response.reviews(0).total(), "53.35") << "the newest by the same reviewer, in the first's place";
  ASSERT_EQ(response.earlier_reviews_size(), 1);
  EXPECT_EQ(response.earlier_reviews(0).total(), "56.85");
  ASSERT_EQ(response.lines_size(), 4);
  EXPECT_EQ(response.lines(0).title(), "预算执行");
  EXPECT_EQ(response.lines(1).title(), "培训人次");
  EXPECT_EQ(response.lines(2).title(), "满意度指标");
  EXPECT_EQ(response.lines(0).computed_minus_declared(), "-3.83");
  EXPECT_EQ(response.lines(0).reviewed(0).score(), "6.5");
  EXPECT_EQ(response.lines(0).reviewed(0).minus_computed(), "0.33");
  EXPECT_EQ(response.lines(0).reviewed(0).minus_declared(), "-3.50");
  EXPECT_EQ(response.lines(0).reviewed(1).score(), "") << "left as it is";
  EXPECT_EQ(response.lines(2).computed_minus_declared(), "") << "nothing was computed";
  EXPECT_EQ(response.lines(3).path(), "total");
  EXPECT_EQ(response.lines(3).reviewed(0).minus_computed(), "-0.67");
  EXPECT_EQ(response.lines(3).reviewed(1).minus_declared(), "-8.83");
}

}  // namespace
}  // namespace jixiao::intake
