#include "common/rpc/server.h"

#include "common/access/gate.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"

#include <absl/cleanup/cleanup.h>
#include <absl/synchronization/mutex.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <thread>

namespace jixiao::rpc {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Waits for a stop signal at most `timeout`; true when one came.
bool WaitForSignal(std::chrono::seconds timeout) {
  const sigset_t signals = StopSignals();
  const timespec limit{timeout.count(), 0};
  return sigtimedwait(&signals, nullptr, &limit) > 0;
}

// gRPC and libprotobuf write to stderr on their own; while this process serves, their lines are lines of its log. Such
// a line says where a fault is, never what the bytes were.
void AdoptLibraryLogs() {
  gpr_set_log_function([](gpr_log_func_args* line) {
    log::Write(line->severity == GPR_LOG_SEVERITY_ERROR ? log::Level::kWarning : log::Level::kDebug, "grpc",
               {{"text", line->message}});
  });
  google::protobuf::SetLogHandler([](google::protobuf::LogLevel, const char*, int, const std::string& text) {
    log::Info("protobuf", {{"text", text}});
  });
}

void DropLibraryLogs() {
  gpr_set_log_function(nullptr);
  google::protobuf::SetLogHandler(nullptr);
}

// Runs `step` every 20 ms on a thread of its own until it returns false or the object ends.
class Ticker {
 public:
  explicit Ticker(std::function<bool()> step)
      : thread_([this, step = std::move(step)] {
          while (!done_.load() && step()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }) {}
  ~Ticker() {
    done_.store(true);
    thread_.join();
  }

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

// Says every second what is still in flight.
std::function<bool()> DrainReport(const ServerState& state) {
  return [&state, next = std::chrono::steady_clock::time_point()]() mutable {
    const auto now = std::chrono::steady_clock::now();
    if (now < next) return true;
    next = now + std::chrono::seconds(1);
    log::Info("draining", {{"in_flight", state.in_flight()}});
    return true;
  };
}

constexpr std::chrono::milliseconds kQuiet{500};

// Shutdown says goodbye to every connection and waits until its client has answered. A client that is making no call
// may not read for seconds, and nothing is lost by not hearing from it: once no call has been in flight for kQuiet, the
// connections are cut. The time is for a request that is just being read, which is not yet counted.
std::function<bool()> CutIdle(grpc::Server& server, const ServerState& state) {
  return [&server, &state, busy = std::chrono::steady_clock::now()]() mutable {
    const auto now = std::chrono::steady_clock::now();
    if (state.in_flight() != 0) busy = now;
    if (now - busy < kQuiet) return true;
    grpc_server_cancel_all_calls(server.c_server());
    return false;
  };
}

// Reflection puts itself into every builder of a process that is linked with it.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
  }
};

absl::Status CheckDeclared(const std::vector<std::string>& services) {
  for (const std::string& name : services) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) return absl::InternalError(Cat("no descriptor of ", name));
    RETURN_IF_ERROR(access::CheckDeclared(*service));
  }
  return absl::OkStatus();
}

// What a client gets that only wants to cost us something. deploy/SECURITY.md says what gRPC 1.51 leaves open.
void LimitStrangers(grpc::ServerBuilder& builder) {
  // Handshake and first settings: who is slower has his connection closed.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  // More calls of one connection wait with the client: within gRPC they would wait unseen, where nobody refuses them.
  // Room for the thousand watchers that a platform may have on one.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1024);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  // A compressed message has no size before it is unpacked.
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP})
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  // Beyond this gRPC takes no more connections and streams until some end.
  builder.SetResourceQuota(grpc::ResourceQuota("server").Resize(std::size_t{384} << 20));
}

}  // namespace

void BlockSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

absl::Status RunServer(const ServerOptions& options, const Tls* tls, const std::vector<grpc::Service*>& services,
                       const std::vector<std::string>& service_names, ServerState& state) {
  // Debian's absl looks for deadlock cycles at every lock that gRPC takes.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  RETURN_IF_ERROR(CheckDeclared(service_names));
  AdoptLibraryLogs();
  const absl::Cleanup drop = DropLibraryLogs;  // the log is closed before the libraries' threads end
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  if (state.gate() != nullptr && !state.gate()->policy()->reflection())
    builder.SetOption(std::make_unique<WithoutReflection>());
  int port = 0;
  builder.AddListeningPort(options.listen, tls != nullptr ? tls->ForServer() : grpc::InsecureServerCredentials(),
                           &port);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  // A client that died without a word is noticed while it has a call, and the call ends.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // Callers ask a server that owes them an answer whether it still lives.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 4000);
  if (options.connection_age.count() > 0) {
    const auto millis = [](std::chrono::seconds time) { return static_cast<int>(time.count()) * 1000; };
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, millis(options.connection_age));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, millis(options.connection_grace));
  }
  LimitStrangers(builder);
  // Two servers on one port would share its calls at random.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  for (grpc::Service* service : services) builder.RegisterService(service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0)
    return Error(absl::StatusCode::kUnavailable, "LISTEN_FAILED",
                 Cat("cannot listen on ", options.listen, ": is the port taken?"));
  auto* health = server->GetHealthCheckService();
  for (const std::string& name : service_names) health->SetServingStatus(name, true);
  log::Info("serving", {{"listen", options.listen}, {"port", port}, {"tls", tls != nullptr}});

  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  log::Info("stopping", {{"signal", signal}, {"in_flight", state.in_flight()}});
  health->SetServingStatus(false);
  {
    const Ticker report(DrainReport(state));
    if (WaitForSignal(options.drain_wait)) log::Info("second signal: not waiting any longer");
    state.Stop();
    const Ticker cutter(CutIdle(*server, state));
    server->Shutdown(std::chrono::system_clock::now() + options.drain_deadline);
  }
  log::Info("stopped serving", {{"in_flight", state.in_flight()}});
  return absl::OkStatus();
}

}  // namespace jixiao::rpc
