// Whose forms a caller may see and change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jixiao {

// Each list is a condition of its own, and an empty one sets none: a scope without any takes in everything. Names are
// compared as they are written, because the records are found by what was written.
struct Scope {
  std::vector<std::string> regions = {};      // beginnings of division codes
  std::vector<std::string> departments = {};  // names of competent departments
  std::vector<std::string> units = {};        // names of implementing units

  bool IsUnlimited() const { return regions.empty() && departments.empty() && units.empty(); }
  // Whether a form of these belongs to it.
  bool Includes(std::string_view region, std::string_view department, std::string_view unit) const {
    return IncludesRegion(region) && IncludesDepartment(department) && IncludesUnit(unit);
  }
  // The conditions one by one.
  bool IncludesRegion(std::string_view region) const;
  bool IncludesDepartment(std::string_view department) const;
  bool IncludesUnit(std::string_view unit) const;
  // The same text for the same scope: what page tokens are bound to.
  std::string Text() const;
};

}  // namespace jixiao
