#include "scoring/checks/text/roles.h"

#include "common/text.h"
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

using literal::IsDigit;
using literal::Take;

// 项目 belongs to the words that narrow nothing down, but for a department, whose money is not only its projects'.
bool TakeGeneric(std::string_view& text, const WordList& generic, bool department = false) {
  return generic.TakeFrom(text) || (!department && Take(text, "项目"));
}

}  // namespace

RoleWords RoleOf(std::string_view label, const Rules& rules) {
  RoleWords out;
  const WordList::Place place = rules.words.roles.LastIn(label);
  if (place.word == WordList::kNone) return out;
  out.role = place.word < rules.words.budget_roles ? Role::kBudget : Role::kSpending;
  out.head = label.substr(0, place.begin);
  out.tail = label.substr(place.end);
  std::string_view tail = out.tail;
  while (rules.words.connecting.TakeFrom(tail)) {
  }
  out.whole = tail.empty();
  return out;
}

Subject::Subject(const evaluation::v1::SelfEvaluation& form, const Rules& rules)
    : generic_(rules.words.generic), department_(form.kind() == evaluation::v1::FORM_KIND_DEPARTMENT) {
  constexpr std::size_t kRead = 512;
  for (const std::string* name :
       {&form.project_name(), &form.title(), &form.implementing_unit().name(), &form.competent_department().name()})
    Append(names_, Fold(TruncateUtf8(*name, kRead)), "\n");
}

bool Subject::IsWhole(std::string_view words) const {
  constexpr std::size_t kLongest = 600;
  if (words.size() > kLongest) return false;
  std::string_view piece = words.substr(0, 0);
  // A single character says too little: the 上 of 上年结转 is not that of 上海.
  const auto named = [&] {
    return piece.empty() || (Utf8Length(piece) > 1 && FindWord(names_, piece) != std::string_view::npos);
  };
  while (!words.empty()) {
    std::string_view rest = words;
    bool generic = TakeGeneric(rest, generic_, department_);
    if (!generic && IsDigit(rest[0])) {
      rest.remove_prefix(1);
      generic = true;
    }
    if (generic) {
      if (!named()) return false;
      words = rest;
      piece = words.substr(0, 0);
      continue;
    }
    TakeUtf8(rest);
    const std::size_t taken = words.size() - rest.size();
    piece = std::string_view(piece.data(), piece.size() + taken);
    words = rest;
  }
  return named();
}

bool NamesExecutionRate(std::string_view folded, const Rules& rules) {
  const Rules::Words& words = rules.words;
  if (!words.rate.IsIn(folded)) return false;
  for (const std::string& word : words.rate.words()) {
    const std::size_t at = folded.rfind(word);
    if (at == std::string_view::npos) continue;
    for (const std::string_view money : {"预算", "资金", "经费"})
      if (FindWord(word, money) != std::string_view::npos) return true;
    std::string_view before = folded.substr(0, at);
    // 执行率 alone, behind a number of the row, or with money before it; 政策执行率 is another thing.
    if (words.rate_money.IsIn(before)) return true;
    Take(before, "指标");
    while (!before.empty() && (IsDigit(before[0]) || before[0] == '.' || before[0] == ':')) before.remove_prefix(1);
    Take(before, "、");
    for (bool taken = true; taken;) {
      taken = TakeGeneric(before, words.generic);
      if (taken || before.empty() || !IsDigit(before[0])) continue;
      before.remove_prefix(1);
      taken = true;
    }
    if (before.empty()) return true;
  }
  return false;
}

}  // namespace jixiao::scoring
