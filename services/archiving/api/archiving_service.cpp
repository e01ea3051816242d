#include "archiving/api/archiving_service.h"

#include "archiving/api/record_summary.h"
#include "archiving/inspection/epoch_check.h"
#include "archiving/inspection/log_check.h"
#include "archiving/log/checkpoint.h"
#include "archiving/record/transfer.h"
#include "archiving/search/indexer.h"
#include "archiving/sequencing/renewer.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/form.h"
#include "common/log.h"
#include "common/rpc/actor.h"
#include "common/rpc/server.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"

#include <absl/cleanup/cleanup.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

namespace jixiao::archiving {
namespace {

constexpr std::size_t kMaxKey = 200;
constexpr std::size_t kMaxSource = 8 * 1024 * 1024;
constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 500;

bool IsKey(std::string_view key) {
  return !key.empty() && key.size() <= kMaxKey && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '-' ||
           c == '_' || c == '.' || c == ':';
  });
}

// `rule_set` is the canonical form of the request's, or of the one that its scorecard names; nothing when it has and
// names none.
absl::Status Validate(const v1::ArchiveRecordRequest& request, std::optional<std::string_view> rule_set) {
  std::vector<FieldViolation> faults;
  if (!IsKey(request.key())) faults.push_back({"key", Cat("1 to ", kMaxKey, " letters, digits and /-_.:")});
  if (request.key().starts_with(kEntryKeyPrefix))
    faults.push_back({"key", "archive/ is for the archive's own entries"});
  if (!request.has_form())
    faults.push_back({"form", "is required"});
  else
    for (FieldViolation& fault : jixiao::FaultsOf(request.form(), "form")) faults.push_back(std::move(fault));
  if (!request.has_scorecard()) faults.push_back({"scorecard", "is required"});
  if (!rule_set) faults.push_back({"rule_set", "is required, or its digest in the scorecard"});
  if (request.source_document().size() > kMaxSource)
    faults.push_back({"source_document", Cat("at most ", kMaxSource, " bytes")});
  // One that the request only names was found by its digest.
  if (faults.empty() && request.has_rule_set()) {
    const std::string digest = DigestOf(*rule_set);
    if (digest != request.scorecard().rule_set().digest())
      faults.push_back({"rule_set", Cat("its digest ", digest, " is not the scorecard's ",
                                        TruncateUtf8(request.scorecard().rule_set().digest(), 80))});
  }
  if (faults.empty() && request.has_review()) {
    ASSIGN_OR_RETURN(const std::string form, CanonicalDigest(request.form()));
    ASSIGN_OR_RETURN(const std::string card, CanonicalDigest(request.scorecard()));
    if (request.review().form_digest() != form) faults.push_back({"review.form_digest", "is not the form's"});
    if (request.review().scorecard_digest() != card)
      faults.push_back({"review.scorecard_digest", "is not the scorecard's"});
  }
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("RECORD_INVALID", "the record cannot be archived", faults);
}

// What is archived must come out again in one answer, with its leaf, its proofs and what renewals and erasures add.
absl::Status CheckSize(const std::vector<Part>& parts) {
  constexpr std::size_t kBesideParts = 2 * 1024 * 1024;
  constexpr std::size_t kMost = rpc::kMaxMessageBytes - kBesideParts;
  std::size_t bytes = 0;
  for (const Part& part : parts) bytes += part.content.size();
  if (bytes <= kMost) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "RECORD_TOO_LARGE",
               Cat("the record's parts have ", bytes, " bytes; at most ", kMost, " can be archived"));
}

// The other archive's proof must hold for what is archived here.
absl::Status CheckTransfer(const v1::ArchiveRecordRequest& request, const std::vector<Part>& parts) {
  if (request.key() != TransferKey(request.transfer()))
    return InvalidField("RECORD_INVALID", "key", Cat("must be ", TransferKey(request.transfer())));
  const std::vector<std::string> faults = TransferFaults(request.transfer(), parts);
  return faults.empty() ? absl::OkStatus() : InvalidField("RECORD_INVALID", "transfer", faults.front());
}

