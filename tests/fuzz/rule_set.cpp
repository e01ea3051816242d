#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "scoring/rulesets/reader.h"

#include "google/rpc/error_details.pb.h"

#include "fuzz/card_faults.h"
#include "fuzz/targets.h"

namespace jixiao::fuzz {
namespace {

// A form with a line of every kind, so that whatever rules compile have something to do.
const evaluation::v1::SelfEvaluation& ProbeForm() {
  static const evaluation::v1::SelfEvaluation form = [] {
    evaluation::v1::SelfEvaluation f;
    f.set_kind(evaluation::v1::FORM_KIND_PROJECT);
    f.set_fiscal_year(2021);
    auto& fund = *f.add_funds();
    fund.set_name("年度资金总额");
    fund.set_full_year_budget("120");
    fund.set_executed("97.5");
    fund.set_weight("10");
    fund.set_score("9");
    const auto row = [&f](const char* level1, const char* target, const char* actual, const char* score) {
      auto& out = *f.add_indicators();
      out.set_level1(level1);
      out.set_target(target);
      out.set_actual(actual);
      out.set_weight("15");
      out.set_score(score);
    };
    row("产出指标", "≥50个", "48个", "14.4");
    row("产出指标", "≤30万元", "33万元", "15");
    row("产出指标", "=3次", "7次", "15");
    row("产出指标", "12月底前", "2021年11月", "15");
    row("效益指标", "有效提升", "部分达成预期指标并具有一定效果", "9");
    row("满意度指标", "≥90%", "86%", "");
    return f;
  }();
  return form;
}

// The documents in `bytes`, parted by lines of ---: a child needs its parent beside it.
std::vector<scoring::RuleSetDocument> DocumentsIn(std::string_view bytes) {
  constexpr std::string_view kRule = "\n---\n";
  std::vector<scoring::RuleSetDocument> documents;
  while (true) {
    const std::size_t end = bytes.find(kRule);
    documents.push_back({Cat("document ", documents.size()), std::string(bytes.substr(0, end))});
    if (end == std::string_view::npos) return documents;
    bytes.remove_prefix(end + kRule.size());
  }
}

std::string CheckCompiled(const scoring::Rules& rules) {
  const auto digest = CanonicalDigest(rules.source());
  if (!digest.ok() || *digest != rules.digest()) return "a digest is not that of the rule set";
  const auto again = scoring::Rules::Compile(rules.source());
  if (!again.ok() || (*again)->digest() != rules.digest()) return "compiling twice gives two rule sets";
  return CardFaults(ProbeForm(), rules);
}

// An error says the same each time, and its details can be read by whoever gets them.
std::string CheckRefusal(const absl::Status& first, const absl::Status& second) {
  const std::string message(first.message());
  if (message != std::string(second.message())) return "a document is refused for two reasons";
  if (!IsUtf8(message)) return "a refusal is not UTF-8";
  const auto payload = first.GetPayload(std::string(kBadRequestUrl));
  google::rpc::BadRequest details;
  if (!payload || !details.ParseFromString(std::string(*payload))) return "the details of a refusal cannot be read";
  return ReasonOf(first).empty() ? "a refusal has no reason" : "";
}

}  // namespace

std::string ReadRuleSet(std::string_view bytes) {
  const std::vector<scoring::RuleSetDocument> documents = DocumentsIn(bytes);
  const auto sets = scoring::ReadRuleSets(documents);
  const auto again = scoring::ReadRuleSets(documents);
  if (sets.ok() != again.ok()) return "a document is read once and refused once";
  if (!sets.ok()) return CheckRefusal(sets.status(), again.status());
  for (std::size_t i = 0; i < sets->size(); ++i) {
    const auto first = CanonicalEncode((*sets)[i]);
    const auto second = CanonicalEncode((*again)[i]);
    if (first.ok() != second.ok() || (first.ok() && *first != *second)) return "reading twice gives two rule sets";
    if (const auto rules = scoring::Rules::Compile((*sets)[i]); rules.ok())
      if (std::string broken = CheckCompiled(**rules); !broken.empty()) return broken;
  }
  return {};
}

}  // namespace jixiao::fuzz
