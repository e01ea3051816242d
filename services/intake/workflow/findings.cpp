#include "intake/workflow/findings.h"

#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace jixiao::intake {
namespace {

using evaluation::v1::SelfEvaluation;
using google::protobuf::FieldDescriptor;

// What is listed in one step; ListFindings has all.
constexpr std::size_t kMaxVerdict = 6000;

// The field that a path of a finding starts with, and its row: "indicators[3].actual" is indicators, 3.
struct Place {
  const FieldDescriptor* field = nullptr;
  int row = -1;
};

Place PlaceOf(std::string_view path) {
  const std::size_t end = path.find_first_of(".[");
  Place place{SelfEvaluation::descriptor()->FindFieldByName(std::string(path.substr(0, end)))};
  if (end < path.size() && path[end] == '[')
    std::from_chars(path.data() + end + 1, path.data() + path.size(), place.row);
  return place;
}

// Copies one field; false for a kind of field that no form has.
bool CopyField(const SelfEvaluation& from, const FieldDescriptor* field, SelfEvaluation& to) {
  const auto& r = *from.GetReflection();
  if (field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    for (int i = 0; i < r.FieldSize(from, field); ++i)
      r.AddMessage(&to, field)->CopyFrom(r.GetRepeatedMessage(from, field, i));
    return true;
  }
  if (field->is_repeated()) return false;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      r.SetString(&to, field, r.GetString(from, field));
      return true;
    case FieldDescriptor::CPPTYPE_INT32:
      r.SetInt32(&to, field, r.GetInt32(from, field));
      return true;
    case FieldDescriptor::CPPTYPE_ENUM:
      r.SetEnumValue(&to, field, r.GetEnumValue(from, field));
      return true;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (r.HasField(from, field)) r.MutableMessage(&to, field)->CopyFrom(r.GetMessage(from, field));
      return true;
    default:
      return false;
  }
}

// Digest of the row, or the field, of the form that a path is about; of the whole form where it names none.
std::string PartOf(const SelfEvaluation& form, std::string_view path) {
  const Place place = PlaceOf(path);
  const auto& reflection = *form.GetReflection();
  const auto digest = [](const google::protobuf::Message& message) { return CanonicalDigest(message).value_or(""); };
  if (place.field == nullptr) return digest(form);
  if (place.field->is_repeated() && place.row >= 0 && place.row < reflection.FieldSize(form, place.field))
    return digest(reflection.GetRepeatedMessage(form, place.field, place.row));
  SelfEvaluation part;
  return CopyField(form, place.field, part) ? digest(part) : digest(form);
}

bool IsCarried(const v1::JudgedFinding& earlier, const v1::JudgedFinding& next) {
  return earlier.figures() == next.figures() && earlier.finding().code() == next.finding().code() &&
         earlier.finding().path() == next.finding().path();
}

}  // namespace

std::string FiguresOf(const SelfEvaluation& form, const evaluation::v1::Finding& finding) {
  // Neither severity nor authority: a rule set that only weighs the same contradiction otherwise changes no figure.
  evaluation::v1::Finding said;
  said.set_code(finding.code());
  said.set_path(finding.path());
  said.set_message(finding.message());
  *said.mutable_evidence() = finding.evidence();
  return DigestOf(Cat("jixiao-figures-v1\n", CanonicalDigest(said).value_or(""), "\n", PartOf(form, finding.path())));
}

std::vector<v1::JudgedFinding> Judge(const ReviewPolicy& policy, const SelfEvaluation& form,
                                     const evaluation::v1::Scorecard& card, std::string_view revision_name) {
  std::vector<v1::JudgedFinding> judged;
  judged.reserve(static_cast<std::size_t>(card.findings_size()));
  for (const evaluation::v1::Finding& finding : card.findings()) {
    v1::JudgedFinding& next = judged.emplace_back();
    next.set_name(Cat(revision_name, "/findings/", judged.size()));
    *next.mutable_finding() = finding;
    next.set_finding_class(policy.ClassOf(form.region_code(), finding));
    next.set_figures(FiguresOf(form, finding));
  }
  return judged;
}

