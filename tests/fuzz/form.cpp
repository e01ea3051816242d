#include "common/form.h"

#include "common/text.h"
#include "scoring/api/request_reader.h"
#include "scoring/rulesets/reader.h"

#include <cstdio>
#include <cstdlib>

#include "fuzz/card_faults.h"
#include "fuzz/targets.h"

namespace jixiao::fuzz {
namespace {

namespace v1 = scoring::v1;
using ShippedRules = std::vector<std::shared_ptr<const scoring::Rules>>;

const ShippedRules& Shipped() {
  static const ShippedRules shipped = [] {
    ShippedRules all;
    const auto sets = scoring::ReadRuleSetFolder(SourceFolder() + "/services/scoring/rulesets");
    if (sets.ok())
      for (const auto& set : *sets)
        if (auto rules = scoring::Rules::Compile(set); rules.ok()) all.push_back(*std::move(rules));
    if (all.empty()) {
      std::fputs("the shipped rule sets cannot be read\n", stderr);
      std::abort();
    }
    return all;
  }();
  return shipped;
}

// Whether the reader of requests reads what protobuf reads, or nothing.
bool IsReadAsByProtobuf(std::string_view form) {
  v1::ScoreRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(v1::ScoreRequest::kFormFieldNumber,
                                                                              std::string(form));
  const std::string bytes = request.SerializeAsString();
  scoring::ScoreItem item;
  if (!scoring::ReadScoreRequest(bytes, item)) return true;
  v1::ScoreRequest parsed;
  return parsed.ParseFromString(bytes) && parsed.form().SerializeAsString() == item.form.SerializeAsString();
}

}  // namespace

std::string ScoreForm(std::string_view bytes) {
  if (!IsReadAsByProtobuf(bytes)) return "a request is read otherwise than by protobuf";
  evaluation::v1::SelfEvaluation form;
  if (!form.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  if (!ValidateForm(form).ok()) return {};
  // Fields of a later version are no part of what is scored.
  form.DiscardUnknownFields();
  for (const auto& rules : Shipped())
    if (std::string broken = CardFaults(form, *rules); !broken.empty()) return Cat(rules->source().id(), ": ", broken);
  return {};
}

}  // namespace jixiao::fuzz
