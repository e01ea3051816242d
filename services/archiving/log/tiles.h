// A log as static files (https://c2sp.org/tlog-tiles): tiles of 256 hashes, bundles of 256 entries.
//
//   tile/<L>/<N>[.p/<W>]         hashes N·256 … of level L, where a hash of level L + 1 is that of a full tile of level
//   L tile/entries/<N>[.p/<W>]     the leaves, each behind its length as two bytes, big-endian
//
// N is written in groups of three digits, all but the last behind an x: 1234067 is x001/x234/067. A tile that is not
// full says how many it holds; it is replaced, never extended.
#pragma once

#include "archiving/log/merkle.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::log {

inline constexpr int kTileHeight = 8;
inline constexpr int kTileWidth = 256;
inline constexpr std::size_t kLargestEntry = 65535;

struct TileName {
  int level = 0;  // kEntries for a bundle of entries
  std::int64_t index = 0;
  int width = kTileWidth;

  static constexpr int kEntries = -1;
  bool entries() const { return level == kEntries; }
  // The level of the log's nodes that the tile holds, and the first of them.
  int node_level() const { return entries() ? 0 : level * kTileHeight; }
  std::int64_t first() const { return index * kTileWidth; }
  friend auto operator<=>(const TileName&, const TileName&) = default;  // NOLINT(modernize-use-nullptr): the tool errs
};

// The resource's path below the log's prefix, and back. INVALID_ARGUMENT for anything that PathOf does not write.
std::string PathOf(const TileName& tile);
absl::StatusOr<TileName> ParseTilePath(std::string_view path);

// Whether a tree of `size` leaves has all that the tile holds.
bool IsIn(const TileName& tile, std::int64_t size);

// Calls `each` for all tiles and bundles of a tree of `size` leaves, the highest level first, bundles last; ends with
// the first error.
absl::Status ForEachTile(std::int64_t size, absl::FunctionRef<absl::Status(const TileName&)> each);

std::string EncodeTile(const std::vector<Hash>& hashes);
// DATA_LOSS unless there are as many hashes as the name says.
absl::StatusOr<std::vector<Hash>> DecodeTile(const TileName& tile, std::string_view bytes);

// Appends an entry to a bundle. INVALID_ARGUMENT (LEAF_TOO_LARGE) beyond kLargestEntry.
absl::Status AppendEntry(std::string_view entry, std::string& bundle);
// The entries; views into `bytes`. DATA_LOSS unless there are as many as the name says.
absl::StatusOr<std::vector<std::string_view>> DecodeEntries(const TileName& tile, std::string_view bytes);

// The hash of a full tile: its place in the level above.
Hash HashOfTile(const std::vector<Hash>& hashes);

// Reads the nodes of a tree of `size` leaves from its tiles, keeping those it has read. Not for concurrent use.
class TileReader final : public NodeReader {
 public:
  using Fetch = std::function<absl::StatusOr<std::string>(const TileName&)>;
  TileReader(std::int64_t size, Fetch fetch) : size_(size), fetch_(std::move(fetch)) {}

  absl::StatusOr<Hash> Node(NodeId id) const override;

 private:
  const std::int64_t size_;
  const Fetch fetch_;
  mutable std::map<TileName, std::vector<Hash>> read_;
};

}  // namespace jixiao::archiving::log
