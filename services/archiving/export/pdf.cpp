#include "archiving/export/pdf.h"

#include "archiving/export/pdf_text.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <cairo-pdf.h>

#include <algorithm>
#include <mutex>
#include <optional>

namespace jixiao::archiving::exporting {
namespace {

// Points.
constexpr double kShortSide = 595.276;
constexpr double kLongSide = 841.89;
constexpr double kMargin = 36;
constexpr double kFooter = 14;  // for the page number
constexpr double kPadding = 2.5;
constexpr double kLeastSplit = 40;  // a row is not divided for less than this
constexpr double kLineWidth = 0.5;

bool HasBorder(Style style) {
  return style != Style::kTitle && style != Style::kCaption && style != Style::kNote;
}

bool IsShaded(Style style) {
  return style == Style::kLabel || style == Style::kHead || style == Style::kSection;
}

// A cell in print: how much of it has been printed, and where its box on this page starts.
struct Box {
  const SheetCell* cell = nullptr;
  LaidText text;
  double left = 0;
  double width = 0;
  std::size_t next = 0;  // first line that was not printed
  double top = 0;        // on the current page
};

// Puts one sheet onto pages: rows from the top, heads again on each page, rows that do not fit divided between lines.
class SheetPrinter {
 public:
  SheetPrinter(const Sheet& sheet, cairo_t* cairo, cairo_surface_t* surface, TextSetter& setter, int& page)
      : sheet_(sheet), cairo_(cairo), surface_(surface), setter_(setter), page_(page) {
    width_ = (sheet.landscape ? kLongSide : kShortSide) - 2 * kMargin;
    bottom_ = (sheet.landscape ? kShortSide : kLongSide) - kMargin - kFooter;
  }

  void Print() {
    LayOut();
    StartPage();
    for (int row = 0; row < sheet_.rows; ++row) PrintRow(row);
    EndPage();
  }

 private:
  void LayOut() {
    int all = 0;
    for (const int width : sheet_.widths) all += width;
    std::vector<double> lefts(1, kMargin);
    for (const int width : sheet_.widths) lefts.push_back(lefts.back() + width_ * width / all);
    rows_.resize(static_cast<std::size_t>(sheet_.rows));
    heights_.assign(static_cast<std::size_t>(sheet_.rows), 0);
    boxes_.reserve(sheet_.cells.size());
    for (const SheetCell& cell : sheet_.cells) {
      Box box;
      box.cell = &cell;
      box.left = lefts[static_cast<std::size_t>(cell.column)];
      box.width = lefts[static_cast<std::size_t>(cell.column + cell.columns)] - box.left;
      box.text = setter_.Lay(cell.text, cell.style, box.width - 2 * kPadding);
      // A merged cell's text has room beside its first row alone: wherever a page ends, none of it is lost.
      double& height = heights_[static_cast<std::size_t>(cell.row)];
      height = std::max(height, std::max(box.text.height, 9.0) + 2 * kPadding);
      boxes_.push_back(std::move(box));
    }
    for (Box& box : boxes_) rows_[static_cast<std::size_t>(box.cell->row)].push_back(&box);
  }

  void StartPage() {
    cairo_pdf_surface_set_size(surface_, sheet_.landscape ? kLongSide : kShortSide,
                               sheet_.landscape ? kShortSide : kLongSide);
    ++page_;
    y_ = kMargin;
    for (Box* box : open_) box->top = y_;
  }

  void EndPage() {
    const LaidText number = setter_.Lay(Cat("第 ", page_, " 页"), Style::kNote, width_);
    DrawLine(number.lines.front(), kMargin + width_ / 2 - 15, bottom_ + kFooter - number.height);
    cairo_show_page(cairo_);
  }

  // Ends the boxes that are open on this page and goes on with them on the next, below the head of `row`.
  void BreakPage(int row) {
    for (Box* box : open_) Draw(*box, y_);
    EndPage();
    StartPage();
    const int head = sheet_.heads[static_cast<std::size_t>(row)];
    if (head < 0 || head >= row) return;
    const double height = heights_[static_cast<std::size_t>(head)];
    for (const Box* box : rows_[static_cast<std::size_t>(head)]) {
      if (box->cell->rows > 1) continue;  // it goes on beside its rows
      Frame(*box->cell, box->left, box->width, y_, y_ + height);
      DrawLines(*box, 0, box->text.lines.size(), y_, y_ + height);
    }
    for (Box* box : open_)
      if (box->cell->row > head) box->top = y_ + height;
    y_ += height;
  }

  double Left() const { return bottom_ - y_; }

  // What is left to print of the row's own cells.
  double RestOf(int row) const {
    double rest = 0;
    for (const Box* box : rows_[static_cast<std::size_t>(row)]) {
      double height = 0;
      for (std::size_t i = box->next; i < box->text.lines.size(); ++i) height += box->text.lines[i].height;
      rest = std::max(rest, height);
    }
    return rest + 2 * kPadding;
  }

