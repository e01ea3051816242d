#include "cli/client.h"
#include "cli/commands.h"
#include "cli/form_files.h"
#include "cli/output.h"
#include "cli/selector.h"
#include "common/text.h"
#include "intake/template/form_template.h"

#include <iostream>

namespace jixiao::cli {

int RunTemplate(const Global& global, const TemplateOptions& options) {
  std::vector<evaluation::v1::SelfEvaluation> forms;
  for (const std::string& path : options.files) {
    auto files = ReadForms(path);
    if (!files.ok()) return Refuse(files.status(), global.json());
    for (FormFile& file : *files) {
      if (options.targets_only) forms::KeepTargets(file.form);
      if (!file.form.report().empty()) std::cerr << "注意 " << file.origin << "：自评报告不在表格里，没有写入\n";
      forms.push_back(std::move(file.form));
    }
  }
  if (forms.empty() && options.year != 0) forms.emplace_back();
  for (auto& form : forms)
    if (form.fiscal_year() == 0) form.set_fiscal_year(options.year);

  const auto stub = Scoring(global);
  const auto selector = SelectorOf(global, *stub, options.rule_set);
  if (!selector.ok()) return Refuse(selector.status(), global.json());
  scoring::v1::GetRuleSetRequest request;
  *request.mutable_rule_set() = *selector;
  scoring::v1::GetRuleSetResponse response;
  if (const absl::Status status =
          Call(global, *stub, &scoring::v1::ScoringService::Stub::GetRuleSet, request, response);
      !status.ok())
    return Refuse(status, global.json());
  const auto& rules = response.rule_set();
  if (const absl::Status status = forms::WriteTemplate(rules, forms, options.out); !status.ok())
    return Refuse(status, global.json());
  std::cout << options.out << "  " << rules.id() << "@" << rules.revision() << "  "
            << (forms.empty() ? "空白表" : Cat(forms.size(), " 张表")) << '\n';
  return kDone;
}

}  // namespace jixiao::cli
