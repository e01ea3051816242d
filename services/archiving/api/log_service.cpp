#include "archiving/api/log_service.h"

#include "archiving/api/record_summary.h"
#include "archiving/log/tiles.h"
#include "archiving/log/witness.h"
#include "common/errors.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <optional>

namespace jixiao::archiving {
namespace {

constexpr int kDefaultStep = 256;
constexpr int kMaxStep = 1000;
constexpr int kMaxWitnesses = 64;

absl::StatusOr<StoredHead> NewestHead(const ArchiveReader& archive) {
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.NewestHead());
  if (!head) return Error(absl::StatusCode::kNotFound, "TREE_HEAD_NOT_FOUND", "the log is empty");
  return *head;
}

// The head of exactly this size.
absl::StatusOr<StoredHead> HeadOf(const ArchiveReader& archive, std::int64_t size) {
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.HeadFor(size));
  if (!head || head->size != size)
    return Error(absl::StatusCode::kNotFound, "TREE_HEAD_NOT_FOUND", Cat("no tree head of ", size, " leaves"));
  return *head;
}

// The head that a proof of leaf `index` stands on.
absl::StatusOr<StoredHead> HeadWith(const ArchiveReader& archive, std::int64_t index, int cosignatures) {
  if (cosignatures > 0) {
    ASSIGN_OR_RETURN(const std::optional<std::int64_t> size, archive.CosignedSize(index + 1, cosignatures));
    if (!size)
      return Error(absl::StatusCode::kNotFound, "TREE_HEAD_NOT_FOUND",
                   Cat("no tree head with ", cosignatures, " cosignatures holds this record"));
    return HeadOf(archive, *size);
  }
  ASSIGN_OR_RETURN(StoredHead head, NewestHead(archive));
  if (head.size <= index)
    return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", "no signed tree holds this record");
  return head;
}

void Put(const Renewal& renewal, v1::RenewHashesResponse& out) {
  out.set_epoch(renewal.epoch);
  out.set_hash_function(renewal.hash_function);
  out.set_renewed(renewal.renewed);
  out.set_remaining(renewal.remaining);
  out.set_checkpoint(renewal.checkpoint);
}

}  // namespace

absl::Status LogServiceImpl::ReadTile(const ArchiveReader& archive, const std::string& path,
                                      std::string& content) const {
  ASSIGN_OR_RETURN(const StoredHead head, NewestHead(archive));
  if (path == "checkpoint") {
    ASSIGN_OR_RETURN(content, WithCosignatures(archive, head));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const log::TileName tile, log::ParseTilePath(path));
  if (!log::IsIn(tile, head.size))
    return Error(absl::StatusCode::kNotFound, "TILE_NOT_FOUND", Cat(path, " is not in a tree of ", head.size));
  if (!tile.entries()) {
    ASSIGN_OR_RETURN(const std::vector<log::Hash> hashes, archive.Nodes(tile.node_level(), tile.first(), tile.width));
    content = log::EncodeTile(hashes);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<StoredRecord> records, archive.Records(tile.first(), tile.width));
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].index != tile.first() + static_cast<std::int64_t>(i)) break;
    RETURN_IF_ERROR(log::AppendEntry(records[i].leaf, content));
  }
  if (!log::DecodeEntries(tile, content).ok())
    return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", Cat("a record of ", path, " is missing"));
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* LogServiceImpl::GetTile(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                  grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetTileRequest, v1::GetTileResponse>(
      pool_, get_tile_, context, in, out, state_,
      [this](const v1::GetTileRequest& request, v1::GetTileResponse& response, const rpc::CallContext&) {
        return store_.Read([&](const ArchiveReader& archive) {
          return ReadTile(archive, request.path(), *response.mutable_content());
        });
      });
}

