// TEXT_TABLE (19), of the report; goal_rows.h is for the goals, said_of_funds.h for words without a figure and names.
// The report names the budget, the spending and the execution rate of the table, and for a row's named amount
// (慰问金5.04万) the same amounts. 元, 万元 and 亿元 are converted; what is off by the ten thousand between 元 and 万元
// is UNIT_MISMATCH's. Only figures about the whole form are compared with its totals: no parts, no other years. Fires:
// document 000, "预算资金为112万元" beside a table of 16.2; 慰问金 5.04 against 2.62 + 2.32 = 4.94. Must not:
// "支出约110.76万元" beside 110.76; 公务接待费支出0.19万元; 上级下拨资金36.83万元; 2020年预算90万元 on a form of 2021;
// 约111万元 for 110.76.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/goal_rows.h"
#include "scoring/checks/said_of_funds.h"
#include "scoring/checks/text/years.h"
#include "scoring/engine/line.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <vector>

namespace jixiao::scoring {
namespace {

// A report with thousands of such figures is no report: its first ones show that.
constexpr int kMostFindings = 20;
constexpr std::size_t kMostNamed = 200;
constexpr int kMostInRow = 8;

// What a figure may differ by: as much as its last digit leaves open, more where it is only about.
Decimal ToleranceOf(const Mention& mention, const Decimal& least, const Rules& rules) {
  Decimal tolerance = std::max(least, mention.precision);
  if (mention.approximate)
    tolerance = std::max(tolerance,
                         Decimal::MulDiv(mention.value.Abs(), rules.approximate_slack, Decimal(1), Decimal::kMaxScale)
                             .value_or(Decimal()));
  return tolerance;
}

bool IsNear(const Decimal& a, const Decimal& b, const Decimal& tolerance) {
  return (a - b).Abs() <= tolerance;
}

// Whether two amounts differ by about the ten thousand between 元 and 万元.
bool IsOtherUnit(const Decimal& a, const Decimal& b) {
  const auto thousandfold = [](const Decimal& low, const Decimal& high) {
    const auto bound = Decimal::Mul(low, Decimal(1000));
    return !low.IsZero() && bound && high >= *bound;
  };
  return thousandfold(a, b) || thousandfold(b, a);
}

// The money of the table.
struct Table {
  std::vector<Decimal> amounts;  // every amount of the funds table
  std::vector<Decimal> rates;    // every rate that it prints or gives, in percent
  Execution whole;
  std::optional<Decimal> initial;
};

Table TableOf(const FormReading& reading) {
  Table table;
  table.whole = ExecutionOf(reading);
  if (reading.total_fund != nullptr) table.initial = reading.total_fund->initial_budget;
  const auto add_rate = [&](const std::optional<Decimal>& executed, const std::optional<Decimal>& budget) {
    if (!executed || !budget) return;
    if (const auto rate = Decimal::MulDiv(*executed, Decimal(100), *budget, 6)) table.rates.push_back(*rate);
  };
  for (const FundReading& fund : reading.funds) {
    for (const auto& amount : {fund.initial_budget, fund.budget, fund.executed})
      if (amount) table.amounts.push_back(*amount);
    add_rate(fund.executed, fund.budget);
    add_rate(fund.executed, fund.initial_budget);
    if (fund.rate && !fund.rate->malformed)
      table.rates.push_back(fund.rate->Percent(table.rates.empty() ? std::nullopt : std::optional(table.rates.back())));
  }
  for (const auto& amount : {table.whole.budget, table.whole.executed})
    if (amount) table.amounts.push_back(*amount);
  add_rate(table.whole.executed, table.whole.budget);
  return table;
}

class TotalsInReport {
 public:
  TotalsInReport(const CheckInput& input, FindingSink& findings)
      : input_(input), form_(*input.reading.form), table_(TableOf(input.reading)), findings_(findings) {}

  void Sentences(int report, const std::vector<Sentence>& sentences) {
    for (const Sentence& sentence : sentences) {
      part_ = false;
      int amounts = 0;
      bool other = false;  // an amount that the table does not have
      for (const Mention& mention : sentence.mentions) {
        if (found_ == kMostFindings) return;
        if (mention.percent)
          ComparePercent(report, sentence, mention, other || amounts > 1);
        else
          CompareAmount(report, sentence, mention);
        if (mention.percent) continue;
        ++amounts;
        other = other || !IsOfTable(mention);
      }
    }
  }

 private:
  bool IsOfThisYear(const Sentence& sentence, const Mention& mention) const {
    const int year = LastYearBefore(sentence.text, mention.begin);
    return form_.fiscal_year() == 0 || year == 0 || year == form_.fiscal_year();
  }

