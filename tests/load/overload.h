// Many times what can be sustained, for a while: what becomes of those who are let in, of those who are not, of the
// memory, and of what was acknowledged.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>

#include "load/stage.h"

namespace jixiao::load {

struct OverloadOptions {
  double times = 10;  // the sustainable rate
  std::chrono::milliseconds duration{60'000};
  std::chrono::milliseconds probe{3'000};  // for each step of finding that rate
};

// Runs SubmitEvaluation against a stage where nothing has been handed in yet, with everything behind it at work. The
// report has "kept", true when all that was promised was kept, and "missed" with the names of what was not.
nlohmann::json RunOverload(Stage& stage, const OverloadOptions& options);

// The same for people.
void PrintOverload(const nlohmann::json& report);

}  // namespace jixiao::load
