// Rule sets: what Compile refuses, what it makes of the words, and how the YAML files are read.
#include "common/canonical.h"
#include "common/errors.h"

#include "google/rpc/error_details.pb.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support.h"

namespace jixiao::scoring {
namespace {

using namespace support;
using v1::RuleSet;

// The fields that an error names.
std::vector<std::string> FieldsOf(const absl::Status& status) {
  google::rpc::BadRequest details;
  const auto payload = status.GetPayload(std::string(kBadRequestUrl));
  EXPECT_TRUE(payload && details.ParseFromString(std::string(*payload))) << status;
  std::vector<std::string> fields;
  for (const auto& violation : details.field_violations()) fields.push_back(violation.field());
  return fields;
}

// ------------------------------------------------------------------------------------------------------------- Compile

TEST(Rules, EveryShippedRuleSetCompiles) {
  for (const std::string_view id : kRuleSets) {
    const auto rules = Rules::Compile(RuleSetOf(id));
    ASSERT_TRUE(rules.ok()) << id << ": " << rules.status();
    EXPECT_EQ((*rules)->source().id(), id);
    EXPECT_EQ((*rules)->digest(), CanonicalDigest(RuleSetOf(id)).value());
  }
}

struct Broken {
  std::string_view field;
  void (*with)(RuleSet&);
};

TEST(Rules, EachKindOfBrokenRuleSetIsRefusedByTheNameOfItsField) {
  const Broken cases[] = {
      {"id", [](RuleSet& r) { r.clear_id(); }},
      {"id", [](RuleSet& r) { r.set_id("CN-National"); }},
      {"id", [](RuleSet& r) { r.set_id("全国"); }},
      {"id", [](RuleSet& r) { r.set_id(std::string(65, 'a')); }},
      {"revision", [](RuleSet& r) { r.set_revision(0); }},
      {"revision", [](RuleSet& r) { r.set_revision(-1); }},
      {"title", [](RuleSet& r) { r.clear_title(); }},
      {"authority", [](RuleSet& r) { r.clear_authority(); }},
      {"last_fiscal_year", [](RuleSet& r) { r.set_last_fiscal_year(r.first_fiscal_year() - 1); }},
      {"total_weight", [](RuleSet& r) { r.set_total_weight(""); }},
      {"total_weight", [](RuleSet& r) { r.set_total_weight("百分"); }},
      {"total_weight", [](RuleSet& r) { r.set_total_weight("0"); }},
      {"total_weight", [](RuleSet& r) { r.set_total_weight("1000.01"); }},
      {"total_weight", [](RuleSet& r) { r.set_total_weight("100.001"); }},
      {"execution.weight", [](RuleSet& r) { r.mutable_execution()->set_weight("-1"); }},
      {"execution.weight", [](RuleSet& r) { r.mutable_execution()->set_weight("101"); }},
      {"execution.weight", [](RuleSet& r) { r.clear_execution(); }},
      {"execution.method", [](RuleSet& r) { r.mutable_execution()->clear_method(); }},
      {"execution.bands", [](RuleSet& r) { r.mutable_execution()->set_method(v1::EXECUTION_METHOD_BANDS); }},
      {"classes", [](RuleSet& r) { r.clear_classes(); }},
      {"classes", [](RuleSet& r) { r.mutable_classes(0)->set_weight("49.99"); }},
      {"classes[0].weight", [](RuleSet& r) { r.mutable_classes(0)->set_weight("50 points"); }},
      {"classes[1].weight", [](RuleSet& r) { r.mutable_classes(1)->set_weight("-30"); }},
      {"classes[0].indicator_class", [](RuleSet& r) { r.mutable_classes(0)->clear_indicator_class(); }},
      {"classes[1].indicator_class",
       [](RuleSet& r) { r.mutable_classes(1)->set_indicator_class(r.classes(0).indicator_class()); }},
      {"quantitative.at_least", [](RuleSet& r) { r.mutable_quantitative()->clear_at_least(); }},
      {"quantitative.at_least",
       [](RuleSet& r) { r.mutable_quantitative()->set_at_least(v1::SHORTFALL_METHOD_LINEAR_EXCESS); }},
      {"quantitative.at_most", [](RuleSet& r) { r.mutable_quantitative()->clear_at_most(); }},
      {"quantitative.range", [](RuleSet& r) { r.mutable_quantitative()->clear_range(); }},
      {"quantitative.range", [](RuleSet& r) { r.mutable_quantitative()->set_range(v1::SHORTFALL_METHOD_STEPS); }},
      {"quantitative.date", [](RuleSet& r) { r.mutable_quantitative()->set_date(v1::SHORTFALL_METHOD_RATIO); }},
      {"quantitative.several", [](RuleSet& r) { r.mutable_quantitative()->clear_several(); }},
      {"quantitative.approximate_slack", [](RuleSet& r) { r.mutable_quantitative()->set_approximate_slack("0.51"); }},
      {"quantitative.approximate_slack", [](RuleSet& r) { r.mutable_quantitative()->clear_approximate_slack(); }},
      {"quantitative.pass_threshold",
       [](RuleSet& r) { r.mutable_quantitative()->set_at_least(v1::SHORTFALL_METHOD_RATIO_ABOVE_PASS); }},
      {"quantitative.pass_threshold",
       [](RuleSet& r) {
         r.mutable_quantitative()->set_at_most(v1::SHORTFALL_METHOD_RATIO_ABOVE_PASS);
         r.mutable_quantitative()->set_pass_threshold("1");
       }},
      {"qualitative.tiers", [](RuleSet& r) { r.clear_qualitative(); }},
      {"qualitative.tiers", [](RuleSet& r) { r.mutable_qualitative()->mutable_tiers()->RemoveLast(); }},
      {"qualitative.tiers[0].at_most",
       [](RuleSet& r) { r.mutable_qualitative()->mutable_tiers(0)->set_at_most("0.99"); }},
      {"qualitative.tiers[1].at_most",
       [](RuleSet& r) { r.mutable_qualitative()->mutable_tiers(1)->set_at_most("0.79"); }},
      {"qualitative.tiers[1].at_most",
       [](RuleSet& r) { r.mutable_qualitative()->mutable_tiers(1)->set_at_most("0.81"); }},
      {"qualitative.tiers[1].at_least",
       [](RuleSet& r) { r.mutable_qualitative()->mutable_tiers(1)->set_at_least("0.8"); }},
      {"qualitative.tiers[2].at_least",
       [](RuleSet& r) { r.mutable_qualitative()->mutable_tiers(2)->set_at_least("no"); }},
      {"qualitative.tiers[1].phrases",
       [](RuleSet& r) { r.mutable_qualitative()->mutable_tiers(1)->add_phrases("达成"); }},
      {"qualitative.tiers[0].phrases",
       [](RuleSet& r) { r.mutable_qualitative()->mutable_tiers(0)->add_phrases("，"); }},
      {"satisfaction.bands", [](RuleSet& r) { r.mutable_satisfaction(); }},
      {"satisfaction.bands",
       [](RuleSet& r) {
         auto& band = *r.mutable_satisfaction()->add_bands();
         band.set_at_least("0.6");
         band.set_share("1");
       }},
      {"satisfaction.bands[0].share",
       [](RuleSet& r) {
         auto& band = *r.mutable_satisfaction()->add_bands();
         band.set_at_least("0");
         band.set_share("1.1");
       }},
      {"satisfaction.bands[1].at_least",
       [](RuleSet& r) {
         for (int i = 0; i < 2; ++i) {
           auto& band = *r.mutable_satisfaction()->add_bands();
           band.set_at_least("0");
           band.set_share("1");
         }
       }},
      {"grades", [](RuleSet& r) { r.clear_grades(); }},
      {"grades", [](RuleSet& r) { r.mutable_grades()->RemoveLast(); }},
      {"grades[1].at_least", [](RuleSet& r) { r.mutable_grades(1)->set_at_least("90"); }},
      {"grades[0].at_least", [](RuleSet& r) { r.mutable_grades(0)->set_at_least("101"); }},
      {"rounding.places", [](RuleSet& r) { r.mutable_rounding()->set_places(-1); }},
      {"rounding.places", [](RuleSet& r) { r.mutable_rounding()->set_places(5); }},
      {"tolerances.points_warning", [](RuleSet& r) { r.mutable_tolerances()->clear_points_warning(); }},
      {"tolerances.points_error", [](RuleSet& r) { r.mutable_tolerances()->set_points_error("0.001"); }},
      {"tolerances.amount", [](RuleSet& r) { r.mutable_tolerances()->set_amount("-0.01"); }},
      {"tolerances.percentage", [](RuleSet& r) { r.mutable_tolerances()->set_percentage("11"); }},
      {"limits.reason_below_rate", [](RuleSet& r) { r.mutable_limits()->set_reason_below_rate("90"); }},
      {"limits.idle_rate", [](RuleSet& r) { r.mutable_limits()->clear_idle_rate(); }},
      {"limits.inflated_share", [](RuleSet& r) { r.mutable_limits()->set_inflated_share("5%"); }},
      {"quantitative.over_fulfilment.flag_from",
       [](RuleSet& r) { r.mutable_quantitative()->mutable_over_fulfilment()->set_flag_from("0.9"); }},
      {"quantitative.over_fulfilment.reason_from",
       [](RuleSet& r) { r.mutable_quantitative()->mutable_over_fulfilment()->set_reason_from("1.1"); }},
      {"limits.echo_min_length", [](RuleSet& r) { r.mutable_limits()->set_echo_min_length(-1); }},
      {"checks[2].severity", [](RuleSet& r) { r.mutable_checks(2)->clear_severity(); }},
      {"checks[1].code", [](RuleSet& r) { r.mutable_checks(1)->set_code(r.checks(0).code()); }},
      {"checks[0].code", [](RuleSet& r) { r.mutable_checks(0)->set_code("SUM_WEIGTH"); }},
  };
  for (const Broken& broken : cases) {
    RuleSet rule_set = RuleSetOf("cn-national-2020");
    broken.with(rule_set);
    const auto rules = Rules::Compile(rule_set);
    ASSERT_FALSE(rules.ok()) << broken.field;
    EXPECT_EQ(rules.status().code(), absl::StatusCode::kInvalidArgument) << broken.field;
    EXPECT_EQ(ReasonOf(rules.status()), "RULE_SET_INVALID") << broken.field;
    const auto fields = FieldsOf(rules.status());
    EXPECT_NE(std::find(fields.begin(), fields.end(), broken.field), fields.end())
        << broken.field << " is not among the faults of: " << rules.status();
  }
}

TEST(Rules, AllFaultsAreNamedAtOnce) {
  RuleSet rule_set = RuleSetOf("cn-national-2020");
  rule_set.set_revision(0);
  rule_set.clear_title();
  rule_set.mutable_rounding()->set_places(9);
  EXPECT_EQ(FieldsOf(Rules::Compile(rule_set).status()),
            (std::vector<std::string>{"revision", "title", "rounding.places"}));
}

TEST(Rules, AFieldOfALaterVersionIsNotSilentlyDropped) {
  RuleSet rule_set = RuleSetOf("cn-national-2020");
  rule_set.GetReflection()->MutableUnknownFields(&rule_set)->AddVarint(999, 1);
  EXPECT_EQ(ReasonOf(Rules::Compile(rule_set).status()), "UNKNOWN_FIELD");
}

// -------------------------------------------------------------------------------------------------- grades, tiers,
// words

TEST(Rules, EveryTotalHasExactlyOneGrade) {
  const Rules& rules = RulesOf();
  const auto grade = [&](std::string_view total) { return rules.GradeOf(Decimal::Parse(total).value())->name; };
  EXPECT_EQ(grade("100"), "优");
  EXPECT_EQ(grade("90"), "优");
  EXPECT_EQ(grade("90.00"), "优");
  EXPECT_EQ(grade("89.99"), "良");
  EXPECT_EQ(grade("80"), "良");
  EXPECT_EQ(grade("79.99"), "中");
  EXPECT_EQ(grade("60"), "中");
  EXPECT_EQ(grade("59.99"), "差");
  EXPECT_EQ(grade("0"), "差");
  EXPECT_EQ(grade("110"), "优");
  EXPECT_EQ(rules.GradeOf(Decimal(-1)), nullptr);
}

TEST(Rules, GradesAreKnownByEachOfTheirWords) {
  const Rules& rules = RulesOf();
  const auto named = [&](std::string_view word) {
    const CompiledGrade* grade = rules.GradeNamed(word);
    return grade == nullptr ? std::string("none") : grade->name;
  };
  EXPECT_EQ(named("优"), "优");
  EXPECT_EQ(named("优秀"), "优");
  EXPECT_EQ(named("良好"), "良");
  EXPECT_EQ(named("合格"), "中");
  EXPECT_EQ(named("不合格"), "差");
  EXPECT_EQ(named("优良"), "none");
  EXPECT_EQ(named(""), "none");
}

TEST(Rules, TiersAreKnownWithAndWithoutMarks) {
  const auto tier = [](std::string_view cell, std::string_view id = "cn-national-2020") {
    const CompiledTier* found = RulesOf(id).TierOf(Fold(cell));
    return found == nullptr ? std::string("none") : found->at_least.ToString();
  };
  EXPECT_EQ(tier("达成年度指标"), "0.8");
  EXPECT_EQ(tier("达成预期指标。"), "0.8");
  EXPECT_EQ(tier(" 达成 预期 指标 "), "0.8");
  EXPECT_EQ(tier("部分达成年度指标并具有一定效果"), "0.6");
  EXPECT_EQ(tier("部分达成年度指标，并具有一定效果"), "0.6");
  EXPECT_EQ(tier("“部分达成年度指标并具有一定效果”"), "0.6");
  EXPECT_EQ(tier("部分达成年度指标并具有一定效果", "cn-national-2016"), "0.5");
  EXPECT_EQ(tier("未达成年度指标且效果较差"), "0");
  EXPECT_EQ(tier("未达成年度指标、且效果较差；"), "0");
  for (const std::string_view other : {"", "已完成", "100%", "达成了大部分年度指标", "未完成", "完成", "。"})
    EXPECT_EQ(tier(other), "none") << other;
  EXPECT_EQ(tier("达成" + std::string(10000, ';')), "none");
}

TEST(Rules, ClassesAreKnownByTheirLongestWordAndLevel1First) {
  const Rules& rules = RulesOf();
  const auto name = [&](std::string_view level1, std::string_view level2) {
    const CompiledClass* found = rules.ClassOf(Fold(level1), Fold(level2));
    return found == nullptr ? std::string("none") : found->name;
  };
  EXPECT_EQ(name("产出指标（50分）", "数量指标"), "产出指标");
  EXPECT_EQ(name("项目完成", "成本指标"), "产出指标");
  EXPECT_EQ(name("项目效益", "社会效益指标"), "效益指标");
  EXPECT_EQ(name("满意度指标", "服务对象满意度指标"), "满意度指标");
  EXPECT_EQ(name("成本指标", "经济成本指标"), "成本指标");
  EXPECT_EQ(name("", "时效指标"), "产出指标");
  EXPECT_EQ(name("绩效指标(90分)", "可持续影响指标"), "效益指标");
  EXPECT_EQ(name("绩效指标", "其他"), "none");
  EXPECT_EQ(name("", ""), "none");
}

TEST(Rules, SeveritiesAreThoseOfTheRuleSet) {
  EXPECT_EQ(RulesOf().SeverityOf("SUM_WEIGHT"), evaluation::v1::SEVERITY_ERROR);
  EXPECT_EQ(RulesOf().SeverityOf("ECHO"), evaluation::v1::SEVERITY_WARNING);
  EXPECT_EQ(RulesOf().SeverityOf("NO_SUCH_CHECK"), std::nullopt);
}

// ---------------------------------------------------------------------------------------------------------------- YAML

// The error of reading these documents.
absl::Status Refusal(const std::vector<RuleSetDocument>& documents) {
  const auto read = ReadRuleSets(documents);
  EXPECT_FALSE(read.ok());
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(read.status()), "RULE_SET_UNREADABLE");
  return read.status();
}

void ExpectRefused(const std::vector<RuleSetDocument>& documents, std::string_view document, std::string_view what) {
  const absl::Status status = Refusal(documents);
  EXPECT_EQ(FieldsOf(status), std::vector<std::string>{std::string(document)}) << status;
  EXPECT_NE(std::string(status.message()).find(what), std::string::npos) << status;
}

TEST(RuleSetReader, ReadsFieldsByTheirProtoNames) {
  const auto read = ReadRuleSets({{"a.yaml", R"(
id: a
revision: 3
title: "评分规则"
default_for_scope: true
form_kinds: [FORM_KIND_PROJECT, FORM_KIND_DEPARTMENT]
total_weight: "100"
execution: {weight: "10", method: EXECUTION_METHOD_RATIO, over_budget_allowed: false}
grades:
  - {name: 优, at_least: "90", words: ["true", 优秀]}
)"}});
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 1u);
  const RuleSet& set = read->front();
  EXPECT_EQ(set.id(), "a");
  EXPECT_EQ(set.revision(), 3);
  EXPECT_EQ(set.title(), "评分规则");
  EXPECT_TRUE(set.default_for_scope());
  ASSERT_EQ(set.form_kinds_size(), 2);
  EXPECT_EQ(set.form_kinds(1), evaluation::v1::FORM_KIND_DEPARTMENT);
  EXPECT_EQ(set.execution().method(), v1::EXECUTION_METHOD_RATIO);
  EXPECT_EQ(set.grades(0).words(0), "true");  // a quoted word stays a word
}

TEST(RuleSetReader, AChildOverridesItsParentFieldByField) {
  const auto read = ReadRuleSets({
      {"c.yaml", "id: c\nparent: b\nexecution: {weight: \"30\"}\n"},
      {"a.yaml",
       "id: a\ntitle: A\nexecution: {weight: \"10\", method: EXECUTION_METHOD_RATIO}\ngrades: [{name: 优, at_least: "
       "\"90\"}, {name: 差, at_least: \"0\"}]\n"},
      {"b.yaml", "id: b\nparent: a\ntitle: B\nexecution: {weight: \"20\"}\ngrades: [{name: 合格, at_least: \"0\"}]\n"},
  });
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0].id(), "a");
  EXPECT_EQ((*read)[1].id(), "b");
  EXPECT_EQ((*read)[1].title(), "B");
  EXPECT_EQ((*read)[1].execution().weight(), "20");
  EXPECT_EQ((*read)[1].execution().method(), v1::EXECUTION_METHOD_RATIO);  // left open by b
  ASSERT_EQ((*read)[1].grades_size(), 1);                                  // lists are replaced whole
  EXPECT_EQ((*read)[1].grades(0).name(), "合格");
  EXPECT_EQ((*read)[2].title(), "B");
  EXPECT_EQ((*read)[2].execution().weight(), "30");
  EXPECT_EQ((*read)[2].execution().method(), v1::EXECUTION_METHOD_RATIO);
  EXPECT_EQ((*read)[0].execution().weight(), "10");  // the parent is as it was
}

