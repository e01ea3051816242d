// The scoring service over gRPC, as the pipeline sees it.
#pragma once

#include "common/text.h"
#include "intake/peers/running_calls.h"
#include "intake/season/rule_set_finder.h"
#include "intake/workflow/pipeline.h"

#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <grpcpp/channel.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace jixiao::intake {

class ScoringClient final : public Scorer, public season::RuleSetFinder {
 public:
  explicit ScoringClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(scoring::v1::ScoringService::NewStub(channel)) {}

  std::vector<absl::StatusOr<evaluation::v1::Scorecard>> Score(std::span<const WorkItem* const> items) override;
  absl::StatusOr<std::shared_ptr<const scoring::v1::RuleSet>> RuleSet(const std::string& digest) override;
  absl::StatusOr<bool> Knows(const std::string& rule_set) override;
  absl::StatusOr<std::optional<std::string>> DigestNamed(const std::string& name) override;
  void Cancel() override { calls_.Cancel(); }

 private:
  absl::StatusOr<scoring::v1::GetRuleSetResponse> Get(const std::string& name);

  const std::unique_ptr<scoring::v1::ScoringService::Stub> stub_;
  RunningCalls calls_;
  std::mutex mutex_;
  TextMap<std::shared_ptr<const scoring::v1::RuleSet>> by_digest_;  // immutable content, so never stale
  TextSet known_;                                                   // names that were found: ids are never taken back
};

}  // namespace jixiao::intake
