// Retention: which class a record falls into, its archival code, and when its time is over.
#include "archiving/retention/policy.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jixiao::archiving {
namespace {

using ::testing::HasSubstr;

constexpr char kPolicy[] = R"(
fonds: "0101"
category: KJ
code: "{fonds}-{category}·{year}-{class}-{number:4}"
classes:
  - {name: 10年, code: D10, years: 10}
  - {name: 30年, code: D30, years: 30}
  - {name: 永久, code: Y}
rules:
  - {id: everything-but-one, class: 永久, kinds: [project], regions: ["5104", "36"], years: {from: 2021, to: 2023},
     stages: [finance], departments: [西区委组织部, "106001"], units: [某单位], grades: [优], amount_at_least: "1000000"}
  - {id: rest, class: 10年, authority: 测试}
)";

struct Facts {
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  intake::v1::ReviewRecord review;

  Facts() {
    form.set_region_code("510403");
    form.set_fiscal_year(2022);
    form.mutable_competent_department()->set_code("106001");
    form.mutable_implementing_unit()->set_name("某单位");
    form.add_funds()->set_full_year_budget("100.00");
    card.set_grade("优");
    review.add_stages(intake::v1::REVIEW_STAGE_FINANCE);
  }
};

std::string RuleFor(const Facts& facts) {
  const auto policy = RetentionPolicy::Parse(kPolicy);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy->Decide(facts.form, facts.card, &facts.review).rule();
}

TEST(Retention, ARuleFitsWhenAllThatItNamesHolds) {
  EXPECT_EQ(RuleFor(Facts()), "everything-but-one");
  const std::vector<std::function<void(Facts&)>> changes = {
      [](Facts& f) { f.form.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT); },
      [](Facts& f) { f.form.set_region_code("510303"); },
      [](Facts& f) { f.form.set_fiscal_year(2024); },
      [](Facts& f) { f.form.set_fiscal_year(2020); },
      [](Facts& f) { f.review.set_stages(0, intake::v1::REVIEW_STAGE_DEPARTMENT); },
      [](Facts& f) { f.review.clear_stages(); },
      [](Facts& f) { f.form.mutable_competent_department()->set_code("106002"); },
      [](Facts& f) { f.form.mutable_implementing_unit()->set_name("另一单位"); },
      [](Facts& f) { f.card.set_grade("良"); },
      [](Facts& f) { f.form.mutable_funds(0)->set_full_year_budget("99.99"); },
      [](Facts& f) { f.form.mutable_funds(0)->set_full_year_budget("无"); },
      [](Facts& f) { f.form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_YUAN); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Facts facts;
    changes[i](facts);
    EXPECT_EQ(RuleFor(facts), "rest") << "change " << i;
  }
  const auto policy = RetentionPolicy::Parse(kPolicy).value();
  EXPECT_EQ(policy.Decide(Facts().form, Facts().card, nullptr).rule(), "rest") << "not reviewed";
}

// As people write them. What may be any amount is kept as long as the largest.
TEST(Retention, AmountsAreReadAsScoringReadsThem) {
  for (const std::string_view cell : {"100", "１００", " 100.00 ", "100万元", "1,000,000元", "约 200", "约１２００万元",
                                      "壹佰贰拾万元", "见附表 3", "99999999999999999999999"}) {
    Facts facts;
    facts.form.mutable_funds(0)->set_full_year_budget(std::string(cell));
    EXPECT_NE(RuleFor(facts), "rest") << cell;
  }
  for (const std::string_view cell : {"", "/", "-", "无", "0", "99万元", "999,999元"}) {
    Facts facts;
    facts.form.mutable_funds(0)->set_full_year_budget(std::string(cell));
    EXPECT_EQ(RuleFor(facts), "rest") << cell;
  }
}

