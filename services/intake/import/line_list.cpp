#include "intake/import/line_list.h"

#include "common/text.h"
#include "intake/import/columns.h"
#include "intake/import/folding.h"
#include "intake/import/form_roles.h"
#include "intake/import/line_rows.h"
#include "intake/import/values.h"
#include "intake/import/vocabulary.h"
#include "intake/import/words.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace jixiao::importing {
namespace {

// Cells of one table that are cut into rows: what that costs grows with them, and hardly a form has so many.
constexpr std::size_t kMostSegmented = 5'000;

constexpr Roles kHead = Role::kProjectName | Role::kProjectCode | Roles(Role::kDepartment) | Roles(Role::kUnit) |
                        Roles(Role::kDepartmentName) | Roles(Role::kLocalDepartment) | Roles(Role::kCentralDepartment) |
                        Roles(Role::kOther) | Roles(Role::kYear);
constexpr Roles kLevels = Role::kLevel1 | Role::kLevel2 | Roles(Role::kLevel3);
constexpr Roles kIndicator = kLevels | Roles(Role::kTarget) | Roles(Role::kTargetFigure) | Roles(Role::kActual) |
                             Roles(Role::kWeight) | Roles(Role::kScore) | Roles(Role::kDeviation) |
                             Roles(Role::kCompletionRate) | Roles(Role::kOperator) | Roles(Role::kMeasureUnit) |
                             Roles(Role::kApprovedTarget) | Roles(Role::kRemark) | Roles(Role::kOther);
constexpr Roles kFunds = Role::kInitialBudget | Role::kFullYearBudget | Roles(Role::kExecuted) | Roles(Role::kWeight) |
                         Roles(Role::kExecutionRate) | Roles(Role::kScore);
constexpr Roles kGoals = Role::kExpectedGoal | Role::kActualGoal | Roles(Role::kGoalBlock);
constexpr Roles kTotals = Role::kTotal | Role::kTotalScore;

class Rebuilder {
 public:
  Rebuilder(std::vector<Cell> lines, Grid& grid) : lines_(std::move(lines)), grid_(grid) {
    for (const Cell& line : lines_) roles_.push_back(ReadLabel(line.text).roles);
  }

  void Run() {
    while (at_ < lines_.size()) {
      if (PointsBesideLevels() || IndicatorTable() || FundsTable() || Goals()) continue;
      Pair();
    }
  }

 private:
  // Labels that follow each other from `from` on.
  std::size_t Run(std::size_t from, const Roles& wanted) const {
    std::size_t to = from;
    while (to < lines_.size() && roles_[to].HasAny(wanted) && LevelOf(lines_[to].text) == 0 &&
           !IsNumber(lines_[to].text))
      ++to;
    return to - from;
  }

  void Row(std::size_t from, std::size_t to, int first_column = 0) {
    for (std::size_t i = from; i < to; ++i) Put(i, first_column + static_cast<int>(i - from));
    ++row_;
  }
  void Put(std::size_t i, int column) {
    Cell cell = lines_[i];
    cell.row = row_;
    cell.column = column;
    grid_.cells.push_back(std::move(cell));
  }
  void Empty(int column) {
    Cell cell;
    cell.row = row_;
    cell.column = column;
    grid_.cells.push_back(std::move(cell));
  }

  bool IndicatorTable() {
    std::size_t from = at_;
    // 绩效指标, the block's label, may stand before the header.
    if (roles_[from].Has(Role::kIndicatorBlock) && from + 1 < lines_.size() && roles_[from + 1].HasAny(kIndicator))
      ++from;
    LevelsFirst(from);
    AddLevel2(from);
    const std::size_t count = Run(from, kIndicator);
    if (count < 4 || !roles_[from].HasAny(kLevels)) return false;
    // The header as a row decides which columns there are.
    Grid probe;
    probe.layout = Layout::kLoose;
    for (std::size_t i = 0; i < count; ++i) {
      Cell cell = lines_[from + i];
      cell.row = 0;
      cell.column = static_cast<int>(i);
      probe.cells.push_back(std::move(cell));
    }
    const std::vector<importing::Row> rows = RowsOf(probe);
    const Columns columns = IndicatorsHeader(rows, 0, Layout::kLoose);
    if (columns.columns.empty()) return false;
    if (from > at_) Row(at_, from);
    Row(from, from + count);
    at_ = from + count;
    std::size_t end = at_;
    while (end < lines_.size() && !EndsIndicators(end)) ++end;
    Segment(columns, count, at_, end);
    at_ = end;
    return true;
  }

