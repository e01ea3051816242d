#include "scoring/rulesets/labels.h"

#include "common/errors.h"
#include "common/time.h"
#include "scoring/rulesets/annex.h"
#include "scoring/rulesets/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/scoring/support.h"

namespace jixiao::scoring {
namespace {

using evaluation::v1::SelfEvaluation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'800'000'000'000'000;
constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;

v1::Label LabelOf(std::string name, std::string region, int year, std::string digest) {
  v1::Label label;
  label.set_name(std::move(name));
  label.set_region_code(std::move(region));
  label.set_fiscal_year(year);
  label.set_digest(std::move(digest));
  return label;
}

SelfEvaluation Form(std::string region, int year) {
  SelfEvaluation form;
  form.set_region_code(std::move(region));
  form.set_fiscal_year(year);
  return form;
}

std::string Resolved(const Labels& labels, std::string_view name, std::string_view region, int year) {
  const LabelScopes* scopes = labels.Named(name);
  const v1::Label* label = scopes == nullptr ? nullptr : scopes->First(region, year);
  return label == nullptr ? "" : label->digest();
}

TEST(Labels, TheLongestRegionDecidesThenItsOwnYearBeforeYearZero) {
  const Labels labels({LabelOf("stable", "", 0, "nation"), LabelOf("stable", "", 2021, "nation-2021"),
                       LabelOf("stable", "51", 2021, "sichuan-2021"), LabelOf("stable", "5104", 0, "panzhihua"),
                       LabelOf("other", "", 0, "other")});
  EXPECT_EQ(Resolved(labels, "stable", "510403", 2021), "panzhihua") << "the region goes before the year";
  EXPECT_EQ(Resolved(labels, "stable", "510503", 2021), "sichuan-2021");
  EXPECT_EQ(Resolved(labels, "stable", "510503", 2022), "nation");
  EXPECT_EQ(Resolved(labels, "stable", "420106", 2021), "nation-2021");
  EXPECT_EQ(Resolved(labels, "stable", "", 2021), "nation-2021");
  EXPECT_EQ(Resolved(labels, "stable", "5", 0), "nation");
  EXPECT_EQ(Resolved(labels, "stable", "510403001", 2030), "panzhihua");
  EXPECT_EQ(Resolved(labels, "other", "510403", 2021), "other");
  EXPECT_EQ(Resolved(labels, "none", "510403", 2021), "");
}

TEST(Labels, AYearWithoutLabelHasNone) {
  const Labels labels({LabelOf("stable", "51", 2021, "a")});
  EXPECT_EQ(Resolved(labels, "stable", "510403", 2020), "");
  EXPECT_EQ(Resolved(labels, "stable", "510403", 0), "");
  EXPECT_EQ(Resolved(labels, "stable", "5", 2021), "");
  EXPECT_NE(labels.stable(), nullptr);
  EXPECT_EQ(labels.shadow(), nullptr);
}

TEST(Labels, NamesRegionsAndYearsAreChecked) {
  EXPECT_TRUE(ValidateLabel(LabelOf("stable", "", 0, "")).ok());
  EXPECT_TRUE(ValidateLabel(LabelOf("a-2", "510403001", 2100, "")).ok());
  for (const char* name : {"", "Stable", "稳定", "a b", "a@1", "2020", "-a", "sha256:1"})
    EXPECT_EQ(ReasonOf(ValidateLabel(LabelOf(name, "", 0, ""))), "LABEL_INVALID") << name;
  EXPECT_FALSE(ValidateLabel(LabelOf(std::string(65, 'a'), "", 0, "")).ok());
  for (const char* region : {"51x", "5104030011", " 51", "-1"})
    EXPECT_FALSE(ValidateLabel(LabelOf("stable", region, 0, "")).ok()) << region;
  for (const int year : {1, 1999, 2101, -2021})
    EXPECT_FALSE(ValidateLabel(LabelOf("stable", "", year, "")).ok()) << year;
}

// --------------------------------------------------------------------------------------------------- the catalogue

v1::RuleSet Variant(std::string id, int revision = 1) {
  v1::RuleSet set = support::RuleSetOf("cn-national-2020");
  set.set_id(std::move(id));
  set.set_revision(revision);
  return set;
}

class LabelledCatalogue : public ::testing::Test {
 protected:
  std::string DigestOf(std::string_view name) {
    for (const auto& rules : rules_)
      if (rules->source().id() + "@" + std::to_string(rules->source().revision()) == name) return rules->digest();
    ADD_FAILURE() << "no " << name;
    return {};
  }
  void Add(v1::RuleSet set) { rules_.push_back(support::Compiled(set)); }
  Catalogue Make() { return Catalogue(rules_, {}, annex_); }
  void SetLabel(std::string name, std::string region, int year, std::string_view rule_set) {
    annex_.labels.push_back(LabelOf(std::move(name), std::move(region), year, DigestOf(rule_set)));
  }

