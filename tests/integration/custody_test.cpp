// Keeping, by the command line on a real archive: retention, disposal, inspections, the fixity register, and kill -9.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/submissions.h"

#include "jixiao/archiving/v1/retention_service.grpc.pb.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace jixiao::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "绝无仅有的涉密项目名";

std::string TextOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class CustodyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Every form is due at once, but those of one unit.
    policy_ = fs::temp_directory_path() / ("jixiao-policy-" + NewRequestId() + ".yaml");
    std::ofstream(policy_)
        << "fonds: \"0101\"\ncategory: KJ\ncode: \"{fonds}-{category}·{year}-{class}-{number:4}\"\n"
           "classes: [{name: 0年, code: D0, years: 0}, {name: 永久, code: Y}]\n"
           "counted_from: archive_time\n"
           "rules: [{id: kept, class: 永久, units: [单位3]}, {id: rest, class: 0年, authority: 测试}]\n";
    setenv("JIXIAO_RETENTION_POLICY", policy_.c_str(), 1);
    cluster_ = std::make_unique<Cluster>();
    unsetenv("JIXIAO_RETENTION_POLICY");
    for (int i = 0; i < 4; ++i) {
      evaluation::v1::SelfEvaluation form = PlainForm();
      form.set_fiscal_year(2023);
      form.set_project_name(i == 1 ? kSecret : "项目" + std::to_string(i));
      form.mutable_implementing_unit()->set_name("单位" + std::to_string(i));
      WaitFor(*cluster_, Submit(*cluster_, form).submission());
    }
  }
  void TearDown() override {
    cluster_.reset();
    fs::remove(policy_);
  }

  int Run(std::vector<std::string> arguments, std::string* output = nullptr) const {
    arguments.insert(arguments.begin(), {paths::Binaries() + "/jixiao", "--archiving",
                                         cluster_->AddressOf(Server::kArchiving), "archive"});
    const auto log = cluster_->folder() / "output";
    fs::remove(log);
    const auto end = Process::Start(arguments, log)->Wait(std::chrono::seconds(90));
    if (output != nullptr) *output = TextOf(log);
    return end.value_or(-1);
  }

  // Restarts the archive with the policy and `more`.
  void Restart(const std::map<std::string, std::string>& more = {}) {
    setenv("JIXIAO_RETENTION_POLICY", policy_.c_str(), 1);
    for (const auto& [name, value] : more) setenv(name.c_str(), value.c_str(), 1);
    if (cluster_->process(Server::kArchiving).Running()) cluster_->Stop(Server::kArchiving);
    cluster_->Start(Server::kArchiving);
    cluster_->WaitUntilServing(Server::kArchiving);
    unsetenv("JIXIAO_RETENTION_POLICY");
    for (const auto& [name, value] : more) unsetenv(name.c_str());
  }

  // Proposes and approves; the disposal's name.
  std::string Approved(const std::vector<std::string>& records) {
    std::vector<std::string> propose = {"dispose", "propose"};
    propose.insert(propose.end(), records.begin(), records.end());
    for (const char* more : {"--actor", "甲", "--reason", "期满", "--format", "json"}) propose.emplace_back(more);
    std::string out;
    EXPECT_EQ(Run(propose, &out), 0) << out;
    const std::string name = nlohmann::json::parse(out)["name"];
    EXPECT_EQ(Run({"dispose", "approve", name, "--actor", "甲", "--reason", "同意"}, &out), 1) << "the proposer";
    EXPECT_THAT(out, HasSubstr("SAME_ACTOR"));
    EXPECT_EQ(Run({"dispose", "execute", name, "--actor", "丁", "--reason", "x"}, &out), 1) << "nobody has approved";
    EXPECT_EQ(Run({"dispose", "approve", name, "--actor", "乙", "--reason", "同意"}), 0);
    EXPECT_EQ(Run({"dispose", "approve", name, "--actor", "丙", "--reason", "同意"}), 0);
    return name;
  }

  bool AnyArchiveFileHas(const std::string& text) const {
    for (const auto& file : fs::directory_iterator(cluster_->folder()))
      if (file.path().filename().string().starts_with(cluster_->Database(Server::kArchiving).filename().string()) &&
          TextOf(file.path()).find(text) != std::string::npos)
        return true;
    return false;
  }

  fs::path policy_;
  std::unique_ptr<Cluster> cluster_;
};

