// GRADE (29): the printed grade is the one that the printed total has in the profile's table; exactly 90.00 has one
// grade. So is that of a score in the report. Fires: 良 beside 95; 得分91.8分，等级：良好. Must not: 优 beside
// exactly 90, 优秀 for 优; 得分84分，较上年提升一个等级.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// Whether a clause goes on with a word that the grade was the beginning of: 差异, 中的.
bool GoesOn(std::string_view behind) {
  constexpr std::string_view kEnds[] = {"。", "，", "；", "、", "”", "」", "）", "等", "级", "\n", "(", "（"};
  if (behind.empty() || static_cast<unsigned char>(behind[0]) < 0x80) return false;
  return std::ranges::none_of(kEnds, [&](std::string_view end) { return behind.starts_with(end); });
}

// The grade at the front of `text`, as it is written there: 为“良好”.
const CompiledGrade* GradeAt(std::string_view text, const Rules& rules, std::string& written) {
  for (const std::string_view mark : {"为", "是", ":", "：", "“", "\"", "「"})
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
  for (const std::size_t bytes : {std::size_t{6}, std::size_t{3}}) {  // two characters, or one
    if (text.size() < bytes) continue;
    written = text.substr(0, bytes);
    const CompiledGrade* const grade = rules.GradeNamed(written);
    if (grade != nullptr && !GoesOn(text.substr(bytes))) return grade;
  }
  return nullptr;
}

// The score that stands right before a grade, where that is said: 得分为91.8分，评价. Nothing for other numbers.
std::optional<Decimal> ScoreBefore(std::string_view text) {
  constexpr std::size_t kBetween = 30;  // bytes from the score to the word 等级
  constexpr std::size_t kBefore = 40;   // bytes from 得分 to its number
  constexpr std::size_t kRead = 128;    // bytes before the word 等级: what is farther away is not looked at
  text.remove_prefix(text.size() - std::min(text.size(), kRead));
  const std::size_t unit = text.rfind("分");
  if (unit == std::string_view::npos || text.size() - unit > kBetween) return std::nullopt;
  // 90分以上, 80（含）-90分之间: what the grades mean.
  for (const std::string_view stop : {"。", "\n", "；", "以上", "以下", "之间", "及以", "含", "-", "～", "~"})
    if (FindWord(text.substr(unit), stop) != std::string_view::npos) return std::nullopt;
  std::size_t begin = unit;
  while (begin > 0 && (literal::IsDigit(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  const std::string_view before = text.substr(0, begin).substr(begin - std::min(begin, kBefore));
  for (const std::string_view bound :
       {"-", "～", "~", "至", "低于", "高于", "不足", "超过", "达到", "（含）", "(含)", "在"})
    if (before.ends_with(bound)) return std::nullopt;
  const bool said = before.find("得分") != std::string_view::npos || before.find("评分") != std::string_view::npos;
  return said ? Decimal::Parse(text.substr(begin, unit - begin)) : std::nullopt;
}

// Scores with their grades in a section of the report.
void CheckReport(const CheckInput& input, int section, FindingSink& findings) {
  constexpr int kMost = 20;
  const std::string_view text = input.reading.form->report(section).text();
  int found = 0;
  for (const std::string_view word : {"等级", "评级", "等次"}) {
    for (std::size_t at = FindWord(text, word); at != std::string_view::npos && found < kMost;
         at = FindWord(text, word, at + word.size())) {
      std::string written;
      const CompiledGrade* const grade = GradeAt(text.substr(at + word.size()), input.rules, written);
      const std::optional<Decimal> score = grade != nullptr ? ScoreBefore(text.substr(0, at)) : std::nullopt;
      if (!score || *score > input.rules.total_weight) continue;
      const CompiledGrade* const expected = input.rules.GradeOf(*score);
      if (expected == nullptr || expected == grade) continue;
      ++found;
      findings.AddMild(evaluation::v1::SEVERITY_WARNING, Cat("report[", section, "].text"),
                       Cat("报告中的 ", score->ToString(), " 分对应等级“", expected->name, "”，写为“", written, "”"),
                       {{"total", score->ToString()}, {"printed", written}, {"computed", expected->name}});
    }
  }
}

}  // namespace

void Grade(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
  for (int i = 0; i < reading.form->report_size(); ++i) CheckReport(input, i, findings);
  if (reading.declared_grade == nullptr || !reading.declared_total) return;
  const CompiledGrade* expected = input.rules.GradeOf(*reading.declared_total);
  if (expected == nullptr || expected == reading.declared_grade) return;
  findings.Add(reading.declared_grade_path,
               Cat("总分 ", reading.declared_total->ToString(), " 对应等级“", expected->name, "”，填为“",
                   reading.declared_grade_text, "”"),
               {{"total", reading.declared_total->ToString()},
                {"printed", reading.declared_grade_text},
                {"computed", expected->name}});
}

}  // namespace jixiao::scoring
