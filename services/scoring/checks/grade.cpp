// GRADE (29): the printed grade is the one that the printed total has in the profile's table; exactly 90.00 has one
// grade. Fires: 良 beside 95. Must not: 优 beside exactly 90, 优秀 for 优.

#include "common/text.h"
#include "scoring/checks/catalogue.h"

namespace jixiao::scoring {

void Grade(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
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
