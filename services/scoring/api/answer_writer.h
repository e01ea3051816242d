// Answers to their bytes, for the calls that come by the thousand. The generated serialiser goes over an answer twice
// (once for its size) and checks all texts for UTF-8, which scoring's texts are: it puts them together from texts that
// were checked when they came in.
#pragma once

#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// Writes from the end to the front, so that each length is known when it is written. Keeps its memory for the next
// answer. One thread at a time.
class AnswerWriter {
 public:
  AnswerWriter();

  // The bytes that deterministic serialisation by protobuf gives, of a ScoreResponse or a ScoreBatchResponse with this
  // card; valid until the next call.
  std::string_view ScoreResponse(const evaluation::v1::Scorecard& card);
  std::string_view ScoreBatchResponse(const std::string& item_id, const evaluation::v1::Scorecard& card);

 private:
  void MakeRoom();

  std::vector<char> buffer_;
};

}  // namespace jixiao::scoring
