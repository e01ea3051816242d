// Lists of submissions and of what happens to them.
#include "cli/campaign_commands.h"
#include "cli/client.h"
#include "cli/output.h"
#include "cli/review_client.h"
#include "cli/table.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/workflow/submission.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>

namespace jixiao::cli {

intake::v1::SubmissionState StateNamed(const std::string& name) {
  for (int i = intake::v1::SUBMISSION_STATE_UNSPECIFIED + 1; i < intake::v1::SubmissionState_ARRAYSIZE; ++i) {
    const auto state = static_cast<intake::v1::SubmissionState>(i);
    if (Cat("SUBMISSION_STATE_", name) == intake::v1::SubmissionState_Name(state) || name == intake::TitleOf(state))
      return state;
  }
  return intake::v1::SUBMISSION_STATE_UNSPECIFIED;
}

namespace {

using intake::v1::IntakeService;
using intake::v1::Submission;

// 2024-03-01, or 2024-03-01T08:00:00, in Asia/Shanghai.
std::optional<std::int64_t> MicrosOf(const std::string& text) {
  int fields[6] = {0, 1, 1, 0, 0, 0};
  std::string_view rest = text;
  constexpr std::string_view kMarks = "--T::";
  int count = 0;
  while (count < 6 && !rest.empty()) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), fields[count]);
    if (error != std::errc()) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    ++count;
    if (rest.empty()) break;
    if (count == 6 || rest.front() != kMarks[static_cast<std::size_t>(count - 1)]) return std::nullopt;
    rest.remove_prefix(1);
  }
  const std::chrono::year_month_day date{std::chrono::year(fields[0]),
                                         std::chrono::month(static_cast<unsigned>(fields[1])),
                                         std::chrono::day(static_cast<unsigned>(fields[2]))};
  if (count < 3 || !rest.empty() || !date.ok() || fields[3] < 0 || fields[4] < 0 || fields[5] < 0 || fields[3] > 23 ||
      fields[4] > 59 || fields[5] > 59)
    return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return (((days * 24 + fields[3] - 8) * 60 + fields[4]) * 60 + fields[5]) * 1'000'000;
}

// The filter that the options mean; what is wrong with them otherwise.
std::optional<std::string> FaultOf(const SubmissionFilterOptions& options, intake::v1::SubmissionFilter& filter) {
  if (!options.campaign.empty()) filter.set_campaign(CampaignNamed(options.campaign));
  filter.set_region_code(options.region);
  filter.set_competent_department(options.department);
  filter.set_implementing_unit(options.unit);
  filter.set_fiscal_year(options.year);
  filter.set_text(options.text);
  if (options.late) filter.set_late(true);
  for (const std::string& name : options.states) {
    const auto state = StateNamed(name);
    if (state == intake::v1::SUBMISSION_STATE_UNSPECIFIED)
      return Cat("没有状态 ", name, "：ACCEPTED 已接收、SCORED 已评分、ARCHIVED 已归档、RETURNED 已退回、STUCK 需处理");
    filter.add_states(state);
  }
  for (const auto& [text, time] : {std::pair{&options.from, filter.mutable_update_time_from()},
                                   std::pair{&options.before, filter.mutable_update_time_before()}}) {
    if (text->empty()) continue;
    const auto micros = MicrosOf(*text);
    if (!micros) return Cat("时间写作 2024-03-01 或 2024-03-01T08:00:00，不是 ", *text);
    *time = ToTimestamp(*micros);
  }
  if (options.from.empty()) filter.clear_update_time_from();
  if (options.before.empty()) filter.clear_update_time_before();
  return std::nullopt;
}

void PrintChange(const Global& global, const intake::v1::SubmissionChange& change) {
  if (global.json()) {
    std::cout << ToJson(change) << std::endl;
    return;
  }
  const Submission& s = change.submission();
  std::cout << FormatShanghai(ToMicros(change.time())) << "  " << s.name() << "  第 " << change.revision() << " 版  "
            << intake::TitleOf(change.state()) << "  " << s.implementing_unit() << "  " << s.project_name()
            << (change.note().empty() ? "" : "  ") << change.note() << std::endl;
}

// Whether a watch that ended is to go on: the server ends streams from time to time, so that replicas share them, and
// may be away for as long as the time-out.
class WatchPatience {
 public:
  explicit WatchPatience(const Global& global) : patience_(global.timeout_seconds) {}

  void Begin() { began_ = std::chrono::steady_clock::now(); }
  void Heard() { heard_ = std::chrono::steady_clock::now(); }
  // Waits a little when it is.
  bool GoesOn(const absl::Status& status) {
    const auto now = std::chrono::steady_clock::now();
    if (now - began_ > patience_) heard_ = now;  // nothing happened, and the stream stood
    // A stopping server may end a call that it has not read with CANCELLED.
    if ((!rpc::IsTransient(status) && !absl::IsCancelled(status)) || now - heard_ >= patience_) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return true;
  }

