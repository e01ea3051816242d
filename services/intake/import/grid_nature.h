// What a grid or a paragraph looks like before it is read as a form.
#pragma once

#include "intake/import/columns.h"

#include <string_view>
#include <vector>

namespace jixiao::importing {

// What a grid holds, by its labels.
struct Nature {
  bool title = false, project = false, indicators = false, funds = false, goals = false, levels = false;
  bool IsForm() const {
    return indicators || (title && (project || funds || goals)) || (project && (funds || goals)) || (title && levels);
  }
};
Nature NatureOf(const std::vector<Row>& rows, Layout layout);

// A whole form in one paragraph: its cells run together, and nothing says where one ends. A report may speak of
// 三级指标 and of many others in one paragraph, but hardly of the columns of a form.
bool IsCollapsedForm(std::string_view text);

}  // namespace jixiao::importing
