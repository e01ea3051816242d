// Fuzz target of the import: any bytes as a file, as the body of a .docx, as a sheet of an .xlsx, as a text. What is
// read must be well-formed, name an origin for every part it placed, and never pass the limits.
#include "common/form.h"
#include "common/text.h"
#include "intake/import/import.h"

#include <cstdint>
#include <cstdlib>

#include "unit/import/office_files.h"

namespace {

using namespace jixiao;
using namespace jixiao::importing;

void Check(std::string_view bytes, std::string_view name) {
  Limits limits;
  limits.cells = 20'000;
  const Format format = FormatOf(bytes, name);
  if (format == Format::kConvertToDocx || format == Format::kConvertToXlsx) return;  // not ours to fuzz
  const auto out = Import(bytes, name, {}, limits);
  if (!out.ok()) return;
  for (const auto& imported : out->forms()) {
    const auto& form = imported.form();
    if (form.indicators_size() > kMaxIndicators || form.funds_size() > kMaxFundLines ||
        form.report_size() > kMaxReportSections)
      std::abort();
    for (const auto& line : form.indicators())
      if (!IsUtf8(line.target()) || line.target().size() > 2 * kMaxCellBytes) std::abort();
    for (const auto& cell : imported.cells())
      if (cell.path().empty() || cell.text().empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      Check(bytes, "a.docx");
      break;
    case 1:
      Check(support::Docx(bytes), "a.docx");
      break;
    case 2:
      Check(support::Xlsx({std::string(bytes)}), "a.xlsx");
      break;
    case 3:
      Check(bytes, "a.txt");
      break;
    default:
      Check(bytes, "a.csv");
      break;
  }
  return 0;
}
