// An indicator's target as platforms keep it, in three columns, and as a form has it, in one cell.
#pragma once

#include <string>
#include <string_view>

namespace jixiao::exchange {

struct TargetParts {
  std::string sign;   // computesign: 1 >, 2 ≥, 3 =, 4 <, 5 ≤, 6 定性; empty for none
  std::string value;  // indexval
  std::string unit;   // meterunit

  bool operator==(const TargetParts&) const = default;
};

// The code of a sign that is given as a code or written as a sign (≥, >=, 定性); empty for any other.
std::string_view SignCode(std::string_view sign);

// The cell: ≥50个 of 2, 50, 个.
std::string Compose(const TargetParts& parts);

// The columns of a cell; Compose gives the cell back. A cell that begins neither with a sign nor with a figure is
// qualitative, and what is no figure with a unit stays whole in `value`.
TargetParts Decompose(std::string_view cell);

}  // namespace jixiao::exchange
