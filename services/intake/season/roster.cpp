#include "intake/season/roster.h"

#include "common/text.h"
#include "intake/season/names.h"

#include <algorithm>

namespace jixiao::season {
namespace {

using namespace intake::v1;

constexpr std::size_t kMaxName = 300;
constexpr std::size_t kMaxCode = 40;
constexpr std::size_t kMaxContact = 200;

class Checker {
 public:
  Checker(std::span<const RosterEntry> entries, const Campaign& campaign) : entries_(entries), campaign_(campaign) {}

  RosterVerdict Run() {
    for (at_ = 0; at_ < entries_.size(); ++at_) CheckEntry(entries_[at_]);
    return std::move(verdict_);
  }

 private:
  int Row(std::size_t index) const {
    return entries_[index].row() > 0 ? entries_[index].row() : static_cast<int>(index) + 1;
  }

  void Put(std::vector<RosterFault>& list, std::string_view field, std::string message) const {
    RosterFault& fault = list.emplace_back();
    fault.set_index(static_cast<int>(at_));
    fault.set_row(Row(at_));
    fault.set_field(std::string(field));
    fault.set_message(std::move(message));
  }
  void Fault(std::string_view field, std::string message) { Put(verdict_.faults, field, std::move(message)); }
  void Doubt(std::string_view field, std::string message) { Put(verdict_.doubts, field, std::move(message)); }

  // False when the text cannot be kept at all.
  bool CheckText(std::string_view field, const std::string& text, std::size_t most) {
    if (!IsUtf8(text)) {
      Fault(field, "不是 UTF-8 文字");
      return false;
    }
    if (Utf8Length(text) > most) Fault(field, Cat("超过 ", most, " 个字"));
    return true;
  }

  void CheckProjectCode(const RosterEntry& entry, const std::string& code) {
    const std::string shown(TruncateUtf8(code, 60));
    if (!IsProjectCode(code)) {
      const std::string message = Cat("项目代码 ", shown, "（", Utf8Length(code),
                                      " 位）不是 21 位：6 位区划、2 位年份、1 位大写字母、12 位序号");
      IsMeantAsProjectCode(code) ? Fault("project_code", message) : Doubt("project_code", message);
      return;
    }
    if (YearOf(code) > campaign_.fiscal_year())
      Fault("project_code",
            Cat("项目代码 ", shown, " 的年份 ", YearOf(code), " 晚于申报年度 ", campaign_.fiscal_year()));
    // A project of a higher level is carried out here as well; zones of development have divisions of their own.
    const std::string_view division = std::string_view(code).substr(0, 6);
    const std::string& region = entry.region_code().empty() ? campaign_.region_code() : entry.region_code();
    if (IsDivision(region) && !IsWithin(division, region.substr(0, 6)) && !IsWithin(region, division))
      Doubt("project_code", Cat("项目代码 ", shown, " 的区划 ", division, " 与区划 ", region, " 不一致"));
  }

  void CheckRegion(const RosterEntry& entry) {
    const std::string code = FoldCode(entry.region_code());
    if (!IsDivision(code))
      Fault("region_code", Cat("区划代码 ", TruncateUtf8(code, 60), " 不是 9 位（或 6 位）数字"));
    else if (!IsWithin(code, campaign_.region_code()))
      Fault("region_code", Cat("区划代码 ", code, " 不属于本批次的区划 ", campaign_.region_code()));
  }

  void CheckDuplicate(const RosterKey& key) {
    const std::string identity =
        key.code.empty() ? Cat("n\n", key.unit, "\n", key.project) : Cat("c\n", key.code, "\n", key.unit);
    const auto [earlier, is_new] = seen_.emplace(identity, at_);
    if (!is_new)
      Fault(
          key.code.empty() && !key.project.empty() ? "project_name"
          : key.code.empty()                       ? "unit.name"
                                                   : "project_code",
          Cat("与第 ", Row(earlier->second), " 行重复：", key.code.empty() ? "单位、项目相同" : "单位、项目代码相同"));
  }

