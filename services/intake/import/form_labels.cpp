#include "common/form.h"
#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/form_reader.h"
#include "intake/import/form_roles.h"

#include <algorithm>
#include <array>

namespace jixiao::importing {
namespace {

using evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN;
using evaluation::v1::AMOUNT_UNIT_UNSPECIFIED;
using evaluation::v1::AMOUNT_UNIT_YUAN;

// A trailing or leading code beside a name: 某局（106001）, [219001]某局, 219001-某局.
std::string TakeCode(std::string& text) {
  const auto is_code = [](std::string_view part) {
    return part.size() >= 3 && part.size() <= 24 && part.find_first_not_of("0123456789-") == std::string_view::npos;
  };
  for (const auto& [open, close] :
       {std::pair<std::string_view, std::string_view>{"（", "）"}, {"(", ")"}, {"[", "]"}, {"【", "】"}}) {
    if (text.ends_with(close)) {
      const std::size_t at = text.rfind(open);
      if (at == std::string::npos || at == 0) continue;
      const std::string code =
          CleanWord(std::string_view(text).substr(at + open.size(), text.size() - at - open.size() - close.size()));
      if (!is_code(code)) continue;
      text = CleanValue(std::string_view(text).substr(0, at));
      return code;
    }
    if (text.starts_with(open)) {
      const std::size_t at = text.find(close);
      if (at == std::string::npos || at + close.size() >= text.size()) continue;
      const std::string code = CleanWord(std::string_view(text).substr(open.size(), at - open.size()));
      if (!is_code(code)) continue;
      text = CleanValue(std::string_view(text).substr(at + close.size()));
      return code;
    }
  }
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits >= 3 && digits < text.size() && (text[digits] == '-' || text[digits] == ' ' || text[digits] == '_')) {
    const std::string code = text.substr(0, digits);
    const std::string rest = CleanValue(std::string_view(text).substr(digits + 1));
    if (!rest.empty() && !(rest.front() >= '0' && rest.front() <= '9')) {
      text = rest;
      return code;
    }
  }
  return {};
}

// 51092324T000010263357-名称: the code of the integrated budget system before the name.
std::string TakeProjectCode(std::string& text) {
  std::size_t size = 0;
  while (size < text.size() && ((text[size] >= '0' && text[size] <= '9') || (text[size] >= 'A' && text[size] <= 'Z')))
    ++size;
  if (size < 15 || size > 28 || size >= text.size()) return {};
  std::string_view rest = std::string_view(text).substr(size);
  while (rest.starts_with('-') || rest.starts_with(' ') || rest.starts_with("—") || rest.starts_with('_'))
    rest.remove_prefix(rest.starts_with("—") ? 3 : 1);
  const std::string code = text.substr(0, size);
  const std::string name = CleanValue(rest);
  if (name.empty()) return {};
  text = name;
  return code;
}

// 510403, 510403000 西区; empty when it is no division code.
std::string RegionCodeIn(std::string_view text) {
  const std::string digits = CleanWord(text);
  const std::size_t size = std::min(digits.find_first_not_of("0123456789"), digits.size());
  return size == 6 || size == 9 ? digits.substr(0, size) : std::string();
}

// 附件3, 附表1-2：
bool IsAnnexNumber(std::string_view folded) {
  if (!ContainsAny(folded.substr(0, 6), {"附件", "附表", "附录"})) return false;
  std::string_view rest = folded.substr(6);
  while (!rest.empty()) {
    const char32_t c = TakeUtf8(rest);
    if (!(c >= U'0' && c <= U'9') &&
        std::u32string_view(U"一二三四五六七八九十-—_.:之()").find(c) == std::u32string_view::npos)
      return false;
  }
  return true;
}

bool EndsInColon(std::string_view text) {
  const std::string folded = Fold(text);
  return folded.ends_with(':') && Utf8Length(folded) <= 20;
}

}  // namespace

void FormReader::NoteAmountUnit(const Cell& cell) {
  if (writer_.form().amount_unit() != AMOUNT_UNIT_UNSPECIFIED) return;
  const std::string folded = Fold(cell.text);
  const Label label = ReadLabel(cell.text);
  const Roles about_money = kMoneyRoles | Roles(Role::kFundsBlock) | Roles(Role::kAmountUnit);
  const bool states = Contains(folded, "单位:") || Contains(folded, "金额单位") ||
                      (ContainsAny(folded, {"(万元)", "(元)"}) && Utf8Length(folded) <= 20 &&
                       ContainsAny(folded, {"预算", "资金", "支出", "金额", "经费"}));
  if (!states && !label.roles.HasAny(about_money)) return;
  const auto unit = Contains(folded, "万元")                              ? AMOUNT_UNIT_TEN_THOUSAND_YUAN
                    : Contains(folded, "元") && !Contains(folded, "亿元") ? AMOUNT_UNIT_YUAN
                                                                          : AMOUNT_UNIT_UNSPECIFIED;
  if (unit == AMOUNT_UNIT_UNSPECIFIED) return;
  writer_.form().set_amount_unit(unit);
  writer_.Note("amount_unit", cell);
}

