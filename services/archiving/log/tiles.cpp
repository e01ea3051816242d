#include "archiving/log/tiles.h"

#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <charconv>

namespace jixiao::archiving::log {
namespace {

constexpr std::string_view kTiles = "tile/";
constexpr std::string_view kEntriesFolder = "entries/";
constexpr int kLevels = 8;  // 2^63 leaves have no more

absl::Status Malformed(const TileName& tile) {
  return Error(absl::StatusCode::kDataLoss, "TILE_DAMAGED", Cat(PathOf(tile), " does not hold what its name says"));
}

// 1234067 as x001/x234/067.
std::string GroupsOf(std::int64_t index) {
  std::string out;
  for (bool last = true; last || index != 0; index /= 1000, last = false) {
    std::string group = Cat(1000 + index % 1000).substr(1);
    out.insert(0, last ? group : Cat("x", group, "/"));
  }
  return out;
}

std::int64_t NumberIn(std::string_view digits) {
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : -1;
}

// Combines 2^n hashes, in place.
Hash Combine(std::vector<Hash> hashes) {
  while (hashes.size() > 1) {
    for (std::size_t i = 0; i < hashes.size() / 2; ++i) hashes[i] = HashChildren(hashes[2 * i], hashes[2 * i + 1]);
    hashes.resize(hashes.size() / 2);
  }
  return hashes.front();
}

}  // namespace

std::string PathOf(const TileName& tile) {
  std::string path = Cat(kTiles, tile.entries() ? std::string("entries") : Cat(tile.level), "/", GroupsOf(tile.index));
  if (tile.width != kTileWidth) Append(path, ".p/", tile.width);
  return path;
}

absl::StatusOr<TileName> ParseTilePath(std::string_view path) {
  const auto refused = [] {
    return InvalidField("TILE_INVALID", "path", "is not tile/<level>/<number>[.p/<width>] of c2sp.org/tlog-tiles");
  };
  const std::string_view whole = path;
  if (!path.starts_with(kTiles)) return refused();
  path.remove_prefix(kTiles.size());
  TileName tile;
  if (path.starts_with(kEntriesFolder)) {
    tile.level = TileName::kEntries;
    path.remove_prefix(kEntriesFolder.size());
  } else {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return refused();
    const std::int64_t level = NumberIn(path.substr(0, slash));
    if (level < 0 || level >= kLevels) return refused();
    tile.level = static_cast<int>(level);
    path.remove_prefix(slash + 1);
  }
  if (const std::size_t partial = path.find(".p/"); partial != std::string_view::npos) {
    const std::int64_t width = NumberIn(path.substr(partial + 3));
    if (width < 1 || width >= kTileWidth) return refused();
    tile.width = static_cast<int>(width);
    path = path.substr(0, partial);
  }
  std::string digits;
  for (const char c : path)
    if (c >= '0' && c <= '9') digits.push_back(c);
  if (digits.empty() || digits.size() > 18) return refused();
  tile.index = NumberIn(digits);
  // Whatever is written otherwise is another name.
  if (tile.index < 0 || PathOf(tile) != whole) return refused();
  return tile;
}

bool IsIn(const TileName& tile, std::int64_t size) {
  const std::int64_t there = size >> tile.node_level();
  return tile.index <= there / kTileWidth && there - tile.first() >= tile.width;
}

absl::Status ForEachTile(std::int64_t size, absl::FunctionRef<absl::Status(const TileName&)> each) {
  for (int level = kLevels - 1; level >= TileName::kEntries; --level) {
    const std::int64_t hashes = size >> TileName{level, 0, 0}.node_level();
    for (std::int64_t i = 0; i < hashes / kTileWidth; ++i) RETURN_IF_ERROR(each({level, i, kTileWidth}));
    if (const int rest = static_cast<int>(hashes % kTileWidth); rest != 0)
      RETURN_IF_ERROR(each({level, hashes / kTileWidth, rest}));
  }
  return absl::OkStatus();
}

std::string EncodeTile(const std::vector<Hash>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * sizeof(Hash));
  for (const Hash& hash : hashes) bytes.append(hash.begin(), hash.end());
  return bytes;
}

absl::StatusOr<std::vector<Hash>> DecodeTile(const TileName& tile, std::string_view bytes) {
  if (bytes.size() != static_cast<std::size_t>(tile.width) * sizeof(Hash)) return Malformed(tile);
  std::vector<Hash> hashes(static_cast<std::size_t>(tile.width));
  for (std::size_t i = 0; i < hashes.size(); ++i)
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash), hashes[i].begin());
  return hashes;
}

absl::Status AppendEntry(std::string_view entry, std::string& bundle) {
  if (entry.size() > kLargestEntry)
    return Error(absl::StatusCode::kInvalidArgument, "LEAF_TOO_LARGE",
                 Cat("a leaf of ", entry.size(), " bytes; at most ", kLargestEntry));
  bundle.push_back(static_cast<char>(entry.size() >> 8));
  bundle.push_back(static_cast<char>(entry.size() & 0xFF));
  bundle.append(entry);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string_view>> DecodeEntries(const TileName& tile, std::string_view bytes) {
  std::vector<std::string_view> entries;
  while (!bytes.empty()) {
    if (bytes.size() < 2) return Malformed(tile);
    const std::size_t size =
        std::size_t{static_cast<unsigned char>(bytes[0])} << 8 | std::size_t{static_cast<unsigned char>(bytes[1])};
    bytes.remove_prefix(2);
    if (bytes.size() < size) return Malformed(tile);
    entries.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  if (entries.size() != static_cast<std::size_t>(tile.width)) return Malformed(tile);
  return entries;
}

Hash HashOfTile(const std::vector<Hash>& hashes) {
  return Combine(hashes);
}

absl::StatusOr<Hash> TileReader::Node(NodeId id) const {
  const int within = id.level % kTileHeight;
  const std::int64_t first = id.index << within;  // among the hashes of the tile's level
  TileName tile{id.level / kTileHeight, first / kTileWidth, kTileWidth};
  const std::int64_t there = (size_ >> tile.node_level()) - tile.first();
  tile.width = static_cast<int>(std::min<std::int64_t>(kTileWidth, there));
  const auto offset = static_cast<std::size_t>(first - tile.first());
  const std::size_t count = std::size_t{1} << within;
  if (there <= 0 || offset + count > static_cast<std::size_t>(tile.width))
    return Error(absl::StatusCode::kDataLoss, "TILE_DAMAGED", "a node beyond the tree");
  auto at = read_.find(tile);
  if (at == read_.end()) {
    ASSIGN_OR_RETURN(const std::string bytes, fetch_(tile));
    ASSIGN_OR_RETURN(std::vector<Hash> hashes, DecodeTile(tile, bytes));
    at = read_.emplace(tile, std::move(hashes)).first;
  }
  const auto begin = at->second.begin() + static_cast<std::ptrdiff_t>(offset);
  return Combine(std::vector<Hash>(begin, begin + static_cast<std::ptrdiff_t>(count)));
}

}  // namespace jixiao::archiving::log
