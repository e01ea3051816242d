// `jixiao archive tiles`: the log as static files. Nothing is written that does not belong to the signed tree, and the
// checkpoint is written last: whoever reads the folder meanwhile sees a whole log.
#include "archiving/log/tiles.h"
#include "cli/archive_log.h"
#include "cli/client.h"
#include "cli/output.h"
#include "common/file.h"
#include "common/text.h"

#include "jixiao/archiving/v1/log_service.grpc.pb.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

namespace jixiao::cli {
namespace {

namespace fs = std::filesystem;
namespace log = archiving::log;
using archiving::v1::LogService;

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "TILE_DAMAGED", what);
}

std::optional<std::string> ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class TileFolder {
 public:
  TileFolder(const Global& global, fs::path folder)
      : global_(global),
        folder_(std::move(folder)),
        stub_(LogService::NewStub(rpc::OpenChannel(global.archiving, global.security))) {}

  // Brings the folder to the archive's newest signed tree.
  absl::Status Update(const TrustedKey& key) {
    ASSIGN_OR_RETURN(const std::string note, Fetch("checkpoint"));
    ASSIGN_OR_RETURN(const log::Checkpoint head, log::OpenCheckpoint(note, key.verifier, key.origin));
    size_ = head.size;
    const log::TileReader tiles(size_, [this](const log::TileName& tile) { return Tile(tile); });
    ASSIGN_OR_RETURN(const log::Hash root, log::Root(size_, tiles));
    if (root != head.root) return Damaged("归档服务给出的散列块与已签名的树根不符");
    RETURN_IF_ERROR(CheckContinues(head, key, tiles));
    RETURN_IF_ERROR(log::ForEachTile(size_, [&](const log::TileName& tile) { return Write(tile, tiles); }));
    return WriteFile(folder_ / "checkpoint", note, 0644, IfExists::kReplace);
  }

  std::int64_t size() const { return size_; }
  std::int64_t written() const { return written_; }

 private:
  absl::StatusOr<std::string> Fetch(const std::string& path) {
    archiving::v1::GetTileRequest request;
    request.set_path(path);
    archiving::v1::GetTileResponse response;
    RETURN_IF_ERROR(Call(global_, *stub_, &LogService::Stub::GetTile, request, response));
    return std::move(*response.mutable_content());
  }

  // From the folder, or from the archive when it is not there yet.
  absl::StatusOr<std::string> Tile(const log::TileName& tile) {
    if (auto there = ReadFile(folder_ / log::PathOf(tile))) return *std::move(there);
    return Fetch(log::PathOf(tile));
  }

  // What was published before must be the beginning of what is published now.
  absl::Status CheckContinues(const log::Checkpoint& head, const TrustedKey& key, const log::TileReader& tiles) {
    const auto note = ReadFile(folder_ / "checkpoint");
    if (!note) return absl::OkStatus();
    ASSIGN_OR_RETURN(const log::Checkpoint before, log::OpenCheckpoint(*note, key.verifier, key.origin));
    if (before.size > head.size)
      return Damaged(Cat("文件夹里的日志有 ", before.size, " 条，归档服务只有 ", head.size, " 条"));
    ASSIGN_OR_RETURN(const std::vector<log::Hash> proof, log::ConsistencyProof(before.size, head.size, tiles));
    if (log::VerifyConsistency(before.size, head.size, before.root, head.root, proof)) return absl::OkStatus();
    return Damaged("归档服务的日志不是文件夹里那份的延续");
  }

  absl::Status Write(const log::TileName& tile, const log::TileReader& tiles) {
    const fs::path path = folder_ / log::PathOf(tile);
    std::error_code error;
    if (fs::exists(path, error)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::string content, Fetch(log::PathOf(tile)));
    RETURN_IF_ERROR(tile.entries() ? CheckEntries(tile, content) : CheckHashes(tile, content, tiles));
    fs::create_directories(path.parent_path(), error);
    if (error) return Error(absl::StatusCode::kUnavailable, "FILE_UNWRITABLE", Cat("cannot create ", path.string()));
    ++written_;
    return WriteFile(path, content, 0644, IfExists::kReplace);
  }

  // A full tile is a hash of the level above; the others are what the root was computed from.
  static absl::Status CheckHashes(const log::TileName& tile, const std::string& content, const log::TileReader& tiles) {
    ASSIGN_OR_RETURN(const std::vector<log::Hash> hashes, log::DecodeTile(tile, content));
    if (tile.width < log::kTileWidth) {
      for (std::size_t i = 0; i < hashes.size(); ++i) {
        ASSIGN_OR_RETURN(const log::Hash known,
                         tiles.Node({tile.node_level(), tile.first() + static_cast<std::int64_t>(i)}));
        if (known != hashes[i]) return Damaged(Cat(log::PathOf(tile), " 与已签名的树不符"));
      }
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const log::Hash above, tiles.Node({tile.node_level() + log::kTileHeight, tile.index}));
    return above == log::HashOfTile(hashes) ? absl::OkStatus() : Damaged(Cat(log::PathOf(tile), " 与已签名的树不符"));
  }

  absl::Status CheckEntries(const log::TileName& tile, const std::string& content) {
    log::TileName leaves = tile;
    leaves.level = 0;
    ASSIGN_OR_RETURN(const std::string bytes, Tile(leaves));
    ASSIGN_OR_RETURN(const std::vector<log::Hash> hashes, log::DecodeTile(leaves, bytes));
    ASSIGN_OR_RETURN(const std::vector<std::string_view> entries, log::DecodeEntries(tile, content));
    for (std::size_t i = 0; i < hashes.size(); ++i)
      if (log::HashLeaf(Bytes(entries[i])) != hashes[i]) return Damaged(Cat(log::PathOf(tile), " 与其散列块不符"));
    return absl::OkStatus();
  }

  const Global& global_;
  const fs::path folder_;
  const std::unique_ptr<LogService::Stub> stub_;
  std::int64_t size_ = 0;
  std::int64_t written_ = 0;
};

}  // namespace

int RunArchiveTiles(const Global& global, const std::string& folder, const ArchiveKey& key) {
  const auto trusted = KeyOrServers(global, key);
  if (!trusted.ok()) return Refuse(trusted.status(), global.json());
  if (trusted->from_server && !global.json())
    std::cerr << "注意：没有用 --key 指定公钥，采用服务器自报的公钥；这能发现损坏，不能发现伪造\n";
  std::error_code error;
  fs::create_directories(folder, error);
  TileFolder tiles(global, folder);
  const absl::Status status = tiles.Update(*trusted);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << nlohmann::json({{"folder", folder}, {"size", tiles.size()}, {"written", tiles.written()}}).dump()
              << '\n';
  else
    std::cout << folder << "  日志 " << tiles.size() << " 条，新写 " << tiles.written() << " 个文件\n";
  return kDone;
}

}  // namespace jixiao::cli
