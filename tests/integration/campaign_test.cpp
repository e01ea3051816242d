// A season from its opening to its end, with real servers and the command line as people use it.
#include "common/canonical.h"
#include "common/time.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"
#include "support/submissions.h"

#include "jixiao/intake/v1/campaign.grpc.pb.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

namespace jixiao::testing {
namespace {

using namespace intake::v1;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;

class CampaignTest : public ::testing::Test {
 protected:
  CampaignService::Stub& Campaigns() { return *stub_; }

  // The command with the servers' addresses; its exit code and all that it wrote.
  int Run(std::vector<std::string> arguments, std::string& output) {
    const auto log = cluster_.folder() / ("cli-" + std::to_string(runs_++));
    std::vector<std::string> command = {Binaries() + "/jixiao", "--intake", cluster_.AddressOf(Server::kIntake)};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto end = Process::Start(command, log)->Wait(std::chrono::seconds(60));
    std::ifstream file(log);
    std::ostringstream text;
    text << file.rdbuf();
    output = text.str();
    return end.value_or(-1);
  }
  std::string MustRun(const std::vector<std::string>& arguments) {
    std::string output;
    EXPECT_EQ(Run(arguments, output), 0) << output;
    return output;
  }
  static std::string Binaries() { return jixiao::paths::Binaries(); }

  std::string Write(const std::string& name, const std::string& content) {
    std::ofstream(cluster_.folder() / name, std::ios::binary) << content;
    return (cluster_.folder() / name).string();
  }

  static evaluation::v1::SelfEvaluation FormOf(const std::string& unit, const std::string& project,
                                               const std::string& code = "") {
    evaluation::v1::SelfEvaluation form = PlainForm();
    form.set_fiscal_year(2025);
    form.set_region_code("510403");
    form.mutable_implementing_unit()->set_name(unit);
    form.mutable_competent_department()->set_name("某局");
    form.set_project_name(project);
    form.set_project_code(code);
    return form;
  }

  static Campaign Definition(std::int64_t open, std::int64_t due) {
    Campaign campaign;
    campaign.set_title("2025年度项目支出绩效自评");
    campaign.set_region_code("510400");
    campaign.set_fiscal_year(2025);
    campaign.set_kind(evaluation::v1::FORM_KIND_PROJECT);
    *campaign.mutable_open_time() = ToTimestamp(open);
    *campaign.mutable_due_time() = ToTimestamp(due);
    campaign.set_late_policy(LATE_POLICY_MARK);
    campaign.set_roster_policy(ROSTER_POLICY_LIST);
    return campaign;
  }

  grpc::Status Create(const Campaign& campaign, const std::string& id, CreateCampaignResponse& response) {
    CreateCampaignRequest request;
    *request.mutable_campaign() = campaign;
    request.set_campaign_id(id);
    request.set_request_id(NewRequestId());
    grpc::ClientContext context;
    Within(context);
    return Campaigns().CreateCampaign(&context, request, &response);
  }
  void Open(const Campaign& campaign, const std::string& id) {
    CreateCampaignResponse created;
    const grpc::Status made = Create(campaign, id, created);
    ASSERT_TRUE(made.ok()) << Read(made).Describe();
    OpenCampaignRequest request;
    request.set_name("campaigns/" + id);
    request.set_request_id(NewRequestId());
    OpenCampaignResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status opened = Campaigns().OpenCampaign(&context, request, &response);
    ASSERT_TRUE(opened.ok()) << Read(opened).Describe();
    ASSERT_EQ(response.campaign().state(), CAMPAIGN_STATE_OPEN);
  }

  grpc::Status Hand(const evaluation::v1::SelfEvaluation& form, const std::string& campaign, Receipt* receipt = nullptr,
                    const std::string& reservation = "") {
    SubmitEvaluationRequest request = SubmitRequest(form);
    request.set_campaign(campaign);
    request.set_reservation(reservation);
    SubmitEvaluationResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = cluster_.Intake().SubmitEvaluation(&context, request, &response);
    if (receipt != nullptr) *receipt = response.receipt();
    return status;
  }

  GetProgressResponse Progress(const std::string& campaign) {
    GetProgressRequest request;
    request.set_campaign(campaign);
    request.set_breakdown(PROGRESS_BREAKDOWN_DEPARTMENT);
    GetProgressResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = Campaigns().GetProgress(&context, request, &response);
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    return response;
  }

