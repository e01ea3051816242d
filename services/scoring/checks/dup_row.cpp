// DUP_ROW (27): no 三级指标 stands twice on a form. The same name with the same target, or in the same 二级指标, is the
// same thing counted twice; one name under several 二级指标 with targets of their own is only remarked. What two
// projects have in common is checks/batch's. Fires: “两新”党建 under 质量 and 效益 (document 003, remarked); 满意度
// ≥90% twice. Must not: 指标1 and 指标1 of a template; rows that carry nothing.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace jixiao::scoring {
namespace {

constexpr int kMostFindings = 50;

struct NamedRow {
  const IndicatorReading* row;
  std::string_view name;
  std::size_t hash;
};

// The rows that may share their name with another one, in order: on most forms none.
std::vector<NamedRow> RowsOfOneName(const CheckInput& input) {
  absl::InlinedVector<NamedRow, 32> rows;
  absl::InlinedVector<std::size_t, 32> hashes;
  for (const IndicatorReading& row : input.reading.indicators) {
    if (row.IsEmpty()) continue;
    const std::string_view name = RowNameIn(input.text.Level3(row));
    if (name.empty()) continue;
    rows.push_back({&row, name, std::hash<std::string_view>()(name)});
    hashes.push_back(rows.back().hash);
  }
  std::sort(hashes.begin(), hashes.end());
  std::vector<NamedRow> same;
  if (std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end()) return same;
  for (const NamedRow& row : rows) {
    const auto range = std::equal_range(hashes.begin(), hashes.end(), row.hash);
    if (range.second - range.first > 1) same.push_back(row);
  }
  return same;
}

}  // namespace

void DupRow(const CheckInput& input, FindingSink& findings) {
  const std::vector<NamedRow> rows = RowsOfOneName(input);
  if (rows.empty()) return;
  TextMap<std::vector<const IndicatorReading*>> by_name;
  int found = 0;
  int shared = 0;  // names under several level-2 indicators
  const IndicatorReading* first_shared = nullptr;
  std::string names;
  for (const NamedRow& named : rows) {
    const IndicatorReading& row = *named.row;
    std::vector<const IndicatorReading*>& same = by_name[std::string(named.name)];
    const auto twin = std::find_if(same.begin(), same.end(), [&](const IndicatorReading* other) {
      const bool target = !row.target.blank && other->target.text == row.target.text;
      return target || (other->level1 == row.level1 && other->level2 == row.level2);
    });
    if (twin != same.end()) {
      if (found++ < kMostFindings)
        findings.Add(row.Path("level3"),
                     Cat("“", row.Name(), "”与第 ", (*twin)->index + 1, " 行的三级指标相同",
                         (*twin)->target.text == row.target.text && !row.target.blank ? "，指标值也相同" : ""),
                     {{"name", row.Name()}, {"first", (*twin)->Path("level3")}, {"target", row.row->target()}});
    } else if (same.size() == 1) {
      if (shared++ == 0) first_shared = &row;
      if (shared <= 5) Append(names, names.empty() ? "" : "、", "“", row.Name(), "”");
    }
    // A name that stands a thousand times needs only its first rows to be compared with.
    if (same.size() < 8) same.push_back(&row);
  }
  if (shared == 0) return;
  findings.AddMild(evaluation::v1::SEVERITY_INFO, first_shared->Path("level3"),
                   Cat("有 ", shared, " 个三级指标名称出现在不同的二级指标下：", names, shared > 5 ? " 等" : ""),
                   {{"names", Cat(shared)}});
}

}  // namespace jixiao::scoring
