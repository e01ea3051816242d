#include "scoring/engine/cases.h"

#include "common/form.h"
#include "common/text.h"
#include "scoring/checks/checks.h"
#include "scoring/engine/engine.h"

#include <algorithm>
#include <iterator>

namespace jixiao::scoring {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::ScoreLine;

std::string Quoted(std::string_view text) {
  return text.empty() ? std::string("nothing") : Cat("\"", TruncateUtf8(text, 100), "\"");
}

std::string Deviation(std::string_view expected, std::string_view given) {
  return Cat("expected ", Quoted(expected), ", the rules give ", Quoted(given));
}

class CaseCheck {
 public:
  CaseCheck(std::string root, std::vector<FieldViolation>& violations)
      : root_(std::move(root)), violations_(violations) {}

  void Run(const v1::RuleSetCase& expected, const Rules& rules) {
    std::vector<FieldViolation> faults = FaultsOf(expected.form(), root_ + ".form");
    if (!faults.empty()) {
      std::move(faults.begin(), faults.end(), std::back_inserter(violations_));
      return;
    }
    Scorecard card;
    Score(expected.form(), rules, {}, card);
    Points(".computed_total", expected.computed_total(), card.computed_total());
    if (!expected.grade().empty() && expected.grade() != card.grade())
      Add(".grade", Deviation(expected.grade(), card.grade()));
    for (int i = 0; i < expected.lines_size(); ++i) Line(Cat(".lines[", i, "]"), expected.lines(i), card);
    for (int i = 0; i < expected.findings_size(); ++i)
      Finding(Cat(".findings[", i, "]"), expected.findings(i), card, rules);
  }

 private:
  void Add(const std::string& field, std::string what) { violations_.push_back({root_ + field, std::move(what)}); }

  void Points(const std::string& field, const std::string& expected, const std::string& given) {
    if (expected.empty()) return;
    const auto number = Decimal::Parse(expected);
    if (!number)
      Add(field, Cat(Quoted(expected), " is not a decimal"));
    else if (Decimal::Parse(given) != number)
      Add(field, Deviation(expected, given));
  }

  void Line(const std::string& field, const v1::CaseLine& expected, const Scorecard& card) {
    const auto line = std::find_if(card.lines().begin(), card.lines().end(),
                                   [&](const ScoreLine& l) { return l.path() == expected.path(); });
    if (line == card.lines().end())
      Add(field + ".path", Cat("the scorecard has no line ", Quoted(expected.path())));
    else
      Points(field + ".computed_score", expected.computed_score(), line->computed_score());
  }

  void Finding(const std::string& field, const std::string& code, const Scorecard& card, const Rules& rules) {
    if (FindCheck(code) == nullptr) {
      Add(field, Cat(Quoted(code), " names no check"));
      return;
    }
    const bool found = std::any_of(card.findings().begin(), card.findings().end(),
                                   [&](const evaluation::v1::Finding& finding) { return finding.code() == code; });
    if (!found)
      Add(field, Cat(code, rules.SeverityOf(code) ? " finds nothing on the form" : " is switched off in these rules"));
  }

  const std::string root_;
  std::vector<FieldViolation>& violations_;
};

}  // namespace

std::vector<FieldViolation> CheckCases(const Rules& rules) {
  std::vector<FieldViolation> violations;
  const auto& cases = rules.source().cases();
  for (int i = 0; i < cases.size(); ++i) CaseCheck(Cat("cases[", i, "]"), violations).Run(cases[i], rules);
  return violations;
}

}  // namespace jixiao::scoring