// How long it is kept, as a part of the record, in its place among the others.
absl::Status AddRetention(const v1::ArchiveRecordRequest& request, const RetentionPolicy& policy,
                          std::vector<Part>& parts) {
  ASSIGN_OR_RETURN(std::string content,
                   CanonicalEncode(policy.Decide(request.form(), request.scorecard(),
                                                 request.has_review() ? &request.review() : nullptr)));
  Part part = NewPart(kRetentionPart, kCanonicalMediaType, std::move(content));
  const auto place =
      std::find_if(parts.begin(), parts.end(), [&](const Part& other) { return other.name > part.name; });
  parts.insert(place, std::move(part));
  return absl::OkStatus();
}

void PutPath(const std::vector<log::Hash>& path, google::protobuf::RepeatedPtrField<std::string>& out) {
  for (const log::Hash& hash : path) out.Add()->assign(reinterpret_cast<const char*>(hash.data()), hash.size());
}

std::string ToBytes(const log::Hash& hash) {
  return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
}

// A size in 1..current; 0 stands for the current one.
absl::StatusOr<std::int64_t> TreeSize(std::string_view field, std::int64_t wanted, std::int64_t current) {
  if (wanted == 0) return current;
  if (wanted < 0 || wanted > current)
    return Error(absl::StatusCode::kOutOfRange, "TREE_SIZE_BEYOND_LOG",
                 Cat(field, ": the log has ", current, " leaves"), {{"size", Cat(current)}});
  return wanted;
}

absl::StatusOr<std::int64_t> HeadSize(const ArchiveReader& archive) {
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.NewestHead());
  return head ? head->size : 0;
}