  void CheckEntry(const RosterEntry& entry) {
    const bool readable =
        CheckText("unit.name", entry.unit().name(), kMaxName) & CheckText("unit.code", entry.unit().code(), kMaxCode) &
        CheckText("department.name", entry.department().name(), kMaxName) &
        CheckText("department.code", entry.department().code(), kMaxCode) &
        CheckText("project_name", entry.project_name(), kMaxName) &
        CheckText("project_code", entry.project_code(), kMaxCode) &
        CheckText("region_code", entry.region_code(), kMaxCode) & CheckText("contact", entry.contact(), kMaxContact);
    if (!readable) return;
    const bool department_form = campaign_.kind() == evaluation::v1::FORM_KIND_DEPARTMENT;
    const RosterKey key = KeyOf(entry, campaign_.kind());
    if (key.unit.empty()) Fault("unit.name", "没有单位名称");
    if (!department_form && key.project.empty()) Fault("project_name", "没有项目名称");
    if (!key.code.empty()) CheckProjectCode(entry, key.code);
    if (!entry.region_code().empty()) CheckRegion(entry);
    if (!key.unit.empty() && (department_form || !key.project.empty())) CheckDuplicate(key);
  }

  const std::span<const RosterEntry> entries_;
  const Campaign& campaign_;
  RosterVerdict verdict_;
  std::size_t at_ = 0;
  TextMap<std::size_t> seen_;
};

// Only candidates of the form's own unit, where there are any.
std::vector<const Candidate*> OfUnit(const RosterKey& form, const std::vector<const Candidate*>& candidates) {
  std::vector<const Candidate*> own;
  for (const Candidate* candidate : candidates)
    if (candidate->key.unit == form.unit) own.push_back(candidate);
  return own;
}

}  // namespace

RosterKey KeyOf(const RosterEntry& entry, evaluation::v1::FormKind kind) {
  RosterKey key{FoldName(entry.unit().name()), {}, {}};
  if (kind == evaluation::v1::FORM_KIND_DEPARTMENT) return key;
  key.project = FoldName(entry.project_name());
  key.code = FoldCode(entry.project_code());
  return key;
}

RosterKey KeyOf(const evaluation::v1::SelfEvaluation& form) {
  RosterKey key{FoldName(form.implementing_unit().name()), {}, {}};
  if (form.kind() == evaluation::v1::FORM_KIND_DEPARTMENT) {
    // The form of a department is often one of its own: no unit below it is named.
    if (key.unit.empty()) key.unit = FoldName(form.competent_department().name());
    return key;
  }
  key.project = FoldName(form.project_name());
  key.code = FoldCode(form.project_code());
  return key;
}

std::string GroupKey(const evaluation::v1::Organization& organization) {
  const std::string name = FoldName(organization.name());
  return name.empty() ? FoldCode(organization.code()) : name;
}

RosterVerdict Check(std::span<const RosterEntry> entries, const Campaign& campaign) {
  return Checker(entries, campaign).Run();
}

Match Choose(const RosterKey& form, std::span<const Candidate> candidates) {
  if (!form.code.empty()) {
    std::vector<const Candidate*> same;
    for (const Candidate& candidate : candidates)
      if (candidate.key.code == form.code) same.push_back(&candidate);
    if (same.size() == 1) return {ROSTER_MATCH_CODE, same.front()->entry};
    if (same.size() > 1) {
      // Several units spend one project's money.
      same = OfUnit(form, same);
      return same.size() == 1 ? Match{ROSTER_MATCH_CODE, same.front()->entry} : Match{ROSTER_MATCH_AMBIGUOUS, 0};
    }
  }
  if (form.unit.empty()) return {};
  std::vector<const Candidate*> same;
  for (const Candidate& candidate : candidates) {
    if (candidate.key.unit != form.unit || candidate.key.project != form.project) continue;
    if (!form.code.empty() && !candidate.key.code.empty()) continue;  // another project of the same name
    same.push_back(&candidate);
  }
  if (same.empty()) return {};
  if (same.size() > 1) return {ROSTER_MATCH_AMBIGUOUS, 0};
  return {ROSTER_MATCH_NAMES, same.front()->entry};
}

std::string_view TitleOf(RosterMatch match) {
  switch (match) {
    case ROSTER_MATCH_CODE:
      return "按项目代码";
    case ROSTER_MATCH_NAMES:
      return "按单位和项目名称";
    case ROSTER_MATCH_NONE:
      return "不在名单";
    case ROSTER_MATCH_AMBIGUOUS:
      return "不能确定";
    case ROSTER_MATCH_DUPLICATE:
      return "重复";
    default:
      return "不计";
  }
}

}  // namespace jixiao::season