  Cluster cluster_;
  std::unique_ptr<CampaignService::Stub> stub_ = CampaignService::NewStub(cluster_.Channel(Server::kIntake));
  int runs_ = 0;
};

constexpr char kCsv[] =
    "\xEF\xBB\xBF主管部门,单位名称,项目名称,项目代码,联系人\r\n"
    "教育局,第一小学,校舍维修,51040325T000010263357,王某 0812-1\r\n"
    "教育局,第二小学,食堂改造,,李某 0812-2\r\n"
    "卫健局,区医院,疫苗接种,,赵某 0812-3\r\n";

TEST_F(CampaignTest, FromOpeningToMissingListByCommandLine) {
  const std::string roster = Write("名单.csv", kCsv);
  std::string output =
      MustRun({"campaign", "create",     "--id",  "2025-project", "--title",  "2025年度自评",      "--region",
               "510400",   "--year",     "2025",  "--kind",       "project",  "--rule-set",        "cn-national-2020",
               "--open",   "2026-01-01", "--due", "2099-03-31",   "--stages", "department,finance"});
  EXPECT_THAT(output, HasSubstr("筹备"));
  EXPECT_THAT(output, HasSubstr("2099-03-31 23:59:59"));
  EXPECT_THAT(output, HasSubstr("主管部门审核 → 财政审核"));
  EXPECT_THAT(output, HasSubstr("cn-national-2020  sha256:"));
  EXPECT_EQ(Run({"campaign", "create", "--title", "t", "--region", "510400", "--year", "2025", "--kind", "project",
                 "--rule-set", "no-such-rules", "--open", "2026-01-01", "--due", "2099-03-31"},
                output),
            1);
  EXPECT_THAT(output, HasSubstr("RULE_SET_NOT_FOUND"));
  EXPECT_THAT(output, HasSubstr("no-such-rules"));

  // A roster with faults changes nothing, and names all of them.
  const std::string wrong = Write("错.csv",
                                  "单位名称,项目名称,项目代码\n,甲,\n第一小学,乙,51040325T00001026335\n第二小学,丙,\n"
                                  "第二小学,丙,\n");
  EXPECT_EQ(Run({"campaign", "roster", "2025-project", wrong}, output), 1);
  EXPECT_THAT(output, HasSubstr("第 2 行 A 列（单位名称）：没有单位名称"));
  EXPECT_THAT(output, HasSubstr("第 3 行 C 列（项目代码）"));
  EXPECT_THAT(output, HasSubstr("第 5 行 B 列（项目名称）：与第 4 行重复"));
  EXPECT_THAT(output, HasSubstr("名单没有改动"));
  EXPECT_EQ(Progress("campaigns/2025-project").total().expected(), 0);
  EXPECT_THAT(MustRun({"campaign", "roster", "2025-project", roster, "--validate-only"}), HasSubstr("只检查"));
  EXPECT_EQ(Progress("campaigns/2025-project").total().expected(), 0);
  EXPECT_THAT(MustRun({"campaign", "roster", "2025-project", roster}), HasSubstr("新增 3"));
  EXPECT_THAT(MustRun({"campaign", "roster", "2025-project", roster}), HasSubstr("不变 3"));

  ExpectRefusal(Hand(FormOf("第一小学", "校舍维修"), "campaigns/2025-project"), grpc::StatusCode::FAILED_PRECONDITION,
                "CAMPAIGN_NOT_OPEN");
  EXPECT_THAT(MustRun({"campaign", "open", "2025-project"}), HasSubstr("开放"));
  const std::string form = Write("form.json", R"({"kind":"FORM_KIND_PROJECT","fiscal_year":2025,"region_code":"510403",
      "implementing_unit":{"name":"第 二 小 学"},"project_name":"食堂改造","actual_goal":"完成"})");
  EXPECT_THAT(MustRun({"submit", form, "--campaign", "2025-project"}), HasSubstr("已接收"));
  EXPECT_THAT(MustRun({"submit", form, "--campaign", "2025-project"}), HasSubstr("已接收")) << "a repeat is none";

