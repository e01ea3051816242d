#include "intake/store/sql_campaign_store.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/random.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/season/campaign.h"
#include "intake/season/receipt.h"
#include "intake/store/sql_requests.h"
#include "intake/store/sql_roster.h"
#include "intake/store/sql_seasons.h"

#include <memory>
#include <utility>

namespace jixiao::intake {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

constexpr std::string_view kReserve = "ReserveSubmission";

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", what);
}

// A moment-sorted name that cannot be guessed.
std::string NewReservationName(std::int64_t now) {
  return Cat("reservations/", NewSubmissionName(now).substr(std::string_view("submissions/").size()));
}

absl::StatusOr<std::string> ReserveIn(Database& db, const v1::ReserveSubmissionRequest& request,
                                      std::string_view digest, std::int64_t now, const archiving::log::Signer& signer) {
  ASSIGN_OR_RETURN(std::optional<std::string> earlier, EarlierAnswer(db, kReserve, request.request_id(), digest));
  if (earlier) return *std::move(earlier);
  ASSIGN_OR_RETURN(const CampaignRow row, FindCampaign(db, request.campaign()));
  season::Arrival arrival;
  arrival.now = now;
  RETURN_IF_ERROR(season::IsLate(row.campaign, arrival).status());
  v1::ReserveSubmissionResponse response;
  v1::Reservation& reservation = *response.mutable_reservation();
  reservation.set_name(NewReservationName(now));
  reservation.set_campaign(row.campaign.name());
  reservation.set_form_digest(request.form_digest());
  *reservation.mutable_unit() = request.unit();
  *reservation.mutable_reserve_time() = ToTimestamp(now);
  *reservation.mutable_due_time() = row.campaign.due_time();
  if (const std::int64_t until = season::ContentDueMicros(row.campaign); until != season::kNever)
    *reservation.mutable_content_due_time() = ToTimestamp(until);
  ASSIGN_OR_RETURN(const std::string text, season::ReceiptText(reservation));
  response.set_receipt(signer.SignNote(text));
  RETURN_IF_ERROR(db.Run(
      "INSERT INTO reservations (name, campaign, form_digest, unit_name, unit_code, time, submission) VALUES (?, ?, ?, "
      "?, ?, ?, 0)",
      reservation.name(), row.id, reservation.form_digest(), reservation.unit().name(), reservation.unit().code(),
      now));
  std::string answer = response.SerializeAsString();
  RETURN_IF_ERROR(SaveAnswer(db, kReserve, request.request_id(), digest, answer, now));
  return answer;
}

}  // namespace

absl::StatusOr<std::string> SqlCampaignStore::Write(std::string_view method, const CampaignWrite& write, Work work) {
  std::string answer;
  bool tried = false;
  const absl::Status status = writer_.Run([&](Database& db) -> absl::Status {
    ASSIGN_OR_RETURN(std::optional<std::string> earlier, EarlierAnswer(db, method, write.request_id, write.digest));
    if (earlier) {
      answer = *std::move(earlier);
      return absl::OkStatus();
    }
    const std::int64_t now = clock_();
    ASSIGN_OR_RETURN(answer, work(db, now));
    if (write.validate_only) {
      tried = true;
      return absl::AbortedError("only to be tried: this undoes the work");
    }
    return SaveAnswer(db, method, write.request_id, write.digest, answer, now);
  });
  if (!status.ok() && !(tried && status.code() == absl::StatusCode::kAborted)) return status;
  return answer;
}

absl::StatusOr<std::string> SqlCampaignStore::Create(const v1::Campaign& campaign, const CampaignWrite& write) {
  return Write("CreateCampaign", write, [&](Database& db, std::int64_t now) -> absl::StatusOr<std::string> {
    if (const auto known = FindCampaign(db, campaign.name()); known.ok())
      return Error(absl::StatusCode::kAlreadyExists, "CAMPAIGN_EXISTS", Cat("there is a ", campaign.name(), " already"),
                   {{"field", "campaign_id"}});
    CampaignRow row;
    row.campaign = campaign;
    row.campaign.set_state(v1::CAMPAIGN_STATE_DRAFT);
    *row.campaign.mutable_create_time() = ToTimestamp(now);
    *row.campaign.mutable_update_time() = ToTimestamp(now);
    RETURN_IF_ERROR(db.ForEach(
        "INSERT INTO campaigns (name, state, version, definition) VALUES (?, 0, 0, ?) RETURNING id",
        [&](const Statement& made) { row.id = made.Int(0); }, campaign.name(), Blob{""}));
    RETURN_IF_ERROR(SaveCampaign(db, row));
    v1::CreateCampaignResponse response;
    *response.mutable_campaign() = row.campaign;
    return response.SerializeAsString();
  });
}

