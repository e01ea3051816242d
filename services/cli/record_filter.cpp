#include "cli/record_filter.h"

#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <charconv>
#include <chrono>
#include <optional>

namespace jixiao::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kShanghai = 8 * 3600 * kSecond;

// The digits of `text` from `at` on; nothing when they are not all digits.
std::optional<int> Digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  const char* const from = text.data() + at;
  const auto [end, error] = std::from_chars(from, from + count, value);
  if (error != std::errc() || end != from + count || value < 0) return std::nullopt;
  return value;
}

// Microseconds of "YYYY-MM-DD" or "YYYY-MM-DD HH:MM:SS"; `is_day` says which it was.
std::optional<std::int64_t> ParseTime(std::string_view text, bool& is_day) {
  is_day = text.size() == 10;
  if ((!is_day && text.size() != 19) || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = Digits(text, 0, 4);
  const auto month = Digits(text, 5, 2);
  const auto day = Digits(text, 8, 2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  std::int64_t micros = std::chrono::sys_days(date).time_since_epoch().count() * kDay - kShanghai;
  if (is_day) return micros;
  const auto hour = Digits(text, 11, 2);
  const auto minute = Digits(text, 14, 2);
  const auto second = Digits(text, 17, 2);
  const bool separated = (text[10] == ' ' || text[10] == 'T') && text[13] == ':' && text[16] == ':';
  if (!separated || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return micros + ((*hour * 60 + *minute) * 60 + *second) * kSecond;
}

absl::Status NoTime(std::string_view option) {
  return InvalidField("FILTER_INVALID", std::string(option), "写作 2026-01-31 或 \"2026-01-31 08:30:00\"（北京时间）");
}

}  // namespace

absl::StatusOr<std::int64_t> TimeSince(const std::string& option, const std::string& text) {
  bool is_day = false;
  const std::optional<std::int64_t> time = ParseTime(text, is_day);
  if (!time) return NoTime(option);
  return *time;
}

absl::StatusOr<std::int64_t> TimeUntil(const std::string& option, const std::string& text) {
  bool is_day = false;
  const std::optional<std::int64_t> time = ParseTime(text, is_day);
  if (!time) return NoTime(option);
  return *time + (is_day ? kDay : kSecond);
}

absl::StatusOr<archiving::v1::RecordFilter> FilterOf(const FilterOptions& options) {
  archiving::v1::RecordFilter filter;
  filter.set_text(options.text);
  filter.set_unit(options.unit);
  filter.set_project(options.project);
  filter.set_department(options.department);
  filter.set_region_prefix(options.region);
  filter.set_fiscal_year(options.year);
  for (const std::string& grade : options.grades) filter.add_grades(grade);
  for (const std::string& code : options.findings) filter.add_finding_codes(code);
  filter.set_min_score(options.min_score);
  filter.set_max_score(options.max_score);
  filter.set_rule_set(options.rule_set);
  if (!options.since.empty()) {
    ASSIGN_OR_RETURN(const std::int64_t since, TimeSince("--since", options.since));
    *filter.mutable_archived_since() = ToTimestamp(since);
  }
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(const std::int64_t until, TimeUntil("--until", options.until));
    *filter.mutable_archived_until() = ToTimestamp(until);
  }
  if (options.kind == "project") filter.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  if (options.kind == "department") filter.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT);
  if (options.kind == "transfer") filter.set_kind(evaluation::v1::FORM_KIND_TRANSFER_PAYMENT);
  return filter;
}

std::string Describe(const FilterOptions& options) {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (!value.empty()) Append(out, out.empty() ? "" : "，", name, " ", value);
  };
  add("文字", options.text);
  add("单位", options.unit);
  add("项目", options.project);
  add("主管部门", options.department);
  add("区划", options.region);
  if (options.year != 0) add("年度", Cat(options.year));
  for (const std::string& grade : options.grades) add("等级", grade);
  for (const std::string& code : options.findings) add("问题", code);
  add("最低分", options.min_score);
  add("最高分", options.max_score);
  add("规则", options.rule_set);
  add("归档自", options.since);
  add("归档至", options.until);
  add("表种", options.kind);
  return out.empty() ? "全部" : out;
}

}  // namespace jixiao::cli
