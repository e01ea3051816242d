#include "intake/api/campaign_service.h"

#include "common/canonical.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/random.h"
#include "common/rpc/actor.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "intake/api/campaign_scope.h"
#include "intake/api/pages.h"
#include "intake/api/request_id.h"
#include "intake/season/campaign.h"
#include "intake/season/campaign_change.h"

#include <memory>
#include <utility>

namespace jixiao::intake {
namespace {

constexpr int kMaxPage = 500;
constexpr int kMaxLines = 1000;
constexpr std::size_t kMaxUnitName = 300;
constexpr std::size_t kMaxUnitCode = 40;

// What a write is known by: its id, and everything else that it says.
template <class Request>
absl::StatusOr<CampaignWrite> WriteOf(const Request& request) {
  if (!IsRequestId(request.request_id()))
    return InvalidField("REQUEST_ID_INVALID", "request_id", std::string(kRequestIdRule));
  CampaignWrite write{request.request_id(), "", request.validate_only()};
  Request content = request;
  content.clear_request_id();
  content.clear_validate_only();
  ASSIGN_OR_RETURN(write.digest, CanonicalDigest(content));
  return write;
}

template <class Response>
absl::Status ReadAnswer(const std::string& answer, Response& response) {
  if (response.ParseFromString(answer)) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", "a stored answer cannot be read");
}

// Everything of a list request but its page: the same list has the same filter.
template <class Request>
absl::StatusOr<std::string> FilterOf(const Request& request) {
  Request content = request;
  content.clear_page_size();
  content.clear_page_token();
  return CanonicalDigest(content);
}

std::vector<FieldViolation> FaultsOfReservation(const v1::ReserveSubmissionRequest& request) {
  std::vector<FieldViolation> faults;
  if (!IsRequestId(request.request_id())) faults.push_back({"request_id", std::string(kRequestIdRule)});
  if (request.campaign().empty()) faults.push_back({"campaign", "is required"});
  if (!IsDigest(request.form_digest())) faults.push_back({"form_digest", "sha256: and 64 hexadecimal digits"});
  const auto& unit = request.unit();
  if (unit.name().empty() || Utf8Length(unit.name()) > kMaxUnitName)
    faults.push_back({"unit.name", Cat("1 to ", kMaxUnitName, " characters")});
  if (Utf8Length(unit.code()) > kMaxUnitCode)
    faults.push_back({"unit.code", Cat("at most ", kMaxUnitCode, " characters")});
  return faults;
}

}  // namespace

absl::StatusOr<std::string> CampaignServiceImpl::DigestOfRules(const std::string& rule_set) {
  if (rule_set.empty()) return std::string();
  const absl::StatusOr<std::optional<std::string>> digest = rule_sets_.DigestNamed(rule_set);
  if (digest.status().code() == absl::StatusCode::kInvalidArgument) return digest.status();
  if (!digest.ok()) return std::string();
  if (!*digest)
    return Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND", Cat("rule_set: there is no rule set ", rule_set),
                 {{"field", "campaign.rule_set"}});
  return **digest;
}