grpc::ServerUnaryReactor* LogServiceImpl::GetLogProof(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                      grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetLogProofRequest, v1::GetLogProofResponse>(
      pool_, get_log_proof_, context, in, out, state_,
      [this](const v1::GetLogProofRequest& request, v1::GetLogProofResponse& response,
             const rpc::CallContext&) -> absl::Status {
        if (request.cosignatures() < 0 || request.cosignatures() > kMaxWitnesses)
          return InvalidField("COSIGNATURE_INVALID", "cosignatures", Cat("from 0 to ", kMaxWitnesses));
        return store_.Read([&](const ArchiveReader& archive) -> absl::Status {
          const std::int64_t index = RecordIndex(request.name());
          ASSIGN_OR_RETURN(const std::optional<StoredRecord> record,
                           index >= 0 ? archive.Record(index) : archive.RecordByKey(request.name()));
          if (!record) return NoRecord(request.name());
          ASSIGN_OR_RETURN(const StoredHead head, HeadWith(archive, record->index, request.cosignatures()));
          ASSIGN_OR_RETURN(const std::vector<log::Hash> path, log::InclusionProof(record->index, head.size, archive));
          ASSIGN_OR_RETURN(*response.mutable_checkpoint(), WithCosignatures(archive, head));
          response.set_index(record->index);
          response.set_leaf(record->leaf);
          for (const log::Hash& hash : path) response.add_path(std::string(hash.begin(), hash.end()));
          return absl::OkStatus();
        });
      });
}

absl::Status LogServiceImpl::Add(const v1::AddCosignaturesRequest& request, v1::AddCosignaturesResponse& response) {
  StoredHead head;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(head, HeadOf(archive, request.size()));
    return absl::OkStatus();
  }));
  ASSIGN_OR_RETURN(const std::vector<log::Cosignature> taken,
                   log::CosignaturesBelow(head.note, request.signatures(), witnesses_, NowMicros() / 1'000'000));
  for (const log::Cosignature& one : taken) response.add_witnesses(one.witness);
  if (request.validate_only()) {
    response.set_checkpoint(head.note);
    return absl::OkStatus();
  }
  return store_.Write([&](ArchiveWriter& archive) -> absl::Status {
    for (const log::Cosignature& one : taken) RETURN_IF_ERROR(archive.PutCosignature(head.size, one.key, one.line));
    ASSIGN_OR_RETURN(*response.mutable_checkpoint(), WithCosignatures(archive, head));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* LogServiceImpl::AddCosignatures(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::AddCosignaturesRequest, v1::AddCosignaturesResponse>(
      pool_, add_cosignatures_, context, in, out, state_,
      [this](const v1::AddCosignaturesRequest& request, v1::AddCosignaturesResponse& response,
             const rpc::CallContext&) { return Add(request, response); });
}

grpc::ServerUnaryReactor* LogServiceImpl::RenewHashes(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                      grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::RenewHashesRequest, v1::RenewHashesResponse>(
      pool_, renew_hashes_, context, in, out, state_,
      [this](const v1::RenewHashesRequest& request, v1::RenewHashesResponse& response,
             const rpc::CallContext&) -> absl::Status {
        std::optional<log::TreeHash> hash;
        if (!request.hash_function().empty()) {
          const auto named = log::TreeHashNamed(request.hash_function());
          if (!named.ok())
            return InvalidField("HASH_FUNCTION_UNKNOWN", "hash_function", "is sha256, sm3, sha3-256 or sha512-256");
          hash = *named;
        }
        if (request.max_records() < 0 || request.max_records() > kMaxStep)
          return InvalidField("PAGE_INVALID", "max_records", Cat("from 0 to ", kMaxStep));
        const int limit = request.max_records() == 0 ? kDefaultStep : request.max_records();
        ASSIGN_OR_RETURN(const Renewal renewal,
                         request.validate_only() ? renewer_.State() : renewer_.Step(hash, limit));
        Put(renewal, response);
        return absl::OkStatus();
      });
}

}  // namespace jixiao::archiving
