#include "scoring/engine/rules.h"

#include "common/canonical.h"
#include "common/text.h"
#include "scoring/checks/checks.h"
#include "scoring/engine/literal.h"

#include <algorithm>
#include <set>

namespace jixiao::scoring {
namespace {

// Collects the faults of a rule set while its numbers are read.
class Faults {
 public:
  void Add(std::string field, std::string what) { violations_.push_back({std::move(field), std::move(what)}); }

  Decimal Number(const std::string& field, const std::string& text, Decimal low, Decimal high) {
    const auto number = Decimal::Parse(text);
    if (!number || *number < low || *number > high) {
      Add(field, Cat("\"", text, "\" is not a decimal from ", low.ToString(), " to ", high.ToString()));
      return low;
    }
    return *number;
  }

  std::vector<CompiledBand> Bands(const std::string& field, const google::protobuf::RepeatedPtrField<v1::Band>& bands) {
    std::vector<CompiledBand> out;
    for (int i = 0; i < bands.size(); ++i) {
      const std::string path = Cat(field, "[", i, "]");
      const CompiledBand band{Number(path + ".at_least", bands[i].at_least(), Decimal(0), Decimal(10)),
                              Number(path + ".share", bands[i].share(), Decimal(0), Decimal(1))};
      if (!out.empty() && band.at_least >= out.back().at_least)
        Add(path + ".at_least", "bands go from the highest rate down");
      out.push_back(band);
    }
    if (out.empty() || !out.back().at_least.IsZero())
      Add(field, "the last band starts at 0, so that no rate is without points");
    return out;
  }

  template <class Enum>
  Enum Chosen(const std::string& field, Enum value) {
    if (value == Enum{}) Add(field, "must be chosen");
    return value;
  }

  absl::Status ToStatus(std::string_view id) const {
    if (violations_.empty()) return absl::OkStatus();
    return InvalidFields("RULE_SET_INVALID", Cat("rule set ", id, " is invalid"), violations_);
  }

