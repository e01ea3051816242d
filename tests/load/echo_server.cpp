#include "load/echo_server.h"

#include "common/errors.h"
#include "common/text.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"
#include "jixiao/intake/v1/intake_service.grpc.pb.h"
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

using archiving::v1::ArchiveRecordRequest;
using archiving::v1::ArchiveRecordResponse;
using archiving::v1::ArchivingService;
using intake::v1::IntakeService;
using intake::v1::SubmitEvaluationRequest;
using intake::v1::SubmitEvaluationResponse;
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

grpc::ServerUnaryReactor* Ok(grpc::CallbackServerContext* context) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

// ------------------------------------------------------------------------------------------------------ raw bytes

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

using RawStreamReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// What the raw echoes of all services answer with.
class RawAnswers {
 public:
  explicit RawAnswers(const Answers& answers) : unary_(answers.unary, ToBuffer), stream_(answers.stream, ToBuffer) {}

  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, grpc::ByteBuffer* out) {
    *out = unary_.Next();
    return Ok(context);
  }
  RawStreamReactor* Stream() { return std::make_unique<RawStream>(stream_).release(); }  // deletes itself in OnDone

 private:
  Prepared<grpc::ByteBuffer> unary_;
  Prepared<grpc::ByteBuffer> stream_;
};

class RawScoring final : public ScoringService::WithRawCallbackMethod_Score<
                             ScoringService::WithRawCallbackMethod_ScoreBatch<ScoringService::Service>> {
 public:
  explicit RawScoring(const Answers& answers) : answers_(answers) {}
  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                  grpc::ByteBuffer* out) override {
    return answers_.Answer(context, out);
  }
  RawStreamReactor* ScoreBatch(grpc::CallbackServerContext*) override { return answers_.Stream(); }

 private:
  RawAnswers answers_;
};

class RawIntake final : public IntakeService::WithRawCallbackMethod_SubmitEvaluation<
                            IntakeService::WithRawCallbackMethod_BatchSubmit<IntakeService::Service>> {
 public:
  explicit RawIntake(const Answers& answers) : answers_(answers) {}
  grpc::ServerUnaryReactor* SubmitEvaluation(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                             grpc::ByteBuffer* out) override {
    return answers_.Answer(context, out);
  }
  RawStreamReactor* BatchSubmit(grpc::CallbackServerContext*) override { return answers_.Stream(); }

 private:
  RawAnswers answers_;
};

class RawArchiving final : public ArchivingService::WithRawCallbackMethod_ArchiveRecord<ArchivingService::Service> {
 public:
  explicit RawArchiving(const Answers& answers) : answers_(answers) {}
  grpc::ServerUnaryReactor* ArchiveRecord(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                          grpc::ByteBuffer* out) override {
    return answers_.Answer(context, out);
  }

 private:
  RawAnswers answers_;
};

// ---------------------------------------------------------------------------------------------------------- typed

// An arena whose first block is part of it: a request fits.
class CallArena {
 public:
  google::protobuf::Arena& arena() { return arena_; }

 private:
  std::array<char, 16 * 1024> block_;
  google::protobuf::Arena arena_{block_.data(), block_.size()};
};

template <class Request, class Response>
class ArenaMessages final : public grpc::MessageHolder<Request, Response> {
 public:
  ArenaMessages() {
    this->set_request(google::protobuf::Arena::CreateMessage<Request>(&memory_.arena()));
    this->set_response(google::protobuf::Arena::CreateMessage<Response>(&memory_.arena()));
  }
  void Release() override { delete this; }

 private:
  CallArena memory_;
};

