#include "intake/api/status_checks.h"

#include "archiving/log/note.h"
#include "common/operation/operation_service.h"
#include "common/random.h"
#include "common/rpc/context.h"
#include "common/rpc/status.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/import/converter.h"

namespace jixiao::intake {
namespace {

constexpr std::chrono::seconds kPatience{3};
constexpr std::int64_t kOldBacklog = 60'000'000;  // microseconds

}  // namespace

void CheckPeer(operation::Checks& checks, std::string_view code, std::string_view title, const std::string& address,
               const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = operation::v1::OperationService::NewStub(channel);
  grpc::ClientContext context;
  rpc::Prepare(context, RandomHex(16), kPatience);
  context.set_wait_for_ready(true);  // a connection that is only being made is no failure
  operation::v1::GetStatusRequest request;
  request.set_brief(true);
  operation::v1::GetStatusResponse response;
  const std::int64_t sent = NowMicros();
  const absl::Status status = rpc::FromGrpc(stub->GetStatus(&context, request, &response));
  const std::int64_t received = NowMicros();
  // A policy may keep from this service what it keeps from others; it has answered all the same.
  if (absl::IsPermissionDenied(status))
    return checks.Ok(code, Cat(title, " ", address, " 有应答；本服务无权看它的时钟和版本"));
  if (!status.ok())
    return checks.Fail(code, Cat("接收服务连不上", title, " ", address, "：", operation::Said(status)),
                       Cat("检查", title, "是否运行、地址是否正确、网络是否放行；期间报送照常接收，恢复后自动继续"));
  checks.Ok(code, Cat(title, " ", address, " 应答 ", (received - sent) / 1000, " 毫秒"));
  operation::CheckClock(checks, Cat(code, "_CLOCK"), title, ToMicros(response.server_time()) - (sent + received) / 2);
  if (response.version() != operation::Version())
    checks.Warn(Cat(code, "_VERSION"), Cat("接收服务为 ", operation::Version(), "，", title, "为 ", response.version()),
                "升级期间可以不同；升级完后各服务应为同一版本");
}

void CheckBacklog(operation::Checks& checks, const absl::StatusOr<Backlog>& backlog) {
  if (!backlog.ok())
    return checks.Fail("BACKLOG", Cat("待办不能读：", operation::Said(backlog.status())), "检查数据库");
  const std::int64_t age = backlog->items == 0 ? 0 : NowMicros() - backlog->oldest;
  const std::string message = Cat("待评分、归档 ", backlog->items, " 件，最久 ", age / 1'000'000, " 秒");
  if (age >= kOldBacklog)
    checks.Warn("BACKLOG", message, "检查评分、归档服务；日志中“a work item is put off”写明原因");
  else
    checks.Ok("BACKLOG", message);
}

void CheckReceiptKey(operation::Checks& checks, const std::string& file, const std::string& name,
                     const std::string& verifier_key) {
  const std::string advice = Cat("放回备份的回执密钥 ", file, "（仅属主可读），重启前不要让服务另建新密钥");
  const auto signer = archiving::log::Signer::Load(file, name);
  if (absl::IsNotFound(signer.status()))
    return checks.Fail("RECEIPT_KEY", Cat("回执密钥文件 ", file, " 不见了"), advice);
  if (!signer.ok())
    return checks.Fail("RECEIPT_KEY", Cat("回执密钥不能读：", operation::Said(signer.status())), advice);
  if (signer->VerifierKey() != verifier_key)
    return checks.Fail("RECEIPT_KEY", "密钥文件里的不是正在使用的回执密钥", advice);
  checks.Ok("RECEIPT_KEY", Cat(file, " 可读"));
}

void CheckConverter(operation::Checks& checks) {
  checks.Ok("CONVERTER", importing::HasLibreOffice()
                             ? "装有 LibreOffice，可读旧格式"
                             : "没有 LibreOffice：ImportDocument 不能读 .doc .xls .wps .et；需要时安装 "
                               "libreoffice-writer 和 libreoffice-calc");
  checks.Ok("MUPDF", importing::HasMuPdf() ? "装有 MuPDF，可读 .pdf"
                                           : "没有 MuPDF：ImportDocument 不能读 .pdf；需要时安装 mupdf-tools");
}

}  // namespace jixiao::intake
