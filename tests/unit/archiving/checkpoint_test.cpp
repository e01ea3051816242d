#include "archiving/log/checkpoint.h"

#include "common/encoding.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <thread>

namespace jixiao::archiving::log {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;

// The key and note of the tests of Go's golang.org/x/mod/sumdb/note, where signed notes come from.
constexpr std::string_view kKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr std::string_view kSignature =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

const std::string& Note() {
  static const std::string note = Join({kText, "\n", kSignature});
  return note;
}

const Verifier& Peter() {
  static const Verifier verifier = Verifier::Parse(kKey).value();
  return verifier;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteKeyFile(const fs::path& path, std::string_view content, fs::perms permissions = fs::perms(0600)) {
  std::ofstream(path, std::ios::binary) << content;
  fs::permissions(path, permissions);
}

int ModeOf(const fs::path& path) {
  return static_cast<int>(fs::status(path).permissions());
}

// An Ed25519 key in PKCS#8, from its seed (RFC 8410 §7).
std::string PemOf(std::string_view seed_hex) {
  const auto der = DecodeHex(Join({"302e020100300506032b657004220420", seed_hex})).value();
  return Join({"-----BEGIN PRIVATE KEY-----\n", Base64(der), "\n-----END PRIVATE KEY-----\n"});
}

class KeyFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "checkpoint_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ / "log.key";
  }
  void TearDown() override { fs::remove_all(folder_); }

  Signer NewSigner(std::string_view name = "example.com/log") {
    static int count = 0;
    return Signer::LoadOrCreate(folder_ / std::to_string(++count), name).value();
  }

  std::set<std::string> FilesInFolder() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.insert(entry.path().filename().string());
    return names;
  }

  fs::path folder_;
  fs::path path_;
};

Checkpoint Example() {
  Checkpoint checkpoint{"example.com/behind-the-sofa", 20852163, {}, {}};
  const auto root = DecodeBase64("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=").value();
  std::copy(root.begin(), root.end(), checkpoint.root.begin());
  return checkpoint;
}

constexpr std::string_view kExampleBody =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

// ----------------------------------------------------------------------------------------------------- checkpoint
// texts

TEST(CheckpointBody, IsTheSpecificationsExample) {
  EXPECT_EQ(FormatBody(Example()), kExampleBody);
  EXPECT_EQ(ParseBody(kExampleBody).value(), Example());
}

TEST(CheckpointBody, RoundTrips) {
  Checkpoint checkpoint = Example();
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{1}, std::numeric_limits<std::int64_t>::max()}) {
    checkpoint.size = size;
    EXPECT_EQ(ParseBody(FormatBody(checkpoint)).value(), checkpoint);
  }
  checkpoint.extensions = {"first", "— second", " "};
  checkpoint.origin = "日志 / log+1";
  EXPECT_EQ(ParseBody(FormatBody(checkpoint)).value(), checkpoint);
}

TEST(CheckpointBody, RefusesEverythingElse) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  const auto refuses = [](const std::string& body) {
    EXPECT_EQ(ParseBody(body).status().code(), StatusCode::kInvalidArgument) << body;
  };
  ASSERT_TRUE(ParseBody("o\n5\n" + root + "\n").ok());
  ASSERT_TRUE(ParseBody("o\n5\n" + root + "\nextension\n").ok());

  for (const std::string_view lines : {"", "\n", "o\n", "o\n5\n", "o\n5\n\n", "\n\n\n"}) refuses(std::string(lines));
  refuses("o\n5\n" + root);
  refuses("o\n5\n" + root + "\nextension");
  refuses("o\n" + root + "\n");
  refuses("\n5\n" + root + "\n");
  refuses("\no\n5\n" + root + "\n");
  refuses("o\n5\n" + root + "\n\n");
  refuses("o\n5\n" + root + "\na\n\nb\n");

  for (const std::string_view size : {"", "05", "00", "-5", "-0", "+5", " 5", "5 ", "5.0", "5e0", "0x5", "5a", "five",
                                      "５", "9223372036854775808", "18446744073709551621", "99999999999999999999999"}) {
    refuses(Join({"o\n", size, "\n", root, "\n"}));
  }
  for (const std::string_view bad_root : {
           "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I",    // not padded
           "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I==",  // padded too much
           "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=",   // not canonical
           "CsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=",   // the URL-safe alphabet
           "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I= ",  //
           "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==",   // 31 bytes
           "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IA",   // 33 bytes
       }) {
    refuses(Join({"o\n5\n", bad_root, "\n"}));
  }
  for (const std::string_view origin : {"o\r", "o\t", "\x1f", "\xff", "\xe4\xb8"}) {
    refuses(Join({origin, "\n5\n", root, "\n"}));
  }
  refuses(Join({std::string_view("o\0", 2), "\n5\n", root, "\n"}));
}

