// How long searches and summaries take over an index of N records: bench-search [--records N] [--folder DIR]. The index
// is filled with made-up entries directly, so that a million takes a minute; what is asked is what people ask.
#include "archiving/search/block.h"
#include "archiving/search/query.h"
#include "archiving/search/summary.h"
#include "archiving/store/sql_search_store.h"
#include "common/decimal.h"
#include "common/text.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <random>

namespace {

using namespace jixiao;
using namespace jixiao::archiving;

constexpr const char* kPlaces[] = {"西湖", "攀枝花", "武昌", "长安", "呈贡", "临河", "廊坊", "池州", "黄石", "眉山"};
constexpr const char* kOffices[] = {"教育局", "卫生健康委员会", "交通运输局", "组织部", "水利局", "农业农村局"};
constexpr const char* kThings[] = {"党员教育培训", "农村公路养护", "校舍维修改造", "基层医疗设备", "防汛抗旱",
                                   "高标准农田",   "社区服务",     "信息化建设",   "困难群众救助", "环境整治"};
constexpr const char* kCodes[] = {"SUM_WEIGHT",  "EXEC_RATE", "NO_REASON", "ECHO",       "INFLATED",
                                  "OVER_TARGET", "PERFECT",   "DUP_ROW",   "FUND_PARTS", "GRADE"};

search::Entry Make(std::mt19937& random, std::int64_t number) {
  const auto pick = [&](std::size_t below) { return random() % below; };
  search::Entry entry;
  const std::string region = Cat(110000 + static_cast<int>(pick(2840)) * 100 % 550000);
  const std::string unit = Cat(kPlaces[pick(10)], "区", kOffices[pick(6)], "第", pick(3000), "所");
  const std::string project = Cat(kThings[pick(10)], "项目", number);
  const std::int64_t score = static_cast<std::int64_t>(6000 + pick(4001)) * 10'000;
  entry.numbers = {{search::kYear, 2019 + static_cast<std::int64_t>(pick(6))},
                   {search::kKind, 1},
                   {search::kTime, 1'700'000'000'000'000 + number * 1'000'000},
                   {search::kScore, score}};
  entry.words = {{search::kRegion, region},
                 {search::kUnit, unit},
                 {search::kDepartment, kOffices[pick(6)]},
                 {search::kProject, project},
                 {search::kGrade, score >= 90'000'000   ? "优"
                                  : score >= 80'000'000 ? "良"
                                                        : "中"},
                 {search::kRuleSet, "cn-national-2020@5"}};
  for (const std::string& name : {unit, project})
    for (const std::string& gram : search::GramsOf(search::Folded(name)))
      entry.sets.push_back(Cat(search::kGramPrefix, gram));
  for (const char* code : kCodes)
    if (pick(4) == 0) entry.sets.push_back(Cat(search::kFindingPrefix, code));
  std::sort(entry.sets.begin(), entry.sets.end());
  entry.sets.erase(std::unique(entry.sets.begin(), entry.sets.end()), entry.sets.end());
  for (const char* name : {"预算执行", "产出指标", "效益指标", "满意度指标"})
    entry.classes.push_back({name, static_cast<std::int64_t>(pick(3000)) * 10'000, 30'000'000});
  return entry;
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

void Fill(SqlSearchStore& store, std::int64_t records) {
  std::mt19937 random(1);
  for (std::int64_t first = 0; first < records; first += search::kBlock) {
    Check(store.Write([&](SearchWriter& index) -> absl::Status {
      search::Block block(first / search::kBlock);
      const std::int64_t end = std::min<std::int64_t>(records, first + search::kBlock);
      for (std::int64_t i = first; i < end; ++i) {
        const search::Entry entry = Make(random, i);
        std::set<std::string_view> texts;
        search::AddTexts(entry, texts);
        ASSIGN_OR_RETURN(const WordIds ids, index.Intern(texts));
        block.Add(static_cast<int>(i - first), entry, ids);
      }
      RETURN_IF_ERROR(block.Save(index));
      return index.PutState({end, "", 0});
    }));
  }
}

// The median of seven runs.
void Measure(const char* what, const std::function<std::int64_t()>& run) {
  std::vector<double> times;
  std::int64_t found = 0;
  for (int i = 0; i < 7; ++i) {
    const auto start = std::chrono::steady_clock::now();
    found = run();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("%-52s %10lld  %8.1f ms\n", what, static_cast<long long>(found), times[times.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t records = 1'000'000;
  std::string folder = std::filesystem::temp_directory_path() / "jixiao-bench-search";
  CLI::App app("Searches and summaries over an index of many records");
  app.add_option("--records", records)->capture_default_str();
  app.add_option("--folder", folder, "emptied first")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  auto store = SqlSearchStore::Open(folder + "/archive.db");
  Check(store.status());
  const auto start = std::chrono::steady_clock::now();
  Fill(**store, records);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("filled %lld records in %.1f s, %.0f a second\n", static_cast<long long>(records), seconds,
              static_cast<double>(records) / seconds);

  const auto find = [&](const v1::RecordFilter& filter) {
    std::int64_t found = 0;
    Check((*store)->Read([&](const SearchReader& index) -> absl::Status {
      ASSIGN_OR_RETURN(const search::Page page, search::Find(index, filter, {}, true, std::nullopt, 50));
      found = static_cast<std::int64_t>(page.indexes.size());
      return absl::OkStatus();
    }));
    return found;
  };
  const auto sum_up = [&](const v1::RecordFilter& filter, v1::RecordGrouping grouping) {
    v1::SummarizeRecordsRequest request;
    *request.mutable_filter() = filter;
    request.set_group_by(grouping);
    v1::SummarizeRecordsResponse response;
    SearchState state;
    Check((*store)->Read(
        [&](const SearchReader& index) { return search::Summarize(index, request, {}, response, state); }));
    return response.total().count();
  };
  v1::RecordFilter filter;
  Measure("search, all", [&] { return find(filter); });
  filter.set_text("路养");
  Measure("search, two characters", [&] { return find(filter); });
  filter.set_text("区教育局第2999所");
  Measure("search, ten characters, few have them", [&] { return find(filter); });
  filter.set_text("没有的");
  Measure("search, characters that none has", [&] { return find(filter); });
  filter.set_text(Cat("项目", records / 2));
  Measure("search, one project of all", [&] { return find(filter); });
  filter.Clear();
  filter.set_region_prefix("1101");
  filter.set_fiscal_year(2021);
  filter.add_finding_codes("ECHO");
  filter.add_finding_codes("GRADE");
  filter.set_max_score("60.02");
  Measure("search, region, year, two findings, low scores", [&] { return find(filter); });
  filter.Clear();
  Measure("summary, all", [&] { return sum_up(filter, v1::RECORD_GROUPING_UNSPECIFIED); });
  Measure("summary by province", [&] { return sum_up(filter, v1::RECORD_GROUPING_PROVINCE); });
  Measure("summary by county", [&] { return sum_up(filter, v1::RECORD_GROUPING_COUNTY); });
  Measure("summary by class", [&] { return sum_up(filter, v1::RECORD_GROUPING_CLASS); });
  filter.set_text("公路养护");
  Measure("summary by department, four characters", [&] { return sum_up(filter, v1::RECORD_GROUPING_DEPARTMENT); });
  filter.Clear();
  filter.set_fiscal_year(2021);
  Measure("summary by grade, one year", [&] { return sum_up(filter, v1::RECORD_GROUPING_GRADE); });
  std::error_code ignored;
  std::printf("index: %.0f MB\n",
              static_cast<double>(std::filesystem::file_size(folder + "/archive.db.search", ignored)) / 1e6);
  return 0;
}