  // Whether the figure is one of the whole form; remembers what a sentence is about for its later clauses.
  bool IsOfTheWhole(const Sentence& sentence, const Mention& mention, std::string_view head) {
    // A clause that names nothing goes on about what the one before it named.
    part_ = part_ || (!head.empty() && !input_.text.subject().IsWhole(head));
    const std::string_view before = std::string_view(sentence.text).substr(0, mention.begin);
    return !part_ && mention.depth == 0 && FindWord(before, "其中") == std::string_view::npos &&
           IsOfThisYear(sentence, mention);
  }

  void CompareAmount(int report, const Sentence& sentence, const Mention& mention) {
    if (part_) return;
    const std::string_view label = sentence.LabelOf(mention);
    const RoleWords role = RoleOf(label, input_.rules);
    if (!role.whole) {
      IsOfTheWhole(sentence, mention, label);
      return;
    }
    if (!IsOfTheWhole(sentence, mention, role.head) || mention.bounded) return;
    const bool budget = role.role == Role::kBudget;
    const auto& expected = budget ? table_.whole.budget : table_.whole.executed;
    if (!expected) return;
    const Decimal tolerance = ToleranceOf(mention, input_.rules.amount_tolerance, input_.rules);
    for (const Decimal& amount : table_.amounts)
      if (IsNear(mention.value, amount, tolerance)) return;
    if (IsOtherUnit(mention.value, *expected)) return;
    const std::pair figure(role.role, mention.value);
    if (std::find(seen_.begin(), seen_.end(), figure) != seen_.end()) return;  // said before
    seen_.push_back(figure);
    ++found_;
    const std::string_view title = budget ? "全年预算数" : "全年执行数";
    findings_.Add(Cat("report[", report, "].text"),
                  Cat("报告中的", budget ? "预算 " : "支出 ", sentence.TextOf(mention), " 与表内", title, " ",
                      expected->ToString(), " 万元不符，相差 ", (mention.value - *expected).Abs().ToString(), " 万元"),
                  {{"report", std::string(sentence.TextOf(mention))},
                   {"table", expected->ToString() + "万元"},
                   {"column", std::string(title)}});
  }

  bool IsOfTable(const Mention& mention) const {
    return std::ranges::any_of(table_.amounts, [&](const Decimal& amount) {
      return IsNear(mention.value, amount, input_.rules.amount_tolerance);
    });
  }

  // An execution rate beside no amount, or behind one of the table, can only be that of the table; beside `others` it
  // is EXEC_RATE's.
  void ComparePercent(int report, const Sentence& sentence, const Mention& mention, bool others) {
    const std::string_view label = sentence.LabelOf(mention);
    if (others || mention.bounded || mention.depth > 0 || table_.rates.empty()) return;
    if (!NamesExecutionRate(label, input_.rules)) return;
    std::string_view head = label;
    for (const std::string& word : input_.rules.words.rate.words()) {
      const std::size_t at = label.rfind(word);
      if (at != std::string_view::npos && at < head.size()) head = label.substr(0, at);
    }
    // 截至6月底: the rate of a part of the year.
    const bool within_year =
        FindWord(sentence.text, "月") != std::string::npos && FindWord(sentence.text, "12月") == std::string::npos;
    if (within_year || !IsOfTheWhole(sentence, mention, head)) return;
    const Decimal tolerance = ToleranceOf(mention, input_.rules.percentage_tolerance, input_.rules);
    for (const Decimal& rate : table_.rates)
      if (IsNear(mention.value, rate, tolerance)) return;
    const auto rate = Decimal::MulDiv(table_.whole.executed.value_or(Decimal()), Decimal(100),
                                      table_.whole.budget.value_or(Decimal()), 2);
    if (!rate) return;
    ++found_;
    findings_.Add(Cat("report[", report, "].text"),
                  Cat("报告中的执行率 ", sentence.TextOf(mention), " 与表内不符：", table_.whole.executed->ToString(),
                      " ÷ ", table_.whole.budget->ToString(), " = ", rate->ToFixed(2), "%"),
                  {{"report", std::string(sentence.TextOf(mention))}, {"table", rate->ToFixed(2) + "%"}});
  }

