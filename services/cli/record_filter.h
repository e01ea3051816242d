// The filter of `archive search`, `summary`, `export --season` and `rescore`: the same options, the same meaning.
#pragma once

#include "jixiao/archiving/v1/record_search_service.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace jixiao::cli {

struct FilterOptions {
  std::string text;
  std::string unit;
  std::string project;
  std::string department;
  std::string region;
  int year = 0;
  std::vector<std::string> grades;
  std::vector<std::string> findings;
  std::string min_score;
  std::string max_score;
  std::string rule_set;
  std::string since;  // 2026-01-31 or 2026-01-31 08:30:00 in Asia/Shanghai
  std::string until;  // a day is meant with its last moment
  std::string kind;   // project, department or transfer

  bool empty() const {
    return text.empty() && unit.empty() && project.empty() && department.empty() && region.empty() && year == 0 &&
           grades.empty() && findings.empty() && min_score.empty() && max_score.empty() && rule_set.empty() &&
           since.empty() && until.empty() && kind.empty();
  }
};

// INVALID_ARGUMENT (FILTER_INVALID) for a time that is none.
absl::StatusOr<archiving::v1::RecordFilter> FilterOf(const FilterOptions& options);

// A time that somebody typed: "2026-01-31" or "2026-01-31 08:30:00" in Asia/Shanghai, in microseconds UTC.
// INVALID_ARGUMENT (FILTER_INVALID) that names `option`.
absl::StatusOr<std::int64_t> TimeSince(const std::string& option, const std::string& text);
// The same for the end of a span, which takes in the whole day or second that was typed: the first moment after it.
absl::StatusOr<std::int64_t> TimeUntil(const std::string& option, const std::string& text);

// What the filter says in words, such as 年度 2021，区划 51…; 全部 for none.
std::string Describe(const FilterOptions& options);

}  // namespace jixiao::cli