// ---------------------------------------------------------------------------------------------------------------
// verifier

TEST(VerifierTest, ReadsAndWritesItsKey) {
  EXPECT_EQ(Peter().Key(), kKey);
  EXPECT_EQ(Verifier::Parse("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").value().Key(), kKey);
}

TEST(VerifierTest, RefusesMangledKeys) {
  const auto refuses = [](std::string_view key) {
    EXPECT_EQ(Verifier::Parse(key).status().code(), StatusCode::kInvalidArgument) << key;
  };
  for (std::size_t begin = 0; begin < kKey.size(); ++begin) {
    for (std::size_t size = 0; begin + size <= kKey.size(); ++size) {
      if (size != kKey.size()) refuses(kKey.substr(begin, size));
    }
  }
  for (std::size_t i = 0; i < kKey.size(); ++i) {
    std::string key(kKey);
    ++key[i];
    refuses(key);
  }
  refuses("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==");  // a longer key, with its id
  refuses("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");  // an unknown type, with its id
  refuses(Join({kKey, "\n"}));
  refuses(Join({" ", kKey}));
  refuses(Join({"Peter ", kKey}));
}

TEST(VerifierTest, OpensTheNoteOfGosTests) {
  EXPECT_EQ(Peter().OpenNote(Note()).value(), kText);
}

TEST(VerifierTest, RefusesEveryFlippedBit) {
  for (std::size_t i = 0; i < Note().size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string note = Note();
      note[i] = static_cast<char>(note[i] ^ (1 << bit));
      EXPECT_FALSE(Peter().OpenNote(note).ok()) << "bit " << bit << " of byte " << i;
    }
  }
}

TEST(VerifierTest, RefusesEveryPart) {
  for (std::size_t begin = 0; begin < Note().size(); ++begin) {
    for (std::size_t end = begin; end <= Note().size(); ++end) {
      if (begin == 0 && end == Note().size()) continue;
      ASSERT_FALSE(Peter().OpenNote(Note().substr(begin, end - begin)).ok()) << begin << " to " << end;
    }
  }
}

TEST(VerifierTest, PassesOverOtherKeysLines) {
  const std::string_view others[] = {
      "— Enoch.Root AAAAAAAA\n",         // another name and key
      "— PeterNeumann AAAAAAAA\n",       // the same name
      "— somebody x08gowAAAAAAAAAA\n",   // the same key id
      "— 证人.example/密钥 AAAAAAAA\n",  //
  };
  for (const std::string_view other : others) {
    EXPECT_EQ(Peter().OpenNote(Join({kText, "\n", kSignature, other})).value(), kText) << other;
    EXPECT_EQ(Peter().OpenNote(Join({kText, "\n", other, kSignature, other})).value(), kText) << other;
    EXPECT_EQ(Peter().OpenNote(Join({kText, "\n", other})).status().code(), StatusCode::kUnauthenticated) << other;
  }
}

