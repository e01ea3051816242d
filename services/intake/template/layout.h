// Where everything stands on the sheet of a form: the layout of 项目支出绩效自评表.
#pragma once

#include "intake/template/sheet.h"
#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

namespace jixiao::forms {

// The sheet of `form` by `rules`; its name is left to the caller. A form without indicators gets rows for the classes
// of the rule set.
Sheet LayOut(const evaluation::v1::SelfEvaluation& form, const scoring::Rules& rules);

}  // namespace jixiao::forms
