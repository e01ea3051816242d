// Which finding asks for what, and what makes a form risky: data that a province changes, with a default.
#pragma once

#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/intake/v1/review.pb.h"
#include "jixiao/intake/v1/review_record.pb.h"

#include <absl/status/statusor.h>

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// A value; immutable once read. Safe to share between threads.
class ReviewPolicy {
 public:
  // The policy that is shipped.
  static const ReviewPolicy& Default();
  static std::string_view DefaultText();

  // Reads a policy in YAML (or JSON, which is YAML). What it leaves out is as in the default; unknown keys, classes and
  // codes without a form are refused: INVALID_ARGUMENT (POLICY_INVALID) with the line.
  static absl::StatusOr<ReviewPolicy> Parse(const std::string& text);

  // The class of a finding: of its code where the policy names it, for the longest region that does; by its severity
  // otherwise.
  v1::FindingClass ClassOf(std::string_view region_code, const evaluation::v1::Finding& finding) const;

  const v1::RiskWeights& risk() const { return risk_; }
  // "sha256:…" of everything the policy says: equal for policies that say the same.
  const std::string& digest() const { return digest_; }

 private:
  struct Classes {
    std::array<v1::FindingClass, evaluation::v1::Severity_ARRAYSIZE> by_severity{};  // UNSPECIFIED: not said
    std::map<std::string, v1::FindingClass, std::less<>> by_code;
  };

  ReviewPolicy() = default;
  // Reads `text` over what is there already.
  absl::Status Read(const std::string& text);
  void Seal();

  friend struct PolicyReader;

  Classes general_;
  std::map<std::string, Classes, std::less<>> regions_;  // by the start of the division code
  v1::RiskWeights risk_;
  std::string digest_;
};

// Whether `weights` are exact decimals, none negative, its amounts rising; otherwise what is wrong, as "field: why".
std::string FaultOf(const v1::RiskWeights& weights);

std::string_view TitleOf(v1::FindingClass finding_class);
std::string_view TitleOf(v1::AnswerState state);

}  // namespace jixiao::intake
