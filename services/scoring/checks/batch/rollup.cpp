// ROLLUP (18): the project spending that a department's form reports is the sum of what its projects' forms have
// executed, in the same year. The figure is looked for in the funds table (项目支出, 特定目标类), in the rows (成本指标
// …项目支出), in the report (项目支出227.29万元); without one, the projects cannot have spent more than the department.
// Where the projects fall short, some may not be in the batch: only for information. Fires: document 003, nine projects
// with 304.70 beside 227.29. Must not: projects of another year or department; a sum within the tolerance.
#include "common/text.h"
#include "scoring/checks/batch/batch_checks.h"
#include "scoring/checks/text/roles.h"
#include "scoring/checks/text/sentences.h"
#include "scoring/checks/text/years.h"

#include <algorithm>
#include <map>

namespace jixiao::scoring {
namespace {

using evaluation::v1::SelfEvaluation;

// What a department says of its project spending, in 万元, and where.
struct Spending {
  Decimal amount;
  std::string path;
};

std::optional<Spending> InFunds(const SelfEvaluation& form, const Rules& rules) {
  SelfEvaluation funds;
  funds.set_amount_unit(form.amount_unit());
  *funds.mutable_funds() = form.funds();
  const FormReading reading = ReadForm(funds, rules);
  std::optional<Spending> out;
  for (const FundReading& fund : reading.funds) {
    if (!fund.executed || fund.name.find("项目支出") == std::string::npos) continue;
    return Spending{*fund.executed, fund.Path("executed")};
  }
  for (const FundReading& fund : reading.funds) {
    const bool project =
        fund.name.find("特定目标类") != std::string::npos || fund.name.find("其他运转类") != std::string::npos;
    if (!fund.executed || !project) continue;
    if (!out) out = Spending{Decimal(), fund.Path("executed")};
    out->amount += *fund.executed;
  }
  return out;
}

std::optional<Spending> InRows(const SelfEvaluation& form) {
  for (int i = 0; i < form.indicators_size(); ++i) {
    const auto& row = form.indicators(i);
    if (Fold(TruncateUtf8(row.level3(), 2048)).find("项目支出") == std::string::npos) continue;
    const Literal actual = ReadLiteral(row.actual(), form.fiscal_year());
    if (actual.quantities.size() != 1 || actual.quantities.front().unit.dimension != Dimension::kMoney) continue;
    const auto amount = AmountOf(actual.quantities.front());
    if (amount) return Spending{*amount, Cat("indicators[", i, "].actual")};
  }
  return std::nullopt;
}

std::optional<Spending> InReport(const SelfEvaluation& form, const Rules& rules) {
  for (int i = 0; i < form.report_size(); ++i) {
    if (form.report(i).text().find("项目支出") == std::string::npos) continue;
    for (const Sentence& sentence : ReadSentences(form.report(i).text()))
      for (const Mention& mention : sentence.mentions) {
        if (mention.percent || mention.bounded) continue;
        const int year = LastYearBefore(sentence.text, mention.begin);
        if (year != 0 && form.fiscal_year() != 0 && year != form.fiscal_year()) continue;
        const RoleWords role = RoleOf(sentence.LabelOf(mention), rules);
        if (role.role == Role::kSpending && role.whole && role.head.ends_with("项目"))
          return Spending{mention.value, Cat("report[", i, "].text")};
      }
  }
  return std::nullopt;
}

// Names and codes under which forms of a year belong together.
class Index {
 public:
  void Add(int year, std::string_view kind, std::string_view name, std::size_t item) {
    if (const std::string key = Fold(name); !key.empty()) items_[{year, Cat(kind, key)}].push_back(item);
  }
  void Find(int year, std::string_view kind, std::string_view name, std::vector<std::size_t>& out) const {
    const std::string key = Fold(name);
    if (key.empty()) return;
    const auto found = items_.find({year, Cat(kind, key)});
    if (found != items_.end()) out.insert(out.end(), found->second.begin(), found->second.end());
  }

