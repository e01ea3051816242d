// A rule set made ready for scoring: numbers parsed once, words folded once. Immutable, shared by all threads.
#pragma once

#include "common/decimal.h"
#include "common/errors.h"
#include "common/text.h"
#include "scoring/engine/word_list.h"

#include "jixiao/scoring/v1/rule_set.pb.h"

#include <absl/status/statusor.h>

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao::scoring {

using v1::IndicatorClass;

struct CompiledBand {
  Decimal at_least;
  Decimal share;
};

struct CompiledTier {
  std::string name;
  Decimal at_least;
  Decimal at_most;
  bool at_most_included = false;  // the first tier reaches the full weight
};

struct CompiledGrade {
  std::string name;
  Decimal at_least;
  std::vector<std::string> words;
};

struct CompiledClass {
  IndicatorClass indicator_class{};
  std::string name;
  std::vector<std::string> level1_words;
  std::vector<std::string> level2_words;
  Decimal weight;
  bool required = false;
};

struct CompiledTotalCap {
  Decimal rate_below;
  Decimal total_at_most;
};

struct CompiledSteps {
  Decimal step;
  Decimal share;
};

struct CompiledDeviationBand {
  Decimal at_most;
  Decimal share;
};

struct CompiledReduction {
  Decimal from;
  Decimal share;
};

// Over-fulfilment; what is off is empty.
struct CompiledOverFulfilment {
  std::optional<Decimal> flag_from;
  std::optional<Decimal> reason_from;
  bool reason_required = false;
  std::optional<Decimal> reason_from_if_zero;
  std::optional<Decimal> deduct_from;
  Decimal deduct_points;
  std::vector<CompiledReduction> reductions;
};

// Words that tell classes apart, of all classes together.
struct ClassWords {
  WordList words;
  std::vector<std::size_t> classes;  // whose word each of them is
};

// Whole folded texts.
class Phrases {
 public:
  void Add(std::string phrase) {
    longest_ = std::max(longest_, phrase.size());
    phrases_.insert(std::move(phrase));
  }
  // A longer text is none of them, whatever it says.
  bool contains(std::string_view folded) const { return folded.size() <= longest_ && phrases_.contains(folded); }

 private:
  TextSet phrases_;
  std::size_t longest_ = 0;
};

// Folded text without what separates its words: forms put commas into the tiers' names as they please.
std::string WithoutPunctuation(std::string_view folded);

// What Compile makes of a v1::RuleSet. Field meanings are those of the message.
class Rules {
 public:
  // INVALID_ARGUMENT (RULE_SET_INVALID) with every field at fault.
  static absl::StatusOr<std::shared_ptr<const Rules>> Compile(v1::RuleSet rule_set);

  const v1::RuleSet& source() const { return source_; }
  // "sha256:…" of the canonical encoding of source().
  const std::string& digest() const { return digest_; }

  Decimal total_weight;
  std::vector<CompiledClass> classes;

  Decimal execution_weight;
  v1::ExecutionMethod execution_method{};
  std::vector<CompiledBand> execution_bands;
  bool over_budget_allowed = false;
  v1::ZeroBudgetMethod zero_budget{};
  std::vector<CompiledTotalCap> total_caps;
  std::optional<int> rate_places;

  v1::ShortfallMethod at_least{};
  v1::ShortfallMethod at_most{};
  v1::EqualMethod equal{};
  v1::ShortfallMethod range{};
  v1::ShortfallMethod date{};
  v1::ShortfallMethod yes_no{};
  Decimal pass_threshold;
  std::optional<CompiledSteps> steps;
  std::vector<CompiledDeviationBand> deviation_bands;
  CompiledOverFulfilment over_fulfilment;
  bool skip_rows_without_target = false;
  Decimal approximate_slack;

  std::vector<CompiledTier> tiers;
  bool tier_names_required = false;
  v1::OutsideTier outside_tier{};
  std::vector<CompiledBand> satisfaction_bands;
  std::optional<CompiledSteps> satisfaction_steps;
  std::vector<CompiledGrade> grades;
  int places = 2;

  Decimal points_warning;
  Decimal points_error;
  Decimal amount_tolerance;
  Decimal percentage_tolerance;

  std::optional<Decimal> reason_below_rate;
  Decimal idle_rate;
  Decimal inflated_share;
  int echo_min_length = 0;
  Decimal rollup_tolerance;
  Decimal perfect_total;
  Decimal perfect_rate;
  Decimal lone_weight;
  Decimal same_rows_share;
  Decimal batch_high_total;
  Decimal batch_high_share;
  int batch_min_size = 0;
  int batch_last_minutes = 0;

  // Folded words, for the checks that look for them inside texts. What they mean is said in default_words.h and in the
  // message.
  struct Words {
    std::vector<std::string> yes;
    std::vector<std::string> no;
    WordList roles;  // words for the budget, then words for the spending
    std::size_t budget_roles = 0;
    WordList rate;
    WordList problem_headings;
    WordList survey;
    WordList unfinished;
    WordList spending_names;
    WordList total;
    WordList connecting;
    WordList generic;
    WordList rate_money;
    WordList rests;
    WordList list_intros;
    WordList no_problems;
    WordList other_headings;
    WordList purpose_verbs;
    WordList purpose_nouns;
    WordList vague_purposes;
    WordList result_names;
    WordList floor_names;
    WordList numerals;
    WordList counted;
    WordList times;
    WordList bounds;
    WordList baselines;
    WordList deadlines;
    WordList share_names;
    WordList form_titles;
    Phrases done;
    WordList satisfaction_names;
    WordList not_done;
    WordList all_spent;
  };
  Words words;

  // Severity of a check that is on; nothing when it is off.
  std::optional<evaluation::v1::Severity> SeverityOf(std::string_view check) const;
  // The same for a check by its place among AllChecks().
  std::optional<evaluation::v1::Severity> SeverityAt(std::size_t check) const { return severities_[check]; }
  // The class that a level-1 and a level-2 name mean; nullptr when neither is known. Longest matching word wins.
  const CompiledClass* ClassOf(std::string_view level1, std::string_view level2) const;
  // The class that a folded name of level 2 says by itself: 数量指标, 经济效益指标(10分). nullptr for any other, such
  // as 项目质量可控性.
  const CompiledClass* ClassNamed(std::string_view level2) const;
  // The tier that a folded actual value states; nullptr for any other text.
  const CompiledTier* TierOf(std::string_view folded) const;
  // The grade of a total; nullptr below all.
  const CompiledGrade* GradeOf(const Decimal& total) const;
  // The grade that a word names, such as 优秀.
  const CompiledGrade* GradeNamed(std::string_view word) const;

  bool IsFiller(std::string_view folded) const { return fillers_.contains(folded); }
  bool IsFundTotal(std::string_view folded) const { return fund_totals_.contains(folded); }
  bool IsUnmadeChoice(std::string_view folded) const { return unmade_choices_.contains(folded); }
  bool IsPlainAnswer(std::string_view folded) const { return plain_answers_.contains(folded); }
  // Whether an indicator's name makes a bare target an upper bound.
  bool LowerIsBetter(std::string_view name) const {
    return lower_is_better_.IsIn(name) && !higher_is_better_.IsIn(name);
  }
  // Whether an actual value says that none happened.
  bool IsNone(std::string_view folded) const { return none_.contains(folded); }

 private:
  friend class RulesCompiler;
  Rules() = default;

  v1::RuleSet source_;
  std::string digest_;
  TextMap<evaluation::v1::Severity> checks_;
  std::vector<std::optional<evaluation::v1::Severity>> severities_;
  TextMap<std::size_t> tier_phrases_;
  static constexpr std::size_t kStarts = 256;
  static std::size_t StartOf(std::string_view folded);
  std::bitset<kStarts> tier_starts_;  // of the phrases: most texts begin as none of them
  ClassWords level1_words_;
  ClassWords level2_words_;
  Phrases fillers_;
  Phrases fund_totals_;
  Phrases unmade_choices_;
  Phrases plain_answers_;
  Phrases none_;
  WordList lower_is_better_;
  WordList higher_is_better_;
};

}  // namespace jixiao::scoring
