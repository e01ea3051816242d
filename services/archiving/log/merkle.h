// The Merkle tree of an append-only log: RFC 6962 §2.1, whose trees and proofs RFC 9162 §2.1 keeps.
//
// A tree is known by its complete subtrees: the ones of 2^level leaves, which never change once their last leaf is
// there. They are what a log stores, what a NodeReader supplies and what an Appender gives out. The nodes along an
// incomplete right edge change with every leaf and are always computed. A log of n leaves stores fewer than 2n nodes.
//
// The hash function is SHA-256 unless another is named.
//
// Nothing here keeps state except Appender; every function may be called from any thread. Hashing cannot fail short of
// a process without memory or without the function, and then it aborts.
#pragma once

#include "archiving/log/tree_hash.h"

#include <absl/status/statusor.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace jixiao::archiving::log {

// SHA-256(0x00 || entry): the hash of a leaf.
Hash HashLeaf(std::span<const std::uint8_t> entry, TreeHash hash = TreeHash::kSha256);

// SHA-256(0x01 || left || right): the hash of an inner node. The prefixes keep a leaf from passing for an inner node.
Hash HashChildren(const Hash& left, const Hash& right, TreeHash hash = TreeHash::kSha256);

// SHA-256 of nothing: the root of the tree without leaves.
Hash EmptyRoot(TreeHash hash = TreeHash::kSha256);

// The complete subtree over the leaves [index × 2^level, (index + 1) × 2^level). Level 0 holds the leaf hashes.
struct NodeId {
  int level = 0;
  std::int64_t index = 0;

  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// Supplies the hashes of complete subtrees, from a table or a cache.
class NodeReader {
 public:
  virtual ~NodeReader() = default;

  // The hash of `id`. Functions that read for a tree of n leaves ask only for subtrees complete in it, each at most
  // once, and pass an error on unchanged.
  virtual absl::StatusOr<Hash> Node(NodeId id) const = 0;
};

// The root of the first `size` leaves: MTH(D[size]), RFC 6962 §2.1.
// Reads one node per set bit of `size`. INVALID_ARGUMENT when `size` is negative.
absl::StatusOr<Hash> Root(std::int64_t size, const NodeReader& reader, TreeHash hash = TreeHash::kSha256);

// The audit path of leaf `index` in the tree of the first `size` leaves: PATH(index, D[size]), RFC 6962 §2.1.1.
// Reads h + popcount(size) - 1 nodes, where 2^h leaves make the largest complete subtree around the leaf: at most
// 2⌊log2 size⌋. INVALID_ARGUMENT when an argument is negative, OUT_OF_RANGE when index >= size.
absl::StatusOr<std::vector<Hash>> InclusionProof(std::int64_t index, std::int64_t size, const NodeReader& reader,
                                                 TreeHash hash = TreeHash::kSha256);

// The proof that the tree of `old_size` leaves is a prefix of the tree of `new_size` leaves: PROOF(old_size,
// D[new_size]), RFC 6962 §2.1.2, and empty for old_size 0, which the RFC leaves out. Reads at most 2⌊log2 new_size⌋ + 1
// nodes. INVALID_ARGUMENT when an argument is negative, OUT_OF_RANGE when old_size > new_size.
absl::StatusOr<std::vector<Hash>> ConsistencyProof(std::int64_t old_size, std::int64_t new_size,
                                                   const NodeReader& reader, TreeHash hash = TreeHash::kSha256);

// Whether `path` proves that the leaf with hash `leaf_hash` is number `index` of the tree of `size` leaves with root
// `root`: RFC 9162 §2.1.3.2. False for every malformed argument. O(log size) hashes.
//
// The proof binds `index` and the leaf to `root`, but `size` only by the shape of the path, which close sizes may
// share: take `size` and `root` together from one signed checkpoint.
bool VerifyInclusion(std::int64_t index, std::int64_t size, const Hash& leaf_hash, std::span<const Hash> path,
                     const Hash& root, TreeHash hash = TreeHash::kSha256);

// Whether `path` proves that the tree of `old_size` leaves with root `old_root` is a prefix of the tree of `new_size`
// leaves with root `new_root`: RFC 9162 §2.1.4.2. False for every malformed argument. O(log new_size) hashes.
//
// Beyond the RFC: equal sizes need an empty path and equal roots; size 0 needs an empty path and EmptyRoot() as its
// root, and then any tree continues it. As above, take sizes and roots from signed checkpoints.
bool VerifyConsistency(std::int64_t old_size, std::int64_t new_size, const Hash& old_root, const Hash& new_root,
                       std::span<const Hash> path, TreeHash hash = TreeHash::kSha256);

// A subtree that has just become complete.
struct NewNode {
  NodeId id;
  Hash hash{};

  friend bool operator==(const NewNode&, const NewNode&) = default;
};

// Inclusion proofs of neighbouring leaves of one tree, such as those of a batch: what they share is read and hashed
// once. Not for concurrent use.
class InclusionProver final : private NodeReader {
 public:
  // For the tree of the first `size` leaves. `reader` must outlive the prover.
  InclusionProver(std::int64_t size, const NodeReader& reader, TreeHash hash = TreeHash::kSha256);

  // Nodes that the reader need not be asked for, as an Appender gave them out.
  void Add(std::span<const NewNode> nodes);

  // As InclusionProof.
  absl::StatusOr<std::vector<Hash>> Prove(std::int64_t index) const;

 private:
  struct Level {
    std::int64_t first = 0;  // index of the first of `added`, which are neighbours
    std::vector<Hash> added;
    std::int64_t read_index = -1;  // the node that was read last
    Hash read{};
    std::optional<Hash> right_edge;
  };

  absl::StatusOr<Hash> Node(NodeId id) const override;
  absl::StatusOr<Hash> RightEdge(int level) const;

  const std::int64_t size_;
  const NodeReader& reader_;
  const TreeHash hash_;
  mutable std::array<Level, 63> levels_;
};

// The end of a growing tree: its size and the roots of the complete subtrees it decomposes into, one per set bit of the
// size (the "compact range" of its leaves). That is all that appending takes.
//
// A value of 2 KiB: to try a batch that may yet be rolled back, append to a copy and keep the copy once it is stored.
// Not for concurrent use.
class Appender {
 public:
  // The empty tree.
  explicit Appender(TreeHash hash = TreeHash::kSha256) : hash_(hash) {}

  // The end of the tree of the first `size` leaves. Reads one node per set bit of `size`. INVALID_ARGUMENT when `size`
  // is negative.
  static absl::StatusOr<Appender> Resume(std::int64_t size, const NodeReader& reader,
                                         TreeHash hash = TreeHash::kSha256);

  // Appends a leaf and adds to `*completed` every subtree it completes, the leaf itself first, in ascending level:
  // these are the nodes to store. One hash and two nodes a leaf in the long run; ⌊log2 size⌋ hashes at worst. A log
  // that could reach 2^63 leaves is beyond this class: size() must not be the largest std::int64_t.
  void Append(const Hash& leaf_hash, std::vector<NewNode>* completed);

  std::int64_t size() const { return size_; }

  // The root of the tree. Fewer than 64 hashes.
  Hash Root() const;

 private:
  TreeHash hash_;
  std::int64_t size_ = 0;
  // By level: the root of the subtree that stands for this bit of size_, stale where the bit is 0.
  std::array<Hash, 63> edge_{};
};

}  // namespace jixiao::archiving::log
