#include "intake/import/dump.h"

#include "common/decimal.h"
#include "common/text.h"
#include "intake/import/folding.h"

#include <algorithm>
#include <array>
#include <optional>

namespace jixiao::importing {
namespace {

constexpr Roles kNames = Role::kProjectName | Role::kDepartment | Roles(Role::kUnit);
constexpr Roles kMoney = Role::kInitialBudget | Role::kFullYearBudget | Roles(Role::kExecuted);

// Kinds of names: a unit ends like a unit, a project like a project.
bool LooksLikeUnit(std::string_view text) {
  const std::string key = Fold(text);
  static constexpr std::array<std::string_view, 22> kEnds = {
      "办",   "局",   "委", "部", "厅", "处", "科",   "院",   "中心",   "学校",   "大学",
      "中学", "小学", "站", "队", "所", "馆", "街道", "政府", "委员会", "办事处", "公司"};
  return std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view end) { return key.ends_with(end); });
}

bool LooksLikeProject(std::string_view text) {
  const std::string key = Fold(text);
  return ContainsAny(key,
                     {"项目", "专项", "经费", "资金", "工程", "补助", "补贴", "费", "建设", "采购", "活动", "服务"});
}

// Cells of two labels run together, one a line: 上年结转资金 / 其他资金.
bool IsFundNames(const Cell& cell) {
  std::string_view rest = cell.text;
  bool any = false;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (IsBlank(line)) continue;
    if (!IsFundName(line)) return false;
    any = true;
  }
  return any;
}

struct Reader {
  const Grid& grid;
  Writer& writer;
  std::vector<const Cell*> cells;
  DumpResult result;

  Roles RolesOf(std::size_t i) const { return ReadLabel(cells[i]->text).roles; }
  bool IsAnyLabel(std::size_t i) const {
    return !RolesOf(i).empty() || LevelOf(cells[i]->text) != 0 || IsFundNames(*cells[i]);
  }
  bool Free(std::size_t i) const { return !writer.ledger().Settled(*cells[i]); }

