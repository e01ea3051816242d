#include "support/bulk.h"

#include "support/forms.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>

namespace jixiao::testing {
namespace {

using intake::v1::BatchSubmitRequest;
using intake::v1::BatchSubmitResponse;
using intake::v1::IntakeService;
using std::chrono::steady_clock;

// A connection of its own: what comes from another caller does not share one.
std::unique_ptr<IntakeService::Stub> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  return IntakeService::NewStub(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

// The `number`-th form of a run. Only the name differs from the sample: making it costs next to nothing.
evaluation::v1::SelfEvaluation Numbered(std::uint64_t seed, std::size_t number, const char* of) {
  evaluation::v1::SelfEvaluation form = Samples()[number % Samples().size()];
  form.set_project_name(std::string(of) + " " + std::to_string(seed) + "-" + std::to_string(number));
  return form;
}

// One stream of the platform. Takes numbers from `next`, and what was not answered again after a break.
class Pusher {
 public:
  Pusher(const std::string& address, const FloodOptions& options, std::atomic<std::size_t>& next,
         steady_clock::time_point end)
      : stub_(Connect(address)), options_(options), next_(next), end_(end) {}

  void Run() {
    while (steady_clock::now() < end_) {
      Round();
      if (unsent_.empty() && next_ >= options_.records) return;
      ++breaks;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  std::set<std::string> submissions;
  std::atomic<std::size_t> receipts{0};
  std::size_t errors = 0;
  std::size_t breaks = 0;

 private:
  static constexpr std::size_t kWindow = 512;

  void Round() {
    grpc::ClientContext context;
    context.AddMetadata("x-caller", "platform");
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::duration_cast<std::chrono::milliseconds>(end_ - steady_clock::now()));
    const auto stream = stub_->BatchSubmit(&context);
    std::mutex mutex;
    std::condition_variable room;
    std::deque<std::size_t> sent;
    bool over = false;
    std::thread writer([&] {
      while (true) {
        std::size_t number = 0;
        {
          std::unique_lock lock(mutex);
          room.wait(lock, [&] { return over || sent.size() < kWindow; });
          if (over) break;
          if (!unsent_.empty()) {
            number = unsent_.front();
            unsent_.pop_front();
          } else if ((number = next_++) >= options_.records) {
            break;
          }
          sent.push_back(number);
        }
        BatchSubmitRequest request;
        request.mutable_item()->set_request_id("flood-" + std::to_string(options_.seed) + "-" + std::to_string(number));
        *request.mutable_item()->mutable_form() = Numbered(options_.seed, number, "平台");
        if (!stream->Write(request)) break;
      }
      stream->WritesDone();
    });
    BatchSubmitResponse response;
    while (stream->Read(&response)) {
      {
        const std::lock_guard lock(mutex);
        sent.pop_front();
      }
      room.notify_one();
      if (response.has_receipt()) {
        ++receipts;
        submissions.insert(response.receipt().submission());
      } else {
        ++errors;
      }
    }
    {
      const std::lock_guard lock(mutex);
      over = true;
    }
    room.notify_one();
    writer.join();
    (void)stream->Finish();
    unsent_.insert(unsent_.begin(), sent.begin(), sent.end());
  }

  const std::unique_ptr<IntakeService::Stub> stub_;
  const FloodOptions& options_;
  std::atomic<std::size_t>& next_;
  const steady_clock::time_point end_;
  std::deque<std::size_t> unsent_;
};

// The units: each hands in a form, thinks, and hands in another until `done`.
void RunCallers(const std::string& address, const FloodOptions& options, const char* phase,
                const std::function<bool()>& done, Latencies& latencies, std::set<std::string>& names) {
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int caller = 0; caller < options.callers; ++caller)
    threads.emplace_back([&, caller] {
      const auto stub = Connect(address);
      std::mt19937_64 random(options.seed * 1000 + static_cast<std::uint64_t>(caller));
      std::uniform_int_distribution<std::int64_t> pause(0, 2 * options.think.count());
      std::vector<std::uint32_t> micros;
      std::vector<std::string> submissions;
      std::size_t failures = 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(pause(random)));
      for (int number = 0; !done(); ++number) {
        intake::v1::SubmitEvaluationRequest request;
        request.set_request_id(std::string(phase) + "-" + std::to_string(options.seed) + "-" + std::to_string(caller) +
                               "-" + std::to_string(number));
        *request.mutable_form() = Numbered(random(), static_cast<std::size_t>(number), phase);
        intake::v1::SubmitEvaluationResponse response;
        grpc::ClientContext context;
        Within(context);
        context.AddMetadata("x-caller", "unit-" + std::to_string(caller));
        const auto start = steady_clock::now();
        const grpc::Status status = stub->SubmitEvaluation(&context, request, &response);
        micros.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start).count()));
        if (status.ok())
          submissions.push_back(response.receipt().submission());
        else
          ++failures;
        std::this_thread::sleep_for(std::chrono::milliseconds(pause(random)));
      }
      const std::lock_guard lock(mutex);
      latencies.micros.insert(latencies.micros.end(), micros.begin(), micros.end());
      latencies.failures += failures;
      names.insert(submissions.begin(), submissions.end());
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

std::vector<BatchSubmitResponse> SubmitMany(IntakeService::Stub& stub,
                                            const std::vector<intake::v1::SubmitEvaluationRequest>& requests,
                                            grpc::Status* status, const Metadata& metadata) {
  grpc::ClientContext context;
  Within(context, std::chrono::seconds(60));
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  const auto stream = stub.BatchSubmit(&context);
  std::thread writer([&] {
    for (const auto& item : requests) {
      BatchSubmitRequest request;
      *request.mutable_item() = item;
      if (!stream->Write(request)) break;
    }
    stream->WritesDone();
  });
  std::vector<BatchSubmitResponse> responses;
  for (BatchSubmitResponse response; stream->Read(&response);) responses.push_back(response);
  writer.join();
  *status = stream->Finish();
  return responses;
}

std::uint32_t Latencies::Percentile(double share) const {
  if (micros.empty()) return 0;
  std::vector<std::uint32_t> sorted = micros;
  std::sort(sorted.begin(), sorted.end());
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return sorted[rank];
}

FloodOutcome Flood(const std::string& address, const FloodOptions& options,
                   const std::function<void(std::size_t)>& progress) {
  FloodOutcome outcome;
  const auto idle_end = steady_clock::now() + options.idle;
  RunCallers(
      address, options, "idle", [&] { return steady_clock::now() >= idle_end; }, outcome.idle, outcome.singles);

  const auto start = steady_clock::now();
  std::atomic<std::size_t> next{0};
  std::atomic<bool> over{false};
  std::vector<std::unique_ptr<Pusher>> pushers;
  for (int i = 0; i < options.streams; ++i)
    pushers.push_back(std::make_unique<Pusher>(address, options, next, start + options.limit));
  std::thread platform([&] {
    std::vector<std::thread> threads;
    for (const auto& pusher : pushers) threads.emplace_back([&pusher] { pusher->Run(); });
    for (std::thread& thread : threads) thread.join();
    over = true;
  });
  std::thread reporter([&] {
    for (int tick = 1; !over; ++tick) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (tick % 20 != 0) continue;
      std::size_t receipts = 0;
      for (const auto& pusher : pushers) receipts += pusher->receipts;
      progress(receipts);
    }
  });
  RunCallers(
      address, options, "flooded", [&] { return over.load(); }, outcome.flooded, outcome.singles);
  platform.join();
  reporter.join();
  outcome.seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  for (const auto& pusher : pushers) {
    outcome.submissions.insert(pusher->submissions.begin(), pusher->submissions.end());
    outcome.receipts += pusher->receipts;
    outcome.errors += pusher->errors;
    outcome.breaks += pusher->breaks;
  }
  return outcome;
}

}  // namespace jixiao::testing
