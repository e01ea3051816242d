#include "load/closed_loop.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <optional>
#include <thread>

namespace jixiao::load {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kDeadline{20};

std::uint32_t MicrosSince(Clock::time_point start) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count());
}

// Whoever waits for something on the queue.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void Done(bool ok) = 0;
};

// One thread's part of a loop.
struct Lane {
  grpc::CompletionQueue queue;
  Clock::time_point end;
  const std::vector<grpc::ByteBuffer>* requests;
  std::size_t next = 0;  // request
  std::size_t open = 0;  // calls or streams that have not ended
  Outcome outcome;

  const grpc::ByteBuffer& Next() { return (*requests)[next++ % requests->size()]; }
  bool Over() const { return Clock::now() >= end; }

  void Run() {
    void* tag = nullptr;
    bool ok = false;
    while (open > 0 && queue.Next(&tag, &ok)) static_cast<Waiter*>(tag)->Done(ok);
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
  }
};

// One place for a call in flight.
class UnarySlot final : public Waiter {
 public:
  UnarySlot(Lane& lane, const std::shared_ptr<grpc::Channel>& channel, const std::string& method)
      : lane_(lane), stub_(channel), method_(method) {
    ++lane_.open;
    Start();
  }

  void Done(bool) override {
    ++lane_.outcome.calls;
    lane_.outcome.failures += status_.ok() ? 0 : 1;
    lane_.outcome.micros.push_back(MicrosSince(start_));
    lane_.Over() ? static_cast<void>(--lane_.open) : Start();
  }

 private:
  void Start() {
    context_.emplace();
    context_->set_deadline(std::chrono::system_clock::now() + kDeadline);
    start_ = Clock::now();
    call_ = stub_.PrepareUnaryCall(&*context_, method_, lane_.Next(), &lane_.queue);
    call_->StartCall();
    call_->Finish(&answer_, &status_, this);
  }

  Lane& lane_;
  grpc::GenericStub stub_;
  const std::string& method_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call_;
  grpc::ByteBuffer answer_;
  grpc::Status status_;
  Clock::time_point start_;
};

// One stream with up to `window` messages that have no answer yet.
class StreamSlot final {
 public:
  StreamSlot(Lane& lane, const std::shared_ptr<grpc::Channel>& channel, const std::string& method, std::size_t window)
      : lane_(lane), stub_(channel), window_(window) {
    ++lane_.open;
    context_.set_deadline(std::chrono::system_clock::now() + kDeadline +
                          std::chrono::ceil<std::chrono::seconds>(lane.end - Clock::now()));
    stream_ = stub_.PrepareCall(&context_, method, &lane_.queue);
    stream_->StartCall(&started_);
  }

 private:
  class Event final : public Waiter {
   public:
    explicit Event(std::function<void(bool)> done) : done_(std::move(done)) {}
    void Done(bool ok) override { done_(ok); }

   private:
    std::function<void(bool)> done_;
  };

  void OnStarted(bool ok) {
    if (!ok) return Finish();
    stream_->Read(&answer_, &read_);
    WriteMore();
  }

  void OnRead(bool ok) {
    if (!ok) return Finish();
    ++lane_.outcome.calls;
    lane_.outcome.micros.push_back(MicrosSince(sent_.front()));
    sent_.pop_front();
    stream_->Read(&answer_, &read_);
    WriteMore();
  }

  void OnWritten(bool ok) {
    writing_ = false;
    if (ok) WriteMore();
  }

  void WriteMore() {
    if (writing_ || closed_) return;
    if (lane_.Over()) {
      if (!sent_.empty()) return;
      closed_ = true;
      stream_->WritesDone(&closed_event_);
    } else if (sent_.size() < window_) {
      writing_ = true;
      sent_.push_back(Clock::now());
      stream_->Write(lane_.Next(), &written_);
    }
  }

  void Finish() { stream_->Finish(&status_, &finished_); }

  void OnFinished(bool) {
    lane_.outcome.failures += status_.ok() && sent_.empty() ? 0 : 1;
    --lane_.open;
  }

  Lane& lane_;
  grpc::GenericStub stub_;
  const std::size_t window_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  std::deque<Clock::time_point> sent_;  // of messages without an answer
  grpc::ByteBuffer answer_;
  grpc::Status status_;
  bool writing_ = false;
  bool closed_ = false;
  Event started_{[this](bool ok) { OnStarted(ok); }};
  Event read_{[this](bool ok) { OnRead(ok); }};
  Event written_{[this](bool ok) { OnWritten(ok); }};
  Event closed_event_{[](bool) {}};
  Event finished_{[this](bool ok) { OnFinished(ok); }};
};

// Runs one lane a thread; `fill(lane, first, step)` opens what it is to keep in flight.
template <class Fill>
Outcome RunLanes(const std::vector<grpc::ByteBuffer>& requests, const Loop& loop, Fill fill) {
  const auto start = Clock::now();
  const auto lanes = static_cast<std::size_t>(loop.threads);
  std::vector<Outcome> outcomes(lanes);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < lanes; ++i) {
    threads.emplace_back([&, i] {
      Lane lane;
      lane.end = start + loop.duration;
      lane.requests = &requests;
      lane.next = i * requests.size() / lanes;  // no two threads send the same at the same time
      const auto slots = fill(lane, i, lanes);
      lane.Run();
      outcomes[i] = std::move(lane.outcome);
    });
  }
  for (std::thread& thread : threads) thread.join();
  Outcome sum;
  for (Outcome& outcome : outcomes) sum.Add(std::move(outcome));
  sum.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return sum;
}

}  // namespace

std::uint32_t Outcome::Percentile(double share) {
  if (micros.empty()) return 0;
  const auto at = micros.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(micros.size() - 1));
  std::nth_element(micros.begin(), at, micros.end());
  return *at;
}

void Outcome::Add(Outcome&& other) {
  calls += other.calls;
  failures += other.failures;
  seconds += other.seconds;
  micros.insert(micros.end(), other.micros.begin(), other.micros.end());
}

Channels Connect(const std::string& address, const Loop& loop) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // otherwise all channels share one connection
  Channels channels;
  for (int i = 0; i < loop.connections; ++i)
    channels.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  return channels;
}

Outcome CallInLoop(const Channels& channels, const std::string& method, const std::vector<grpc::ByteBuffer>& requests,
                   const Loop& loop) {
  return RunLanes(requests, loop, [&](Lane& lane, std::size_t first, std::size_t step) {
    std::vector<std::unique_ptr<UnarySlot>> slots;
    for (std::size_t i = first; i < static_cast<std::size_t>(loop.in_flight); i += step)
      slots.push_back(std::make_unique<UnarySlot>(lane, channels[i % channels.size()], method));
    return slots;
  });
}

Outcome StreamInLoop(const Channels& channels, const std::string& method, const std::vector<grpc::ByteBuffer>& requests,
                     const Loop& loop) {
  const auto window = static_cast<std::size_t>(std::max(1, loop.in_flight / loop.streams));
  return RunLanes(requests, loop, [&](Lane& lane, std::size_t first, std::size_t step) {
    std::vector<std::unique_ptr<StreamSlot>> slots;
    for (std::size_t i = first; i < static_cast<std::size_t>(loop.streams); i += step)
      slots.push_back(std::make_unique<StreamSlot>(lane, channels[i % channels.size()], method, window));
    return slots;
  });
}

}  // namespace jixiao::load
