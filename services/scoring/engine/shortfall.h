// What figures give by the rule set: methods for missed targets, for far exceeded ones, for dates and for yes and no.
#pragma once

#include "scoring/engine/reading.h"
#include "scoring/engine/rules.h"

#include <optional>
#include <string>
#include <string_view>

namespace jixiao::scoring {

// What a rule gives for a row's figures.
struct Judgement {
  std::optional<Decimal> points;  // nothing: the rule leaves the row to a person
  std::string_view method;        // as in ScoreLine.method
  std::string_view authority;     // what the rule rests on; lives as long as the rules
};

// Whether Judge judges the row: it has figures that can be compared completely, and states no tier.
bool IsJudged(const IndicatorReading& row);

// By the rules alone, before any reference to what was declared; for a row that IsJudged. Points are rounded by the
// rules and lie between 0 and `weight`. Appends to `arithmetic`, unless it is nullptr, how they come about, in Chinese
// with the figures put in; for a row left to a person, why. Points alone cost a tenth of their explanation.
Judgement Judge(const IndicatorReading& row, const Decimal& weight, const Rules& rules, std::string* arithmetic);

// The same with its arithmetic; nothing for a row that is not judged.
struct Award : Judgement {
  std::string arithmetic;
};
std::optional<Award> AwardFor(const IndicatorReading& row, const Decimal& weight, const Rules& rules);

// Whether the rules leave a row with figures to a person: AwardFor would give no points. Cheaper than asking it.
bool IsLeftToAPerson(const IndicatorReading& row, const Rules& rules);

// The part of its weight that a pair earns, from 0 to 1, to nine places; nothing when the rule leaves it to a person.
std::optional<Decimal> EarnedShare(const Pair& pair, const Rules& rules);

}  // namespace jixiao::scoring
