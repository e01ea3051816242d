// The commands of `jixiao archive` for those who watch the log: static tiles, proofs that stand alone, witnesses, and
// hash renewal.
#pragma once

#include "cli/archive_package.h"
#include "cli/commands.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace jixiao::cli {

// Adds the commands to `archive`; each sets `run` when it is chosen.
void AddArchiveLog(CLI::App& archive, const Global& global, std::function<int()>& run);

// The key that was given, or the server's own.
absl::StatusOr<TrustedKey> KeyOrServers(const Global& global, const ArchiveKey& key);

// The whole of a file, or of standard input for -. INVALID_ARGUMENT (FILE_UNREADABLE).
absl::StatusOr<std::string> ReadInput(const std::string& file);

// What witnesses say below a checkpoint that a log's key has opened.
struct WitnessView {
  int signed_by = 0;     // how many of the witnesses
  std::string text;      // in Chinese: who has signed when, and who has not
  bool damaged = false;  // a cosignature of a known witness does not verify
  bool enough(int quorum) const { return !damaged && signed_by >= quorum; }
};
WitnessView ViewOf(const std::string& checkpoint, const std::vector<archiving::log::Verifier>& witnesses);

// The witnesses' keys, from texts or files. INVALID_ARGUMENT (KEY_INVALID).
absl::StatusOr<std::vector<archiving::log::Verifier>> ReadWitnesses(const std::vector<std::string>& given);

int RunArchiveTiles(const Global& global, const std::string& folder, const ArchiveKey& key);

struct WitnessOptions {
  std::string key_file;  // the witness's own private key; made when it is missing
  std::string name;      // of the witness
  std::string state;     // file with the checkpoint it has cosigned last
  std::string request;   // an add-checkpoint request; empty: ask the archive
  ArchiveKey log_key;
};
int RunArchiveWitness(const Global& global, const WitnessOptions& options);
// Prints the add-checkpoint request for a witness that has seen `old_size` leaves.
int RunWitnessRequest(const Global& global, std::int64_t old_size);
// Hands the lines that a witness has answered to the archive; size 0 for the newest head.
int RunArchiveCosign(const Global& global, const std::string& file, std::int64_t size);

int RunArchiveRenew(const Global& global, const std::string& hash_function, bool only_state);

struct LogProofOptions {
  std::string name;
  std::string as;        // empty or tlog-proof
  int cosignatures = 0;  // the newest head with at least so many
};
int RunLogProof(const Global& global, const LogProofOptions& options);
// Judges a proof in the format of tlog-proof.
int CheckLogProof(const Global& global, const std::string& text, const ProofTrust& trust);

}  // namespace jixiao::cli
