#include "support/forms.h"

#include "support/paths.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <stdexcept>

namespace jixiao::testing {
namespace {

using evaluation::v1::SelfEvaluation;

SelfEvaluation ReadForm(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  SelfEvaluation form;
  const auto status = google::protobuf::util::JsonStringToMessage(text.str(), &form);
  if (!status.ok()) throw std::runtime_error(file.string() + ": " + status.ToString());
  return form;
}

std::vector<SelfEvaluation> ReadSamples() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(jixiao::paths::Source() + "/deploy/local/samples"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<SelfEvaluation> forms;
  for (const auto& file : files) forms.push_back(ReadForm(file));
  if (forms.empty()) throw std::runtime_error("no samples in deploy/local/samples");
  return forms;
}

}  // namespace

const std::vector<SelfEvaluation>& Samples() {
  static const std::vector<SelfEvaluation> samples = ReadSamples();
  return samples;
}

SelfEvaluation Variant(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto number = [&random](int low, int high) {
    return std::to_string(std::uniform_int_distribution<int>(low, high)(random));
  };
  SelfEvaluation form = Samples()[random() % Samples().size()];
  form.set_project_name(form.project_name() + " #" + std::to_string(seed));
  for (auto& line : *form.mutable_funds()) {
    if (line.full_year_budget().empty()) continue;
    line.set_full_year_budget(number(1, 100000) + "." + number(0, 99));
    line.set_executed(number(0, 100000));
  }
  for (auto& row : *form.mutable_indicators())
    if (random() % 3 == 0) {
      row.set_target("≥" + number(1, 500) + "个");
      row.set_actual(number(0, 600) + "个");
    }
  return form;
}

SelfEvaluation PlainForm(int indicators) {
  SelfEvaluation form;
  form.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  form.set_fiscal_year(2021);
  form.set_project_name("测试项目");
  form.mutable_implementing_unit()->set_name("测试单位");
  auto& total = *form.add_funds();
  total.set_name("年度资金总额");
  total.set_full_year_budget("100");
  total.set_executed("98");
  total.set_weight("10");
  for (int i = 0; i < indicators; ++i) {
    auto& row = *form.add_indicators();
    row.set_level1("产出指标");
    row.set_level2("数量指标");
    row.set_level3("完成数量");
    row.set_target("≥50个");
    row.set_actual("48个");
    row.set_weight("1");
    row.set_score("1");
  }
  return form;
}

std::uint64_t TestSeed() {
  static const std::uint64_t seed = [] {
    const char* given = std::getenv("JIXIAO_TEST_SEED");
    const std::uint64_t chosen = given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
    std::cout << "JIXIAO_TEST_SEED=" << chosen << std::endl;
    return chosen;
  }();
  return seed;
}

}  // namespace jixiao::testing
