// Submissions through their life: what several tests do with intake and the archive.
#pragma once

#include "support/cluster.h"

#include <string>
#include <vector>

namespace jixiao::testing {

// A request id that no other call of this run has.
std::string NewRequestId();

intake::v1::SubmitEvaluationRequest SubmitRequest(const evaluation::v1::SelfEvaluation& form);

// Submits and answers with the receipt; fails the test when it is refused.
intake::v1::Receipt Submit(Cluster& cluster, const evaluation::v1::SelfEvaluation& form,
                           const std::string& rule_set = "");

intake::v1::Submission Get(Cluster& cluster, const std::string& name);

// Waits until the submission's newest revision is in `state`, and answers with it; fails the test when that takes too
// long.
intake::v1::Submission WaitFor(Cluster& cluster, const std::string& name,
                               intake::v1::SubmissionState state = intake::v1::SUBMISSION_STATE_ARCHIVED,
                               std::chrono::milliseconds patience = std::chrono::seconds(20));

// All submissions (in these states; empty: all), over all pages.
std::vector<intake::v1::Submission> AllSubmissions(Cluster& cluster,
                                                   const std::vector<intake::v1::SubmissionState>& states = {});

// All records of the archive, over all pages.
std::vector<archiving::v1::RecordSummary> AllRecords(Cluster& cluster);

// CheckLog; fails the test when it is refused.
archiving::v1::CheckLogResponse CheckLog(Cluster& cluster);

}  // namespace jixiao::testing
