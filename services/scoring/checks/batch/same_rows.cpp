// DUP_ROW (27), second half: forms of one year that share most of their rows (name, target and actual value alike) were
// copied from each other. Fires: two projects with 9 of 10 rows the same. Must not: rows that many forms have (满意度
// ≥90%, 95%) below that share; forms of fewer than three rows; an aggregate and its parts.
//
// Near linear: a form is compared only with the first form of each group that shares one of its rarest rows. Two forms
// that are equal in a share s of their rows must share one of the (1 − s)·n + 1 rarest rows of each, whatever the
// order.
#include "common/text.h"
#include "scoring/checks/batch/batch_checks.h"
#include "scoring/checks/rows.h"

#include <algorithm>
#include <unordered_map>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kFewestRows = 3;
// So that a batch made up to share rare rows costs no more than others.
constexpr int kMostCompared = 64;

using RowHash = std::uint64_t;

struct FormRows {
  std::size_t item = 0;
  std::vector<RowHash> rows;  // sorted, each once
};

struct Group {
  FormRows first;
  std::vector<std::size_t> items;
  std::size_t fewest_same = 0;  // with the first form
  std::size_t rows = 0;         // of the larger form there
};

// The least number of rows that is `share` of `rows`.
std::size_t Needed(const Decimal& share, std::size_t rows) {
  const Decimal least = Decimal::Mul(share, Decimal(static_cast<std::int64_t>(rows))).value_or(Decimal());
  std::size_t low = 0;
  std::size_t high = rows;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (Decimal(static_cast<std::int64_t>(middle)) >= least)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

std::size_t CountSame(const std::vector<RowHash>& a, const std::vector<RowHash>& b) {
  std::size_t same = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x == *y) {
      ++same;
      ++x;
      ++y;
    } else if (*x < *y) {
      ++x;
    } else {
      ++y;
    }
  }
  return same;
}

std::vector<FormRows> RowsOf(const BatchInput& input) {
  std::vector<FormRows> forms;
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    if (input.items[i].aggregate) continue;
    const evaluation::v1::SelfEvaluation& form = *input.items[i].form;
    FormRows rows{i, {}};
    for (const auto& row : form.indicators())
      if (const std::string content = RowContent(row); !content.empty())
        rows.rows.push_back(std::hash<std::string>()(Cat(form.fiscal_year(), "/", content)));
    std::sort(rows.rows.begin(), rows.rows.end());
    rows.rows.erase(std::unique(rows.rows.begin(), rows.rows.end()), rows.rows.end());
    if (rows.rows.size() >= kFewestRows) forms.push_back(std::move(rows));
  }
  return forms;
}

class Grouping {
 public:
  Grouping(const std::vector<FormRows>& forms, const Decimal& share) : share_(share) {
    for (const FormRows& form : forms)
      for (const RowHash row : form.rows) ++frequency_[row];
  }

  void Add(FormRows form) {
    std::vector<RowHash> rarest = form.rows;
    const std::size_t prefix = rarest.size() - Needed(share_, rarest.size()) + 1;
    const auto rarer = [&](RowHash a, RowHash b) { return std::pair(frequency_[a], a) < std::pair(frequency_[b], b); };
    std::partial_sort(rarest.begin(), rarest.begin() + static_cast<std::ptrdiff_t>(prefix), rarest.end(), rarer);
    rarest.resize(prefix);
    int compared = 0;
    std::vector<std::size_t> tried;
    for (const RowHash row : rarest) {
      const auto found = by_row_.find(row);
      if (found == by_row_.end()) continue;
      for (const std::size_t candidate : found->second) {
        if (std::find(tried.begin(), tried.end(), candidate) != tried.end()) continue;
        if (++compared > kMostCompared) break;
        tried.push_back(candidate);
        Group& group = groups_[candidate];
        const std::size_t larger = std::max(group.first.rows.size(), form.rows.size());
        const std::size_t same = CountSame(group.first.rows, form.rows);
        if (same < Needed(share_, larger)) continue;
        if (group.items.size() == 1 || same * group.rows < group.fewest_same * larger) {
          group.fewest_same = same;
          group.rows = larger;
        }
        group.items.push_back(form.item);
        return;
      }
    }
    for (const RowHash row : rarest) by_row_[row].push_back(groups_.size());
    const std::size_t item = form.item;
    groups_.push_back({std::move(form), {item}, 0, 0});
  }

  const std::vector<Group>& groups() const { return groups_; }

 private:
  const Decimal share_;
  std::unordered_map<RowHash, std::uint32_t> frequency_;
  std::unordered_map<RowHash, std::vector<std::size_t>> by_row_;  // the groups of its rarest rows
  std::vector<Group> groups_;
};

}  // namespace

void SameRows(const BatchInput& input, BatchSink& findings) {
  if (input.rules.same_rows_share.IsZero()) return;
  std::vector<FormRows> forms = RowsOf(input);
  Grouping grouping(forms, input.rules.same_rows_share);
  for (FormRows& form : forms) grouping.Add(std::move(form));
  for (const Group& group : grouping.groups()) {
    if (group.items.size() < 2) continue;
    const auto& first = *input.items[group.items[0]].form;
    const auto& second = *input.items[group.items[1]].form;
    const bool twice = !ProjectOf(first).empty() && ProjectOf(first) == ProjectOf(second);
    std::string message;
    if (group.items.size() == 2 && twice)
      message = Cat(NameOf(first), "在本批中有两份");
    else if (group.items.size() == 2)
      message = Cat(NameOf(first), "与", NameOf(second));
    else
      message = Cat(NameOf(first), "、", NameOf(second), "等 ", group.items.size(), " 张表");
    Append(message, group.items.size() == 2 ? "，" : "，至少", group.rows, " 行指标中有 ", group.fewest_same,
           " 行的名称、指标值和实际完成值完全相同");
    findings.Add("indicators", std::move(message),
                 {{"forms", Cat(group.items.size())}, {"same_rows", Cat(group.fewest_same)}, {"rows", Cat(group.rows)}},
                 group.items);
  }
}

}  // namespace jixiao::scoring