  std::vector<std::shared_ptr<const Rules>> rules_;
  Annex annex_;
};

TEST_F(LabelledCatalogue, StableDecidesForFormsThatNameNothing) {
  Add(Variant("nation"));
  Add(Variant("next"));
  rules_.back() = support::Compiled([] {
    v1::RuleSet set = Variant("next");
    set.set_default_for_scope(false);
    return set;
  }());
  SetLabel("stable", "51", 2021, "next@1");
  const Catalogue catalogue = Make();
  const Selection chosen = catalogue.Choose(Form("510403", 2021));
  ASSERT_NE(chosen.rules, nullptr);
  EXPECT_EQ(chosen.rules->source().id(), "next");
  EXPECT_THAT(chosen.selected_by, HasSubstr("标签 stable"));
  EXPECT_THAT(chosen.selected_by, HasSubstr("51"));
  EXPECT_THAT(chosen.selected_by, HasSubstr("2021"));
  const Selection other = catalogue.Choose(Form("420106", 2021));
  EXPECT_EQ(other.rules->source().id(), "nation");
  EXPECT_EQ(other.selected_by.find("标签"), std::string::npos);
}

TEST_F(LabelledCatalogue, ALabelOfARuleSetForOtherKindsIsPassedOver) {
  Add(Variant("nation"));
  Add([] {
    v1::RuleSet set = Variant("departments");
    set.add_form_kinds(evaluation::v1::FORM_KIND_DEPARTMENT);
    return set;
  }());
  Add(Variant("wide"));
  SetLabel("stable", "51", 0, "departments@1");
  SetLabel("stable", "", 0, "wide@1");
  const Catalogue catalogue = Make();
  SelfEvaluation form = Form("510403", 2021);
  EXPECT_EQ(catalogue.Choose(form).rules->source().id(), "wide") << "the next shorter region's label";
  form.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT);
  EXPECT_EQ(catalogue.Choose(form).rules->source().id(), "departments");
}

TEST_F(LabelledCatalogue, AnotherLabelIsUsedOnlyWhenNamed) {
  Add(Variant("nation"));
  Add(Variant("trial"));
  rules_.front() = support::Compiled([] {
    v1::RuleSet set = Variant("nation");
    set.set_first_fiscal_year(2021);  // wins by its later start
    return set;
  }());
  SetLabel("trial", "", 0, "trial@1");
  const Catalogue catalogue = Make();
  EXPECT_EQ(catalogue.Choose(Form("", 2021)).rules->source().id(), "nation");
  EXPECT_EQ(catalogue.ByLabel("trial", Form("", 2021)).rules->source().id(), "trial");
  EXPECT_EQ(catalogue.ByLabel("none", Form("", 2021)).rules, nullptr);
  EXPECT_EQ(catalogue.ShadowFor(Form("", 2021)), nullptr);
}

TEST_F(LabelledCatalogue, ShadowIsByScope) {
  Add(Variant("nation"));
  Add(Variant("next"));
  SetLabel("shadow", "51", 0, "next@1");
  const Catalogue catalogue = Make();
  ASSERT_NE(catalogue.ShadowFor(Form("510403", 2021)), nullptr);
  EXPECT_EQ(catalogue.ShadowFor(Form("510403", 2021))->source().id(), "next");
  EXPECT_EQ(catalogue.ShadowFor(Form("420106", 2021)), nullptr);
}

TEST_F(LabelledCatalogue, RetiredRuleSetsAreChosenOnlyByTheirFullName) {
  Add(Variant("nation", 1));
  Add(Variant("nation", 2));
  Add(Variant("nation", 3));
  annex_.retired = {DigestOf("nation@3")};
  const Catalogue catalogue = Make();
  EXPECT_EQ(catalogue.Choose(Form("", 2021)).rules->source().revision(), 2);
  EXPECT_EQ(catalogue.ById("nation")->source().revision(), 2);
  EXPECT_EQ(catalogue.ById("nation@3")->source().revision(), 3);
  EXPECT_NE(catalogue.ByDigest(DigestOf("nation@3")), nullptr);
  annex_.retired = {DigestOf("nation@1"), DigestOf("nation@2"), DigestOf("nation@3")};
  const Catalogue all = Make();
  EXPECT_EQ(all.ById("nation"), nullptr);
  EXPECT_EQ(all.Choose(Form("", 2021)).rules, nullptr);
}

TEST_F(LabelledCatalogue, ALabelWhoseRuleSetIsNotHereYetGivesItsReasonOnly) {
  Add(Variant("nation"));
  annex_.labels.push_back(LabelOf("stable", "", 0, "sha256:" + std::string(64, '0')));
  const Selection chosen = Make().Choose(Form("", 2021));
  EXPECT_EQ(chosen.rules, nullptr) << "never another one in silence";
  EXPECT_NE(chosen.selected_by, "");
}

TEST(Annex, ComesBackAsItWas) {
  Annex annex;
  EXPECT_TRUE(DecodeAnnex("")->labels.empty());
  annex.retired = {"sha256:" + std::string(64, 'a'), "sha256:" + std::string(64, 'b')};
  annex.labels = {LabelOf("stable", "51", 2021, "sha256:" + std::string(64, 'c')), LabelOf("shadow", "", 0, "x")};
  const std::string bytes = EncodeAnnex(annex);
  const auto back = DecodeAnnex(bytes);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->retired, annex.retired);
  ASSERT_EQ(back->labels.size(), 2u);
  EXPECT_EQ(back->labels[0].SerializeAsString(), annex.labels[0].SerializeAsString());
  EXPECT_EQ(EncodeAnnex(*back), bytes);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    if (const auto part = DecodeAnnex(bytes.substr(0, cut)); part.ok()) {
      EXPECT_LT(part->labels.size(), 2u) << cut;
    }
  EXPECT_EQ(ReasonOf(DecodeAnnex("garbage").status()), "ANNEX_DAMAGED");
}

