// Documents out: what the template writes, the import reads back, also when LibreOffice has rewritten it; and what a
// spreadsheet computes is what the engine computes.
#include "common/decimal.h"
#include "common/errors.h"
#include "intake/import/folding.h"
#include "intake/import/zip_archive.h"
#include "intake/template/form_template.h"
#include "intake/template/sheet.h"
#include "scoring/rulesets/reader.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include <random>
#include <regex>

#include "../import/support.h"
#include "../temporary_folder.h"

namespace jixiao::forms {
namespace {

using evaluation::v1::FORM_KIND_TRANSFER_PAYMENT;
using evaluation::v1::Indicator;
using evaluation::v1::SelfEvaluation;
using importing::support::BytesOf;
using importing::support::Imported;
using importing::support::ImportedDocument;
using importing::support::Lines;
using importing::support::SourceFolder;
using importing::support::Unread;
using scoring::v1::RuleSet;

const std::vector<RuleSet>& Shipped() {
  static const std::vector<RuleSet> sets = [] {
    auto read = scoring::ReadRuleSetFolder((SourceFolder() / "services/scoring/rulesets").string());
    EXPECT_TRUE(read.ok()) << read.status();
    return read.ok() ? *std::move(read) : std::vector<RuleSet>();
  }();
  return sets;
}

const RuleSet& Named(std::string_view id) {
  for (const RuleSet& set : Shipped())
    if (set.id() == id) return set;
  ADD_FAILURE() << "no rule set " << id;
  return Shipped().front();
}

std::string Written(const RuleSet& rules, const std::vector<SelfEvaluation>& forms) {
  const TemporaryFolder folder;
  const std::string path = folder / "表.xlsx";
  const absl::Status status = WriteTemplate(rules, forms, path);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  return status.ok() ? BytesOf(path) : std::string();
}

// Forms as units write them, other ones for every seed.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  SelfEvaluation Form(bool filled) {
    SelfEvaluation form;
    form.set_fiscal_year(2020 + Up(5));
    form.set_project_name(Cat(Pick({"道路养护", "基层党建", "智慧校园", "乡村振兴衔接"}), "项目", Up(1000)));
    if (Up(2) == 0) form.set_project_code(Cat("51040323T00001026", 3000 + Up(1000)));
    form.mutable_competent_department()->set_name("某市交通运输局");
    if (Up(2) == 0) form.mutable_competent_department()->set_code("219");
    form.mutable_implementing_unit()->set_name("某市公路养护中心");
    if (Up(2) == 0) form.mutable_implementing_unit()->set_code(Up(2) == 0 ? "219001" : "219A01");
    if (Up(3) == 0) form.set_region_code("510403");
    form.set_amount_unit(Up(3) == 0 ? evaluation::v1::AMOUNT_UNIT_YUAN : evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN);
    const char* names[] = {"年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金"};
    const int lines = 1 + Up(4);
    for (int i = 0; i < lines; ++i) {
      auto* line = form.add_funds();
      line->set_name(names[i]);
      line->set_initial_budget(Amount());
      line->set_full_year_budget(Amount());
      if (filled) line->set_executed(Amount());
      if (i == 0) line->set_weight("10");
    }
    form.set_expected_goal(Pick({"完成年度养护任务，路况良好。", "1.新建3处；\n2.改造5处。", "提升服务水平"}));
    if (filled) form.set_actual_goal("已按计划完成。");
    for (const auto& [level1, level2] :
         std::vector<std::pair<std::string, Lines>>{{"产出指标", {"数量指标", "质量指标", "时效指标", "成本指标"}},
                                                    {"效益指标", {"社会效益指标", "可持续影响指标"}},
                                                    {"满意度指标", {"服务对象满意度指标"}}})
      for (const std::string& second : level2)
        for (int rows = 1 + Up(2); rows > 0; --rows) {
          Indicator* line = form.add_indicators();
          line->set_level1(level1);
          line->set_level2(second);
          line->set_level3(Cat(Pick({"养护里程", "验收合格率", "完成时间", "每公里成本", "群众出行便利度"}), rows));
          line->set_target(Pick({"≥50个", "95%以上", "2023年6月底前", "≤30万元", "逐步提升", "100%", "12", "0.5"}));
          line->set_weight(Pick({"10", "5", "7.5", "12.50", "0.5"}));
          if (!filled) continue;
          line->set_actual(Pick({"52个", "96.5%", "达成年度指标", "29.80万元", "100%", "12", "1,437"}));
          line->set_score(Pick({"10", "4.50", "7", "0", "0.3"}));
          if (Up(3) == 0) line->set_deviation_reason("受汛期影响，工期顺延。");
        }
    return form;
  }

