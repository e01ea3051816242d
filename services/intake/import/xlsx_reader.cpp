#include "intake/import/xlsx_reader.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/import/number_format.h"
#include "intake/import/xml.h"
#include "intake/import/zip_archive.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

namespace jixiao::importing {
namespace {

constexpr int kMaxRow = 1'048'576;
constexpr int kMaxColumn = 16'384;

absl::Status TooMany(const Limits& limits) {
  return InvalidField("DOCUMENT_TOO_LARGE", "content", Cat("单元格超过 ", limits.cells, " 个"));
}

// "B12" counted from 1; nothing when it is no such reference or outside of a sheet.
std::optional<std::pair<int, int>> ParseA1(std::string_view text) {
  int column = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= 'A' && text[i] <= 'Z'; ++i)
    if ((column = column * 26 + text[i] - 'A' + 1) > kMaxColumn) return std::nullopt;
  int row = 0;
  const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), row);
  if (i == 0 || error != std::errc() || end != text.data() + text.size() || row < 1 || row > kMaxRow)
    return std::nullopt;
  return std::pair{row, column};
}

// The text of <si> or <is>: plain or in runs; phonetic guides are no text.
std::string StringItem(const pugi::xml_node& item) {
  std::string out;
  for (const pugi::xml_node& child : item.children()) {
    const std::string_view name = LocalName(child);
    if (name == "t") out += child.text().get();
    if (name == "r") out += Child(child, "t").text().get();
  }
  return out;
}

// What _x000D_ and its like stand for: characters that XML cannot hold. Line ends become \n.
std::string Unescape(std::string text) {
  for (std::size_t at = text.find("_x"); at != std::string::npos; at = text.find("_x", at + 1)) {
    unsigned value = 0;
    if (at + 7 > text.size() || text[at + 6] != '_') continue;
    const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, value, 16);
    if (error != std::errc() || end != text.data() + at + 6 || value >= 0x20) continue;
    text.replace(at, 7, value == '\t' ? "\t" : value == '\n' ? "\n" : "");
  }
  std::erase(text, '\r');
  return text;
}

struct Workbook {
  std::vector<std::string> strings;
  std::vector<std::string> formats;  // by style
  bool date1904 = false;
};

absl::Status ReadStrings(const ZipArchive& zip, const std::string& part, const Limits& limits, Workbook& book) {
  ASSIGN_OR_RETURN(const std::string text, zip.Read(part));
  if (text.empty()) return absl::OkStatus();
  pugi::xml_document xml;
  RETURN_IF_ERROR(ParseXml(part, text, limits, xml));
  for (const pugi::xml_node& item : xml.document_element().children()) {
    if (LocalName(item) != "si") continue;
    if (book.strings.size() >= limits.cells) return TooMany(limits);
    book.strings.push_back(Unescape(StringItem(item)));
  }
  return absl::OkStatus();
}

absl::Status ReadStyles(const ZipArchive& zip, const std::string& part, const Limits& limits, Workbook& book) {
  ASSIGN_OR_RETURN(const std::string text, zip.Read(part));
  if (text.empty()) return absl::OkStatus();
  pugi::xml_document xml;
  RETURN_IF_ERROR(ParseXml(part, text, limits, xml));
  const pugi::xml_node root = xml.document_element();
  std::map<int, std::string> own;
  for (const pugi::xml_node& format : Child(root, "numFmts").children())
    own[NumberIn(format, "numFmtId", -1, 1 << 20)] = Sound(std::string(Attribute(format, "formatCode")));
  for (const pugi::xml_node& style : Child(root, "cellXfs").children()) {
    const int id = NumberIn(style, "numFmtId", 0, 1 << 20);
    const auto found = own.find(id);
    book.formats.push_back(found != own.end() ? found->second : std::string(BuiltinFormat(id)));
  }
  return absl::OkStatus();
}