TEST(VerifierTest, RefusesABadSignatureByItsKeyEvenBesideAGoodOne) {
  std::string bad(kSignature);
  bad[bad.size() - 20] = bad[bad.size() - 20] == 'A' ? 'B' : 'A';
  const std::string_view too_short = "— PeterNeumann x08gowA=\n";
  for (const std::string_view line : {std::string_view(bad), too_short}) {
    for (const std::string& note :
         {Join({kText, "\n", line}), Join({kText, "\n", kSignature, line}), Join({kText, "\n", line, kSignature})}) {
      EXPECT_EQ(Peter().OpenNote(note).status().code(), StatusCode::kUnauthenticated) << note;
    }
  }
  EXPECT_TRUE(Peter().OpenNote(Join({kText, "\n", kSignature, kSignature})).ok());
  EXPECT_EQ(Peter().OpenNote(Join({"Other text.\n\n", kSignature})).status().code(), StatusCode::kUnauthenticated);
}

TEST(VerifierTest, RefusesMalformedNotes) {
  const std::string_view other_lines[] = {
      "- PeterNeumann AAAAAAAA\n",        // another dash
      "—PeterNeumann AAAAAAAA\n",         // no space
      "—  AAAAAAAA\n",                    // no name
      "— AAAAAAAA\n",                     //
      "— PeterNeumann\n",                 // no signature
      "— PeterNeumann \n",                //
      "— PeterNeumann AAAAAA==\n",        // nothing after the key id
      "— PeterNeumann AAAA\n",            //
      "— PeterNeumann AAAAAAA\n",         // not base64
      "— PeterNeumann AAAAAAAA \n",       //
      "— PeterNeumann  AAAAAAAA\n",       //
      "— PeterNeumann AAAA_AAA\n",        //
      "— PeterNeumann AAAAAAB=\n",        // not canonical
      "— Peter+Neumann AAAAAAAA\n",       // names
      "— Peter\u00a0Neumann AAAAAAAA\n",  //
      "— Peter\u3000Neumann AAAAAAAA\n",  //
      "— Peter\u2003Neumann AAAAAAAA\n",  //
      "— Peter\u0085Neumann AAAAAAAA\n",  //
      "— Peter\tNeumann AAAAAAAA\n",      // characters
      "— Peter\rNeumann AAAAAAAA\n",      //
      "— Peter\xc0\x80 AAAAAAAA\n",       //
      "— Peter\xed\xa0\x80 AAAAAAAA\n",   //
      "— PeterNeumann AAAAAAAA\r\n",      //
      "— PeterNeumann AAAAAAAA",          // no newline at the end
      "words\n",                          //
      "\n",                               // another blank line: nothing is signed then
  };
  for (const std::string_view line : other_lines) {
    EXPECT_EQ(Peter().OpenNote(Join({kText, "\n", kSignature, line})).status().code(), StatusCode::kInvalidArgument)
        << line;
  }
  for (const std::string& note : {
           std::string(), std::string("\n"), std::string("\n\n"), std::string(kText), Join({kText, "\n"}),
           Join({kText, kSignature}),                                    // no blank line
           Join({kText.substr(0, kText.size() - 1), "\n", kSignature}),  //
           Join({"\n", kSignature}),                                     // no text
           std::string(kSignature),                                      //
           Join({kText, "\n", "\x01", kSignature}),                      //
           Join({"tab\t", kText, "\n", kSignature}),                     //
           Join({kText, std::string_view("\0\n\n", 3), kSignature}),     //
           Join({"\xff", kText, "\n", kSignature}),                      //
       }) {
    EXPECT_EQ(Peter().OpenNote(note).status().code(), StatusCode::kInvalidArgument) << note;
  }
}

TEST(VerifierTest, RefusesMoreThanAHundredSignatures) {
  std::string note = Note();
  for (int i = 1; i < 100; ++i) note += "— witness.example AAAAAAAA\n";
  EXPECT_TRUE(Peter().OpenNote(note).ok());
  note += "— witness.example AAAAAAAA\n";
  EXPECT_EQ(Peter().OpenNote(note).status().code(), StatusCode::kInvalidArgument);
}

