// Labels of a moment: names such as `stable` that point to a rule set for a region and a budget year. Immutable.
#pragma once

#include "common/text.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/status/status.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// The label that decides for forms without a selector, and the one that scores the same forms beside it.
inline constexpr std::string_view kStable = "stable";
inline constexpr std::string_view kShadow = "shadow";

// All labels of one name.
class LabelScopes {
 public:
  void Add(const v1::Label& label) { by_region_[label.region_code()].emplace(label.fiscal_year(), &label); }

  // Of the labels for the form's region (longest prefix first) and year (its own before year 0), the first one that
  // `accept(const v1::Label&)` takes; nullptr when there is none.
  template <class Accept>
  const v1::Label* First(std::string_view region, int fiscal_year, Accept&& accept) const {
    for (std::size_t length = std::min(region.size(), longest_) + 1; length-- > 0;) {
      const auto years = by_region_.find(region.substr(0, length));
      if (years == by_region_.end()) continue;
      for (const int year : {fiscal_year, 0}) {
        const auto label = years->second.find(year);
        if (label != years->second.end() && accept(*label->second)) return label->second;
        if (year == 0) break;
      }
    }
    return nullptr;
  }

  const v1::Label* First(std::string_view region, int fiscal_year) const {
    return First(region, fiscal_year, [](const v1::Label&) { return true; });
  }

  // Digests that the labels point to, without repetition.
  std::vector<std::string> Digests() const;

 private:
  static constexpr std::size_t longest_ = 9;  // digits of a division code
  TextMap<std::map<int, const v1::Label*>> by_region_;
};

class Labels {
 public:
  Labels() = default;
  explicit Labels(std::vector<v1::Label> all);
  Labels(const Labels&) = delete;
  Labels& operator=(const Labels&) = delete;

  // nullptr when no label has this name; the first two are kept at hand for every score.
  const LabelScopes* stable() const { return stable_; }
  const LabelScopes* shadow() const { return shadow_; }
  const LabelScopes* Named(std::string_view name) const;

  // The label of exactly this scope; nullptr when there is none.
  const v1::Label* Find(std::string_view name, std::string_view region_code, int fiscal_year) const;
  // By name, region and year.
  const std::vector<v1::Label>& All() const { return all_; }

 private:
  std::vector<v1::Label> all_;
  TextMap<LabelScopes> by_name_;
  const LabelScopes* stable_ = nullptr;
  const LabelScopes* shadow_ = nullptr;
};

// The scope of a label in Chinese, such as （区划 51，2021 年度）.
std::string ScopeText(const v1::Label& label);

// INVALID_ARGUMENT (LABEL_INVALID) with each field of name and scope at fault, below "label".
absl::Status ValidateLabel(const v1::Label& label);

// Of the budget years whose forms were `seen` in the label's region, those that it would decide: its own year; for year
// 0, every one without a label of its own there.
std::vector<int> YearsDecided(const v1::Label& label, const std::vector<int>& seen, const Labels& labels);

// Whether `report` (nullptr for none) bears out that `label` points to its digest: a simulation into it, at most a day
// before `now`, with forms of each of `years`. FAILED_PRECONDITION: REPORT_REQUIRED or REPORT_STALE, saying what is
// missing.
absl::Status CheckReport(const v1::Label& label, const v1::Simulation* report, const std::vector<int>& years,
                         std::int64_t now);

}  // namespace jixiao::scoring
