#include "intake/api/submission_reader.h"

#include "common/form_wire.h"

#include <string_view>

namespace jixiao::intake {
namespace {

using Request = v1::SubmitEvaluationRequest;

struct Submission {
  Request& request;
  FormAsRead& form;
};

// Stages, which hardly any submission names, are left to the generated parser.
bool ReadField(FieldReader& in, Submission& submission) {
  Request& request = submission.request;
  bool flag = false;
  switch (in.tag()) {
    case PartTag(Request::kRequestIdFieldNumber):
      return in.Take(*request.mutable_request_id());
    case PartTag(Request::kFormFieldNumber):
      // A form in two pieces is one message, but its bytes are not.
      return !request.has_form() && in.TakeContent(submission.form.bytes) &&
             in.ReadPart(submission.form.bytes, *request.mutable_form(), ReadFormField);
    case PartTag(Request::kSubmissionFieldNumber):
      return in.Take(*request.mutable_submission());
    case PartTag(Request::kRuleSetFieldNumber):
      return in.Take(*request.mutable_rule_set());
    case PartTag(Request::kSourceDocumentFieldNumber): {
      std::string_view document;
      if (!in.TakeContent(document)) return false;
      request.mutable_source_document()->assign(document);
      return true;
    }
    case NumberTag(Request::kValidateOnlyFieldNumber):
      if (!in.Take(flag)) return false;
      request.set_validate_only(flag);
      return true;
    case PartTag(Request::kCampaignFieldNumber):
      return in.Take(*request.mutable_campaign());
    case PartTag(Request::kReservationFieldNumber):
      return in.Take(*request.mutable_reservation());
    case NumberTag(Request::kJudgeFindingsFieldNumber):
      if (!in.Take(flag)) return false;
      request.set_judge_findings(flag);
      return true;
    default:
      return false;
  }
}

bool ReadItemField(FieldReader& in, Submission& submission) {
  return in.tag() == PartTag(v1::BatchSubmitRequest::kItemFieldNumber) && in.Take(submission, ReadField);
}

bool Read(std::string_view bytes, Submission submission, FieldReader::ReadField<Submission> read) {
  FormAsRead& form = submission.form;
  form = {{}, {.plain_text = true}};
  if (!FieldReader::Read(bytes, form.known.plain_text, submission, read)) {
    form = {};
    return false;
  }
  // Nothing that was read is written with more bytes than it came in. More than a form may have are not kept.
  if (form.bytes.size() <= kMaxFormBytes)
    form.known.most_bytes = form.bytes.size();
  else
    form.bytes = {};
  return true;
}

}  // namespace

bool ReadSubmission(std::string_view bytes, v1::SubmitEvaluationRequest& request, FormAsRead& form) {
  return Read(bytes, {request, form}, ReadField);
}

bool ReadSubmission(std::string_view bytes, v1::BatchSubmitRequest& request, FormAsRead& form) {
  return Read(bytes, {*request.mutable_item(), form}, ReadItemField);
}

}  // namespace jixiao::intake