TEST(VerifierTest, LeavesNoErrorsToOpenSslsOtherUsers) {
  ASSERT_EQ(ERR_peek_error(), 0u);
  EXPECT_FALSE(Peter().OpenNote(Join({"Other text.\n\n", kSignature})).ok());
  EXPECT_FALSE(Peter().OpenNote(Join({kText, "\n— PeterNeumann x08gowA=\n"})).ok());
  EXPECT_EQ(ERR_peek_error(), 0u);
}

// -----------------------------------------------------------------------------------------------------------------
// signer

TEST_F(KeyFolder, SignsAsGoDoes) {
  const auto seed = DecodeBase64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").value();
  WriteKeyFile(path_, PemOf(Hex(std::span(seed).subspan(1))));
  const auto signer = Signer::LoadOrCreate(path_, "PeterNeumann");
  ASSERT_TRUE(signer.ok()) << signer.status();
  EXPECT_EQ(signer->VerifierKey(), kKey);
  EXPECT_EQ(signer->SignNote(kText), Note());
  EXPECT_EQ(ReadFile(folder_ / "log.key.pub"), Join({kKey, "\n"}));
}

TEST_F(KeyFolder, WhatASignerSignsItsVerifierOpens) {
  const Signer signer = NewSigner();
  const Signer other = NewSigner();
  const Verifier verifier = Verifier::Parse(signer.VerifierKey()).value();
  for (const std::string_view text : {std::string_view("one\n"), std::string_view("\n"), std::string_view("a\n\nb\n"),
                                      std::string_view("绩效\n"), std::string_view("a\n\n— b AAAAAAAA\n")}) {
    EXPECT_EQ(verifier.OpenNote(signer.SignNote(text)).value(), text);
    EXPECT_EQ(verifier.OpenNote(other.SignNote(text)).status().code(), StatusCode::kUnauthenticated);
  }
}

TEST_F(KeyFolder, NoVerifierOpensANoteWithAMalformedText) {
  const Signer signer = NewSigner();
  const Verifier verifier = Verifier::Parse(signer.VerifierKey()).value();
  for (const std::string_view text : {"", "no newline", "a\n\nb", "a\n\n— b AAAAAAAA", "tab\t\n", "\r\n", "\xff\n"}) {
    EXPECT_FALSE(verifier.OpenNote(signer.SignNote(text)).ok()) << text;
  }
}

TEST_F(KeyFolder, MakesAPrivateKeyAndKeepsIt) {
  const mode_t before = umask(0);
  const auto created = Signer::LoadOrCreate(path_, "example.com/log");
  umask(before);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(ModeOf(path_), 0600);
  EXPECT_EQ(ModeOf(folder_ / "log.key.pub"), 0644);
  EXPECT_EQ(FilesInFolder(), (std::set<std::string>{"log.key", "log.key.pub"}));
  EXPECT_TRUE(ReadFile(path_).starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(ReadFile(folder_ / "log.key.pub"), created->VerifierKey() + "\n");

  const std::string pem = ReadFile(path_);
  const auto loaded = Signer::LoadOrCreate(path_, "example.com/log");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->VerifierKey(), created->VerifierKey());
  EXPECT_EQ(loaded->SignNote("text\n"), created->SignNote("text\n"));
  EXPECT_EQ(ReadFile(path_), pem);

  EXPECT_NE(Signer::LoadOrCreate(folder_ / "another", "example.com/log").value().VerifierKey(), created->VerifierKey());
}