  // The columns of the indicator table, in the order of the standard form: which of them there are is what the labels
  // say.
  void ReadIndicatorHeader() {
    std::vector<std::pair<Role, const Cell*>> found;
    bool block = false;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Roles roles = RolesOf(i);
      // Weight and score of the funds table come before the indicators' block.
      if (roles.Has(Role::kIndicatorBlock)) block = true;
      const auto add = [&](Role role) {
        if (std::none_of(found.begin(), found.end(), [&](const auto& f) { return f.first == role; }))
          found.emplace_back(role, cells[i]);
      };
      for (const Role role : {Role::kLevel1, Role::kLevel2, Role::kLevel3})
        if (roles.Has(role) && !roles.Has(Role::kIndicatorBlock)) add(role);
      if (!block) continue;
      if (roles.Has(Role::kActual) && !roles.Has(Role::kActualGoal))
        add(Role::kActual);
      else if (roles.Has(Role::kTarget) && !roles.HasAny(Role::kExpectedGoal | Role::kLevel3))
        add(Role::kTarget);
      else if (roles.Has(Role::kWeight))
        add(Role::kWeight);
      else if (roles.Has(Role::kScore))
        add(Role::kScore);
      else if (roles.Has(Role::kDeviation))
        add(Role::kDeviation);
      else if (roles.Has(Role::kCompletionRate))
        add(Role::kCompletionRate);
    }
    Columns columns;
    columns.exact = false;
    for (const auto& [role, cell] : found) {
      writer.ledger().Label(*cell);
      Column column;
      column.role = role;
      column.header = cell;
      columns.columns.push_back(column);
    }
    // Level labels may stand anywhere in a dump; on every form they come first, in their own order.
    std::stable_sort(columns.columns.begin(), columns.columns.end(), [](const Column& a, const Column& b) {
      const auto rank = [](Role role) {
        return role == Role::kLevel1 ? 0 : role == Role::kLevel2 ? 1 : role == Role::kLevel3 ? 2 : 3;
      };
      return rank(a.role) < rank(b.role);
    });
    int place = 0;
    for (Column& column : columns.columns) {
      column.from = place;
      column.to = ++place;
    }
    if (columns.Has(Role::kTarget) || columns.Has(Role::kActual)) result.indicators = std::move(columns);
  }

  // The total row: as many figures in a row as the funds table has columns, the rate where the rate belongs.
  void ReadFunds() {
    std::vector<Role> roles;
    std::size_t end = cells.size();
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (RolesOf(i).Has(Role::kIndicatorBlock)) {
        end = i;
        break;
      }
    const auto has = [&](Role role) { return std::find(roles.begin(), roles.end(), role) != roles.end(); };
    std::vector<const Cell*> labels;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Roles own = RolesOf(i);
      if (own.HasAny(Role::kLevel1 | Role::kLevel2)) continue;
      for (const Role role : {Role::kInitialBudget, Role::kFullYearBudget, Role::kExecuted})
        if (own.Has(role) && !has(role) && !own.Has(Role::kActual)) {
          roles.push_back(role);
          labels.push_back(cells[i]);
          break;
        }
      if (i >= end) continue;
      for (const Role role : {Role::kWeight, Role::kExecutionRate, Role::kScore})
        if (own.Has(role) && !has(role)) {
          roles.push_back(role);
          labels.push_back(cells[i]);
          break;
        }
    }
    if (!has(Role::kExecuted) || !(has(Role::kFullYearBudget) || has(Role::kInitialBudget))) return;
    // The order of the standard form.
    std::vector<Role> order;
    for (const Role role : {Role::kInitialBudget, Role::kFullYearBudget, Role::kExecuted, Role::kWeight,
                            Role::kExecutionRate, Role::kScore})
      if (has(role)) order.push_back(role);
    for (const Cell* label : labels) writer.ledger().Label(*label);
    // The first run of figures.
    std::size_t from = 0;
    while (from < end && !(IsNumber(cells[from]->text) && Free(from))) ++from;
    std::size_t to = from;
    while (to < end && IsNumber(cells[to]->text)) ++to;
    if (to - from < order.size()) return;
    const auto rate = std::find(order.begin(), order.end(), Role::kExecutionRate);
    if (rate != order.end()) {
      // Exactly one percentage in the row, and that at the rate's place: else the order is not known.
      const std::size_t place = from + static_cast<std::size_t>(rate - order.begin());
      for (std::size_t i = from; i < from + order.size(); ++i)
        if (Contains(Fold(cells[i]->text), "%") != (i == place)) return;
    }
    SelfEvaluation& form = writer.form();
    FundLine& line = *form.add_funds();
    for (const Cell* cell : cells)
      if (IsFundTotal(cell->text)) {
        line.set_name(CleanWord(cell->text));
        writer.Note("funds[0].name", *cell);
        break;
      }
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Cell& cell = *cells[from + i];
      const std::string value = CleanValue(cell.text);
      switch (order[i]) {
        case Role::kInitialBudget:
          writer.Set("funds[0].initial_budget", line.mutable_initial_budget(), value, cell);
          break;
        case Role::kFullYearBudget:
          writer.Set("funds[0].full_year_budget", line.mutable_full_year_budget(), value, cell);
          break;
        case Role::kExecuted:
          writer.Set("funds[0].executed", line.mutable_executed(), value, cell);
          break;
        case Role::kWeight:
          writer.Set("funds[0].weight", line.mutable_weight(), value, cell);
          break;
        case Role::kExecutionRate:
          writer.Set("funds[0].execution_rate", line.mutable_execution_rate(), value, cell);
          break;
        default:
          writer.Set("funds[0].score", line.mutable_score(), value, cell);
          break;
      }
    }
    for (std::size_t i = from + order.size(); i < to; ++i)
      writer.ledger().Refuse(*cells[i], "资金分项的数值与行名在文本中次序已乱，无法判断属于哪一行");
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (IsFundNames(*cells[i]) && Free(i))
        writer.ledger().Refuse(*cells[i], "资金分项的行名与数值在文本中次序已乱，无法对应");
  }

  // The texts directly behind 预期目标 and 实际完成情况.
  void ReadGoals() {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Roles roles = RolesOf(i);
      if (!roles.HasAny(Role::kExpectedGoal | Role::kActualGoal) || roles.HasAny(Role::kLevel3)) continue;
      if (roles.Has(Role::kGoalBlock) && i + 1 < cells.size() && IsAnyLabel(i + 1)) {
        writer.ledger().Label(*cells[i]);
        continue;
      }
      writer.ledger().Label(*cells[i]);
      if (i + 1 >= cells.size() || IsAnyLabel(i + 1) || IsNumber(cells[i + 1]->text) || !Free(i + 1)) continue;
      const Cell& value = *cells[i + 1];
      if (roles.Has(Role::kActualGoal))
        writer.AddLine("actual_goal", writer.form().mutable_actual_goal(), CleanValue(value.text), value);
      else
        writer.AddLine("expected_goal", writer.form().mutable_expected_goal(), CleanValue(value.text), value);
    }
  }

  // Runs of texts closed by figures: 三级指标, 指标值, 完成值, 分值, 得分.
  void ReadIndicators() {
    if (result.indicators.columns.empty()) return;
    const bool weight = result.indicators.Has(Role::kWeight), score = result.indicators.Has(Role::kScore);
    const std::size_t figures = (weight ? 1 : 0) + (score ? 1 : 0);
    if (figures == 0) return;
    SelfEvaluation& form = writer.form();
    const Cell* level1 = nullptr;
    std::vector<const Cell*> texts;
    const int first = form.indicators_size();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const int level = LevelOf(cells[i]->text);
      if (level == 1) {
        level1 = cells[i];
        texts.clear();
        continue;
      }
      if (level1 == nullptr) continue;
      if (!Free(i) || IsAnyLabel(i)) {
        texts.clear();
        continue;
      }
      if (!IsNumber(cells[i]->text)) {
        texts.push_back(cells[i]);
        continue;
      }
      std::size_t run = 0;
      while (i + run < cells.size() && IsNumber(cells[i + run]->text)) ++run;
      if (texts.size() == 3 && run == figures) {
        const int index = form.indicators_size();
        Indicator& line = *form.add_indicators();
        if (index == first)
          writer.Set(Cat("indicators[", index, "].level1"), line.mutable_level1(), CleanWord(level1->text), *level1);
        writer.Set(Cat("indicators[", index, "].level3"), line.mutable_level3(), CleanValue(texts[0]->text), *texts[0]);
        writer.Set(Cat("indicators[", index, "].target"), line.mutable_target(), CleanValue(texts[1]->text), *texts[1]);
        writer.Set(Cat("indicators[", index, "].actual"), line.mutable_actual(), CleanValue(texts[2]->text), *texts[2]);
        std::size_t at = i;
        if (weight)
          writer.Set(Cat("indicators[", index, "].weight"), line.mutable_weight(), CleanValue(cells[at]->text),
                     *cells[at]),
              ++at;
        if (score)
          writer.Set(Cat("indicators[", index, "].score"), line.mutable_score(), CleanValue(cells[at]->text),
                     *cells[at]);
      }
      i += run - 1;
      texts.clear();
    }
    // One second-level name for rows that have none: it is theirs.
    std::vector<const Cell*> level2;
    for (const Cell* cell : cells)
      if (LevelOf(cell->text) == 2) level2.push_back(cell);
    if (level2.size() == 1 && form.indicators_size() > first)
      writer.Set(Cat("indicators[", first, "].level2"), form.mutable_indicators(first)->mutable_level2(),
                 CleanWord(level2.front()->text), *level2.front());
  }

  void ReadHead() {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Roles roles = RolesOf(i);
      if (roles.HasAny(kNames) && !roles.HasAny(Role::kLevel3)) {
        result.head_labels.push_back(cells[i]);
        writer.ledger().Label(*cells[i]);
      } else if (roles.HasAny(Role::kFundsBlock | Role::kGoalBlock | Roles(Role::kIndicatorBlock))) {
        if (Contains(Fold(cells[i]->text), "万元") && roles.Has(Role::kFundsBlock)) {
          writer.form().set_amount_unit(evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN);
          writer.Note("amount_unit", *cells[i]);
        } else if (Free(i)) {
          writer.ledger().Label(*cells[i]);
        }
      }
    }
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (Free(i) && !IsAnyLabel(i) && !IsNumber(cells[i]->text) && Utf8Length(cells[i]->text) <= 40 &&
          (LooksLikeUnit(cells[i]->text) || LooksLikeProject(cells[i]->text)))
        result.names.push_back(cells[i]);
  }
};

}  // namespace

