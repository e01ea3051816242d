#include "intake/season/campaign.h"

#include "common/errors.h"
#include "common/time.h"
#include "intake/season/campaign_change.h"
#include "intake/season/names.h"

#include <gmock/gmock.h>

namespace jixiao::season {
namespace {

using namespace intake::v1;
using ::testing::HasSubstr;

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kOpen = 1'767'974'400'000'000;  // 2026-01-09T16:00:00Z: midnight in Shanghai
constexpr std::int64_t kDue = kOpen + 80 * kDay - 1;
constexpr std::int64_t kClose = kDue + 10 * kDay;

Campaign Made(CampaignState state = CAMPAIGN_STATE_OPEN) {
  Campaign campaign;
  campaign.set_name("campaigns/2025");
  campaign.set_title("2025年度项目支出绩效自评");
  campaign.set_region_code("510400");
  campaign.set_fiscal_year(2025);
  campaign.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  *campaign.mutable_open_time() = ToTimestamp(kOpen);
  *campaign.mutable_due_time() = ToTimestamp(kDue);
  *campaign.mutable_close_time() = ToTimestamp(kClose);
  campaign.set_late_policy(LATE_POLICY_MARK);
  campaign.set_roster_policy(ROSTER_POLICY_LIST);
  campaign.set_state(state);
  return campaign;
}

std::string Reason(const absl::StatusOr<bool>& late) {
  return ReasonOf(late.status());
}

Arrival At(std::int64_t now) {
  Arrival arrival;
  arrival.now = now;
  return arrival;
}

TEST(Names, AreTheSameHoweverTheyAreTyped) {
  const std::string name = FoldName("西区教育局（本级）幼儿园·运转“保障”A");
  EXPECT_EQ(FoldName("西区 教育局(本级)幼儿园·运转保障a"), name);
  EXPECT_EQ(FoldName("西区教育局【本级】\n幼儿园•运转「保障」Ａ"), name);
  EXPECT_EQ(FoldName("\xEF\xBB\xBF西区教育局〔本级〕　幼儿园・运转\"保障\"A\u200B"), name);
  EXPECT_NE(FoldName("西区教育局（下属）幼儿园·运转“保障”A"), name);
  EXPECT_EQ(FoldCode(" ５１０４２５t 0000001 "), "510425T0000001");
  EXPECT_EQ(FoldName(""), "");
}

TEST(Names, ProjectCodes) {
  EXPECT_TRUE(IsProjectCode("51092324T000010263357"));
  EXPECT_FALSE(IsProjectCode("51092324T00001026335"));
  EXPECT_FALSE(IsProjectCode("51092324t000010263357"));
  EXPECT_TRUE(IsMeantAsProjectCode("51092324T00001026335"));
  EXPECT_FALSE(IsMeantAsProjectCode("2021-015"));
  EXPECT_EQ(YearOf("51092324T000010263357"), 2024);
}

TEST(Names, Divisions) {
  EXPECT_TRUE(IsWithin("510403", "510400"));
  EXPECT_TRUE(IsWithin("510403001", "510400000"));
  EXPECT_TRUE(IsWithin("510403", "510000"));
  EXPECT_TRUE(IsWithin("510403", "000000"));
  EXPECT_TRUE(IsWithin("510403001", "510403"));
  EXPECT_FALSE(IsWithin("510502", "510400"));
  EXPECT_FALSE(IsWithin("510400", "510403"));
  EXPECT_FALSE(IsWithin("510403", "510403001"));
  EXPECT_TRUE(IsDivision("510403001"));
  EXPECT_FALSE(IsDivision("51040300"));
}

TEST(CampaignFaults, AllAtOnceEachWithItsPath) {
  EXPECT_TRUE(FaultsOf(Made(), "campaign").empty());
  Campaign campaign;
  *campaign.mutable_open_time() = ToTimestamp(kDue);
  *campaign.mutable_due_time() = ToTimestamp(kOpen);
  campaign.add_stages(REVIEW_STAGE_FINANCE);
  campaign.add_stages(REVIEW_STAGE_FINANCE);
  std::vector<std::string> fields;
  for (const FieldViolation& fault : FaultsOf(campaign, "campaign")) fields.push_back(fault.field);
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre("campaign.title", "campaign.region_code", "campaign.fiscal_year",
                                                      "campaign.kind", "campaign.due_time", "campaign.late_policy",
                                                      "campaign.roster_policy", "campaign.stages[1]"));
  campaign = Made();
  *campaign.mutable_close_time() = ToTimestamp(kDue - 1);
  *campaign.mutable_content_due_time() = ToTimestamp(kDue - 1);
  EXPECT_EQ(FaultsOf(campaign, "campaign").size(), 2u);
}

TEST(Window, DueTimeIsTheLastMomentInTime) {
  EXPECT_EQ(Reason(IsLate(Made(), At(kOpen - 1))), "CAMPAIGN_NOT_OPEN");
  EXPECT_EQ(*IsLate(Made(), At(kOpen)), false);
  EXPECT_EQ(*IsLate(Made(), At(kDue)), false);
  EXPECT_EQ(*IsLate(Made(), At(kDue + 1)), true);
  EXPECT_EQ(*IsLate(Made(), At(kClose)), true);
  EXPECT_EQ(Reason(IsLate(Made(), At(kClose + 1))), "CAMPAIGN_CLOSED");
}

TEST(Window, PolicyRefusesAndNamesBothTimes) {
  Campaign campaign = Made();
  campaign.set_late_policy(LATE_POLICY_REFUSE);
  EXPECT_EQ(*IsLate(campaign, At(kDue)), false);
  const auto refused = IsLate(campaign, At(kDue + 1));
  EXPECT_EQ(Reason(refused), "SUBMISSION_LATE");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(FormatUtc(kDue)));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(FormatUtc(kDue + 1)));
}

