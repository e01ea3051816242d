// What comes out of a real archive by the command line: answers, forms, packages; and what a killed export leaves.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/submissions.h"

#include "jixiao/archiving/v1/record_search_service.grpc.pb.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace jixiao::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string TextOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<nlohmann::json> LinesOf(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

// One archive with all samples, for all tests of the file: making it takes longer than asking it.
class ArchiveExportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = std::make_unique<Cluster>();
    std::vector<std::string> names;
    for (const auto& form : Samples()) names.push_back(Submit(*cluster_, form).submission());
    for (const std::string& name : names) WaitFor(*cluster_, name);
  }
  static void TearDownTestSuite() { cluster_.reset(); }

  std::vector<std::string> Command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {paths::Binaries() + "/jixiao", "--archiving", cluster_->AddressOf(Server::kArchiving),
                      "--scoring", cluster_->AddressOf(Server::kScoring), "archive"});
    return arguments;
  }

  int Run(std::vector<std::string> arguments, std::string* output = nullptr) const {
    const auto log = cluster_->folder() / "output";
    fs::remove(log);
    const auto end = Process::Start(Command(std::move(arguments)), log)->Wait(std::chrono::seconds(90));
    last_ = TextOf(log);
    if (output != nullptr) *output = last_;
    return end.value_or(-1);
  }

  std::string Path(const std::string& name) const { return (cluster_->folder() / name).string(); }
  static int Shell(const std::string& command) { return std::system(command.c_str()); }

  static std::unique_ptr<Cluster> cluster_;
  mutable std::string last_;
};
std::unique_ptr<Cluster> ArchiveExportTest::cluster_;

TEST_F(ArchiveExportTest, SearchFindsByEveryField) {
  std::string output;
  const auto count = [&](std::vector<std::string> filter) {
    filter.insert(filter.begin(), {"search", "--format", "json"});
    EXPECT_EQ(Run(filter, &output), 0) << output;
    return LinesOf(output).size();
  };
  const auto all = Samples().size();
  EXPECT_EQ(count({}), all);
  std::size_t in_510403 = 0;
  for (const auto& form : Samples()) in_510403 += form.region_code().starts_with("510403") ? 1 : 0;
  EXPECT_EQ(count({"--region", "510403"}), in_510403);
  EXPECT_EQ(count({"--project", "党建党务专项", "--year", "2021"}), 1u);
  EXPECT_EQ(count({"--project", "党建党务专项", "--year", "2020"}), 0u);
  EXPECT_EQ(count({"--text", "不会有的名称"}), 0u);
  EXPECT_GT(count({"--finding", "FULL_NOT_MET"}), 0u);
  EXPECT_EQ(count({"--limit", "3", "--oldest-first"}), 3u);
  EXPECT_EQ(LinesOf(output)[0]["name"], "records/0");
  EXPECT_EQ(Run({"search", "--since", "gestern"}), 1);
  EXPECT_THAT(last_, HasSubstr("FILTER_INVALID"));
}

TEST_F(ArchiveExportTest, SummaryCountsEveryRecordOnce) {
  for (const char* by : {"province", "city", "county", "department", "rule-set", "grade", "year"}) {
    std::string output;
    ASSERT_EQ(Run({"summary", "--by", by, "--format", "json"}, &output), 0) << output;
    const auto summary = nlohmann::json::parse(output);
    std::size_t sum = 0;
    for (const auto& group : summary["groups"]) sum += std::stoul(group["count"].get<std::string>());
    EXPECT_EQ(sum, Samples().size()) << by;
    EXPECT_EQ(summary["total"]["count"], std::to_string(Samples().size()));
  }
  ASSERT_EQ(Run({"summary", "--by", "class"}), 0);
  EXPECT_THAT(last_, HasSubstr("合计"));
}

