#include "intake/season/roster_file.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/import/document.h"
#include "intake/import/folding.h"
#include "intake/import/limits.h"
#include "intake/import/text_encoding.h"
#include "intake/import/text_reader.h"
#include "intake/import/xlsx_reader.h"
#include "intake/season/names.h"
#include "intake/season/roster.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace jixiao::season {
namespace {

using importing::Cell;
using importing::Grid;
using intake::v1::RosterEntry;

constexpr std::size_t kMaxColumns = 256;
constexpr int kHeadingRows = 30;  // titles and notes stand above the heading

struct Heading {
  std::string_view field;
  std::string_view word;  // folded by FoldName
};

// Longer words first, where one contains another.
constexpr Heading kHeadings[] = {
    {"unit.code", "项目实施单位代码"},
    {"unit.code", "项目实施单位编码"},
    {"unit.code", "预算单位代码"},
    {"unit.code", "预算单位编码"},
    {"unit.code", "实施单位代码"},
    {"unit.code", "实施单位编码"},
    {"unit.code", "项目单位代码"},
    {"unit.code", "项目单位编码"},
    {"unit.code", "单位代码"},
    {"unit.code", "单位编码"},
    {"unit.code", "预算编码"},
    {"unit.code", "UNITCODE"},
    {"unit.code", "UNIT_CODE"},
    {"unit.code", "AGENCYCODE"},
    {"unit.code", "AGENCY_CODE"},
    {"unit.name", "项目实施单位名称"},
    {"unit.name", "项目实施单位"},
    {"unit.name", "预算单位名称"},
    {"unit.name", "预算单位"},
    {"unit.name", "实施单位名称"},
    {"unit.name", "实施单位"},
    {"unit.name", "项目单位名称"},
    {"unit.name", "项目单位"},
    {"unit.name", "填报单位"},
    {"unit.name", "申报单位"},
    {"unit.name", "资金使用单位"},
    {"unit.name", "使用单位"},
    {"unit.name", "单位名称"},
    {"unit.name", "单位"},
    {"unit.name", "UNIT"},
    {"unit.name", "UNITNAME"},
    {"unit.name", "UNIT_NAME"},
    {"unit.name", "IMPLEMENTINGUNIT"},
    {"unit.name", "IMPLEMENTING_UNIT"},
    {"unit.name", "AGENCYNAME"},
    {"unit.name", "AGENCY_NAME"},
    {"department.code", "主管部门代码"},
    {"department.code", "主管部门编码"},
    {"department.code", "部门代码"},
    {"department.code", "部门编码"},
    {"department.code", "DEPARTMENTCODE"},
    {"department.code", "DEPARTMENT_CODE"},
    {"department.code", "DEPT_CODE"},
    {"department.name", "主管部门名称"},
    {"department.name", "主管部门"},
    {"department.name", "预算部门"},
    {"department.name", "主管单位"},
    {"department.name", "归口部门"},
    {"department.name", "部门名称"},
    {"department.name", "部门"},
    {"department.name", "DEPARTMENT"},
    {"department.name", "DEPARTMENTNAME"},
    {"department.name", "DEPARTMENT_NAME"},
    {"department.name", "COMPETENTDEPARTMENT"},
    {"department.name", "COMPETENT_DEPARTMENT"},
    {"department.name", "DEPT_NAME"},
    {"project_code", "项目代码"},
    {"project_code", "项目编码"},
    {"project_code", "项目编号"},
    {"project_code", "PROJECTCODE"},
    {"project_code", "PROJECT_CODE"},
    {"project_code", "PRO_CODE"},
    {"project_name", "项目名称"},
    {"project_name", "项目(政策)名称"},
    {"project_name", "项目"},
    {"project_name", "PROJECT"},
    {"project_name", "PROJECTNAME"},
    {"project_name", "PROJECT_NAME"},
    {"project_name", "PRO_NAME"},
    {"region_code", "财政区划代码"},
    {"region_code", "财政区划"},
    {"region_code", "行政区划代码"},
    {"region_code", "区划代码"},
    {"region_code", "REGIONCODE"},
    {"region_code", "REGION_CODE"},
    {"region_code", "MOF_DIV_CODE"},
    {"contact", "联系人及电话"},
    {"contact", "联系人"},
    {"contact", "联系方式"},
    {"contact", "联系电话"},
    {"contact", "电话"},
    {"contact", "手机"},
    {"contact", "手机号"},
    {"contact", "手机号码"},
    {"contact", "填报人"},
    {"contact", "经办人"},
    {"contact", "CONTACT"},
    {"contact", "PHONE"},
    {"contact", "TELEPHONE"},
};

std::string_view FieldTitle(std::string_view field) {
  constexpr std::pair<std::string_view, std::string_view> kTitles[] = {
      {"unit.name", "单位名称"},           {"unit.code", "单位代码"},    {"department.name", "主管部门"},
      {"department.code", "主管部门代码"}, {"project_name", "项目名称"}, {"project_code", "项目代码"},
      {"region_code", "区划代码"},         {"contact", "联系人"}};
  for (const auto& [name, title] : kTitles)
    if (name == field) return title;
  return field;
}

// A heading as it is meant: without marks such as * and notes in brackets behind it (必填), (21位).
std::string HeadingOf(std::string_view text) {
  std::string folded = FoldName(text);
  std::erase(folded, '*');
  if (folded.size() > 1 && folded.ends_with(")"))
    if (const std::size_t open = folded.rfind('('); open != std::string::npos && open > 0) {
      // 项目(政策)名称 keeps its brackets; a note stands at the end.
      folded.resize(open);
    }
  return folded;
}

std::string_view FieldOf(std::string_view text) {
  const std::string heading = HeadingOf(text);
  for (const Heading& known : kHeadings)
    if (heading == known.word) return known.field;
  return {};
}

std::string ColumnName(int column) {
  std::string name = importing::A1(1, column + 1);
  name.pop_back();
  return name;
}

absl::Status Unreadable(std::string description) {
  return InvalidField("ROSTER_UNREADABLE", "file", std::move(description));
}

// The cells of one row, by column.
using Row = std::vector<const Cell*>;

class GridReader {
 public:
  GridReader(const Grid& grid, RosterFile& out) : grid_(grid), out_(out) {}

