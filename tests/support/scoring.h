// A cluster of scoring replicas with a Redis between them: publishing, scoring, and a hand in Redis itself.
#pragma once

#include "support/cluster.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace jixiao::testing {

class ScoringTest : public ::testing::Test {
 protected:
  static constexpr int kA = 0;
  static constexpr int kB = 1;
  static constexpr int kC = 2;
  static constexpr char kIndexKey[] = "jixiao:rule-sets:index:v1";

  explicit ScoringTest(ClusterOptions options) : cluster_(options) {}
  void SetUp() override;
  void TearDown() override;

  // A rule set that no file has, for no form by itself.
  scoring::v1::RuleSet LocalRules(const std::string& id) const;
  // One that every form of `region` gets which does not say otherwise.
  scoring::v1::RuleSet RegionalRules(const std::string& id, const std::string& region) const;

  // Publishes on a replica and answers with the digest.
  std::string Publish(int replica, const scoring::v1::RuleSet& rules);
  grpc::Status TryPublish(int replica, const scoring::v1::RuleSet& rules, std::string* digest = nullptr);
  // Whether a replica lists a rule set: what it knows at this moment, without looking for more.
  bool Lists(int replica, const std::string& id);

  // Scores a sample by digest; empty: by its region. No call may take much longer than one without Redis.
  RawAnswer Score(int replica, const std::string& digest);
  // The same without a look at the time, from any thread.
  RawAnswer ScoreAtLeisure(int replica, const std::string& digest);
  std::string MustScore(int replica, const std::string& digest = "");
  // The id of the rule set that a form of `region` is scored by.
  std::string RuleSetFor(int replica, const std::string& region);

  static std::string KeyOf(const std::string& digest) { return "jixiao:rule-set:v1:" + digest; }
  // A command to Redis; the answer as text, "(nil)" when there is none, "(away)" without Redis.
  std::string Redis(const std::vector<std::string>& words);

  double Metric(int replica, const std::string& series) {
    return cluster_.Metric(Server::kScoring, replica, series).value_or(-1);
  }
  // Loads of rule sets that a replica fetched because a call named them.
  double Loads(int replica, const std::string& source) {
    return Metric(replica, "jixiao_rule_set_loads_total{source=\"" + source + "\"}");
  }

  Cluster cluster_;
  scoring::v1::RuleSet national_;
  std::chrono::milliseconds slowest_{0};
};

}  // namespace jixiao::testing
