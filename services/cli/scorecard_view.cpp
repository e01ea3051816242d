#include "cli/scorecard_view.h"

#include "cli/table.h"
#include "common/text.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace jixiao::cli {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::ScoreLine;
using evaluation::v1::SelfEvaluation;

// What a field of the form is called on it.
constexpr std::pair<std::string_view, std::string_view> kFields[] = {{"level1", "一级指标"},
                                                                     {"level2", "二级指标"},
                                                                     {"level3", "三级指标"},
                                                                     {"target", "指标值"},
                                                                     {"actual", "实际完成值"},
                                                                     {"weight", "分值"},
                                                                     {"score", "得分"},
                                                                     {"completion_rate", "完成率"},
                                                                     {"deviation_reason", "偏差原因"},
                                                                     {"initial_budget", "年初预算"},
                                                                     {"full_year_budget", "全年预算"},
                                                                     {"executed", "全年执行"},
                                                                     {"execution_rate", "执行率"},
                                                                     {"name", "名称"},
                                                                     {"text", "正文"},
                                                                     {"heading", "标题"},
                                                                     {"total_weight", "总分值"},
                                                                     {"total_score", "总分"},
                                                                     {"grade", "等级"},
                                                                     {"expected_goal", "预期目标"},
                                                                     {"actual_goal", "目标完成情况"},
                                                                     {"title", "标题"},
                                                                     {"project_name", "项目名称"},
                                                                     {"fiscal_year", "年度"},
                                                                     {"region_code", "区划"},
                                                                     {"amount_unit", "金额单位"},
                                                                     {"implementing_unit", "实施单位"},
                                                                     {"funds", "资金"},
                                                                     {"indicators", "指标"},
                                                                     {"report", "报告"}};

// A repeated field and what one of its entries is called.
constexpr std::pair<std::string_view, std::string_view> kRows[] = {
    {"funds", "行资金"}, {"indicators", "项指标"}, {"report", "段报告"}};

template <std::size_t N>
std::string_view Look(const std::pair<std::string_view, std::string_view> (&table)[N], std::string_view key) {
  for (const auto& [name, title] : table)
    if (name == key) return title;
  return {};
}

// One part of a path, such as "indicators[3]" or "actual"; empty when it is not known.
std::string TitleOf(std::string_view part) {
  const std::size_t open = part.find('[');
  if (open == part.npos) return std::string(Look(kFields, part));
  int row = -1;
  const char* const end = part.data() + part.size();
  const auto [last, error] = std::from_chars(part.data() + open + 1, end, row);
  const std::string_view unit = Look(kRows, part.substr(0, open));
  if (unit.empty() || error != std::errc() || row < 0 || std::string_view(last, end) != "]") return "";
  return Cat("第 ", row + 1, " ", unit);
}

// The row that "indicators[3]" names; -1 for none.
int RowOf(const std::string& path) {
  const std::size_t open = path.find('[');
  int row = -1;
  if (path.starts_with("indicators[")) std::from_chars(path.data() + open + 1, path.data() + path.size(), row);
  return row;
}

std::string NameOf(const ScoreLine& line, const SelfEvaluation* form) {
  if (line.path() == "funds") return "预算执行";
  const int row = RowOf(line.path());
  if (form == nullptr || row < 0 || row >= form->indicators_size()) return PlaceOf(line.path());
  const auto& indicator = form->indicators(row);
  for (const std::string* name : {&indicator.level3(), &indicator.level2(), &indicator.level1()})
    if (!name->empty()) return *name;
  return PlaceOf(line.path());
}

std::string_view TitleOf(evaluation::v1::Basis basis) {
  switch (basis) {
    case evaluation::v1::BASIS_COMPUTED:
      return "计算";
    case evaluation::v1::BASIS_BANDED:
      return "分档";
    case evaluation::v1::BASIS_DECLARED:
      return "自报";
    default:
      return "";
  }
}

