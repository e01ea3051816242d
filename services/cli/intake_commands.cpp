#include "archiving/record/record.h"
#include "cli/campaign_commands.h"
#include "cli/client.h"
#include "cli/form_files.h"
#include "cli/output.h"
#include "cli/review_client.h"
#include "cli/scorecard_view.h"
#include "cli/table.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/workflow/moves.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

namespace jixiao::cli {
namespace {

using intake::v1::IntakeService;
using intake::v1::Submission;

constexpr std::size_t kMaxSourceDocument = 8 * 1024 * 1024;  // as the contract says

// The same form with the same options has the same id, so that a repeated command changes nothing.
absl::StatusOr<std::string> RequestId(const FormFile& file, const SubmitOptions& options) {
  if (options.again) return RandomHex(16);
  ASSIGN_OR_RETURN(const std::string digest, CanonicalDigest(file.form));
  std::string content = Cat(digest, "\n", options.submission, "\n", options.rule_set, "\n", options.source);
  if (!options.campaign.empty() || !options.reservation.empty())
    Append(content, "\n", CampaignNamed(options.campaign), "\n", options.reservation);
  for (const std::string& stage : options.stages) Append(content, "\nstage ", stage);
  if (options.judge) Append(content, "\njudge");
  return Cat("form-", DigestOf(content).substr(7, 40));
}

absl::StatusOr<Submission> Get(const Global& global, IntakeService::Stub& stub, const std::string& name) {
  intake::v1::GetSubmissionRequest request;
  request.set_name(name);
  intake::v1::GetSubmissionResponse response;
  RETURN_IF_ERROR(Call(global, stub, &IntakeService::Stub::GetSubmission, request, response));
  return std::move(*response.mutable_submission());
}

bool AtRest(intake::v1::SubmissionState state) {
  return state == intake::v1::SUBMISSION_STATE_ARCHIVED || state == intake::v1::SUBMISSION_STATE_STUCK ||
         state == intake::v1::SUBMISSION_STATE_RETURNED || state == intake::v1::SUBMISSION_STATE_WITHDRAWN ||
         // These wait for people.
         state == intake::v1::SUBMISSION_STATE_AWAITING_ANSWERS ||
         state == intake::v1::SUBMISSION_STATE_DEPARTMENT_REVIEW ||
         state == intake::v1::SUBMISSION_STATE_FINANCE_REVIEW;
}

absl::StatusOr<Submission> WaitUntilAtRest(const Global& global, IntakeService::Stub& stub, const std::string& name) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(global.timeout_seconds);
  while (true) {
    ASSIGN_OR_RETURN(Submission submission, Get(global, stub, name));
    if (AtRest(submission.state())) return submission;
    if (std::chrono::steady_clock::now() > until)
      return Error(absl::StatusCode::kDeadlineExceeded, "NOT_YET_ARCHIVED",
                   Cat(name, " 还是", intake::TitleOf(submission.state()), "状态；稍后可用 jixiao status 查看"));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

// A bar on a terminal; nothing elsewhere.
void ShowProgress(std::size_t done, std::size_t total) {
  if (total < 2 || isatty(STDERR_FILENO) == 0) return;
  constexpr std::size_t kWidth = 30;
  const std::size_t filled = kWidth * done / total;
  std::cerr << "\r已提交 " << done << "/" << total << " [" << std::string(filled, '#')
            << std::string(kWidth - filled, '.') << "]" << (done == total ? "\n" : "") << std::flush;
}

// The form of an archived submission, which gives the lines of its scorecard their names. Nothing when the archive
// cannot be asked just now: the answer does not depend on it.
std::optional<evaluation::v1::SelfEvaluation> ArchivedForm(const Global& global, const Submission& s) {
  if (s.archive_record().empty()) return std::nullopt;
  grpc::ClientContext context;
  rpc::Prepare(context, RandomHex(16), std::chrono::seconds(2));
  archiving::v1::GetRecordRequest request;
  request.set_name(s.archive_record());
  archiving::v1::GetRecordResponse response;
  if (!Archiving(global)->GetRecord(&context, request, &response).ok()) return std::nullopt;
  evaluation::v1::SelfEvaluation form;
  for (const auto& part : response.parts())
    if (part.name() == archiving::kFormPart && CanonicalDecode(part.content(), form).ok()) return form;
  return std::nullopt;
}

// What the form is called in a list: a department's form is about no project.
const std::string& NameOf(const evaluation::v1::SelfEvaluation& form) {
  return form.project_name().empty() ? form.title() : form.project_name();
}

void PrintSubmission(const Global& global, const Submission& s, bool explain) {
  const auto form = s.has_scorecard() ? ArchivedForm(global, s) : std::nullopt;
  std::cout << s.name() << "  第 " << s.revision() << " 版  " << intake::TitleOf(s.state()) << '\n'
            << (form ? NameOf(*form) : s.project_name()) << "（" << s.fiscal_year() << " 年度） · "
            << s.implementing_unit() << '\n'
            << "接收时间  " << FormatShanghai(ToMicros(s.create_time())) << "  更新时间  "
            << FormatShanghai(ToMicros(s.update_time())) << '\n'
            << "表单摘要  " << s.form_digest() << '\n';
  if (!s.campaign().empty()) std::cout << "申报批次  " << s.campaign() << (s.late() ? "（逾期）" : "") << '\n';
  if (!s.archive_record().empty()) std::cout << "归档记录  " << s.archive_record() << '\n';
  if (!s.stages().empty()) {
    std::cout << "审核环节";
    for (const int stage : s.stages())
      std::cout << (stage == s.stages(0) ? "  " : " → ")
                << intake::TitleOf(static_cast<intake::v1::ReviewStage>(stage));
    std::cout << '\n';
  }
  if (!s.problem().empty()) std::cout << "说明      " << s.problem() << '\n';
  if (s.has_scorecard()) {
    std::cout << '\n';
    PrintScorecard(s.scorecard(), form ? &*form : nullptr, explain, std::cout);
  }
}

}  // namespace

intake::v1::SubmissionState StateNamed(const std::string& name) {
  for (int i = intake::v1::SUBMISSION_STATE_UNSPECIFIED + 1; i < intake::v1::SubmissionState_ARRAYSIZE; ++i) {
    const auto state = static_cast<intake::v1::SubmissionState>(i);
    if (Cat("SUBMISSION_STATE_", name) == intake::v1::SubmissionState_Name(state) || name == intake::TitleOf(state))
      return state;
  }
  return intake::v1::SUBMISSION_STATE_UNSPECIFIED;
}

int RunSubmit(const Global& global, const SubmitOptions& options) {
  std::vector<FormFile> forms;
  for (const std::string& path : options.files) {
    auto read = ReadForms(path);
    if (!read.ok()) return Refuse(read.status(), global.json());
    for (FormFile& form : *read) forms.push_back(std::move(form));
  }
  if (!options.submission.empty() && forms.size() != 1) return Misused("--submission 只能与一张表一起使用");
  if (!options.reservation.empty() && forms.size() != 1) return Misused("--reservation 只能与一张表一起使用");
  std::string source;
  if (!options.source.empty()) {
    std::ifstream in(options.source, std::ios::binary);
    source.assign(std::istreambuf_iterator<char>(in), {});
    if (!in) return Misused(Cat("无法读取 ", options.source));
  }
  const auto stub = Intake(global);
  std::vector<Column> columns = {
      {"项目", Align::kLeft, 40}, {"提交", Align::kLeft, 60}, {"版次", Align::kRight}, {"状态"}};
  if (options.wait)  // before that nothing is known of these
    columns.insert(columns.end(),
                   {{"归档记录"}, {"总分", Align::kRight}, {"等级", Align::kLeft, 40, true}, {"问题", Align::kRight}});
  Table table(std::move(columns));
  std::string reasons;  // of what is stuck
  int code = kDone;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const auto request_id = RequestId(forms[i], options);
    if (!request_id.ok()) return Refuse(request_id.status(), global.json());
    intake::v1::SubmitEvaluationRequest request;
    request.set_request_id(*request_id);
    *request.mutable_form() = forms[i].form;
    request.set_submission(options.submission);
    request.set_rule_set(options.rule_set);
    if (!options.campaign.empty()) request.set_campaign(CampaignNamed(options.campaign));
    request.set_reservation(options.reservation);
    request.set_judge_findings(options.judge);
    for (const std::string& stage : options.stages)
      request.add_stages(stage == "department" ? intake::v1::REVIEW_STAGE_DEPARTMENT
                                               : intake::v1::REVIEW_STAGE_FINANCE);
    // A form read from a document is kept together with it.
    if (source.empty() && forms[i].document != nullptr) {
      if (forms[i].document->size() <= kMaxSourceDocument)
        request.set_source_document(*forms[i].document);
      else
        std::cerr << "注意 " << forms[i].origin << "：原始文件超过 8 MiB，不随表一起归档\n";
    } else {
      request.set_source_document(source);
    }
    intake::v1::SubmitEvaluationResponse response;
    absl::Status status = Call(global, *stub, &IntakeService::Stub::SubmitEvaluation, request, response);
    Submission submission;
    if (status.ok() && options.wait) {
      auto waited = WaitUntilAtRest(global, *stub, response.receipt().submission());
      status = waited.status();
      if (waited.ok()) submission = *std::move(waited);
    }
    ShowProgress(i + 1, forms.size());
    if (!status.ok()) {
      if (!global.json()) std::cerr << forms[i].origin << '\n';
      code = Refuse(status, global.json());
      continue;
    }
    if (submission.state() == intake::v1::SUBMISSION_STATE_STUCK ||
        submission.state() == intake::v1::SUBMISSION_STATE_RETURNED) {
      code = kRefused;
      Append(reasons, submission.name(), "  ", submission.problem(), "\n");
    }
    if (global.json()) {
      std::cout << (options.wait ? ToJson(submission) : ToJson(response.receipt())) << '\n';
    } else {
      const auto state = options.wait ? submission.state() : intake::v1::SUBMISSION_STATE_ACCEPTED;
      table.Add({NameOf(forms[i].form), response.receipt().submission(), Cat(response.receipt().revision()),
                 Cat(intake::TitleOf(state), response.receipt().late() ? "（逾期）" : ""), submission.archive_record(),
                 submission.has_scorecard() ? TotalOf(submission.scorecard()) : std::string(),
                 submission.scorecard().grade(),
                 submission.has_scorecard() ? Cat(submission.scorecard().findings_size()) : std::string()});
    }
  }
  if (!global.json() && !table.empty()) table.Print(std::cout);
  if (!global.json()) std::cerr << reasons;
  return code;
}

int RunStatus(const Global& global, const std::string& name, bool explain) {
  const auto stub = Intake(global);
  const auto submission = Get(global, *stub, name);
  if (!submission.ok()) return Refuse(submission.status(), global.json());
  if (global.json())
    std::cout << ToJson(*submission) << '\n';
  else
    PrintSubmission(global, *submission, explain);
  return kDone;
}

int RunList(const Global& global, const std::string& state, int limit) {
  intake::v1::ListSubmissionsRequest request;
  if (!state.empty()) {
    const auto wanted = StateNamed(state);
    if (wanted == intake::v1::SUBMISSION_STATE_UNSPECIFIED)
      return Misused(Cat(
          "没有状态 ", state,
          "：ACCEPTED 已接收、SCORED 已评分、AWAITING_ANSWERS 待说明、DEPARTMENT_REVIEW 主管部门审核、FINANCE_REVIEW "
          "财政审核、APPROVED 审核通过、ARCHIVED 已归档、RETURNED 已退回、WITHDRAWN 已撤回、STUCK 需处理"));
    request.add_states(wanted);
  }
  const auto stub = Intake(global);
  Table table({{"提交", Align::kLeft, 60},
               {"版次", Align::kRight},
               {"状态"},
               {"年度"},
               {"单位", Align::kLeft, 36},
               {"项目", Align::kLeft, 40},
               {"更新时间"},
               {"说明", Align::kLeft, 60, true}});
  for (int left = limit; left > 0;) {
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

int RunWatch(const Global& global, const std::string& name) {
  const auto stub = Intake(global);
  grpc::ClientContext context;
  context.AddMetadata(rpc::kRequestIdKey, RandomHex(16));
  intake::v1::WatchSubmissionRequest request;
  request.set_name(name);
  const auto stream = stub->WatchSubmission(&context, request);
  intake::v1::WatchSubmissionResponse step;
  while (stream->Read(&step)) {
    if (global.json())
      std::cout << ToJson(step) << std::endl;
    else
      std::cout << FormatShanghai(ToMicros(step.time())) << "  第 " << step.revision() << " 版  "
                << intake::TitleOf(step.state()) << (step.note().empty() ? "" : "  ") << step.note() << std::endl;
  }
  const absl::Status status = rpc::FromGrpc(stream->Finish());
  return status.ok() ? kDone : Refuse(status, global.json());
}

int RunReturn(const Global& global, const std::string& name, const std::string& reason) {
  const auto stub = Intake(global);
  intake::v1::ReturnSubmissionRequest request;
  request.set_name(name);
  request.set_reason(reason);
  request.set_request_id(RandomHex(16));
  intake::v1::ReturnSubmissionResponse response;
  const absl::Status status = Call(global, *stub, &IntakeService::Stub::ReturnSubmission, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response.submission()) << '\n';
  else
    PrintSubmission(global, response.submission(), false);
  return kDone;
}

}  // namespace jixiao::cli
