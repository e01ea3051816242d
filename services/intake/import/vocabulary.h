// What the labels of the forms mean: which field a printed word stands for. The words are in words.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jixiao::importing {

// What a label stands for. A word can stand for several, by where it is printed: 得分 in the funds table, in the
// indicator table, in the total row.
enum class Role : std::uint8_t {
  // Head of the form.
  kProjectName,
  kProjectCode,
  kDepartment,
  kDepartmentCode,
  kUnit,
  kUnitCode,
  kYear,
  kRegion,
  kAmountUnit,
  kDepartmentName,   // 部门名称: the head of a department's form
  kLocalDepartment,  // 地方主管部门: only on transfer-payment forms
  kCentralDepartment,
  // Funds table.
  kFundsBlock,
  kInitialBudget,
  kFullYearBudget,
  kExecuted,
  kWeight,
  kExecutionRate,
  kScore,
  kFundSource,  // heads the row names
  // Goals.
  kGoalBlock,
  kExpectedGoal,
  kActualGoal,
  // Indicator table.
  kIndicatorBlock,
  kLevel1,
  kLevel2,
  kLevel3,
  kOperator,
  kTargetFigure,  // 指标值 beside operator and unit
  kMeasureUnit,
  kTarget,
  kApprovedTarget,
  kActual,
  kCompletionRate,
  kDeviation,
  kApprovedWeight,
  kAdjustment,
  kRemark,
  // Foot.
  kTotal,
  kTotalScore,  // 自评得分, 总得分: a score and no weight
  kGrade,
  // Text that goes into the report: 存在问题, 改进措施, 分配科学性 …
  kReportText,
  // Labels that the contract has no field for: 联系电话, 填报人, 评分标准 …
  kOther,
  kCount,
};

// A set of roles.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(Role role) : bits_(std::uint64_t{1} << static_cast<int>(role)) {}
  constexpr bool Has(Role role) const { return (bits_ >> static_cast<int>(role) & 1) != 0; }
  constexpr bool HasAny(Roles other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr Roles operator|(Roles other) const {
    Roles out;
    out.bits_ = bits_ | other.bits_;
    return out;
  }

 private:
  std::uint64_t bits_ = 0;
};

constexpr Roles operator|(Role a, Role b) {
  return Roles(a) | Roles(b);
}

// What a cell says when it is read as a label.
struct Label {
  Roles roles;
  std::string key;       // the word that matched
  std::string points;    // the number in 产出指标(50分); empty when there is none
  std::string brackets;  // what stood in brackets, joined
};

// Reads `text` as a label: line breaks, blanks, numbering, colons and brackets do not count. No roles when it is none.
Label ReadLabel(std::string_view text);

// Whether `text` names an indicator group: 产出指标, 数量指标, 社会效益 … 1 for first-level names, 2 for second-level
// names, 3 for those used on both levels (满意度指标, 成本指标), 0 for others.
int LevelOf(std::string_view text);
// Whether the name of a group was broken in two: 可持续影 and 响指标, 服务对象 and 满意度指标.
bool AreHalvesOfLevel(std::string_view a, std::string_view b);
inline bool IsLevelName(std::string_view text) {
  return LevelOf(text) != 0;
}

// Whether `text` is the name of a line of the funds table (年度资金总额, 其中：财政拨款, 上年结转资金 …).
bool IsFundName(std::string_view text);
// Whether it names the total of the funds table.
bool IsFundTotal(std::string_view text);

// Bytes of the comparison that `text` begins with, in signs or words (≥, >=, 不低于, 大于等于); 0 for none.
std::size_t ComparisonLength(std::string_view text);

// Whether somebody signs here for what the form says: 财政部门审核意见（盖章）.
bool IsSignOff(std::string_view text);

// Whether `text` can be the title of a form; of a written report.
bool IsFormTitle(std::string_view text);
bool IsReportTitle(std::string_view text);

// The self-given grade that `text` consists of (优, 良好, 中, 差 …), as written; empty when it is none.
std::string_view GradeIn(std::string_view text);

}  // namespace jixiao::importing