void PrintHead(const Scorecard& card, const SelfEvaluation* form, std::ostream& out) {
  if (form != nullptr) {
    out << (form->project_name().empty() ? form->title() : form->project_name());
    if (form->fiscal_year() != 0) out << "（" << form->fiscal_year() << " 年度）";
    if (!form->implementing_unit().name().empty()) out << " · " << form->implementing_unit().name();
    out << '\n';
  }
  out << "评分规则  " << card.rule_set().title() << "  " << card.rule_set().id() << "@" << card.rule_set().revision()
      << "（引擎第 " << card.engine_revision() << " 版）"
      << "\n          " << card.rule_set().selected_by() << '\n';
  const bool scorable = card.kind() != evaluation::v1::SCORE_KIND_NOT_SCORABLE;
  if (!scorable)
    out << "不可评分（表内没有分值，也没有可比的指标）";
  else if (card.kind() == evaluation::v1::SCORE_KIND_REFERENCE)
    out << "参考总分  " << card.computed_total() << " / " << card.total_weight()
        << "（各行没有分值，按表内标明的分数和规则的权重折算，仅供参考）";
  else
    out << "核算总分  " << card.computed_total() << " / " << card.total_weight();
  if (!card.grade().empty()) out << "  等级 " << card.grade();
  if (!card.declared_total().empty()) out << "  自评总分 " << card.declared_total();
  if (!card.declared_grade().empty()) out << "  自评等级 " << card.declared_grade();
  if (!card.execution_rate().empty()) out << "  执行率 " << card.execution_rate();
  out << '\n';
  if (!scorable) return;  // no weight rests on anything
  out << "依据分值  计算 " << card.basis_weights().computed() << "  分档 " << card.basis_weights().banded() << "  自报 "
      << card.basis_weights().declared() << '\n';
}

// What the rules change in the sum of the lines: without it the total would not follow from them.
void PrintAdjustments(const Scorecard& card, std::ostream& out) {
  if (card.adjustments().empty()) return;
  Table table({{"调整"}, {"分值", Align::kRight}, {"说明", Align::kLeft, 110}});
  for (const auto& adjustment : card.adjustments())
    table.Add({adjustment.method(), adjustment.points(), adjustment.explanation()});
  out << '\n';
  table.Print(out);
}

}  // namespace

std::string_view TitleOf(evaluation::v1::Severity severity) {
  switch (severity) {
    case evaluation::v1::SEVERITY_ERROR:
      return "错误";
    case evaluation::v1::SEVERITY_WARNING:
      return "警告";
    default:
      return "提示";
  }
}

std::string TotalOf(const Scorecard& card) {
  if (card.kind() == evaluation::v1::SCORE_KIND_NOT_SCORABLE) return "不可评分";
  if (card.kind() == evaluation::v1::SCORE_KIND_REFERENCE) return Cat("参考 ", card.computed_total());
  return card.computed_total();
}

std::string PlaceOf(const std::string& path) {
  std::string place;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    const std::string title = TitleOf(rest.substr(0, end));
    if (title.empty()) return path;
    Append(place, place.empty() ? "" : "·", title);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return place;
}

void PrintScorecard(const Scorecard& card, const SelfEvaluation* form, bool explain, std::ostream& out) {
  PrintHead(card, form, out);
  const bool reference = card.kind() == evaluation::v1::SCORE_KIND_REFERENCE;  // the weights are not the form's
  Table lines({{"指标", Align::kLeft, 30},
               {"指标值", Align::kLeft, 26},
               {"实际完成", Align::kLeft, 26},
               {"完成程度", Align::kRight, 10},
               {reference ? "参考分值" : "分值", Align::kRight, 8},
               {"自评", Align::kRight, 8},
               {reference ? "参考得分" : "核算", Align::kRight, 8},
               {"依据", Align::kLeft, 6}});
  for (const ScoreLine& line : card.lines())
    lines.Add({NameOf(line, form), line.criterion(), line.observation(), line.achievement(), line.weight(),
               line.declared_score(), line.computed_score(), std::string(TitleOf(line.basis()))});
  if (!lines.empty()) {
    out << '\n';
    lines.Print(out);
  }
  PrintAdjustments(card, out);
  if (explain) {
    out << '\n';
    for (const ScoreLine& line : card.lines())
      out << "· " << Fit(NameOf(line, form), 40) << "：" << line.explanation() << '\n';
  }
  out << '\n';
  if (card.findings().empty()) {
    out << "没有发现问题\n";
    return;
  }
  Table findings({{"级别"}, {"代码"}, {"位置"}, {"问题", Align::kLeft, 110}});
  for (const auto& finding : card.findings())
    findings.Add(
        {std::string(TitleOf(finding.severity())), finding.code(), PlaceOf(finding.path()), finding.message()});
  findings.Print(out);
}

}  // namespace jixiao::cli
