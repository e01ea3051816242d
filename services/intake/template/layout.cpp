#include "intake/template/layout.h"

#include "common/text.h"
#include "intake/template/formulas.h"

#include <algorithm>
#include <functional>

namespace jixiao::forms {
namespace {

using evaluation::v1::FundLine;
using evaluation::v1::Indicator;
using evaluation::v1::Organization;
using evaluation::v1::SelfEvaluation;
using scoring::v1::IndicatorClass;

// The columns that every form has.
enum Place { kBlock, kLevel1, kLevel2, kLevel3, kTarget, kActual, kWeight, kScore, kReason, kPlaces };
// Those of the funds table, in the same grid.
constexpr int kFundName = kLevel1, kInitial = kLevel3, kFullYear = kTarget, kExecuted = kActual, kFundWeight = kWeight,
              kRate = kScore, kFundScore = kReason;

// A column that only some forms have, behind the others.
struct ExtraColumn {
  const char* title;
  std::function<const std::string&(const Indicator&)> value;
};

std::optional<Decimal> NumberIn(const std::string& text) {
  const Figure figure = FigureIn(text);
  return figure.number.empty() || text.ends_with('%') ? std::nullopt : Decimal::Parse(figure.number);
}

bool HasDigit(const std::string& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const char32_t c = TakeUtf8(rest);
    if ((c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19)) return true;
  }
  return false;
}

// 某局（106001）: a code that the import finds again in the name's cell.
std::string WithCode(const Organization& organization) {
  return organization.code().empty() ? organization.name() : Cat(organization.name(), "（", organization.code(), "）");
}
bool FitsInName(const Organization& organization) {
  const std::string& code = organization.code();
  return code.empty() || (!organization.name().empty() && code.size() >= 3 && code.size() <= 24 &&
                          code.find_first_not_of("0123456789-") == std::string::npos);
}

std::string_view StandardTitle(evaluation::v1::FormKind kind) {
  switch (kind) {
    case evaluation::v1::FORM_KIND_DEPARTMENT:
      return "部门整体支出绩效自评表";
    case evaluation::v1::FORM_KIND_TRANSFER_PAYMENT:
      return "转移支付项目绩效自评表";
    default:
      return "项目支出绩效自评表";
  }
}

// The second level below a class, as the forms print it.
std::vector<std::string> SecondLevel(IndicatorClass indicator_class, bool cost_is_a_class) {
  switch (indicator_class) {
    case scoring::v1::INDICATOR_CLASS_OUTPUT:
      if (cost_is_a_class) return {"数量指标", "质量指标", "时效指标"};
      return {"数量指标", "质量指标", "时效指标", "成本指标"};
    case scoring::v1::INDICATOR_CLASS_COST:
      return {"经济成本指标", "社会成本指标", "生态环境成本指标"};
    case scoring::v1::INDICATOR_CLASS_BENEFIT:
      return {"经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"};
    case scoring::v1::INDICATOR_CLASS_SATISFACTION:
      return {"服务对象满意度指标"};
    default:
      return {""};
  }
}

class SheetBuilder {
 public:
  SheetBuilder(const SelfEvaluation& form, const scoring::Rules& rules) : form_(form), rules_(rules) {
    const auto offer = [&](const char* title, std::function<const std::string&(const Indicator&)> value) {
      if (std::any_of(form.indicators().begin(), form.indicators().end(),
                      [&](const Indicator& line) { return !value(line).empty(); }))
        extra_.push_back({title, std::move(value)});
    };
    offer("完成率", [](const Indicator& i) -> const std::string& { return i.completion_rate(); });
    offer("批复指标值", [](const Indicator& i) -> const std::string& { return i.approved_target(); });
    offer("批复分值", [](const Indicator& i) -> const std::string& { return i.approved_weight(); });
    offer("调整依据", [](const Indicator& i) -> const std::string& { return i.adjustment(); });
    width_ = kPlaces + static_cast<int>(extra_.size());
  }

  Sheet Build() {
    sheet_.widths = {9, 14, 16, 26, 18, 20, 9, 11, 26};
    for (const ExtraColumn& column : extra_) sheet_.widths.push_back(column.title == std::string("完成率") ? 10 : 18);
    Head();
    Funds();
    Goals();
    Indicators();
    Foot();
    return std::move(sheet_);
  }

