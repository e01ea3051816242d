// Forms for tests: the real samples of deploy/local/samples, and variants of them by seed.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <cstdint>
#include <string>
#include <vector>

namespace jixiao::testing {

// All samples in the order of their file names.
const std::vector<evaluation::v1::SelfEvaluation>& Samples();

// A sample with other figures and a project name of its own: the same seed gives the same form, another seed another
// one.
evaluation::v1::SelfEvaluation Variant(std::uint64_t seed);

// A form that scores at once and has nothing but what is required, with `indicators` rows.
evaluation::v1::SelfEvaluation PlainForm(int indicators = 1);

// The seed of this run: JIXIAO_TEST_SEED, or a random one. Printed once, so that a failure can be repeated.
std::uint64_t TestSeed();

}  // namespace jixiao::testing
