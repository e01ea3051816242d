// Office files made for tests: one table in a short notation, written as .docx, .xlsx, pipes, boxes or comma-separated.
#pragma once

#include "common/text.h"

#include <zip.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::importing::support {

// Parts by name to a zip file.
inline std::string Zip(const std::vector<std::pair<std::string, std::string>>& parts) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* out = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(out);
  zip_t* archive = zip_open_from_source(out, ZIP_CREATE | ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : parts)
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, content.data(), content.size(), 0),
                 ZIP_FL_ENC_UTF_8);
  zip_close(archive);
  zip_source_open(out);
  zip_source_seek(out, 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(out)), '\0');
  zip_source_seek(out, 0, SEEK_SET);
  zip_source_read(out, bytes.data(), bytes.size());
  zip_source_close(out);
  zip_source_free(out);
  return bytes;
}

inline std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

// A cell of a table in place.
struct TestCell {
  std::string text;
  int row = 0, column = 0, rows = 1, columns = 1;
};
struct TestTable {
  std::vector<TestCell> cells;
  int rows = 0, columns = 0;
};

// One string a row, cells divided by |. A cell that is just < is merged with the one to its left, ^ with the one above;
// \ stands for a line break inside of a cell.
inline TestTable Table(const std::vector<std::string>& rows) {
  TestTable out;
  std::vector<std::vector<int>> owner;
  for (const std::string& row : rows) {
    owner.emplace_back();
    std::string_view rest = row;
    for (int column = 0;; ++column) {
      const std::size_t end = std::min(rest.find('|'), rest.size());
      std::string text(rest.substr(0, end));
      if (text == "<") {
        const int left = owner.back().back();
        TestCell& cell = out.cells[static_cast<std::size_t>(left)];
        if (cell.row == out.rows) cell.columns = column - cell.column + 1;
        owner.back().push_back(left);
      } else if (text == "^") {
        const int above = owner[owner.size() - 2][static_cast<std::size_t>(column)];
        TestCell& cell = out.cells[static_cast<std::size_t>(above)];
        cell.rows = out.rows - cell.row + 1;
        owner.back().push_back(above);
      } else {
        std::replace(text.begin(), text.end(), '\\', '\n');
        owner.back().push_back(static_cast<int>(out.cells.size()));
        out.cells.push_back({text, out.rows, column, 1, 1});
      }
      out.columns = std::max(out.columns, column + 1);
      if (end == rest.size()) break;
      rest.remove_prefix(end + 1);
    }
    ++out.rows;
  }
  return out;
}

inline const TestCell* CellOver(const TestTable& table, int row, int column) {
  for (const TestCell& cell : table.cells)
    if (cell.row <= row && row < cell.row + cell.rows && cell.column <= column && column < cell.column + cell.columns)
      return &cell;
  return nullptr;
}

// ------------------------------------------------------------------------------------------------ .docx

inline std::string DocxParagraph(std::string_view text) {
  std::string out = "<w:p><w:r>";
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    Append(out, "<w:t xml:space=\"preserve\">", Escape(text.substr(0, end)), "</w:t>");
    if (end == text.size()) break;
    out += "<w:br/>";
    text.remove_prefix(end + 1);
  }
  return out + "</w:r></w:p>";
}

inline std::string DocxTable(const TestTable& table) {
  std::string out = "<w:tbl><w:tblPr/><w:tblGrid/>";
  for (int row = 0; row < table.rows; ++row) {
    out += "<w:tr>";
    for (int column = 0; column < table.columns;) {
      const TestCell* cell = CellOver(table, row, column);
      if (cell == nullptr) {
        out += "<w:tc><w:p/></w:tc>";
        ++column;
        continue;
      }
      out += "<w:tc><w:tcPr>";
      if (cell->columns > 1) Append(out, "<w:gridSpan w:val=\"", cell->columns, "\"/>");
      if (cell->rows > 1) out += cell->row == row ? "<w:vMerge w:val=\"restart\"/>" : "<w:vMerge/>";
      Append(out, "</w:tcPr>", cell->row == row ? DocxParagraph(cell->text) : "<w:p/>", "</w:tc>");
      column += cell->columns;
    }
    out += "</w:tr>";
  }
  return out + "</w:tbl>";
}

