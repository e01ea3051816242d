// The command line reads documents: jixiao import, and submit and score on the same files.
#include "support/cluster.h"
#include "support/paths.h"
#include "support/process.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace jixiao::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kForm[] =
    "| 项目支出绩效自评表（2022年度） | | | | | | |\n"
    "| 项目名称 | 道路养护 | | | | | |\n"
    "| 主管部门 | 某市交通局 | | | 实施单位 | 某市公路站 | |\n"
    "| 项目资金（万元） | | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 得分 |\n"
    "| | 年度资金总额 | 100 | 100 | 90 | 10 | 9 |\n"
    "| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 |\n"
    "| 产出指标 | 数量指标 | 养护里程 | ≥10公里 | 11公里 | 90 | 90 |\n"
    "| 总分 | | | | | 100 | 99 |\n"
    "| 填表人 | 张某 | | | | | |\n";

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-import-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return (path_ / name).string();
  }
  // Runs the command; its exit code, and what it wrote.
  int Run(std::vector<std::string> arguments, std::string& output) const {
    const auto log = path_ / "output";
    std::filesystem::remove(log);
    arguments.insert(arguments.begin(), jixiao::paths::Binaries() + "/jixiao");
    const auto end = Process::Start(arguments, log)->Wait(std::chrono::seconds(60));
    std::ifstream file(log);
    std::ostringstream text;
    text << file.rdbuf();
    output = text.str();
    return end.value_or(-1);
  }

 private:
  std::filesystem::path path_;
};

TEST(ImportCommand, OneObjectALineWithFormCellsAndUnread) {
  const Folder folder;
  std::string output;
  const std::string file = folder.Write("表.txt", kForm);
  ASSERT_EQ(folder.Run({"--format", "json", "import", file, "--region", "510403"}, output), 0) << output;
  const auto json = nlohmann::json::parse(output);
  EXPECT_EQ(json["form"]["project_name"], "道路养护");
  EXPECT_EQ(json["form"]["region_code"], "510403");
  EXPECT_EQ(json["form"]["indicators"][0]["target"], "≥10公里");
  EXPECT_EQ(json["form"]["source"]["file_name"], "表.txt");
  EXPECT_FALSE(json["cells"].empty());
  EXPECT_EQ(json["unread"][0]["text"], "张某");
  ASSERT_EQ(folder.Run({"import", file}, output), 0) << output;
  EXPECT_THAT(output, HasSubstr("未读入 1 处"));
}

TEST(ImportCommand, ExitCodes) {
  const Folder folder;
  std::string output;
  EXPECT_EQ(folder.Run({"import", folder.Write("a.txt", "没有表的文字\n")}, output), 1) << output;
  EXPECT_EQ(folder.Run({"import", folder.Write("a.pdf", "%PDF-1.7")}, output), 1) << output;
  EXPECT_THAT(output, HasSubstr(".docx"));
  EXPECT_EQ(folder.Run({"import", "/nowhere/a.docx"}, output), 1) << output;
  EXPECT_EQ(folder.Run({"import"}, output), 2) << output;
  EXPECT_EQ(folder.Run({"import", "a.docx", "--region", "x"}, output), 2) << output;
}

TEST(ImportCommand, SubmitAndScoreTakeTheSameFiles) {
  Cluster cluster;
  const Folder folder;
  std::string output;
  const std::string file = folder.Write("a.txt", kForm);
  const std::vector<std::string> where = {"--intake", cluster.AddressOf(Server::kIntake), "--scoring",
                                          cluster.AddressOf(Server::kScoring)};
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), where.begin(), where.end());
    return folder.Run(std::move(arguments), output);
  };
  ASSERT_EQ(run({"score", file}), 0) << output;
  EXPECT_THAT(output, HasSubstr("道路养护"));
  ASSERT_EQ(run({"submit", file, "--wait"}), 0) << output;
  EXPECT_THAT(output, HasSubstr("submissions/"));
}

}  // namespace
}  // namespace jixiao::testing
