#include "archiving/log/checkpoint.h"

#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/file.h"
#include "common/text.h"

#include <absl/cleanup/cleanup.h>
#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace jixiao::archiving::log {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSignaturePrefix = "\u2014 ";
constexpr std::uint8_t kEd25519 = 0x01;  // the signature type
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kSignatureBytes = 64;
constexpr int kMaxSignatures = 100;

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using OpenSsl = std::unique_ptr<T, FreeOpenSsl>;

// To run after OpenSSL calls that may fail: they queue errors per thread, and TLS on the same thread would later take
// those for its own.
void ForgetOpenSslErrors() {
  ERR_clear_error();
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Cuts the text before the first `separator` off the front of `rest`, and the separator; nothing when there is none.
std::optional<std::string_view> TakeUntil(char separator, std::string_view& rest) {
  const std::size_t end = rest.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view front = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return front;
}

// --------------------------------------------------------------------------------------------------------------- notes

absl::Status MalformedNote(const char* why) {
  return absl::InvalidArgumentError(absl::StrCat("malformed note: ", why));
}

absl::Status CheckCharacters(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  if (std::any_of(text.begin(), text.end(), is_control)) return MalformedNote("it has a control character");
  if (!IsUtf8(text)) return MalformedNote("it is not UTF-8");
  return absl::OkStatus();
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

// --------------------------------------------------------------------------------------------------------------- files

// Leaves a file alone that has this content already, so that the folder of an existing key may be read-only.
absl::Status EnsureFile(const fs::path& path, std::string_view content, mode_t mode) {
  std::ifstream file(path, std::ios::binary);
  if (file && std::string(std::istreambuf_iterator<char>(file), {}) == content) return absl::OkStatus();
  return WriteFile(path, content, mode, IfExists::kReplace);
}

// -------------------------------------------------------------------------------------------------------- private keys

absl::Status CreateKey(const fs::path& path) {
  const absl::Cleanup forget = ForgetOpenSslErrors;
  const OpenSsl<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const OpenSsl<BIO> pem(BIO_new(BIO_s_mem()));  // OpenSSL wipes its memory when it is freed
  if (!key || !pem || PEM_write_bio_PKCS8PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return absl::InternalError("OpenSSL cannot make an Ed25519 key");
  }
  char* content = nullptr;
  const long size = BIO_get_mem_data(pem.get(), &content);
  return WriteFile(path, {content, static_cast<std::size_t>(size)}, 0600, IfExists::kFail);
}

// NOT_FOUND when there is no such file.
absl::StatusOr<OpenSsl<EVP_PKEY>> LoadKey(const fs::path& path) {
  const absl::Cleanup forget = ForgetOpenSslErrors;
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return SystemError("open", path);
  struct stat info;
  if (fstat(file.number(), &info) != 0) return SystemError("examine", path);
  if ((info.st_mode & 0077) != 0) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "the private key %s is open to others than its owner (mode %04o): run \"chmod 600 %s\" if nobody else can have "
        "read it, otherwise replace the key",
        path.string(), info.st_mode & 07777, path.string()));
  }
  const OpenSsl<BIO> pem(BIO_new_fd(file.number(), BIO_NOCLOSE));
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };  // the default asks on the terminal
  OpenSsl<EVP_PKEY> key(pem ? PEM_read_bio_PrivateKey(pem.get(), nullptr, no_passphrase, nullptr) : nullptr);
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return absl::FailedPreconditionError(
        absl::StrCat(path.string(), " is not an Ed25519 private key in unencrypted PEM (PKCS#8)"));
  }
  return key;
}

}  // namespace

// --------------------------------------------------------------------------------------------------------- checkpoints

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

// -------------------------------------------------------------------------------------------------------- signed notes

Verifier::Verifier(std::string_view name, const PublicKey& public_key) : name_(name), public_key_(public_key) {
  std::string identity = absl::StrCat(name_, "\n");
  identity.push_back(static_cast<char>(kEd25519));
  identity.append(public_key_.begin(), public_key_.end());
  std::copy_n(Sha256(identity).begin(), key_id_.size(), key_id_.begin());
}

absl::StatusOr<Verifier> Verifier::Parse(std::string_view key) {
  const auto malformed = [](const char* why) {
    return absl::InvalidArgumentError(absl::StrCat("malformed verifier key: ", why));
  };
  const auto name = TakeUntil('+', key);
  const auto key_id = TakeUntil('+', key);
  if (!name || !key_id) return malformed("it is not of the form <name>+<key id>+<base64>");
  if (!IsKeyName(*name)) return malformed("the name is empty or has a space in it");

  PublicKey public_key;
  const auto typed_key = DecodeBase64(key);
  if (!typed_key.ok() || typed_key->size() != 1 + public_key.size() || typed_key->front() != kEd25519) {
    return malformed("it does not hold an Ed25519 public key");
  }
  std::copy(typed_key->begin() + 1, typed_key->end(), public_key.begin());

  Verifier verifier(*name, public_key);
  const auto key_id_bytes = DecodeHex(*key_id);
  if (!key_id_bytes.ok() || !std::ranges::equal(*key_id_bytes, verifier.key_id_)) {
    return malformed("the key id is not that of the name and key");
  }
  return verifier;
}