bool IsFormDump(const Grid& grid) {
  bool head = false, table = false;
  for (const Cell& cell : grid.cells) {
    const Roles roles = ReadLabel(cell.text).roles;
    head = head || roles.HasAny(kNames);
    table = table || roles.HasAny(kMoney | Role::kLevel2 | Roles(Role::kLevel1));
  }
  return head && table;
}

DumpResult ReadDump(const Grid& grid, Writer& writer) {
  Reader reader{grid, writer, {}, {}};
  for (const Cell& cell : grid.cells)
    if (!IsBlank(cell.text)) reader.cells.push_back(&cell);
  if (!reader.cells.empty() && writer.draft().first == nullptr) writer.draft().first = reader.cells.front();
  reader.ReadIndicatorHeader();
  reader.ReadFunds();
  reader.ReadGoals();
  reader.ReadIndicators();
  reader.ReadHead();
  return std::move(reader.result);
}

void AssignNames(const DumpResult& dump, std::vector<const Cell*> more, Writer& writer) {
  std::vector<const Cell*> names = dump.names;
  names.insert(names.end(), more.begin(), more.end());
  const Cell* project = nullptr;
  std::vector<const Cell*> units;
  std::size_t projects = 0;
  for (const Cell* cell : names) {
    if (LooksLikeUnit(cell->text))
      units.push_back(cell);
    else if (LooksLikeProject(cell->text))
      project = cell, ++projects;
  }
  bool department = false, unit = false, named = false;
  for (const Cell* label : dump.head_labels) {
    const Roles roles = ReadLabel(label->text).roles;
    named = named || roles.Has(Role::kProjectName);
    department = department || (roles.Has(Role::kDepartment) && !roles.Has(Role::kUnit));
    unit = unit || roles.Has(Role::kUnit);
  }
  SelfEvaluation& form = writer.form();
  if (named && projects == 1 && form.project_name().empty())
    writer.Set("project_name", form.mutable_project_name(), CleanValue(project->text), *project);
  // Two labels and the same name twice, or one label and one name: there is but one way.
  const bool same = units.size() == 2 && CleanWord(units[0]->text) == CleanWord(units[1]->text);
  if (department && unit && same) {
    writer.Set("competent_department.name", form.mutable_competent_department()->mutable_name(),
               CleanValue(units[0]->text), *units[0]);
    writer.Set("implementing_unit.name", form.mutable_implementing_unit()->mutable_name(), CleanValue(units[1]->text),
               *units[1]);
  } else if (units.size() == 1 && department != unit) {
    if (department)
      writer.Set("competent_department.name", form.mutable_competent_department()->mutable_name(),
                 CleanValue(units[0]->text), *units[0]);
    else
      writer.Set("implementing_unit.name", form.mutable_implementing_unit()->mutable_name(), CleanValue(units[0]->text),
                 *units[0]);
  } else {
    for (const Cell* cell : units)
      writer.ledger().Refuse(*cell, "单位名称与“主管部门”“实施单位”在文本中次序已乱，无法判断属于哪一栏");
  }
}

}  // namespace jixiao::importing