  // 一级指标, 分值, 二级指标, 分值, 三级指标, 分值, 得分, as forms of 2011 to 2019 have it: each level has its points
  // beside it. Points of groups go with their names, 项目决策(20分); a row is a name with its points and, mostly, its
  // score.
  bool PointsBesideLevels() {
    static constexpr std::array kHeader = {Role::kLevel1, Role::kWeight, Role::kLevel2,
                                           Role::kWeight, Role::kLevel3, Role::kWeight};
    if (at_ + kHeader.size() >= lines_.size()) return false;
    for (std::size_t i = 0; i < kHeader.size(); ++i)
      if (!roles_[at_ + i].Has(kHeader[i])) return false;
    const bool scored = roles_[at_ + kHeader.size()].Has(Role::kScore);
    for (const std::size_t label : {0, 2, 4, 5, 6})
      if (label < 6 || scored) Put(at_ + label, static_cast<int>(label < 5 ? label / 2 : label - 2));
    ++row_;
    at_ += kHeader.size() + (scored ? 1 : 0);
    std::vector<Cell> groups;
    while (at_ < lines_.size() && !EndsIndicators(at_) && !IsNumber(lines_[at_].text)) {
      std::size_t numbers = 0;
      while (numbers < 2 && at_ + 1 + numbers < lines_.size() && IsNumber(lines_[at_ + 1 + numbers].text)) ++numbers;
      const bool last = at_ + 1 + numbers == lines_.size();
      if (numbers == 1 && (scored || groups.size() < 2) && !last) {
        Cell group = lines_[at_];
        group.Join(lines_[at_ + 1], "(");
        group.text += "分)";
        groups.push_back(std::move(group));
      } else {
        // Of one group it is the second level that changed.
        const int first = groups.size() == 1 ? 1 : 0;
        for (int column = 0; column < (groups.empty() ? 2 : first); ++column) Empty(column);
        for (std::size_t i = 0; i < groups.size() && i < 2; ++i) {
          groups[i].row = row_;
          groups[i].column = first + static_cast<int>(i);
          grid_.cells.push_back(std::move(groups[i]));
        }
        groups.clear();
        Put(at_, 2);
        for (std::size_t i = 1; i <= numbers; ++i) Put(at_ + i, 2 + static_cast<int>(i));
        ++row_;
      }
      at_ += 1 + numbers;
    }
    return true;
  }

  // A header of two rows comes as its upper one, 年度指标值, 实际完成值, 分值, …, and then the lower: the levels, and
  // what 年度指标值 stands above, 指标性质, 指标值, 度量单位. Its columns are those of the lower row and the rest of
  // the upper.
  void LevelsFirst(std::size_t from) {
    const std::size_t count = Run(from, kIndicator);
    if (count < 6 || roles_[from].HasAny(kLevels) || !roles_[from].Has(Role::kTarget)) return;
    std::size_t levels = from;
    while (levels < from + count && !roles_[levels].Has(Role::kLevel1)) ++levels;
    if (levels == from + count) return;
    const auto rotate = [&](auto& all) {
      const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
      std::rotate(at(from), at(levels), at(from + count));
    };
    rotate(lines_);
    rotate(roles_);
    const std::size_t upper = from + count - (levels - from);
    const bool split = std::any_of(
        roles_.begin() + static_cast<std::ptrdiff_t>(from), roles_.begin() + static_cast<std::ptrdiff_t>(upper),
        [](const Roles& roles) { return roles.HasAny(Role::kTarget | Role::kTargetFigure | Roles(Role::kOperator)); });
    if (!split) return;
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(upper));
    roles_.erase(roles_.begin() + static_cast<std::ptrdiff_t>(upper));
  }

