#include "cli/scorecard_view.h"

#include "cli/table.h"
#include "common/text.h"

#include <charconv>
#include <string>

namespace jixiao::cli {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::ScoreLine;
using evaluation::v1::SelfEvaluation;

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
  if (form == nullptr || row < 0 || row >= form->indicators_size()) return line.path();
  const auto& indicator = form->indicators(row);
  return indicator.level3().empty() ? indicator.level2() : indicator.level3();
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
      << "\n          " << card.rule_set().selected_by() << '\n';
  switch (card.kind()) {
    case evaluation::v1::SCORE_KIND_SCORED:
      out << "核算总分  " << card.computed_total() << " / " << card.total_weight();
      break;
    case evaluation::v1::SCORE_KIND_REFERENCE:
      out << "参考总分  " << card.computed_total() << " / " << card.total_weight()
          << "（表内没有分值，按规则的权重折算，仅供参考）";
      break;
    default:
      out << "不可评分（表内没有分值，也没有可比的指标）";
  }
  if (!card.grade().empty()) out << "  等级 " << card.grade();
  if (!card.declared_total().empty()) out << "  自评总分 " << card.declared_total();
  if (!card.declared_grade().empty()) out << "  自评等级 " << card.declared_grade();
  if (!card.execution_rate().empty()) out << "  执行率 " << card.execution_rate();
  out << "\n依据分值  计算 " << card.basis_weights().computed() << "  分档 " << card.basis_weights().banded()
      << "  自报 " << card.basis_weights().declared() << '\n';
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

void PrintScorecard(const Scorecard& card, const SelfEvaluation* form, bool explain, std::ostream& out) {
  PrintHead(card, form, out);
  Table lines({{"指标", Align::kLeft, 30},
               {"指标值", Align::kLeft, 26},
               {"实际完成", Align::kLeft, 26},
               {"完成程度", Align::kRight, 10},
               {"分值", Align::kRight, 8},
               {"自评", Align::kRight, 8},
               {"核算", Align::kRight, 8},
               {"依据", Align::kLeft, 6}});
  for (const ScoreLine& line : card.lines())
    lines.Add({NameOf(line, form), line.criterion(), line.observation(), line.achievement(), line.weight(),
               line.declared_score(), line.computed_score(), std::string(TitleOf(line.basis()))});
  if (!lines.empty()) {
    out << '\n';
    lines.Print(out);
  }
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
    findings.Add({std::string(TitleOf(finding.severity())), finding.code(), finding.path(), finding.message()});
  findings.Print(out);
}

}  // namespace jixiao::cli
