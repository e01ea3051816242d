#include "intake/import/pdf_trace.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/import/symbol_font.h"
#include "intake/import/xml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace jixiao::importing {
namespace {

constexpr double kFarthest = 100'000;  // points; beyond is no paper
constexpr double kSlant = 0.7;         // a stroke that leaves its axis by less is straight
constexpr double kThin = 3;            // a filled rectangle that is thinner is a stroke
constexpr double kShortest = 1.5;      // shorter strokes are dots

// Numbers separated by spaces; fewer than asked for when the text has no more, none when one is out of all bounds.
template <std::size_t kMost>
std::optional<std::array<double, kMost>> Numbers(std::string_view text) {
  std::array<double, kMost> out{};
  const char *at = text.data(), *const end = at + text.size();
  for (double& number : out) {
    while (at != end && *at == ' ') ++at;
    const auto [behind, fault] = std::from_chars(at, end, number);
    if (fault != std::errc() || !std::isfinite(number) || std::abs(number) > kFarthest) return std::nullopt;
    at = behind;
  }
  return out;
}

std::optional<double> Number(const pugi::xml_node& node, const char* name) {
  const auto number = Numbers<1>(node.attribute(name).value());
  return number ? std::optional((*number)[0]) : std::nullopt;
}

struct Point {
  double x = 0, y = 0;
};

// x' = a x + c y + e, y' = b x + d y + f.
struct Matrix {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;

  Point Apply(Point p) const { return {a * p.x + c * p.y + e, b * p.x + d * p.y + f}; }
  // Of a direction, which has no place.
  Point Turn(Point p) const { return {a * p.x + c * p.y, b * p.x + d * p.y}; }
};

Matrix TransformOf(const pugi::xml_node& node) {
  const auto n = Numbers<6>(node.attribute("transform").value());
  return n ? Matrix{(*n)[0], (*n)[1], (*n)[2], (*n)[3], (*n)[4], (*n)[5]} : Matrix{};
}

bool IsWhite(const pugi::xml_node& node) {
  const std::string_view space = node.attribute("colorspace").value(), color = node.attribute("color").value();
  if (space == "DeviceCMYK") return color == "0 0 0 0";
  return color == "1" || color == "1 1 1";
}

// The character that a glyph's code stands for.
char32_t Meant(char32_t c) {
  if (c == 0xA0 || c == 0x2002 || c == 0x2003) return U' ';
  if (c >= 0xF000 && c <= 0xF0FF) {
    std::string_view sign = SignOfSymbolFont(static_cast<unsigned>(c & 0xFF));
    return sign.empty() ? c : TakeUtf8(sign);
  }
  return c;
}

class Reader {
 public:
  explicit Reader(PrintedPage& page) : page_(page) {}

  void Read(const pugi::xml_node& parent) {
    for (const pugi::xml_node& node : parent.children()) {
      const std::string_view name = node.name();
      if (name == "pop_clip")
        Unclip();
      else if (name == "clip_path")
        Clip(node);
      else if (name.starts_with("clip_"))
        clips_.push_back(clips_.back());
      else if (name == "fill_text" || name == "stroke_text")  // one on the other is bold
        Text(node);
      else if (name == "stroke_path" && !IsWhite(node))
        ForEachPart(node, [this](std::span<const Point> points, bool closed) { Outline(points, closed); });
      else if (name == "fill_path" && !IsWhite(node))
        ForEachPart(node, [this](std::span<const Point> points, bool) { Filled(points); });
      else if (name == "fill_image" || name == "fill_image_mask")
        Picture(node);
      else if (name == "mask")
        clips_.push_back(clips_.back());  // what is in it shapes what comes until pop_clip
      else if (!node.first_child().empty())
        Read(node);  // groups and layers: what is in them is painted
    }
  }

 private:
  struct Box {
    double left = -kFarthest, top = -kFarthest, right = kFarthest, bottom = kFarthest;
  };

  // What is painted until `pop_clip` is seen within the path only; its box will do.
  void Clip(const pugi::xml_node& path) {
    constexpr std::size_t kDeepest = 1000;
    if (clips_.size() > kDeepest) return;
    const Matrix transform = TransformOf(path);
    Box box{kFarthest, kFarthest, -kFarthest, -kFarthest};
    for (const pugi::xml_node& step : path.children()) {
      const auto x = Number(step, "x"), y = Number(step, "y");
      if (!x || !y) continue;  // curves name their points otherwise: the box is that of their ends
      const Point point = transform.Apply({*x, *y});
      box.left = std::min(box.left, point.x), box.right = std::max(box.right, point.x);
      box.top = std::min(box.top, point.y), box.bottom = std::max(box.bottom, point.y);
    }
    const Box outer = clips_.back();
    if (box.left > box.right) box = outer;
    clips_.push_back({std::max(box.left, outer.left), std::max(box.top, outer.top), std::min(box.right, outer.right),
                      std::min(box.bottom, outer.bottom)});
  }

  void Unclip() {
    if (clips_.size() > 1) clips_.pop_back();
  }

  bool IsSeen(const Glyph& glyph) const {
    const double x = (glyph.left + glyph.right) / 2, y = glyph.baseline - glyph.size / 3;
    const Box& box = clips_.back();
    return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  }

  static bool IsSlanted(Point along) {
    constexpr double kOblique = 0.1;
    const double wide = std::abs(along.x), high = std::abs(along.y);
    return std::min(wide, high) > kOblique * std::max(wide, high);
  }

