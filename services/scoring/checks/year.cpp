// YEAR (21): the years that a form names fit its own. The project's name and the title carry the form's year or none; a
// period of the table does not end before it; what was "not done" was not done in it. Later years are no fault: plans
// reach on. Fires: "审批手续未在2020年办理到位" in a report of 2021 (document 000); "2020年度…体检经费" on a form of
// 2021 (document 003); "2021年11月30日前" on a form of 2022. Must not: 2020—2022年 on a form of 2021;
// "2020年未完成的任务在2021年完成"; 较2020年增长5%; a year in a document's name or number.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/text/lines.h"
#include "scoring/checks/text/years.h"

#include <algorithm>
#include <vector>

namespace jixiao::scoring {
namespace {

constexpr int kMostInSection = 5;

// A year of these that is not the form's, unless the form's own is among them or they span it; 0 for none.
int OtherYear(const std::vector<int>& years, int own) {
  if (years.empty()) return 0;
  const auto [first, last] = std::minmax_element(years.begin(), years.end());
  return *first <= own && own <= *last ? 0 : years.front();
}

void CheckName(std::string_view path, std::string_view title, const std::string& name, int own, FindingSink& findings) {
  if (!MayNameYear(name)) return;
  const int other = OtherYear(YearsIn(Fold(name)), own);
  if (other == 0) return;
  findings.Add(std::string(path), Cat(title, "中的年份 ", other, " 与自评年度 ", own, " 不一致"),
               {{"year", Cat(other)}, {"fiscal_year", Cat(own)}, {"text", std::string(TruncateUtf8(name, 120))}});
}

// The first of some years when all of them lie before `own` and the words around them say more than what they are
// compared with (较2020年增长5%); 0 for none.
int EarlierYear(std::string_view folded, int own, const Rules& rules) {
  const std::vector<int> years = YearsIn(folded);
  if (years.empty() || *std::max_element(years.begin(), years.end()) >= own) return 0;
  return rules.words.baselines.IsIn(folded) ? 0 : years.front();
}

// A row's period that lies before the form's year.
void CheckRow(const IndicatorReading& row, int own, const CheckInput& input, FindingSink& findings) {
  constexpr std::size_t kLongest = 300;
  const struct {
    std::string_view cell, title;
    const std::string& text;
    const Literal* read;  // nullptr for the name
  } cells[] = {{"target", "指标值", row.row->target(), &row.target},
               {"actual", "实际完成值", row.row->actual(), &row.actual},
               {"level3", "指标名称", row.row->level3(), nullptr}};
  for (const auto& cell : cells) {
    if (cell.text.empty() || cell.text.size() > kLongest) continue;
    const bool is_name = cell.read == nullptr;
    if (!is_name && !cell.read->figures) continue;
    const std::string_view folded = is_name ? input.text.Level3(row) : std::string_view(cell.read->text);
    const int year = EarlierYear(folded, own, input.rules);
    if (year == 0) continue;
    // Beside figures a year may belong to what is counted (2020年学生120人); a period of time is said to be one.
    const Literal name = is_name ? ReadLiteral(cell.text, own) : Literal();
    const Literal& literal = is_name ? name : *cell.read;
    const bool deadline = input.rules.words.deadlines.IsIn(folded);
    const bool period = literal.period && (deadline || (!is_name && literal.quantities.empty()));
    if (!(is_name ? period && deadline : period || row.is_timing)) continue;
    findings.Add(row.Path(cell.cell),
                 Cat("“", row.Name(), "”", cell.title, "“", TruncateUtf8(folded, 60), "”早于自评年度 ", own),
                 {{"year", Cat(year)}, {"fiscal_year", Cat(own)}, {"text", std::string(folded)}});
    return;  // one of a row's cells says it
  }
}

// "Not done" beside an earlier year only, clause by clause.
template <class Path>
void CheckText(const Path& path, std::string_view text, int own, const Rules& rules, FindingSink& findings) {
  text = TruncateUtf8(text, kMostOfText);
  if (!MayNameYear(text)) return;
  const std::string folded = Fold(text);
  int found = 0;
  for (std::string_view rest = folded; !rest.empty() && found < kMostInSection;) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view clause = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const int year = EarlierYear(clause, own, rules);
    if (year == 0 || !rules.words.unfinished.IsIn(clause)) continue;
    ++found;
    findings.Add(path(), Cat("自评年度为 ", own, "，这里说的却是 ", year, " 年：“", TruncateUtf8(clause, 150), "”"),
                 {{"year", Cat(year)}, {"fiscal_year", Cat(own)}, {"text", std::string(TruncateUtf8(clause, 150))}});
  }
}

}  // namespace

void Year(const CheckInput& input, FindingSink& findings) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  const int own = form.fiscal_year();
  if (own == 0) return;
  CheckName("project_name", "项目名称", form.project_name(), own, findings);
  CheckName("title", "表名", form.title(), own, findings);
  for (const IndicatorReading& row : input.reading.indicators) {
    CheckRow(row, own, input, findings);
    CheckText([&] { return row.Path("deviation_reason"); }, row.row->deviation_reason(), own, input.rules, findings);
  }
  CheckText([] { return std::string("actual_goal"); }, form.actual_goal(), own, input.rules, findings);
  for (int i = 0; i < form.report_size(); ++i)
    CheckText([i] { return Cat("report[", i, "].text"); }, form.report(i).text(), own, input.rules, findings);
}

}  // namespace jixiao::scoring
