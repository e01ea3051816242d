#include "common/rpc/wire.h"

#include "common/errors.h"
#include "common/rpc/server.h"
#include "common/text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/slice.h>

#include <optional>
#include <vector>

namespace jixiao::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr int kMaxDepth = 32;

// Finds the first fault in bytes that did not parse: slow and exact, run only then.
class FaultFinder {
 public:
  // The path of the fault below `path`, or nothing when this message has none.
  std::optional<FieldViolation> Find(std::string_view bytes, const Descriptor& type, const std::string& path,
                                     int depth) {
    if (depth > kMaxDepth) return FieldViolation{path, "messages are nested too deeply"};
    CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
    std::vector<int> seen(static_cast<std::size_t>(type.field_count()), 0);
    while (const std::uint32_t tag = in.ReadTag()) {
      const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      if (field == nullptr || WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        if (!WireFormatLite::SkipField(&in, tag))
          return FieldViolation{path, "the message is cut short or not a protobuf message"};
        continue;
      }
      std::uint32_t length = 0;
      if (!in.ReadVarint32(&length) || length > bytes.size() - static_cast<std::size_t>(in.CurrentPosition()))
        return FieldViolation{path, "the message is cut short"};
      const std::string_view content = bytes.substr(static_cast<std::size_t>(in.CurrentPosition()), length);
      std::string inner = path.empty() ? field->name() : Cat(path, ".", field->name());
      if (field->is_repeated() && !field->is_map())
        Append(inner, "[", seen[static_cast<std::size_t>(field->index())]++, "]");
      if (field->type() == FieldDescriptor::TYPE_STRING && !IsUtf8(content))
        return FieldViolation{inner, "is not valid UTF-8"};
      if (field->type() == FieldDescriptor::TYPE_MESSAGE)
        if (auto fault = Find(content, *field->message_type(), inner, depth + 1)) return fault;
      in.Skip(static_cast<int>(length));
    }
    if (!in.ConsumedEntireMessage()) return FieldViolation{path, "the message is cut short or not a protobuf message"};
    return std::nullopt;
  }
};

absl::Status Malformed(std::string_view bytes, const google::protobuf::Message& message) {
  auto fault = FaultFinder().Find(bytes, *message.GetDescriptor(), "", 0);
  if (!fault) fault = FieldViolation{"", "the message cannot be parsed"};
  if (fault->field.empty()) fault->field = message.GetDescriptor()->name();
  return InvalidField("MESSAGE_MALFORMED", std::move(fault->field), std::move(fault->description));
}

void WriteTo(const google::protobuf::Message& message, std::uint8_t* out, std::size_t size) {
  google::protobuf::io::ArrayOutputStream array(out, static_cast<int>(size));
  google::protobuf::io::CodedOutputStream coded(&array);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
}

}  // namespace

absl::StatusOr<grpc::Slice> ToSlice(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  // One slice is the rule for messages below a frame; DumpToSingleSlice copies otherwise.
  if (!bytes.TrySingleSlice(&slice).ok() && !bytes.DumpToSingleSlice(&slice).ok())
    return Error(absl::StatusCode::kInternal, "INTERNAL", "the request's bytes could not be read");
  return slice;
}

absl::Status Read(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  ASSIGN_OR_RETURN(const grpc::Slice slice, ToSlice(bytes));
  return Read(ViewOf(slice), message);
}

absl::Status Read(std::string_view bytes, google::protobuf::Message& message) {
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  return Malformed(bytes, message);
}

absl::Status CheckSize(const grpc::ByteBuffer& answer) {
  if (answer.Length() <= static_cast<std::size_t>(kMaxMessageBytes)) return absl::OkStatus();
  return Error(absl::StatusCode::kOutOfRange, "ANSWER_TOO_LARGE",
               Cat("the answer has ", answer.Length(), " bytes; at most ", kMaxMessageBytes, " can be sent"));
}

grpc::ByteBuffer Write(const google::protobuf::Message& message) {
  const std::size_t size = message.ByteSizeLong();
  grpc_slice raw = grpc_slice_malloc(size);
  WriteTo(message, GRPC_SLICE_START_PTR(raw), size);
  const grpc::Slice slice(raw, grpc::Slice::STEAL_REF);
  return grpc::ByteBuffer(&slice, 1);
}

std::string WriteString(const google::protobuf::Message& message) {
  std::string out(message.ByteSizeLong(), '\0');
  WriteTo(message, reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  return out;
}

}  // namespace jixiao::rpc
