#include "common/form_wire.h"

#include "common/cell_text.h"

#include <limits>
#include <string>

namespace jixiao {
namespace {

using evaluation::v1::FundLine;
using evaluation::v1::Indicator;
using evaluation::v1::Organization;
using evaluation::v1::ReportSection;
using evaluation::v1::SelfEvaluation;
using evaluation::v1::Source;

// Each reads one field, whose tag was read; false for what it does not know.

bool ReadOrganization(FieldReader& in, Organization& organization) {
  switch (in.tag()) {
    case PartTag(Organization::kNameFieldNumber):
      return in.Take(*organization.mutable_name());
    case PartTag(Organization::kCodeFieldNumber):
      return in.Take(*organization.mutable_code());
    default:
      return false;
  }
}

bool ReadFund(FieldReader& in, FundLine& line) {
  switch (in.tag()) {
    case PartTag(FundLine::kNameFieldNumber):
      return in.Take(*line.mutable_name());
    case PartTag(FundLine::kInitialBudgetFieldNumber):
      return in.Take(*line.mutable_initial_budget());
    case PartTag(FundLine::kFullYearBudgetFieldNumber):
      return in.Take(*line.mutable_full_year_budget());
    case PartTag(FundLine::kExecutedFieldNumber):
      return in.Take(*line.mutable_executed());
    case PartTag(FundLine::kWeightFieldNumber):
      return in.Take(*line.mutable_weight());
    case PartTag(FundLine::kExecutionRateFieldNumber):
      return in.Take(*line.mutable_execution_rate());
    case PartTag(FundLine::kScoreFieldNumber):
      return in.Take(*line.mutable_score());
    default:
      return false;
  }
}

bool ReadIndicator(FieldReader& in, Indicator& row) {
  switch (in.tag()) {
    case PartTag(Indicator::kLevel1FieldNumber):
      return in.Take(*row.mutable_level1());
    case PartTag(Indicator::kLevel2FieldNumber):
      return in.Take(*row.mutable_level2());
    case PartTag(Indicator::kLevel3FieldNumber):
      return in.Take(*row.mutable_level3());
    case PartTag(Indicator::kTargetFieldNumber):
      return in.Take(*row.mutable_target());
    case PartTag(Indicator::kActualFieldNumber):
      return in.Take(*row.mutable_actual());
    case PartTag(Indicator::kWeightFieldNumber):
      return in.Take(*row.mutable_weight());
    case PartTag(Indicator::kScoreFieldNumber):
      return in.Take(*row.mutable_score());
    case PartTag(Indicator::kCompletionRateFieldNumber):
      return in.Take(*row.mutable_completion_rate());
    case PartTag(Indicator::kDeviationReasonFieldNumber):
      return in.Take(*row.mutable_deviation_reason());
    case PartTag(Indicator::kApprovedTargetFieldNumber):
      return in.Take(*row.mutable_approved_target());
    case PartTag(Indicator::kApprovedWeightFieldNumber):
      return in.Take(*row.mutable_approved_weight());
    case PartTag(Indicator::kAdjustmentFieldNumber):
      return in.Take(*row.mutable_adjustment());
    default:
      return false;
  }
}

bool ReadSection(FieldReader& in, ReportSection& section) {
  switch (in.tag()) {
    case PartTag(ReportSection::kHeadingFieldNumber):
      return in.Take(*section.mutable_heading());
    case PartTag(ReportSection::kTextFieldNumber):
      return in.Take(*section.mutable_text());
    default:
      return false;
  }
}

bool ReadSource(FieldReader& in, Source& source) {
  switch (in.tag()) {
    case PartTag(Source::kFileNameFieldNumber):
      return in.Take(*source.mutable_file_name());
    case PartTag(Source::kMediaTypeFieldNumber):
      return in.Take(*source.mutable_media_type());
    case PartTag(Source::kSha256FieldNumber):
      return in.Take(*source.mutable_sha256());
    case PartTag(Source::kLocationFieldNumber):
      return in.Take(*source.mutable_location());
    default:
      return false;
  }
}

}  // namespace

bool ReadFormField(FieldReader& in, SelfEvaluation& form) {
  std::int32_t number = 0;
  switch (in.tag()) {
    case NumberTag(SelfEvaluation::kKindFieldNumber):
      if (!in.Take(number)) return false;
      form.set_kind(static_cast<evaluation::v1::FormKind>(number));
      return true;
    case PartTag(SelfEvaluation::kTitleFieldNumber):
      return in.Take(*form.mutable_title());
    case NumberTag(SelfEvaluation::kFiscalYearFieldNumber):
      if (!in.Take(number)) return false;
      form.set_fiscal_year(number);
      return true;
    case PartTag(SelfEvaluation::kRegionCodeFieldNumber):
      return in.Take(*form.mutable_region_code());
    case PartTag(SelfEvaluation::kCompetentDepartmentFieldNumber):
      return in.Take(*form.mutable_competent_department(), ReadOrganization);
    case PartTag(SelfEvaluation::kImplementingUnitFieldNumber):
      return in.Take(*form.mutable_implementing_unit(), ReadOrganization);
    case PartTag(SelfEvaluation::kProjectNameFieldNumber):
      return in.Take(*form.mutable_project_name());
    case PartTag(SelfEvaluation::kProjectCodeFieldNumber):
      return in.Take(*form.mutable_project_code());
    case NumberTag(SelfEvaluation::kAmountUnitFieldNumber):
      if (!in.Take(number)) return false;
      form.set_amount_unit(static_cast<evaluation::v1::AmountUnit>(number));
      return true;
    case PartTag(SelfEvaluation::kFundsFieldNumber):
      return in.Take(*form.add_funds(), ReadFund);
    case PartTag(SelfEvaluation::kExpectedGoalFieldNumber):
      return in.Take(*form.mutable_expected_goal());
    case PartTag(SelfEvaluation::kActualGoalFieldNumber):
      return in.Take(*form.mutable_actual_goal());
    case PartTag(SelfEvaluation::kIndicatorsFieldNumber):
      return in.Take(*form.add_indicators(), ReadIndicator);
    case PartTag(SelfEvaluation::kTotalWeightFieldNumber):
      return in.Take(*form.mutable_total_weight());
    case PartTag(SelfEvaluation::kTotalScoreFieldNumber):
      return in.Take(*form.mutable_total_score());
    case PartTag(SelfEvaluation::kReportFieldNumber):
      return in.Take(*form.add_report(), ReadSection);
    case PartTag(SelfEvaluation::kSourceFieldNumber):
      return in.Take(*form.mutable_source(), ReadSource);
    case PartTag(SelfEvaluation::kGradeFieldNumber):
      return in.Take(*form.mutable_grade());
    default:
      return false;
  }
}

bool ReadForm(std::string_view bytes, SelfEvaluation& form) {
  bool plain = true;
  form.Clear();
  if (FieldReader::Read(bytes, plain, form, ReadFormField)) return true;
  return form.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

bool FieldReader::Take(std::string& text) {
  std::string_view content;
  if (!text.empty() || !TakeContent(content)) return false;
  const CellText kind = Examine(content);
  if (kind == CellText::kMalformed) return false;
  plain_ = plain_ && kind == CellText::kPlain;
  text.append(content);  // which costs less than assign: it has nothing to replace
  return true;
}

bool FieldReader::Take(std::int32_t& number) {
  std::uint32_t value = 0;
  if (!TakeVarint(value) || value > std::numeric_limits<std::int32_t>::max()) return false;
  number = static_cast<std::int32_t>(value);
  return true;
}

bool FieldReader::Take(bool& flag) {
  std::uint32_t value = 0;
  if (!TakeVarint(value)) return false;
  flag = value != 0;
  return true;
}

bool FieldReader::TakeContent(std::string_view& content) {
  std::uint32_t length = 0;
  if (!TakeVarint(length) || length > static_cast<std::size_t>(end_ - at_)) return false;
  content = {at_, length};
  at_ += length;
  return true;
}

bool FieldReader::TakeLongVarint(std::uint32_t& value) {
  value &= 0x7F;
  constexpr int kMostBytes = 5;
  for (int i = 1; i < kMostBytes && end_ - at_ > i; ++i) {
    const std::uint32_t byte = static_cast<unsigned char>(at_[i]);
    // The fifth byte has room for four bits.
    if (i == kMostBytes - 1 && byte > 0x0F) return false;
    value |= (byte & 0x7F) << (7 * i);
    if (byte >= 0x80) continue;
    at_ += i + 1;
    return true;
  }
  return false;
}

}  // namespace jixiao
