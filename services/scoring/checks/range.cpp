// RANGE (7): a score lies between 0 and its weight, a weight is positive, a total does not pass the profile's total.
// Fires: a score of 11 on 10 points, a weight of 0, a total of 110. Must not: full points, a weight cell with "/".
//
// Nor does a part of a whole pass 100 % (mild: mostly a ≥ that was read as a 2). Fires: a satisfaction of 290 %, a
// target of 250 % for a 合格率, or for anything that reached 50 %. Must not: 115 % of a 增长率 or a 完成率.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"

namespace jixiao::scoring {
namespace {

// `row` is a FundReading or an IndicatorReading; `name` gives its name for people.
template <class Row, class Name>
void CheckPoints(const Row& row, Name name, FindingSink& findings) {
  const std::optional<Decimal>& weight = row.weight;
  const std::optional<Decimal>& score = row.score;
  if (weight && *weight <= Decimal())
    findings.Add(row.Path("weight"), Cat("“", name(), "”分值为 ", weight->ToString(), "，应大于 0"),
                 {{"weight", weight->ToString()}});
  if (score && score->IsNegative())
    findings.Add(row.Path("score"), Cat("“", name(), "”得分为 ", score->ToString(), "，不应小于 0"),
                 {{"score", score->ToString()}});
  if (weight && score && *score > *weight && *weight > Decimal())
    findings.Add(row.Path("score"), Cat("“", name(), "”得分 ", score->ToString(), " 超过分值 ", weight->ToString()),
                 {{"score", score->ToString()}, {"weight", weight->ToString()}});
}

// `other` is the cell beside it.
void CheckShare(const IndicatorReading& row, const Literal& cell, const Literal& other, std::string_view path,
                std::string_view title, const CheckInput& input, FindingSink& findings) {
  const Quantity* const above = MoreThanTheWhole(row, cell, other, input);
  if (above == nullptr) return;
  const std::string number = above->number.ToString();
  const auto meant = BehindMisreadOperator(*above);
  findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path(path),
                   Cat("“", row.Name(), "”", title, " ", number, "% 超过 100%，不合常理",
                       meant ? Cat("；也许是“≥", meant->ToString(), "%”误识所致") : std::string()),
                   {{"printed", number + "%"}});
}

}  // namespace

void Range(const CheckInput& input, FindingSink& findings) {
  for (const FundReading& fund : input.reading.funds)
    CheckPoints(
        fund, [&] { return std::string_view(fund.name); }, findings);
  for (const IndicatorReading& row : input.reading.indicators) {
    CheckPoints(
        row, [&] { return row.Name(); }, findings);
    CheckShare(row, row.target, row.actual, "target", "指标值", input, findings);
    CheckShare(row, row.actual, row.target, "actual", "实际完成值", input, findings);
  }
  const auto& total = input.reading.declared_total;
  if (total && (*total > input.rules.total_weight || total->IsNegative()))
    findings.Add("total_score",
                 Cat("总分 ", total->ToString(), " 超出 0～", input.rules.total_weight.ToString(), " 的范围"),
                 {{"total", total->ToString()}, {"limit", input.rules.total_weight.ToString()}});
}

}  // namespace jixiao::scoring
