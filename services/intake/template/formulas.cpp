#include "intake/template/formulas.h"

#include "common/text.h"
#include "scoring/engine/execution.h"

#include <algorithm>

namespace jixiao::forms {
namespace {

// Quotients are rounded far behind the places that matter before they are compared: a spreadsheet computes in binary,
// and 8.8 ÷ 11 must not fall short of 0.8.
constexpr int kQuotientPlaces = 10;

std::string AreNumbers(const std::vector<const Operand*>& operands) {
  std::string out = "AND(";
  for (const Operand* operand : operands) Append(out, out.ends_with('(') ? "" : ",", "ISNUMBER(", operand->cell, ")");
  return out + ")";
}

std::string Quotient(const Operand& budget, const Operand& executed, const scoring::Rules& rules) {
  const int places = rules.rate_places ? *rules.rate_places + 2 : kQuotientPlaces;
  return Cat("ROUND(", executed.cell, "/", budget.cell, ",", places, ")");
}

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// The sum when every named row has its figure.
std::optional<Decimal> Complete(const ColumnSum& sum) {
  Decimal total;
  bool any = false;
  for (std::size_t i = 0; i < sum.values.size(); ++i) {
    if (sum.named[i] && !sum.values[i]) return std::nullopt;
    any = any || sum.named[i];
    if (sum.values[i]) total += *sum.values[i];
  }
  for (const Operand& operand : sum.more) {
    if (!operand.value) return std::nullopt;
    total += *operand.value;
  }
  if (!any) return std::nullopt;
  return total;
}

std::string Incomplete(const ColumnSum& sum) {
  std::string out = Cat("OR(COUNTA(", sum.names, ")=0,COUNT(", sum.figures, ")<COUNTA(", sum.names, ")");
  for (const Operand& operand : sum.more) Append(out, ",NOT(ISNUMBER(", operand.cell, "))");
  return out + ")";
}

std::string Sum(const ColumnSum& sum, int places) {
  std::string out = Cat("ROUND(SUM(", sum.figures);
  for (const Operand& operand : sum.more) Append(out, ",", operand.cell);
  Append(out, "),", places, ")");
  return out;
}

}  // namespace

Formula ExecutionRate(const Operand& budget, const Operand& executed) {
  Formula out;
  out.formula = Cat("=IF(", AreNumbers({&budget, &executed}), ",IF(", budget.cell, ">0,ROUND(", executed.cell, "/",
                    budget.cell, ",4),\"\"),\"\")");
  if (budget.value && executed.value && *budget.value > Decimal())
    if (const auto rate = Decimal::MulDiv(*executed.value, Decimal(100), *budget.value, 2))
      out.result = rate->ToFixed(2) + "%";
  return out;
}

Formula ExecutionScore(const Operand& budget, const Operand& executed, const Operand& weight,
                       const scoring::Rules& rules) {
  std::string points;
  if (rules.execution_method == scoring::v1::EXECUTION_METHOD_BANDS) {
    std::string closing;
    for (const scoring::CompiledBand& band : rules.execution_bands) {
      Append(points, "IF(", Quotient(budget, executed, rules), ">=", band.at_least.ToString(), ",ROUND(", weight.cell,
             "*", band.share.ToString(), ",", rules.places, "),");
      closing += ")";
    }
    Append(points, "0", closing);
  } else {
    // Without places for the rate, one division and one rounding at the end.
    const std::string product = rules.rate_places ? Cat(weight.cell, "*", Quotient(budget, executed, rules))
                                                  : Cat(weight.cell, "*", executed.cell, "/", budget.cell);
    points = Cat("MAX(0,MIN(", weight.cell, ",ROUND(", product, ",", rules.places, ")))");
  }
  const std::string without = rules.zero_budget == scoring::v1::ZERO_BUDGET_METHOD_ZERO ? "0" : "\"\"";
  Formula out;
  out.formula = Cat("=IF(", AreNumbers({&budget, &executed, &weight}), ",IF(", budget.cell, ">0,", points, ",", without,
                    "),\"\")");
  if (budget.value && executed.value && weight.value)
    if (const auto score = scoring::ExecutionPoints(*budget.value, *executed.value, *weight.value, rules))
      out.result = score->ToFixed(rules.places);
  return out;
}

Formula TotalWeight(const ColumnSum& sum) {
  Formula out;
  out.formula = Cat("=IF(", Incomplete(sum), ",\"\",", Sum(sum, 6), ")");
  if (const auto total = Complete(sum)) out.result = total->ToString();
  return out;
}

Formula TotalScore(const ColumnSum& sum, const Operand& budget, const Operand& executed, const scoring::Rules& rules) {
  std::string total = Sum(sum, rules.places);
  if (!rules.total_caps.empty() && !budget.cell.empty()) {
    std::string caps, closing;
    for (const scoring::CompiledTotalCap& cap : rules.total_caps) {
      Append(caps, "IF(", Quotient(budget, executed, rules), "<", cap.rate_below.ToString(), ",",
             cap.total_at_most.ToString(), ",");
      closing += ")";
    }
    total = Cat("IF(", AreNumbers({&budget, &executed}), ",IF(", budget.cell, ">0,MIN(", total, ",", caps, total,
                closing, "),", total, "),", total, ")");
  }
  Formula out;
  out.formula = Cat("=IF(", Incomplete(sum), ",\"\",", total, ")");
  if (auto result = Complete(sum)) {
    const scoring::CompiledTotalCap* cap = scoring::TotalCapOf({budget.value, executed.value}, rules);
    if (cap != nullptr) result = std::min(*result, cap->total_at_most);
    out.result = result->ToFixed(rules.places);
  }
  return out;
}

Formula SumOfParts(const std::string& range, const std::vector<std::optional<Decimal>>& parts) {
  Formula out;
  out.formula = Cat("=IF(COUNT(", range, ")=0,\"\",ROUND(SUM(", range, "),6))");
  std::optional<Decimal> total;
  for (const auto& part : parts)
    if (part) total = total.value_or(Decimal()) + *part;
  if (total) out.result = total->ToString();
  return out;
}

Formula GradeOf(const Operand& total, const scoring::Rules& rules) {
  Formula out;
  std::string grades, closing;
  for (const scoring::CompiledGrade& grade : rules.grades) {
    Append(grades, "IF(", total.cell, ">=", grade.at_least.ToString(), ",", Quoted(grade.name), ",");
    closing += ")";
    if (out.result.empty() && total.value && *total.value >= grade.at_least) out.result = grade.name;
  }
  out.formula = Cat("=IF(ISNUMBER(", total.cell, "),", grades, "\"\"", closing, ",\"\")");
  return out;
}

}  // namespace jixiao::forms
