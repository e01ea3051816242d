// `jixiao submit` with many forms: a stream, a results file, and going on after a break; list, watch and changes.
#include "support/calls.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/submissions.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

namespace jixiao::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SubmitCommandTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) { return (cluster_.folder() / name).string(); }

  // A file with forms, one a line.
  std::string WriteForms(const std::string& name, int count, std::uint64_t first = 0) {
    std::ofstream out(Path(name));
    for (int i = 0; i < count; ++i) {
      std::string json;
      google::protobuf::util::JsonPrintOptions options;
      options.preserve_proto_field_names = true;
      EXPECT_TRUE(google::protobuf::util::MessageToJsonString(
                      Variant(TestSeed() + first + static_cast<std::uint64_t>(i)), &json, options)
                      .ok());
      out << json << '\n';
    }
    return Path(name);
  }

  std::unique_ptr<Process> Start(std::vector<std::string> arguments) {
    output_ = Path("output-" + std::to_string(runs_++));
    arguments.insert(arguments.begin(),
                     {jixiao::paths::Binaries() + "/jixiao", "--intake=" + cluster_.AddressOf(Server::kIntake),
                      "--scoring=" + cluster_.AddressOf(Server::kScoring)});
    return Process::Start(arguments, output_);
  }
  int Run(const std::vector<std::string>& arguments) {
    return Start(arguments)->Wait(std::chrono::seconds(60)).value_or(-1);
  }
  std::string Output() {
    std::ifstream in(output_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<nlohmann::json> Lines(const std::string& file) {
    std::vector<nlohmann::json> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      lines.push_back(nlohmann::json::parse(line, nullptr, false));
      EXPECT_TRUE(lines.back().is_object()) << line;
    }
    return lines;
  }

  // Whole lines of a file that is being written.
  static int LinesSoFar(const std::string& file) {
    std::ifstream in(file);
    return static_cast<int>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
  }

  Cluster cluster_;
  std::string output_;
  int runs_ = 0;
};

TEST_F(SubmitCommandTest, ManyFormsLeaveAResultEachAndARepeatChangesNothing) {
  const std::string file = WriteForms("forms.jsonl", 300);
  const std::string results = Path("results.jsonl");
  ASSERT_EQ(Run({"submit", file, "--results", results}), 0) << Output();
  EXPECT_THAT(Output(), HasSubstr("已接收 300 张"));
  EXPECT_THAT(Output(), Not(HasSubstr("\r"))) << "no bar where there is no terminal";
  std::set<std::string> names;
  for (const auto& line : Lines(results)) {
    EXPECT_TRUE(line["origin"].get<std::string>().starts_with(file + ":"));
    names.insert(line["receipt"]["submission"].get<std::string>());
  }
  EXPECT_EQ(names.size(), 300u);
  ASSERT_EQ(Run({"submit", file, "--results", results}), 0) << Output();
  EXPECT_THAT(Output(), HasSubstr("其中 300 张此前已接收"));
  ASSERT_EQ(Run({"submit", file}), 0) << Output();
  EXPECT_EQ(Lines(results).size(), 300u);
  EXPECT_EQ(AllSubmissions(cluster_).size(), 300u);
}

TEST_F(SubmitCommandTest, BadFormsAreNamedAndTheOthersGoOn) {
  const std::string file = WriteForms("forms.jsonl", 3);
  std::ofstream(file, std::ios::app) << "{\"project_name\": \n{\"fiscal_year\": 2021, \"project_name\": \"坏\", "
                                        "\"funds\": [{\"executed\": \"-1\"}]}\n";
  const std::string results = Path("results.jsonl");
  EXPECT_EQ(Run({"submit", file, "--results", results}), 1);
  EXPECT_THAT(Output(), HasSubstr("forms.jsonl:4"));
  EXPECT_THAT(Output(), HasSubstr("form.funds[0].executed"));
  int receipts = 0;
  int errors = 0;
  for (const auto& line : Lines(results)) {
    receipts += line.contains("receipt") ? 1 : 0;
    errors += line.contains("error") ? 1 : 0;
  }
  EXPECT_EQ(receipts, 3);
  EXPECT_EQ(errors, 2);
  EXPECT_EQ(AllSubmissions(cluster_).size(), 3u);
  EXPECT_EQ(Run({"submit", file, "--results", results, "--again"}), 2) << "both make no sense";
  EXPECT_EQ(Run({"submit", file, "--results", file}), 1) << "a file of forms is no results file";
}

