#include "intake/season/campaign.h"

#include "common/text.h"
#include "common/time.h"
#include "intake/season/names.h"

#include <algorithm>

namespace jixiao::season {
namespace {

using namespace intake::v1;
using google::protobuf::Timestamp;

constexpr std::size_t kMaxTitle = 200;
constexpr std::size_t kMaxRuleSet = 100;
constexpr std::int64_t kMinSeconds = 946'684'800;    // 2000
constexpr std::int64_t kMaxSeconds = 4'102'444'800;  // 2100

bool IsTime(const Timestamp& time) {
  return time.seconds() >= kMinSeconds && time.seconds() <= kMaxSeconds && time.nanos() >= 0 &&
         time.nanos() < 1'000'000'000;
}

void CheckTimes(const Campaign& campaign, std::string_view root, std::vector<FieldViolation>& faults) {
  bool complete = true;
  const auto check = [&](bool has, const Timestamp& time, bool required, std::string_view field) {
    if (!has && !required) return;
    if (has && IsTime(time)) return;
    faults.push_back({Cat(root, ".", field), has ? "is no time from 2000 to 2100" : "is required"});
    complete = false;
  };
  check(campaign.has_open_time(), campaign.open_time(), true, "open_time");
  check(campaign.has_due_time(), campaign.due_time(), true, "due_time");
  check(campaign.has_close_time(), campaign.close_time(), false, "close_time");
  check(campaign.has_content_due_time(), campaign.content_due_time(), false, "content_due_time");
  if (!complete) return;
  const std::int64_t open = ToMicros(campaign.open_time());
  const std::int64_t due = ToMicros(campaign.due_time());
  const std::string due_text = FormatUtc(due);
  if (due <= open)
    faults.push_back({Cat(root, ".due_time"), Cat(due_text, " is not after the opening, ", FormatUtc(open))});
  if (campaign.has_close_time() && CloseMicros(campaign) < due)
    faults.push_back(
        {Cat(root, ".close_time"), Cat(FormatUtc(CloseMicros(campaign)), " is before the due time, ", due_text)});
  if (campaign.has_content_due_time() && ContentDueMicros(campaign) < due)
    faults.push_back({Cat(root, ".content_due_time"),
                      Cat(FormatUtc(ContentDueMicros(campaign)), " is before the due time, ", due_text)});
}

absl::Status Precondition(std::string_view reason, std::string_view message, ErrorMetadata metadata) {
  return Error(absl::StatusCode::kFailedPrecondition, reason, message, metadata);
}

bool SameStages(const Campaign& a, const Campaign& b) {
  return std::equal(a.stages().begin(), a.stages().end(), b.stages().begin(), b.stages().end());
}

std::int64_t DueMicros(const Campaign& campaign) {
  return ToMicros(campaign.due_time());
}

std::string Shown(std::int64_t micros) {
  return micros == kNever ? "(none)" : FormatUtc(micros);
}

// A form that says nothing is a project form, as everywhere.
evaluation::v1::FormKind Meant(evaluation::v1::FormKind kind) {
  return kind == evaluation::v1::FORM_KIND_UNSPECIFIED ? evaluation::v1::FORM_KIND_PROJECT : kind;
}

}  // namespace

std::string CampaignName(std::string_view id) {
  return Cat("campaigns/", id);
}

bool IsCampaignId(std::string_view id) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !id.empty() && id.size() <= 63 && plain(id.front()) &&
         std::all_of(id.begin(), id.end(), [&](char c) { return plain(c) || c == '-'; });
}

std::int64_t CloseMicros(const Campaign& campaign) {
  return campaign.has_close_time() ? ToMicros(campaign.close_time()) : kNever;
}

std::int64_t ContentDueMicros(const Campaign& campaign) {
  return campaign.has_content_due_time() ? ToMicros(campaign.content_due_time()) : CloseMicros(campaign);
}

