#include "intake/template/workbook.h"

#include "common/errors.h"
#include "common/text.h"

#include <xlsxwriter.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <tuple>

namespace jixiao::forms {
namespace {

constexpr std::size_t kMaxPrompt = 255;   // characters that Excel shows
constexpr std::size_t kMaxChoices = 255;  // characters of all choices together
constexpr std::size_t kMaxCellCharacters = 32'767;
constexpr char kBodyFont[] = "宋体";
constexpr char kTitleFont[] = "黑体";
constexpr std::uint8_t kChineseCharset = 134;

// The figure for the file: binary as the format has it, and shown again by its number format exactly.
double ToBinary(const std::string& number) {
  return std::strtod(number.c_str(), nullptr);
}

struct CloseWorkbook {
  // Only reached when writing was given up: the file that this leaves is removed by the caller.
  void operator()(lxw_workbook* book) const { workbook_close(book); }
};

class Writer {
 public:
  explicit Writer(lxw_workbook* book) : book_(book) {}

  absl::Status Add(const Sheet& sheet) {
    lxw_worksheet* out = workbook_add_worksheet(book_, sheet.name.c_str());
    if (out == nullptr) return Error(absl::StatusCode::kInternal, "TEMPLATE_FAILED", "a sheet could not be added");
    for (std::size_t i = 0; i < sheet.widths.size(); ++i) {
      const auto column = static_cast<lxw_col_t>(i);
      worksheet_set_column(out, column, column, sheet.widths[i], nullptr);
    }
    for (const SheetCell& cell : sheet.cells) RETURN_IF_ERROR(Put(out, cell));
    SetHeights(out, sheet);
    Print(out);
    // No password: whoever must may lift it. Rows can be added and sized, printed words stay.
    lxw_protection options = {};
    options.format_cells = options.format_columns = options.format_rows = 1;
    options.insert_rows = options.delete_rows = 1;
    worksheet_protect(out, nullptr, &options);
    return absl::OkStatus();
  }

 private:
  lxw_format* FormatOf(Look look, const std::string& number_format) {
    lxw_format*& format = formats_[{look, number_format}];
    if (format != nullptr) return format;
    format = workbook_add_format(book_);
    const bool title = look == Look::kTitle;
    format_set_font_name(format, title ? kTitleFont : kBodyFont);
    format_set_font_charset(format, kChineseCharset);
    format_set_font_size(format, title ? 18 : 10.5);
    format_set_text_wrap(format);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    format_set_align(format, look == Look::kText ? LXW_ALIGN_LEFT : LXW_ALIGN_CENTER);
    if (!title && look != Look::kCaption) format_set_border(format, LXW_BORDER_THIN);
    if (look == Look::kHead) {
      format_set_bg_color(format, 0xEFEFEF);
    } else if (!title) {
      format_set_unlocked(format);
    }
    if (!number_format.empty()) format_set_num_format(format, number_format.c_str());
    return format;
  }

  absl::Status Put(lxw_worksheet* out, const SheetCell& cell) {
    const auto row = static_cast<lxw_row_t>(cell.row), last_row = static_cast<lxw_row_t>(cell.row + cell.rows - 1);
    const auto column = static_cast<lxw_col_t>(cell.column),
               last_column = static_cast<lxw_col_t>(cell.column + cell.columns - 1);
    if (Utf8Length(cell.text) > kMaxCellCharacters)
      return InvalidField("TEMPLATE_TOO_LARGE", "forms", Cat("一个单元格最多 ", kMaxCellCharacters, " 字"));
    // A title of digits stays text; everywhere else a figure is a number.
    const bool words = cell.look == Look::kTitle || cell.look == Look::kCaption || cell.look == Look::kHead ||
                       cell.look == Look::kText;
    const Figure figure = words && cell.formula.empty() ? Figure() : FigureIn(cell.text);
    lxw_format* format = FormatOf(cell.look, cell.formula.empty() ? figure.format : cell.format);
    if (row != last_row || column != last_column)
      worksheet_merge_range(out, row, column, last_row, last_column, "", format);
    lxw_error error = LXW_NO_ERROR;
    if (!cell.formula.empty()) {
      error =
          figure.number.empty()
              ? worksheet_write_formula_str(out, row, column, cell.formula.c_str(), format, cell.text.c_str())
              : worksheet_write_formula_num(out, row, column, cell.formula.c_str(), format, ToBinary(figure.number));
    } else if (!figure.number.empty()) {
      error = worksheet_write_number(out, row, column, ToBinary(figure.number), format);
    } else if (cell.text.empty()) {
      error = worksheet_write_blank(out, row, column, format);
    } else {
      error = worksheet_write_string(out, row, column, cell.text.c_str(), format);
    }
    if (error != LXW_NO_ERROR) return Error(absl::StatusCode::kInternal, "TEMPLATE_FAILED", lxw_strerror(error));
    return Restrict(out, row, column, cell.entry);
  }