TEST(Retention, TheDecisionSaysWhyAndWhatTheCodeIs) {
  const auto policy = RetentionPolicy::Parse(kPolicy).value();
  const v1::RetentionDecision decision = policy.Decide(Facts().form, Facts().card, nullptr);
  EXPECT_EQ(decision.class_name(), "10年");
  EXPECT_EQ(decision.years(), 10);
  EXPECT_EQ(decision.authority(), "测试");
  EXPECT_EQ(decision.policy_digest(), policy.digest());
  EXPECT_EQ(ArchivalCode(decision, 41), "0101-KJ·2022-D10-0042");
  EXPECT_EQ(ArchivalCode(decision, 123'455), "0101-KJ·2022-D10-123456");
  Facts hostile;
  hostile.form.mutable_implementing_unit()->set_code("{number:9}");
  EXPECT_EQ(ArchivalCode(policy.Decide(hostile.form, hostile.card, nullptr), 0), "0101-KJ·2022-D10-0001");
}

TEST(Retention, PeriodsAreCountedInBeijingTime) {
  v1::RetentionDecision decision;
  decision.set_years(10);
  decision.set_start(v1::RETENTION_START_NEXT_YEAR);
  // 2023-12-31 23:59:59 and 2024-01-01 00:00:00 in Beijing.
  constexpr std::int64_t kNewYear = 1'704'038'400'000'000;
  EXPECT_EQ(FormatShanghai(*RetentionEnd(decision, kNewYear - 1'000'000)), "2034-01-01 00:00:00");
  EXPECT_EQ(FormatShanghai(*RetentionEnd(decision, kNewYear)), "2035-01-01 00:00:00");
  decision.set_start(v1::RETENTION_START_ARCHIVE_TIME);
  EXPECT_EQ(FormatShanghai(*RetentionEnd(decision, kNewYear)), "2034-01-01 00:00:00");
  constexpr std::int64_t kLeapDay = 1'709'172'000'000'000;  // 2024-02-29 10:00:00
  EXPECT_EQ(FormatShanghai(*RetentionEnd(decision, kLeapDay)), "2034-02-28 10:00:00");
  decision.set_years(0);
  EXPECT_EQ(*RetentionEnd(decision, kLeapDay), kLeapDay);
  decision.set_permanent(true);
  EXPECT_EQ(RetentionEnd(decision, kLeapDay), std::nullopt);
}

TEST(Retention, TheShippedPolicyCanBeRead) {
  const auto parsed = RetentionPolicy::Parse(std::string(RetentionPolicy::DefaultText()));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  Facts facts;
  EXPECT_EQ(parsed->Decide(facts.form, facts.card, &facts.review).class_name(), "30年");
  EXPECT_EQ(parsed->Decide(facts.form, facts.card, nullptr).class_name(), "10年");
  facts.form.set_kind(evaluation::v1::FORM_KIND_TRANSFER_PAYMENT);
  EXPECT_TRUE(parsed->Decide(facts.form, facts.card, nullptr).permanent());
}

TEST(Retention, APolicyThatIsNoneIsRefusedWithItsLine) {
  const auto refused = [](std::string_view from, std::string_view to) {
    std::string text = kPolicy;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return RetentionPolicy::Parse(text).status();
  };
  for (const auto& [from, to] : {std::pair{"category: KJ", "categorie: KJ"},
                                 {"class: 10年", "class: 11年"},
                                 {"id: rest", "id: everything-but-one"},
                                 {"years: 30}", "years: many}"},
                                 {"years: 30}", "years: -1}"},
                                 {"code: D30", "code: D10"},
                                 {"{number:4}", "{number}"},
                                 {"{fonds}-", "{fond}-"},
                                 {"kinds: [project]", "kinds: [projects]"},
                                 {"amount_at_least: \"1000000\"", "amount_at_least: much"},
                                 {", authority: 测试}", ", grades: [优]}"},
                                 {"fonds: \"0101\"", "fonds: [1]"},
                                 {"classes:", "classes: {"}}) {
    const absl::Status status = refused(from, to);
    EXPECT_EQ(ReasonOf(status), "POLICY_INVALID") << to << ": " << status;
  }
  EXPECT_EQ(ReasonOf(RetentionPolicy::Parse("").status()), "POLICY_INVALID");
}

}  // namespace
}  // namespace jixiao::archiving
