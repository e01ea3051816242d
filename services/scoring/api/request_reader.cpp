#include "scoring/api/request_reader.h"

#include "common/form_wire.h"

namespace jixiao::scoring {
namespace {

bool ReadSelector(FieldReader& in, v1::RuleSetSelector& selector) {
  switch (in.tag()) {
    case PartTag(v1::RuleSetSelector::kIdFieldNumber):
      return in.Take(*selector.mutable_id());
    case PartTag(v1::RuleSetSelector::kDigestFieldNumber):
      return in.Take(*selector.mutable_digest());
    case PartTag(v1::RuleSetSelector::kLabelFieldNumber):
      return in.Take(*selector.mutable_label());
    default:
      return false;
  }
}

bool ReadScoreField(FieldReader& in, ScoreItem& item) {
  switch (in.tag()) {
    case PartTag(v1::ScoreRequest::kFormFieldNumber):
      item.has_form = true;
      return in.Take(item.form, ReadFormField);
    case PartTag(v1::ScoreRequest::kRuleSetFieldNumber):
      return in.Take(item.rule_set, ReadSelector);
    default:
      return false;
  }
}

bool ReadScoreBatchField(FieldReader& in, ScoreItem& item) {
  switch (in.tag()) {
    case PartTag(v1::ScoreBatchRequest::kItemIdFieldNumber):
      return in.Take(item.item_id);
    case PartTag(v1::ScoreBatchRequest::kFormFieldNumber):
      item.has_form = true;
      return in.Take(item.form, ReadFormField);
    case PartTag(v1::ScoreBatchRequest::kRuleSetFieldNumber):
      return in.Take(item.rule_set, ReadSelector);
    default:
      return false;
  }
}

bool Read(std::string_view bytes, ScoreItem& item, FieldReader::ReadField<ScoreItem> read) {
  item.Clear();
  // Of what was read, the generated serialiser writes nothing longer than it came.
  item.known = {true, bytes.size()};
  return FieldReader::Read(bytes, item.known.plain_text, item, read);
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
