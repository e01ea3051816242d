// `jixiao archive due` and `archive dispose`.
#include "cli/archive_custody.h"
#include "cli/client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/text.h"
#include "common/time.h"

#include "jixiao/archiving/v1/retention_service.grpc.pb.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

namespace jixiao::cli {
namespace {

using archiving::v1::Disposal;
using archiving::v1::RetentionService;

std::unique_ptr<RetentionService::Stub> Retention(const Global& global) {
  return RetentionService::NewStub(rpc::OpenChannel(global.archiving, global.security));
}

std::string_view TitleOf(archiving::v1::DisposalState state) {
  switch (state) {
    case archiving::v1::DISPOSAL_STATE_PROPOSED:
      return "待批";
    case archiving::v1::DISPOSAL_STATE_APPROVED:
      return "已批准";
    case archiving::v1::DISPOSAL_STATE_EXECUTING:
      return "执行中";
    case archiving::v1::DISPOSAL_STATE_DONE:
      return "已销毁";
    case archiving::v1::DISPOSAL_STATE_WITHDRAWN:
      return "已撤回";
    default:
      return "";
  }
}

void PrintWord(std::string_view what, const archiving::v1::DisposalApproval& word) {
  std::cout << what << "  " << word.actor().name();
  if (!word.actor().organization().empty()) std::cout << "（" << word.actor().organization() << "）";
  std::cout << "  " << FormatShanghai(ToMicros(word.time())) << "  " << word.reason() << '\n';
}

void Print(const Disposal& disposal) {
  std::cout << disposal.name() << "  " << TitleOf(disposal.state()) << "  etag " << disposal.etag() << '\n';
  PrintWord("提出", disposal.proposal());
  for (const auto& approval : disposal.approvals()) PrintWord("批准", approval);
  if (disposal.has_withdrawal()) PrintWord("撤回", disposal.withdrawal());
  if (disposal.has_execution()) PrintWord("执行", disposal.execution());
  if (!disposal.entry().empty())
    std::cout << "登记  " << disposal.entry() << "，完成于 " << FormatShanghai(ToMicros(disposal.done_time())) << '\n';
  Table table({{"记录"}, {"保管期限"}, {"规则"}, {"期满"}, {"部件", Align::kLeft, 60}});
  for (const auto& item : disposal.items()) {
    std::string parts;
    for (const std::string& part : item.parts()) Append(parts, parts.empty() ? "" : " ", part);
    table.Add({Cat("records/", item.index()), item.class_name(), item.rule(),
               FormatShanghai(ToMicros(item.retention_end_time())).substr(0, 10), parts});
  }
  table.Print(std::cout);
}

int Answer(const Global& global, const absl::Status& status, const Disposal& disposal) {
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(disposal) << '\n';
  else
    Print(disposal);
  return kDone;
}

template <class Request>
void PutWord(const DisposalOptions& options, Request& request) {
  request.mutable_actor()->set_name(options.actor);
  request.mutable_actor()->set_organization(options.organization);
  request.set_reason(options.reason);
  request.set_validate_only(options.validate_only);
  // Calls may be repeated by themselves.
  if (!options.validate_only) request.set_request_id(options.request_id.empty() ? RandomHex(16) : options.request_id);
}

template <class Request, class Response>
int Move(const Global& global, const DisposalOptions& options,
         grpc::Status (RetentionService::Stub::*method)(grpc::ClientContext*, const Request&, Response*)) {
  Request request;
  request.set_name(options.name);
  request.set_etag(options.etag);
  PutWord(options, request);
  Response response;
  const auto stub = Retention(global);
  absl::Status status = Call(global, *stub, method, request, response);
  Disposal disposal = response.disposal();
  while (status.ok() && options.wait && disposal.state() == archiving::v1::DISPOSAL_STATE_EXECUTING) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    archiving::v1::GetDisposalRequest get;
    get.set_name(disposal.name());
    archiving::v1::GetDisposalResponse got;
    status = Call(global, *stub, &RetentionService::Stub::GetDisposal, get, got);
    if (status.ok()) disposal = got.disposal();
  }
  return Answer(global, status, disposal);
}

}  // namespace

