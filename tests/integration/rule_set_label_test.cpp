// Labels on real servers: what stable decides and asks for, what shadow counts, and that every replica learns of them.
#include "support/rule_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace jixiao::testing {
namespace {

using namespace scoring::v1;
using evaluation::v1::Scorecard;
using evaluation::v1::SelfEvaluation;
using grpc::StatusCode;
using ::testing::HasSubstr;

class RuleSetLabelTest : public RuleSetTest {};

TEST_F(RuleSetLabelTest, StableDecidesAndAsksForAReportWhereFormsWereSeen) {
  const std::string digest = Publish(Local("local-b"));
  const SelfEvaluation form = Form("510403", 2023);
  const Scorecard before = MustScore(form);
  EXPECT_EQ(before.rule_set().selected_by().find("标签"), std::string::npos);

  // Seen a moment ago, not yet written: asked for all the same.
  ExpectRefusal(SetLabel("stable", "51", 2023, digest), StatusCode::FAILED_PRECONDITION, "REPORT_REQUIRED");
  ExpectRefusal(SetLabel("stable", "", 0, digest), StatusCode::FAILED_PRECONDITION, "REPORT_REQUIRED");
  EXPECT_TRUE(SetLabel("stable", "42", 2023, digest).ok()) << "no form of that region";
  EXPECT_TRUE(SetLabel("stable", "51", 2031, digest).ok()) << "no form of that year";
  EXPECT_TRUE(SetLabel("trial", "51", 2023, digest).ok()) << "decides nothing by itself";
  ExpectRefusal(SetLabel("stable", "51", 2023, digest, "simulations/none"), StatusCode::NOT_FOUND,
                "SIMULATION_NOT_FOUND");
  const Simulation other_year = MustSimulate("local-b@1", {Form("510403", 2022)});
  ExpectRefusal(SetLabel("stable", "51", 2023, digest, other_year.name()), StatusCode::FAILED_PRECONDITION,
                "REPORT_REQUIRED");
  const Simulation other_target = MustSimulate("cn-national-2020", {form});
  ExpectRefusal(SetLabel("stable", "51", 2023, digest, other_target.name()), StatusCode::FAILED_PRECONDITION,
                "REPORT_REQUIRED");
  const Simulation report = MustSimulate("local-b@1", {form});
  Label label;
  ASSERT_TRUE(SetLabel("stable", "51", 2023, digest, report.name(), &label).ok());
  EXPECT_EQ(label.rule_set(), "local-b@1");
  EXPECT_EQ(label.report(), report.name());
  EXPECT_GT(label.update_time().seconds(), 0);
  Label again;
  ASSERT_TRUE(SetLabel("stable", "51", 2023, digest, "", &again).ok()) << "a repeat asks for nothing";
  EXPECT_EQ(BytesOf(again), BytesOf(label));

  const Scorecard after = MustScore(form);
  EXPECT_EQ(after.rule_set().digest(), digest);
  EXPECT_THAT(after.rule_set().selected_by(), HasSubstr("标签 stable"));
  EXPECT_EQ(MustScore(Form("510403", 2022)).rule_set().id(), before.rule_set().id());
  RuleSetSelector by_label;
  by_label.set_label("trial");
  EXPECT_EQ(MustScore(form, by_label).rule_set().digest(), digest);
  Scorecard card;
  ExpectRefusal(Score(Form("110000", 2023), by_label, card), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");

  RetireRuleSetRequest retire;
  retire.set_id("local-b@1");
  RetireRuleSetResponse retired;
  ExpectRefusal(Call(&Stub::RetireRuleSet, retire, retired), StatusCode::FAILED_PRECONDITION, "LABEL_IN_USE");
  ExpectRefusal(SetLabel("stable", "51", 2023, before.rule_set().digest(),
                         MustSimulate(before.rule_set().id(), {form}).name(), nullptr, "not-its-etag"),
                StatusCode::ABORTED, "ETAG_MISMATCH");
  DeleteLabelRequest remove;
  remove.set_name("stable");
  remove.set_region_code("51");
  remove.set_fiscal_year(2023);
  Must(&Stub::DeleteLabel, remove);
  EXPECT_EQ(BytesOf(MustScore(form)), BytesOf(before)) << "as it was before the label";
  DeleteLabelResponse removed;
  ExpectRefusal(Call(&Stub::DeleteLabel, remove, removed), StatusCode::NOT_FOUND, "LABEL_NOT_FOUND");
  for (const auto& [name, field] : {std::pair("Stable", "label.name"), std::pair("", "label.name")})
    ExpectRefusal(SetLabel(name, "", 0, digest), StatusCode::INVALID_ARGUMENT, "LABEL_INVALID", field);
  ExpectRefusal(SetLabel("stable", "", 0, "sha256:" + std::string(64, '0')), StatusCode::NOT_FOUND,
                "RULE_SET_NOT_FOUND");
}

TEST_F(RuleSetLabelTest, ShadowScoresLiveFormsBesideAndChangesNothing) {
  RuleSet same = Local("local-same");
  same.mutable_execution()->set_weight(national_.execution().weight());
  same.mutable_classes(0)->set_weight(national_.classes(0).weight());
  same.clear_cases();                           // they say where the national grades lie
  same.mutable_grades(0)->set_at_least("100");  // grades move, totals do not
  const SelfEvaluation form = PlainForm(90);    // 100 points: it has a grade
  const Scorecard alone = MustScore(form);
  ASSERT_NE(alone.grade(), "");
  const GetShadowReportRequest ask;
  EXPECT_EQ(Must(&Stub::GetShadowReport, ask).counts_size(), 0);
  ASSERT_TRUE(SetLabel("shadow", "", 0, Publish(same)).ok());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(BytesOf(MustScore(form)), BytesOf(alone));
  MustScore(form, ById("cn-national-2020"));  // named: not live
  const GetShadowReportResponse report = Must(&Stub::GetShadowReport, ask);
  ASSERT_EQ(report.counts_size(), 1);
  EXPECT_EQ(report.counts(0).stable_digest(), alone.rule_set().digest());
  EXPECT_EQ(report.counts(0).forms(), 10);
  EXPECT_EQ(report.counts(0).totals(), 0);
  EXPECT_EQ(report.counts(0).grades(), alone.grade() == "优" && alone.computed_total() != "100.00" ? 10 : 0);

  // Streams count, too.
  StreamRaw(cluster_.Channel(Server::kScoring), "/jixiao.scoring.v1.ScoringService/ScoreBatch", [&] {
    ScoreBatchRequest request;
    *request.mutable_form() = form;
    return std::vector<std::string>(5, request.SerializeAsString());
  }());
  EXPECT_EQ(Must(&Stub::GetShadowReport, ask).counts(0).forms(), 15);
}

// Replicas of one database.
class RuleSetReplicasTest : public RuleSetTest {
 protected:
  RuleSetReplicasTest() : RuleSetTest({.scoring_replicas = 2, .shared_store = true}) {}
};

TEST_F(RuleSetReplicasTest, LearnOfLabelsAndRetirements) {
  const std::string digest = Publish(Local("local-shared"));
  const SelfEvaluation form = Form("510403", 2023);
  const Scorecard before = MustScore(form, {}, 1);
  ASSERT_TRUE(SetLabel("stable", "51", 2023, digest, MustSimulate("local-shared@1", {form}).name()).ok());
  const auto id_on_b = [&] { return MustScore(form, {}, 1).rule_set().id(); };
  EXPECT_TRUE(Eventually([&] { return id_on_b() == "local-shared"; }, std::chrono::seconds(3)));
  DeleteLabelRequest remove;
  remove.set_name("stable");
  remove.set_region_code("51");
  remove.set_fiscal_year(2023);
  Must(&Stub::DeleteLabel, remove);
  EXPECT_TRUE(Eventually([&] { return id_on_b() == before.rule_set().id(); }, std::chrono::seconds(3)));
  RetireRuleSetRequest retire;
  retire.set_id("local-shared@1");
  Must(&Stub::RetireRuleSet, retire);
  Scorecard card;
  EXPECT_TRUE(Eventually([&] { return !Score(form, ById("local-shared"), card, 1).ok(); }, std::chrono::seconds(3)));
  EXPECT_TRUE(Score(form, ById("local-shared@1"), card, 1).ok());
}

// With the store away a replica starts from its snapshot, and labels decide as before.
TEST_F(RuleSetLabelTest, SnapshotKeepsLabelsAndRetirements) {
  const std::string digest = Publish(Local("local-snap"));
  Publish(Local("local-old"));
  const SelfEvaluation form = Form("510403", 2023);
  ASSERT_TRUE(SetLabel("stable", "51", 0, digest, MustSimulate("local-snap@1", {form}).name()).ok());
  RetireRuleSetRequest retire;
  retire.set_id("local-old@1");
  Must(&Stub::RetireRuleSet, retire);
  const Scorecard before = MustScore(form);
  ASSERT_EQ(before.rule_set().digest(), digest);
  ASSERT_TRUE(Eventually([&] {
    std::ifstream in(cluster_.Snapshot(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    return bytes.find("stable") != std::string::npos;
  }));
  cluster_.Stop(Server::kScoring);
  const auto database = cluster_.Database(Server::kScoring);
  std::filesystem::rename(database, database.string() + ".away");
  cluster_.Restart(Server::kScoring);
  EXPECT_EQ(BytesOf(MustScore(form)), BytesOf(before));
  Scorecard card;
  ExpectRefusal(SetLabel("trial", "", 0, digest), StatusCode::UNAVAILABLE, "STORE_AWAY");
  EXPECT_EQ(Must(&Stub::ListLabels, ListLabelsRequest()).labels_size(), 1);
  cluster_.Stop(Server::kScoring);
  std::filesystem::rename(database.string() + ".away", database);
  cluster_.Restart(Server::kScoring);
  EXPECT_EQ(BytesOf(MustScore(form)), BytesOf(before));
}

}  // namespace
}  // namespace jixiao::testing