void FormReader::SetOrganization(evaluation::v1::Organization* organization, const std::string& path, const Cell& cell,
                                 const std::string& text) {
  std::string name = CleanValue(text);
  if (IsNothing(name)) {
    writer_.ledger().Label(cell);
    return;
  }
  const std::string code = TakeCode(name);
  writer_.Set(path + ".name", organization->mutable_name(), name, cell);
  if (!code.empty() && organization->name() == name)
    writer_.Set(path + ".code", organization->mutable_code(), code, cell);
}

void FormReader::SetProjectName(const Cell& cell, const std::string& text) {
  std::string name = CleanValue(text);
  const std::string code = TakeProjectCode(name);
  writer_.Set("project_name", writer_.form().mutable_project_name(), name, cell);
  if (!code.empty() && writer_.form().project_name() == name)
    writer_.Set("project_code", writer_.form().mutable_project_code(), code, cell);
}

namespace {

bool IsProjectColumn(const Column& column) {
  return column.role == Role::kOther && column.header != nullptr &&
         ReadLabel(column.header->text).roles.Has(Role::kProjectName);
}

}  // namespace

bool FormReader::HasProjects() const {
  return columns_.exact && std::any_of(columns_.columns.begin(), columns_.columns.end(), IsProjectColumn);
}

bool FormReader::NamesAnotherProject(const Row& row) const {
  if (section_ != Section::kIndicators || writer_.form().project_name().empty() || !HasProjects()) return false;
  // 合计, notes and the like have nothing in the columns of an indicator.
  const auto of_indicator = [&](const Cell* cell) {
    const Column* const column = columns_.At(*cell);
    return column != nullptr &&
           Roles(column->role)
               .HasAny(Role::kLevel3 | Role::kTarget | Roles(Role::kTargetFigure) | Roles(Role::kActual));
  };
  if (std::none_of(row.filled.begin(), row.filled.end(), of_indicator)) return false;
  for (const Cell* cell : row.filled) {
    const Column* const column = columns_.At(*cell);
    if (column == nullptr || !IsProjectColumn(*column)) continue;
    std::string name = CleanValue(cell->text);
    TakeProjectCode(name);
    return name != writer_.form().project_name();
  }
  return false;
}

void FormReader::GoOnUnderHeaderOf(const FormReader& other) {
  columns_ = other.columns_;
  columns_grid_ = other.columns_grid_;
  section_ = Section::kIndicators;
}

