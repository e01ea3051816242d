// Loops of calls. Closed: so many are always in flight, and each answer starts the next call. Open: calls begin at a
// given rate, whatever the answers do, and a call's latency counts from when it was to begin, so that waiting is not
// hidden (a closed loop slows down with its server, and then measures how fast it waits). Requests and answers stay raw
// bytes, so that the client costs as little as it can and the same for every server.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace jixiao::load {

using Clock = std::chrono::steady_clock;

struct Loop {
  int connections = 4;
  int in_flight = 64;  // closed loop: calls, or messages on streams, over all connections
  int streams = 16;    // over all connections
  int window = 0;      // closed loop: messages that each stream keeps under way; 0: its share of `in_flight`
  int threads = 2;
  std::chrono::milliseconds duration{2000};
  double rate = 0;         // open loop: calls a second, at random moments as from many callers; 0: closed loop
  std::uint64_t seed = 1;  // of those moments
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  // calls; the loop ends then, or after `duration`
  int callers = 0;  // names in x-caller that the calls take turns with; 0: none is sent
};

struct Outcome {
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;  // calls and items that did not end with OK; streams that broke
  double seconds = 0;          // from the first call to the last answer
  std::map<grpc::StatusCode, std::uint64_t> errors;
  std::vector<std::uint32_t> micros;   // of each call that succeeded, in an open loop from when it was to begin
  std::vector<std::uint32_t> refused;  // of each that ended with RESOURCE_EXHAUSTED, from when it was sent
  std::vector<std::uint32_t> late;     // open loop: how much later than planned each was sent

  double PerSecond() const { return PerSecond(calls); }
  // Only what succeeded.
  double GoodPerSecond() const { return PerSecond(micros.size()); }
  // The latency that `share` of the successful calls keep; sorts.
  std::uint32_t Percentile(double share) { return Percentile(micros, share); }
  static std::uint32_t Percentile(std::vector<std::uint32_t>& values, double share);
  void Add(Outcome&& other);

 private:
  double PerSecond(std::uint64_t count) const { return seconds > 0 ? static_cast<double>(count) / seconds : 0; }
};

using Channels = std::vector<std::shared_ptr<grpc::Channel>>;

// As many connections as the loop wants, each of its own, to the addresses in turn.
Channels Connect(const std::vector<std::string>& addresses, const Loop& loop);

// Gives the request with this number; a loop counts from 0. Called from the loop's threads at the same time.
using Source = std::function<grpc::ByteBuffer(std::uint64_t number)>;
// The same few again and again.
Source InTurn(std::vector<grpc::ByteBuffer> requests);

// Reads the answer to the request `number`, which was (to be) sent at `start`, and says how it ended: on a stream,
// items have errors of their own. Called from the loop's threads at the same time. Null: every answer is OK.
using Sink =
    std::function<grpc::StatusCode(std::uint64_t number, Clock::time_point start, const grpc::ByteBuffer& answer)>;

// Calls `method` ("/package.Service/Method") until the time is over and all are answered.
Outcome CallInLoop(const Channels& channels, const std::string& method, const Source& source, const Loop& loop,
                   const Sink& sink = nullptr);

// The same on bidirectional streams that answer each message with one, in order.
Outcome StreamInLoop(const Channels& channels, const std::string& method, const Source& source, const Loop& loop,
                     const Sink& sink = nullptr);

}  // namespace jixiao::load