std::vector<FieldViolation> FaultsOf(const Campaign& campaign, std::string_view root) {
  std::vector<FieldViolation> faults;
  const auto fault = [&](std::string_view field, std::string description) {
    faults.push_back({Cat(root, ".", field), std::move(description)});
  };
  if (campaign.title().empty() || Utf8Length(campaign.title()) > kMaxTitle)
    fault("title", Cat("1 to ", kMaxTitle, " characters"));
  if (!IsDivision(campaign.region_code())) fault("region_code", "6 or 9 digits");
  if (campaign.fiscal_year() < 2000 || campaign.fiscal_year() > 2100) fault("fiscal_year", "from 2000 to 2100");
  if (campaign.kind() == evaluation::v1::FORM_KIND_UNSPECIFIED || !evaluation::v1::FormKind_IsValid(campaign.kind()))
    fault("kind", "is required");
  if (campaign.rule_set().size() > kMaxRuleSet) fault("rule_set", Cat("at most ", kMaxRuleSet, " bytes"));
  CheckTimes(campaign, root, faults);
  if (campaign.late_policy() == LATE_POLICY_UNSPECIFIED || !LatePolicy_IsValid(campaign.late_policy()))
    fault("late_policy", "is required");
  if (campaign.roster_policy() == ROSTER_POLICY_UNSPECIFIED || !RosterPolicy_IsValid(campaign.roster_policy()))
    fault("roster_policy", "is required");
  for (int i = 0; i < campaign.stages_size(); ++i) {
    const auto first = campaign.stages().begin();
    if (campaign.stages(i) == REVIEW_STAGE_UNSPECIFIED || !ReviewStage_IsValid(campaign.stages(i)))
      fault(Cat("stages[", i, "]"), "is not a stage");
    else if (std::find(first, first + i, campaign.stages(i)) != first + i)
      fault(Cat("stages[", i, "]"), "is there twice");
  }
  return faults;
}

absl::Status MayChange(const Campaign& before, const Campaign& after, std::int64_t now) {
  if (before.state() == CAMPAIGN_STATE_CLOSED)
    return Precondition("CAMPAIGN_CLOSED", "a closed campaign does not change any more", {{"campaign", before.name()}});
  // A roster is kept and matched by the kind of its campaign.
  if (before.kind() != after.kind())
    return InvalidField("CAMPAIGN_INVALID", "campaign.kind", "is fixed; make another campaign");
  if (before.state() != CAMPAIGN_STATE_OPEN) return absl::OkStatus();
  std::vector<FieldViolation> faults;
  const auto fixed = [&](bool same, std::string_view field) {
    if (!same) faults.push_back({Cat("campaign.", field), "is fixed once the campaign is open"});
  };
  fixed(before.region_code() == after.region_code(), "region_code");
  fixed(before.fiscal_year() == after.fiscal_year(), "fiscal_year");
  fixed(before.rule_set() == after.rule_set(), "rule_set");
  fixed(SameStages(before, after), "stages");
  fixed(ToMicros(before.open_time()) == ToMicros(after.open_time()), "open_time");
  const auto postponed = [&](std::int64_t from, std::int64_t to, std::string_view field) {
    // What had no end may be given one that is still to come.
    if (to >= from || (from == kNever && to >= now)) return;
    faults.push_back({Cat("campaign.", field), Cat("can only be postponed: it is ", Shown(from), ", not ", Shown(to))});
  };
  postponed(DueMicros(before), DueMicros(after), "due_time");
  postponed(CloseMicros(before), CloseMicros(after), "close_time");
  postponed(ContentDueMicros(before), ContentDueMicros(after), "content_due_time");
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("CAMPAIGN_INVALID", "the campaign cannot be changed so", faults);
}

absl::Status Fits(const Campaign& campaign, const FormFacts& form) {
  std::vector<FieldViolation> faults;
  if (!form.region_code.empty() && !IsWithin(form.region_code, campaign.region_code()))
    faults.push_back({"form.region_code",
                      Cat("the form's is ", form.region_code, ", the campaign collects ", campaign.region_code())});
  if (form.fiscal_year != 0 && form.fiscal_year != campaign.fiscal_year())
    faults.push_back({"form.fiscal_year",
                      Cat("the form's is ", form.fiscal_year, ", the campaign collects ", campaign.fiscal_year())});
  if (Meant(form.kind) != campaign.kind())
    faults.push_back({"form.kind", Cat("the form's is ", evaluation::v1::FormKind_Name(Meant(form.kind)),
                                       ", the campaign collects ", evaluation::v1::FormKind_Name(campaign.kind()))});
  if (!form.rule_set.empty() && form.rule_set != campaign.rule_set() && form.rule_set != campaign.rule_set_digest())
    faults.push_back({"rule_set", Cat("asked for is ", form.rule_set, ", the campaign scores by ",
                                      campaign.rule_set().empty() ? "the form's own" : campaign.rule_set())});
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("CAMPAIGN_MISMATCH", Cat("the form does not belong to ", campaign.name()), faults);
}

