// jixiao-load: what the services carry, each alone and the whole line, beside limits measured in the same run.
//
//   jixiao-load [WORK...] [--store sqlite|postgresql] [--json FILE] [--plot FILE]
//   jixiao-load --overload 10 | --pin
//
// Starts its own servers. README.md beside it says what each figure means.
#include "common/errors.h"
#include "common/text.h"
#include "support/paths.h"
#include "support/process_use.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>

#include "load/line.h"
#include "load/overload.h"
#include "load/report.h"
#include "load/stage.h"

namespace {

using namespace jixiao;
using namespace jixiao::load;
using testing::Server;

const std::vector<std::string> kWorks{"score", "score-batch", "archive", "submit", "batch-submit", "line"};
// Of what a closed loop reached; the offered loads of a sweep.
constexpr double kShares[] = {0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25};
constexpr double kWantedOfLine = 0.30;
constexpr double kWantedOfTwo = 1.8;
constexpr std::int64_t kStep = 10'000;  // records between two looks at the plain inserts, with --records

struct Options {
  StageOptions stage;
  std::vector<std::string> works = kWorks;
  std::string store = "sqlite";
  std::vector<double> rates;
  bool sweep = false;
  bool pin = false;
  double overload = 0;
  double overload_seconds = 60;
  double seconds = 3;
  int rounds = 3;
  std::int64_t records = 0;
  std::string json;
  std::string plot;
  // Of the echo servers that this program starts.
  std::string echo_listen;
  std::string echo_answers;
  int echo_of = 0;
  bool echo_raw = false;
};

std::chrono::milliseconds Millis(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

// The machine as the figures found it: other work on it is noise in them.
double LoadOfMachine() {
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return load;
}

// What the server answers to each request, for the echo servers.
Answers AnswersOf(const Work& work, const Channels& channels, Numbered& requests, const Loop& loop) {
  std::vector<std::string> answers(requests.size());
  Loop few = loop;
  few.rate = 0;
  few.in_flight = std::min(few.in_flight, 16);  // nothing is refused before the server knows how fast it is
  few.most = answers.size();
  few.duration = std::chrono::seconds(60);
  const Outcome outcome =
      work.Run(channels, requests, few, [&](std::uint64_t number, Clock::time_point, const grpc::ByteBuffer& answer) {
        std::vector<grpc::Slice> slices;
        if (!answer.Dump(&slices).ok() || number >= answers.size()) return grpc::StatusCode::INTERNAL;
        for (const grpc::Slice& slice : slices)
          answers[number].append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        return grpc::StatusCode::OK;
      });
  for (const auto& [code, count] : outcome.errors)
    throw std::runtime_error(
        Cat(work.name, ": ", count, " requests failed while nothing else ran, with code ", static_cast<int>(code)));
  std::erase(answers, std::string());
  return work.stream ? Answers{{}, answers} : Answers{answers, {}};
}

// One thing that ours is measured against, round by round.
struct Limit {
  std::string name;
  double wanted = 0;
  std::function<double()> rate;
  std::vector<double> rates = {};
};

// The limits with the ratios of `ours` to them, each round's to its own.
nlohmann::json Ratios(const std::vector<double>& ours, const std::vector<Limit>& limits) {
  nlohmann::json out = nlohmann::json::array();
  for (const Limit& limit : limits) {
    std::vector<double> ratios;
    std::vector<double> rates = limit.rates;
    for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / rates[i]);
    std::sort(ratios.begin(), ratios.end());
    std::sort(rates.begin(), rates.end());
    out.push_back({{"name", limit.name},
                   {"per_second", rates[rates.size() / 2]},
                   {"ratio", ratios[ratios.size() / 2]},
                   {"ratio_low", ratios.front()},
                   {"ratio_high", ratios.back()},
                   {"wanted", limit.wanted}});
  }
  return out;
}

void PrintRatios(const nlohmann::json& limits) {
  for (const auto& limit : limits) {
    std::printf("  ÷ %-20s %9.0f /s   %.3f   rounds %.3f … %.3f", limit["name"].get<std::string>().c_str(),
                limit["per_second"].get<double>(), limit["ratio"].get<double>(), limit["ratio_low"].get<double>(),
                limit["ratio_high"].get<double>());
    if (limit["wanted"] > 0) std::printf("   wanted %.2f", limit["wanted"].get<double>());
    std::printf("\n");
  }
}

// `ours` and each limit in turn, another one first in each round.
void Measure(int rounds, const std::function<void()>& ours, std::vector<Limit>& limits) {
  std::vector<std::function<void()>> turns{ours};
  for (Limit& limit : limits) turns.emplace_back([&limit] { limit.rates.push_back(limit.rate()); });
  for (int round = 0; round < rounds; ++round) {
    for (const auto& turn : turns) turn();
    std::rotate(turns.begin(), turns.begin() + 1, turns.end());
  }
}

std::vector<double> RatesToOffer(const Options& options, double reached) {
  std::vector<double> rates = options.rates;
  if (rates.empty() && options.sweep)
    for (const double share : kShares) rates.push_back(std::max(1.0, reached * share));
  std::sort(rates.begin(), rates.end());
  return rates;
}

nlohmann::json RunWork(Stage& stage, const Options& options, const std::string& name) {
  const Work work = MakeWork(name, stage.forms());
  Numbered requests(work.messages);
  Loop loop = options.stage.loop;
  loop.duration = Millis(options.seconds);
  const Channels channels = Connect({stage.cluster().AddressOf(work.server)}, loop);
  const Answers answers = AnswersOf(work, channels, requests, loop);
  std::printf("\n%s (%s): %.0f bytes a request\n", name.c_str(), work.method.c_str(), requests.MeanBytes());

  std::vector<Limit> limits;
  const auto echo = [&](EchoKind kind) {
    const Channels to = Connect({stage.StartEcho(answers, kind, work.echo)}, loop);
    return [&work, &requests, loop, to] { return work.Run(to, requests, loop).GoodPerSecond(); };
  };
  if (work.typed_echo) limits.push_back({"typed echo", work.wanted_of_echo, echo(EchoKind::kTyped)});
  limits.push_back({"raw echo", 0, echo(EchoKind::kRaw)});
  std::unique_ptr<PlainInserts> plain;
  std::int64_t next = 0;
  if (!work.plain.empty()) {
    plain = stage.NewPlainInserts();
    limits.push_back(
        {"plain inserts", work.wanted_of_plain, [&] { return PlainRate(*plain, work.plain, loop.duration, next); }});
  }
  Outcome closed;
  std::vector<double> rates;
  (void)work.Run(channels, requests, loop);  // warms up
  Measure(
      options.rounds,
      [&] {
        Outcome outcome = work.Run(channels, requests, loop);
        rates.push_back(outcome.GoodPerSecond());
        closed.Add(std::move(outcome));
      },
      limits);
  nlohmann::json report{{"name", name}, {"request_bytes", requests.MeanBytes()}, {"closed", ToJson(closed, 0)}};
  report["limits"] = Ratios(rates, limits);
  PrintHeader();
  PrintRow(Cat("closed, ", work.stream && loop.window > 0 ? loop.window * loop.streams : loop.in_flight, " in flight"),
           report["closed"]);
  report["open"] = nlohmann::json::array();
  for (const double rate : RatesToOffer(options, closed.GoodPerSecond())) {
    loop.rate = rate;
    Outcome outcome = work.Run(channels, requests, loop);
    report["open"].push_back(ToJson(outcome, rate));
    PrintRow("open", report["open"].back());
  }
  PrintRatios(report["limits"]);
  report["memory_mib"] = stage.MemoryOfServers();
  PrintMemory(report["memory_mib"]);
  return report;
}

// A server's --store, as it was started with.
std::string StoreOf(testing::Cluster& cluster, Server server) {
  constexpr std::string_view kFlag = "--store=";
  std::ifstream in(Cat("/proc/", cluster.process(server).pid(), "/cmdline"));
  for (std::string word; std::getline(in, word, '\0');)
    if (word.starts_with(kFlag)) return word.substr(kFlag.size());
  return {};
}

// What a server's database takes, in bytes.
std::int64_t StoredBytes(testing::Cluster& cluster, Server server) {
  if (cluster.postgres() == nullptr) {
    std::int64_t bytes = 0;
    for (const char* suffix : {"", "-wal"}) {
      std::error_code missing;
      const std::uintmax_t size = std::filesystem::file_size(cluster.Database(server).string() + suffix, missing);
      bytes += missing ? 0 : static_cast<std::int64_t>(size);
    }
    return bytes;
  }
  const auto database = store::Database::Open(StoreOf(cluster, server), store::Mode::kReadOnly);
  if (!database.ok()) throw std::runtime_error(std::string(database.status().message()));
  std::int64_t bytes = 0;
  const absl::Status read = (*database)->ForEach("SELECT pg_database_size(current_database())",
                                                 [&](const store::Statement& row) { bytes = row.Int(0); });
  if (!read.ok()) throw std::runtime_error(std::string(read.message()));
  return bytes;
}

class LineRun {
 public:
  LineRun(Stage& stage, const Options& options)
      : stage_(stage),
        options_(options),
        work_(MakeWork("batch-submit", stage.forms())),
        requests_(work_.messages),
        loop_(options.stage.loop),
        channels_(Connect({stage.cluster().AddressOf(Server::kIntake)}, loop_)),
        rows_(RowsOfLine(stage.forms())),
        plain_(stage.NewPlainInserts()) {
    loop_.duration = Millis(options.seconds);
  }