 private:
  int Up(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  std::string Pick(const Lines& from) { return from[random_() % from.size()]; }
  std::string Amount() {
    return Pick({Cat(Up(900)), Cat(1 + Up(90), ".", 1 + Up(9)), Cat(Up(9), ".", 10 * Up(10) + 5), "1,234.50", "620.80",
                 "0", Cat(100000 + Up(99999), ".25")});
  }
  std::mt19937 random_;
};

// A form as the contract means it: levels that go on are written out.
SelfEvaluation Plain(SelfEvaluation form) {
  std::string level1, level2;
  for (Indicator& line : *form.mutable_indicators()) {
    if (!line.level1().empty()) level1 = line.level1(), level2 = line.level2();
    if (!line.level2().empty()) level2 = line.level2();
    line.set_level1(level1);
    line.set_level2(level2);
  }
  form.clear_source();
  if (form.kind() == evaluation::v1::FORM_KIND_UNSPECIFIED) form.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  return form;
}

// What the sheet works out by itself; the rest is as it was.
void TakeResults(const SelfEvaluation& from, SelfEvaluation& form) {
  if (form.title().empty()) form.set_title(from.title());
  for (int i = 0; i < std::min(from.funds_size(), form.funds_size()); ++i) {
    if (form.funds(i).execution_rate().empty())
      form.mutable_funds(i)->set_execution_rate(from.funds(i).execution_rate());
    if (form.funds(i).score().empty()) form.mutable_funds(i)->set_score(from.funds(i).score());
  }
  if (form.total_weight().empty()) form.set_total_weight(from.total_weight());
  if (form.total_score().empty()) form.set_total_score(from.total_score());
  if (form.grade().empty()) form.set_grade(from.grade());
}

// Everything that `form` says comes out of the file, and nothing else but results.
void ExpectReadBack(const SelfEvaluation& form, const importing::support::ImportedForm& imported) {
  SelfEvaluation expected = Plain(form);
  const SelfEvaluation read = Plain(imported.form());
  TakeResults(read, expected);
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(expected, read)) << difference;
  EXPECT_EQ(Unread(imported), Lines{});
}

void ExpectReadBack(const std::vector<SelfEvaluation>& forms, const ImportedDocument& document) {
  ASSERT_EQ(document.forms_size(), static_cast<int>(forms.size()));
  for (int i = 0; i < document.forms_size(); ++i) {
    SCOPED_TRACE(Cat("form ", i, " of sheet ", document.forms(i).form().source().location()));
    ExpectReadBack(forms[static_cast<std::size_t>(i)], document.forms(i));
  }
}

std::string Rewritten(const std::string& bytes, std::string_view from = "xlsx") {
  auto out = importing::ConvertOffice(bytes, from, "xlsx", {});
  EXPECT_TRUE(out.ok()) << out.status();
  return out.ok() ? *std::move(out) : std::string();
}

TEST(Template, EveryShippedRuleSetReadsBack) {
  unsigned seed = 1;
  for (const RuleSet& rules : Shipped()) {
    SCOPED_TRACE(Cat(rules.id(), " seed ", seed));
    Maker maker(seed++);
    std::vector<SelfEvaluation> forms;
    for (int i = 0; i < 6; ++i) forms.push_back(maker.Form(i % 2 == 1));
    for (SelfEvaluation& form : forms)
      form.set_kind(rules.form_kinds_size() > 0 ? rules.form_kinds(0) : evaluation::v1::FORM_KIND_PROJECT);
    const ImportedDocument document = Imported(Written(rules, forms), "表.xlsx");
    ExpectReadBack(forms, document);
    EXPECT_EQ(document.unread_size(), 0);
    EXPECT_EQ(document.template_hint().version(), kTemplateVersion);
    EXPECT_EQ(document.template_hint().rule_set(), Cat(rules.id(), "@", rules.revision()));
    EXPECT_TRUE(document.template_hint().rule_set_digest().starts_with("sha256:"));
  }
}

TEST(Template, SamplesReadBack) {
  std::vector<SelfEvaluation> forms;
  for (const auto& entry : std::filesystem::directory_iterator(SourceFolder() / "deploy/local/samples")) {
    SelfEvaluation form;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(BytesOf(entry.path()), &form).ok()) << entry.path();
    form.clear_report();
    forms.push_back(std::move(form));
  }
  ASSERT_GE(forms.size(), 11u);
  for (const SelfEvaluation& form : forms) {
    SCOPED_TRACE(form.title() + form.project_name());
    const ImportedDocument document = Imported(Written(Named("cn-national-2020"), {form}), "表.xlsx");
    ASSERT_EQ(document.forms_size(), 1);
    const SelfEvaluation& read = document.forms(0).form();
    EXPECT_EQ(importing::support::Funds(read).size(), importing::support::Funds(form).size());
    ASSERT_EQ(read.indicators_size(), form.indicators_size());
    for (int i = 0; i < form.indicators_size(); ++i) {
      EXPECT_EQ(importing::Fold(read.indicators(i).target()), importing::Fold(form.indicators(i).target()));
      EXPECT_EQ(importing::Fold(read.indicators(i).actual()), importing::Fold(form.indicators(i).actual()));
      EXPECT_EQ(read.indicators(i).completion_rate(), form.indicators(i).completion_rate());
    }
    EXPECT_EQ(Unread(document.forms(0)), Lines{});
  }
}

