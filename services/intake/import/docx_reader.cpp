#include "intake/import/docx_reader.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/import/symbol_font.h"
#include "intake/import/xml.h"
#include "intake/import/zip_archive.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace jixiao::importing {
namespace {

constexpr int kMaxColumn = 16'384;

bool Blank(std::string_view text) {
  return text.find_first_not_of(" \t\n") == std::string_view::npos;
}

// Outline levels by style id: headings of the document's structure.
std::map<std::string, int> HeadingStyles(const pugi::xml_node& styles) {
  std::map<std::string, int> out;
  for (const pugi::xml_node& style : styles.children()) {
    if (LocalName(style) != "style") continue;
    const std::string id(Attribute(style, "styleId"));
    const std::string_view name = Attribute(Child(style, "name"), "val");
    const pugi::xml_node level = Child(Child(style, "pPr"), "outlineLvl");
    if (level) {
      const int value = NumberIn(level, "val", 9, 9);
      if (value < 9) out[id] = value + 1;
    } else if (name.starts_with("heading ") && name.size() == 9) {
      out[id] = name[8] - '0';
    }
  }
  return out;
}

// Text in the font Symbol, whose signs are characters for private use (U+F000 to U+F0FF).
void AppendSymbols(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    const char32_t c = TakeUtf8(rest);
    const std::string_view sign = c >= 0xF000 && c <= 0xF0FF ? SignOfSymbolFont(c & 0xFF) : std::string_view();
    out += sign.empty() ? text.substr(0, text.size() - rest.size()) : sign;
    text = rest;
  }
}

// Check boxes and bullets of symbol fonts, as far as forms use them.
std::string_view Symbol(std::string_view font, std::string_view code) {
  if (unsigned number = 0; font == "Symbol" && code.size() == 4 &&
                           std::from_chars(code.data(), code.data() + 4, number, 16).ec == std::errc())
    if (const std::string_view sign = SignOfSymbolFont(number & 0xFF); !sign.empty()) return sign;
  if (code == "F0FE" || code == "F052" || code == "00FE" || code == "0052") return "☑";
  if (code == "F0A8" || code == "F0A3" || code == "F06F" || code == "00A8" || code == "00A3") return "□";
  if (code == "F0FC" || code == "00FC") return "√";
  return "";
}

class Reader {
 public:
  Reader(const Limits& limits, std::map<std::string, int> headings, Document& document)
      : limits_(limits), headings_(std::move(headings)), document_(document) {}

  // Blocks of a body, a content control or a text box.
  absl::Status Blocks(const pugi::xml_node& parent) {
    for (const pugi::xml_node& node : parent.children()) {
      const std::string_view name = LocalName(node);
      if (name == "p") {
        RETURN_IF_ERROR(Paragraph(node));
      } else if (name == "tbl") {
        RETURN_IF_ERROR(Table(node));
      } else if (Transparent(name)) {
        RETURN_IF_ERROR(Blocks(node));
      }
    }
    return absl::OkStatus();
  }

 private:
  // Elements around content that say nothing about it; insertions are taken.
  static bool Transparent(std::string_view name) {
    return name == "sdt" || name == "sdtContent" || name == "ins" || name == "moveTo" || name == "customXml" ||
           name == "smartTag" || name == "hyperlink" || name == "fldSimple" || name == "dir" || name == "bdo";
  }

  absl::Status Count(std::size_t bytes) {
    if (++cells_ > limits_.cells)
      return InvalidField("DOCUMENT_TOO_LARGE", "content", Cat("段落与单元格超过 ", limits_.cells, " 个"));
    if (bytes > limits_.cell_bytes) return InvalidField("DOCUMENT_TOO_LARGE", "content", "有单元格或段落的文字过长");
    return absl::OkStatus();
  }

  // Hidden text is for those who wrote it: it is neither shown nor printed.
  static bool IsHidden(const pugi::xml_node& run) {
    const pugi::xml_node vanish = Child(Child(run, "rPr"), "vanish");
    const std::string_view value = Attribute(vanish, "val");
    return vanish && value != "0" && value != "false" && value != "off";
  }

