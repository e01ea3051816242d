#include "cli/bulk_submitter.h"
#include "cli/campaign_commands.h"
#include "cli/client.h"
#include "cli/document_files.h"
#include "cli/form_stream.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/results_file.h"
#include "cli/scorecard_view.h"
#include "cli/selector.h"
#include "cli/table.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"
#include "intake/workflow/submission.h"

#include <atomic>
#include <cstdint>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jixiao::cli {
namespace {

using intake::v1::IntakeService;
using intake::v1::Receipt;
using intake::v1::Submission;

constexpr std::size_t kMaxSourceDocument = 8 * 1024 * 1024;  // as the contract says
// More forms than people read lines of get a summary.
constexpr std::size_t kMostRows = 200;

// The same form with the same options has the same id, so that a repeated command changes nothing.
// `source`: the document that is handed in with all forms.
absl::StatusOr<std::string> RequestId(const evaluation::v1::SelfEvaluation& form, const SubmitOptions& options,
                                      std::string_view source) {
  if (options.again) return RandomHex(16);
  ASSIGN_OR_RETURN(const std::string digest, CanonicalDigest(form));
  std::string content = Cat(digest, "\n", options.submission, "\n", options.rule_set, "\n",
                            source.empty() ? std::string() : DigestOf(source));
  if (!options.campaign.empty() || !options.reservation.empty())
    Append(content, "\n", CampaignNamed(options.campaign), "\n", options.reservation);
  for (const std::string& stage : options.stages) Append(content, "\nstage ", stage);
  if (options.judge) Append(content, "\njudge");
  return Cat("form-", DigestOf(content).substr(7, 40));
}

// What intake calls the rule set: it takes labels as label:NAME. Without scoring to ask, the name as it is.
absl::StatusOr<std::string> RuleSetFor(const Global& global, const std::string& text) {
  constexpr std::string_view kLabel = "label:";
  if (text.empty() || text.starts_with(kLabel)) return text;
  const auto selector = SelectorOf(global, *Scoring(global), text);
  if (selector.ok() && !selector->label().empty()) return Cat(kLabel, selector->label());
  if (!selector.ok() && !rpc::IsTransient(selector.status())) return selector.status();
  return text;
}

absl::StatusOr<Submission> WaitUntilAtRest(const Global& global, IntakeService::Stub& stub, const std::string& name) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(global.timeout_seconds);
  while (true) {
    intake::v1::GetSubmissionRequest request;
    request.set_name(name);
    intake::v1::GetSubmissionResponse response;
    RETURN_IF_ERROR(Call(global, stub, &IntakeService::Stub::GetSubmission, request, response));
    if (intake::IsAtRest(response.submission().state()) || intake::WaitsForPeople(response.submission().state()))
      return std::move(*response.mutable_submission());
    if (std::chrono::steady_clock::now() > until)
      return Error(
          absl::StatusCode::kDeadlineExceeded, "NOT_YET_ARCHIVED",
          Cat(name, " 还是", intake::TitleOf(response.submission().state()), "状态；稍后可用 jixiao status 查看"));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

// One run of the command: reads forms, has them taken in, and says what became of each.
class Submitting {
 public:
  Submitting(const Global& global, SubmitOptions options)
      : global_(global), options_(std::move(options)), stub_(Intake(global)), forms_(options_.files, options_.hints) {}

  int Run() {
    if (!options_.results.empty() && options_.again)
      return Misused("--again 每次都是新的提交，不能与 --results 一起使用");
    if (!options_.source.empty()) {
      auto source = ReadBytes(options_.source);
      if (!source.ok()) return Refuse(source.status(), global_.json());
      source_ = *std::move(source);
    }
    if (!options_.results.empty()) {
      auto results = ResultsFile::Open(options_.results);
      if (!results.ok()) return Refuse(results.status(), global_.json());
      results_ = *std::move(results);
    }
    const auto rule_set = RuleSetFor(global_, options_.rule_set);
    if (!rule_set.ok()) return Refuse(rule_set.status(), global_.json());
    options_.rule_set = *rule_set;
    // One form is a single call; more go through a stream.
    std::optional<BulkItem> first = Read();
    if (first) second_ = Read();
    if (!options_.submission.empty() && second_) return Misused("--submission 只能与一张表一起使用");
    if (!options_.reservation.empty() && second_) return Misused("--reservation 只能与一张表一起使用");
    if (first && !second_) {
      SubmitOne(*first);
    } else if (first) {
      first_ = std::move(first);
      if (const absl::Status status = SubmitMany(); !status.ok()) {
        code_ = Refuse(status, global_.json());
        std::cerr << "连接中断，未全部提交；再次执行同一命令即从中断处继续\n";
      }
    }
    options_.wait ? WaitForAll() : LookAtTaken();
    Conclude();
    return code_;
  }

 private:
  // A form that was taken in.
  struct Taken {
    std::string origin;
    std::string title;
    Receipt receipt;
  };

  // The next form that is to be sent; what an earlier run has the receipt of is passed over.
  std::optional<BulkItem> Read() {
    while (true) {
      absl::StatusOr<std::optional<FormFile>> form = forms_.Next();
      bytes_read_ = forms_.bytes_read();
      if (form.ok() && !*form) return std::nullopt;
      BulkItem item;
      if (!form.ok()) {
        item.unreadable = form.status();
        return item;
      }
      item.origin = (*form)->origin;
      item.title = NameOfForm((*form)->form);
      auto& request = *item.request.mutable_item();
      const auto id = RequestId((*form)->form, options_, source_);
      item.unreadable = id.status();
      if (!id.ok()) return item;
      if (const Receipt* earlier = results_ == nullptr ? nullptr : results_->Earlier(*id)) {
        const std::lock_guard lock(mutex_);
        ++earlier_;
        Take({item.origin, item.title, *earlier});
        continue;
      }
      request.set_request_id(*id);
      request.set_submission(options_.submission);
      request.set_rule_set(options_.rule_set);
      if (!options_.campaign.empty()) request.set_campaign(CampaignNamed(options_.campaign));
      request.set_reservation(options_.reservation);
      request.set_judge_findings(options_.judge);
      for (const std::string& stage : options_.stages)
        request.add_stages(stage == "department" ? intake::v1::REVIEW_STAGE_DEPARTMENT
                                                 : intake::v1::REVIEW_STAGE_FINANCE);
      // A form read from a document is kept together with it.
      const std::shared_ptr<const std::string>& document = (*form)->document;
      if (!source_.empty() || document == nullptr)
        request.set_source_document(source_);
      else if (document->size() <= kMaxSourceDocument)
        request.set_source_document(*document);
      else
        std::cerr << "注意 " << item.origin << "：原始文件超过 8 MiB，不随表一起归档\n";
      *request.mutable_form() = std::move((*form)->form);
      return item;
    }
  }

  void SubmitOne(const BulkItem& item) {
    if (!item.unreadable.ok()) return Note(item, item.unreadable);
    intake::v1::SubmitEvaluationResponse response;
    const absl::Status status =
        Call(global_, *stub_, &IntakeService::Stub::SubmitEvaluation, item.request.item(), response);
    if (status.ok())
      Note(item, response.receipt());
    else
      Note(item, status);
  }

  absl::Status SubmitMany() {
    ProgressBar bar;
    BulkSubmitter submitter(
        *stub_, std::chrono::seconds(global_.timeout_seconds),
        [this] {
          if (first_) return std::exchange(first_, std::nullopt);
          if (second_) return std::exchange(second_, std::nullopt);
          return Read();
        },
        [this, &bar](const BulkItem& item, const absl::StatusOr<Receipt>& outcome) {
          Note(item, outcome);
          bar.Show(done_, failed_, bytes_read_, forms_.total_bytes());
        });
    return submitter.Run();
  }

  void Note(const BulkItem& item, const absl::StatusOr<Receipt>& outcome) {
    const std::lock_guard lock(mutex_);
    if (results_ != nullptr)
      if (const absl::Status noted = results_->Add(item.origin, item.request.item().request_id(), outcome); !noted.ok())
        code_ = Refuse(noted, global_.json());
    if (outcome.ok()) {
      ++done_;
      Take({item.origin, item.title, *outcome});
      return;
    }
    ++failed_;
    code_ = kRefused;
    // With a results file the reasons are in there; a screen full of them helps nobody.
    if (results_ != nullptr && failed_ > kMostRows) return;
    if (!global_.json() && !item.origin.empty()) std::cerr << item.origin << '\n';
    (void)Refuse(outcome.status(), global_.json());
  }

  void Take(Taken taken) {  // needs mutex_
    if (!options_.wait && global_.json()) std::cout << ToJson(taken.receipt) << '\n';
    ++rows_;
    if (options_.wait || rows_ <= kMostRows) taken_.push_back(std::move(taken));
  }

  void WaitForAll() {
    for (const Taken& taken : taken_) {
      const auto submission = WaitUntilAtRest(global_, *stub_, taken.receipt.submission());
      if (!submission.ok()) {
        if (!global_.json()) std::cerr << taken.origin << '\n';
        code_ = Refuse(submission.status(), global_.json());
        waited_.emplace_back();
        continue;
      }
      if (submission->state() == intake::v1::SUBMISSION_STATE_STUCK) {
        code_ = kRefused;
        Append(reasons_, submission->name(), "  ", submission->problem(), "\n");
      } else {
        NoteIfNotTaken(taken, *submission);
      }
      if (global_.json()) std::cout << ToJson(*submission) << '\n';
      waited_.push_back(*submission);
    }
  }

  // The same form with the same options is the same submission, whatever has become of it since: it is not handed in
  // once more, and nobody must think so.
  static bool IsTaken(const Taken& taken, const Submission& now) {
    return now.state() != intake::v1::SUBMISSION_STATE_WITHDRAWN &&
           now.state() != intake::v1::SUBMISSION_STATE_RETURNED && now.revision() <= taken.receipt.revision();
  }
  void NoteIfNotTaken(const Taken& taken, const Submission& now) {
    if (IsTaken(taken, now)) return;
    std::string what;
    if (now.state() == intake::v1::SUBMISSION_STATE_WITHDRAWN)
      what = "此前已提交，又已撤回；要重新提交请加 --again";
    else if (now.revision() > taken.receipt.revision())
      what = Cat("此前已提交，是第 ", taken.receipt.revision(), " 版，现有第 ", now.revision(), " 版");
    else
      what = Cat("已退回：", now.problem(), "；修改后请用 --submission ", now.name(), " 提交");
    code_ = kRefused;
    Append(reasons_, now.name(), "  ", what, "\n");
  }

  // Of forms that nobody waits for: what has become of those that were handed in before. They are taken in; a server
  // that does not say is not waited for again and again.
  void LookAtTaken() {
    waited_.resize(taken_.size());
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      intake::v1::GetSubmissionRequest request;
      request.set_name(taken_[i].receipt.submission());
      intake::v1::GetSubmissionResponse response;
      const absl::Status status = Call(global_, *stub_, &IntakeService::Stub::GetSubmission, request, response);
      if (rpc::IsTransient(status)) return;
      if (!status.ok()) continue;
      NoteIfNotTaken(taken_[i], response.submission());
      waited_[i] = std::move(*response.mutable_submission());
    }
  }

  void Conclude() {
    if (global_.json()) {
      std::cerr << reasons_;
      return;
    }
    const bool many = !options_.wait && rows_ > kMostRows;
    if (many || earlier_ > 0) {
      std::cout << "已接收 " << done_ + earlier_ << " 张";
      if (earlier_ > 0) std::cout << "（其中 " << earlier_ << " 张此前已接收）";
      if (failed_ > 0) std::cout << "，未接收 " << failed_ << " 张";
      if (results_ != nullptr) std::cout << "，逐张结果见 " << options_.results;
      std::cout << '\n';
    }
    if (many) {
      std::cerr << reasons_;
      return;
    }
    std::vector<Column> columns = {
        {"项目", Align::kLeft, 40}, {"提交", Align::kLeft, 60}, {"版次", Align::kRight}, {"状态"}};
    if (options_.wait)  // before that nothing is known of these
      columns.insert(
          columns.end(),
          {{"归档记录"}, {"总分", Align::kRight}, {"等级", Align::kLeft, 40, true}, {"问题", Align::kRight}});
    Table table(std::move(columns));
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (options_.wait && waited_[i].name().empty()) continue;  // its error was printed
      const bool known = options_.wait || !IsTaken(taken_[i], waited_[i]);
      const auto state = known ? waited_[i].state() : intake::v1::SUBMISSION_STATE_ACCEPTED;
      const Submission waited = options_.wait ? waited_[i] : Submission();
      table.Add({taken_[i].title, taken_[i].receipt.submission(), Cat(taken_[i].receipt.revision()),
                 Cat(intake::TitleOf(state), taken_[i].receipt.late() ? "（逾期）" : ""), waited.archive_record(),
                 waited.has_scorecard() ? TotalOf(waited.scorecard()) : std::string(), waited.scorecard().grade(),
                 waited.has_scorecard() ? Cat(waited.scorecard().findings_size()) : std::string()});
    }
    if (!table.empty()) table.Print(std::cout);
    std::cerr << reasons_;
  }

  const Global& global_;
  SubmitOptions options_;
  const std::unique_ptr<IntakeService::Stub> stub_;
  FormStream forms_;
  std::string source_;
  std::unique_ptr<ResultsFile> results_;
  std::optional<BulkItem> first_;
  std::optional<BulkItem> second_;
  std::atomic<std::uint64_t> bytes_read_{0};

  std::mutex mutex_;  // forms are read on one thread and decided on another; guards what follows
  std::vector<Taken> taken_;
  std::vector<Submission> waited_;  // as taken_, what has become of them; without a name where that is not known
  std::string reasons_;             // of what is stuck or was not taken in
  std::uint64_t done_ = 0;
  std::uint64_t earlier_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t rows_ = 0;
  int code_ = kDone;
};

}  // namespace

int RunSubmit(const Global& global, const SubmitOptions& options) {
  return Submitting(global, options).Run();
}

}  // namespace jixiao::cli
