// Shared by the tests of checks: forms of a few cells, and what a check must say of them.
#pragma once

#include "scoring/checks/checks.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support.h"

namespace jixiao::scoring::support {

using evaluation::v1::FundLine;
using evaluation::v1::Severity;
using evaluation::v1::SEVERITY_ERROR;
using evaluation::v1::SEVERITY_INFO;
using evaluation::v1::SEVERITY_WARNING;

inline FundLine& AddFund(SelfEvaluation& form, const FundLine& line) {
  return *form.add_funds() = line;
}

inline FundLine Fund(std::string_view name, std::string_view initial, std::string_view budget,
                     std::string_view executed, std::string_view weight = "", std::string_view rate = "",
                     std::string_view score = "") {
  FundLine line;
  line.set_name(std::string(name));
  line.set_initial_budget(std::string(initial));
  line.set_full_year_budget(std::string(budget));
  line.set_executed(std::string(executed));
  line.set_weight(std::string(weight));
  line.set_execution_rate(std::string(rate));
  line.set_score(std::string(score));
  return line;
}

// Expects exactly one finding of `code`, with this severity, place and text; answers with it.
inline Finding ExpectOne(const SelfEvaluation& form, std::string_view code, Severity severity, std::string_view path,
                         std::string_view message, const Rules& rules = RulesOf()) {
  const Scorecard card = ScoreOf(form, rules);
  const auto findings = FindingsOf(card, code);
  EXPECT_EQ(findings.size(), 1u) << card.DebugString();
  if (findings.size() != 1) return {};
  EXPECT_EQ(findings[0].severity(), severity);
  EXPECT_EQ(findings[0].path(), path);
  EXPECT_EQ(findings[0].message(), message);
  EXPECT_EQ(findings[0].authority(), FindCheck(code)->authority);
  return findings[0];
}

inline void ExpectNone(const SelfEvaluation& form, std::string_view code, std::string_view why,
                       const Rules& rules = RulesOf()) {
  const Scorecard card = ScoreOf(form, rules);
  for (const Finding& finding : FindingsOf(card, code))
    ADD_FAILURE() << why << ": " << finding.path() << " " << finding.message();
}

inline std::string Evidence(const Finding& finding, const std::string& name) {
  const auto found = finding.evidence().find(name);
  return found == finding.evidence().end() ? "no evidence " + name : found->second;
}

inline SelfEvaluation With(SelfEvaluation form, void (*change)(SelfEvaluation&)) {
  change(form);
  return form;
}

// A form of one row on 100 points, whose other figures are in order.
inline SelfEvaluation OneRow(Row row) {
  if (row.weight.empty() && row.completion_rate.empty()) row.weight = "100";
  return FormWith({row});
}

inline SelfEvaluation OneFund(const FundLine& line) {
  SelfEvaluation form = FormWith({{"≥2次", "2次", "90", "90"}});
  AddFund(form, line);
  return form;
}

inline evaluation::v1::ReportSection& AddSection(SelfEvaluation& form, std::string_view heading,
                                                 std::string_view text) {
  evaluation::v1::ReportSection& section = *form.add_report();
  section.set_heading(std::string(heading));
  section.set_text(std::string(text));
  return section;
}

}  // namespace jixiao::scoring::support