  // The text of runs below `node`; text boxes are put aside.
  void Runs(const pugi::xml_node& node, std::string& out) {
    for (const pugi::xml_node& child : node.children()) {
      const std::string_view name = LocalName(child);
      if (name == "r" && IsHidden(child)) continue;
      if (name == "t") {
        if (Attribute(Child(Child(node, "rPr"), "rFonts"), "ascii") == "Symbol")
          AppendSymbols(out, child.text().get());
        else
          out += child.text().get();
      } else if (name == "tab" || name == "ptab") {
        out += '\t';
      } else if (name == "br" || name == "cr") {
        out += '\n';
      } else if (name == "noBreakHyphen") {
        out += '-';
      } else if (name == "sym") {
        out += Symbol(Attribute(child, "font"), Attribute(child, "char"));
      } else if (name == "txbxContent") {
        boxes_.push_back(child);
      } else if (name == "AlternateContent") {
        // The same content twice, for newer and older programs.
        const pugi::xml_node choice = Child(child, "Choice");
        Runs(choice ? choice : Child(child, "Fallback"), out);
      } else if (name == "rPr" || name == "pPr" || name == "del" || name == "moveFrom" || name == "instrText" ||
                 name == "delText" || name == "ruby") {
        if (name == "ruby") Runs(Child(child, "rubyBase"), out);  // not the pinyin above it
      } else {
        Runs(child, out);
      }
    }
  }

  absl::Status Paragraph(const pugi::xml_node& node) {
    Block block;
    Cell& cell = block.paragraph;
    Runs(node, cell.text);
    cell.text = Sound(std::move(cell.text));
    cell.place.paragraph = ++paragraphs_;
    const pugi::xml_node properties = Child(node, "pPr");
    if (const auto style = headings_.find(std::string(Attribute(Child(properties, "pStyle"), "val")));
        style != headings_.end())
      cell.heading = style->second;
    if (const pugi::xml_node level = Child(properties, "outlineLvl"); level) {
      const int value = NumberIn(level, "val", 9, 9);
      if (value < 9) cell.heading = value + 1;
    }
    const std::vector<pugi::xml_node> boxes = std::exchange(boxes_, {});
    if (!Blank(cell.text)) {
      RETURN_IF_ERROR(Count(cell.text.size()));
      document_.blocks.push_back(std::move(block));
    }
    for (const pugi::xml_node& box : boxes) RETURN_IF_ERROR(Blocks(box));
    return absl::OkStatus();
  }

  // The text of a cell: paragraphs on lines of their own. Nested tables are put aside.
  void CellText(const pugi::xml_node& node, std::string& out, bool& first, std::vector<pugi::xml_node>& nested) {
    for (const pugi::xml_node& child : node.children()) {
      const std::string_view name = LocalName(child);
      if (name == "p") {
        if (!first) out += '\n';
        first = false;
        Runs(child, out);
      } else if (name == "tbl") {
        nested.push_back(child);
      } else if (Transparent(name)) {
        CellText(child, out, first, nested);
      }
    }
  }

  void RowsOf(const pugi::xml_node& node, std::vector<pugi::xml_node>& out, std::string_view wanted) {
    for (const pugi::xml_node& child : node.children()) {
      const std::string_view name = LocalName(child);
      if (name == wanted)
        out.push_back(child);
      else if (Transparent(name))
        RowsOf(child, out, wanted);
    }
  }

