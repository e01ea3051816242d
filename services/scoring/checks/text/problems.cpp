#include "scoring/checks/text/problems.h"

#include "common/text.h"
#include "scoring/checks/text/lines.h"
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

bool IsProblemHeading(std::string_view heading, const Rules& rules) {
  constexpr std::size_t kLongest = 120;
  if (heading.empty() || heading.size() > kLongest) return false;
  const std::string folded = Fold(heading);
  return rules.words.problem_headings.IsIn(folded) && !rules.words.other_headings.IsIn(folded);
}

bool SaysNone(std::string_view text, const Rules& rules) {
  constexpr std::size_t kLongest = 60;  // bytes: 在预算执行中未发现明显问题
  if (text.size() > 4 * kLongest) return false;
  const std::string folded = WithoutPunctuation(Fold(text));
  if (folded.empty() || rules.IsFiller(folded)) return true;
  return folded.size() <= kLongest && (rules.words.no_problems.IsIn(folded) || folded.ends_with("无"));
}

// How deep a numbered line lies: 一、 then (一) then 1. then (1).
int DepthOf(std::string_view enumerator) {
  const bool bracket = enumerator.starts_with("(") || enumerator.starts_with("（");
  const bool digits = std::any_of(enumerator.begin(), enumerator.end(), literal::IsDigit);
  return (digits ? 2 : 0) + (bracket ? 1 : 0);
}

// A whole report in one section: from the numbered line that asks for problems to the next one that is not below it.
template <class Add>
void FindProblemLines(std::string_view text, const Rules& rules, const Add& add) {
  std::size_t start = std::string_view::npos;
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t stop = std::min(text.find('\n', at), text.size());
    const std::string_view line = TrimLeft(text.substr(at, stop - at));
    std::string_view title = line;
    if (TakeEnumerator(title)) {
      const int own = DepthOf(line.substr(0, line.size() - title.size()));
      if (start != std::string_view::npos && own <= depth) {
        add(text.substr(start, at - start));
        start = std::string_view::npos;
      }
      const std::size_t end = std::min({FindWord(title, "："), title.find(':'), FindWord(title, "。"), title.size()});
      if (start == std::string_view::npos && IsProblemHeading(title.substr(0, end), rules)) {
        start = static_cast<std::size_t>(title.data() - text.data()) + end;
        depth = own;
      }
    }
    at = stop + 1;
  }
  if (start != std::string_view::npos) add(text.substr(start));
}

}  // namespace

std::vector<ProblemSection> ProblemSections(const evaluation::v1::SelfEvaluation& form, const Rules& rules) {
  std::vector<ProblemSection> out;
  for (int i = 0; i < form.report_size(); ++i) {
    const auto add = [&](std::string_view text) {
      if (!Fold(TruncateUtf8(text, 256)).empty()) out.push_back({i, text, SaysNone(text, rules)});
    };
    if (IsProblemHeading(form.report(i).heading(), rules))
      add(form.report(i).text());
    else
      FindProblemLines(TruncateUtf8(form.report(i).text(), kMostOfText), rules, add);
  }
  return out;
}

}  // namespace jixiao::scoring
