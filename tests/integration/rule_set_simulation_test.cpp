// Comparing two rule sets on a real server: field by field, and form by form.
#include "support/rule_sets.h"

#include <gtest/gtest.h>

#include <map>

namespace jixiao::testing {
namespace {

using namespace scoring::v1;
using evaluation::v1::SelfEvaluation;
using grpc::StatusCode;

class RuleSetSimulationTest : public RuleSetTest {};

TEST_F(RuleSetSimulationTest, DiffNamesFields) {
  Publish(Local("local-diff"));
  DiffRuleSetsRequest request;
  *request.mutable_from() = ById("cn-national-2020");
  *request.mutable_to() = ById("local-diff");
  const DiffRuleSetsResponse response = Must(&Stub::DiffRuleSets, request);
  std::map<std::string, std::string> changes;
  for (const auto& change : response.changes()) changes[change.field()] = change.from() + "→" + change.to();
  EXPECT_EQ(changes["execution.weight"], "10→50");
  EXPECT_EQ(changes["classes[产出指标].weight"], "50→10");
  EXPECT_EQ(changes["id"], "cn-national-2020→local-diff");
  EXPECT_EQ(changes["default_for_scope"], "true→false");
  EXPECT_EQ(changes["revision"], std::to_string(national_.revision()) + "→1");
  EXPECT_EQ(changes.size(), 6u) << response.ShortDebugString();
  SaveDraftResponse saved;
  RuleSet draft = Local("local-diff", 2);
  draft.clear_grades();  // not valid, and still comparable
  ASSERT_TRUE(SaveDraft(draft, "", saved).ok());
  *request.mutable_to() = ById("local-diff@2");
  EXPECT_EQ(Must(&Stub::DiffRuleSets, request).to_digest(), saved.etag());
  DiffRuleSetsResponse none;
  *request.mutable_to() = ById("nothing@1");
  ExpectRefusal(Call(&Stub::DiffRuleSets, request, none), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  request.clear_to();
  ExpectRefusal(Call(&Stub::DiffRuleSets, request, none), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID", "to");
}

TEST_F(RuleSetSimulationTest, SimulationSaysHowScoresMove) {
  SaveDraftResponse saved;
  ASSERT_TRUE(SaveDraft(Local("local-sim"), "", saved).ok());
  std::vector<SelfEvaluation> forms = Samples();
  const std::size_t real = forms.size();
  for (std::uint64_t i = 0; i < 200; ++i) forms.push_back(Variant(i));
  forms.push_back(SelfEvaluation());  // without any content: breaks the contract
  const Simulation report = MustSimulate("local-sim@1", forms);
  EXPECT_EQ(report.forms() + report.not_scorable(), static_cast<std::int64_t>(real) + 200);
  EXPECT_EQ(report.refused(), 1);
  EXPECT_EQ(report.from_digest(), "");
  EXPECT_EQ(report.to_digest(), saved.etag()) << "a draft that is published as it is keeps its simulation";
  std::int64_t in_buckets = 0;
  std::int64_t moved = 0;
  for (const auto& bucket : report.histogram()) {
    in_buckets += bucket.forms();
    if (bucket.up_to() != "0") moved += bucket.forms();
  }
  EXPECT_EQ(in_buckets, report.forms());
  EXPECT_EQ(moved, report.moved());
  std::int64_t by_grade = 0;
  for (const auto& way : report.grades()) by_grade += way.forms();
  EXPECT_EQ(by_grade, report.forms());
  std::int64_t by_region = 0;
  for (const auto& region : report.regions()) by_region += region.forms();
  EXPECT_EQ(by_region, report.forms());
  EXPECT_LE(report.movers_size(), 10);

  GetSimulationRequest get;
  get.set_name(report.name());
  EXPECT_EQ(BytesOf(Must(&Stub::GetSimulation, get).simulation()), BytesOf(report));
  get.set_name("simulations/none");
  GetSimulationResponse none;
  ExpectRefusal(Call(&Stub::GetSimulation, get, none), StatusCode::NOT_FOUND, "SIMULATION_NOT_FOUND");

  // From itself to itself nothing moves.
  const Simulation still = MustSimulate("cn-national-2020", forms, "cn-national-2020");
  EXPECT_EQ(still.moved(), 0);
  EXPECT_EQ(still.from_digest(), still.to_digest());
}

TEST_F(RuleSetSimulationTest, SimulationsRefuseWhatMakesNoSense) {
  Simulation report;
  SimulationPair pair;
  ExpectRefusal(Simulate(pair, {}, report), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID", "rule_sets.to");
  *pair.mutable_to() = ById("nothing");
  ExpectRefusal(Simulate(pair, {}, report), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  *pair.mutable_to() = ById("cn-national-2020");
  pair.mutable_from()->set_label("nobody");
  ExpectRefusal(Simulate(pair, {}, report), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  RuleSet broken = Local("local-broken");
  broken.clear_grades();
  SaveDraftResponse saved;
  ASSERT_TRUE(SaveDraft(broken, "", saved).ok());
  *pair.mutable_to() = ById("local-broken@1");
  pair.clear_from();
  ExpectRefusal(Simulate(pair, {}, report), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID", "grades");

  // No first message, a form first, rule sets twice.
  for (const int kind : {0, 1, 2}) {
    grpc::ClientContext context;
    Within(context);
    SimulateRuleSetResponse response;
    const auto stream = cluster_.Scoring().SimulateRuleSet(&context, &response);
    SimulateRuleSetRequest request;
    if (kind == 1) {
      *request.mutable_form() = PlainForm();
      stream->Write(request);
    } else if (kind == 2) {
      *request.mutable_rule_sets()->mutable_to() = ById("cn-national-2020");
      stream->Write(request);
      stream->Write(request);
    }
    stream->WritesDone();
    ExpectRefusal(stream->Finish(), StatusCode::INVALID_ARGUMENT, "SIMULATION_INVALID", "rule_sets");
  }
  // Who goes away in the middle leaves the server as it was.
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    SimulateRuleSetResponse response;
    const auto stream = cluster_.Scoring().SimulateRuleSet(&context, &response);
    SimulateRuleSetRequest request;
    *request.mutable_rule_sets()->mutable_to() = ById("cn-national-2020");
    stream->Write(request);
    *request.mutable_form() = PlainForm(50);
    for (int k = 0; k < i; ++k) stream->Write(request);
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), StatusCode::CANCELLED);
  }
  EXPECT_EQ(MustSimulate("cn-national-2020", {PlainForm()}).forms(), 1);
}

}  // namespace
}  // namespace jixiao::testing