 private:
  // A cell over `columns` columns; the next calls go on behind it.
  SheetCell& Put(int column, int columns, Look look, std::string text, int rows = 1) {
    SheetCell cell;
    cell.row = row_;
    cell.column = column;
    cell.rows = rows;
    cell.columns = columns;
    cell.look = look;
    cell.text = std::move(text);
    sheet_.cells.push_back(std::move(cell));
    return sheet_.cells.back();
  }
  // To the right edge.
  SheetCell& PutRest(int column, Look look, std::string text, int rows = 1) {
    return Put(column, width_ - column, look, std::move(text), rows);
  }
  // What the form says; where it says nothing, the formula.
  SheetCell& PutResult(int column, int columns, const std::string& literal, const Formula& formula,
                       std::string_view format) {
    SheetCell& cell = Put(column, columns, Look::kResult, literal);
    if (!literal.empty()) return cell;
    cell.text = formula.result;
    cell.formula = formula.formula;
    cell.format = std::string(format);
    return cell;
  }
  std::string PointsFormat() const {
    return rules_.places == 0 ? "0" : Cat("0.", std::string(static_cast<std::size_t>(rules_.places), '0'));
  }

  void Head() {
    PutRest(0, Look::kTitle, form_.title().empty() ? std::string(StandardTitle(form_.kind())) : form_.title());
    ++row_;
    PutRest(0, Look::kCaption, form_.fiscal_year() == 0 ? "" : Cat("（", form_.fiscal_year(), "年度）")).entry.prompt =
        "年度，如：（2023年度）";
    ++row_;
    const bool department = form_.kind() == evaluation::v1::FORM_KIND_DEPARTMENT;
    if (!department || !form_.project_name().empty()) {
      Put(0, 2, Look::kHead,
          form_.kind() == evaluation::v1::FORM_KIND_TRANSFER_PAYMENT ? "转移支付项目名称" : "项目名称");
      PutRest(2, Look::kText, form_.project_name());
      ++row_;
      Put(0, 2, Look::kHead, "项目代码");
      PutRest(2, Look::kText, form_.project_code()).entry.prompt = "预算管理一体化系统的 21 位项目代码；没有可不填";
      ++row_;
    }
    const Organization& department_of = form_.competent_department();
    const Organization& unit = form_.implementing_unit();
    const bool plain = FitsInName(department_of) && FitsInName(unit);
    Put(0, 2, Look::kHead, department ? "部门名称" : "主管部门");
    Put(2, 2, Look::kText, plain ? WithCode(department_of) : department_of.name());
    Put(4, 1, Look::kHead, "实施单位");
    PutRest(5, Look::kText, plain ? WithCode(unit) : unit.name());
    ++row_;
    if (!plain) {
      Put(0, 2, Look::kHead, "部门代码");
      Put(2, 2, Look::kText, department_of.code());
      Put(4, 1, Look::kHead, "单位代码");
      PutRest(5, Look::kText, unit.code());
      ++row_;
    }
    if (!form_.region_code().empty()) {
      Put(0, 2, Look::kHead, "财政区划代码");
      PutRest(2, Look::kText, form_.region_code());
      ++row_;
    }
  }

  void Funds() {
    std::vector<FundLine> lines(form_.funds().begin(), form_.funds().end());
    if (lines.empty())
      for (const char* name : {"年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金"})
        lines.emplace_back().set_name(name);
    const int rows = static_cast<int>(lines.size());
    const bool yuan = form_.amount_unit() == evaluation::v1::AMOUNT_UNIT_YUAN;
    Put(kBlock, 1, Look::kHead, yuan ? "项目资金\n（元）" : "项目资金\n（万元）", rows + 1);
    Put(kFundName, 2, Look::kHead, "");
    const std::pair<int, const char*> heads[] = {{kInitial, "年初预算数"},
                                                 {kFullYear, "全年预算数"},
                                                 {kExecuted, "全年执行数"},
                                                 {kFundWeight, "分值"},
                                                 {kRate, "执行率"}};
    for (const auto& [column, text] : heads) Put(column, 1, Look::kHead, text);
    PutRest(kFundScore, Look::kHead, "得分");
    ++row_;
    for (int i = 0; i < rows; ++i, ++row_) {
      const FundLine& line = lines[static_cast<std::size_t>(i)];
      Put(kFundName, 2, Look::kText, line.name());
      PutAmount(kInitial, i, lines, &FundLine::initial_budget);
      PutAmount(kFullYear, i, lines, &FundLine::full_year_budget);
      PutAmount(kExecuted, i, lines, &FundLine::executed);
      const Operand budget{Reference(row_, kFullYear), NumberIn(line.full_year_budget())};
      const Operand executed{Reference(row_, kExecuted), NumberIn(line.executed())};
      const bool total = i == 0;
      const bool points = total && rules_.execution_weight > Decimal();
      const std::string weight =
          line.weight().empty() && points && form_.kind() != evaluation::v1::FORM_KIND_TRANSFER_PAYMENT
              ? rules_.execution_weight.ToString()
              : line.weight();
      Put(kFundWeight, 1, Look::kCentre, weight);
      PutResult(kRate, 1, line.execution_rate(), ExecutionRate(budget, executed), "0.00%");
      const Operand of{Reference(row_, kFundWeight), NumberIn(weight)};
      if (total && !weight.empty()) {
        const Formula score = ExecutionScore(budget, executed, of, rules_);
        SheetCell& cell = PutResult(kFundScore, 1, line.score(), score, PointsFormat());
        execution_score_ = Operand{Reference(row_, kFundScore), NumberIn(cell.text)};
        execution_weight_ = of;
        budget_ = budget;
        executed_ = executed;
      } else {
        Put(kFundScore, 1, Look::kCentre, line.score());
      }
      if (width_ > kPlaces) Put(kPlaces, width_ - kPlaces, Look::kHead, "");
    }
  }

