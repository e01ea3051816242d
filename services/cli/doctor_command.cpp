// jixiao doctor: what each server finds out about itself, what can be seen of it from here, and what to do.
#include "archiving/export/pdf.h"
#include "archiving/log/checkpoint.h"
#include "cli/archive_package.h"
#include "cli/client.h"
#include "cli/operation_app.h"
#include "cli/operation_client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/operation/checks.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/import/converter.h"

#include <algorithm>
#include <iostream>

namespace jixiao::cli {
namespace {

using operation::Checks;
using operation::v1::CheckState;
using operation::v1::GetStatusResponse;

// What the server says, and what is seen of it from here.
GetStatusResponse Ask(const Global& global, const ServerName& server) {
  const auto stub = Operation(global, server.name);
  grpc::ClientContext context;
  rpc::Prepare(context, RandomHex(16), std::chrono::seconds(std::min(global.timeout_seconds, 20)));
  GetStatusResponse status;
  const std::int64_t sent = NowMicros();
  const absl::Status asked = rpc::FromGrpc(stub->GetStatus(&context, {}, &status));
  const std::int64_t took = NowMicros() - sent;
  status.set_service(std::string(server.name));
  Checks checks(*status.mutable_checks());
  const std::string address = AddressOf(global, server.name);
  if (absl::IsPermissionDenied(asked) || absl::IsUnauthenticated(asked)) {
    checks.Fail("REACHABLE", Cat(address, " 有应答，但不让查看：", operation::Said(asked)),
                "换用有权查看运行状态的身份");
    return status;
  }
  if (!asked.ok()) {
    checks.Fail("REACHABLE", Cat(address, " 没有应答：", operation::Said(asked)),
                Cat("检查服务是否运行（systemctl status jixiao-", server.name, "）、地址是否正确（--", server.name,
                    " 或 ", server.variable, "）"));
    return status;
  }
  checks.Ok("REACHABLE",
            Cat(address, " 应答 ", took / 1000, " 毫秒，启动于 ", FormatShanghai(ToMicros(status.start_time()))));
  // The answer was written at its end: checks before it may have taken seconds.
  const std::int64_t ahead = ToMicros(status.server_time()) - (sent + took);
  const std::int64_t apart = ahead > 0 ? ahead : std::min<std::int64_t>(0, ahead + took);
  operation::CheckClock(checks, "CLOCK", "本机", apart);
  if (status.version() == operation::Version())
    checks.Ok("VERSION", status.version());
  else
    checks.Warn("VERSION", Cat("服务为 ", status.version(), "，本命令行为 ", operation::Version()),
                "升级期间可以不同；升级完后应为同一版本");
  return status;
}

void CheckKey(const ArchiveKey& key, GetStatusResponse& archive) {
  Checks checks(*archive.mutable_checks());
  const auto trusted = ReadKey(key.text);
  if (!trusted.ok())
    return checks.Fail("TRUSTED_KEY", Cat("--key 不是公钥：", operation::Said(trusted.status())), "给出保存的 KEY.pub");
  if (archive.contents().checkpoint().empty())
    return archive.signing_key() == trusted->text
               ? checks.Ok("TRUSTED_KEY", "服务所用的正是这把公钥；归档为空，还没有树头")
               : checks.Fail("TRUSTED_KEY", "服务所用的签名密钥不是这一把", "换回原来的签名密钥");
  const auto opened =
      archiving::log::OpenCheckpoint(archive.contents().checkpoint(), trusted->verifier, trusted->origin);
  if (opened.ok())
    checks.Ok("TRUSTED_KEY", Cat("最新树头（", opened->size, " 条）由这把公钥签名"));
  else
    checks.Fail("TRUSTED_KEY", Cat("最新树头不是这把公钥签的：", operation::Said(opened.status())),
                "签名密钥换过，或服务不是原来的那一个：查明之前不要采信它的证明");
}

// What this command line itself needs.
GetStatusResponse AskOurselves() {
  GetStatusResponse status;
  status.set_service("jixiao");
  status.set_version(std::string(operation::Version()));
  Checks checks(*status.mutable_checks());
  const absl::Status fonts = archiving::exporting::ToPdf({}, "", 0).status();
  if (fonts.ok())
    checks.Ok("FONTS", "有中文字体，可导出 PDF");
  else
    checks.Warn("FONTS", Cat("不能导出 PDF：", operation::Said(fonts)), "apt-get install fonts-noto-cjk");
  if (importing::HasLibreOffice())
    checks.Ok("LIBREOFFICE", "装有 LibreOffice，可读 .doc .xls .wps .et .ods");
  else
    checks.Warn("LIBREOFFICE", "没有 LibreOffice：不能读 .doc .xls .wps .et .ods，也不能把它们提交",
                "需要时 apt-get install --no-install-recommends libreoffice-writer libreoffice-calc");
  if (importing::HasMuPdf())
    checks.Ok("MUPDF", "装有 MuPDF，可读 .pdf");
  else
    checks.Warn("MUPDF", "没有 MuPDF：不能读 .pdf，也不能把它们提交",
                "需要时 apt-get install --no-install-recommends mupdf-tools");
  return status;
}

std::string_view TitleOf(CheckState state) {
  switch (state) {
    case operation::v1::CHECK_STATE_OK:
      return "正常";
    case operation::v1::CHECK_STATE_WARNING:
      return "注意";
    default:
      return "不可用";
  }
}

}  // namespace

int RunDoctor(const Global& global, const DoctorOptions& options) {
  std::vector<GetStatusResponse> all;
  for (const ServerName& server : kServerNames)
    if (options.only.empty() || std::ranges::find(options.only, server.name) != options.only.end())
      all.push_back(Ask(global, server));
  if (!options.key.text.empty())
    for (GetStatusResponse& status : all)
      if (status.service() == "archiving" && status.has_contents()) CheckKey(options.key, status);
  all.push_back(AskOurselves());

  Table table(
      {{"服务"}, {"检查", Align::kLeft, 30}, {"结果"}, {"说明", Align::kLeft, 90}, {"怎么办", Align::kLeft, 90, true}});
  int warnings = 0;
  int failures = 0;
  for (const GetStatusResponse& status : all) {
    for (const auto& check : status.checks()) {
      warnings += check.state() == operation::v1::CHECK_STATE_WARNING ? 1 : 0;
      failures += check.state() == operation::v1::CHECK_STATE_FAILED ? 1 : 0;
      table.Add({status.service(), check.code(), std::string(TitleOf(check.state())), check.message(), check.advice()});
    }
    if (global.json()) std::cout << ToJson(status) << '\n';
  }
  if (!global.json()) {
    table.Print(std::cout);
    std::cout << (failures > 0   ? Cat(failures, " 项不可用，", warnings, " 项须注意")
                  : warnings > 0 ? Cat("可以使用，", warnings, " 项须注意")
                                 : std::string("一切正常"))
              << '\n';
  }
  return failures > 0 ? kRefused : kDone;
}

int RunLogLevel(const Global& global, const std::string& service, const std::string& level) {
  const auto stub = Operation(global, service);
  operation::v1::SetLogLevelRequest request;
  request.set_log_level(level);
  operation::v1::SetLogLevelResponse response;
  const absl::Status status =
      Call(global, *stub, &operation::v1::OperationService::Stub::SetLogLevel, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response) << '\n';
  else
    std::cout << service << "  日志级别 " << response.previous_log_level() << " → " << level << "，到下次启动为止\n";
  return kDone;
}

}  // namespace jixiao::cli