bool FormReader::ReadPair(const Label& label, const Cell& head, const Cell* value) {
  SelfEvaluation& form = writer_.form();
  const Roles roles = label.roles;
  const std::string text = value == nullptr ? std::string() : CleanValue(value->text);
  // Where label and value share a cell, only what stands behind the colon is the value.
  const auto raw = [&](const Cell& cell) -> std::string {
    if (&cell != &head) return cell.text;
    const std::size_t wide = cell.text.find("：");
    const std::size_t narrow = cell.text.find(':');
    if (wide == std::string::npos && narrow == std::string::npos) return cell.text;
    return narrow < wide ? cell.text.substr(narrow + 1) : cell.text.substr(wide + 3);
  };
  if (value != &head) writer_.ledger().Label(head);
  if (roles.Has(Role::kDepartmentName)) writer_.draft().department_label = true;
  if (roles.HasAny(Role::kLocalDepartment | Role::kCentralDepartment)) writer_.draft().transfer_label = true;
  if (value == nullptr || text.empty()) return true;
  const std::string given = raw(*value);
  if (roles.Has(Role::kProjectName)) {
    SetProjectName(*value, given);
  } else if (roles.Has(Role::kProjectCode)) {
    writer_.Set("project_code", form.mutable_project_code(), CleanWord(given), *value);
  } else if (roles.Has(Role::kDepartment) || roles.Has(Role::kLocalDepartment) || roles.Has(Role::kDepartmentName)) {
    SetOrganization(form.mutable_competent_department(), "competent_department", *value, given);
  } else if (roles.Has(Role::kCentralDepartment)) {
    writer_.ledger().Refuse(*value, Cat("“", label.key, "”在自评表的数据中没有对应的栏目"));
  } else if (roles.Has(Role::kDepartmentCode)) {
    writer_.Set("competent_department.code", form.mutable_competent_department()->mutable_code(), CleanWord(given),
                *value);
  } else if (roles.Has(Role::kUnitCode)) {
    writer_.Set("implementing_unit.code", form.mutable_implementing_unit()->mutable_code(), CleanWord(given), *value);
  } else if (roles.Has(Role::kUnit)) {
    const bool strong = ContainsAny(label.key, {"实施", "承担", "使用", "执行", "项目单位", "建设"});
    if (strong && writer_.draft().weak_unit && CleanValue(given) != form.implementing_unit().name()) {
      // 填报单位 stood for it until 实施单位 came.
      writer_.Withdraw("implementing_unit.name", "另有“实施单位”，此处的单位未采用");
      writer_.Withdraw("implementing_unit.code", "另有“实施单位”，此处的单位未采用");
      form.clear_implementing_unit();
    }
    const bool empty = form.implementing_unit().name().empty();
    SetOrganization(form.mutable_implementing_unit(), "implementing_unit", *value, given);
    if (empty) writer_.draft().weak_unit = !strong;
    if (form.implementing_unit().name().empty() && form.implementing_unit().code().empty())
      form.clear_implementing_unit();
  } else if (roles.Has(Role::kYear)) {
    int year = YearIn(given);
    const std::string digits = CleanWord(given);
    if (year == 0 && digits.size() == 4 && digits.starts_with("20")) year = YearIn(digits + "年");
    if (year == 0) return false;
    if (form.fiscal_year() == 0) form.set_fiscal_year(year);
    if (form.fiscal_year() == year) writer_.Note("fiscal_year", *value);
  } else if (roles.Has(Role::kRegion)) {
    const std::string code = RegionCodeIn(given);
    if (code.empty()) return false;
    writer_.Set("region_code", form.mutable_region_code(), code, *value);
  } else if (roles.Has(Role::kGrade)) {
    if (GradeIn(given).empty() && Utf8Length(text) > 12) return false;
    writer_.Set("grade", form.mutable_grade(), text, *value);
  } else if (roles.Has(Role::kTotalScore) || roles.Has(Role::kTotal)) {
    // 合计 above the indicators is one of the funds.
    if (!IsNumber(given) || (!roles.Has(Role::kTotalScore) && form.indicators_size() == 0)) return false;
    writer_.Set("total_score", form.mutable_total_score(), text, *value);
  } else if (roles.Has(Role::kExpectedGoal) && !roles.Has(Role::kActualGoal)) {
    writer_.AddLine("expected_goal", form.mutable_expected_goal(), CleanValue(given), *value);
  } else if (roles.Has(Role::kActualGoal)) {
    writer_.AddLine("actual_goal", form.mutable_actual_goal(), CleanValue(given), *value);
  } else if (roles.Has(Role::kGoalBlock)) {
    writer_.AddLine("expected_goal", form.mutable_expected_goal(), CleanValue(given), *value);
  } else if (roles.Has(Role::kReportText)) {
    if (form.report_size() >= kMaxReportSections) return false;
    const int index = form.report_size();
    auto* section = form.add_report();
    section->set_heading(CleanWord(value == &head ? label.key : head.text));
    section->set_text(CleanValue(given));
    if (value != &head) writer_.Note(Cat("report[", index, "].heading"), head);
    writer_.Note(Cat("report[", index, "].text"), *value);
  } else if (roles.Has(Role::kOther)) {
    writer_.ledger().Refuse(*value, Cat("“", label.key, "”在自评表的数据中没有对应的栏目"));
  } else {
    return false;
  }
  return true;
}

