// What figures give by the rule set: methods for missed targets, for far exceeded ones, for dates and for yes and no.
#pragma once

#include "scoring/engine/reading.h"
#include "scoring/engine/rules.h"

#include <optional>
#include <string>
#include <string_view>

namespace jixiao::scoring {

// What a rule gives for a row's figures.
struct Award {
  std::optional<Decimal> points;  // nothing: the rule leaves the row to a person
  std::string_view method;        // as in ScoreLine.method
  std::string_view authority;     // what the rule rests on; lives as long as the rules
  std::string arithmetic;         // in Chinese, with the figures put in; for a row left to a person, why
};

// By the rules alone, before any reference to what was declared; nothing when the row has no figures that can be
// compared completely, or states a tier. Points are rounded by the rules and lie between 0 and `weight`.
std::optional<Award> AwardFor(const IndicatorReading& row, const Decimal& weight, const Rules& rules);

// Whether the rules leave a row with figures to a person: AwardFor would give no points. Cheaper than asking it.
bool IsLeftToAPerson(const IndicatorReading& row, const Rules& rules);

// The part of its weight that a pair earns, from 0 to 1, to nine places; nothing when the rule leaves it to a person.
std::optional<Decimal> EarnedShare(const Pair& pair, const Rules& rules);

}  // namespace jixiao::scoring
