#include "scoring/rulesets/snapshot.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/file.h"
#include "common/text.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace jixiao::scoring {
namespace {

// File: title, digest of the rest and a newline, the index, the documents.
constexpr std::string_view kTitle = "jixiao-rule-sets-snapshot-1\n";

absl::Status Damaged(const std::string& path, std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "SNAPSHOT_DAMAGED", Cat(path, ": ", what));
}

}  // namespace

absl::Status WriteSnapshot(const std::string& path, const Snapshot& snapshot) {
  std::string content;
  PutBytes(content, EncodeIndex(snapshot.index));
  for (const std::string& document : snapshot.documents) PutBytes(content, document);
  return WriteFile(path, Cat(kTitle, DigestOf(content), "\n", content), 0640, IfExists::kReplace);
}

absl::StatusOr<Snapshot> ReadSnapshot(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(absl::StatusCode::kNotFound, "SNAPSHOT_NOT_FOUND", Cat("there is no ", path));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::string_view rest = text;
  if (!rest.starts_with(kTitle)) return Damaged(path, "is no snapshot");
  rest.remove_prefix(kTitle.size());
  const std::size_t line = rest.find('\n');
  if (line == std::string_view::npos || DigestOf(rest.substr(line + 1)) != rest.substr(0, line))
    return Damaged(path, "does not have its digest");
  rest.remove_prefix(line + 1);

  const std::optional<std::string_view> bytes = TakeBytes(rest);
  if (!bytes) return Damaged(path, "has no index");
  Snapshot snapshot;
  ASSIGN_OR_RETURN(snapshot.index, DecodeIndex(*bytes));
  for (const std::string& digest : snapshot.index.digests) {
    const std::optional<std::string_view> document = TakeBytes(rest);
    if (!document || DigestOf(*document) != digest) return Damaged(path, Cat("does not hold ", digest));
    snapshot.documents.emplace_back(*document);
  }
  if (!rest.empty()) return Damaged(path, "goes on after its end");
  return snapshot;
}

}  // namespace jixiao::scoring