TEST_F(CustodyTest, WhatIsDueIsErasedAndTheRestGoesOnProving) {
  const std::string key = (cluster_->folder() / "archive.key.pub").string();
  std::string out;
  EXPECT_EQ(Run({"get", "records/1"}, &out), 0);
  EXPECT_THAT(out, HasSubstr("保管期限  0年"));
  EXPECT_THAT(out, HasSubstr("0101-KJ·2023-D0-0002"));
  EXPECT_EQ(Run({"due"}, &out), 0);
  EXPECT_THAT(out, HasSubstr("3 条记录保管期限已满"));
  EXPECT_EQ(Run({"dispose", "propose", "records/3", "--actor", "甲", "--reason", "x"}, &out), 1) << "kept for ever";
  EXPECT_THAT(out, HasSubstr("RETENTION_NOT_ENDED"));
  EXPECT_EQ(Run({"search", "--text", kSecret}, &out), 0);
  EXPECT_THAT(out, HasSubstr(kSecret));

  const std::string name = Approved({"records/1"});
  EXPECT_EQ(Run({"dispose", "execute", name, "--actor", "丁", "--reason", "监销", "--validate-only"}, &out), 0) << out;
  EXPECT_EQ(Run({"dispose", "execute", name, "--actor", "丁", "--reason", "监销", "--wait"}, &out), 0) << out;
  EXPECT_THAT(out, HasSubstr("已销毁"));
  EXPECT_THAT(out, HasSubstr("records/4"));

  EXPECT_EQ(Run({"get", "records/1"}, &out), 0);
  EXPECT_THAT(out, HasSubstr("部件 form  已按日志第 4 条销毁"));
  EXPECT_EQ(Run({"get", "records/4"}, &out), 0);
  EXPECT_THAT(out, HasSubstr("批准 丙"));
  EXPECT_EQ(Run({"verify", "records/1", "--key", key}, &out), 0) << out;
  EXPECT_THAT(out, HasSubstr("经两人批准"));
  EXPECT_EQ(Run({"verify", "--all", "--key", key}, &out), 0) << out;
  EXPECT_EQ(Run({"export", "records/1", "--as", "html", "--out", "-"}, &out), 1);
  EXPECT_THAT(out, HasSubstr("已按日志第 4 条销毁"));
  EXPECT_EQ(Run({"export", "--all", "--as", "csv", "--out", "-"}, &out), 0) << out;
  EXPECT_THAT(out, HasSubstr("跳过 records/1"));
  EXPECT_THAT(out, Not(HasSubstr(kSecret)));

  const std::string package = (cluster_->folder() / "season").string();
  EXPECT_EQ(Run({"export", "--all", "--as", "bagit", "--out", package}, &out), 0) << out;
  EXPECT_TRUE(fs::exists(package + ".inspection.json"));
  EXPECT_EQ(Run({"verify", package, "--key", key}, &out), 0) << out;
  EXPECT_EQ(Run({"inspect", package, "--key", key}, &out), 0) << out;
  EXPECT_THAT(out, HasSubstr("已按日志第 4 条销毁"));
  const auto check =
      Process::Start({paths::Source() + "/tests/integration/bagit_check.sh", package}, cluster_->folder() / "check");
  EXPECT_EQ(check->Wait(std::chrono::seconds(60)), 0) << TextOf(cluster_->folder() / "check");
  // An erased part needs its entry: without it, or with another's, the package fails.
  const fs::path proof = fs::path(package) / "data/records/0000000001/proof.json";
  const std::string kept = TextOf(proof);
  std::string forged = kept;
  forged.replace(forged.find("\"form\""), 6, "\"forn\"");
  std::ofstream(proof, std::ios::binary) << forged;
  EXPECT_EQ(Run({"verify", package, "--key", key}, &out), 1);

  // The index forgets within a moment, and no file has the name any more.
  EXPECT_TRUE(Eventually([&] { return !AnyArchiveFileHas(kSecret); }));
  EXPECT_EQ(Run({"search", "--text", kSecret}, &out), 0);
  EXPECT_THAT(out, Not(HasSubstr(kSecret)));
  EXPECT_EQ(CheckLog(*cluster_).damage_size(), 0);
}

TEST_F(CustodyTest, AKilledDisposalIsCarriedOutAfterTheRestart) {
  const std::string name = Approved({"records/0", "records/1", "records/2"});
  const auto stub = archiving::v1::RetentionService::NewStub(cluster_->Channel(Server::kArchiving));
  archiving::v1::ExecuteDisposalRequest request;
  request.set_name(name);
  request.mutable_actor()->set_name("丁");
  request.set_reason("监销");
  request.set_request_id("once");
  archiving::v1::ExecuteDisposalResponse first;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub->ExecuteDisposal(&context, request, &first).ok());
  }
  cluster_->Kill9(Server::kArchiving);
  Restart();
  archiving::v1::ExecuteDisposalResponse again;
  ASSERT_TRUE(
      Patiently([&](grpc::ClientContext& context) { return stub->ExecuteDisposal(&context, request, &again); }).ok());
  EXPECT_EQ(BytesOf(again), BytesOf(first)) << "the same request gets the same answer";
  archiving::v1::GetDisposalResponse disposal;
  EXPECT_TRUE(Eventually([&] {
    archiving::v1::GetDisposalRequest get;
    get.set_name(name);
    grpc::ClientContext context;
    return stub->GetDisposal(&context, get, &disposal).ok() &&
           disposal.disposal().state() == archiving::v1::DISPOSAL_STATE_DONE;
  }));
  std::string out;
  EXPECT_EQ(Run({"verify", "--all"}, &out), 0) << out;
  EXPECT_EQ(Run({"get", "records/2"}, &out), 0);
  EXPECT_THAT(out, HasSubstr("已按日志第 4 条销毁"));
  EXPECT_TRUE(Eventually([&] { return !AnyArchiveFileHas(kSecret); }));
}