TEST(Window, StatesDecideFirst) {
  EXPECT_EQ(Reason(IsLate(Made(CAMPAIGN_STATE_DRAFT), At(kOpen))), "CAMPAIGN_NOT_OPEN");
  EXPECT_EQ(Reason(IsLate(Made(CAMPAIGN_STATE_CLOSED), At(kOpen))), "CAMPAIGN_CLOSED");
  Campaign endless = Made();
  endless.clear_close_time();
  EXPECT_EQ(*IsLate(endless, At(kDue + 1000 * kDay)), true);
}

TEST(Window, ReservationDecidesAndContentMayFollow) {
  Campaign campaign = Made();
  campaign.set_late_policy(LATE_POLICY_REFUSE);
  *campaign.mutable_content_due_time() = ToTimestamp(kClose + kDay);
  Arrival arrival = At(kClose + kDay);
  arrival.reserved = kDue;
  EXPECT_EQ(*IsLate(campaign, arrival), false);
  campaign.set_state(CAMPAIGN_STATE_CLOSED);
  EXPECT_EQ(*IsLate(campaign, arrival), false) << "closing by hand breaks no promise";
  ++arrival.now;
  EXPECT_EQ(Reason(IsLate(campaign, arrival)), "CONTENT_LATE");
  arrival.now = kDue + 1;
  arrival.reserved = kDue + 1;
  EXPECT_EQ(Reason(IsLate(campaign, arrival)), "SUBMISSION_LATE") << "a reservation too late is no help";
  // Without a time of its own the content follows until the closing.
  campaign = Made();
  arrival.reserved = kDue;
  arrival.now = kClose;
  EXPECT_EQ(*IsLate(campaign, arrival), false);
  ++arrival.now;
  EXPECT_EQ(Reason(IsLate(campaign, arrival)), "CONTENT_LATE");
}

TEST(Window, ResubmissionAfterReturnStaysInTime) {
  Arrival arrival = At(kClose + 100 * kDay);
  arrival.after_return = true;
  EXPECT_EQ(*IsLate(Made(CAMPAIGN_STATE_CLOSED), arrival), false);
  arrival.was_late = true;
  EXPECT_EQ(*IsLate(Made(CAMPAIGN_STATE_CLOSED), arrival), true);
  arrival.reserved = kDue;
  EXPECT_EQ(*IsLate(Made(), arrival), false) << "its reservation was in time";
}

TEST(Fit, NamesBothFigures) {
  const FormFacts form{evaluation::v1::FORM_KIND_PROJECT, 2025, "510403", ""};
  EXPECT_TRUE(Fits(Made(), form).ok());
  EXPECT_TRUE(Fits(Made(), {}).ok()) << "what a form does not say contradicts nothing";
  const absl::Status status = Fits(Made(), {evaluation::v1::FORM_KIND_DEPARTMENT, 2024, "511000", "cn-national-2020"});
  EXPECT_EQ(ReasonOf(status), "CAMPAIGN_MISMATCH");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto details = std::string(*status.GetPayload(std::string(kBadRequestUrl)));
  for (const char* text : {"511000", "510400", "2024", "2025", "FORM_KIND_DEPARTMENT", "FORM_KIND_PROJECT",
                           "cn-national-2020", "rule_set"})
    EXPECT_THAT(details, HasSubstr(text));
}