TEST(Template, BlankFormHasTheClassesOfItsRuleSetAndNothingElse) {
  for (const RuleSet& rules : Shipped()) {
    SCOPED_TRACE(rules.id());
    const ImportedDocument document = Imported(Written(rules, {}), "表.xlsx");
    ASSERT_EQ(document.forms_size(), 1);
    const SelfEvaluation& form = document.forms(0).form();
    // The levels stand there, and no indicator yet.
    for (const Indicator& line : form.indicators())
      EXPECT_EQ(line.level3() + line.target() + line.actual() + line.weight() + line.score(), "");
    EXPECT_EQ(form.project_name(), "");
    EXPECT_EQ(form.total_score(), "");
    EXPECT_EQ(document.forms(0).unread_size(), 0) << document.forms(0).unread(0).DebugString();
    if (form.kind() == FORM_KIND_TRANSFER_PAYMENT || rules.execution().weight() == "0") continue;
    ASSERT_GE(form.funds_size(), 1);
    EXPECT_EQ(form.funds(0).weight(), rules.execution().weight());
  }
}

TEST(Template, KeepsTargetsOnly) {
  SelfEvaluation form = Maker(7).Form(true);
  form.set_grade("优");
  form.set_total_score("98");
  KeepTargets(form);
  EXPECT_EQ(form.grade() + form.total_score() + form.actual_goal(), "");
  for (const Indicator& line : form.indicators()) {
    EXPECT_NE(line.target(), "");
    EXPECT_NE(line.weight(), "");
    EXPECT_EQ(line.actual() + line.score() + line.deviation_reason(), "");
  }
  for (const auto& line : form.funds()) EXPECT_EQ(line.executed() + line.execution_rate() + line.score(), "");
}

TEST(Template, LevelsWithoutNamesStayApart) {
  SelfEvaluation form = Maker(3).Form(false);
  form.clear_indicators();
  const auto add = [&](const char* level1, const char* level2, const char* level3) {
    Indicator* line = form.add_indicators();
    line->set_level1(level1);
    line->set_level2(level2);
    line->set_level3(level3);
    line->set_target("≥1个");
  };
  add("产出指标", "数量指标", "甲");
  add("", "", "乙");
  add("产出指标", "", "丙");
  add("效益指标", "", "丁");
  add("", "社会效益指标", "戊");
  const ImportedDocument document = Imported(Written(Named("cn-national-2020"), {form}), "表.xlsx");
  ExpectReadBack({form}, document);
}

TEST(Template, ManyProjectsAreSheetsWithNamesOfTheirOwn) {
  std::vector<SelfEvaluation> forms(3, Maker(4).Form(false));
  for (SelfEvaluation& form : forms)
    form.set_project_name("名称里有[括号]和/斜线:并且很长很长很长很长很长很长很长很长的项目");
  const ImportedDocument document = Imported(Written(Named("cn-national-2020"), forms), "表.xlsx");
  ExpectReadBack(forms, document);
  std::set<std::string> places;
  for (const auto& form : document.forms()) places.insert(form.form().source().location());
  EXPECT_EQ(places.size(), 3u);
  EXPECT_FALSE(
      WriteTemplate(Named("cn-national-2020"), std::vector<SelfEvaluation>(kMaxTemplateForms + 1), "/tmp/x").ok());
}

TEST(Template, WhatCannotBeWrittenIsSaidAndLeavesNothing) {
  const absl::Status status = WriteTemplate(Named("cn-national-2020"), {}, "/nowhere/表.xlsx");
  EXPECT_EQ(ReasonOf(status), "FILE_UNWRITABLE");
  RuleSet broken = Named("cn-national-2020");
  broken.clear_id();
  const TemporaryFolder folder;
  EXPECT_EQ(ReasonOf(WriteTemplate(broken, {}, folder / "表.xlsx")), "RULE_SET_INVALID");
  EXPECT_FALSE(std::filesystem::exists(folder / "表.xlsx"));
}

