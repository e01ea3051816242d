#include "intake/exchange/platform_message.h"

#include "common/errors.h"
#include "intake/exchange/number_text.h"
#include "intake/exchange/target_parts.h"

#include "google/rpc/error_details.pb.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace jixiao::exchange {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// A message as a platform sends it, with figures as numbers here and as strings there.
constexpr char kMessage[] = R"({
  "guid": "8A7F0E21C4", "mof_div_code": "510403000", "fiscal_year": 2023,
  "proCode": "51040323T000000000017", "proName": "社区活动室维修", "agencyCode": "106001", "agencyName": "某街道办事处",
  "yeargoaltion": "维修 12 个活动室", "yeargoalExecution": "维修 11 个",
  "proselfevalbgtlist": [
    {"name": "年度资金总额", "amt1": 16.20, "amt2": "2.00", "amt3": "18.20", "amt4": 18.20, "bgtget": "100%", "score": 10},
    {"name": "其中：财政拨款", "amt1": "16.2", "amt3": "18.20", "amt4": "18.2", "score": null}
  ],
  "proselfevalindexlist": [
    {"findexName": "产出指标", "sindexName": "数量指标", "indiName": "维修活动室", "computesign": "2", "indexval": "12", "meterunit": "个",
     "actualvalue": "11", "actualweight": 50, "score": "45.83", "kpiRemark": "一处因拆迁未修"},
    {"findexName": "效益指标", "sindexName": "社会效益指标", "indiName": "居民活动条件", "computesign": 6, "indexval": "明显改善",
     "actualvalue": "达成年度指标", "actualweight": "30", "score": "30.00"},
    {"findexName": "产出指标", "sindexName": "成本指标", "indiName": "维修成本", "computesign": "≤", "indexval": "1,620.50", "meterunit": "元/处",
     "actualvalue": "1,600"}
  ]
})";

std::map<std::string, std::string> Violations(const absl::Status& status) {
  google::rpc::BadRequest details;
  if (const auto payload = status.GetPayload(std::string(kBadRequestUrl)))
    details.ParseFromString(std::string(*payload));
  std::map<std::string, std::string> out;
  for (const auto& violation : details.field_violations()) out[violation.field()] = violation.description();
  return out;
}

std::vector<std::string> Fields(const std::vector<Leftover>& left) {
  std::vector<std::string> out;
  for (const Leftover& one : left) out.push_back(one.field);
  return out;
}

ReadMessage Read(std::string_view json) {
  auto message = FromPlatform(json);
  EXPECT_TRUE(message.ok()) << message.status();
  return message.ok() ? *std::move(message) : ReadMessage();
}

std::string With(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(PlatformMessage, EveryFieldHasItsCell) {
  const ReadMessage message = Read(kMessage);
  EXPECT_THAT(message.left, IsEmpty()) << message.left.front().field;
  const evaluation::v1::SelfEvaluation& form = message.form;
  EXPECT_EQ(form.kind(), evaluation::v1::FORM_KIND_PROJECT);
  EXPECT_EQ(form.region_code(), "510403000");
  EXPECT_EQ(form.fiscal_year(), 2023);
  EXPECT_EQ(form.project_code(), "51040323T000000000017");
  EXPECT_EQ(form.implementing_unit().code(), "106001");
  EXPECT_EQ(form.expected_goal(), "维修 12 个活动室");
  ASSERT_EQ(form.funds_size(), 2);
  // The digits of a number stay: a double would make 16.2 of it.
  EXPECT_EQ(form.funds(0).initial_budget(), "16.20");
  EXPECT_EQ(form.funds(0).executed(), "18.20");
  EXPECT_EQ(form.funds(0).score(), "10");
  EXPECT_EQ(form.funds(1).score(), "");
  ASSERT_EQ(form.indicators_size(), 3);
  EXPECT_EQ(form.indicators(0).target(), "≥12个");
  EXPECT_EQ(form.indicators(0).actual(), "11");
  EXPECT_EQ(form.indicators(0).weight(), "50");
  EXPECT_EQ(form.indicators(0).deviation_reason(), "一处因拆迁未修");
  EXPECT_EQ(form.indicators(1).target(), "明显改善");
  EXPECT_EQ(form.indicators(2).target(), "≤1,620.50元/处");
}

TEST(PlatformMessage, GoesBackAsItCame) {
  const ReadMessage first = Read(kMessage);
  const auto written = ToPlatform(first.form);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_THAT(written->left, IsEmpty());
  // As a value: signs as codes, and the adjustment also where it was not given.
  nlohmann::json expected = *ParseKeepingDigits(kMessage);
  expected["proselfevalbgtlist"][1].erase("score");
  expected["proselfevalbgtlist"][1]["amt2"] = "2.00";
  expected["proselfevalindexlist"][2]["computesign"] = "5";
  EXPECT_EQ(*ParseKeepingDigits(written->json), expected);
  // And the form once more, cell by cell.
  const ReadMessage second = Read(written->json);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(first.form, second.form))
      << second.form.ShortDebugString();
}

