#include "archiving/log/merkle.h"

#include "common/errors.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

namespace jixiao::archiving::log {
namespace {

// The root of the last (size mod 2^level) leaves; there must be at least one. Their complete subtrees are joined from
// the right, smallest first.
absl::StatusOr<Hash> RightEdgeRoot(std::int64_t size, int level, const NodeReader& reader, TreeHash hash) {
  const auto node = [&](int bit) { return reader.Node({bit, (size >> bit) - 1}); };
  std::uint64_t bits = static_cast<std::uint64_t>(size) & ((std::uint64_t{1} << level) - 1);
  ASSIGN_OR_RETURN(Hash root, node(std::countr_zero(bits)));
  while ((bits &= bits - 1) != 0) {
    ASSIGN_OR_RETURN(const Hash left, node(std::countr_zero(bits)));
    root = HashChildren(left, root, hash);
  }
  return root;
}

// Adds to `path` the siblings met on the way from `node` to the root of the tree of `size` leaves. `right_edge(level)`
// is RightEdgeRoot of that level.
template <class RightEdge>
absl::Status AppendSiblings(NodeId node, std::int64_t size, const NodeReader& reader, const RightEdge& right_edge,
                            std::vector<Hash>& path) {
  for (auto [level, index] = node; (size - 1) >> level != 0; ++level, index >>= 1) {
    const std::int64_t sibling = index ^ 1;
    const std::int64_t complete = size >> level;
    if (sibling < complete) {
      ASSIGN_OR_RETURN(const Hash hash, reader.Node({level, sibling}));
      path.push_back(hash);
    } else if (sibling == complete && complete << level != size) {
      ASSIGN_OR_RETURN(const Hash hash, right_edge(level));
      path.push_back(hash);
    }
    // Otherwise the node is the last of its level and rises unchanged.
  }
  return absl::OkStatus();
}

// A verifier's way from a node to the root, in the terms of RFC 9162 §2.1.3.2.
class Climb {
 public:
  // From the node with this index on its level, where the last node has the index `last`.
  Climb(std::uint64_t index, std::uint64_t last) : fn_(index), sn_(last) {}

  bool AtRoot() const { return sn_ == 0; }

  // Goes up to the parent of the next pair of siblings, which must exist, and tells whether the node comes second in
  // it.
  bool StepFromRight() {
    const bool from_right = (fn_ & 1) != 0 || fn_ == sn_;
    // The last node of a level has no sibling while its index is even. fn_ cannot be 0 here: it would equal sn_.
    const int levels = from_right ? std::countr_zero(fn_) + 1 : 1;
    fn_ >>= levels;
    sn_ >>= levels;
    return from_right;
  }

 private:
  std::uint64_t fn_;
  std::uint64_t sn_;
};

absl::Status CheckSize(std::int64_t size) {
  if (size >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a tree of ", size, " leaves"));
}

absl::Status CheckLeaf(std::int64_t index, std::int64_t size) {
  RETURN_IF_ERROR(CheckSize(size));
  if (index < 0) return absl::InvalidArgumentError(absl::StrCat("leaf ", index));
  if (index >= size) return absl::OutOfRangeError(absl::StrCat("leaf ", index, " of a tree of ", size, " leaves"));
  return absl::OkStatus();
}

}  // namespace

Hash HashLeaf(std::span<const std::uint8_t> entry, TreeHash hash) {
  static constexpr std::uint8_t kPrefix[] = {0x00};
  return HashOf(hash, kPrefix, entry);
}

Hash HashChildren(const Hash& left, const Hash& right, TreeHash hash) {
  std::array<std::uint8_t, 1 + 2 * sizeof(Hash)> node;
  node[0] = 0x01;
  std::copy(right.begin(), right.end(), std::copy(left.begin(), left.end(), node.begin() + 1));
  return HashOf(hash, node);
}

Hash EmptyRoot(TreeHash hash) {
  return HashOf(hash, std::span<const std::uint8_t>());
}

absl::StatusOr<Hash> Root(std::int64_t size, const NodeReader& reader, TreeHash hash) {
  RETURN_IF_ERROR(CheckSize(size));
  if (size == 0) return EmptyRoot(hash);
  return RightEdgeRoot(size, 63, reader, hash);
}

absl::StatusOr<std::vector<Hash>> InclusionProof(std::int64_t index, std::int64_t size, const NodeReader& reader,
                                                 TreeHash hash) {
  RETURN_IF_ERROR(CheckLeaf(index, size));
  std::vector<Hash> path;
  const auto right_edge = [&](int level) { return RightEdgeRoot(size, level, reader, hash); };
  RETURN_IF_ERROR(AppendSiblings({0, index}, size, reader, right_edge, path));
  return path;
}

InclusionProver::InclusionProver(std::int64_t size, const NodeReader& reader, TreeHash hash)
    : size_(size), reader_(reader), hash_(hash) {}

void InclusionProver::Add(std::span<const NewNode> nodes) {
  for (const NewNode& node : nodes) {
    Level& level = levels_[static_cast<std::size_t>(node.id.level)];
    if (level.added.empty()) level.first = node.id.index;
    assert(node.id.index == level.first + static_cast<std::int64_t>(level.added.size()));
    level.added.push_back(node.hash);
  }
}

absl::StatusOr<Hash> InclusionProver::Node(NodeId id) const {
  Level& level = levels_[static_cast<std::size_t>(id.level)];
  const std::int64_t place = id.index - level.first;
  if (place >= 0 && place < static_cast<std::int64_t>(level.added.size()))
    return level.added[static_cast<std::size_t>(place)];
  if (level.read_index != id.index) {
    ASSIGN_OR_RETURN(level.read, reader_.Node(id));
    level.read_index = id.index;
  }
  return level.read;
}

absl::StatusOr<Hash> InclusionProver::RightEdge(int level) const {
  std::optional<Hash>& known = levels_[static_cast<std::size_t>(level)].right_edge;
  if (!known) {
    ASSIGN_OR_RETURN(known, RightEdgeRoot(size_, level, *this, hash_));
  }
  return *known;
}

absl::StatusOr<std::vector<Hash>> InclusionProver::Prove(std::int64_t index) const {
  RETURN_IF_ERROR(CheckLeaf(index, size_));
  std::vector<Hash> path;
  path.reserve(static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(size_))));
  RETURN_IF_ERROR(AppendSiblings(
      {0, index}, size_, *this, [this](int level) { return RightEdge(level); }, path));
  return path;
}

