// What the words before an amount say of it.
#pragma once

#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <string>
#include <string_view>

namespace jixiao::scoring {

// What an amount of money is said to be.
enum class Role { kNone, kBudget, kSpending };

// The role that the words before an amount give it, and what stands around the word that decides: the one nearest to
// the amount, of two that end together the longer one.
struct RoleWords {
  Role role = Role::kNone;
  std::string_view head;  // before the word
  std::string_view tail;  // between the word and the amount
  bool whole = false;  // nothing but connecting words stands in the tail: 支出约110万元, not 支出培训费3万元
};
RoleWords RoleOf(std::string_view label, const Rules& rules);

// What a form calls itself and its unit, for the words around an amount.
class Subject {
 public:
  Subject(const evaluation::v1::SelfEvaluation& form, const Rules& rules);

  // Whether `words` say nothing that narrows an amount down to a part of the form's money: dates, connecting words, and
  // what the form itself is called. 上级下拨, 公务接待费 and 比上年减少 do.
  bool IsWhole(std::string_view words) const;

 private:
  const WordList& generic_;
  std::string names_;
  bool department_;
};

// Whether a name or a text before a percentage means the rate of budget execution (执行率, 资金支付率), not that of
// something else (政策执行率).
bool NamesExecutionRate(std::string_view folded, const Rules& rules);

}  // namespace jixiao::scoring