std::string ValueOf(const pugi::xml_node& c, const Workbook& book) {
  const std::string_view type = Attribute(c, "t");
  const std::string value = Child(c, "v").text().get();
  if (type == "inlineStr") return Unescape(StringItem(Child(c, "is")));
  if (type == "s") {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), index);
    return error == std::errc() && index < book.strings.size() ? book.strings[index] : std::string();
  }
  if (type == "str" || type == "e" || type == "d") return Unescape(value);
  if (type == "b") return value == "1" ? "TRUE" : "FALSE";
  if (value.empty()) return {};
  const int style = NumberIn(c, "s", 0, 1 << 20);
  const std::string_view format = static_cast<std::size_t>(style) < book.formats.size()
                                      ? std::string_view(book.formats[static_cast<std::size_t>(style)])
                                      : "General";
  return FormatNumber(value, format, book.date1904);
}

bool Blank(std::string_view text) {
  return text.find_first_not_of(" \t\n") == std::string_view::npos;
}

// Merges as (row, column) of the first cell to rows × columns.
struct Merge {
  int row, column, last_row, last_column;
};

std::vector<Merge> Merges(const pugi::xml_node& sheet) {
  std::vector<Merge> out;
  for (const pugi::xml_node& merge : Child(sheet, "mergeCells").children()) {
    const std::string_view range = Attribute(merge, "ref");
    const std::size_t colon = range.find(':');
    if (colon == std::string_view::npos) continue;
    const auto from = ParseA1(range.substr(0, colon)), to = ParseA1(range.substr(colon + 1));
    if (from && to && from->first <= to->first && from->second <= to->second)
      out.push_back({from->first, from->second, to->first, to->second});
  }
  return out;
}

// Applies merges: spans of first cells, and cells that lie under another one. Ranges are never walked through: they may
// cover a whole sheet.
absl::Status Apply(const std::vector<Merge>& merges, Grid& grid) {
  std::map<std::pair<int, int>, const Merge*> by_origin;
  for (const Merge& merge : merges) by_origin[{merge.row - 1, merge.column - 1}] = &merge;
  int last_row = 0, last_column = 0;
  for (const Cell& cell : grid.cells) {
    last_row = std::max(last_row, cell.row);
    last_column = std::max(last_column, cell.column);
  }
  // Rows in which a merge is open, by column: enough to find what it covers while walking in row order.
  std::vector<const Merge*> sorted;
  for (const auto& [origin, merge] : by_origin) sorted.push_back(merge);
  std::size_t next = 0;
  std::vector<const Merge*> open;
  constexpr std::size_t kMaxCompared = 300'000'000;
  std::size_t compared = 0;
  int current = -1;
  for (Cell& cell : grid.cells) {
    if (cell.row != current) {
      current = cell.row;
      std::erase_if(open, [&](const Merge* m) { return m->last_row - 1 < current; });
      while (next < sorted.size() && sorted[next]->row - 1 <= current) {
        if (sorted[next]->last_row - 1 >= current) open.push_back(sorted[next]);
        ++next;
      }
    }
    if (const auto own = by_origin.find({cell.row, cell.column}); own != by_origin.end()) {
      // No wider than what is used.
      cell.rows = std::min(own->second->last_row - 1, std::max(last_row, cell.row)) - cell.row + 1;
      cell.columns = std::min(own->second->last_column - 1, std::max(last_column, cell.column)) - cell.column + 1;
      continue;
    }
    // Merges of a real sheet do not overlap, so few are open at a time.
    if ((compared += open.size()) > kMaxCompared)
      return InvalidField("DOCUMENT_TOO_LARGE", "content", Cat("工作表“", grid.sheet, "”的合并单元格过多"));
    for (const Merge* merge : open)
      if (merge->column - 1 <= cell.column && cell.column <= merge->last_column - 1) cell.covered = true;
  }
  return absl::OkStatus();
}

// Rows and columns that are not displayed.
struct Hidden {
  std::set<int> rows;                        // counted from 0
  std::vector<std::pair<int, int>> columns;  // from, to, both counted in

