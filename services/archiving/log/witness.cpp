#include "archiving/log/witness.h"

#include "archiving/log/log_proof.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"

#include <charconv>

namespace jixiao::archiving::log {
namespace {

constexpr std::string_view kOld = "old ";
constexpr std::int64_t kClockSkewSeconds = 24 * 3600;  // a cosignature from further ahead is a broken clock's

absl::Status Invalid(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "CHECKPOINT_INVALID", what);
}

}  // namespace

std::string FormatAddCheckpoint(const AddCheckpoint& request) {
  std::string out = Cat(kOld, request.old_size, "\n");
  for (const Hash& hash : request.proof) Append(out, Base64(hash), "\n");
  Append(out, "\n", request.checkpoint);
  return out;
}

absl::StatusOr<AddCheckpoint> ParseAddCheckpoint(std::string_view text) {
  AddCheckpoint request;
  const std::size_t end = text.find('\n');
  if (!text.starts_with(kOld) || end == std::string_view::npos) return Invalid("the first line is not an old size");
  const std::string_view digits = text.substr(kOld.size(), end - kOld.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), request.old_size);
  if (request.old_size < 0 || Cat(request.old_size) != digits) return Invalid("the old size is not a number");
  text.remove_prefix(end + 1);
  absl::StatusOr<std::vector<Hash>> proof = TakeHashLines(text);
  if (!proof.ok()) return Invalid(std::string(proof.status().message()));
  request.proof = *std::move(proof);
  request.checkpoint = text;
  return request;
}

absl::StatusOr<Checkpoint> Examine(const AddCheckpoint& request, const Verifier& log,
                                   const std::optional<Checkpoint>& last) {
  const auto checkpoint = OpenCheckpoint(request.checkpoint, log, log.name());
  if (checkpoint.status().code() == absl::StatusCode::kUnauthenticated)
    return Error(absl::StatusCode::kUnauthenticated, "CHECKPOINT_UNTRUSTED",
                 std::string(checkpoint.status().message()));
  if (!checkpoint.ok()) return Invalid(std::string(checkpoint.status().message()));
  if (last && last->origin != checkpoint->origin)
    return Invalid(Cat("the last checkpoint is one of the log ", last->origin));
  if (request.old_size > checkpoint->size) return Invalid("the old size is above that of the checkpoint");
  const std::int64_t known = last ? last->size : 0;
  if (request.old_size != known)
    return Error(absl::StatusCode::kAborted, "WITNESS_ELSEWHERE",
                 Cat("the checkpoint cosigned last has ", known, " leaves"), {{"size", Cat(known)}});
  const Hash root = last ? last->root : EmptyRoot();
  if (!VerifyConsistency(known, checkpoint->size, root, checkpoint->root, request.proof))
    return Error(absl::StatusCode::kFailedPrecondition, "CHECKPOINT_INCONSISTENT",
                 Cat("the checkpoint of ", checkpoint->size, " leaves does not continue the one of ", known));
  return *checkpoint;
}

absl::StatusOr<std::vector<Cosignature>> CosignaturesBelow(std::string_view head, std::string_view signatures,
                                                           std::span<const Verifier> witnesses, std::int64_t now) {
  ASSIGN_OR_RETURN(const NoteParts parts, SplitNote(head));
  const std::string note = Cat(parts.text, "\n", signatures);
  std::vector<Cosignature> taken;
  for (const Verifier& witness : witnesses) {
    const auto signature = witness.SignatureIn(note);
    if (signature.status().code() == absl::StatusCode::kNotFound) continue;
    if (signature.status().code() == absl::StatusCode::kInvalidArgument)
      return InvalidField("COSIGNATURE_INVALID", "signatures", std::string(signature.status().message()));
    if (!signature.ok())
      return Error(absl::StatusCode::kUnauthenticated, "COSIGNATURE_INVALID",
                   Cat("the cosignature of ", witness.name(), " does not verify for this head"));
    if (signature->time > now + kClockSkewSeconds)
      return InvalidField("COSIGNATURE_INVALID", "signatures", Cat(witness.name(), " has signed in the future"));
    taken.push_back({witness.name(), witness.Key(), signature->line});
  }
  if (taken.empty())
    return Error(absl::StatusCode::kPermissionDenied, "WITNESS_UNKNOWN",
                 "no signature is by a witness that this archive was told of (--witness)");
  return taken;
}

}  // namespace jixiao::archiving::log
