#include "archiving/api/record_search_service.h"

#include "archiving/api/record_summary.h"
#include "archiving/search/query.h"
#include "archiving/search/summary.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/rpc/unary.h"
#include "common/text.h"

#include <charconv>
#include <chrono>

namespace jixiao::archiving {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 500;
constexpr int kMaxFindings = 100;
// Who has just archived finds it. A backfill takes longer, and then the answer says how far it is.
constexpr std::chrono::milliseconds kPatience{1500};

// Where a page starts, bound to the question: GENERATION.INDEX.DIGEST.
struct PageToken {
  std::int64_t generation = 0;
  std::int64_t start = 0;
};

absl::StatusOr<std::string> QuestionOf(const v1::SearchRecordsRequest& request, const Scope& scope) {
  v1::SearchRecordsRequest question;
  *question.mutable_filter() = request.filter();
  question.set_order(request.order());
  ASSIGN_OR_RETURN(std::string digest, CanonicalDigest(question));
  if (!scope.IsUnlimited()) digest = DigestOf(Cat(digest, "\n", scope.Text()));
  return digest.substr(digest.find(':') + 1, 16);
}

std::string Write(const PageToken& token, std::string_view question) {
  return Cat(token.generation, ".", token.start, ".", question);
}

absl::StatusOr<PageToken> Read(std::string_view text, std::string_view question) {
  PageToken token;
  const char* const end = text.data() + text.size();
  const auto generation = std::from_chars(text.data(), end, token.generation);
  if (generation.ec == std::errc() && generation.ptr != end && *generation.ptr == '.') {
    const auto start = std::from_chars(generation.ptr + 1, end, token.start);
    if (start.ec == std::errc() && token.start >= 0 && text == Write(token, question)) return token;
  }
  return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer to the same filter and order");
}

}  // namespace

absl::Status RecordSearchServiceImpl::PutState(const SearchState& state, v1::IndexState& out) {
  out.set_indexed_records(state.records);
  return archive_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t size, archive.Size());
    out.set_archived_records(std::max(size, state.records));
    return absl::OkStatus();
  });
}

absl::Status RecordSearchServiceImpl::Search(const v1::SearchRecordsRequest& request, const Scope& scope,
                                             v1::SearchRecordsResponse& response) {
  RETURN_IF_ERROR(search::ValidateFilter(request.filter()));
  if (request.page_size() < 0 || request.page_size() > kMaxPage)
    return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxPage));
  if (!v1::RecordOrder_IsValid(request.order())) return InvalidField("PAGE_INVALID", "order", "is unknown");
  ASSIGN_OR_RETURN(const std::string question, QuestionOf(request, scope));
  std::optional<PageToken> token;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(token, Read(request.page_token(), question));
  }
  if (!token) indexer_.WaitIfNearlyCurrent(kPatience);
  const std::size_t size = static_cast<std::size_t>(request.page_size() == 0 ? kDefaultPage : request.page_size());
  search::Page page;
  RETURN_IF_ERROR(index_.Read([&](const SearchReader& index) -> absl::Status {
    ASSIGN_OR_RETURN(page,
                     search::Find(index, request.filter(), scope, request.order() != v1::RECORD_ORDER_OLDEST_FIRST,
                                  token ? std::optional(token->start) : std::nullopt, size));
    return absl::OkStatus();
  }));
  if (token && token->generation != page.state.generation)
    return TryAgain(absl::StatusCode::kUnavailable, "INDEX_REBUILT", "the index was made anew: search again",
                    std::chrono::seconds(1));
  RETURN_IF_ERROR(archive_.Read([&](const ArchiveReader& archive) -> absl::Status {
    for (const std::int64_t record_index : page.indexes) {
      ASSIGN_OR_RETURN(const std::optional<StoredRecord> record, archive.Record(record_index));
      if (!record)
        return Error(absl::StatusCode::kDataLoss, "INDEX_DAMAGED", "the search index names a record that is not there");
      v1::RecordSummary& found = *response.add_records();
      RETURN_IF_ERROR(PutSummary(*record, found));
      RETURN_IF_ERROR(PutErasedBy(archive, found));
    }
    return absl::OkStatus();
  }));
  if (page.next) response.set_next_page_token(Write({page.state.generation, *page.next}, question));
  return PutState(page.state, *response.mutable_index());
}

grpc::ServerUnaryReactor* RecordSearchServiceImpl::SearchRecords(grpc::CallbackServerContext* context,
                                                                 const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::SearchRecordsRequest, v1::SearchRecordsResponse>(
      pool_, search_records_, context, in, out, state_,
      [this](const v1::SearchRecordsRequest& request, v1::SearchRecordsResponse& response,
             const rpc::CallContext& call) { return Search(request, call.scope(), response); });
}

grpc::ServerUnaryReactor* RecordSearchServiceImpl::SummarizeRecords(grpc::CallbackServerContext* context,
                                                                    const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::SummarizeRecordsRequest, v1::SummarizeRecordsResponse>(
      pool_, summarize_records_, context, in, out, state_,
      [this](const v1::SummarizeRecordsRequest& request, v1::SummarizeRecordsResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(search::ValidateFilter(request.filter()));
        if (!v1::RecordGrouping_IsValid(request.group_by()))
          return InvalidField("FILTER_INVALID", "group_by", "is unknown");
        if (request.finding_count() < 0 || request.finding_count() > kMaxFindings)
          return InvalidField("FILTER_INVALID", "finding_count", Cat("from 0 to ", kMaxFindings));
        indexer_.WaitIfNearlyCurrent(kPatience);
        SearchState index_state;
        RETURN_IF_ERROR(index_.Read([&](const SearchReader& index) {
          return search::Summarize(index, request, call.scope(), response, index_state);
        }));
        return PutState(index_state, *response.mutable_index());
      });
}

grpc::ServerUnaryReactor* RecordSearchServiceImpl::RebuildIndex(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::RebuildIndexRequest, v1::RebuildIndexResponse>(
      pool_, rebuild_index_, context, in, out, state_,
      [this](const v1::RebuildIndexRequest& request, v1::RebuildIndexResponse& response,
             const rpc::CallContext&) -> absl::Status {
        SearchState index_state;
        if (request.validate_only()) {
          RETURN_IF_ERROR(index_.Read([&](const SearchReader& index) -> absl::Status {
            ASSIGN_OR_RETURN(index_state, index.State());
            return absl::OkStatus();
          }));
        } else {
          indexer_.Rebuild();
        }
        return PutState(index_state, *response.mutable_index());
      });
}

}  // namespace jixiao::archiving
