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
  // Of what was added since it was made or finished last.
  Digests Finish();

 private:
  void Begin();

  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> sha256_;
  std::unique_ptr<EVP_MD_CTX, Free> sm3_;
};

Digests DigestsOf(std::string_view bytes);

// The same for bytes of which the next ones are often the last ones again, such as the rule set of record after record:
// they are compared, not hashed. Keeps a copy of the last bytes.
class RepeatedDigests {
 public:
  const Digests& Of(std::string_view bytes);

 private:
  std::string bytes_;
  Digests digests_ = DigestsOf({});
};

}  // namespace jixiao::archiving::exporting