// 项目名称：某项目; 填报单位：某局    金额单位：万元; （2021年度）
bool FormReader::ReadInline(const Cell& cell, bool alone) {
  bool any = false;
  std::string_view rest = cell.text;
  while (!rest.empty()) {
    // Pieces are divided by line breaks, tabs, two blanks or a full-width one.
    std::size_t end = rest.size();
    for (const std::string_view mark : {"\n", "\t", "  ", "　"}) end = std::min(end, rest.find(mark));
    const std::string_view piece = rest.substr(0, end);
    rest.remove_prefix(end);
    for (bool again = true; again;) {
      again = false;
      for (const std::string_view mark : {"\n", "\t", " ", "　"})
        while (rest.starts_with(mark)) {
          rest.remove_prefix(mark.size());
          again = true;
        }
    }
    std::size_t colon = piece.find("："), size = 3;
    if (const std::size_t narrow = piece.find(':'); narrow < colon) colon = narrow, size = 1;
    if (colon == std::string_view::npos || colon == 0 || colon > 90) continue;
    const Label label = ReadLabel(piece.substr(0, colon));
    std::string_view value = piece.substr(colon + size);
    // The value may stand behind the blanks.
    if (IsBlank(value) && !rest.empty()) {
      const std::size_t next = std::min(rest.find_first_of("\n\t"), rest.size());
      if (!Contains(rest.substr(0, next), "：") && !Contains(rest.substr(0, next), ":")) {
        value = rest.substr(0, next);
        rest.remove_prefix(next);
      }
    }
    if (label.roles.Has(Role::kAmountUnit) && Contains(value, "元")) {
      NoteAmountUnit(cell);
      any = true;
      continue;
    }
    if (!label.roles.HasAny(kPairRoles)) continue;
    if (label.roles.Has(Role::kYear) && YearIn(value) == 0) continue;
    if (label.roles.HasAny(Role::kTotal | Role::kTotalScore) && !IsNumber(value)) continue;
    if (!alone && !label.roles.HasAny(kHeadRoles | Roles(Role::kOther) | kFootRoles)) continue;
    if (alone && label.roles.Has(Role::kReportText)) continue;  // a paragraph of the report
    if (IsBlank(value)) {
      any = true;
      continue;
    }
    SelfEvaluation& form = writer_.form();
    const std::string given(value);
    any = true;
    if (label.roles.Has(Role::kProjectName))
      SetProjectName(cell, given);
    else if (label.roles.HasAny(Role::kDepartment | Role::kLocalDepartment | Roles(Role::kDepartmentName)))
      SetOrganization(form.mutable_competent_department(), "competent_department", cell, given);
    else if (label.roles.Has(Role::kUnit)) {
      if (form.implementing_unit().name().empty()) {
        SetOrganization(form.mutable_implementing_unit(), "implementing_unit", cell, given);
        writer_.draft().weak_unit = true;
      } else {
        writer_.ledger().Refuse(cell, "实施单位已有另一个值");
      }
    } else if (label.roles.Has(Role::kProjectCode))
      writer_.Set("project_code", form.mutable_project_code(), CleanWord(given), cell);
    else if (label.roles.Has(Role::kRegion)) {
      const std::string code = RegionCodeIn(given);
      if (code.empty())
        writer_.ledger().Refuse(cell, "不是 6 位或 9 位的区划代码");
      else
        writer_.Set("region_code", form.mutable_region_code(), code, cell);
    } else if (label.roles.Has(Role::kYear)) {
      if (form.fiscal_year() == 0) form.set_fiscal_year(YearIn(given));
      writer_.Note("fiscal_year", cell);
    } else if (label.roles.HasAny(Role::kTotal | Role::kTotalScore))
      writer_.Set("total_score", form.mutable_total_score(), CleanValue(given), cell);
    else if (label.roles.Has(Role::kGrade))
      writer_.Set("grade", form.mutable_grade(), CleanValue(given), cell);
    else if (label.roles.HasAny(Role::kExpectedGoal | Role::kGoalBlock) && !label.roles.Has(Role::kActualGoal))
      writer_.AddLine("expected_goal", form.mutable_expected_goal(), CleanValue(given), cell);
    else if (label.roles.Has(Role::kActualGoal))
      writer_.AddLine("actual_goal", form.mutable_actual_goal(), CleanValue(given), cell);
    else
      writer_.ledger().Refuse(cell, Cat("“", label.key, "”在自评表的数据中没有对应的栏目"));
  }
  return any;
}

// （2022年度）, also with 单位：万元 behind it; 2022年; 2022年1月-12月; 年度：2022; （2022）年度. A date of filing is
// no year of the budget.
bool FormReader::ReadYear(const Cell& cell) {
  constexpr std::size_t kLongest = 40;       // characters, with the unit
  constexpr std::size_t kLongestAlone = 14;  // without
  const std::string folded = Fold(cell.text);
  const std::size_t length = Utf8Length(folded);
  if (length > kLongest || IsFormTitle(cell.text)) return false;
  std::string_view head = folded;
  while (head.starts_with('(')) head.remove_prefix(1);
  const std::string_view behind = head.substr(std::min<std::size_t>(4, head.size()));
  int year = 0;
  if (Contains(folded, "单位:") && Contains(folded, "元")) {
    if (behind.starts_with("年度") || behind.starts_with("年)")) year = YearIn(Cat(head.substr(0, 4), "年"));
  } else if (length <= kLongestAlone) {
    if (behind.starts_with(")年"))
      year = YearIn(Cat(head.substr(0, 4), "年"));
    else if (head.starts_with("年度:") || head.starts_with("预算年度:") || head.starts_with("自评年度:"))
      year = YearIn(Cat(head.substr(head.find(':') + 1).substr(0, 4), "年"));
    else if (Contains(folded, "年度") || folded.ends_with("年") || folded.ends_with("年)") ||
             (Contains(folded, "年1月") && folded.ends_with("12月")))
      year = YearIn(folded);
  }
  if (year == 0) return false;
  if (writer_.form().fiscal_year() == 0) writer_.form().set_fiscal_year(year);
  if (writer_.form().fiscal_year() != year) return false;
  writer_.Note("fiscal_year", cell);
  return true;
}