TEST_F(CustodyTest, RequestsAreKnownAgainAndStaleEtagsRefused) {
  const auto stub = archiving::v1::RetentionService::NewStub(cluster_->Channel(Server::kArchiving));
  archiving::v1::ProposeDisposalRequest propose;
  propose.add_records("records/0");
  propose.mutable_actor()->set_name("甲");
  propose.set_reason("期满");
  propose.set_request_id("r1");
  propose.set_validate_only(true);
  archiving::v1::ProposeDisposalResponse first;
  archiving::v1::ProposeDisposalResponse second;
  const auto call = [&](archiving::v1::ProposeDisposalResponse& response) {
    grpc::ClientContext context;
    return stub->ProposeDisposal(&context, propose, &response);
  };
  ASSERT_TRUE(call(first).ok());
  std::string out;
  EXPECT_EQ(Run({"dispose", "show", first.disposal().name()}), 1) << "it was only checked";
  propose.set_validate_only(false);
  ASSERT_TRUE(call(first).ok());
  ASSERT_TRUE(call(second).ok());
  EXPECT_EQ(BytesOf(first), BytesOf(second));
  propose.set_reason("另一理由");
  ExpectRefusal(call(second), grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  archiving::v1::ApproveDisposalRequest approve;
  approve.set_name(first.disposal().name());
  approve.set_etag("0000000000000000");
  approve.mutable_actor()->set_name("乙");
  approve.set_reason("同意");
  archiving::v1::ApproveDisposalResponse approved;
  {
    grpc::ClientContext context;
    ExpectRefusal(stub->ApproveDisposal(&context, approve, &approved), grpc::StatusCode::ABORTED, "ETAG_MISMATCH");
  }
  approve.set_etag(first.disposal().etag());
  approve.clear_reason();
  {
    grpc::ClientContext context;
    ExpectRefusal(stub->ApproveDisposal(&context, approve, &approved), grpc::StatusCode::INVALID_ARGUMENT,
                  "DISPOSAL_INVALID", "reason");
  }
  EXPECT_EQ(Run({"dispose", "withdraw", first.disposal().name(), "--actor", "乙", "--reason", "不同意"}, &out), 0)
      << out;
  EXPECT_EQ(Run({"dispose", "list"}, &out), 0);
  EXPECT_THAT(out, HasSubstr("已撤回"));
}

TEST_F(CustodyTest, AFlippedBitIsNamedByThePassInLogAndMetrics) {
  ASSERT_TRUE(Eventually(
      [this] { return cluster_->Metric(Server::kArchiving, 0, "jixiao_archiving_fixity_unregistered_records") == 0; }));
  std::string out;
  EXPECT_EQ(Run({"inspect", "records/2"}, &out), 0) << out;
  EXPECT_THAT(out, HasSubstr("归档时的检测"));
  EXPECT_EQ(Run({"fixity"}, &out), 0) << out;
  EXPECT_THAT(out, HasSubstr("没有发现损坏"));
  ASSERT_EQ(cluster_->Stop(Server::kArchiving), 0);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(cluster_->Database(Server::kArchiving).c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db,
                         "UPDATE parts SET content = CAST(replace(CAST(content AS TEXT), '单位2', '单位3') AS BLOB) "
                         "WHERE idx = 2 AND name = 'form'",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_changes(db), 1);
  sqlite3_close(db);
  Restart({{"JIXIAO_FIXITY_INTERVAL", "1"}, {"JIXIAO_FIXITY_RATE", "1000"}});
  EXPECT_TRUE(Eventually([this] {
    return cluster_->Metric(Server::kArchiving, 0,
                            "jixiao_archiving_fixity_damaged{part=\"form\",record=\"records/2\"}") == 1;
  }));
  EXPECT_EQ(Run({"fixity"}, &out), 1) << out;
  EXPECT_THAT(out, HasSubstr("records/2"));
  EXPECT_THAT(out, HasSubstr("内容与固定性登记和日志都不符"));
  EXPECT_EQ(Run({"inspect", "records/2"}, &out), 1) << out;
  EXPECT_EQ(Run({"fixity", "records/2"}, &out), 1) << out;
  EXPECT_EQ(Run({"fixity", "records/1"}, &out), 0) << out;
  EXPECT_THAT(cluster_->LogText(Server::kArchiving), HasSubstr("a part is damaged"));
  EXPECT_GT(cluster_->Metric(Server::kArchiving, 0, "jixiao_archiving_fixity_failed_parts").value_or(0), 0);
  EXPECT_LT(cluster_->Metric(Server::kArchiving, 0, "jixiao_archiving_fixity_oldest_seconds").value_or(1e9), 60);
  EXPECT_TRUE(Eventually([&] { return Run({"get", "archive/fixity/1"}, &out) == 0; }));
  EXPECT_THAT(out, HasSubstr("1 个损坏"));
  EXPECT_THAT(out, HasSubstr("records/2 form"));
}

}  // namespace
}  // namespace jixiao::testing
