#include "common/operation/operation_service.h"

#include "common/log.h"
#include "common/operation/backup_stream.h"
#include "common/rpc/unary.h"
#include "common/store/postgres.h"
#include "common/text.h"

#include <algorithm>
#include <utility>

namespace jixiao::operation {

OperationServiceImpl::OperationServiceImpl(Facts facts, rpc::ServerState& state)
    : facts_(std::move(facts)), state_(state) {
  RemoveLeftovers(facts_.store);
}

void OperationServiceImpl::Tell(const v1::GetStatusRequest& request, v1::GetStatusResponse& response) const {
  response.set_service(facts_.service);
  response.set_version(std::string(Version()));
  *response.mutable_start_time() = ToTimestamp(started_);
  response.set_log_level(std::string(log::NameOf(log::CurrentLevel())));
  response.set_signing_key(facts_.signing_key);
  if (!request.brief()) {
    Checks checks(*response.mutable_checks());
    const bool remote = store::IsPostgresUrl(facts_.store);
    const auto contents = store::ReadContents(facts_.store, facts_.count);
    if (contents.ok()) {
      ToProto(*contents, *response.mutable_contents());
      checks.Ok("STORE_READABLE",
                Cat(remote ? "PostgreSQL" : "SQLite", " 数据库可读，结构版本 ", contents->schema_version));
    } else {
      checks.Fail("STORE_READABLE", Cat("数据库不能读：", Said(contents.status())),
                  remote ? "检查 PostgreSQL 是否运行、--store 的地址和口令是否正确"
                         : "检查 --store 所指的文件及其属主；文件损坏时用 jixiao backup restore 恢复备份");
    }
    if (const absl::Status written = facts_.prove_writable(); written.ok())
      checks.Ok("STORE_WRITABLE", "试写一次并落盘，成功");
    else
      checks.Fail("STORE_WRITABLE", Cat("数据库不能写：", Said(written)),
                  remote ? "检查 PostgreSQL 的磁盘、权限，以及是否为只读备库"
                         : "检查磁盘是否已满、文件夹是否属于运行服务的用户");
    if (!remote) CheckDisk(checks, facts_.store);
    if (const std::uint64_t lost = log::LostLines(); lost > 0)
      checks.Warn("LOG_LINES", Cat("启动以来有 ", lost, " 行日志来不及写出"), "检查读取标准输出的日志系统是否太慢");
    facts_.check(checks);
  }
  *response.mutable_server_time() = ToTimestamp(NowMicros());
}

grpc::ServerUnaryReactor* OperationServiceImpl::GetStatus(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetStatusRequest, v1::GetStatusResponse>(
      pool_, get_status_, context, in, out, state_,
      [this](const v1::GetStatusRequest& request, v1::GetStatusResponse& response, const rpc::CallContext&) {
        Tell(request, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationServiceImpl::SetLogLevel(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::SetLogLevelRequest, v1::SetLogLevelResponse>(
      pool_, set_log_level_, context, in, out, state_,
      [](const v1::SetLogLevelRequest& request, v1::SetLogLevelResponse& response,
         const rpc::CallContext&) -> absl::Status {
        const log::Level level = log::LevelNamed(request.log_level());
        if (log::NameOf(level) != request.log_level())
          return InvalidField("LOG_LEVEL_INVALID", "log_level", "debug, info, warning or error");
        const std::string_view before = log::NameOf(log::CurrentLevel());
        // At a level that is always written, so that a log shows why its lines begin or end.
        log::Error("log level", {{"before", before}, {"now", request.log_level()}});
        log::SetLevel(level);
        response.set_previous_log_level(std::string(before));
        return absl::OkStatus();
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* OperationServiceImpl::BackupStore(grpc::CallbackServerContext* context,
                                                                              const grpc::ByteBuffer* in) {
  return StartBackup(*context, *in, facts_, pool_, state_, backup_store_);
}

}  // namespace jixiao::operation
