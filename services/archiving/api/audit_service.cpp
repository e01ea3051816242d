#include "archiving/api/audit_service.h"

#include "archiving/record/calls.h"
#include "archiving/sequencing/entry.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"

#include <charconv>
#include <string>
#include <string_view>

namespace jixiao::archiving {
namespace {

constexpr int kDefaultPage = 100;
constexpr int kMaxPage = 1000;
// How many segments are read for a page, at most.
constexpr int kMaxSegments = 100;
// How far the time of a call may be from the start of its segment: a stalled disk included.
constexpr std::int64_t kSlack = std::int64_t{600} * 1'000'000;

// Where a page starts, bound to the question: NAME.CALL.QUESTION, where NAME is the key of a segment without its
// prefix.
struct PageStart {
  std::string key;
  int call = 0;
};

absl::StatusOr<std::string> QuestionOf(const v1::ListCallsRequest& request) {
  v1::ListCallsRequest question = request;
  question.clear_page_size();
  question.clear_page_token();
  ASSIGN_OR_RETURN(const std::string digest, CanonicalDigest(question));
  return digest.substr(digest.find(':') + 1, 16);
}

std::string Write(const PageStart& start, std::string_view question) {
  return Cat(start.key.substr(kCallsKeyPrefix.size()), ".", start.call, ".", question);
}

absl::StatusOr<PageStart> Read(std::string_view token, std::string_view question) {
  PageStart start;
  const std::size_t dot = token.find('.');
  if (dot != std::string_view::npos) {
    start.key = Cat(kCallsKeyPrefix, token.substr(0, dot));
    const auto [end, error] = std::from_chars(token.data() + dot + 1, token.data() + token.size(), start.call);
    if (error == std::errc() && start.call >= 0 && token == Write(start, question)) return start;
  }
  return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer to the same request");
}

bool Fits(const v1::ListCallsRequest& request, const operation::v1::AuditedCall& call) {
  const std::int64_t time = ToMicros(call.end_time());
  if (request.has_start_time() && time < ToMicros(request.start_time())) return false;
  if (request.has_end_time() && time >= ToMicros(request.end_time())) return false;
  if (request.failed_only() && call.code() == "OK") return false;
  if (!request.caller().empty() && call.caller() != request.caller()) return false;
  if (!request.resource().empty() && call.resource() != request.resource()) return false;
  const std::string_view method = call.method();
  return request.method().empty() || method == request.method() ||
         method.substr(method.find('/') + 1) == request.method();
}

absl::StatusOr<operation::v1::AuditSegment> SegmentOf(const ArchiveReader& archive, const StoredRecord& record) {
  ASSIGN_OR_RETURN(const std::optional<Part> part, archive.PartNamed(record.index, kEntryPart));
  v1::ArchiveEntry entry;
  if (!part || !CanonicalDecode(part->content, entry).ok() || !entry.has_calls())
    return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED",
                 Cat(RecordName(record.index), " is no segment of the audit log any more"));
  return std::move(*entry.mutable_calls());
}

// Goes over segments until the page is full, they end, or it has read enough for one call.
absl::Status List(const ArchiveReader& archive, const v1::ListCallsRequest& request, const PageStart& start,
                  std::string_view question, v1::ListCallsResponse& response) {
  const int size = request.page_size() == 0 ? kDefaultPage : request.page_size();
  const std::string end =
      request.has_end_time() ? CallsKeyFrom(ToMicros(request.end_time()) + kSlack) : Cat(kCallsKeyPrefix, "~");
  ASSIGN_OR_RETURN(const std::vector<StoredRecord> records, archive.RecordsByKey(start.key, end, kMaxSegments + 1));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const StoredRecord& record = records[i];
    if (i == kMaxSegments) {
      response.set_next_page_token(Write({record.key, 0}, question));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(operation::v1::AuditSegment segment, SegmentOf(archive, record));
    for (int number = record.key == start.key ? start.call : 0; number < segment.calls_size(); ++number) {
      if (!Fits(request, segment.calls(number))) continue;
      if (response.calls_size() == size) {
        response.set_next_page_token(Write({record.key, number}, question));
        return absl::OkStatus();
      }
      v1::RecordedCall& to = *response.add_calls();
      to.mutable_call()->Swap(segment.mutable_calls(number));
      to.set_service(segment.service());
      to.set_run(segment.run());
      to.set_number(segment.number());
      to.set_record(RecordName(record.index));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::int64_t> ArchiveSegment(Sequencer& sequencer, const operation::v1::AuditSegment& segment) {
  if (const std::string fault = FaultOf(segment); !fault.empty())
    return InvalidField("SEGMENT_INVALID", "segment", fault);
  v1::ArchiveEntry entry;
  *entry.mutable_calls() = segment;
  return AppendEntry(sequencer, CallsKeyOf(segment), entry);
}

grpc::ServerUnaryReactor* AuditServiceImpl::RecordCalls(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::RecordCallsRequest, v1::RecordCallsResponse>(
      pool_, record_calls_, context, in, out, state_,
      [this](const v1::RecordCallsRequest& request, v1::RecordCallsResponse& response,
             const rpc::CallContext&) -> absl::Status {
        ASSIGN_OR_RETURN(const std::int64_t index, ArchiveSegment(sequencer_, request.segment()));
        response.set_name(RecordName(index));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* AuditServiceImpl::ListCalls(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                      grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListCallsRequest, v1::ListCallsResponse>(
      pool_, list_calls_, context, in, out, state_,
      [this](const v1::ListCallsRequest& request, v1::ListCallsResponse& response,
             const rpc::CallContext&) -> absl::Status {
        if (request.page_size() < 0 || request.page_size() > kMaxPage)
          return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxPage));
        if (request.has_start_time() && request.has_end_time() &&
            ToMicros(request.end_time()) <= ToMicros(request.start_time()))
          return InvalidField("FILTER_INVALID", "end_time", "must be later than start_time");
        ASSIGN_OR_RETURN(const std::string question, QuestionOf(request));
        PageStart start{std::string(kCallsKeyPrefix), 0};
        if (request.has_start_time()) start.key = CallsKeyFrom(ToMicros(request.start_time()) - kSlack);
        if (!request.page_token().empty()) {
          ASSIGN_OR_RETURN(start, Read(request.page_token(), question));
        }
        return store_.Read(
            [&](const ArchiveReader& archive) { return List(archive, request, start, question, response); });
      });
}

}  // namespace jixiao::archiving
