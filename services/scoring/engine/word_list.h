// Words to look for in folded text, set in order once, when a rule set is compiled: a look-up touches only the few
// words that begin as the text does, and reading a text for a list of fifty words costs what reading it for one does.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// Where `word` first stands in `text` from `from` on; npos when it does not, or when the word is empty. Chinese
// characters nearly all begin with one of a few bytes, so that looking for the first byte, as find does, stops at every
// one of them: this looks for the last.
std::size_t FindWord(std::string_view text, std::string_view word, std::size_t from = 0);

// Immutable; any thread may use it. Texts and words are UTF-8; words are matched as they are, so they must be folded
// where the text is.
class WordList {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  WordList() = default;
  // Empty words stand nowhere and are left out.
  explicit WordList(const std::vector<std::string>& words);

  // In the order given.
  std::span<const std::string> words() const { return words_; }

  // The index of the longest word that `text` begins with (of equal words the first), or kNone.
  std::size_t LongestAt(std::string_view text) const {
    if (text.empty()) return kNone;
    const std::size_t bucket = Bucket(text);
    return begin_[bucket] ? LongestOf(bucket, text) : kNone;
  }

  // Takes the longest word off the front of `text`.
  bool TakeFrom(std::string_view& text) const {
    const std::size_t found = LongestAt(text);
    if (found == kNone) return false;
    text.remove_prefix(words_[found].size());
    return true;
  }

  // Whether any word stands in `text`.
  bool IsIn(std::string_view text) const;

  // The index of the longest word anywhere in `text` (of equal words the first), or kNone.
  std::size_t LongestIn(std::string_view text) const;

  // Whether `text` ends with one of the words.
  bool IsAtEndOf(std::string_view text) const;

  // A place where a word stands: text[begin, end) is word number `word`.
  struct Place {
    std::size_t word = kNone;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  // Of all words in `text` the one that ends last; of those that end together the longest. Its `word` is kNone when
  // there is none.
  Place LastIn(std::string_view text) const;

 private:
  static constexpr std::size_t kBuckets = 256;

  // The longest word of a bucket that `text` begins with.
  std::size_t LongestOf(std::size_t bucket, std::string_view text) const;

  // By the first character: all its bytes, because the lead byte says next to nothing.
  static std::size_t Bucket(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text[i])); };
    if (byte(0) < 0xE0 || text.size() < 3) return byte(0);
    return (byte(2) + (byte(1) << 2) + (byte(0) << 4)) % kBuckets;
  }

  std::vector<std::string> words_;
  std::vector<std::uint32_t> order_;                  // by bucket, then longer words first
  std::array<std::uint32_t, kBuckets + 1> starts_{};  // where the words of a bucket begin in order_
  std::bitset<kBuckets> begin_;                       // buckets with words: most characters are told by a few bytes
};

}  // namespace jixiao::scoring