  output = MustRun({"campaign", "progress", "2025-project"});
  EXPECT_THAT(output, HasSubstr("教育局"));
  EXPECT_THAT(output, HasSubstr("33.3%"));
  output = MustRun({"campaign", "missing", "2025-project"});
  EXPECT_THAT(output, HasSubstr("王某 0812-1"));
  EXPECT_THAT(output, HasSubstr("赵某 0812-3"));
  EXPECT_THAT(output, Not(HasSubstr("李某")));
  output = MustRun({"campaign", "missing", "2025-project", "--department", "卫健局", "--format", "json"});
  const auto line = nlohmann::json::parse(output);
  EXPECT_EQ(line["entry"]["unit"]["name"], "区医院");
  const std::string csv = (cluster_.folder() / "催报.csv").string();
  EXPECT_THAT(MustRun({"campaign", "missing", "2025-project", "--csv", csv}), HasSubstr("未报 2 项"));
  std::ifstream file(csv);
  std::string header;
  std::getline(file, header);
  EXPECT_THAT(header, HasSubstr("\xEF\xBB\xBF\"主管部门\""));
  // What the list writes, the import reads.
  EXPECT_THAT(MustRun({"campaign", "roster", "2025-project", csv, "--validate-only"}), HasSubstr("名单 2 行"));
  EXPECT_THAT(MustRun({"campaign", "list"}), HasSubstr("campaigns/2025-project"));
  EXPECT_THAT(MustRun({"campaign", "close", "2025-project"}), HasSubstr("截止"));
  ExpectRefusal(Hand(FormOf("第一小学", "校舍维修"), "campaigns/2025-project"), grpc::StatusCode::FAILED_PRECONDITION,
                "CAMPAIGN_CLOSED");
}

TEST_F(CampaignTest, WindowMatchAndMismatch) {
  const std::int64_t now = NowMicros();
  Open(Definition(now - kHour, now + kHour), "now");
  Open(Definition(now - 2 * kHour, now - kHour), "past");
  Open(Definition(now + kHour, now + 2 * kHour), "future");
  Campaign strict = Definition(now - 2 * kHour, now - kHour);
  strict.set_late_policy(LATE_POLICY_REFUSE);
  Open(strict, "strict");

  Receipt receipt;
  ASSERT_TRUE(Hand(FormOf("一小", "校舍"), "campaigns/now", &receipt).ok());
  EXPECT_FALSE(receipt.late());
  EXPECT_EQ(Get(cluster_, receipt.submission()).campaign(), "campaigns/now");
  ASSERT_TRUE(Hand(FormOf("一小", "校舍"), "campaigns/past", &receipt).ok());
  EXPECT_TRUE(receipt.late());
  EXPECT_TRUE(Get(cluster_, receipt.submission()).late());
  EXPECT_THAT(MustRun({"campaign", "late", "past"}), HasSubstr(receipt.submission()));
  EXPECT_THAT(MustRun({"campaign", "unmatched", "past"}), HasSubstr("不在名单"));
  ExpectRefusal(Hand(FormOf("一小", "校舍"), "campaigns/strict"), grpc::StatusCode::FAILED_PRECONDITION,
                "SUBMISSION_LATE");
  ExpectRefusal(Hand(FormOf("一小", "校舍"), "campaigns/future"), grpc::StatusCode::FAILED_PRECONDITION,
                "CAMPAIGN_NOT_OPEN");
  ExpectRefusal(Hand(FormOf("一小", "校舍"), "campaigns/none"), grpc::StatusCode::NOT_FOUND, "CAMPAIGN_NOT_FOUND");
  auto other = FormOf("一小", "校舍");
  other.set_fiscal_year(2024);
  other.set_region_code("511000");
  const grpc::Status mismatch = Hand(other, "campaigns/now");
  ExpectRefusal(mismatch, grpc::StatusCode::INVALID_ARGUMENT, "CAMPAIGN_MISMATCH", "form.fiscal_year");
  EXPECT_TRUE(Read(mismatch).Names("form.region_code"));
  SubmitEvaluationRequest both = SubmitRequest(FormOf("一小", "校舍"));
  both.set_campaign("campaigns/now");
  both.add_stages(REVIEW_STAGE_FINANCE);
  SubmitEvaluationResponse response;
  grpc::ClientContext context;
  Within(context);
  ExpectRefusal(cluster_.Intake().SubmitEvaluation(&context, both, &response), grpc::StatusCode::INVALID_ARGUMENT,
                "FORM_INVALID", "stages");
}

TEST_F(CampaignTest, ReservationDecidesAndCanBeCheckedOffline) {
  const std::int64_t now = NowMicros();
  Campaign strict = Definition(now - kHour, now + 6 * kSecond);
  strict.set_late_policy(LATE_POLICY_REFUSE);
  *strict.mutable_content_due_time() = ToTimestamp(now + kHour);
  Open(strict, "strict");
  const std::string reserved = Write("a.json", R"({"kind":"FORM_KIND_PROJECT","fiscal_year":2025,
      "implementing_unit":{"name":"一小"},"project_name":"校舍","actual_goal":"完成"})");
  const std::string other = Write("b.json", R"({"kind":"FORM_KIND_PROJECT","fiscal_year":2025,
      "implementing_unit":{"name":"一小"},"project_name":"校舍","actual_goal":"又改"})");
  const std::string answer =
      MustRun({"campaign", "reserve", "strict", reserved, "--receipts", cluster_.folder(), "--format", "json"});
  const auto json = nlohmann::json::parse(answer);
  const std::string name = json["reservation"]["name"];
  const std::string receipt =
      (cluster_.folder() / (name.substr(std::string("reservations/").size()) + ".receipt")).string();
  ASSERT_TRUE(std::filesystem::exists(receipt));

  std::this_thread::sleep_until(std::chrono::system_clock::time_point(std::chrono::microseconds(now + 6 * kSecond)) +
                                std::chrono::milliseconds(50));
  std::string output;
  EXPECT_EQ(Run({"submit", reserved, "--campaign", "strict"}, output), 1);
  EXPECT_THAT(output, HasSubstr("SUBMISSION_LATE"));
  EXPECT_EQ(Run({"campaign", "reserve", "strict", other, "--receipts", cluster_.folder()}, output), 1) << output;
  EXPECT_THAT(output, HasSubstr("SUBMISSION_LATE"));
  EXPECT_EQ(Run({"submit", other, "--campaign", "strict", "--reservation", name}, output), 1);
  EXPECT_THAT(output, HasSubstr("RESERVATION_MISMATCH"));
  cluster_.Kill9(Server::kIntake);
  cluster_.Restart(Server::kIntake);
  output = MustRun({"submit", reserved, "--campaign", "strict", "--reservation", name});
  EXPECT_THAT(output, Not(HasSubstr("逾期")));
  EXPECT_EQ(Run({"submit", reserved, "--campaign", "strict", "--reservation", name, "--again"}, output), 1);
  EXPECT_THAT(output, HasSubstr("RESERVATION_USED"));
  EXPECT_EQ(MustRun({"campaign", "reserve", "strict", reserved, "--receipts", cluster_.folder(), "--format", "json"}),
            answer)
      << "asked again after the due time, the first answer";

  // The receipt needs no server.
  const std::string key = cluster_.ReceiptKey().string() + ".pub";
  cluster_.Kill9(Server::kIntake);
  output = MustRun({"campaign", "check-receipt", receipt, "--key", key, "--form", reserved});
  EXPECT_THAT(output, HasSubstr("有效"));
  EXPECT_THAT(output, HasSubstr("按时"));
  EXPECT_EQ(Run({"campaign", "check-receipt", receipt, "--key", key, "--form", other}, output), 1);
  std::ifstream file(receipt);
  std::string note((std::istreambuf_iterator<char>(file)), {});
  const std::size_t unit = note.find("一小");
  ASSERT_NE(unit, std::string::npos);
  EXPECT_EQ(Run({"campaign", "check-receipt", Write("forged", note.replace(unit, 6, "二小")), "--key", key}, output),
            1);
  EXPECT_THAT(output, HasSubstr("无效"));
}

