// EXEC_RATE (2) in the report: a rate of execution or completion that stands behind a budget and a spending in one
// sentence is their quotient. Fires: document 000, "预算资金为112万元 … 支出约110.76万元 … 完成 … 支出总额的87%" (98.89
// %). Must not: "全年预算数为1050万元，执行数为1050万元，完成预算的100%"; "财政拨款436.91万元，占86%", which is a share
// of income; a percentage that is the quotient of any two amounts of the sentence.
//
// Reports call these three by more names than the rules' lists, whose words TEXT_TABLE compares with the table:
// 安排资金…支付…支付率, 到位资金…实际支出…使用率; and the budget may stand in the sentence before, or only as what was
// spent with what was not. Read in this wider way, a sentence must be understood whole: an amount that is neither of
// the three, nor what is left, nor one of parts that add up, leaves it alone. Must not: several budgets; 应支付, 累计,
// two years; 设备使用率, 到位率, 中央资金执行率; a percentage that is cut instead of rounded.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/text/lines.h"
#include "scoring/checks/text/years.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

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

// Whether a rate is the quotient of any two amounts before it in its sentence.
bool IsQuotientOfAny(const Sentence& sentence, std::size_t rate, const Decimal& printed, const Decimal& tolerance) {
  const auto last = sentence.mentions.begin() + static_cast<std::ptrdiff_t>(rate);
  const auto first = last - std::min(kMostAmounts, static_cast<std::ptrdiff_t>(rate));
  for (auto a = first; a != last; ++a)
    for (auto b = first; b != last; ++b) {
      if (a == b || a->percent || b->percent) continue;
      const auto quotient = Decimal::MulDiv(a->value, Decimal(100), b->value, 6);
      if (quotient && (printed - *quotient).Abs() <= tolerance) return true;
    }
  return false;
}

// What the tolerance of a rate becomes where an amount is only about, unless it is written to the cent.
Decimal WithSlack(const Decimal& tolerance, const Mention& budget, const Mention& spending, const Rules& rules) {
  const auto vague = [](const Mention& amount) { return amount.approximate && amount.number.IsInteger(); };
  if (!vague(budget) && !vague(spending)) return tolerance;
  return std::max(tolerance, Decimal::MulDiv(rules.approximate_slack, Decimal(100), Decimal(1), 6).value_or(Decimal()));
}

// An amount where it stands.
struct Amount {
  const Sentence* sentence = nullptr;
  const Mention* mention = nullptr;

  explicit operator bool() const { return mention != nullptr; }
  std::string_view Label() const { return sentence->LabelOf(*mention); }
  std::string_view Text() const { return sentence->TextOf(*mention); }
};

// ------------------------------------------------------------------------------------------- the wider reading

// Names of a budget and of a spending beside those of the rule set. 拨付 alone may be either.
const WordList& WiderRoles() {
  static const WordList words({"项目资金", "资金总额", "财政资金", "专项资金", "安排", "安排项目资金", "安排专项资金",
                               "到位", "下达", "支付", "拨付使用", "已拨付", "完成拨付", "执行", "使用"});
  return words;
}
constexpr std::size_t kWiderBudgets = 9;  // of these words

const WordList& WiderRates() {
  static const WordList words({"使用率", "支出进度", "支付进度", "执行进度"});
  return words;
}

RoleWords WiderRoleOf(std::string_view label, const Rules& rules) {
  RoleWords out = RoleOf(label, rules);
  if (out.whole) return out;
  const WordList::Place place = WiderRoles().LastIn(label);
  if (place.word == WordList::kNone) return out;
  std::string_view tail = label.substr(place.end);
  while (rules.words.connecting.TakeFrom(tail)) {
  }
  if (!tail.empty()) return out;
  out.role = place.word < kWiderBudgets ? Role::kBudget : Role::kSpending;
  out.head = label.substr(0, place.begin);
  out.tail = label.substr(place.end);
  out.whole = true;
  return out;
}

