#include "scoring/checks/text/lines.h"

#include "scoring/engine/literal/words.h"

namespace jixiao::scoring {

using literal::IsDigit;
using literal::Take;

std::string_view TrimLeft(std::string_view text) {
  while (Take(text, " ") || Take(text, "\t") || Take(text, "\r") || Take(text, "　")) {
  }
  return text;
}

bool TakeEnumerator(std::string_view& text) {
  std::string_view rest = text;
  const bool open = Take(rest, "(") || Take(rest, "（");
  bool any = false;
  while (Take(rest, "一") || Take(rest, "二") || Take(rest, "三") || Take(rest, "四") || Take(rest, "五") ||
         Take(rest, "六") || Take(rest, "七") || Take(rest, "八") || Take(rest, "九") || Take(rest, "十"))
    any = true;
  if (!any)
    for (int i = 0; i < 2 && !rest.empty() && IsDigit(rest[0]); ++i, any = true) rest.remove_prefix(1);
  if (!any) return false;
  const bool close = Take(rest, ")") || Take(rest, "）");
  if (!(open && close)) {
    const bool mark = close || Take(rest, "、") || Take(rest, "．") || Take(rest, ".");
    if (!mark || (!rest.empty() && IsDigit(rest[0]))) return false;
  }
  text = rest;
  return true;
}

}  // namespace jixiao::scoring