  nlohmann::json All() {
    std::uintmax_t bytes = 0;
    for (const std::string& row : rows_) bytes += row.size();
    nlohmann::json report{{"name", "line"}, {"row_bytes", bytes / rows_.size()}};
    std::printf("\nline (BatchSubmit until archived): %ju bytes to be stored a form\n", bytes / rows_.size());
    PrintHeader();
    (void)Push(loop_);  // warms up
    const std::int64_t warm = archived_;
    for (const Server server : testing::kServers) cpu_[server] = CpuOf(server);
    double reached = 0;
    report["steps"] = options_.records > 0 ? Grow(reached) : Rounds(reached);
    report["open"] = nlohmann::json::array();
    for (const double rate : RatesToOffer(options_, reached)) {
      Loop loop = loop_;
      loop.rate = rate;
      LineOutcome outcome = Push(loop);
      report["open"].push_back(Row(outcome, rate));
      PrintRow("open, until archived", report["open"].back());
    }
    report["forms"] = archived_;
    for (const Server server : {Server::kIntake, Server::kArchiving}) {
      const std::int64_t stored = StoredBytes(stage_.cluster(), server) / std::max<std::int64_t>(1, archived_);
      report["stored_bytes_per_form"][testing::NameOf(server)] = stored;
      std::printf("  stored by %s: %lld bytes a form, over %lld forms\n", testing::NameOf(server).c_str(),
                  static_cast<long long>(stored), static_cast<long long>(archived_));
    }
    for (const Server server : testing::kServers) {
      const double micros =
          (CpuOf(server) - cpu_[server]) * 1e6 / static_cast<double>(std::max<std::int64_t>(1, archived_ - warm));
      report["cpu_us_per_form"][testing::NameOf(server)] = micros;
      std::printf("  CPU time of %s: %.0f µs a form\n", testing::NameOf(server).c_str(), micros);
    }
    report["memory_mib"] = stage_.MemoryOfServers();
    PrintMemory(report["memory_mib"]);
    return report;
  }

