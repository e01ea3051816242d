#include "archiving/log/checkpoint.h"

#include "archiving/log/note_text.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace jixiao::archiving::log {
namespace {

absl::Status CheckCharacters(std::string_view text) {
  const char* const fault = FaultOfCharacters(text);
  return fault == nullptr ? absl::OkStatus() : absl::InvalidArgumentError(Cat("malformed checkpoint: ", fault));
}

}  // namespace

std::string FormatBody(const Checkpoint& checkpoint) {
  std::string text = absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n", Base64(checkpoint.root), "\n");
  for (const std::string& extension : checkpoint.extensions) absl::StrAppend(&text, extension, "\n");
  return text;
}

absl::StatusOr<Checkpoint> ParseBody(std::string_view text) {
  const auto malformed = [](const char* why) {
    return absl::InvalidArgumentError(absl::StrCat("malformed checkpoint: ", why));
  };
  RETURN_IF_ERROR(CheckCharacters(text));
  const auto origin = TakeUntil('\n', text);
  const auto size = TakeUntil('\n', text);
  const auto root = TakeUntil('\n', text);
  if (!origin || !size || !root) return malformed("fewer than three lines");

  Checkpoint checkpoint;
  checkpoint.origin = *origin;
  if (checkpoint.origin.empty()) return malformed("the origin is empty");

  std::from_chars(size->data(), size->data() + size->size(), checkpoint.size);
  if (checkpoint.size < 0 || std::to_string(checkpoint.size) != *size) {
    return malformed("the size is not a decimal number without sign and leading zeros, less than 2^63");
  }

  const auto root_bytes = DecodeBase64(*root);
  if (!root_bytes.ok() || root_bytes->size() != checkpoint.root.size()) {
    return malformed("the root is not 32 bytes in base64");
  }
  std::copy(root_bytes->begin(), root_bytes->end(), checkpoint.root.begin());

  while (!text.empty()) {
    const auto extension = TakeUntil('\n', text);
    if (!extension) return malformed("the last line has no newline");
    if (extension->empty()) return malformed("an extension line is empty");
    checkpoint.extensions.emplace_back(*extension);
  }
  return checkpoint;
}

absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const Signer& signer) {
  const std::string body = FormatBody(checkpoint);
  // A newline in the origin, say, would have us sign another size and root than the caller meant.
  ASSIGN_OR_RETURN(const Checkpoint read_back, ParseBody(body));
  if (read_back != checkpoint) return absl::InvalidArgumentError("malformed checkpoint: a line has a newline in it");
  return signer.SignNote(body);
}

absl::StatusOr<Checkpoint> OpenCheckpoint(std::string_view note, const Verifier& verifier, std::string_view origin) {
  ASSIGN_OR_RETURN(const std::string text, verifier.OpenNote(note));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseBody(text));
  if (checkpoint.origin != origin) {
    return absl::InvalidArgumentError(absl::StrCat("the checkpoint is one of the log \"", checkpoint.origin,
                                                   "\", not of \"", std::string(origin), "\""));
  }
  return checkpoint;
}

}  // namespace jixiao::archiving::log
