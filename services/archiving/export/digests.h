// SHA-256 (FIPS 180-4) and SM3 (GB/T 32905) of one stream of bytes.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace jixiao::archiving::exporting {

// In lower-case hexadecimal.
struct Digests {
  std::string sha256;
  std::string sm3;

  friend bool operator==(const Digests&, const Digests&) = default;
};

class Digester {
 public:
  Digester();
  void Add(std::string_view bytes);
  Digests Finish();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> sha256_;
  std::unique_ptr<EVP_MD_CTX, Free> sm3_;
};

Digests DigestsOf(std::string_view bytes);

}  // namespace jixiao::archiving::exporting
