#include "support/rule_sets.h"

#include "support/paths.h"

#include <fstream>
#include <sstream>

namespace jixiao::testing {

using namespace scoring::v1;
using evaluation::v1::Scorecard;
using evaluation::v1::SelfEvaluation;

RuleSetSelector RuleSetTest::ById(const std::string& id) {
  RuleSetSelector selector;
  selector.set_id(id);
  return selector;
}

GetRuleSetResponse RuleSetTest::Get(const std::string& id) {
  GetRuleSetRequest request;
  *request.mutable_rule_set() = ById(id);
  return Must(&Stub::GetRuleSet, request);
}

RuleSet RuleSetTest::Local(const std::string& id, int revision) const {
  RuleSet set = national_;
  set.set_id(id);
  set.set_revision(revision);
  set.set_title("地方规则");
  set.set_default_for_scope(false);
  set.mutable_execution()->set_weight("50");
  set.mutable_classes(0)->set_weight("10");
  return set;
}

std::string RuleSetTest::Publish(const RuleSet& set) {
  PublishRuleSetRequest request;
  *request.mutable_rule_set() = set;
  return Must(&Stub::PublishRuleSet, request).rule_set().digest();
}

grpc::Status RuleSetTest::SaveDraft(const RuleSet& set, const std::string& etag, SaveDraftResponse& response) {
  SaveDraftRequest request;
  *request.mutable_rule_set() = set;
  request.set_etag(etag);
  return Call(&Stub::SaveDraft, request, response);
}

std::vector<RuleSetSummary> RuleSetTest::List(bool drafts, int page_size) {
  ListRuleSetsRequest request;
  request.set_include_drafts(drafts);
  request.set_page_size(page_size);
  std::vector<RuleSetSummary> all;
  do {
    const ListRuleSetsResponse response = Must(&Stub::ListRuleSets, request);
    EXPECT_LE(response.rule_sets_size(), page_size == 0 ? 100 : page_size);
    for (const auto& set : response.rule_sets()) all.push_back(set);
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

grpc::Status RuleSetTest::Score(const SelfEvaluation& form, const RuleSetSelector& selector, Scorecard& card,
                                int replica) {
  ScoreRequest request;
  *request.mutable_form() = form;
  *request.mutable_rule_set() = selector;
  ScoreResponse response;
  const grpc::Status status = Call(&Stub::Score, request, response, replica);
  card = response.scorecard();
  return status;
}

Scorecard RuleSetTest::MustScore(const SelfEvaluation& form, const RuleSetSelector& selector, int replica) {
  Scorecard card;
  const grpc::Status status = Score(form, selector, card, replica);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  return card;
}

grpc::Status RuleSetTest::SetLabel(const std::string& name, const std::string& region, int year,
                                   const std::string& digest, const std::string& report, Label* label,
                                   const std::string& etag) {
  SetLabelRequest request;
  request.mutable_label()->set_name(name);
  request.mutable_label()->set_region_code(region);
  request.mutable_label()->set_fiscal_year(year);
  request.mutable_label()->set_digest(digest);
  request.set_report(report);
  request.set_etag(etag);
  SetLabelResponse response;
  const grpc::Status status = Call(&Stub::SetLabel, request, response);
  if (label != nullptr) *label = response.label();
  return status;
}

grpc::Status RuleSetTest::Simulate(const SimulationPair& pair, const std::vector<SelfEvaluation>& forms,
                                   Simulation& report) {
  grpc::ClientContext context;
  Within(context);
  SimulateRuleSetResponse response;
  const auto stream = cluster_.Scoring().SimulateRuleSet(&context, &response);
  SimulateRuleSetRequest request;
  *request.mutable_rule_sets() = pair;
  bool open = stream->Write(request);
  for (const SelfEvaluation& form : forms) {
    *request.mutable_form() = form;
    open = open && stream->Write(request);
  }
  stream->WritesDone();
  const grpc::Status status = stream->Finish();
  report = response.simulation();
  return status;
}

Simulation RuleSetTest::MustSimulate(const std::string& to, const std::vector<SelfEvaluation>& forms,
                                     const std::string& from) {
  SimulationPair pair;
  *pair.mutable_to() = ById(to);
  if (!from.empty()) *pair.mutable_from() = ById(from);
  Simulation report;
  const grpc::Status status = Simulate(pair, forms, report);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  return report;
}

SelfEvaluation RuleSetTest::Form(const std::string& region, int year) {
  SelfEvaluation form = Samples().front();
  form.set_region_code(region);
  form.set_fiscal_year(year);
  return form;
}

int RuleSetTest::Cli(const std::vector<std::string>& arguments, std::string* output) {
  const auto log = cluster_.folder() / ("cli-" + std::to_string(++cli_runs_) + ".txt");
  std::vector<std::string> command = {jixiao::paths::Binaries() + "/jixiao",
                                      "--scoring=127.0.0.1:" + std::to_string(cluster_.port(Server::kScoring))};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto process = Process::Start(command, log);
  const int code = process->Wait(std::chrono::seconds(30)).value_or(-1);
  std::ifstream in(log, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  *output = text.str();
  return code;
}

std::string RuleSetTest::MustCli(const std::vector<std::string>& arguments) {
  std::string output;
  EXPECT_EQ(Cli(arguments, &output), 0) << output;
  return output;
}

}  // namespace jixiao::testing
