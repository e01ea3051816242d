#include "scoring/rulesets/annex.h"

#include "common/digest.h"
#include "common/errors.h"
#include "scoring/rulesets/index.h"

#include <optional>

namespace jixiao::scoring {
namespace {

constexpr std::string_view kTitle = "jixiao-rule-sets-annex-1\n";

absl::Status Damaged() {
  return Error(absl::StatusCode::kDataLoss, "ANNEX_DAMAGED", "labels and retirements of rule sets are damaged");
}

}  // namespace

std::string EncodeAnnex(const Annex& annex) {
  std::string out(kTitle);
  PutNumber(out, static_cast<std::int64_t>(annex.retired.size()));
  for (const std::string& digest : annex.retired) PutBytes(out, digest);
  for (const v1::Label& label : annex.labels) PutBytes(out, label.SerializeAsString());
  return out;
}

absl::StatusOr<Annex> DecodeAnnex(std::string_view bytes) {
  if (bytes.empty()) return Annex();
  if (!bytes.starts_with(kTitle)) return Damaged();
  bytes.remove_prefix(kTitle.size());
  Annex annex;
  const std::optional<std::int64_t> retired = TakeNumber(bytes);
  if (!retired || *retired < 0) return Damaged();
  for (std::int64_t i = 0; i < *retired; ++i) {
    const std::optional<std::string_view> digest = TakeBytes(bytes);
    if (!digest || !IsDigest(*digest)) return Damaged();
    annex.retired.emplace_back(*digest);
  }
  while (!bytes.empty()) {
    const std::optional<std::string_view> label = TakeBytes(bytes);
    if (!label || !annex.labels.emplace_back().ParseFromString(std::string(*label))) return Damaged();
  }
  return annex;
}

}  // namespace jixiao::scoring