TEST(PlatformMessage, WhatAFormHasNoPlaceForIsNamed) {
  std::string text = With(kMessage, R"("amt2": "2.00")", R"("amt2": "3.00")");
  text = With(text, R"("agencyCode")", R"("bustype": {"a": [1]}, "agencyCode")");
  text = With(text, R"("kpiRemark")", R"("indRemark": "以验收为准", "kpiRemark")");
  text = With(text, R"("computesign": 6)", R"("computesign": 9)");
  text = With(text, R"("indexval": "1,620.50", "meterunit": "元/处")",
              R"("indexval": "控制在 1,620.50", "meterunit": "元")");
  const ReadMessage message = Read(text);
  EXPECT_THAT(Fields(message.left),
              UnorderedElementsAre("proselfevalbgtlist[0].amt2", "bustype", "proselfevalindexlist[0].indRemark",
                                   "proselfevalindexlist[1].computesign",
                                   "proselfevalindexlist[1].computesign/indexval/meterunit",
                                   "proselfevalindexlist[2].computesign/indexval/meterunit"));
  EXPECT_EQ(message.form.indicators(2).target(), "≤控制在 1,620.50元");
}

TEST(PlatformMessage, WhatAMessageHasNoPlaceForIsNamed) {
  ReadMessage message = Read(kMessage);
  message.form.set_total_score("85.83");
  message.form.mutable_funds(0)->set_weight("10");
  message.form.mutable_indicators(1)->set_completion_rate("100%");
  message.form.add_report()->set_text("正文");
  const auto written = ToPlatform(message.form);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_THAT(Fields(written->left),
              UnorderedElementsAre("total_score", "funds[0].weight", "indicators[1].completion_rate", "report[0]"));
}

TEST(PlatformMessage, EveryFaultIsNamedWithValueAndWhatIsAllowed) {
  std::string text = With(kMessage, "51040323T000000000017", "51040323T00000000001");
  text = With(text, "510403000", "510403");
  text = With(text, "2023", R"("二〇二三")");
  text = With(text, R"("computesign": "2")", R"("computesign": "约")");
  text = With(text, R"("agencyName": "某街道办事处")", R"("agencyName": ["某街道办事处"])");
  text = With(text, R"("bgtget": "100%")", R"("bgtget": true)");
  const auto faults = Violations(FromPlatform(text).status());
  EXPECT_EQ(faults.size(), 6u);
  EXPECT_THAT(faults, Contains(Pair("proCode", HasSubstr("“51040323T00000000001”为 20 位；项目代码为 21 位"))));
  EXPECT_THAT(faults, Contains(Pair("mof_div_code", HasSubstr("“510403”为 6 位"))));
  EXPECT_THAT(faults, Contains(Pair("fiscal_year", HasSubstr("“二〇二三”不是年度；应为 2000 至 2100 的四位数"))));
  EXPECT_THAT(faults,
              Contains(Pair("proselfevalindexlist[0].computesign", HasSubstr("“约”不是比较符号；可为 1（>）"))));
  EXPECT_THAT(faults, Contains(Pair("agencyName", "为数组；应为文字或数")));
  EXPECT_THAT(faults, Contains(Pair("proselfevalbgtlist[0].bgtget", "为真假值；应为文字或数")));
}

