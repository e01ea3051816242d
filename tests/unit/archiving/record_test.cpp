#include "archiving/record/record.h"

#include "common/canonical.h"

#include <gtest/gtest.h>

namespace jixiao::archiving {
namespace {

v1::ArchiveRecordRequest Request() {
  v1::ArchiveRecordRequest request;
  request.set_key("submissions/1/revisions/1");
  request.mutable_form()->set_project_name("党员教育培训经费");
  request.mutable_form()->set_fiscal_year(2021);
  request.mutable_form()->mutable_implementing_unit()->set_name("组织部");
  request.mutable_rule_set()->set_id("cn-national-2020");
  request.mutable_scorecard()->mutable_rule_set()->set_digest(CanonicalDigest(request.rule_set()).value());
  request.mutable_scorecard()->set_computed_total("98.68");
  request.mutable_scorecard()->set_grade("优");
  request.set_source_document("the document's bytes");
  return request;
}

TEST(Record, NamesAreTheIndexAndNothingElse) {
  EXPECT_EQ(RecordName(42), "records/42");
  EXPECT_EQ(RecordIndex("records/42"), 42);
  for (const char* bad : {"records/", "records/x", "records/4x", "records/ 4", "record/4", "4", ""})
    EXPECT_LT(RecordIndex(bad), 0) << bad;
}

TEST(Record, LeafCommitsToEveryPart) {
  const auto parts = PartsOf(Request()).value();
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_TRUE(FaultsOf(LeafBytes("key", 1, parts), parts).empty());
}

TEST(Record, OneFlippedBitInAnyPartIsFoundAndNamed) {
  const auto parts = PartsOf(Request()).value();
  const std::string leaf = LeafBytes("key", 1, parts);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    for (std::string Part::*field : {&Part::content, &Part::salt, &Part::media_type}) {
      for (std::size_t i = 0; i < (parts[p].*field).size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
          auto damaged = parts;
          (damaged[p].*field)[i] = static_cast<char>((damaged[p].*field)[i] ^ (1 << bit));
          const auto faults = FaultsOf(leaf, damaged);
          ASSERT_FALSE(faults.empty()) << parts[p].name << " byte " << i << " bit " << bit;
          EXPECT_NE(faults.front().find(parts[p].name), std::string::npos);
        }
      }
    }
  }
}

TEST(Record, OneFlippedBitInTheLeafIsFoundOrChangesItsHash) {
  const auto parts = PartsOf(Request()).value();
  const std::string leaf = LeafBytes("key", 1, parts);
  for (std::size_t i = 0; i < leaf.size(); ++i) {
    std::string damaged = leaf;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    v1::RecordLeaf read;
    // Key and time are the log's to protect: they change the leaf's hash. Everything about the parts is found here.
    const bool about_parts =
        !CanonicalDecode(damaged, read).ok() || (read.key() == "key" && read.archive_time_micros() == 1);
    if (about_parts) {
      EXPECT_FALSE(FaultsOf(damaged, parts).empty()) << "byte " << i;
    }
  }
}

TEST(Record, MissingAndForeignPartsAreFound) {
  const auto parts = PartsOf(Request()).value();
  const std::string leaf = LeafBytes("key", 1, parts);
  auto fewer = parts;
  fewer.pop_back();
  EXPECT_FALSE(FaultsOf(leaf, fewer).empty());
  auto more = parts;
  more.push_back({"zz", "text/plain", "x", std::string(32, 's')});
  EXPECT_FALSE(FaultsOf(leaf, more).empty());
}

TEST(Record, SaltHidesAnErasedPart) {
  const auto once = PartsOf(Request()).value();
  const auto again = PartsOf(Request()).value();
  EXPECT_EQ(ContentDigest(once), ContentDigest(again));
  for (std::size_t i = 0; i < once.size(); ++i)
    EXPECT_NE(Commitment(once[i]), Commitment(again[i])) << "equal contents must not show as equal";
}

TEST(Record, LengthsSeparateTheFieldsOfACommitment) {
  const Part a{"form", "ab", "c", "salt"};
  const Part b{"form", "a", "bc", "salt"};
  EXPECT_NE(Commitment(a), Commitment(b));
}

TEST(Record, ScorecardMustNameTheStoredRules) {
  auto request = Request();
  request.mutable_scorecard()->mutable_rule_set()->set_digest("sha256:" + std::string(64, '0'));
  const auto parts = PartsOf(request).value();
  EXPECT_EQ(FaultsOf(LeafBytes("key", 1, parts), parts).size(), 1u);
}

TEST(Record, SummaryIsDerivedFromTheParts) {
  const auto summary = Summarize(PartsOf(Request()).value());
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(*summary, (Summary{"组织部", "党员教育培训经费", 2021, "", "98.68", "优"}));
}

}  // namespace
}  // namespace jixiao::archiving
