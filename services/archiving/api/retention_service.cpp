#include "archiving/api/retention_service.h"

#include "archiving/retention/disposal.h"
#include "common/canonical.h"
#include "common/random.h"
#include "common/rpc/actor.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace jixiao::archiving {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 500;
constexpr std::size_t kMaxRequestId = 64;

absl::StatusOr<std::int64_t> PageSize(int wanted) {
  if (wanted < 0 || wanted > kMaxPage) return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxPage));
  return wanted == 0 ? kDefaultPage : wanted;
}

absl::Status CheckRequestId(std::string_view id) {
  const bool plain =
      id.size() <= kMaxRequestId && std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return plain
             ? absl::OkStatus()
             : InvalidField("DISPOSAL_INVALID", "request_id", Cat("at most ", kMaxRequestId, " printable characters"));
}

absl::Status NoDisposal(std::string_view name) {
  return Error(absl::StatusCode::kNotFound, "DISPOSAL_NOT_FOUND", Cat("name: there is no ", TruncateUtf8(name, 100)));
}

absl::StatusOr<StoredDisposal> Find(const CustodyReader& custody, std::string_view name) {
  ASSIGN_OR_RETURN(std::optional<StoredDisposal> stored, custody.Disposal(DisposalId(name)));
  if (!stored) return NoDisposal(name);
  return *std::move(stored);
}

// The answer that was given to this request before, if it was; ALREADY_EXISTS when another one had its id. `digest` is
// its canonical one, which covers the type and so the method.
absl::StatusOr<bool> Answered(const CustodyReader& custody, const std::string& id, const std::string& digest,
                              v1::Disposal& out) {
  if (id.empty()) return false;
  ASSIGN_OR_RETURN(const std::optional<StoredAnswer> known, custody.Answer(id));
  if (!known) return false;
  if (known->digest != digest)
    return Error(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED", "request_id: another request had it");
  RETURN_IF_ERROR(CanonicalDecode(known->answer, out));
  return true;
}

// Keeps the disposal, and the answer under its request id, and gives the disposal its etag.
absl::Status Keep(CustodyWriter& custody, v1::Disposal& disposal, const std::string& id, const std::string& digest) {
  ASSIGN_OR_RETURN(const StoredDisposal stored, ToStored(disposal));
  RETURN_IF_ERROR(custody.PutDisposal(stored));
  ASSIGN_OR_RETURN(disposal, FromStored(stored));
  if (id.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::string answer, CanonicalEncode(disposal));
  return custody.PutAnswer(id, {digest, std::move(answer)}, NowMicros());
}

// Moves a disposal by `move(disposal, word)`, once for a request id.
template <class Request, class Move>
absl::Status MoveDisposal(ArchiveStore& store, const Request& request, v1::Disposal& out, Move&& move) {
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  ASSIGN_OR_RETURN(v1::DisposalApproval word, WordOf(request.actor(), request.reason(), NowMicros()));
  ASSIGN_OR_RETURN(const std::string digest, CanonicalDigest(request));
  const auto apply = [&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const StoredDisposal stored, Find(archive.custody(), request.name()));
    ASSIGN_OR_RETURN(out, FromStored(stored));
    if (!request.etag().empty() && request.etag() != out.etag())
      return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH", "etag: the disposal has changed since it was read");
    return move(archive, out, word);
  };
  if (request.validate_only()) return store.Read(apply);
  return store.Write([&](ArchiveWriter& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const bool answered, Answered(archive.custody(), request.request_id(), digest, out));
    if (answered) return absl::OkStatus();
    RETURN_IF_ERROR(apply(archive));
    return Keep(archive.custody_writer(), out, request.request_id(), digest);
  });
}

}  // namespace

