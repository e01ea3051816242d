// Forms for the load tools: real ones from files, and as many variants of them as are wanted, by seed.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace jixiao::load {

// The forms of all *.json files in `folders`, in the order of their names: a form, or an object that has one as `form`.
absl::StatusOr<std::vector<evaluation::v1::SelfEvaluation>> ReadForms(const std::vector<std::string>& folders);

// `count` forms: the real ones in turn, first as they are, then with other figures. Cells keep their shape, and most
// keep their value: one figure in four gets another last digit. Equal arguments give equal forms.
std::vector<evaluation::v1::SelfEvaluation> Varied(const std::vector<evaluation::v1::SelfEvaluation>& real,
                                                   std::size_t count, std::uint64_t seed);

// `count` forms whose cells are damaged in every way that readers may meet: cut, doubled, mixed with other cells, with
// digits, operators, full-width marks and spaces put in. Well-formed UTF-8. Equal arguments give equal forms.
std::vector<evaluation::v1::SelfEvaluation> Mutated(const std::vector<evaluation::v1::SelfEvaluation>& real,
                                                    std::size_t count, std::uint64_t seed);

}  // namespace jixiao::load
