#include "scoring/engine/word_list.h"

#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace jixiao::scoring {

std::size_t FindWord(std::string_view text, std::string_view word, std::size_t from) {
  if (word.empty() || from > text.size() || word.size() > text.size() - from) return std::string_view::npos;
  const std::size_t before = word.size() - 1;
  const char* at = text.data() + from + before;
  const char* const end = text.data() + text.size();
  while ((at = static_cast<const char*>(std::memchr(at, word.back(), static_cast<std::size_t>(end - at)))) != nullptr) {
    if (std::memcmp(at - before, word.data(), before) == 0) return static_cast<std::size_t>(at - text.data()) - before;
    if (++at == end) break;
  }
  return std::string_view::npos;
}

WordList::WordList(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (!word.empty()) words_.push_back(word);
  order_.resize(words_.size());
  std::iota(order_.begin(), order_.end(), 0u);
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::size_t bucket_a = Bucket(words_[a]);
    const std::size_t bucket_b = Bucket(words_[b]);
    return bucket_a != bucket_b ? bucket_a < bucket_b : words_[a].size() > words_[b].size();
  });
  for (const std::string& word : words_) {
    ++starts_[Bucket(word) + 1];
    begin_.set(Bucket(word));
  }
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
}

std::size_t WordList::LongestOf(std::size_t bucket, std::string_view text) const {
  for (std::size_t i = starts_[bucket]; i != starts_[bucket + 1]; ++i)
    if (text.starts_with(words_[order_[i]])) return order_[i];
  return kNone;
}

bool WordList::IsIn(std::string_view text) const {
  if (words_.empty()) return false;
  while (!text.empty()) {
    if (LongestAt(text) != kNone) return true;
    text.remove_prefix(std::min(literal::CharLength(text[0]), text.size()));
  }
  return false;
}

std::size_t WordList::LongestIn(std::string_view text) const {
  std::size_t longest = kNone;
  while (!text.empty()) {
    if (const std::size_t word = LongestAt(text); word != kNone) {
      const bool longer = longest == kNone || words_[word].size() > words_[longest].size();
      if (longer || (words_[word].size() == words_[longest].size() && word < longest)) longest = word;
    }
    text.remove_prefix(std::min(literal::CharLength(text[0]), text.size()));
  }
  return longest;
}

bool WordList::IsAtEndOf(std::string_view text) const {
  return std::any_of(words_.begin(), words_.end(), [&](const std::string& word) { return text.ends_with(word); });
}

WordList::Place WordList::LastIn(std::string_view text) const {
  Place last;
  for (std::size_t at = 0; at < text.size(); at += literal::CharLength(text[at])) {
    const std::size_t word = LongestAt(text.substr(at));
    // One that ends with an earlier word lies within it.
    if (word != kNone && at + words_[word].size() > last.end) last = {word, at, at + words_[word].size()};
  }
  return last;
}

}  // namespace jixiao::scoring