bool Names(std::string_view label, std::string_view word) {
  return FindWord(label, word) != std::string_view::npos;
}

// 未支付703万元, 结余5万元. 未支 is short for the first.
bool IsRest(std::string_view label, const Rules& rules) {
  return rules.words.rests.IsIn(label) || Names(label, "未支") || Names(label, "未使用") || Names(label, "未执行");
}

// What a head names beside words that narrow nothing down: 巩固脱贫成果建设任务 of 2023年巩固脱贫成果建设任务资金.
std::string_view CoreOf(std::string_view head, const WordList& generic) {
  while (!head.empty() && (literal::IsDigit(head[0]) || generic.LongestAt(head) != WordList::kNone))
    if (!generic.TakeFrom(head)) head.remove_prefix(1);
  for (bool taken = true; taken && !head.empty();) {
    taken = false;
    for (const std::string& word : generic.words())
      if (head.ends_with(word)) {
        head.remove_suffix(word.size());
        taken = true;
      }
  }
  return head;
}

// Reads one sentence with a rate, amount by amount, as long as it understands all of them.
class WiderReading {
 public:
  WiderReading(const Sentence& sentence, const CheckInput& input) : sentence_(sentence), input_(input) {}

  // The budget of the sentence before.
  void Carry(const Amount& budget) { budget_ = carried_ = budget; }

  void Take(const Mention& mention) {
    const std::string_view label = sentence_.LabelOf(mention);
    if (mention.depth > 0) {  // brackets split what stands before them; 含结转20万元 may be left out of the rate
      clear_ = clear_ && !IsRest(label, input_.rules);
      return;
    }
    if (mention.bounded || Names(label, "累计") || Names(label, "比") || Names(label, "较"))
      clear_ = false;
    else if (IsRest(label, input_.rules))
      TakeRest(mention);
    else
      TakeAmount(mention, WiderRoleOf(label, input_.rules));
  }

  // Whether the amounts that were taken are a spending with its budget, or with what is left of it, and nothing else.
  bool IsComplete() const {
    if (!clear_ || !spending_ || !others_.IsZero()) return false;
    if (!budget_) return rest_ != nullptr;
    if (rest_ != nullptr && spending_.mention->value + rest_->value != budget_.mention->value) return false;
    return IsOfOneYear() && (IsOfTheWhole(budget_) || spending_.mention->value <= budget_.mention->value);
  }

  // Whether the sentence names a budget and its parts at most: what the next one may go on about.
  bool IsOnlyABudget() const { return clear_ && budget_ && !spending_ && rest_ == nullptr && others_.IsZero(); }

  bool is_carried() const { return carried_ && budget_.mention == carried_.mention; }
  const Amount& budget() const { return budget_; }
  const Amount& spending() const { return spending_; }
  const Mention* rest() const { return rest_; }

 private:
  void TakeRest(const Mention& mention) {
    clear_ = clear_ && spending_ && rest_ == nullptr;  // 上年结转10万元 belongs to the budget
    rest_ = &mention;
  }

  void TakeAmount(const Mention& mention, const RoleWords& role) {
    const Amount amount{&sentence_, &mention};
    const bool open = !others_.IsZero();
    if (role.whole && role.role == Role::kBudget && !open) {
      // A budget of its own takes the place of one that was only carried; two are two projects or two years.
      clear_ = clear_ && !spending_ && (!budget_ || is_carried());
      budget_ = amount;
    } else if (role.whole && role.role == Role::kSpending && !open && GoesOn(role.head)) {
      clear_ = clear_ && !spending_;
      spending_ = amount;
    } else {
      TakePart(mention);
    }
  }

  // Parts of the last amount, until they add up to it.
  void TakePart(const Mention& mention) {
    const Amount& of = spending_ ? spending_ : budget_;
    clear_ = clear_ && of && of.sentence == &sentence_;
    if (!clear_) return;
    const std::string_view text = sentence_.text;
    const std::string_view between = text.substr(of.mention->end, mention.begin - of.mention->end);
    clear_ = Names(between, "其中") || Names(between, "包括") || Names(between, "分别");
    others_ += mention.value;
    if (others_ == of.mention->value) others_ = Decimal();
  }

