#include "common/form.h"
#include "common/text.h"
#include "intake/import/import.h"
#include "intake/import/pdf_reader.h"

#include <set>

#include "fuzz/targets.h"
#include "unit/import/office_files.h"

namespace jixiao::fuzz {
namespace {

using namespace importing;

// The field at a path such as indicators[3].target says something.
bool IsFilled(const google::protobuf::Message& message, std::string_view path) {
  const auto& reflection = *message.GetReflection();
  const std::size_t dot = std::min(path.find('.'), path.size());
  const std::size_t open = std::min(path.find('['), dot);
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(path.substr(0, open)));
  if (field == nullptr) return false;
  if (field->is_repeated()) {
    int index = 0;
    for (std::size_t i = open + 1; i < dot && path[i] >= '0' && path[i] <= '9'; ++i)
      index = index * 10 + (path[i] - '0');
    if (index >= reflection.FieldSize(message, field) || dot == path.size()) return false;
    return IsFilled(reflection.GetRepeatedMessage(message, field, index), path.substr(dot + 1));
  }
  if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE)
    return dot < path.size() && IsFilled(reflection.GetMessage(message, field), path.substr(dot + 1));
  return field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING ||
         !reflection.GetString(message, field).empty();
}

Limits Bounds() {
  Limits limits;
  limits.cells = 20'000;
  limits.xml_elements = 200'000;
  limits.zip_total_bytes = limits.zip_part_bytes = 8u << 20;
  return limits;
}

std::string Check(std::string_view bytes, std::string_view name) {
  const Limits limits = Bounds();
  if (NeedsConversion(FormatOf(bytes, name))) return {};  // LibreOffice and MuPDF are not ours to fuzz
  const auto out = Import(bytes, name, {}, limits);
  if (!out.ok())
    return out.status().code() == absl::StatusCode::kInvalidArgument ? "" : "a refusal that is no INVALID_ARGUMENT";
  if (out->unread_size() > 10'000) return "too many unread cells";
  for (const auto& imported : out->forms()) {
    const auto& form = imported.form();
    if (form.indicators_size() > kMaxIndicators || form.funds_size() > kMaxFundLines ||
        form.report_size() > kMaxReportSections)
      return "a form has more lines than a form may have";
    for (const auto& line : form.indicators())
      for (const std::string* cell : {&line.level1(), &line.level3(), &line.target(), &line.actual(), &line.weight()})
        if (!IsUtf8(*cell) || cell->size() > 2 * kMaxCellBytes) return "a cell that no form may hold";
    for (const auto& cell : imported.cells()) {
      if (cell.text().empty()) return Cat("nothing is the origin of ", cell.path());
      if (!IsFilled(form, cell.path())) return Cat("an origin of nothing: ", cell.path());
    }
    if (imported.unread_size() > 10'000) return "too many unread cells";
  }
  return {};
}

// What MuPDF said of a PDF.
std::string CheckTrace(std::string_view trace) {
  const auto out = DocumentOfTrace(std::string(trace), Bounds());
  if (!out.ok())
    return out.status().code() == absl::StatusCode::kInvalidArgument ? "" : "a refusal that is no INVALID_ARGUMENT";
  for (const Block& block : out->blocks) {
    if (!IsUtf8(block.paragraph.text)) return "a paragraph that is no UTF-8";
    for (const Cell& cell : block.grid.cells)
      if (!IsUtf8(cell.text) || cell.row < 0 || cell.column < 0 || cell.rows < 1 || cell.columns < 1)
        return "a cell that no table has";
  }
  return {};
}

}  // namespace

std::string ReadDocument(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  const std::string_view content = bytes.substr(1);
  switch (bytes.front()) {
    case 'p':
      return CheckTrace(content);
    case 'z':
      return Check(content, "a.docx");
    case 'w':
      return Check(support::Docx(content), "a.docx");
    case 'x':
      return Check(support::Xlsx({std::string(content)}), "a.xlsx");
    case 'c':
      return Check(content, "a.csv");
    default:
      return Check(content, "a.txt");
  }
}

}  // namespace jixiao::fuzz
