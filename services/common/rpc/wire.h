// Messages to and from gRPC's byte buffers.
//
// Servers take raw buffers instead of typed messages, because gRPC answers UNIMPLEMENTED without a word when a message
// cannot be parsed; a form with broken UTF-8 must be told which field is broken. Writing is deterministic (map entries
// sorted), so that equal answers are equal bytes.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <string>
#include <string_view>

namespace jixiao::rpc {

// The bytes as one piece, which they mostly are; INTERNAL when gRPC cannot give them.
absl::StatusOr<grpc::Slice> ToSlice(const grpc::ByteBuffer& bytes);
inline std::string_view ViewOf(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// A copy of the bytes as gRPC sends them.
inline grpc::ByteBuffer ToBuffer(std::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

// Parses `bytes` into `message`. INVALID_ARGUMENT (MESSAGE_MALFORMED) with the path of the first field that is not
// UTF-8, or of the message that is cut short.
absl::Status Read(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);
absl::Status Read(std::string_view bytes, google::protobuf::Message& message);

// OUT_OF_RANGE (ANSWER_TOO_LARGE) for an answer that gRPC would refuse to send, without a reason.
absl::Status CheckSize(const grpc::ByteBuffer& answer);

// Serialises `message`; equal messages give equal bytes.
grpc::ByteBuffer Write(const google::protobuf::Message& message);
std::string WriteString(const google::protobuf::Message& message);

}  // namespace jixiao::rpc
