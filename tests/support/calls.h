// Calls as tests make them: raw bytes, health, and repeats while a server is away.
#pragma once

#include "google/rpc/error_details.pb.h"

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace jixiao::testing {

inline constexpr std::chrono::seconds kCallTimeout{20};

using Metadata = std::map<std::string, std::string>;

struct RawAnswer {
  grpc::Status status;
  std::string bytes;
};

// A unary call with exactly these bytes. `method` is "/package.Service/Method".
RawAnswer CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method, std::string_view bytes,
                  const Metadata& metadata = {}, std::chrono::milliseconds timeout = kCallTimeout);

// A bidirectional stream: sends all messages, taking an answer after each, and returns the answers.
struct RawStreamAnswer {
  grpc::Status status;
  std::vector<std::string> messages;
};
RawStreamAnswer StreamRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                          const std::vector<std::string>& messages);

// What grpc.health.v1 says of `service` ("" for the whole server).
enum class Health { kUnreachable, kUnknown, kServing, kNotServing };
Health HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service = "",
                std::chrono::milliseconds timeout = std::chrono::seconds(2));

// The services that reflection lists.
std::vector<std::string> ReflectedServices(const std::shared_ptr<grpc::Channel>& channel);

// An error as its caller sees it, taken apart.
struct Refusal {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string message;
  std::size_t detail_bytes = 0;  // of the trailer grpc-status-details-bin
  std::vector<google::rpc::ErrorInfo> infos;
  std::vector<google::rpc::BadRequest> bad_requests;
  std::vector<google::rpc::RetryInfo> retries;

  std::string Reason() const { return infos.empty() ? "" : infos.front().reason(); }
  // Whether a violation names this field.
  bool Names(std::string_view field) const;
  std::string Describe() const;
};
Refusal Read(const grpc::Status& status);

// Checks what every error must be: this code, one ErrorInfo of the domain "jixiao" with this reason, details under 4
// KiB, and for INVALID_ARGUMENT a BadRequest that names `field` unless that is empty.
void ExpectRefusal(const grpc::Status& status, grpc::StatusCode code, std::string_view reason,
                   std::string_view field = "");

// What a caller may hear while something is broken: UNAVAILABLE or RESOURCE_EXHAUSTED, with a time to wait when it is
// the server that says so and not the transport. Fails the test otherwise, and is false.
bool ExpectPassing(const Refusal& refusal);

// What http://127.0.0.1:PORT/PATH answers, without headers; empty when nobody does.
std::string HttpGet(int port, const std::string& path);

// The message's bytes, the same for equal messages (maps in order).
std::string BytesOf(const google::protobuf::Message& message);

// Sets the deadline of one typed call.
void Within(grpc::ClientContext& context, std::chrono::milliseconds timeout = kCallTimeout);

// Repeats `call(grpc::ClientContext&)` with a new context each time while it ends with UNAVAILABLE, at most `patience`.
template <class Call>
grpc::Status Patiently(Call&& call, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    grpc::ClientContext context;
    Within(context);
    grpc::Status status = call(context);
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE || std::chrono::steady_clock::now() >= end) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// Asks `done()` every few milliseconds until it is true; false when it is not within `patience`.
template <class Done>
bool Eventually(Done&& done, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace jixiao::testing
