#include "load/overload.h"

#include "common/rpc/wire.h"
#include "common/text.h"
#include "support/submissions.h"

#include "jixiao/intake/v1/intake_service.pb.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "load/report.h"

namespace jixiao::load {
namespace {

using testing::Server;

constexpr double kUnloadedShare = 0.1;         // of what a closed loop reaches
constexpr std::chrono::seconds kUnloaded{20};  // so long that one pause of the disk does not make its 99th percentile
constexpr std::uint32_t kSustained = 100'000;  // µs: above this 99th percentile a rate is not sustained
constexpr double kMostBehind = 0.5;            // seconds of forms that may wait to be carried on when a probe ends
constexpr std::uint32_t kRefusal = 10'000;     // µs that a refusal may take
constexpr double kMostSlower = 5;              // times the unloaded 99th percentile
constexpr std::int64_t kMostMemory = 512;      // MiB
constexpr int kRecovery = 10;                  // seconds

// The names that were given to acknowledged forms. Thread-safe.
class Acknowledged {
 public:
  Sink sink() {
    return [this](std::uint64_t, Clock::time_point, const grpc::ByteBuffer& answer) {
      intake::v1::SubmitEvaluationResponse response;
      if (!rpc::Read(answer, response).ok()) return grpc::StatusCode::INTERNAL;
      const std::lock_guard lock(mutex_);
      doubled_ += names_.insert(response.receipt().submission()).second ? 0 : 1;
      return grpc::StatusCode::OK;
    };
  }
  const std::set<std::string>& names() const { return names_; }
  std::size_t doubled() const { return doubled_; }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
  std::size_t doubled_ = 0;  // names that were given to two forms
};

double Waiting(testing::Cluster& cluster) {
  return cluster.Metric(Server::kIntake, 0, "jixiao_intake_backlog_items").value_or(1e18);
}

// Waits until nothing waits for scoring or archiving any more, as long as that shrinks.
void WaitUntilCarried(testing::Cluster& cluster) {
  double least = 1e18;
  auto since = Clock::now();
  while (Clock::now() - since < std::chrono::minutes(1)) {
    const double waiting = Waiting(cluster);
    if (waiting == 0) return;
    if (waiting < least) {
      least = waiting;
      since = Clock::now();
    }
    std::cerr << "\r" << waiting << " forms are still to be carried on\033[K" << std::flush;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

nlohmann::json CheckArchived(testing::Cluster& cluster, const Acknowledged& acknowledged) {
  std::map<std::string, int> records;
  for (const auto& record : testing::AllRecords(cluster)) ++records[record.key()];
  std::size_t missing = 0;
  std::size_t twice = acknowledged.doubled();
  for (const std::string& name : acknowledged.names()) {
    const auto found = records.find(name + "/revisions/1");
    missing += found == records.end() ? 1 : 0;
    twice += found != records.end() && found->second > 1 ? 1 : 0;
  }
  const auto check = testing::CheckLog(cluster);
  return {{"acknowledged", acknowledged.names().size()},
          {"missing", missing},
          {"twice", twice},
          {"records", records.size()},
          {"log_damage", check.damage_size()}};
}

class Run {
 public:
  Run(Stage& stage, const OverloadOptions& options)
      : stage_(stage),
        options_(options),
        work_(MakeWork("submit", stage.forms())),
        requests_(work_.messages),
        channels_(Connect({stage.cluster().AddressOf(Server::kIntake)}, stage.options().loop)) {}

  nlohmann::json All() {
    nlohmann::json report;
    (void)At(0, options_.probe);  // warms up
    WaitUntilCarried(stage_.cluster());
    const auto start = Clock::now();
    Outcome closed = At(0, options_.probe);
    const double reached = closed.GoodPerSecond();
    WaitUntilCarried(stage_.cluster());
    const double carried =
        static_cast<double>(closed.micros.size()) / std::chrono::duration<double>(Clock::now() - start).count();
    report["accepted_per_second"] = reached;
    Outcome unloaded = At(reached * kUnloadedShare, kUnloaded);
    WaitUntilCarried(stage_.cluster());
    const std::uint32_t unloaded_p99 = std::max<std::uint32_t>(1, unloaded.Percentile(0.99));
    report["unloaded"] = ToJson(unloaded, reached * kUnloadedShare);
    const double sustainable = Sustainable(carried, report["sustainable"]);
    WaitUntilCarried(stage_.cluster());

    Outcome over = At(sustainable * options_.times, options_.duration);
    report["overload"] = ToJson(over, sustainable * options_.times);
    report["times"] = options_.times;
    Recover(reached * kUnloadedShare, 2 * unloaded_p99, report);
    report["memory_mib"] = stage_.MemoryOfServers();
    WaitUntilCarried(stage_.cluster());
    report["archived"] = CheckArchived(stage_.cluster(), acknowledged_);
    report["p99_ratio"] = static_cast<double>(over.Percentile(0.99)) / unloaded_p99;
    Judge(over, report);
    return report;
  }

 private:
  Outcome At(double rate, std::chrono::milliseconds duration) {
    Loop loop = stage_.options().loop;
    loop.rate = rate;
    loop.duration = duration;
    loop.seed += ++runs_;
    std::cerr << Cat("\r", rate == 0 ? std::string("closed loop") : Cat(static_cast<int>(rate), " calls a second"),
                     " for ", duration.count(), " ms\033[K")
              << std::flush;
    return work_.Run(channels_, requests_, loop, acknowledged_.sink());
  }

  // The highest of some rates at which nothing is refused, nobody waits for long, and what comes is archived as fast as
  // it comes: intake alone takes more, but not for ever.
  double Sustainable(double carried, nlohmann::json& out) {
    double rate = carried;
    for (const double share : {1.2, 1.0, 0.8, 0.6, 0.4, 0.2}) {
      rate = carried * share;
      Outcome outcome = At(rate, 2 * options_.probe);
      const double behind = Waiting(stage_.cluster()) / rate;
      out = ToJson(outcome, rate);
      out["seconds_behind"] = behind;
      if (outcome.failures == 0 && outcome.Percentile(0.99) <= kSustained && behind <= kMostBehind) break;
      WaitUntilCarried(stage_.cluster());
    }
    return rate;
  }

  // Whole seconds after which the 99th percentile of a second was normal again, and those of all seconds until then.
  void Recover(double rate, std::uint32_t normal, nlohmann::json& report) {
    auto& seconds = report["recovery_p99_micros"] = nlohmann::json::array();
    do {
      seconds.push_back(At(rate, std::chrono::seconds(1)).Percentile(0.99));
    } while (seconds.back() > normal && seconds.size() <= 6 * kRecovery);
    report["normal_p99_micros"] = normal;
    report["seconds_until_normal"] = seconds.size() - 1;
  }

  static void Judge(Outcome& over, nlohmann::json& report) {
    std::vector<std::string> missed;
    const auto want = [&](bool kept, const char* what) {
      if (!kept) missed.emplace_back(what);
    };
    want(report["p99_ratio"] <= kMostSlower, "p99_ratio");
    want(Outcome::Percentile(over.refused, 0.99) <= kRefusal, "refusal_p99");
    for (const auto& [code, count] : over.errors)
      if (code != grpc::StatusCode::RESOURCE_EXHAUSTED) want(count == 0, "other_errors");
    want(report["seconds_until_normal"] <= kRecovery, "seconds_until_normal");
    for (const auto& server : report["memory_mib"]) want(server["peak"] <= kMostMemory, "memory");
    const auto& archived = report["archived"];
    want(archived["missing"] == 0 && archived["twice"] == 0 && archived["log_damage"] == 0, "archived_once");
    report["kept"] = missed.empty();
    report["missed"] = missed;
  }

  Stage& stage_;
  const OverloadOptions options_;
  const Work work_;
  Numbered requests_;
  const Channels channels_;
  Acknowledged acknowledged_;
  std::uint64_t runs_ = 0;
};

}  // namespace

nlohmann::json RunOverload(Stage& stage, const OverloadOptions& options) {
  return Run(stage, options).All();
}

void PrintOverload(const nlohmann::json& report) {
  std::printf(
      "\noverload: SubmitEvaluation at %.0f times what is archived as fast as it comes, %.1f times what is accepted\n",
      report["times"].get<double>(),
      report["overload"]["offered_per_second"].get<double>() / report["accepted_per_second"].get<double>());
  PrintHeader();
  for (const char* phase : {"unloaded", "sustainable", "overload"}) PrintRow(phase, report[phase]);
  const auto& over = report["overload"];
  std::printf("  refused in: p50 %.2f ms, p99 %.2f ms, at most %.2f ms (wanted: p99 10 ms)\n",
              over["refused_p50_us"].get<double>() / 1000, over["refused_p99_us"].get<double>() / 1000,
              over["refused_max_us"].get<double>() / 1000);
  std::printf("  p99 of what was accepted: %.1f times its unloaded value (wanted: at most 5)\n",
              report["p99_ratio"].get<double>());
  const auto& recovery = report["recovery_p99_micros"];
  std::printf(
      "  normal again after %d s (wanted: 10): p99 of the first second %.1f ms, of the last %.1f, at most %.1f is "
      "normal\n",
      report["seconds_until_normal"].get<int>(), recovery.front().get<double>() / 1000,
      recovery.back().get<double>() / 1000, report["normal_p99_micros"].get<double>() / 1000);
  PrintMemory(report["memory_mib"]);
  const auto& archived = report["archived"];
  std::printf("  acknowledged %zu, of them missing in the archive %zu, twice in it %zu; damage found by CheckLog: %d\n",
              archived["acknowledged"].get<std::size_t>(), archived["missing"].get<std::size_t>(),
              archived["twice"].get<std::size_t>(), archived["log_damage"].get<int>());
  std::printf("  %s\n", report["kept"].get<bool>() ? "all kept" : Cat("missed: ", report["missed"].dump()).c_str());
}

}  // namespace jixiao::load
