// JSON logs: one object a line on stdout, in English, with UTC time. Cells and payloads never go into a log.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace jixiao::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// A named value of a log line.
struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, std::int64_t v) : name(n), value(v) {}
  Field(std::string_view n, int v) : name(n), value(static_cast<std::int64_t>(v)) {}
  Field(std::string_view n, std::size_t v) : name(n), value(static_cast<std::int64_t>(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
};

// Opens the log of this process. Call once, before any other thread logs; until then nothing is written. A full queue
// drops the oldest lines rather than hold a call up.
void Open(std::string_view service, Level level);

// Writes all queued lines. Call before exit.
void Close();

void Write(Level level, std::string_view message, std::initializer_list<Field> fields = {});
inline void Debug(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kDebug, message, fields);
}
inline void Info(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kInfo, message, fields);
}
inline void Warning(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kWarning, message, fields);
}
inline void Error(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kError, message, fields);
}

// What is logged from now on, by all threads; and what is logged now.
void SetLevel(Level level);
Level CurrentLevel();
std::string_view NameOf(Level level);

// Lines that were dropped since the start.
std::uint64_t LostLines();

// The level of a name (debug, info, warning, error); info for any other.
Level LevelNamed(std::string_view name);

}  // namespace jixiao::log