TEST(Change, OpenCampaignsOnlyPostpone) {
  const Campaign before = Made();
  google::protobuf::FieldMask mask;
  mask.add_paths("due_time");
  Campaign patch;
  *patch.mutable_due_time() = ToTimestamp(kDue + kDay);
  const auto postponed = Apply(before, patch, mask, kDue);
  ASSERT_TRUE(postponed.ok()) << postponed.status();
  EXPECT_EQ(ToMicros(postponed->due_time()), kDue + kDay);
  EXPECT_EQ(ToMicros(postponed->close_time()), kClose);
  *patch.mutable_due_time() = ToTimestamp(kDue - 1);
  EXPECT_EQ(ReasonOf(Apply(before, patch, mask, kOpen).status()), "CAMPAIGN_INVALID");
  EXPECT_TRUE(Apply(Made(CAMPAIGN_STATE_DRAFT), patch, mask, kOpen).ok());
  EXPECT_EQ(ReasonOf(Apply(Made(CAMPAIGN_STATE_CLOSED), patch, mask, kOpen).status()), "CAMPAIGN_CLOSED");
}

TEST(Change, WhatFormsWereTakenByIsFixed) {
  Campaign patch;
  patch.set_fiscal_year(2024);
  patch.set_title("改名");
  const auto both = Apply(Made(), patch, {}, kOpen);
  EXPECT_EQ(ReasonOf(both.status()), "CAMPAIGN_INVALID");
  patch.clear_fiscal_year();
  EXPECT_EQ(Apply(Made(), patch, {}, kOpen)->title(), "改名");
  google::protobuf::FieldMask mask;
  mask.add_paths("state");
  EXPECT_EQ(ReasonOf(Apply(Made(), patch, mask, kOpen).status()), "CAMPAIGN_INVALID") << "states have methods";
}

TEST(Change, KindIsFixedFromTheBeginning) {
  Campaign patch;
  patch.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT);
  EXPECT_EQ(ReasonOf(Apply(Made(CAMPAIGN_STATE_DRAFT), patch, {}, kOpen).status()), "CAMPAIGN_INVALID");
}

TEST(Change, UnsettingByMask) {
  google::protobuf::FieldMask mask;
  mask.add_paths("close_time");
  const auto endless = Apply(Made(), Campaign(), mask, kOpen);
  ASSERT_TRUE(endless.ok()) << endless.status();
  EXPECT_FALSE(endless->has_close_time());
  // What had no end may get one that is still to come.
  Campaign patch;
  *patch.mutable_close_time() = ToTimestamp(kDue + kDay);
  EXPECT_TRUE(Apply(*endless, patch, mask, kDue).ok());
  EXPECT_FALSE(Apply(*endless, patch, mask, kDue + 2 * kDay).ok());
}

TEST(Change, States) {
  const auto open = Open(Made(CAMPAIGN_STATE_DRAFT), "sha256:abc");
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->state(), CAMPAIGN_STATE_OPEN);
  EXPECT_EQ(open->rule_set_digest(), "sha256:abc");
  EXPECT_EQ(ReasonOf(Open(*open, "").status()), "STATE_FORBIDS");
  const auto closed = Close(*open);
  ASSERT_TRUE(closed.ok());
  EXPECT_EQ(ReasonOf(Close(*closed).status()), "STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(Open(*closed, "").status()), "STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(Close(Made(CAMPAIGN_STATE_DRAFT)).status()), "STATE_FORBIDS");
}

TEST(CampaignId, LowerCaseAndShort) {
  EXPECT_TRUE(IsCampaignId("2025-project"));
  EXPECT_FALSE(IsCampaignId("-2025"));
  EXPECT_FALSE(IsCampaignId("2025/project"));
  EXPECT_FALSE(IsCampaignId("二〇二五"));
  EXPECT_FALSE(IsCampaignId(std::string(64, 'a')));
}

}  // namespace
}  // namespace jixiao::season
