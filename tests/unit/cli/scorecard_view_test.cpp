// What people read of a scorecard.
#include "cli/scorecard_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace jixiao::cli {
namespace {

using evaluation::v1::Scorecard;
using ::testing::HasSubstr;
using ::testing::Not;

Scorecard Card(evaluation::v1::ScoreKind kind) {
  Scorecard card;
  card.set_kind(kind);
  card.mutable_rule_set()->set_id("rules");
  if (kind != evaluation::v1::SCORE_KIND_NOT_SCORABLE) {
    card.set_computed_total("88.50");
    card.set_total_weight("100.00");
  }
  auto& line = *card.add_lines();
  line.set_path("indicators[1]");
  line.set_weight("30.00");
  line.set_computed_score("28.50");
  line.set_explanation("28.50 的算法");
  return card;
}

std::string Print(const Scorecard& card, const evaluation::v1::SelfEvaluation* form = nullptr, bool explain = false) {
  std::ostringstream out;
  PrintScorecard(card, form, explain, out);
  return out.str();
}

TEST(ScorecardView, TotalSaysWhatItIs) {
  EXPECT_EQ(TotalOf(Card(evaluation::v1::SCORE_KIND_SCORED)), "88.50");
  EXPECT_EQ(TotalOf(Card(evaluation::v1::SCORE_KIND_REFERENCE)), "参考 88.50");
  EXPECT_EQ(TotalOf(Card(evaluation::v1::SCORE_KIND_NOT_SCORABLE)), "不可评分");
}

TEST(ScorecardView, ReferenceIsMarkedInHeadAndColumns) {
  const std::string scored = Print(Card(evaluation::v1::SCORE_KIND_SCORED));
  EXPECT_THAT(scored, HasSubstr("核算总分  88.50 / 100.00"));
  EXPECT_THAT(scored, Not(HasSubstr("参考")));
  const std::string reference = Print(Card(evaluation::v1::SCORE_KIND_REFERENCE));
  EXPECT_THAT(reference, HasSubstr("参考总分  88.50 / 100.00"));
  EXPECT_THAT(reference, HasSubstr("参考分值"));
  EXPECT_THAT(reference, HasSubstr("参考得分"));
  EXPECT_THAT(reference, Not(HasSubstr("核算")));
}

TEST(ScorecardView, WhatCannotBeScoredHasNoTotal) {
  const std::string text = Print(Card(evaluation::v1::SCORE_KIND_NOT_SCORABLE));
  EXPECT_THAT(text, HasSubstr("不可评分"));
  EXPECT_THAT(text, Not(HasSubstr("总分  ")));
  EXPECT_THAT(text, Not(HasSubstr("依据分值")));
}

TEST(ScorecardView, AdjustmentsStandBetweenLinesAndFindings) {
  Scorecard card = Card(evaluation::v1::SCORE_KIND_SCORED);
  EXPECT_THAT(Print(card), Not(HasSubstr("调整")));
  auto& adjustment = *card.add_adjustments();
  adjustment.set_method("TOTAL_CAP");
  adjustment.set_points("-3.50");
  adjustment.set_explanation("执行率 65.00%，总分不超过 79 分");
  card.add_findings()->set_message("有矛盾");
  const std::string text = Print(card);
  const std::size_t line = text.find("28.50");
  const std::size_t method = text.find("TOTAL_CAP");
  const std::size_t points = text.find("-3.50");
  const std::size_t why = text.find("执行率 65.00%，总分不超过 79 分");
  const std::size_t finding = text.find("有矛盾");
  ASSERT_NE(finding, std::string::npos) << text;
  EXPECT_LT(line, method) << text;
  EXPECT_LT(method, points) << text;
  EXPECT_LT(points, why) << text;
  EXPECT_LT(why, finding) << text;
}

TEST(ScorecardView, LinesHaveTheNamesOfTheForm) {
  const Scorecard card = Card(evaluation::v1::SCORE_KIND_SCORED);
  EXPECT_THAT(Print(card), HasSubstr("第 2 项指标")) << "without the form";
  evaluation::v1::SelfEvaluation form;
  form.add_indicators();
  form.add_indicators()->set_level1("产出指标");
  EXPECT_THAT(Print(card, &form), HasSubstr("产出指标"));
  form.mutable_indicators(1)->set_level3("培训人次");
  EXPECT_THAT(Print(card, &form, true), HasSubstr("· 培训人次：28.50 的算法"));
}

TEST(ScorecardView, PlacesAreReadByPeople) {
  EXPECT_EQ(PlaceOf("indicators[3].actual"), "第 4 项指标·实际完成值");
  EXPECT_EQ(PlaceOf("funds[0].execution_rate"), "第 1 行资金·执行率");
  EXPECT_EQ(PlaceOf("total_score"), "总分");
  EXPECT_EQ(PlaceOf("report[1].text"), "第 2 段报告·正文");
  for (const char* odd : {"", "nothing", "indicators[x].actual", "indicators[1", "indicators[1]x", "indicators[-1]",
                          "indicators[1].nothing", "nothing[1]"})
    EXPECT_EQ(PlaceOf(odd), odd);
}

}  // namespace
}  // namespace jixiao::cli
