// What all calls of one server share: how many are in flight, how many may be, and whether it is stopping.
#pragma once

#include "common/metrics.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <limits>

namespace jixiao::access {
class Gate;
}
namespace jixiao::audit {
class Trail;
}

namespace jixiao::rpc {

class ServerState {
 public:
  // Calls beyond `max_in_flight`, or whose requests together have more than `max_bytes`, are refused at once; a call
  // that is alone never is. `metrics` must outlive the state, and no endpoint of it may.
  explicit ServerState(Metrics& metrics, std::size_t max_in_flight = 2048,
                       std::size_t max_bytes = std::numeric_limits<std::size_t>::max())
      : metrics_(metrics), max_in_flight_(max_in_flight), max_bytes_(max_bytes) {
    metrics.AddReading("jixiao_rpc_in_flight", "Calls that have begun and not ended",
                       [this] { return static_cast<double>(in_flight()); });
  }

  // From now on calls have to pass `gate`, which must outlive the state; null: all are let through. Before serving.
  void GuardBy(access::Gate* gate) { gate_ = gate; }
  access::Gate* gate() const { return gate_; }

  // From now on calls are taken down in `trail`, which must outlive the state; null: nowhere. Before any Method is
  // made.
  void RecordIn(audit::Trail* trail) { trail_ = trail; }
  audit::Trail* trail() const { return trail_; }

  // Counts in a call whose request has `bytes`; false when the server is full, and the call was not counted. Calls come
  // here by way of Admit (method.h), which asks the gate first.
  bool Enter(std::size_t bytes = 0) {
    const std::size_t calls = in_flight_.fetch_add(1, std::memory_order_relaxed);
    const std::size_t held = bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if (calls < max_in_flight_ && (held == 0 || bytes <= max_bytes_ - std::min(held, max_bytes_))) return true;
    Leave(bytes);
    return false;
  }
  // Counts it out, with the same `bytes`, once its answer is on its way: until then it is in flight.
  void Leave(std::size_t bytes = 0) {
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }
  Metrics& metrics() const { return metrics_; }
  std::size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

  // Long streams (watches) end themselves when this turns true.
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  void Stop() { stopping_.store(true, std::memory_order_relaxed); }

 private:
  Metrics& metrics_;
  const std::size_t max_in_flight_;
  const std::size_t max_bytes_;
  access::Gate* gate_ = nullptr;
  audit::Trail* trail_ = nullptr;
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace jixiao::rpc
