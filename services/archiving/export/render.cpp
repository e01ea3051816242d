#include "archiving/export/render.h"

#include "archiving/export/form_sheet.h"
#include "archiving/export/html.h"
#include "archiving/export/pdf.h"
#include "archiving/export/text_forms.h"
#include "archiving/export/xlsx.h"
#include "common/errors.h"
#include "common/text.h"

namespace jixiao::archiving::exporting {
namespace {

constexpr std::size_t kLongestName = 80;

bool MayStandInAName(char32_t c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  // The ideographs of all planes; no punctuation, no direction marks, nothing invisible.
  const bool ideograph = (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
  return letter || ideograph || c == '-' || c == '_' || c == '.';
}

}  // namespace

std::optional<Format> FormatNamed(std::string_view name) {
  if (name == "xlsx") return Format::kXlsx;
  if (name == "html") return Format::kHtml;
  if (name == "pdf") return Format::kPdf;
  if (name == "json") return Format::kJson;
  return std::nullopt;
}

std::string FileName(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = TakeUtf8(text);
    const std::string_view character = before.substr(0, before.size() - text.size());
    if (out.size() + character.size() > kLongestName) break;
    if (c == '-' || !MayStandInAName(c))
      out += out.ends_with('-') ? "" : "-";
    else if (c != '.' || !(out.empty() || out.ends_with('.')))
      out.append(character);
  }
  while (out.ends_with('-') || out.ends_with('.')) out.pop_back();
  while (out.starts_with('-') || out.starts_with('.')) out.erase(0, 1);
  return out.empty() ? "record" : out;
}

absl::StatusOr<Rendered> Render(const Document& document, Format format) {
  const std::int64_t time = document.leaf.archive_time_micros();
  const std::string title = Cat(document.form.project_name(), " ", document.record.record().name());
  switch (format) {
    case Format::kXlsx: {
      ASSIGN_OR_RETURN(std::string bytes, ToXlsx(SheetsOf(document), time));
      return Rendered{std::move(bytes), {}};
    }
    case Format::kHtml:
      return Rendered{ToHtml(SheetsOf(document), title), {}};
    case Format::kPdf: {
      ASSIGN_OR_RETURN(Pdf pdf, ToPdf(SheetsOf(document), title, time));
      return Rendered{std::move(pdf.bytes), std::move(pdf.missing)};
    }
    case Format::kJson:
      return Rendered{RecordJson(document) + "\n", {}};
  }
  return absl::InternalError("no such format");
}

}  // namespace jixiao::archiving::exporting
