#include "intake/import/line_rows.h"

#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/values.h"
#include "intake/import/vocabulary.h"

#include <algorithm>
#include <limits>

namespace jixiao::importing {
namespace {

constexpr int kNever = 1 << 24;  // more than all rows of a form, and less than an int, also some times over
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

// What it costs to read a cell as less than the plain thing.
constexpr int kLowerClass = 1;      // 满意度指标 as a second level without a first one
constexpr int kNoReason = 1;        // a row without a reason, where the form has room for one
constexpr int kOddValue = 3;        // a mark for nothing where a figure stands
constexpr int kOwnGroup = 4;        // a second level in words of the form's own, below a first level
constexpr int kOddName = 6;         // 按时完成 as the name of an indicator
constexpr int kLoneGroup = 10;      // such a second level by itself
constexpr int kOwnClass = 20;       // a first level in words of the form's own
constexpr int kReasonAsGroup = 12;  // a reason that reads like a name, on a form with groups of its own

bool IsPlainFigure(std::string_view text) {
  return IsNumber(text) && !Contains(Fold(text), "%");
}

// A short name of Chinese words: no sentence, no value.
bool ReadsLikeGroup(std::string_view text) {
  constexpr std::size_t kLongest = 16;  // characters
  const std::string folded = Fold(text);
  return Utf8Length(folded) >= 2 && Utf8Length(folded) <= kLongest && LevelOf(text) == 0 && !IsNothing(text) &&
         !ReadsLikeValue(text) && folded.find_first_of("0123456789,.;:") == std::string::npos &&
         !ContainsAny(folded, {"。", "，", "；", "、", "≥", "≤"}) &&
         // What went wrong, in short: 资金到位较晚.
         !ContainsAny(folded,
                      {"未", "不", "较", "因", "由于", "推迟", "延", "滞后", "取消", "疫情", "尚", "偏", "暂", "无"});
}

// The columns of a form whose rows can be counted out.
struct Shape {
  std::size_t level1 = kNone, level2 = kNone, name = kNone, reason = kNone;
  std::vector<std::size_t> values;  // behind the name
  bool figures = false;             // 分值 or 得分 among them

  bool Read(const Columns& columns) {
    for (std::size_t i = 0; i < columns.columns.size(); ++i) {
      const Role role = columns.columns[i].role;
      if (role == Role::kLevel1 || role == Role::kLevel2 || role == Role::kLevel3) {
        std::size_t& place = role == Role::kLevel1 ? level1 : role == Role::kLevel2 ? level2 : name;
        if (place != kNone || name < i || !values.empty()) return false;
        place = i;
      } else if (name == kNone || reason != kNone) {
        return false;  // 序号 in front; two columns of words at the end
      } else if (role == Role::kDeviation || role == Role::kRemark) {
        reason = i;
      } else if (role == Role::kOther || role == Role::kAdjustment) {
        return false;
      } else {
        figures = figures || role == Role::kWeight || role == Role::kScore;
        values.push_back(i);
      }
    }
    return name != kNone && !values.empty();
  }
};

class Counter {
 public:
  Counter(std::span<const Cell> cells, const Columns& columns, const Shape& shape)
      : cells_(cells), columns_(columns), shape_(shape) {}

  std::optional<std::vector<Slot>> Run() {
    if (!shape_.figures) return ArePairs() ? Cut(false) : std::nullopt;
    std::optional<std::vector<Slot>> out = Cut(false);
    // On a form with groups of its own a word between two rows is another such group, and hardly a reason.
    return out && own_groups_ ? Cut(true) : out;
  }

 private:
  // A row that begins at a cell: which levels it has, and a reason.
  struct Step {
    int cost = kNever;
    bool level1 = false, level2 = false, named = false, reason = false;
    std::size_t size = 0;  // cells
  };

  std::optional<std::vector<Slot>> Cut(bool own_groups) {
    std::vector<int> cost(cells_.size() + 1, kNever);  // of the cells from i on
    std::vector<Step> steps(cells_.size());
    cost.back() = 0;
    for (std::size_t i = cells_.size(); i-- > 0;)
      for (int variant = 0; variant < 16; ++variant) {
        const Step step = RowAt(i, variant, own_groups);
        if (step.cost == kNever || cost[i + step.size] == kNever) continue;
        // Behind a class without a row what stands in front of the next name is a part of it that broke off.
        if (!step.named && i + step.size < cells_.size() && IsOwnGroup(i + step.size, steps[i + step.size])) continue;
        if (step.cost + cost[i + step.size] < cost[i]) cost[i] = step.cost + cost[i + step.size], steps[i] = step;
      }
    if (cells_.empty() || cost[0] >= kNever) return std::nullopt;
    return SlotsOf(steps);
  }

  bool IsOwnGroup(std::size_t i, const Step& step) const {
    return step.level2 && !step.level1 && LevelOf(cells_[i].text) == 0;
  }

  Step RowAt(std::size_t from, int variant, bool own_groups) const {
    Step step;
    step.level1 = (variant & 1) != 0, step.level2 = (variant & 2) != 0;
    step.named = (variant & 4) == 0, step.reason = (variant & 8) != 0;
    if ((step.level1 && shape_.level1 == kNone) || (step.level2 && shape_.level2 == kNone) ||
        (step.reason && shape_.reason == kNone))
      return {};
    const std::size_t size = (step.level1 ? 1 : 0) + (step.level2 ? 1 : 0) +
                             (step.named ? 1 + shape_.values.size() : 0) + (step.reason ? 1 : 0);
    if (size == 0 || from + size > cells_.size() || (!step.named && step.reason)) return {};
    int cost = step.named ? 0 : kLoneGroup;  // a class that nobody needed
    std::size_t at = from;
    if (step.level1) cost += Level1(at++, step);
    if (step.level2) cost += Level2(at++, step);
    if (cost >= kNever) return {};
    if (step.named) {
      cost += Name(at++);
      if (cost >= kNever) return {};
      for (const std::size_t column : shape_.values) cost += Value(at++, columns_.columns[column].role);
      if (step.reason)
        cost += Reason(at++, own_groups);
      else if (shape_.reason != kNone)
        cost += SaysNothing(at - 1) ? kNever : kNoReason;
    }
    if (cost >= kNever) return {};
    step.cost = cost, step.size = size;
    return step;
  }

