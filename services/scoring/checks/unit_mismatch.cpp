// UNIT_MISMATCH (16): target and actual value of a row are in units that can be compared, and amounts in the report are
// not off by the ten thousand between 元 and 万元. Fires: 360天 against 100%; 30万元 against 30元; "支出360304万元"
// beside a table of 110.76万元; "626,380.00元" beside 626380 under 万元 (document 004). Must not: ≥50个 against 50,
// 50个 against 50家, 72890元 against 7.289万元, 已完成100%.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

#include <algorithm>
#include <vector>

namespace jixiao::scoring {
namespace {

const Decimal kTenThousand(10000);

// Whether a number is so particular that finding it twice is no chance: 62.638 and 626380, not 500 or 120000.
bool IsParticular(const Decimal& number) {
  if (number.scale() > 0) return true;
  std::string digits = number.Abs().ToString();
  while (digits.ends_with('0')) digits.pop_back();
  return digits.size() >= 3;
}

// A report with thousands of such amounts is no report: its first ones show that.
constexpr int kMostInSection = 20;

void CheckRow(const IndicatorReading& row, FindingSink& findings) {
  if (row.measure.conflict) {
    const auto& [target, actual] = *row.measure.conflict;
    findings.Add(
        row.Path("actual"),
        Cat("“", row.Name(), "”指标值 ", target.ToString(), " 与实际完成值 ", actual.ToString(), " 单位不同，无法比较"),
        {{"target", target.ToString()}, {"actual", actual.ToString()}});
  }
  for (const Pair& pair : row.measure.pairs) {
    const bool money =
        pair.target.unit.dimension == Dimension::kMoney && pair.actual.unit.dimension == Dimension::kMoney;
    if (!money || pair.target.number.IsZero() || pair.target.number != pair.actual.number ||
        pair.target.unit.factor == pair.actual.unit.factor)
      continue;
    findings.Add(row.Path("actual"),
                 Cat("“", row.Name(), "”指标值 ", pair.target.ToString(), " 与实际完成值 ", pair.actual.ToString(),
                     " 数字相同而单位不同"),
                 {{"target", pair.target.ToString()}, {"actual", pair.actual.ToString()}});
  }
}

// Amounts in the report against the table, whose scale is known.
void CheckReport(const FormReading& reading, FindingSink& findings) {
  const Execution e = ExecutionOf(reading);
  const Decimal scale = std::max(e.budget.value_or(Decimal()), e.executed.value_or(Decimal()));  // 万元
  if (scale <= Decimal()) return;
  const Decimal far = *Decimal::Mul(scale, Decimal(1000));
  std::vector<Decimal> seen;  // a report says the same amount again and again
  for (int i = 0; i < reading.form->report_size(); ++i) {
    const Literal text = ReadLiteral(reading.form->report(i).text(), reading.form->fiscal_year());
    int found = 0;
    for (const Quantity& q : text.quantities) {
      if (found == kMostInSection) break;
      if (q.unit.dimension != Dimension::kMoney) continue;
      const auto amount = Decimal::MulDiv(q.Value(), Decimal(1), kTenThousand, Decimal::kMaxScale);  // 万元
      if (!amount) continue;
      // Too large for the table as written, but of its size when read in 元.
      const auto in_yuan = Decimal::MulDiv(*amount, Decimal(1), kTenThousand, Decimal::kMaxScale);
      const bool too_large =
          *amount >= far && in_yuan && *in_yuan <= scale + scale && *Decimal::Mul(*in_yuan, Decimal(100)) >= scale;
      // The same digits as in the table, where they would have to be ten thousand times as many: 626,380.00元 beside a
      // table of 626380 in 万元.
      const auto in_table = Decimal::Mul(*amount, kTenThousand);
      const bool too_small = in_table && (in_table == e.budget || in_table == e.executed) && IsParticular(q.number);
      if (!too_large && !too_small) continue;
      if (std::find(seen.begin(), seen.end(), *amount) != seen.end()) continue;
      seen.push_back(*amount);
      ++found;
      findings.Add(
          Cat("report[", i, "].text"),
          Cat("报告中的 ", q.ToString(), " 与表内资金（", scale.ToString(), " 万元）相差约一万倍，元与万元可能写错"),
          {{"report", q.ToString()}, {"table", scale.ToString() + "万元"}});
    }
  }
}

}  // namespace

void UnitMismatch(const CheckInput& input, FindingSink& findings) {
  for (const IndicatorReading& row : input.reading.indicators) CheckRow(row, findings);
  CheckReport(input.reading, findings);
}

}  // namespace jixiao::scoring
