// The audit log (审计日志) of one server: takes down its calls and brings them, segment by segment, to the archive.
//
// What is kept: a call that was recorded is in a file within a fifth of a second, and stays there until the archive has
// it, over crashes of this process and for as long as the archive is away. What can be lost: the calls of that fifth of
// a second when the process is killed; calls beyond `max_bytes` of files, which are counted, and the count is archived.
// A form itself never depends on this: who filed what is a part of its record.
#pragma once

#include "common/audit/spool.h"
#include "common/metrics.h"

#include "jixiao/operation/v1/audit.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace jixiao::audit {

using Segment = operation::v1::AuditSegment;

struct TrailOptions {
  std::string service;                     // intake, scoring or archiving
  std::string folder;                      // where segments wait; one process has it
  std::size_t max_bytes = 256u << 20;      // of segments that wait, at most
  std::chrono::milliseconds span{10'000};  // after which a segment is sealed
  std::chrono::milliseconds write_every{200};
};

// Thread-safe.
class Trail {
 public:
  // Archives a segment; called from one thread, may block. OK: it is archived. INVALID_ARGUMENT and ALREADY_EXISTS: it
  // never will be, and is set aside; after any other error it is tried again.
  using Deliver = std::function<absl::Status(const Segment&)>;

  // `metrics` must outlive the trail; the trail must outlive its endpoint. Errors of Spool::Open.
  static absl::StatusOr<std::unique_ptr<Trail>> Open(TrailOptions options, Metrics& metrics, Deliver deliver);
  // Writes down what was recorded, and goes on delivering for two seconds and until the delivery that is under way then
  // ends; what is left waits for the next start.
  ~Trail();
  Trail(const Trail&) = delete;
  Trail& operator=(const Trail&) = delete;

  // Never blocks on disk or network.
  void Record(const operation::v1::AuditedCall& call);

  struct State {
    std::uint64_t waiting_bytes = 0;  // in files
    std::uint64_t dropped = 0;        // calls of this run
    std::string problem;              // why the last try to write or deliver failed; empty when it did not
  };
  State state() const;

 private:
  Trail(TrailOptions options, std::unique_ptr<Spool> spool, Deliver deliver);

  void WriteLoop();
  void DeliverLoop();
  // Writes what waits in memory, and seals the segment when its time has come or `finish` says so.
  void WriteSome(bool finish);
  absl::Status Write(const std::vector<std::string>& calls);
  absl::Status Seal();
  absl::Status DeliverAll();
  void Note(std::string& problem, const absl::Status& status, std::string_view what);

  const TrailOptions options_;
  const std::string run_;
  const std::unique_ptr<Spool> spool_;
  const Deliver deliver_;

  // Of the writing thread.
  std::int64_t segments_ = 0;
  std::int64_t segment_calls_ = 0;
  std::chrono::steady_clock::time_point segment_start_;

  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> sealed_bytes_{0};
  std::atomic<std::uint64_t> open_bytes_{0};

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_writer_;
  std::condition_variable wake_deliverer_;
  std::vector<std::string> recorded_;
  std::size_t recorded_bytes_ = 0;
  std::string write_problem_;
  std::string deliver_problem_;
  bool sealed_ = true;  // something to deliver may have come
  bool stopping_ = false;
  bool written_all_ = false;
  std::chrono::steady_clock::time_point give_up_;

  std::thread writer_;
  std::thread deliverer_;
};

}  // namespace jixiao::audit
