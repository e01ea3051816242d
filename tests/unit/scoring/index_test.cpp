#include "scoring/rulesets/index.h"

#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

namespace jixiao::scoring {
namespace {

constexpr char kSecret[] = "0123456789abcdef";

Index Sample() {
  return {.position = 7,
          .confirmed_at = 1'700'000'000'123'456,
          .digests = {DigestOf("a"), DigestOf("b")},
          .annex = std::string("labels\0\xff", 8)};
}

TEST(Index, DecodesWhatWasEncoded) {
  for (const Index& index : {Sample(), Index(),
                             Index{.position = -1,
                             .confirmed_at = std::numeric_limits<std::int64_t>::min(),
                             .digests = {},
                             .annex = std::string(100'000, 'x')}}) {
    const auto decoded = DecodeIndex(EncodeIndex(index));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, index);
  }
}

TEST(Index, DamageIsSeen) {
  const std::string whole = EncodeIndex(Sample());
  Index shorter = Sample();
  std::set<std::size_t> between_digests;  // cut there it is another index: that is for the seal to say
  while (!shorter.digests.empty()) {
    shorter.digests.pop_back();
    between_digests.insert(EncodeIndex(shorter).size());
  }
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(DecodeIndex(whole.substr(0, size)).ok(), between_digests.contains(size)) << size;
  EXPECT_FALSE(DecodeIndex(whole + "x").ok());
  Index bad = Sample();
  bad.digests[1] = "sha256:nothing";
  EXPECT_FALSE(DecodeIndex(EncodeIndex(bad)).ok());
  // A length beyond all bounds.
  std::string long_annex = EncodeIndex({});
  for (std::size_t i = long_annex.size() - 8; i < long_annex.size(); ++i) long_annex[i] = '\xff';
  EXPECT_FALSE(DecodeIndex(long_annex).ok());
  long_annex[long_annex.size() - 8] = '\x7f';
  EXPECT_FALSE(DecodeIndex(long_annex).ok());
}

TEST(Index, ASealedIndexOpensWithItsSecretOnly) {
  const std::string sealed = SealIndex(Sample(), kSecret);
  ASSERT_TRUE(OpenIndex(sealed, kSecret).ok());
  EXPECT_EQ(*OpenIndex(sealed, kSecret), Sample());
  EXPECT_EQ(ReasonOf(OpenIndex(sealed, "0123456789abcdeF").status()), "INDEX_NOT_SEALED");
  EXPECT_EQ(ReasonOf(OpenIndex(sealed, "").status()), "INDEX_NOT_SEALED");
  EXPECT_EQ(ReasonOf(OpenIndex(SealIndex(Sample(), ""), "").status()), "INDEX_NOT_SEALED") << "no secret opens nothing";
  EXPECT_EQ(ReasonOf(OpenIndex(EncodeIndex(Sample()), kSecret).status()), "INDEX_NOT_SEALED");
  EXPECT_EQ(ReasonOf(OpenIndex("", kSecret).status()), "INDEX_NOT_SEALED");
}

TEST(Index, EveryFlippedBitBreaksTheSeal) {
  const std::string sealed = SealIndex(Sample(), kSecret);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] = static_cast<char>(damaged[i] ^ 1 << i % 8);
    ASSERT_EQ(ReasonOf(OpenIndex(damaged, kSecret).status()), "INDEX_NOT_SEALED") << i;
    ASSERT_EQ(ReasonOf(OpenIndex(sealed.substr(0, i), kSecret).status()), "INDEX_NOT_SEALED") << i;
  }
}

// Replicas of different versions share a Redis: neither seal nor encoding may move.
TEST(Index, TheSealIsHmacSha256OfTheEncoding) {
  const std::string encoded = "jixiao-rule-sets-index-1\n" + std::string(24, '\0');
  EXPECT_EQ(EncodeIndex({}), encoded);
  const auto seal = DecodeHex("89f92d58b22d3e5f33e8290ceefe7f2b234f231fd6f4d027d78a3b6d5b86d87f").value();
  EXPECT_EQ(SealIndex({}, kSecret), std::string(seal.begin(), seal.end()) + encoded);
}

TEST(Index, ReadsSecrets) {
  std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-secret-XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const std::string path = pattern + "/secret";
  const auto read = [&](std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
    return ReadSecret(path);
  };
  EXPECT_EQ(ReasonOf(ReadSecret(path).status()), "SECRET_NOT_FOUND");
  EXPECT_EQ(read("0123456789abcdef").value(), kSecret);
  EXPECT_EQ(read(" \t0123456789abcdef\r\n").value(), kSecret);
  EXPECT_EQ(read("0123456789 abcdef\n").value(), "0123456789 abcdef");
  EXPECT_EQ(ReasonOf(read("").status()), "SECRET_TOO_SHORT");
  EXPECT_EQ(ReasonOf(read("\n\n").status()), "SECRET_TOO_SHORT");
  EXPECT_EQ(ReasonOf(read("0123456789abcde\n").status()), "SECRET_TOO_SHORT");
  std::filesystem::remove_all(pattern);
}

}  // namespace
}  // namespace jixiao::scoring