// What shows by which entries parts of the record were erased.
absl::Status PutErasures(const ArchiveReader& archive, const StoredHead& head, v1::GetRecordResponse& response) {
  ASSIGN_OR_RETURN(const std::vector<Erased> erased, archive.custody().Erasures(response.record().index()));
  std::map<std::int64_t, v1::Erasure*> by_entry;
  for (const Erased& gone : erased) {
    v1::Erasure*& erasure = by_entry[gone.entry];
    if (erasure == nullptr) {
      erasure = response.add_erasures();
      ASSIGN_OR_RETURN(const std::optional<StoredRecord> entry, archive.Record(gone.entry));
      ASSIGN_OR_RETURN(const std::optional<Part> part, archive.PartNamed(gone.entry, kEntryPart));
      if (!entry || !part || head.size <= gone.entry)
        return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", "the entry of an erasure is missing");
      erasure->set_leaf(entry->leaf);
      erasure->mutable_entry()->set_name(part->name);
      erasure->mutable_entry()->set_media_type(part->media_type);
      erasure->mutable_entry()->set_content(part->content);
      erasure->mutable_entry()->set_salt(part->salt);
      erasure->mutable_proof()->set_index(gone.entry);
      erasure->mutable_proof()->set_checkpoint(head.note);
      ASSIGN_OR_RETURN(const std::vector<log::Hash> path, log::InclusionProof(gone.entry, head.size, archive));
      PutPath(path, *erasure->mutable_proof()->mutable_path());
      if (response.record().erased_by().empty()) response.mutable_record()->set_erased_by(RecordName(gone.entry));
    }
    erasure->add_parts(gone.part);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<StoredRecord>> FindRecord(const ArchiveReader& archive, const std::string& name) {
  const std::int64_t index = RecordIndex(name);
  return index >= 0 ? archive.Record(index) : archive.RecordByKey(name);
}

}  // namespace

grpc::ServerUnaryReactor* ArchivingServiceImpl::ArchiveRecord(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::Serve<v1::ArchiveRecordRequest, v1::ArchiveRecordResponse>(
      archive_record_, context, in, out, state_, [this](ArchiveCall call) {
        const v1::ArchiveRecordRequest& request = call.request();
        // People bring in only what another archive has proven.
        if (const access::Caller* caller = call.context().caller.get();
            caller != nullptr && !caller->Is(access::Role::kService) && !request.has_transfer())
          return call.Finish(Error(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED",
                                   "records that are no transfer come from the role service"));
        if (request.has_rule_set()) {
          const absl::StatusOr<std::string> rule_set = CanonicalEncode(request.rule_set());
          return rule_set.ok() ? Archive(std::move(call), *rule_set) : call.Finish(rule_set.status());
        }
        const std::string& digest = request.scorecard().rule_set().digest();
        if (!IsDigest(digest)) return call.Finish(Validate(request, std::nullopt));
        if (const RuleSetContents::Content seen = rule_sets_.Seen(digest)) return Archive(std::move(call), *seen);
        auto shared = std::make_shared<ArchiveCall>(std::move(call));
        const bool taken = pool_.Post([this, shared] {
          const auto found = rule_sets_.Find(shared->request().scorecard().rule_set().digest());
          if (!found.ok()) return shared->Finish(found.status());
          if (*found != nullptr) return Archive(std::move(*shared), **found);
          shared->Finish(Error(absl::StatusCode::kFailedPrecondition, "RULE_SET_NEEDED",
                               "no record has this rule set yet: send the request again with it"));
        });
        if (!taken) shared->Finish(rpc::ServerFull());
      });
}

void ArchivingServiceImpl::Archive(ArchiveCall call, const std::string& rule_set) {
  const v1::ArchiveRecordRequest& request = call.request();
  if (absl::Status status = Validate(request, rule_set); !status.ok()) return call.Finish(status);
  if (const std::string& digest = request.scorecard().rule_set().digest(); rule_sets_.Seen(digest) == nullptr)
    rule_sets_.Keep(digest, rule_set);
  absl::StatusOr<std::vector<Part>> parts = PartsOf(request, rule_set);
  if (!parts.ok()) return call.Finish(parts.status());
  if (request.has_transfer())
    if (absl::Status status = CheckTransfer(request, *parts); !status.ok()) return call.Finish(status);
  if (absl::Status status = CheckSize(*parts); !status.ok()) return call.Finish(status);
  if (request.validate_only()) return call.Finish(absl::OkStatus());
  if (absl::Status status = AddRetention(request, retention_, *parts); !status.ok()) return call.Finish(status);
  PendingRecord record{request.key(), *std::move(parts), {}, SummaryOf(request.form(), request.scorecard())};
  record.content_digest = ContentDigest(record.parts);
  auto shared = std::make_shared<ArchiveCall>(std::move(call));
  absl::Status queued = sequencer_.Append(std::move(record), [shared](absl::StatusOr<Placement> placement) {
    if (!placement.ok()) return shared->Finish(placement.status());
    v1::ArchiveRecordResponse& response = shared->response();
    response.set_name(RecordName(placement->index));
    *response.mutable_archive_time() = ToTimestamp(placement->archive_time);
    response.mutable_proof()->set_index(placement->index);
    response.mutable_proof()->set_checkpoint(placement->checkpoint);
    PutPath(placement->path, *response.mutable_proof()->mutable_path());
    shared->Finish(absl::OkStatus());
  });
  if (!queued.ok()) shared->Finish(queued);
}

grpc::ServerUnaryReactor* ArchivingServiceImpl::GetRecord(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetRecordRequest, v1::GetRecordResponse>(
      pool_, get_record_, context, in, out, state_,
      [this](const v1::GetRecordRequest& request, v1::GetRecordResponse& response, const rpc::CallContext& call) {
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          ASSIGN_OR_RETURN(const std::optional<StoredRecord> record, FindRecord(archive, request.name()));
          if (!record) return NoRecord(request.name());
          RETURN_IF_ERROR(CheckVisible(archive, *record, call.scope()));
          RETURN_IF_ERROR(PutSummary(*record, *response.mutable_record()));
          response.set_leaf(record->leaf);
          ASSIGN_OR_RETURN(std::vector<Part> parts, archive.Parts(record->index));
          for (Part& part : parts) {
            RETURN_IF_ERROR(CheckText({part.name, part.media_type}));
            auto& to = *response.add_parts();
            to.set_name(std::move(part.name));
            to.set_media_type(std::move(part.media_type));
            to.set_content(std::move(part.content));
            to.set_salt(std::move(part.salt));
          }
          ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.NewestHead());
          if (!head || head->size <= record->index)
            return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", "no signed tree holds this record");
          ASSIGN_OR_RETURN(*response.mutable_proof()->mutable_checkpoint(), WithCosignatures(archive, *head));
          ASSIGN_OR_RETURN(const std::vector<log::Hash> path, log::InclusionProof(record->index, head->size, archive));
          response.mutable_proof()->set_index(record->index);
          PutPath(path, *response.mutable_proof()->mutable_path());
          ASSIGN_OR_RETURN(std::vector<v1::RenewalProof> renewals, RenewalProofs(archive, record->index));
          for (v1::RenewalProof& renewal : renewals) {
            RETURN_IF_ERROR(CheckText({renewal.checkpoint()}));
            *response.add_renewals() = std::move(renewal);
          }
          return PutErasures(archive, *head, response);
        });
      });
}

