#include "archiving/log/note.h"

#include "archiving/log/note_text.h"
#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/file.h"
#include "common/text.h"

#include <absl/status/status.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace jixiao::archiving::log {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSignaturePrefix = "\u2014 ";
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimeBytes = 8;
constexpr int kMaxSignatures = 100;

struct TypeOf {
  KeyType type;
  std::string_view prefix;  // of the public key
  std::size_t public_bytes;
  Algorithm algorithm;
};
constexpr TypeOf kTypes[] = {{KeyType::kEd25519, "\x01", 32, Algorithm::kEd25519},
                             {KeyType::kCosigner, "\x04", 32, Algorithm::kEd25519},
                             {KeyType::kSm2, "\xffjixiao/sm2-sm3", 65, Algorithm::kSm2}};

const TypeOf& About(KeyType type) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeOf& known) { return known.type == type; });
}

std::string_view Text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// What a cosigner signs.
std::string CosignedText(std::int64_t time, std::string_view text) {
  return Cat("cosignature/v1\ntime ", time, "\n", text);
}

absl::Status MalformedNote(const char* why) {
  return absl::InvalidArgumentError(Cat("malformed note: ", why));
}

absl::Status CheckCharacters(std::string_view text) {
  const char* const fault = FaultOfCharacters(text);
  return fault == nullptr ? absl::OkStatus() : MalformedNote(fault);
}

// Unicode's White_Space property.
bool IsSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsKeyName(std::string_view name) {
  if (name.empty() || !CheckCharacters(name).ok()) return false;
  while (!name.empty()) {
    const char32_t c = TakeUtf8(name);
    if (c == '+' || IsSpace(c)) return false;
  }
  return true;
}

struct SignatureLine {
  std::string_view name;
  std::vector<std::uint8_t> signature;  // with the key id in front
};

// Reads a line without its newline.
absl::StatusOr<SignatureLine> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return MalformedNote("a signature line does not begin with an em dash");
  line.remove_prefix(kSignaturePrefix.size());
  const std::optional<std::string_view> name = TakeUntil(' ', line);
  if (!name || !IsKeyName(*name)) return MalformedNote("a signature line has no valid key name");
  auto signature = DecodeBase64(line);
  if (!signature.ok()) return MalformedNote("a signature is not base64");
  if (signature->size() <= kKeyIdBytes) return MalformedNote("a signature is too short");
  return SignatureLine{*name, *std::move(signature)};
}

// Leaves a file alone that has this content already, so that the folder of an existing key may be read-only.
absl::Status EnsureFile(const fs::path& path, std::string_view content, mode_t mode) {
  std::ifstream file(path, std::ios::binary);
  if (file && std::string(std::istreambuf_iterator<char>(file), {}) == content) return absl::OkStatus();
  return WriteFile(path, content, mode, IfExists::kReplace);
}

}  // namespace

absl::StatusOr<KeyType> KeyTypeNamed(std::string_view name) {
  if (name == "ed25519") return KeyType::kEd25519;
  if (name == "sm2") return KeyType::kSm2;
  return absl::InvalidArgumentError("the algorithm of a signing key is ed25519 or sm2");
}

absl::StatusOr<NoteParts> SplitNote(std::string_view note) {
  RETURN_IF_ERROR(CheckCharacters(note));
  const std::size_t blank_line = note.rfind("\n\n");  // the last one: a text may have blank lines of its own
  if (blank_line == std::string_view::npos) return MalformedNote("no blank line separates text and signatures");
  NoteParts parts{std::string(note.substr(0, blank_line + 1)), std::string(note.substr(blank_line + 2))};
  if (parts.signatures.empty()) return MalformedNote("it has no signature lines");
  return parts;
}

// ----------------------------------------------------------------------------------------------------------- verifying

Verifier::Verifier(KeyType type, std::string_view name, std::string_view public_bytes)
    : type_(type),
      name_(name),
      typed_bytes_(Cat(About(type).prefix, public_bytes)),
      key_(PublicKey(About(type).algorithm, public_bytes)) {
  const auto identity = Sha256(Cat(name_, "\n", typed_bytes_));
  std::copy_n(identity.begin(), key_id_.size(), key_id_.begin());
}

absl::StatusOr<Verifier> Verifier::Parse(std::string_view key) {
  const auto malformed = [](const char* why) {
    return absl::InvalidArgumentError(Cat("malformed verifier key: ", why));
  };
  const auto name = TakeUntil('+', key);
  const auto key_id = TakeUntil('+', key);
  if (!name || !key_id) return malformed("it is not of the form <name>+<key id>+<base64>");
  if (!IsKeyName(*name)) return malformed("the name is empty or has a space in it");

  const auto typed_key = DecodeBase64(key);
  if (!typed_key.ok()) return malformed("the public key is not base64");
  const std::string_view typed = Text(*typed_key);
  const auto about = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeOf& known) {
    return typed.starts_with(known.prefix) && typed.size() == known.prefix.size() + known.public_bytes;
  });
  if (about == std::end(kTypes)) return malformed("it does not hold an Ed25519 or SM2 public key");

  Verifier verifier(about->type, *name, typed.substr(about->prefix.size()));
  if (verifier.key_ == nullptr) return malformed("the public key is no point of its curve");
  const auto key_id_bytes = DecodeHex(*key_id);
  if (!key_id_bytes.ok() || !std::ranges::equal(*key_id_bytes, verifier.key_id_))
    return malformed("the key id is not that of the name and key");
  return verifier;
}