TEST_F(KeyFolder, RestoresTheVerifierKeyFile) {
  const std::string key = Signer::LoadOrCreate(path_, "example.com/log").value().VerifierKey();
  for (const std::string_view content : {"", "stale\n"}) {
    WriteKeyFile(folder_ / "log.key.pub", content);
    ASSERT_TRUE(Signer::LoadOrCreate(path_, "example.com/log").ok());
    EXPECT_EQ(ReadFile(folder_ / "log.key.pub"), key + "\n");
  }
  fs::remove(folder_ / "log.key.pub");
  ASSERT_TRUE(Signer::LoadOrCreate(path_, "example.com/log").ok());
  EXPECT_EQ(ReadFile(folder_ / "log.key.pub"), key + "\n");
}

TEST_F(KeyFolder, WorksWithARelativePath) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const auto signer = Signer::LoadOrCreate("log.key", "example.com/log");
  fs::current_path(before);
  ASSERT_TRUE(signer.ok()) << signer.status();
  EXPECT_EQ(FilesInFolder(), (std::set<std::string>{"log.key", "log.key.pub"}));
}

TEST_F(KeyFolder, AllWhoCreateAtOnceGetTheSameKey) {
  std::vector<std::string> keys(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& key : keys) {
      threads.emplace_back([&] { key = Signer::LoadOrCreate(path_, "example.com/log").value().VerifierKey(); });
    }
  }
  for (const std::string& key : keys) EXPECT_EQ(key, keys.front());
  EXPECT_EQ(FilesInFolder(), (std::set<std::string>{"log.key", "log.key.pub"}));
}

TEST_F(KeyFolder, RefusesAKeyThatOthersHaveAccessTo) {
  ASSERT_TRUE(Signer::LoadOrCreate(path_, "example.com/log").ok());
  const std::string pem = ReadFile(path_);
  for (const int mode : {0640, 0604, 0644, 0620, 0602, 0610, 0601, 0660, 0666, 0777}) {
    fs::permissions(path_, fs::perms(mode));
    const auto signer = Signer::LoadOrCreate(path_, "example.com/log");
    EXPECT_EQ(signer.status().code(), StatusCode::kFailedPrecondition) << mode;
    EXPECT_NE(signer.status().message().find("chmod 600 " + path_.string()), std::string::npos) << signer.status();
  }
  EXPECT_EQ(ReadFile(path_), pem);
  for (const int mode : {0600, 0400, 0700}) {
    fs::permissions(path_, fs::perms(mode));
    EXPECT_TRUE(Signer::LoadOrCreate(path_, "example.com/log").ok()) << mode;
  }
}

TEST_F(KeyFolder, RefusesAndKeepsWhatIsNotAnEd25519Key) {
  const auto pem_of = [](const char* type, const EVP_CIPHER* cipher) {
    EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, type);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, "secret", cipher == nullptr ? 0 : 6, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    EVP_PKEY_free(key);
    return pem;
  };
  for (const std::string& content : {
           std::string(), std::string("not PEM\n"), pem_of("ED25519", nullptr).substr(0, 60), pem_of("X25519", nullptr),
           pem_of("ED448", nullptr), pem_of("ED25519", EVP_aes_256_cbc()),  // must not ask for a passphrase either
       }) {
    WriteKeyFile(path_, content);
    EXPECT_EQ(Signer::LoadOrCreate(path_, "example.com/log").status().code(), StatusCode::kFailedPrecondition)
        << content;
    EXPECT_EQ(ReadFile(path_), content);
    EXPECT_EQ(FilesInFolder(), std::set<std::string>{"log.key"});
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(KeyFolder, RefusesNamesThatNotesCannotCarry) {
  for (const std::string_view name :
       {"", " ", "a b", "a+b", "a\n", "a\tb", "a\u00a0b", "a\u3000b", "a\u2028b", "\xff", "a\x01"}) {
    EXPECT_EQ(Signer::LoadOrCreate(path_, name).status().code(), StatusCode::kInvalidArgument) << name;
  }
  EXPECT_TRUE(FilesInFolder().empty());
  EXPECT_TRUE(Signer::LoadOrCreate(path_, "绩效.example/日志").ok());
}

TEST_F(KeyFolder, TellsWhatTheSystemRefused) {
  const auto signer = Signer::LoadOrCreate(folder_ / "missing" / "log.key", "example.com/log");
  EXPECT_EQ(signer.status().code(), StatusCode::kNotFound);
  EXPECT_NE(signer.status().message().find("missing/log.key"), std::string::npos) << signer.status();
}

TEST_F(KeyFolder, ASignerCanBeCopiedAndUsedFromManyThreads) {
  const Signer signer = NewSigner();
  const std::string expected = signer.SignNote("text\n");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = signer, &signer, &expected] {
      for (int k = 0; k < 50; ++k) {
        EXPECT_EQ(signer.SignNote("text\n"), expected);
        EXPECT_EQ(copy.SignNote("text\n"), expected);
      }
    });
  }
}

