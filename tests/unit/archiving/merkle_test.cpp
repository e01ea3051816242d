#include "archiving/log/merkle.h"

#include "common/encoding.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace jixiao::archiving::log {
namespace {

using Hashes = std::vector<Hash>;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr int kSizes = 70;  // past 64, so that every shape of a tree of up to 6 levels and a bit occurs

// ------------------------------------------------------------------------------------ the RFC's definitions, as
// written

Hash NaiveSha256(const std::string& bytes) {
  Hash hash;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  return hash;
}

Hash NaiveLeaf(const std::string& entry) {
  return NaiveSha256(std::string(1, '\0') + entry);
}

Hash NaiveParent(const Hash& left, const Hash& right) {
  return NaiveSha256("\x01" + std::string(left.begin(), left.end()) + std::string(right.begin(), right.end()));
}

// k: the largest power of two smaller than n.
std::int64_t Split(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(n - 1)));
}

// MTH(D[first:first + n])
Hash NaiveRoot(std::span<const Hash> leaves) {
  if (leaves.empty()) return NaiveSha256("");
  if (leaves.size() == 1) return leaves.front();
  const auto k = static_cast<std::size_t>(Split(std::ssize(leaves)));
  return NaiveParent(NaiveRoot(leaves.first(k)), NaiveRoot(leaves.subspan(k)));
}

// PATH(m, D)
Hashes NaivePath(std::size_t m, std::span<const Hash> leaves) {
  if (leaves.size() == 1) return {};
  const auto k = static_cast<std::size_t>(Split(std::ssize(leaves)));
  Hashes path = m < k ? NaivePath(m, leaves.first(k)) : NaivePath(m - k, leaves.subspan(k));
  path.push_back(NaiveRoot(m < k ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

// SUBPROOF(m, D, b)
Hashes NaiveSubproof(std::size_t m, std::span<const Hash> leaves, bool b) {
  if (m == leaves.size()) return b ? Hashes{} : Hashes{NaiveRoot(leaves)};
  const auto k = static_cast<std::size_t>(Split(std::ssize(leaves)));
  Hashes proof = m <= k ? NaiveSubproof(m, leaves.first(k), b) : NaiveSubproof(m - k, leaves.subspan(k), false);
  proof.push_back(NaiveRoot(m <= k ? leaves.subspan(k) : leaves.first(k)));
  return proof;
}

// What a verifier has to compute from a proof, as a formula: 'L' and 'R' for a sibling on the left and on the right.
// Two claims with one formula accept the same proofs for the same roots, whatever their sizes; any others must not.
std::string InclusionFormula(std::int64_t index, std::int64_t size) {
  std::string siblings;
  while (size > 1) {
    const std::int64_t k = Split(size);
    const bool right = index >= k;
    siblings.insert(siblings.begin(), right ? 'L' : 'R');
    index = right ? index - k : index;
    size = right ? size - k : k;
  }
  return siblings;
}

// Likewise for the two roots of a consistency proof. 'O' is the old root, '*' the first element of the proof.
std::pair<std::string, std::string> ConsistencyFormula(std::int64_t old_size, std::int64_t new_size,
                                                       bool whole = true) {
  if (old_size == new_size) return whole ? std::pair("O", "O") : std::pair("*", "*");
  const std::int64_t k = Split(new_size);
  if (old_size <= k) {
    auto [old_root, new_root] = ConsistencyFormula(old_size, k, whole);
    return {old_root, new_root + 'R'};
  }
  auto [old_root, new_root] = ConsistencyFormula(old_size - k, new_size - k, false);
  return {old_root + 'L', new_root + 'L'};
}

// -------------------------------------------------------------------------------------------------------------
// fixtures

const Hashes& Leaves() {
  static const Hashes leaves = [] {
    Hashes hashes;
    for (int i = 0; i < kSizes; ++i) hashes.push_back(NaiveLeaf("leaf " + std::to_string(i)));
    return hashes;
  }();
  return leaves;
}

std::span<const Hash> Prefix(std::int64_t size) {
  return std::span(Leaves()).first(static_cast<std::size_t>(size));
}

const Hash& RootOf(std::int64_t size) {
  static const Hashes roots = [] {
    Hashes hashes;
    for (int n = 0; n <= kSizes; ++n) hashes.push_back(NaiveRoot(Prefix(n)));
    return hashes;
  }();
  return roots[static_cast<std::size_t>(size)];
}

// Reads of the tree of `size` leaves, with what a caller must not do made to fail: reading a subtree that is not
// complete, or reading one twice.
class TestReader : public NodeReader {
 public:
  explicit TestReader(std::int64_t size) : size_(size) {}

  absl::StatusOr<Hash> Node(NodeId id) const override {
    EXPECT_TRUE(reads_.insert(id).second) << "read again: " << id.level << ", " << id.index;
    if (id.level < 0 || id.level > 62 || id.index < 0 || id.index >= size_ >> id.level) {
      ADD_FAILURE() << "not complete: level " << id.level << ", index " << id.index << " of a tree of " << size_;
      return absl::NotFoundError("no such node");
    }
    return Read(id);
  }

  int reads() const { return static_cast<int>(reads_.size()); }

 protected:
  virtual Hash Read(NodeId id) const {
    static std::map<NodeId, Hash> cache;
    const auto [entry, fresh] = cache.try_emplace(id);
    const auto leaves = std::size_t{1} << id.level;
    if (fresh)
      entry->second = NaiveRoot(std::span(Leaves()).subspan(static_cast<std::size_t>(id.index) * leaves, leaves));
    return entry->second;
  }

 private:
  std::int64_t size_;
  mutable std::set<NodeId> reads_;
};

// A tree of any size whose leaves are all the same.
class UniformReader : public TestReader {
 public:
  using TestReader::TestReader;

 protected:
  Hash Read(NodeId id) const override {
    static const Hashes by_level = [] {
      Hashes hashes{NaiveLeaf("same")};
      while (hashes.size() < 63) hashes.push_back(NaiveParent(hashes.back(), hashes.back()));
      return hashes;
    }();
    return by_level[static_cast<std::size_t>(id.level)];
  }
};

class FailingReader : public NodeReader {
 public:
  absl::StatusOr<Hash> Node(NodeId) const override { return absl::UnavailableError("the table is away"); }
};

int BitWidth(std::int64_t n) {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n)));
}
int PopCount(std::int64_t n) {
  return std::popcount(static_cast<std::uint64_t>(n));
}

