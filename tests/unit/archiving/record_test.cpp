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

// What review did is a part of its own, bound to form and card; a record without it has none.
v1::ArchiveRecordRequest ReviewedRequest() {
  v1::ArchiveRecordRequest request = Request();
  auto& review = *request.mutable_review();
  review.set_submission("submissions/1");
  review.set_revision(1);
  review.set_form_digest(CanonicalDigest(request.form()).value());
  review.set_scorecard_digest(CanonicalDigest(request.scorecard()).value());
  auto& entry = *review.add_history();
  entry.set_action(intake::v1::SUBMISSION_ACTION_APPROVE);
  entry.mutable_actor()->set_name("王五");
  return request;
}

TEST(Record, ReviewIsAPartInItsPlace) {
  const auto parts = PartsOf(ReviewedRequest()).value();
  ASSERT_EQ(parts.size(), 5u);
  for (std::size_t i = 1; i < parts.size(); ++i) EXPECT_LT(parts[i - 1].name, parts[i].name);
  EXPECT_EQ(parts[1].name, kReviewPart);
  EXPECT_TRUE(FaultsOf(LeafBytes("key", 1, parts), parts).empty());
  EXPECT_NE(ContentDigest(parts), ContentDigest(PartsOf(Request()).value()));
}

TEST(Record, ReviewOfAnotherFormOrCardIsFound) {
  for (const bool of_form : {true, false}) {
    v1::ArchiveRecordRequest request = ReviewedRequest();
    (of_form ? *request.mutable_review()->mutable_form_digest()
             : *request.mutable_review()->mutable_scorecard_digest()) = "sha256:other";
    const auto parts = PartsOf(request).value();
    const auto faults = FaultsOf(LeafBytes("key", 1, parts), parts);
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_NE(faults.front().find("review"), std::string::npos);
  }
}

TEST(Record, OneFlippedBitInAnyPartIsFoundAndNamed) {
  const auto parts = PartsOf(ReviewedRequest()).value();
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
