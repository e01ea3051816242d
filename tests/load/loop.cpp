#include "load/loop.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

namespace jixiao::load {
namespace {

constexpr std::chrono::seconds kDeadline{20};
// Calls in flight of one thread: an open loop that meets a server which answers nothing stops short of filling the
// memory. What waits here still counts from when it was to begin.
constexpr std::uint64_t kMostOpen = 16'384;
// Messages of one stream that wait for the server to take them, likewise.
constexpr std::size_t kMostPending = 16'384;

std::uint32_t Micros(Clock::duration time) {
  return static_cast<std::uint32_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(time).count()));
}

// Whoever waits for something on the queue.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void Done(bool ok) = 0;
};

// One thread's part of a loop, and in an open loop a second thread's that begins the calls.
struct Lane {
  Lane(const Loop& loop_, const Source& source_, const Sink& sink_, std::size_t index_, Clock::time_point begin_)
      : loop(loop_), source(source_), sink(sink_), index(index_), begin(begin_), end(begin_ + loop_.duration) {}

  grpc::CompletionQueue queue;
  const Loop& loop;
  const Source& source;
  const Sink& sink;
  const std::size_t index;
  const Clock::time_point begin;
  const Clock::time_point end;
  std::uint64_t begun = 0;             // calls; of the thread that begins them
  std::atomic<std::uint64_t> open{0};  // calls or streams that have not ended
  Outcome outcome;                     // of the thread that runs the queue

  bool closed_loop() const { return loop.rate <= 0; }
  bool Over() const { return Clock::now() >= end || Number() >= loop.most; }
  // Each lane has numbers of its own, and no two lanes send the same request at the same time.
  std::uint64_t Number() const { return begun * static_cast<std::uint64_t>(loop.threads) + index; }

  void AddCaller(grpc::ClientContext& context, std::uint64_t number) const {
    if (loop.callers > 0)
      context.AddMetadata("x-caller", "load-" + std::to_string(number % static_cast<std::uint64_t>(loop.callers)));
  }

  void Count(std::uint64_t number, Clock::time_point start, Clock::time_point sent, const grpc::Status& status,
             const grpc::ByteBuffer& answer) {
    const auto now = Clock::now();
    const grpc::StatusCode code = status.ok() && sink != nullptr ? sink(number, start, answer) : status.error_code();
    ++outcome.calls;
    if (!closed_loop()) outcome.late.push_back(Micros(sent - start));
    if (code == grpc::StatusCode::OK) return outcome.micros.push_back(Micros(now - start));
    ++outcome.failures;
    ++outcome.errors[code];
    if (code == grpc::StatusCode::RESOURCE_EXHAUSTED) outcome.refused.push_back(Micros(now - sent));
  }

  // Until nothing is open any more and nothing more begins.
  void Run() {
    void* tag = nullptr;
    bool ok = false;
    if (closed_loop()) {
      while (open > 0 && queue.Next(&tag, &ok)) static_cast<Waiter*>(tag)->Done(ok);
      queue.Shutdown();
    }
    while (queue.Next(&tag, &ok)) static_cast<Waiter*>(tag)->Done(ok);
  }

  // Calls `start(number, due)` at random moments whose mean distance is the loop's, until the time is over.
  template <class Start>
  void Begin(Start start) {
    std::mt19937_64 random(loop.seed * 1000 + index);
    std::exponential_distribution<double> gap(loop.rate / loop.threads);
    auto due = begin;
    while (true) {
      due += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap(random)));
      if (due >= end || Number() >= loop.most) break;
      if (due > Clock::now()) std::this_thread::sleep_until(due);
      start(Number(), due);
      ++begun;
    }
  }
};

// One place for a call in flight.
class UnarySlot final : public Waiter {
 public:
  UnarySlot(Lane& lane, const std::shared_ptr<grpc::Channel>& channel, const std::string& method)
      : lane_(lane), stub_(channel), method_(method) {}

  // In a closed loop, the slot goes on by itself.
  void Start(std::uint64_t number, Clock::time_point due) {
    number_ = number;
    due_ = due;
    context_.emplace();
    context_->set_deadline(std::chrono::system_clock::now() + kDeadline);
    lane_.AddCaller(*context_, number);
    const grpc::ByteBuffer request = lane_.source(number);
    sent_ = Clock::now();
    if (lane_.closed_loop()) due_ = sent_;
    call_ = stub_.PrepareUnaryCall(&*context_, method_, request, &lane_.queue);
    call_->StartCall();
    call_->Finish(&answer_, &status_, this);
  }