absl::StatusOr<std::vector<Hash>> ConsistencyProof(std::int64_t old_size, std::int64_t new_size,
                                                   const NodeReader& reader, TreeHash tree_hash) {
  RETURN_IF_ERROR(CheckSize(old_size));
  RETURN_IF_ERROR(CheckSize(new_size));
  if (old_size > new_size) {
    return absl::OutOfRangeError(
        absl::StrCat("consistency of a tree of ", old_size, " leaves with a smaller one of ", new_size));
  }
  std::vector<Hash> proof;
  if (old_size == 0 || old_size == new_size) return proof;

  // The last complete subtree of the old tree, and its path in the new tree: whoever climbs it meets on the left all
  // the other parts of the old tree. When it is the whole old tree, the verifier has its hash as the old root.
  const int level = std::countr_zero(static_cast<std::uint64_t>(old_size));
  const NodeId last{level, (old_size >> level) - 1};
  if (last.index != 0) {
    ASSIGN_OR_RETURN(const Hash hash, reader.Node(last));
    proof.push_back(hash);
  }
  const auto right_edge = [&](int edge_level) { return RightEdgeRoot(new_size, edge_level, reader, tree_hash); };
  RETURN_IF_ERROR(AppendSiblings(last, new_size, reader, right_edge, proof));
  return proof;
}

bool VerifyInclusion(std::int64_t index, std::int64_t size, const Hash& leaf_hash, std::span<const Hash> path,
                     const Hash& root, TreeHash tree_hash) {
  if (index < 0 || index >= size) return false;
  Climb climb(static_cast<std::uint64_t>(index), static_cast<std::uint64_t>(size - 1));
  Hash hash = leaf_hash;
  for (const Hash& sibling : path) {
    if (climb.AtRoot()) return false;
    hash = climb.StepFromRight() ? HashChildren(sibling, hash, tree_hash) : HashChildren(hash, sibling, tree_hash);
  }
  return climb.AtRoot() && hash == root;
}

bool VerifyConsistency(std::int64_t old_size, std::int64_t new_size, const Hash& old_root, const Hash& new_root,
                       std::span<const Hash> path, TreeHash tree_hash) {
  if (old_size < 0 || old_size > new_size) return false;
  if (old_size == 0 && old_root != EmptyRoot(tree_hash)) return false;
  if (old_size == new_size) return path.empty() && old_root == new_root;
  if (old_size == 0) return path.empty();

  const auto old_leaves = static_cast<std::uint64_t>(old_size);
  const int level = std::countr_zero(old_leaves);
  Hash old_hash = old_root;
  if (!std::has_single_bit(old_leaves)) {
    if (path.empty()) return false;
    old_hash = path.front();
    path = path.subspan(1);
  }
  Hash new_hash = old_hash;
  Climb climb((old_leaves - 1) >> level, static_cast<std::uint64_t>(new_size - 1) >> level);
  for (const Hash& sibling : path) {
    if (climb.AtRoot()) return false;
    if (climb.StepFromRight()) {
      old_hash = HashChildren(sibling, old_hash, tree_hash);
      new_hash = HashChildren(sibling, new_hash, tree_hash);
    } else {
      new_hash = HashChildren(new_hash, sibling, tree_hash);
    }
  }
  return climb.AtRoot() && old_hash == old_root && new_hash == new_root;
}

absl::StatusOr<Appender> Appender::Resume(std::int64_t size, const NodeReader& reader, TreeHash hash) {
  RETURN_IF_ERROR(CheckSize(size));
  Appender appender(hash);
  appender.size_ = size;
  for (auto bits = static_cast<std::uint64_t>(size); bits != 0; bits &= bits - 1) {
    const int level = std::countr_zero(bits);
    ASSIGN_OR_RETURN(appender.edge_[level], reader.Node({level, (size >> level) - 1}));
  }
  return appender;
}

void Appender::Append(const Hash& leaf_hash, std::vector<NewNode>* completed) {
  assert(size_ < std::numeric_limits<std::int64_t>::max());
  Hash hash = leaf_hash;
  int level = 0;
  completed->push_back({{level, size_}, hash});
  // As in adding 1 to a binary number: each 1 carried over is a left subtree that finds its right half.
  while (((size_ >> level) & 1) != 0) {
    hash = HashChildren(edge_[level], hash, hash_);
    ++level;
    completed->push_back({{level, size_ >> level}, hash});
  }
  edge_[level] = hash;
  ++size_;
}

Hash Appender::Root() const {
  if (size_ == 0) return EmptyRoot(hash_);
  auto bits = static_cast<std::uint64_t>(size_);
  Hash root = edge_[std::countr_zero(bits)];
  while ((bits &= bits - 1) != 0) {
    root = HashChildren(edge_[std::countr_zero(bits)], root, hash_);
  }
  return root;
}

}  // namespace jixiao::archiving::log
