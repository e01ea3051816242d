// The scoring service over gRPC: reads requests, chooses rules, calls the engine, writes answers.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "scoring/rulesets/rule_book.h"

#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <string_view>

namespace jixiao::scoring {

using RawScoringService =
    v1::ScoringService::WithRawCallbackMethod_Score<v1::ScoringService::WithRawCallbackMethod_ScoreBatch<
        v1::ScoringService::WithRawCallbackMethod_GetRuleSet<v1::ScoringService::WithRawCallbackMethod_ListRuleSets<
            v1::ScoringService::WithRawCallbackMethod_PublishRuleSet<v1::ScoringService::Service>>>>>;

class ScoringServiceImpl final : public RawScoringService {
 public:
  ScoringServiceImpl(RuleBook& book, WorkerPool& pool, rpc::ServerState& state)
      : book_(book), pool_(pool), state_(state) {}

  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                  grpc::ByteBuffer* out) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoreBatch(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetRuleSet(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                       grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListRuleSets(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                         grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* PublishRuleSet(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                           grpc::ByteBuffer* out) override;

 private:
  RuleBook& book_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method score_{state_, "Score"};
  const rpc::Method get_rule_set_{state_, "GetRuleSet"};
  const rpc::Method list_rule_sets_{state_, "ListRuleSets"};
  const rpc::Method publish_rule_set_{state_, "PublishRuleSet"};
  const rpc::Method score_batch_{state_, "ScoreBatch"};
  const rpc::Method score_batch_item_{state_, "ScoreBatchItem"};
};

}  // namespace jixiao::scoring