  absl::Status Table(const pugi::xml_node& node) {
    const int number = ++tables_;
    // The block is taken now, so that nested tables come after it.
    document_.blocks.emplace_back().is_grid = true;
    Grid& grid = document_.blocks.back().grid;
    std::vector<pugi::xml_node> nested;
    std::vector<pugi::xml_node> rows;
    RowsOf(node, rows, "tr");
    // First cells of vertical merges that are still open, by column.
    std::map<int, std::size_t> open;
    int row = 0;
    for (const pugi::xml_node& tr : rows) {
      const pugi::xml_node properties = Child(tr, "trPr");
      if (Child(properties, "del")) continue;
      int column = NumberIn(Child(properties, "gridBefore"), "val", 0, kMaxColumn);
      std::vector<pugi::xml_node> cells;
      RowsOf(tr, cells, "tc");
      int last_started = -1;  // for the older kind of horizontal merge
      for (const pugi::xml_node& tc : cells) {
        const pugi::xml_node cell_properties = Child(tc, "tcPr");
        const int span = std::max(1, NumberIn(Child(cell_properties, "gridSpan"), "val", 1, kMaxColumn));
        if (column + span > kMaxColumn) break;
        Cell cell;
        bool first = true;
        CellText(tc, cell.text, first, nested);
        cell.text = Sound(std::move(cell.text));
        RETURN_IF_ERROR(Count(cell.text.size()));
        cell.row = row;
        cell.column = column;
        cell.columns = span;
        cell.place = {"", number, row + 1, column + 1, 0};
        const pugi::xml_node vertical = Child(cell_properties, "vMerge");
        const pugi::xml_node horizontal = Child(cell_properties, "hMerge");
        const bool goes_down = vertical && Attribute(vertical, "val") != "restart";
        const bool goes_right = horizontal && Attribute(horizontal, "val") != "restart";
        if (Child(cell_properties, "cellDel")) cell.text.clear();
        if (goes_down && open.contains(column)) {
          Cell& above = grid.cells[open[column]];
          above.rows = row - above.row + 1;
          cell.covered = true;
        } else if (goes_right && last_started >= 0) {
          grid.cells[static_cast<std::size_t>(last_started)].columns += span;
          cell.covered = true;
        } else {
          if (vertical)
            open[column] = grid.cells.size();
          else
            open.erase(column);
          last_started = static_cast<int>(grid.cells.size());
        }
        column += span;
        // A covered cell stays only for text that nobody sees.
        if (!cell.covered || !Blank(cell.text)) grid.cells.push_back(std::move(cell));
      }
      ++row;
    }
    const std::vector<pugi::xml_node> boxes = std::exchange(boxes_, {});
    for (const pugi::xml_node& table : nested) RETURN_IF_ERROR(Table(table));
    for (const pugi::xml_node& box : boxes) RETURN_IF_ERROR(Blocks(box));
    return absl::OkStatus();
  }

  const Limits& limits_;
  std::map<std::string, int> headings_;
  Document& document_;
  std::vector<pugi::xml_node> boxes_;
  std::size_t cells_ = 0;
  int paragraphs_ = 0;
  int tables_ = 0;
};

}  // namespace

absl::StatusOr<Document> ReadDocx(std::string_view bytes, const Limits& limits) {
  ASSIGN_OR_RETURN(const ZipArchive zip, ZipArchive::Open(bytes, limits));
  ASSIGN_OR_RETURN(const std::string text, zip.Read("word/document.xml"));
  if (text.empty()) return InvalidField("DOCUMENT_DAMAGED", "content", "文件中没有正文 (word/document.xml)");
  pugi::xml_document xml;
  RETURN_IF_ERROR(ParseXml("word/document.xml", text, limits, xml));
  std::map<std::string, int> headings;
  ASSIGN_OR_RETURN(const std::string styles_text, zip.Read("word/styles.xml"));
  if (!styles_text.empty()) {
    pugi::xml_document styles;
    RETURN_IF_ERROR(ParseXml("word/styles.xml", styles_text, limits, styles));
    headings = HeadingStyles(styles.document_element());
  }
  Document document;
  document.media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  Reader reader(limits, std::move(headings), document);
  RETURN_IF_ERROR(reader.Blocks(Child(xml.document_element(), "body")));
  return document;
}

}  // namespace jixiao::importing
