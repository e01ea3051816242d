#include "intake/peers/archiving_client.h"

#include "common/errors.h"
#include "common/rpc/context.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "common/text.h"
#include "intake/peers/lent.h"
#include "intake/workflow/submission.h"

#include <google/protobuf/arena.h>

#include <latch>
#include <optional>

namespace jixiao::intake {
namespace {

constexpr std::chrono::seconds kTimeout{30};

struct PendingCall {
  grpc::ClientContext context;
  google::protobuf::Arena arena;
  archiving::v1::ArchiveRecordRequest& request =
      *google::protobuf::Arena::CreateMessage<archiving::v1::ArchiveRecordRequest>(&arena);
  archiving::v1::ArchiveRecordResponse response;
  std::optional<RunningCalls::Running> running;
};

absl::Status TooLarge(std::size_t bytes) {
  return Error(absl::StatusCode::kInvalidArgument, "RECORD_TOO_LARGE",
               Cat("a record of ", bytes, " bytes; at most ", rpc::kMaxMessageBytes, " can be archived"));
}

}  // namespace

std::vector<absl::StatusOr<ArchivedAt>> ArchivingClient::Archive(std::span<const ArchiveJob> jobs) {
  std::vector<absl::StatusOr<ArchivedAt>> places(jobs.size(), absl::UnavailableError("no answer"));
  std::vector<PendingCall> calls(jobs.size());
  std::latch all(static_cast<std::ptrdiff_t>(jobs.size()));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    PendingCall& call = calls[i];
    rpc::Prepare(call.context, jobs[i].item->trace_id, kTimeout);
    call.running.emplace(calls_, call.context);
    call.request.set_key(RevisionName(jobs[i].item->name, jobs[i].item->revision));
    call.request.unsafe_arena_set_allocated_form(Lent(jobs[i].item->form));
    call.request.unsafe_arena_set_allocated_scorecard(Lent(*jobs[i].scorecard));
    if (jobs[i].rule_set != nullptr) call.request.unsafe_arena_set_allocated_rule_set(Lent(*jobs[i].rule_set));
    call.request.set_source_document(jobs[i].item->source_document);
    call.request.unsafe_arena_set_allocated_provenance(Lent(jobs[i].item->provenance));
    if (jobs[i].item->review) call.request.unsafe_arena_set_allocated_review(Lent(*jobs[i].item->review));
    stub_->async()->ArchiveRecord(&call.context, &call.request, &call.response,
                                  [&all, &place = places[i], &call](const grpc::Status& status) {
                                    if (status.ok())
                                      place = ArchivedAt{call.response.name(), call.response.proof().index()};
                                    else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
                                             call.request.ByteSizeLong() > std::size_t{rpc::kMaxMessageBytes})
                                      place = TooLarge(call.request.ByteSizeLong());  // to be sent, ever
                                    else
                                      place = rpc::FromGrpc(status);
                                    all.count_down();
                                  });
  }
  all.wait();
  return places;
}

}  // namespace jixiao::intake