int CarryOver(std::span<const v1::JudgedFinding> earlier, std::vector<v1::JudgedFinding>& next) {
  int carried = 0;
  for (v1::JudgedFinding& finding : next) {
    const bool confirm = finding.finding_class() == v1::FINDING_CLASS_CONFIRM;
    if (!confirm && finding.finding_class() != v1::FINDING_CLASS_WAIVE) continue;
    const auto same =
        std::find_if(earlier.begin(), earlier.end(), [&](const auto& other) { return IsCarried(other, finding); });
    if (same == earlier.end()) continue;
    const bool waived = same->waiver().state() == v1::WAIVER_STATE_APPROVED;
    if (confirm && same->has_answer()) *finding.mutable_answer() = same->answer();
    if (waived) *finding.mutable_waiver() = same->waiver();
    if (finding.has_answer() || finding.has_waiver()) ++carried;
  }
  return carried;
}

v1::AnswerState StateAt(const v1::JudgedFinding& finding, std::int64_t now) {
  if (finding.finding_class() == v1::FINDING_CLASS_INVALID) return v1::ANSWER_STATE_MUST_CHANGE;
  if (finding.finding_class() == v1::FINDING_CLASS_NOTE) return v1::ANSWER_STATE_NOT_NEEDED;
  if (finding.finding_class() == v1::FINDING_CLASS_CONFIRM && finding.has_answer()) return v1::ANSWER_STATE_ANSWERED;
  const v1::Waiver& waiver = finding.waiver();
  const bool over = ToMicros(waiver.expire_time()) <= now;
  switch (waiver.state()) {
    case v1::WAIVER_STATE_APPROVED:
      return over ? v1::ANSWER_STATE_WAIVER_EXPIRED : v1::ANSWER_STATE_WAIVED;
    case v1::WAIVER_STATE_REQUESTED:
      return over ? v1::ANSWER_STATE_WAIVER_EXPIRED : v1::ANSWER_STATE_WAIVER_REQUESTED;
    default:
      return v1::ANSWER_STATE_OPEN;
  }
}

void PutStates(std::vector<v1::JudgedFinding>& findings, std::int64_t now) {
  for (v1::JudgedFinding& finding : findings) finding.set_state(StateAt(finding, now));
}

Standing StandingAt(std::span<const v1::ReviewStage> stages, std::span<const v1::JudgedFinding> findings,
                    std::int64_t now) {
  Standing standing{stages};
  for (const v1::JudgedFinding& finding : findings) {
    const v1::AnswerState state = StateAt(finding, now);
    if (state == v1::ANSWER_STATE_MUST_CHANGE) ++standing.invalid;
    if (IsOpen(state)) ++standing.open;
  }
  return standing;
}

std::string Verdict(std::span<const v1::JudgedFinding> findings, int carried, std::int64_t now) {
  std::map<v1::AnswerState, int> counts;
  for (const v1::JudgedFinding& finding : findings) ++counts[StateAt(finding, now)];
  const int invalid = counts[v1::ANSWER_STATE_MUST_CHANGE];
  int confirm = 0;
  int waive = 0;
  for (const v1::JudgedFinding& finding : findings)
    if (IsOpen(StateAt(finding, now))) ++(finding.finding_class() == v1::FINDING_CLASS_WAIVE ? waive : confirm);
  std::string text;
  const auto add = [&](const auto&... parts) { Append(text, text.empty() ? "" : "，", parts...); };
  if (invalid > 0) add(invalid, " 处必须修改");
  if (confirm > 0) add(confirm, " 处须说明");
  if (waive > 0) add(waive, " 处须申请豁免");
  if (carried > 0) add("沿用上一版的说明或豁免 ", carried, " 处");
  if (text.empty()) return "没有须处理的问题";
  if (invalid == 0) return text;
  int left = 0;
  for (const v1::JudgedFinding& finding : findings) {
    const v1::AnswerState state = StateAt(finding, now);
    if (state != v1::ANSWER_STATE_MUST_CHANGE && !IsOpen(state)) continue;
    if (text.size() > kMaxVerdict) {
      ++left;
      continue;
    }
    Append(text, "\n", TitleOf(finding.finding_class()), " ", finding.finding().code(), " ", finding.finding().path(),
           "：", TruncateUtf8(finding.finding().message(), 400));
  }
  if (left > 0) Append(text, "\n另有 ", left, " 处");
  return text;
}

}  // namespace jixiao::intake
