#include "archiving/api/inspection_service.h"

#include "archiving/api/record_summary.h"
#include "archiving/inspection/fixity.h"
#include "archiving/inspection/inspected.h"
#include "common/canonical.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"

namespace jixiao::archiving {
namespace {

// The index of an existing record.
absl::StatusOr<std::int64_t> IndexOf(const ArchiveReader& archive, const std::string& name) {
  const std::int64_t index = RecordIndex(name);
  ASSIGN_OR_RETURN(const std::int64_t size, archive.Size());
  if (index >= 0 && index < size) return index;
  return NoRecord(name);
}

absl::Status PutParts(const ArchiveReader& archive, const std::string& name, v1::GetFixityResponse& response) {
  ASSIGN_OR_RETURN(const std::int64_t index, IndexOf(archive, name));
  ASSIGN_OR_RETURN(const std::vector<RegisteredPart> parts, archive.custody().Registered(index));
  for (const RegisteredPart& part : parts) {
    v1::FixityRecord& to = *response.add_parts();
    to.set_part(part.part);
    to.set_size(part.size);
    to.set_sha256(part.sha256);
    to.set_sm3(part.sm3);
    *to.mutable_verify_time() = ToTimestamp(part.verify_time);
    if (!part.failure.empty()) *to.mutable_failure() = FailureOf(part);
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* InspectionServiceImpl::ListInspectionItems(grpc::CallbackServerContext* context,
                                                                     const grpc::ByteBuffer* in,
                                                                     grpc::ByteBuffer* out) {
  using Call = rpc::UnaryCall<v1::ListInspectionItemsRequest, v1::ListInspectionItemsResponse>;
  return rpc::Serve<v1::ListInspectionItemsRequest, v1::ListInspectionItemsResponse>(
      list_inspection_items_, context, in, out, state_, [](Call call) {
        for (const InspectionItemInfo& item : InspectionItems()) {
          v1::InspectionItem& to = *call.response().add_items();
          to.set_code(std::string(item.code));
          to.set_property(std::string(item.property));
          to.set_title(std::string(item.title));
          to.set_description(std::string(item.description));
          for (const auto stage :
               {v1::INSPECTION_STAGE_FILING, v1::INSPECTION_STAGE_TRANSFER, v1::INSPECTION_STAGE_PERIODIC})
            if ((item.stages & BitOf(stage)) != 0) to.add_stages(stage);
        }
        call.Finish(absl::OkStatus());
      });
}

grpc::ServerUnaryReactor* InspectionServiceImpl::InspectRecord(grpc::CallbackServerContext* context,
                                                               const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::InspectRecordRequest, v1::InspectRecordResponse>(
      pool_, inspect_record_, context, in, out, state_,
      [this](const v1::InspectRecordRequest& request, v1::InspectRecordResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        InspectedRecord record;
        RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          ASSIGN_OR_RETURN(const std::int64_t index, IndexOf(archive, request.name()));
          ASSIGN_OR_RETURN(const std::optional<StoredRecord> stored, archive.Record(index));
          if (!stored) return NoRecord(request.name());
          RETURN_IF_ERROR(CheckVisible(archive, *stored, call.scope()));
          ASSIGN_OR_RETURN(record, InspectedFrom(archive, index));
          ASSIGN_OR_RETURN(const std::optional<std::string> filing, archive.custody().Inspection(index));
          return filing ? CanonicalDecode(*filing, *response.mutable_filing()) : absl::OkStatus();
        }));
        // Outside the transaction: a scan may take a while.
        ScanLimits limits;
        limits.cancelled = [&call] { return std::chrono::system_clock::now() >= call.deadline; };
        *response.mutable_current() =
            Inspect(record, v1::INSPECTION_STAGE_PERIODIC, NowMicros(),
                    [&](std::string_view bytes) { return ScanBytes(bytes, Scanner::kAny, limits); });
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* InspectionServiceImpl::GetFixity(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetFixityRequest, v1::GetFixityResponse>(
      pool_, get_fixity_, context, in, out, state_,
      [this](const v1::GetFixityRequest& request, v1::GetFixityResponse& response, const rpc::CallContext&) {
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          if (!request.name().empty()) return PutParts(archive, request.name(), response);
          const CustodyReader& custody = archive.custody();
          ASSIGN_OR_RETURN(const std::int64_t filed, custody.Counter(kFiledCount));
          ASSIGN_OR_RETURN(const std::int64_t state, custody.Counter(kPassState));
          ASSIGN_OR_RETURN(const std::int64_t pass, custody.Counter(kPassNumber));
          ASSIGN_OR_RETURN(const std::int64_t index, custody.Counter(kPassIndex));
          ASSIGN_OR_RETURN(const std::int64_t entry, custody.Counter(kLastPassEntry));
          ASSIGN_OR_RETURN(const std::optional<std::int64_t> oldest, custody.OldestVerification());
          ASSIGN_OR_RETURN(const std::vector<RegisteredPart> failed, custody.FailedParts(kMaxFailures));
          response.set_registered_records(filed);
          if (oldest) *response.mutable_oldest_verify_time() = ToTimestamp(*oldest);
          if (state != 0) {
            response.set_pass(pass);
            response.set_pass_index(index);
          }
          if (entry > 0) response.set_last_entry(RecordName(entry - 1));
          for (const RegisteredPart& part : failed) *response.add_failures() = FailureOf(part);
          return absl::OkStatus();
        });
      });
}

}  // namespace jixiao::archiving
