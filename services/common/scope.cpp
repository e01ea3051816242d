#include "common/scope.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao {

bool Scope::IncludesRegion(std::string_view region) const {
  return regions.empty() ||
         std::ranges::any_of(regions, [&](const std::string& prefix) { return region.starts_with(prefix); });
}

bool Scope::IncludesDepartment(std::string_view department) const {
  return departments.empty() || std::ranges::find(departments, department) != departments.end();
}

bool Scope::IncludesUnit(std::string_view unit) const {
  return units.empty() || std::ranges::find(units, unit) != units.end();
}

std::string Scope::Text() const {
  std::string text;
  for (const std::vector<std::string>* list : {&regions, &departments, &units}) {
    Append(text, list->size(), ";");
    for (const std::string& entry : *list) Append(text, entry.size(), ":", entry);
  }
  return text;
}

}  // namespace jixiao
