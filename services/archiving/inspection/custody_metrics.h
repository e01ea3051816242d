// What the caretaker finds, in log and metrics.
#pragma once

#include "archiving/inspection/caretaker.h"
#include "archiving/retention/policy.h"
#include "common/metrics.h"

#include <absl/status/statusor.h>

#include <string>

namespace jixiao::archiving {

// Log lines for errors and damage; each damaged part is a gauge of its own (the first hundred of a process). `metrics`
// must outlive them.
Caretaker::Hooks CustodyHooks(Metrics& metrics);

// The age of the verification that is longest ago, and counts of what was found. Store and caretaker must outlive every
// endpoint of `metrics`.
void AddCustodyMetrics(Metrics& metrics, ArchiveStore& store, const Caretaker& caretaker);

// The policy in a file; the shipped one without a path.
absl::StatusOr<RetentionPolicy> ReadRetentionPolicy(const std::string& path);

}  // namespace jixiao::archiving