  // A header that lost 二级指标 above rows that have it.
  void AddLevel2(std::size_t from) {
    const std::size_t count = Run(from, kIndicator);
    if (count < 4 || !roles_[from].Has(Role::kLevel1)) return;
    const std::size_t end = from + count;
    for (std::size_t i = from; i < end; ++i)
      if (roles_[i].Has(Role::kLevel2)) return;
    constexpr std::size_t kLook = 100;  // lines: all of them, at each header again, would cost their square
    std::size_t named = 0;
    for (std::size_t i = end; i < lines_.size() && i < end + kLook && named < 2; ++i)
      named += LevelOf(lines_[i].text) == 2;
    if (named < 2) return;
    Cell lost = lines_[from];
    lost.text = "二级指标";
    const Roles roles = ReadLabel(lost.text).roles;
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(from) + 1, std::move(lost));
    roles_.insert(roles_.begin() + static_cast<std::ptrdiff_t>(from) + 1, roles);
  }

  bool EndsIndicators(std::size_t i) const {
    if (roles_[i].HasAny(kTotals) || IsSignOff(lines_[i].text)) return true;
    if (LevelOf(lines_[i].text) != 0) return false;
    return roles_[i].HasAny(Role::kReportText | Role::kProjectName) || IsFormTitle(lines_[i].text) ||
           IsReportTitle(lines_[i].text);
  }

  // Cuts the cells into rows: where each row has all of its cells they can be counted, else what they say decides.
  void Segment(const Columns& columns, std::size_t places, std::size_t from, std::size_t to) {
    if (from == to) return;
    if (to - from > kMostSegmented) {  // nothing is lost: the reader lists what it cannot place
      for (std::size_t i = from; i < to; ++i) Row(i, i + 1);
      return;
    }
    const std::span<const Cell> cells(lines_.data() + from, to - from);
    const std::optional<std::vector<Slot>> whole = WholeRows(cells, columns);
    PutRows(columns, places, from, whole ? *whole : LikeliestRows(cells, columns));
  }

  // The assignment of cells to columns, left to right and row by row, that suits them best.
  static std::vector<Slot> LikeliestRows(std::span<const Cell> cells, const Columns& columns) {
    const std::size_t n = cells.size(), m = columns.columns.size();
    constexpr int kNever = std::numeric_limits<int>::min() / 2;
    struct State {
      int value = kNever;
      int column = -1;     // where the cell before stands
      bool fresh = false;  // whether this cell begins a row
    };
    std::vector<std::vector<State>> best(n, std::vector<State>(m));
    const auto begins = [&](std::size_t k) {
      const Role role = columns.columns[k].role;
      return Roles(role).HasAny(kLevels) ? 0 : -60;
    };
    // A row says more than its levels: 满意度指标 above 满意度指标 are two levels of one row. Only a class that nobody
    // needed may stand alone.
    const auto bare = [&](std::size_t last, std::size_t column) {
      const bool only_levels = Roles(columns.columns[column].role).HasAny(Role::kLevel1 | Role::kLevel2);
      return !only_levels ? 0 : LevelOf(cells[last].text) == 2 ? -30 : -150;
    };
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < m; ++k) {
        const int fit = FitOf(cells[i], i + 1 < n ? &cells[i + 1] : nullptr, columns.columns[k].role);
        if (i == 0) {
          best[i][k] = {fit + begins(k) - 5 * static_cast<int>(k), -1, true};
          continue;
        }
        for (std::size_t j = 0; j < m; ++j) {
          const State& before = best[i - 1][j];
          if (before.value == kNever) continue;
          const bool fresh = k <= j;
          const int skipped = fresh ? static_cast<int>(m - 1 - j + k) : static_cast<int>(k - j - 1);
          // Merged levels are left out in most rows: that costs nothing.
          const int value = before.value + fit - 5 * skipped + (fresh ? bare(i - 1, j) + begins(k) + 8 : 0);
          if (value > best[i][k].value) best[i][k] = {value, static_cast<int>(j), fresh};
        }
      }
    // The last row lacks what is behind its last cell, as any other: a reason at the end begins no row.
    const auto at_end = [&](std::size_t j) {
      return best[n - 1][j].value - 5 * static_cast<int>(m - 1 - j) + bare(n - 1, j);
    };
    std::size_t k = 0;
    for (std::size_t j = 1; j < m; ++j)
      if (at_end(j) > at_end(k)) k = j;
    std::vector<Slot> chosen(n);
    for (std::size_t i = n; i-- > 0;) {
      chosen[i] = {k, best[i][k].fresh};
      if (best[i][k].column >= 0) k = static_cast<std::size_t>(best[i][k].column);
    }
    return chosen;
  }

  void PutRows(const Columns& columns, std::size_t places, std::size_t from, const std::vector<Slot>& slots) {
    int column = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (slots[i].fresh && i > 0) {
        for (; column < static_cast<int>(places); ++column) Empty(column);
        ++row_;
      }
      if (slots[i].fresh) column = 0;
      const int wanted = columns.columns[slots[i].column].from;
      for (; column < wanted; ++column) Empty(column);
      Put(from + i, column++);
    }
    for (; column < static_cast<int>(places); ++column) Empty(column);
    ++row_;
  }

  bool FundsTable() {
    std::size_t from = at_;
    if (roles_[from].Has(Role::kFundsBlock) && !roles_[from].HasAny(kFunds)) ++from;
    const std::size_t count = from < lines_.size() ? Run(from, kFunds) : 0;
    if (count < 2) return false;
    if (from > at_) Row(at_, from);
    // One place in front for the names of the rows.
    Empty(0);
    for (std::size_t i = 0; i < count; ++i) Put(from + i, static_cast<int>(i) + 1);
    ++row_;
    at_ = from + count;
    std::size_t money = 0;  // columns of amounts, where they stand first
    while (money < count && roles_[from + money].HasAny(kMoneyRoles)) ++money;
    while (at_ < lines_.size() && IsFundName(lines_[at_].text) && !roles_[at_].HasAny(kGoals | kHead)) {
      std::size_t end = at_ + 1;
      while (end < lines_.size() && IsFigure(lines_[end].text)) ++end;
      // As many figures as columns stand in their places, and those of a part, which has no points of its own, under
      // the amounts. Fewer are left to the reader, which does not guess.
      const std::size_t figures = end - at_ - 1;
      Row(at_, end);
      if (figures == 0 || figures == money) {
        --row_;
        for (std::size_t column = figures + 1; column <= count; ++column) Empty(static_cast<int>(column));
        ++row_;
      }
      at_ = end;
    }
    return true;
  }

  // 预期目标, 实际完成情况, and the two texts behind them.
  bool Goals() {
    std::size_t from = at_;
    if (roles_[from].HasAny(kGoals) && from + 2 < lines_.size() && roles_[from + 1].HasAny(kGoals) &&
        roles_[from + 2].HasAny(kGoals))
      ++from;
    if (from + 2 >= lines_.size() || !roles_[from].Has(Role::kExpectedGoal) || !roles_[from + 1].Has(Role::kActualGoal))
      return false;
    const std::size_t texts = from + 2;
    std::size_t end = texts;
    while (end < lines_.size() && roles_[end].empty() && !IsAside(lines_[end].text)) ++end;
    if (end == texts) return false;
    if (end - texts == 1 || HasTargetsAlone(end)) return OneGoal(from, texts, end);
    // Two whole texts: what stands behind them belongs to something else.
    if (end - texts > 2 && EndsSentence(texts) && EndsSentence(texts + 1)) end = texts + 2;
    if (from > at_) Row(at_, from);
    Row(from, from + 2);
    at_ = end;
    const std::size_t second = SecondText(texts, end);
    if (second == end) {
      // Which cells belong to which goal cannot be told: the reader lists them.
      for (std::size_t i = texts; i < end; ++i) Row(i, i + 1, 2);
      return true;
    }
    Join(texts, second, 0);
    Join(second, end, 1);
    ++row_;
    return true;
  }

  // Whether the indicators below have no column for what was reached.
  bool HasTargetsAlone(std::size_t from) const {
    const auto below = std::span(roles_).subspan(from);
    const auto has = [&](Role role) {
      return std::any_of(below.begin(), below.end(), [&](const Roles& roles) { return roles.Has(role); });
    };
    return has(Role::kLevel3) && !has(Role::kActual);
  }

  // A text below the heads of two: on a form that sets targets alone it is the goal. Else it cannot be told: the reader
  // lists it.
  bool OneGoal(std::size_t from, std::size_t texts, std::size_t end) {
    const bool target = HasTargetsAlone(end);
    if (from > at_) Row(at_, from);
    Row(from, from + 2);
    at_ = end;
    if (!target) {
      for (std::size_t i = texts; i < end; ++i) Row(i, i + 1, 2);
      return true;
    }
    Join(texts, end, 0);
    ++row_;
    return true;
  }

  bool EndsSentence(std::size_t i) const { return lines_[i].text.ends_with("。"); }

  // （详见附件）, and the letters of 绩效指标 one below the other: no text of a goal.
  static bool IsAside(std::string_view text) {
    return Utf8Length(text) == 1 || text.starts_with("(") || text.starts_with("（");
  }

  // Where the second of two texts begins that blanks cut into pieces: behind the only piece but the last that ends a
  // sentence, where the last does, too; `to` when that is not certain.
  std::size_t SecondText(std::size_t from, std::size_t to) const {
    if (to - from == 2) return from + 1;
    std::size_t second = to;
    if (!EndsSentence(to - 1)) return to;
    for (std::size_t i = from; i + 1 < to; ++i) {
      if (!EndsSentence(i)) continue;
      if (second != to) return to;
      second = i + 1;
    }
    return second;
  }

  void Join(std::size_t from, std::size_t to, int column) {
    Put(from, column);
    for (std::size_t i = from + 1; i < to; ++i) grid_.cells.back().Join(lines_[i], " ");
  }

  // A label and its value; anything else alone.
  void Pair() {
    const bool label = roles_[at_].HasAny(kHead | kGoals | kTotals | Roles(Role::kReportText) | Roles(Role::kGrade));
    std::size_t end = at_ + 1;
    if (label && roles_[at_].HasAny(kTotals)) {
      while (end < lines_.size() && (IsFigure(lines_[end].text) || !GradeIn(lines_[end].text).empty())) ++end;
    } else if (label && end < lines_.size() && roles_[end].empty() && !IsAmountHead(lines_[end].text) &&
               LevelOf(lines_[end].text) == 0 && !IsLabelled(lines_[end].text) && !IsHeadingOfIndicators(end)) {
      ++end;
    }
    Row(at_, end);
    at_ = end;
  }

  // 某某资金（万元）: what heads amounts, in words we do not know, is nobody's name.
  static bool IsAmountHead(std::string_view text) {
    const std::string folded = Fold(text);
    return folded.ends_with("(万元)") || folded.ends_with("(元)") || folded.ends_with("资金总额:");
  }

  // 评价方式:单位自评: a label with its own value, and none of the one before it.
  static bool IsLabelled(std::string_view text) {
    constexpr std::size_t kLongestLabel = 24;  // bytes
    const std::size_t colon = std::min(text.find(':'), text.find("："));
    return colon != std::string_view::npos && colon > 0 && colon <= kLongestLabel &&
           (text.substr(0, colon).ends_with("方式") || text.substr(0, colon).ends_with("机构") ||
            text.substr(0, colon).ends_with("日期") || text.substr(0, colon).ends_with("类型") ||
            !ReadLabel(text.substr(0, colon)).roles.empty());
  }

  // What stands right before a table's header is its heading.
  bool IsHeadingOfIndicators(std::size_t i) const {
    return i + 2 < lines_.size() && roles_[i + 1].Has(Role::kLevel1) && roles_[i + 2].Has(Role::kLevel2);
  }

  std::vector<Cell> lines_;
  std::vector<Roles> roles_;
  Grid& grid_;
  std::size_t at_ = 0;
  int row_ = 0;
};

