// MISCLASS (23): an amount of money spent is no output, the execution rate, which has a line of its own, is no
// indicator beside it, and what level 2 names belongs below its own level 1. Fires: 数量指标 "补助经费" with 72890元;
// an output section whose rows add up to the budget (document 004); 数量指标 "工程资金金额" with the budget's 43.2 and
// the execution's 37.24 in it; 产出指标 "预算执行率" beside 10 points for execution; 经济效益指标 below 产出指标;
// 数量指标 below 项目决策. Must not: the same amounts under 成本; 发放贷款500万元 and other money that is the result;
// 政策执行率; 预算执行率 under 过程 or 管理, or on a form without an execution line; 成本指标 below 产出指标,
// 满意度指标 below 效益指标, as older forms have them; 项目质量可控性 below 过程; 数量指标 below 产出与效益.
//
// Nor is a count of something else satisfaction (a hint). Fires: 粮食安全事件发生数, 0起, under 满意度. Must not:
// 投诉次数; 受益群众, 95%.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

#include <algorithm>
#include <vector>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kReadOfName = 512;

bool IsOutput(const IndicatorReading& row) {
  return !row.is_cost && row.indicator_class != nullptr &&
         row.indicator_class->indicator_class == v1::INDICATOR_CLASS_OUTPUT;
}

// 72890元, 300万 under a name that says money.
bool IsMoney(const Literal& cell) {
  if (cell.quantities.size() != 1) return false;
  const Unit& unit = cell.quantities.front().unit;
  return unit.dimension == Dimension::kMoney || (unit.dimension == Dimension::kNone && unit.factor >= Decimal(10000));
}

// A bare number, or money under any name, that is the budget or what was spent of it.
bool IsTheFunds(const Literal& cell, const Execution& e, const Rules& rules) {
  if (cell.quantities.size() != 1) return false;
  const Quantity& q = cell.quantities.front();
  const bool bare = q.unit.dimension == Dimension::kNone && q.unit.factor == Decimal(1);
  if (!bare && !IsMoney(cell)) return false;
  const auto amount = bare ? std::optional(q.number) : AmountOf(q);
  const auto equals = [&](const std::optional<Decimal>& total) {
    return total && amount && !total->IsZero() && (*amount - *total).Abs() <= rules.amount_tolerance;
  };
  return equals(e.budget) || equals(e.executed);
}

// The rows of the output section when they are the lines of a spending table: bare amounts or money, three at least,
// that add up to the whole budget or spending.
std::vector<const IndicatorReading*> SpendingTable(const FormReading& reading, const Rules& rules, Decimal& sum) {
  std::vector<const IndicatorReading*> rows;
  const Execution e = ExecutionOf(reading);
  const bool yuan = reading.form->amount_unit() == evaluation::v1::AMOUNT_UNIT_YUAN;
  for (const IndicatorReading& row : reading.indicators) {
    if (!IsOutput(row) || row.IsEmpty()) continue;
    const Literal& cell = row.target.blank ? row.actual : row.target;
    const auto amount = ReadAmount(cell.text, !yuan);
    if (!amount) return {};
    rows.push_back(&row);
    sum += *amount;
  }
  const auto equals = [&](const std::optional<Decimal>& total) {
    return total && !total->IsZero() && (sum - *total).Abs() <= rules.amount_tolerance;
  };
  if (rows.size() < 3 || !(equals(e.budget) || equals(e.executed))) rows.clear();
  return rows;
}

// Whether level 2 names another class than that of the row's level 1.
bool IsBelowAnother(const IndicatorReading& row, FormText& text) {
  const CompiledClass* const named = row.level2_class;
  if (named == nullptr || row.indicator_class == nullptr || named == row.indicator_class) return false;
  // Costs are outputs where the form has no class for them, and satisfaction is an effect in older ones.
  if (named->indicator_class == v1::INDICATOR_CLASS_COST ||
      named->indicator_class == v1::INDICATOR_CLASS_SATISFACTION ||
      row.indicator_class->indicator_class == v1::INDICATOR_CLASS_COST)
    return false;
  const std::string_view level1 = text.Folded(TruncateUtf8(row.level1, kReadOfName));
  return std::ranges::none_of(
      named->level1_words, [&](const std::string& word) { return FindWord(level1, word) != std::string_view::npos; });
}

