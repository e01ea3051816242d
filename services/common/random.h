// Randomness from the system, for names and salts.
#pragma once

#include <cstddef>
#include <string>

namespace jixiao {

// `n` bytes from the operating system's generator.
std::string RandomBytes(std::size_t n);

// 2·n lower-case hexadecimal digits of n random bytes.
std::string RandomHex(std::size_t n);

}  // namespace jixiao
