#include "scoring/rulesets/labels.h"

#include "common/errors.h"
#include "common/time.h"

#include <set>
#include <tuple>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxRegion = 9;
constexpr int kFirstYear = 2000;
constexpr int kLastYear = 2100;
constexpr std::int64_t kReportLifetime = std::int64_t{24} * 3600 * 1'000'000;

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string Joined(const std::vector<int>& years) {
  std::string text;
  for (const int year : years) Append(text, text.empty() ? "" : ", ", year);
  return text;
}

absl::Status ReportRequired(const v1::Label& label, std::string_view what, const std::vector<int>& years) {
  return Error(absl::StatusCode::kFailedPrecondition, "REPORT_REQUIRED",
               Cat(what,
                   "; simulate the rule set with forms of the budget years that the label decides and give the "
                   "simulation's name as report"),
               {{"digest", label.digest()}, {"fiscal_years", Joined(years)}});
}

}  // namespace

std::vector<std::string> LabelScopes::Digests() const {
  std::set<std::string> digests;
  for (const auto& [region, years] : by_region_)
    for (const auto& [year, label] : years) digests.insert(label->digest());
  return {digests.begin(), digests.end()};
}

Labels::Labels(std::vector<v1::Label> all) : all_(std::move(all)) {
  const auto key = [](const v1::Label& label) {
    return std::tuple<const std::string&, const std::string&, int>(label.name(), label.region_code(),
                                                                   label.fiscal_year());
  };
  std::sort(all_.begin(), all_.end(), [&](const v1::Label& a, const v1::Label& b) { return key(a) < key(b); });
  for (const v1::Label& label : all_) by_name_[label.name()].Add(label);
  stable_ = Named(kStable);
  shadow_ = Named(kShadow);
}

const LabelScopes* Labels::Named(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second;
}

const v1::Label* Labels::Find(std::string_view name, std::string_view region_code, int fiscal_year) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const v1::Label& label) {
    return label.name() == name && label.region_code() == region_code && label.fiscal_year() == fiscal_year;
  });
  return found == all_.end() ? nullptr : &*found;
}

std::string ScopeText(const v1::Label& label) {
  return Cat("（", label.region_code().empty() ? std::string("全国") : Cat("区划 ", label.region_code()), "，",
             label.fiscal_year() == 0 ? std::string("各年度") : Cat(label.fiscal_year(), " 年度"), "）");
}

absl::Status ValidateLabel(const v1::Label& label) {
  std::vector<FieldViolation> faults;
  if (!IsName(label.name()))
    faults.push_back({"label.name", "1 to 64 lower-case letters, digits and hyphens, a letter first"});
  const std::string& region = label.region_code();
  if (region.size() > kMaxRegion ||
      !std::all_of(region.begin(), region.end(), [](char c) { return c >= '0' && c <= '9'; }))
    faults.push_back({"label.region_code", "at most 9 digits"});
  if (label.fiscal_year() != 0 && (label.fiscal_year() < kFirstYear || label.fiscal_year() > kLastYear))
    faults.push_back({"label.fiscal_year", Cat("0, or from ", kFirstYear, " to ", kLastYear)});
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("LABEL_INVALID", "the label is invalid", faults);
}

std::vector<int> YearsDecided(const v1::Label& label, const std::vector<int>& seen, const Labels& labels) {
  std::vector<int> years;
  for (const int year : seen) {
    const bool own = label.fiscal_year() != 0
                         ? year == label.fiscal_year()
                         : year == 0 || labels.Find(label.name(), label.region_code(), year) == nullptr;
    if (own) years.push_back(year);
  }
  return years;
}

absl::Status CheckReport(const v1::Label& label, const v1::Simulation* report, const std::vector<int>& years,
                         std::int64_t now) {
  if (report == nullptr) {
    if (years.empty()) return absl::OkStatus();
    return ReportRequired(label, Cat("forms of the budget year ", Joined(years), " were scored in this region"), years);
  }
  if (report->to_digest() != label.digest())
    return ReportRequired(
        label, Cat(report->name(), " is a simulation into ", report->to_digest(), ", not into ", label.digest()),
        years);
  std::vector<int> missing;
  for (const int year : years)
    if (std::find(report->fiscal_years().begin(), report->fiscal_years().end(), year) == report->fiscal_years().end())
      missing.push_back(year);
  if (!missing.empty())
    return ReportRequired(label, Cat(report->name(), " has no form of the budget year ", Joined(missing)), missing);
  const std::int64_t made = ToMicros(report->create_time());
  if (now - made > kReportLifetime)
    return Error(absl::StatusCode::kFailedPrecondition, "REPORT_STALE",
                 Cat(report->name(), " was made at ", FormatUtc(made), ", more than 24 hours ago; simulate again"),
                 {{"report", report->name()}, {"create_time", FormatUtc(made)}});
  return absl::OkStatus();
}

}  // namespace jixiao::scoring
