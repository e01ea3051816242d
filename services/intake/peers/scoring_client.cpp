#include "intake/peers/scoring_client.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/rpc/context.h"
#include "common/rpc/status.h"
#include "intake/peers/lent.h"

#include <google/protobuf/arena.h>

#include <charconv>
#include <system_error>
#include <thread>

namespace jixiao::intake {
namespace {

constexpr std::chrono::seconds kBatchTimeout{60};
constexpr std::chrono::seconds kGetTimeout{5};
constexpr std::size_t kMaxRemembered = 256;
constexpr std::string_view kLabel = "label:";

void PutSelector(const std::string& rule_set, scoring::v1::RuleSetSelector& selector) {
  if (rule_set.empty()) return;
  if (rule_set.starts_with(kLabel))
    selector.set_label(rule_set.substr(kLabel.size()));
  else if (IsDigest(rule_set))
    selector.set_digest(rule_set);
  else
    selector.set_id(rule_set);
}

}  // namespace

std::vector<absl::StatusOr<evaluation::v1::Scorecard>> ScoringClient::Score(std::span<const WorkItem* const> items) {
  std::vector<absl::StatusOr<evaluation::v1::Scorecard>> cards(items.size(), absl::UnavailableError("no answer"));
  if (items.empty()) return cards;
  grpc::ClientContext context;
  rpc::Prepare(context, items.front()->trace_id, kBatchTimeout);
  const RunningCalls::Running running(calls_, context);
  const auto stream = stub_->ScoreBatch(&context);
  // Written from a thread of its own: the server reads on only as fast as its answers are taken.
  const auto write = [&] {
    google::protobuf::Arena arena;
    for (std::size_t i = 0; i < items.size(); ++i) {
      arena.Reset();
      auto& request = *google::protobuf::Arena::CreateMessage<scoring::v1::ScoreBatchRequest>(&arena);
      request.set_item_id(Cat(i));
      request.unsafe_arena_set_allocated_form(Lent(items[i]->form));
      PutSelector(items[i]->rule_set, *request.mutable_rule_set());
      // Each is sent at once: of messages that gRPC is to gather (set_buffer_hint), some wait for seconds.
      if (i + 1 == items.size())
        stream->WriteLast(request, grpc::WriteOptions());
      else if (!stream->Write(request))
        break;
    }
  };
  std::thread writer;
  try {
    writer = std::thread(write);
  } catch (const std::system_error& error) {  // no more threads, for now: the batch is put off
    context.TryCancel();
    (void)stream->Finish();
    cards.assign(items.size(), absl::UnavailableError(Cat("no thread to write with: ", error.what())));
    return cards;
  }
  scoring::v1::ScoreBatchResponse response;
  std::size_t next = 0;
  while (stream->Read(&response)) {
    std::size_t item = items.size();
    std::from_chars(response.item_id().data(), response.item_id().data() + response.item_id().size(), item);
    if (item != next || item >= items.size()) {
      context.TryCancel();
      break;  // not the answer to what was asked: take nothing on trust
    }
    if (response.has_scorecard())
      cards[item] = std::move(*response.mutable_scorecard());
    else
      cards[item] = rpc::FromProto(response.error());
    ++next;
  }
  writer.join();
  const absl::Status status = rpc::FromGrpc(stream->Finish());
  for (std::size_t i = next; i < items.size(); ++i)
    cards[i] = status.ok() ? absl::UnavailableError("the stream ended early") : status;
  return cards;
}

absl::StatusOr<scoring::v1::GetRuleSetResponse> ScoringClient::Get(const std::string& name) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kGetTimeout);
  const RunningCalls::Running running(calls_, context);
  scoring::v1::GetRuleSetRequest request;
  PutSelector(name, *request.mutable_rule_set());
  scoring::v1::GetRuleSetResponse response;
  RETURN_IF_ERROR(rpc::FromGrpc(stub_->GetRuleSet(&context, request, &response)));
  return response;
}

absl::StatusOr<std::shared_ptr<const scoring::v1::RuleSet>> ScoringClient::RuleSet(const std::string& digest) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_digest_.find(digest); found != by_digest_.end()) return found->second;
  }
  ASSIGN_OR_RETURN(scoring::v1::GetRuleSetResponse response, Get(digest));
  const std::lock_guard lock(mutex_);
  if (by_digest_.size() >= kMaxRemembered) by_digest_.clear();
  return by_digest_[digest] = std::make_shared<const scoring::v1::RuleSet>(std::move(*response.mutable_rule_set()));
}

absl::StatusOr<bool> ScoringClient::Knows(const std::string& rule_set) {
  {
    const std::lock_guard lock(mutex_);
    if (known_.contains(rule_set)) return true;
  }
  const absl::Status status = Get(rule_set).status();
  if (status.code() == absl::StatusCode::kNotFound) return false;
  if (rule_set.starts_with(kLabel)) {
    // A label that points to several rule sets, by region and year, is fine: the form says which. Labels move and go,
    // so that what was known is asked again.
    if (status.code() == absl::StatusCode::kInvalidArgument) return true;
    RETURN_IF_ERROR(status);
    return true;
  }
  RETURN_IF_ERROR(status);
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxRemembered) known_.clear();
  known_.insert(rule_set);
  return true;
}

absl::StatusOr<std::optional<std::string>> ScoringClient::DigestNamed(const std::string& name) {
  const absl::StatusOr<scoring::v1::GetRuleSetResponse> found = Get(name);
  if (found.status().code() == absl::StatusCode::kNotFound) return std::nullopt;
  RETURN_IF_ERROR(found.status());
  return found->digest();
}

}  // namespace jixiao::intake