absl::Status RetentionServiceImpl::Due(const v1::ListDueRecordsRequest& request, v1::ListDueRecordsResponse& response) {
  ASSIGN_OR_RETURN(const std::int64_t size, PageSize(request.page_size()));
  const std::int64_t first = request.page_token().empty() ? 0 : RecordIndex(request.page_token());
  if (first < 0) return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer");
  return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const DuePage page, DueRecords(archive, policy_, request.class_name(), first, size, NowMicros()));
    if (page.next) response.set_next_page_token(RecordName(*page.next));
    for (const DueRecord& found : page.records) {
      v1::DueRecord& due = *response.add_records();
      due.set_name(RecordName(found.record.index));
      due.set_archival_code(ArchivalCode(found.decision, found.record.index));
      due.set_class_name(found.decision.class_name());
      due.set_rule(found.decision.rule());
      *due.mutable_archive_time() = ToTimestamp(found.record.archive_time);
      *due.mutable_retention_end_time() = ToTimestamp(found.end);
      due.set_implementing_unit(found.record.summary.implementing_unit);
      due.set_project_name(found.record.summary.project_name);
    }
    return absl::OkStatus();
  });
}

absl::Status RetentionServiceImpl::Propose(const v1::ProposeDisposalRequest& request, v1::Disposal& out) {
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  const std::int64_t now = NowMicros();
  ASSIGN_OR_RETURN(v1::DisposalApproval word, WordOf(request.actor(), request.reason(), now));
  if (request.records().empty() || request.records_size() > kMostDisposedRecords)
    return InvalidField("DISPOSAL_INVALID", "records", Cat("1 to ", kMostDisposedRecords, " records"));
  std::vector<std::int64_t> indexes;
  for (const std::string& name : request.records()) {
    indexes.push_back(RecordIndex(name));
    if (indexes.back() < 0)
      return InvalidField("DISPOSAL_INVALID", "records", Cat(TruncateUtf8(name, 60), " is no name of a record"));
  }
  std::sort(indexes.begin(), indexes.end());
  if (std::adjacent_find(indexes.begin(), indexes.end()) != indexes.end())
    return InvalidField("DISPOSAL_INVALID", "records", "each once");
  std::vector<std::string> parts(request.parts().begin(), request.parts().end());
  std::sort(parts.begin(), parts.end());
  if (std::adjacent_find(parts.begin(), parts.end()) != parts.end())
    return InvalidField("DISPOSAL_INVALID", "parts", "each once");
  ASSIGN_OR_RETURN(const std::string digest, CanonicalDigest(request));
  const auto propose = [&](const ArchiveReader& archive) -> absl::Status {
    out.set_name(Cat("disposals/", RandomHex(16)));
    out.set_state(v1::DISPOSAL_STATE_PROPOSED);
    *out.mutable_proposal() = word;
    for (const std::int64_t index : indexes) {
      ASSIGN_OR_RETURN(*out.add_items(), ItemFor(archive, policy_, index, parts, now));
    }
    return absl::OkStatus();
  };
  if (request.validate_only()) return store_.Read(propose);
  return store_.Write([&](ArchiveWriter& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const bool answered, Answered(archive.custody(), request.request_id(), digest, out));
    if (answered) return absl::OkStatus();
    RETURN_IF_ERROR(propose(archive));
    return Keep(archive.custody_writer(), out, request.request_id(), digest);
  });
}

grpc::ServerUnaryReactor* RetentionServiceImpl::ListDueRecords(grpc::CallbackServerContext* context,
                                                               const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListDueRecordsRequest, v1::ListDueRecordsResponse>(
      pool_, list_due_records_, context, in, out, state_,
      [this](const v1::ListDueRecordsRequest& request, v1::ListDueRecordsResponse& response, const rpc::CallContext&) {
        return Due(request, response);
      });
}

grpc::ServerUnaryReactor* RetentionServiceImpl::ProposeDisposal(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ProposeDisposalRequest, v1::ProposeDisposalResponse>(
      pool_, propose_disposal_, context, in, out, state_,
      [this](v1::ProposeDisposalRequest& request, v1::ProposeDisposalResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        return Propose(request, *response.mutable_disposal());
      });
}