  void Picture(const pugi::xml_node& image) {
    constexpr double kGoodPart = 0.25;
    const Matrix m = TransformOf(image);  // of a square of one point
    if (std::abs(m.a * m.d - m.b * m.c) >= kGoodPart * page_.width * page_.height) page_.pictured = true;
  }

  void Text(const pugi::xml_node& text) {
    const Matrix transform = TransformOf(text);
    for (const pugi::xml_node& span : text.children("span")) {
      ++piece_;
      const auto trm = Numbers<4>(span.attribute("trm").value());
      if (!trm) continue;
      const Point along = transform.Turn({(*trm)[0], (*trm)[1]}), up = transform.Turn({(*trm)[2], (*trm)[3]});
      if (IsSlanted(along)) continue;  // a watermark
      const double size = std::hypot(up.x, up.y);
      const bool downwards = std::string_view(span.attribute("wmode").value()) == "1";
      for (const pugi::xml_node& g : span.children("g")) {
        const auto x = Number(g, "x"), y = Number(g, "y");
        if (!x || !y || size <= 0) continue;
        std::string_view unicode = g.attribute("unicode").value();
        if (unicode.empty()) continue;  // the rest of a ligature
        const char32_t character = Meant(TakeUtf8(unicode));
        if (character == 0xFFFD || (character >= 0xE000 && character <= 0xF8FF)) ++page_.unnamed;
        if (character < 0x20) continue;  // one without a name stays, for all to see that something is missing
        const Point place = transform.Apply({*x, *y});
        const double advance = Number(g, "adv").value_or(1);
        Glyph glyph;
        glyph.character = character;
        glyph.size = size;
        glyph.piece = piece_;
        if (downwards) {  // the place is above the middle of the character
          glyph.left = place.x - size / 2;
          glyph.right = place.x + size / 2;
          glyph.baseline = place.y + size * 0.88;
        } else {
          const double end = place.x + along.x * advance;
          glyph.left = std::min(place.x, end);
          glyph.right = std::max(place.x, end);
          glyph.baseline = place.y;
        }
        if (IsSeen(glyph)) page_.glyphs.push_back(glyph);
      }
    }
  }

  // Calls `take` with the points of each part of a path, and whether it was closed. Parts with curves are left out.
  template <typename Take>
  void ForEachPart(const pugi::xml_node& path, Take take) {
    const Matrix transform = TransformOf(path);
    std::vector<Point> points;
    bool curved = false, closed = false;
    const auto finish = [&] {
      if (points.size() > 1 && !curved) take(std::span<const Point>(points), closed);
      curved = closed = false;
    };
    for (const pugi::xml_node& step : path.children()) {
      const std::string_view name = step.name();
      if (name == "closepath") {
        closed = true;
        continue;
      }
      if (name == "moveto" || closed) {
        finish();
        points.clear();
      }
      const auto x = Number(step, "x"), y = Number(step, "y");
      if ((name == "moveto" || name == "lineto") && x && y)
        points.push_back(transform.Apply({*x, *y}));
      else
        curved = true;
    }
    finish();
  }

  void Add(Point p, Point q) {
    const double wide = std::abs(p.x - q.x), high = std::abs(p.y - q.y);
    if (std::max(wide, high) < kShortest) return;
    if (high <= kSlant)
      page_.strokes.push_back({false, (p.y + q.y) / 2, std::min(p.x, q.x), std::max(p.x, q.x)});
    else if (wide <= kSlant)
      page_.strokes.push_back({true, (p.x + q.x) / 2, std::min(p.y, q.y), std::max(p.y, q.y)});
  }

  void Outline(std::span<const Point> points, bool closed) {
    for (std::size_t i = 1; i < points.size(); ++i) Add(points[i - 1], points[i]);
    if (closed) Add(points.back(), points.front());
  }

  void Filled(std::span<const Point> points) {
    constexpr std::size_t kMostCorners = 6;
    if (points.size() < 3 || points.size() > kMostCorners) return;
    const auto [left, right] =
        std::minmax_element(points.begin(), points.end(), [](Point p, Point q) { return p.x < q.x; });
    const auto [top, bottom] =
        std::minmax_element(points.begin(), points.end(), [](Point p, Point q) { return p.y < q.y; });
    const double wide = right->x - left->x, high = bottom->y - top->y;
    if (std::min(wide, high) > kThin || std::max(wide, high) < kShortest) return;
    const double x = (left->x + right->x) / 2, y = (top->y + bottom->y) / 2;
    if (wide > high)
      Add({left->x, y}, {right->x, y});
    else
      Add({x, top->y}, {x, bottom->y});
  }

  PrintedPage& page_;
  std::vector<Box> clips_{Box{}};
  int piece_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<PrintedPage>> ReadPdfTrace(const std::string& trace, const Limits& limits) {
  pugi::xml_document xml;
  RETURN_IF_ERROR(ParseXml("PDF", trace, limits, xml));
  std::vector<PrintedPage> out;
  for (const pugi::xml_node& node : xml.document_element().children("page")) {
    PrintedPage& page = out.emplace_back();
    if (const auto box = Numbers<4>(node.attribute("mediabox").value())) {
      page.width = std::abs((*box)[2] - (*box)[0]);
      page.height = std::abs((*box)[3] - (*box)[1]);
    }
    Reader(page).Read(node);
  }
  return out;
}

}  // namespace jixiao::importing
