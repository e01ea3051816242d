#include "scoring/checks/text/form_text.h"

#include "common/text.h"
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/fold.h"

namespace jixiao::scoring {

std::string_view FormText::Folded(std::string_view cell) {
  return literal::IsFolded(cell) ? cell : folded_.emplace_front(Fold(cell));
}

std::string_view FormText::Level3(const IndicatorReading& row, std::size_t most) {
  const std::string& cell = row.row->level3();
  if (cell.size() > most && most != kMostOfName) return Folded(TruncateUtf8(cell, most));
  if (level3_.empty()) level3_.resize(reading_.indicators.size());
  auto& folded = level3_[static_cast<std::size_t>(row.index)];
  if (!folded) folded = Folded(TruncateUtf8(cell, kMostOfName));
  return *folded;
}

const std::vector<Sentence>& FormText::Read(Passage& passage, std::string_view text) {
  if (!passage) passage = ReadSentences(text);
  return *passage;
}

const std::vector<Sentence>& FormText::Report(int section) {
  if (report_.empty()) report_.resize(static_cast<std::size_t>(reading_.form->report_size()));
  return Read(report_[static_cast<std::size_t>(section)], reading_.form->report(section).text());
}

const Subject& FormText::subject() {
  if (!subject_) subject_.emplace(*reading_.form, rules_);
  return *subject_;
}

const std::vector<ProblemSection>& FormText::problems() {
  if (!problems_) problems_ = ProblemSections(*reading_.form, rules_);
  return *problems_;
}

}  // namespace jixiao::scoring
