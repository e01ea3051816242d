#include "scoring/api/request_reader.h"

#include "common/cell_text.h"

#include <cstdint>
#include <string>

namespace jixiao::scoring {
namespace {

using evaluation::v1::FundLine;
using evaluation::v1::Indicator;
using evaluation::v1::Organization;
using evaluation::v1::ReportSection;
using evaluation::v1::SelfEvaluation;
using evaluation::v1::Source;

constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kDelimited = 2;

// Tags of fields by number and wire type.
constexpr std::uint32_t Number(std::uint32_t field) {
  return field << 3 | kVarint;
}
constexpr std::uint32_t Part(std::uint32_t field) {
  return field << 3 | kDelimited;
}

// Goes over the fields of one message. What it does not take is for the generated parser to judge.
class Fields {
 public:
  Fields(std::string_view bytes, bool& plain) : at_(bytes.data()), end_(at_ + bytes.size()), plain_(plain) {}

  // Reads the next field's tag; false at the end and where no tag can be read.
  bool Next() {
    if (at_ == end_) return false;
    return TakeVarint(tag_);
  }
  std::uint32_t tag() const { return tag_; }
  bool at_end() const { return at_ == end_; }

  bool Take(std::string& text) {
    std::string_view content;
    if (!TakeContent(content)) return false;
    const CellText kind = Examine(content);
    if (kind == CellText::kMalformed) return false;
    plain_ = plain_ && kind == CellText::kPlain;
    text.clear();
    text.append(content);  // which costs less than assign: it has nothing to replace
    return true;
  }

  // Numbers of more than five bytes, as negative ones are, are no form's.
  bool Take(std::int32_t& number) {
    std::uint32_t value = 0;
    if (!TakeVarint(value)) return false;
    number = static_cast<std::int32_t>(value);
    return true;
  }

  template <class Message>
  bool Take(Message& message, bool (*read)(Fields& fields, Message& message)) {
    std::string_view content;
    if (!TakeContent(content)) return false;
    Fields fields(content, plain_);
    while (fields.Next())
      if (!read(fields, message)) return false;
    return fields.at_end();
  }

 private:
  bool TakeContent(std::string_view& content) {
    std::uint32_t length = 0;
    if (!TakeVarint(length) || length > static_cast<std::size_t>(end_ - at_)) return false;
    content = {at_, length};
    at_ += length;
    return true;
  }