// The same command again is the same submission, also where it was withdrawn or returned since: that is said, and is no
// success.
TEST_F(SubmitCommandTest, WhatIsNoLongerThereIsNotSaidToBeTakenIn) {
  const std::string file = WriteForms("form.jsonl", 1);
  ASSERT_EQ(Run({"submit", file, "--stage", "department", "--wait"}), 0) << Output();
  const auto submissions = AllSubmissions(cluster_);
  ASSERT_EQ(submissions.size(), 1u);
  const std::string name = submissions.front().name();
  ASSERT_EQ(Run({"submit", file, "--stage", "department"}), 0) << "a repeat\n" << Output();
  EXPECT_THAT(Output(), HasSubstr("已接收"));
  ASSERT_EQ(Run({"review", "withdraw", name, "--reason", "填错", "--actor", "甲"}), 0) << Output();
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--wait"}}) {
    std::vector<std::string> arguments{"submit", file, "--stage", "department"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(Run(arguments), 1) << Output();
    EXPECT_THAT(Output(), HasSubstr("又已撤回；要重新提交请加 --again"));
    EXPECT_THAT(Output(), Not(HasSubstr("已接收")));
  }
  EXPECT_EQ(Run({"--format", "json", "submit", file, "--stage", "department"}), 1) << Output();
  EXPECT_EQ(Run({"submit", file, "--stage", "department", "--again"}), 0) << Output();
  EXPECT_EQ(AllSubmissions(cluster_).size(), 2u);
}

// A document is what it holds, by whatever path it is named; a folder is none.
TEST_F(SubmitCommandTest, SourceIsWhatItHolds) {
  const std::string file = WriteForms("form.jsonl", 1);
  std::ofstream(Path("a.txt")) << "first";
  ASSERT_EQ(Run({"submit", file, "--source", Path("a.txt")}), 0) << Output();
  ASSERT_EQ(Run({"submit", file, "--source", Path("./a.txt")}), 0) << Output();
  EXPECT_EQ(AllSubmissions(cluster_).size(), 1u);
  std::ofstream(Path("a.txt")) << "second";
  ASSERT_EQ(Run({"submit", file, "--source", Path("a.txt")}), 0) << Output();
  EXPECT_EQ(AllSubmissions(cluster_).size(), 2u);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"submit", Path("")},
                                                  {"submit", file, "--source", Path("")},
                                                  {"score", Path("")},
                                                  {"import", Path("")},
                                                  {"rules", "publish", Path("")}}) {
    EXPECT_EQ(Run(command), 1) << command.front() << Output();
    EXPECT_THAT(Output(), HasSubstr("是文件夹")) << command.front();
  }
}

// The command is killed and the server is killed: the same command again finishes the work, and nothing is there twice.
TEST_F(SubmitCommandTest, GoesOnAfterBreaks) {
  constexpr int kForms = 4000;
  const std::string file = WriteForms("forms.jsonl", kForms);
  const std::string results = Path("results.jsonl");
  // Each break comes in the middle: there are results that were not there before, and not all of them.
  int before = 0;
  const auto goes_on = [&] { return LinesSoFar(results) > before; };
  for (int i = 0; i < 2; ++i) {
    const auto running = Start({"submit", file, "--results", results});
    ASSERT_TRUE(Eventually(goes_on)) << Output();
    running->Kill(SIGKILL);
    (void)running->Wait(std::chrono::seconds(5));
    before = LinesSoFar(results);
    ASSERT_LT(before, kForms);
  }
  const auto running = Start({"submit", file, "--results", results});
  ASSERT_TRUE(Eventually(goes_on)) << Output();
  cluster_.Kill9(Server::kIntake);
  ASSERT_LT(LinesSoFar(results), kForms);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // the command meets a server that is not there
  cluster_.Restart(Server::kIntake);
  EXPECT_EQ(running->Wait(std::chrono::seconds(90)), 0) << Output();
  std::set<std::string> names;
  for (const auto& line : Lines(results)) names.insert(line["receipt"]["submission"].get<std::string>());
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kForms));
  EXPECT_EQ(AllSubmissions(cluster_).size(), static_cast<std::size_t>(kForms));
}

