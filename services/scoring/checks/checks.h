// The checks: each names one kind of contradiction, with its figures. A check sees the form as read and the scorecard's
// lines, and adds findings; it changes nothing else. Whether a check runs, and how severe it is, is the rule set's.
#pragma once

#include "scoring/checks/text/form_text.h"
#include "scoring/engine/reading.h"
#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace jixiao::scoring {

// Where a check puts what it finds.
class FindingSink {
 public:
  // One figure that a finding rests on. Its value moves into the finding.
  struct Fact {
    std::string_view name;
    mutable std::string value;
  };
  using Evidence = std::initializer_list<Fact>;

  FindingSink(std::string_view code, evaluation::v1::Severity severity, std::string_view authority,
              evaluation::v1::Scorecard& card)
      : code_(code), severity_(severity), authority_(authority), card_(card) {}

  // A finding of the check's own severity.
  void Add(std::string path, std::string message, Evidence evidence) {
    AddAs(severity_, std::move(path), std::move(message), evidence);
  }
  // The same, at most as severe as `severity`: for the mild cases that a definition names.
  void AddMild(evaluation::v1::Severity severity, std::string path, std::string message, Evidence evidence) {
    AddAs(std::max(severity_, severity), std::move(path), std::move(message), evidence);
  }

 private:
  void AddAs(evaluation::v1::Severity severity, std::string path, std::string message, Evidence evidence);

  std::string_view code_;
  evaluation::v1::Severity severity_;
  std::string_view authority_;
  evaluation::v1::Scorecard& card_;
};

// What a check works on. The card has its lines and totals, and the findings of earlier checks.
struct CheckInput {
  const FormReading& reading;
  const Rules& rules;
  const evaluation::v1::Scorecard& card;
  FormText& text;  // what one check has read of it, the next ones find read
};

// One check. Without `run` it looks at several forms together (checks/batch) and none of its findings is on a card.
struct Check {
  std::string_view code;
  std::string_view title;      // in Chinese
  std::string_view authority;  // what it rests on, in Chinese
  void (*run)(const CheckInput& input, FindingSink& findings);
};

// All checks in the order in which they run. domain: 项目支出绩效自评 quality checks, by number.
std::span<const Check> AllChecks();

// The check with this code; nullptr when there is none.
const Check* FindCheck(std::string_view code);

// Runs the checks that the rule set has switched on, and puts their findings into the card, ordered as the form is.
void RunChecks(const FormReading& reading, const Rules& rules, evaluation::v1::Scorecard& card);

}  // namespace jixiao::scoring
