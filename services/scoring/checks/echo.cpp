// ECHO (15): the actual value of a row without a number, or the goal's completion, repeats the target word for word; or
// the target was pasted with its operator (≥90% against ≥90%); a goal's completion that is a passage of the goal.
// Fires: most qualitative rows of document 003; mildly, one row. Must not: 是/是, 合规/合规, 100%/100%.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// Folded texts of the same words; a comma is a comma in either width.
bool SameWords(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a == b) return true;
  const auto mark = [](char c) { return c == ',' ? ';' : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return mark(x) == mark(y); });
}

bool IsEcho(std::string_view target, std::string_view actual, const Rules& rules) {
  return SameWords(target, actual) && static_cast<int>(Utf8Length(actual)) >= rules.echo_min_length &&
         !rules.IsPlainAnswer(actual);
}

// Whether a character stands for itself when its text is folded, and for nothing else.
bool IsPlain(char32_t c) {
  return literal::IsIdeograph(c) || literal::IsLetter(static_cast<char>(c < 0x80 ? c : 0));
}

// Whether two texts certainly say different things: where they first differ, each has a character that folding keeps.
// Cheap; most goals and their completions part within a few words.
bool CertainlyDiffer(std::string_view a, std::string_view b) {
  std::size_t at = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  if (at == a.size() || at >= b.size()) return false;
  while (at > 0 && (static_cast<unsigned char>(a[at]) & 0xC0) == 0x80) --at;
  return IsPlain(literal::FirstChar(a.substr(at))) && IsPlain(literal::FirstChar(b.substr(at)));
}

// The goal that was expected, folded, when the actual one repeats it word for word; else empty.
std::string_view EchoedGoal(const CheckInput& input) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  if (form.expected_goal().empty() || CertainlyDiffer(form.expected_goal(), form.actual_goal())) return {};
  const std::string_view expected = input.text.Folded(form.expected_goal());
  return IsEcho(expected, input.text.Folded(form.actual_goal()), input.rules) ? expected : std::string_view();
}

// Whether the goal's completion is a passage of the goal that was expected.
bool IsPassage(const CheckInput& input) {
  constexpr std::size_t kLeast = 36;  // bytes: a dozen characters, so that it is no coincidence
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  if (form.actual_goal().size() < kLeast || form.actual_goal().size() >= form.expected_goal().size()) return false;
  std::string_view actual = input.text.Folded(form.actual_goal());
  while (actual.ends_with(';') || actual.ends_with('.')) actual.remove_suffix(1);
  if (actual.size() < kLeast) return false;
  return FindWord(input.text.Folded(form.expected_goal()), actual) != std::string_view::npos;
}

}  // namespace

void Echo(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
  if (const std::string_view expected = EchoedGoal(input); !expected.empty())
    findings.Add("actual_goal", "年度总体目标的实际完成情况与预期目标文字完全相同",
                 {{"characters", Cat(Utf8Length(expected))}});
  else if (IsPassage(input))
    findings.Add("actual_goal", "年度总体目标的实际完成情况是预期目标中的一段原文",
                 {{"characters", Cat(Utf8Length(reading.form->actual_goal()))}});
  int in_words = 0;
  int echoed = 0;
  std::string rows;
  for (const IndicatorReading& row : reading.indicators) {
    if (row.measure.copied) {
      findings.Add(
          row.Path("actual"),
          Cat("“", row.Name(), "”实际完成值“", Quoted(row.row->actual()), "”照抄指标值（连同运算符），不是实际数值"),
          {{"target", row.target.text}, {"actual", row.actual.text}});
      continue;
    }
    if (!row.target.quantities.empty() || row.target.period || row.target.blank || row.actual.blank) continue;
    ++in_words;
    if (!IsEcho(row.target.text, row.actual.text, input.rules)) continue;
    Append(rows, echoed++ == 0 ? "" : ",", row.index);
  }
  // One row that ends as it was meant to may say so in its own words.
  if (echoed > 0)
    findings.AddMild(echoed > 1 ? evaluation::v1::SEVERITY_WARNING : evaluation::v1::SEVERITY_INFO, "indicators",
                     Cat(in_words, " 项文字指标中有 ", echoed, " 项的实际完成值与指标值文字完全相同"),
                     {{"echoed", Cat(echoed)}, {"in_words", Cat(in_words)}, {"rows", rows}});
}

}  // namespace jixiao::scoring
