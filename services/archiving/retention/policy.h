// How long records are kept (保管期限), and how their archival code (档号) is composed: data that a bureau changes,
// with a default.
//
// A policy is YAML:
//
//   fonds: "0101"                   全宗号; may be empty
//   category: KJ                    档案门类代码
//   code: "{fonds}-{category}·{year}-{class}-{number:6}"     {region} and {unit} too
//   classes:
//     - {name: 10年, code: D10, years: 10}
//     - {name: 永久, code: Y}          without years: for ever
//   counted_from: next_year         or archive_time
//   rules:                          the first that fits decides
//     - {id: finance, class: 30年, stages: [finance], authority: …}
//     - {id: rest, class: 10年, authority: …}     the last fits everything
//
// A rule fits when all that it names holds: kinds (project, department, transfer), regions (starts of the division
// code), years ({from: 2021, to: 2025}), stages of review that were passed (department, finance), departments and units
// (name or code, whole), grades, amount_at_least (元: the largest amount of the funds table, read as scoring reads it;
// a figure that is no amount may be any).
#pragma once

#include "common/decimal.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"
#include "jixiao/archiving/v1/archiving_service.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

// A value; immutable once read. Safe to share between threads.
class RetentionPolicy {
 public:
  // The policy that is shipped.
  static const RetentionPolicy& Default();
  static std::string_view DefaultText();

  // INVALID_ARGUMENT (POLICY_INVALID) with the line for what is unknown, missing or twice.
  static absl::StatusOr<RetentionPolicy> Parse(const std::string& text);

  // How long a record is kept. Of a request: form, scorecard and review.
  v1::RetentionDecision Decide(const evaluation::v1::SelfEvaluation& form, const evaluation::v1::Scorecard& card,
                               const intake::v1::ReviewRecord* review) const;

  const std::string& digest() const { return digest_; }

 private:
  struct Class {
    std::string name;
    std::string code;
    std::optional<int> years;  // nothing: for ever
  };
  struct Rule {
    std::string id;
    std::string authority;
    std::size_t class_index = 0;
    std::set<int> kinds;
    std::vector<std::string> regions;
    int from_year = 0;
    int to_year = 9999;
    std::set<int> stages;
    std::set<std::string, std::less<>> departments;
    std::set<std::string, std::less<>> units;
    std::set<std::string, std::less<>> grades;
    std::optional<Decimal> amount_at_least;
  };
  friend struct RetentionPolicyReader;

  RetentionPolicy() = default;
  static bool Fits(const Rule& rule, const evaluation::v1::SelfEvaluation& form, const evaluation::v1::Scorecard& card,
                   const intake::v1::ReviewRecord* review);

  std::string fonds_;
  std::string category_;
  std::string code_;
  v1::RetentionStart start_ = v1::RETENTION_START_NEXT_YEAR;
  std::vector<Class> classes_;
  std::vector<Rule> rules_;
  std::string digest_;
};

// 档号 of the record with this index; empty when the decision has none.
std::string ArchivalCode(const v1::RetentionDecision& decision, std::int64_t index);

// When the retention ends, in microseconds since 1970; nothing when it never does.
std::optional<std::int64_t> RetentionEnd(const v1::RetentionDecision& decision, std::int64_t archive_time);

}  // namespace jixiao::archiving
