// ImportDocument on a real server: what it reads, what it refuses and how, and that a converter never outlives its
// call.
#include "support/cluster.h"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "unit/import/office_files.h"

namespace jixiao::testing {
namespace {

using importing::support::Docx;
using importing::support::DocxTable;
using importing::support::Table;
using importing::support::Xlsx;
using importing::support::XlsxSheet;
using importing::support::Zip;
using ::testing::HasSubstr;

const std::vector<std::string> kRows = {"项目支出绩效自评表（2022年度）|<|<|<|<|<",
                                        "项目名称|道路养护|<|<|<|<",
                                        "项目资金（万元）|年初预算数|全年预算数|全年执行数|分值|得分",
                                        "年度资金总额|100|100|90|10|9",
                                        "一级指标|三级指标|年度指标值|实际完成值|分值|得分",
                                        "产出指标|养护里程|≥10公里|11公里|90|90"};

// An environment variable for as long as the test takes; servers that it starts see it.
class Setting {
 public:
  Setting(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* old = std::getenv(name_.c_str())) old_ = old;
    setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Setting() {
    if (old_.empty())
      unsetenv(name_.c_str());
    else
      setenv(name_.c_str(), old_.c_str(), 1);
  }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const std::string name_;
  std::string old_;
};

// Gone, or dead and not yet buried by whoever adopted it.
bool HasEnded(int pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  const std::size_t name = text.rfind(") ");
  return name == std::string::npos || text.compare(name + 2, 1, "Z") == 0;
}

class ImportDocumentTest : public ::testing::Test {
 protected:
  ImportDocumentTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-import-rpc-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    std::filesystem::create_directories(folder_ / "tmp");
    std::filesystem::create_directories(folder_ / "bin");
    // Its temporary files are the test's to count, and its LibreOffice is the test's to play.
    temporary_.emplace("TMPDIR", (folder_ / "tmp").string());
    const char* path = std::getenv("PATH");
    path_.emplace("PATH", (folder_ / "bin").string() + (path == nullptr ? "" : std::string(":") + path));
  }
  ~ImportDocumentTest() override {
    cluster_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // A program called soffice that the server finds first.
  void Converter(const std::string& script) {
    const auto file = folder_ / "bin/soffice";
    std::ofstream(file) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }
  void Start() { cluster_.emplace(); }

  grpc::Status Import(const std::string& name, const std::string& content, intake::v1::ImportDocumentResponse& response,
                      std::chrono::milliseconds timeout = kCallTimeout) {
    intake::v1::ImportDocumentRequest request;
    request.set_file_name(name);
    request.set_content(content);
    request.set_region_code("510403");
    grpc::ClientContext context;
    Within(context, timeout);
    return cluster_->Intake().ImportDocument(&context, request, &response);
  }
  void ExpectRefused(const std::string& name, const std::string& content, std::string_view reason,
                     std::string_view says = "") {
    SCOPED_TRACE(std::string(reason));
    intake::v1::ImportDocumentResponse response;
    const grpc::Status status = Import(name, content, response);
    ExpectRefusal(status, grpc::StatusCode::INVALID_ARGUMENT, reason, "content");
    EXPECT_THAT(Read(status).Describe(), HasSubstr(std::string(says)));
  }
  // Of converters: the cluster's own folder lies there, too.
  bool NoTemporaryFiles() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "tmp"))
      if (entry.path().filename().string().starts_with("jixiao-import-")) return false;
    return true;
  }

  std::filesystem::path folder_;
  std::optional<Setting> temporary_, path_;
  std::optional<Cluster> cluster_;
};

TEST_F(ImportDocumentTest, ReadsOfficeFilesAndTexts) {
  Start();
  for (const auto& [name, bytes] :
       std::vector<std::pair<std::string, std::string>>{{"表.docx", Docx(DocxTable(Table(kRows)))},
                                                        {"表.xlsx", Xlsx({XlsxSheet(Table(kRows))})},
                                                        {"表.txt", importing::support::Pipes(Table(kRows))}}) {
    SCOPED_TRACE(name);
    intake::v1::ImportDocumentResponse response;
    const grpc::Status status = Import(name, bytes, response);
    ASSERT_TRUE(status.ok()) << Read(status).Describe();
    ASSERT_EQ(response.document().forms_size(), 1);
    const auto& form = response.document().forms(0).form();
    EXPECT_EQ(form.project_name(), "道路养护");
    EXPECT_EQ(form.region_code(), "510403");
    EXPECT_EQ(form.indicators(0).target(), "≥10公里");
    EXPECT_EQ(form.source().file_name(), name);
    EXPECT_GT(response.document().forms(0).cells_size(), 10);
  }
  intake::v1::ImportDocumentResponse empty;
  ASSERT_TRUE(Import("a.txt", "没有表的文字\n", empty).ok());
  EXPECT_EQ(empty.document().forms_size(), 0);
  EXPECT_EQ(empty.document().unread_size(), 1);
  // Nothing is stored.
  grpc::ClientContext context;
  Within(context);
  intake::v1::ListSubmissionsResponse list;
  ASSERT_TRUE(cluster_->Intake().ListSubmissions(&context, {}, &list).ok());
  EXPECT_EQ(list.submissions_size(), 0);
}