grpc::ServerUnaryReactor* RetentionServiceImpl::ApproveDisposal(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ApproveDisposalRequest, v1::ApproveDisposalResponse>(
      pool_, approve_disposal_, context, in, out, state_,
      [this](v1::ApproveDisposalRequest& request, v1::ApproveDisposalResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        return MoveDisposal(store_, request, *response.mutable_disposal(),
                            [](const ArchiveReader&, v1::Disposal& disposal, const v1::DisposalApproval& word) {
                              return Approve(disposal, word);
                            });
      });
}

grpc::ServerUnaryReactor* RetentionServiceImpl::WithdrawDisposal(grpc::CallbackServerContext* context,
                                                                 const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::WithdrawDisposalRequest, v1::WithdrawDisposalResponse>(
      pool_, withdraw_disposal_, context, in, out, state_,
      [this](v1::WithdrawDisposalRequest& request, v1::WithdrawDisposalResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        return MoveDisposal(store_, request, *response.mutable_disposal(),
                            [](const ArchiveReader&, v1::Disposal& disposal, const v1::DisposalApproval& word) {
                              return Withdraw(disposal, word);
                            });
      });
}

grpc::ServerUnaryReactor* RetentionServiceImpl::ExecuteDisposal(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ExecuteDisposalRequest, v1::ExecuteDisposalResponse>(
      pool_, execute_disposal_, context, in, out, state_,
      [this](v1::ExecuteDisposalRequest& request, v1::ExecuteDisposalResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        const absl::Status status =
            MoveDisposal(store_, request, *response.mutable_disposal(),
                         [this](const ArchiveReader& archive, v1::Disposal& disposal,
                                const v1::DisposalApproval& word) -> absl::Status {
                           RETURN_IF_ERROR(Execute(disposal, word));
                           // Another disposal may have erased parts since, and the clock that saw the end may have been
                           // wrong.
                           for (const v1::DisposalItem& item : disposal.items())
                             RETURN_IF_ERROR(ItemFor(archive, policy_, item.index(),
                                                     {item.parts().begin(), item.parts().end()}, NowMicros())
                                                 .status());
                           return absl::OkStatus();
                         });
        if (status.ok()) caretaker_.Wake();
        return status;
      });
}

grpc::ServerUnaryReactor* RetentionServiceImpl::GetDisposal(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetDisposalRequest, v1::GetDisposalResponse>(
      pool_, get_disposal_, context, in, out, state_,
      [this](const v1::GetDisposalRequest& request, v1::GetDisposalResponse& response, const rpc::CallContext&) {
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          ASSIGN_OR_RETURN(const StoredDisposal stored, Find(archive.custody(), request.name()));
          ASSIGN_OR_RETURN(*response.mutable_disposal(), FromStored(stored));
          return absl::OkStatus();
        });
      });
}

grpc::ServerUnaryReactor* RetentionServiceImpl::ListDisposals(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListDisposalsRequest, v1::ListDisposalsResponse>(
      pool_, list_disposals_, context, in, out, state_,
      [this](const v1::ListDisposalsRequest& request, v1::ListDisposalsResponse& response,
             const rpc::CallContext&) -> absl::Status {
        ASSIGN_OR_RETURN(const std::int64_t size, PageSize(request.page_size()));
        std::int64_t time = std::numeric_limits<std::int64_t>::max();
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          std::string id;
          if (!request.page_token().empty()) {
            const auto last = Find(archive.custody(), request.page_token());
            if (!last.ok()) return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer");
            time = last->create_time;
            id = last->id;
          }
          ASSIGN_OR_RETURN(const std::vector<StoredDisposal> page,
                           archive.custody().DisposalsBefore(time, id, size + 1));
          for (std::size_t i = 0; i < std::min(page.size(), static_cast<std::size_t>(size)); ++i) {
            ASSIGN_OR_RETURN(*response.add_disposals(), FromStored(page[i]));
            response.mutable_disposals(static_cast<int>(i))->clear_items();
          }
          if (page.size() > static_cast<std::size_t>(size))
            response.set_next_page_token(response.disposals(static_cast<int>(size) - 1).name());
          return absl::OkStatus();
        });
      });
}

}  // namespace jixiao::archiving
