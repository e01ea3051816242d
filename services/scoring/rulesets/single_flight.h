// One load for all who want the same thing at the same time.
#pragma once

#include "common/text.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace jixiao::scoring {

// Thread-safe. Keeps nothing: an outcome belongs to those who waited for it, and an error is forgotten with them.
template <class Value>
class SingleFlight {
 public:
  // Runs `load` unless somebody is loading `key`; then waits and answers with what that gives. `load` must not ask for
  // the same key, and does well to look first whether an earlier flight has brought it.
  absl::StatusOr<Value> Do(std::string_view key, absl::FunctionRef<absl::StatusOr<Value>()> load) {
    std::unique_lock lock(mutex_);
    if (const auto found = flights_.find(key); found != flights_.end()) {
      const std::shared_ptr<Flight> flight = found->second;
      ++flight->waiting;
      flight->landed.wait(lock, [&] { return flight->outcome.has_value(); });
      return *flight->outcome;
    }
    const auto flight = std::make_shared<Flight>();
    flights_.emplace(std::string(key), flight);
    lock.unlock();
    absl::StatusOr<Value> outcome = load();
    lock.lock();
    flights_.erase(flights_.find(key));
    flight->outcome = outcome;
    lock.unlock();
    flight->landed.notify_all();
    return outcome;
  }

  // How many wait for the load of `key` that is on its way; for tests.
  int WaitingFor(std::string_view key) const {
    const std::lock_guard lock(mutex_);
    const auto found = flights_.find(key);
    return found == flights_.end() ? 0 : found->second->waiting;
  }

 private:
  struct Flight {
    std::condition_variable landed;
    std::optional<absl::StatusOr<Value>> outcome;
    int waiting = 0;
  };

  mutable std::mutex mutex_;
  TextMap<std::shared_ptr<Flight>> flights_;
};

}  // namespace jixiao::scoring
