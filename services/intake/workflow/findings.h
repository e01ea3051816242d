// Findings that somebody has to deal with: their classes, their answers, and what of these a new revision keeps.
#pragma once

#include "intake/workflow/moves.h"
#include "intake/workflow/review_policy.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// The findings of `card`, classed by `policy`, under names below `revision_name`. Nothing is answered yet; their states
// are left to PutStates.
std::vector<v1::JudgedFinding> Judge(const ReviewPolicy& policy, const evaluation::v1::SelfEvaluation& form,
                                     const evaluation::v1::Scorecard& card, std::string_view revision_name);

// Digest of a finding with its figures and of the row that it is about.
std::string FiguresOf(const evaluation::v1::SelfEvaluation& form, const evaluation::v1::Finding& finding);

// Gives answers and approved waivers of an earlier revision to those findings of the next one that are the same, with
// the same figures on the same row, and of a class that they still serve. Nothing else is taken to be answered: a row
// that changed in any cell is asked about again. How many were carried.
int CarryOver(std::span<const v1::JudgedFinding> earlier, std::vector<v1::JudgedFinding>& next);

// Where a finding stands at `now` (microseconds).
v1::AnswerState StateAt(const v1::JudgedFinding& finding, std::int64_t now);
void PutStates(std::vector<v1::JudgedFinding>& findings, std::int64_t now);

// Whether a finding in this state holds its form up.
constexpr bool IsOpen(v1::AnswerState state) {
  return state == v1::ANSWER_STATE_OPEN || state == v1::ANSWER_STATE_WAIVER_REQUESTED ||
         state == v1::ANSWER_STATE_WAIVER_EXPIRED;
}

Standing StandingAt(std::span<const v1::ReviewStage> stages, std::span<const v1::JudgedFinding> findings,
                    std::int64_t now);

// What the findings make of a form that was just scored: the text of the step, in Chinese. For a form that goes back it
// lists all that must change.
std::string Verdict(std::span<const v1::JudgedFinding> findings, int carried, std::int64_t now);

}  // namespace jixiao::intake
