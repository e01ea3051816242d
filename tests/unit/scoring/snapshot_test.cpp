#include "scoring/rulesets/snapshot.h"

#include "common/digest.h"
#include "common/errors.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace jixiao::scoring {
namespace {

namespace fs = std::filesystem;

class SnapshotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "jixiao-snapshot-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "rules.snapshot").string();
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  static Snapshot Sample(const std::vector<std::string>& documents = {"first", "", std::string("\0\n\xff", 3)}) {
    Snapshot snapshot{{.position = 42, .confirmed_at = 1'700'000'000'000'000, .digests = {}, .annex = "labels"},
                      documents};
    for (const std::string& document : documents) snapshot.index.digests.push_back(DigestOf(document));
    return snapshot;
  }

  std::string Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  void SetBytes(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  fs::path folder_;
  std::string path_;
};

TEST_F(SnapshotTest, ReadsWhatWasWritten) {
  for (const Snapshot& written : {Sample(), Sample({}), Sample({std::string(1 << 20, 'x')})}) {
    ASSERT_TRUE(WriteSnapshot(path_, written).ok());
    const auto read = ReadSnapshot(path_);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->index, written.index);
    EXPECT_EQ(read->documents, written.documents);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "no temporary file stays";
}

TEST_F(SnapshotTest, MissingIsNotFound) {
  EXPECT_EQ(ReadSnapshot(path_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SnapshotTest, EveryFlippedBitAndEveryCutIsSeen) {
  ASSERT_TRUE(WriteSnapshot(path_, Sample()).ok());
  const std::string whole = Bytes();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1 << i % 8);
    SetBytes(damaged);
    ASSERT_EQ(ReasonOf(ReadSnapshot(path_).status()), "SNAPSHOT_DAMAGED") << "byte " << i;
    SetBytes(whole.substr(0, i));
    ASSERT_EQ(ReasonOf(ReadSnapshot(path_).status()), "SNAPSHOT_DAMAGED") << "cut at " << i;
  }
  SetBytes(whole + "x");
  EXPECT_EQ(ReasonOf(ReadSnapshot(path_).status()), "SNAPSHOT_DAMAGED");
}

TEST_F(SnapshotTest, DocumentsMustHaveTheirDigests) {
  Snapshot snapshot = Sample();
  std::swap(snapshot.documents[0], snapshot.documents[2]);
  ASSERT_TRUE(WriteSnapshot(path_, snapshot).ok());
  EXPECT_EQ(ReasonOf(ReadSnapshot(path_).status()), "SNAPSHOT_DAMAGED");
  snapshot = Sample();
  snapshot.documents.pop_back();
  ASSERT_TRUE(WriteSnapshot(path_, snapshot).ok());
  EXPECT_EQ(ReasonOf(ReadSnapshot(path_).status()), "SNAPSHOT_DAMAGED");
  snapshot = Sample();
  snapshot.documents.push_back("one more");
  ASSERT_TRUE(WriteSnapshot(path_, snapshot).ok());
  EXPECT_EQ(ReasonOf(ReadSnapshot(path_).status()), "SNAPSHOT_DAMAGED");
}

TEST_F(SnapshotTest, WhatCannotBeWrittenLeavesTheOldOne) {
  ASSERT_TRUE(WriteSnapshot(path_, Sample()).ok());
  const std::string old = Bytes();
  EXPECT_FALSE(WriteSnapshot((folder_ / "nowhere" / "rules.snapshot").string(), Sample()).ok());
  fs::create_directory(folder_ / "folder");
  EXPECT_FALSE(WriteSnapshot((folder_ / "folder").string(), Sample()).ok()) << "a folder has the name";
  EXPECT_EQ(Bytes(), old);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2) << "no temporary file stays";
}

TEST_F(SnapshotTest, NotForEveryone) {
  ASSERT_TRUE(WriteSnapshot(path_, Sample()).ok());
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0640u);
}

}  // namespace
}  // namespace jixiao::scoring
