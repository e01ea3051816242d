#include "common/form.h"

#include "common/text.h"
#include "scoring/rulesets/reader.h"

#include <cstdio>
#include <cstdlib>

#include "fuzz/card_faults.h"
#include "fuzz/targets.h"

namespace jixiao::fuzz {
namespace {

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

}  // namespace

std::string ScoreForm(std::string_view bytes) {
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
