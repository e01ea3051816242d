#include "intake/import/drawn_table.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace jixiao::importing {
namespace {

constexpr double kSame = 2.5;                // borders nearer than that are one: double lines, and those of two cells
constexpr double kOpenSide = 8;              // strokes that stand out farther than that have no border at their ends
constexpr std::size_t kMostStrokes = 6000;   // after joining; a page full of small cells has about two thousand
constexpr std::size_t kMostFields = 20'000;  // of the grid of one table; a page of small cells has some thousands

// Strokes on one line that touch or overlap, as one.
std::vector<Stroke> Joined(std::vector<Stroke> strokes) {
  std::vector<Stroke> out;
  std::sort(strokes.begin(), strokes.end(), [](const Stroke& a, const Stroke& b) { return a.at < b.at; });
  for (auto begin = strokes.begin(); begin != strokes.end();) {
    auto end = begin;
    double sum = 0;
    for (; end != strokes.end() && end->at - begin->at <= kSame; ++end) sum += end->at;
    const double at = sum / static_cast<double>(end - begin);
    std::sort(begin, end, [](const Stroke& a, const Stroke& b) { return a.from < b.from; });
    const std::size_t first = out.size();
    for (; begin != end; ++begin) {
      if (out.size() > first && begin->from <= out.back().to + kSame)
        out.back().to = std::max(out.back().to, begin->to);
      else
        out.push_back({begin->upright, at, begin->from, begin->to});
    }
  }
  return out;
}

bool Meet(const Stroke& level, const Stroke& upright) {
  return upright.at >= level.from - kSame && upright.at <= level.to + kSame && level.at >= upright.from - kSame &&
         level.at <= upright.to + kSame;
}

// Which of some things belong together.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }

  std::size_t Of(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void Join(std::size_t i, std::size_t j) { parent_[Of(i)] = Of(j); }

 private:
  std::vector<std::size_t> parent_;
};

// Places of borders without those that are one.
std::vector<double> Places(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  std::vector<double> out;
  for (const double at : all)
    if (out.empty() || at > out.back() + kSame) out.push_back(at);
  return out;
}

std::size_t Nearest(const std::vector<double>& places, double at) {
  const auto above = std::lower_bound(places.begin(), places.end(), at);
  if (above == places.begin()) return 0;
  if (above == places.end()) return places.size() - 1;
  return static_cast<std::size_t>(above - places.begin()) - (at - *(above - 1) < *above - at ? 1 : 0);
}

// Supplies the border of a side that is not drawn, where the strokes towards it end.
void CloseSides(std::vector<double>& places, std::span<const Stroke> across, std::span<const Stroke*> own,
                std::vector<Stroke>& supplied) {
  if (across.empty() || own.empty()) return;
  double from = across.front().from, to = across.front().to, first = own.front()->from, last = own.front()->to;
  for (const Stroke& stroke : across) from = std::min(from, stroke.from), to = std::max(to, stroke.to);
  for (const Stroke* stroke : own) first = std::min(first, stroke->from), last = std::max(last, stroke->to);
  for (const double at : {from, to}) {
    const bool low = at == from;
    if (low ? at >= places.front() - kOpenSide : at <= places.back() + kOpenSide) continue;
    places.insert(low ? places.begin() : places.end(), at);
    supplied.push_back({own.front()->upright, at, first, last});
  }
}

DrawnTable TableOf(std::vector<Stroke> level, std::vector<Stroke> upright) {
  DrawnTable out;
  std::vector<double> xs, ys;
  for (const Stroke& stroke : upright) xs.push_back(stroke.at);
  for (const Stroke& stroke : level) ys.push_back(stroke.at);
  out.xs = Places(std::move(xs));
  out.ys = Places(std::move(ys));
  {
    std::vector<const Stroke*> uprights, levels;
    for (const Stroke& stroke : upright) uprights.push_back(&stroke);
    for (const Stroke& stroke : level) levels.push_back(&stroke);
    std::vector<Stroke> more_upright, more_level;
    CloseSides(out.xs, level, uprights, more_upright);
    CloseSides(out.ys, upright, levels, more_level);
    upright.insert(upright.end(), more_upright.begin(), more_upright.end());
    level.insert(level.end(), more_level.begin(), more_level.end());
  }
  if (out.xs.size() < 2 || out.ys.size() < 2) return {};
  const std::size_t columns = out.xs.size() - 1, rows = out.ys.size() - 1;
  if (columns > kMostFields / rows) return {};
  // Borders to the left of and above each field.
  std::vector<bool> left_of((columns + 1) * rows), above(columns * (rows + 1));
  const auto covers = [](const Stroke& stroke, double from, double to) {
    return std::min(stroke.to, to) - std::max(stroke.from, from) >= (to - from) / 2;
  };
  for (const Stroke& stroke : upright) {
    const std::size_t x = Nearest(out.xs, stroke.at);
    for (std::size_t y = 0; y < rows; ++y)
      if (covers(stroke, out.ys[y], out.ys[y + 1])) left_of[y * (columns + 1) + x] = true;
  }
  for (const Stroke& stroke : level) {
    const std::size_t y = Nearest(out.ys, stroke.at);
    for (std::size_t x = 0; x < columns; ++x)
      if (covers(stroke, out.xs[x], out.xs[x + 1])) above[y * columns + x] = true;
  }
  Groups groups(columns * rows);
  for (std::size_t y = 0; y < rows; ++y) {
    for (std::size_t x = 0; x < columns; ++x) {
      if (x > 0 && !left_of[y * (columns + 1) + x]) groups.Join(y * columns + x, y * columns + x - 1);
      if (y > 0 && !above[y * columns + x]) groups.Join(y * columns + x, (y - 1) * columns + x);
    }
  }
  out.owner.assign(columns * rows, -1);
  std::vector<int> cell_of(columns * rows, -1);
  for (std::size_t field = 0; field < columns * rows; ++field) {
    const int x = static_cast<int>(field % columns), y = static_cast<int>(field / columns);
    int& index = cell_of[groups.Of(field)];
    if (index < 0) {
      index = static_cast<int>(out.cells.size());
      out.cells.push_back({y, x, 1, 1});
    }
    DrawnCell& cell = out.cells[static_cast<std::size_t>(index)];
    const int right = std::max(cell.column + cell.columns, x + 1);
    cell.column = std::min(cell.column, x);
    cell.columns = right - cell.column;
    cell.rows = std::max(cell.rows, y - cell.row + 1);
    out.owner[field] = index;
  }
  return out;
}

}  // namespace