TEST(Template, FiguresAreNumbersThatShowAsWritten) {
  const auto as = [](const std::string& text) {
    const Figure figure = FigureIn(text);
    return figure.number + " as " + figure.format;
  };
  EXPECT_EQ(as("16.2"), "16.2 as ");
  EXPECT_EQ(as("10.50"), "10.50 as 0.00");
  EXPECT_EQ(as("1,437.00"), "1437.00 as #,##0.00");
  EXPECT_EQ(as("86.5%"), "0.865 as 0.0%");
  EXPECT_EQ(as("5%"), "0.05 as 0%");
  EXPECT_EQ(as("-3"), "-3 as ");
  for (const char* text :
       {"", "%", "007", "1.", ".5", "1,43", "12,3456", ",123", "10分", "1e3", "-0", "1234567890123456"})
    EXPECT_EQ(FigureIn(text).number, "") << text;
}

// ------------------------------------------------------------------------------------------------ LibreOffice

// The workbook without the results that were stored beside its formulas.
std::string WithoutResults(const std::string& bytes, int sheets) {
  std::vector<std::pair<std::string, std::string>> parts;
  const importing::Limits limits;
  auto zip = importing::ZipArchive::Open(bytes, limits);
  EXPECT_TRUE(zip.ok());
  std::vector<std::string> names = {"[Content_Types].xml",        "_rels/.rels",      "xl/workbook.xml",
                                    "xl/_rels/workbook.xml.rels", "xl/styles.xml",    "xl/sharedStrings.xml",
                                    "xl/theme/theme1.xml",        "docProps/app.xml", "docProps/core.xml",
                                    "docProps/custom.xml"};
  for (int i = 1; i <= sheets; ++i) names.push_back(Cat("xl/worksheets/sheet", i, ".xml"));
  for (const std::string& name : names) {
    std::string text = *zip->Read(name);
    text = std::regex_replace(text, std::regex(" t=\"str\"><f>"), "><f>");
    text = std::regex_replace(text, std::regex("</f><v>[^<]*</v>"), "</f>");
    parts.emplace_back(name, std::move(text));
  }
  return importing::support::Zip(parts);
}

#define NEEDS_LIBREOFFICE() \
  if (!importing::HasLibreOffice()) GTEST_SKIP() << "soffice is not installed (libreoffice-calc)"

TEST(TemplateInLibreOffice, RewrittenItReadsBack) {
  NEEDS_LIBREOFFICE();
  std::vector<SelfEvaluation> forms;
  Maker maker(11);
  for (int i = 0; i < 12; ++i) forms.push_back(maker.Form(i % 2 == 1));
  const std::string bytes = Written(Named("cn-national-2021-cost"), forms);
  const ImportedDocument document = Imported(Rewritten(bytes), "表.xlsx");
  ExpectReadBack(forms, document);
  EXPECT_EQ(document.template_hint().version(), kTemplateVersion);
}

TEST(TemplateInLibreOffice, ItsFormulasGiveWhatTheEngineGives) {
  NEEDS_LIBREOFFICE();
  for (const char* id : {"cn-national-2020", "cn-36-jiangxi", "cn-manual-2022-capped-total"}) {
    SCOPED_TRACE(id);
    std::vector<SelfEvaluation> forms;
    Maker maker(23);
    std::mt19937 random(5);
    for (int i = 0; i < 40; ++i) {
      SelfEvaluation form = maker.Form(true);
      // Around the bounds of bands and caps, and on quotients that binary numbers miss.
      const int budget = 1 + static_cast<int>(random() % 500);
      const int percents[] = {100, 80, 60, 50, 70, 79, 101, 33};
      const int percent = percents[random() % 8];
      form.mutable_funds(0)->set_full_year_budget(Cat(budget / 10, ".", budget % 10));
      form.mutable_funds(0)->set_executed(Decimal::Scaled(std::int64_t{budget} * percent, 3).ToString());
      if (i % 10 == 0) form.mutable_funds(0)->set_full_year_budget("0");
      if (i % 11 == 0) form.mutable_funds(0)->clear_executed();
      if (i % 13 == 0) form.mutable_indicators(0)->clear_score();
      forms.push_back(std::move(form));
    }
    const std::string bytes = Written(Named(id), forms);
    const ImportedDocument ours = Imported(bytes, "表.xlsx");
    const ImportedDocument theirs = Imported(Rewritten(WithoutResults(bytes, 40)), "表.xlsx");
    ASSERT_EQ(theirs.forms_size(), 40);
    int scored = 0;
    for (int i = 0; i < 40; ++i) {
      SCOPED_TRACE(i);
      const SelfEvaluation& a = ours.forms(i).form();
      const SelfEvaluation& b = theirs.forms(i).form();
      EXPECT_EQ(importing::support::Funds(a), importing::support::Funds(b));
      EXPECT_EQ(a.total_weight(), b.total_weight());
      EXPECT_EQ(a.total_score(), b.total_score());
      EXPECT_EQ(a.grade(), b.grade());
      scored += a.total_score().empty() ? 0 : 1;
    }
    EXPECT_GE(scored, 25);
  }
}

}  // namespace
}  // namespace jixiao::forms