TEST(RuleSetReader, ChecksAndClassesAreMergedByTheirKeys) {
  const auto read = ReadRuleSets({
      {"a.yaml", R"(
id: a
revision: 4
checks:
  - {code: RANGE, severity: SEVERITY_ERROR}
  - {code: TIER, severity: SEVERITY_ERROR}
classes:
  - {indicator_class: INDICATOR_CLASS_OUTPUT, name: 产出指标, level1_words: [产出, 完成], weight: "50"}
  - {indicator_class: INDICATOR_CLASS_BENEFIT, name: 效益指标, weight: "30"}
)"},
      {"b.yaml", R"(
id: b
parent: a
revision: 1
checks:
  - {code: ECHO, severity: SEVERITY_INFO}
  - {code: TIER, off: true}
classes:
  - {indicator_class: INDICATOR_CLASS_BENEFIT, weight: "40"}
  - {indicator_class: INDICATOR_CLASS_OUTPUT, level1_words: [产出], weight: "40"}
  - {indicator_class: INDICATOR_CLASS_COST, name: 成本指标, weight: "20"}
)"},
      {"c.yaml", "id: c\nparent: b\nrevision: 1\nchecks: [{code: ECHO, severity: SEVERITY_WARNING}]\n"},
  });
  ASSERT_TRUE(read.ok()) << read.status();
  const RuleSet& b = (*read)[1];
  ASSERT_EQ(b.checks_size(), 3);
  EXPECT_EQ(b.checks(0).code(), "RANGE");  // the parent's order, what is new behind it
  EXPECT_EQ(b.checks(1).code(), "TIER");
  EXPECT_EQ(b.checks(1).severity(), evaluation::v1::SEVERITY_ERROR);  // left open by the child
  EXPECT_TRUE(b.checks(1).off());
  EXPECT_EQ(b.checks(2).code(), "ECHO");
  ASSERT_EQ(b.classes_size(), 3);
  EXPECT_EQ(b.classes(0).name(), "产出指标");
  EXPECT_EQ(b.classes(0).weight(), "40");
  ASSERT_EQ(b.classes(0).level1_words_size(), 1);  // a list within an entry is replaced whole
  EXPECT_EQ(b.classes(1).weight(), "40");
  EXPECT_EQ(b.classes(2).name(), "成本指标");
  const RuleSet& c = (*read)[2];
  ASSERT_EQ(c.checks_size(), 3);
  EXPECT_TRUE(c.checks(1).off());
  EXPECT_EQ(c.checks(2).severity(), evaluation::v1::SEVERITY_WARNING);
  EXPECT_EQ((*read)[0].checks_size(), 2);  // the parent is as it was
  EXPECT_EQ((*read)[0].classes(0).weight(), "50");
}