  const CheckInput& input_;
  const evaluation::v1::SelfEvaluation& form_;
  const Table table_;
  FindingSink& findings_;
  std::vector<std::pair<Role, Decimal>> seen_;
  bool part_ = false;  // the sentence is about a part of the money
  int found_ = 0;
};

// ------------------------------------------------------------------------------------------------ amounts named by
// rows

// What an amount is for: 发放慰问金 → 慰问, 下拨两新党员教育活动经费 → 两新党员教育活动. Empty when the words say too
// little.
std::string_view PurposeOf(std::string_view label, const Rules::Words& words) {
  for (bool taken = true; taken;) {
    taken = false;
    for (const std::string& word : words.purpose_verbs.words())
      if (label.starts_with(word)) {
        label.remove_prefix(word.size());
        taken = true;
      }
  }
  for (bool taken = true; taken;) {
    taken = false;
    for (const std::string& word : words.purpose_nouns.words())
      if (label.ends_with(word)) {
        label.remove_suffix(word.size());
        taken = true;
      }
  }
  const auto vague_words = words.vague_purposes.words();
  const bool vague = std::find(vague_words.begin(), vague_words.end(), label) != vague_words.end();
  const bool digits = label.find_first_of("0123456789") != std::string_view::npos;
  return vague || digits || Utf8Length(label) < 2 ? std::string_view() : label;
}

// Whether a report's words mean the purpose: a short one must stand there as it is, of a long one words may stand
// between (两新党组织党员教育活动).
bool Means(std::string_view label, std::string_view purpose) {
  constexpr std::size_t kShort = 4;
  if (Utf8Length(purpose) <= kShort) return FindWord(label, purpose) != std::string_view::npos;
  for (char32_t wanted = literal::FirstChar(purpose); !label.empty(); literal::SkipChar(label)) {
    if (literal::FirstChar(label) != wanted) continue;
    literal::SkipChar(purpose);
    if (purpose.empty()) return true;
    wanted = literal::FirstChar(purpose);
  }
  return purpose.empty();
}

struct Named {
  const Sentence* sentence;
  const Mention* mention;
  int report;
};

void CompareRow(const IndicatorReading& row, const std::vector<Named>& named, const Rules& rules,
                FindingSink& findings) {
  int amounts = 0;
  for (const Sentence& cell : ReadSentences(row.row->actual())) {
    for (const Mention& amount : cell.mentions) {
      if (++amounts > kMostInRow) return;
      if (amount.percent || amount.bounded || amount.value.IsZero()) continue;
      const std::string_view purpose = PurposeOf(cell.LabelOf(amount), rules.words);
      if (purpose.empty()) continue;
      Decimal sum;
      std::string parts;
      const Sentence* sentence = nullptr;
      int report = 0;
      int count = 0;
      bool fits = false;
      bool scattered = false;
      Decimal tolerance = ToleranceOf(amount, rules.amount_tolerance, rules);
      for (const Named& other : named) {
        if (!Means(other.sentence->LabelOf(*other.mention), purpose)) continue;
        scattered = scattered || (sentence != nullptr && sentence != other.sentence);
        sentence = other.sentence;
        report = other.report;
        tolerance = std::max(tolerance, ToleranceOf(*other.mention, rules.amount_tolerance, rules));
        fits = fits || IsNear(other.mention->value, amount.value, tolerance) ||
               IsOtherUnit(other.mention->value, amount.value);
        sum += other.mention->value;
        Append(parts, count++ == 0 ? "" : " + ", other.mention->value.ToString());
      }
      // Named in several sentences, it is named for several things.
      if (count == 0 || scattered || fits || IsNear(sum, amount.value, tolerance)) continue;
      if (count > 1) Append(parts, " = ", sum.ToString());
      findings.Add(Cat("report[", report, "].text"),
                   Cat("“", row.Name(), "”实际完成值中的“", purpose, "”", amount.value.ToString(), " 万元与报告所列 ",
                       parts, " 万元不符"),
                   {{"table", amount.value.ToString() + "万元"},
                    {"report", sum.ToString() + "万元"},
                    {"purpose", std::string(purpose)},
                    {"row", row.Path("actual")}});
    }
  }
}

}  // namespace

void TextTable(const CheckInput& input, FindingSink& findings) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  CompareGoalWithRows(input, findings);
  CompareFundsWithWords(input, findings);
  if (form.report().empty()) return;
  TotalsInReport totals(input, findings);
  std::vector<Named> named;
  for (int i = 0; i < form.report_size(); ++i) {
    const std::vector<Sentence>& sentences = input.text.Report(i);
    totals.Sentences(i, sentences);
    for (const Sentence& sentence : sentences)
      for (const Mention& mention : sentence.mentions)
        if (!mention.percent && !mention.bounded && named.size() < kMostNamed)
          named.push_back({&sentence, &mention, i});
  }
  std::size_t rows = 0;
  for (const IndicatorReading& row : input.reading.indicators)
    if (!named.empty() && !row.actual.quantities.empty() && rows++ < kMostNamed)
      CompareRow(row, named, input.rules, findings);
}

}  // namespace jixiao::scoring
