#include "intake/workflow/submission.h"

#include "common/random.h"
#include "common/text.h"

#include <array>
#include <cstdio>

namespace jixiao::intake {

std::string NewSubmissionName(std::int64_t now) {
  std::array<char, 16> time;
  std::snprintf(time.data(), time.size(), "%012llx", static_cast<unsigned long long>(now / 1000));
  return Cat("submissions/", std::string_view(time.data(), 12), RandomHex(10));
}

std::string RevisionName(std::string_view submission, int revision) {
  return Cat(submission, "/revisions/", revision);
}

std::string_view TitleOf(SubmissionState state) {
  switch (state) {
    case v1::SUBMISSION_STATE_ACCEPTED:
      return "已接收";
    case v1::SUBMISSION_STATE_SCORED:
      return "已评分";
    case v1::SUBMISSION_STATE_ARCHIVED:
      return "已归档";
    case v1::SUBMISSION_STATE_RETURNED:
      return "已退回";
    case v1::SUBMISSION_STATE_STUCK:
      return "需处理";
    default:
      return "未知";
  }
}

}  // namespace jixiao::intake
