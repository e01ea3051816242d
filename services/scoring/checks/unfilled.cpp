// UNFILLED: a row that has a target says what became of it, and a text is written by whoever files the form. Fires: a
// weight of 22.5 and =100% with neither an actual value nor points nor a completion, of one row or of all (document
// 015); a goal's completion that is the template's prompt still, 说明任务完成情况（100字以内）. Must not: a row that
// has one of them; a row for 其中 without a target; full points without an actual value, which FULL_NOT_MET names.
#include "common/text.h"
#include "scoring/checks/catalogue.h"

namespace jixiao::scoring {
namespace {

bool IsUnfilled(const IndicatorReading& row) {
  return !row.IsEmpty() && (row.weight || !row.target.blank) && row.actual.blank && !row.score && !row.completion;
}

// Whether a text ends as prompts do: （200字以内）.
bool IsPrompt(std::string_view text, FormText& folded) {
  constexpr std::size_t kLongest = 600;
  constexpr std::string_view kMark = "字以内";
  if (text.size() > kLongest || FindWord(text, kMark) == std::string_view::npos) return false;
  std::string_view end = folded.Folded(text);
  if (end.ends_with("。")) end.remove_suffix(std::string_view("。").size());
  return end.ends_with(Cat(kMark, ")"));
}

void Prompts(const CheckInput& input, FindingSink& findings) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  const auto name = [&](std::string path, std::string_view text) {
    if (IsPrompt(text, input.text))
      findings.Add(std::move(path), "所填的还是模板的填写提示", {{"text", std::string(text)}});
  };
  name("expected_goal", form.expected_goal());
  name("actual_goal", form.actual_goal());
  for (int i = 0; i < form.report_size(); ++i) name(Cat("report[", i, "].text"), form.report(i).text());
}

}  // namespace

void Unfilled(const CheckInput& input, FindingSink& findings) {
  constexpr std::size_t kNamed = 20;  // rows that the message names; the evidence has all
  Prompts(input, findings);
  const IndicatorReading* first = nullptr;
  std::size_t rows = 0;
  std::size_t unfilled = 0;
  std::string numbers;
  std::string indices;
  for (const IndicatorReading& row : input.reading.indicators) {
    if (row.IsEmpty()) continue;
    ++rows;
    if (!IsUnfilled(row)) continue;
    if (first == nullptr) first = &row;
    if (unfilled < kNamed) Append(numbers, unfilled == 0 ? "" : "、", row.index + 1);
    Append(indices, unfilled == 0 ? "" : ",", row.index);
    ++unfilled;
  }
  if (first == nullptr) return;
  const FindingSink::Evidence evidence = {{"unfilled", Cat(unfilled)}, {"rows", indices}};
  if (unfilled == rows && rows > 1)
    findings.Add("indicators", Cat(rows, " 项指标都没有填实际完成值和得分，无从评价"), evidence);
  else if (unfilled == 1)
    findings.Add(first->Path("actual"), Cat("“", first->Name(), "”没有填实际完成值和得分"), evidence);
  else
    findings.Add(first->Path("actual"),
                 Cat("“", first->Name(), "”等 ", unfilled, " 项没有填实际完成值和得分：第 ", numbers,
                     unfilled > kNamed ? " 等项" : " 项"),
                 evidence);
}

}  // namespace jixiao::scoring