int DrawnTable::CellAt(double x, double y) const {
  if (xs.empty() || x < left() || x >= right() || y < top() || y >= bottom()) return -1;
  const auto column = std::upper_bound(xs.begin(), xs.end(), x) - xs.begin() - 1;
  const auto row = std::upper_bound(ys.begin(), ys.end(), y) - ys.begin() - 1;
  return owner[static_cast<std::size_t>(row) * (xs.size() - 1) + static_cast<std::size_t>(column)];
}

std::vector<DrawnTable> FindTables(std::span<const Stroke> strokes) {
  std::vector<Stroke> level, upright;
  for (const Stroke& stroke : strokes) (stroke.upright ? upright : level).push_back(stroke);
  level = Joined(std::move(level));
  upright = Joined(std::move(upright));
  if (level.size() + upright.size() > kMostStrokes) return {};
  Groups groups(level.size() + upright.size());
  for (std::size_t i = 0; i < level.size(); ++i)
    for (std::size_t j = 0; j < upright.size(); ++j)
      if (Meet(level[i], upright[j])) groups.Join(i, level.size() + j);
  struct Own {
    std::vector<Stroke> level, upright;
  };
  std::map<std::size_t, Own> by_group;
  for (std::size_t i = 0; i < level.size(); ++i) by_group[groups.Of(i)].level.push_back(level[i]);
  for (std::size_t j = 0; j < upright.size(); ++j) by_group[groups.Of(level.size() + j)].upright.push_back(upright[j]);
  std::vector<DrawnTable> out;
  for (auto& [group, own] : by_group) {
    if (own.level.size() < 2 || own.upright.empty()) continue;
    DrawnTable table = TableOf(std::move(own.level), std::move(own.upright));
    if (table.cells.size() > 1) out.push_back(std::move(table));
  }
  std::sort(out.begin(), out.end(), [](const DrawnTable& a, const DrawnTable& b) { return a.top() < b.top(); });
  return out;
}

}  // namespace jixiao::importing
