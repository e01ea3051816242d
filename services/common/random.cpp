#include "common/random.h"

#include "common/encoding.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace jixiao {

std::string RandomBytes(std::size_t n) {
  std::string bytes(n, '\0');
  for (std::size_t have = 0; have < n;) {
    const ssize_t got = getrandom(bytes.data() + have, n - have, 0);
    if (got < 0 && errno == EINTR) continue;  // a signal may come in between more than 256 bytes
    if (got < 0) std::abort();                // without randomness nothing here is safe
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string RandomHex(std::size_t n) {
  const std::string bytes = RandomBytes(n);
  return Hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace jixiao
