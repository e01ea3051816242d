#include "archiving/log/checkpoint.h"
#include "archiving/log/log_proof.h"
#include "archiving/log/tiles.h"
#include "archiving/log/witness.h"
#include "common/text.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "fuzz/targets.h"

namespace jixiao::fuzz {
namespace {

namespace log = archiving::log;

constexpr std::string_view kKeyName = "fuzz.jixiao/log";

// A key of this process; its file is gone before the first input.
const log::Signer& ProcessSigner() {
  static const log::Signer signer = [] {
    std::string folder = (std::filesystem::temp_directory_path() / "jixiao-fuzz-XXXXXX").string();
    const bool made = mkdtemp(folder.data()) != nullptr;
    auto key = log::Signer::LoadOrCreate(std::filesystem::path(folder) / "key", kKeyName);
    std::error_code ignored;
    if (made) std::filesystem::remove_all(folder, ignored);
    if (!key.ok()) {
      std::fprintf(stderr, "no signing key: %s\n", std::string(key.status().message()).c_str());
      std::abort();
    }
    return *std::move(key);
  }();
  return signer;
}

const log::Verifier& ProcessVerifier() {
  static const log::Verifier verifier = *log::Verifier::Parse(ProcessSigner().VerifierKey());
  return verifier;
}

// Text that this key signs is the text that comes back, and no other.
std::string CheckSigned(std::string_view text) {
  const std::string note = ProcessSigner().SignNote(text);
  const auto opened = ProcessVerifier().OpenNote(note);
  if (!opened.ok()) return {};  // a text that no note may hold
  if (*opened != text) return "a note opens to another text than was signed";
  // A bit of the text turned over, and every signature line taken away, must not open.
  std::string forged = note;
  forged[text.size() / 2] = static_cast<char>(forged[text.size() / 2] ^ 1);
  if (ProcessVerifier().OpenNote(forged).ok()) return "a forged note opens";
  if (ProcessVerifier().OpenNote(note.substr(0, text.size() + 1)).ok()) return "a note without signature opens";
  return {};
}

std::string CheckCheckpoint(const log::Checkpoint& checkpoint) {
  const auto note = log::SignCheckpoint(checkpoint, ProcessSigner());
  if (!note.ok()) return "a checkpoint that was read cannot be signed";
  const auto opened = log::OpenCheckpoint(*note, ProcessVerifier(), checkpoint.origin);
  if (!opened.ok() || *opened != checkpoint) return "a signed checkpoint does not come back";
  if (log::OpenCheckpoint(*note, ProcessVerifier(), checkpoint.origin + "x").ok())
    return "a checkpoint opens as another log's";
  return {};
}

}  // namespace

std::string Note(std::string_view bytes) {
  if (const auto key = log::Verifier::Parse(bytes); key.ok()) {
    if (key->Key() != bytes) return "a verifier key is not written as it was read";
    key->OpenNote(bytes).IgnoreError();
  }
  // Nothing but this process has the key: a note from outside never opens.
  if (ProcessVerifier().OpenNote(bytes).ok()) return "a note opens that this key has not signed";
  if (const auto checkpoint = log::ParseBody(bytes); checkpoint.ok()) {
    if (log::FormatBody(*checkpoint) != bytes) return "a checkpoint is not written as it was read";
    if (std::string broken = CheckCheckpoint(*checkpoint); !broken.empty()) return broken;
  }
  if (const auto proof = log::ParseLogProof(bytes); proof.ok() && log::FormatLogProof(*proof) != bytes)
    return "a proof is not written as it was read";
  if (const auto request = log::ParseAddCheckpoint(bytes); request.ok() && log::FormatAddCheckpoint(*request) != bytes)
    return "a witness's request is not written as it was read";
  if (const auto tile = log::ParseTilePath(bytes); tile.ok() && log::PathOf(*tile) != bytes)
    return "a tile's path is not written as it was read";
  return bytes.empty() ? std::string() : CheckSigned(bytes);
}

}  // namespace jixiao::fuzz