  // A spending that names nothing, or what its budget names: 巩固脱贫成果建设任务资金支付 behind
  // 用于巩固脱贫成果建设任务安排资金.
  bool GoesOn(std::string_view head) const {
    if (input_.text.subject().IsWhole(head)) return true;
    constexpr std::size_t kLeast = 12;  // four characters
    const std::string_view core = CoreOf(head, input_.rules.words.generic);
    if (core.size() < kLeast) return false;
    return !budget_ || Names(budget_.Label(), core);
  }

  bool IsOfTheWhole(const Amount& budget) const {
    return input_.text.subject().IsWhole(WiderRoleOf(budget.Label(), input_.rules).head);
  }

  // 2020-2022年共安排300万元，2022年支付100万元 are two things.
  bool IsOfOneYear() const {
    std::vector<int> years = YearsIn(sentence_.text);
    if (is_carried()) {
      const std::vector<int> before = YearsIn(budget_.sentence->text);
      years.insert(years.end(), before.begin(), before.end());
    }
    return std::ranges::adjacent_find(years, std::not_equal_to()) == years.end();
  }

  const Sentence& sentence_;
  const CheckInput& input_;
  Amount budget_;
  Amount carried_;
  Amount spending_;
  const Mention* rest_ = nullptr;
  Decimal others_;     // of amounts that are not understood yet
  bool clear_ = true;  // the sentence is understood so far
};

// ----------------------------------------------------------------------------------------------------- the check

class RatesInReport {
 public:
  RatesInReport(const CheckInput& input, FindingSink& findings) : input_(input), findings_(findings) {}

  void Check(int report, const std::vector<Sentence>& sentences) {
    report_ = report;
    for (std::size_t i = 0; i < sentences.size() && found_ < kMostFindings; ++i) {
      const Sentence& sentence = sentences[i];
      if (sentence.amounts == 0 || sentence.amounts == sentence.mentions.size()) continue;
      // A rate stands behind two amounts at least, one of which may be in the sentence before.
      if (sentence.amounts >= 2 && Closely(sentence)) continue;
      Widely(sentence, i > 0 ? &sentences[i - 1] : nullptr);
    }
  }

 private:
  // By the rule set's words. True when a rate stood behind a budget and a spending.
  bool Closely(const Sentence& sentence) {
    const Rules& rules = input_.rules;
    const Mention* budget = nullptr;
    const Mention* spending = nullptr;
    bool any = false;
    for (std::size_t i = 0; i < sentence.mentions.size() && found_ < kMostFindings; ++i) {
      const Mention& mention = sentence.mentions[i];
      if (mention.bounded || mention.depth > 0) continue;
      const std::string_view label = sentence.LabelOf(mention);
      if (!mention.percent) {
        const RoleWords role = RoleOf(label, rules);
        if (!role.whole) continue;
        if (role.role == Role::kBudget)
          budget = &mention;
        else if (input_.text.subject().IsWhole(role.head))  // what names nothing goes on about that budget
          spending = &mention;
        continue;
      }
      if (budget == nullptr || spending == nullptr) continue;
      const std::string_view between =
          std::string_view(sentence.text).substr(budget->end, mention.begin - std::min(mention.begin, budget->end));
      if (Names(between, "其中") || !IsCompletion(label, rules)) continue;
      any = true;
      CompareClosely(sentence, i, *budget, *spending);
    }
    return any;
  }