template <typename Bytes>
Bytes Flipped(Bytes bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<typename Bytes::value_type>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

std::int64_t FlippedInteger(std::int64_t n, int bit) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(n) ^ (std::uint64_t{1} << bit));
}

// Every proof that differs from `proof` by one bit, by one hash that is missing, doubled or exchanged with its
// neighbour, or by one more at either end.
std::vector<Hashes> Damaged(const Hashes& proof) {
  std::vector<Hashes> all;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    for (std::size_t bit = 0; bit < 256; ++bit) {
      all.push_back(proof);
      all.back()[i] = Flipped(proof[i], bit);
    }
    all.push_back(proof);
    all.back().erase(all.back().begin() + at);
    all.push_back(proof);
    all.back().insert(all.back().begin() + at, proof[i]);
    if (i > 0 && proof[i - 1] != proof[i]) {
      all.push_back(proof);
      std::swap(all.back()[i - 1], all.back()[i]);
    }
  }
  all.push_back(proof);
  all.back().push_back(Hash{});
  all.push_back(proof);
  all.back().insert(all.back().begin(), Hash{});
  return all;
}

// --------------------------------------------------------------------------------------- published values of RFC 6962
// logs

const std::string_view kVectorLeaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};

const std::string_view kVectorRoots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

// Stores what an Appender completes, as a log does.
class Table : public NodeReader {
 public:
  void Put(const std::vector<NewNode>& nodes) {
    for (const NewNode& node : nodes) {
      EXPECT_TRUE(nodes_.emplace(node.id, node.hash).second) << "completed twice";
    }
  }
  absl::StatusOr<Hash> Node(NodeId id) const override {
    const auto found = nodes_.find(id);
    if (found == nodes_.end()) return absl::NotFoundError("no such node");
    return found->second;
  }
  const std::map<NodeId, Hash>& nodes() const { return nodes_; }

 private:
  std::map<NodeId, Hash> nodes_;
};

std::vector<std::string> HexOf(const Hashes& hashes) {
  std::vector<std::string> texts;
  for (const Hash& hash : hashes) texts.push_back(Hex(hash));
  return texts;
}

