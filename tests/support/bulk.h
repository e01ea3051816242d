// Streams of forms, and what many callers at once notice of each other.
#pragma once

#include "support/calls.h"

#include "jixiao/intake/v1/intake_service.grpc.pb.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace jixiao::testing {

// Sends `requests` on one stream, taking answers meanwhile; the answers, and how the stream ended.
std::vector<intake::v1::BatchSubmitResponse> SubmitMany(
    intake::v1::IntakeService::Stub& stub, const std::vector<intake::v1::SubmitEvaluationRequest>& requests,
    grpc::Status* status, const Metadata& metadata = {});

// One platform that pushes records, and many units that hand in one form after the other.
struct FloodOptions {
  std::size_t records = 3000;
  int streams = 4;  // of the platform
  int callers = 50;
  std::chrono::milliseconds think{100};  // between a caller's forms, on average
  std::chrono::milliseconds idle{3000};  // how long the callers are measured alone
  std::chrono::seconds limit{120};       // for the platform to be through
  std::uint64_t seed = 1;
};

struct Latencies {
  std::vector<std::uint32_t> micros;
  std::size_t failures = 0;
  std::uint32_t Percentile(double share) const;
};

struct FloodOutcome {
  Latencies idle;
  Latencies flooded;
  std::set<std::string> submissions;  // of the platform
  std::set<std::string> singles;
  std::size_t receipts = 0;  // of the platform; more than submissions: a form was answered twice
  std::size_t errors = 0;    // of the platform's items
  std::size_t breaks = 0;    // of its streams
  double seconds = 0;        // that the platform took
};

// Runs the callers alone, then with the platform. `progress` is called about once a second with the platform's
// receipts.
FloodOutcome Flood(
    const std::string& address, const FloodOptions& options,
    const std::function<void(std::size_t)>& progress = [](std::size_t) {});

}  // namespace jixiao::testing