// A document with this body.
inline std::string Docx(std::string_view body) {
  return Zip(
      {{"[Content_Types].xml", "<Types/>"},
       {"word/document.xml", Cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document "
                                 "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "
                                 "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"><w:body>",
                                 body, "</w:body></w:document>")}});
}

// ------------------------------------------------------------------------------------------------ .xlsx

inline std::string ColumnName(int column) {
  std::string out;
  for (++column; column > 0; column = (column - 1) / 26) out.insert(0, 1, static_cast<char>('A' + (column - 1) % 26));
  return out;
}

// Sheet data of a table; figures are stored as numbers, percentages with the style 1 (0.00%) and 2 (0%).
inline std::string XlsxSheet(const TestTable& table) {
  std::string out = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>";
  std::string merges;
  int count = 0;
  for (int row = 0; row < table.rows; ++row) {
    Append(out, "<row r=\"", row + 1, "\">");
    for (const TestCell& cell : table.cells) {
      if (cell.row != row) continue;
      const std::string name = Cat(ColumnName(cell.column), row + 1);
      if (cell.rows > 1 || cell.columns > 1) {
        Append(merges, "<mergeCell ref=\"", name, ":", ColumnName(cell.column + cell.columns - 1), cell.row + cell.rows,
               "\"/>");
        ++count;
      }
      const bool number = !cell.text.empty() && cell.text.find_first_not_of("0123456789.") == std::string::npos &&
                          cell.text.back() != '0' && cell.text.front() != '.';
      if (number)
        Append(out, "<c r=\"", name, "\"><v>", cell.text, "</v></c>");
      else if (cell.text == "100%")
        Append(out, "<c r=\"", name, "\" s=\"2\"><v>1</v></c>");
      else
        Append(out, "<c r=\"", name, "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", Escape(cell.text),
               "</t></is></c>");
    }
    out += "</row>";
  }
  Append(out, "</sheetData>");
  if (count > 0) Append(out, "<mergeCells count=\"", count, "\">", merges, "</mergeCells>");
  return out + "</worksheet>";
}

// A workbook of these sheets, each given by its XML; `extra` are further parts. Sheets are called 表1, 表2 …
inline std::string Xlsx(const std::vector<std::string>& sheets,
                        std::vector<std::pair<std::string, std::string>> extra = {},
                        std::string_view second_state = "") {
  std::string list, relations;
  std::vector<std::pair<std::string, std::string>> parts;
  for (std::size_t i = 1; i <= sheets.size(); ++i) {
    Append(list, "<sheet name=\"表", i, "\" sheetId=\"", i, "\" r:id=\"rId", i, "\"", i == 2 ? second_state : "", "/>");
    Append(relations, "<Relationship Id=\"rId", i, "\" Type=\"x\" Target=\"worksheets/sheet", i, ".xml\"/>");
    parts.emplace_back(Cat("xl/worksheets/sheet", i, ".xml"), sheets[i - 1]);
  }
  parts.insert(parts.begin(),
               {{"[Content_Types].xml", "<Types/>"},
                {"xl/workbook.xml",
                 Cat("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
                     "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>",
                     list, "</sheets></workbook>")},
                {"xl/_rels/workbook.xml.rels", Cat("<Relationships>", relations, "</Relationships>")}});
  const bool own_styles =
      std::any_of(extra.begin(), extra.end(), [](const auto& part) { return part.first == "xl/styles.xml"; });
  if (!own_styles)
    parts.emplace_back(
        "xl/styles.xml",
        "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"10\"/><xf numFmtId=\"9\"/></cellXfs></styleSheet>");
  for (auto& part : extra) parts.push_back(std::move(part));
  return Zip(parts);
}

// ------------------------------------------------------------------------------------------------ texts

