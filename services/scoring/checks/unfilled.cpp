// UNFILLED: what the form asks for is filled in, by whoever files it. Fires: a weight of 22.5 and =100% with neither an
// actual value nor points nor a completion, of one row or of all (document 015); a name with nothing beside it among
// rows that are filled (document 021); a text that is the template's prompt still, 说明任务完成情况（100字以内）; a
// completion of a goal that is not stated (document 006), or that is but a number or 完成年度目标; a goal of 43.2; the
// title of the form as the project's name, …经费支出绩效自评表 (document 003); as a hint, a goal without its
// completion, and names with a mark of the template, (≥**平方米). Must not: a row for 其中 without a target; full
// points without an actual value, which FULL_NOT_MET names; a template's row that nobody needed, 指标2 and nothing
// else; a form without any values; a project about evaluation, 绩效评价工作经费.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// Whether a row has a name and nothing else.
bool IsOnlyName(const IndicatorReading& row, FormText& text) {
  return !row.left_out && row.IsEmpty() && !row.row->level3().empty() && !RowNameIn(text.Level3(row)).empty();
}

// Whether a text ends as prompts do: （200字以内）.
bool IsPrompt(std::string_view text, FormText& folded) {
  constexpr std::size_t kLongest = 600;
  constexpr std::string_view kMark = "字以内";
  if (text.size() > kLongest || FindWord(text, kMark) == std::string_view::npos) return false;
  std::string_view end = folded.Folded(text);
  if (end.ends_with(';')) end.remove_suffix(1);
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

// The title of the form in the place of the project's name.
void ProjectName(const CheckInput& input, FindingSink& findings) {
  const std::string& name = input.reading.form->project_name();
  std::string_view folded = input.text.Folded(name);
  // (2020年度)
  if (const std::size_t open = folded.rfind('('); open != std::string_view::npos && folded.ends_with(")"))
    folded = folded.substr(0, open);
  if (!input.rules.words.form_titles.IsAtEndOf(folded) || FindWord(folded, "绩效") == std::string_view::npos) return;
  findings.AddMild(evaluation::v1::SEVERITY_WARNING, "project_name",
                   Cat("项目名称“", TruncateUtf8(name, 150), "”是表名，不是项目名称"),
                   {{"project_name", std::string(TruncateUtf8(name, 300))}});
}

// “A”没有填X, or “A”等 3 项没有填X：第 1、2、3 项.
std::string Lack(const RowList& rows, std::string_view what) {
  return Cat(rows.Named(), "没有填", what, rows.count == 1 ? std::string() : Cat("：第 ", rows.Numbers()));
}

// Whether a goal is nothing but a number, with a unit or without: 43.2, 37.24万元.
bool IsBareFigure(std::string_view goal) {
  constexpr std::size_t kLongest = 40;
  if (goal.empty() || goal.size() > kLongest) return false;
  const Literal read = ReadLiteral(goal, 0);
  if (read.quantities.size() != 1) return false;
  std::string_view rest = read.text;
  if (rest.ends_with(read.quantities[0].unit_text)) rest.remove_suffix(read.quantities[0].unit_text.size());
  if (rest.ends_with("万") || rest.ends_with("亿")) rest.remove_suffix(std::string_view("万").size());
  return rest.find_first_not_of("0123456789.,") == std::string_view::npos;
}

// Whether what became of a goal says no more than that it was reached.
bool SaysOnlyDone(std::string_view goal, const Rules& rules) {
  constexpr std::size_t kLongest = 60;
  if (goal.size() > kLongest) return false;
  std::string folded = Fold(goal);
  while (folded.ends_with('.') || folded.ends_with(';')) folded.pop_back();
  return rules.words.done.contains(folded);
}

bool Says(std::string_view goal, const Rules& rules) {
  constexpr std::size_t kLongestFiller = 40;
  return !goal.empty() && (goal.size() > kLongestFiller || !rules.IsFiller(Fold(goal)));
}

// A goal and what became of it.
void Goals(const CheckInput& input, FindingSink& findings) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  const bool expected = Says(form.expected_goal(), input.rules);
  const bool actual = Says(form.actual_goal(), input.rules);
  const auto evidence = [](std::string_view text) { return std::string(TruncateUtf8(text, 300)); };
  if (actual && !expected)
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, "expected_goal", "只填了年度总体目标的完成情况，没有填预期目标",
                     {{"actual_goal", evidence(form.actual_goal())}});
  if (IsBareFigure(form.expected_goal()))
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, "expected_goal",
                     Cat("年度总体目标只填了“", Quoted(form.expected_goal()), "”，没有写明目标"),
                     {{"expected_goal", evidence(form.expected_goal())}});
  if (IsBareFigure(form.actual_goal()))
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, "actual_goal",
                     Cat("目标完成情况只填了“", Quoted(form.actual_goal()), "”，没有写明完成了什么"),
                     {{"actual_goal", evidence(form.actual_goal())}});
  else if (SaysOnlyDone(form.actual_goal(), input.rules))
    findings.AddMild(evaluation::v1::SEVERITY_INFO, "actual_goal",
                     Cat("目标完成情况只填了“", Quoted(form.actual_goal()), "”，没有写明完成了什么"),
                     {{"actual_goal", evidence(form.actual_goal())}});
}

}  // namespace

void Unfilled(const CheckInput& input, FindingSink& findings) {
  constexpr std::size_t kEnoughFilled = 3;  // rows with target and actual value: then the form has both columns
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  Prompts(input, findings);
  ProjectName(input, findings);
  Goals(input, findings);
  std::size_t rows = 0;
  std::size_t filled = 0;
  RowList unfilled;
  RowList only_named;
  RowList marked;  // 圈舍(≥**平方米)
  for (const IndicatorReading& row : input.reading.indicators) {
    if (IsOnlyName(row, input.text)) only_named.Add(row);
    if (row.IsEmpty()) continue;
    if (row.row->level3().find("**") != std::string::npos) marked.Add(row);
    ++rows;
    filled += !row.target.blank && !row.actual.blank;
    if (row.IsUnfilled()) unfilled.Add(row);
  }
  if (filled >= kEnoughFilled && form.actual_goal().empty() && Says(form.expected_goal(), input.rules))
    findings.AddMild(evaluation::v1::SEVERITY_INFO, "actual_goal", "填了年度总体目标，没有填完成情况", {});
  if (only_named.count > 0 && filled >= kEnoughFilled)
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, only_named.first->Path("target"),
                     Lack(only_named, "指标值和实际完成值"),
                     {{"unfilled", Cat(only_named.count)}, {"rows", only_named.indices}});
  if (marked.count > 0)
    findings.AddMild(evaluation::v1::SEVERITY_INFO, marked.first->Path("level3"),
                     Cat(marked.Named(), "的名称里还留着模板的占位符 **"), {{"rows", marked.indices}});
  if (unfilled.count == 0) return;
  const FindingSink::Evidence evidence = {{"unfilled", Cat(unfilled.count)}, {"rows", unfilled.indices}};
  if (unfilled.count == rows && rows > 1)
    findings.Add("indicators", Cat(rows, " 项指标都没有填实际完成值和得分，无从评价"), evidence);
  else
    findings.Add(unfilled.first->Path("actual"), Lack(unfilled, "实际完成值和得分"), evidence);
}

}  // namespace jixiao::scoring
