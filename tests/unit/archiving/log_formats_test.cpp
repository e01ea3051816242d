// The log in the formats of C2SP. The vectors were computed outside this project, with Python's hashlib and OpenSSL's
// command line.
#include "archiving/log/log_proof.h"
#include "archiving/log/note.h"
#include "archiving/log/tiles.h"
#include "archiving/log/witness.h"
#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "unit/temporary_folder.h"

namespace jixiao::archiving::log {
namespace {

using absl::StatusCode;

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Nodes final : public NodeReader {
 public:
  absl::StatusOr<Hash> Node(NodeId id) const override {
    const auto found = nodes.find(id);
    if (found == nodes.end()) return absl::DataLossError("no such node");
    return found->second;
  }
  std::map<NodeId, Hash> nodes;
};

// ---------------------------------------------------------------------------------------------------------- functions

TEST(TreeHash, AgreesWithHashlib) {
  struct Vector {
    const char* name;
    const char* root;  // of the leaves a, b, c
    const char* empty;
  };
  for (const Vector& vector : {Vector{"sha256", "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1",
                                      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                               Vector{"sm3", "2706e4e4d41c1ed9c3fe7f7822bf360a67abcc052cc2c00022c1313ec3ded965",
                                      "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
                               Vector{"sha3-256", "3eaea59d209d4f38ef1fec603f66e86df85d5d8af007985389422debfeaf2e30",
                                      "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
                               Vector{"sha512-256", "99600282b6cad333fd2247671cadfd0a100dcf22e9cf2316cf42d165fc2fea01",
                                      "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a"}}) {
    const auto hash = TreeHashNamed(vector.name);
    ASSERT_TRUE(hash.ok());
    EXPECT_EQ(NameOf(*hash), vector.name);
    EXPECT_EQ(Hex(EmptyRoot(*hash)), vector.empty);
    Appender appender(*hash);
    Nodes nodes;
    for (const char* leaf : {"a", "b", "c"}) {
      std::vector<NewNode> completed;
      appender.Append(HashLeaf(Bytes(leaf), *hash), &completed);
      for (const NewNode& node : completed) nodes.nodes[node.id] = node.hash;
    }
    EXPECT_EQ(Hex(appender.Root()), vector.root);
    EXPECT_EQ(Root(3, nodes, *hash).value(), appender.Root());
    for (std::int64_t i = 0; i < 3; ++i) {
      const auto path = InclusionProof(i, 3, nodes, *hash).value();
      const Hash leaf = nodes.nodes.at({0, i});
      EXPECT_TRUE(VerifyInclusion(i, 3, leaf, path, appender.Root(), *hash));
      const TreeHash other = *hash == TreeHash::kSm3 ? TreeHash::kSha3 : TreeHash::kSm3;
      EXPECT_FALSE(VerifyInclusion(i, 3, leaf, path, appender.Root(), other));
    }
    const auto proof = ConsistencyProof(1, 3, nodes, *hash).value();
    EXPECT_TRUE(VerifyConsistency(1, 3, nodes.nodes.at({0, 0}), appender.Root(), proof, *hash));
  }
  EXPECT_FALSE(TreeHashNamed("md5").ok());
}

// --------------------------------------------------------------------------------------------------------------- keys

constexpr std::string_view kText =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
constexpr std::string_view kWitness = "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr std::string_view kCosignature =
    "— witness.example/w1 "
    "519lMgAAAABkGFDLBuRDazBLVac2NE+Y+IjbjQOcXLfF9CSDZVUIoS83rE1nFZsVE8YiWV6Ngr7lV8H6bdoBQGP/l73euDMQ9k+bBQ==\n";
constexpr std::string_view kSm2Key =
    "example.com/archive+b5d81e40+/2ppeGlhby9zbTItc20zBGM5e9yYI3xI6PXYVqcSOAyLA9G6pzhCwe6BVUAOjtHkDLN0phyKUI6NdGZdWHVk6"
    "SffEgpyn6TZeloOmMMfFKU=";
constexpr std::string_view kSm2Signature =
    "— example.com/archive "
    "tdgeQDBFAiEAzvFZT0jxEL4XSqEgtLWyWnD3bDAUg4f03RxgNIycZu4CIHve6TowaUpFItZ1m/PwHyqMvVGMjIphdvQr+Ro3GH4x\n";

TEST(Cosignature, OfAnotherProgramVerifies) {
  const auto witness = Verifier::Parse(kWitness);
  ASSERT_TRUE(witness.ok()) << witness.status();
  EXPECT_EQ(witness->type(), KeyType::kCosigner);
  EXPECT_EQ(witness->Key(), kWitness);
  const auto signature = witness->SignatureIn(Cat(kText, "\n", kCosignature));
  ASSERT_TRUE(signature.ok()) << signature.status();
  EXPECT_EQ(signature->time, 1679315147);
  EXPECT_EQ(signature->line, kCosignature);
}

TEST(Sm2, SignatureOfAnotherProgramVerifies) {
  const auto verifier = Verifier::Parse(kSm2Key);
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  EXPECT_EQ(verifier->type(), KeyType::kSm2);
  EXPECT_EQ(verifier->Key(), kSm2Key);
  const auto text = verifier->OpenNote(Cat(kText, "\n", kSm2Signature));
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, kText);
}

class NoteKeys : public ::testing::TestWithParam<KeyType> {
 protected:
  Signer Make(const std::string& file) {
    return Signer::LoadOrCreate(folder_ / file, "example.com/k", GetParam()).value();
  }
  TemporaryFolder folder_;
};

TEST_P(NoteKeys, EveryFlippedBitIsFound) {
  const Signer signer = Make("key");
  const Verifier verifier = Verifier::Parse(signer.VerifierKey()).value();
  EXPECT_EQ(verifier.type(), GetParam());
  const std::string note = signer.SignNote(kText, 1679315147);
  ASSERT_TRUE(verifier.OpenNote(note).ok()) << verifier.OpenNote(note).status();
  for (std::size_t i = 0; i < note.size(); ++i)
    for (int bit = 0; bit < 8; bit += i % 3 == 0 ? 1 : 3) {
      std::string spoilt = note;
      spoilt[i] = static_cast<char>(spoilt[i] ^ (1 << bit));
      EXPECT_FALSE(verifier.OpenNote(spoilt).ok()) << "byte " << i << " bit " << bit;
    }
}

TEST_P(NoteKeys, AreLoadedAgainAndAreTheirOwn) {
  const Signer signer = Make("key");
  EXPECT_EQ(Make("key").VerifierKey(), signer.VerifierKey());
  const Verifier other = Verifier::Parse(Make("other").VerifierKey()).value();
  EXPECT_EQ(other.OpenNote(signer.SignNote(kText)).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(other.SignatureIn(signer.SignNote(kText)).status().code(), StatusCode::kNotFound);
}

TEST_P(NoteKeys, OtherSignaturesArePassedOver) {
  const Signer signer = Make("key");
  const std::string note = Cat(kText, "\n", kCosignature, kSm2Signature, signer.SignatureLine(kText, 5));
  for (const std::string& key : {signer.VerifierKey(), std::string(kWitness), std::string(kSm2Key)})
    EXPECT_TRUE(Verifier::Parse(key)->OpenNote(note).ok()) << key;
}

INSTANTIATE_TEST_SUITE_P(Types, NoteKeys, ::testing::Values(KeyType::kEd25519, KeyType::kCosigner, KeyType::kSm2));

TEST(NoteKeyFiles, TheFileDecides) {
  TemporaryFolder folder;
  const auto sm2 = Signer::LoadOrCreate(folder / "key", "example.com/k", KeyType::kSm2);
  ASSERT_TRUE(sm2.ok()) << sm2.status();
  EXPECT_EQ(Signer::LoadOrCreate(folder / "key", "example.com/k", KeyType::kEd25519)->VerifierKey(),
            sm2->VerifierKey());
  EXPECT_EQ(Signer::LoadOrCreate(folder / "key", "example.com/k", KeyType::kCosigner).status().code(),
            StatusCode::kFailedPrecondition)
      << "witnesses sign with Ed25519";
}

TEST(NoteKeyFiles, NoPointOfTheCurveIsNoKey) {
  std::string typed = Cat("\xffjixiao/sm2-sm3", std::string(1, '\x04'), std::string(64, '\x05'));
  const auto id = Sha256(Cat("k\n", typed));
  const std::string key = Cat("k+", Hex(std::span(id).first(4)), "+", Base64(Bytes(typed)));
  EXPECT_EQ(Verifier::Parse(key).status().code(), StatusCode::kInvalidArgument);
}

// -------------------------------------------------------------------------------------------------------------- tiles

TEST(Tiles, PathsAreWhatTheSpecificationWrites) {
  EXPECT_EQ(PathOf({0, 1234067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(PathOf({TileName::kEntries, 0, 17}), "tile/entries/000.p/17");
  EXPECT_EQ(PathOf({2, 999, 256}), "tile/2/999");
  EXPECT_EQ(PathOf({1, 1000, 1}), "tile/1/x001/000.p/1");
  for (const TileName& tile : {TileName{0, 1234067, 256}, TileName{TileName::kEntries, 0, 17}, TileName{7, 5, 255},
                               TileName{3, 1'000'000'000, 1}}) {
    const auto parsed = ParseTilePath(PathOf(tile));
    ASSERT_TRUE(parsed.ok()) << PathOf(tile);
    EXPECT_EQ(*parsed, tile);
  }
  for (const char* path : {"",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/1",
                           "tile/0/01",
                           "tile/0/0001",
                           "tile/00/001",
                           "tile/8/000",
                           "tile/-1/000",
                           "tile/0/001/002",
                           "tile/0/x001/2",
                           "tile/0/x000/001",
                           "tile/0/001.p/0",
                           "tile/0/001.p/256",
                           "tile/0/001.p/01",
                           "tile/0/001.p/",
                           "tile/entries/1",
                           "tile/0/001/",
                           "/tile/0/001",
                           "tile/0/x001",
                           "tile/0/../001",
                           "tile/0/999999999999999999999",
                           "checkpoint"})
    EXPECT_FALSE(ParseTilePath(path).ok()) << path;
}

class TiledLog : public ::testing::Test {
 protected:
  void Grow(std::int64_t size) {
    while (appender_.size() < size) {
      std::vector<NewNode> completed;
      appender_.Append(HashLeaf(Bytes(Cat(appender_.size()))), &completed);
      for (const NewNode& node : completed) nodes_.nodes[node.id] = node.hash;
    }
  }
  std::string Tile(const TileName& tile) const {
    std::vector<Hash> hashes;
    for (int i = 0; i < tile.width; ++i) hashes.push_back(nodes_.nodes.at({tile.node_level(), tile.first() + i}));
    return EncodeTile(hashes);
  }
  std::string Digest(const TileName& tile) const { return DigestOf(Tile(tile)).substr(7); }

  Appender appender_;
  Nodes nodes_;
};

// The tree that the specification takes for its example.
TEST_F(TiledLog, SeventyThousandLeavesGiveTheTilesOfTheSpecification) {
  Grow(70000);
  std::map<int, std::pair<int, int>> found;  // by level: full and width of the partial one
  ASSERT_TRUE(ForEachTile(70000, [&](const TileName& tile) {
                if (tile.width == kTileWidth)
                  ++found[tile.level].first;
                else
                  found[tile.level].second = tile.width;
                EXPECT_TRUE(IsIn(tile, 70000)) << PathOf(tile);
                return absl::OkStatus();
              }).ok());
  using Count = std::map<int, std::pair<int, int>>;
  EXPECT_EQ(found, (Count{{TileName::kEntries, {273, 112}}, {0, {273, 112}}, {1, {1, 17}}, {2, {0, 1}}}));
  EXPECT_EQ(Digest({0, 272, 256}), "c2f1c18b351a6cde9fbab7bd56276cb209b7dabaf10512b6fc863db3ef9a76b2");
  EXPECT_EQ(Digest({0, 273, 112}), "4d21244557c976993a9a89bf928a46b5a876585228df279878239fd84489e5a5");
  EXPECT_EQ(Digest({1, 0, 256}), "ea7b038bc73489c89c31a27ac355aaca65a4ed73f0dd7484e68deb29d30f10a2");
  EXPECT_EQ(Digest({1, 1, 17}), "adfaca2731630fe7944a4b98a0f98ef3e98685eafda09e6f81070218fb759ce4");
  EXPECT_EQ(Hex(Bytes(Tile({2, 0, 1}))), "f025d06ed804859fd274a1bdacadd6e48ea87634aa91e1edb20143f9498cd02b");
  EXPECT_EQ(Hex(appender_.Root()), "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e");
  EXPECT_FALSE(IsIn({0, 273, 113}, 70000));
  EXPECT_FALSE(IsIn({0, 273, 256}, 70000));
  EXPECT_FALSE(IsIn({0, 274, 1}, 70000));
  EXPECT_FALSE(IsIn({1, 1, 18}, 70000));
}

TEST_F(TiledLog, ProofsReadFromTilesAreTheLogs) {
  Grow(1500);
  for (const std::int64_t size : {1, 2, 255, 256, 257, 511, 512, 513, 1023, 1500}) {
    std::set<std::string> tiles;
    const TileReader reader(size, [&](const TileName& tile) -> absl::StatusOr<std::string> {
      EXPECT_TRUE(IsIn(tile, size)) << PathOf(tile);
      EXPECT_TRUE(tiles.insert(PathOf(tile)).second) << "read twice";
      return Tile(tile);
    });
    EXPECT_EQ(Root(size, reader).value(), Root(size, nodes_).value()) << size;
    for (std::int64_t index = 0; index < size; index += 1 + size / 7) {
      EXPECT_EQ(InclusionProof(index, size, reader).value(), InclusionProof(index, size, nodes_).value());
      EXPECT_EQ(ConsistencyProof(index, size, reader).value(), ConsistencyProof(index, size, nodes_).value());
    }
  }
}

TEST(Tiles, BundlesHoldTheirEntries) {
  std::string bundle;
  const std::string large(kLargestEntry, 'x');
  for (const std::string& entry : {std::string("a"), std::string(), large})
    ASSERT_TRUE(AppendEntry(entry, bundle).ok());
  EXPECT_EQ(bundle.substr(0, 5), std::string("\x00\x01"
                                             "a\x00\x00",
                                             5));
  const auto entries = DecodeEntries({TileName::kEntries, 0, 3}, bundle);
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ((*entries)[0], "a");
  EXPECT_EQ((*entries)[1], "");
  EXPECT_EQ((*entries)[2], large);
  EXPECT_FALSE(DecodeEntries({TileName::kEntries, 0, 2}, bundle).ok());
  EXPECT_FALSE(DecodeEntries({TileName::kEntries, 0, 3}, bundle.substr(0, bundle.size() - 1)).ok());
  EXPECT_EQ(ReasonOf(AppendEntry(large + "x", bundle)), "LEAF_TOO_LARGE");
}

// ------------------------------------------------------------------------------------------------------------- proofs

TEST(LogProofText, IsReadBackAndNothingElse) {
  LogProof proof{"leaf\n", 73894, {HashLeaf(Bytes("a")), HashLeaf(Bytes("b"))}, Cat(kText, "\n", kCosignature)};
  const std::string text = FormatLogProof(proof);
  EXPECT_TRUE(text.starts_with("c2sp.org/tlog-proof@v1\nextra bGVhZgo=\nindex 73894\nAippeeba")) << text;
  ASSERT_TRUE(ParseLogProof(text).ok()) << ParseLogProof(text).status();
  EXPECT_EQ(*ParseLogProof(text), proof);
  proof.extra.clear();
  proof.index = 0;
  proof.path.clear();
  EXPECT_EQ(FormatLogProof(proof), Cat("c2sp.org/tlog-proof@v1\nindex 0\n\n", proof.checkpoint));
  EXPECT_EQ(*ParseLogProof(FormatLogProof(proof)), proof);
  for (const char* bad : {"", "c2sp.org/tlog-proof@v2\nindex 0\n\n", "c2sp.org/tlog-proof@v1\n",
                          "c2sp.org/tlog-proof@v1\nindex 00\n\nx", "c2sp.org/tlog-proof@v1\nindex -1\n\nx",
                          "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx", "c2sp.org/tlog-proof@v1\nextra ?\nindex 1\n\nx",
                          "c2sp.org/tlog-proof@v1\nindex 1\n", "c2sp.org/tlog-proof@v1\nindex \n\nx"})
    EXPECT_FALSE(ParseLogProof(bad).ok()) << bad;
}

// ----------------------------------------------------------------------------------------------------------- witnesses

class WitnessTest : public TiledLog {
 protected:
  WitnessTest() { Grow(20); }

  std::string Head(std::int64_t size, const std::string& origin = "example.com/log") {
    return SignCheckpoint({origin, size, Root(size, nodes_).value(), {}}, signer_).value();
  }
  AddCheckpoint Request(std::int64_t old_size, std::int64_t size) {
    return {old_size, old_size == 0 ? std::vector<Hash>() : ConsistencyProof(old_size, size, nodes_).value(),
            Head(size)};
  }
  std::optional<Checkpoint> At(std::int64_t size) {
    return Checkpoint{"example.com/log", size, Root(size, nodes_).value(), {}};
  }
  std::string Reason(const AddCheckpoint& request, const std::optional<Checkpoint>& last) {
    return ReasonOf(Examine(request, log_, last).status());
  }

  TemporaryFolder folder_;
  const Signer signer_ = Signer::LoadOrCreate(folder_ / "key", "example.com/log").value();
  const Verifier log_ = Verifier::Parse(signer_.VerifierKey()).value();
};

TEST_F(WitnessTest, CosignsWhatContinues) {
  EXPECT_EQ(Examine(Request(0, 7), log_, std::nullopt)->size, 7);
  for (const std::int64_t old : {1, 4, 7, 16, 20}) EXPECT_EQ(Examine(Request(old, 20), log_, At(old))->size, 20);
}

TEST_F(WitnessTest, RefusesEverythingElse) {
  EXPECT_EQ(Reason(Request(4, 20), At(7)), "WITNESS_ELSEWHERE");
  EXPECT_EQ(Reason(Request(0, 20), At(7)), "WITNESS_ELSEWHERE");
  EXPECT_EQ(Reason(Request(4, 20), std::nullopt), "WITNESS_ELSEWHERE");
  AddCheckpoint smaller = Request(4, 7);
  smaller.old_size = 8;
  EXPECT_EQ(Reason(smaller, At(8)), "CHECKPOINT_INVALID");
  AddCheckpoint padded = Request(0, 7);
  padded.proof.push_back(Hash{});
  EXPECT_EQ(Reason(padded, std::nullopt), "CHECKPOINT_INCONSISTENT");
  AddCheckpoint spoilt = Request(7, 20);
  spoilt.proof.front()[3] ^= 1;
  EXPECT_EQ(Reason(spoilt, At(7)), "CHECKPOINT_INCONSISTENT");
  std::optional<Checkpoint> other = At(7);
  other->root[0] ^= 1;
  EXPECT_EQ(Reason(Request(7, 20), other), "CHECKPOINT_INCONSISTENT") << "a fork";
  other = At(20);
  other->root[0] ^= 1;
  EXPECT_EQ(Reason(Request(20, 20), other), "CHECKPOINT_INCONSISTENT") << "two heads of one size";
  AddCheckpoint foreign = Request(0, 7);
  foreign.checkpoint = Head(7, "example.com/other");
  EXPECT_EQ(Reason(foreign, std::nullopt), "CHECKPOINT_INVALID");
  foreign.checkpoint = Signer::LoadOrCreate(folder_ / "other", "example.com/log")
                           ->SignNote(FormatBody({"example.com/log", 7, Hash{}, {}}));
  EXPECT_EQ(Reason(foreign, std::nullopt), "CHECKPOINT_UNTRUSTED");
}

TEST_F(WitnessTest, RequestsAreReadBack) {
  const AddCheckpoint request = Request(7, 20);
  const std::string text = FormatAddCheckpoint(request);
  EXPECT_TRUE(text.starts_with("old 7\n"));
  const auto parsed = ParseAddCheckpoint(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->old_size, 7);
  EXPECT_EQ(parsed->proof, request.proof);
  EXPECT_EQ(parsed->checkpoint, request.checkpoint);
  for (const char* bad : {"", "old", "old 07\n\nx", "old -1\n\nx", "new 1\n\nx", "old 1\n?\n\nx", "old 1\n"})
    EXPECT_FALSE(ParseAddCheckpoint(bad).ok()) << bad;
  std::string many = "old 1\n";
  for (int i = 0; i < 64; ++i) many += Base64(Hash{}) + "\n";
  EXPECT_FALSE(ParseAddCheckpoint(many + "\nx").ok()) << "more than 63 hashes";
}

}  // namespace
}  // namespace jixiao::archiving::log
