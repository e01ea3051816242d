#include "common/rpc/context.h"

#include "common/random.h"

#include <algorithm>

namespace jixiao::rpc {
namespace {

constexpr std::size_t kMaxRequestId = 128;

// A request id of our own making. Ids are taken from a stock, so that not every call asks the kernel.
std::string NewRequestId() {
  constexpr std::size_t kHexDigits = 32;
  thread_local std::string stock;
  if (stock.empty()) stock = RandomHex(kHexDigits / 2 * 64);
  std::string id = stock.substr(stock.size() - kHexDigits);
  stock.resize(stock.size() - kHexDigits);
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
  if (!IsRequestId(call.request_id)) call.request_id = NewRequestId();
  call.deadline = context.deadline();
  return call;
}

void Prepare(grpc::ClientContext& context, const std::string& request_id, std::chrono::milliseconds timeout) {
  context.AddMetadata(kRequestIdKey, request_id);
  context.set_deadline(std::chrono::system_clock::now() + timeout);
}

}  // namespace jixiao::rpc
