#include "cli/archive_calls.h"

#include "cli/client.h"
#include "cli/output.h"
#include "cli/record_filter.h"
#include "cli/table.h"
#include "common/text.h"
#include "common/time.h"

#include "jixiao/archiving/v1/audit_service.grpc.pb.h"

#include <algorithm>
#include <iostream>
#include <memory>

namespace jixiao::cli {

using archiving::v1::AuditService;

void AddArchiveCalls(CLI::App& archive, const Global& global, std::function<int()>& run) {
  auto* calls = archive.add_subcommand("calls", "审计日志：谁在何时调用了什么，结果如何；最早的在前");
  auto options = std::make_shared<CallsOptions>();
  calls->add_option("--since", options->since, "时间不早于，如 2026-01-31 或 \"2026-01-31 08:30:00\"");
  calls->add_option("--until", options->until, "时间不晚于");
  calls->add_option("--caller", options->caller, "调用方，与政策文件中的写法相同，如 spiffe://…");
  calls->add_option("--method", options->method, "方法，如 GetSubmission");
  calls->add_option("--resource", options->resource, "对象，如 submissions/… 或 records/…");
  calls->add_flag("--failed", options->failed, "只列被拒绝或失败的调用");
  calls->add_option("--limit", options->limit, "最多多少次")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  calls->callback([&global, &run, options] { run = [&global, options] { return RunArchiveCalls(global, *options); }; });
}

int RunArchiveCalls(const Global& global, const CallsOptions& options) {
  constexpr int kLargestPage = 1000;
  archiving::v1::ListCallsRequest request;
  if (!options.since.empty()) {
    const auto since = TimeSince("--since", options.since);
    if (!since.ok()) return Refuse(since.status(), global.json());
    *request.mutable_start_time() = ToTimestamp(*since);
  }
  if (!options.until.empty()) {
    const auto until = TimeUntil("--until", options.until);
    if (!until.ok()) return Refuse(until.status(), global.json());
    *request.mutable_end_time() = ToTimestamp(*until);
  }
  request.set_caller(options.caller);
  request.set_method(options.method);
  request.set_resource(options.resource);
  request.set_failed_only(options.failed);
  const auto stub = AuditService::NewStub(rpc::OpenChannel(global.archiving, global.security));
  Table table({{"时间"}, {"服务"}, {"方法"}, {"结果"}, {"调用方"}, {"地址"}, {"对象"}, {"请求编号"}, {"记录"}});
  int left = options.limit;
  do {
    request.set_page_size(std::min(left, kLargestPage));
    archiving::v1::ListCallsResponse response;
    const absl::Status status = Call(global, *stub, &AuditService::Stub::ListCalls, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const auto& recorded : response.calls()) {
      if (global.json()) {
        std::cout << ToJson(recorded) << '\n';
        continue;
      }
      const auto& call = recorded.call();
      table.Add({FormatShanghai(ToMicros(call.end_time())), recorded.service(),
                 call.method().substr(call.method().find('/') + 1),
                 call.reason().empty() ? call.code() : Cat(call.code(), " ", call.reason()), call.caller(),
                 call.address(), call.resource(), call.request_id(), recorded.record()});
    }
    left -= response.calls_size();
    request.set_page_token(response.next_page_token());
  } while (left > 0 && !request.page_token().empty());
  if (!global.json()) table.Print(std::cout);
  return 0;
}

}  // namespace jixiao::cli