  bool IsCost(std::size_t i) const { return Contains(Fold(cells_[i].text), "成本"); }

  // 无, 0 at the end of a row may be a reason behind a row that lacks another cell.
  bool SaysNothing(std::size_t i) const { return IsNothing(cells_[i].text) || Fold(cells_[i].text) == "0"; }

  int Level1(std::size_t i, const Step& step) const {
    const std::string& text = cells_[i].text;
    const int level = LevelOf(text);
    if (level == 1) return 0;
    // 成本指标 stands under 产出指标, unless a group of its own stands below it.
    if (level == 3) return IsCost(i) ? kLowerClass : 0;
    if (level == 2 || !step.level2 || !ReadsLikeGroup(text)) return kNever;
    return LevelOf(Cat(text, "指标")) == 1 ? kOwnGroup : kOwnClass;
  }

  int Level2(std::size_t i, const Step& step) const {
    const int level = LevelOf(cells_[i].text);
    if (level == 2) return 0;
    if (level == 3) return step.level1 || shape_.level1 == kNone || IsCost(i) ? 0 : kLowerClass;
    if (level == 1) return step.level1 ? kOwnGroup : kNever;  // 项目效益 below 效益
    if (!step.named || !ReadsLikeGroup(cells_[i].text)) return kNever;
    return step.level1 ? kOwnGroup : kLoneGroup;
  }

  int Name(std::size_t i) const {
    const std::string& text = cells_[i].text;
    if (IsNumber(text) || IsNothing(text) || StatesBound(text) || IsMeasure(text)) return kNever;
    // 社会效益, 群众满意度 are what indicators are called, too; with 指标 behind it, hardly.
    if (LevelOf(text) != 0)
      return Fold(text).ends_with("指标") ? kNever : IsSatisfactionName(text) ? kOddValue : kOddName;
    return ReadsLikeValue(text) ? kOddName : 0;
  }

  int Value(std::size_t i, Role role) const {
    const std::string& text = cells_[i].text;
    if (LevelOf(text) != 0) return kNever;
    switch (role) {
      case Role::kWeight:
        return IsPlainFigure(text) ? 0 : kNever;
      case Role::kScore:
      case Role::kApprovedWeight:
        return IsPlainFigure(text) ? 0 : IsNothing(text) ? kOddValue : kNever;
      case Role::kCompletionRate:
        return IsFigure(text) ? 0 : kNever;
      case Role::kOperator:
      case Role::kMeasureUnit:
        return FitOf(cells_[i], role) > 0 ? 0 : kNever;
      default:
        return IsMeasure(text) ? kNever : 0;
    }
  }

  int Reason(std::size_t i, bool own_groups) const {
    const std::string& text = cells_[i].text;
    if (LevelOf(text) != 0) return kNever;
    if (own_groups && ReadsLikeGroup(text)) return kReasonAsGroup;
    return IsNumber(text) ? kOddValue : 0;
  }

  // Without figures at the end of a row: a name and a value in turn, between any two names of levels, and mostly such
  // as are values by themselves.
  bool ArePairs() const {
    if (shape_.values.size() != 1 || shape_.reason != kNone) return false;
    std::size_t pairs = 0, certain = 0, place = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const bool value = i + 1 < cells_.size() && ReadsLikeValue(cells_[i + 1].text);
      const bool level = LevelOf(cells_[i].text) != 0 && !(IsSatisfactionName(cells_[i].text) && value);
      if (level && place % 2 != 0) return false;
      if (level) {
        place = 0;
      } else if (place++ % 2 == 0) {
        if (ReadsLikeValue(cells_[i].text)) return false;
      } else {
        ++pairs, certain += ReadsLikeValue(cells_[i].text) ? 1 : 0;
      }
    }
    return place % 2 == 0 && pairs > 0 && certain * 2 >= pairs;
  }

  std::vector<Slot> SlotsOf(const std::vector<Step>& steps) {
    std::vector<Slot> out;
    for (std::size_t i = 0; i < cells_.size(); i += steps[i].size) {
      const Step& step = steps[i];
      const std::size_t first = out.size();
      if (step.level1) out.push_back({shape_.level1});
      if (step.level2) {
        own_groups_ = own_groups_ || LevelOf(cells_[out.size()].text) == 0;
        out.push_back({shape_.level2});
      }
      if (step.named) {
        out.push_back({shape_.name});
        for (const std::size_t column : shape_.values) out.push_back({column});
        if (step.reason) out.push_back({shape_.reason});
      }
      out[first].fresh = true;
    }
    return out;
  }

  std::span<const Cell> cells_;
  const Columns& columns_;
  const Shape& shape_;
  bool own_groups_ = false;
};

}  // namespace

std::optional<std::vector<Slot>> WholeRows(std::span<const Cell> cells, const Columns& columns) {
  Shape shape;
  if (!shape.Read(columns)) return std::nullopt;
  return Counter(cells, columns, shape).Run();
}

}  // namespace jixiao::importing
