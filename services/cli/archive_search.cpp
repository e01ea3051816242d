// Questions to the archive: search, summary, and making the index anew.
#include "cli/client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/text.h"
#include "common/time.h"

#include "jixiao/archiving/v1/record_search_service.grpc.pb.h"

#include <algorithm>
#include <iostream>

namespace jixiao::cli {
namespace {

using archiving::v1::RecordSearchService;

constexpr int kLargestPage = 500;

std::unique_ptr<RecordSearchService::Stub> Search(const Global& global) {
  return RecordSearchService::NewStub(rpc::OpenChannel(global.archiving, global.security));
}

void NoteIndex(const archiving::v1::IndexState& index) {
  if (index.indexed_records() < index.archived_records())
    std::cerr << "注意：检索索引正在更新，结果只含前 " << index.indexed_records() << " 条记录，共 "
              << index.archived_records() << " 条\n";
}

std::string TitleOf(archiving::v1::RecordGrouping grouping) {
  switch (grouping) {
    case archiving::v1::RECORD_GROUPING_PROVINCE:
      return "省";
    case archiving::v1::RECORD_GROUPING_CITY:
      return "市";
    case archiving::v1::RECORD_GROUPING_COUNTY:
      return "县";
    case archiving::v1::RECORD_GROUPING_DEPARTMENT:
      return "主管部门";
    case archiving::v1::RECORD_GROUPING_CLASS:
      return "一级指标";
    case archiving::v1::RECORD_GROUPING_RULE_SET:
      return "评分规则";
    case archiving::v1::RECORD_GROUPING_GRADE:
      return "等级";
    case archiving::v1::RECORD_GROUPING_YEAR:
      return "年度";
    default:
      return "范围";
  }
}

std::string Counts(const google::protobuf::RepeatedPtrField<archiving::v1::NamedCount>& counts) {
  std::string out;
  for (const auto& count : counts) Append(out, out.empty() ? "" : "  ", count.name(), " ", count.count());
  return out;
}

void AddGroup(const std::string& key, const archiving::v1::RecordGroup& group, Table& table) {
  table.Add({key, Cat(group.count()), Cat(group.scored_count()), group.mean(), group.min(), group.lower_quartile(),
             group.median(), group.upper_quartile(), group.max(), Counts(group.grades()), Counts(group.findings())});
}

// A bar for each ten points.
void PrintHistogram(const archiving::v1::RecordGroup& total) {
  constexpr std::int64_t kWidth = 40;
  std::int64_t most = 1;
  for (const auto& bucket : total.histogram()) most = std::max(most, bucket.count());
  Table table({{"分数"}, {"条数", Align::kRight}, {"", Align::kLeft, kWidth}});
  for (const auto& bucket : total.histogram()) {
    std::string bar;
    for (std::int64_t i = 0; i < (bucket.count() * kWidth + most - 1) / most; ++i) bar += "#";
    table.Add({Cat("≥ ", bucket.at_least(), " 且 < ", bucket.below()), Cat(bucket.count()), bar});
  }
  if (!table.empty()) {
    std::cout << '\n';
    table.Print(std::cout);
  }
}

}  // namespace

int RunArchiveSearch(const Global& global, const SearchOptions& options) {
  const auto filter = FilterOf(options.filter);
  if (!filter.ok()) return Refuse(filter.status(), global.json());
  const auto stub = Search(global);
  Table table({{"记录"},
               {"年度"},
               {"区划", Align::kLeft, 9, true},
               {"单位", Align::kLeft, 36},
               {"项目", Align::kLeft, 40},
               {"总分", Align::kRight},
               {"等级", Align::kLeft, 40, true},
               {"归档时间"}});
  archiving::v1::SearchRecordsRequest request;
  *request.mutable_filter() = *filter;
  request.set_order(options.oldest_first ? archiving::v1::RECORD_ORDER_OLDEST_FIRST
                                         : archiving::v1::RECORD_ORDER_NEWEST_FIRST);
  int left = options.limit;
  bool noted = false;
  do {
    request.set_page_size(std::min(left, kLargestPage));
    archiving::v1::SearchRecordsResponse response;
    const absl::Status status = Call(global, *stub, &RecordSearchService::Stub::SearchRecords, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    if (!std::exchange(noted, true)) NoteIndex(response.index());
    for (const auto& r : response.records()) {
      if (global.json()) {
        std::cout << ToJson(r) << '\n';
        continue;
      }
      const std::string gone = r.erased_by().empty() ? std::string() : Cat("（有部件已按 ", r.erased_by(), " 销毁）");
      table.Add({r.name(), r.fiscal_year() == 0 ? std::string() : Cat(r.fiscal_year()), r.region_code(),
                 r.implementing_unit(), r.project_name() + gone, r.computed_total(), r.grade(),
                 FormatShanghai(ToMicros(r.archive_time()))});
    }
    left -= response.records_size();
    request.set_page_token(response.next_page_token());
  } while (left > 0 && !request.page_token().empty());
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

int RunArchiveSummary(const Global& global, const SummaryOptions& options) {
  const auto filter = FilterOf(options.filter);
  if (!filter.ok()) return Refuse(filter.status(), global.json());
  constexpr std::pair<std::string_view, archiving::v1::RecordGrouping> kGroupings[] = {
      {"province", archiving::v1::RECORD_GROUPING_PROVINCE}, {"city", archiving::v1::RECORD_GROUPING_CITY},
      {"county", archiving::v1::RECORD_GROUPING_COUNTY},     {"department", archiving::v1::RECORD_GROUPING_DEPARTMENT},
      {"class", archiving::v1::RECORD_GROUPING_CLASS},       {"rule-set", archiving::v1::RECORD_GROUPING_RULE_SET},
      {"grade", archiving::v1::RECORD_GROUPING_GRADE},       {"year", archiving::v1::RECORD_GROUPING_YEAR}};
  archiving::v1::SummarizeRecordsRequest request;
  *request.mutable_filter() = *filter;
  request.set_finding_count(options.findings);
  for (const auto& [name, grouping] : kGroupings)
    if (name == options.by) request.set_group_by(grouping);
  archiving::v1::SummarizeRecordsResponse response;
  const auto stub = Search(global);
  const absl::Status status = Call(global, *stub, &RecordSearchService::Stub::SummarizeRecords, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  NoteIndex(response.index());
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return kDone;
  }
  Table table({{TitleOf(request.group_by()), Align::kLeft, 40},
               {"条数", Align::kRight},
               {"有分", Align::kRight},
               {"平均", Align::kRight},
               {"最低", Align::kRight},
               {"下四分位", Align::kRight},
               {"中位", Align::kRight},
               {"上四分位", Align::kRight},
               {"最高", Align::kRight},
               {"等级", Align::kLeft, 40, true},
               {"最多的问题", Align::kLeft, 90, true}});
  for (const auto& group : response.groups()) AddGroup(group.key().empty() ? "（未填）" : group.key(), group, table);
  AddGroup("合计", response.total(), table);
  table.Print(std::cout);
  if (response.omitted_groups() > 0) std::cout << "另有 " << response.omitted_groups() << " 组未列出\n";
  PrintHistogram(response.total());
  return kDone;
}

int RunArchiveRebuildIndex(const Global& global) {
  archiving::v1::RebuildIndexResponse response;
  const auto stub = Search(global);
  const absl::Status status =
      Call(global, *stub, &RecordSearchService::Stub::RebuildIndex, archiving::v1::RebuildIndexRequest(), response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response) << '\n';
  else
    std::cout << "检索索引正在重建，共 " << response.index().archived_records() << " 条记录；归档本身不受影响\n";
  return kDone;
}

}  // namespace jixiao::cli