TEST_F(ArchiveExportTest, PageTokensAreBoundToTheQuestion) {
  const auto stub = archiving::v1::RecordSearchService::NewStub(cluster_->Channel(Server::kArchiving));
  archiving::v1::SearchRecordsRequest request;
  archiving::v1::SearchRecordsResponse response;
  request.set_page_size(2);
  ASSERT_TRUE(
      Patiently([&](grpc::ClientContext& context) { return stub->SearchRecords(&context, request, &response); }).ok());
  ASSERT_FALSE(response.next_page_token().empty());
  request.set_page_token(response.next_page_token());
  request.mutable_filter()->set_fiscal_year(2021);
  grpc::ClientContext context;
  Within(context);
  ExpectRefusal(stub->SearchRecords(&context, request, &response), grpc::StatusCode::INVALID_ARGUMENT, "PAGE_INVALID",
                "page_token");
}

// A database of before there was an index, and one whose index was lost.
TEST_F(ArchiveExportTest, AMissingIndexIsMadeFromTheArchive) {
  cluster_->Stop(Server::kArchiving);
  for (const char* suffix : {".search", ".search-wal", ".search-shm"})
    fs::remove(cluster_->Database(Server::kArchiving).string() + suffix);
  cluster_->Restart(Server::kArchiving);
  cluster_->WaitUntilServing(Server::kArchiving);
  std::string output;
  ASSERT_EQ(Run({"search", "--format", "json"}, &output), 0) << output;
  EXPECT_EQ(LinesOf(output).size(), Samples().size());
  ASSERT_EQ(Run({"rebuild-index"}), 0);
  EXPECT_EQ(Run({"verify", "--all"}), 0) << last_;
}

TEST_F(ArchiveExportTest, FormsAreWritten) {
  for (const std::string as : {"xlsx", "html", "pdf", "json"}) {
    const std::string path = Path("form." + as);
    ASSERT_EQ(Run({"export", "records/0", "--as", as, "--out", path}), 0) << last_;
    EXPECT_GT(fs::file_size(path), 1000u);
  }
  ASSERT_EQ(Run({"export", "--all", "--as", "csv", "--out", Path("all.csv")}), 0) << last_;
  const std::string csv = TextOf(Path("all.csv"));
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\r')), Samples().size() + 1);
  ASSERT_EQ(Run({"export", "--year", "2021", "--as", "jsonl", "--out", Path("all.jsonl")}), 0) << last_;
  EXPECT_FALSE(LinesOf(TextOf(Path("all.jsonl"))).empty());
  EXPECT_EQ(Run({"export", "--as", "csv"}), 2) << "what is meant has to be said";
}

TEST_F(ArchiveExportTest, LibreOfficeOpensTheWorkbook) {
  if (Shell("command -v soffice >/dev/null") != 0) GTEST_SKIP() << "LibreOffice is not installed";
  const std::string path = Path("office.xlsx");
  ASSERT_EQ(Run({"export", "records/0", "--as", "xlsx", "--out", path}), 0) << last_;
  const std::string folder = cluster_->folder().string();
  ASSERT_EQ(Shell("timeout 100 soffice -env:UserInstallation=file://" + folder + "/office --headless --convert-to " +
                  "csv:'Text - txt - csv (StarCalc)':44,34,76 --outdir " + folder + " " + path + " >/dev/null 2>&1"),
            0);
  const std::string csv = TextOf(Path("office.csv"));
  std::string output;
  ASSERT_EQ(Run({"get", "records/0", "--format", "json"}, &output), 0);
  EXPECT_THAT(csv, HasSubstr(nlohmann::json::parse(output)["record"]["project_name"].get<std::string>()));
  EXPECT_THAT(csv, HasSubstr("三级指标"));
}

TEST_F(ArchiveExportTest, PackagesVerifyWithoutAServer) {
  std::string output;
  const std::string key = (cluster_->folder() / "archive.pub").string();
  ASSERT_EQ(Run({"head", "--format", "json"}, &output), 0);
  std::ofstream(key) << nlohmann::json::parse(output)["verifier_key"].get<std::string>() << '\n';
  const std::string zip = Path("season.zip");
  ASSERT_EQ(Run({"export", "--all", "--as", "bagit", "--out", zip}), 0) << last_;
  ASSERT_EQ(Run({"export", "records/1", "--as", "bagit", "--pdf", "--out", Path("one")}), 0) << last_;
  cluster_->Stop(Server::kArchiving);
  for (const std::string& package : {zip, Path("one")}) EXPECT_EQ(Run({"verify", package, "--key", key}), 0) << last_;
  EXPECT_EQ(Run({"rescore", zip}), 0) << last_;
  std::string bytes = TextOf(zip);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  std::ofstream(zip, std::ios::binary) << bytes;
  EXPECT_EQ(Run({"verify", zip, "--key", key}), 1);
  EXPECT_THAT(last_, HasSubstr("data/"));
  cluster_->Restart(Server::kArchiving);
  cluster_->WaitUntilServing(Server::kArchiving);
}