  // False when the grid has no heading of a roster.
  bool Read() {
    Arrange();
    if (!FindHeading()) return false;
    ReportColumns();
    for (std::size_t row = heading_ + 1; row < rows_.size(); ++row) ReadRow(row);
    return true;
  }

 private:
  // A row's cells under their columns; a cell that is merged over several rows stands in each of them.
  void Arrange() {
    for (const Cell& cell : grid_.cells) {
      if (cell.covered || importing::IsBlank(cell.text)) continue;
      const int last = std::min(cell.row + std::max(cell.rows, 1), cell.row + 100'000);
      for (int row = cell.row; row < last; ++row) {
        if (row != cell.row && static_cast<std::size_t>(row) > static_cast<std::size_t>(LastRow())) break;
        Put(row, cell);
      }
    }
  }
  int LastRow() {
    if (last_row_ < 0)
      for (const Cell& cell : grid_.cells)
        if (!cell.covered) last_row_ = std::max(last_row_, cell.row);
    return last_row_;
  }
  void Put(int row, const Cell& cell) {
    const auto at = static_cast<std::size_t>(row);
    const auto column = static_cast<std::size_t>(cell.column);
    if (column >= kMaxColumns) {
      far_ = true;
      return;
    }
    if (rows_.size() <= at) rows_.resize(at + 1);
    if (rows_[at].size() <= column) rows_[at].resize(column + 1);
    if (rows_[at][column] == nullptr) rows_[at][column] = &cell;
  }

  bool FindHeading() {
    for (heading_ = 0; heading_ < std::min<std::size_t>(rows_.size(), kHeadingRows); ++heading_) {
      fields_.clear();
      bool unit = false;
      std::size_t found = 0;
      for (const Cell* cell : rows_[heading_]) {
        const std::string_view field = cell == nullptr ? std::string_view() : FieldOf(cell->text);
        fields_.push_back(field);
        found += field.empty() ? 0 : 1;
        unit = unit || field == "unit.name";
      }
      if (unit && (found > 1 || Filled(heading_) == 1)) return true;
    }
    return false;
  }
  std::size_t Filled(std::size_t row) const {
    return static_cast<std::size_t>(
        std::count_if(rows_[row].begin(), rows_[row].end(), [](const Cell* cell) { return cell != nullptr; }));
  }

  void ReportColumns() {
    if (far_) out_.passed_over.push_back(Cat(Sheet(), "第 ", kMaxColumns, " 列以后没有读"));
    RosterTable& table = out_.tables.emplace_back();
    table.sheet = grid_.sheet;
    table.heading_row = RowNumber(heading_);
    for (std::size_t column = 0; column < fields_.size(); ++column) {
      const Cell* cell = rows_[heading_][column];
      if (cell == nullptr) continue;
      const std::string name = ColumnName(static_cast<int>(column));
      const std::string heading = FoldName(cell->text);
      if (fields_[column].empty()) {
        if (heading != "序号" && heading != "NO" && heading != "NO.")
          out_.passed_over.push_back(Cat(Sheet(), name, " 列“", TruncateUtf8(heading, 60), "”没有读"));
      } else if (!table.columns.emplace(fields_[column], name).second && fields_[column] != "contact") {
        out_.passed_over.push_back(Cat(Sheet(), name, " 列“", TruncateUtf8(heading, 60), "”与前面的列重复，没有读"));
        fields_[column] = {};
      }
    }
  }

  std::string Sheet() const { return grid_.sheet.empty() ? std::string() : Cat("工作表“", grid_.sheet, "” "); }

  // The row as people see it: of the sheet, or the line of the file.
  int RowNumber(std::size_t row) const {
    for (const Cell* cell : rows_[row]) {
      if (cell == nullptr) continue;
      // A merged cell names the row in which it begins.
      const int down = static_cast<int>(row) - cell->row;
      if (cell->place.row > 0 && !grid_.sheet.empty()) return cell->place.row + down;
      if (cell->place.paragraph > 0) return cell->place.paragraph + down;
    }
    return static_cast<int>(row) + 1;
  }

  void ReadRow(std::size_t row) {
    RosterEntry entry;
    bool own = false;  // something other than what is merged into the row from above
    for (std::size_t column = 0; column < std::min(fields_.size(), rows_[row].size()); ++column) {
      const Cell* cell = rows_[row][column];
      if (cell == nullptr || fields_[column].empty()) continue;
      own = own || cell->row == static_cast<int>(row);
      // 联系人 is a name with a number behind it, the others are words.
      const bool contact = fields_[column] == "contact";
      Set(entry, fields_[column], contact ? importing::CleanValue(cell->text) : importing::CleanWord(cell->text));
    }
    entry.set_row(RowNumber(row));
    const std::string first = FirstText(row);
    // Lines that only have their running number, ready to be filled in, say nothing.
    const bool empty = first.empty() || (!own && first.find_first_not_of("0123456789") == std::string::npos);
    if (empty) return;
    if (!own || IsRemark(row, entry)) {
      out_.passed_over.push_back(Cat(Sheet(), "第 ", entry.row(), " 行“", TruncateUtf8(first, 60), "”没有读"));
      return;
    }
    out_.entries.push_back(std::move(entry));
    out_.tables_of.push_back(out_.tables.size() - 1);
  }

  // What is written first in the row itself, not merged into it.
  std::string FirstText(std::size_t row) const {
    for (const Cell* cell : rows_[row])
      if (cell != nullptr && cell->row == static_cast<int>(row)) return FoldName(cell->text);
    return {};
  }

  // A sum (合计), the heading once more on the next page, or a note below the table.
  bool IsRemark(std::size_t row, const RosterEntry& entry) const {
    const std::string first = FirstText(row);
    if (entry.unit().code().empty() && entry.project_code().empty())
      for (const std::string_view word : {"合计", "小计", "总计", "共计"})
        if (first == word || FoldName(entry.unit().name()) == word || FoldName(entry.project_name()) == word)
          return true;
    if (FieldOf(entry.unit().name()) == "unit.name") return true;
    return Filled(row) == 1 && fields_.size() > 2 &&
           (first.starts_with("注") || first.starts_with("备注") || first.starts_with("说明") ||
            first.starts_with("填表") || first.starts_with("制表"));
  }

  static void Set(RosterEntry& entry, std::string_view field, std::string value) {
    if (field == "unit.name") return entry.mutable_unit()->set_name(std::move(value));
    if (field == "unit.code") return entry.mutable_unit()->set_code(std::move(value));
    if (field == "department.name") return entry.mutable_department()->set_name(std::move(value));
    if (field == "department.code") return entry.mutable_department()->set_code(std::move(value));
    if (field == "project_name") return entry.set_project_name(std::move(value));
    // 无, / and - say that there is no code.
    if (field == "project_code") return importing::IsNothing(value) ? void() : entry.set_project_code(FoldCode(value));
    if (field == "region_code") return importing::IsNothing(value) ? void() : entry.set_region_code(FoldCode(value));
    entry.set_contact(entry.contact().empty() ? std::move(value) : Cat(entry.contact(), " ", value));
  }

  const Grid& grid_;
  RosterFile& out_;
  std::vector<Row> rows_;
  int last_row_ = -1;
  bool far_ = false;  // something stands to the right of all columns that are read
  std::size_t heading_ = 0;
  std::vector<std::string_view> fields_;  // of each column; empty: not read
};

importing::Limits RosterLimits() {
  importing::Limits limits;
  limits.cells = 6'000'000;  // 500,000 rows of a dozen columns
  limits.xml_elements = 40'000'000;
  limits.cell_bytes = 1u << 16;
  return limits;
}

}  // namespace

std::string RosterFile::Describe(const intake::v1::RosterFault& fault) const {
  const auto index = static_cast<std::size_t>(fault.index());
  if (index >= tables_of.size()) return Cat("第 ", fault.row(), " 行");
  const RosterTable& table = tables[tables_of[index]];
  const std::string where = table.sheet.empty() ? std::string() : Cat("工作表“", table.sheet, "” ");
  const auto column = table.columns.find(fault.field());
  const std::string_view title = FieldTitle(fault.field());
  if (column == table.columns.end()) return Cat(where, "第 ", fault.row(), " 行（没有“", title, "”列）");
  return Cat(where, "第 ", fault.row(), " 行 ", column->second, " 列（", title, "）");
}

absl::StatusOr<RosterFile> ReadRoster(std::string_view bytes, std::string_view file_name) {
  const importing::Limits limits = RosterLimits();
  if (bytes.empty()) return Unreadable("文件是空的");
  if (bytes.size() > limits.file_bytes) return Unreadable(Cat("文件超过 ", limits.file_bytes >> 20, " MiB"));
  importing::Document document;
  if (bytes.starts_with("PK\x03\x04")) {
    ASSIGN_OR_RETURN(document, importing::ReadXlsx(bytes, limits));
  } else if (bytes.starts_with("\xD0\xCF\x11\xE0")) {
    return Unreadable("旧格式（.xls）或加密的文件：请另存为 .xlsx 或 .csv");
  } else {
    ASSIGN_OR_RETURN(const std::string text, importing::DecodeText(bytes));
    ASSIGN_OR_RETURN(document, importing::ReadText(text, true, limits));
  }
  RosterFile file;
  std::vector<std::string> without;
  for (const importing::Block& block : document.blocks) {
    if (!block.is_grid || block.grid.cells.empty()) continue;
    if (block.grid.hidden) {
      file.passed_over.push_back(Cat("隐藏的工作表“", block.grid.sheet, "”没有读"));
    } else if (!GridReader(block.grid, file).Read()) {
      without.push_back(block.grid.sheet);
    }
  }
  if (file.tables.empty())
    return Unreadable(Cat(file_name, " 的前 ", kHeadingRows,
                          " 行里没有名单的表头：至少要有“单位名称”一列（部门整体以外还要有“项目名称”）"));
  for (const std::string& sheet : without) file.passed_over.push_back(Cat("工作表“", sheet, "”没有名单的表头，没有读"));
  if (file.entries.empty()) return Unreadable("表头下面没有单位");
  if (file.entries.size() > kMaxRosterEntries) return Unreadable(Cat("名单超过 ", kMaxRosterEntries, " 行"));
  return file;
}

}  // namespace jixiao::season
