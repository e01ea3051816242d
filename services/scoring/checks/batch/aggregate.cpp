// AGG (31): a form that sums up several users of one fund has the sum of their absolute values and the mean of their
// relative ones, weighted by what each has spent. Compared row by row where every part has the row and the figure is
// plain. Where the parts' money does not add up to the form's, parts are missing or wrong: that is said, and the rows
// are left alone. Fires: 120人 beside 70人 + 40人; 95% beside 90% on 100万元 and 98% on 300万元 (96 %). Must not: days,
// unit prices, dates and words; fewer than two parts.
#include "common/text.h"
#include "scoring/checks/batch/batch_checks.h"
#include "scoring/checks/rows.h"

#include <algorithm>
#include <map>

namespace jixiao::scoring {
namespace {

using evaluation::v1::SelfEvaluation;

// The project that forms of several units share: its code, or its name.
std::string SharedProject(const SelfEvaluation& form) {
  if (const std::string code = Fold(form.project_code()); code.size() > 8) return Cat(form.fiscal_year(), "#", code);
  const std::string name = Fold(form.project_name());
  return name.empty() ? std::string() : Cat(form.fiscal_year(), "=", name);
}

// Rows of a form by name; names that stand twice are left out.
using Rows = std::map<std::string, int>;

Rows RowsOf(const SelfEvaluation& form) {
  Rows rows;
  for (int i = 0; i < form.indicators_size(); ++i) {
    std::string name = RowName(form.indicators(i).level3());
    if (name.empty()) continue;
    const auto [at, added] = rows.emplace(std::move(name), i);
    if (!added) at->second = -1;
  }
  std::erase_if(rows, [](const auto& row) { return row.second < 0; });
  return rows;
}

// The one figure of an actual value, with its unit or the target's; nothing for words, several figures or a limit.
std::optional<Quantity> FigureOf(const evaluation::v1::Indicator& row, int fiscal_year) {
  const Literal actual = ReadLiteral(row.actual(), fiscal_year);
  if (actual.quantities.size() != 1 || actual.period || actual.malformed) return std::nullopt;
  Quantity figure = actual.quantities.front();
  if (figure.approximate || figure.end || figure.unit.dimension == Dimension::kUnknown) return std::nullopt;
  if (figure.unit.dimension == Dimension::kNone && figure.unit.factor == Decimal(1)) {
    const Literal target = ReadLiteral(row.target(), fiscal_year);
    if (target.quantities.size() == 1) figure.unit = target.quantities.front().unit;
  }
  return figure;
}

bool IsRate(std::string_view name) {
  for (const std::string_view word : {"率", "比例", "比重", "占比", "满意度", "程度", "覆盖面"})
    if (name.ends_with(word)) return true;
  return false;
}

enum class Nature { kAbsolute, kRelative, kOther };

Nature NatureOf(const Quantity& figure, std::string_view name) {
  switch (figure.unit.dimension) {
    case Dimension::kRatio:
      return Nature::kRelative;
    case Dimension::kNone:
      return IsRate(name) ? Nature::kOther : Nature::kAbsolute;
    case Dimension::kMoney:
    case Dimension::kCount:
    case Dimension::kLength:
    case Dimension::kArea:
    case Dimension::kVolume:
    case Dimension::kMass:
      return Nature::kAbsolute;
    default:
      return Nature::kOther;
  }
}

// Half a unit of the last digit, in base units.
Decimal PrecisionOf(const Quantity& figure) {
  const Decimal half = Decimal::Scaled(5, std::min(figure.number.scale() + 1, Decimal::kMaxScale));
  return figure.unit.InBase(half).value_or(half);
}

struct Part {
  std::size_t item;
  Rows rows;
};

class AggregateForm {
 public:
  AggregateForm(const BatchInput& input, std::size_t item, std::vector<Part> parts, BatchSink& findings)
      : input_(input), item_(item), form_(*input.items[item].form), parts_(std::move(parts)), findings_(findings) {
    items_.push_back(item);
    for (const Part& part : parts_) items_.push_back(part.item);
  }

  void Check() {
    const bool budget = Money("full_year_budget", "全年预算数", &Execution::budget);
    const bool executed = Money("executed", "全年执行数", &Execution::executed);
    if (!budget || !executed) return;
    for (const auto& [name, row] : RowsOf(form_)) Row(name, row);
  }