absl::StatusOr<v1::Campaign> SqlCampaignStore::Find(std::string_view name) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  ASSIGN_OR_RETURN(CampaignRow row, FindCampaign(*db, name));
  return std::move(row.campaign);
}

absl::StatusOr<Page<v1::Campaign>> SqlCampaignStore::List(std::int64_t limit, const std::optional<ListPlace>& after) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  Page<v1::Campaign> page;
  std::int64_t last = 0;
  bool parsed = true;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT id, version, definition FROM campaigns WHERE id < ? ORDER BY id DESC LIMIT ?",
      [&](const Statement& row) {
        if (static_cast<std::int64_t>(page.items.size()) == limit) {
          page.next = ListPlace{0, 0, last};
          return;
        }
        last = row.Int(0);
        parsed = page.items.emplace_back().ParseFromString(row.BlobBytes(2)) && parsed;
        page.items.back().set_etag(Cat(row.Int(1)));
      },
      after ? after->id : season::kNever, limit + 1));
  if (!parsed) return Damaged("a campaign cannot be read");
  return page;
}

absl::StatusOr<std::string> SqlCampaignStore::Update(std::string_view method, std::string_view name,
                                                     std::string_view etag, const Change& change,
                                                     const CampaignWrite& write) {
  return Write(method, write, [&](Database& db, std::int64_t now) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(CampaignRow row, FindCampaign(db, name));
    if (!etag.empty() && etag != row.campaign.etag())
      return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                   "the campaign has changed since you read it; read it again", {{"etag", row.campaign.etag()}});
    const std::int64_t due = ToMicros(row.campaign.due_time());
    ASSIGN_OR_RETURN(row.campaign, change(row.campaign, now));
    *row.campaign.mutable_update_time() = ToTimestamp(now);
    RETURN_IF_ERROR(SaveCampaign(db, row));
    v1::UpdateCampaignResponse response;
    if (ToMicros(row.campaign.due_time()) > due) {
      ASSIGN_OR_RETURN(const std::int64_t judged, JudgeLateAgain(db, row, now));
      response.set_judged_in_time(judged);
    }
    *response.mutable_campaign() = row.campaign;
    return response.SerializeAsString();
  });
}

absl::StatusOr<std::string> SqlCampaignStore::ImportRoster(std::string_view name, v1::RosterImportMode mode,
                                                           const std::vector<v1::RosterEntry>& entries,
                                                           const CampaignWrite& write) {
  return Write("ImportRoster", write, [&](Database& db, std::int64_t) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const CampaignRow row, FindCampaign(db, name));
    if (row.campaign.state() == v1::CAMPAIGN_STATE_CLOSED)
      return Error(absl::StatusCode::kFailedPrecondition, "CAMPAIGN_CLOSED",
                   "the roster of a closed campaign does not change any more", {{"campaign", row.campaign.name()}});
    ASSIGN_OR_RETURN(v1::ImportRosterResponse response, ImportRosterIn(db, row, mode, entries));
    response.set_applied(!write.validate_only);
    return response.SerializeAsString();
  });
}

absl::Status SqlCampaignStore::Reserve(const v1::ReserveSubmissionRequest& request,
                                       absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) {
  auto answer = std::make_shared<std::string>();
  // Lengths stand before the texts: no two requests have one digest.
  std::string digest = DigestOf(Cat(request.campaign(), "\n", request.form_digest(), "\n", request.unit().name().size(),
                                    "\n", request.unit().name(), "\n", request.unit().code()));
  return writer_.Submit(
      [this, answer, request, digest = std::move(digest)](Database& db) -> absl::Status {
        ASSIGN_OR_RETURN(*answer, ReserveIn(db, request, digest, clock_(), signer_));
        return absl::OkStatus();
      },
      [answer, done = std::move(done)](absl::Status status) mutable {
        if (status.ok())
          done(std::move(*answer));
        else
          done(std::move(status));
      },
      {.lane = store::Lane::kUrgent});
}

}  // namespace jixiao::intake