template <class Request, class Response>
class ArenaAllocator final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override {
    return std::make_unique<ArenaMessages<Request, Response>>().release();  // gRPC calls Release
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

// Answers are lent, not copied: a message on an arena does not own what it is given this way, and nobody changes it.

class TypedScoring final : public ScoringService::WithCallbackMethod_Score<
                               ScoringService::WithCallbackMethod_ScoreBatch<ScoringService::Service>> {
 public:
  explicit TypedScoring(const Answers& answers)
      : unary_(answers.unary, Parsed<ScoreResponse>), stream_(answers.stream, Parsed<ScoreBatchResponse>) {
    SetMessageAllocatorFor_Score(&allocator_);
  }

  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const ScoreRequest*,
                                  ScoreResponse* response) override {
    response->unsafe_arena_set_allocated_scorecard(const_cast<evaluation::v1::Scorecard*>(&unary_.Next().scorecard()));
    return Ok(context);
  }
  grpc::ServerBidiReactor<ScoreBatchRequest, ScoreBatchResponse>* ScoreBatch(grpc::CallbackServerContext*) override {
    return std::make_unique<TypedStream>(stream_).release();  // deletes itself in OnDone
  }

 private:
  ArenaAllocator<ScoreRequest, ScoreResponse> allocator_;
  Prepared<ScoreResponse> unary_;
  Prepared<ScoreBatchResponse> stream_;
};

class TypedIntake final : public IntakeService::WithCallbackMethod_SubmitEvaluation<IntakeService::Service> {
 public:
  explicit TypedIntake(const Answers& answers) : unary_(answers.unary, Parsed<SubmitEvaluationResponse>) {
    SetMessageAllocatorFor_SubmitEvaluation(&allocator_);
  }
  grpc::ServerUnaryReactor* SubmitEvaluation(grpc::CallbackServerContext* context, const SubmitEvaluationRequest*,
                                             SubmitEvaluationResponse* response) override {
    response->unsafe_arena_set_allocated_receipt(const_cast<intake::v1::Receipt*>(&unary_.Next().receipt()));
    return Ok(context);
  }

 private:
  ArenaAllocator<SubmitEvaluationRequest, SubmitEvaluationResponse> allocator_;
  Prepared<SubmitEvaluationResponse> unary_;
};

class TypedArchiving final : public ArchivingService::WithCallbackMethod_ArchiveRecord<ArchivingService::Service> {
 public:
  explicit TypedArchiving(const Answers& answers) : unary_(answers.unary, Parsed<ArchiveRecordResponse>) {
    SetMessageAllocatorFor_ArchiveRecord(&allocator_);
  }
  grpc::ServerUnaryReactor* ArchiveRecord(grpc::CallbackServerContext* context, const ArchiveRecordRequest*,
                                          ArchiveRecordResponse* response) override {
    const ArchiveRecordResponse& answer = unary_.Next();
    response->set_name(answer.name());
    response->unsafe_arena_set_allocated_proof(const_cast<archiving::v1::LogProof*>(&answer.proof()));
    return Ok(context);
  }

 private:
  ArenaAllocator<ArchiveRecordRequest, ArchiveRecordResponse> allocator_;
  Prepared<ArchiveRecordResponse> unary_;
};

std::unique_ptr<grpc::Service> MakeEcho(EchoKind kind, EchoOf of, const Answers& answers) {
  const bool typed = kind == EchoKind::kTyped;
  switch (of) {
    case EchoOf::kScoring:
      if (typed) return std::make_unique<TypedScoring>(answers);
      return std::make_unique<RawScoring>(answers);
    case EchoOf::kIntake:
      if (typed) return std::make_unique<TypedIntake>(answers);
      return std::make_unique<RawIntake>(answers);
    case EchoOf::kArchiving:
      if (typed) return std::make_unique<TypedArchiving>(answers);
      return std::make_unique<RawArchiving>(answers);
  }
  return nullptr;
}

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

absl::Status ServeEcho(const std::string& address, const std::string& file, EchoKind kind, EchoOf of) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as our servers do
  const auto answers = ReadAnswers(file);
  if (!answers.ok()) return answers.status();
  const std::unique_ptr<grpc::Service> service = MakeEcho(kind, of, *answers);
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