TEST_F(SubmitCommandTest, LabelNamesTheRuleSet) {
  scoring::v1::GetRuleSetRequest get;
  get.mutable_rule_set()->set_id("cn-national-2016");
  scoring::v1::GetRuleSetResponse found;
  scoring::v1::SetLabelRequest set;
  scoring::v1::SetLabelResponse labelled;
  grpc::ClientContext first;
  ASSERT_TRUE(cluster_.Scoring().GetRuleSet(&first, get, &found).ok());
  set.mutable_label()->set_name("trial");
  set.mutable_label()->set_digest(found.digest());
  grpc::ClientContext second;
  const grpc::Status status = cluster_.Scoring().SetLabel(&second, set, &labelled);
  ASSERT_TRUE(status.ok()) << Read(status).Describe();
  const std::string file = WriteForms("form.jsonl", 1);
  ASSERT_EQ(Run({"submit", file, "--rule-set", "trial", "--wait", "--format", "json"}), 0) << Output();
  EXPECT_THAT(Output(), HasSubstr("\"cn-national-2016\""));
  EXPECT_EQ(Run({"submit", file, "--rule-set", "label:no-such"}), 1);
  EXPECT_THAT(Output(), HasSubstr("RULE_SET_NOT_FOUND"));
}

TEST_F(SubmitCommandTest, ListAndChangesTakeFilters) {
  evaluation::v1::SelfEvaluation form = PlainForm();
  form.mutable_implementing_unit()->set_name("筛选单位");
  form.set_region_code("510403");
  const std::string name = Submit(cluster_, form).submission();
  Submit(cluster_, PlainForm());
  WaitFor(cluster_, name);
  ASSERT_EQ(Run({"list", "--unit", "筛选单位", "--region", "51", "--state", "已归档", "--from", "2020-01-01"}), 0);
  EXPECT_THAT(Output(), HasSubstr(name));
  ASSERT_EQ(Run({"list", "--region", "33"}), 0);
  EXPECT_THAT(Output(), Not(HasSubstr(name)));
  EXPECT_EQ(Run({"list", "--from", "gestern"}), 2);
  ASSERT_EQ(Run({"changes", "--unit", "筛选单位"}), 0);
  EXPECT_THAT(Output(), HasSubstr("已归档"));
  EXPECT_THAT(Output(), HasSubstr("--since c"));
  ASSERT_EQ(Run({"changes", "--since", "c1000000"}), 0);
  EXPECT_THAT(Output(), HasSubstr("--since c1000000"));
  EXPECT_EQ(Run({"changes", "--since", "x"}), 1);
}

TEST_F(SubmitCommandTest, WatchFollowsAllThroughARestart) {
  const auto watching = Start({"watch", "--since", "c0", "--format", "json"});
  const std::string watched = output_;
  const std::string first = Submit(cluster_, PlainForm()).submission();
  WaitFor(cluster_, first);
  cluster_.Restart(Server::kIntake);
  const std::string second = Submit(cluster_, PlainForm()).submission();
  WaitFor(cluster_, second);
  EXPECT_TRUE(Eventually([&] { return Lines(watched).size() >= 6; }));
  watching->Kill(SIGTERM);
  (void)watching->Wait(std::chrono::seconds(5));
  std::multiset<std::string> names;
  for (const auto& line : Lines(watched)) names.insert(line["submission"]["name"].get<std::string>());
  EXPECT_EQ(names.count(first), 3u);
  EXPECT_EQ(names.count(second), 3u);
}

}  // namespace
}  // namespace jixiao::testing
