#include "archiving/log/checkpoint.h"

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

// Cuts the text before the first `separator` off the front of `rest`, and the separator; nothing when there is none.
std::optional<std::string_view> TakeUntil(char separator, std::string_view& rest) {
  const std::size_t end = rest.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view front = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return front;
}

// What a note may hold: a text with anything else could never be signed.
absl::Status CheckCharacters(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  if (std::any_of(text.begin(), text.end(), is_control) || !IsUtf8(text))
    return absl::InvalidArgumentError("malformed checkpoint: it has a control character or is not UTF-8");
  return absl::OkStatus();
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
