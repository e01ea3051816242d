// Signed notes (https://c2sp.org/signed-note): text with signature lines below it.
//
//   any text, here a checkpoint's
//   <blank line>
//   — example.com/log Az3grlgtzPICa5OS8npVmf1M…     name of the key, base64(key id || signature)
//
// A signature covers the bytes of the text up to and including the newline before the blank line. Three types of keys:
//
//   type   public key in the verifier key            signature
//   0x01   32 bytes                                  Ed25519 over the text
//   0x04   32 bytes                                  a witness's: big-endian u64 seconds since 1970, then Ed25519 over
//                                                    "cosignature/v1\ntime <seconds>\n" and the text
//                                                    (https://c2sp.org/tlog-cosignature)
//   0xff   "jixiao/sm2-sm3", 65 bytes (0x04, x, y)   SM2 with SM3 over the text, the signer's identifier being
//                                                    1234567812345678; DER (r, s). A type of our own: other programs
//                                                    pass over it, as the format demands
//
// The key id is the first four bytes of SHA-256(name || "\n" || type || public key), what stands in the second column
// included.
//
// Signer and Verifier are immutable: their const members may be called from several threads at once.
#pragma once

#include "archiving/log/key.h"

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace jixiao::archiving::log {

enum class KeyType { kEd25519, kCosigner, kSm2 };

// The type that `name` (ed25519, sm2) stands for: what an archive signs with. INVALID_ARGUMENT for any other.
absl::StatusOr<KeyType> KeyTypeNamed(std::string_view name);

// A signature line that has verified.
struct SignatureBy {
  std::int64_t time = 0;  // seconds since 1970, of cosigners only
  std::string line;       // with its newline
};

// Cuts a note into its text and its signature lines. INVALID_ARGUMENT when it is malformed; nothing is verified.
struct NoteParts {
  std::string text;
  std::string signatures;
};
absl::StatusOr<NoteParts> SplitNote(std::string_view note);

// The public half of a note key.
class Verifier {
 public:
  // Reads "<name>+<key id, 8 hexadecimal digits>+<base64(type || public key)>". INVALID_ARGUMENT when malformed, of
  // another signature type, or when the key id is not the one that follows from name and public key.
  static absl::StatusOr<Verifier> Parse(std::string_view key);

  // The text that Parse reads.
  std::string Key() const;
  const std::string& name() const { return name_; }
  KeyType type() const { return type_; }

  // The text of `note`, once a signature by this key verifies; signatures by other keys are passed over, as the format
  // demands. INVALID_ARGUMENT when any part of the note is malformed or it has more than 100 signatures,
  // UNAUTHENTICATED when a signature by this key does not verify or there is none.
  absl::StatusOr<std::string> OpenNote(std::string_view note) const;

  // The newest signature by this key. Errors as of OpenNote, but NOT_FOUND when there is none.
  absl::StatusOr<SignatureBy> SignatureIn(std::string_view note) const;

 private:
  friend class Signer;

  Verifier(KeyType type, std::string_view name, std::string_view public_bytes);
  absl::StatusOr<SignatureBy> Check(std::string_view text, std::string_view signatures) const;
  bool VerifyOne(std::string_view text, std::span<const std::uint8_t> signature, std::int64_t& time) const;

  KeyType type_;
  std::string name_;
  std::string typed_bytes_;  // type and public key
  log::Key key_;             // null when the bytes are no key
  std::array<std::uint8_t, 4> key_id_;
};

// A note key that can sign.
class Signer {
 public:
  // Loads the key called `name` from the file `path` (PKCS#8 PEM, not encrypted, Ed25519 or SM2), or makes a new one of
  // this type there when there is no such file, and sees to it that `<path>.pub` beside it holds the verifier key. The
  // folder must exist. A file that is there decides between Ed25519 and SM2; a cosigner's must be Ed25519.
  //
  // A new key is on disk, readable by its owner alone, before this returns, and never takes the place of one that
  // another process has put there meanwhile: all of them load the same key.
  //
  // INVALID_ARGUMENT when `name` is empty or has a space or '+' in it; FAILED_PRECONDITION when others than the owner
  // have access to the file (the message says what to do) or it holds something else; otherwise the status of the
  // failed system call.
  static absl::StatusOr<Signer> LoadOrCreate(const std::filesystem::path& path, std::string_view name,
                                             KeyType type = KeyType::kEd25519);

  // The same for a file that exists; nothing is written. NOT_FOUND when there is none.
  static absl::StatusOr<Signer> Load(const std::filesystem::path& path, std::string_view name,
                                     KeyType type = KeyType::kEd25519);

  // The note with the text `text` and this key's signature. The text must be UTF-8 without control characters other
  // than newline, and end in a newline: no verifier opens the note otherwise. `time`, in seconds since 1970, is a
  // cosigner's alone.
  std::string SignNote(std::string_view text, std::int64_t time = 0) const;
  // Only the line below it.
  std::string SignatureLine(std::string_view text, std::int64_t time = 0) const;

  // What Verifier::Parse takes to open this key's notes.
  std::string VerifierKey() const { return verifier_.Key(); }

 private:
  Signer(Key private_key, Verifier verifier) : private_key_(std::move(private_key)), verifier_(std::move(verifier)) {}

  Key private_key_;
  Verifier verifier_;
};

}  // namespace jixiao::archiving::log
