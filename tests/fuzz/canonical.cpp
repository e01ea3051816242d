#include "common/canonical.h"

#include "common/text.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/scoring/v1/rule_set.pb.h"

#include "fuzz/targets.h"

namespace jixiao::fuzz {
namespace {

template <class Message>
std::string CheckType(std::string_view bytes) {
  Message decoded;
  if (CanonicalDecode(bytes, decoded).ok()) {
    const auto encoded = CanonicalEncode(decoded);
    if (!encoded.ok() || *encoded != bytes) return "a document that decodes is not what encoding writes";
  }
  Message parsed;
  if (!parsed.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  const auto document = CanonicalEncode(parsed);
  if (!document.ok()) return {};
  if (*document != CanonicalEncode(parsed).value_or("")) return "encoding twice gives two documents";
  Message back;
  if (!CanonicalDecode(*document, back).ok()) return "what was encoded cannot be decoded";
  if (CanonicalEncode(back).value_or("") != *document) return "a document does not survive a round trip";
  return {};
}

}  // namespace

std::string Canonical(std::string_view bytes) {
  std::string broken = CheckType<evaluation::v1::SelfEvaluation>(bytes);
  if (broken.empty()) broken = CheckType<evaluation::v1::Scorecard>(bytes);
  if (broken.empty()) broken = CheckType<scoring::v1::RuleSet>(bytes);
  return broken;
}

}  // namespace jixiao::fuzz
