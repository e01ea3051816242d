#include "scoring/engine/rules.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// Length of the longest of `words` that `text` contains; 0 for none.
std::size_t LongestIn(std::string_view text, const std::vector<std::string>& words) {
  std::size_t longest = 0;
  for (const std::string& word : words)
    if (word.size() > longest && text.find(word) != std::string_view::npos) longest = word.size();
  return longest;
}

}  // namespace

std::string WithoutPunctuation(std::string_view folded) {
  std::string out;
  while (!folded.empty()) {
    std::string_view rest = folded;
    const char32_t c = TakeUtf8(rest);
    constexpr std::u32string_view kMarks = U" ,;.:!()\"'、“”‘’「」《》·";
    if (kMarks.find(c) == std::u32string_view::npos) out += folded.substr(0, folded.size() - rest.size());
    folded = rest;
  }
  return out;
}

std::optional<evaluation::v1::Severity> Rules::SeverityOf(std::string_view check) const {
  const auto found = checks_.find(check);
  if (found == checks_.end()) return std::nullopt;
  return found->second;
}

const CompiledClass* Rules::ClassOf(std::string_view level1, std::string_view level2) const {
  for (const auto& [text, class_words] :
       {std::pair{level1, &CompiledClass::level1_words}, std::pair{level2, &CompiledClass::level2_words}}) {
    const CompiledClass* best = nullptr;
    std::size_t longest = 0;
    for (const CompiledClass& candidate : classes) {
      const std::size_t length = LongestIn(text, candidate.*class_words);
      if (length > longest) {
        longest = length;
        best = &candidate;
      }
    }
    if (best != nullptr) return best;
  }
  return nullptr;
}

const CompiledTier* Rules::TierOf(std::string_view folded) const {
  constexpr std::size_t kLongest = 256;  // a whole text states no tier
  if (folded.size() > kLongest) return nullptr;
  const auto found = tier_phrases_.find(WithoutPunctuation(folded));
  return found == tier_phrases_.end() ? nullptr : &tiers[found->second];
}

const CompiledGrade* Rules::GradeOf(const Decimal& total) const {
  for (const CompiledGrade& grade : grades)
    if (total >= grade.at_least) return &grade;
  return nullptr;
}

const CompiledGrade* Rules::GradeNamed(std::string_view word) const {
  for (const CompiledGrade& grade : grades)
    if (grade.name == word || std::find(grade.words.begin(), grade.words.end(), word) != grade.words.end())
      return &grade;
  return nullptr;
}

bool Rules::LowerIsBetter(std::string_view name) const {
  return LongestIn(name, lower_is_better_) > 0;
}

}  // namespace jixiao::scoring
