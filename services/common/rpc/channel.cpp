#include "common/rpc/channel.h"

#include "common/rpc/server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_interceptor.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace jixiao::rpc {
namespace {

// What may be repeated at another replica when one is gone in mid-call: calls that only read, and writes that carry a
// request id or a key and so happen once. Of a stream, only what was sent before its first answer is: later it is begun
// again by those who know how far they came. A server that stops cancels what reaches it in its last moment, so
// CANCELLED counts, too: a caller that cancels by itself is gone by then. Two repeats, at once: whoever waits for a
// service that is away has a longer patience of his own (intake's work items, the command line).
constexpr char kServiceConfig[] = R"({
  "methodConfig": [{
    "name": [
      {"service": "jixiao.scoring.v1.ScoringService", "method": "Score"},
      {"service": "jixiao.scoring.v1.ScoringService", "method": "ScoreBatch"},
      {"service": "jixiao.scoring.v1.ScoringService", "method": "CheckBatch"},
      {"service": "jixiao.scoring.v1.ScoringService", "method": "GetRuleSet"},
      {"service": "jixiao.scoring.v1.ScoringService", "method": "ListRuleSets"},
      {"service": "jixiao.scoring.v1.ScoringService", "method": "ListLabels"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "SubmitEvaluation"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "GetSubmission"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "ListSubmissions"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "ListChanges"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "WatchSubmission"},
      {"service": "jixiao.intake.v1.IntakeService", "method": "WatchSubmissions"},
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
      "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]
    }
  }]
})";

using grpc::experimental::ClientInterceptorFactoryInterface;
using grpc::experimental::ClientRpcInfo;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;

// Puts the bearer token into a call's metadata. gRPC's own call credentials need TLS; to a loopback address, where a
// proxy may stand, a token goes without.
class TokenInterceptor final : public Interceptor {
 public:
  explicit TokenInterceptor(const std::string& file) : file_(file) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      std::ifstream in(file_, std::ios::binary);
      std::string token(std::istreambuf_iterator<char>(in), {});
      token.erase(token.find_last_not_of(" \r\n\t") + 1);
      if (!token.empty()) methods->GetSendInitialMetadata()->emplace("authorization", "Bearer " + token);
    }
    methods->Proceed();
  }

 private:
  const std::string& file_;
};

class TokenInterceptorFactory final : public ClientInterceptorFactoryInterface {
 public:
  explicit TokenInterceptorFactory(std::string file) : file_(std::move(file)) {}
  // gRPC takes the object and deletes it.
  Interceptor* CreateClientInterceptor(ClientRpcInfo*) override {
    return std::make_unique<TokenInterceptor>(file_).release();
  }

 private:
  const std::string file_;
};

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address, const ChannelSecurity& security) {
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
  const auto credentials = security.tls ? security.tls->ForChannel() : grpc::InsecureChannelCredentials();
  if (security.token_file.empty()) return grpc::CreateCustomChannel(address, credentials, arguments);
  std::vector<std::unique_ptr<ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<TokenInterceptorFactory>(security.token_file));
  return grpc::experimental::CreateCustomChannelWithInterceptors(address, credentials, arguments,
                                                                 std::move(interceptors));
}

}  // namespace jixiao::rpc