TEST(PlatformMessage, WhatIsNoMessageIsRefused) {
  const auto why = [](std::string_view text) {
    const absl::Status status = FromPlatform(text).status();
    EXPECT_EQ(ReasonOf(status), "MESSAGE_UNREADABLE") << text;
    const auto faults = Violations(status);
    return faults.empty() ? std::string() : faults.begin()->second;
  };
  EXPECT_THAT(why(""), HasSubstr("不是 JSON"));
  EXPECT_THAT(why("{\"proCode\": }"), HasSubstr("第 13 个字节处不是 JSON"));
  EXPECT_THAT(why("[]"), HasSubstr("应为一个 JSON 对象"));
  EXPECT_THAT(why(R"({"proCode": "a", "proCode": "b"})"), HasSubstr("字段 proCode 出现两次"));
  EXPECT_THAT(why(std::string(100'000, '[')), HasSubstr("嵌套超过"));
  EXPECT_THAT(why("{\"proName\": \"\xff\"}"), HasSubstr("不是 UTF-8"));
  EXPECT_THAT(Violations(FromPlatform("{}").status()), ElementsAre(Pair("proCode", HasSubstr("必须填写"))));
}

TEST(PlatformMessage, AFormThatDoesNotFitIsRefusedCellByCell) {
  evaluation::v1::SelfEvaluation form = Read(kMessage).form;
  form.set_region_code("510403");
  form.set_fiscal_year(0);
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_YUAN);
  form.mutable_funds(0)->set_executed("约18万元");
  form.mutable_funds(0)->set_initial_budget("16.205");
  form.mutable_indicators(0)->set_score("1000");
  const absl::Status status = ToPlatform(form).status();
  EXPECT_EQ(ReasonOf(status), "FORM_NOT_EXPRESSIBLE");
  const auto faults = Violations(status);
  EXPECT_EQ(faults.size(), 6u);
  EXPECT_THAT(faults, Contains(Pair("region_code", HasSubstr("“510403”为 6 位"))));
  EXPECT_THAT(faults, Contains(Pair("fiscal_year", HasSubstr("必须有"))));
  EXPECT_THAT(faults, Contains(Pair("amount_unit", HasSubstr("万元"))));
  EXPECT_THAT(faults, Contains(Pair("funds[0].executed", HasSubstr("“约18万元”不能写入 amt4"))));
  EXPECT_THAT(faults, Contains(Pair("funds[0].initial_budget", HasSubstr("不超过两位小数"))));
  EXPECT_THAT(faults, Contains(Pair("indicators[0].score", HasSubstr("小于 1000"))));
}

TEST(PlatformMessage, HintsFillWhatIsNotSaid) {
  std::string text = With(kMessage, R"("mof_div_code": "510403000", "fiscal_year": 2023,)", "");
  const auto message = FromPlatform(text, {.region_code = "510403", .fiscal_year = 2022});
  ASSERT_TRUE(message.ok()) << message.status();
  EXPECT_EQ(message->form.region_code(), "510403");
  EXPECT_EQ(message->form.fiscal_year(), 2022);
}

// Whatever the bytes: an answer, and a form that can be written is read back as it was.
TEST(PlatformMessage, ChangedBytesBreakNothing) {
  const std::string text = kMessage;
  int written = 0;
  const auto check = [&](const std::string& changed) {
    const auto message = FromPlatform(changed);
    if (!message.ok()) {
      EXPECT_THAT(ReasonOf(message.status()), ::testing::AnyOf("MESSAGE_UNREADABLE", "MESSAGE_INVALID", "FORM_INVALID"))
          << changed;
      return;
    }
    const auto back = ToPlatform(message->form);
    if (!back.ok()) return;
    ++written;
    const auto again = FromPlatform(back->json);
    ASSERT_TRUE(again.ok()) << again.status() << back->json;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(message->form, again->form)) << changed;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    check(text.substr(0, i));
    for (const char* other : {"\"", "0", "{", "]", "≥", "\xff", "\\u0000"})
      check(std::string(text).replace(i, 1, other));
  }
  EXPECT_GT(written, 1000);
}

TEST(TargetParts, ACellIsTakenApartAndPutTogetherUnchanged) {
  const std::vector<std::pair<std::string, TargetParts>> cases = {
      {"≥50个", {"2", "50", "个"}},
      {"≤1,620.50元/处", {"5", "1,620.50", "元/处"}},
      {"=100%", {"3", "100", "%"}},
      {"50", {"", "50", ""}},
      {"按时完成", {"6", "按时完成", ""}},
      {"8002人全覆盖", {"", "8002", "人全覆盖"}},
      {"≥", {"2", "", ""}},
      {"不少于10次，1500人次", {"6", "不少于10次，1500人次", ""}},
      {"≥10次，1500人次", {"2", "10次，1500人次", ""}},
      {"2021年1月底前", {"", "2021年1月底前", ""}},
      {"", {"", "", ""}},
      {"<3.5.1", {"4", "3.5.1", ""}},
  };
  for (const auto& [cell, parts] : cases) {
    EXPECT_EQ(Decompose(cell), parts) << cell << " gave " << Decompose(cell).sign << "|" << Decompose(cell).value << "|"
                                      << Decompose(cell).unit;
    EXPECT_EQ(Compose(Decompose(cell)), cell);
  }
}

}  // namespace
}  // namespace jixiao::exchange
