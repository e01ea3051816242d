#include "support/calls.h"

#include "google/rpc/status.pb.h"

#include <arpa/inet.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace jixiao::testing {
namespace {

constexpr std::size_t kMaxDetailBytes = 4096;

grpc::ByteBuffer ToBuffer(std::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string out;
  if (!buffer.Dump(&slices).ok()) return out;
  for (const grpc::Slice& slice : slices) out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return out;
}

// A protobuf field of bytes, written by hand: these public services have no headers in Debian.
std::string Field(int number, std::string_view content) {
  std::string out(1, static_cast<char>(number << 3 | 2));
  out.push_back(static_cast<char>(content.size()));  // below 128
  out.append(content);
  return out;
}

}  // namespace

bool ExpectPassing(const Refusal& refusal) {
  // CANCELLED, when nobody here cancelled: a stopping server cut the connection before it had read the call.
  const bool passing = refusal.code == grpc::StatusCode::UNAVAILABLE ||
                       refusal.code == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                       (refusal.code == grpc::StatusCode::CANCELLED && refusal.infos.empty());
  EXPECT_TRUE(passing) << refusal.Describe();
  // A server that stops is away for a time that it does not know.
  if (!refusal.infos.empty() && refusal.Reason() != "STOPPING") {
    EXPECT_EQ(refusal.retries.size(), 1u) << refusal.Describe();
  }
  return passing;
}

std::string HttpGet(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
  }
  close(fd);
  const std::size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? "" : answer.substr(body + 4);
}

void Within(grpc::ClientContext& context, std::chrono::milliseconds timeout) {
  context.set_deadline(std::chrono::system_clock::now() + timeout);
}

RawAnswer CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method, std::string_view bytes,
                  const Metadata& metadata, std::chrono::milliseconds timeout) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  Within(context, timeout);
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  grpc::CompletionQueue queue;
  const grpc::ByteBuffer request = ToBuffer(bytes);
  const auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  RawAnswer answer;
  grpc::ByteBuffer response;
  call->Finish(&response, &answer.status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (answer.status.ok()) answer.bytes = ToString(response);
  return answer;
}

RawStreamAnswer StreamRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                          const std::vector<std::string>& messages) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  Within(context);
  grpc::CompletionQueue queue;
  const auto step = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  RawStreamAnswer answer;
  bool going = step();
  for (std::size_t i = 0; going && i < messages.size(); ++i) {
    call->Write(ToBuffer(messages[i]), nullptr);
    if (!(going = step())) break;
    grpc::ByteBuffer response;
    call->Read(&response, nullptr);
    if ((going = step())) answer.messages.push_back(ToString(response));
  }
  if (going) {
    call->WritesDone(nullptr);
    step();
  }
  call->Finish(&answer.status, nullptr);
  step();
  return answer;
}

Health HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service,
                std::chrono::milliseconds timeout) {
  const RawAnswer answer = CallRaw(channel, "/grpc.health.v1.Health/Check", Field(1, service), {}, timeout);
  if (!answer.status.ok())
    return answer.status.error_code() == grpc::StatusCode::NOT_FOUND ? Health::kUnknown : Health::kUnreachable;
  if (answer.bytes == "\x08\x01") return Health::kServing;
  return answer.bytes == "\x08\x02" ? Health::kNotServing : Health::kUnknown;
}

std::vector<std::string> ReflectedServices(const std::shared_ptr<grpc::Channel>& channel) {
  const RawStreamAnswer answer =
      StreamRaw(channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", {Field(7, "*")});
  // list_services_response (6) { repeated service (1) { name (1) } }: names stand behind 0x0a, their length.
  std::vector<std::string> names;
  const std::string bytes = answer.messages.empty() ? "" : answer.messages.front();
  for (std::size_t i = 0; i + 4 <= bytes.size(); ++i) {
    const auto at = [&bytes](std::size_t k) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[k])); };
    if (at(i) != 0x0a || at(i + 2) != 0x0a || at(i + 1) != at(i + 3) + 2 || i + 4 + at(i + 3) > bytes.size()) continue;
    names.push_back(bytes.substr(i + 4, at(i + 3)));
  }
  return names;
}

bool Refusal::Names(std::string_view field) const {
  for (const auto& bad : bad_requests)
    for (const auto& violation : bad.field_violations())
      if (violation.field() == field) return true;
  return false;
}

std::string Refusal::Describe() const {
  std::string out = "code " + std::to_string(code) + ", message \"" + message + "\", " + std::to_string(detail_bytes) +
                    " detail bytes";
  for (const auto& info : infos) out += "\n" + info.ShortDebugString();
  for (const auto& bad : bad_requests) out += "\n" + bad.ShortDebugString().substr(0, 500);
  return out;
}

Refusal Read(const grpc::Status& status) {
  Refusal refusal;
  refusal.code = status.error_code();
  refusal.message = status.error_message();
  refusal.detail_bytes = status.error_details().size();
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return refusal;
  for (const auto& detail : details.details()) {
    if (google::rpc::ErrorInfo info; detail.UnpackTo(&info)) refusal.infos.push_back(info);
    if (google::rpc::BadRequest bad; detail.UnpackTo(&bad)) refusal.bad_requests.push_back(bad);
    if (google::rpc::RetryInfo retry; detail.UnpackTo(&retry)) refusal.retries.push_back(retry);
  }
  return refusal;
}

void ExpectRefusal(const grpc::Status& status, grpc::StatusCode code, std::string_view reason, std::string_view field) {
  const Refusal refusal = Read(status);
  SCOPED_TRACE(refusal.Describe());
  EXPECT_EQ(refusal.code, code);
  ASSERT_EQ(refusal.infos.size(), 1u);
  EXPECT_EQ(refusal.infos.front().domain(), "jixiao");
  EXPECT_EQ(refusal.Reason(), reason);
  EXPECT_LT(refusal.detail_bytes, kMaxDetailBytes);
  EXPECT_FALSE(refusal.message.empty());
  EXPECT_EQ(refusal.bad_requests.size(), code == grpc::StatusCode::INVALID_ARGUMENT ? 1u : 0u);
  EXPECT_TRUE(field.empty() || refusal.Names(field)) << "no violation names " << field;
}

std::string BytesOf(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream out(&bytes);
  google::protobuf::io::CodedOutputStream coded(&out);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace jixiao::testing