  bool HasColumn(int column) const {
    return std::any_of(columns.begin(), columns.end(),
                       [column](const auto& range) { return range.first <= column && column <= range.second; });
  }
};

bool IsOn(std::string_view attribute) {
  return attribute == "1" || attribute == "true";
}

std::vector<std::pair<int, int>> HiddenColumns(const pugi::xml_node& sheet) {
  std::vector<std::pair<int, int>> out;
  for (const pugi::xml_node& column : Child(sheet, "cols").children())
    if (IsOn(Attribute(column, "hidden")) || Attribute(column, "width") == "0")
      out.emplace_back(NumberIn(column, "min", 1, kMaxColumn) - 1, NumberIn(column, "max", 1, kMaxColumn) - 1);
  return out;
}

// A merged cell is displayed as long as a part of it is.
void Hide(const Hidden& hidden, Grid& grid) {
  for (Cell& cell : grid.cells) {
    if (cell.covered) continue;
    cell.hidden = (cell.rows == 1 && hidden.rows.contains(cell.row)) ||
                  (cell.columns == 1 && !hidden.columns.empty() && hidden.HasColumn(cell.column));
    cell.covered = cell.hidden;
  }
}

absl::Status ReadSheet(const ZipArchive& zip, const std::string& part, const Limits& limits, const Workbook& book,
                       std::size_t& cells, Grid& grid) {
  ASSIGN_OR_RETURN(const std::string text, zip.Read(part));
  if (text.empty()) return absl::OkStatus();
  pugi::xml_document xml;
  RETURN_IF_ERROR(ParseXml(part, text, limits, xml));
  const pugi::xml_node sheet = xml.document_element();
  const std::vector<Merge> merges = Merges(sheet);
  std::set<std::pair<int, int>> origins;
  for (const Merge& merge : merges) origins.insert({merge.row, merge.column});
  Hidden hidden{{}, HiddenColumns(sheet)};
  int row = 0;
  for (const pugi::xml_node& r : Child(sheet, "sheetData").children()) {
    if (LocalName(r) != "row") continue;
    row = NumberIn(r, "r", row + 1, kMaxRow);
    if (IsOn(Attribute(r, "hidden")) || Attribute(r, "ht") == "0") hidden.rows.insert(row - 1);
    int column = 0;
    for (const pugi::xml_node& c : r.children()) {
      if (LocalName(c) != "c") continue;
      ++column;
      int at_row = row;
      if (const auto reference = ParseA1(Attribute(c, "r"))) std::tie(at_row, column) = *reference;
      if (column > kMaxColumn || at_row < 1) continue;
      Cell cell;
      cell.text = Sound(ValueOf(c, book));
      if (cell.text.empty()) {
        if (const pugi::xml_node formula = Child(c, "f"); formula && !Child(c, "v")) {
          cell.text = Sound(Cat("=", formula.text().get()));
          cell.no_value = true;
        }
      }
      // Blank cells matter only as the first cell of a merge: they then are an empty value.
      if (Blank(cell.text) && !origins.contains({at_row, column})) continue;
      if (++cells > limits.cells) return TooMany(limits);
      if (cell.text.size() > limits.cell_bytes)
        return InvalidField("DOCUMENT_TOO_LARGE", "content", Cat("单元格 ", A1(at_row, column), " 的文字过长"));
      cell.row = at_row - 1;
      cell.column = column - 1;
      cell.place = {grid.sheet, 0, at_row, column, 0};
      grid.cells.push_back(std::move(cell));
    }
  }
  std::stable_sort(grid.cells.begin(), grid.cells.end(), [](const Cell& a, const Cell& b) {
    return std::pair(a.row, a.column) < std::pair(b.row, b.column);
  });
  RETURN_IF_ERROR(Apply(merges, grid));
  Hide(hidden, grid);
  return absl::OkStatus();
}

