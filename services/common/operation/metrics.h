// What every server measures of its process and its store.
#pragma once

#include "common/metrics.h"
#include "common/store/group_commit.h"
#include "common/worker_pool.h"

#include <string>

namespace jixiao::operation {

// Version, start, memory, processor time, lost log lines, and what waits for `pool`, which must outlive the endpoint.
void AddProcessMetrics(Metrics& metrics, WorkerPool& pool);

// Commits and their queue; what AddDiskMetrics adds. `writer` must outlive the endpoint.
void AddStoreMetrics(Metrics& metrics, const std::string& address, store::GroupCommit& writer);

// Size of an SQLite database and its log, and what is free on its disk; nothing for PostgreSQL.
void AddDiskMetrics(Metrics& metrics, const std::string& address);

}  // namespace jixiao::operation
