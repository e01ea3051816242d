#include "cli/review_commands.h"

#include "cli/output.h"
#include "cli/review_client.h"
#include "cli/scorecard_view.h"
#include "cli/table.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/workflow/moves.h"
#include "intake/workflow/review_policy.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iostream>
#include <optional>
#include <utility>

namespace jixiao::cli {
namespace {

using namespace intake::v1;
using intake::TitleOf;

constexpr std::pair<std::string_view, ActorRole> kRoles[] = {{"unit", ACTOR_ROLE_UNIT},
                                                             {"department", ACTOR_ROLE_DEPARTMENT},
                                                             {"finance", ACTOR_ROLE_FINANCE},
                                                             {"expert", ACTOR_ROLE_EXPERT},
                                                             {"audit", ACTOR_ROLE_AUDIT}};

int NoSuchRole(const ActorOptions& actor) {
  return Misused(Cat("没有角色 ", actor.role, "：", kRoleHelp));
}

absl::StatusOr<Submission> Get(const Global& global, const std::string& name) {
  GetSubmissionRequest request;
  request.set_name(name);
  GetSubmissionResponse response;
  const auto stub = Intake(global);
  RETURN_IF_ERROR(Call(global, *stub, &IntakeService::Stub::GetSubmission, request, response));
  return std::move(*response.mutable_submission());
}

// The etag that the flags give, or that the submission has now.
absl::StatusOr<std::string> EtagFor(const Global& global, const std::string& submission, const ActorOptions& actor) {
  if (!actor.etag.empty()) return actor.etag;
  ASSIGN_OR_RETURN(const Submission now, Get(global, submission));
  return now.etag();
}

std::string SubmissionOf(const std::string& finding) {
  return finding.substr(0, finding.find("/revisions/"));
}

// One line about what a change made of a submission.
void PrintState(const Submission& submission) {
  std::cout << submission.name() << "  第 " << submission.revision() << " 版  " << TitleOf(submission.state());
  if (!submission.problem().empty()) std::cout << "  " << submission.problem();
  std::cout << '\n';
}

std::string NameOf(const Actor& actor) {
  std::string name(TitleOf(actor.role()));
  if (!actor.name().empty()) Append(name, " ", actor.name());
  if (!actor.organization().empty()) Append(name, "（", actor.organization(), "）");
  return name;
}

// Sends a change of a submission or finding, with its etag and a new request id, and prints what came of it.
template <class Request, class Response>
int Change(const Global& global, const std::string& submission, const ActorOptions& options, Request& request,
           grpc::Status (ReviewService::Stub::*method)(grpc::ClientContext*, const Request&, Response*)) {
  const auto etag = EtagFor(global, submission, options);
  if (!etag.ok()) return Refuse(etag.status(), global.json());
  request.set_etag(*etag);
  request.set_request_id(RandomHex(16));
  Response response;
  const auto stub = Reviewing(global);
  const absl::Status status = Call(global, *stub, method, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response) << '\n';
  else
    PrintState(response.submission());
  return kDone;
}

// The end of a day in Asia/Shanghai, in seconds since 1970; nothing when it is no day.
std::optional<std::int64_t> EndOfDay(const std::string& day) {
  int year = 0;
  unsigned month = 0;
  unsigned date = 0;
  const char* const text = day.c_str();
  const bool shaped = day.size() == 10 && day[4] == '-' && day[7] == '-' &&
                      std::from_chars(text, text + 4, year).ptr == text + 4 &&
                      std::from_chars(text + 5, text + 7, month).ptr == text + 7 &&
                      std::from_chars(text + 8, text + 10, date).ptr == text + 10;
  const std::chrono::year_month_day read{std::chrono::year(year), std::chrono::month(month), std::chrono::day(date)};
  if (!shaped || !read.ok()) return std::nullopt;
  constexpr std::int64_t kDay = 86'400;
  constexpr std::int64_t kShanghai = 8 * 3'600;
  return (std::chrono::sys_days(read).time_since_epoch().count() + 1) * kDay - kShanghai;
}

// A reason by its name in the contract or in Chinese; UNSPECIFIED when there is none.
ReturnReason ReasonNamed(const std::string& name) {
  for (int i = RETURN_REASON_UNSPECIFIED + 1; i < ReturnReason_ARRAYSIZE; ++i) {
    const auto reason = static_cast<ReturnReason>(i);
    if (Cat("RETURN_REASON_", name) == ReturnReason_Name(reason) || name == TitleOf(reason)) return reason;
  }
  return RETURN_REASON_UNSPECIFIED;
}

}  // namespace

bool ReadActor(const ActorOptions& options, ActorRole usual, Actor& actor) {
  actor.set_name(options.name);
  actor.set_organization(options.organization);
  actor.set_role(usual);
  if (options.role.empty()) return true;
  for (const auto& [name, role] : kRoles) {
    if (options.role != name && options.role != TitleOf(role)) continue;
    actor.set_role(role);
    return true;
  }
  return false;
}

int RunFindings(const Global& global, const std::string& name, int revision) {
  ListFindingsRequest request;
  request.set_name(name);
  request.set_revision(revision);
  ListFindingsResponse response;
  const auto stub = Reviewing(global);
  const absl::Status status = Call(global, *stub, &ReviewService::Stub::ListFindings, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return kDone;
  }
  Table table({{"序号", Align::kRight},
               {"类别"},
               {"状态"},
               {"代码"},
               {"位置", Align::kLeft, 30},
               {"问题", Align::kLeft, 80},
               {"说明或豁免", Align::kLeft, 60, true}});
  for (const JudgedFinding& judged : response.findings()) {
    std::string answer;
    if (judged.has_answer()) answer = Cat(NameOf(judged.answer().actor()), "：", judged.answer().text());
    if (judged.has_waiver())
      Append(answer, answer.empty() ? "" : "；", NameOf(judged.waiver().requester()), " 申请豁免至 ",
             FormatShanghai(ToMicros(judged.waiver().expire_time())), "：", judged.waiver().reason());
    table.Add({judged.name().substr(judged.name().rfind('/') + 1), std::string(TitleOf(judged.finding_class())),
               std::string(TitleOf(judged.state())), judged.finding().code(), PlaceOf(judged.finding().path()),
               judged.finding().message(), answer});
  }
  if (response.findings().empty()) {
    std::cout << "没有发现问题\n";
    return kDone;
  }
  table.Print(std::cout);
  const std::string& first = response.findings(0).name();
  std::cout << "待处理 " << response.open_count() << " 处；全名为 " << first.substr(0, first.rfind('/') + 1)
            << "序号\n";
  return kDone;
}

int RunAnswer(const Global& global, const std::vector<std::string>& findings, const std::string& text,
              const ActorOptions& options) {
  if (!options.etag.empty() && findings.size() > 1) return Misused("--etag 只能与一个问题一起使用");
  for (const std::string& finding : findings) {
    AnswerFindingRequest request;
    if (!ReadActor(options, ACTOR_ROLE_UNIT, *request.mutable_actor())) return NoSuchRole(options);
    request.set_name(finding);
    request.set_text(text);
    const int code = Change(global, SubmissionOf(finding), options, request, &ReviewService::Stub::AnswerFinding);
    if (code != kDone) return code;
  }
  return kDone;
}

int RunRequestWaiver(const Global& global, const std::string& finding, const std::string& reason,
                     const std::string& until, const ActorOptions& options) {
  RequestWaiverRequest request;
  if (!ReadActor(options, ACTOR_ROLE_UNIT, *request.mutable_actor())) return NoSuchRole(options);
  const auto end = EndOfDay(until);
  if (!end) return Misused(Cat(until, " 不是日期，应如 2027-03-31"));
  request.set_name(finding);
  request.set_reason(reason);
  request.mutable_expire_time()->set_seconds(*end);
  return Change(global, SubmissionOf(finding), options, request, &ReviewService::Stub::RequestWaiver);
}

int RunDecideWaiver(const Global& global, const std::string& finding, bool approve, const std::string& comment,
                    const ActorOptions& options) {
  const auto decide = [&](auto request, auto method) {
    if (!ReadActor(options, ACTOR_ROLE_FINANCE, *request.mutable_actor())) return NoSuchRole(options);
    request.set_name(finding);
    request.set_comment(comment);
    return Change(global, SubmissionOf(finding), options, request, method);
  };
  return approve ? decide(ApproveWaiverRequest(), &ReviewService::Stub::ApproveWaiver)
                 : decide(RejectWaiverRequest(), &ReviewService::Stub::RejectWaiver);
}

int RunApprove(const Global& global, const std::string& name, const std::string& comment, const ActorOptions& options) {
  // The stage is the one that it waits for now; the etag makes sure that it still does.
  const auto submission = Get(global, name);
  if (!submission.ok()) return Refuse(submission.status(), global.json());
  const ReviewStage stage = intake::StageOf(submission->state());
  if (stage == REVIEW_STAGE_UNSPECIFIED)
    return Refuse(Error(absl::StatusCode::kFailedPrecondition, "STATE_FORBIDS",
                        Cat(name, " 是", TitleOf(submission->state()), "状态，不在审核中")),
                  global.json());
  ApproveSubmissionRequest request;
  const ActorRole usual = stage == REVIEW_STAGE_DEPARTMENT ? ACTOR_ROLE_DEPARTMENT : ACTOR_ROLE_FINANCE;
  if (!ReadActor(options, usual, *request.mutable_actor())) return NoSuchRole(options);
  request.set_name(name);
  request.set_stage(stage);
  request.set_comment(comment);
  ActorOptions with_etag = options;
  if (with_etag.etag.empty()) with_etag.etag = submission->etag();
  return Change(global, name, with_etag, request, &ReviewService::Stub::ApproveSubmission);
}

int RunReviewReturn(const Global& global, const std::string& name, const std::vector<std::string>& codes,
                    const std::string& reason, const ActorOptions& options) {
  ReturnSubmissionRequest request;
  if (!ReadActor(options, ACTOR_ROLE_FINANCE, *request.mutable_actor())) return NoSuchRole(options);
  for (const std::string& code : codes) {
    const ReturnReason named = ReasonNamed(code);
    if (named == RETURN_REASON_UNSPECIFIED) {
      std::string all;
      for (int i = 1; i < ReturnReason_ARRAYSIZE; ++i)
        if (i != RETURN_REASON_FINDINGS_INVALID)
          Append(all, all.empty() ? "" : "、", TitleOf(static_cast<ReturnReason>(i)));
      return Misused(Cat("没有退回原因 ", code, "：", all));
    }
    request.add_reasons(named);
  }
  request.set_name(name);
  request.set_reason(reason);
  const auto etag = EtagFor(global, name, options);
  if (!etag.ok()) return Refuse(etag.status(), global.json());
  request.set_etag(*etag);
  request.set_request_id(RandomHex(16));
  ReturnSubmissionResponse response;
  const auto stub = Intake(global);
  const absl::Status status = Call(global, *stub, &IntakeService::Stub::ReturnSubmission, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response) << '\n';
  else
    PrintState(response.submission());
  return kDone;
}

int RunWithdraw(const Global& global, const std::string& name, const std::string& reason, const ActorOptions& options) {
  WithdrawSubmissionRequest request;
  if (!ReadActor(options, ACTOR_ROLE_UNIT, *request.mutable_actor())) return NoSuchRole(options);
  request.set_name(name);
  request.set_reason(reason);
  return Change(global, name, options, request, &ReviewService::Stub::WithdrawSubmission);
}

int RunHistory(const Global& global, const std::string& name) {
  GetHistoryRequest request;
  request.set_name(name);
  GetHistoryResponse response;
  const auto stub = Reviewing(global);
  const absl::Status status = Call(global, *stub, &ReviewService::Stub::GetHistory, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  Table table({{"时间"},
               {"版次", Align::kRight},
               {"经办"},
               {"事项"},
               {"状态"},
               {"对象", Align::kLeft, 20, true},
               {"说明", Align::kLeft, 80, true}});
  for (const HistoryEntry& entry : response.entries()) {
    if (global.json()) {
      std::cout << ToJson(entry) << '\n';
      continue;
    }
    std::string text;
    for (const int reason : entry.reasons())
      Append(text, text.empty() ? "" : "、", TitleOf(static_cast<ReturnReason>(reason)));
    if (!entry.text().empty()) Append(text, text.empty() ? "" : "：", entry.text());
    const std::size_t tail = entry.subject().find("/revisions/");
    const std::size_t object = tail == std::string::npos ? tail : entry.subject().find('/', tail + 11);
    table.Add({FormatShanghai(ToMicros(entry.time())), Cat(entry.revision()), NameOf(entry.actor()),
               std::string(TitleOf(entry.action())), std::string(TitleOf(entry.to_state())),
               object == std::string::npos ? std::string() : entry.subject().substr(object + 1), text});
  }
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

int RunRecord(const Global& global, const RecordOptions& options, const ActorOptions& actor) {
  RecordReviewRequest request;
  Review& review = *request.mutable_review();
  if (!ReadActor(actor, ACTOR_ROLE_FINANCE, *review.mutable_reviewer())) return NoSuchRole(actor);
  for (const std::string& text : options.lines) {
    const std::size_t score = text.find('=');
    if (score == std::string::npos) return Misused(Cat(text, " 应为 位置=得分 或 位置=得分=理由"));
    const std::size_t reason = std::min(text.find('=', score + 1), text.size());
    LineReview& line = *review.add_lines();
    line.set_path(text.substr(0, score));
    line.set_score(text.substr(score + 1, reason - score - 1));
    if (reason < text.size()) line.set_reason(text.substr(reason + 1));
  }
  review.set_conclusion(options.passed ? REVIEW_CONCLUSION_PASSED : REVIEW_CONCLUSION_NOT_PASSED);
  review.set_opinion(options.opinion);
  request.set_name(options.name);
  return Change(global, options.name, actor, request, &ReviewService::Stub::RecordReview);
}

int RunShowReview(const Global& global, const std::string& name, int revision) {
  GetReviewRequest request;
  request.set_name(name);
  request.set_revision(revision);
  GetReviewResponse response;
  const auto stub = Reviewing(global);
  const absl::Status status = Call(global, *stub, &ReviewService::Stub::GetReview, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return kDone;
  }
  std::vector<Column> columns{{"指标", Align::kLeft, 30},
                              {"分值", Align::kRight},
                              {"自评", Align::kRight},
                              {"核算", Align::kRight},
                              {"核算−自评", Align::kRight}};
  for (const Review& review : response.reviews()) {
    columns.push_back({Cat("复核 ", review.reviewer().name()), Align::kRight});
    columns.push_back({"−核算", Align::kRight});
  }
  columns.push_back({"理由", Align::kLeft, 60, true});
  Table table(std::move(columns));
  for (const ScoreComparison& line : response.lines()) {
    std::vector<std::string> cells{line.title(), line.weight(), line.declared_score(), line.computed_score(),
                                   line.computed_minus_declared()};
    std::string reasons;
    for (int i = 0; i < line.reviewed_size(); ++i) {
      const ReviewedScore& reviewed = line.reviewed(i);
      cells.push_back(reviewed.score());
      cells.push_back(reviewed.minus_computed());
      if (!reviewed.reason().empty())
        Append(reasons, reasons.empty() ? "" : "；", response.reviews(i).reviewer().name(), "：", reviewed.reason());
    }
    cells.push_back(std::move(reasons));
    table.Add(std::move(cells));
  }
  table.Print(std::cout);
  for (const Review& review : response.reviews())
    std::cout << NameOf(review.reviewer()) << "  " << FormatShanghai(ToMicros(review.time())) << "  "
              << (review.conclusion() == REVIEW_CONCLUSION_PASSED ? "通过" : "不通过")
              << (review.opinion().empty() ? "" : "：") << review.opinion() << '\n';
  if (response.reviews().empty()) std::cout << "尚无复核\n";
  return kDone;
}

}  // namespace jixiao::cli
