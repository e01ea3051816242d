#include "common/log.h"

#include "common/text.h"
#include "common/time.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>

namespace jixiao::log {
namespace {

constexpr std::size_t kQueueLines = 8192;
constexpr std::size_t kMaxValueBytes = 512;

std::string& ServiceName() {
  static std::string name;
  return name;
}

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view NameOf(Level level) {
  constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};
  return kNames[static_cast<int>(level)];
}

void AppendJsonString(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : TruncateUtf8(text, kMaxValueBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      Append(out, "\\u00");
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

void Open(std::string_view service, Level level) {
  ServiceName() = service;
  spdlog::init_thread_pool(kQueueLines, 1);
  auto sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  auto logger = std::make_shared<spdlog::async_logger>("jixiao", std::move(sink), spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
  logger->set_pattern("%v");
  logger->set_level(ToSpdlog(level));
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
  spdlog::flush_every(std::chrono::seconds(1));
}

void Close() {
  spdlog::shutdown();
}

void Write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (ServiceName().empty() || !spdlog::should_log(ToSpdlog(level))) return;
  std::string line;
  line.reserve(256);
  Append(line, R"({"time":")", FormatUtc(NowMicros()), R"(","level":")", NameOf(level), R"(","service":")",
         ServiceName(), R"(","message":)");
  AppendJsonString(line, message);
  for (const Field& field : fields) {
    line.push_back(',');
    AppendJsonString(line, field.name);
    line.push_back(':');
    if (const auto* text = std::get_if<std::string_view>(&field.value))
      AppendJsonString(line, *text);
    else if (const auto* number = std::get_if<std::int64_t>(&field.value))
      Append(line, *number);
    else
      Append(line, std::get<bool>(field.value) ? "true" : "false");
  }
  line.push_back('}');
  spdlog::default_logger_raw()->log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

Level LevelNamed(std::string_view name) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError})
    if (NameOf(level) == name) return level;
  return Level::kInfo;
}

}  // namespace jixiao::log
