#include "common/log.h"

#include "common/text.h"
#include "common/time.h"

#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace jixiao::log {
namespace {

constexpr std::size_t kMaxWaitingBytes = 2 * 1024 * 1024;
constexpr std::size_t kMaxValueBytes = 512;
// Lines wait so long for others to be written with: waking the writer for each would cost a call more than its line.
constexpr std::chrono::milliseconds kGather{20};

std::string& ServiceName() {
  static std::string name;
  return name;
}

std::atomic<std::uint64_t>& Lost() {
  static std::atomic<std::uint64_t> lines{0};
  return lines;
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

bool NeedsEscape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

void AppendJsonString(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  text = TruncateUtf8(text, kMaxValueBytes);
  out.push_back('"');
  const auto plain = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), NeedsEscape) - text.begin());
  out.append(text, 0, plain);
  for (const char c : text.substr(plain)) {
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

// Takes lines in without waiting, and writes them to stdout on a thread of its own.
class Writer final : public spdlog::sinks::sink {
 public:
  Writer() : thread_([this] { Run(); }) {}
  ~Writer() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void log(const spdlog::details::log_msg& line) override {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() > kMaxWaitingBytes) {
        // Whoever reads stdout does not keep up: the oldest lines go, and that is said.
        const auto lines = static_cast<std::size_t>(std::count(waiting_.begin(), waiting_.end(), '\n'));
        lost_ += lines;
        Lost().fetch_add(lines, std::memory_order_relaxed);
        waiting_.clear();
      }
      first = waiting_.empty();
      waiting_.append(line.payload.data(), line.payload.size());
      waiting_.push_back('\n');
      urgent_ = urgent_ || line.level >= spdlog::level::warn;
      first = first || urgent_;
    }
    if (first) wake_.notify_one();
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}  // lines come as they are to be written
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!closing_ || !waiting_.empty()) {
      wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      wake_.wait_for(lock, kGather, [this] { return closing_ || urgent_; });
      std::string lines = std::exchange(waiting_, std::move(spare_));
      const std::size_t lost = std::exchange(lost_, 0);
      urgent_ = false;
      lock.unlock();
      if (lost > 0) lines.insert(0, LostLine(lost));
      std::fwrite(lines.data(), 1, lines.size(), stdout);
      std::fflush(stdout);
      lines.clear();
      lock.lock();
      spare_ = std::move(lines);
    }
  }

  static std::string LostLine(std::size_t lost);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::string waiting_;
  std::string spare_;  // the memory of lines that have been written
  std::size_t lost_ = 0;
  bool urgent_ = false;
  bool closing_ = false;
  std::thread thread_;
};

std::string Line(Level level, std::string_view message, std::initializer_list<Field> fields) {
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
  return line;
}

std::string Writer::LostLine(std::size_t lost) {
  return Line(Level::kWarning, "log lines were lost", {{"lines", lost}}) + '\n';
}

}  // namespace

void Open(std::string_view service, Level level) {
  ServiceName() = service;
  auto logger = std::make_shared<spdlog::logger>("jixiao", std::make_shared<Writer>());
  logger->set_level(ToSpdlog(level));
  spdlog::set_default_logger(std::move(logger));
}

void Close() {
  spdlog::shutdown();
}

void Write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (ServiceName().empty() || !spdlog::should_log(ToSpdlog(level))) return;
  const std::string line = Line(level, message, fields);
  spdlog::default_logger_raw()->log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

std::string_view NameOf(Level level) {
  constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};
  return kNames[static_cast<int>(level)];
}

void SetLevel(Level level) {
  if (auto* logger = spdlog::default_logger_raw(); logger != nullptr) logger->set_level(ToSpdlog(level));
}

Level CurrentLevel() {
  const auto* logger = spdlog::default_logger_raw();
  const auto level = logger == nullptr ? spdlog::level::info : logger->level();
  for (const Level one : {Level::kDebug, Level::kInfo, Level::kWarning})
    if (ToSpdlog(one) == level) return one;
  return Level::kError;
}

std::uint64_t LostLines() {
  return Lost().load(std::memory_order_relaxed);
}

Level LevelNamed(std::string_view name) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError})
    if (NameOf(level) == name) return level;
  return Level::kInfo;
}

}  // namespace jixiao::log
