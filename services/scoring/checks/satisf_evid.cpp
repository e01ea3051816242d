// SATISF_EVID (26): a satisfaction of 100 % or one in words rests on a survey whose size is told, in the row or in the
// report. Fires: "抽样调查满意度达到基本满意及以上" (document 003): a survey without a number. Must not: 93%; 100%
// beside 发放问卷120份; 政策知晓率 100%.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kRead = 256 * 1024;

// A word of the survey and a number of people or sheets in one sentence: 随机抽查120人, 回收问卷98份.
bool TellsSize(std::string_view text, const Rules& rules) {
  text = TruncateUtf8(text, kRead);
  while (!text.empty()) {
    const std::size_t end = std::min(FindWord(text, "。"), text.size());
    const std::string_view sentence = text.substr(0, end);
    text.remove_prefix(std::min(end + std::string_view("。").size(), text.size()));
    if (!rules.words.survey.IsIn(sentence)) continue;
    const Literal literal = ReadLiteral(sentence, 0);
    if (std::any_of(literal.quantities.begin(), literal.quantities.end(),
                    [](const Quantity& q) { return q.unit.dimension == Dimension::kCount && q.number > Decimal(1); }))
      return true;
  }
  return false;
}

// In name and actual value, which are one sentence.
bool RowTellsSize(const evaluation::v1::Indicator& cells, const Rules& rules) {
  const bool survey = rules.words.survey.IsIn(cells.level3()) || rules.words.survey.IsIn(cells.actual());
  return survey && TellsSize(Cat(cells.level3(), "；", cells.actual()), rules);
}

// 政策知晓率 stands among satisfaction and is none.
bool IsSatisfaction(const IndicatorReading& row, const CheckInput& input) {
  const std::string_view name = input.text.Level3(row);
  if (name.ends_with("知晓率")) return false;
  return (row.indicator_class != nullptr && row.indicator_class->indicator_class == v1::INDICATOR_CLASS_SATISFACTION) ||
         row.is_satisfaction;
}

// 100 %, also as a bare number against a target in percent; or no figure of it at all. 0起 of 0起 measures something
// else.
bool NeedsEvidence(const IndicatorReading& row) {
  if (row.actual.blank || row.actual.malformed) return false;
  bool any = row.measure.kind == Measure::Kind::kFigures;
  for (const Quantity& q : row.actual.quantities) {
    if (q.unit.dimension != Dimension::kRatio && q.unit.dimension != Dimension::kNone) continue;
    any = true;
    if (q.number >= Decimal(100)) return true;
  }
  return !any || row.measure.copied;
}

}  // namespace

void SatisfEvid(const CheckInput& input, FindingSink& findings) {
  RowList rows;
  for (const IndicatorReading& row : input.reading.indicators) {
    if (!NeedsEvidence(row) || !IsSatisfaction(row, input)) continue;
    const evaluation::v1::Indicator& cells = *row.row;
    if (!RowTellsSize(cells, input.rules) && !TellsSize(cells.deviation_reason(), input.rules)) rows.Add(row);
  }
  if (rows.count == 0) return;
  const auto& report = input.reading.form->report();
  if (std::any_of(report.begin(), report.end(), [&](const evaluation::v1::ReportSection& section) {
        return FindWord(section.text(), "满意") != std::string::npos && TellsSize(section.text(), input.rules);
      }))
    return;
  const IndicatorReading& first = *rows.first;
  findings.Add(first.Path("actual"),
               Cat(rows.Named(), "满意度填为“", Quoted(first.row->actual()), "”，未说明调查方式和样本量"),
               {{"rows", rows.indices}, {"actual", std::string(TruncateUtf8(first.actual.text, 300))}});
}

}  // namespace jixiao::scoring
