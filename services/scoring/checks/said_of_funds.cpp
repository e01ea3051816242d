// TEXT_TABLE (19), of what is said of the funds, both as hints. Money that is all paid out leaves nothing of the
// budget: fires on 资金已全部拨付 beside 680 of 850. An amount in the project's name is that of the table: fires on
// 免费开放经费236.25万元 beside 236. Must not: 项目费用已全部支付, which says nothing of the budget; a part of the
// money where a part is spent; 2020年资金已全部拨付 on a form of 2021; 未全部拨付; a name with an amount that is far
// from the table's, as in 100万元以上设备.
#include "scoring/checks/said_of_funds.h"

#include "common/text.h"
#include "scoring/checks/text/years.h"
#include "scoring/engine/execution.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <array>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kRead = 256 * 1024;

// The length of the mark that ends a clause at the front of `text`; 0 for none.
std::size_t EndOfClause(std::string_view text) {
  if (text[0] == '\n' || text[0] == ';') return 1;
  for (const std::string_view mark : {"。", "，", "；"})
    if (text.starts_with(mark)) return mark.size();
  return 0;
}

// Whether a clause says that all of the money is paid out.
bool SaysAllSpent(std::string_view clause, const CheckInput& input) {
  const WordList::Place place = input.rules.words.all_spent.LastIn(clause);
  if (place.word == WordList::kNone) return false;
  const std::string_view before = clause.substr(0, place.begin);
  const int year = LastYearBefore(clause, place.begin);
  const bool this_year = year == 0 || year == input.reading.form->fiscal_year();
  const bool of_money =
      FindWord(before, "资金") != std::string_view::npos || FindWord(before, "经费") != std::string_view::npos;
  // 无法全部支付, 预计次年全部支付; 全部拨付到位 says that it came, 全部使用于 what for.
  const bool denied =
      std::ranges::any_of(std::array<std::string_view, 9>{"未", "不", "无法", "待", "预计", "计划", "将", "拟", "没有"},
                          [&](std::string_view no) { return FindWord(before, no) != std::string_view::npos; });
  const std::string_view behind = clause.substr(place.end);
  const bool ends =
      behind.empty() || behind.starts_with("完毕") || behind.starts_with("完成") || behind.starts_with("了");
  return this_year && of_money && ends && !denied;
}

// The first clause of a text that says so; empty when none does.
std::string_view AllSpentIn(std::string_view text, const CheckInput& input) {
  text = TruncateUtf8(text, kRead);
  if (!input.rules.words.all_spent.IsIn(text)) return {};
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = EndOfClause(text.substr(at));
    if (mark > 0) {
      if (const auto clause = text.substr(begin, at - begin); SaysAllSpent(clause, input)) return clause;
      begin = at + mark;
    }
    at += mark > 0 ? mark : literal::CharLength(text[at]);
  }
  const std::string_view rest = text.substr(std::min(begin, text.size()));
  return SaysAllSpent(rest, input) ? rest : std::string_view();
}

void CheckAllSpent(const CheckInput& input, const Execution& e, FindingSink& findings) {
  const auto percent = Decimal::MulDiv(*e.executed, Decimal(100), *e.budget, 2);
  if (!percent || *percent > Decimal(99)) return;
  // A part that is spent may be the one that is meant.
  if (std::ranges::any_of(input.reading.funds, [](const FundReading& fund) {
        return fund.budget && fund.executed && !fund.budget->IsZero() && *fund.executed >= *fund.budget;
      }))
    return;
  const auto check = [&](std::string path, std::string_view text) {
    const std::string_view clause = AllSpentIn(text, input);
    if (clause.empty()) return false;
    findings.AddMild(evaluation::v1::SEVERITY_INFO, std::move(path),
                     Cat("文中称“", TruncateUtf8(clause, 120), "”，而表内全年执行数 ", e.executed->ToString(),
                         " 万元，全年预算数 ", e.budget->ToString(), " 万元（", percent->ToFixed(2), "%）"),
                     {{"text", std::string(TruncateUtf8(clause, 300))},
                      {"executed", e.executed->ToString()},
                      {"budget", e.budget->ToString()}});
    return true;
  };
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  if (check("actual_goal", form.actual_goal())) return;
  for (int i = 0; i < form.report_size(); ++i)
    if (check(Cat("report[", i, "].text"), form.report(i).text())) return;
}

// The amount in a project's name, when it is nearly that of the table.
void CheckName(const CheckInput& input, const Execution& e, FindingSink& findings) {
  constexpr std::size_t kLongest = 600;
  const std::string& name = input.reading.form->project_name();
  if (name.size() > kLongest || FindWord(name, "元") == std::string::npos) return;
  const std::vector<Sentence> sentences = ReadSentences(name);
  if (sentences.size() != 1 || sentences[0].mentions.size() != 1) return;
  const Mention& amount = sentences[0].mentions[0];
  // 结转资金95万元, （第二批105万元）: a part.
  const bool part =
      amount.depth > 0 || FindWord(name, "结转") != std::string::npos || FindWord(name, "批") != std::string::npos;
  if (amount.percent || amount.bounded || amount.approximate || part) return;
  const Decimal tolerance = std::max(input.rules.amount_tolerance, amount.precision);
  for (const FundReading& fund : input.reading.funds)
    for (const auto& money : {fund.initial_budget, fund.budget, fund.executed})
      if (money && (*money - amount.value).Abs() <= tolerance) return;
  const auto tenth = Decimal::MulDiv(*e.budget, Decimal(1), Decimal(10), Decimal::kMaxScale);
  if (!tenth || (*e.budget - amount.value).Abs() > *tenth) return;
  findings.AddMild(evaluation::v1::SEVERITY_INFO, "project_name",
                   Cat("项目名称中的 ", sentences[0].TextOf(amount), " 与表内全年预算数 ", e.budget->ToString(),
                       " 万元不符，相差 ", (amount.value - *e.budget).Abs().ToString(), " 万元"),
                   {{"name", std::string(sentences[0].TextOf(amount))}, {"table", Cat(e.budget->ToString(), "万元")}});
}

}  // namespace

void CompareFundsWithWords(const CheckInput& input, FindingSink& findings) {
  const Execution e = ExecutionOf(input.reading);
  if (!e.budget || e.budget->IsZero()) return;
  CheckName(input, e, findings);
  if (e.executed) CheckAllSpent(input, e, findings);
}

}  // namespace jixiao::scoring