// Forms of several callers while intake is killed again and again: what was acknowledged is counted, once.
TEST_F(CampaignTest, CountersSurviveKill) {
  constexpr int kUnits = 120;
  const std::int64_t now = NowMicros();
  Open(Definition(now - kHour, now + kHour), "crash");
  std::string csv = "单位名称,项目名称,主管部门\n";
  for (int i = 0; i < kUnits; ++i) csv += "单位" + std::to_string(i) + ",项目,局" + std::to_string(i % 3) + "\n";
  MustRun({"campaign", "roster", "crash", Write("名单.csv", csv)});
  std::atomic<int> next{0};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = next++; i < kUnits - 20; i = next++) {
        SubmitEvaluationRequest request = SubmitRequest(FormOf("单位" + std::to_string(i), "项目"));
        request.set_campaign("campaigns/crash");
        SubmitEvaluationResponse response;
        const grpc::Status status = Patiently([&](grpc::ClientContext& context) {
          return cluster_.Intake().SubmitEvaluation(&context, request, &response);
        });
        EXPECT_TRUE(status.ok()) << Read(status).Describe();
        ++done;
      }
    });
  for (const int at : {20, 50, 80}) {
    EXPECT_TRUE(Eventually([&] { return done.load() >= at; }));
    cluster_.Kill9(Server::kIntake);
    cluster_.Restart(Server::kIntake);
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(Eventually([&] { return Progress("campaigns/crash").total().archived() == kUnits - 20; },
                         std::chrono::seconds(30)));
  const GetProgressResponse progress = Progress("campaigns/crash");
  EXPECT_EQ(progress.total().expected(), kUnits);
  EXPECT_EQ(progress.total().missing(), 20);
  EXPECT_EQ(progress.total().in_time(), kUnits - 20);
  EXPECT_EQ(progress.unmatched() + progress.ambiguous() + progress.duplicates(), 0);
  ASSERT_EQ(progress.groups_size(), 3);
  std::int64_t expected = 0;
  std::int64_t archived = 0;
  for (const auto& group : progress.groups()) {
    expected += group.expected();
    archived += group.archived();
  }
  EXPECT_EQ(expected, kUnits);
  EXPECT_EQ(archived, kUnits - 20);
}