  void CompareClosely(const Sentence& sentence, std::size_t i, const Mention& budget, const Mention& spending) {
    const Mention& rate = sentence.mentions[i];
    const auto expected = Decimal::MulDiv(spending.value, Decimal(100), budget.value, 6);
    if (!expected || *expected > Decimal(1000)) return;  // 元 for 万元: UNIT_MISMATCH
    const Decimal tolerance =
        WithSlack(std::max(input_.rules.percentage_tolerance, rate.precision), budget, spending, input_.rules);
    if ((rate.value - *expected).Abs() <= tolerance || IsQuotientOfAny(sentence, i, rate.value, tolerance)) return;
    Report(sentence, rate, *expected, sentence.TextOf(spending), std::string(sentence.TextOf(budget)), true);
  }

  // 资金使用率87%, 支付率87%, where nothing narrows the money down: not 设备使用率, not 中央资金执行率.
  bool IsRateOfTheWhole(std::string_view label) const {
    std::size_t begin = std::string_view::npos;
    for (const WordList* list : {&input_.rules.words.rate, &WiderRates()})
      if (const WordList::Place place = list->LastIn(label); place.word != WordList::kNone)
        begin = std::min(begin, place.begin);
    if (begin == std::string_view::npos) return false;
    return input_.text.subject().IsWhole(label.substr(0, begin));
  }

  void Widely(const Sentence& sentence, const Sentence* before) {
    const auto is_rate = [&](const Mention& mention) {
      return mention.percent && !mention.bounded && mention.depth == 0 && IsRateOfTheWhole(sentence.LabelOf(mention));
    };
    const auto rate = std::ranges::find_if(sentence.mentions, is_rate);
    if (rate == sentence.mentions.end()) return;
    WiderReading reading(sentence, input_);
    if (before != nullptr) reading.Carry(BudgetOf(*before, sentence));
    for (auto at = sentence.mentions.begin(); at != rate; ++at)
      if (!at->percent) reading.Take(*at);
    if (!reading.IsComplete()) return;
    if (reading.budget())
      CompareWidely(sentence, static_cast<std::size_t>(rate - sentence.mentions.begin()), reading);
    else
      CompareWithRest(sentence, *rate, reading);
  }

  // The budget that the sentence before names, if nothing else; a numbered line begins another matter.
  Amount BudgetOf(const Sentence& before, const Sentence& sentence) const {
    std::string_view text = sentence.text;
    if (before.amounts == 0 || TakeEnumerator(text)) return {};
    WiderReading reading(before, input_);
    for (const Mention& mention : before.mentions)
      if (!mention.percent) reading.Take(mention);
    return reading.IsOnlyABudget() ? reading.budget() : Amount{};
  }

  // What a rate may be off by: its last digit is rounded, or cut; and what 1.2亿元 leaves open.
  bool Fits(const Mention& rate, const Decimal& expected, const Mention& budget, const Mention& spending) const {
    const Decimal tolerance =
        WithSlack(std::max(input_.rules.percentage_tolerance, rate.precision), budget, spending, input_.rules);
    const Decimal gap = expected - rate.value;
    if (gap.Abs() <= tolerance || (!gap.IsNegative() && gap < rate.precision + rate.precision)) return true;
    const bool coarse = budget.precision > Decimal(1) || spending.precision > Decimal(1);
    if (!coarse) return false;
    const auto low =
        Decimal::MulDiv(spending.value - spending.precision, Decimal(100), budget.value + budget.precision, 6);
    const auto high =
        Decimal::MulDiv(spending.value + spending.precision, Decimal(100), budget.value - budget.precision, 6);
    return !low || !high || (rate.value >= *low - tolerance && rate.value <= *high + tolerance);
  }

  void CompareWidely(const Sentence& sentence, std::size_t i, const WiderReading& reading) {
    const Mention& rate = sentence.mentions[i];
    const Mention& budget = *reading.budget().mention;
    const Mention& spending = *reading.spending().mention;
    const auto expected = Decimal::MulDiv(spending.value, Decimal(100), budget.value, 6);
    if (!expected || *expected > Decimal(1000) || Fits(rate, *expected, budget, spending)) return;
    if (IsQuotientOfAny(sentence, i, rate.value, std::max(input_.rules.percentage_tolerance, rate.precision))) return;
    if (IsOfAnotherBudget(rate, spending)) return;
    Report(sentence, rate, *expected, sentence.TextOf(spending), std::string(reading.budget().Text()),
           !reading.is_carried());
  }