 private:
  std::vector<FieldViolation> violations_;
};

std::vector<std::string> FoldedWords(const google::protobuf::RepeatedPtrField<std::string>& words) {
  std::vector<std::string> out;
  for (const std::string& word : words) out.push_back(Fold(word));
  return out;
}

// Folded text without what separates its words: forms put commas into the tiers' names as they please.
std::string WithoutPunctuation(std::string_view folded) {
  std::string out;
  while (!folded.empty()) {
    std::string_view rest = folded;
    const char32_t c = TakeUtf8(rest);
    constexpr std::u32string_view kMarks = U" ,;.:!()\"'、“”‘’「」《》·";
    if (kMarks.find(c) == std::u32string_view::npos) out += folded.substr(0, folded.size() - rest.size());
    folded = rest;
  }
  return out;
}

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Length of the longest of `words` that `text` contains; 0 for none.
std::size_t LongestIn(std::string_view text, const std::vector<std::string>& words) {
  std::size_t longest = 0;
  for (const std::string& word : words)
    if (word.size() > longest && text.find(word) != std::string_view::npos) longest = word.size();
  return longest;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Rules>> Rules::Compile(v1::RuleSet rule_set) {
  const std::shared_ptr<Rules> rules(new Rules);  // the constructor is private: nobody gets half a rule set
  ASSIGN_OR_RETURN(rules->digest_, CanonicalDigest(rule_set));
  Faults faults;
  const v1::RuleSet& r = rule_set;
  const Decimal kThousand(1000);

  if (!IsId(r.id())) faults.Add("id", "1 to 64 lower-case letters, digits and hyphens");
  if (r.revision() < 1) faults.Add("revision", "starts at 1");
  if (r.title().empty()) faults.Add("title", "is required");
  if (r.authority().empty()) faults.Add("authority", "at least one source is required");
  if (r.last_fiscal_year() != 0 && r.last_fiscal_year() < r.first_fiscal_year())
    faults.Add("last_fiscal_year", "lies before first_fiscal_year");

  rules->total_weight = faults.Number("total_weight", r.total_weight(), Decimal(1), kThousand);
  rules->execution_weight = faults.Number("execution.weight", r.execution().weight(), Decimal(0), rules->total_weight);
  Decimal sum = rules->execution_weight;
  std::set<int> seen;
  for (int i = 0; i < r.classes_size(); ++i) {
    const v1::ClassRule& c = r.classes(i);
    const std::string path = Cat("classes[", i, "]");
    if (c.indicator_class() == v1::INDICATOR_CLASS_UNSPECIFIED || !seen.insert(c.indicator_class()).second)
      faults.Add(path + ".indicator_class", "each class stands once");
    CompiledClass compiled{c.indicator_class(), c.name(), FoldedWords(c.level1_words()), FoldedWords(c.level2_words()),
                           faults.Number(path + ".weight", c.weight(), Decimal(0), rules->total_weight)};
    sum += compiled.weight;
    rules->classes.push_back(std::move(compiled));
  }
  if (sum != rules->total_weight)
    faults.Add("classes", Cat("weights and execution.weight add up to ", sum.ToString(), ", not to total_weight ",
                              rules->total_weight.ToString()));

  rules->execution_method = faults.Chosen("execution.method", r.execution().method());
  rules->over_budget_allowed = r.execution().over_budget_allowed();
  if (rules->execution_method == v1::EXECUTION_METHOD_BANDS)
    rules->execution_bands = faults.Bands("execution.bands", r.execution().bands());

  rules->at_least = faults.Chosen("quantitative.at_least", r.quantitative().at_least());
  rules->at_most = faults.Chosen("quantitative.at_most", r.quantitative().at_most());
  rules->range_and_date = faults.Chosen("quantitative.range_and_date", r.quantitative().range_and_date());
  if (rules->at_least == v1::SHORTFALL_METHOD_LINEAR_EXCESS)
    faults.Add("quantitative.at_least", "LINEAR_EXCESS is for at_most");
  if (rules->range_and_date != v1::SHORTFALL_METHOD_ZERO && rules->range_and_date != v1::SHORTFALL_METHOD_UNSPECIFIED)
    faults.Add("quantitative.range_and_date", "only SHORTFALL_METHOD_ZERO is supported");
  if (rules->at_least == v1::SHORTFALL_METHOD_RATIO_ABOVE_PASS ||
      rules->at_most == v1::SHORTFALL_METHOD_RATIO_ABOVE_PASS)
    rules->pass_threshold = faults.Number("quantitative.pass_threshold", r.quantitative().pass_threshold(), Decimal(0),
                                          Decimal::Scaled(99, 2));
  rules->equal_is_exact = r.quantitative().equal_is_exact();
  faults.Chosen("quantitative.several", r.quantitative().several());
  rules->approximate_slack = faults.Number("quantitative.approximate_slack", r.quantitative().approximate_slack(),
                                           Decimal(0), Decimal::Scaled(5, 1));

  for (int i = 0; i < r.qualitative().tiers_size(); ++i) {
    const v1::Tier& tier = r.qualitative().tiers(i);
    const std::string path = Cat("qualitative.tiers[", i, "]");
    CompiledTier compiled{tier.name(), faults.Number(path + ".at_least", tier.at_least(), Decimal(0), Decimal(1)),
                          faults.Number(path + ".at_most", tier.at_most(), Decimal(0), Decimal(1)), i == 0};
    const Decimal above = i == 0 ? Decimal(1) : rules->tiers.back().at_least;
    if (compiled.at_most != above)
      faults.Add(path + ".at_most", Cat("must be ", above.ToString(), ": no gap and no overlap"));
    if (compiled.at_least >= compiled.at_most) faults.Add(path + ".at_least", "must lie below at_most");
    for (const std::string& phrase : tier.phrases()) {
      const std::string words = WithoutPunctuation(Fold(phrase));
      if (words.empty()) faults.Add(path + ".phrases", "a phrase says something");
      if (!rules->tier_phrases_.emplace(words, static_cast<std::size_t>(i)).second)
        faults.Add(path + ".phrases", Cat(phrase, " stands twice"));
    }
    rules->tiers.push_back(std::move(compiled));
  }
  if (rules->tiers.empty() || !rules->tiers.back().at_least.IsZero())
    faults.Add("qualitative.tiers", "the last tier reaches down to 0");
  rules->tier_names_required = r.qualitative().names_required();
  if (r.has_satisfaction()) rules->satisfaction_bands = faults.Bands("satisfaction.bands", r.satisfaction().bands());

  for (int i = 0; i < r.grades_size(); ++i) {
    const std::string path = Cat("grades[", i, "]");
    CompiledGrade grade{r.grades(i).name(),
                        faults.Number(path + ".at_least", r.grades(i).at_least(), Decimal(0), rules->total_weight),
                        {}};
    for (const std::string& word : r.grades(i).words()) grade.words.push_back(Fold(word));
    if (!rules->grades.empty() && grade.at_least >= rules->grades.back().at_least)
      faults.Add(path + ".at_least", "grades go from the highest down");
    rules->grades.push_back(std::move(grade));
  }
  if (rules->grades.empty() || !rules->grades.back().at_least.IsZero())
    faults.Add("grades", "the last grade starts at 0, so that every total has one");

  rules->places = r.rounding().places();
  if (rules->places < 0 || rules->places > 4) faults.Add("rounding.places", "from 0 to 4");
  if (rules->total_weight.scale() > rules->places) faults.Add("total_weight", "has more decimals than rounding.places");
  rules->points_warning =
      faults.Number("tolerances.points_warning", r.tolerances().points_warning(), Decimal(0), Decimal(10));
  rules->points_error =
      faults.Number("tolerances.points_error", r.tolerances().points_error(), rules->points_warning, Decimal(10));
  rules->amount_tolerance = faults.Number("tolerances.amount", r.tolerances().amount(), Decimal(0), Decimal(10));
  rules->percentage_tolerance =
      faults.Number("tolerances.percentage", r.tolerances().percentage(), Decimal(0), Decimal(10));

  const v1::CheckLimits& limits = r.limits();
  if (!limits.reason_below_rate().empty())
    rules->reason_below_rate =
        faults.Number("limits.reason_below_rate", limits.reason_below_rate(), Decimal(0), Decimal(1));
  rules->idle_rate = faults.Number("limits.idle_rate", limits.idle_rate(), Decimal(0), Decimal(1));
  rules->inflated_share = faults.Number("limits.inflated_share", limits.inflated_share(), Decimal(0), Decimal(1));
  rules->over_target_flag = faults.Number("limits.over_target_flag", limits.over_target_flag(), Decimal(1), kThousand);
  rules->over_target_reason =
      faults.Number("limits.over_target_reason", limits.over_target_reason(), rules->over_target_flag, kThousand);
  rules->echo_min_length = limits.echo_min_length();
  if (rules->echo_min_length < 0) faults.Add("limits.echo_min_length", "starts at 0");

  for (int i = 0; i < r.checks_size(); ++i) {
    const v1::CheckSetting& check = r.checks(i);
    // A misspelt code would switch its check off unnoticed.
    if (FindCheck(check.code()) == nullptr) faults.Add(Cat("checks[", i, "].code"), "names no check");
    if (check.severity() == evaluation::v1::SEVERITY_UNSPECIFIED)
      faults.Add(Cat("checks[", i, "].severity"), "must be chosen");
    if (!rules->checks_.emplace(check.code(), check.severity()).second)
      faults.Add(Cat("checks[", i, "].code"), "stands twice");
  }

  const v1::Vocabulary& words = r.vocabulary();
  for (const std::string& word : words.fillers()) rules->fillers_.insert(Fold(word));
  for (const std::string& word : words.fund_totals()) rules->fund_totals_.insert(Fold(word));
  for (const std::string& word : words.unmade_choices()) rules->unmade_choices_.insert(Fold(word));
  for (const std::string& word : words.plain_answers()) rules->plain_answers_.insert(Fold(word));
  rules->lower_is_better_ = FoldedWords(words.lower_is_better());

  RETURN_IF_ERROR(faults.ToStatus(r.id()));
  rules->source_ = std::move(rule_set);
  return rules;
}

std::optional<evaluation::v1::Severity> Rules::SeverityOf(std::string_view check) const {
  const auto found = checks_.find(check);
  if (found == checks_.end()) return std::nullopt;
  return found->second;
}

const CompiledClass* Rules::ClassOf(std::string_view level1, std::string_view level2) const {
  for (const auto& [text, words] :
       {std::pair{level1, &CompiledClass::level1_words}, std::pair{level2, &CompiledClass::level2_words}}) {
    const CompiledClass* best = nullptr;
    std::size_t longest = 0;
    for (const CompiledClass& candidate : classes) {
      const std::size_t length = LongestIn(text, candidate.*words);
      if (length > longest) {
        longest = length;
        best = &candidate;
      }
    }
    if (best != nullptr) return best;
  }
  return nullptr;
}

const CompiledTier* Rules::TierOf(std::string_view folded) const {
  constexpr std::size_t kLongest = 256;  // a whole text states no tier
  if (folded.size() > kLongest) return nullptr;
  const auto found = tier_phrases_.find(WithoutPunctuation(folded));
  return found == tier_phrases_.end() ? nullptr : &tiers[found->second];
}

const CompiledGrade* Rules::GradeOf(const Decimal& total) const {
  for (const CompiledGrade& grade : grades)
    if (total >= grade.at_least) return &grade;
  return nullptr;
}

const CompiledGrade* Rules::GradeNamed(std::string_view word) const {
  for (const CompiledGrade& grade : grades)
    if (grade.name == word || std::find(grade.words.begin(), grade.words.end(), word) != grade.words.end())
      return &grade;
  return nullptr;
}

bool Rules::LowerIsBetter(std::string_view name) const {
  return LongestIn(name, lower_is_better_) > 0;
}

}  // namespace jixiao::scoring
