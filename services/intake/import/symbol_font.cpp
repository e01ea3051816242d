#include "intake/import/symbol_font.h"

namespace jixiao::importing {

std::string_view SignOfSymbolFont(unsigned low) {
  switch (low) {
    case 0x25:
      return "%";
    case 0x3C:
      return "<";
    case 0x3D:
      return "=";
    case 0x3E:
      return ">";
    case 0xA3:
      return "≤";
    case 0xB1:
      return "±";
    case 0xB3:
      return "≥";
    case 0xB4:
      return "×";
    case 0xB8:
      return "÷";
    case 0xB9:
      return "≠";
    case 0xBB:
      return "≈";
    default:
      return "";
  }
}

}  // namespace jixiao::importing