grpc::ServerUnaryReactor* CampaignServiceImpl::CreateCampaign(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::CreateCampaignRequest, v1::CreateCampaignResponse>(
      pool_, create_campaign_, context, in, out, state_,
      [this](const v1::CreateCampaignRequest& request, v1::CreateCampaignResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const CampaignWrite write, WriteOf(request));
        std::vector<FieldViolation> faults = season::FaultsOf(request.campaign(), "campaign");
        if (!request.campaign_id().empty() && !season::IsCampaignId(request.campaign_id()))
          faults.push_back({"campaign_id", "1 to 63 of a-z, 0-9 and -, beginning with a letter or digit"});
        if (!faults.empty()) return InvalidFields("CAMPAIGN_INVALID", "the campaign cannot be so", faults);
        if (!call.scope().departments.empty() || !call.scope().units.empty())
          return rpc::ScopeLimited("a campaign concerns all units; your scope is limited");
        if (!IncludesCampaign(call.scope(), request.campaign())) return rpc::OutOfScope("campaign.region_code");
        v1::Campaign campaign = request.campaign();
        campaign.set_name(season::CampaignName(request.campaign_id().empty() ? RandomHex(8) : request.campaign_id()));
        ASSIGN_OR_RETURN(*campaign.mutable_rule_set_digest(), DigestOfRules(campaign.rule_set()));
        ASSIGN_OR_RETURN(const std::string answer, store_.Create(campaign, write));
        return ReadAnswer(answer, response);
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::GetCampaign(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetCampaignRequest, v1::GetCampaignResponse>(
      pool_, get_campaign_, context, in, out, state_,
      [this](const v1::GetCampaignRequest& request, v1::GetCampaignResponse& response,
             const rpc::CallContext&) -> absl::Status {
        ASSIGN_OR_RETURN(*response.mutable_campaign(), store_.Find(request.name()));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::ListCampaigns(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListCampaignsRequest, v1::ListCampaignsResponse>(
      pool_, list_campaigns_, context, in, out, state_,
      [this](const v1::ListCampaignsRequest& request, v1::ListCampaignsResponse& response,
             const rpc::CallContext&) -> absl::Status {
        ASSIGN_OR_RETURN(const std::int64_t size, PageSize(request.page_size(), kMaxPage));
        ASSIGN_OR_RETURN(const auto after, PlaceOf(request.page_token(), "campaigns"));
        ASSIGN_OR_RETURN(Page<v1::Campaign> page, store_.List(size, after));
        for (v1::Campaign& campaign : page.items) *response.add_campaigns() = std::move(campaign);
        response.set_next_page_token(PageToken(page.next, "campaigns"));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::UpdateCampaign(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::UpdateCampaignRequest, v1::UpdateCampaignResponse>(
      pool_, update_campaign_, context, in, out, state_,
      [this](const v1::UpdateCampaignRequest& request, v1::UpdateCampaignResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const CampaignWrite write, WriteOf(request));
        RETURN_IF_ERROR(CheckCampaign(store_, request.campaign().name(), call));
        v1::Campaign patch = request.campaign();
        if (!patch.region_code().empty() && !IncludesCampaign(call.scope(), patch))
          return rpc::OutOfScope("campaign.region_code");
        ASSIGN_OR_RETURN(*patch.mutable_rule_set_digest(), DigestOfRules(patch.rule_set()));
        ASSIGN_OR_RETURN(const std::string answer, store_.Update(
                                                       "UpdateCampaign", patch.name(), request.etag(),
                                                       [&](const v1::Campaign& before, std::int64_t now) {
                                                         return season::Apply(before, patch, request.update_mask(),
                                                                              now);
                                                       },
                                                       write));
        return ReadAnswer(answer, response);
      });
}

// Open and close answer with the campaign alone, which is the first field of every answer to a change.
grpc::ServerUnaryReactor* CampaignServiceImpl::OpenCampaign(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::OpenCampaignRequest, v1::OpenCampaignResponse>(
      pool_, open_campaign_, context, in, out, state_,
      [this](const v1::OpenCampaignRequest& request, v1::OpenCampaignResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(CheckCampaign(store_, request.name(), call));
        ASSIGN_OR_RETURN(const CampaignWrite write, WriteOf(request));
        ASSIGN_OR_RETURN(const v1::Campaign campaign, store_.Find(request.name()));
        std::string digest;
        if (campaign.rule_set_digest().empty()) {
          ASSIGN_OR_RETURN(digest, DigestOfRules(campaign.rule_set()));
        }
        ASSIGN_OR_RETURN(
            const std::string answer,
            store_.Update(
                "OpenCampaign", request.name(), request.etag(),
                [&](const v1::Campaign& before, std::int64_t) { return season::Open(before, digest); }, write));
        return ReadAnswer(answer, response);
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::CloseCampaign(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::CloseCampaignRequest, v1::CloseCampaignResponse>(
      pool_, close_campaign_, context, in, out, state_,
      [this](const v1::CloseCampaignRequest& request, v1::CloseCampaignResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(CheckCampaign(store_, request.name(), call));
        ASSIGN_OR_RETURN(const CampaignWrite write, WriteOf(request));
        ASSIGN_OR_RETURN(const std::string answer,
                         store_.Update(
                             "CloseCampaign", request.name(), request.etag(),
                             [](const v1::Campaign& before, std::int64_t) { return season::Close(before); }, write));
        return ReadAnswer(answer, response);
      });
}

grpc::ServerReadReactor<grpc::ByteBuffer>* CampaignServiceImpl::ImportRoster(grpc::CallbackServerContext* context,
                                                                             grpc::ByteBuffer* out) {
  return StartImportRoster(*context, out, store_, pool_, state_, import_roster_, imports_);
}

grpc::ServerUnaryReactor* CampaignServiceImpl::ListRoster(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListRosterRequest, v1::ListRosterResponse>(
      pool_, list_roster_, context, in, out, state_,
      [this](const v1::ListRosterRequest& request, v1::ListRosterResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(CheckCampaign(store_, request.campaign(), call));
        ASSIGN_OR_RETURN(const std::int64_t size, PageSize(request.page_size(), kMaxLines));
        ASSIGN_OR_RETURN(const std::string filter, FilterOf(request));
        ASSIGN_OR_RETURN(const auto after, PlaceOf(request.page_token(), filter));
        ASSIGN_OR_RETURN(Page<v1::RosterLine> page, store_.Roster(request.campaign(), size, after));
        for (v1::RosterLine& line : page.items) *response.add_lines() = std::move(line);
        response.set_next_page_token(PageToken(page.next, filter));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::GetProgress(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetProgressRequest, v1::GetProgressResponse>(
      pool_, get_progress_, context, in, out, state_,
      [this](const v1::GetProgressRequest& request, v1::GetProgressResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(CheckCampaign(store_, request.campaign(), request.department(), call));
        if (!v1::ProgressBreakdown_IsValid(request.breakdown()))
          return InvalidField("BREAKDOWN_INVALID", "breakdown", "is not one");
        if (!request.department().empty() && request.breakdown() != v1::PROGRESS_BREAKDOWN_UNIT)
          return InvalidField("BREAKDOWN_INVALID", "department", "goes with a breakdown by unit");
        ASSIGN_OR_RETURN(const std::int64_t size, PageSize(request.page_size(), kMaxLines));
        ASSIGN_OR_RETURN(const std::string filter, FilterOf(request));
        ASSIGN_OR_RETURN(const auto after, PlaceOf(request.page_token(), filter));
        ASSIGN_OR_RETURN(ProgressReport report,
                         store_.Progress(request.campaign(), request.breakdown(), request.department(), size, after));
        *response.mutable_total() = std::move(report.total);
        for (v1::Progress& group : report.groups.items) *response.add_groups() = std::move(group);
        response.set_next_page_token(PageToken(report.groups.next, filter));
        response.set_unmatched(report.unmatched);
        response.set_ambiguous(report.ambiguous);
        response.set_duplicates(report.duplicates);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::ListMissing(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListMissingRequest, v1::ListMissingResponse>(
      pool_, list_missing_, context, in, out, state_,
      [this](const v1::ListMissingRequest& request, v1::ListMissingResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(CheckCampaign(store_, request.campaign(), request.department(), call));
        ASSIGN_OR_RETURN(const std::int64_t size, PageSize(request.page_size(), kMaxLines));
        ASSIGN_OR_RETURN(const std::string filter, FilterOf(request));
        ASSIGN_OR_RETURN(const auto after, PlaceOf(request.page_token(), filter));
        ASSIGN_OR_RETURN(Page<v1::RosterLine> page,
                         store_.Missing(request.campaign(), request.department(), size, after));
        for (v1::RosterLine& line : page.items) *response.add_lines() = std::move(line);
        response.set_next_page_token(PageToken(page.next, filter));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::ListCampaignSubmissions(grpc::CallbackServerContext* context,
                                                                       const grpc::ByteBuffer* in,
                                                                       grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListCampaignSubmissionsRequest, v1::ListCampaignSubmissionsResponse>(
      pool_, list_campaign_submissions_, context, in, out, state_,
      [this](const v1::ListCampaignSubmissionsRequest& request, v1::ListCampaignSubmissionsResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(CheckCampaign(store_, request.campaign(), call));
        std::vector<v1::RosterMatch> matches;
        for (int i = 0; i < request.matches_size(); ++i) {
          if (!v1::RosterMatch_IsValid(request.matches(i)))
            return InvalidField("MATCH_INVALID", Cat("matches[", i, "]"), "is not a match");
          matches.push_back(request.matches(i));
        }
        if (request.late() && !matches.empty())
          return InvalidField("MATCH_INVALID", "matches", "not together with late");
        ASSIGN_OR_RETURN(const std::int64_t size, PageSize(request.page_size(), kMaxPage));
        ASSIGN_OR_RETURN(const std::string filter, FilterOf(request));
        ASSIGN_OR_RETURN(const auto after, PlaceOf(request.page_token(), filter));
        ASSIGN_OR_RETURN(Page<v1::CampaignSubmission> page,
                         store_.Submissions(request.campaign(), request.late(), matches, size, after));
        for (v1::CampaignSubmission& item : page.items) *response.add_submissions() = std::move(item);
        response.set_next_page_token(PageToken(page.next, filter));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::ReserveSubmission(grpc::CallbackServerContext* context,
                                                                 const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  using ReserveCall = rpc::UnaryCall<v1::ReserveSubmissionRequest, v1::ReserveSubmissionResponse>;
  return rpc::Serve<v1::ReserveSubmissionRequest, v1::ReserveSubmissionResponse>(
      reserve_submission_, context, in, out, reserve_state_, [this](ReserveCall call) {
        const std::vector<FieldViolation> faults = FaultsOfReservation(call.request());
        if (!faults.empty())
          return call.Finish(InvalidFields("RESERVATION_INVALID", "the reservation cannot be made so", faults));
        // The form itself is checked when it comes.
        if (!call.context().scope().IncludesUnit(call.request().unit().name()))
          return call.Finish(rpc::OutOfScope("unit.name"));
        auto shared = std::make_shared<ReserveCall>(std::move(call));
        const absl::Status queued = store_.Reserve(shared->request(), [shared](absl::StatusOr<std::string> answer) {
          if (!answer.ok()) return shared->Finish(answer.status());
          shared->FinishWithBytes(*answer);
        });
        if (!queued.ok()) shared->Finish(queued);
      });
}

grpc::ServerUnaryReactor* CampaignServiceImpl::GetReceiptKey(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  using KeyCall = rpc::UnaryCall<v1::GetReceiptKeyRequest, v1::GetReceiptKeyResponse>;
  return rpc::Serve<v1::GetReceiptKeyRequest, v1::GetReceiptKeyResponse>(get_receipt_key_, context, in, out, state_,
                                                                         [this](KeyCall call) {
                                                                           call.response().set_key(receipt_key_);
                                                                           call.Finish(absl::OkStatus());
                                                                         });
}

}  // namespace jixiao::intake
