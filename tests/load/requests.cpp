#include "load/requests.h"

#include "common/rpc/wire.h"
#include "common/text.h"

#include "google/rpc/status.pb.h"
#include "jixiao/archiving/v1/archiving_service.pb.h"
#include "jixiao/intake/v1/intake_service.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <numeric>

namespace jixiao::load {
namespace {

constexpr char kPlace = '#';

template <class Fill>
std::vector<std::string> Make(const std::vector<ScoredForm>& forms, Fill fill) {
  std::vector<std::string> requests;
  for (const ScoredForm& form : forms) requests.push_back(fill(form).SerializeAsString());
  return requests;
}

}  // namespace

std::string NumberedId(std::string_view prefix) {
  return Cat(prefix, "-", std::string(kIdDigits, kPlace));
}

Numbered::Numbered(std::vector<std::string> messages) {
  const std::string place(kIdDigits, kPlace);
  for (std::string& bytes : messages) {
    const std::size_t at = bytes.find(place);
    messages_.push_back({std::move(bytes), at});
  }
}

Source Numbered::Next(std::uint64_t most) {
  const std::uint64_t first = first_;
  first_ += most;
  return [this, first](std::uint64_t number) {
    const Message& message = messages_[number % messages_.size()];
    if (message.at == std::string::npos) return rpc::ToBuffer(message.bytes);
    grpc::Slice slice(message.bytes.size());
    auto* const to = const_cast<char*>(reinterpret_cast<const char*>(slice.begin()));  // nobody else has it yet
    message.bytes.copy(to, message.bytes.size());
    std::uint64_t rest = first + number;
    for (std::size_t digit = kIdDigits; digit > 0; --digit, rest /= 10)
      to[message.at + digit - 1] = static_cast<char>('0' + rest % 10);
    return grpc::ByteBuffer(&slice, 1);
  };
}

double Numbered::MeanBytes() const {
  const auto add = [](std::size_t sum, const Message& message) { return sum + message.bytes.size(); };
  return static_cast<double>(std::accumulate(messages_.begin(), messages_.end(), std::size_t{0}, add)) /
         static_cast<double>(messages_.size());
}

std::vector<std::string> SubmitRequests(const std::vector<ScoredForm>& forms) {
  return Make(forms, [](const ScoredForm& form) {
    intake::v1::SubmitEvaluationRequest request;
    request.set_request_id(NumberedId("load"));
    *request.mutable_form() = form.form;
    return request;
  });
}

std::vector<std::string> BatchSubmitRequests(const std::vector<ScoredForm>& forms) {
  return Make(forms, [](const ScoredForm& form) {
    intake::v1::BatchSubmitRequest request;
    request.mutable_item()->set_request_id(NumberedId("load-batch"));
    *request.mutable_item()->mutable_form() = form.form;
    return request;
  });
}

std::vector<std::string> ScoreRequests(const std::vector<ScoredForm>& forms) {
  return Make(forms, [](const ScoredForm& form) {
    scoring::v1::ScoreRequest request;
    *request.mutable_form() = form.form;
    return request;
  });
}

std::vector<std::string> ScoreBatchRequests(const std::vector<ScoredForm>& forms) {
  return Make(forms, [](const ScoredForm& form) {
    scoring::v1::ScoreBatchRequest request;
    request.set_item_id(NumberedId("item"));
    *request.mutable_form() = form.form;
    return request;
  });
}

std::vector<std::string> ArchiveRequests(const std::vector<ScoredForm>& forms) {
  return Make(forms, [](const ScoredForm& form) {
    archiving::v1::ArchiveRecordRequest request;
    request.set_key(NumberedId("load/record"));
    *request.mutable_form() = form.form;
    *request.mutable_scorecard() = form.card;
    *request.mutable_rule_set() = *form.rule_set;
    return request;
  });
}

grpc::StatusCode CodeOfItem(const grpc::ByteBuffer& answer, int error_field) {
  using google::protobuf::internal::WireFormatLite;
  const auto slice = rpc::ToSlice(answer);
  if (!slice.ok()) return grpc::StatusCode::INTERNAL;
  google::protobuf::io::CodedInputStream in(slice->begin(), static_cast<int>(slice->size()));
  while (const std::uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) != error_field) {
      if (!WireFormatLite::SkipField(&in, tag)) return grpc::StatusCode::INTERNAL;
      continue;
    }
    std::uint32_t size = 0;
    std::string bytes;
    google::rpc::Status status;
    if (!in.ReadVarint32(&size) || !in.ReadString(&bytes, static_cast<int>(size)) || !status.ParseFromString(bytes))
      return grpc::StatusCode::INTERNAL;
    return static_cast<grpc::StatusCode>(status.code());
  }
  return grpc::StatusCode::OK;
}

}  // namespace jixiao::load