// ----------------------------------------------------------------------------------------------------- signed
// checkpoints

TEST_F(KeyFolder, SignedCheckpointsRoundTrip) {
  const Signer signer = NewSigner();
  const Verifier verifier = Verifier::Parse(signer.VerifierKey()).value();
  Checkpoint checkpoint = Example();
  checkpoint.extensions = {"an extension"};
  const auto note = SignCheckpoint(checkpoint, signer);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_TRUE(note->starts_with(std::string(kExampleBody) + "an extension\n\n— example.com/log "));
  EXPECT_EQ(OpenCheckpoint(*note, verifier, checkpoint.origin).value(), checkpoint);
}

TEST_F(KeyFolder, RefusesEveryFlippedBitOfASignedCheckpoint) {
  const Signer signer = NewSigner();
  const Verifier verifier = Verifier::Parse(signer.VerifierKey()).value();
  const std::string note = SignCheckpoint(Example(), signer).value();
  for (std::size_t i = 0; i < note.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = note;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_FALSE(OpenCheckpoint(flipped, verifier, Example().origin).ok()) << "bit " << bit << " of byte " << i;
    }
  }
}

TEST_F(KeyFolder, OpensOnlyCheckpointsOfTheLogThatIsMeant) {
  const Signer signer = NewSigner();
  const Verifier verifier = Verifier::Parse(signer.VerifierKey()).value();
  const std::string note = SignCheckpoint(Example(), signer).value();
  for (const std::string_view origin : {"", "example.com/other", "example.com/behind-the-sofa2"}) {
    EXPECT_EQ(OpenCheckpoint(note, verifier, origin).status().code(), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(OpenCheckpoint(signer.SignNote("words\n"), verifier, "words").status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenCheckpoint(note, Peter(), Example().origin).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(KeyFolder, SignsNoMalformedCheckpoint) {
  const Signer signer = NewSigner();
  const auto refuses = [&](auto change) {
    Checkpoint checkpoint = Example();
    change(checkpoint);
    EXPECT_EQ(SignCheckpoint(checkpoint, signer).status().code(), StatusCode::kInvalidArgument)
        << FormatBody(checkpoint);
  };
  refuses([](Checkpoint& c) { c.origin = ""; });
  refuses([](Checkpoint& c) { c.origin = "a\nb"; });
  refuses([](Checkpoint& c) { c.origin = "a\n"; });
  refuses([](Checkpoint& c) { c.origin = "a\tb"; });
  refuses([](Checkpoint& c) { c.origin = "\xff"; });
  refuses([](Checkpoint& c) { c.origin = "a\n7\n" + Base64(c.root); });
  refuses([](Checkpoint& c) { c.size = -1; });
  refuses([](Checkpoint& c) { c.extensions = {""}; });
  refuses([](Checkpoint& c) { c.extensions = {"a", ""}; });
  refuses([](Checkpoint& c) { c.extensions = {"a\nb"}; });
  refuses([](Checkpoint& c) { c.extensions = {"a\n"}; });
}

}  // namespace
}  // namespace jixiao::archiving::log