int RunArchiveDue(const Global& global, const DueOptions& options) {
  archiving::v1::ListDueRecordsRequest request;
  request.set_class_name(options.class_name);
  Table table({{"记录"},
               {"档号", Align::kLeft, 50},
               {"保管期限"},
               {"规则"},
               {"归档"},
               {"期满"},
               {"单位", Align::kLeft, 30},
               {"项目", Align::kLeft, 36}});
  const auto stub = Retention(global);
  int count = 0;
  do {
    archiving::v1::ListDueRecordsResponse response;
    request.set_page_size(std::min(500, options.limit - count));
    const absl::Status status = Call(global, *stub, &RetentionService::Stub::ListDueRecords, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const auto& record : response.records()) {
      ++count;
      if (global.json()) {
        std::cout << ToJson(record) << '\n';
        continue;
      }
      table.Add({record.name(), record.archival_code(), record.class_name(), record.rule(),
                 FormatShanghai(ToMicros(record.archive_time())).substr(0, 10),
                 FormatShanghai(ToMicros(record.retention_end_time())).substr(0, 10), record.implementing_unit(),
                 record.project_name()});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty() && count < options.limit);
  if (global.json()) return kDone;
  if (!table.empty()) table.Print(std::cout);
  std::cout << count << " 条记录保管期限已满\n";
  return kDone;
}

int RunDisposalPropose(const Global& global, const DisposalOptions& options) {
  archiving::v1::ProposeDisposalRequest request;
  for (const std::string& record : options.records) request.add_records(record);
  for (const std::string& part : options.parts) request.add_parts(part);
  PutWord(options, request);
  archiving::v1::ProposeDisposalResponse response;
  const auto stub = Retention(global);
  const absl::Status status = Call(global, *stub, &RetentionService::Stub::ProposeDisposal, request, response);
  return Answer(global, status, response.disposal());
}

int RunDisposalApprove(const Global& global, const DisposalOptions& options) {
  return Move<archiving::v1::ApproveDisposalRequest, archiving::v1::ApproveDisposalResponse>(
      global, options, &RetentionService::Stub::ApproveDisposal);
}

int RunDisposalWithdraw(const Global& global, const DisposalOptions& options) {
  return Move<archiving::v1::WithdrawDisposalRequest, archiving::v1::WithdrawDisposalResponse>(
      global, options, &RetentionService::Stub::WithdrawDisposal);
}

int RunDisposalExecute(const Global& global, const DisposalOptions& options) {
  return Move<archiving::v1::ExecuteDisposalRequest, archiving::v1::ExecuteDisposalResponse>(
      global, options, &RetentionService::Stub::ExecuteDisposal);
}

int RunDisposalShow(const Global& global, const std::string& name) {
  archiving::v1::GetDisposalRequest request;
  request.set_name(name);
  archiving::v1::GetDisposalResponse response;
  const auto stub = Retention(global);
  const absl::Status status = Call(global, *stub, &RetentionService::Stub::GetDisposal, request, response);
  return Answer(global, status, response.disposal());
}

int RunDisposalList(const Global& global) {
  archiving::v1::ListDisposalsRequest request;
  Table table({{"清册", Align::kLeft, 50}, {"状态"}, {"提出"}, {"时间"}, {"批准", Align::kRight}, {"登记"}});
  const auto stub = Retention(global);
  do {
    archiving::v1::ListDisposalsResponse response;
    const absl::Status status = Call(global, *stub, &RetentionService::Stub::ListDisposals, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const Disposal& disposal : response.disposals()) {
      if (global.json()) {
        std::cout << ToJson(disposal) << '\n';
        continue;
      }
      table.Add({disposal.name(), std::string(TitleOf(disposal.state())), disposal.proposal().actor().name(),
                 FormatShanghai(ToMicros(disposal.proposal().time())), Cat(disposal.approvals_size()),
                 disposal.entry()});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

}  // namespace jixiao::cli
