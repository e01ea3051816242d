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

absl::StatusOr<Submission> Get(const Global& global, IntakeService::Stub& stub, const std::string& name) {
  intake::v1::GetSubmissionRequest request;
  request.set_name(name);
  intake::v1::GetSubmissionResponse response;
  RETURN_IF_ERROR(Call(global, stub, &IntakeService::Stub::GetSubmission, request, response));
  return std::move(*response.mutable_submission());
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

void PrintSubmission(const Global& global, const Submission& s, bool explain) {
  const auto form = s.has_scorecard() ? ArchivedForm(global, s) : std::nullopt;
  std::cout << s.name() << "  第 " << s.revision() << " 版  " << intake::TitleOf(s.state()) << '\n'
            << (form ? NameOfForm(*form) : s.project_name()) << "（" << s.fiscal_year() << " 年度） · "
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