  // An amount of line `i`: the total of a column that is still empty adds up its parts.
  void PutAmount(int column, int i, const std::vector<FundLine>& lines, const std::string& (FundLine::*value)() const) {
    const auto empty = [&](const FundLine& line) { return (line.*value)().empty(); };
    const std::string& own = (lines[static_cast<std::size_t>(i)].*value)();
    if (i == 0 && lines.size() > 1 && std::all_of(lines.begin(), lines.end(), empty)) {
      const Formula sum = SumOfParts(
          Cat(Reference(row_ + 1, column), ":", Reference(row_ + static_cast<int>(lines.size()) - 1, column)),
          std::vector<std::optional<Decimal>>(lines.size() - 1));
      PutResult(column, 1, "", sum, "");
      return;
    }
    Entry& entry = Put(column, 1, Look::kCentre, own).entry;
    entry.amount = true;
    entry.prompt = form_.amount_unit() == evaluation::v1::AMOUNT_UNIT_YUAN ? "金额，单位：元" : "金额，单位：万元";
  }

  void Goals() {
    Put(kBlock, 1, Look::kHead, "年度\n总体\n目标", 2);
    Put(kLevel1, 4, Look::kHead, "预期目标");
    PutRest(kActual, Look::kHead, "实际完成情况");
    ++row_;
    Put(kLevel1, 4, Look::kText, form_.expected_goal());
    PutRest(kActual, Look::kText, form_.actual_goal());
    ++row_;
  }

  // The form's rows, or empty ones below the classes of the rule set.
  std::vector<Indicator> Rows() const {
    if (form_.indicators_size() > 0) return {form_.indicators().begin(), form_.indicators().end()};
    std::vector<Indicator> out;
    const bool cost = std::any_of(rules_.classes.begin(), rules_.classes.end(), [](const scoring::CompiledClass& c) {
      return c.indicator_class == scoring::v1::INDICATOR_CLASS_COST && c.weight > Decimal();
    });
    constexpr int kEach = 2;
    for (const scoring::CompiledClass& c : rules_.classes) {
      if (c.weight <= Decimal()) continue;
      for (const std::string& level2 : SecondLevel(c.indicator_class, cost))
        for (int i = 0; i < kEach; ++i) {
          Indicator& line = out.emplace_back();
          line.set_level1(Cat(c.name, "（", c.weight.ToString(), "分）"));
          line.set_level2(level2);
        }
    }
    return out;
  }