 private:
  const std::chrono::seconds patience_;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point heard_ = std::chrono::steady_clock::now();
};

int WatchOne(const Global& global, const std::string& name) {
  const auto stub = Intake(global);
  intake::v1::WatchSubmissionRequest request;
  request.set_name(name);
  WatchPatience patience(global);
  while (true) {
    grpc::ClientContext context;
    context.AddMetadata(rpc::kRequestIdKey, RandomHex(16));
    patience.Begin();
    const auto stream = stub->WatchSubmission(&context, request);
    intake::v1::WatchSubmissionResponse step;
    while (stream->Read(&step)) {
      patience.Heard();
      request.set_after_sequence(step.sequence());  // where the next stream goes on
      if (global.json())
        std::cout << ToJson(step) << std::endl;
      else
        std::cout << FormatShanghai(ToMicros(step.time())) << "  第 " << step.revision() << " 版  "
                  << intake::TitleOf(step.state()) << (step.note().empty() ? "" : "  ") << step.note() << std::endl;
    }
    const absl::Status status = rpc::FromGrpc(stream->Finish());
    if (status.ok()) return kDone;
    if (!patience.GoesOn(status)) return Refuse(status, global.json());
  }
}

// Until it is interrupted, or the server stays away for longer than the time-out.
int WatchAll(const Global& global, const intake::v1::SubmissionFilter& filter, const std::string& since) {
  const auto stub = Intake(global);
  intake::v1::WatchSubmissionsRequest request;
  *request.mutable_filter() = filter;
  request.set_cursor(since.empty() ? "now" : since);
  WatchPatience patience(global);
  while (true) {
    grpc::ClientContext context;
    context.AddMetadata(rpc::kRequestIdKey, RandomHex(16));
    patience.Begin();
    const auto stream = stub->WatchSubmissions(&context, request);
    intake::v1::WatchSubmissionsResponse response;
    while (stream->Read(&response)) {
      patience.Heard();
      request.set_cursor(response.cursor());  // where the next stream goes on
      if (response.has_change()) PrintChange(global, response.change());
    }
    const absl::Status status = rpc::FromGrpc(stream->Finish());
    if (!patience.GoesOn(status)) return status.ok() ? kDone : Refuse(status, global.json());
  }
}

}  // namespace

int RunList(const Global& global, const ListOptions& options) {
  intake::v1::ListSubmissionsRequest request;
  if (const auto fault = FaultOf(options.filter, *request.mutable_filter())) return Misused(*fault);
  const auto stub = Intake(global);
  Table table({{"提交", Align::kLeft, 60},
               {"版次", Align::kRight},
               {"状态"},
               {"年度"},
               {"单位", Align::kLeft, 36},
               {"项目", Align::kLeft, 40},
               {"更新时间"},
               {"说明", Align::kLeft, 60, true}});
  for (int left = options.limit; left > 0;) {
    request.set_page_size(std::min(left, 500));
    intake::v1::ListSubmissionsResponse response;
    const absl::Status status = Call(global, *stub, &IntakeService::Stub::ListSubmissions, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const Submission& s : response.submissions()) {
      if (global.json())
        std::cout << ToJson(s) << '\n';
      else
        table.Add({s.name(), Cat(s.revision()), std::string(intake::TitleOf(s.state())), Cat(s.fiscal_year()),
                   s.implementing_unit(), s.project_name(), FormatShanghai(ToMicros(s.update_time())), s.problem()});
    }
    left -= response.submissions_size();
    if (response.next_page_token().empty()) break;
    request.set_page_token(response.next_page_token());
  }
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

int RunWatch(const Global& global, const WatchOptions& options) {
  if (!options.name.empty()) return WatchOne(global, options.name);
  intake::v1::SubmissionFilter filter;
  if (const auto fault = FaultOf(options.filter, filter)) return Misused(*fault);
  return WatchAll(global, filter, options.since);
}

int RunChanges(const Global& global, const WatchOptions& options) {
  intake::v1::ListChangesRequest request;
  if (const auto fault = FaultOf(options.filter, *request.mutable_filter())) return Misused(*fault);
  request.set_cursor(options.since);
  request.set_page_size(1000);
  const auto stub = Intake(global);
  intake::v1::ListChangesResponse response;
  do {
    response.Clear();
    const absl::Status status = Call(global, *stub, &IntakeService::Stub::ListChanges, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const auto& change : response.changes()) PrintChange(global, change);
    request.set_cursor(response.next_cursor());
  } while (response.more());
  std::cerr << "下次用 --since " << response.next_cursor() << '\n';
  return kDone;
}

}  // namespace jixiao::cli
