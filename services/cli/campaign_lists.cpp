// Rosters, progress and the lists of what is missing, late or not on the roster.
#include "cli/campaign_commands.h"
#include "cli/client.h"
#include "cli/document_files.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/file.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/season/roster.h"
#include "intake/season/roster_file.h"
#include "intake/workflow/submission.h"

#include <algorithm>
#include <iostream>

namespace jixiao::cli {
namespace {

using namespace intake::v1;

constexpr std::size_t kEntriesAMessage = 2000;

// Sends the entries as a stream. Repeated as Call does, under one request id.
absl::Status Send(const Global& global, CampaignService::Stub& stub, const RosterOptions& options,
                  const std::vector<RosterEntry>& entries, ImportRosterResponse& response) {
  constexpr int kTries = 4;
  const std::string request_id = RandomHex(16);
  for (int attempt = 1;; ++attempt) {
    grpc::ClientContext context;
    rpc::Prepare(context, request_id, std::chrono::seconds(std::max(global.timeout_seconds, 120)));
    const auto writer = stub.ImportRoster(&context, &response);
    ImportRosterRequest request;
    request.set_campaign(CampaignNamed(options.campaign));
    request.set_mode(options.replace ? ROSTER_IMPORT_MODE_REPLACE : ROSTER_IMPORT_MODE_MERGE);
    request.set_request_id(request_id);
    request.set_validate_only(options.validate_only);
    request.set_entry_count(static_cast<int>(entries.size()));
    for (std::size_t i = 0; i < entries.size(); i += kEntriesAMessage) {
      for (std::size_t j = i; j < std::min(i + kEntriesAMessage, entries.size()); ++j)
        *request.add_entries() = entries[j];
      if (!writer->Write(request)) break;
      request.Clear();
    }
    writer->WritesDone();
    const absl::Status status = rpc::FromGrpc(writer->Finish());
    const bool repeat =
        status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kResourceExhausted;
    if (!repeat || attempt == kTries) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(150 << attempt));
  }
}

void PrintFaults(const season::RosterFile& file, const google::protobuf::RepeatedPtrField<RosterFault>& faults,
                 std::string_view kind, std::ostream& out) {
  for (const RosterFault& fault : faults)
    out << kind << "  " << file.Describe(fault) << "：" << fault.message() << '\n';
}

int ImportRoster(const Global& global, const RosterOptions& options) {
  const auto bytes = ReadBytes(options.file);
  if (!bytes.ok()) return Refuse(bytes.status(), global.json());
  const auto file = season::ReadRoster(*bytes, options.file);
  if (!file.ok()) return Refuse(file.status(), global.json());
  const auto stub = Campaigns(global);
  ImportRosterResponse response;
  const absl::Status status = Send(global, *stub, options, file->entries, response);
  if (!status.ok()) return Refuse(status, global.json());
  const bool sound = response.faults().empty();
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return sound ? kDone : kRefused;
  }
  for (const std::string& note : file->passed_over) std::cout << "注意  " << note << '\n';
  PrintFaults(*file, response.doubts(), "存疑", std::cout);
  PrintFaults(*file, response.faults(), "错误", std::cerr);
  if (response.faults_omitted() > 0) std::cerr << "另有 " << response.faults_omitted() << " 处错误\n";
  if (!sound) {
    std::cerr << "名单没有改动：请先改正以上 " << response.faults_size() + response.faults_omitted() << " 处\n";
    return kRefused;
  }
  std::cout << (response.applied() ? "" : "（只检查，没有改动）") << "名单 " << file->entries.size() << " 行：新增 "
            << response.added() << "，更改 " << response.changed() << "，不变 " << response.unchanged() << "，删去 "
            << response.removed();
  if (response.matched() > 0) std::cout << "；" << response.matched() << " 份已报的表找到了名单上的项目";
  std::cout << '\n';
  return kDone;
}

std::string StateOf(const RosterLine& line) {
  if (line.submission().empty()) return "未报送";
  return Cat(intake::TitleOf(line.state()), line.late() ? "（逾期）" : "");
}

