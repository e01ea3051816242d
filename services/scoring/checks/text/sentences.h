// Figures in running text: the amounts and percentages of a report, each with the words that stand before it. Cells are
// read by engine/literal.h; here the words around a number decide what it is, so its place in the sentence matters.
#pragma once

#include "common/decimal.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// An amount of money or a percentage in a sentence.
struct Mention {
  bool percent = false;
  bool in_yuan = false;      // written in 元
  bool approximate = false;  // 约, 近, 余, 左右
  bool bounded = false;      // 超过, 以上, 以内: no figure to add or compare
  int depth = 0;             // brackets that are open around it
  Decimal number;            // as written
  Decimal value;             // in 万元, or in percent
  Decimal precision;         // half a unit of the last printed digit, as `value`
  std::size_t label = 0;     // where the words before it begin: behind the last mark or figure
  std::size_t begin = 0;     // of its first digit
  std::size_t end = 0;       // behind its unit
};

// One sentence, folded (engine/literal.h), with its figures in order. Unit prices, ranges and differences in percentage
// points are left out.
struct Sentence {
  std::string text;
  std::vector<Mention> mentions;
  std::size_t amounts = 0;  // mentions that are no percentages

  // The words before a figure, from the last mark or figure on.
  std::string_view LabelOf(const Mention& mention) const {
    return std::string_view(text).substr(mention.label, mention.begin - mention.label);
  }
  // The figure as written, with its unit.
  std::string_view TextOf(const Mention& mention) const {
    return std::string_view(text).substr(mention.begin, mention.end - mention.begin);
  }
};

// The sentences of `text` that hold a figure. Soft line breaks join, full stops and numbered lines part, but for a full
// stop before 其中 and the like; so does a mark behind 4 KiB. Reads at most the first 256 KiB: what is longer is no
// report. Linear.
std::vector<Sentence> ReadSentences(std::string_view text);

}  // namespace jixiao::scoring
