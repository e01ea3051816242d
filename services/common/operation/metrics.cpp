#include "common/operation/metrics.h"

#include "common/log.h"
#include "common/operation/checks.h"
#include "common/store/postgres.h"
#include "common/time.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace jixiao::operation {
namespace {

std::optional<double> ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  if (!(statm >> pages >> resident)) return std::nullopt;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> ProcessorSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<double> FileBytes(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return std::nullopt;
  return static_cast<double>(size);
}

}  // namespace

void AddProcessMetrics(Metrics& metrics, WorkerPool& pool) {
  metrics.AddGauge("jixiao_build_info", "1, with the version of the program", {{"version", std::string(Version())}})
      .Set(1);
  metrics.AddGauge("jixiao_start_time_seconds", "When the process began, in seconds since 1970")
      .Set(static_cast<double>(NowMicros()) / 1e6);
  metrics.AddReading("jixiao_process_resident_bytes", "Memory of the process", ResidentBytes);
  metrics.AddReading("jixiao_process_cpu_seconds", "Processor time that the process has used", ProcessorSeconds);
  metrics.AddReading("jixiao_log_lines_lost", "Log lines dropped because nobody took them, since the start",
                     [] { return static_cast<double>(log::LostLines()); });
  metrics.AddReading("jixiao_pool_queued", "Calls that wait for a thread which may block",
                     [&pool] { return static_cast<double>(pool.queued()); });
}

void AddStoreMetrics(Metrics& metrics, const std::string& address, store::GroupCommit& writer) {
  using Stats = store::GroupCommit::Stats;
  const auto add = [&](const std::string& name, const std::string& help, double (*value)(const Stats&)) {
    metrics.AddReading(name, help, [&writer, value] { return value(writer.stats()); });
  };
  add("jixiao_store_queued", "Writes that wait for their commit",
      [](const Stats& stats) { return static_cast<double>(stats.queued); });
  add("jixiao_store_commits", "Commits since the start, each of one or more writes",
      [](const Stats& stats) { return static_cast<double>(stats.groups); });
  add("jixiao_store_writes", "Writes in these commits",
      [](const Stats& stats) { return static_cast<double>(stats.works); });
  add("jixiao_store_checkpoints", "Copies of the write-ahead log into the database since the start",
      [](const Stats& stats) { return static_cast<double>(stats.checkpoints); });
  add("jixiao_store_failed_checkpoints", "Those that failed",
      [](const Stats& stats) { return static_cast<double>(stats.failed_checkpoints); });
  AddDiskMetrics(metrics, address);
}

void AddDiskMetrics(Metrics& metrics, const std::string& address) {
  if (store::IsPostgresUrl(address)) return;
  metrics.AddReading("jixiao_store_bytes", "Size of the database's file", [address] { return FileBytes(address); });
  metrics.AddReading("jixiao_store_log_bytes", "Size of its write-ahead log",
                     [address] { return FileBytes(address + "-wal").value_or(0); });
  metrics.AddReading("jixiao_store_free_bytes", "What is free on its disk", [address]() -> std::optional<double> {
    const std::filesystem::path folder = std::filesystem::path(address).parent_path();
    struct statvfs disk {};
    if (statvfs(folder.empty() ? "." : folder.c_str(), &disk) != 0) return std::nullopt;
    return static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  });
}

}  // namespace jixiao::operation