bool FormReader::ReadLine(const Cell& cell) {
  const std::string folded = Fold(cell.text);
  const std::size_t length = Utf8Length(folded);
  if (length == 0 || length > 120) return false;
  if (IsAnnexNumber(folded)) {
    writer_.ledger().Label(cell);
    return true;
  }
  bool any = ReadYear(cell);
  if (Contains(folded, "单位:") && Contains(folded, "元") && length <= 40) {
    const auto before = writer_.form().amount_unit();
    NoteAmountUnit(cell);
    any = any || writer_.form().amount_unit() != before || length <= 12;
    if (length <= 12) writer_.ledger().Placed(cell);
  }
  return ReadInline(cell, true) || any;
}

bool FormReader::ReadPairs(const Row& row, bool tables) {
  bool any = row.filled.size() == 1 && ReadYear(*row.filled.front());
  for (std::size_t i = 0; i < row.filled.size(); ++i) {
    const Cell& head = *row.filled[i];
    const Label label = ReadLabel(head.text);
    if (label.roles.empty()) {
      if (ReadInline(head, false)) {
        any = true;
      } else if (tables && i + 1 < row.filled.size() && EndsInColon(head.text)) {
        // A label that we do not know, and its value.
        const Cell& unknown = *row.filled[i + 1];
        if (!ReadLabel(unknown.text).roles.empty() || EndsInColon(unknown.text)) continue;
        writer_.ledger().Label(head);
        writer_.ledger().Refuse(unknown, Cat("“", CleanWord(head.text), "”在自评表的数据中没有对应的栏目"));
        any = true;
        ++i;
      }
      continue;
    }
    const Cell* value = i + 1 < row.filled.size() ? row.filled[i + 1] : nullptr;
    if (value != nullptr) {
      const Label next = ReadLabel(value->text);
      // What looks like a label and stands behind one is a value only where no value of its own follows.
      const bool scored = !next.points.empty() && next.roles.HasAny(kFootRoles);  // 自评得分99分
      if (next.roles.HasAny(kPairRoles) && !scored && !IsNumber(value->text)) value = nullptr;
    }
    if (label.roles.HasAny(Role::kAmountUnit) && !label.roles.HasAny(kHeadRoles) && value != nullptr &&
        Contains(value->text, "元")) {
      writer_.ledger().Label(head);
      if (writer_.form().amount_unit() == AMOUNT_UNIT_UNSPECIFIED) {
        writer_.form().set_amount_unit(Contains(value->text, "万元") ? AMOUNT_UNIT_TEN_THOUSAND_YUAN
                                                                     : AMOUNT_UNIT_YUAN);
        writer_.Note("amount_unit", *value);
      }
      ++i;
      any = true;
      continue;
    }
    if (label.roles.Has(Role::kAmountUnit) && !label.roles.HasAny(kHeadRoles)) {
      const auto before = writer_.form().amount_unit();
      NoteAmountUnit(head);
      if (writer_.form().amount_unit() != before) any = true;
      if (Contains(Fold(head.text), "元")) {
        writer_.ledger().Label(head);
        continue;
      }
    }
    if (!label.roles.HasAny(kPairRoles)) {
      if (label.roles.HasAny(Role::kFundsBlock | Role::kIndicatorBlock)) {
        writer_.ledger().Label(head);
        NoteAmountUnit(head);
        NoteFundPoints(label, head);
        any = true;
      }
      continue;
    }
    if (!tables && !label.roles.HasAny(kHeadRoles)) continue;
    // The label of a block that is divided further: 年度总体目标 | 预期目标 | …
    if (value == nullptr && label.roles.HasAny(kGoalRoles | Roles(Role::kFundsBlock)) && i + 1 < row.filled.size()) {
      writer_.ledger().Label(head);
      any = true;
      continue;
    }
    if (ReadPair(label, head, value)) {
      any = true;
      if (value != nullptr) ++i;
    }
  }
  return any;
}

}  // namespace jixiao::importing
