#include "archiving/export/xlsx.h"

#include "common/errors.h"
#include "common/text.h"

#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

namespace jixiao::archiving::exporting {
namespace {

constexpr int kStyles = 8;
constexpr double kLineHeight = 15;       // points
constexpr double kTallestRow = 409;      // Excel's limit
constexpr int kCharactersOnAPage = 100;  // narrow ones, over all columns

absl::Status Unwritable(std::string_view why) {
  return Error(absl::StatusCode::kUnavailable, "FILE_UNWRITABLE", Cat("the workbook cannot be written: ", why));
}

// libxlsxwriter only writes to files.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    std::string pattern = (std::filesystem::temp_directory_path(error) / "jixiao-xlsx-XXXXXX").string();
    if (!error && mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

lxw_format* MakeFormat(lxw_workbook* book, Style style) {
  lxw_format* const format = workbook_add_format(book);
  format_set_font_name(format, "宋体");
  format_set_font_size(format, style == Style::kTitle ? 16 : style == Style::kNote ? 9 : 10.5);
  format_set_text_wrap(format);
  format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
  format_set_num_format(format, "@");
  const bool middle = style != Style::kText && style != Style::kSection && style != Style::kNote;
  format_set_align(format, middle ? LXW_ALIGN_CENTER : LXW_ALIGN_LEFT);
  if (style == Style::kTitle || style == Style::kSection) format_set_bold(format);
  if (style == Style::kLabel || style == Style::kHead) format_set_bg_color(format, 0xF2F2F2);
  if (style != Style::kTitle && style != Style::kCaption && style != Style::kNote)
    format_set_border(format, LXW_BORDER_THIN);
  return format;
}

// Lines that the text takes in a cell of so many narrow characters.
int LinesOf(std::string_view text, int width) {
  int lines = 0;
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const int columns = static_cast<int>(DisplayWidth(text.substr(0, end)));
    lines += std::max(1, (columns + width - 1) / std::max(1, width));
    if (end == text.size()) return lines;
    text.remove_prefix(end + 1);
  }
}

class BookWriter {
 public:
  explicit BookWriter(lxw_workbook* book) : book_(book) {
    for (int style = 0; style < kStyles; ++style)
      formats_[static_cast<std::size_t>(style)] = MakeFormat(book, static_cast<Style>(style));
  }

  absl::Status Add(const Sheet& sheet) {
    page_ = workbook_add_worksheet(book_, sheet.name.c_str());
    if (page_ == nullptr) return Unwritable(sheet.name);
    int all = 0;
    for (const int width : sheet.widths) all += width;
    std::vector<int> characters;
    for (std::size_t i = 0; i < sheet.widths.size(); ++i) {
      characters.push_back(std::max(4, sheet.widths[i] * kCharactersOnAPage / all));
      worksheet_set_column(page_, static_cast<lxw_col_t>(i), static_cast<lxw_col_t>(i), characters.back(), nullptr);
    }
    std::map<int, int> heights;
    for (const SheetCell& cell : sheet.cells) {
      RETURN_IF_ERROR(Put(cell));
      int width = 0;
      for (int c = cell.column; c < cell.column + cell.columns; ++c) width += characters[static_cast<std::size_t>(c)];
      int& lines = heights[cell.row];
      if (cell.rows == 1)
        lines = std::max(lines, LinesOf(cell.text, width - 1) + (cell.style == Style::kTitle ? 1 : 0));
    }
    for (const auto& [row, lines] : heights)
      worksheet_set_row(page_, static_cast<lxw_row_t>(row), std::min(kTallestRow, std::max(1, lines) * kLineHeight + 3),
                        nullptr);
    SetUpPrinting(sheet);
    return absl::OkStatus();
  }

 private:
  absl::Status Put(const SheetCell& cell) {
    const auto row = static_cast<lxw_row_t>(cell.row);
    const auto column = static_cast<lxw_col_t>(cell.column);
    lxw_format* const format = formats_[static_cast<std::size_t>(cell.style)];
    lxw_error error = LXW_NO_ERROR;
    if (cell.rows > 1 || cell.columns > 1) {
      // The text is written on its own: the library's merge puts in an empty string differently.
      error = worksheet_merge_range(page_, row, column, row + static_cast<lxw_row_t>(cell.rows) - 1,
                                    static_cast<lxw_col_t>(column + cell.columns - 1), "", format);
    }
    if (error == LXW_NO_ERROR)
      error = cell.text.empty() ? worksheet_write_blank(page_, row, column, format)
                                : worksheet_write_string(page_, row, column, cell.text.c_str(), format);
    return error == LXW_NO_ERROR ? absl::OkStatus() : Unwritable(lxw_strerror(error));
  }

  void SetUpPrinting(const Sheet& sheet) {
    worksheet_set_paper(page_, 9);  // A4
    sheet.landscape ? worksheet_set_landscape(page_) : worksheet_set_portrait(page_);
    worksheet_set_margins(page_, 0.6, 0.6, 0.6, 0.6);
    worksheet_fit_to_pages(page_, 1, 0);
    worksheet_center_horizontally(page_);
    // A worksheet repeats one head: that of the most rows.
    std::map<int, int> uses;
    for (const int head : sheet.heads)
      if (head >= 0) ++uses[head];
    const auto most =
        std::max_element(uses.begin(), uses.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != uses.end())
      worksheet_repeat_rows(page_, static_cast<lxw_row_t>(most->first), static_cast<lxw_row_t>(most->first));
  }

  lxw_workbook* const book_;
  lxw_worksheet* page_ = nullptr;
  std::array<lxw_format*, kStyles> formats_{};
};

}  // namespace

absl::StatusOr<std::string> ToXlsx(const std::vector<Sheet>& sheets, std::int64_t created) {
  const ScratchFolder folder;
  if (folder.path().empty()) return Unwritable("no temporary folder");
  const std::string path = folder.path() + "/form.xlsx";
  std::string scratch = folder.path();
  lxw_workbook_options options{};
  options.tmpdir = scratch.data();
  lxw_workbook* const book = workbook_new_opt(path.c_str(), &options);
  if (book == nullptr) return Unwritable("no workbook");
  lxw_doc_properties properties{};
  properties.created = static_cast<time_t>(created / 1'000'000);
  workbook_set_properties(book, &properties);
  absl::Status status;
  BookWriter writer(book);
  for (const Sheet& sheet : sheets)
    if (status.ok()) status = writer.Add(sheet);
  const lxw_error error = workbook_close(book);  // also frees it
  RETURN_IF_ERROR(status);
  if (error != LXW_NO_ERROR) return Unwritable(lxw_strerror(error));
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in || bytes.empty()) return Unwritable("it cannot be read back");
  return bytes;
}

}  // namespace jixiao::archiving::exporting
