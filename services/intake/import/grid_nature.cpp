#include "intake/import/grid_nature.h"

#include "intake/import/folding.h"
#include "intake/import/form_reader.h"

namespace jixiao::importing {

Nature NatureOf(const std::vector<Row>& rows, Layout layout) {
  Nature out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.title = out.title || TitleOf(rows[i]) != nullptr;
    out.project = out.project || NamesProject(rows[i]);
    out.indicators = out.indicators || !IndicatorsHeader(rows, i, layout).columns.empty();
    out.funds = out.funds || !FundsHeader(rows, i, layout).columns.empty();
    for (const Cell* cell : rows[i].filled) {
      const Roles roles = ReadLabel(cell->text).roles;
      out.goals = out.goals || roles.HasAny(Role::kExpectedGoal | Role::kActualGoal);
      out.levels = out.levels || LevelOf(cell->text) == 2;
    }
  }
  return out;
}

bool IsCollapsedForm(std::string_view text) {
  if (text.size() < 300) return false;
  const std::string folded = Fold(text);
  int words = 0;
  for (const std::string_view word : {"一级指标", "二级指标", "三级指标", "指标值", "自评表", "实施单位", "资金总额"})
    words += Contains(folded, word) ? 1 : 0;
  return words >= 5;
}

}  // namespace jixiao::importing
