#include "intake/import/import.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"
#include "intake/import/answer.h"
#include "intake/import/converter.h"
#include "intake/import/docx_reader.h"
#include "intake/import/folding.h"
#include "intake/import/grid_nature.h"
#include "intake/import/line_list.h"
#include "intake/import/pdf_reader.h"
#include "intake/import/radicals.h"
#include "intake/import/run_text.h"
#include "intake/import/text_encoding.h"
#include "intake/import/text_reader.h"
#include "intake/import/values.h"
#include "intake/import/vocabulary.h"
#include "intake/import/web_page.h"
#include "intake/import/xlsx_reader.h"

#include "google/rpc/error_details.pb.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace jixiao::importing {
namespace {

absl::Status Refused(std::string_view reason, std::string_view what) {
  return InvalidField(reason, "content", std::string(what));
}

std::string BaseName(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

std::string Extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string out(name.substr(dot + 1));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool IsSheetExtension(std::string_view extension) {
  static constexpr std::array<std::string_view, 9> kSheets = {"xls", "et",   "ods", "xlt", "xlsb",
                                                              "ett", "fods", "dbf", "xlsm"};
  return std::find(kSheets.begin(), kSheets.end(), extension) != kSheets.end();
}

// Names of streams in an OLE file are UTF-16.
bool HasStream(std::string_view bytes, std::string_view name) {
  std::string wide;
  for (const char c : name) wide += c, wide += '\0';
  return bytes.find(wide) != std::string_view::npos;
}

std::uint32_t LittleEndian(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t out = 0;
  for (std::size_t i = width; i-- > 0;)
    out = out << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0);
  return out;
}

// A password keeps it closed: the package of newer programs as a whole, or the content of a .doc or .xls.
bool IsEncrypted(std::string_view bytes) {
  if (!bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return false;
  if (HasStream(bytes, "EncryptedPackage")) return true;
  const std::size_t sector = LittleEndian(bytes, 30, 2) == 12 ? 4096 : 512;
  for (std::size_t at = sector; at + 12 <= bytes.size(); at += sector) {
    // Where the main stream begins: a .doc says it in its flags, a .xls by a record FILEPASS behind the first one.
    const std::uint32_t head = LittleEndian(bytes, at, 2);
    if (head == 0xA5EC && HasStream(bytes, "WordDocument") && LittleEndian(bytes, at + 2, 2) >= 0xC0)
      return (LittleEndian(bytes, at + 10, 2) & 0x0100) != 0;
    if (head == 0x0809 && LittleEndian(bytes, at + 2, 2) == 16 && LittleEndian(bytes, at + 6, 2) == 0x0005) {
      std::size_t record = at + 20;
      for (int i = 0; i < 4 && record + 4 <= bytes.size(); ++i) {
        if (LittleEndian(bytes, record, 2) == 0x002F) return true;
        record += 4 + LittleEndian(bytes, record + 2, 2);
      }
      return false;
    }
  }
  return false;
}

std::string_view MediaType(std::string_view extension) {
  if (extension == "doc") return "application/msword";
  if (extension == "xls") return "application/vnd.ms-excel";
  if (extension == "ods") return "application/vnd.oasis.opendocument.spreadsheet";
  if (extension == "odt") return "application/vnd.oasis.opendocument.text";
  if (extension == "rtf") return "application/rtf";
  if (extension == "wps") return "application/vnd.ms-works";
  return "application/octet-stream";
}

absl::StatusOr<Document> Read(std::string_view bytes, std::string_view name, const Limits& limits) {
  const std::string extension = Extension(name);
  switch (FormatOf(bytes, name)) {
    case Format::kXlsx:
      return ReadXlsx(bytes, limits);
    case Format::kDocx:
      return ReadDocx(bytes, limits);
    case Format::kText:
    case Format::kCsv: {
      ASSIGN_OR_RETURN(const std::string text, DecodeText(bytes));
      return ReadText(text, FormatOf(bytes, name) == Format::kCsv, limits);
    }
    case Format::kWebPage: {
      ASSIGN_OR_RETURN(const std::string page, PageInUtf8(bytes));
      ASSIGN_OR_RETURN(const std::string converted, ConvertOffice(page, "html", "docx", limits));
      ASSIGN_OR_RETURN(Document document, ReadDocx(converted, limits));
      document.media_type = "text/html";
      return document;
    }
    case Format::kConvertToDocx: {
      const std::string from = extension.empty() || extension == "docx" ? "doc" : extension;
      ASSIGN_OR_RETURN(const std::string converted, ConvertOffice(bytes, from, "docx", limits));
      ASSIGN_OR_RETURN(Document document, ReadDocx(converted, limits));
      document.media_type = MediaType(from);
      return document;
    }
    case Format::kConvertToXlsx: {
      const std::string from = extension.empty() || extension == "xlsx" ? "xls" : extension;
      ASSIGN_OR_RETURN(const std::string converted, ConvertOffice(bytes, from, "xlsx", limits));
      ASSIGN_OR_RETURN(Document document, ReadXlsx(converted, limits));
      document.media_type = MediaType(from);
      return document;
    }
    case Format::kPdf:
      return ReadPdf(bytes, limits);
    case Format::kUnknown:
      break;
  }
  if (IsEncrypted(bytes)) return Refused("DOCUMENT_ENCRYPTED", "文件有密码，请去掉密码后重试");
  return Refused("DOCUMENT_FORMAT_UNSUPPORTED",
                 "不认识的文件格式；可以读取 .xlsx .docx .txt .csv，装有 LibreOffice 时还有 .xls .doc .wps .et .ods "
                 ".odt .rtf .html，"
                 "装有 MuPDF 时还有 .pdf");
}

}  // namespace

Format FormatOf(std::string_view bytes, std::string_view file_name) {
  const std::string extension = Extension(file_name);
  if (bytes.starts_with("%PDF")) return Format::kPdf;
  if (bytes.starts_with("PK")) {
    // The parts' names stand uncompressed in the file.
    if (bytes.find("xl/workbook.xml") != std::string_view::npos) return Format::kXlsx;
    if (bytes.find("word/document.xml") != std::string_view::npos) return Format::kDocx;
    if (bytes.find("mimetypeapplication/vnd.oasis.opendocument.spreadsheet") != std::string_view::npos)
      return Format::kConvertToXlsx;
    if (bytes.find("mimetypeapplication/vnd.oasis.opendocument.text") != std::string_view::npos)
      return Format::kConvertToDocx;
    if (bytes.find("xl/workbook.bin") != std::string_view::npos) return Format::kConvertToXlsx;
    if (extension == "xlsx") return Format::kXlsx;
    if (extension == "docx") return Format::kDocx;
    return Format::kUnknown;
  }
  if (bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
    if (IsEncrypted(bytes)) return Format::kUnknown;
    if (HasStream(bytes, "WordDocument")) return Format::kConvertToDocx;
    if (HasStream(bytes, "Workbook") || HasStream(bytes, "Book")) return Format::kConvertToXlsx;
    return IsSheetExtension(extension) ? Format::kConvertToXlsx : Format::kConvertToDocx;
  }
  if (bytes.starts_with("{\\rtf")) return Format::kConvertToDocx;
  if (IsWebPage(bytes)) return Format::kWebPage;
  // Older programs' XML: a workbook or a text.
  std::string_view head = bytes.substr(0, 1024);
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head.remove_prefix(std::min(head.find_first_not_of(" \r\n\t"), head.size()));
  if (head.starts_with("<?xml") || head.starts_with("<?XML"))
    return IsSheetExtension(extension) || extension == "xlsx" ? Format::kConvertToXlsx : Format::kConvertToDocx;
  if (extension == "csv") return Format::kCsv;
  if (extension == "xlsx" || extension == "docx" || extension == "doc" || IsSheetExtension(extension)) {
    // Named like an office file, but none: a text, or damaged.
    return DecodeText(bytes.substr(0, std::min<std::size_t>(bytes.size(), 1 << 16))).ok() && !bytes.empty()
               ? Format::kText
               : Format::kUnknown;
  }
  return DecodeText(bytes).ok() ? Format::kText : Format::kUnknown;
}

namespace {

// The same error, saying of which document it speaks.
absl::Status About(const std::string& name, const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason.empty()) return status;
  const std::string who = Cat("“", TruncateUtf8(name, 120), "”：");
  google::rpc::BadRequest details;
  if (const auto payload = status.GetPayload(std::string(kBadRequestUrl)))
    details.ParseFromString(std::string(*payload));
  if (details.field_violations().empty()) return Error(status.code(), reason, Cat(who, std::string(status.message())));
  return InvalidField(reason, details.field_violations(0).field(), Cat(who, details.field_violations(0).description()));
}

// Whether each row of a form says what it has to: a name, a target or an actual value, and points where others have
// them. One row in ten may lack something.
bool HasWholeRows(const evaluation::v1::SelfEvaluation& form) {
  constexpr int kLeastRows = 3;
  std::vector<const evaluation::v1::Indicator*> rows;  // without classes that nobody needed
  for (const auto& row : form.indicators())
    if (!row.level3().empty() || !row.target().empty() || !row.actual().empty() || !row.weight().empty())
      rows.push_back(&row);
  const bool weighed = std::any_of(rows.begin(), rows.end(), [](const auto* row) { return !row->weight().empty(); });
  const bool scored = std::any_of(rows.begin(), rows.end(), [](const auto* row) { return !row->score().empty(); });
  const auto whole = [&](const evaluation::v1::Indicator* row) {
    return !row->level3().empty() && !IsFigure(row->level3()) && (!row->target().empty() || !row->actual().empty()) &&
           (weighed ? IsFigure(row->weight()) : row->weight().empty()) &&
           (scored ? IsFigure(row->score()) : row->score().empty());
  };
  const auto count = static_cast<std::ptrdiff_t>(rows.size());
  return count >= kLeastRows && std::count_if(rows.begin(), rows.end(), whole) * 10 >= count * 9;
}

// The same cells without the last `left_out`, which stand behind the form as they came.
Document Without(const Document& cells, std::size_t left_out) {
  Document out = cells;
  const auto cut = out.blocks.end() - static_cast<std::ptrdiff_t>(left_out);
  Block rest;
  for (auto block = cut; block != out.blocks.end(); ++block) {
    if (rest.paragraph.text.empty()) rest.paragraph.place = block->paragraph.place;
    Append(rest.paragraph.text, rest.paragraph.text.empty() ? "" : " ", block->paragraph.text);
  }
  out.blocks.erase(cut, out.blocks.end());
  RebuildFromLines(out);
  if (left_out > 0) out.blocks.push_back(std::move(rest));
  return out;
}

// Says of a text with the labels of a form that it may be one, where nothing of it was read.
void NameTornForm(intake::v1::ImportedDocument& out) {
  const auto has_header = [](const intake::v1::UnreadCell& cell) {
    return Contains(Fold(cell.text()), "一级指标") || Contains(Fold(cell.text()), "三级指标");
  };
  const auto header = std::find_if(out.mutable_unread()->begin(), out.mutable_unread()->end(), has_header);
  if (out.forms().empty() && header != out.mutable_unread()->end())
    header->set_why(Cat(kLooksLike, "自评表，但分不出行和列，没有读入；请用原文件导入，或逐格复制"));
}

std::string_view WithoutBars(std::string_view text) {
  const std::size_t first = text.find_first_not_of("| \t\n");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of("| \t\n") + 1 - first);
}

