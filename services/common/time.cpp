#include "common/time.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace jixiao {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kShanghaiOffset = 8 * 3600;

std::tm Calendar(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm calendar{};
  gmtime_r(&time, &calendar);
  return calendar;
}

// Rounds towards the past, so that the rest is never negative.
std::int64_t Seconds(std::int64_t micros) {
  return (micros >= 0 ? micros : micros - kMicrosPerSecond + 1) / kMicrosPerSecond;
}

}  // namespace

std::int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string FormatUtc(std::int64_t micros) {
  const std::tm t = Calendar(Seconds(micros));
  std::array<char, 80> text;
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", t.tm_year + 1900,
                                   t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                                   static_cast<int>(micros - Seconds(micros) * kMicrosPerSecond));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string FormatShanghai(std::int64_t micros) {
  const std::tm t = Calendar(Seconds(micros) + kShanghaiOffset);
  std::array<char, 80> text;
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d", t.tm_year + 1900,
                                   t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

google::protobuf::Timestamp ToTimestamp(std::int64_t micros) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(Seconds(micros));
  timestamp.set_nanos(static_cast<std::int32_t>((micros - Seconds(micros) * kMicrosPerSecond) * 1000));
  return timestamp;
}

std::int64_t ToMicros(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() * kMicrosPerSecond + timestamp.nanos() / 1000;
}

}  // namespace jixiao