 private:
  double CpuOf(Server server) { return testing::CpuSeconds(stage_.cluster().process(server).pid()); }

  LineOutcome Push(const Loop& loop) {
    LineOutcome outcome = RunLine(stage_, channels_, work_, requests_, loop);
    archived_ += static_cast<std::int64_t>(outcome.archived);
    if (outcome.archived < outcome.submitted.micros.size())
      throw std::runtime_error(
          Cat("of ", outcome.submitted.micros.size(), " acknowledged forms only ", outcome.archived, " were archived"));
    return outcome;
  }

  // The submissions' errors with the latencies until archived.
  static nlohmann::json Row(LineOutcome& outcome, double offered) {
    nlohmann::json row = ToJson(outcome.submitted, offered);
    row.update(PercentilesOf(outcome.micros));
    row["per_second"] = outcome.PerSecond();
    row["seconds"] = outcome.seconds;
    return row;
  }

  // One step: as many forms through the line as `loop` lets in, and plain inserts for as long.
  nlohmann::json Step(const std::string& name, const Loop& loop, int rounds, double& reached) {
    LineOutcome sum;
    std::vector<double> ours;
    std::vector<Limit> limits{
        {"plain inserts", kWantedOfLine, [&] { return PlainRate(*plain_, rows_, Millis(options_.seconds), next_); }}};
    Measure(
        rounds,
        [&] {
          LineOutcome outcome = Push(loop);
          ours.push_back(outcome.PerSecond());
          sum.archived += outcome.archived;
          sum.seconds += outcome.seconds;
          sum.micros.insert(sum.micros.end(), outcome.micros.begin(), outcome.micros.end());
          sum.submitted.Add(std::move(outcome.submitted));
        },
        limits);
    reached = sum.PerSecond();
    nlohmann::json step = Row(sum, 0);
    step["limits"] = Ratios(ours, limits);
    step["records"] = archived_;
    PrintRow(name, step);
    PrintRatios(step["limits"]);
    return step;
  }

