// Folding without a copy where a cell needs none.
#pragma once

#include <string>
#include <string_view>

namespace jixiao::scoring {

// Folds a cell into `out`, whatever it held.
void FoldTo(std::string_view cell, std::string& out);

namespace literal {

// Whether a text folds to itself: it can be looked at where it stands.
bool IsFolded(std::string_view text);

// A folded cell. Most cells of one number are written as they are folded: those are looked at where they stand, so the
// cell must outlive this.
class Folded {
 public:
  explicit Folded(std::string_view cell);
  Folded(const Folded&) = delete;
  Folded& operator=(const Folded&) = delete;

  std::string_view text() const { return text_; }

 private:
  std::string copy_;
  std::string_view text_;
};

}  // namespace literal
}  // namespace jixiao::scoring
