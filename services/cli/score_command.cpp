#include "cli/client.h"
#include "cli/form_files.h"
#include "cli/output.h"
#include "cli/scorecard_view.h"
#include "cli/selector.h"

#include <iostream>

namespace jixiao::cli {

int RunScore(const Global& global, const ScoreOptions& options) {
  const auto stub = Scoring(global);
  const auto selector = SelectorOf(global, *stub, options.rule_set);
  if (!selector.ok()) return Refuse(selector.status(), global.json());
  int code = kDone;
  for (const std::string& path : options.files) {
    const auto forms = ReadForms(path, options.hints);
    if (!forms.ok()) return Refuse(forms.status(), global.json());
    for (const FormFile& file : *forms) {
      scoring::v1::ScoreRequest request;
      *request.mutable_form() = file.form;
      *request.mutable_rule_set() = *selector;
      scoring::v1::ScoreResponse response;
      const absl::Status status = Call(global, *stub, &scoring::v1::ScoringService::Stub::Score, request, response);
      if (!status.ok()) {
        if (!global.json()) std::cerr << file.origin << "\n";
        code = Refuse(status, global.json());
        continue;
      }
      if (global.json()) {
        std::cout << ToJson(response.scorecard()) << '\n';
      } else {
        PrintScorecard(response.scorecard(), &file.form, options.explain, std::cout);
        std::cout << '\n';
      }
    }
  }
  return code;
}

}  // namespace jixiao::cli