  void Done(bool) override {
    lane_.Count(number_, due_, sent_, status_, answer_);
    if (lane_.closed_loop() && !lane_.Over()) {
      Start(lane_.Number(), Clock::now());
      ++lane_.begun;
      return;
    }
    call_.reset();
    Lane& lane = lane_;
    const bool ends_itself = !lane.closed_loop();
    --lane.open;
    if (ends_itself) delete this;
  }

 private:
  Lane& lane_;
  grpc::GenericStub stub_;
  const std::string& method_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call_;
  grpc::ByteBuffer answer_;
  grpc::Status status_;
  std::uint64_t number_ = 0;
  Clock::time_point due_;
  Clock::time_point sent_;
};

// One stream: in a closed loop with up to `window` messages that have no answer yet, in an open loop with what it is
// given.
class StreamSlot final {
 public:
  StreamSlot(Lane& lane, const std::shared_ptr<grpc::Channel>& channel, const std::string& method, std::uint64_t number,
             std::size_t window)
      : lane_(lane), stub_(channel), window_(window) {
    ++lane_.open;
    context_.set_deadline(std::chrono::system_clock::now() + kDeadline +
                          std::chrono::ceil<std::chrono::seconds>(lane.end - Clock::now()));
    lane.AddCaller(context_, number);
    stream_ = stub_.PrepareCall(&context_, method, &lane_.queue);
    stream_->StartCall(&started_);
  }

