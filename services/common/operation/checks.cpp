#include "common/operation/checks.h"

#include "common/errors.h"
#include "common/text.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace jixiao::operation {

void Checks::Add(std::string_view code, v1::CheckState state, std::string message, std::string advice) {
  v1::Check& check = *list_.Add();
  check.set_code(std::string(code));
  check.set_state(state);
  check.set_message(std::move(message));
  check.set_advice(std::move(advice));
}

std::string_view Version() {
  return JIXIAO_VERSION;
}

std::string Said(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return Cat(reason.empty() ? absl::StatusCodeToString(status.code()) : reason, " ", std::string(status.message()));
}

std::string SizeText(std::uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (bytes >= 10'240 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return Cat(bytes, " ", kUnits[unit]);
}

void CheckDisk(Checks& checks, const std::string& path) {
  constexpr std::uint64_t kFull = std::uint64_t{100} << 20;
  constexpr std::uint64_t kLow = std::uint64_t{1} << 30;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const std::string where = folder.empty() ? "." : folder.string();
  struct statvfs disk {};
  if (statvfs(where.c_str(), &disk) != 0)
    return checks.Warn("DISK_SPACE", Cat(where, " 的剩余空间无法读出：", std::generic_category().message(errno)),
                       "检查该文件夹是否存在、可读");
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const std::uint64_t all = std::uint64_t{disk.f_blocks} * disk.f_frsize;
  const std::string message = Cat(where, " 剩余 ", SizeText(free), "，共 ", SizeText(all));
  if (free < kFull)
    checks.Fail("DISK_SPACE", message, "磁盘将满，写入会被拒绝：扩容，或移走不属于本系统的文件");
  else if (free < kLow || free < all / 20)
    checks.Warn("DISK_SPACE", message, "剩余空间不足 1 GiB 或 5%：尽快扩容");
  else
    checks.Ok("DISK_SPACE", message);
}

void CheckClock(Checks& checks, std::string_view code, std::string_view whose, std::int64_t apart) {
  const std::int64_t distance = apart < 0 ? -apart : apart;
  const std::string message = Cat("与", whose, "的时钟相差 ", distance / 1000, " 毫秒");
  const std::string advice = "在各台机器上启用时间同步（如 apt-get install systemd-timesyncd 或 chrony），再核对 date";
  if (distance >= kClockFailure)
    checks.Fail(code, message, advice);
  else if (distance >= kClockWarning)
    checks.Warn(code, message, advice);
  else
    checks.Ok(code, message);
}

void ToProto(const store::Contents& contents, v1::StoreContents& out) {
  out.set_engine(contents.engine == store::Engine::kSqlite ? "sqlite" : "postgresql");
  out.set_schema_version(contents.schema_version);
  for (const auto& [name, count] : contents.counts) (*out.mutable_counts())[name] = count;
  out.set_checkpoint(contents.checkpoint);
}

}  // namespace jixiao::operation