  // 支付18501.096万元，未支703万元，支付率95%: the two make up a budget that the report names elsewhere.
  void CompareWithRest(const Sentence& sentence, const Mention& rate, const WiderReading& reading) {
    const Mention& spending = *reading.spending().mention;
    Mention budget = spending;
    budget.value += reading.rest()->value;
    const auto expected = Decimal::MulDiv(spending.value, Decimal(100), budget.value, 6);
    if (!expected || Fits(rate, *expected, budget, spending) || !IsNamed(budget.value)) return;
    Report(sentence, rate, *expected, sentence.TextOf(spending), budget.value.ToString() + "万元", false);
  }

  // Looked up a few times at most: each look reads all figures of the report.
  bool MayLookUp() {
    constexpr int kMostLookups = 8;
    return ++lookups_ <= kMostLookups;
  }

  // Whether an amount of the report, its first argument with its label, is such.
  template <class Is>
  bool AnyAmount(const Is& is) const {
    for (int i = 0; i < input_.reading.form->report_size(); ++i)
      for (const Sentence& sentence : input_.text.Report(i))
        for (const Mention& mention : sentence.mentions)
          if (!mention.percent && is(mention, sentence)) return true;
    return false;
  }

  bool IsNamed(const Decimal& budget) {
    return MayLookUp() && AnyAmount([&](const Mention& mention, const Sentence&) { return mention.value == budget; });
  }

  // Whether the rate is that of another amount of the report, or of the table: 预算100万元 in a sentence long before
  // 到位80万元，支付80万元，支付率80%. What merely says the spending again is none.
  bool IsOfAnotherBudget(const Mention& rate, const Mention& spending) {
    const Decimal tolerance = std::max(input_.rules.percentage_tolerance, rate.precision);
    const auto fits = [&](const Decimal& budget) {
      const auto quotient = Decimal::MulDiv(spending.value, Decimal(100), budget, 6);
      return quotient && (rate.value - *quotient).Abs() <= tolerance;
    };
    for (const FundReading& fund : input_.reading.funds)
      for (const auto& budget : {fund.initial_budget, fund.budget})
        if (budget && fits(*budget)) return true;
    return !MayLookUp() || AnyAmount([&](const Mention& mention, const Sentence& sentence) {
      return fits(mention.value) && (mention.value != spending.value ||
                                     WiderRoleOf(sentence.LabelOf(mention), input_.rules).role == Role::kBudget);
    });
  }

  // `sure`: the three stand in one sentence.
  void Report(const Sentence& sentence, const Mention& rate, const Decimal& expected, std::string_view executed,
              std::string budget, bool sure) {
    ++found_;
    const std::string computed = expected.ToFixed(2) + "%";
    std::string message =
        Cat("报告称完成 ", sentence.TextOf(rate), "，按其所列支出 ", executed, " ÷ 预算 ", budget, " 应为 ", computed);
    std::string path = Cat("report[", report_, "].text");
    const FindingSink::Evidence evidence = {{"printed", std::string(sentence.TextOf(rate))},
                                            {"computed", computed},
                                            {"executed", std::string(executed)},
                                            {"budget", std::move(budget)}};
    if (sure)
      findings_.Add(std::move(path), std::move(message), evidence);
    else
      findings_.AddMild(evaluation::v1::SEVERITY_WARNING, std::move(path), std::move(message), evidence);
  }

  const CheckInput& input_;
  FindingSink& findings_;
  int report_ = 0;
  int found_ = 0;
  int lookups_ = 0;
};

}  // namespace

void ExecRateText(const CheckInput& input, FindingSink& findings) {
  RatesInReport rates(input, findings);
  for (int i = 0; i < input.reading.form->report_size(); ++i) rates.Check(i, input.text.Report(i));
}

}  // namespace jixiao::scoring
