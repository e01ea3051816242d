// A scoring server and the calls of a rule set's life, for tests.
#pragma once

#include "support/cluster.h"
#include "support/forms.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace jixiao::testing {

class RuleSetTest : public ::testing::Test {
 protected:
  using Stub = scoring::v1::ScoringService::Stub;

  explicit RuleSetTest(ClusterOptions options = {}) : cluster_(options) {}
  void SetUp() override { national_ = Get("cn-national-2020").rule_set(); }

  template <class Request, class Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response, int replica = 0) {
    grpc::ClientContext context;
    Within(context);
    return (cluster_.Scoring(replica).*method)(&context, request, &response);
  }
  // The answer; fails the test when the call is refused.
  template <class Request, class Response>
  Response Must(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                int replica = 0) {
    Response response;
    const grpc::Status status = Call(method, request, response, replica);
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    return response;
  }

  static scoring::v1::RuleSetSelector ById(const std::string& id);
  scoring::v1::GetRuleSetResponse Get(const std::string& id);
  // The national rules under another id, for no form by itself, with half the points for budget execution.
  scoring::v1::RuleSet Local(const std::string& id, int revision = 1) const;
  // Publishes and answers with the digest.
  std::string Publish(const scoring::v1::RuleSet& set);
  grpc::Status SaveDraft(const scoring::v1::RuleSet& set, const std::string& etag,
                         scoring::v1::SaveDraftResponse& response);
  // All pages.
  std::vector<scoring::v1::RuleSetSummary> List(bool drafts, int page_size = 0);

  grpc::Status Score(const evaluation::v1::SelfEvaluation& form, const scoring::v1::RuleSetSelector& selector,
                     evaluation::v1::Scorecard& card, int replica = 0);
  evaluation::v1::Scorecard MustScore(const evaluation::v1::SelfEvaluation& form,
                                      const scoring::v1::RuleSetSelector& selector = {}, int replica = 0);

  grpc::Status SetLabel(const std::string& name, const std::string& region, int year, const std::string& digest,
                        const std::string& report = "", scoring::v1::Label* label = nullptr,
                        const std::string& etag = "");
  grpc::Status Simulate(const scoring::v1::SimulationPair& pair,
                        const std::vector<evaluation::v1::SelfEvaluation>& forms, scoring::v1::Simulation& report);
  scoring::v1::Simulation MustSimulate(const std::string& to, const std::vector<evaluation::v1::SelfEvaluation>& forms,
                                       const std::string& from = "");

  // A sample as if it came from this region in this year.
  static evaluation::v1::SelfEvaluation Form(const std::string& region, int year);

  // Runs `jixiao` against the server; its exit code, and all that it wrote.
  int Cli(const std::vector<std::string>& arguments, std::string* output);
  // The same for what must succeed.
  std::string MustCli(const std::vector<std::string>& arguments);

  Cluster cluster_;
  scoring::v1::RuleSet national_;

 private:
  int cli_runs_ = 0;
};

}  // namespace jixiao::testing