  // Open loop, from the thread that begins calls.
  void Give(std::uint64_t number, Clock::time_point due) {
    while (true) {
      {
        const std::lock_guard lock(mutex_);
        if (ended_) return;
        if (pending_.size() < kMostPending) {
          pending_.push_back({number, due, {}});
          return WriteMore();
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  // Open loop: nothing more is given.
  void Close() {
    const std::lock_guard lock(mutex_);
    given_all_ = true;
    WriteMore();
  }

 private:
  struct Message {
    std::uint64_t number = 0;
    Clock::time_point due;
    Clock::time_point sent;
  };

  class Event final : public Waiter {
   public:
    explicit Event(std::function<void(bool)> done) : done_(std::move(done)) {}
    void Done(bool ok) override { done_(ok); }

   private:
    std::function<void(bool)> done_;
  };

  void OnStarted(bool ok) {
    const std::lock_guard lock(mutex_);
    if (!ok) return Finish();
    writable_ = true;
    stream_->Read(&answer_, &read_);
    WriteMore();
  }

  void OnRead(bool ok) {
    const std::lock_guard lock(mutex_);
    if (!ok) return Finish();
    const Message& message = sent_.front();
    lane_.Count(message.number, message.due, message.sent, grpc::Status::OK, answer_);
    sent_.pop_front();
    stream_->Read(&answer_, &read_);
    WriteMore();
  }

  void OnWritten(bool ok) {
    const std::lock_guard lock(mutex_);
    writable_ = ok;
    WriteMore();
  }

  void WriteMore() {  // needs mutex_
    if (!writable_ || ended_) return;
    const bool over = lane_.closed_loop() ? lane_.Over() : given_all_ && pending_.empty();
    if (over) {  // the server answers what it has been given, and ends
      writable_ = false;
      return stream_->WritesDone(&closed_event_);
    }
    const auto now = Clock::now();
    if (lane_.closed_loop()) {
      if (sent_.size() >= window_) return;
      sent_.push_back({lane_.Number(), now, now});
      ++lane_.begun;
    } else {
      if (pending_.empty()) return;
      sent_.push_back(pending_.front());
      sent_.back().sent = now;
      pending_.pop_front();
    }
    writable_ = false;
    // What another message follows at once may go with that.
    grpc::WriteOptions options;
    if (lane_.closed_loop() ? sent_.size() < window_ && !lane_.Over() : !pending_.empty()) options.set_buffer_hint();
    stream_->Write(lane_.source(sent_.back().number), options, &written_);
  }

  void Finish() {  // needs mutex_
    ended_ = true;
    stream_->Finish(&status_, &finished_);
  }

  void OnFinished(bool) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t unanswered = sent_.size() + pending_.size();
    if (!status_.ok() || unanswered > 0) {
      lane_.outcome.failures += std::max<std::uint64_t>(1, unanswered);
      lane_.outcome.errors[status_.error_code()] += std::max<std::uint64_t>(1, unanswered);
    }
    --lane_.open;
  }

  Lane& lane_;
  grpc::GenericStub stub_;
  const std::size_t window_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer answer_;
  grpc::Status status_;
  std::mutex mutex_;             // guards what follows
  std::deque<Message> pending_;  // open loop: that wait until the stream takes them
  std::deque<Message> sent_;     // without an answer
  bool writable_ = false;        // started, no write pending, writes not done
  bool given_all_ = false;
  bool ended_ = false;
  Event started_{[this](bool ok) { OnStarted(ok); }};
  Event read_{[this](bool ok) { OnRead(ok); }};
  Event written_{[this](bool ok) { OnWritten(ok); }};
  Event closed_event_{[](bool) {}};
  Event finished_{[this](bool ok) { OnFinished(ok); }};
};

// Runs `work(lane)` for each lane, with a thread of its own for the queue.
template <class Work>
Outcome RunLanes(const Source& source, const Loop& loop, const Sink& sink, Work work) {
  const auto start = Clock::now();
  const auto lanes = static_cast<std::size_t>(loop.threads);
  std::vector<Outcome> outcomes(lanes);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < lanes; ++i) {
    threads.emplace_back([&, i] {
      Lane lane(loop, source, sink, i, start);
      work(lane);
      outcomes[i] = std::move(lane.outcome);
    });
  }
  for (std::thread& thread : threads) thread.join();
  Outcome sum;
  for (Outcome& outcome : outcomes) sum.Add(std::move(outcome));
  sum.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return sum;
}

// Open loop: the queue runs on a thread of its own while `begin` begins calls here, and until all have ended.
template <class Begin>
void RunBeside(Lane& lane, Begin begin) {
  std::thread runner([&lane] { lane.Run(); });
  begin();
  while (lane.open > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  lane.queue.Shutdown();
  runner.join();
}

}  // namespace

std::uint32_t Outcome::Percentile(std::vector<std::uint32_t>& values, double share) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void Outcome::Add(Outcome&& other) {
  calls += other.calls;
  failures += other.failures;
  seconds += other.seconds;
  for (const auto& [code, count] : other.errors) errors[code] += count;
  micros.insert(micros.end(), other.micros.begin(), other.micros.end());
  refused.insert(refused.end(), other.refused.begin(), other.refused.end());
  late.insert(late.end(), other.late.begin(), other.late.end());
}

Channels Connect(const std::vector<std::string>& addresses, const Loop& loop) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // otherwise all channels share one connection
  Channels channels;
  for (std::size_t i = 0; i < static_cast<std::size_t>(loop.connections); ++i)
    channels.push_back(
        grpc::CreateCustomChannel(addresses[i % addresses.size()], grpc::InsecureChannelCredentials(), arguments));
  return channels;
}

Source InTurn(std::vector<grpc::ByteBuffer> requests) {
  return [requests = std::move(requests)](std::uint64_t number) { return requests[number % requests.size()]; };
}

Outcome CallInLoop(const Channels& channels, const std::string& method, const Source& source, const Loop& loop,
                   const Sink& sink) {
  return RunLanes(source, loop, sink, [&](Lane& lane) {
    if (!lane.closed_loop())
      return RunBeside(lane, [&] {
        lane.Begin([&](std::uint64_t number, Clock::time_point due) {
          while (lane.open >= kMostOpen) std::this_thread::sleep_for(std::chrono::microseconds(200));
          ++lane.open;
          // Deletes itself when the call has ended.
          std::make_unique<UnarySlot>(lane, channels[number % channels.size()], method).release()->Start(number, due);
        });
      });
    std::vector<std::unique_ptr<UnarySlot>> slots;
    for (std::size_t i = lane.index; i < static_cast<std::size_t>(loop.in_flight) && !lane.Over();
         i += static_cast<std::size_t>(loop.threads)) {
      slots.push_back(std::make_unique<UnarySlot>(lane, channels[i % channels.size()], method));
      ++lane.open;
      slots.back()->Start(lane.Number(), Clock::now());
      ++lane.begun;
    }
    lane.Run();
  });
}

Outcome StreamInLoop(const Channels& channels, const std::string& method, const Source& source, const Loop& loop,
                     const Sink& sink) {
  Loop own = loop;
  own.threads = std::min(loop.threads, loop.streams);  // each has at least one stream
  const auto window = static_cast<std::size_t>(own.window > 0 ? own.window : std::max(1, own.in_flight / own.streams));
  return RunLanes(source, own, sink, [&](Lane& lane) {
    std::vector<std::unique_ptr<StreamSlot>> slots;
    for (std::size_t i = lane.index; i < static_cast<std::size_t>(own.streams);
         i += static_cast<std::size_t>(own.threads))
      slots.push_back(std::make_unique<StreamSlot>(lane, channels[i % channels.size()], method, i, window));
    if (lane.closed_loop()) return lane.Run();
    RunBeside(lane, [&] {
      lane.Begin(
          [&](std::uint64_t number, Clock::time_point due) { slots[lane.begun % slots.size()]->Give(number, due); });
      for (const auto& slot : slots) slot->Close();
    });
  });
}

}  // namespace jixiao::load