// (万元), （元）.
bool IsAmountUnit(std::string_view text) {
  const std::string folded = Fold(text);
  return folded == "(万元)" || folded == "(元)" || folded == "(亿元)";
}

// (50), behind the name of a level.
bool IsPointsInBrackets(std::string_view folded) {
  return folded.size() >= 3 && folded.size() <= 6 && folded.ends_with(')') &&
         folded.substr(1, folded.size() - 2).find_first_not_of("0123456789.") == std::string_view::npos;
}

// Whether two lines are the halves of one label: 年度 and 指标值, 经济效益 and 指标.
bool AreHalves(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongest = 30;
  if (a.empty() || b.empty() || a.size() > kLongest || b.size() > kLongest) return false;
  const std::string folded = Fold(b);
  if (folded == "指标" || AreHalvesOfLevel(a, b)) return true;
  if (LevelOf(a) != 0 && folded.starts_with('(') && (folded.ends_with("分)") || IsPointsInBrackets(folded)))
    return true;
  const Roles whole = ReadLabel(Cat(a, b)).roles;
  // 偏差原因 / 分析及 / 改进措施
  if (whole.Has(Role::kDeviation) && (a.ends_with("及") || a.ends_with("和") || folded.starts_with("分析") ||
                                      folded.starts_with("及") || folded.starts_with("和")))
    return true;
  const bool first = ReadLabel(a).roles.HasAny(kIndicator | kFunds);
  return !first && whole.HasAny(kIndicator | kFunds) && !ReadLabel(b).roles.HasAny(kLevels);
}

