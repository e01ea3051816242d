#include "archiving/log/tree_hash.h"

#include "common/text.h"

#include <absl/status/status.h>
#include <openssl/evp.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace jixiao::archiving::log {
namespace {

struct Function {
  std::string_view name;
  const char* openssl;
};
// In the order of TreeHash.
constexpr Function kFunctions[] = {
    {"sha256", "SHA2-256"}, {"sm3", "SM3"}, {"sha3-256", "SHA3-256"}, {"sha512-256", "SHA2-512/256"}};

struct FreeOpenSsl {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MD* function) const { EVP_MD_free(function); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeOpenSsl>;

Context NewContext(const char* name) {
  const std::unique_ptr<EVP_MD, FreeOpenSsl> function(EVP_MD_fetch(nullptr, name, nullptr));
  Context context(EVP_MD_CTX_new());
  if (!function || !context || EVP_DigestInit_ex2(context.get(), function.get(), nullptr) != 1) context.reset();
  return context;
}

}  // namespace

std::string_view NameOf(TreeHash hash) {
  return kFunctions[static_cast<std::size_t>(hash)].name;
}

absl::StatusOr<TreeHash> TreeHashNamed(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kFunctions); ++i)
    if (kFunctions[i].name == name) return static_cast<TreeHash>(i);
  return absl::InvalidArgumentError(Cat("there is no hash function ", name, ": sha256, sm3, sha3-256 or sha512-256"));
}

Hash HashOf(TreeHash hash, std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) {
  // Kept per thread: looking the function up and allocating in every call takes four times as long as hashing an inner
  // node.
  thread_local Context contexts[std::size(kFunctions)];
  Context& context = contexts[static_cast<std::size_t>(hash)];
  const char* const name = kFunctions[static_cast<std::size_t>(hash)].openssl;
  if (!context) context = NewContext(name);
  Hash out;
  const bool done = context && EVP_DigestInit_ex2(context.get(), nullptr, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1;
  if (!done) {
    std::fprintf(stderr, "%s failed: no memory, or an OpenSSL configuration without it\n", name);
    std::abort();
  }
  return out;
}

Hash HashOf(TreeHash hash, std::string_view text) {
  return HashOf(hash, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace jixiao::archiving::log
