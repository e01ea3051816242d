// Requests from their bytes, as common/form_wire.h reads forms.
#pragma once

#include "common/form.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <string>
#include <string_view>

namespace jixiao::scoring {

// What ScoreRequest and ScoreBatchRequest carry. Read again and again into the same one, a form's texts and rows keep
// their memory, which costs half of what an arena does: that has to make and to destroy each text.
struct ScoreItem {
  std::string item_id;  // of ScoreBatchRequest
  bool has_form = false;
  evaluation::v1::SelfEvaluation form;
  v1::RuleSetSelector rule_set;
  KnownOfForm known;  // of the form, as far as reading told

  void Clear();
};

// Read `bytes` into `item`. False when they cannot: for bytes that are malformed, not UTF-8, or hold what these readers
// do not know (fields of a later version). Then `item` holds some part of them, and the generated parser has to say
// what they are. Otherwise the item holds what the generated parser would read.
bool ReadScoreRequest(std::string_view bytes, ScoreItem& item);
bool ReadScoreBatchRequest(std::string_view bytes, ScoreItem& item);

// The same from what the generated parser read; empties the message.
void TakeItem(v1::ScoreRequest& request, ScoreItem& item);
void TakeItem(v1::ScoreBatchRequest& request, ScoreItem& item);

}  // namespace jixiao::scoring
