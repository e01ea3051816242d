// The shell around every unary method: parsing, request id, admission, errors, the access log. A handler sees a request
// and a response on one arena and a context, and finishes the call exactly once, from any thread.
#pragma once

#include "common/errors.h"
#include "common/guarded.h"
#include "common/log.h"
#include "common/rpc/context.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/rpc/status.h"
#include "common/rpc/wire.h"
#include "common/worker_pool.h"

#include <absl/functional/function_ref.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace jixiao::rpc {

// A call of any kind has ended: one line of the access log, the method's metrics, and the audit log where there is one.
// `resource` says what it was about, if it is asked.
void EndOfCall(
    const Method& method, const CallContext& context, const absl::Status& status,
    std::chrono::steady_clock::time_point start,
    absl::FunctionRef<std::string()> resource = [] { return std::string(); });

// What a call was about, for the audit log: what the request names, else what the answer does (null: there is none),
// else the campaign or the key that the request is about. Empty when it says none of these.
std::string ResourceOf(const google::protobuf::Message& request, const google::protobuf::Message* answer);

// How a call's arena grows: what a form and its card take fits into the first block.
inline google::protobuf::ArenaOptions CallArenaOptions() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = 16 * 1024;
  options.max_block_size = 64 * 1024;
  return options;
}

// The shell without messages: the handler reads the request's bytes and gives the answer's.
class BytesReactor : public grpc::ServerUnaryReactor {
 public:
  BytesReactor(const Method& method, const grpc::CallbackServerContext& context, grpc::ByteBuffer* out,
               ServerState& state)
      : method_(method), context_(ContextOf(context, state)), out_(out), state_(state) {}

  const CallContext& context() const { return context_; }

  // See rpc::Admit.
  absl::Status Admit(std::size_t bytes) {
    bytes_ = bytes;
    absl::Status status = rpc::Admit(method_, context_, state_, bytes);
    admitted_ = status.ok();
    return status;
  }

  // Ends the call with this answer when `status` is OK.
  void EndWith(absl::Status status, grpc::ByteBuffer answer) {
    if (status.ok()) status = CheckSize(answer);
    if (status.ok()) out_->Swap(&answer);
    EndOfCall(method_, context_, status, start_, [this] { return Resource(); });
    Finish(ToGrpc(status));
  }

  // The answer has been sent, or nobody takes it any more.
  void OnDone() override {
    if (admitted_) state_.Leave(bytes_);
    delete this;
  }

 protected:
  const grpc::ByteBuffer& answer() const { return *out_; }

 private:
  // What the call was about, for the audit log.
  virtual std::string Resource() const { return {}; }

  const Method& method_;
  const CallContext context_;
  grpc::ByteBuffer* const out_;
  ServerState& state_;
  bool admitted_ = false;
  std::size_t bytes_ = 0;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The shell with both messages, on one arena.
template <class Request, class Response>
class UnaryReactor final : public BytesReactor {
 public:
  using BytesReactor::BytesReactor;

  const Request& request() const { return *request_; }
  Request& mutable_request() { return *request_; }
  Response& response() { return *response_; }

  void End(absl::Status status) { EndWith(status, status.ok() ? Write(*response_) : grpc::ByteBuffer()); }

 private:
  std::string Resource() const override {
    // What names a new resource is short; lists are not.
    constexpr std::size_t kLongest = 4096;
    Response answered;
    const bool read = answer().Length() > 0 && answer().Length() <= kLongest && Read(answer(), answered).ok();
    return ResourceOf(*request_, read ? &answered : nullptr);
  }

  google::protobuf::Arena arena_{CallArenaOptions()};
  Request* const request_ = google::protobuf::Arena::CreateMessage<Request>(&arena_);
  Response* const response_ = google::protobuf::Arena::CreateMessage<Response>(&arena_);
};

// A unary call in the hands of its handler. Move-only; a call that is dropped unfinished ends with INTERNAL.
template <class Request, class Response>
class UnaryCall {
 public:
  explicit UnaryCall(UnaryReactor<Request, Response>* reactor) : reactor_(reactor) {}
  UnaryCall(UnaryCall&& other) noexcept : reactor_(std::exchange(other.reactor_, nullptr)) {}
  UnaryCall& operator=(UnaryCall&&) = delete;
  ~UnaryCall() {
    if (reactor_ != nullptr) reactor_->End(absl::InternalError("a handler dropped its call"));
  }