grpc::ServerUnaryReactor* ArchivingServiceImpl::ListRecords(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListRecordsRequest, v1::ListRecordsResponse>(
      pool_, list_records_, context, in, out, state_,
      [this](const v1::ListRecordsRequest& request, v1::ListRecordsResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        if (request.page_size() < 0 || request.page_size() > kMaxPage)
          return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxPage));
        const Scope& scope = call.scope();
        if (!scope.departments.empty())
          return rpc::ScopeLimited("records are listed without their departments: use SearchRecords");
        const std::int64_t size = request.page_size() == 0 ? kDefaultPage : request.page_size();
        const std::int64_t first = request.page_token().empty() ? 0 : RecordIndex(request.page_token());
        if (first < 0) return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer");
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          ASSIGN_OR_RETURN(const std::vector<StoredRecord> records, archive.Records(first, size + 1));
          const std::size_t shown = std::min(records.size(), static_cast<std::size_t>(size));
          for (std::size_t i = 0; i < shown; ++i) {
            // A page may be short: its token counts all records.
            const Summary& summary = records[i].summary;
            if (!scope.Includes(summary.region_code, "", summary.implementing_unit)) continue;
            v1::RecordSummary& out_summary = *response.add_records();
            RETURN_IF_ERROR(PutSummary(records[i], out_summary));
            RETURN_IF_ERROR(PutErasedBy(archive, out_summary));
          }
          if (records.size() > shown) response.set_next_page_token(RecordName(records[shown].index));
          return absl::OkStatus();
        });
      });
}

grpc::ServerUnaryReactor* ArchivingServiceImpl::GetTreeHead(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetTreeHeadRequest, v1::GetTreeHeadResponse>(
      pool_, get_tree_head_, context, in, out, state_,
      [this](const v1::GetTreeHeadRequest&, v1::GetTreeHeadResponse& response, const rpc::CallContext&) {
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.NewestHead());
          if (head) {
            ASSIGN_OR_RETURN(*response.mutable_checkpoint(), WithCosignatures(archive, *head));
          }
          response.set_verifier_key(sequencer_.VerifierKey());
          return absl::OkStatus();
        });
      });
}

grpc::ServerUnaryReactor* ArchivingServiceImpl::GetInclusionProof(grpc::CallbackServerContext* context,
                                                                  const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetInclusionProofRequest, v1::GetInclusionProofResponse>(
      pool_, get_inclusion_proof_, context, in, out, state_,
      [this](const v1::GetInclusionProofRequest& request, v1::GetInclusionProofResponse& response,
             const rpc::CallContext&) {
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          ASSIGN_OR_RETURN(const std::int64_t current, HeadSize(archive));
          ASSIGN_OR_RETURN(const std::int64_t size, TreeSize("tree_size", request.tree_size(), current));
          if (request.index() < 0 || request.index() >= size)
            return Error(absl::StatusCode::kOutOfRange, "TREE_SIZE_BEYOND_LOG",
                         Cat("index: the tree has ", size, " leaves"), {{"size", Cat(size)}});
          ASSIGN_OR_RETURN(const std::vector<log::Hash> path, log::InclusionProof(request.index(), size, archive));
          ASSIGN_OR_RETURN(const log::Hash leaf, archive.Node({0, request.index()}));
          ASSIGN_OR_RETURN(const log::Hash root, log::Root(size, archive));
          PutPath(path, *response.mutable_path());
          response.set_leaf_hash(ToBytes(leaf));
          response.set_root_hash(ToBytes(root));
          response.set_tree_size(size);
          return absl::OkStatus();
        });
      });
}

