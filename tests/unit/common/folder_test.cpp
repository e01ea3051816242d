// Folders are listed whole, in one order, or not at all.
#include "common/folder.h"

#include <gmock/gmock.h>

#include <fstream>

#include "unit/temporary_folder.h"

namespace jixiao {
namespace {

TEST(Folder, IsListedByName) {
  const TemporaryFolder folder;
  for (const char* name : {"b", "a", "c"}) std::ofstream(folder / name) << name;
  const auto listed = ListFolder(folder / "");
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_THAT(*listed, ::testing::ElementsAre(folder / "a", folder / "b", folder / "c"));
}

TEST(Folder, ThatCannotBeReadIsAnErrorThatSaysWhy) {
  const TemporaryFolder folder;
  errno = 0;
  EXPECT_EQ(ListFolder(folder / "none").status().code(), absl::StatusCode::kNotFound);
  std::ofstream(folder / "file") << "x";
  EXPECT_FALSE(ListFolder(folder / "file").ok());
}

}  // namespace
}  // namespace jixiao
