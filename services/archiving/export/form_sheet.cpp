#include "archiving/export/form_sheet.h"

#include "common/text.h"

#include <algorithm>
#include <functional>

namespace jixiao::archiving::exporting {
namespace {

using evaluation::v1::FundLine;
using evaluation::v1::Indicator;
using evaluation::v1::Organization;
using evaluation::v1::SelfEvaluation;

constexpr int kWide = 9;  // columns of the form without the optional ones
// What Excel takes in one cell; longer sections go on in the next row.
constexpr std::size_t kLongestCell = 30'000;

std::string TitleOf(const SelfEvaluation& form) {
  if (!form.title().empty()) return form.title();
  switch (form.kind()) {
    case evaluation::v1::FORM_KIND_DEPARTMENT:
      return "部门整体支出绩效自评表";
    case evaluation::v1::FORM_KIND_TRANSFER_PAYMENT:
      return "转移支付绩效自评表";
    default:
      return "项目支出绩效自评表";
  }
}

std::string NameOf(const Organization& organization) {
  if (organization.code().empty()) return organization.name();
  if (organization.name().empty()) return organization.code();
  return Cat(organization.name(), "（", organization.code(), "）");
}

std::string_view UnitOf(const SelfEvaluation& form) {
  return form.amount_unit() == evaluation::v1::AMOUNT_UNIT_YUAN ? "元" : "万元";
}

// A column of the indicators that the national form does not have.
struct Extra {
  std::string title;
  std::function<const std::string&(const Indicator&)> value;
  int width;
};

std::vector<Extra> ExtrasOf(const SelfEvaluation& form) {
  std::vector<Extra> extras;
  for (const Extra& extra :
       {Extra{"批复指标值", [](const Indicator& i) -> const std::string& { return i.approved_target(); }, 10},
        Extra{"批复分值", [](const Indicator& i) -> const std::string& { return i.approved_weight(); }, 6},
        Extra{"完成率", [](const Indicator& i) -> const std::string& { return i.completion_rate(); }, 7},
        Extra{"调整依据", [](const Indicator& i) -> const std::string& { return i.adjustment(); }, 10}})
    if (std::any_of(form.indicators().begin(), form.indicators().end(),
                    [&](const Indicator& i) { return !extra.value(i).empty(); }))
      extras.push_back(extra);
  return extras;
}

// For how many rows from `at` on the cell stands: those that leave it empty, and those that repeat it. A class of a
// higher level that begins anew ends it.
int RowsOf(const SelfEvaluation& form, int at, const std::string& (Indicator::*level)() const, bool second) {
  const std::string& value = (form.indicators(at).*level)();
  int end = at + 1;
  for (; end < form.indicators_size(); ++end) {
    const Indicator& next = form.indicators(end);
    const std::string& text = (next.*level)();
    const std::string& above = form.indicators(at).level1();
    if (second && !next.level1().empty() && next.level1() != above) break;
    if (!text.empty() && (text != value || value.empty())) break;
  }
  return end - at;
}

class FormWriter {
 public:
  explicit FormWriter(const SelfEvaluation& form) : form_(form), extras_(ExtrasOf(form)) {
    sheet_.name = "自评表";
    sheet_.widths = {7, 9, 10, 17, 13, 13, 6, 7, 18};
    for (const Extra& extra : extras_) sheet_.widths.insert(sheet_.widths.end() - 1, extra.width);
    columns_ = static_cast<int>(sheet_.widths.size());
    sheet_.landscape = extras_.size() > 1;
  }

  Sheet Write() {
    sheet_.AddLine(Style::kTitle, TitleOf(form_));
    if (form_.fiscal_year() != 0) sheet_.AddLine(Style::kCaption, Cat("（", form_.fiscal_year(), " 年度）"));
    WriteHead();
    if (form_.funds_size() > 0) WriteFunds();
    if (!form_.expected_goal().empty() || !form_.actual_goal().empty()) WriteGoals();
    if (form_.indicators_size() > 0) WriteIndicators();
    WriteFoot();
    return std::move(sheet_);
  }

 private:
  void WriteHead() {
    const int rest = columns_ - 2;
    if (!form_.project_name().empty())
      sheet_.AddRow({{Style::kLabel, "项目名称", 2}, {Style::kText, form_.project_name(), rest}});
    if (!form_.project_code().empty())
      sheet_.AddRow({{Style::kLabel, "项目代码", 2}, {Style::kText, form_.project_code(), rest}});
    const std::string department = NameOf(form_.competent_department());
    const std::string unit = NameOf(form_.implementing_unit());
    if (!department.empty() || !unit.empty())
      sheet_.AddRow({{Style::kLabel, "主管部门", 2},
                     {Style::kText, department, 3},
                     {Style::kLabel, "实施单位"},
                     {Style::kText, unit, columns_ - 6}});
    if (!form_.region_code().empty())
      sheet_.AddRow({{Style::kLabel, "财政区划代码", 2}, {Style::kText, form_.region_code(), rest}});
  }

