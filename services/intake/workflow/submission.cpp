#include "intake/workflow/submission.h"

#include "common/random.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace jixiao::intake {

void ToProto(const SubmissionRow& head, v1::Submission& out) {
  out.set_name(head.name);
  out.set_revision(head.revision);
  out.set_state(head.state);
  out.set_form_digest(head.form_digest);
  out.set_implementing_unit(head.implementing_unit);
  out.set_project_name(head.project_name);
  out.set_fiscal_year(head.fiscal_year);
  out.set_region_code(head.region_code);
  *out.mutable_create_time() = ToTimestamp(head.create_time);
  *out.mutable_update_time() = ToTimestamp(head.update_time);
  out.set_etag(Cat(head.version));
  out.set_archive_record(head.archive_record);
  out.set_archive_index(std::max<std::int64_t>(head.archive_index, 0));
  out.set_problem(head.problem);
  out.set_campaign(head.campaign);
  out.set_competent_department(head.competent_department);
  out.set_late(head.late);
  out.mutable_stages()->Assign(head.stages.begin(), head.stages.end());
  out.set_findings_judged(head.judged || !head.stages.empty());
}

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
    case v1::SUBMISSION_STATE_AWAITING_ANSWERS:
      return "待说明";
    case v1::SUBMISSION_STATE_DEPARTMENT_REVIEW:
      return "主管部门审核";
    case v1::SUBMISSION_STATE_FINANCE_REVIEW:
      return "财政审核";
    case v1::SUBMISSION_STATE_APPROVED:
      return "审核通过";
    case v1::SUBMISSION_STATE_WITHDRAWN:
      return "已撤回";
    default:
      return "未知";
  }
}

}  // namespace jixiao::intake