 private:
  // False when the parts' money does not add up to the form's.
  bool Money(std::string_view cell, std::string_view title, std::optional<Decimal> Execution::*value) {
    const auto& own = input_.money[item_].*value;
    if (!own) return true;
    Decimal sum;
    for (const Part& part : parts_) {
      const auto& amount = input_.money[part.item].*value;
      if (!amount) return true;
      sum += *amount;
    }
    const auto rounding =
        Decimal::Mul(input_.rules.amount_tolerance, Decimal(static_cast<std::int64_t>(parts_.size())));
    const Decimal gap = (sum - *own).Abs();
    if (rounding && gap <= *rounding) return true;
    findings_.Add(
        Cat("funds[0].", cell),
        Cat(NameOf(form_), "汇总表的", title, " ", own->ToString(), " 万元，本批 ", parts_.size(), " 张分表合计 ",
            sum.ToString(), " 万元，相差 ", gap.ToString(), " 万元", sum < *own ? "，可能缺少分表" : ""),
        {{"aggregate", own->ToString()}, {"parts", sum.ToString()}, {"count", Cat(parts_.size())}}, items_);
    return false;
  }

  void Row(const std::string& name, int row) {
    const auto own = FigureOf(form_.indicators(row), form_.fiscal_year());
    if (!own) return;
    const Nature nature = NatureOf(*own, name);
    if (nature == Nature::kOther) return;
    Decimal sum;
    Decimal weights;
    std::string list;
    for (const Part& part : parts_) {
      const auto found = part.rows.find(name);
      if (found == part.rows.end()) return;
      const SelfEvaluation& form = *input_.items[part.item].form;
      const auto figure = FigureOf(form.indicators(found->second), form.fiscal_year());
      if (!figure || figure->unit.dimension != own->unit.dimension) return;
      // 亩 and 平方米 would need a conversion; classifiers vary freely.
      if (figure->unit.base != own->unit.base && own->unit.dimension != Dimension::kCount) return;
      if (nature == Nature::kAbsolute) {
        sum += figure->Value();
      } else {
        const auto& weight = input_.money[part.item].executed;
        if (!weight) return;
        const auto weighted = Decimal::Mul(figure->Value(), *weight);
        if (!weighted) return;
        sum += *weighted;
        weights += *weight;
      }
      if (list.size() < 300) Append(list, list.empty() ? "" : "、", figure->ToString());
    }
    Decimal expected = sum;
    Decimal tolerance;
    if (nature == Nature::kRelative) {
      const auto mean = Decimal::MulDiv(sum, Decimal(1), weights, 6);
      if (!mean) return;
      expected = *mean;
      tolerance = std::max(PrecisionOf(*own), input_.rules.percentage_tolerance);
    } else if (own->number.scale() > 0 || own->unit.dimension == Dimension::kMoney) {
      tolerance = PrecisionOf(*own);
    }
    const Decimal gap = (own->Value() - expected).Abs();
    if (gap <= tolerance) return;
    const auto in_unit = Decimal::MulDiv(expected, Decimal(1), own->unit.factor, 4);
    Quantity shown = *own;
    shown.number = in_unit.value_or(expected);
    if (nature == Nature::kRelative) shown.number = shown.number.Rounded(2);
    findings_.Add(Cat("indicators[", row, "].actual"),
                  Cat("“", TruncateUtf8(name, 48), "”汇总表为 ", own->ToString(), "，",
                      nature == Nature::kRelative ? "分表按执行数加权平均为 " : "分表合计为 ", shown.ToString(), "（",
                      list, "）"),
                  {{"aggregate", own->ToString()}, {"parts", shown.ToString()}, {"count", Cat(parts_.size())}}, items_);
  }

  const BatchInput& input_;
  const std::size_t item_;
  const SelfEvaluation& form_;
  const std::vector<Part> parts_;
  BatchSink& findings_;
  std::vector<std::size_t> items_;
};

}  // namespace

void Aggregate(const BatchInput& input, BatchSink& findings) {
  TextMap<std::vector<std::size_t>> parts;
  for (std::size_t i = 0; i < input.items.size(); ++i)
    if (input.items[i].aggregate)
      if (std::string project = SharedProject(*input.items[i].form); !project.empty()) parts[std::move(project)];
  if (parts.empty()) return;
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    if (input.items[i].aggregate) continue;
    if (const auto found = parts.find(SharedProject(*input.items[i].form)); found != parts.end())
      found->second.push_back(i);
  }
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    if (!input.items[i].aggregate) continue;
    const auto found = parts.find(SharedProject(*input.items[i].form));
    if (found == parts.end() || found->second.size() < 2) continue;
    std::vector<Part> of_project;
    for (const std::size_t item : found->second) of_project.push_back({item, RowsOf(*input.items[item].form)});
    AggregateForm(input, i, std::move(of_project), findings).Check();
    found->second.clear();  // a second sum of the same parts says nothing new
  }
}

}  // namespace jixiao::scoring