// Says of a form whose rows and columns cannot be told that it was not read: it looks like a report else.
void NameRunTogether(const Document& document, intake::v1::ImportedDocument& out) {
  constexpr std::size_t kShown = 4096;  // bytes, as of every unread cell
  constexpr std::size_t kLevels = 4;    // lines that are names of levels and nothing else: a form, one cell a line,
  constexpr std::size_t kFigures = 8;   // where figures stand on lines of their own, too
  if (out.forms().empty()) return;
  const auto name = [&](const Cell& cell, std::string_view why) {
    intake::v1::UnreadCell& unread = *out.mutable_forms(0)->add_unread();
    unread.mutable_location()->set_paragraph(cell.place.paragraph);
    unread.set_text(std::string(TruncateUtf8(cell.text, kShown)));
    unread.set_why(std::string(why));
  };
  constexpr std::size_t kBars = 8;    // lines of nothing but bars, which divided such cells
  constexpr std::size_t kValues = 3;  // 98%, 明显改善 between them
  std::vector<const Cell*> levels;
  std::size_t figures = 0, bars = 0, values = 0;
  const auto count = [&](const Cell& cell) {
    if (LevelOf(WithoutBars(cell.text)) != 0) levels.push_back(&cell);
    figures += IsFigure(cell.text) ? 1 : 0;
    bars += WithoutBars(cell.text).empty() ? 1 : 0;
    values += ReadsLikeValue(cell.text) ? 1 : 0;
  };
  bool named = false;
  for (const Block& block : document.blocks) {
    for (const Cell& cell : block.grid.cells)
      if (block.grid.layout == Layout::kLoose) count(cell);
    if (block.is_grid) continue;
    count(block.paragraph);
    if (!IsCollapsedForm(block.paragraph.text)) continue;
    name(block.paragraph,
         Cat(kLooksLike, "单元格连在一起的自评表，分不出行和列，没有读入指标；请用原文件导入，或逐格复制"));
    named = true;
  }
  if (!named && levels.size() >= kLevels && (figures >= kFigures || (bars >= kBars && values >= kValues)))
    name(*levels.front(), Cat(kLooksLike, "一行一格的自评表，缺少表头，分不出行和列，没有读入指标；请用原文件导入"));
}