  const Request& request() const { return reactor_->request(); }
  Request& mutable_request() { return reactor_->mutable_request(); }
  Response& response() { return reactor_->response(); }
  const CallContext& context() const { return reactor_->context(); }

  // Ends the call: with the response when `status` is OK. Nothing of the call may be touched afterwards.
  void Finish(const absl::Status& status) { std::exchange(reactor_, nullptr)->End(status); }
  void FinishWithBytes(std::string_view bytes) {
    std::exchange(reactor_, nullptr)->EndWith(absl::OkStatus(), ToBuffer(bytes));
  }

 private:
  UnaryReactor<Request, Response>* reactor_;
};

// The same for a handler that reads and writes bytes.
class BytesCall {
 public:
  explicit BytesCall(BytesReactor* reactor) : reactor_(reactor) {}
  BytesCall(BytesCall&& other) noexcept : reactor_(std::exchange(other.reactor_, nullptr)) {}
  BytesCall& operator=(BytesCall&&) = delete;
  ~BytesCall() {
    if (reactor_ != nullptr) Fail(absl::InternalError("a handler dropped its call"));
  }

  // Ends the call. Nothing of it may be touched afterwards.
  void Finish(grpc::ByteBuffer answer) {
    std::exchange(reactor_, nullptr)->EndWith(absl::OkStatus(), std::move(answer));
  }
  void Fail(absl::Status status) { std::exchange(reactor_, nullptr)->EndWith(std::move(status), {}); }

 private:
  BytesReactor* reactor_;
};

// How a request is read unless its method has a reader of its own.
struct ReadMessage {
  absl::Status operator()(const grpc::ByteBuffer& in, google::protobuf::Message& request) const {
    return Read(in, request);
  }
};

// Takes a unary call: parses it by `read(const grpc::ByteBuffer&, Request&)` and hands it to
// `handler(UnaryCall<Request, Response>)` on gRPC's thread, which must not block. `method` must outlive the call.
template <class Request, class Response, class Handler, class Reader = ReadMessage>
grpc::ServerUnaryReactor* Serve(const Method& method, grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                grpc::ByteBuffer* out, ServerState& state, Handler&& handler, Reader&& read = {}) {
  // gRPC requires a reactor from every call; it is deleted in OnDone.
  auto* reactor = std::make_unique<UnaryReactor<Request, Response>>(method, *context, out, state).release();
  UnaryCall<Request, Response> call(reactor);
  absl::Status status = reactor->Admit(in->Length());
  if (status.ok()) status = read(*in, call.mutable_request());
  if (!status.ok()) {
    call.Finish(status);
  } else {
    std::forward<Handler>(handler)(std::move(call));
  }
  return reactor;
}

// Takes a unary call for `handler(BytesCall)`, which reads the request's bytes itself.
template <class Handler>
grpc::ServerUnaryReactor* ServeBytes(const Method& method, grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* in, grpc::ByteBuffer* out, ServerState& state,
                                     Handler&& handler) {
  auto* reactor = std::make_unique<BytesReactor>(method, *context, out, state).release();  // deleted in OnDone
  BytesCall call(reactor);
  absl::Status status = reactor->Admit(in->Length());
  status.ok() ? std::forward<Handler>(handler)(std::move(call)) : call.Fail(std::move(status));
  return reactor;
}

// The same as Serve for handlers that block: `handler(Request&, Response&, const CallContext&)` runs on `pool`, unless
// the call's deadline has passed meanwhile. What it throws ends the call with INTERNAL, and not the server.
template <class Request, class Response, class Handler>
grpc::ServerUnaryReactor* ServeOn(WorkerPool& pool, const Method& method, grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* in, grpc::ByteBuffer* out, ServerState& state,
                                  Handler handler) {
  return Serve<Request, Response>(
      method, context, in, out, state,
      [&pool, handler = std::move(handler)](UnaryCall<Request, Response> call) mutable {
        auto shared = std::make_shared<UnaryCall<Request, Response>>(std::move(call));
        const bool taken = pool.Post([shared, handler = std::move(handler)]() mutable {
          if (std::chrono::system_clock::now() >= shared->context().deadline)
            return shared->Finish(absl::DeadlineExceededError("it waited too long"));
          const auto answer = [&] { return handler(shared->mutable_request(), shared->response(), shared->context()); };
          shared->Finish(Guarded("HANDLER_THREW", answer));
        });
        if (!taken) shared->Finish(ServerFull());
      });
}

}  // namespace jixiao::rpc