// Pipes; a merged cell stands once and leaves its other places empty.
inline std::string Pipes(const TestTable& table) {
  std::string out;
  for (int row = 0; row < table.rows; ++row) {
    for (int column = 0; column < table.columns; ++column) {
      const TestCell* cell = CellOver(table, row, column);
      std::string text = cell != nullptr && cell->row == row && cell->column == column ? cell->text : "";
      std::erase(text, '\n');
      Append(out, "| ", text, " ");
    }
    out += "|\n";
  }
  return out;
}

inline std::string Csv(const TestTable& table) {
  std::string out;
  for (int row = 0; row < table.rows; ++row) {
    for (int column = 0; column < table.columns; ++column) {
      const TestCell* cell = CellOver(table, row, column);
      std::string text = cell != nullptr && cell->row == row && cell->column == column ? cell->text : "";
      for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 2))
        text.insert(at, 1, '"');
      Append(out, column == 0 ? "" : ",", "\"", text, "\"");
    }
    out += "\r\n";
  }
  return out;
}

// Cells on lines of their own behind tabs, an empty line between rows: what Word's text export gives. Merged cells
// stand once in their row.
inline std::string TabCells(const TestTable& table) {
  std::string out;
  for (int row = 0; row < table.rows; ++row) {
    for (int column = 0; column < table.columns;) {
      const TestCell* cell = CellOver(table, row, column);
      Append(out, "\t", cell != nullptr && cell->row == row ? cell->text : std::string(), "\n");
      column += cell == nullptr ? 1 : cell->columns;
    }
    out += "\n";
  }
  return out;
}

// Box drawing.
inline std::string Box(const TestTable& table) {
  std::vector<std::size_t> widths(static_cast<std::size_t>(table.columns), 6);
  for (const TestCell& cell : table.cells) {
    std::string flat = cell.text;
    std::erase(flat, '\n');
    auto& width = widths[static_cast<std::size_t>(cell.column)];
    if (cell.columns == 1) width = std::max(width, DisplayWidth(flat) + 2);
  }
  for (const TestCell& cell : table.cells) {
    if (cell.columns == 1) continue;
    std::string flat = cell.text;
    std::erase(flat, '\n');
    std::size_t have = static_cast<std::size_t>(cell.columns) - 1;
    for (int i = 0; i < cell.columns; ++i) have += widths[static_cast<std::size_t>(cell.column + i)];
    if (have < DisplayWidth(flat) + 2)
      widths[static_cast<std::size_t>(cell.column + cell.columns - 1)] += DisplayWidth(flat) + 2 - have;
  }
  std::string out;
  for (int row = 0; row <= table.rows; ++row) {
    // The border above this row: open where a cell goes on.
    std::string border;
    for (int column = 0; column < table.columns; ++column) {
      const TestCell* above = row > 0 ? CellOver(table, row - 1, column) : nullptr;
      const TestCell* below = row < table.rows ? CellOver(table, row, column) : nullptr;
      const bool open = above != nullptr && above == below;
      const TestCell* left_above = row > 0 && column > 0 ? CellOver(table, row - 1, column - 1) : nullptr;
      const bool inner = open && column > 0 && left_above == above;
      border += inner ? " " : "┼";
      for (std::size_t i = 0; i < widths[static_cast<std::size_t>(column)]; ++i) border += open ? " " : "─";
    }
    Append(out, border, "┤\n");
    if (row == table.rows) break;
    for (int column = 0; column < table.columns;) {
      const TestCell* cell = CellOver(table, row, column);
      std::string text = cell != nullptr && cell->row == row ? cell->text : "";
      std::erase(text, '\n');
      const int span = cell == nullptr ? 1 : cell->columns;
      std::size_t width = static_cast<std::size_t>(span) - 1;
      for (int i = 0; i < span; ++i) width += widths[static_cast<std::size_t>(column + i)];
      Append(out, "│", text, std::string(width - std::min(width, DisplayWidth(text)), ' '));
      column += span;
    }
    out += "│\n";
  }
  return out;
}

}  // namespace jixiao::importing::support
