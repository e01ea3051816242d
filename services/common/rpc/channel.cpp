#include "common/rpc/channel.h"

#include "common/rpc/server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace jixiao::rpc {
namespace {

// What may be repeated at another replica when one is gone in mid-call: calls that only read, and writes that carry a
// request id or a key and so happen once. Two repeats, at once: whoever waits for a service that is away has a longer
// patience of his own (intake's work items, the command line). Streams are begun again by those who know how far they
// came.
constexpr char kServiceConfig[] = R"({
  "methodConfig": [{
    "name": [
      {"service": "jixiao.scoring.v1.ScoringService", "method": "Score"},
      {"service": "jixiao.scoring.v1.ScoringService", "method": "GetRuleSet"},
      {"service": "jixiao.scoring.v1.ScoringService", "method": "ListRuleSets"},
      {"service": "jixiao.scoring.v1.ScoringService", "method": "ListLabels"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "SubmitEvaluation"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "GetSubmission"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "ListSubmissions"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "ListChanges"},
      {"service": "jixiao.archiving.v1.ArchivingService", "method": "ArchiveRecord"},
      {"service": "jixiao.archiving.v1.ArchivingService", "method": "GetRecord"},
      {"service": "jixiao.archiving.v1.ArchivingService", "method": "ListRecords"},
      {"service": "jixiao.archiving.v1.ArchivingService", "method": "GetTreeHead"},
      {"service": "jixiao.archiving.v1.ArchivingService", "method": "GetInclusionProof"},
      {"service": "jixiao.archiving.v1.ArchivingService", "method": "GetConsistencyProof"}
    ],
    "retryPolicy": {
      "maxAttempts": 3,
      "initialBackoff": "0.02s",
      "maxBackoff": "0.1s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }]
})";

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1000);
  // A server that hangs in mid-call is found out within ten seconds, however long it has said nothing.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetServiceConfigJSON(kServiceConfig);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace jixiao::rpc
