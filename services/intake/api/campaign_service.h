// The campaign service over gRPC: reads requests, calls domain and store, writes answers.
#pragma once

#include "common/metrics.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "intake/api/import_roster.h"
#include "intake/season/rule_set_finder.h"
#include "intake/store/campaign_store.h"

#include "jixiao/intake/v1/campaign.grpc.pb.h"

#include <string>

namespace jixiao::intake {

// The methods as raw bytes; see common/rpc/wire.h.
template <class Base>
using RawCampaignWriters = v1::CampaignService::WithRawCallbackMethod_CreateCampaign<
    v1::CampaignService::WithRawCallbackMethod_UpdateCampaign<v1::CampaignService::WithRawCallbackMethod_OpenCampaign<
        v1::CampaignService::WithRawCallbackMethod_CloseCampaign<
            v1::CampaignService::WithRawCallbackMethod_ImportRoster<
                v1::CampaignService::WithRawCallbackMethod_ReserveSubmission<Base>>>>>>;
template <class Base>
using RawCampaignReaders = v1::CampaignService::WithRawCallbackMethod_GetCampaign<
    v1::CampaignService::WithRawCallbackMethod_ListCampaigns<v1::CampaignService::WithRawCallbackMethod_ListRoster<
        v1::CampaignService::WithRawCallbackMethod_GetProgress<v1::CampaignService::WithRawCallbackMethod_ListMissing<
            v1::CampaignService::WithRawCallbackMethod_ListCampaignSubmissions<
                v1::CampaignService::WithRawCallbackMethod_GetReceiptKey<Base>>>>>>>;
using RawCampaignService = RawCampaignWriters<RawCampaignReaders<v1::CampaignService::Service>>;

class CampaignServiceImpl final : public RawCampaignService {
 public:
  // `receipt_key`: what verifies the receipts that `store` signs.
  CampaignServiceImpl(CampaignStore& store, season::RuleSetFinder& rule_sets, std::string receipt_key, WorkerPool& pool,
                      rpc::ServerState& state)
      : store_(store), rule_sets_(rule_sets), receipt_key_(std::move(receipt_key)), pool_(pool), state_(state) {
    reserve_state_.GuardBy(state.gate());
    reserve_state_.RecordIn(state.trail());
  }

  grpc::ServerUnaryReactor* CreateCampaign(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                           grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetCampaign(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListCampaigns(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* UpdateCampaign(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                           grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* OpenCampaign(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                         grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* CloseCampaign(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerReadReactor<grpc::ByteBuffer>* ImportRoster(grpc::CallbackServerContext* context,
                                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListRoster(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                       grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetProgress(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListMissing(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListCampaignSubmissions(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                    grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ReserveSubmission(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                              grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetReceiptKey(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;

 private:
  // The digest of a campaign's rule set; empty when it has none or scoring cannot be asked now. NOT_FOUND
  // (RULE_SET_NOT_FOUND).
  absl::StatusOr<std::string> DigestOfRules(const std::string& rule_set);

  CampaignStore& store_;
  season::RuleSetFinder& rule_sets_;
  const std::string receipt_key_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  // Reservations are counted apart: a server full of forms still takes them.
  Metrics reserve_metrics_;
  rpc::ServerState reserve_state_{reserve_metrics_, 4096, 64 * 1024 * 1024};
  RunningImports imports_{0};
  const rpc::Method create_campaign_{state_, "CreateCampaign"};
  const rpc::Method get_campaign_{state_, "GetCampaign"};
  const rpc::Method list_campaigns_{state_, "ListCampaigns"};
  const rpc::Method update_campaign_{state_, "UpdateCampaign"};
  const rpc::Method open_campaign_{state_, "OpenCampaign"};
  const rpc::Method close_campaign_{state_, "CloseCampaign"};
  const rpc::Method import_roster_{state_, "ImportRoster"};
  const rpc::Method list_roster_{state_, "ListRoster"};
  const rpc::Method get_progress_{state_, "GetProgress"};
  const rpc::Method list_missing_{state_, "ListMissing"};
  const rpc::Method list_campaign_submissions_{state_, "ListCampaignSubmissions"};
  const rpc::Method reserve_submission_{state_, "ReserveSubmission"};
  const rpc::Method get_receipt_key_{state_, "GetReceiptKey"};
};

}  // namespace jixiao::intake
