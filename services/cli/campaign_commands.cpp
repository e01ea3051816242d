#include "cli/campaign_commands.h"

#include "cli/client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/season/campaign.h"

#include <array>
#include <chrono>
#include <iostream>
#include <optional>

namespace jixiao::cli {
namespace {

using namespace intake::v1;

constexpr std::int64_t kShanghai = 8LL * 3600 * 1'000'000;

// Reads `digits` digits and, unless it is 0, `separator` after them.
std::optional<int> Take(std::string_view& text, std::size_t digits, char separator) {
  if (text.size() < digits + (separator == 0 ? 0 : 1)) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  if (separator != 0) {
    if (text.front() != separator) return std::nullopt;
    text.remove_prefix(1);
  }
  return number;
}

absl::Status NoTime(std::string_view text) {
  return InvalidField("TIME_INVALID", std::string(text),
                      "写作 2026-03-31、2026-03-31 18:00 或 2026-03-31T18:00:00（北京时间）");
}

absl::Status SetTime(const std::string& text, bool end, google::protobuf::Timestamp* (Campaign::*mutable_time)(),
                     Campaign& campaign) {
  if (text.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::int64_t time, ParseShanghai(text, end));
  *(campaign.*mutable_time)() = ToTimestamp(time);
  return absl::OkStatus();
}

evaluation::v1::FormKind KindNamed(const std::string& name) {
  if (name == "project") return evaluation::v1::FORM_KIND_PROJECT;
  if (name == "department") return evaluation::v1::FORM_KIND_DEPARTMENT;
  if (name == "transfer") return evaluation::v1::FORM_KIND_TRANSFER_PAYMENT;
  return evaluation::v1::FORM_KIND_UNSPECIFIED;
}

// What was given, as a campaign.
absl::StatusOr<Campaign> ToCampaign(const CampaignOptions& options) {
  Campaign campaign;
  campaign.set_title(options.title);
  campaign.set_region_code(options.region);
  campaign.set_fiscal_year(options.year);
  campaign.set_kind(KindNamed(options.kind));
  campaign.set_rule_set(options.rule_set);
  RETURN_IF_ERROR(SetTime(options.open, false, &Campaign::mutable_open_time, campaign));
  RETURN_IF_ERROR(SetTime(options.due, true, &Campaign::mutable_due_time, campaign));
  RETURN_IF_ERROR(SetTime(options.close, true, &Campaign::mutable_close_time, campaign));
  RETURN_IF_ERROR(SetTime(options.content_due, true, &Campaign::mutable_content_due_time, campaign));
  if (!options.late.empty()) campaign.set_late_policy(options.late == "refuse" ? LATE_POLICY_REFUSE : LATE_POLICY_MARK);
  if (!options.roster.empty())
    campaign.set_roster_policy(options.roster == "refuse" ? ROSTER_POLICY_REFUSE : ROSTER_POLICY_LIST);
  for (const std::string& stage : options.stages)
    campaign.add_stages(stage == "department" ? REVIEW_STAGE_DEPARTMENT : REVIEW_STAGE_FINANCE);
  return campaign;
}

void PrintTime(std::string_view title, bool has, const google::protobuf::Timestamp& time) {
  if (has) std::cout << title << FormatShanghai(ToMicros(time)) << '\n';
}

void Print(const Campaign& campaign) {
  std::cout << campaign.name() << "  " << season::TitleOf(campaign.state()) << '\n'
            << campaign.title() << "（" << campaign.fiscal_year() << " 年度，" << season::TitleOf(campaign.kind())
            << "，区划 " << campaign.region_code() << "）\n";
  PrintTime("开始时间  ", campaign.has_open_time(), campaign.open_time());
  PrintTime("截止时间  ", campaign.has_due_time(), campaign.due_time());
  PrintTime("关闭时间  ", campaign.has_close_time(), campaign.close_time());
  PrintTime("预约的表最迟  ", campaign.has_content_due_time(), campaign.content_due_time());
  std::cout << "截止以后  " << season::TitleOf(campaign.late_policy()) << "；"
            << season::TitleOf(campaign.roster_policy()) << '\n';
  std::string stages;
  for (const int stage : campaign.stages())
    Append(stages, stages.empty() ? "" : " → ", season::TitleOf(static_cast<ReviewStage>(stage)));
  std::cout << "审核环节  " << (stages.empty() ? "无，评分后直接归档" : stages) << '\n';
  if (!campaign.rule_set().empty())
    std::cout << "评分规则  " << campaign.rule_set() << "  "
              << (campaign.rule_set_digest().empty() ? "（评分服务没有应答，尚未核对）" : campaign.rule_set_digest())
              << '\n';
}

int Show(const Global& global, const absl::Status& status, const Campaign& campaign) {
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(campaign) << '\n';
  else
    Print(campaign);
  return kDone;
}

}  // namespace

std::unique_ptr<CampaignService::Stub> Campaigns(const Global& global) {
  return CampaignService::NewStub(rpc::OpenChannel(global.intake, global.security));
}

std::string CampaignNamed(const std::string& name) {
  return name.starts_with("campaigns/") ? name : season::CampaignName(name);
}

absl::StatusOr<std::int64_t> ParseShanghai(std::string_view text, bool end) {
  std::string_view rest = text;
  const auto year = Take(rest, 4, '-');
  const auto month = Take(rest, 2, '-');
  const auto day = Take(rest, 2, 0);
  if (!year || !month || !day) return NoTime(text);
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 2000 || *year > 2100) return NoTime(text);
  const std::int64_t midnight = duration_cast<microseconds>(sys_days(date).time_since_epoch()).count() - kShanghai;
  constexpr std::int64_t kSecond = 1'000'000;
  if (rest.empty()) return end ? midnight + 86400 * kSecond - 1 : midnight;
  if (rest.front() != ' ' && rest.front() != 'T') return NoTime(text);
  rest.remove_prefix(1);
  const bool seconds_given = rest.size() > 5;
  const auto hour = Take(rest, 2, ':');
  const auto minute = Take(rest, 2, seconds_given ? ':' : '\0');
  const auto second = seconds_given ? Take(rest, 2, 0) : std::optional(0);
  if (!hour || !minute || !second || !rest.empty() || *hour > 23 || *minute > 59 || *second > 59) return NoTime(text);
  return midnight + (*hour * 3600 + *minute * 60 + *second) * kSecond;
}

