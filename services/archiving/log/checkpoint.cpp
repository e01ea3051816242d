#include "archiving/log/checkpoint.h"

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
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"

namespace jixiao::archiving::log {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSignaturePrefix = "\u2014 ";
constexpr std::uint8_t kEd25519 = 0x01;  // the signature type
constexpr std::size_t kSignatureBytes = 64;
constexpr int kMaxSignatures = 100;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Every failed OpenSSL call leaves entries in a queue of this thread, where TLS code running on it later would take them
// for its own.
const auto kForgetErrors = [] { ERR_clear_error(); };

std::string_view Chars(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// The text before the first `separator`, which is taken off `rest` with it; nothing when there is none.
std::optional<std::string_view> TakeUntil(char separator, std::string_view& rest) {
  const std::size_t end = rest.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return taken;
}

// ------------------------------------------------------------------------------------------------------------- grammar

absl::Status MalformedNote(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("malformed note: ", std::string(what)));
}

absl::Status CheckCharacters(std::string_view text) {
  if (!IsUtf8(text)) return MalformedNote("not UTF-8");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  if (std::any_of(text.begin(), text.end(), is_control)) return MalformedNote("a control character");
  return absl::OkStatus();
}

// Unicode's White_Space property.
bool IsSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsKeyName(std::string_view name) {
  if (name.empty() || !IsUtf8(name)) return false;
  while (!name.empty()) {
    const char32_t c = TakeUtf8(name);
    if (c < 0x20 || c == '+' || IsSpace(c)) return false;
  }
  return true;
}

struct SignatureLine {
  std::string_view name;
  std::vector<std::uint8_t> signature;  // key id || signature
};

// Reads a line without its newline.
absl::StatusOr<SignatureLine> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return MalformedNote("a signature line that does not begin with \u2014");
  line.remove_prefix(kSignaturePrefix.size());
  const std::optional<std::string_view> name = TakeUntil(' ', line);
  if (!name || !IsKeyName(*name)) return MalformedNote("a signature line without a valid key name");
  absl::StatusOr<std::vector<std::uint8_t>> signature = DecodeBase64(line);
  if (!signature.ok() || signature->size() <= sizeof(Verifier::KeyId)) {
    return MalformedNote("a signature that is not base64 of a key id and more");
  }
  return SignatureLine{*name, *std::move(signature)};
}

}  // namespace
}  // namespace jixiao::archiving::log