// One field of a CSV file (RFC 4180). A field that a spreadsheet would take for a formula is marked as text.
std::string CsvField(const std::string& text) {
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string CsvLine(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) Append(line, line.empty() ? "" : ",", CsvField(field));
  return line + "\r\n";
}

// All lines of the list, over all pages.
absl::StatusOr<std::vector<RosterLine>> AllMissing(const Global& global, const MissingOptions& options) {
  const auto stub = Campaigns(global);
  std::vector<RosterLine> lines;
  ListMissingRequest request;
  request.set_campaign(CampaignNamed(options.campaign));
  request.set_department(options.department);
  request.set_page_size(1000);
  do {
    ListMissingResponse response;
    RETURN_IF_ERROR(Call(global, *stub, &CampaignService::Stub::ListMissing, request, response));
    for (RosterLine& line : *response.mutable_lines()) lines.push_back(std::move(line));
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return lines;
}

// Handed in of expected, in percent with one place, rounded down: 100.0% means all.
std::string Share(const intake::v1::Progress& progress) {
  if (progress.expected() == 0) return "";
  const std::int64_t permille = progress.handed_in() * 1000 / progress.expected();
  return Cat(permille / 10, ".", permille % 10, "%");
}

}  // namespace

int RunCampaignRoster(const Global& global, const RosterOptions& options) {
  if (!options.file.empty()) return ImportRoster(global, options);
  const auto stub = Campaigns(global);
  Table table({{"主管部门", Align::kLeft, 36, true},
               {"单位", Align::kLeft, 40},
               {"项目", Align::kLeft, 40, true},
               {"项目代码", Align::kLeft, 24, true},
               {"联系人", Align::kLeft, 30, true},
               {"情况", Align::kLeft, 24},
               {"提交", Align::kLeft, 60, true}});
  ListRosterRequest request;
  request.set_campaign(CampaignNamed(options.campaign));
  request.set_page_size(1000);
  do {
    ListRosterResponse response;
    const absl::Status status = Call(global, *stub, &CampaignService::Stub::ListRoster, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const RosterLine& line : response.lines()) {
      const RosterEntry& entry = line.entry();
      if (global.json())
        std::cout << ToJson(line) << '\n';
      else
        table.Add({entry.department().name(), entry.unit().name(), entry.project_name(), entry.project_code(),
                   entry.contact(), StateOf(line), line.submission()});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

int RunCampaignProgress(const Global& global, const ProgressOptions& options) {
  const auto stub = Campaigns(global);
  Table table({{"主管部门", Align::kLeft, 36, true},
               {options.by == "unit" ? "单位" : "部门", Align::kLeft, 40},
               {"应报", Align::kRight},
               {"已报", Align::kRight},
               {"报送率", Align::kRight},
               {"按时", Align::kRight},
               {"逾期", Align::kRight},
               {"未报", Align::kRight},
               {"处理中", Align::kRight},
               {"待说明", Align::kRight},
               {"审核中", Align::kRight},
               {"通过", Align::kRight},
               {"归档", Align::kRight},
               {"退回", Align::kRight},
               {"需处理", Align::kRight}});
  const auto add = [&table](const Progress& p, const std::string& name) {
    table.Add({p.department(), name, Cat(p.expected()), Cat(p.handed_in()), Share(p), Cat(p.in_time()), Cat(p.late()),
               Cat(p.missing()), Cat(p.processing()), Cat(p.awaiting_answers()), Cat(p.in_review()), Cat(p.approved()),
               Cat(p.archived()), Cat(p.returned()), Cat(p.stuck())});
  };
  GetProgressRequest request;
  request.set_campaign(CampaignNamed(options.campaign));
  request.set_breakdown(options.by == "unit"         ? PROGRESS_BREAKDOWN_UNIT
                        : options.by == "department" ? PROGRESS_BREAKDOWN_DEPARTMENT
                                                     : PROGRESS_BREAKDOWN_UNSPECIFIED);
  request.set_department(options.department);
  request.set_page_size(1000);
  GetProgressResponse response;
  GetProgressResponse all;
  do {
    const absl::Status status = Call(global, *stub, &CampaignService::Stub::GetProgress, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    all.mutable_groups()->MergeFrom(response.groups());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  response.mutable_groups()->Swap(all.mutable_groups());
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return kDone;
  }
  for (const Progress& group : response.groups()) add(group, group.name().empty() ? "（没有填写）" : group.name());
  add(response.total(), "合计");
  table.Print(std::cout);
  if (response.unmatched() + response.ambiguous() + response.duplicates() > 0)
    std::cout << "名单以外：不在名单 " << response.unmatched() << "，不能确定 " << response.ambiguous() << "，重复 "
              << response.duplicates() << "（jixiao campaign unmatched 列出）\n";
  return kDone;
}

int RunCampaignMissing(const Global& global, const MissingOptions& options) {
  const auto lines = AllMissing(global, options);
  if (!lines.ok()) return Refuse(lines.status(), global.json());
  if (!options.csv.empty()) {
    // With a byte order mark: spreadsheets take a file without one for GBK.
    std::string csv = "\xEF\xBB\xBF" + CsvLine({"主管部门", "主管部门代码", "单位名称", "单位代码", "项目名称",
                                                "项目代码", "联系人", "情况"});
    for (const RosterLine& line : *lines) {
      const RosterEntry& entry = line.entry();
      csv += CsvLine({entry.department().name(), entry.department().code(), entry.unit().name(), entry.unit().code(),
                      entry.project_name(), entry.project_code(), entry.contact(), StateOf(line)});
    }
    if (options.csv == "-") {
      std::cout << csv;
      return kDone;
    }
    if (const absl::Status status = WriteFile(options.csv, csv, 0644, IfExists::kReplace); !status.ok())
      return Refuse(status, global.json());
    if (!global.json()) std::cout << "未报 " << lines->size() << " 项，写入 " << options.csv << '\n';
    return kDone;
  }
  Table table({{"主管部门", Align::kLeft, 36, true},
               {"单位", Align::kLeft, 40},
               {"项目", Align::kLeft, 40, true},
               {"项目代码", Align::kLeft, 24, true},
               {"联系人", Align::kLeft, 30, true},
               {"情况", Align::kLeft, 20}});
  for (const RosterLine& line : *lines) {
    const RosterEntry& entry = line.entry();
    if (global.json())
      std::cout << ToJson(line) << '\n';
    else
      table.Add({entry.department().name(), entry.unit().name(), entry.project_name(), entry.project_code(),
                 entry.contact(), StateOf(line)});
  }
  if (global.json()) return kDone;
  if (lines->empty())
    std::cout << "全部已报\n";
  else
    table.Print(std::cout);
  return kDone;
}

int RunCampaignSubmissions(const Global& global, const std::string& campaign, bool late) {
  const auto stub = Campaigns(global);
  Table table({{"提交", Align::kLeft, 60},
               {"主管部门", Align::kLeft, 36, true},
               {"单位", Align::kLeft, 40},
               {"项目", Align::kLeft, 40, true},
               {"状态"},
               {late ? "报送时间" : "名单", Align::kLeft, 24}});
  ListCampaignSubmissionsRequest request;
  request.set_campaign(CampaignNamed(campaign));
  request.set_late(late);
  if (!late)
    for (const RosterMatch match : {ROSTER_MATCH_NONE, ROSTER_MATCH_AMBIGUOUS, ROSTER_MATCH_DUPLICATE})
      request.add_matches(match);
  request.set_page_size(500);
  do {
    ListCampaignSubmissionsResponse response;
    const absl::Status status = Call(global, *stub, &CampaignService::Stub::ListCampaignSubmissions, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const CampaignSubmission& item : response.submissions()) {
      const Submission& s = item.submission();
      if (global.json())
        std::cout << ToJson(item) << '\n';
      else
        table.Add({s.name(), s.competent_department(), s.implementing_unit(), s.project_name(),
                   std::string(intake::TitleOf(s.state())),
                   late ? FormatShanghai(ToMicros(item.decisive_time())) : std::string(season::TitleOf(item.match()))});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

}  // namespace jixiao::cli
