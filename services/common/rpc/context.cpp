#include "common/rpc/context.h"

#include "common/access/gate.h"
#include "common/random.h"
#include "common/text.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <vector>

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

std::vector<std::string> Values(const grpc::AuthContext& auth, const char* name) {
  std::vector<std::string> values;
  for (const grpc::string_ref& value : auth.FindPropertyValues(name)) values.emplace_back(value.data(), value.size());
  return values;
}

// What the certificate of the other side says, which a CA of ours has signed: its URIs, else its DNS names, else its
// common name. The kinds have prefixes of their own, so that none can be taken for another.
std::vector<std::string> SubjectsOf(const grpc::CallbackServerContext& context) {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return {};
  std::vector<std::string> subjects = Values(*auth, GRPC_PEER_URI_PROPERTY_NAME);
  for (std::string& uri : subjects)
    if (!uri.starts_with("spiffe://")) uri.insert(0, "uri:");
  if (!subjects.empty()) return subjects;
  subjects = Values(*auth, GRPC_PEER_DNS_PROPERTY_NAME);
  for (std::string& name : subjects) name.insert(0, "dns:");
  if (!subjects.empty()) return subjects;
  subjects = Values(*auth, GRPC_X509_CN_PROPERTY_NAME);
  for (std::string& name : subjects) name.insert(0, "cn:");
  return subjects;
}

void Identify(const grpc::CallbackServerContext& context, access::Gate& gate, CallContext& call) {
  constexpr char kAuthorization[] = "authorization";
  access::Peer peer;
  const auto [first, last] = context.client_metadata().equal_range(kAuthorization);
  for (auto it = first; it != last; ++it) peer.authorizations.emplace_back(it->second.data(), it->second.size());
  if (peer.authorizations.empty()) peer.subjects = SubjectsOf(context);
  peer.address = call.address;
  absl::StatusOr<std::shared_ptr<const access::Caller>> caller = gate.Identify(peer);
  if (caller.ok())
    call.caller = *std::move(caller);
  else
    call.identity = caller.status();
}

}  // namespace

CallContext ContextOf(const grpc::CallbackServerContext& context, const ServerState& state) {
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
  if (state.gate() != nullptr || state.trail() != nullptr) call.address = context.peer();
  if (state.gate() != nullptr) Identify(context, *state.gate(), call);
  return call;
}

void Prepare(grpc::ClientContext& context, std::string_view trace, std::chrono::milliseconds timeout) {
  const Trace ids = FromText(trace);
  context.AddMetadata(kRequestIdKey, ids.request_id);
  context.AddMetadata(kTraceparentKey, Traceparent(ids.trace_id, NewId(kSpanIdDigits)));
  context.set_deadline(std::chrono::system_clock::now() + timeout);
}

}  // namespace jixiao::rpc