grpc::ServerUnaryReactor* ArchivingServiceImpl::GetConsistencyProof(grpc::CallbackServerContext* context,
                                                                    const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetConsistencyProofRequest, v1::GetConsistencyProofResponse>(
      pool_, get_consistency_proof_, context, in, out, state_,
      [this](const v1::GetConsistencyProofRequest& request, v1::GetConsistencyProofResponse& response,
             const rpc::CallContext&) {
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          ASSIGN_OR_RETURN(const std::int64_t current, HeadSize(archive));
          ASSIGN_OR_RETURN(const std::int64_t new_size, TreeSize("new_size", request.new_size(), current));
          if (request.old_size() < 0 || request.old_size() > new_size)
            return Error(absl::StatusCode::kOutOfRange, "TREE_SIZE_BEYOND_LOG", Cat("old_size: from 0 to ", new_size),
                         {{"size", Cat(new_size)}});
          ASSIGN_OR_RETURN(const std::vector<log::Hash> path,
                           log::ConsistencyProof(request.old_size(), new_size, archive));
          ASSIGN_OR_RETURN(const log::Hash old_root, log::Root(request.old_size(), archive));
          ASSIGN_OR_RETURN(const log::Hash new_root, log::Root(new_size, archive));
          PutPath(path, *response.mutable_path());
          response.set_old_root_hash(ToBytes(old_root));
          response.set_new_root_hash(ToBytes(new_root));
          response.set_new_size(new_size);
          return absl::OkStatus();
        });
      });
}

absl::Status ArchivingServiceImpl::CheckIndex(const ArchiveReader& archive, v1::CheckLogResponse& response) {
  const std::size_t left = kMaxDamage - std::min(kMaxDamage, static_cast<std::size_t>(response.damage_size()));
  std::vector<std::string> faults;
  const absl::Status read = index_.Read([&](const SearchReader& index) -> absl::Status {
    ASSIGN_OR_RETURN(faults, search::IndexFaults(archive, index, left));
    return absl::OkStatus();
  });
  if (read.code() == absl::StatusCode::kDataLoss)
    faults = {"检索索引读不出；归档本身不受影响，可用 jixiao archive rebuild-index 重建"};
  else
    RETURN_IF_ERROR(read);
  for (std::string& fault : faults) {
    auto& to = *response.add_damage();
    to.set_index(-1);
    to.set_message(std::move(fault));
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ArchivingServiceImpl::CheckLog(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::CheckLogRequest, v1::CheckLogResponse>(
      pool_, check_log_, context, in, out, state_,
      [this](const v1::CheckLogRequest&, v1::CheckLogResponse& response, const rpc::CallContext&) -> absl::Status {
        // It takes minutes on a large archive, and a thread and a connection with it: one at a time leaves room for
        // others.
        if (checking_.exchange(true))
          return TryAgain(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "another CheckLog is running",
                          std::chrono::seconds(5));
        const absl::Cleanup done = [this] { checking_ = false; };
        ASSIGN_OR_RETURN(const log::Verifier verifier, log::Verifier::Parse(sequencer_.VerifierKey()));
        const absl::Status status = store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          ASSIGN_OR_RETURN(const LogCheck check, archiving::CheckLog(archive, verifier, sequencer_.origin()));
          response.set_records_checked(check.records);
          response.set_bytes_checked(check.bytes);
          response.set_checkpoint(check.checkpoint);
          for (const Damage& damage : check.damage) {
            auto& to = *response.add_damage();
            to.set_index(damage.index);
            to.set_message(damage.message);
          }
          if (check.damage.size() < kMaxDamage) {
            ASSIGN_OR_RETURN(const std::vector<std::string> faults,
                             EpochFaults(archive, verifier, sequencer_.origin(), kMaxDamage - check.damage.size()));
            for (const std::string& fault : faults) {
              auto& to = *response.add_damage();
              to.set_index(-1);
              to.set_message(fault);
            }
          }
          return CheckIndex(archive, response);
        });
        if (status.code() != absl::StatusCode::kDataLoss) return status;
        // Too damaged to be examined at all: that is what was asked, and so an answer.
        auto& damage = *response.add_damage();
        damage.set_index(-1);
        damage.set_message(Cat("数据库读不出（", ReasonOf(status), "），无法检查；原因见服务日志"));
        jixiao::log::Error("the archive cannot be examined",
                           {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
        return absl::OkStatus();
      });
}

}  // namespace jixiao::archiving
