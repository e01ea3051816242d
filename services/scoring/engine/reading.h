// A form read once: every cell's meaning, ready for scoring and for the checks.
#pragma once

#include "scoring/engine/literal.h"
#include "scoring/engine/row_memory.h"
#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// One line of the funds table. Amounts are in 万元.
struct FundReading {
  const evaluation::v1::FundLine* line = nullptr;
  int index = 0;
  bool is_part = false;
  // The rows from here on are the whole money once more, split another way: 按支出性质分, 按收入性质分:财政拨款.
  bool heads_split = false;
  bool names_split = false;  // it does nothing else, and is no part itself
  std::string name;          // folded
  std::optional<Decimal> initial_budget;
  std::optional<Decimal> budget;  // 全年预算数, or 年初预算数 where the form has only that
  std::optional<Decimal> executed;
  std::optional<Decimal> weight;
  std::optional<Decimal> score;
  std::optional<Rate> rate;
  const FundReading* points_from = nullptr;  // the part that prints weight and score for this row

  // executed ÷ budget in percent, two decimals; nothing when it cannot be computed (no budget).
  std::optional<Decimal> ExecutionPercent() const;
  std::string Path(std::string_view cell) const;
};

// One quantity of the target beside its counterpart in the actual value, in the target's unit.
struct Pair {
  Quantity target;
  Quantity actual;
  Decimal a;
  std::optional<Decimal> end;  // upper end of a range that starts at a
  Decimal b;
  Comparison comparison = Comparison::kNone;  // as it is judged
  bool stated = false;                        // the operator is written; otherwise it was read off the class
  bool met = false;

  // b ÷ a in percent, two decimals; nothing for a = 0.
  std::optional<Decimal> Percent() const;
  bool IsUpperBound() const { return comparison == Comparison::kAtMost || comparison == Comparison::kLessThan; }
  bool IsLowerBound() const { return comparison == Comparison::kAtLeast || comparison == Comparison::kMoreThan; }
  // Whether the target is missed as one that was exceeded: an upper bound, or "=" with more than it names.
  bool IsMissedFromAbove() const;
  // Whether a is a share and differences from it are percentage points.
  bool IsPercentage() const;
  // Whether b is at least `multiple` times a positive a.
  bool Reaches(const Decimal& multiple) const;
};

// Target and actual value of a row set side by side.
struct Measure {
  enum class Kind {
    kNothing,   // no figure to compare
    kFigures,   // pairs of quantities
    kDeadline,  // a date against a date
    kAnswer,    // yes or no, where the rules judge that
  };
  Kind kind = Kind::kNothing;
  std::vector<Pair> pairs;
  std::size_t worst = 0;  // the pair with the least achievement
  bool complete = false;  // every quantity of the target found its counterpart
  bool on_time = false;   // for kDeadline
  bool agrees = false;    // for kAnswer: the actual value answers as the target does
  bool copied = false;    // the actual value is the target pasted, operator included
  // Units that cannot be compared, such as 360天 against 100%.
  std::optional<std::pair<Quantity, Quantity>> conflict;

  const Pair& Worst() const { return pairs[worst]; }
  // Nothing was compared yet; the memory of the pairs is kept.
  void Clear();
};

// One indicator row.
struct IndicatorReading {
  const evaluation::v1::Indicator* row = nullptr;
  int index = 0;
  std::string_view level1;  // with merged cells filled from above
  std::string_view level2;
  const CompiledClass* indicator_class = nullptr;  // nullptr when the names are unknown
  const CompiledClass* level2_class = nullptr;     // the one that level 2 says by itself; see Rules::ClassNamed
  bool is_cost = false;                            // 成本, also where it is a level-2 name under 产出
  bool is_timing = false;                          // 时效: a bare duration is a limit
  bool is_quantity = false;                        // level 2 names 数量
  bool is_satisfaction = false;                    // level 2 names 满意
  Literal target;
  Literal actual;
  std::optional<Decimal> weight;
  std::optional<Decimal> score;
  std::optional<Rate> completion;
  const CompiledTier* tier = nullptr;  // the tier that the actual value states
  bool reason_blank = true;
  // The rules leave the row out: it had an approved target and has none now. Its points are not read.
  bool left_out = false;
  Measure measure;
  // A completion that the actual value claims in words, such as 已完成100%; in percent.
  std::optional<Decimal> claimed_completion;

  // Whether nothing on the row counts.
  bool IsEmpty() const;
  // Whether the row has a weight or a target and says nothing of what became of it.
  bool IsUnfilled() const;
  // Whether the row gives the budget's execution its points: it is called 预算执行率 and no more, has a weight and no
  // target.
  bool IsExecutionRate() const;
  std::string Path(std::string_view cell) const;
  // 三级指标 for people, shortened.
  std::string Name() const;
};

// A whole form.
struct FormReading {
  const evaluation::v1::SelfEvaluation* form = nullptr;
  std::vector<FundReading> funds;
  const FundReading* total_fund = nullptr;  // the total row; nullptr when the table has none
  Rows<IndicatorReading> indicators;
  std::optional<Decimal> declared_total;
  const CompiledGrade* declared_grade = nullptr;
  std::string declared_grade_text;
  std::string declared_grade_path;

  bool HasWeights() const;
  // Forgets the form, and keeps the memory of its rows unless it was much.
  void Clear();
};

// Reads `form` by the words of `rules`. Both must outlive the reading. Linear in the size of the form.
FormReading ReadForm(const evaluation::v1::SelfEvaluation& form, const Rules& rules);
// The same into `reading`, whatever it held; its rows keep their memory.
void ReadForm(const evaluation::v1::SelfEvaluation& form, const Rules& rules, FormReading& reading);

}  // namespace jixiao::scoring
