// What all calls of one server share: how many are in flight, how many may be, and whether it is stopping.
#pragma once

#include "common/metrics.h"

#include <atomic>
#include <cstddef>

namespace jixiao::rpc {

class ServerState {
 public:
  // Calls beyond `max_in_flight` are refused at once. `metrics` must outlive the state, and no endpoint of it may.
  explicit ServerState(Metrics& metrics, std::size_t max_in_flight = 2048)
      : metrics_(metrics), max_in_flight_(max_in_flight) {
    metrics.AddReading("jixiao_rpc_in_flight", "Calls that have begun and not ended",
                       [this] { return static_cast<double>(in_flight()); });
  }

  // Counts a call in; false when the server is full, and the call was not counted.
  bool Enter() {
    if (in_flight_.fetch_add(1, std::memory_order_relaxed) < max_in_flight_) return true;
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  void Leave() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  Metrics& metrics() const { return metrics_; }
  std::size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

  // Long streams (watches) end themselves when this turns true.
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  void Stop() { stopping_.store(true, std::memory_order_relaxed); }

 private:
  Metrics& metrics_;
  const std::size_t max_in_flight_;
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace jixiao::rpc
