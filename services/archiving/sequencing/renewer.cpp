#include "archiving/sequencing/renewer.h"

#include "archiving/record/renewal.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>

namespace jixiao::archiving {
namespace {

constexpr std::size_t kMaxBytes = 64 << 20;  // of contents in one step, as far as records can be cut

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", what);
}

// The function of a stored epoch; another name than we know is damage, or a newer program's.
absl::StatusOr<log::TreeHash> HashOf(std::string_view name) {
  const auto hash = log::TreeHashNamed(name);
  if (!hash.ok()) return Damaged("an epoch has an unknown hash function");
  return *hash;
}

// Whether the leaf commits to every part. One that is not there was erased: there is nothing left to hash.
bool AreCommitted(std::string_view leaf_bytes, const std::vector<Part>& parts) {
  v1::RecordLeaf leaf;
  if (!CanonicalDecode(leaf_bytes, leaf).ok()) return false;
  return std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
    return std::any_of(leaf.parts().begin(), leaf.parts().end(), [&](const v1::PartCommitment& committed) {
      return committed.name() == part.name && committed.commitment() == Commitment(part);
    });
  });
}

}  // namespace

Renewer::Renewer(ArchiveStore& store, log::Signer signer, std::string origin)
    : store_(store),
      signer_(std::move(signer)),
      verifier_(log::Verifier::Parse(signer_.VerifierKey()).value()),  // cannot fail: a signer's own key
      origin_(std::move(origin)) {}

absl::StatusOr<Renewal> Renewer::State() {
  Renewal state;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(state, Read(archive));
    return absl::OkStatus();
  }));
  return state;
}

absl::StatusOr<Renewal> Renewer::Read(const ArchiveReader& archive) const {
  Renewal state;
  ASSIGN_OR_RETURN(const std::optional<StoredHead> log_head, archive.NewestHead());
  state.remaining = log_head ? log_head->size : 0;
  ASSIGN_OR_RETURN(const std::vector<StoredEpoch> epochs, archive.Epochs().All());
  if (epochs.empty()) return state;
  state.epoch = epochs.back().number;
  state.hash_function = epochs.back().hash_function;
  ASSIGN_OR_RETURN(const std::optional<EpochHead> head, archive.Epochs().NewestHead(state.epoch));
  if (!head || head->size < 1 || head->size - 1 > state.remaining)
    return Damaged(Cat("epoch ", state.epoch, " has no head, or one beyond the log"));
  state.renewed = head->size - 1;
  state.remaining -= state.renewed;
  state.checkpoint = head->note;
  return state;
}

absl::StatusOr<Renewal> Renewer::Step(std::optional<log::TreeHash> hash, std::int64_t limit) {
  ASSIGN_OR_RETURN(Renewal before, State());
  if (hash && before.hash_function != log::NameOf(*hash)) {
    RETURN_IF_ERROR(store_.Write([&](ArchiveWriter& archive) { return Begin(*hash, archive); }));
    ASSIGN_OR_RETURN(before, State());
  }
  if (before.epoch == 0)
    return Error(absl::StatusCode::kFailedPrecondition, "EPOCH_MISSING", "there is no epoch: name a hash function");
  if (before.remaining == 0) return before;
  ASSIGN_OR_RETURN(const log::TreeHash function, HashOf(before.hash_function));
  // Reading and hashing, which takes the time, keeps nobody from archiving.
  ASSIGN_OR_RETURN(const std::vector<Entry> entries,
                   Hashed(function, before.renewed, std::min(limit, before.remaining)));
  RETURN_IF_ERROR(store_.Write([&](ArchiveWriter& archive) { return AppendAll(before, function, entries, archive); }));
  return State();
}

absl::Status Renewer::Begin(log::TreeHash hash, ArchiveWriter& archive) {
  ASSIGN_OR_RETURN(const Renewal state, Read(archive));
  if (state.hash_function == log::NameOf(hash)) return absl::OkStatus();  // another replica was faster
  v1::EpochDocument document;
  document.set_number(state.epoch + 1);
  document.set_hash_function(std::string(log::NameOf(hash)));
  document.set_origin(origin_);
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.NewestHead());
  if (head) {
    if (!log::OpenCheckpoint(head->note, verifier_, origin_).ok())
      return Damaged("the newest tree head does not verify (was --origin or the key changed?)");
    ASSIGN_OR_RETURN(const std::string cosignatures, archive.Cosignatures(head->size));
    document.set_checkpoint(head->note + cosignatures);
  }
  document.set_previous_checkpoint(state.checkpoint);
  document.set_begin_time_micros(NowMicros());
  ASSIGN_OR_RETURN(const std::string bytes, CanonicalEncode(document));
  RETURN_IF_ERROR(archive.NewEpochs().Insert({document.number(), document.hash_function(), bytes}));
  log::Appender appender(hash);
  std::vector<log::NewNode> nodes;
  appender.Append(log::HashLeaf(Bytes(bytes), hash), &nodes);
  RETURN_IF_ERROR(archive.NewEpochs().InsertNodes(document.number(), nodes));
  return SignHead(document.number(), hash, appender, archive);
}

