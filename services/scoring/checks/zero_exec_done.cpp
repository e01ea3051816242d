// ZERO_EXEC_DONE (12): where next to nothing was spent, not every output and benefit is complete.
// Fires: 0 of 1.8 with every output, benefit and satisfaction row at 100 % (document 003). Cost rows do not count: they
// follow the money. Must not: 0 of 2,380.91 with the output at 0.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"
#include "scoring/engine/line.h"

namespace jixiao::scoring {

void ZeroExecDone(const CheckInput& input, FindingSink& findings) {
  const Execution e = ExecutionOf(input.reading);
  if (!e.budget || !e.executed || *e.budget <= Decimal()) return;
  const auto limit = Decimal::Mul(*e.budget, input.rules.idle_rate);
  if (!limit || *e.executed >= *limit) return;
  const int rows = RowsIfAllDone(input.reading);
  if (rows == 0) return;
  findings.Add(input.reading.total_fund != nullptr ? input.reading.total_fund->Path("executed") : "funds[0].executed",
               Cat("预算 ", e.budget->ToString(), " 万元仅执行 ", e.executed->ToString(), " 万元，而 ", rows,
                   " 项产出、效益和满意度指标全部填为完成"),
               {{"budget", e.budget->ToString()}, {"executed", e.executed->ToString()}, {"rows", Cat(rows)}});
}

}  // namespace jixiao::scoring
