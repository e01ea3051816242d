#include "cli/archive_records.h"

#include "archiving/record/record.h"
#include "cli/client.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"
#include "jixiao/archiving/v1/record_search_service.grpc.pb.h"

namespace jixiao::cli {
namespace {

using archiving::v1::ArchivingService;
using archiving::v1::RecordSearchService;

constexpr int kPage = 500;

// Whether a record is the one with this name or key, by what its proof and its leaf say.
bool IsNamed(const archiving::v1::GetRecordResponse& record, const std::string& name) {
  if (const std::int64_t index = archiving::RecordIndex(name); index >= 0)
    return record.proof().index() == index && record.record().name() == archiving::RecordName(index);
  archiving::v1::RecordLeaf leaf;
  return CanonicalDecode(record.leaf(), leaf).ok() && leaf.key() == name;
}

}  // namespace

absl::StatusOr<archiving::v1::GetRecordResponse> GetRecord(const Global& global, ArchivingService::Stub& archive,
                                                           const std::string& name) {
  archiving::v1::GetRecordRequest request;
  request.set_name(name);
  archiving::v1::GetRecordResponse response;
  RETURN_IF_ERROR(Call(global, archive, &ArchivingService::Stub::GetRecord, request, response));
  if (IsNamed(response, name)) return response;
  return Error(absl::StatusCode::kDataLoss, "ANSWER_MISMATCH",
               Cat("要的是 ", name, "，服务器给的是 ", TruncateUtf8(response.record().name(), 60), "（",
                   TruncateUtf8(response.record().key(), 120), "）"));
}

absl::StatusOr<archiving::v1::GetRecordResponse> GetArchivedRecord(const Global& global, const std::string& name) {
  return GetRecord(global, *Archiving(global), name);
}

absl::Status ForEachArchivedRecord(const Global& global, const std::vector<std::string>& names,
                                   const FilterOptions& filter,
                                   absl::FunctionRef<absl::Status(archiving::v1::GetRecordResponse)> each) {
  const auto channel = rpc::OpenChannel(global.archiving, global.security);
  const auto archive = ArchivingService::NewStub(channel);
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(archiving::v1::GetRecordResponse record, GetRecord(global, *archive, name));
    RETURN_IF_ERROR(each(std::move(record)));
  }
  if (!names.empty()) return absl::OkStatus();
  const auto search = RecordSearchService::NewStub(channel);
  archiving::v1::SearchRecordsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(filter));
  request.set_order(archiving::v1::RECORD_ORDER_OLDEST_FIRST);
  request.set_page_size(kPage);
  do {
    archiving::v1::SearchRecordsResponse page;
    RETURN_IF_ERROR(Call(global, *search, &RecordSearchService::Stub::SearchRecords, request, page));
    // A part of a season must not pass for the whole.
    if (page.index().indexed_records() < page.index().archived_records() && request.page_token().empty())
      return TryAgain(absl::StatusCode::kUnavailable, "INDEX_REBUILT", "检索索引还没有包含全部记录，请稍后再试",
                      std::chrono::seconds(10));
    for (const auto& found : page.records()) {
      ASSIGN_OR_RETURN(archiving::v1::GetRecordResponse record, GetRecord(global, *archive, found.name()));
      RETURN_IF_ERROR(each(std::move(record)));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace jixiao::cli
