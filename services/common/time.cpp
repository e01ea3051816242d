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

// The last `digits` digits of `n`.
void PutDigits(std::string& out, unsigned n, int digits) {
  unsigned unit = 1;
  for (int i = 1; i < digits; ++i) unit *= 10;
  for (; unit > 0; unit /= 10) out.push_back(static_cast<char>('0' + n / unit % 10));
}

}  // namespace

std::int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string FormatUtc(std::int64_t micros) {
  // Every log line has one: without printf and the time zone's lock.
  using namespace std::chrono;
  const sys_time<microseconds> time{microseconds(micros)};
  const auto days = floor<std::chrono::days>(time);
  const year_month_day date(days);
  const hh_mm_ss clock(time - days);
  std::string text;
  text.reserve(32);
  PutDigits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  PutDigits(text += '-', static_cast<unsigned>(date.month()), 2);
  PutDigits(text += '-', static_cast<unsigned>(date.day()), 2);
  PutDigits(text += 'T', static_cast<unsigned>(clock.hours().count()), 2);
  PutDigits(text += ':', static_cast<unsigned>(clock.minutes().count()), 2);
  PutDigits(text += ':', static_cast<unsigned>(clock.seconds().count()), 2);
  PutDigits(text += '.', static_cast<unsigned>(clock.subseconds().count()), 6);
  return text += 'Z';
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
