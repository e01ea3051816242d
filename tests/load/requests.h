// What the load tools send: requests made once from forms, and a number put into each as it goes.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/scoring/v1/rule_set.pb.h"

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "load/loop.h"

namespace jixiao::load {

// An id with a place for a number of kIdDigits digits.
inline constexpr std::size_t kIdDigits = 12;
std::string NumberedId(std::string_view prefix);

// Gives serialised messages in turn, with the number of the request, and `first` added, in the place that NumberedId
// left in them. What has no such place goes as it is.
class Numbered {
 public:
  // At least one. Must outlive what comes from it.
  explicit Numbered(std::vector<std::string> messages);

  // Each caller of this gets numbers that no other gets.
  Source Next(std::uint64_t most = 1'000'000'000);

  std::size_t size() const { return messages_.size(); }
  double MeanBytes() const;

 private:
  struct Message {
    std::string bytes;
    std::size_t at = std::string::npos;
  };

  std::vector<Message> messages_;
  std::uint64_t first_ = 0;
};

// A form with what scoring made of it.
struct ScoredForm {
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  const scoring::v1::RuleSet* rule_set = nullptr;
};

std::vector<std::string> SubmitRequests(const std::vector<ScoredForm>& forms);
std::vector<std::string> BatchSubmitRequests(const std::vector<ScoredForm>& forms);
std::vector<std::string> ScoreRequests(const std::vector<ScoredForm>& forms);
std::vector<std::string> ScoreBatchRequests(const std::vector<ScoredForm>& forms);
std::vector<std::string> ArchiveRequests(const std::vector<ScoredForm>& forms);

// How an item of a stream ended, from the answer's bytes: the code of the google.rpc.Status in the field `error_field`,
// or OK without one. Looks at nothing else.
grpc::StatusCode CodeOfItem(const grpc::ByteBuffer& answer, int error_field);

}  // namespace jixiao::load
