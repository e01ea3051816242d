#include "common/rpc/context.h"

#include "common/random.h"

#include <algorithm>

namespace jixiao::rpc {
namespace {

constexpr std::size_t kMaxRequestId = 128;

constexpr std::size_t kRequestIdDigits = 32;
constexpr std::size_t kSpanIdDigits = 16;

// An id of our own making. Ids are taken from a stock, so that not every call asks the kernel.
std::string NewId(std::size_t digits) {
  thread_local std::string stock;
  if (stock.size() < digits) stock = RandomHex(kRequestIdDigits / 2 * 64);
  std::string id = stock.substr(stock.size() - digits);
  stock.resize(stock.size() - digits);
  return id;
}

bool IsRequestId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxRequestId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

}  // namespace

CallContext ContextOf(const grpc::CallbackServerContext& context) {
  CallContext call;
  const auto found = context.client_metadata().find(kRequestIdKey);
  if (found != context.client_metadata().end()) call.request_id.assign(found->second.data(), found->second.size());
  if (!IsRequestId(call.request_id)) call.request_id = NewId(kRequestIdDigits);
  const auto parent = context.client_metadata().find(kTraceparentKey);
  if (parent != context.client_metadata().end())
    call.trace_id = TraceIdIn({parent->second.data(), parent->second.size()}).value_or("");
  if (call.trace_id.empty()) call.trace_id = TraceOf(call.request_id).trace_id;
  call.span_id = NewId(kSpanIdDigits);
  call.deadline = context.deadline();
  return call;
}

void Prepare(grpc::ClientContext& context, std::string_view trace, std::chrono::milliseconds timeout) {
  const Trace ids = FromText(trace);
  context.AddMetadata(kRequestIdKey, ids.request_id);
  context.AddMetadata(kTraceparentKey, Traceparent(ids.trace_id, NewId(kSpanIdDigits)));
  context.set_deadline(std::chrono::system_clock::now() + timeout);
}

}  // namespace jixiao::rpc