absl::StatusOr<bool> IsLate(const Campaign& campaign, const Arrival& arrival) {
  const std::int64_t decisive = arrival.reserved.value_or(arrival.now);
  const std::int64_t due = DueMicros(campaign);
  const bool late = decisive > due;
  // The bureau asked for it: neither window nor closing are in its way.
  if (arrival.after_return) return arrival.was_late && late;
  const std::string now = FormatUtc(arrival.now);
  if (campaign.state() == CAMPAIGN_STATE_DRAFT)
    return Precondition("CAMPAIGN_NOT_OPEN", Cat(campaign.name(), " is being prepared and takes nothing yet"),
                        {{"campaign", campaign.name()}});
  if (arrival.now < ToMicros(campaign.open_time()))
    return Precondition("CAMPAIGN_NOT_OPEN",
                        Cat(campaign.name(), " opens at ", FormatUtc(ToMicros(campaign.open_time())), "; it is ", now),
                        {{"campaign", campaign.name()},
                         {"open_time", FormatUtc(ToMicros(campaign.open_time()))},
                         {"accept_time", now}});
  const std::int64_t content_due = ContentDueMicros(campaign);
  if (arrival.reserved && arrival.now > content_due)
    return Precondition(
        "CONTENT_LATE", Cat("the content of reserved forms was taken until ", FormatUtc(content_due), "; it is ", now),
        {{"campaign", campaign.name()}, {"content_due_time", FormatUtc(content_due)}, {"accept_time", now}});
  // A reservation is a promise that closing by hand does not break.
  const bool promised = arrival.reserved.has_value();
  const std::int64_t close = CloseMicros(campaign);
  if (!promised && (campaign.state() == CAMPAIGN_STATE_CLOSED || arrival.now > close))
    return Precondition("CAMPAIGN_CLOSED",
                        arrival.now > close ? Cat(campaign.name(), " closed at ", FormatUtc(close), "; it is ", now)
                                            : Cat(campaign.name(), " is closed"),
                        {{"campaign", campaign.name()}, {"accept_time", now}});
  if (late && campaign.late_policy() == LATE_POLICY_REFUSE)
    return Precondition(
        "SUBMISSION_LATE",
        Cat(campaign.name(), " was due at ", FormatUtc(due), "; the form's time is ", FormatUtc(decisive)),
        {{"campaign", campaign.name()}, {"due_time", FormatUtc(due)}, {"decisive_time", FormatUtc(decisive)}});
  return late;
}

std::string_view TitleOf(CampaignState state) {
  switch (state) {
    case CAMPAIGN_STATE_DRAFT:
      return "筹备";
    case CAMPAIGN_STATE_OPEN:
      return "开放";
    case CAMPAIGN_STATE_CLOSED:
      return "截止";
    default:
      return "未知";
  }
}

std::string_view TitleOf(evaluation::v1::FormKind kind) {
  switch (kind) {
    case evaluation::v1::FORM_KIND_PROJECT:
      return "项目支出";
    case evaluation::v1::FORM_KIND_DEPARTMENT:
      return "部门整体支出";
    case evaluation::v1::FORM_KIND_TRANSFER_PAYMENT:
      return "转移支付";
    default:
      return "未知";
  }
}

std::string_view TitleOf(LatePolicy policy) {
  return policy == LATE_POLICY_REFUSE ? "逾期不收" : "逾期照收并标明";
}

std::string_view TitleOf(RosterPolicy policy) {
  return policy == ROSTER_POLICY_REFUSE ? "名单以外不收" : "名单以外照收并列出";
}

std::string_view TitleOf(ReviewStage stage) {
  return stage == REVIEW_STAGE_DEPARTMENT ? "主管部门审核" : "财政审核";
}

}  // namespace jixiao::season
