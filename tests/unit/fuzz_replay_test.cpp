// Every input that fuzzing has kept, through the same functions: what was broken once stays mended.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/targets.h"

namespace jixiao::fuzz {
namespace {

std::vector<std::filesystem::path> CorpusOf(std::string_view target) {
  std::vector<std::filesystem::path> files;
  const auto folder = std::filesystem::path(SourceFolder()) / "tests/fuzz/corpus" / target;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class FuzzReplayTest : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzReplayTest, EveryKeptInputHolds) {
  const auto files = CorpusOf(GetParam().name);
  EXPECT_FALSE(files.empty()) << "tests/fuzz/corpus has nothing for " << GetParam().name;
  for (const auto& file : files) {
    SCOPED_TRACE(file);
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(GetParam().run(bytes), "");
    // Cut short and doubled it must not break anything either.
    EXPECT_EQ(GetParam().run(std::string_view(bytes).substr(0, bytes.size() / 2)), "");
    EXPECT_EQ(GetParam().run(bytes + bytes), "");
  }
}

TEST_P(FuzzReplayTest, NothingAtAllHolds) {
  EXPECT_EQ(GetParam().run(""), "");
  EXPECT_EQ(GetParam().run(std::string_view("\0\xFF", 2)), "");
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzReplayTest, ::testing::ValuesIn(AllTargets().begin(), AllTargets().end()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace jixiao::fuzz
