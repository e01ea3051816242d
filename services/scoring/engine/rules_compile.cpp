// Rules::Compile: reads every number of a rule set once and names every field at fault.
#include "common/canonical.h"
#include "scoring/checks/checks.h"
#include "scoring/engine/default_words.h"
#include "scoring/engine/former_rules.h"
#include "scoring/engine/literal.h"
#include "scoring/engine/rules.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <span>

namespace jixiao::scoring {
namespace {

const Decimal kZero;
const Decimal kOne(1);
const Decimal kTen(10);
const Decimal kThousand(1000);
const Decimal kMillion(1000000);

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

  // Empty means that the rule is off.
  std::optional<Decimal> Optional(const std::string& field, const std::string& text, Decimal low, Decimal high) {
    if (text.empty()) return std::nullopt;
    return Number(field, text, low, high);
  }

  std::optional<CompiledSteps> Steps(const std::string& field, bool given, const v1::StepDeduction& steps) {
    if (!given) return std::nullopt;
    return CompiledSteps{Number(field + ".step", steps.step(), Decimal::Scaled(1, 6), kOne),
                         Number(field + ".share", steps.share(), kZero, kOne)};
  }

  // A method that the field knows.
  v1::ShortfallMethod Shortfall(const std::string& field, v1::ShortfallMethod value,
                                std::initializer_list<v1::ShortfallMethod> allowed) {
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
    std::string names;
    for (const v1::ShortfallMethod method : allowed)
      Append(names, names.empty() ? "" : ", ", v1::ShortfallMethod_Name(method));
    Add(field, "one of " + names);
    return *allowed.begin();
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

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

// Fills Rules from the message, part by part.
class RulesCompiler {
 public:
  RulesCompiler(const v1::RuleSet& from, Rules& to) : r_(from), to_(to) {}

  absl::Status Run() {
    Identity();
    Classes();
    Execution();
    Quantitative();
    OverFulfilment();
    Qualitative();
    Grades();
    Tolerances();
    Limits();
    Checks();
    Vocabulary();
    return faults_.ToStatus(r_.id());
  }

 private:
  void Identity() {
    if (!IsId(r_.id())) faults_.Add("id", "1 to 64 lower-case letters, digits and hyphens");
    if (r_.revision() < 1) faults_.Add("revision", "starts at 1");
    if (r_.title().empty()) faults_.Add("title", "is required");
    if (r_.authority().empty()) faults_.Add("authority", "at least one source is required");
    const bool digits =
        std::all_of(r_.region_code().begin(), r_.region_code().end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || r_.region_code().size() > 9) faults_.Add("region_code", "at most 9 digits");
    if (r_.last_fiscal_year() != 0 && r_.last_fiscal_year() < r_.first_fiscal_year())
      faults_.Add("last_fiscal_year", "lies before first_fiscal_year");
    to_.places = r_.rounding().places();
    if (to_.places < 0 || to_.places > 4) faults_.Add("rounding.places", "from 0 to 4");
    to_.total_weight = faults_.Number("total_weight", r_.total_weight(), kOne, kThousand);
    if (to_.total_weight.scale() > to_.places) faults_.Add("total_weight", "has more decimals than rounding.places");
  }

  // A word that several classes name is the first one's.
  static ClassWords WordsOf(const std::vector<CompiledClass>& classes, std::vector<std::string> CompiledClass::*words) {
    std::vector<std::string> all;
    ClassWords out;
    for (std::size_t i = 0; i < classes.size(); ++i)
      for (const std::string& word : classes[i].*words) {
        if (word.empty()) continue;
        all.push_back(word);
        out.classes.push_back(i);
      }
    out.words = WordList(all);
    return out;
  }

  void Classes() {
    to_.execution_weight = faults_.Number("execution.weight", r_.execution().weight(), kZero, to_.total_weight);
    Decimal sum = to_.execution_weight;
    std::set<int> seen;
    for (int i = 0; i < r_.classes_size(); ++i) {
      const v1::ClassRule& c = r_.classes(i);
      const std::string path = Cat("classes[", i, "]");
      if (c.indicator_class() == v1::INDICATOR_CLASS_UNSPECIFIED || !seen.insert(c.indicator_class()).second)
        faults_.Add(path + ".indicator_class", "each class stands once");
      CompiledClass compiled{c.indicator_class(),
                             c.name(),
                             FoldedWords(c.level1_words()),
                             FoldedWords(c.level2_words()),
                             faults_.Number(path + ".weight", c.weight(), kZero, to_.total_weight),
                             c.required()};
      sum += compiled.weight;
      to_.classes.push_back(std::move(compiled));
    }
    to_.level1_words_ = WordsOf(to_.classes, &CompiledClass::level1_words);
    to_.level2_words_ = WordsOf(to_.classes, &CompiledClass::level2_words);
    if (sum != to_.total_weight)
      faults_.Add("classes", Cat("weights and execution.weight add up to ", sum.ToString(), ", not to total_weight ",
                                 to_.total_weight.ToString()));
  }

  void Execution() {
    const v1::ExecutionRule& e = r_.execution();
    to_.execution_method = faults_.Chosen("execution.method", e.method());
    to_.over_budget_allowed = e.over_budget_allowed();
    to_.zero_budget = faults_.Chosen("execution.zero_budget", e.zero_budget());
    if (to_.execution_method == v1::EXECUTION_METHOD_BANDS)
      to_.execution_bands = faults_.Bands("execution.bands", e.bands());
    for (int i = 0; i < e.total_caps_size(); ++i) {
      const std::string path = Cat("execution.total_caps[", i, "]");
      const CompiledTotalCap cap{
          faults_.Number(path + ".rate_below", e.total_caps(i).rate_below(), Decimal::Scaled(1, 6), kOne),
          faults_.Number(path + ".total_at_most", e.total_caps(i).total_at_most(), kZero, to_.total_weight)};
      if (!to_.total_caps.empty() && cap.rate_below <= to_.total_caps.back().rate_below)
        faults_.Add(path + ".rate_below", "caps go from the lowest rate up");
      if (!to_.total_caps.empty() && cap.total_at_most < to_.total_caps.back().total_at_most)
        faults_.Add(path + ".total_at_most", "a higher rate has no lower cap");
      to_.total_caps.push_back(cap);
    }
    if (e.has_rate_places()) {
      to_.rate_places = e.rate_places();
      if (e.rate_places() < 0 || e.rate_places() > 6) faults_.Add("execution.rate_places", "from 0 to 6");
    }
  }

  void Quantitative() {
    const v1::QuantitativeRule& q = r_.quantitative();
    using enum v1::ShortfallMethod;
    to_.at_least = faults_.Shortfall("quantitative.at_least", q.at_least(),
                                     {SHORTFALL_METHOD_RATIO, SHORTFALL_METHOD_RATIO_ABOVE_PASS, SHORTFALL_METHOD_ZERO,
                                      SHORTFALL_METHOD_DECLARED, SHORTFALL_METHOD_STEPS});
    to_.at_most =
        faults_.Shortfall("quantitative.at_most", q.at_most(),
                          {SHORTFALL_METHOD_RATIO, SHORTFALL_METHOD_RATIO_ABOVE_PASS, SHORTFALL_METHOD_LINEAR_EXCESS,
                           SHORTFALL_METHOD_ZERO, SHORTFALL_METHOD_DECLARED, SHORTFALL_METHOD_STEPS});
    to_.equal = faults_.Chosen("quantitative.equal", q.equal());
    to_.range = faults_.Shortfall(
        "quantitative.range", q.range(),
        {SHORTFALL_METHOD_ZERO, SHORTFALL_METHOD_DECLARED, SHORTFALL_METHOD_RATIO, SHORTFALL_METHOD_DEVIATION_BANDS});
    to_.date = faults_.Shortfall("quantitative.date", q.date(), {SHORTFALL_METHOD_ZERO, SHORTFALL_METHOD_DECLARED});
    to_.yes_no =
        faults_.Shortfall("quantitative.yes_no", q.yes_no(), {SHORTFALL_METHOD_ZERO, SHORTFALL_METHOD_DECLARED});
    if (to_.at_least == SHORTFALL_METHOD_RATIO_ABOVE_PASS || to_.at_most == SHORTFALL_METHOD_RATIO_ABOVE_PASS)
      to_.pass_threshold =
          faults_.Number("quantitative.pass_threshold", q.pass_threshold(), kZero, Decimal::Scaled(99, 2));
    to_.steps = faults_.Steps("quantitative.steps", q.has_steps(), q.steps());
    if (!to_.steps && (to_.at_least == SHORTFALL_METHOD_STEPS || to_.at_most == SHORTFALL_METHOD_STEPS))
      faults_.Add("quantitative.steps", "is required by SHORTFALL_METHOD_STEPS");
    for (int i = 0; i < q.deviation_bands_size(); ++i) {
      const std::string path = Cat("quantitative.deviation_bands[", i, "]");
      const CompiledDeviationBand band{faults_.Number(path + ".at_most", q.deviation_bands(i).at_most(), kZero, kTen),
                                       faults_.Number(path + ".share", q.deviation_bands(i).share(), kZero, kOne)};
      if (!to_.deviation_bands.empty() && band.at_most <= to_.deviation_bands.back().at_most)
        faults_.Add(path + ".at_most", "bands go from the least deviation up");
      if (!to_.deviation_bands.empty() && band.share > to_.deviation_bands.back().share)
        faults_.Add(path + ".share", "a greater deviation gives no more points");
      to_.deviation_bands.push_back(band);
    }
    if (to_.deviation_bands.empty() && to_.range == SHORTFALL_METHOD_DEVIATION_BANDS)
      faults_.Add("quantitative.deviation_bands", "is required by SHORTFALL_METHOD_DEVIATION_BANDS");
    faults_.Chosen("quantitative.several", q.several());
    to_.skip_rows_without_target = q.skip_rows_without_target();
    to_.approximate_slack =
        faults_.Number("quantitative.approximate_slack", q.approximate_slack(), kZero, Decimal::Scaled(5, 1));
  }

  void OverFulfilment() {
    const v1::OverFulfilmentRule& o = r_.quantitative().over_fulfilment();
    const std::string path = "quantitative.over_fulfilment";
    CompiledOverFulfilment& out = to_.over_fulfilment;
    out.flag_from = faults_.Optional(path + ".flag_from", o.flag_from(), kOne, kThousand);
    out.reason_from = faults_.Optional(path + ".reason_from", o.reason_from(), out.flag_from.value_or(kOne), kThousand);
    out.reason_required = o.reason_required();
    if (out.reason_required && !out.reason_from) faults_.Add(path + ".reason_from", "is required by reason_required");
    out.reason_from_if_zero = faults_.Optional(path + ".reason_from_if_zero", o.reason_from_if_zero(), kZero, kMillion);
    out.deduct_from = faults_.Optional(path + ".deduct_from", o.deduct_from(), kOne, kThousand);
    if (out.deduct_from)
      out.deduct_points = faults_.Number(path + ".deduct_points", o.deduct_points(), kZero, to_.total_weight);
    else if (!o.deduct_points().empty())
      faults_.Add(path + ".deduct_from", "is required by deduct_points");
    for (int i = 0; i < o.reductions_size(); ++i) {
      const std::string field = Cat(path, ".reductions[", i, "]");
      const CompiledReduction reduction{faults_.Number(field + ".from", o.reductions(i).from(), kOne, kThousand),
                                        faults_.Number(field + ".share", o.reductions(i).share(), kZero, kOne)};
      if (!out.reductions.empty() && reduction.from <= out.reductions.back().from)
        faults_.Add(field + ".from", "reductions go from the lowest multiple up");
      if (!out.reductions.empty() && reduction.share < out.reductions.back().share)
        faults_.Add(field + ".share", "a greater multiple takes no less off");
      out.reductions.push_back(reduction);
    }
  }

  void Qualitative() {
    for (int i = 0; i < r_.qualitative().tiers_size(); ++i) {
      const v1::Tier& tier = r_.qualitative().tiers(i);
      const std::string path = Cat("qualitative.tiers[", i, "]");
      CompiledTier compiled{tier.name(), faults_.Number(path + ".at_least", tier.at_least(), kZero, kOne),
                            faults_.Number(path + ".at_most", tier.at_most(), kZero, kOne), i == 0};
      const Decimal above = i == 0 ? kOne : to_.tiers.back().at_least;
      if (compiled.at_most != above)
        faults_.Add(path + ".at_most", Cat("must be ", above.ToString(), ": no gap and no overlap"));
      if (compiled.at_least >= compiled.at_most) faults_.Add(path + ".at_least", "must lie below at_most");
      for (const std::string& phrase : tier.phrases()) {
        const std::string words = WithoutPunctuation(Fold(phrase));
        if (words.empty()) faults_.Add(path + ".phrases", "a phrase says something");
        to_.tier_starts_.set(Rules::StartOf(words));
        if (!to_.tier_phrases_.emplace(words, static_cast<std::size_t>(i)).second)
          faults_.Add(path + ".phrases", Cat(phrase, " stands twice"));
      }
      to_.tiers.push_back(std::move(compiled));
    }
    if (to_.tiers.empty() || !to_.tiers.back().at_least.IsZero())
      faults_.Add("qualitative.tiers", "the last tier reaches down to 0");
    to_.tier_names_required = r_.qualitative().names_required();
    to_.outside_tier = faults_.Chosen("qualitative.outside", r_.qualitative().outside());
    if (!r_.has_satisfaction()) return;
    const v1::SatisfactionRule& satisfaction = r_.satisfaction();
    to_.satisfaction_steps = faults_.Steps("satisfaction.steps", satisfaction.has_steps(), satisfaction.steps());
    if (!to_.satisfaction_steps)
      to_.satisfaction_bands = faults_.Bands("satisfaction.bands", satisfaction.bands());
    else if (!satisfaction.bands().empty())
      faults_.Add("satisfaction.bands", "either bands or steps");
  }

  void Grades() {
    for (int i = 0; i < r_.grades_size(); ++i) {
      const std::string path = Cat("grades[", i, "]");
      CompiledGrade grade{r_.grades(i).name(),
                          faults_.Number(path + ".at_least", r_.grades(i).at_least(), kZero, to_.total_weight),
                          FoldedWords(r_.grades(i).words())};
      if (!to_.grades.empty() && grade.at_least >= to_.grades.back().at_least)
        faults_.Add(path + ".at_least", "grades go from the highest down");
      to_.grades.push_back(std::move(grade));
    }
    if (to_.grades.empty() || !to_.grades.back().at_least.IsZero())
      faults_.Add("grades", "the last grade starts at 0, so that every total has one");
  }

  void Tolerances() {
    const v1::Tolerances& t = r_.tolerances();
    to_.points_warning = faults_.Number("tolerances.points_warning", t.points_warning(), kZero, kTen);
    to_.points_error = faults_.Number("tolerances.points_error", t.points_error(), to_.points_warning, kTen);
    to_.amount_tolerance = faults_.Number("tolerances.amount", t.amount(), kZero, kTen);
    to_.percentage_tolerance = faults_.Number("tolerances.percentage", t.percentage(), kZero, kTen);
  }

  void Limits() {
    const v1::CheckLimits& limits = r_.limits();
    const auto share = [&](const std::string& name, const std::string& text) {
      return faults_.Number("limits." + name, text, kZero, kOne);
    };
    const auto points = [&](const std::string& name, const std::string& text) {
      return faults_.Number("limits." + name, text, kZero, to_.total_weight);
    };
    const auto count = [&](const std::string& name, int number) {
      if (number < 0) faults_.Add("limits." + name, "starts at 0");
      return number;
    };
    to_.reason_below_rate = faults_.Optional("limits.reason_below_rate", limits.reason_below_rate(), kZero, kOne);
    to_.idle_rate = share("idle_rate", limits.idle_rate());
    to_.inflated_share = share("inflated_share", limits.inflated_share());
    to_.echo_min_length = count("echo_min_length", limits.echo_min_length());
    to_.rollup_tolerance = share("rollup_tolerance", limits.rollup_tolerance());
    to_.perfect_total = points("perfect_total", limits.perfect_total());
    to_.perfect_rate = share("perfect_rate", limits.perfect_rate());
    to_.lone_weight = points("lone_weight", limits.lone_weight());
    to_.same_rows_share = share("same_rows_share", limits.same_rows_share());
    to_.batch_high_total = points("batch_high_total", limits.batch_high_total());
    to_.batch_high_share = share("batch_high_share", limits.batch_high_share());
    to_.batch_min_size = count("batch_min_size", limits.batch_min_size());
    to_.batch_last_minutes = count("batch_last_minutes", limits.batch_last_minutes());
  }

  void Checks() {
    std::set<std::string> seen;
    for (int i = 0; i < r_.checks_size(); ++i) {
      const v1::CheckSetting& check = r_.checks(i);
      // A misspelt code would switch its check off unnoticed.
      if (FindCheck(check.code()) == nullptr) faults_.Add(Cat("checks[", i, "].code"), "names no check");
      if (check.severity() == evaluation::v1::SEVERITY_UNSPECIFIED)
        faults_.Add(Cat("checks[", i, "].severity"), "must be chosen");
      if (!seen.insert(check.code()).second) faults_.Add(Cat("checks[", i, "].code"), "stands twice");
      if (!check.off()) to_.checks_.emplace(check.code(), check.severity());
    }
    for (const Check& check : AllChecks()) to_.severities_.push_back(to_.SeverityOf(check.code));
  }

  void Vocabulary() {
    const v1::Vocabulary& words = r_.vocabulary();
    const auto fold = [](const auto& list, Phrases& phrases) {
      for (const std::string& word : list) phrases.Add(Fold(word));
    };
    fold(words.fillers(), to_.fillers_);
    fold(words.fund_totals(), to_.fund_totals_);
    fold(words.unmade_choices(), to_.unmade_choices_);
    fold(words.plain_answers(), to_.plain_answers_);
    fold(words.none_words(), to_.none_);
    to_.lower_is_better_ = WordList(FoldedWords(words.lower_is_better()));
    to_.higher_is_better_ = WordList(FoldedWords(words.higher_is_better()));
    Rules::Words& w = to_.words;
    w.yes = FoldedWords(words.yes_words());
    w.no = FoldedWords(words.no_words());
    std::vector<std::string> roles = FoldedWords(words.budget_words());
    std::erase(roles, "");
    w.budget_roles = roles.size();
    for (std::string& word : FoldedWords(words.spending_words())) roles.push_back(std::move(word));
    w.roles = WordList(roles);
    w.rate = WordList(FoldedWords(words.rate_words()));
    w.problem_headings = WordList(FoldedWords(words.problem_headings()));
    w.survey = WordList(FoldedWords(words.survey_words()));
    w.unfinished = WordList(FoldedWords(words.unfinished_words()));
    w.spending_names = WordList(FoldedWords(words.spending_names()));
    w.total = WordList(FoldedWords(words.total_words()));
    w.share_names = WordList(FoldedWords(words.share_names()));
    OwnOrDefaultWords(words, w);
  }

  static void OwnOrDefaultWords(const v1::Vocabulary& words, Rules::Words& w) {
    const auto list = [](const auto& own, std::span<const std::string_view> otherwise) {
      return WordList(own.empty() ? std::vector<std::string>(otherwise.begin(), otherwise.end()) : FoldedWords(own));
    };
    w.connecting = list(words.connecting_words(), default_words::kConnecting);
    w.generic = list(words.generic_words(), default_words::kGeneric);
    w.rate_money = list(words.rate_money_words(), default_words::kRateMoney);
    w.rests = list(words.remainder_words(), default_words::kRests);
    w.list_intros = list(words.list_intros(), default_words::kListIntros);
    w.no_problems = list(words.no_problem_words(), default_words::kNoProblems);
    w.other_headings = list(words.other_headings(), default_words::kOtherHeadings);
    w.purpose_verbs = list(words.purpose_verbs(), default_words::kPurposeVerbs);
    w.purpose_nouns = list(words.purpose_nouns(), default_words::kPurposeNouns);
    w.vague_purposes = list(words.vague_purposes(), default_words::kVaguePurposes);
    w.result_names = list(words.result_names(), default_words::kResultNames);
    w.floor_names = list(words.floor_names(), default_words::kFloorNames);
    w.numerals = list(words.numerals(), default_words::kNumerals);
    w.counted = list(words.counted_words(), default_words::kCounted);
    w.times = list(words.time_words(), default_words::kTimes);
    w.bounds = list(words.bound_words(), default_words::kBounds);
    w.baselines = list(words.baseline_words(), default_words::kBaselines);
    w.deadlines = list(words.deadline_words(), default_words::kDeadlines);
    w.form_titles = list(words.form_titles(), default_words::kFormTitles);
    const WordList done = list(words.done_words(), default_words::kDone);
    for (const std::string& word : done.words()) w.done.Add(word);
    w.satisfaction_names = list(words.satisfaction_names(), default_words::kSatisfactionNames);
    w.not_done = list(words.not_done_words(), default_words::kNotDone);
    w.all_spent = list(words.all_spent_words(), default_words::kAllSpent);
  }

  const v1::RuleSet& r_;
  Rules& to_;
  Faults faults_;
};

absl::StatusOr<std::shared_ptr<const Rules>> Rules::Compile(v1::RuleSet rule_set) {
  const std::shared_ptr<Rules> rules(new Rules);  // the constructor is private: nobody gets half a rule set
  ASSIGN_OR_RETURN(rules->digest_, CanonicalDigest(rule_set));
  RETURN_IF_ERROR(IsFormer(rule_set) ? RulesCompiler(InTodaysFields(rule_set), *rules).Run()
                                     : RulesCompiler(rule_set, *rules).Run());
  rules->source_ = std::move(rule_set);
  return rules;
}

}  // namespace jixiao::scoring