// Whether rows that were cut out of lines are shifted: numbers came to stand for names, or 合格 with a value missing
// beside it; or many names stand alone, and values without a name, on a form that gives points.
bool AreShifted(const evaluation::v1::SelfEvaluation& form) {
  constexpr int kFew = 2;     // rows; one may be called 360
  constexpr int kBroken = 3;  // rows, and one in four of all: a form may well have a few that were not filled
  int values = 0, broken = 0, weighed = 0;
  for (const auto& row : form.indicators()) {
    const bool said = !row.target().empty() || !row.actual().empty();
    const bool pointed = !row.weight().empty() || !row.score().empty();
    weighed += pointed ? 1 : 0;
    if (row.level3().empty())
      broken += said || pointed ? 1 : 0;
    else if (IsNumber(row.level3()) || (ReadsLikeValue(row.level3()) && (row.target().empty() || row.actual().empty())))
      ++values;
    else
      broken += said || pointed ? 0 : 1;
  }
  return values >= kFew ||
         (broken >= kBroken && broken * 4 >= form.indicators_size() && weighed * 2 >= form.indicators_size());
}

// Takes back the rows of such a form: its cells are listed instead. A wrong row is worse than none.
void TakeBackShiftedRows(intake::v1::ImportedForm& form) {
  if (!AreShifted(form.form())) return;
  form.mutable_form()->clear_indicators();
  auto& cells = *form.mutable_cells();
  const auto rest = std::stable_partition(cells.begin(), cells.end(), [](const intake::v1::ImportedCell& cell) {
    return !std::string_view(cell.path()).starts_with("indicators[");
  });
  std::vector<intake::v1::UnreadCell> all(form.unread().begin(), form.unread().end());
  for (auto cell = rest; cell != cells.end(); ++cell) {
    intake::v1::UnreadCell& unread = all.emplace_back();
    unread.set_text(cell->text());
    *unread.mutable_location() = cell->location();
    unread.set_why(Cat(kLooksLike, "自评表的指标，但分不出行和列，没有读入；请用原文件导入"));
  }
  PutUnread(std::move(all), *form.mutable_unread());
  cells.erase(rest, cells.end());
}

