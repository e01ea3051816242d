#include "scoring/rulesets/catalogue.h"

#include <gtest/gtest.h>

#include "unit/scoring/support.h"

namespace jixiao::scoring {
namespace {

using evaluation::v1::SelfEvaluation;

v1::RuleSet Regional(std::string id, std::string region, int first, int last, int revision = 1) {
  v1::RuleSet set = support::RuleSetOf("cn-national-2020");
  set.set_id(std::move(id));
  set.set_region_code(std::move(region));
  set.set_first_fiscal_year(first);
  set.set_last_fiscal_year(last);
  set.set_revision(revision);
  return set;
}

Catalogue Make(const std::vector<v1::RuleSet>& sets) {
  std::vector<std::shared_ptr<const Rules>> all;
  for (const v1::RuleSet& set : sets) all.push_back(Rules::Compile(set).value());
  return Catalogue(all);
}

SelfEvaluation Form(std::string region, int year) {
  SelfEvaluation form;
  form.set_region_code(std::move(region));
  form.set_fiscal_year(year);
  return form;
}

const Catalogue& Sample() {
  static const Catalogue catalogue =
      Make({Regional("nation-old", "", 2016, 2019), Regional("nation", "", 2020, 0), Regional("hubei", "42", 2020, 0),
            Regional("wuhan", "4201", 2021, 2022), Regional("nation", "", 2020, 0, 2)});
  return catalogue;
}

std::string Chosen(std::string region, int year) {
  const Selection selection = Sample().ForForm(Form(std::move(region), year));
  return selection.rules == nullptr ? "" : selection.rules->source().id();
}

TEST(Catalogue, TakesTheLongestRegionThatCoversTheYear) {
  EXPECT_EQ(Chosen("420106", 2021), "wuhan");
  EXPECT_EQ(Chosen("420106", 2023), "hubei");
  EXPECT_EQ(Chosen("420500", 2021), "hubei");
  EXPECT_EQ(Chosen("510403", 2021), "nation");
  EXPECT_EQ(Chosen("", 2021), "nation");
}

TEST(Catalogue, BoundaryYearsBelongToOneRuleSet) {
  EXPECT_EQ(Chosen("", 2016), "nation-old");
  EXPECT_EQ(Chosen("", 2019), "nation-old");
  EXPECT_EQ(Chosen("", 2020), "nation");
}

TEST(Catalogue, AFormWithoutAYearGetsTodaysRules) {
  EXPECT_EQ(Chosen("", 0), "nation");
}

TEST(Catalogue, AYearThatNothingCoversGetsTheNearestAndSaysSo) {
  const Selection selection = Sample().ForForm(Form("", 2014));
  ASSERT_NE(selection.rules, nullptr);
  EXPECT_EQ(selection.rules->source().id(), "nation-old");
  EXPECT_NE(selection.selected_by.find("没有对应规则"), std::string::npos);
  EXPECT_EQ(Sample().ForForm(Form("", 2018)).selected_by.find("没有对应规则"), std::string::npos);
}

// ------------------------------------------------------------------------------------------------------ as it ships

std::string Shipped(std::string region, int year, evaluation::v1::FormKind kind = evaluation::v1::FORM_KIND_PROJECT) {
  static const Catalogue catalogue = [] {
    std::vector<v1::RuleSet> sets;
    for (const std::string_view id : support::kRuleSets) sets.push_back(support::RuleSetOf(id));
    return Make(sets);
  }();
  SelfEvaluation form = Form(std::move(region), year);
  form.set_kind(kind);
  const Selection selection = catalogue.ForForm(form);
  return selection.rules == nullptr ? "" : selection.rules->source().id();
}

TEST(ShippedCatalogue, ChoosesByRegionAndYear) {
  EXPECT_EQ(Shipped("420100", 2022), "cn-42-hubei");
  EXPECT_EQ(Shipped("420106003", 2020), "cn-42-hubei");
  EXPECT_EQ(Shipped("360103", 2017), "cn-36-jiangxi-2017");
  EXPECT_EQ(Shipped("360000", 2018), "cn-36-jiangxi-2017");
  EXPECT_EQ(Shipped("360103", 2019), "cn-36-jiangxi-2017");
  EXPECT_EQ(Shipped("360103", 2020), "cn-36-jiangxi");
  EXPECT_EQ(Shipped("360103", 2022), "cn-36-jiangxi");
  EXPECT_EQ(Shipped("510923", 2023), "cn-51-sichuan-2023");
  EXPECT_EQ(Shipped("330100", 2023), "cn-33-zhejiang");
  EXPECT_EQ(Shipped("341700", 2022), "cn-34-anhui");
  EXPECT_EQ(Shipped("451000", 2021), "cn-45-guangxi");
  EXPECT_EQ(Shipped("140000", 2024), "cn-14-shanxi");
  EXPECT_EQ(Shipped("131000", 2023), "cn-13-hebei");
  EXPECT_EQ(Shipped("120101", 2024), "cn-12-tianjin");
}

TEST(ShippedCatalogue, TakesTheNationalRulesWhereNothingElseIsKnown) {
  EXPECT_EQ(Shipped("530000", 2022), "cn-national-2020");  // no rules of its own
  EXPECT_EQ(Shipped("999999", 2022), "cn-national-2020");
  EXPECT_EQ(Shipped("", 2022), "cn-national-2020");
  EXPECT_EQ(Shipped("", 0), "cn-national-2020");
  EXPECT_EQ(Shipped("", 2019), "cn-national-2016");
  // Years before those that are known of a region.
  EXPECT_EQ(Shipped("510403", 2021), "cn-national-2020");
  EXPECT_EQ(Shipped("330100", 2022), "cn-national-2020");
  EXPECT_EQ(Shipped("360103", 2016), "cn-national-2016");
  EXPECT_EQ(Shipped("420100", 2019), "cn-national-2016");
  // Kinds of forms that a region's form is not.
  EXPECT_EQ(Shipped("420100", 2022, evaluation::v1::FORM_KIND_DEPARTMENT), "cn-national-2020");
  EXPECT_EQ(Shipped("510923", 2023, evaluation::v1::FORM_KIND_TRANSFER_PAYMENT), "cn-national-2020");
}

TEST(ShippedCatalogue, NeverChoosesWhatIsOnlyForThoseWhoNameIt) {
  for (const std::string_view id : {"cn-grades-80", "cn-manual-2022-capped-total", "cn-51-sichuan-old-project",
                                    "cn-51-sichuan-old-department", "cn-national-2021", "cn-national-2021-cost",
                                    "cn-national-2021-no-satisfaction", "cn-national-2021-cost-no-satisfaction"})
    EXPECT_FALSE(support::RuleSetOf(id).default_for_scope()) << id;
}

TEST(ShippedCatalogue, EverySetSaysWhereItComesFrom) {
  for (const std::string_view id : support::kRuleSets) {
    const v1::RuleSet set = support::RuleSetOf(id);
    for (const v1::Authority& authority : set.authority()) {
      EXPECT_FALSE(authority.instrument().empty()) << id;
      EXPECT_NE(authority.reliability(), v1::RELIABILITY_UNSPECIFIED) << id;
      EXPECT_FALSE(authority.note().empty()) << id;
    }
    for (const std::string& text :
         {set.execution().authority(), set.quantitative().authority(), set.qualitative().authority()})
      EXPECT_FALSE(text.empty()) << id;
  }
}

TEST(Catalogue, FindsByIdRevisionAndDigest) {
  EXPECT_EQ(Sample().ById("nation")->source().revision(), 2);
  EXPECT_EQ(Sample().ById("nation@1")->source().revision(), 1);
  for (const char* bad : {"nation@3", "nation@", "nation@x", "nati", "nation-", ""})
    EXPECT_EQ(Sample().ById(bad), nullptr) << bad;
  const auto hubei = Sample().ById("hubei");
  EXPECT_EQ(Sample().ByDigest(hubei->digest()), hubei);
  EXPECT_EQ(Sample().ByDigest("sha256:0"), nullptr);
}

// Whoever has the bytes of a rule set can have it by its digest; chosen is only what was published.
TEST(Catalogue, UnlistedAreFoundByDigestOnly) {
  const auto nation = Rules::Compile(Regional("nation", "", 2020, 0)).value();
  const auto hubei = Rules::Compile(Regional("hubei", "42", 2020, 0)).value();
  const auto newer = Rules::Compile(Regional("nation", "", 2020, 0, 2)).value();
  const Catalogue catalogue({nation}, {hubei, newer, nation});
  EXPECT_EQ(catalogue.ByDigest(hubei->digest()), hubei);
  EXPECT_EQ(catalogue.ById("hubei"), nullptr);
  EXPECT_EQ(catalogue.ById("hubei@1"), nullptr);
  EXPECT_EQ(catalogue.ById("nation"), nation);
  EXPECT_EQ(catalogue.ForForm(Form("420106", 2021)).rules, nation);
  EXPECT_EQ(catalogue.All(), std::vector{nation});
}

}  // namespace
}  // namespace jixiao::scoring
