#include "scoring/engine/rules.h"

#include <algorithm>
#include <array>

namespace jixiao::scoring {
namespace {

constexpr std::u32string_view kMarks = U" ,;.:!()\"'、“”‘’「」《》·";

// What marks begin with: most characters are none of them, and one look tells.
constexpr auto kMarkLeads = [] {
  std::array<bool, 256> leads{};
  for (const char32_t mark : kMarks)
    leads[mark < 0x80 ? mark : mark < 0x800 ? 0xC0 | mark >> 6 : 0xE0 | mark >> 12] = true;
  return leads;
}();

// Where the first mark of punctuation stands in `text`; its size when there is none.
std::size_t MarkIn(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kMarkLeads[static_cast<unsigned char>(text[i])]) continue;
    std::string_view rest = text.substr(i);
    if (kMarks.find(TakeUtf8(rest)) != std::u32string_view::npos) return i;
  }
  return text.size();
}

}  // namespace

std::string WithoutPunctuation(std::string_view folded) {
  std::string out;
  while (!folded.empty()) {
    const std::size_t plain = MarkIn(folded);
    out.append(folded, 0, plain);
    folded.remove_prefix(plain);
    if (!folded.empty()) TakeUtf8(folded);
  }
  return out;
}

std::size_t Rules::StartOf(std::string_view folded) {
  const auto byte = [&](std::size_t i) {
    return i < folded.size() ? static_cast<std::size_t>(static_cast<unsigned char>(folded[i])) : 0;
  };
  // All bytes of a Chinese character: the first says next to nothing.
  return byte(0) < 0xE0 ? byte(0) : (byte(0) ^ byte(1) << 3 ^ byte(2)) % kStarts;
}

std::optional<evaluation::v1::Severity> Rules::SeverityOf(std::string_view check) const {
  const auto found = checks_.find(check);
  if (found == checks_.end()) return std::nullopt;
  return found->second;
}

const CompiledClass* Rules::ClassOf(std::string_view level1, std::string_view level2) const {
  for (const auto& [text, list] : {std::pair{level1, &level1_words_}, std::pair{level2, &level2_words_}})
    if (const std::size_t word = list->words.LongestIn(text); word != WordList::kNone)
      return &classes[list->classes[word]];
  return nullptr;
}

const CompiledClass* Rules::ClassNamed(std::string_view level2) const {
  constexpr std::string_view kIndicator = "指标";
  level2 = level2.substr(0, level2.find('('));
  if (level2.ends_with(kIndicator)) level2.remove_suffix(kIndicator.size());
  const std::size_t word = level2_words_.words.LongestAt(level2);
  if (word == WordList::kNone || level2_words_.words.words()[word].size() != level2.size()) return nullptr;
  return &classes[level2_words_.classes[word]];
}

const CompiledTier* Rules::TierOf(std::string_view folded) const {
  constexpr std::size_t kLongest = 256;  // a whole text states no tier
  if (folded.empty() || folded.size() > kLongest) return nullptr;
  if (!kMarkLeads[static_cast<unsigned char>(folded[0])] && !tier_starts_[StartOf(folded)]) return nullptr;
  const auto found =
      MarkIn(folded) == folded.size() ? tier_phrases_.find(folded) : tier_phrases_.find(WithoutPunctuation(folded));
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

}  // namespace jixiao::scoring
