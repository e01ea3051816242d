#include "load/echo_server.h"

#include "common/errors.h"
#include "common/text.h"

#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <absl/synchronization/mutex.h>
#include <google/protobuf/arena.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/message_allocator.h>
#include <grpcpp/support/slice.h>
#include <nlohmann/json.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>

namespace jixiao::load {
namespace {

using scoring::v1::ScoreBatchRequest;
using scoring::v1::ScoreBatchResponse;
using scoring::v1::ScoreRequest;
using scoring::v1::ScoreResponse;
using scoring::v1::ScoringService;

// Answers that are made once and given in turn.
template <class Answer>
class Prepared {
 public:
  template <class Make>
  Prepared(const std::vector<std::string>& answers, Make make) {
    for (const std::string& answer : answers) answers_.push_back(make(answer));
  }
  const Answer& Next() { return answers_[next_.fetch_add(1, std::memory_order_relaxed) % answers_.size()]; }

 private:
  std::deque<Answer> answers_;
  std::atomic<std::size_t> next_{0};
};

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

template <class Message>
Message Parsed(const std::string& bytes) {
  Message message;
  message.ParseFromString(bytes);
  return message;
}

// ------------------------------------------------------------------------------------------------------------ raw
// bytes

class RawStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit RawStream(Prepared<grpc::ByteBuffer>& answers) : answers_(answers) { StartRead(&in_); }

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
  Prepared<grpc::ByteBuffer>& answers_;
  grpc::ByteBuffer in_;
  grpc::ByteBuffer out_;
};

using RawService = ScoringService::WithRawCallbackMethod_Score<
    ScoringService::WithRawCallbackMethod_ScoreBatch<ScoringService::Service>>;

class RawEcho final : public RawService {
 public:
  explicit RawEcho(const Answers& answers) : unary_(answers.unary, ToBuffer), stream_(answers.stream, ToBuffer) {}

  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                  grpc::ByteBuffer* out) override {
    *out = unary_.Next();
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoreBatch(grpc::CallbackServerContext*) override {
    return std::make_unique<RawStream>(stream_).release();  // deletes itself in OnDone
  }

 private:
  Prepared<grpc::ByteBuffer> unary_;
  Prepared<grpc::ByteBuffer> stream_;
};

// ----------------------------------------------------------------------------------------------------------------
// typed

// An arena whose first block is part of it: a request fits.
class CallArena {
 public:
  google::protobuf::Arena& arena() { return arena_; }

 private:
  std::array<char, 16 * 1024> block_;
  google::protobuf::Arena arena_{block_.data(), block_.size()};
};

class ArenaMessages final : public grpc::MessageHolder<ScoreRequest, ScoreResponse> {
 public:
  ArenaMessages() {
    set_request(google::protobuf::Arena::CreateMessage<ScoreRequest>(&memory_.arena()));
    set_response(google::protobuf::Arena::CreateMessage<ScoreResponse>(&memory_.arena()));
  }
  void Release() override { delete this; }

 private:
  CallArena memory_;
};

class ArenaAllocator final : public grpc::MessageAllocator<ScoreRequest, ScoreResponse> {
 public:
  grpc::MessageHolder<ScoreRequest, ScoreResponse>* AllocateMessages() override {
    return std::make_unique<ArenaMessages>().release();  // gRPC calls Release
  }
};

class TypedStream final : public grpc::ServerBidiReactor<ScoreBatchRequest, ScoreBatchResponse> {
 public:
  explicit TypedStream(Prepared<ScoreBatchResponse>& answers) : answers_(answers) { Read(); }

  void OnReadDone(bool ok) override { ok ? StartWrite(&answers_.Next()) : Finish(grpc::Status::OK); }
  void OnWriteDone(bool ok) override { ok ? Read() : Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void Read() {
    memory_.arena().Reset();
    StartRead(google::protobuf::Arena::CreateMessage<ScoreBatchRequest>(&memory_.arena()));
  }

  Prepared<ScoreBatchResponse>& answers_;
  CallArena memory_;
};

using TypedService =
    ScoringService::WithCallbackMethod_Score<ScoringService::WithCallbackMethod_ScoreBatch<ScoringService::Service>>;

class TypedEcho final : public TypedService {
 public:
  explicit TypedEcho(const Answers& answers)
      : unary_(answers.unary, Parsed<ScoreResponse>), stream_(answers.stream, Parsed<ScoreBatchResponse>) {
    SetMessageAllocatorFor_Score(&allocator_);
  }

  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const ScoreRequest*,
                                  ScoreResponse* response) override {
    // Lent, not copied: a message on an arena does not own what it is given this way.
    response->unsafe_arena_set_allocated_scorecard(
        const_cast<evaluation::v1::Scorecard*>(&unary_.Next().scorecard()));  // which nobody changes
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<ScoreBatchRequest, ScoreBatchResponse>* ScoreBatch(grpc::CallbackServerContext*) override {
    return std::make_unique<TypedStream>(stream_).release();  // deletes itself in OnDone
  }

 private:
  ArenaAllocator allocator_;
  Prepared<ScoreResponse> unary_;
  Prepared<ScoreBatchResponse> stream_;
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

absl::Status ServeEcho(const std::string& address, const std::string& file, EchoKind kind) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as our servers do
  const auto answers = ReadAnswers(file);
  if (!answers.ok()) return answers.status();
  const std::unique_ptr<grpc::Service> service =
      kind == EchoKind::kTyped ? std::unique_ptr<grpc::Service>(std::make_unique<TypedEcho>(*answers))
                               : std::unique_ptr<grpc::Service>(std::make_unique<RawEcho>(*answers));
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(service.get());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return absl::UnavailableError(Cat("cannot listen on ", address));
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  return absl::OkStatus();
}

}  // namespace jixiao::load
