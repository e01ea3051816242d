// MISSING_CLASS (25): every class that the rule set requires has a row, and no single indicator stands for everything.
// Fires: no 满意度指标 where it is required; one indicator of 90 points. Must not: 成本指标 or 服务对象满意度 as level
// 2 under 产出 or 效益; forms whose rows name no class at all.
#include "common/text.h"
#include "scoring/checks/catalogue.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

bool ContainsAny(std::string_view text, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return !word.empty() && text.find(word) != std::string_view::npos;
  });
}

bool IsOf(const IndicatorReading& row, const CompiledClass& c) {
  if (row.indicator_class == &c) return true;
  if (c.indicator_class == v1::INDICATOR_CLASS_COST && row.is_cost) return true;
  return ContainsAny(Fold(row.level2), c.level2_words);
}

}  // namespace

void MissingClass(const CheckInput& input, FindingSink& findings) {
  const auto& rows = input.reading.indicators;
  const bool classified = std::any_of(rows.begin(), rows.end(), [](const IndicatorReading& row) {
    return !row.IsEmpty() && row.indicator_class != nullptr;
  });
  for (const CompiledClass& c : input.rules.classes) {
    if (!c.required || !classified) continue;
    if (std::any_of(rows.begin(), rows.end(),
                    [&](const IndicatorReading& row) { return !row.IsEmpty() && IsOf(row, c); }))
      continue;
    findings.Add("indicators", Cat("没有", c.name), {{"class", c.name}});
  }
  if (input.rules.lone_weight.IsZero()) return;
  for (const IndicatorReading& row : rows) {
    if (!row.weight || *row.weight < input.rules.lone_weight) continue;
    findings.Add(row.Path("weight"),
                 Cat("“", row.Name(), "”一项指标占 ", row.weight->ToString(), " 分，不能反映项目绩效"),
                 {{"weight", row.weight->ToString()}, {"limit", input.rules.lone_weight.ToString()}});
  }
}

}  // namespace jixiao::scoring
