#include "common/rpc/unary.h"

#include <google/protobuf/descriptor.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace jixiao::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The first of these fields that is a text and says something.
std::string TextIn(const Message& message, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING) continue;
    std::string text = message.GetReflection()->GetString(message, field);
    if (!text.empty()) return text;
  }
  return {};
}

constexpr std::initializer_list<const char*> kNames = {"name", "submission"};

}  // namespace

std::string ResourceOf(const Message& request, const Message* answer) {
  if (std::string name = TextIn(request, kNames); !name.empty()) return name;
  if (answer != nullptr) {
    if (std::string name = TextIn(*answer, kNames); !name.empty()) return name;
    std::vector<const FieldDescriptor*> fields;
    answer->GetReflection()->ListFields(*answer, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->is_repeated() || field->message_type() == nullptr) continue;
      if (std::string name = TextIn(answer->GetReflection()->GetMessage(*answer, field), kNames); !name.empty())
        return name;
    }
  }
  return TextIn(request, {"campaign", "key"});
}

void EndOfCall(const Method& method, const CallContext& context, const absl::Status& status,
               std::chrono::steady_clock::time_point start, absl::FunctionRef<std::string()> resource) {
  const auto took = std::chrono::steady_clock::now() - start;
  method.Count(status.code(), took);
  if (method.Audits(context, status)) method.Audit(context, status, resource());
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  const std::string_view caller = context.caller != nullptr ? std::string_view(context.caller->subject) : "";
  const std::string code = absl::StatusCodeToString(status.code());
  if (status.ok()) {
    log::Info("call", {{"method", method.name()},
                       {"request_id", context.request_id},
                       {"trace_id", context.trace_id},
                       {"span_id", context.span_id},
                       {"caller", caller},
                       {"code", code},
                       {"micros", static_cast<std::int64_t>(micros)}});
    return;
  }
  const bool ours = status.code() == absl::StatusCode::kInternal || status.code() == absl::StatusCode::kUnknown ||
                    status.code() == absl::StatusCode::kDataLoss;
  log::Write(ours ? log::Level::kError : log::Level::kInfo, "call",
             {{"method", method.name()},
              {"request_id", context.request_id},
              {"trace_id", context.trace_id},
              {"span_id", context.span_id},
              {"caller", caller},
              {"code", code},
              {"reason", ReasonOf(status)},
              {"error", std::string(status.message())},
              {"micros", static_cast<std::int64_t>(micros)}});
}

}  // namespace jixiao::rpc
