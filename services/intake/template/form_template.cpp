#include "intake/template/form_template.h"

#include "common/errors.h"
#include "common/file.h"
#include "common/text.h"
#include "intake/template/layout.h"
#include "intake/template/workbook.h"
#include "scoring/engine/rules.h"

#include <filesystem>
#include <set>

namespace jixiao::forms {
namespace {

using evaluation::v1::SelfEvaluation;

constexpr std::size_t kMaxSheetName = 31;  // characters

// Names of sheets may not hold some characters, begin or end with an apostrophe, be long, or occur twice.
std::string SheetName(const std::string& wanted, std::set<std::string>& taken) {
  std::string plain;
  for (const char c : wanted)
    if (static_cast<unsigned char>(c) >= 0x20 && std::string_view("[]:*?/\\'").find(c) == std::string_view::npos)
      plain += c;
  if (plain.empty()) plain = "自评表";
  for (int number = 1;; ++number) {
    const std::string tail = number == 1 ? "" : Cat(" (", number, ")");
    std::string_view rest = plain;
    std::string name;
    for (std::size_t length = 0; !rest.empty() && length + tail.size() < kMaxSheetName; ++length) {
      const std::string_view before = rest;
      // Characters beyond the basic plane count as two.
      if (TakeUtf8(rest) > 0xFFFF) ++length;
      name += before.substr(0, before.size() - rest.size());
    }
    name += tail;
    if (taken.insert(name).second) return name;
  }
}

}  // namespace

void KeepTargets(SelfEvaluation& form) {
  form.clear_actual_goal();
  form.clear_total_score();
  form.clear_grade();
  form.clear_report();
  for (auto& line : *form.mutable_funds()) {
    line.clear_executed();
    line.clear_execution_rate();
    line.clear_score();
  }
  for (auto& line : *form.mutable_indicators()) {
    line.clear_actual();
    line.clear_score();
    line.clear_completion_rate();
    line.clear_deviation_reason();
  }
}

absl::Status WriteTemplate(const scoring::v1::RuleSet& rule_set, const std::vector<SelfEvaluation>& forms,
                           const std::string& path) {
  if (forms.size() > kMaxTemplateForms)
    return InvalidField("TEMPLATE_TOO_LARGE", "forms", Cat("一个文件最多 ", kMaxTemplateForms, " 张表"));
  ASSIGN_OR_RETURN(const auto rules, scoring::Rules::Compile(rule_set));
  std::vector<SelfEvaluation> all = forms;
  if (all.empty()) all.emplace_back();
  std::vector<Sheet> sheets;
  std::set<std::string> names;
  for (SelfEvaluation& form : all) {
    if (form.kind() == evaluation::v1::FORM_KIND_UNSPECIFIED && rule_set.form_kinds_size() > 0)
      form.set_kind(rule_set.form_kinds(0));
    Sheet sheet = LayOut(form, *rules);
    const std::string& subject =
        !form.project_name().empty() ? form.project_name() : form.competent_department().name();
    sheet.name = SheetName(all.size() == 1 ? std::string() : subject, names);
    sheets.push_back(std::move(sheet));
  }
  // Beside the file, then in its place: a reader never sees half of it.
  const std::string beside = path + ".part";
  const absl::Status written = WriteWorkbook(sheets, rule_set.title(),
                                             {{"jixiao.template", kTemplateVersion},
                                              {"jixiao.rule_set", Cat(rule_set.id(), "@", rule_set.revision())},
                                              {"jixiao.rule_set_digest", rules->digest()}},
                                             beside);
  const absl::Status moved = written.ok() ? MoveIntoPlace(beside, path) : written;
  if (moved.ok()) return moved;
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  if (!written.ok()) return written;
  return Error(absl::StatusCode::kUnavailable, "FILE_UNWRITABLE", std::string(moved.message()));
}

}  // namespace jixiao::forms
