// Callers who hand in one form after the other while something goes wrong, and what has to hold afterwards.
#pragma once

#include "support/cluster.h"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::testing {

class Traffic {
 public:
  // What is normal from the submission of a form to its place in the archive, on a machine that has other things to do.
  static constexpr std::chrono::milliseconds kNormal{1500};
  // How soon after a fault all has to be normal again.
  static constexpr std::chrono::seconds kRecovery{10};

  // Starts the callers, who go round the replicas of intake.
  explicit Traffic(Cluster& cluster, int callers = 4);
  ~Traffic() { Stop(); }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  int receipts() const { return receipts_; }
  // Calls that were refused or broke, by "CODE REASON".
  std::map<std::string, int> errors();

  // The fault is over: fails the test unless, within kRecovery, nothing waits any more and a form takes no longer than
  // kNormal.
  void ExpectNormalSoon();

  // Everybody finishes what he has begun.
  void Stop();
  // After Stop: every form that was acknowledged is in the archive once and the log is whole. Nothing else is there.
  void ExpectAllArchivedOnce();

 private:
  void Call(int caller);
  // Hands one form in and repeats until there is a receipt; the submission's name. Empty when it takes too long.
  std::string HandIn(int caller, int number, std::chrono::milliseconds patience);

  Cluster& cluster_;
  std::atomic<bool> over_{false};
  std::atomic<int> receipts_{0};
  std::atomic<int> probes_{0};
  std::mutex mutex_;
  std::map<std::string, std::string> acknowledged_;  // digests by submission
  std::map<std::string, int> errors_;
  std::vector<std::thread> callers_;
};

}  // namespace jixiao::testing