std::string Verifier::Key() const {
  std::array<std::uint8_t, 1 + sizeof(PublicKey)> typed_key;
  typed_key[0] = kEd25519;
  std::copy(public_key_.begin(), public_key_.end(), typed_key.begin() + 1);
  return absl::StrCat(name_, "+", Hex(key_id_), "+", Base64(typed_key));
}

absl::StatusOr<std::string> Verifier::OpenNote(std::string_view note) const {
  RETURN_IF_ERROR(CheckCharacters(note));
  const std::size_t blank_line = note.rfind("\n\n");  // the last one: a text may have blank lines of its own
  if (blank_line == std::string_view::npos) return MalformedNote("no blank line separates text and signatures");
  const std::string_view text = note.substr(0, blank_line + 1);
  std::string_view signatures = note.substr(blank_line + 2);
  if (signatures.empty()) return MalformedNote("it has no signature lines");

  bool verified = false;
  for (int count = 1; !signatures.empty(); ++count) {
    if (count > kMaxSignatures) return MalformedNote("it has more than 100 signatures");
    const auto line = TakeUntil('\n', signatures);
    if (!line) return MalformedNote("the last line has no newline");
    ASSIGN_OR_RETURN(const SignatureLine by, ParseSignatureLine(*line));
    const std::span<const std::uint8_t> signature(by.signature);
    if (by.name != name_ || !std::ranges::equal(signature.first(kKeyIdBytes), key_id_)) continue;
    if (!Verify(text, signature.subspan(kKeyIdBytes))) {
      return absl::UnauthenticatedError(absl::StrCat("the note's signature by ", name_, " does not verify"));
    }
    verified = true;
  }
  if (!verified) {
    return absl::UnauthenticatedError(
        absl::StrCat("the note has no signature by ", name_, " with key id ", Hex(key_id_)));
  }
  return std::string(text);
}

bool Verifier::Verify(std::string_view text, std::span<const std::uint8_t> signature) const {
  const absl::Cleanup forget = ForgetOpenSslErrors;
  const OpenSsl<EVP_PKEY> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key_.data(), public_key_.size()));
  const OpenSsl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), Bytes(text), text.size()) == 1;
}

Signer::Signer(std::shared_ptr<EVP_PKEY> private_key, Verifier verifier)
    : private_key_(std::move(private_key)), verifier_(std::move(verifier)) {}

absl::StatusOr<Signer> Signer::LoadOrCreate(const fs::path& path, std::string_view name) {
  if (!IsKeyName(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", std::string(name), "\" cannot name a note key: it is empty or has a space or '+' in it"));
  }
  auto key = LoadKey(path);
  if (absl::IsNotFound(key.status())) {
    const absl::Status created = CreateKey(path);
    if (!created.ok() && !absl::IsAlreadyExists(created)) return created;
    key = LoadKey(path);  // ours, or the one of the process that was faster
  }
  RETURN_IF_ERROR(key.status());

  Verifier::PublicKey public_key;
  std::size_t size = public_key.size();
  if (EVP_PKEY_get_raw_public_key(key->get(), public_key.data(), &size) != 1) {
    ForgetOpenSslErrors();
    return absl::InternalError(absl::StrCat("OpenSSL cannot tell the public key of ", path.string()));
  }
  Signer signer(*std::move(key), Verifier(name, public_key));
  RETURN_IF_ERROR(EnsureFile(path.string() + ".pub", signer.VerifierKey() + "\n", 0644));
  return signer;
}

std::string Signer::SignNote(std::string_view text) const {
  std::array<std::uint8_t, kKeyIdBytes + kSignatureBytes> signature;
  std::copy(verifier_.key_id_.begin(), verifier_.key_id_.end(), signature.begin());
  std::size_t size = kSignatureBytes;
  const OpenSsl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, private_key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data() + kKeyIdBytes, &size, Bytes(text), text.size()) != 1) {
    std::fputs("Ed25519 failed with a valid key: no memory, or an OpenSSL configuration without it\n", stderr);
    std::abort();
  }
  std::string note(text);
  note.append("\n").append(kSignaturePrefix);
  absl::StrAppend(&note, verifier_.name_, " ", Base64(signature), "\n");
  return note;
}

// -------------------------------------------------------------------------------------------------- signed checkpoints

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
