// Where a report is to name problems, and whether it names any.
#pragma once

#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <string_view>
#include <vector>

namespace jixiao::scoring {

// Sections of the report that are to name problems: by their heading, or inside a section under a numbered line.
struct ProblemSection {
  int report = 0;
  std::string_view text;
  bool says_none = false;  // 无, 暂无, 未发现问题
};
std::vector<ProblemSection> ProblemSections(const evaluation::v1::SelfEvaluation& form, const Rules& rules);

}  // namespace jixiao::scoring
