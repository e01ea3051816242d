#include "scoring/engine/word_list.h"

#include "common/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {
namespace {

TEST(WordList, FindsTheLongestWordAtTheFront) {
  const WordList words({"预算", "预算安排", "支出", "A", "·"});
  const auto at = [&](std::string_view text) {
    const std::size_t found = words.LongestAt(text);
    return found == WordList::kNone ? std::string() : words.words()[found];
  };
  EXPECT_EQ(at("预算安排112万元"), "预算安排");
  EXPECT_EQ(at("预算数"), "预算");
  EXPECT_EQ(at("A级"), "A");
  EXPECT_EQ(at("·"), "·");
  EXPECT_EQ(at("总预算"), "");
  EXPECT_EQ(at("预"), "");
  EXPECT_EQ(at(""), "");
}

TEST(WordList, EmptyWordsStandNowhere) {
  const WordList words({"", "支出", ""});
  EXPECT_EQ(words.words().size(), 1u);
  EXPECT_FALSE(words.IsIn(""));
  EXPECT_FALSE(words.IsIn("预算"));
  EXPECT_TRUE(words.IsIn("共支出"));
  EXPECT_FALSE(WordList().IsIn("支出"));
}

TEST(WordList, TheWordThatEndsLastDecidesAndOfThoseTheLongest) {
  const WordList words({"预算", "支出", "实际支出", "出"});
  const WordList::Place place = words.LastIn("预算内实际支出约");
  EXPECT_EQ(words.words()[place.word], "实际支出");
  EXPECT_EQ(place.begin, std::string_view("预算内").size());
  EXPECT_EQ(place.end, std::string_view("预算内实际支出").size());
  EXPECT_EQ(words.LastIn("合计").word, WordList::kNone);
  // Of equal words the first: what a rule set lists as a word for the budget is one, wherever else it stands.
  EXPECT_EQ(WordList({"支出", "支出"}).LastIn("支出").word, 0u);
}

TEST(WordList, TakesAWordOffEitherEnd) {
  const WordList words({"共", "共计", "元"});
  std::string_view text = "共计5元";
  EXPECT_TRUE(words.TakeFrom(text));
  EXPECT_EQ(text, "5元");
  EXPECT_FALSE(words.TakeFrom(text));
  EXPECT_TRUE(words.IsAtEndOf(text));
  EXPECT_FALSE(words.IsAtEndOf("5元整"));
}

// Against looking for each word by itself, on texts that are made of pieces of the words.
TEST(WordList, FindsWhatASearchForEachWordFinds) {
  std::mt19937 random(1);
  const std::vector<std::string> characters = {"预", "算", "支", "出", "安", "排", "A", "1", "·", "²", "𠮷", "，", " "};
  const auto piece = [&](std::size_t most) {
    std::string out;
    for (std::size_t n = 1 + random() % most; n-- > 0;) out += characters[random() % characters.size()];
    return out;
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> list;
    for (std::size_t n = random() % 12; n-- > 0;) list.push_back(piece(3));
    const WordList words(list);
    const std::string text = piece(12);
    std::size_t last = 0;
    std::size_t longest = 0;
    bool any = false;
    for (const std::string& word : list) {
      const std::size_t at = text.rfind(word);
      EXPECT_EQ(FindWord(text, word), text.find(word)) << text << " | " << word;
      if (at == std::string::npos) continue;
      any = true;
      if (at + word.size() > last || (at + word.size() == last && word.size() > longest)) {
        last = at + word.size();
        longest = word.size();
      }
    }
    EXPECT_EQ(words.IsIn(text), any) << text;
    const WordList::Place place = words.LastIn(text);
    EXPECT_EQ(place.word != WordList::kNone, any) << text;
    if (any) {
      EXPECT_EQ(place.end, last) << text;
      EXPECT_EQ(place.end - place.begin, longest) << text;
    }
  }
}

TEST(FindWord, LooksFromAPlaceOn) {
  EXPECT_EQ(FindWord("其中其中", "其中"), 0u);
  EXPECT_EQ(FindWord("其中其中", "其中", 1), 6u);
  EXPECT_EQ(FindWord("其中其中", "其中", 7), std::string_view::npos);
  EXPECT_EQ(FindWord("其中", "其中之一"), std::string_view::npos);
  EXPECT_EQ(FindWord("其中", ""), std::string_view::npos);
  EXPECT_EQ(FindWord("", "其中", 5), std::string_view::npos);
}

}  // namespace
}  // namespace jixiao::scoring
