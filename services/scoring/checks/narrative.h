// Figures in running text: the amounts and percentages of a report, each with the words that stand before it. Cells are
// read by engine/literal.h; here the words around a number decide what it is, so its place in the sentence matters.
#pragma once

#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// An amount of money or a percentage in a sentence.
struct Mention {
  bool percent = false;
  Decimal number;            // as written
  Decimal value;             // in 万元, or in percent
  Decimal precision;         // half a unit of the last printed digit, as `value`
  bool in_yuan = false;      // written in 元
  bool approximate = false;  // 约, 近, 余, 左右
  bool bounded = false;      // 超过, 以上, 以内: no figure to add or compare
  int depth = 0;             // brackets that are open around it
  std::size_t label = 0;     // where the words before it begin: behind the last mark or figure
  std::size_t begin = 0;     // of its first digit
  std::size_t end = 0;       // behind its unit
};

// One sentence, folded (engine/literal.h), with its figures in order. Unit prices, ranges and differences in percentage
// points are left out.
struct Sentence {
  std::string text;
  std::vector<Mention> mentions;

  // The words before a figure, from the last mark or figure on.
  std::string_view LabelOf(const Mention& mention) const;
  // The figure as written, with its unit.
  std::string_view TextOf(const Mention& mention) const;
};

// The sentences of `text` that hold a figure. Soft line breaks join, full stops and numbered lines part; so does a mark
// behind 4 KiB. Reads at most the first 256 KiB: what is longer is no report. Linear.
std::vector<Sentence> ReadSentences(std::string_view text);

// What an amount of money is said to be.
enum class Role { kNone, kBudget, kSpending };

// The role that the words before an amount give it, and what stands around the word that decides.
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
  explicit Subject(const evaluation::v1::SelfEvaluation& form);

  // Whether `words` say nothing that narrows an amount down to a part of the form's money: dates, connecting words, and
  // what the form itself is called. 上级下拨, 公务接待费 and 比上年减少 do.
  bool IsWhole(std::string_view words) const;

 private:
  std::string names_;
  bool department_;
};

// Whether a name or a text before a percentage means the rate of budget execution (执行率, 资金支付率), not that of
// something else (政策执行率).
bool NamesExecutionRate(std::string_view folded, const Rules& rules);

// The last year (2021年) before `end` in a folded sentence; 0 for none.
int LastYearBefore(std::string_view sentence, std::size_t end);

// The years that a folded text names, in order: 2021年, 2021-2023年 as both ends; document numbers and titles are left
// out.
std::vector<int> YearsIn(std::string_view folded);

// Sections of the report that are to name problems: by their heading, or inside a section under a numbered line.
struct ProblemSection {
  int report = 0;
  std::string_view text;
  bool says_none = false;  // 无, 暂无, 未发现问题
};
std::vector<ProblemSection> ProblemSections(const evaluation::v1::SelfEvaluation& form, const Rules& rules);

}  // namespace jixiao::scoring