TEST(RuleSetReader, RefusesEntriesWithoutAKeyOrWithOneTwice) {
  const RuleSetDocument parent{"a.yaml", "id: a\nchecks: [{code: RANGE, severity: SEVERITY_ERROR}]\n"};
  ExpectRefused({parent, {"b.yaml", "id: b\nparent: a\nchecks: [{severity: SEVERITY_INFO}]\n"}}, "b.yaml",
                "checks: every entry has a code");
  ExpectRefused({parent, {"b.yaml", "id: b\nparent: a\nchecks: [RANGE]\n"}}, "b.yaml",
                "checks: every entry has a code");
  ExpectRefused({parent, {"b.yaml", "id: b\nparent: a\nchecks: [{code: TIER}, {code: TIER, off: true}]\n"}}, "b.yaml",
                "checks: TIER stands twice");
}

TEST(RuleSetReader, WhatIsReadNamesItsParentAndIsCompleteWithoutIt) {
  const auto read = ReadRuleSets({{"a.yaml", "id: a\nrevision: 4\ntitle: A\ncases: [{name: 甲}]\n"},
                                  {"b.yaml", "id: b\nparent: a\nrevision: 1\n"},
                                  {"c.yaml", "id: c\nparent: b\nrevision: 2\ncases: [{name: 丙}]\n"}});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)[0].parent(), "");
  EXPECT_EQ((*read)[1].parent(), "a@4");
  EXPECT_EQ((*read)[2].parent(), "b@1");
  EXPECT_EQ((*read)[1].title(), "A");
  EXPECT_EQ((*read)[1].cases_size(), 0) << "cases state what the parent's own rules give";
  ASSERT_EQ((*read)[2].cases_size(), 1);
  EXPECT_EQ((*read)[2].cases(0).name(), "丙");
  // Written out and read again, alone: the same.
  const RuleSet shipped = RuleSetOf("cn-12-tianjin");
  EXPECT_EQ(shipped.parent(), "cn-13-hebei@4");
  std::string text;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(shipped, &text).ok());
  const auto again = ReadRuleSets({{"shown.json", text}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(CanonicalDigest(again->front()).value(), CanonicalDigest(shipped).value());
}

TEST(RuleSetReader, TheOrderOfDocumentsChangesNothing) {
  std::vector<RuleSetDocument> documents;
  for (const auto& entry : std::filesystem::directory_iterator(SourceFolder() / "services/scoring/rulesets"))
    if (entry.path().extension() == ".yaml")
      documents.push_back({entry.path().filename().string(), TextOf(entry.path())});
  ASSERT_GE(documents.size(), 6u);
  const auto forward = ReadRuleSets(documents);
  std::reverse(documents.begin(), documents.end());
  const auto backward = ReadRuleSets(documents);
  ASSERT_TRUE(forward.ok() && backward.ok());
  ASSERT_EQ(forward->size(), backward->size());
  for (std::size_t i = 0; i < forward->size(); ++i)
    EXPECT_EQ(CanonicalDigest((*forward)[i]).value(), CanonicalDigest((*backward)[i]).value());
}

TEST(RuleSetReader, RefusesUnknownFields) {
  ExpectRefused({{"a.yaml", "id: a\ncolour: red\n"}}, "a.yaml", "colour");
  ExpectRefused({{"a.yaml", "id: a\nexecution: {wieght: \"10\"}\n"}}, "a.yaml", "wieght");
}

TEST(RuleSetReader, RefusesValuesOfTheWrongKind) {
  ExpectRefused({{"a.yaml", "id: a\nrevision: first\n"}}, "a.yaml", "revision");
  ExpectRefused({{"a.yaml", "id: a\nrevision: 1.5\n"}}, "a.yaml", "revision");
  ExpectRefused({{"a.yaml", "id: a\ndefault_for_scope: maybe\n"}}, "a.yaml", "default_for_scope");
  ExpectRefused({{"a.yaml", "id: a\nform_kinds: [FORM_KIND_NONSENSE]\n"}}, "a.yaml", "FORM_KIND_NONSENSE");
  ExpectRefused({{"a.yaml", "id: a\nexecution: 10\n"}}, "a.yaml", "");
}

TEST(RuleSetReader, RefusesAKeyThatStandsTwice) {
  ExpectRefused({{"a.yaml", "id: a\ntitle: A\ntitle: B\n"}}, "a.yaml", "line 3: title stands twice");
  ExpectRefused({{"a.yaml", "id: a\nexecution:\n  weight: \"10\"\n  weight: \"20\"\n"}}, "a.yaml",
                "line 4: weight stands twice");
}

TEST(RuleSetReader, RefusesAnIdThatStandsInTwoFiles) {
  ExpectRefused({{"a.yaml", "id: a\n"}, {"b.yaml", "id: a\n"}}, "b.yaml", "id a stands in two files");
}

TEST(RuleSetReader, RefusesAParentThatIsNotThere) {
  ExpectRefused({{"a.yaml", "id: a\nparent: b\n"}}, "a.yaml", "there is no parent b");
  ExpectRefused({{"a.yaml", "id: a\nparent: [b]\n"}, {"b.yaml", "id: b\n"}}, "a.yaml", "there is no parent");
}

TEST(RuleSetReader, RefusesParentsInACircle) {
  for (const auto& documents : {
           std::vector<RuleSetDocument>{{"a.yaml", "id: a\nparent: a\n"}},
           std::vector<RuleSetDocument>{{"a.yaml", "id: a\nparent: b\n"}, {"b.yaml", "id: b\nparent: a\n"}},
           std::vector<RuleSetDocument>{
               {"a.yaml", "id: a\nparent: b\n"}, {"b.yaml", "id: b\nparent: c\n"}, {"c.yaml", "id: c\nparent: b\n"}},
       })
    EXPECT_NE(std::string(Refusal(documents).message()).find("circle"), std::string::npos);
}

TEST(RuleSetReader, RefusesWhatIsNoRuleSet) {
  ExpectRefused({{"a.yaml", ""}}, "a.yaml", "a map with an id");
  ExpectRefused({{"a.yaml", "- id: a\n"}}, "a.yaml", "a map with an id");
  ExpectRefused({{"a.yaml", "title: A\n"}}, "a.yaml", "a map with an id");
  ExpectRefused({{"a.yaml", "id: [a]\n"}}, "a.yaml", "a map with an id");
  ExpectRefused({{"a.yaml", "id: a\ntitle: [open\n"}}, "a.yaml", "");
  ExpectRefused({{"a.yaml", "id: a\n---\nid: b\n"}}, "a.yaml", "more than one YAML document");
  ExpectRefused({{"a.yaml", ", 5"}}, "a.yaml", "more than one YAML document");  // YAML::LoadAll does not end here
  ExpectRefused({{"a.yaml", "id: a\ntitle: A: B\n"}}, "a.yaml", "");
}

TEST(RuleSetReader, RefusesDocumentsThatGrowOutOfHand) {
  std::string deep = "id: a\ntitle: ";
  for (int i = 0; i < 100; ++i) deep += "[";
  for (int i = 0; i < 100; ++i) deep += "]";
  ExpectRefused({{"a.yaml", deep}}, "a.yaml", "nested too deeply");
  // Nine lists of nine aliases each: 9^9 values from a few hundred bytes.
  std::string laughs = "id: a\nl0: &l0 [x]\n";
  for (int i = 1; i <= 9; ++i) {
    laughs += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) laughs += (k == 0 ? "*l" : ", *l") + std::to_string(i - 1);
    laughs += "]\n";
  }
  ExpectRefused({{"a.yaml", laughs}}, "a.yaml", "too many values");
}

TEST(RuleSetReader, NamesAFolderThatIsNotThere) {
  const auto read = ReadRuleSetFolder("/no/such/folder");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(FieldsOf(read.status()), std::vector<std::string>{"/no/such/folder"});
}

TEST(RuleSetReader, ReadsTheShippedFolderSortedById) {
  const auto read = ReadRuleSetFolder((SourceFolder() / "services/scoring/rulesets").string());
  ASSERT_TRUE(read.ok()) << read.status();
  std::vector<std::string> ids;
  for (const RuleSet& set : *read) ids.push_back(set.id());
  EXPECT_EQ(ids, std::vector<std::string>(std::begin(kRuleSets), std::end(kRuleSets)));
}

}  // namespace
}  // namespace jixiao::scoring
