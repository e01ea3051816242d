// EXEC_RATE (2) in the report: a rate of execution or completion that stands behind a budget and a spending in one
// sentence is their quotient. Fires: document 000, "预算资金为112万元 … 支出约110.76万元 … 完成 … 支出总额的87%" (98.89
// %). Must not: "全年预算数为1050万元，执行数为1050万元，完成预算的100%"; "财政拨款436.91万元，占86%", which is a share
// of income; a percentage that is the quotient of any two amounts of the sentence.
#include "common/text.h"
#include "scoring/checks/catalogue.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

constexpr int kMostFindings = 20;
constexpr std::ptrdiff_t kMostAmounts = 8;  // of a sentence that a percentage is compared with

// 执行率为87%, 完成预算的87%, 完成项目支出总额的87%.
bool IsCompletion(std::string_view label, const Rules& rules) {
  if (NamesExecutionRate(label, rules)) return true;
  const std::size_t done = FindWord(label, "完成");
  if (done == std::string_view::npos) return false;
  const std::string_view of = label.substr(done);
  const auto names = [&](std::string_view word) { return FindWord(of, word) != std::string_view::npos; };
  const bool money = names("预算") || names("支出") || names("资金") || names("经费") || names("总额");
  return money && (of.ends_with("的") || of.ends_with("预算") || of.ends_with("总额"));
}

void CheckSentence(int report, const Sentence& sentence, const CheckInput& input, int& found, FindingSink& findings) {
  const Rules& rules = input.rules;
  // A rate stands behind two amounts at least.
  if (sentence.amounts < 2 || sentence.amounts == sentence.mentions.size()) return;
  const Mention* budget = nullptr;
  const Mention* spending = nullptr;
  for (std::size_t i = 0; i < sentence.mentions.size() && found < kMostFindings; ++i) {
    const Mention& mention = sentence.mentions[i];
    if (mention.bounded || mention.depth > 0) continue;
    const std::string_view label = sentence.LabelOf(mention);
    if (!mention.percent) {
      const RoleWords role = RoleOf(label, rules);
      if (!role.whole) continue;
      if (role.role == Role::kBudget)
        budget = &mention;
      else if (input.text.subject().IsWhole(role.head))  // what names nothing goes on about that budget
        spending = &mention;
      continue;
    }
    if (budget == nullptr || spending == nullptr) continue;
    const std::string_view between =
        std::string_view(sentence.text).substr(budget->end, mention.begin - std::min(mention.begin, budget->end));
    if (FindWord(between, "其中") != std::string_view::npos || !IsCompletion(label, rules)) continue;
    const auto expected = Decimal::MulDiv(spending->value, Decimal(100), budget->value, 6);
    if (!expected || *expected > Decimal(1000)) continue;  // 元 for 万元: UNIT_MISMATCH
    Decimal tolerance = std::max(rules.percentage_tolerance, mention.precision);
    // What is only about a number gives only about a rate, unless it is written to the cent.
    if ((budget->approximate && budget->number.IsInteger()) || (spending->approximate && spending->number.IsInteger()))
      tolerance = std::max(tolerance,
                           Decimal::MulDiv(rules.approximate_slack, Decimal(100), Decimal(1), 6).value_or(Decimal()));
    const auto fits = [&](const Decimal& rate) { return (mention.value - rate).Abs() <= tolerance; };
    bool explained = fits(*expected);
    const auto last = sentence.mentions.begin() + static_cast<std::ptrdiff_t>(i);
    const auto first = last - std::min(kMostAmounts, static_cast<std::ptrdiff_t>(i));
    for (auto a = first; a != last && !explained; ++a)
      for (auto b = first; b != last && !explained; ++b) {
        if (a == b || a->percent || b->percent) continue;
        const auto rate = Decimal::MulDiv(a->value, Decimal(100), b->value, 6);
        explained = rate && fits(*rate);
      }
    if (explained) continue;
    ++found;
    const std::string computed = expected->ToFixed(2) + "%";
    findings.Add(Cat("report[", report, "].text"),
                 Cat("报告称完成 ", sentence.TextOf(mention), "，按其所列支出 ", sentence.TextOf(*spending), " ÷ 预算 ",
                     sentence.TextOf(*budget), " 应为 ", computed),
                 {{"printed", std::string(sentence.TextOf(mention))},
                  {"computed", computed},
                  {"executed", std::string(sentence.TextOf(*spending))},
                  {"budget", std::string(sentence.TextOf(*budget))}});
  }
}

}  // namespace

void ExecRateText(const CheckInput& input, FindingSink& findings) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  int found = 0;
  for (int i = 0; i < form.report_size(); ++i)
    for (const Sentence& sentence : input.text.Report(i)) CheckSentence(i, sentence, input, found, findings);
}

}  // namespace jixiao::scoring