TEST_F(ImportDocumentTest, HostileFilesAreRefusedWithTheirReasons) {
  Start();
  const std::string whole = Docx(DocxTable(Table(kRows)));
  ExpectRefused("炸弹.docx", Docx(std::string(40u << 20, ' ')), "DOCUMENT_TOO_LARGE", "炸弹.docx");
  ExpectRefused("大.txt", std::string((16u << 20) + 1, 'a'), "DOCUMENT_TOO_LARGE", "16 MiB");
  ExpectRefused("实体.docx",
                Zip({{"word/document.xml",
                      "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
                      "<d><body><p><r><t>&b;</t></r></p></body></d>"}}),
                "DOCUMENT_DAMAGED", "DTD");
  ExpectRefused("半.docx", whole.substr(0, whole.size() / 2), "DOCUMENT_DAMAGED", "半.docx");
  ExpectRefused("a.pdf", "%PDF-1.7", "DOCUMENT_DAMAGED", ".docx");
  std::string locked = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  for (const char c : std::string_view("EncryptedPackage")) locked += c, locked += '\0';
  ExpectRefused("有密码.xlsx", locked, "DOCUMENT_ENCRYPTED", "密码");
  // The bytes decide, not the name.
  intake::v1::ImportDocumentResponse response;
  ASSERT_TRUE(Import("错.xlsx", whole, response).ok());
  EXPECT_EQ(response.document().forms_size(), 1);
  for (const auto& [name, content, field] :
       std::vector<std::tuple<std::string, std::string, std::string>>{{"", "x", "file_name"}, {"a.txt", "", "content"}})
    ExpectRefusal(Import(name, content, response), grpc::StatusCode::INVALID_ARGUMENT, "IMPORT_INVALID", field);
  EXPECT_TRUE(NoTemporaryFiles());
}

TEST_F(ImportDocumentTest, AConverterDiesWithItsDeadlineAndLeavesNothing) {
  const auto pids = folder_ / "pids";
  Converter("sleep 300 &\necho $! >> " + pids.string() + "\nsleep 300\n");
  Start();
  intake::v1::ImportDocumentResponse response;
  const std::string old = std::string("{\\rtf1 ") + std::string(100, 'x') + "}";
  const auto start = std::chrono::steady_clock::now();
  const grpc::Status status = Import("旧.rtf", old, response, std::chrono::seconds(3));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << status.error_message();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(6));
  // A caller that goes away ends it, too: its own deadline is long.
  ASSERT_TRUE(Eventually([&] { return NoTemporaryFiles(); }));
  {
    intake::v1::ImportDocumentRequest request;
    request.set_file_name("旧.rtf");
    request.set_content(old);
    grpc::ClientContext context;
    Within(context, std::chrono::seconds(60));
    std::thread leaving([&] {
      EXPECT_TRUE(Eventually([&] { return !NoTemporaryFiles(); }));
      context.TryCancel();
    });
    EXPECT_EQ(cluster_->Intake().ImportDocument(&context, request, &response).error_code(),
              grpc::StatusCode::CANCELLED);
    leaving.join();
  }
  EXPECT_TRUE(Eventually([&] { return NoTemporaryFiles(); }));
  std::ifstream file(pids);
  int pid = 0, seen = 0;
  for (; file >> pid; ++seen) EXPECT_TRUE(Eventually([pid] { return HasEnded(pid); }, std::chrono::seconds(5))) << pid;
  EXPECT_EQ(seen, 2);
}

TEST_F(ImportDocumentTest, ASlowConverterKeepsNobodyElseWaiting) {
  Converter("sleep 300\n");
  Start();
  const std::string old = "{\\rtf1 x}";
  std::vector<std::thread> slow;
  for (int i = 0; i < 6; ++i)
    slow.emplace_back([&] {
      intake::v1::ImportDocumentResponse response;
      EXPECT_FALSE(Import("旧.rtf", old, response, std::chrono::seconds(4)).ok());
    });
  ASSERT_TRUE(Eventually([&] { return !NoTemporaryFiles(); }));
  const auto start = std::chrono::steady_clock::now();
  intake::v1::ImportDocumentResponse response;
  EXPECT_TRUE(Import("表.docx", Docx(DocxTable(Table(kRows))), response).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3)) << "the slow ones take 4 s";
  for (std::thread& thread : slow) thread.join();
}

TEST_F(ImportDocumentTest, WhatAKilledServerLeftIsRemovedByTheNext) {
  const auto pids = folder_ / "pids";
  Converter("sleep 300 &\necho $! >> " + pids.string() + "\nsleep 300\n");
  Start();
  std::thread caller([&] {
    intake::v1::ImportDocumentResponse response;
    EXPECT_FALSE(Import("旧.rtf", "{\\rtf1 x}", response, std::chrono::seconds(10)).ok());
  });
  int pid = 0;
  ASSERT_TRUE(Eventually([&] { return bool(std::ifstream(pids) >> pid); })) << "the converter has not begun";
  EXPECT_FALSE(NoTemporaryFiles());
  cluster_->Kill9(Server::kIntake);
  caller.join();
  EXPECT_FALSE(NoTemporaryFiles());
  cluster_->Start(Server::kIntake);
  cluster_->WaitUntilServing(Server::kIntake);
  EXPECT_TRUE(NoTemporaryFiles());
  EXPECT_TRUE(Eventually([pid] { return HasEnded(pid); }));
}

}  // namespace
}  // namespace jixiao::testing