  void PrintRow(int row) {
    const double height = heights_[static_cast<std::size_t>(row)];
    const double page = bottom_ - kMargin;
    if (height > Left() && (height < page / 3 || Left() < kLeastSplit)) BreakPage(row);
    for (Box* box : rows_[static_cast<std::size_t>(row)]) {
      box->top = y_;
      open_.push_back(box);
    }
    double rest = height;
    while (rest > Left() && Left() >= kLeastSplit) {
      y_ = bottom_;
      BreakPage(row);
      rest = RestOf(row);
    }
    y_ += rest;
    CloseBoxes(row);
  }

  // Cells that end with `row`.
  void CloseBoxes(int row) {
    for (Box* box : open_)
      if (box->cell->row + box->cell->rows - 1 <= row) Draw(*box, y_);
    std::erase_if(open_, [row](const Box* box) { return box->cell->row + box->cell->rows - 1 <= row; });
  }

  // The part of a box from its top on this page to `bottom`: its lines as far as they fit.
  void Draw(Box& box, double bottom) {
    Frame(*box.cell, box.left, box.width, box.top, bottom);
    const auto& lines = box.text.lines;
    if (lines.empty()) return;
    // A merged cell that was printed whole before stands on each of its pages again.
    if (box.next == lines.size() && box.cell->rows > 1 && bottom - box.top >= box.text.height) box.next = 0;
    double room = bottom - box.top - 2 * kPadding + 0.01;
    std::size_t end = box.next;
    while (end < lines.size() && lines[end].height <= room) room -= lines[end++].height;
    DrawLines(box, box.next, end, box.top, bottom);
    box.next = end;
  }

  void DrawLines(const Box& box, std::size_t from, std::size_t to, double top, double bottom) {
    double height = 0;
    for (std::size_t i = from; i < to; ++i) height += box.text.lines[i].height;
    double y = top + (bottom - top - height) / 2;
    if (box.cell->style == Style::kText && to - from < box.text.lines.size()) y = top + kPadding;
    for (std::size_t i = from; i < to; ++i) {
      DrawLine(box.text.lines[i], box.left + kPadding, y);
      y += box.text.lines[i].height;
    }
  }

  void DrawLine(const TextLine& line, double left, double top) {
    cairo_move_to(cairo_, left + line.left, top + line.baseline);
    pango_cairo_show_layout_line(cairo_, line.line);
  }

  void Frame(const SheetCell& cell, double left, double width, double top, double bottom) {
    if (!HasBorder(cell.style) || bottom - top < kLineWidth) return;
    if (IsShaded(cell.style)) {
      cairo_set_source_rgb(cairo_, 0.95, 0.95, 0.95);
      cairo_rectangle(cairo_, left, top, width, bottom - top);
      cairo_fill(cairo_);
    }
    cairo_set_source_rgb(cairo_, 0, 0, 0);
    cairo_set_line_width(cairo_, kLineWidth);
    cairo_rectangle(cairo_, left, top, width, bottom - top);
    cairo_stroke(cairo_);
  }

  const Sheet& sheet_;
  cairo_t* const cairo_;
  cairo_surface_t* const surface_;
  TextSetter& setter_;
  int& page_;
  double width_ = 0;
  double bottom_ = 0;
  double y_ = 0;
  std::vector<Box> boxes_;
  std::vector<std::vector<Box*>> rows_;
  std::vector<double> heights_;
  std::vector<Box*> open_;  // cells that have begun and not ended
};

struct DestroyCairo {
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};

cairo_status_t AppendBytes(void* out, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

absl::StatusOr<Pdf> ToPdf(const std::vector<Sheet>& sheets, std::string_view title, std::int64_t created) {
  static std::mutex font_map;  // Pango's default one is shared
  const std::lock_guard lock(font_map);
  Pdf pdf;
  std::unique_ptr<cairo_surface_t, DestroySurface> surface(
      cairo_pdf_surface_create_for_stream(AppendBytes, &pdf.bytes, kShortSide, kLongSide));
  const std::string date = FormatUtc(created);
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, std::string(title).c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Jixiao");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, Cat(date.substr(0, 19), "Z").c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_MOD_DATE, Cat(date.substr(0, 19), "Z").c_str());
  std::unique_ptr<cairo_t, DestroyCairo> cairo(cairo_create(surface.get()));
  TextSetter setter(cairo.get());
  {
    TextSetter probe(cairo.get());
    probe.Lay("绩效", Style::kText, 100);
    if (!probe.missing().empty())
      return Error(absl::StatusCode::kFailedPrecondition, "FONT_MISSING",
                   "没有安装中文字体；Debian 上请安装 fonts-noto-cjk");
  }
  int page = 0;
  for (const Sheet& sheet : sheets) SheetPrinter(sheet, cairo.get(), surface.get(), setter, page).Print();
  cairo.reset();
  cairo_surface_finish(surface.get());
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS)
    return Error(absl::StatusCode::kInternal, "PDF_FAILED",
                 cairo_status_to_string(cairo_surface_status(surface.get())));
  pdf.missing.assign(setter.missing().begin(), setter.missing().end());
  return pdf;
}

}  // namespace jixiao::archiving::exporting
