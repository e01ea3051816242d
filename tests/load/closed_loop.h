// A closed loop of calls: so many are always in flight, and each answer starts the next call. Requests and answers stay
// raw bytes, so that the client costs as little as it can and the same for every server.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace jixiao::load {

struct Loop {
  int connections = 4;
  int in_flight = 64;  // calls, or messages on streams, over all connections
  int streams = 16;    // over all connections
  int threads = 2;
  std::chrono::milliseconds duration{2000};
};

struct Outcome {
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;  // calls that did not end with OK; streams that broke
  double seconds = 0;
  std::vector<std::uint32_t> micros;  // of each call

  double PerSecond() const { return seconds > 0 ? static_cast<double>(calls) / seconds : 0; }
  // The latency that `share` of the calls keep; sorts.
  std::uint32_t Percentile(double share);
  void Add(Outcome&& other);
};

using Channels = std::vector<std::shared_ptr<grpc::Channel>>;

// As many connections as the loop wants, each of its own.
Channels Connect(const std::string& address, const Loop& loop);

// Calls `method` ("/package.Service/Method") with the requests in turn until the time is over and all are answered.
Outcome CallInLoop(const Channels& channels, const std::string& method, const std::vector<grpc::ByteBuffer>& requests,
                   const Loop& loop);

// The same on bidirectional streams that answer each message with one, in order.
Outcome StreamInLoop(const Channels& channels, const std::string& method, const std::vector<grpc::ByteBuffer>& requests,
                     const Loop& loop);

}  // namespace jixiao::load
