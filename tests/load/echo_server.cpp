#include "load/echo_server.h"

#include "common/errors.h"
#include "common/text.h"

#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/slice.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>

namespace jixiao::load {
namespace {

using RawService = scoring::v1::ScoringService::WithRawCallbackMethod_Score<
    scoring::v1::ScoringService::WithRawCallbackMethod_ScoreBatch<scoring::v1::ScoringService::Service>>;

// Answers that are made once and only counted up when they are sent.
class Prepared {
 public:
  explicit Prepared(const std::vector<std::string>& answers) {
    for (const std::string& answer : answers) {
      const grpc::Slice slice(answer.data(), answer.size());
      buffers_.emplace_back(&slice, 1);
    }
  }
  const grpc::ByteBuffer& Next() { return buffers_[next_.fetch_add(1, std::memory_order_relaxed) % buffers_.size()]; }

 private:
  std::vector<grpc::ByteBuffer> buffers_;
  std::atomic<std::size_t> next_{0};
};

class EchoStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit EchoStream(Prepared& answers) : answers_(answers) { StartRead(&in_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    out_ = answers_.Next();
    StartWrite(&out_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&in_);
  }
  void OnDone() override { delete this; }

 private:
  Prepared& answers_;
  grpc::ByteBuffer in_;
  grpc::ByteBuffer out_;
};

class EchoService final : public RawService {
 public:
  explicit EchoService(const Answers& answers) : unary_(answers.unary), stream_(answers.stream) {}

  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                  grpc::ByteBuffer* out) override {
    *out = unary_.Next();
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoreBatch(grpc::CallbackServerContext*) override {
    return std::make_unique<EchoStream>(stream_).release();  // deletes itself in OnDone
  }

 private:
  Prepared unary_;
  Prepared stream_;
};

absl::StatusOr<Answers> ReadAnswers(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  const nlohmann::json json = nlohmann::json::from_cbor(bytes, true, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::InvalidArgumentError(Cat(file, " holds no answers"));
  const auto texts = [&json](const char* name) {
    std::vector<std::string> out;
    for (const auto& item : json[name]) out.emplace_back(item.get_binary().begin(), item.get_binary().end());
    return out;
  };
  return Answers{texts("unary"), texts("stream")};
}

}  // namespace

absl::Status WriteAnswers(const std::string& file, const Answers& answers) {
  const auto binaries = [](const std::vector<std::string>& texts) {
    nlohmann::json out = nlohmann::json::array();
    for (const std::string& text : texts)
      out.push_back(nlohmann::json::binary(std::vector<std::uint8_t>(text.begin(), text.end())));
    return out;
  };
  const auto bytes =
      nlohmann::json::to_cbor({{"unary", binaries(answers.unary)}, {"stream", binaries(answers.stream)}});
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return out.flush() ? absl::OkStatus() : absl::InternalError(Cat("cannot write ", file));
}

absl::Status ServeEcho(const std::string& address, const std::string& file) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as our servers do
  const auto answers = ReadAnswers(file);
  if (!answers.ok()) return answers.status();
  EchoService service(*answers);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return absl::UnavailableError(Cat("cannot listen on ", address));
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  return absl::OkStatus();
}

}  // namespace jixiao::load
