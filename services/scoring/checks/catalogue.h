// The catalogue of checks. Each function is defined, with its meaning and examples, in the file of its name.
#pragma once

#include "scoring/checks/checks.h"

namespace jixiao::scoring {

void SumWeight(const CheckInput& input, FindingSink& findings);
void ExecRate(const CheckInput& input, FindingSink& findings);
void ExecScore(const CheckInput& input, FindingSink& findings);
void SumScore(const CheckInput& input, FindingSink& findings);
void FullNotMet(const CheckInput& input, FindingSink& findings);
void IndScore(const CheckInput& input, FindingSink& findings);
void Range(const CheckInput& input, FindingSink& findings);
void NoReason(const CheckInput& input, FindingSink& findings);
void FundParts(const CheckInput& input, FindingSink& findings);
void Tier(const CheckInput& input, FindingSink& findings);
void ExecOver100(const CheckInput& input, FindingSink& findings);
void ZeroExecDone(const CheckInput& input, FindingSink& findings);
void Inflated(const CheckInput& input, FindingSink& findings);
void OverTarget(const CheckInput& input, FindingSink& findings);
void Echo(const CheckInput& input, FindingSink& findings);
void UnitMismatch(const CheckInput& input, FindingSink& findings);
void CompletionRate(const CheckInput& input, FindingSink& findings);
void Grade(const CheckInput& input, FindingSink& findings);
void TextTable(const CheckInput& input, FindingSink& findings);
void Perfect(const CheckInput& input, FindingSink& findings);
void Year(const CheckInput& input, FindingSink& findings);
void NotMeasurable(const CheckInput& input, FindingSink& findings);
void Misclass(const CheckInput& input, FindingSink& findings);
void CostNotLe(const CheckInput& input, FindingSink& findings);
void MissingClass(const CheckInput& input, FindingSink& findings);
void SatisfEvid(const CheckInput& input, FindingSink& findings);
void DupRow(const CheckInput& input, FindingSink& findings);
void IdFormat(const CheckInput& input, FindingSink& findings);
void TargetChanged(const CheckInput& input, FindingSink& findings);
void PartSumText(const CheckInput& input, FindingSink& findings);
void Unfilled(const CheckInput& input, FindingSink& findings);
void NoContent(const CheckInput& input, FindingSink& findings);

// The part of ExecRate that reads the report.
void ExecRateText(const CheckInput& input, FindingSink& findings);

// The part of PartSumText that reads lists with a line for each part.
void PartSumLines(const CheckInput& input, FindingSink& findings);

// What most findings rest on: the form's own arithmetic needs no other authority.
inline constexpr std::string_view kArithmetic = "表内数据应当自洽";

}  // namespace jixiao::scoring