// Targets of a part's relationships, by id, as part names.
absl::StatusOr<std::map<std::string, std::string>> Relations(const ZipArchive& zip, const std::string& part,
                                                             std::string_view folder, const Limits& limits) {
  std::map<std::string, std::string> out;
  ASSIGN_OR_RETURN(const std::string text, zip.Read(part));
  if (text.empty()) return out;
  pugi::xml_document xml;
  RETURN_IF_ERROR(ParseXml(part, text, limits, xml));
  for (const pugi::xml_node& relation : xml.document_element().children()) {
    if (Attribute(relation, "TargetMode") == "External") continue;
    std::string_view target = Attribute(relation, "Target");
    std::string name;
    if (target.starts_with('/')) {
      name = target.substr(1);
    } else {
      while (target.starts_with("./")) target.remove_prefix(2);
      name = target.starts_with("../") ? std::string(target.substr(3)) : Cat(folder, target);
    }
    out[std::string(Attribute(relation, "Id"))] = name;
  }
  return out;
}

// What a template of ours says of itself in the document's properties.
absl::Status ReadHint(const ZipArchive& zip, const Limits& limits, intake::v1::TemplateHint& hint) {
  constexpr std::size_t kMost = 200;
  ASSIGN_OR_RETURN(const std::string text, zip.Read("docProps/custom.xml"));
  if (text.empty() || text.size() > (1u << 16)) return absl::OkStatus();
  pugi::xml_document xml;
  // Properties are no content: what cannot be read there is no fault of the document.
  if (!ParseXml("docProps/custom.xml", text, limits, xml).ok()) return absl::OkStatus();
  for (const pugi::xml_node& property : xml.document_element().children()) {
    const std::string_view name = Attribute(property, "name");
    const std::string value = Sound(property.first_child().text().get());
    if (value.size() > kMost) continue;
    if (name == "jixiao.template") hint.set_version(value);
    if (name == "jixiao.rule_set") hint.set_rule_set(value);
    if (name == "jixiao.rule_set_digest") hint.set_rule_set_digest(value);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Document> ReadXlsx(std::string_view bytes, const Limits& limits) {
  ASSIGN_OR_RETURN(const ZipArchive zip, ZipArchive::Open(bytes, limits));
  Workbook book;
  RETURN_IF_ERROR(ReadStrings(zip, "xl/sharedStrings.xml", limits, book));
  RETURN_IF_ERROR(ReadStyles(zip, "xl/styles.xml", limits, book));
  ASSIGN_OR_RETURN(const std::string text, zip.Read("xl/workbook.xml"));
  if (text.empty()) return InvalidField("DOCUMENT_DAMAGED", "content", "文件中没有工作簿 (xl/workbook.xml)");
  pugi::xml_document xml;
  RETURN_IF_ERROR(ParseXml("xl/workbook.xml", text, limits, xml));
  const std::string_view epoch = Attribute(Child(xml.document_element(), "workbookPr"), "date1904");
  book.date1904 = epoch == "1" || epoch == "true";
  ASSIGN_OR_RETURN(const auto relations, Relations(zip, "xl/_rels/workbook.xml.rels", "xl/", limits));
  Document document;
  document.media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  RETURN_IF_ERROR(ReadHint(zip, limits, document.template_hint));
  std::size_t cells = 0;
  for (const pugi::xml_node& sheet : Child(xml.document_element(), "sheets").children()) {
    Block block;
    block.is_grid = true;
    block.grid.sheet = Sound(std::string(Attribute(sheet, "name")));
    const std::string_view state = Attribute(sheet, "state");
    block.grid.hidden = state == "hidden" || state == "veryHidden";
    const auto part = relations.find(std::string(Attribute(sheet, "id")));
    if (part == relations.end() || !zip.Has(part->second)) continue;
    RETURN_IF_ERROR(ReadSheet(zip, part->second, limits, book, cells, block.grid));
    document.blocks.push_back(std::move(block));
  }
  return document;
}

}  // namespace jixiao::importing