int RunCampaignCreate(const Global& global, const CampaignOptions& options) {
  CreateCampaignRequest request;
  auto campaign = ToCampaign(options);
  if (!campaign.ok()) return Refuse(campaign.status(), global.json());
  *request.mutable_campaign() = *std::move(campaign);
  request.set_campaign_id(options.name);
  request.set_request_id(RandomHex(16));
  request.set_validate_only(options.validate_only);
  CreateCampaignResponse response;
  const auto stub = Campaigns(global);
  const absl::Status status = Call(global, *stub, &CampaignService::Stub::CreateCampaign, request, response);
  return Show(global, status, response.campaign());
}

int RunCampaignUpdate(const Global& global, const CampaignOptions& options) {
  UpdateCampaignRequest request;
  auto campaign = ToCampaign(options);
  if (!campaign.ok()) return Refuse(campaign.status(), global.json());
  *request.mutable_campaign() = *std::move(campaign);
  request.mutable_campaign()->set_name(CampaignNamed(options.name));
  request.set_etag(options.etag);
  request.set_request_id(RandomHex(16));
  request.set_validate_only(options.validate_only);
  UpdateCampaignResponse response;
  const auto stub = Campaigns(global);
  const absl::Status status = Call(global, *stub, &CampaignService::Stub::UpdateCampaign, request, response);
  if (status.ok() && !global.json() && response.judged_in_time() > 0)
    std::cout << response.judged_in_time() << " 份逾期的提交因截止时间延后改为按时\n";
  return Show(global, status, response.campaign());
}

int RunCampaignShow(const Global& global, const std::string& name) {
  GetCampaignRequest request;
  request.set_name(CampaignNamed(name));
  GetCampaignResponse response;
  const auto stub = Campaigns(global);
  const absl::Status status = Call(global, *stub, &CampaignService::Stub::GetCampaign, request, response);
  return Show(global, status, response.campaign());
}

int RunCampaignList(const Global& global) {
  const auto stub = Campaigns(global);
  Table table({{"批次", Align::kLeft, 60},
               {"名称", Align::kLeft, 50},
               {"状态"},
               {"年度"},
               {"区划"},
               {"表种"},
               {"开始时间"},
               {"截止时间"}});
  ListCampaignsRequest request;
  request.set_page_size(500);
  do {
    ListCampaignsResponse response;
    const absl::Status status = Call(global, *stub, &CampaignService::Stub::ListCampaigns, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const Campaign& campaign : response.campaigns()) {
      if (global.json())
        std::cout << ToJson(campaign) << '\n';
      else
        table.Add({campaign.name(), campaign.title(), std::string(season::TitleOf(campaign.state())),
                   Cat(campaign.fiscal_year()), campaign.region_code(), std::string(season::TitleOf(campaign.kind())),
                   FormatShanghai(ToMicros(campaign.open_time())), FormatShanghai(ToMicros(campaign.due_time()))});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

int RunCampaignOpen(const Global& global, const std::string& name, bool open) {
  const auto stub = Campaigns(global);
  if (open) {
    OpenCampaignRequest request;
    request.set_name(CampaignNamed(name));
    request.set_request_id(RandomHex(16));
    OpenCampaignResponse response;
    const absl::Status status = Call(global, *stub, &CampaignService::Stub::OpenCampaign, request, response);
    return Show(global, status, response.campaign());
  }
  CloseCampaignRequest request;
  request.set_name(CampaignNamed(name));
  request.set_request_id(RandomHex(16));
  CloseCampaignResponse response;
  const absl::Status status = Call(global, *stub, &CampaignService::Stub::CloseCampaign, request, response);
  return Show(global, status, response.campaign());
}

}  // namespace jixiao::cli
