#include "cli/output.h"

#include "common/errors.h"
#include "common/rpc/status.h"
#include "common/rpc/wire.h"
#include "common/text.h"

#include "google/rpc/error_details.pb.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <iostream>
#include <memory>

namespace jixiao::cli {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com";

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  static const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(
      google::protobuf::util::NewTypeResolverForDescriptorPool(kTypePrefix,
                                                               google::protobuf::DescriptorPool::generated_pool()));
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // From deterministic bytes: MessageToJsonString would print map entries in a random order.
  const auto status = google::protobuf::util::BinaryToJsonString(
      resolver.get(), Cat(kTypePrefix, "/", message.GetDescriptor()->full_name()), rpc::WriteString(message), &json,
      options);
  return status.ok() ? json : std::string("{}");
}

int Refuse(const absl::Status& status, bool json) {
  if (json) {
    std::cerr << ToJson(rpc::ToProto(status)) << '\n';
    return kRefused;
  }
  std::cerr << "错误 " << absl::StatusCodeToString(status.code());
  if (const std::string reason = ReasonOf(status); !reason.empty()) std::cerr << " " << reason;
  std::cerr << "：" << std::string(status.message()) << '\n';
  if (const auto payload = status.GetPayload(std::string(kBadRequestUrl))) {
    google::rpc::BadRequest details;
    if (details.ParseFromString(std::string(*payload)))
      for (const auto& violation : details.field_violations())
        std::cerr << "  " << violation.field() << "：" << violation.description() << '\n';
  }
  if (const auto payload = status.GetPayload(std::string(kRetryInfoUrl))) {
    google::rpc::RetryInfo retry;
    if (retry.ParseFromString(std::string(*payload)))
      std::cerr << "  请在 " << retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000
                << " 毫秒后再试\n";
  }
  if (status.code() == absl::StatusCode::kUnavailable && ReasonOf(status).empty())
    std::cerr << "  服务器没有应答：请检查地址，或用 deploy/local/run status 查看服务是否在运行\n";
  return kRefused;
}

int Misused(const std::string& message) {
  std::cerr << "用法错误：" << message << "（jixiao --help 显示用法）\n";
  return kUsage;
}

}  // namespace jixiao::cli