  nlohmann::json Rounds(double& reached) {
    return nlohmann::json::array({Step("pushed", loop_, options_.rounds, reached)});
  }

  // Until so many are archived; a line for each decade.
  nlohmann::json Grow(double& reached) {
    nlohmann::json steps = nlohmann::json::array();
    Loop loop = loop_;
    loop.duration = std::chrono::hours(24);
    for (std::int64_t decade = kStep; archived_ < options_.records; decade *= 10) {
      const std::int64_t end = std::min(decade, options_.records);
      if (archived_ >= end) continue;
      const std::int64_t wanted = end - archived_;
      const auto rounds = static_cast<int>((wanted + kStep - 1) / kStep);
      loop.most = static_cast<std::uint64_t>((wanted + rounds - 1) / rounds);
      steps.push_back(Step(Cat("until ", end), loop, rounds, reached));
    }
    return steps;
  }

  Stage& stage_;
  const Options& options_;
  const Work work_;
  Numbered requests_;
  Loop loop_;
  const Channels channels_;
  const std::vector<std::string> rows_;
  const std::unique_ptr<PlainInserts> plain_;
  std::int64_t next_ = 0;
  std::int64_t archived_ = 0;
  std::map<Server, double> cpu_;  // seconds before the measurement
};

// One scoring server that has a core for itself, and two with one each. The client runs where there is room: with one
// on the other core, with two beside them.
nlohmann::json RunPinned(const Options& options) {
  StageOptions setup = options.stage;
  setup.scoring_replicas = 2;
  Stage stage(setup);
  for (int i = 0; i < 2; ++i)
    if (!testing::PinTo(stage.cluster().process(Server::kScoring, i).pid(), i))
      throw std::runtime_error("a server cannot be pinned to a core");
  const Work work = MakeWork("score-batch", stage.forms());
  Numbered requests(work.messages);
  Loop loop = options.stage.loop;
  loop.duration = Millis(options.seconds);
  const std::string first = stage.cluster().AddressOf(Server::kScoring, 0);
  const Channels one = Connect({first}, loop);
  const Channels two = Connect({first, stage.cluster().AddressOf(Server::kScoring, 1)}, loop);
  std::vector<double> rates;
  std::vector<Limit> limits{
      {"one replica", kWantedOfTwo, [&] { return work.Run(one, requests, loop).GoodPerSecond(); }}};
  (void)work.Run(two, requests, loop);  // warms up
  Measure(
      options.rounds, [&] { rates.push_back(work.Run(two, requests, loop).GoodPerSecond()); }, limits);
  nlohmann::json report{{"name", "two scoring replicas"}, {"per_second", rates}, {"limits", Ratios(rates, limits)}};
  std::printf("\ntwo scoring replicas (ScoreBatch), pinned to a core each\n");
  PrintRatios(report["limits"]);
  return report;
}

nlohmann::json RunWorks(const Options& options) {
  nlohmann::json works = nlohmann::json::array();
  const auto wanted = [&](const std::string& name) {
    return std::find(options.works.begin(), options.works.end(), name) != options.works.end();
  };
  // What intake has taken in and not carried on would disturb the others: each group has servers of its own.
  const std::vector<std::vector<std::string>> groups{{"score", "score-batch", "archive"}, {"submit", "batch-submit"}};
  for (const auto& group : groups) {
    if (std::none_of(group.begin(), group.end(), wanted)) continue;
    Stage stage(options.stage);
    if (group.front() == "submit") stage.HoldScoring();
    for (const std::string& name : group)
      if (wanted(name)) works.push_back(RunWork(stage, options, name));
  }
  if (wanted("line")) {
    Stage stage(options.stage);
    works.push_back(LineRun(stage, options).All());
  }
  return works;
}

void WriteFile(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

// 0: measured; 1: something that was to hold under overload did not.
int Run(const Options& options) {
  nlohmann::json report{{"store", options.store},
                        {"forms", options.stage.count},
                        {"seed", options.stage.seed},
                        {"connections", options.stage.loop.connections},
                        {"in_flight", options.stage.loop.in_flight},
                        {"streams", options.stage.loop.streams},
                        {"window", options.stage.loop.window},
                        {"load_of_machine_before", LoadOfMachine()}};
  std::printf("store %s, %zu forms by seed %llu; load of the machine before: %.2f\n", options.store.c_str(),
              options.stage.count, static_cast<unsigned long long>(options.stage.seed),
              report["load_of_machine_before"].get<double>());
  bool kept = true;
  if (options.overload > 0) {
    Stage stage(options.stage);
    OverloadOptions overload;
    overload.times = options.overload;
    overload.duration = Millis(options.overload_seconds);
    overload.probe = Millis(options.seconds);
    report["overload"] = RunOverload(stage, overload);
    PrintOverload(report["overload"]);
    kept = report["overload"]["kept"];
  } else if (options.pin) {
    report["pinned"] = RunPinned(options);
  } else {
    report["works"] = RunWorks(options);
    if (!options.plot.empty())
      WriteFile(options.plot, Plot(report["works"], Cat("latency over offered load, ", options.store)));
  }
  if (!options.json.empty()) WriteFile(options.json, report.dump(2) + "\n");
  return kept ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.stage.folders = {jixiao::paths::Source() + "/deploy/local/samples"};
  options.stage.loop.callers = 16;
  // A platform that pushes does not wait for single answers, and plain inserts come 256 to a commit, too.
  options.stage.loop.window = 64;
  CLI::App app("What the services carry, each alone and the whole line, beside limits measured in the same run");
  app.add_option("work", options.works, "score, score-batch, archive, submit, batch-submit, line (default: all)")
      ->check(CLI::IsMember(kWorks));
  app.add_option("--store", options.store, "of the servers and of the plain inserts")
      ->check(CLI::IsMember({"sqlite", "postgresql"}))
      ->capture_default_str();
  app.add_option("--rate", options.rates, "calls a second of an open loop; several for several");
  app.add_flag("--sweep", options.sweep, "an open loop at shares of what the closed one reached");
  app.add_option("--plot", options.plot, "file for an SVG of latency over offered load; sweeps");
  app.add_option("--json", options.json, "file for all figures");
  app.add_option("--overload", options.overload, "so many times the sustainable rate of SubmitEvaluation")
      ->check(CLI::Range(1.0, 1000.0));
  app.add_option("--overload-seconds", options.overload_seconds)->capture_default_str();
  app.add_flag("--pin", options.pin, "two scoring servers, pinned to a core each, beside one");
  app.add_option("--records", options.records, "line: until so many are archived, with a row for each decade");
  app.add_option("--seconds", options.seconds, "of each measurement")->capture_default_str();
  app.add_option("--rounds", options.rounds, "each measures everything")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--forms", options.stage.folders, "folders of forms (*.json)")->capture_default_str();
  app.add_option("--count", options.stage.count, "how many forms, real ones and variants")->capture_default_str();
  app.add_option("--seed", options.stage.seed, "of variants and of the moments of open loops")->capture_default_str();
  app.add_option("--connections", options.stage.loop.connections)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options.stage.loop.in_flight, "closed loops: calls over all connections")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--window", options.stage.loop.window, "closed loops: messages that each stream keeps under way")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--streams", options.stage.loop.streams, "over all connections")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--threads", options.stage.loop.threads, "of the client")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--callers", options.stage.loop.callers, "names that the calls come under (x-caller)")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--echo-listen", options.echo_listen, "be an echo server on HOST:PORT")->group("");
  app.add_option("--echo-answers", options.echo_answers)->group("");
  app.add_option("--echo-of", options.echo_of)->group("");
  app.add_flag("--echo-raw", options.echo_raw)->group("");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!options.echo_listen.empty()) {
      const absl::Status served =
          ServeEcho(options.echo_listen, options.echo_answers, options.echo_raw ? EchoKind::kRaw : EchoKind::kTyped,
                    static_cast<EchoOf>(options.echo_of));
      if (!served.ok()) throw std::runtime_error(std::string(served.message()));
      return 0;
    }
    options.stage.postgresql = options.store == "postgresql";
    options.stage.self = std::filesystem::read_symlink("/proc/self/exe").string();
    options.stage.loop.seed = options.stage.seed;
    options.sweep = options.sweep || !options.plot.empty();
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    return Run(options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
