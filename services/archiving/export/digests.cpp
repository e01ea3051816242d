#include "archiving/export/digests.h"

#include "common/encoding.h"

#include <array>
#include <cstdint>

namespace jixiao::archiving::exporting {
namespace {

// OpenSSL refuses only when an algorithm is configured away; then the digest is empty and equals none.
std::string Final(EVP_MD_CTX* context) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash;
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context, hash.data(), &size) != 1) return {};
  return Hex({hash.data(), size});
}

}  // namespace

Digester::Digester() : sha256_(EVP_MD_CTX_new()), sm3_(EVP_MD_CTX_new()) {
  Begin();
}

void Digester::Begin() {
  EVP_DigestInit_ex(sha256_.get(), EVP_sha256(), nullptr);
  EVP_DigestInit_ex(sm3_.get(), EVP_sm3(), nullptr);
}

void Digester::Add(std::string_view bytes) {
  EVP_DigestUpdate(sha256_.get(), bytes.data(), bytes.size());
  EVP_DigestUpdate(sm3_.get(), bytes.data(), bytes.size());
}

Digests Digester::Finish() {
  Digests digests{Final(sha256_.get()), Final(sm3_.get())};
  Begin();
  return digests;
}

Digests DigestsOf(std::string_view bytes) {
  thread_local Digester digester;  // to make its contexts costs as much as a small part
  digester.Add(bytes);
  return digester.Finish();
}

const Digests& RepeatedDigests::Of(std::string_view bytes) {
  if (bytes != bytes_) {
    digests_ = DigestsOf(bytes);
    bytes_.assign(bytes);
  }
  return digests_;
}

}  // namespace jixiao::archiving::exporting
