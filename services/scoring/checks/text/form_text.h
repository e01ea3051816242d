// The texts of one form, each read when the first check asks for it and then kept for the others: names folded, running
// text cut into sentences with its figures. Made for one run of the checks, by one thread; form, reading and rules must
// outlive it.
#pragma once

#include "scoring/checks/text/problems.h"
#include "scoring/checks/text/roles.h"
#include "scoring/checks/text/sentences.h"
#include "scoring/engine/reading.h"
#include "scoring/engine/rules.h"

#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

class FormText {
 public:
  FormText(const FormReading& reading, const Rules& rules) : reading_(reading), rules_(rules) {}
  FormText(const FormText&) = delete;
  FormText& operator=(const FormText&) = delete;

  // A cell folded; where it folds to itself, itself. Lives as long as this and the cell.
  std::string_view Folded(std::string_view cell);

  // 三级指标 of a row folded, of the first `most` bytes of the cell.
  static constexpr std::size_t kMostOfName = 2048;
  std::string_view Level3(const IndicatorReading& row, std::size_t most = kMostOfName);

  // Sentences with figures.
  const std::vector<Sentence>& ExpectedGoal() { return Read(expected_goal_, reading_.form->expected_goal()); }
  const std::vector<Sentence>& ActualGoal() { return Read(actual_goal_, reading_.form->actual_goal()); }
  const std::vector<Sentence>& Report(int section);

  const Subject& subject();
  const std::vector<ProblemSection>& problems();

 private:
  using Passage = std::optional<std::vector<Sentence>>;
  static const std::vector<Sentence>& Read(Passage& passage, std::string_view text);

  const FormReading& reading_;
  const Rules& rules_;
  std::forward_list<std::string> folded_;
  std::vector<std::optional<std::string_view>> level3_;  // by row
  Passage expected_goal_;
  Passage actual_goal_;
  std::vector<Passage> report_;
  std::optional<Subject> subject_;
  std::optional<std::vector<ProblemSection>> problems_;
};

}  // namespace jixiao::scoring
