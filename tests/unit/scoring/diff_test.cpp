#include "scoring/rulesets/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/scoring/support.h"

namespace jixiao::scoring {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "field: from → to" of every change.
std::vector<std::string> Texts(const v1::RuleSet& from, const v1::RuleSet& to) {
  std::vector<std::string> out;
  for (const v1::FieldChange& change : Diff(from, to))
    out.push_back(change.field() + ": " + change.from() + " → " + change.to());
  return out;
}

v1::RuleSet National() {
  return support::RuleSetOf("cn-national-2020");
}

v1::CheckSetting& CheckNamed(v1::RuleSet& set, std::string_view code) {
  for (v1::CheckSetting& check : *set.mutable_checks())
    if (check.code() == code) return check;
  ADD_FAILURE() << "no check " << code;
  return *set.add_checks();
}

TEST(Diff, EqualRuleSetsHaveNoChange) {
  EXPECT_THAT(Texts(National(), National()), IsEmpty());
  EXPECT_THAT(Texts(v1::RuleSet(), v1::RuleSet()), IsEmpty());
}

TEST(Diff, NamesEntriesByTheirOwnKeyInTheOrderOfTheFields) {
  v1::RuleSet from = National();
  from.set_revision(1);
  v1::RuleSet to = National();
  to.set_revision(2);
  to.set_last_fiscal_year(2024);
  CheckNamed(to, "ECHO").set_severity(evaluation::v1::SEVERITY_ERROR);
  to.mutable_classes(0)->set_weight("40");
  to.mutable_grades(0)->set_at_least("85");
  to.mutable_execution()->set_rate_places(4);
  to.mutable_quantitative()->set_date(v1::SHORTFALL_METHOD_DECLARED);
  to.mutable_qualitative()->mutable_tiers(1)->set_at_least("0.5");
  EXPECT_THAT(
      Texts(from, to),
      ElementsAre("revision: 1 → 2", "last_fiscal_year: 0 → 2024", "classes[产出指标].weight: 50 → 40",
                  "execution.rate_places:  → 4", "quantitative.date: SHORTFALL_METHOD_ZERO → SHORTFALL_METHOD_DECLARED",
                  "qualitative.tiers[部分达成年度指标并具有一定效果].at_least: 0.6 → 0.5",
                  "grades[优].at_least: 90 → 85", "checks[ECHO].severity: SEVERITY_WARNING → SEVERITY_ERROR"));
}

TEST(Diff, EntriesComeAndGoWithWhatTheySay) {
  v1::RuleSet from;
  v1::RuleSet to;
  auto& check = *to.add_checks();
  check.set_code("ECHO");
  check.set_severity(evaluation::v1::SEVERITY_INFO);
  EXPECT_THAT(Texts(from, to), ElementsAre("checks[ECHO].code:  → ECHO", "checks[ECHO].severity:  → SEVERITY_INFO"));
  EXPECT_THAT(Texts(to, from), ElementsAre("checks[ECHO].code: ECHO → ", "checks[ECHO].severity: SEVERITY_INFO → "));
}

TEST(Diff, WordsGoByThemselves) {
  v1::RuleSet from;
  v1::RuleSet to;
  for (const char* word : {"无", "暂无"}) from.mutable_vocabulary()->add_fillers(word);
  for (const char* word : {"无", "/"}) to.mutable_vocabulary()->add_fillers(word);
  EXPECT_THAT(Texts(from, to), ElementsAre("vocabulary.fillers[暂无]: 暂无 → ", "vocabulary.fillers[/]:  → /"));
  from.add_form_kinds(evaluation::v1::FORM_KIND_PROJECT);
  EXPECT_EQ(Texts(from, to).front(), "form_kinds[FORM_KIND_PROJECT]: FORM_KIND_PROJECT → ");
}

TEST(Diff, EntriesWithoutAKeyGoByTheirIndex) {
  v1::RuleSet from;
  v1::RuleSet to;
  for (v1::RuleSet* set : {&from, &to}) {
    auto& band = *set->mutable_execution()->add_bands();
    band.set_at_least("0.8");
    band.set_share("0.7");
  }
  to.mutable_execution()->mutable_bands(0)->set_share("0.6");
  to.mutable_execution()->add_bands()->set_at_least("0");
  EXPECT_THAT(Texts(from, to), ElementsAre("execution.bands[0].share: 0.7 → 0.6", "execution.bands[1].at_least:  → 0"));
}

TEST(Diff, KeysThatStandTwiceAreNoKeys) {
  v1::RuleSet from;
  for (int i = 0; i < 2; ++i) from.add_grades()->set_name("优");
  v1::RuleSet to = from;
  to.mutable_grades(1)->set_at_least("80");
  EXPECT_THAT(Texts(from, to), ElementsAre("grades[1].at_least:  → 80"));
}

TEST(Diff, AnotherOrderIsAChangeOfTheList) {
  v1::RuleSet from;
  for (const char* name : {"优", "良", "中"}) from.add_grades()->set_name(name);
  v1::RuleSet to = from;
  to.mutable_grades()->SwapElements(0, 1);
  EXPECT_THAT(Texts(from, to), ElementsAre("grades: 优、良、中 → 良、优、中"));
}

TEST(Diff, APartThatIsThereButEmptyIsAChange) {
  v1::RuleSet from;
  v1::RuleSet to;
  to.mutable_satisfaction();
  EXPECT_THAT(Texts(from, to), ElementsAre("satisfaction:  → {}"));
  to.mutable_execution()->set_rate_places(0);  // given, although 0
  EXPECT_THAT(Texts(from, to), ElementsAre("execution.rate_places:  → 0", "satisfaction:  → {}"));
}

// Whatever one step of change: no change exactly when the digests are equal.
TEST(Diff, SaysNothingExactlyWhenTheDigestsAreEqual) {
  std::vector<v1::RuleSet> sets;
  for (const char* id : {"cn-national-2016", "cn-national-2020", "cn-national-2021", "cn-national-2021-cost"})
    sets.push_back(support::RuleSetOf(id));
  sets.push_back(National());
  sets.back().mutable_checks()->SwapElements(0, 3);
  sets.push_back(National());
  sets.back().mutable_vocabulary()->mutable_fillers()->SwapElements(0, 1);
  sets.push_back(National());
  sets.back().add_cases()->set_name("例一");
  for (const v1::RuleSet& a : sets)
    for (const v1::RuleSet& b : sets)
      EXPECT_EQ(Diff(a, b).empty(), *CanonicalDigest(a) == *CanonicalDigest(b)) << a.id() << " " << b.id();
}

}  // namespace
}  // namespace jixiao::scoring
