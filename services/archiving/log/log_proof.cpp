#include "archiving/log/log_proof.h"

#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"

#include <absl/status/status.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace jixiao::archiving::log {
namespace {

constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kLongestPath = 63;

absl::Status Malformed(std::string_view why) {
  return absl::InvalidArgumentError(Cat("malformed proof: ", why));
}

std::optional<std::string_view> TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

absl::StatusOr<std::vector<Hash>> TakeHashLines(std::string_view& text) {
  std::vector<Hash> hashes;
  while (const auto line = TakeLine(text)) {
    if (line->empty()) return hashes;
    const auto bytes = DecodeBase64(*line);
    Hash hash{};
    if (!bytes.ok() || bytes->size() != hash.size()) return Malformed("a line is not a hash in base64");
    if (hashes.size() == kLongestPath) return Malformed("it has more than 63 hashes");
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    hashes.push_back(hash);
  }
  return Malformed("no blank line ends the hashes");
}

std::string FormatLogProof(const LogProof& proof) {
  std::string out(kLogProofHeader);
  if (!proof.extra.empty())
    Append(out, kExtra, Base64({reinterpret_cast<const std::uint8_t*>(proof.extra.data()), proof.extra.size()}), "\n");
  Append(out, kIndex, proof.index, "\n");
  for (const Hash& hash : proof.path) Append(out, Base64(hash), "\n");
  Append(out, "\n", proof.checkpoint);
  return out;
}

absl::StatusOr<LogProof> ParseLogProof(std::string_view text) {
  if (!text.starts_with(kLogProofHeader)) return Malformed("it does not begin with c2sp.org/tlog-proof@v1");
  text.remove_prefix(kLogProofHeader.size());
  LogProof proof;
  auto line = TakeLine(text);
  if (line && line->starts_with(kExtra)) {
    const auto bytes = DecodeBase64(line->substr(kExtra.size()));
    if (!bytes.ok()) return Malformed("the extra data are not base64");
    proof.extra.assign(bytes->begin(), bytes->end());
    line = TakeLine(text);
  }
  if (!line || !line->starts_with(kIndex)) return Malformed("it has no index");
  const std::string_view digits = line->substr(kIndex.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), proof.index);
  if (proof.index < 0 || Cat(proof.index) != digits) return Malformed("the index is not a number");
  ASSIGN_OR_RETURN(proof.path, TakeHashLines(text));
  proof.checkpoint = text;
  return proof;
}

}  // namespace jixiao::archiving::log