// What a template holds ready for rows that nobody needed: ……, 指标2 and nothing else.
bool IsPlaceholder(std::string_view text) {
  std::string folded = Fold(text);
  while (!folded.empty() && (folded.back() == ':' || folded.back() == '.')) folded.pop_back();
  if (folded.empty() || folded == "…" || folded == "……") return true;
  constexpr std::string_view kName = "指标";
  if (!folded.starts_with(kName)) return false;
  const std::string_view number = std::string_view(folded).substr(kName.size());
  return !number.empty() && number.size() <= 2 && number.find_first_not_of("0123456789") == std::string_view::npos;
}

// 可, 生态: a text that was cut off in the name of a level.
bool IsCutLevel(std::string_view text) {
  return LevelOf(text) == 0 && !ReadsLikeValue(text) && std::ranges::any_of(LevelNames(), [&](const Level& level) {
           return level.word.size() > text.size() && level.word.starts_with(text);
         });
}

}  // namespace

void RebuildFromLines(Document& document) {
  if (document.blocks.size() < 12) return;
  std::size_t labels = 0, header = 0, first = document.blocks.size(), last = 0;
  for (std::size_t i = 0; i < document.blocks.size(); ++i) {
    const Block& block = document.blocks[i];
    if (block.is_grid) return;
    const Roles roles = ReadLabel(block.paragraph.text).roles;
    if (roles.empty()) continue;
    ++labels;
    if (roles.HasAny(kLevels)) ++header;
    if (roles.HasAny(kHead) && !roles.Has(Role::kOther)) first = std::min(first, i);
    if (roles.HasAny(kIndicator | kTotals)) last = i;
  }
  if (labels < 8 || header < 2 || first >= last) return;
  // The form ends with its last figure behind the last label.
  std::size_t end = last + 1;
  while (end < document.blocks.size() && IsFigure(document.blocks[end].paragraph.text)) ++end;
  // Where the last label is a header's, its rows go on until a title or the end.
  while (end < document.blocks.size() && !IsReportTitle(document.blocks[end].paragraph.text) &&
         Utf8Length(document.blocks[end].paragraph.text) <= 200)
    ++end;
  if (end == document.blocks.size() && end > last + 1 && IsCutLevel(document.blocks[end - 1].paragraph.text)) --end;
  // A placeholder with a value behind it is a row's name after all.
  const auto stands_alone = [&](std::size_t i) {
    if (i + 1 >= end) return true;
    const std::string& next = document.blocks[i + 1].paragraph.text;
    if (IsPlaceholder(next) || LevelOf(next) != 0 || !ReadLabel(next).roles.empty()) return true;
    return Contains(document.blocks[i].paragraph.text, "…") && !ReadsLikeValue(next);
  };
  std::vector<Cell> lines;
  std::vector<Cell> placeholders;
  for (std::size_t i = first; i < end; ++i) {
    const Cell& line = document.blocks[i].paragraph;
    // 项目资金 with (万元) on a line of its own is one label.
    if (!lines.empty() && IsAmountUnit(line.text) && ReadLabel(lines.back().text).roles.Has(Role::kFundsBlock))
      lines.back().Join(line);
    else if (!lines.empty() && AreHalves(lines.back().text, line.text))
      lines.back().Join(line);
    else
      (IsPlaceholder(line.text) && stands_alone(i) ? placeholders : lines).push_back(line);
  }
  Block table;
  table.is_grid = true;
  table.grid.layout = Layout::kLoose;
  Rebuilder(std::move(lines), table.grid).Run();
  for (Cell& cell : placeholders) {
    cell.row = table.grid.cells.empty() ? 0 : table.grid.cells.back().row + 1;
    cell.covered = cell.placeholder = true;
    table.grid.cells.push_back(std::move(cell));
  }
  document.blocks.erase(document.blocks.begin() + static_cast<std::ptrdiff_t>(first),
                        document.blocks.begin() + static_cast<std::ptrdiff_t>(end));
  document.blocks.insert(document.blocks.begin() + static_cast<std::ptrdiff_t>(first), std::move(table));
}

}  // namespace jixiao::importing
