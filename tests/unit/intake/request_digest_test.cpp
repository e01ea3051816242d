// Two requests that say something different never have one digest, and those of former versions keep theirs.
#include "intake/api/request_digest.h"

#include "common/digest.h"
#include "common/text.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace jixiao::intake {
namespace {

std::string Returned(const std::function<void(v1::ReturnSubmissionRequest&)>& say) {
  v1::ReturnSubmissionRequest request;
  request.set_request_id("id");
  request.set_name("submissions/1");
  say(request);
  return RequestDigest(request).value();
}

std::string Submitted(const std::function<void(v1::SubmitEvaluationRequest&)>& say) {
  v1::SubmitEvaluationRequest request;
  request.set_request_id("id");
  say(request);
  return RequestDigest(request, "sha256:form").value();
}

TEST(RequestDigest, ALineOfAReasonIsNoActor) {
  std::set<std::string> digests;
  digests.insert(Returned([](auto& r) { r.set_reason("why"); }));
  digests.insert(Returned([](auto& r) {
    r.set_reason("why");
    r.mutable_actor()->set_name("甲");
    r.mutable_actor()->set_role(v1::ACTOR_ROLE_DEPARTMENT);
  }));
  digests.insert(Returned(
      [](auto& r) { r.set_reason(Cat("why\nactor\n甲\n", static_cast<int>(v1::ACTOR_ROLE_DEPARTMENT), "\n")); }));
  digests.insert(Returned([](auto& r) {
    r.set_etag("1");
    r.set_reason("2\nwhy");
  }));
  digests.insert(Returned([](auto& r) {
    r.set_etag("1\n2");
    r.set_reason("why");
  }));
  EXPECT_EQ(digests.size(), 5u);
}

TEST(RequestDigest, ACampaignIsNoReview) {
  std::set<std::string> digests;
  digests.insert(Submitted([](auto& r) { r.set_judge_findings(true); }));
  digests.insert(Submitted([](auto& r) {
    r.set_campaign("review");
    r.set_reservation("judge_findings");
  }));
  digests.insert(Submitted([](auto& r) {
    r.set_submission("a\nb");
    r.set_rule_set("c");
  }));
  digests.insert(Submitted([](auto& r) {
    r.set_submission("a");
    r.set_rule_set("b\nc");
  }));
  digests.insert(Submitted([](auto& r) {
    r.set_campaign("a\nb");
    r.set_reservation("c");
  }));
  digests.insert(Submitted([](auto& r) {
    r.set_campaign("a");
    r.set_reservation("b\nc");
  }));
  EXPECT_EQ(digests.size(), 6u);
}

// As they stand in the databases of former versions.
TEST(RequestDigest, OfFormerVersionsStay) {
  EXPECT_EQ(Returned([](auto& r) { r.set_reason("why"); }), DigestOf("submissions/1\n\nwhy"));
  EXPECT_EQ(Returned([](auto& r) {
              r.set_reason("why");
              r.add_reasons(v1::RETURN_REASON_OTHER);
            }),
            DigestOf(Cat("submissions/1\n\nwhy\n", static_cast<int>(v1::RETURN_REASON_OTHER), "\nactor\n\n0\n")));
  const std::string bare = DigestOf(Cat("sha256:form\n\nrules\n", DigestOf("")));
  EXPECT_EQ(Submitted([](auto& r) { r.set_rule_set("rules"); }), bare);
  EXPECT_EQ(Submitted([](auto& r) {
              r.set_rule_set("rules");
              r.set_campaign("campaigns/a");
            }),
            DigestOf(Cat(bare, "\ncampaigns/a\n")));
  EXPECT_EQ(Submitted([](auto& r) {
              r.set_rule_set("rules");
              r.set_judge_findings(true);
              r.add_stages(v1::REVIEW_STAGE_DEPARTMENT);
            }),
            DigestOf(Cat(bare, "\nreview\njudge_findings\nREVIEW_STAGE_DEPARTMENT")));
}

}  // namespace
}  // namespace jixiao::intake
