// ID_FORMAT (28): a project code of the integrated budget system has 21 characters: 6 digits of division, 2 of the
// year, one letter of its kind and 12 of a serial number. Its division is the form's or lies above or below it, its
// year is not after the form's, and the unit's code belongs to the department. Fires: 51092324T00001026335 (20
// characters); a code of 2024 on a form of 2023; unit 107001 under department 106001. Must not: no code at all; 219001
// under 219; a code of the province on a form of one of its counties.
#include "common/budget_codes.h"
#include "common/text.h"
#include "scoring/checks/catalogue.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool AreDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

// A code as it is meant: half-width, without the spaces that set its groups apart.
std::string CodeOf(std::string_view cell) {
  std::string code = Fold(cell);
  std::erase(code, ' ');
  return code;
}

// Something else that a unit calls a code (such as 2021-015) is no code of the integrated system.
bool IsMeantAsProjectCode(std::string_view code) {
  return code.size() == 21 ||
         (code.size() > 9 && AreDigits(code.substr(0, 8)) && !IsDigit(code[8]) && AreDigits(code.substr(9)));
}

// A division without the zeros of the levels below it: 510000 is 51.
std::string_view Division(std::string_view code) {
  code = code.substr(0, 6);
  while (code.size() > 2 && code.ends_with("00")) code.remove_suffix(2);
  return code;
}

void CheckProject(const evaluation::v1::SelfEvaluation& form, const Rules& rules, FindingSink& findings) {
  const std::string code = CodeOf(form.project_code());
  if (code.empty() || rules.IsFiller(code)) return;
  const std::string shown(TruncateUtf8(code, 60));
  if (!FaultOfProjectCode(code).empty()) {
    std::string message = Cat("项目代码 ", shown, " 不是 21 位：6 位区划、2 位年份、1 位大写字母、12 位序号");
    const FindingSink::Evidence evidence = {{"code", shown}, {"length", Cat(Utf8Length(code))}};
    if (IsMeantAsProjectCode(code))
      findings.Add("project_code", std::move(message), evidence);
    else
      findings.AddMild(evaluation::v1::SEVERITY_WARNING, "project_code", std::move(message), evidence);
    return;
  }
  const std::string region = CodeOf(form.region_code());
  if (AreDigits(region) && region.size() >= 6) {
    const std::string_view own = Division(region);
    const std::string_view of_code = Division(code);
    // Zones of development have divisions of their own, so this is a doubt, no contradiction.
    if (!own.starts_with(of_code) && !of_code.starts_with(own))
      findings.AddMild(
          evaluation::v1::SEVERITY_WARNING, "project_code",
          Cat("项目代码 ", shown, " 的区划 ", std::string_view(code).substr(0, 6), " 与财政区划 ", region, " 不一致"),
          {{"code", shown}, {"region_code", region}});
  }
  const int year = 2000 + (code[6] - '0') * 10 + (code[7] - '0');
  if (form.fiscal_year() != 0 && year > form.fiscal_year())
    findings.Add("project_code", Cat("项目代码 ", shown, " 的年份 ", year, " 晚于自评年度 ", form.fiscal_year()),
                 {{"code", shown}, {"year", Cat(year)}, {"fiscal_year", Cat(form.fiscal_year())}});
}

// 3 digits of the department, then 3 of each level below it.
void CheckUnit(const evaluation::v1::SelfEvaluation& form, FindingSink& findings) {
  constexpr std::size_t kLevel = 3;
  const std::string department = CodeOf(form.competent_department().code());
  const std::string unit = CodeOf(form.implementing_unit().code());
  if (!AreDigits(department) || !AreDigits(unit) || department.size() < kLevel) return;
  if (unit.starts_with(department) || unit.substr(0, kLevel) == department.substr(0, kLevel)) return;
  findings.AddMild(evaluation::v1::SEVERITY_WARNING, "implementing_unit.code",
                   Cat("实施单位代码 ", TruncateUtf8(unit, 60), " 不属于主管部门代码 ", TruncateUtf8(department, 60)),
                   {{"unit", unit}, {"department", department}});
}

}  // namespace

void IdFormat(const CheckInput& input, FindingSink& findings) {
  CheckProject(*input.reading.form, input.rules, findings);
  CheckUnit(*input.reading.form, findings);
}

}  // namespace jixiao::scoring