  void WriteFunds() {
    const int last = columns_ - kWide + 1;  // the last column takes the optional ones
    const int rows = form_.funds_size() + 1;
    const int head = sheet_.AddRow({{Style::kLabel, Cat("项目资金（", UnitOf(form_), "）"), 1, rows},
                                    {Style::kHead, "", 2},
                                    {Style::kHead, "年初预算数"},
                                    {Style::kHead, "全年预算数"},
                                    {Style::kHead, "全年执行数"},
                                    {Style::kHead, "分值"},
                                    {Style::kHead, "执行率"},
                                    {Style::kHead, "得分", last}});
    for (const FundLine& line : form_.funds())
      sheet_.AddRow({{Style::kLabel, line.name(), 2},
                     {Style::kFigure, line.initial_budget()},
                     {Style::kFigure, line.full_year_budget()},
                     {Style::kFigure, line.executed()},
                     {Style::kFigure, line.weight()},
                     {Style::kFigure, line.execution_rate()},
                     {Style::kFigure, line.score(), last}},
                    head);
  }

  void WriteGoals() {
    sheet_.AddRow({{Style::kLabel, "年度总体目标", 1, 2},
                   {Style::kLabel, "预期目标", 4},
                   {Style::kLabel, "实际完成情况", columns_ - 5}});
    sheet_.AddRow({{Style::kText, form_.expected_goal(), 4}, {Style::kText, form_.actual_goal(), columns_ - 5}});
  }

  void WriteIndicators() {
    std::vector<Sheet::Piece> titles = {{Style::kLabel, "绩效指标", 1, form_.indicators_size() + 1},
                                        {Style::kHead, "一级指标"},
                                        {Style::kHead, "二级指标"},
                                        {Style::kHead, "三级指标"},
                                        {Style::kHead, "年度指标值"},
                                        {Style::kHead, "实际完成值"},
                                        {Style::kHead, "分值"},
                                        {Style::kHead, "得分"}};
    for (const Extra& extra : extras_) titles.push_back({Style::kHead, extra.title});
    titles.push_back({Style::kHead, "偏差原因分析及改进措施"});
    const int head = sheet_.AddRow(std::move(titles));
    int first_until = 0;
    int second_until = 0;
    for (int i = 0; i < form_.indicators_size(); ++i) {
      const Indicator& indicator = form_.indicators(i);
      std::vector<Sheet::Piece> pieces;
      if (i >= first_until) {
        const int rows = RowsOf(form_, i, &Indicator::level1, false);
        first_until = i + rows;
        pieces.push_back({Style::kLabel, indicator.level1(), 1, rows});
      }
      if (i >= second_until) {
        const int rows = std::min(RowsOf(form_, i, &Indicator::level2, true), first_until - i);
        second_until = i + rows;
        pieces.push_back({Style::kLabel, indicator.level2(), 1, rows});
      }
      pieces.push_back({Style::kText, indicator.level3()});
      for (const std::string* cell :
           {&indicator.target(), &indicator.actual(), &indicator.weight(), &indicator.score()})
        pieces.push_back({Style::kFigure, *cell});
      for (const Extra& extra : extras_) pieces.push_back({Style::kFigure, extra.value(indicator)});
      pieces.push_back({Style::kText, indicator.deviation_reason()});
      sheet_.AddRow(std::move(pieces), head);
    }
  }

  void WriteFoot() {
    if (!form_.total_weight().empty() || !form_.total_score().empty())
      sheet_.AddRow({{Style::kLabel, "总分", 6},
                     {Style::kFigure, form_.total_weight()},
                     {Style::kFigure, form_.total_score()},
                     {Style::kText, "", columns_ - 8}});
    if (!form_.grade().empty())
      sheet_.AddRow({{Style::kLabel, "自评等级", 6}, {Style::kFigure, form_.grade(), columns_ - 6}});
  }

  const SelfEvaluation& form_;
  const std::vector<Extra> extras_;
  int columns_ = 0;
  Sheet sheet_;
};

}  // namespace

Sheet FormSheet(const SelfEvaluation& form) {
  return FormWriter(form).Write();
}

Sheet ReportSheet(const SelfEvaluation& form) {
  Sheet sheet;
  sheet.name = "自评报告";
  sheet.widths = {100};
  sheet.page_before = true;
  if (form.report_size() == 0) return sheet;
  sheet.AddLine(Style::kTitle, "自评报告");
  for (const evaluation::v1::ReportSection& section : form.report()) {
    if (!section.heading().empty()) sheet.AddLine(Style::kSection, section.heading());
    std::string_view text = section.text();
    while (!text.empty()) {
      const std::string_view piece = TruncateUtf8(text, kLongestCell);
      sheet.AddLine(Style::kText, std::string(piece));
      text.remove_prefix(piece.size());
    }
  }
  return sheet;
}

std::vector<Sheet> SheetsOf(const Document& document) {
  std::vector<Sheet> sheets;
  sheets.push_back(FormSheet(document.form));
  if (Sheet report = ReportSheet(document.form); report.rows > 0) sheets.push_back(std::move(report));
  sheets.push_back(AnnexSheet(document));
  return sheets;
}

}  // namespace jixiao::archiving::exporting