// Once for all rows that follow each other below the same names.
void BelowAnotherClass(const CheckInput& input, FindingSink& findings) {
  const auto& rows = input.reading.indicators;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const IndicatorReading& row = rows[i];
    const auto same = [&](const IndicatorReading& other) {
      return other.level1 == row.level1 && other.level2 == row.level2;
    };
    if ((i > 0 && same(rows[i - 1])) || !IsBelowAnother(row, input.text)) continue;
    std::size_t count = 1;
    while (i + count < rows.size() && same(rows[i + count])) ++count;
    findings.Add(
        row.Path("level2"),
        Cat("“", input.text.Folded(TruncateUtf8(row.level2, kReadOfName)), "”属于", row.level2_class->name,
            "，却列在一级指标“", input.text.Folded(TruncateUtf8(row.level1, kReadOfName)), "”下（", count, " 行）"),
        {{"level1", std::string(row.level1)},
         {"level2", std::string(row.level2)},
         {"class", row.level2_class->name},
         {"rows", Cat(count)}});
  }
}

// A count under 满意度 whose name has nothing of it.
bool CountsSomethingElse(const IndicatorReading& row, std::string_view name, const Rules& rules) {
  const bool satisfaction =
      row.indicator_class != nullptr && row.indicator_class->indicator_class == v1::INDICATOR_CLASS_SATISFACTION;
  if (!satisfaction || row.target.quantities.size() != 1 ||
      row.target.quantities.front().unit.dimension != Dimension::kCount ||
      row.target.quantities.front().unit.base == "分" || row.target.quantities.front().unit.base == "度")
    return false;
  return !rules.words.satisfaction_names.IsIn(name);
}

}  // namespace

void Misclass(const CheckInput& input, FindingSink& findings) {
  BelowAnotherClass(input, findings);
  const FormReading& reading = input.reading;
  const Execution e = ExecutionOf(reading);
  Decimal sum;
  const auto table = SpendingTable(reading, input.rules, sum);
  if (!table.empty())
    findings.Add(table.front()->Path("target"),
                 Cat("产出指标的 ", table.size(), " 行合计 ", sum.ToString(),
                     " 万元，等于项目资金总额：所列是支出明细，不是产出"),
                 {{"sum", sum.ToString() + "万元"}, {"rows", Cat(table.size())}});
  // The funds have points, the form's or the card's: not where a row of the table is what scores them.
  const FundReading* fund = reading.total_fund;
  const bool execution_line =
      fund != nullptr && (fund->weight || fund->score || std::ranges::any_of(input.card.lines(), [](const auto& line) {
                            return line.path() == "funds";
                          }));
  const bool department = reading.form->kind() == evaluation::v1::FORM_KIND_DEPARTMENT;
  for (const IndicatorReading& row : reading.indicators) {
    if (row.IsEmpty()) continue;
    const std::string_view name = row.row->level3().empty() ? input.text.Folded(TruncateUtf8(row.level2, kReadOfName))
                                                            : input.text.Level3(row, kReadOfName);
    if (CountsSomethingElse(row, name, input.rules))
      findings.AddMild(evaluation::v1::SEVERITY_INFO, row.Path("level3"),
                       Cat("“", row.Name(), "”（", row.target.quantities.front().ToString(),
                           "）列在满意度指标下，名称和指标值都与满意度无关"),
                       {{"name", std::string(name)}, {"target", row.target.quantities.front().ToString()}});
    const bool management =
        row.indicator_class != nullptr && (row.indicator_class->indicator_class == v1::INDICATOR_CLASS_PROCESS ||
                                           row.indicator_class->indicator_class == v1::INDICATOR_CLASS_DECISION);
    if (execution_line && !department && !management && NamesExecutionRate(name, input.rules)) {
      findings.Add(row.Path("level3"), Cat("“", row.Name(), "”就是预算执行率，表内已另行计分，重复计算"),
                   {{"name", std::string(name)}, {"weight", row.row->weight()}});
      continue;
    }
    if (!table.empty() || row.is_cost || !(row.is_quantity || (IsOutput(row) && row.level2.empty()))) continue;
    const Literal& cell = row.target.blank ? row.actual : row.target;
    const Rules::Words& words = input.rules.words;
    const bool spending = words.spending_names.IsIn(name);
    // A number of people may be the number of 万元, too: only what is called money, or has its unit.
    const bool funds = (spending || IsMoney(cell)) && IsTheFunds(cell, e, input.rules);
    // Money that is the result itself is no amount spent.
    if (!funds && (!IsMoney(cell) || !spending)) continue;
    if (words.result_names.IsIn(name)) continue;
    findings.Add(row.Path("target"),
                 Cat("“", row.Name(), "”以金额 ", cell.quantities.front().ToString(), " 作为",
                     row.is_quantity ? "数量指标" : "产出指标", "：金额属于成本，不是产出"),
                 {{"amount", cell.quantities.front().ToString()}, {"level2", std::string(row.level2)}});
  }
}

}  // namespace jixiao::scoring
