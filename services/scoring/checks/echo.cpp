// ECHO (15): the actual value of a row without a number, or the goal's completion, repeats the target word for word; or
// the target was pasted with its operator (≥90% against ≥90%). Fires: most qualitative rows of document 003. Must not:
// 是/是, 合规/合规, 100%/100%.

#include "common/text.h"
#include "scoring/checks/catalogue.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// Folded texts of the same words; a comma is a comma in either width.
bool SameWords(std::string_view a, std::string_view b) {
  const auto mark = [](char c) { return c == ',' ? ';' : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return mark(x) == mark(y); });
}

}  // namespace

void Echo(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
  const auto echoes = [&](const std::string& target, const std::string& actual) {
    return SameWords(target, actual) && static_cast<int>(Utf8Length(actual)) >= input.rules.echo_min_length &&
           !input.rules.IsPlainAnswer(actual);
  };
  const std::string expected = Fold(reading.form->expected_goal());
  if (!expected.empty() && echoes(expected, Fold(reading.form->actual_goal())))
    findings.Add("actual_goal", "年度总体目标的实际完成情况与预期目标文字完全相同",
                 {{"characters", Cat(Utf8Length(expected))}});
  int in_words = 0;
  int echoed = 0;
  std::string rows;
  for (const IndicatorReading& row : reading.indicators) {
    if (row.measure.copied) {
      findings.Add(row.Path("actual"),
                   Cat("“", row.Name(), "”实际完成值“", row.actual.text, "”照抄指标值（连同运算符），不是实际数值"),
                   {{"target", row.target.text}, {"actual", row.actual.text}});
      continue;
    }
    if (!row.target.quantities.empty() || row.target.period || row.target.blank || row.actual.blank) continue;
    ++in_words;
    if (!echoes(row.target.text, row.actual.text)) continue;
    Append(rows, echoed++ == 0 ? "" : ",", row.index);
  }
  if (echoed > 0)
    findings.Add("indicators", Cat(in_words, " 项文字指标中有 ", echoed, " 项的实际完成值与指标值文字完全相同"),
                 {{"echoed", Cat(echoed)}, {"in_words", Cat(in_words)}, {"rows", rows}});
}

}  // namespace jixiao::scoring