 private:
  std::map<std::pair<int, std::string>, std::vector<std::size_t>> items_;
};

constexpr std::string_view kDepartment = "d:";
constexpr std::string_view kDepartmentCode = "D:";
constexpr std::string_view kUnit = "u:";
constexpr std::string_view kUnitCode = "U:";

std::vector<std::size_t> ProjectsOf(const SelfEvaluation& form, const Index& index) {
  std::vector<std::size_t> out;
  const int year = form.fiscal_year();
  const auto& department = form.competent_department();
  const auto& unit = form.implementing_unit();
  // The form of one unit below its department covers only that unit's projects.
  const bool whole = unit.name().empty() || department.name().empty() || Fold(unit.name()) == Fold(department.name());
  if (whole) {
    const auto& self = department.name().empty() ? unit : department;
    index.Find(year, kDepartment, self.name(), out);
    index.Find(year, kDepartmentCode, self.code(), out);
    index.Find(year, kUnit, self.name(), out);
  } else {
    index.Find(year, kUnit, unit.name(), out);
    index.Find(year, kUnitCode, unit.code(), out);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

void Rollup(const BatchInput& input, BatchSink& findings) {
  Index index;
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    const SelfEvaluation& form = *input.items[i].form;
    const bool project =
        form.kind() == evaluation::v1::FORM_KIND_PROJECT || form.kind() == evaluation::v1::FORM_KIND_UNSPECIFIED;
    if (!project || input.items[i].aggregate) continue;
    index.Add(form.fiscal_year(), kDepartment, form.competent_department().name(), i);
    index.Add(form.fiscal_year(), kDepartmentCode, form.competent_department().code(), i);
    index.Add(form.fiscal_year(), kUnit, form.implementing_unit().name(), i);
    index.Add(form.fiscal_year(), kUnitCode, form.implementing_unit().code(), i);
  }
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    const SelfEvaluation& form = *input.items[i].form;
    if (form.kind() != evaluation::v1::FORM_KIND_DEPARTMENT || input.items[i].aggregate) continue;
    // A project that was filed twice counts once, as it was filed last.
    std::map<std::string, std::size_t> projects;
    for (const std::size_t item : ProjectsOf(form, index)) {
      const std::string project = ProjectOf(*input.items[item].form);
      projects[project.empty() ? Cat("#", item) : project] = item;
    }
    Decimal sum;
    std::vector<std::size_t> items;
    for (const auto& [project, item] : projects)
      if (input.money[item].executed) items.push_back(item);
    std::sort(items.begin(), items.end());
    for (const std::size_t item : items) sum += *input.money[item].executed;
    if (items.empty()) continue;
    const std::size_t count = items.size();
    items.insert(items.begin(), i);

    auto spending = InFunds(form, input.rules);
    if (!spending) spending = InRows(form);
    if (!spending) spending = InReport(form, input.rules);
    const bool bound = !spending;
    if (bound) {
      if (!input.money[i].executed) continue;
      spending = Spending{*input.money[i].executed, "funds[0].executed"};
      if (sum <= spending->amount) continue;
    }
    const Decimal gap = (sum - spending->amount).Abs();
    const auto allowed = Decimal::Mul(spending->amount, input.rules.rollup_tolerance);
    if (gap <= input.rules.amount_tolerance || (allowed && gap <= *allowed)) continue;
    const auto percent = Decimal::MulDiv(gap, Decimal(100), spending->amount, 2);
    const bool short_of = sum < spending->amount;
    findings.Add(short_of ? evaluation::v1::SEVERITY_INFO : evaluation::v1::SEVERITY_ERROR, spending->path,
                 Cat(NameOf(form), bound ? "的全部支出 " : "的项目支出 ", spending->amount.ToString(),
                     " 万元，本批所属 ", count, " 个项目执行数合计 ", sum.ToString(), " 万元，相差 ", gap.ToString(),
                     " 万元", percent ? Cat("（", percent->ToFixed(2), "%）") : std::string(),
                     short_of ? "，本批可能没有包含全部项目" : ""),
                 {{"department", spending->amount.ToString()},
                  {"projects", sum.ToString()},
                  {"count", Cat(count)},
                  {"gap", gap.ToString()}},
                 items);
  }
}

}  // namespace jixiao::scoring
