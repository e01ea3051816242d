// The life of a rule set on a real server: draft, publication, retirement, restart, and the commands for it.
#include "support/rule_sets.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

namespace jixiao::testing {
namespace {

using namespace scoring::v1;
using evaluation::v1::Scorecard;
using evaluation::v1::SelfEvaluation;
using grpc::StatusCode;
using ::testing::HasSubstr;

class RuleSetLifeTest : public RuleSetTest {};

TEST_F(RuleSetLifeTest, FromDraftOverPublicationToRetirement) {
  RuleSet set = Local("local-a");
  set.clear_title();
  set.mutable_grades(1)->set_at_least("95");
  SaveDraftResponse saved;
  ASSERT_TRUE(SaveDraft(set, "", saved).ok()) << "a draft need not be valid";
  std::vector<std::string> fields;
  for (const auto& fault : saved.faults()) fields.push_back(fault.field());
  EXPECT_THAT(fields, ::testing::IsSupersetOf({"title", "grades[1].at_least"}));
  const std::string first_etag = saved.etag();

  GetRuleSetResponse draft = Get("local-a@1");
  EXPECT_EQ(draft.state(), RULE_SET_STATE_DRAFT);
  EXPECT_EQ(draft.etag(), first_etag);
  EXPECT_EQ(BytesOf(draft.rule_set()), BytesOf(set));
  Scorecard card;
  ExpectRefusal(Score(Samples().front(), ById("local-a@1"), card), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");

  PublishRuleSetRequest publish;
  publish.set_draft("local-a@1");
  PublishRuleSetResponse published;
  ExpectRefusal(Call(&Stub::PublishRuleSet, publish, published), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID",
                "title");
  set = Local("local-a");
  ExpectRefusal(SaveDraft(set, "", saved), StatusCode::ABORTED, "ETAG_MISMATCH");
  ASSERT_TRUE(SaveDraft(set, first_etag, saved).ok());
  EXPECT_TRUE(saved.faults().empty()) << saved.ShortDebugString();
  ExpectRefusal(SaveDraft(Local("local-a", 0), "", saved), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID",
                "rule_set.revision");

  const auto state_of = [&](bool drafts) {
    for (const auto& summary : List(drafts))
      if (summary.id() == "local-a") return summary.state();
    return RULE_SET_STATE_UNSPECIFIED;
  };
  EXPECT_EQ(state_of(false), RULE_SET_STATE_UNSPECIFIED);
  EXPECT_EQ(state_of(true), RULE_SET_STATE_DRAFT);
  publish.set_validate_only(true);
  ASSERT_TRUE(Call(&Stub::PublishRuleSet, publish, published).ok());
  EXPECT_EQ(state_of(true), RULE_SET_STATE_DRAFT) << "only checked";
  publish.set_validate_only(false);
  for (int i = 0; i < 2; ++i) {  // the second one is a repeat
    const grpc::Status status = Call(&Stub::PublishRuleSet, publish, published);
    ASSERT_TRUE(status.ok()) << Read(status).Describe();
    EXPECT_EQ(published.rule_set().state(), RULE_SET_STATE_PUBLISHED);
  }
  EXPECT_EQ(state_of(true), RULE_SET_STATE_PUBLISHED);
  EXPECT_EQ(Get("local-a@1").state(), RULE_SET_STATE_PUBLISHED);
  ExpectRefusal(SaveDraft(set, "", saved), StatusCode::FAILED_PRECONDITION, "REVISION_PUBLISHED");

  const Scorecard before = MustScore(Samples().front(), ById("local-a@1"));
  EXPECT_EQ(MustScore(Samples().front(), ById("local-a")).computed_total(), before.computed_total());
  RetireRuleSetRequest retire;
  retire.set_id("local-a");
  RetireRuleSetResponse retired;
  ExpectRefusal(Call(&Stub::RetireRuleSet, retire, retired), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID", "id");
  retire.set_id("local-a@2");
  ExpectRefusal(Call(&Stub::RetireRuleSet, retire, retired), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  retire.set_id("local-a@1");
  EXPECT_EQ(Must(&Stub::RetireRuleSet, retire).rule_set().state(), RULE_SET_STATE_RETIRED);
  EXPECT_EQ(Must(&Stub::RetireRuleSet, retire).rule_set().state(), RULE_SET_STATE_RETIRED);
  EXPECT_EQ(state_of(false), RULE_SET_STATE_RETIRED);
  ExpectRefusal(Score(Samples().front(), ById("local-a"), card), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  EXPECT_EQ(BytesOf(MustScore(Samples().front(), ById("local-a@1"))), BytesOf(before))
      << "by its full name it scores for ever";
  ExpectRefusal(SetLabel("stable", "", 2050, published.rule_set().digest()), StatusCode::FAILED_PRECONDITION,
                "RULE_SET_RETIRED");
}

TEST_F(RuleSetLifeTest, PublicationRecomputesTheCases) {
  RuleSet set = Local("local-case");
  set.clear_cases();
  RuleSetCase& example = *set.add_cases();
  example.set_name("样表");
  *example.mutable_form() = Samples().front();
  example.set_computed_total("1.23");
  PublishRuleSetRequest publish;
  *publish.mutable_rule_set() = set;
  PublishRuleSetResponse published;
  ExpectRefusal(Call(&Stub::PublishRuleSet, publish, published), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID",
                "cases[0].computed_total");
  SaveDraftResponse saved;
  ASSERT_TRUE(SaveDraft(set, "", saved).ok());
  ASSERT_EQ(saved.faults_size(), 1);
  EXPECT_EQ(saved.faults(0).field(), "cases[0].computed_total");
}

TEST_F(RuleSetLifeTest, OfTwoWhoReplaceTheSameDraftOneWins) {
  SaveDraftResponse base;
  ASSERT_TRUE(SaveDraft(Local("local-race"), "", base).ok());
  std::atomic<int> won = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      RuleSet set = Local("local-race");
      set.set_title("第" + std::to_string(i) + "稿");
      SaveDraftResponse saved;
      const grpc::Status status = SaveDraft(set, base.etag(), saved);
      (status.ok() ? won : lost) += 1;
      if (!status.ok()) ExpectRefusal(status, StatusCode::ABORTED, "ETAG_MISMATCH");
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 7);
}

TEST_F(RuleSetLifeTest, ListsComeInPagesAcrossStates) {
  SaveDraftResponse saved;
  ASSERT_TRUE(SaveDraft(Local("aaa-draft"), "", saved).ok());
  ASSERT_TRUE(SaveDraft(Local("cn-national-2020", 7), "", saved).ok());
  Publish(Local("zzz"));
  std::vector<std::pair<std::string, int>> whole;
  for (const auto& set : List(true)) whole.emplace_back(set.id(), set.revision());
  EXPECT_TRUE(std::is_sorted(whole.begin(), whole.end()));
  EXPECT_EQ(whole.front(), std::pair(std::string("aaa-draft"), 1));
  EXPECT_EQ(whole.back(), std::pair(std::string("zzz"), 1));
  std::vector<std::pair<std::string, int>> paged;
  for (const auto& set : List(true, 2)) paged.emplace_back(set.id(), set.revision());
  EXPECT_EQ(paged, whole);
  EXPECT_EQ(List(false).size(), whole.size() - 2);
}

TEST_F(RuleSetLifeTest, RestartKeepsAll) {
  const std::string digest = Publish(Local("local-keep"));
  const std::string retired_digest = Publish(Local("local-gone"));
  SaveDraftResponse saved;
  ASSERT_TRUE(SaveDraft(Local("local-keep", 2), "", saved).ok());
  const SelfEvaluation form = Form("330106", 2024);
  const Simulation report = MustSimulate("local-keep@1", {form});
  Label label;
  ASSERT_TRUE(SetLabel("stable", "33", 2024, digest, report.name(), &label).ok());
  RetireRuleSetRequest retire;
  retire.set_id("local-gone@1");
  Must(&Stub::RetireRuleSet, retire);
  const Scorecard before = MustScore(form);
  for (const bool kill : {false, true}) {
    if (kill) cluster_.Kill9(Server::kScoring);
    cluster_.Restart(Server::kScoring);
    EXPECT_EQ(BytesOf(MustScore(form)), BytesOf(before));
    EXPECT_EQ(Get("local-keep@2").etag(), saved.etag());
    EXPECT_EQ(Get("local-gone@1").state(), RULE_SET_STATE_RETIRED);
    GetSimulationRequest get;
    get.set_name(report.name());
    EXPECT_EQ(BytesOf(Must(&Stub::GetSimulation, get).simulation()), BytesOf(report));
    const auto labels = Must(&Stub::ListLabels, ListLabelsRequest()).labels();
    ASSERT_EQ(labels.size(), 1);
    EXPECT_EQ(BytesOf(labels[0]), BytesOf(label));
    if (kill) continue;
    // The form was seen before the restart: what was counted is written at the end.
    ExpectRefusal(SetLabel("stable", "33", 2024,
                           before.rule_set().digest() == digest ? Get("cn-national-2020").digest() : digest),
                  StatusCode::FAILED_PRECONDITION, "REPORT_REQUIRED");
  }
}

TEST_F(RuleSetLifeTest, CommandLine) {
  const auto folder = cluster_.folder();
  const std::string rules_file = (folder / "local.yaml").string();
  const std::string forms_file = (folder / "forms.json").string();
  {
    std::string json;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(Local("local-cli"), &json).ok());
    std::ofstream(rules_file) << json;  // JSON is YAML
    std::ofstream forms(forms_file);
    for (const auto& form : Samples()) {
      std::string line;
      ASSERT_TRUE(google::protobuf::util::MessageToJsonString(form, &line).ok());
      forms << line << '\n';
    }
  }
  EXPECT_THAT(MustCli({"rules", "draft", rules_file}), HasSubstr("可以发布"));
  EXPECT_THAT(MustCli({"rules", "list", "--drafts"}), HasSubstr("草稿"));
  EXPECT_THAT(MustCli({"rules", "diff", "cn-national-2020", "local-cli@1"}), HasSubstr("classes[产出指标].weight"));
  EXPECT_THAT(MustCli({"rules", "publish", "--draft", "local-cli@1", "--validate-only"}), HasSubstr("有效"));
  EXPECT_THAT(MustCli({"rules", "publish", "--draft", "local-cli@1"}), HasSubstr("已发布"));
  const std::string report = MustCli({"--format", "json", "rules", "simulate", forms_file, "--to", "local-cli"});
  Simulation simulation;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(report, &simulation).ok()) << report;
  EXPECT_GT(simulation.moved(), 0);
  EXPECT_THAT(MustCli({"rules", "simulate", forms_file, "--to", "local-cli", "--from", "cn-national-2020"}),
              HasSubstr("变动最大的项目"));
  MustCli({"score", forms_file});
  std::string output;
  EXPECT_EQ(Cli({"rules", "label", "stable", "local-cli"}, &output), 1) << output;
  EXPECT_THAT(output, HasSubstr("REPORT_REQUIRED"));
  EXPECT_THAT(MustCli({"rules", "label", "stable", "local-cli", "--report", simulation.name()}),
              HasSubstr("local-cli@1"));
  EXPECT_THAT(MustCli({"rules", "labels"}), HasSubstr(simulation.name()));
  MustCli({"rules", "label", "shadow", "cn-national-2020", "--region", "51"});
  EXPECT_THAT(MustCli({"--format", "json", "score", forms_file}), HasSubstr("标签 stable"));
  EXPECT_THAT(MustCli({"--format", "json", "score", "--rule-set", "stable", forms_file}), HasSubstr("按标签指定"));
  EXPECT_THAT(MustCli({"rules", "show", "stable"}), HasSubstr("local-cli@1"));
  EXPECT_THAT(MustCli({"rules", "shadow"}), HasSubstr("影子规则"));
  EXPECT_EQ(Cli({"rules", "retire", "local-cli@1"}, &output), 1);
  EXPECT_THAT(output, HasSubstr("LABEL_IN_USE"));
  MustCli({"rules", "label", "stable", "--delete"});
  EXPECT_THAT(MustCli({"rules", "retire", "local-cli@1"}), HasSubstr("已停用"));
  EXPECT_EQ(Cli({"rules", "label", "stable"}, &output), 2) << "without a target";
  EXPECT_EQ(Cli({"rules", "publish"}, &output), 2) << "without a file";
  EXPECT_EQ(Cli({"score", "--rule-set", "no-such-name", forms_file}, &output), 1);
  EXPECT_THAT(output, HasSubstr("RULE_SET_NOT_FOUND"));
}

}  // namespace
}  // namespace jixiao::testing