  absl::Status Restrict(lxw_worksheet* out, lxw_row_t row, lxw_col_t column, const Entry& entry) {
    if (entry.choices.empty() && !entry.amount && entry.prompt.empty()) return absl::OkStatus();
    lxw_data_validation rule = {};
    rule.ignore_blank = LXW_VALIDATION_ON;
    rule.show_input = LXW_VALIDATION_ON;
    std::string prompt = entry.prompt;
    if (!prompt.empty() && Utf8Length(prompt) <= kMaxPrompt) rule.input_message = prompt.data();
    std::vector<std::string> choices = entry.choices;
    std::vector<char*> list;
    std::size_t characters = 0;
    bool comma = false;
    for (std::string& choice : choices) {
      characters += Utf8Length(choice) + 1;
      comma = comma || choice.find(',') != std::string::npos;
      list.push_back(choice.data());
    }
    list.push_back(nullptr);
    std::string at_most = Cat("=", entry.at_most);
    char error_title[] = "请核对";
    char error_amount[] = "这里应为不小于 0 的数字";
    char error_bounded[] = "这里应为 0 到分值之间的数字";
    if (!choices.empty() && !comma && characters <= kMaxChoices) {
      rule.validate = LXW_VALIDATION_TYPE_LIST;
      rule.value_list = list.data();
      rule.show_error = LXW_VALIDATION_OFF;  // anything else may be written, too
    } else if (entry.amount) {
      rule.validate = LXW_VALIDATION_TYPE_DECIMAL;
      rule.show_error = LXW_VALIDATION_ON;
      rule.error_type = LXW_VALIDATION_ERROR_TYPE_WARNING;
      rule.error_title = error_title;
      if (entry.at_most.empty()) {
        rule.criteria = LXW_VALIDATION_CRITERIA_GREATER_THAN_OR_EQUAL_TO;
        rule.value_number = 0;
        rule.error_message = error_amount;
      } else {
        rule.validate = LXW_VALIDATION_TYPE_DECIMAL_FORMULA;
        rule.criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
        char zero[] = "0";
        rule.minimum_formula = zero;
        rule.maximum_formula = at_most.data();
        rule.error_message = error_bounded;
        return Add(out, row, column, rule);
      }
    } else {
      rule.validate = LXW_VALIDATION_TYPE_ANY;
      if (rule.input_message == nullptr) return absl::OkStatus();
    }
    return Add(out, row, column, rule);
  }

  static absl::Status Add(lxw_worksheet* out, lxw_row_t row, lxw_col_t column, lxw_data_validation& rule) {
    const lxw_error error = worksheet_data_validation_cell(out, row, column, &rule);
    if (error == LXW_NO_ERROR) return absl::OkStatus();
    return Error(absl::StatusCode::kInternal, "TEMPLATE_FAILED", lxw_strerror(error));
  }

  // Spreadsheets do not fit rows to merged cells: the height follows from the longest text.
  static void SetHeights(lxw_worksheet* out, const Sheet& sheet) {
    std::map<int, int> lines;
    for (const SheetCell& cell : sheet.cells) {
      std::size_t width = 0;
      for (int i = cell.column; i < cell.column + cell.columns; ++i)
        width += static_cast<std::size_t>(sheet.widths[static_cast<std::size_t>(i)]);
      std::size_t needed = 0;
      std::string_view rest = cell.text;
      while (true) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        needed += 1 + DisplayWidth(rest.substr(0, end)) / std::max<std::size_t>(width - 1, 1);
        if (end == rest.size()) break;
        rest.remove_prefix(end + 1);
      }
      // What stands over several rows has their heights together.
      const int share =
          static_cast<int>((needed + static_cast<std::size_t>(cell.rows) - 1) / static_cast<std::size_t>(cell.rows));
      for (int row = cell.row; row < cell.row + cell.rows; ++row) lines[row] = std::max(lines[row], share);
    }
    constexpr double kLine = 14.25, kMargin = 8, kMost = 409;
    for (const auto& [row, count] : lines)
      worksheet_set_row(out, static_cast<lxw_row_t>(row), row == 0 ? 34 : std::min(kMost, count * kLine + kMargin),
                        nullptr);
  }

  static void Print(lxw_worksheet* out) {
    constexpr std::uint8_t kA4 = 9;
    worksheet_set_paper(out, kA4);
    worksheet_set_landscape(out);
    worksheet_fit_to_pages(out, 1, 0);
    worksheet_center_horizontally(out);
    worksheet_set_margins(out, 0.5, 0.5, 0.6, 0.6);
    worksheet_set_footer(out, "&C第 &P 页，共 &N 页");
  }

  lxw_workbook* book_;
  std::map<std::pair<Look, std::string>, lxw_format*> formats_;
};

}  // namespace

absl::Status WriteWorkbook(const std::vector<Sheet>& sheets, const std::string& title,
                           const std::vector<std::pair<std::string, std::string>>& properties,
                           const std::string& path) {
  const auto unwritable = [&] {
    return Error(absl::StatusCode::kUnavailable, "FILE_UNWRITABLE", Cat(path, "：无法写入"));
  };
  std::unique_ptr<lxw_workbook, CloseWorkbook> book(workbook_new(path.c_str()));
  if (book == nullptr) return unwritable();
  std::string named = title;
  lxw_doc_properties about = {};
  about.title = named.data();
  workbook_set_properties(book.get(), &about);
  for (const auto& [name, value] : properties)
    workbook_set_custom_property_string(book.get(), name.c_str(), value.c_str());
  Writer writer(book.get());
  for (const Sheet& sheet : sheets) RETURN_IF_ERROR(writer.Add(sheet));
  return workbook_close(book.release()) == LXW_NO_ERROR ? absl::OkStatus() : unwritable();
}

}  // namespace jixiao::forms
