#include "intake/import/grid_nature.h"

#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/form_reader.h"

#include <algorithm>
#include <initializer_list>
#include <string>

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
  constexpr std::size_t kLooked = 64 * 1024;  // bytes
  const std::string folded = Fold(TruncateUtf8(text, kLooked));
  if (Contains(folded, "二级指标三级指标")) return true;
  const auto count = [&](std::initializer_list<std::string_view> labels) {
    return std::count_if(labels.begin(), labels.end(), [&](std::string_view label) { return Contains(folded, label); });
  };
  return count({"一级指标", "二级指标", "三级指标", "指标值", "完成值", "指标性质", "计量单位", "度量单位"}) >= 3 &&
         count({"分值", "自评分", "得分", "数量指标", "质量指标", "时效指标", "满意度指标", "预算数", "执行数",
                "自评表", "实施单位", "资金总额"}) >= 4;
}

}  // namespace jixiao::importing
