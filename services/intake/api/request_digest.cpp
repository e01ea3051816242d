#include "intake/api/request_digest.h"

#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"

#include <algorithm>
#include <initializer_list>

namespace jixiao::intake {
namespace {

// Digests were once made of lines. Where every text is one line these say one thing only and are kept, so that requests
// of before an upgrade are recognised; what has more lines is digested whole.
bool AreLines(std::initializer_list<std::string_view> texts) {
  return std::ranges::none_of(texts, [](std::string_view text) { return text.find('\n') != std::string_view::npos; });
}

constexpr std::string_view kReview = "review";

}  // namespace

absl::StatusOr<std::string> RequestDigest(const v1::ReturnSubmissionRequest& request) {
  const v1::Actor& actor = request.actor();
  if (!AreLines({request.name(), request.etag(), request.reason(), actor.name(), actor.organization()}))
    return CanonicalDigest(request);
  std::string text = Cat(request.name(), "\n", request.etag(), "\n", request.reason());
  // Requests of before there were reasons and actors keep their digests.
  if (!request.reasons().empty() || request.has_actor()) {
    for (const int reason : request.reasons()) Append(text, "\n", reason);
    Append(text, "\nactor\n", actor.name(), "\n", static_cast<int>(actor.role()), "\n", actor.organization());
  }
  return DigestOf(text);
}

absl::StatusOr<std::string> RequestDigest(const v1::SubmitEvaluationRequest& request, std::string_view form_digest) {
  // A campaign of this name would say what a review says.
  if (!AreLines({request.submission(), request.rule_set(), request.campaign(), request.reservation()}) ||
      request.campaign() == kReview)
    return CanonicalDigest(request);
  std::string digest = DigestOf(Cat(form_digest, "\n", request.submission(), "\n", request.rule_set(), "\n",
                                    DigestOf(request.source_document())));
  // Only what is said, so that requests of before there were seasons and reviews keep their digests.
  if (!request.campaign().empty() || !request.reservation().empty())
    digest = DigestOf(Cat(digest, "\n", request.campaign(), "\n", request.reservation()));
  if (!request.stages().empty() || request.judge_findings()) {
    std::string review = request.judge_findings() ? "judge_findings" : "";
    for (const int stage : request.stages())
      Append(review, "\n", v1::ReviewStage_Name(static_cast<v1::ReviewStage>(stage)));
    digest = DigestOf(Cat(digest, "\n", kReview, "\n", review));
  }
  return digest;
}

}  // namespace jixiao::intake
