#include "intake/workflow/review_policy.h"

#include "common/errors.h"

#include <gtest/gtest.h>

namespace jixiao::intake {
namespace {

using namespace v1;

evaluation::v1::Finding FindingOf(const std::string& code, evaluation::v1::Severity severity) {
  evaluation::v1::Finding finding;
  finding.set_code(code);
  finding.set_severity(severity);
  return finding;
}
const auto kError = FindingOf("X", evaluation::v1::SEVERITY_ERROR);
const auto kWarning = FindingOf("X", evaluation::v1::SEVERITY_WARNING);
const auto kInfo = FindingOf("X", evaluation::v1::SEVERITY_INFO);

TEST(ReviewPolicy, ShippedOneSaysWhatItsTextSays) {
  const ReviewPolicy& policy = ReviewPolicy::Default();
  EXPECT_EQ(policy.ClassOf("510403", kError), FINDING_CLASS_CONFIRM);
  EXPECT_EQ(policy.ClassOf("510403", kWarning), FINDING_CLASS_NOTE);
  EXPECT_EQ(policy.ClassOf("", kInfo), FINDING_CLASS_NOTE);
  EXPECT_EQ(policy.ClassOf("", FindingOf("SUM_WEIGHT", evaluation::v1::SEVERITY_ERROR)), FINDING_CLASS_INVALID);
  EXPECT_EQ(policy.ClassOf("", FindingOf("TARGET_CHANGED", evaluation::v1::SEVERITY_ERROR)), FINDING_CLASS_WAIVE);
  EXPECT_EQ(FaultOf(policy.risk()), "");
  EXPECT_EQ(policy.digest(), ReviewPolicy::Parse(std::string(ReviewPolicy::DefaultText()))->digest());
}

TEST(ReviewPolicy, ProvinceChangesWhatItNames) {
  const auto policy = ReviewPolicy::Parse(R"(
classes: {codes: {SUM_WEIGHT: confirm}}
regions:
  "51": {codes: {NO_REASON: invalid}, severity: {warning: confirm}}
  "5104": {codes: {NO_REASON: note}}
risk: {error: "7.5", codes: {NO_REASON: "1"}}
)");
  ASSERT_TRUE(policy.ok()) << policy.status();
  const auto reason = FindingOf("NO_REASON", evaluation::v1::SEVERITY_ERROR);
  EXPECT_EQ(policy->ClassOf("110000", FindingOf("SUM_WEIGHT", evaluation::v1::SEVERITY_ERROR)), FINDING_CLASS_CONFIRM);
  EXPECT_EQ(policy->ClassOf("110000", reason), FINDING_CLASS_CONFIRM);
  EXPECT_EQ(policy->ClassOf("510100", reason), FINDING_CLASS_INVALID);
  EXPECT_EQ(policy->ClassOf("510403", reason), FINDING_CLASS_NOTE) << "the longest region";
  EXPECT_EQ(policy->ClassOf("510403", kWarning), FINDING_CLASS_CONFIRM) << "what it leaves out is its province's";
  EXPECT_EQ(policy->ClassOf("110000", kWarning), FINDING_CLASS_NOTE);
  EXPECT_EQ(policy->risk().error(), "7.5");
  EXPECT_EQ(policy->risk().codes().at("NO_REASON"), "1");
  EXPECT_EQ(policy->risk().warning(), ReviewPolicy::Default().risk().warning());
  EXPECT_NE(policy->digest(), ReviewPolicy::Default().digest());
}

TEST(ReviewPolicy, FaultsAreNamedByTheirLine) {
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
           {"classes:\n  codes: {SUM_WEIGHT: block}", "line 2"},
           {"classes:\n  severity:\n    fatal: note", "line 3"},
           {"classes: {codes: {sum: note}}", "no code"},
           {"clases: {}", "has no clases"},
           {"regions: {\"5x\": {}}", "5x"},
           {"risk: {error: high}", "exact decimal"},
           {"risk: {error: \"-1\"}", "from 0"},
           {"risk: {amounts: [{at_least: \"5\", points: \"1\"}, {at_least: \"5\", points: \"2\"}]}", "rise"},
           {"risk: {wight: \"1\"}", "has no wight"},
           {"classes: [", "YAML"},
           {"- a", "not a map"}}) {
    const auto policy = ReviewPolicy::Parse(text);
    ASSERT_FALSE(policy.ok()) << text;
    EXPECT_EQ(ReasonOf(policy.status()), "POLICY_INVALID");
    EXPECT_NE(std::string(policy.status().message()).find(what), std::string::npos) << text << ": " << policy.status();
  }
}

}  // namespace
}  // namespace jixiao::intake