  void Indicators() {
    const std::vector<Indicator> lines = Rows();
    const int rows = static_cast<int>(lines.size());
    Put(kBlock, 1, Look::kHead, "绩\n效\n指\n标", rows + 1);
    const char* heads[] = {"一级指标",   "二级指标", "三级指标", "年度指标值",
                           "实际完成值", "分值",     "得分",     "偏差原因分析及改进措施"};
    int column = kLevel1;
    for (const char* head : heads) Put(column++, 1, Look::kHead, head);
    for (const ExtraColumn& extra : extra_) Put(column++, 1, Look::kHead, extra.title);
    ++row_;
    const int first = row_, last = row_ + rows - 1;
    const std::vector<Levels> levels = LevelsOf(lines);
    // Levels stand once over the rows that share them. An empty second level below one that has a name would read as
    // the same: there the first level is written again.
    const auto goes_on = [&](int i, bool second) {
      if (i == 0) return false;
      const Levels& above = levels[static_cast<std::size_t>(i) - 1];
      const Levels& here = levels[static_cast<std::size_t>(i)];
      if (here.first != above.first || (here.second.empty() && !above.second.empty())) return false;
      return !second || here.second == above.second;
    };
    for (int i = 0; i < rows; ++i, ++row_) {
      const Indicator& line = lines[static_cast<std::size_t>(i)];
      for (const bool second : {false, true}) {
        if (goes_on(i, second)) continue;
        int span = 1;
        while (i + span < rows && goes_on(i + span, second)) ++span;
        const Levels& here = levels[static_cast<std::size_t>(i)];
        Put(second ? kLevel2 : kLevel1, 1, Look::kCentre, second ? here.second : here.first, span);
      }
      Put(kLevel3, 1, Look::kText, line.level3());
      Put(kTarget, 1, Look::kText, line.target()).entry.prompt =
          "定量指标写清比较、数字和单位，如：≥50个、95%以上、2023年6月底前；定性指标写要达到的状态";
      Entry& actual = Put(kActual, 1, Look::kText, line.actual()).entry;
      if (!line.target().empty() && !HasDigit(line.target())) {
        for (const scoring::CompiledTier& tier : rules_.tiers) actual.choices.push_back(tier.name);
        actual.prompt = "从下拉列表选择完成档次，或写明完成情况";
      } else if (line.target().empty()) {
        for (const scoring::CompiledTier& tier : rules_.tiers) actual.choices.push_back(tier.name);
        actual.prompt = "定量指标写数字和单位；定性指标从下拉列表选择完成档次";
      } else {
        actual.prompt = "写数字和单位，如：52个";
      }
      Entry& weight = Put(kWeight, 1, Look::kCentre, line.weight()).entry;
      weight.amount = true;
      Entry& score = Put(kScore, 1, Look::kCentre, line.score()).entry;
      score.amount = true;
      score.at_most = Reference(row_, kWeight);
      Put(kReason, 1, Look::kText, line.deviation_reason()).entry.prompt = "未完成指标值，或偏离较大时填写";
      column = kPlaces;
      for (const ExtraColumn& extra : extra_) Put(column++, 1, Look::kText, extra.value(line));
    }
    const auto range = [&](int c) { return Cat(Reference(first, c), ":", Reference(last, c)); };
    weights_ = {range(kLevel3), range(kWeight), {}, {}, {}};
    scores_ = {range(kLevel3), range(kScore), {}, {}, {}};
    for (const Indicator& line : lines) {
      weights_.named.push_back(!line.level3().empty());
      scores_.named.push_back(!line.level3().empty());
      weights_.values.push_back(NumberIn(line.weight()));
      scores_.values.push_back(NumberIn(line.score()));
    }
  }

  // The levels that each row belongs to: an empty one is that of the row above.
  struct Levels {
    std::string first, second;
  };
  static std::vector<Levels> LevelsOf(const std::vector<Indicator>& lines) {
    std::vector<Levels> out;
    for (const Indicator& line : lines) {
      Levels levels{line.level1(), line.level2()};
      if (levels.first.empty() && !out.empty()) {
        levels.first = out.back().first;
        if (levels.second.empty()) levels.second = out.back().second;
      }
      out.push_back(std::move(levels));
    }
    return out;
  }

  void Foot() {
    const bool transfer = form_.kind() == evaluation::v1::FORM_KIND_TRANSFER_PAYMENT;
    if (transfer && form_.total_weight().empty() && form_.total_score().empty()) return;  // these carry no points
    if (execution_weight_) weights_.more.push_back(*execution_weight_);
    if (execution_score_) scores_.more.push_back(*execution_score_);
    Put(0, kWeight, Look::kHead, "总分");
    PutResult(kWeight, 1, form_.total_weight(), TotalWeight(weights_), "");
    const Operand none{"", std::nullopt};
    // Without points for execution there is no cap by its rate, either.
    SheetCell& total =
        PutResult(kScore, 1, form_.total_score(),
                  TotalScore(scores_, budget_.value_or(none), executed_.value_or(none), rules_), PointsFormat());
    const Operand score{Reference(row_, kScore), NumberIn(total.text)};
    PutRest(kReason, Look::kHead, "");
    ++row_;
    if (rules_.grades.empty()) return;
    Put(0, kWeight, Look::kHead, "自评等级");
    SheetCell& grade = PutResult(kWeight, width_ - kWeight, form_.grade(), GradeOf(score, rules_), "");
    for (const scoring::CompiledGrade& known : rules_.grades) grade.entry.choices.push_back(known.name);
    ++row_;
  }

  const SelfEvaluation& form_;
  const scoring::Rules& rules_;
  std::vector<ExtraColumn> extra_;
  int width_ = kPlaces;
  int row_ = 0;
  Sheet sheet_;
  std::optional<Operand> execution_weight_, execution_score_, budget_, executed_;
  ColumnSum weights_, scores_;
};

}  // namespace

Sheet LayOut(const SelfEvaluation& form, const scoring::Rules& rules) {
  return SheetBuilder(form, rules).Build();
}

}  // namespace jixiao::forms