  bool TakeVarint(std::uint32_t& value) {
    if (at_ == end_) return false;
    value = static_cast<unsigned char>(*at_);
    if (value < 0x80) {
      ++at_;
      return true;
    }
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

  const char* at_;
  const char* const end_;
  bool& plain_;
  std::uint32_t tag_ = 0;
};

// Each reads one field, whose tag has been read; false for what it does not know.

bool ReadOrganization(Fields& in, Organization& organization) {
  switch (in.tag()) {
    case Part(Organization::kNameFieldNumber):
      return in.Take(*organization.mutable_name());
    case Part(Organization::kCodeFieldNumber):
      return in.Take(*organization.mutable_code());
    default:
      return false;
  }
}

bool ReadFund(Fields& in, FundLine& line) {
  switch (in.tag()) {
    case Part(FundLine::kNameFieldNumber):
      return in.Take(*line.mutable_name());
    case Part(FundLine::kInitialBudgetFieldNumber):
      return in.Take(*line.mutable_initial_budget());
    case Part(FundLine::kFullYearBudgetFieldNumber):
      return in.Take(*line.mutable_full_year_budget());
    case Part(FundLine::kExecutedFieldNumber):
      return in.Take(*line.mutable_executed());
    case Part(FundLine::kWeightFieldNumber):
      return in.Take(*line.mutable_weight());
    case Part(FundLine::kExecutionRateFieldNumber):
      return in.Take(*line.mutable_execution_rate());
    case Part(FundLine::kScoreFieldNumber):
      return in.Take(*line.mutable_score());
    default:
      return false;
  }
}

bool ReadIndicator(Fields& in, Indicator& row) {
  switch (in.tag()) {
    case Part(Indicator::kLevel1FieldNumber):
      return in.Take(*row.mutable_level1());
    case Part(Indicator::kLevel2FieldNumber):
      return in.Take(*row.mutable_level2());
    case Part(Indicator::kLevel3FieldNumber):
      return in.Take(*row.mutable_level3());
    case Part(Indicator::kTargetFieldNumber):
      return in.Take(*row.mutable_target());
    case Part(Indicator::kActualFieldNumber):
      return in.Take(*row.mutable_actual());
    case Part(Indicator::kWeightFieldNumber):
      return in.Take(*row.mutable_weight());
    case Part(Indicator::kScoreFieldNumber):
      return in.Take(*row.mutable_score());
    case Part(Indicator::kCompletionRateFieldNumber):
      return in.Take(*row.mutable_completion_rate());
    case Part(Indicator::kDeviationReasonFieldNumber):
      return in.Take(*row.mutable_deviation_reason());
    case Part(Indicator::kApprovedTargetFieldNumber):
      return in.Take(*row.mutable_approved_target());
    case Part(Indicator::kApprovedWeightFieldNumber):
      return in.Take(*row.mutable_approved_weight());
    case Part(Indicator::kAdjustmentFieldNumber):
      return in.Take(*row.mutable_adjustment());
    default:
      return false;
  }
}

bool ReadSection(Fields& in, ReportSection& section) {
  switch (in.tag()) {
    case Part(ReportSection::kHeadingFieldNumber):
      return in.Take(*section.mutable_heading());
    case Part(ReportSection::kTextFieldNumber):
      return in.Take(*section.mutable_text());
    default:
      return false;
  }
}

bool ReadSource(Fields& in, Source& source) {
  switch (in.tag()) {
    case Part(Source::kFileNameFieldNumber):
      return in.Take(*source.mutable_file_name());
    case Part(Source::kMediaTypeFieldNumber):
      return in.Take(*source.mutable_media_type());
    case Part(Source::kSha256FieldNumber):
      return in.Take(*source.mutable_sha256());
    case Part(Source::kLocationFieldNumber):
      return in.Take(*source.mutable_location());
    default:
      return false;
  }
}

bool ReadForm(Fields& in, SelfEvaluation& form) {
  std::int32_t number = 0;
  switch (in.tag()) {
    case Number(SelfEvaluation::kKindFieldNumber):
      if (!in.Take(number)) return false;
      form.set_kind(static_cast<evaluation::v1::FormKind>(number));
      return true;
    case Part(SelfEvaluation::kTitleFieldNumber):
      return in.Take(*form.mutable_title());
    case Number(SelfEvaluation::kFiscalYearFieldNumber):
      if (!in.Take(number)) return false;
      form.set_fiscal_year(number);
      return true;
    case Part(SelfEvaluation::kRegionCodeFieldNumber):
      return in.Take(*form.mutable_region_code());
    case Part(SelfEvaluation::kCompetentDepartmentFieldNumber):
      return in.Take(*form.mutable_competent_department(), ReadOrganization);
    case Part(SelfEvaluation::kImplementingUnitFieldNumber):
      return in.Take(*form.mutable_implementing_unit(), ReadOrganization);
    case Part(SelfEvaluation::kProjectNameFieldNumber):
      return in.Take(*form.mutable_project_name());
    case Part(SelfEvaluation::kProjectCodeFieldNumber):
      return in.Take(*form.mutable_project_code());
    case Number(SelfEvaluation::kAmountUnitFieldNumber):
      if (!in.Take(number)) return false;
      form.set_amount_unit(static_cast<evaluation::v1::AmountUnit>(number));
      return true;
    case Part(SelfEvaluation::kFundsFieldNumber):
      return in.Take(*form.add_funds(), ReadFund);
    case Part(SelfEvaluation::kExpectedGoalFieldNumber):
      return in.Take(*form.mutable_expected_goal());
    case Part(SelfEvaluation::kActualGoalFieldNumber):
      return in.Take(*form.mutable_actual_goal());
    case Part(SelfEvaluation::kIndicatorsFieldNumber):
      return in.Take(*form.add_indicators(), ReadIndicator);
    case Part(SelfEvaluation::kTotalWeightFieldNumber):
      return in.Take(*form.mutable_total_weight());
    case Part(SelfEvaluation::kTotalScoreFieldNumber):
      return in.Take(*form.mutable_total_score());
    case Part(SelfEvaluation::kReportFieldNumber):
      return in.Take(*form.add_report(), ReadSection);
    case Part(SelfEvaluation::kSourceFieldNumber):
      return in.Take(*form.mutable_source(), ReadSource);
    case Part(SelfEvaluation::kGradeFieldNumber):
      return in.Take(*form.mutable_grade());
    default:
      return false;
  }
}

bool ReadSelector(Fields& in, v1::RuleSetSelector& selector) {
  switch (in.tag()) {
    case Part(v1::RuleSetSelector::kIdFieldNumber):
      return in.Take(*selector.mutable_id());
    case Part(v1::RuleSetSelector::kDigestFieldNumber):
      return in.Take(*selector.mutable_digest());
    case Part(v1::RuleSetSelector::kLabelFieldNumber):
      return in.Take(*selector.mutable_label());
    default:
      return false;
  }
}

bool ReadScoreField(Fields& in, ScoreItem& item) {
  switch (in.tag()) {
    case Part(v1::ScoreRequest::kFormFieldNumber):
      item.has_form = true;
      return in.Take(item.form, ReadForm);
    case Part(v1::ScoreRequest::kRuleSetFieldNumber):
      return in.Take(item.rule_set, ReadSelector);
    default:
      return false;
  }
}

bool ReadScoreBatchField(Fields& in, ScoreItem& item) {
  switch (in.tag()) {
    case Part(v1::ScoreBatchRequest::kItemIdFieldNumber):
      return in.Take(item.item_id);
    case Part(v1::ScoreBatchRequest::kFormFieldNumber):
      item.has_form = true;
      return in.Take(item.form, ReadForm);
    case Part(v1::ScoreBatchRequest::kRuleSetFieldNumber):
      return in.Take(item.rule_set, ReadSelector);
    default:
      return false;
  }
}

bool Read(std::string_view bytes, ScoreItem& item, bool (*read)(Fields& in, ScoreItem& item)) {
  item.Clear();
  // Of what was read, the generated serialiser writes nothing longer than it came.
  item.known = {true, bytes.size()};
  Fields fields(bytes, item.known.plain_text);
  while (fields.Next())
    if (!read(fields, item)) return false;
  return fields.at_end();
}

template <class Request>
void Take(Request& request, ScoreItem& item) {
  item.Clear();
  item.has_form = request.has_form();
  if (request.has_form()) item.form.Swap(request.mutable_form());
  if (request.has_rule_set()) item.rule_set.Swap(request.mutable_rule_set());
}

}  // namespace

void ScoreItem::Clear() {
  item_id.clear();
  has_form = false;
  form.Clear();
  rule_set.Clear();
  known = {};
}

bool ReadScoreRequest(std::string_view bytes, ScoreItem& item) {
  return Read(bytes, item, ReadScoreField);
}

bool ReadScoreBatchRequest(std::string_view bytes, ScoreItem& item) {
  return Read(bytes, item, ReadScoreBatchField);
}

void TakeItem(v1::ScoreRequest& request, ScoreItem& item) {
  Take(request, item);
}

void TakeItem(v1::ScoreBatchRequest& request, ScoreItem& item) {
  Take(request, item);
  item.item_id.swap(*request.mutable_item_id());
}

}  // namespace jixiao::scoring