TEST_F(CampaignTest, ContractOfWrites) {
  const std::int64_t now = NowMicros();
  CreateCampaignRequest request;
  *request.mutable_campaign() = Definition(now, now + kHour);
  request.set_campaign_id("a");
  request.set_request_id(NewRequestId());
  CreateCampaignResponse first;
  const auto create = [&](CreateCampaignResponse& response) {
    grpc::ClientContext context;
    Within(context);
    return Campaigns().CreateCampaign(&context, request, &response);
  };
  request.set_validate_only(true);
  ASSERT_TRUE(create(first).ok());
  request.set_validate_only(false);
  ASSERT_TRUE(create(first).ok());
  CreateCampaignResponse again;
  ASSERT_TRUE(create(again).ok());
  EXPECT_EQ(BytesOf(again), BytesOf(first));
  request.mutable_campaign()->set_title("另一个");
  ExpectRefusal(create(again), grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  request.set_request_id(NewRequestId());
  ExpectRefusal(create(again), grpc::StatusCode::ALREADY_EXISTS, "CAMPAIGN_EXISTS");
  request.mutable_campaign()->clear_due_time();
  request.set_campaign_id("A b");
  const grpc::Status invalid = create(again);
  ExpectRefusal(invalid, grpc::StatusCode::INVALID_ARGUMENT, "CAMPAIGN_INVALID", "campaign.due_time");
  EXPECT_TRUE(Read(invalid).Names("campaign_id"));

  UpdateCampaignRequest update;
  update.mutable_campaign()->set_name("campaigns/a");
  update.mutable_campaign()->set_title("改名");
  update.set_etag("99");
  update.set_request_id(NewRequestId());
  UpdateCampaignResponse updated;
  const auto change = [&] {
    grpc::ClientContext context;
    Within(context);
    return Campaigns().UpdateCampaign(&context, update, &updated);
  };
  ExpectRefusal(change(), grpc::StatusCode::ABORTED, "ETAG_MISMATCH");
  update.set_etag(first.campaign().etag());
  ASSERT_TRUE(change().ok());
  EXPECT_EQ(updated.campaign().title(), "改名");
  EXPECT_NE(updated.campaign().etag(), first.campaign().etag());

  // A stream that says less than it announced was cut off.
  {
    grpc::ClientContext context;
    Within(context);
    ImportRosterResponse imported;
    const auto stream = Campaigns().ImportRoster(&context, &imported);
    ImportRosterRequest part;
    part.set_campaign("campaigns/a");
    part.set_mode(ROSTER_IMPORT_MODE_REPLACE);
    part.set_request_id(NewRequestId());
    part.set_entry_count(2);
    part.add_entries()->mutable_unit()->set_name("一小");
    part.mutable_entries(0)->set_project_name("校舍");
    stream->Write(part);
    stream->WritesDone();
    ExpectRefusal(stream->Finish(), grpc::StatusCode::INVALID_ARGUMENT, "ROSTER_INVALID", "entry_count");
    EXPECT_EQ(Progress("campaigns/a").total().expected(), 0);
  }

  ListMissingRequest list;
  list.set_campaign("campaigns/a");
  list.set_page_token("nonsense");
  ListMissingResponse missing;
  grpc::ClientContext context;
  Within(context);
  ExpectRefusal(Campaigns().ListMissing(&context, list, &missing), grpc::StatusCode::INVALID_ARGUMENT, "PAGE_INVALID",
                "page_token");
  EXPECT_EQ(HealthOf(cluster_.Channel(Server::kIntake), "jixiao.intake.v1.CampaignService"), Health::kServing);
}

}  // namespace
}  // namespace jixiao::testing