TEST(PublishedVectors, RootsAndProofs) {
  Appender appender;
  Table table;
  EXPECT_EQ(Hex(appender.Root()), kVectorRoots[0]);
  EXPECT_EQ(Hex(EmptyRoot()), kVectorRoots[0]);
  for (std::int64_t size = 1; size <= 8; ++size) {
    std::vector<NewNode> completed;
    appender.Append(HashLeaf(DecodeHex(kVectorLeaves[size - 1]).value()), &completed);
    table.Put(completed);
    EXPECT_EQ(appender.size(), size);
    EXPECT_EQ(Hex(appender.Root()), kVectorRoots[size]);
    EXPECT_EQ(Hex(Root(size, table).value()), kVectorRoots[size]);
  }
  EXPECT_EQ(HexOf(InclusionProof(0, 8, table).value()),
            (std::vector<std::string>{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(HexOf(InclusionProof(2, 3, table).value()), std::vector<std::string>{std::string(kVectorRoots[2])});
  EXPECT_EQ(HexOf(ConsistencyProof(6, 8, table).value()),
            (std::vector<std::string>{"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(HexOf(ConsistencyProof(2, 5, table).value()),
            (std::vector<std::string>{"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

// ---------------------------------------------------------------------------------------------------------------
// hashing

TEST(Hashing, HasTheRfcsPrefixes) {
  for (const std::size_t size : {0, 1, 31, 32, 55, 56, 63, 64, 65, 100'000}) {
    const std::string entry(size, 'x');
    EXPECT_EQ(HashLeaf(std::vector<std::uint8_t>(entry.begin(), entry.end())), NaiveLeaf(entry));
  }
  EXPECT_EQ(HashChildren(Leaves()[0], Leaves()[1]), NaiveParent(Leaves()[0], Leaves()[1]));
  EXPECT_NE(HashChildren(Leaves()[0], Leaves()[1]), HashChildren(Leaves()[1], Leaves()[0]));
}

TEST(Hashing, WorksInManyThreads) {
  std::vector<Hash> chains(8);
  {
    std::vector<std::jthread> threads;
    for (Hash& chain : chains) {
      threads.emplace_back([&chain] {
        for (int i = 0; i < 2000; ++i) chain = HashChildren(chain, HashLeaf(chain));
      });
    }
  }
  for (const Hash& chain : chains) EXPECT_EQ(chain, chains.front());
}

// ------------------------------------------------------------------------------------------------------ roots and
// proofs

TEST(RootTest, EqualsTheDefinition) {
  for (std::int64_t size = 0; size <= kSizes; ++size) {
    const TestReader reader(size);
    EXPECT_EQ(Root(size, reader).value(), RootOf(size)) << size;
    EXPECT_EQ(reader.reads(), PopCount(size));
  }
}

TEST(InclusionProofTest, EqualsTheDefinitionAndVerifiesForEveryLeafOfEveryTree) {
  for (std::int64_t size = 1; size <= kSizes; ++size) {
    int most_reads = 0;
    for (std::int64_t index = 0; index < size; ++index) {
      const TestReader reader(size);
      const auto proof = InclusionProof(index, size, reader);
      ASSERT_TRUE(proof.ok()) << proof.status();
      EXPECT_EQ(*proof, NaivePath(static_cast<std::size_t>(index), Prefix(size))) << index << " of " << size;
      EXPECT_TRUE(VerifyInclusion(index, size, Prefix(size)[static_cast<std::size_t>(index)], *proof, RootOf(size)));
      EXPECT_EQ(reader.reads(), BitWidth(index ^ size) - 1 + PopCount(size) - 1) << index << " of " << size;
      most_reads = std::max(most_reads, reader.reads());
    }
    EXPECT_LE(most_reads, 2 * (BitWidth(size) - 1));
  }
}

TEST(ConsistencyProofTest, EqualsTheDefinitionAndVerifiesForEveryPairOfTrees) {
  for (std::int64_t new_size = 0; new_size <= kSizes; ++new_size) {
    for (std::int64_t old_size = 0; old_size <= new_size; ++old_size) {
      const TestReader reader(new_size);
      const auto proof = ConsistencyProof(old_size, new_size, reader);
      ASSERT_TRUE(proof.ok()) << proof.status();
      const Hashes expected =
          old_size == 0 ? Hashes() : NaiveSubproof(static_cast<std::size_t>(old_size), Prefix(new_size), true);
      EXPECT_EQ(*proof, expected) << old_size << " to " << new_size;
      EXPECT_TRUE(VerifyConsistency(old_size, new_size, RootOf(old_size), RootOf(new_size), *proof))
          << old_size << " to " << new_size;
      EXPECT_LE(reader.reads(), new_size == 0 ? 0 : 2 * (BitWidth(new_size) - 1) + 1);
    }
  }
}

TEST(Proofs, ReachTheirBoundsOfReads) {
  const TestReader inclusion(63);
  ASSERT_TRUE(InclusionProof(0, 63, inclusion).ok());
  EXPECT_EQ(inclusion.reads(), 2 * 5);
  const TestReader consistency(63);
  ASSERT_TRUE(ConsistencyProof(31, 63, consistency).ok());
  EXPECT_EQ(consistency.reads(), 2 * 5 + 1);
}

TEST(Proofs, WorkForTreesOfAnySize) {
  const Hash leaf = NaiveLeaf("same");
  for (const std::int64_t size : {kMax, kMax - 1, kMax / 2 + 1, kMax / 2 + 2, kMax / 3, std::int64_t{1} << 40}) {
    const Hash root = Root(size, UniformReader(size)).value();
    EXPECT_EQ(Appender::Resume(size, UniformReader(size)).value().Root(), root);
    for (const std::int64_t other : {std::int64_t{1}, size / 7, size / 2, size / 2 + 1, size - 2, size - 1}) {
      const UniformReader reader(size);
      const auto path = InclusionProof(other, size, reader);
      ASSERT_TRUE(path.ok()) << path.status();
      EXPECT_TRUE(VerifyInclusion(other, size, leaf, *path, root)) << other << " of " << size;
      EXPECT_LE(reader.reads(), 2 * (BitWidth(size) - 1));

      const UniformReader second(size);
      const auto proof = ConsistencyProof(other, size, second);
      ASSERT_TRUE(proof.ok()) << proof.status();
      EXPECT_TRUE(VerifyConsistency(other, size, Root(other, UniformReader(other)).value(), root, *proof));
      EXPECT_LE(second.reads(), 2 * (BitWidth(size) - 1) + 1);
    }
  }
}

TEST(Proofs, RefuseArgumentsOutOfRangeWithTheFigures) {
  const TestReader reader(5);
  const auto code = [](const auto& result) { return result.status().code(); };
  EXPECT_EQ(code(Root(-1, reader)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Appender::Resume(-1, reader)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(InclusionProof(-1, 5, reader)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(InclusionProof(0, -5, reader)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(InclusionProof(0, 0, reader)), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(code(InclusionProof(kMax, kMax, reader)), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(InclusionProof(5, 5, reader).status(), absl::OutOfRangeError("leaf 5 of a tree of 5 leaves"));
  EXPECT_EQ(code(ConsistencyProof(-1, 5, reader)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(ConsistencyProof(-2, -1, reader)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(ConsistencyProof(0, -1, reader)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ConsistencyProof(6, 5, reader).status(),
            absl::OutOfRangeError("consistency of a tree of 6 leaves with a smaller one of 5"));
  EXPECT_EQ(reader.reads(), 0);
}

TEST(Proofs, PassOnTheReadersErrors) {
  const FailingReader reader;
  const absl::Status error = absl::UnavailableError("the table is away");
  EXPECT_EQ(Root(5, reader).status(), error);
  EXPECT_EQ(Appender::Resume(5, reader).status(), error);
  EXPECT_EQ(InclusionProof(0, 5, reader).status(), error);
  EXPECT_EQ(InclusionProof(3, 4, reader).status(), error);
  EXPECT_EQ(ConsistencyProof(3, 5, reader).status(), error);
  EXPECT_EQ(ConsistencyProof(4, 5, reader).status(), error);
}

// ----------------------------------------------------------------------------------------------------------
// verification

TEST(VerifyInclusionTest, RefusesEveryFlippedBit) {
  for (const std::int64_t size : {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33, 63, 70}) {
    for (std::int64_t index = 0; index < size; ++index) {
      const Hash& leaf = Leaves()[static_cast<std::size_t>(index)];
      const Hash& root = RootOf(size);
      const Hashes proof = InclusionProof(index, size, TestReader(size)).value();
      for (std::size_t bit = 0; bit < 256; ++bit) {
        EXPECT_FALSE(VerifyInclusion(index, size, Flipped(leaf, bit), proof, root));
        EXPECT_FALSE(VerifyInclusion(index, size, leaf, proof, Flipped(root, bit)));
      }
      for (const Hashes& damaged : Damaged(proof)) {
        EXPECT_FALSE(VerifyInclusion(index, size, leaf, damaged, root)) << index << " of " << size;
      }
      // The index and the size are only as firm as the formula they stand for; see InclusionFormula.
      for (int bit = 0; bit < 64; ++bit) {
        const auto expect = [&](std::int64_t i, std::int64_t n) {
          const bool same = i >= 0 && i < n && InclusionFormula(i, n) == InclusionFormula(index, size);
          EXPECT_EQ(VerifyInclusion(i, n, leaf, proof, root), same)
              << index << " of " << size << " as " << i << " of " << n;
          if (n == size) {
            EXPECT_FALSE(same);
          }
        };
        expect(FlippedInteger(index, bit), size);
        expect(index, FlippedInteger(size, bit));
      }
    }
  }
}

TEST(VerifyInclusionTest, AcceptsAnotherPlaceOnlyWithTheSameFormula) {
  constexpr std::int64_t kUpTo = 20;
  for (std::int64_t size = 1; size <= kUpTo; ++size) {
    for (std::int64_t index = 0; index < size; ++index) {
      const Hashes proof = InclusionProof(index, size, TestReader(size)).value();
      for (std::int64_t n = 0; n <= kUpTo; ++n) {
        for (std::int64_t i = -1; i <= n; ++i) {
          const bool same = i >= 0 && i < n && InclusionFormula(i, n) == InclusionFormula(index, size);
          EXPECT_EQ(VerifyInclusion(i, n, Leaves()[static_cast<std::size_t>(index)], proof, RootOf(size)), same);
        }
      }
    }
  }
}

TEST(VerifyInclusionTest, RefusesMalformedArguments) {
  const Hash& leaf = Leaves()[0];
  EXPECT_TRUE(VerifyInclusion(0, 1, leaf, {}, leaf));
  EXPECT_FALSE(VerifyInclusion(0, 0, leaf, {}, leaf));
  EXPECT_FALSE(VerifyInclusion(1, 1, leaf, {}, leaf));
  EXPECT_FALSE(VerifyInclusion(-1, 1, leaf, {}, leaf));
  EXPECT_FALSE(VerifyInclusion(-1, -1, leaf, {}, leaf));
  EXPECT_FALSE(VerifyInclusion(-2, -1, leaf, {}, leaf));
  EXPECT_FALSE(VerifyInclusion(kMax, kMax, leaf, {}, leaf));
  EXPECT_FALSE(VerifyInclusion(kMax - 1, kMax, leaf, {}, leaf));
  EXPECT_FALSE(VerifyInclusion(std::numeric_limits<std::int64_t>::min(), 1, leaf, {}, leaf));
  const Hashes endless(1000, leaf);
  EXPECT_FALSE(VerifyInclusion(0, kMax, leaf, endless, leaf));
}

TEST(VerifyInclusionTest, RefusesAnInnerNodeAsALeaf) {
  // Leaf number 1 of the tree of 2 "leaves" that the two inner nodes below the root of a tree of 4 would be.
  const Hash left = NaiveRoot(Prefix(2));
  const Hash right = NaiveRoot(Prefix(4).subspan(2));
  const std::string entry = std::string(left.begin(), left.end()) + std::string(right.begin(), right.end());
  EXPECT_NE(HashLeaf(std::vector<std::uint8_t>(entry.begin(), entry.end())), RootOf(4));
}

TEST(VerifyConsistencyTest, RefusesEveryFlippedBit) {
  for (const std::int64_t new_size : {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33, 63, 70}) {
    for (std::int64_t old_size = 1; old_size <= new_size; ++old_size) {
      const Hash& old_root = RootOf(old_size);
      const Hash& new_root = RootOf(new_size);
      const Hashes proof = ConsistencyProof(old_size, new_size, TestReader(new_size)).value();
      for (std::size_t bit = 0; bit < 256; ++bit) {
        EXPECT_FALSE(VerifyConsistency(old_size, new_size, Flipped(old_root, bit), new_root, proof));
        EXPECT_FALSE(VerifyConsistency(old_size, new_size, old_root, Flipped(new_root, bit), proof));
      }
      for (const Hashes& damaged : Damaged(proof)) {
        EXPECT_FALSE(VerifyConsistency(old_size, new_size, old_root, new_root, damaged))
            << old_size << " to " << new_size;
      }
      for (int bit = 0; bit < 64; ++bit) {
        const auto expect = [&](std::int64_t m, std::int64_t n) {
          const bool same = m > 0 && m <= n && ConsistencyFormula(m, n) == ConsistencyFormula(old_size, new_size);
          EXPECT_EQ(VerifyConsistency(m, n, old_root, new_root, proof), same)
              << old_size << " to " << new_size << " as " << m << " to " << n;
        };
        expect(FlippedInteger(old_size, bit), new_size);
        expect(old_size, FlippedInteger(new_size, bit));
      }
    }
  }
}

TEST(VerifyConsistencyTest, AcceptsOtherSizesOnlyWithTheSameFormula) {
  constexpr std::int64_t kUpTo = 20;
  for (std::int64_t new_size = 1; new_size <= kUpTo; ++new_size) {
    for (std::int64_t old_size = 1; old_size <= new_size; ++old_size) {
      const Hashes proof = ConsistencyProof(old_size, new_size, TestReader(new_size)).value();
      for (std::int64_t n = -1; n <= kUpTo; ++n) {
        for (std::int64_t m = -1; m <= n + 1; ++m) {
          const bool same = m > 0 && m <= n && ConsistencyFormula(m, n) == ConsistencyFormula(old_size, new_size);
          EXPECT_EQ(VerifyConsistency(m, n, RootOf(old_size), RootOf(new_size), proof), same)
              << old_size << " to " << new_size << " as " << m << " to " << n;
        }
      }
    }
  }
}

TEST(VerifyConsistencyTest, RefusesAForkedLog) {
  // The same log with leaf 3 rewritten, and honest proofs about that log.
  Hashes forked(Leaves());
  forked[3] = NaiveLeaf("rewritten");
  for (std::int64_t old_size = 4; old_size <= 20; ++old_size) {
    for (std::int64_t new_size = old_size; new_size <= 20; ++new_size) {
      const auto fork = std::span<const Hash>(forked).first(static_cast<std::size_t>(new_size));
      const Hashes proof = NaiveSubproof(static_cast<std::size_t>(old_size), fork, true);
      EXPECT_FALSE(VerifyConsistency(old_size, new_size, RootOf(old_size), NaiveRoot(fork), proof));
      EXPECT_TRUE(VerifyConsistency(old_size, new_size, NaiveRoot(fork.first(static_cast<std::size_t>(old_size))),
                                    NaiveRoot(fork), proof));
    }
  }
}

TEST(VerifyConsistencyTest, DefinesTheEmptyTreeAndEqualSizes) {
  const Hash& root = RootOf(5);
  const Hashes one{root};
  EXPECT_TRUE(VerifyConsistency(0, 5, EmptyRoot(), root, {}));
  EXPECT_FALSE(VerifyConsistency(0, 5, EmptyRoot(), root, one));
  EXPECT_FALSE(VerifyConsistency(0, 5, root, root, {}));
  EXPECT_TRUE(VerifyConsistency(0, 0, EmptyRoot(), EmptyRoot(), {}));
  EXPECT_FALSE(VerifyConsistency(0, 0, EmptyRoot(), root, {}));
  EXPECT_FALSE(VerifyConsistency(0, 0, root, root, {}));
  EXPECT_TRUE(VerifyConsistency(5, 5, root, root, {}));
  EXPECT_FALSE(VerifyConsistency(5, 5, root, RootOf(4), {}));
  EXPECT_FALSE(VerifyConsistency(5, 5, root, root, one));
}

TEST(VerifyConsistencyTest, RefusesMalformedArguments) {
  const Hash& root = RootOf(5);
  EXPECT_FALSE(VerifyConsistency(-1, 5, root, root, {}));
  EXPECT_FALSE(VerifyConsistency(-1, -1, root, root, {}));
  EXPECT_FALSE(VerifyConsistency(0, -1, EmptyRoot(), root, {}));
  EXPECT_FALSE(VerifyConsistency(6, 5, root, root, {}));
  EXPECT_FALSE(VerifyConsistency(3, 5, root, root, {}));
  EXPECT_FALSE(VerifyConsistency(4, 5, root, root, {}));
  EXPECT_FALSE(VerifyConsistency(kMax - 1, kMax, root, root, {}));
  EXPECT_FALSE(VerifyConsistency(1, kMax, root, root, Hashes(1000, root)));
  EXPECT_FALSE(VerifyConsistency(std::numeric_limits<std::int64_t>::min(), kMax, root, root, {}));
}

// --------------------------------------------------------------------------------------------------------------
// appender

TEST(AppenderTest, CompletesEveryCompleteSubtreeOnceAndNoOther) {
  Appender appender;
  Table table;
  for (std::int64_t size = 1; size <= kSizes; ++size) {
    std::vector<NewNode> completed;
    appender.Append(Leaves()[static_cast<std::size_t>(size - 1)], &completed);
    ASSERT_FALSE(completed.empty());
    EXPECT_EQ(completed.front(), (NewNode{{0, size - 1}, Leaves()[static_cast<std::size_t>(size - 1)]}));
    for (std::size_t level = 0; level < completed.size(); ++level) {
      EXPECT_EQ(completed[level].id.level, static_cast<int>(level));
    }
    table.Put(completed);
    EXPECT_EQ(appender.Root(), RootOf(size));

    const TestReader all(size);
    std::size_t count = 0;
    for (int level = 0; size >> level != 0; ++level) {
      for (std::int64_t index = 0; index < size >> level; ++index, ++count) {
        EXPECT_EQ(table.Node({level, index}).value(), all.Node({level, index}).value());
      }
    }
    EXPECT_EQ(table.nodes().size(), count);
    EXPECT_LT(count, static_cast<std::size_t>(2 * size));
  }
}

TEST(AppenderTest, AddsToTheOutput) {
  Appender appender;
  std::vector<NewNode> completed;
  for (const Hash& leaf : Prefix(4)) appender.Append(leaf, &completed);
  const std::vector<NodeId> expected{{0, 0}, {0, 1}, {1, 0}, {0, 2}, {0, 3}, {1, 1}, {2, 0}};
  ASSERT_EQ(completed.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(completed[i].id, expected[i]);
}

TEST(AppenderTest, ResumedAtAnySizeIsTheSameAsFromTheStart) {
  for (std::int64_t size = 0; size <= kSizes; ++size) {
    const TestReader reader(size);
    auto resumed = Appender::Resume(size, reader);
    ASSERT_TRUE(resumed.ok()) << resumed.status();
    EXPECT_EQ(reader.reads(), PopCount(size));
    EXPECT_EQ(resumed->size(), size);
    EXPECT_EQ(resumed->Root(), RootOf(size));

    Appender whole;
    std::vector<NewNode> of_whole;
    for (const Hash& leaf : Prefix(size)) whole.Append(leaf, &of_whole);
    for (std::int64_t next = size; next < kSizes; ++next) {
      std::vector<NewNode> of_resumed;
      of_whole.clear();
      resumed->Append(Leaves()[static_cast<std::size_t>(next)], &of_resumed);
      whole.Append(Leaves()[static_cast<std::size_t>(next)], &of_whole);
      EXPECT_EQ(of_resumed, of_whole);
      EXPECT_EQ(resumed->Root(), RootOf(next + 1));
    }
  }
}

TEST(AppenderTest, ACopyCanBeThrownAway) {
  Appender appender = Appender::Resume(7, TestReader(7)).value();
  Appender attempt = appender;
  std::vector<NewNode> discarded;
  attempt.Append(NaiveLeaf("rolled back"), &discarded);
  EXPECT_EQ(appender.size(), 7);
  EXPECT_EQ(appender.Root(), RootOf(7));
  std::vector<NewNode> completed;
  appender.Append(Leaves()[7], &completed);
  EXPECT_EQ(appender.Root(), RootOf(8));
}

TEST(AppenderTest, AppendsTheLastLeafItCanCount) {
  Appender appender = Appender::Resume(kMax - 1, UniformReader(kMax - 1)).value();
  std::vector<NewNode> completed;
  appender.Append(NaiveLeaf("same"), &completed);
  EXPECT_EQ(appender.size(), kMax);
  EXPECT_EQ(appender.Root(), Root(kMax, UniformReader(kMax)).value());

  appender = Appender::Resume(kMax / 2, UniformReader(kMax / 2)).value();
  completed.clear();
  appender.Append(NaiveLeaf("same"), &completed);
  EXPECT_EQ(completed.size(), 63u);
  EXPECT_EQ(completed.back().id, (NodeId{62, 0}));
  EXPECT_EQ(appender.Root(), Root(kMax / 2 + 1, UniformReader(kMax / 2 + 1)).value());
}

}  // namespace
}  // namespace jixiao::archiving::log