// The forms of `document`, also of one that holds them as running text. Where its cells do not come together as whole
// rows, its text is left as it is: nothing is guessed. A text that was cut off in a row is read without that row.
intake::v1::ImportedDocument FormsOf(const Document& document, const Hints& hints) {
  constexpr std::size_t kMostLeftOut = 8;  // cells: a row
  intake::v1::ImportedDocument out = Recognise(document, hints);
  const auto has_rows = [](const intake::v1::ImportedForm& form) { return form.form().indicators_size() > 0; };
  if (std::any_of(out.forms().begin(), out.forms().end(), has_rows)) return out;
  const std::optional<Document> cells = SplitRunText(document);
  if (!cells) {
    NameRunTogether(document, out);
    return out;
  }
  const auto whole = [](const intake::v1::ImportedForm& form) { return HasWholeRows(form.form()); };
  for (std::size_t left_out = 0; left_out <= kMostLeftOut && left_out < cells->blocks.size(); ++left_out) {
    intake::v1::ImportedDocument again = Recognise(Without(*cells, left_out), hints);
    if (!again.forms().empty() && std::all_of(again.forms().begin(), again.forms().end(), whole)) return again;
  }
  NameTornForm(out);
  NameRunTogether(document, out);
  return out;
}

}  // namespace

absl::StatusOr<intake::v1::ImportedDocument> Import(std::string_view bytes, std::string_view file_name,
                                                    const Hints& hints, const Limits& limits) {
  const std::string name = BaseName(file_name);
  if (bytes.empty()) return About(name, Refused("DOCUMENT_DAMAGED", "文件是空的"));
  if (bytes.size() > limits.file_bytes)
    return About(name, Refused("DOCUMENT_TOO_LARGE", Cat("文件超过 ", limits.file_bytes >> 20, " MiB")));
  absl::StatusOr<Document> read = Read(bytes, name, limits);
  if (!read.ok()) return About(name, read.status());
  for (Block& block : read->blocks) {
    block.paragraph.text = PlainRadicals(std::move(block.paragraph.text));
    for (Cell& cell : block.grid.cells) cell.text = PlainRadicals(std::move(cell.text));
  }
  const Document& document = *read;
  Hints known = hints;
  if (known.fiscal_year == 0) known.fiscal_year = YearIn(name);
  intake::v1::ImportedDocument out = FormsOf(document, known);
  if (document.media_type == "text/plain")
    for (auto& imported : *out.mutable_forms()) TakeBackShiftedRows(imported);
  for (const int page : document.scanned_pages) {
    intake::v1::UnreadCell& unread = *out.add_unread();
    unread.set_text(Cat("第 ", page, " 页"));
    unread.set_why("整页是图片，像是扫描件，没有文字可读");
  }
  const std::string digest = DigestOf(bytes).substr(std::string_view("sha256:").size());
  for (auto& imported : *out.mutable_forms()) {
    auto* source = imported.mutable_form()->mutable_source();
    source->set_file_name(std::string(TruncateUtf8(name, 255)));
    source->set_media_type(document.media_type);
    source->set_sha256(digest);
  }
  return out;
}

}  // namespace jixiao::importing
