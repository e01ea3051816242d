// The self-evaluation message of provincial platforms, both ways.
//
// Its names are those seen in deployed platforms, not a standard's; another platform's message gets an adapter beside
// this one. One JSON object a form:
//
//   guid, proCode, proName, agencyCode, agencyName, yeargoaltion (expected goal), yeargoalExecution (actual goal),
//   mof_div_code, fiscal_year (which such platforms have in the path of the call),
//   proselfevalbgtlist[]: name, amt1 (initial budget), amt2 (adjustment), amt3 (adjusted budget), amt4 (executed),
//   bgtget (rate), score proselfevalindexlist[]: findexName, sindexName, indiName (levels 1 to 3), computesign,
//   indexval, meterunit (target),
//     actualvalue, actualweight, score, kpiRemark (reason), indRemark
//
// Every value is a string, read also as a number with its digits kept; absent, null and "" are the same. Amounts are in
// 万元. What both can hold goes either way and back unchanged; what the other side has no place for is named, never
// dropped unseen.
#pragma once

#include "intake/import/recogniser.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace jixiao::exchange {

// A value that the other side has no place for.
struct Leftover {
  std::string field;  // its path, such as proselfevalindexlist[2].indRemark
  std::string value;
  std::string why;  // in Chinese
};

struct ReadMessage {
  evaluation::v1::SelfEvaluation form;  // guid stands in source.location, as "guid …"
  std::vector<Leftover> left;
};

struct WrittenMessage {
  std::string json;  // on one line
  std::vector<Leftover> left;
};

// Reads a message. `hints` go where it names neither division nor year. INVALID_ARGUMENT (MESSAGE_UNREADABLE,
// MESSAGE_INVALID) names every field at fault, its value and what is allowed: a list that is none, a code of a wrong
// shape, a sign that is none.
absl::StatusOr<ReadMessage> FromPlatform(std::string_view json, const importing::Hints& hints = {});

// Writes a form as a message. INVALID_ARGUMENT (FORM_NOT_EXPRESSIBLE) names every cell that the message cannot hold: a
// form that is no project's, amounts that are no numbers of at most two decimals, a missing or misshapen project or
// division code.
absl::StatusOr<WrittenMessage> ToPlatform(const evaluation::v1::SelfEvaluation& form);

}  // namespace jixiao::exchange
