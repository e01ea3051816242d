// Documents out: the form of a rule set as an .xlsx that units fill in and that the import reads back.
//
// Thread-safe: calls share nothing. What a form already says is written literally, so that reading the file gives the
// same form again; a form's `report` and `source` have no place on a sheet. Empty places that follow from others
// (totals, execution rate and its points, grade) hold formulas by the rule set, with their results stored beside them.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/scoring/v1/rule_set.pb.h"

#include <absl/status/status.h>

#include <string>
#include <vector>

namespace jixiao::forms {

// Version of the layout; it goes into the document, and the import tells it.
inline constexpr char kTemplateVersion[] = "1";
inline constexpr std::size_t kMaxTemplateForms = 500;

// Writes a workbook to `path`, replacing it whole: one sheet for each of `forms`, or one blank form when there are
// none. Forms that do not say their kind get that of the rule set. INVALID_ARGUMENT (RULE_SET_INVALID;
// TEMPLATE_TOO_LARGE for more than kMaxTemplateForms), UNAVAILABLE (FILE_UNWRITABLE) with the path.
absl::Status WriteTemplate(const scoring::v1::RuleSet& rule_set,
                           const std::vector<evaluation::v1::SelfEvaluation>& forms, const std::string& path);

// Takes out what a form says of results (executed amounts, rates, actuals, scores, reasons, grade, report), so that
// basics, budget, goals, targets and weights remain.
void KeepTargets(evaluation::v1::SelfEvaluation& form);

}  // namespace jixiao::forms