std::string Verifier::Key() const {
  return Cat(name_, "+", Hex(key_id_), "+", Base64(Bytes(typed_bytes_)));
}

absl::StatusOr<SignatureBy> Verifier::Check(std::string_view text, std::string_view signatures) const {
  std::optional<SignatureBy> found;
  for (int count = 1; !signatures.empty(); ++count) {
    if (count > kMaxSignatures) return MalformedNote("it has more than 100 signatures");
    const auto line = TakeUntil('\n', signatures);
    if (!line) return MalformedNote("the last line has no newline");
    ASSIGN_OR_RETURN(const SignatureLine by, ParseSignatureLine(*line));
    const std::span<const std::uint8_t> signature(by.signature);
    if (by.name != name_ || !std::ranges::equal(signature.first(kKeyIdBytes), key_id_)) continue;
    std::int64_t time = 0;
    if (!VerifyOne(text, signature.subspan(kKeyIdBytes), time))
      return absl::UnauthenticatedError(Cat("the note's signature by ", name_, " does not verify"));
    if (!found || found->time <= time) found = SignatureBy{time, Cat(*line, "\n")};
  }
  if (found) return *std::move(found);
  return absl::NotFoundError(Cat("the note has no signature by ", name_, " with key id ", Hex(key_id_)));
}

absl::StatusOr<std::string> Verifier::OpenNote(std::string_view note) const {
  ASSIGN_OR_RETURN(NoteParts parts, SplitNote(note));
  const absl::Status status = Check(parts.text, parts.signatures).status();
  if (absl::IsNotFound(status)) return absl::UnauthenticatedError(std::string(status.message()));
  RETURN_IF_ERROR(status);
  return std::move(parts.text);
}

absl::StatusOr<SignatureBy> Verifier::SignatureIn(std::string_view note) const {
  ASSIGN_OR_RETURN(const NoteParts parts, SplitNote(note));
  return Check(parts.text, parts.signatures);
}

bool Verifier::VerifyOne(std::string_view text, std::span<const std::uint8_t> signature, std::int64_t& time) const {
  const Algorithm algorithm = About(type_).algorithm;
  if (type_ != KeyType::kCosigner) return log::Verify(key_, algorithm, text, signature);
  if (signature.size() < kTimeBytes) return false;
  std::uint64_t seconds = 0;
  for (const std::uint8_t byte : signature.first(kTimeBytes)) seconds = seconds << 8 | byte;
  if (seconds > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;
  time = static_cast<std::int64_t>(seconds);
  return log::Verify(key_, algorithm, CosignedText(time, text), signature.subspan(kTimeBytes));
}

// ------------------------------------------------------------------------------------------------------------- signing

absl::StatusOr<Signer> Signer::LoadOrCreate(const fs::path& path, std::string_view name, KeyType type) {
  absl::StatusOr<Signer> signer = Load(path, name, type);
  if (absl::IsNotFound(signer.status())) {
    const absl::Status created = CreateKey(path, About(type).algorithm);
    if (!created.ok() && !absl::IsAlreadyExists(created)) return created;
    signer = Load(path, name, type);  // ours, or the one of the process that was faster
  }
  RETURN_IF_ERROR(signer.status());
  RETURN_IF_ERROR(EnsureFile(path.string() + ".pub", signer->VerifierKey() + "\n", 0644));
  return signer;
}

absl::StatusOr<Signer> Signer::Load(const fs::path& path, std::string_view name, KeyType type) {
  if (!IsKeyName(name))
    return absl::InvalidArgumentError(
        Cat("\"", name, "\" cannot name a note key: it is empty or has a space or '+' in it"));
  absl::StatusOr<Key> key = LoadKey(path);
  RETURN_IF_ERROR(key.status());
  const Algorithm algorithm = AlgorithmOf(*key);
  if (type == KeyType::kCosigner) {
    if (algorithm != Algorithm::kEd25519)
      return absl::FailedPreconditionError(Cat(path.string(), " is no Ed25519 key, which witnesses sign with"));
  } else {
    type = algorithm == Algorithm::kSm2 ? KeyType::kSm2 : KeyType::kEd25519;
  }
  Verifier verifier(type, name, PublicBytes(*key));
  if (verifier.key_ == nullptr)
    return absl::InternalError(Cat("OpenSSL cannot tell the public key of ", path.string()));
  return Signer(*std::move(key), std::move(verifier));
}

std::string Signer::SignatureLine(std::string_view text, std::int64_t time) const {
  const Algorithm algorithm = About(verifier_.type_).algorithm;
  std::string signature(verifier_.key_id_.begin(), verifier_.key_id_.end());
  if (verifier_.type_ == KeyType::kCosigner) {
    for (int shift = 56; shift >= 0; shift -= 8)
      signature.push_back(static_cast<char>(static_cast<std::uint64_t>(time) >> shift));
    signature += Sign(private_key_, algorithm, CosignedText(time, text));
  } else {
    signature += Sign(private_key_, algorithm, text);
  }
  return Cat(kSignaturePrefix, verifier_.name_, " ", Base64(Bytes(signature)), "\n");
}

std::string Signer::SignNote(std::string_view text, std::int64_t time) const {
  return Cat(text, "\n", SignatureLine(text, time));
}

}  // namespace jixiao::archiving::log