absl::StatusOr<std::vector<Renewer::Entry>> Renewer::Hashed(log::TreeHash hash, std::int64_t first,
                                                            std::int64_t limit) {
  std::vector<Entry> entries;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<StoredRecord> records, archive.Records(first, limit));
    std::size_t bytes = 0;
    for (const StoredRecord& record : records) {
      if (bytes > kMaxBytes) break;
      const std::int64_t index = first + static_cast<std::int64_t>(entries.size());
      ASSIGN_OR_RETURN(const log::Hash leaf, archive.Node({0, index}));
      ASSIGN_OR_RETURN(const std::vector<Part> parts, archive.Parts(record.index));
      // A new hash of what somebody changed would make it true.
      if (record.index != index || log::HashLeaf(Bytes(record.leaf)) != leaf)
        return Damaged(Cat("the leaf of ", RecordName(index), " is not the one in the log"));
      if (!AreCommitted(record.leaf, parts))
        return Damaged(Cat("the parts of ", RecordName(index), " are not what its leaf commits to"));
      ASSIGN_OR_RETURN(std::string entry, RenewalEntryBytes(hash, index, record.leaf, parts));
      entries.push_back({index, std::move(entry)});
      for (const Part& part : parts) bytes += part.content.size();
    }
    if (entries.empty()) return Damaged(Cat(RecordName(first), " is missing"));
    return absl::OkStatus();
  }));
  return entries;
}

absl::StatusOr<log::Appender> Renewer::SignedEnd(const ArchiveReader& archive, const StoredEpoch& epoch,
                                                 log::TreeHash hash) const {
  ASSIGN_OR_RETURN(const std::optional<EpochHead> head, archive.Epochs().NewestHead(epoch.number));
  if (!head) return Damaged(Cat("epoch ", epoch.number, " has no head"));
  const auto checkpoint = log::OpenCheckpoint(head->note, verifier_, EpochOrigin(origin_, epoch.number));
  if (!checkpoint.ok() || checkpoint->size != head->size)
    return Damaged(Cat("the newest head of epoch ", epoch.number, " does not verify"));
  ASSIGN_OR_RETURN(log::Appender appender,
                   log::Appender::Resume(head->size, EpochNodes(archive.Epochs(), epoch.number), hash));
  if (appender.Root() != checkpoint->root)
    return Damaged(Cat("the stored tree of epoch ", epoch.number, " is not the signed one"));
  return appender;
}

absl::Status Renewer::AppendAll(const Renewal& before, log::TreeHash hash, const std::vector<Entry>& entries,
                                ArchiveWriter& archive) const {
  ASSIGN_OR_RETURN(const Renewal state, Read(archive));
  // Another replica has taken this step, or begun another epoch: then ours is not needed.
  if (state.epoch != before.epoch || state.renewed != before.renewed) return absl::OkStatus();
  ASSIGN_OR_RETURN(log::Appender appender, SignedEnd(archive, {state.epoch, state.hash_function, ""}, hash));
  for (const Entry& entry : entries) {
    std::vector<log::NewNode> nodes;
    appender.Append(log::HashLeaf(Bytes(entry.bytes), hash), &nodes);
    RETURN_IF_ERROR(archive.NewEpochs().InsertEntry(state.epoch, entry.index, entry.bytes));
    RETURN_IF_ERROR(archive.NewEpochs().InsertNodes(state.epoch, nodes));
  }
  return SignHead(state.epoch, hash, appender, archive);
}

absl::Status Renewer::SignHead(std::int64_t epoch, log::TreeHash hash, const log::Appender& appender,
                               ArchiveWriter& archive) const {
  ASSIGN_OR_RETURN(
      std::string note,
      log::SignCheckpoint({EpochOrigin(origin_, epoch), appender.size(), appender.Root(), {HashLine(hash)}}, signer_));
  return archive.NewEpochs().InsertHead(epoch, {appender.size(), std::move(note)});
}

absl::StatusOr<std::vector<v1::RenewalProof>> RenewalProofs(const ArchiveReader& archive, std::int64_t index) {
  std::vector<v1::RenewalProof> proofs;
  ASSIGN_OR_RETURN(const std::vector<StoredEpoch> epochs, archive.Epochs().All());
  for (const StoredEpoch& epoch : epochs) {
    ASSIGN_OR_RETURN(const std::optional<EpochHead> head, archive.Epochs().NewestHead(epoch.number));
    if (!head || head->size <= index + 1) continue;  // not there yet
    ASSIGN_OR_RETURN(const log::TreeHash hash, HashOf(epoch.hash_function));
    ASSIGN_OR_RETURN(const std::optional<std::string> entry, archive.Epochs().Entry(epoch.number, index));
    if (!entry) return Damaged(Cat("epoch ", epoch.number, " has lost the entry of ", RecordName(index)));
    const EpochNodes nodes(archive.Epochs(), epoch.number);
    ASSIGN_OR_RETURN(const std::vector<log::Hash> document_path, log::InclusionProof(0, head->size, nodes, hash));
    ASSIGN_OR_RETURN(const std::vector<log::Hash> entry_path, log::InclusionProof(index + 1, head->size, nodes, hash));
    v1::RenewalProof& proof = proofs.emplace_back();
    proof.set_document(epoch.document);
    proof.set_entry(*entry);
    for (const log::Hash& node : document_path) proof.add_document_path(std::string(node.begin(), node.end()));
    for (const log::Hash& node : entry_path) proof.add_entry_path(std::string(node.begin(), node.end()));
    proof.set_checkpoint(head->note);
  }
  return proofs;
}

}  // namespace jixiao::archiving
