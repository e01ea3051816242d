// The keys behind signed notes: Ed25519, and SM2 with SM3 (GB/T 32918.2, with the default identifier of GB/T 35276).
// Only note.cpp uses this.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace jixiao::archiving::log {

// Never changed once it is made, and so safe to use from several threads.
using Key = std::shared_ptr<EVP_PKEY>;

enum class Algorithm { kEd25519, kSm2 };

// Makes a private key in the file `path` (PKCS#8 PEM, mode 0600). ALREADY_EXISTS when there is such a file.
absl::Status CreateKey(const std::filesystem::path& path, Algorithm algorithm);

// Loads a private key. NOT_FOUND when there is no such file; FAILED_PRECONDITION when others than the owner have access
// to it or it holds something else.
absl::StatusOr<Key> LoadKey(const std::filesystem::path& path);

// Of a key that LoadKey gave.
Algorithm AlgorithmOf(const Key& key);

// The public half: 32 bytes for Ed25519, 65 (0x04, x, y) for SM2; empty when OpenSSL cannot tell.
std::string PublicBytes(const Key& key);

// The key that verifies for these bytes; null when they are none.
Key PublicKey(Algorithm algorithm, std::string_view bytes);

// The signature of `text`: 64 bytes for Ed25519, DER (r, s) for SM2. Aborts when OpenSSL cannot: no memory, or a
// configuration without the algorithm.
std::string Sign(const Key& key, Algorithm algorithm, std::string_view text);

bool Verify(const Key& key, Algorithm algorithm, std::string_view text, std::span<const std::uint8_t> signature);

}  // namespace jixiao::archiving::log