TEST_F(ArchiveExportTest, OwnRulesGiveTheSameBytes) {
  ASSERT_EQ(Run({"rescore", "--all"}), 0) << last_;
  EXPECT_THAT(last_, HasSubstr("逐字节相同"));
  EXPECT_THAT(last_, Not(HasSubstr("处不同")));
  std::string output;
  ASSERT_EQ(Run({"rescore", "--all", "--rule-set", "cn-42-hubei", "--format", "json"}, &output), 0) << output;
  std::size_t differing = 0;
  for (const auto& line : LinesOf(output)) differing += line["differences"].empty() ? 0 : 1;
  EXPECT_GT(differing, 0u) << "Hubei gives the execution rate 20 points";
}

TEST_F(ArchiveExportTest, APackageOfAnotherArchiveIsTakenOverOnceWithItsProofs) {
  std::string output;
  ASSERT_EQ(Run({"head", "--format", "json"}, &output), 0);
  const std::string key = Path("origin.pub");
  std::ofstream(key) << nlohmann::json::parse(output)["verifier_key"].get<std::string>() << '\n';
  const std::string package = Path("transfer.zip");
  ASSERT_EQ(Run({"export", "--all", "--as", "bagit", "--out", package}), 0) << last_;
  const Cluster other;
  const auto run_there = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {paths::Binaries() + "/jixiao", "--archiving", other.AddressOf(Server::kArchiving), "archive"});
    const auto log = other.folder() / "output";
    fs::remove(log);
    const auto end = Process::Start(arguments, log)->Wait(std::chrono::seconds(60));
    last_ = TextOf(log);
    return end.value_or(-1);
  };
  const std::string count = std::to_string(Samples().size());
  ASSERT_EQ(run_there({"import", package, "--key", key}), 0) << last_;
  EXPECT_THAT(last_, HasSubstr("新归档 " + count + " 条"));
  ASSERT_EQ(run_there({"import", package, "--key", key}), 0) << last_;
  EXPECT_THAT(last_, HasSubstr("已有 " + count + " 条"));
  EXPECT_EQ(run_there({"verify", "--all"}), 0) << last_;
  EXPECT_EQ(run_there({"rescore", "--all"}), 0) << last_;
  std::string bytes = TextOf(package);
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
  std::ofstream(package, std::ios::binary) << bytes;
  EXPECT_EQ(run_there({"import", package, "--key", key}), 1);
  EXPECT_THAT(last_, HasSubstr("PACKAGE_DAMAGED"));
}

TEST_F(ArchiveExportTest, AKilledExportHasNotTheName) {
  for (const char* name : {"killed", "killed.zip"}) {
    const std::string path = Path(name);
    int killed = 0;
    for (int delay = 5; delay < 400 && killed < 5; delay += 25) {
      const auto process =
          Process::Start(Command({"export", "--all", "--as", "bagit", "--out", path}), cluster_->folder() / "output");
      std::this_thread::sleep_for(std::chrono::milliseconds(delay));
      process->Kill(SIGKILL);
      process->Wait(std::chrono::seconds(10));
      // It may have been killed between the last step, which gives the name, and its end.
      if (fs::exists(path)) {
        EXPECT_EQ(Run({"verify", path}), 0) << "what has the name is whole: " << last_;
        fs::remove_all(path);
      } else {
        ++killed;
      }
    }
    EXPECT_GT(killed, 0);
    ASSERT_EQ(Run({"export", "--all", "--as", "bagit", "--out", path}), 0) << last_;
    EXPECT_EQ(Run({"verify", path}), 0) << last_;
  }
}

}  // namespace
}  // namespace jixiao::testing
