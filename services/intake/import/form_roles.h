// What the parts of FormReader share: which labels belong to which part of a form, and small questions about cells.
#pragma once

#include "intake/import/columns.h"
#include "intake/import/vocabulary.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace jixiao::importing {

inline constexpr Roles kHeadRoles = Role::kProjectName | Role::kProjectCode | Roles(Role::kDepartment) |
                                    Roles(Role::kDepartmentCode) | Roles(Role::kUnit) | Roles(Role::kUnitCode) |
                                    Roles(Role::kYear) | Roles(Role::kRegion) | Roles(Role::kDepartmentName) |
                                    Roles(Role::kLocalDepartment) | Roles(Role::kCentralDepartment);
inline constexpr Roles kGoalRoles = Role::kGoalBlock | Role::kExpectedGoal | Roles(Role::kActualGoal);
inline constexpr Roles kFootRoles = Role::kTotal | Role::kTotalScore | Roles(Role::kGrade);
inline constexpr Roles kPairRoles =
    kHeadRoles | kGoalRoles | kFootRoles | Roles(Role::kReportText) | Roles(Role::kOther);
inline constexpr Roles kMoneyRoles = Role::kInitialBudget | Role::kFullYearBudget | Roles(Role::kExecuted);

inline bool Covers(const Cell& cell, int column) {
  return cell.column <= column && column < cell.column + cell.columns;
}

inline const Cell* CellAt(const Row& row, int column) {
  for (const Cell* cell : row.filled)
    if (Covers(*cell, column)) return cell;
  return nullptr;
}

// The roles of a label that shares its cell with its value: 项目负责人：张某.
inline Roles InlineRoles(std::string_view text) {
  const std::size_t colon = std::min(text.find("："), text.find(':'));
  return colon == std::string_view::npos || colon > 60 ? Roles() : ReadLabel(text.substr(0, colon)).roles;
}

inline std::string FirstPoints(std::string_view text) {
  std::size_t from = text.find_first_of("0123456789");
  if (from == std::string_view::npos) return {};
  const std::size_t end = std::min(text.find_first_not_of("0123456789.", from), text.size());
  return std::string(text.substr(from, end - from));
}

}  // namespace jixiao::importing
