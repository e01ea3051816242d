#include "archiving/store/rule_set_contents.h"

#include "common/digest.h"

#include <gtest/gtest.h>

#include "unit/archiving/support.h"

namespace jixiao::archiving {
namespace {

class RuleSetContentsTest : public support::ArchiveTest {
 protected:
  static std::string BytesIn(const PendingRecord& record) {
    for (const Part& part : record.parts)
      if (part.name == kRuleSetPart) return part.content;
    return {};
  }
};

TEST_F(RuleSetContentsTest, WhatNoRecordHasIsNotFound) {
  RuleSetContents contents(*store_);
  const std::string digest = DigestOf("rules");
  EXPECT_EQ(contents.Seen(digest), nullptr);
  EXPECT_EQ(contents.Find(digest).value(), nullptr);
  EXPECT_EQ(*contents.Keep(digest, "rules"), "rules");
  EXPECT_EQ(*contents.Seen(digest), "rules");
  EXPECT_EQ(contents.Find(digest).value(), nullptr) << "seen, but in no record";
}

TEST_F(RuleSetContentsTest, WhatARecordHasIsFoundByLaterProcesses) {
  Start();
  const PendingRecord record = support::RecordOf("a");
  const std::string bytes = BytesIn(record);
  ASSERT_TRUE(Append(record).ok());
  RestartAll();
  RuleSetContents contents(*store_);
  EXPECT_EQ(contents.Seen(DigestOf(bytes)), nullptr);
  const auto found = contents.Find(DigestOf(bytes));
  ASSERT_TRUE(found.ok() && *found != nullptr);
  EXPECT_EQ(**found, bytes);
  EXPECT_EQ(contents.Seen(DigestOf(bytes)), *found);
}

// A server that is sent ever new rule sets does not keep them all.
TEST_F(RuleSetContentsTest, MemoryIsBounded) {
  RuleSetContents contents(*store_);
  const std::string large(1 << 20, 'r');
  std::size_t kept = 0;
  for (int i = 0; i < 64; ++i) contents.Keep(std::to_string(i), large);
  for (int i = 0; i < 64; ++i) kept += contents.Seen(std::to_string(i)) != nullptr;
  EXPECT_GE(kept, 1u);
  EXPECT_LE(kept, 16u);
}

}  // namespace
}  // namespace jixiao::archiving
