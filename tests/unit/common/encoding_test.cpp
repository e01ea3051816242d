#include "common/encoding.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace jixiao {
namespace {

std::vector<std::uint8_t> BytesOf(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(Base64, KnownTexts) {
  const std::pair<std::string_view, std::string_view> rfc4648_10[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, encoded] : rfc4648_10) {
    EXPECT_EQ(Base64(BytesOf(plain)), encoded);
    const auto decoded = DecodeBase64(encoded);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, BytesOf(plain));
  }
  EXPECT_EQ(Base64(std::vector<std::uint8_t>{0xfb, 0xff, 0xbf}), "+/+/");
}

TEST(Base64, RoundTripsEveryByteAtEveryPosition) {
  for (std::size_t size = 1; size <= 7; ++size) {
    for (std::size_t position = 0; position < size; ++position) {
      for (int value = 0; value < 256; ++value) {
        std::vector<std::uint8_t> bytes(size, 0x5a);
        bytes[position] = static_cast<std::uint8_t>(value);
        const auto decoded = DecodeBase64(Base64(bytes));
        ASSERT_TRUE(decoded.ok()) << decoded.status();
        EXPECT_EQ(*decoded, bytes);
      }
    }
  }
}

TEST(Base64, RefusesEverythingButTheCanonicalText) {
  for (const std::string_view text : {
           "Zg",        "Zg=",
           "Zg===",     "Z",
           "Zm9vYg",  // padding missing or too long
           "=",         "==",
           "====",      "Z===",
           "Zm9v====",  // padding instead of text
           "Zg==Zg==",  "Z=g=",
           "=Zg=",      "Zg=a",  // padding inside
           "Zh==",      "Zv==",
           "Zm9=",      "Zm+=",  // bits that belong to no byte
           " Zg==",     "Zg== ",
           "Zg==\n",    "Z g==",
           "Zm9v\nZm9", "    ",
           "\n\n\n\n",  "Zm9v    ",  // whitespace
           "Zm9-",      "Zm9_",
           "Zm9.",      "----",
           "Zm9v----",  // other alphabets
           "Zm9\x80",   "\xe4\xb8\xad=",
       }) {
    EXPECT_EQ(DecodeBase64(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(DecodeBase64(std::string_view("Zm9\0", 4)).ok());
  EXPECT_TRUE(DecodeBase64(std::string_view()).ok());
}

// Among all four-character texts of these characters exactly the images of the encoder decode: one for each of the
// byte strings that Base64 writes with them.
TEST(Base64, DecodesNoTwoTextsToTheSameBytes) {
  constexpr std::string_view kCharacters = "AQgwZ/+9= \n-";
  for (const char a : kCharacters) {
    for (const char b : kCharacters) {
      for (const char c : kCharacters) {
        for (const char d : kCharacters) {
          const std::string text{a, b, c, d};
          const auto decoded = DecodeBase64(text);
          if (decoded.ok()) {
            EXPECT_EQ(Base64(*decoded), text);
          }
        }
      }
    }
  }
}

TEST(Hex, KnownTexts) {
  EXPECT_EQ(Hex({}), "");
  EXPECT_EQ(Hex(std::vector<std::uint8_t>{0x00, 0x0f, 0xa5, 0xff}), "000fa5ff");
  EXPECT_EQ(DecodeHex("").value(), std::vector<std::uint8_t>());
  EXPECT_EQ(DecodeHex("000fa5ff").value(), (std::vector<std::uint8_t>{0x00, 0x0f, 0xa5, 0xff}));
  EXPECT_EQ(DecodeHex("A5fF").value(), (std::vector<std::uint8_t>{0xa5, 0xff}));
}

TEST(Hex, RoundTripsEveryByte) {
  for (int value = 0; value < 256; ++value) {
    const std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(value)};
    EXPECT_EQ(DecodeHex(Hex(bytes)).value(), bytes);
  }
}

TEST(Hex, RefusesWhatIsNotHexadecimal) {
  for (const std::string_view text : {"0", "000", "0g", "g0", " 0", "0 ", "+1", "-1", "0x", "0x00", "00\n", "00 11"}) {
    EXPECT_EQ(DecodeHex(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace jixiao
