// Which field of the platforms' message is which cell of a form; shared by reading and writing.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <string>

namespace jixiao::exchange {

// What a value of the message may be when it is written.
enum class Shape { kText, kAmount, kPoints };

// One pair: the message's field, the form's cell below its row, and how to reach it.
template <class Row>
struct FieldPair {
  const char* field;
  const char* cell;
  Shape shape;
  std::string* (*mutable_cell)(Row&);
  const std::string& (*get)(const Row&);
};

#define JIXIAO_FIELD_PAIR(Row, field, cell, shape)                      \
  FieldPair<Row> {                                                      \
    field, #cell, shape, [](Row& row) { return row.mutable_##cell(); }, \
        [](const Row& row) -> const std::string& { return row.cell(); } \
  }

using evaluation::v1::FundLine;
using evaluation::v1::Indicator;
using evaluation::v1::SelfEvaluation;

inline constexpr char kFunds[] = "proselfevalbgtlist";
inline constexpr char kIndicators[] = "proselfevalindexlist";
inline constexpr char kGuidLocation[] = "guid ";

inline constexpr FieldPair<SelfEvaluation> kHeaderFields[] = {
    JIXIAO_FIELD_PAIR(SelfEvaluation, "mof_div_code", region_code, Shape::kText),
    JIXIAO_FIELD_PAIR(SelfEvaluation, "proCode", project_code, Shape::kText),
    JIXIAO_FIELD_PAIR(SelfEvaluation, "proName", project_name, Shape::kText),
    JIXIAO_FIELD_PAIR(SelfEvaluation, "yeargoaltion", expected_goal, Shape::kText),
    JIXIAO_FIELD_PAIR(SelfEvaluation, "yeargoalExecution", actual_goal, Shape::kText),
};
inline constexpr FieldPair<evaluation::v1::Organization> kAgencyFields[] = {
    JIXIAO_FIELD_PAIR(evaluation::v1::Organization, "agencyCode", code, Shape::kText),
    JIXIAO_FIELD_PAIR(evaluation::v1::Organization, "agencyName", name, Shape::kText),
};
// amt2, the adjustment, is amt3 less amt1.
inline constexpr FieldPair<FundLine> kFundFields[] = {
    JIXIAO_FIELD_PAIR(FundLine, "name", name, Shape::kText),
    JIXIAO_FIELD_PAIR(FundLine, "amt1", initial_budget, Shape::kAmount),
    JIXIAO_FIELD_PAIR(FundLine, "amt3", full_year_budget, Shape::kAmount),
    JIXIAO_FIELD_PAIR(FundLine, "amt4", executed, Shape::kAmount),
    JIXIAO_FIELD_PAIR(FundLine, "bgtget", execution_rate, Shape::kText),
    JIXIAO_FIELD_PAIR(FundLine, "score", score, Shape::kPoints),
};
// computesign, indexval and meterunit make the target.
inline constexpr FieldPair<Indicator> kIndicatorFields[] = {
    JIXIAO_FIELD_PAIR(Indicator, "findexName", level1, Shape::kText),
    JIXIAO_FIELD_PAIR(Indicator, "sindexName", level2, Shape::kText),
    JIXIAO_FIELD_PAIR(Indicator, "indiName", level3, Shape::kText),
    JIXIAO_FIELD_PAIR(Indicator, "actualvalue", actual, Shape::kText),
    JIXIAO_FIELD_PAIR(Indicator, "actualweight", weight, Shape::kPoints),
    JIXIAO_FIELD_PAIR(Indicator, "score", score, Shape::kPoints),
    JIXIAO_FIELD_PAIR(Indicator, "kpiRemark", deviation_reason, Shape::kText),
};

#undef JIXIAO_FIELD_PAIR

}  // namespace jixiao::exchange
