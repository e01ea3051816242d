// One platform pushes a province's year while units hand in one form after the other: what do the units notice?
//
// Starts the three servers with stores of their own, measures the units alone, then with the platform, and checks at
// the end that every record is there once. Prints the units' 99th percentile in both and their ratio: the ratio of two
// things measured in one run says more than either. The whole is bounded by --limit.
#include "support/bulk.h"
#include "support/cluster.h"
#include "support/submissions.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

namespace {

using namespace jixiao::testing;

struct Options {
  FloodOptions flood;
  int think = 100;
  int idle = 10'000;
  int limit = 1200;
  bool json = false;
};

nlohmann::json Describe(const Latencies& latencies) {
  return {{"calls", latencies.micros.size()},
          {"failures", latencies.failures},
          {"p50_us", latencies.Percentile(0.5)},
          {"p99_us", latencies.Percentile(0.99)},
          {"max_us", latencies.Percentile(1)}};
}

double LoadOfMachine() {
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return load;
}

int Run(const Options& options) {
  Cluster cluster;
  const double load = LoadOfMachine();
  const FloodOutcome outcome = Flood(cluster.AddressOf(Server::kIntake), options.flood, [&](std::size_t receipts) {
    if (!options.json) std::cerr << "\r" << receipts << " of " << options.flood.records << std::flush;
  });
  if (!options.json) std::cerr << "\nchecking what is stored\n";
  std::map<std::string, int> projects;
  std::size_t pushed = 0;
  std::size_t doubled = 0;
  for (const auto& submission : AllSubmissions(cluster)) {
    pushed += outcome.submissions.contains(submission.name()) ? 1 : 0;
    if (submission.project_name().starts_with("平台")) doubled += ++projects[submission.project_name()] == 2 ? 1 : 0;
  }
  const double ratio = static_cast<double>(outcome.flooded.Percentile(0.99)) /
                       static_cast<double>(std::max<std::uint32_t>(1, outcome.idle.Percentile(0.99)));
  const bool stored = pushed == options.flood.records && projects.size() == options.flood.records && doubled == 0;
  const nlohmann::json report = {{"records", options.flood.records},
                                 {"stored_once", stored},
                                 {"platform_per_second", static_cast<double>(outcome.receipts) / outcome.seconds},
                                 {"platform_errors", outcome.errors},
                                 {"alone", Describe(outcome.idle)},
                                 {"in_the_flood", Describe(outcome.flooded)},
                                 {"p99_ratio", ratio},
                                 {"load_before", load}};
  std::cout << report.dump(options.json ? -1 : 2) << '\n';
  return stored && outcome.idle.failures + outcome.flooded.failures == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.flood.records = 300'000;
  CLI::App app("What units notice of a platform that pushes a province's year");
  app.add_option("--records", options.flood.records, "forms that the platform pushes")->capture_default_str();
  app.add_option("--streams", options.flood.streams, "streams it has")->check(CLI::Range(1, 8))->capture_default_str();
  app.add_option("--callers", options.flood.callers, "units")->capture_default_str();
  app.add_option("--think", options.think, "milliseconds between a unit's forms, on average")->capture_default_str();
  app.add_option("--idle", options.idle, "milliseconds for which the units are measured alone")->capture_default_str();
  app.add_option("--limit", options.limit, "seconds that the platform has")->capture_default_str();
  app.add_option("--seed", options.flood.seed, "other seeds, other figures")->capture_default_str();
  app.add_flag("--json", options.json, "one line of JSON");
  CLI11_PARSE(app, argc, argv);
  options.flood.think = std::chrono::milliseconds(options.think);
  options.flood.idle = std::chrono::milliseconds(options.idle);
  options.flood.limit = std::chrono::seconds(options.limit);
  try {
    return Run(options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
