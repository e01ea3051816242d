#include "common/operation/audit_client.h"

#include "common/errors.h"
#include "common/random.h"
#include "common/rpc/context.h"
#include "common/rpc/status.h"
#include "common/text.h"

#include "jixiao/archiving/v1/audit_service.grpc.pb.h"

#include <grpcpp/client_context.h>

#include <chrono>

namespace jixiao::operation {

audit::Trail::Deliver ToArchive(const std::shared_ptr<grpc::Channel>& archiving) {
  const std::shared_ptr<archiving::v1::AuditService::Stub> stub = archiving::v1::AuditService::NewStub(archiving);
  return [stub](const audit::Segment& segment) {
    constexpr std::chrono::seconds kPatience{3};
    grpc::ClientContext context;
    rpc::Prepare(context, RandomHex(16), kPatience);
    archiving::v1::RecordCallsRequest request;
    *request.mutable_segment() = segment;
    archiving::v1::RecordCallsResponse response;
    return rpc::FromGrpc(stub->RecordCalls(&context, request, &response));
  };
}

void CheckTrail(Checks& checks, const audit::Trail* trail) {
  constexpr std::string_view kCode = "AUDIT_TRAIL";
  if (trail == nullptr) return;
  const audit::Trail::State state = trail->state();
  const std::string waiting = Cat(SizeText(state.waiting_bytes), " 等待归档");
  if (state.dropped > 0)
    checks.Fail(kCode, Cat("审计日志缺 ", state.dropped, " 次调用，", waiting, "：", state.problem),
                "检查 --audit 文件夹所在磁盘的空间，以及归档服务是否可用");
  else if (!state.problem.empty())
    checks.Warn(kCode, Cat("审计日志停滞，", waiting, "：", state.problem),
                "检查归档服务是否可用，本服务的身份在其政策中是否有 service 角色");
  else
    checks.Ok(kCode, Cat("审计日志正常，", waiting));
}

}  // namespace jixiao::operation