// ------------------------------------------------------------------------------------------------------ the report

v1::Simulation Report(std::string digest, std::vector<int> years, std::int64_t age = kHour) {
  v1::Simulation report;
  report.set_name("simulations/1");
  report.set_to_digest(std::move(digest));
  for (const int year : years) report.add_fiscal_years(year);
  *report.mutable_create_time() = ToTimestamp(kNow - age);
  return report;
}

TEST(LabelReport, IsDemandedForTheYearsThatTheLabelDecides) {
  const Labels labels({LabelOf("stable", "51", 2020, "a"), LabelOf("shadow", "51", 2021, "a")});
  const std::vector<int> seen = {0, 2020, 2021, 2022};
  EXPECT_THAT(YearsDecided(LabelOf("stable", "51", 2021, ""), seen, labels), ElementsAre(2021));
  EXPECT_THAT(YearsDecided(LabelOf("stable", "51", 2023, ""), seen, labels), ElementsAre());
  EXPECT_THAT(YearsDecided(LabelOf("stable", "51", 0, ""), seen, labels), ElementsAre(0, 2021, 2022));
  EXPECT_THAT(YearsDecided(LabelOf("stable", "", 0, ""), seen, labels), ElementsAre(0, 2020, 2021, 2022));
}

TEST(LabelReport, MustBeFreshIntoTheSameRuleSetAndCoverTheYears) {
  const v1::Label label = LabelOf("stable", "", 2021, "sha256:b");
  const auto reason = [&](const v1::Simulation* report, const std::vector<int>& years) {
    return ReasonOf(CheckReport(label, report, years, kNow));
  };
  EXPECT_EQ(reason(nullptr, {}), "");
  EXPECT_EQ(reason(nullptr, {2021}), "REPORT_REQUIRED");
  const v1::Simulation good = Report("sha256:b", {2020, 2021});
  EXPECT_EQ(reason(&good, {2021}), "");
  EXPECT_EQ(reason(&good, {2020, 2021}), "");
  EXPECT_EQ(reason(&good, {2021, 2022}), "REPORT_REQUIRED");
  EXPECT_THAT(std::string(CheckReport(label, &good, {2021, 2022}, kNow).message()), HasSubstr("2022"));
  const v1::Simulation other = Report("sha256:c", {2021});
  EXPECT_EQ(reason(&other, {2021}), "REPORT_REQUIRED");
  EXPECT_EQ(reason(&other, {}), "REPORT_REQUIRED") << "a report that was named is a report into this rule set";
  const v1::Simulation old = Report("sha256:b", {2021}, 24 * kHour + 1);
  EXPECT_EQ(reason(&old, {2021}), "REPORT_STALE");
  const v1::Simulation just = Report("sha256:b", {2021}, 24 * kHour);
  EXPECT_EQ(reason(&just, {2021}), "");
  EXPECT_EQ(CheckReport(label, nullptr, {2021}, kNow).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace jixiao::scoring
