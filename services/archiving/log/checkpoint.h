// What a log signs: checkpoints (https://c2sp.org/tlog-checkpoint), which are signed notes
// (https://c2sp.org/signed-note) that state a tree's size and root.
//
//   example.com/log                                 origin: which log
//   20852163                                        size
//   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    root, base64
//                                                   (extension lines would come before this blank line)
//   — example.com/log Az3grlgtzPICa5OS8npVmf1M…     one line a signature: name of the key, base64(key id || signature)
//
// A signature covers the bytes of the text up to and including the newline before the blank line. Only Ed25519 keys
// (signature type 0x01) are supported.
//
// Signer and Verifier are immutable: their const members may be called from several threads at once.
#pragma once

#include "archiving/log/merkle.h"

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::log {

// --------------------------------------------------------------------------------------------------------- checkpoints

struct Checkpoint {
  std::string origin;
  std::int64_t size = 0;
  Hash root{};
  std::vector<std::string> extensions;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The text of a checkpoint's note. ParseBody reads it back if no line is empty or has a newline in it, and `size` is
// not negative.
std::string FormatBody(const Checkpoint& checkpoint);

// Reads the text of a checkpoint's note. INVALID_ARGUMENT unless it is exactly what FormatBody writes for some
// checkpoint and a note may hold it (UTF-8 without control characters).
absl::StatusOr<Checkpoint> ParseBody(std::string_view text);

// -------------------------------------------------------------------------------------------------------- signed notes

// The public half of a note key.
class Verifier {
 public:
  // Reads "<name>+<key id, 8 hexadecimal digits>+<base64(0x01 || public key)>". INVALID_ARGUMENT when malformed, of
  // another signature type, or when the key id is not the one that follows from name and public key.
  static absl::StatusOr<Verifier> Parse(std::string_view key);

  // The text that Parse reads.
  std::string Key() const;

  // The text of `note`, once a signature by this key verifies; signatures by other keys are passed over, as the format
  // demands. INVALID_ARGUMENT when any part of the note is malformed or it has more than 100 signatures,
  // UNAUTHENTICATED when a signature by this key does not verify or there is none.
  absl::StatusOr<std::string> OpenNote(std::string_view note) const;

 private:
  friend class Signer;
  using PublicKey = std::array<std::uint8_t, 32>;

  Verifier(std::string_view name, const PublicKey& public_key);
  bool Verify(std::string_view text, std::span<const std::uint8_t> signature) const;

  std::string name_;
  PublicKey public_key_;
  std::array<std::uint8_t, 4> key_id_;
};

// A note key that can sign.
class Signer {
 public:
  // Loads the Ed25519 key called `name` from the file `path` (PKCS#8 PEM, not encrypted), or makes a new one there when
  // there is no such file, and sees to it that `<path>.pub` beside it holds the verifier key. The folder must exist.
  //
  // A new key is on disk, readable by its owner alone, before this returns, and never takes the place of one that
  // another process has put there meanwhile: all of them load the same key.
  //
  // INVALID_ARGUMENT when `name` is empty or has a space or '+' in it; FAILED_PRECONDITION when others than the owner
  // have access to the file (the message says what to do) or it holds something else; otherwise the status of the
  // failed system call.
  static absl::StatusOr<Signer> LoadOrCreate(const std::filesystem::path& path, std::string_view name);

  // The note with the text `text` and this key's signature. The text must be UTF-8 without control characters other
  // than newline, and end in a newline: no verifier opens the note otherwise.
  std::string SignNote(std::string_view text) const;

  // What Verifier::Parse takes to open this key's notes.
  std::string VerifierKey() const { return verifier_.Key(); }

 private:
  Signer(std::shared_ptr<EVP_PKEY> private_key, Verifier verifier);

  std::shared_ptr<EVP_PKEY> private_key_;  // shared by copies; never changed
  Verifier verifier_;
};

// -------------------------------------------------------------------------------------------------- signed checkpoints

// The signed note of `checkpoint`. INVALID_ARGUMENT, and no signature, when OpenCheckpoint would not give back the same
// checkpoint. That it is consistent with everything signed before is for the caller to ensure.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const Signer& signer);

// The checkpoint in `note`, once the signature by `verifier` verifies and its origin is `origin`. Errors as of
// OpenNote; INVALID_ARGUMENT also for a text that is not a checkpoint or another log's.
absl::StatusOr<Checkpoint> OpenCheckpoint(std::string_view note, const Verifier& verifier, std::string_view origin);

}  // namespace jixiao::archiving::log
