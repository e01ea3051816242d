// The official forms as sheets: 项目支出绩效自评表 and its relatives, and what the archive adds on a page of its own.
#pragma once

#include "archiving/export/document.h"
#include "archiving/export/sheet.h"

#include <vector>

namespace jixiao::archiving::exporting {

// The form as people sign it. Only what was filled in; every filled cell of it. Columns that the national form does not
// have (完成率, 批复指标值 …) are there when a row uses them.
Sheet FormSheet(const evaluation::v1::SelfEvaluation& form);

// The written report; without rows when there is none.
Sheet ReportSheet(const evaluation::v1::SelfEvaluation& form);

// Marked as the archive's: scores beside the declared ones, findings, parts and proof.
Sheet AnnexSheet(const Document& document);

// All of these that have rows.
std::vector<Sheet> SheetsOf(const Document& document);

}  // namespace jixiao::archiving::exporting
