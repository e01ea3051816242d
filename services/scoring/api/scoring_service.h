// The scoring service over gRPC: reads requests, chooses rules, calls the engine, writes answers.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/rpc/unary.h"
#include "common/worker_pool.h"
#include "scoring/api/live_forms.h"
#include "scoring/api/rule_set_admin.h"
#include "scoring/rulesets/rule_book.h"

#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>

namespace jixiao::scoring {

// The generated service with every method of `Methods` taken raw, from the last to the first.
template <template <class> class... Methods>
struct RawMethods {
  using Service = v1::ScoringService::Service;
};
template <template <class> class Method, template <class> class... Rest>
struct RawMethods<Method, Rest...> {
  using Service = Method<typename RawMethods<Rest...>::Service>;
};

using RawScoringService = RawMethods<
    v1::ScoringService::WithRawCallbackMethod_Score, v1::ScoringService::WithRawCallbackMethod_ScoreBatch,
    v1::ScoringService::WithRawCallbackMethod_CheckBatch, v1::ScoringService::WithRawCallbackMethod_GetRuleSet,
    v1::ScoringService::WithRawCallbackMethod_ListRuleSets, v1::ScoringService::WithRawCallbackMethod_SaveDraft,
    v1::ScoringService::WithRawCallbackMethod_PublishRuleSet, v1::ScoringService::WithRawCallbackMethod_RetireRuleSet,
    v1::ScoringService::WithRawCallbackMethod_SetLabel, v1::ScoringService::WithRawCallbackMethod_DeleteLabel,
    v1::ScoringService::WithRawCallbackMethod_ListLabels, v1::ScoringService::WithRawCallbackMethod_DiffRuleSets,
    v1::ScoringService::WithRawCallbackMethod_SimulateRuleSet, v1::ScoringService::WithRawCallbackMethod_GetSimulation,
    v1::ScoringService::WithRawCallbackMethod_GetShadowReport>::Service;

class ScoringServiceImpl final : public RawScoringService {
  using Context = grpc::CallbackServerContext;
  using Bytes = grpc::ByteBuffer;
  using Unary = grpc::ServerUnaryReactor;

 public:
  ScoringServiceImpl(RuleBook& book, LiveForms& live, WorkerPool& pool, rpc::ServerState& state)
      : book_(book), live_(live), pool_(pool), state_(state), admin_(book, live) {}

  Unary* Score(Context* context, const Bytes* in, Bytes* out) override;
  grpc::ServerBidiReactor<Bytes, Bytes>* ScoreBatch(Context* context) override;
  grpc::ServerReadReactor<Bytes>* CheckBatch(Context* context, Bytes* out) override;
  grpc::ServerReadReactor<Bytes>* SimulateRuleSet(Context* context, Bytes* out) override;

  Unary* GetRuleSet(Context* context, const Bytes* in, Bytes* out) override;
  Unary* ListRuleSets(Context* context, const Bytes* in, Bytes* out) override;
  Unary* SaveDraft(Context* context, const Bytes* in, Bytes* out) override;
  Unary* PublishRuleSet(Context* context, const Bytes* in, Bytes* out) override;
  Unary* RetireRuleSet(Context* context, const Bytes* in, Bytes* out) override;
  Unary* SetLabel(Context* context, const Bytes* in, Bytes* out) override;
  Unary* DeleteLabel(Context* context, const Bytes* in, Bytes* out) override;
  Unary* ListLabels(Context* context, const Bytes* in, Bytes* out) override;
  Unary* DiffRuleSets(Context* context, const Bytes* in, Bytes* out) override;
  Unary* GetSimulation(Context* context, const Bytes* in, Bytes* out) override;
  Unary* GetShadowReport(Context* context, const Bytes* in, Bytes* out) override;

 private:
  // How many calls may wait for each core: about 40 ms of work. More are refused at once, before they are read.
  static constexpr std::size_t kWaitingPerCore = 256;
  static int Cores() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

  void Score(const Bytes& bytes, rpc::BytesCall call);

  // Hands a call to the administration, on the pool.
  template <class Request, class Response>
  Unary* Administer(const rpc::Method& method, absl::Status (RuleSetAdmin::*handler)(const Request&, Response&),
                    Context* context, const Bytes* in, Bytes* out);

  RuleBook& book_;
  LiveForms& live_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  RuleSetAdmin admin_;
  std::atomic<int> batches_{0};  // CheckBatch calls that hold their forms
  const rpc::Method score_{state_, "Score"};
  const rpc::Method score_batch_{state_, "ScoreBatch"};
  const rpc::Method score_batch_item_{state_, "ScoreBatchItem"};
  const rpc::Method check_batch_{state_, "CheckBatch"};
  const rpc::Method simulate_rule_set_{state_, "SimulateRuleSet"};
  const rpc::Method get_rule_set_{state_, "GetRuleSet"};
  const rpc::Method list_rule_sets_{state_, "ListRuleSets"};
  const rpc::Method save_draft_{state_, "SaveDraft"};
  const rpc::Method publish_rule_set_{state_, "PublishRuleSet"};
  const rpc::Method retire_rule_set_{state_, "RetireRuleSet"};
  const rpc::Method set_label_{state_, "SetLabel"};
  const rpc::Method delete_label_{state_, "DeleteLabel"};
  const rpc::Method list_labels_{state_, "ListLabels"};
  const rpc::Method diff_rule_sets_{state_, "DiffRuleSets"};
  const rpc::Method get_simulation_{state_, "GetSimulation"};
  const rpc::Method get_shadow_report_{state_, "GetShadowReport"};
  const int cores_ = Cores();
  std::atomic<int> scoring_{0};  // calls that gRPC's threads score
  WorkerPool scorers_{cores_, kWaitingPerCore* static_cast<std::size_t>(cores_)};
};

}  // namespace jixiao::scoring
