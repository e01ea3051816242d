// bench-score: how close Score and ScoreBatch come to servers that do nothing.
//
// jixiao-scoring and two echo servers (echo_server.h) run beside each other as processes of their own; the same client
// loads them in turn with the same requests, and the echoes give the same answers. So the ratios hold on whatever
// machine this runs, and drift of the machine hits all.
#include "common/errors.h"
#include "common/text.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/process_use.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <CLI/CLI.hpp>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/slice.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>
#include <utility>
#include <vector>

#include "load/echo_server.h"
#include "load/forms.h"
#include "load/loop.h"

namespace {

using namespace jixiao;
using testing::Process;

constexpr char kScore[] = "/jixiao.scoring.v1.ScoringService/Score";
constexpr char kScoreBatch[] = "/jixiao.scoring.v1.ScoringService/ScoreBatch";

struct Options {
  load::Loop loop;
  std::vector<std::string> folders{jixiao::paths::Source() + "/deploy/local/samples"};
  std::string rule_sets = jixiao::paths::Source() + "/services/scoring/rulesets";
  std::string server = jixiao::paths::Binaries() + "/jixiao-scoring";
  std::string log_level = "info";
  std::string echo_listen;
  std::string echo_answers;
  bool echo_raw = false;
  std::size_t count = 256;
  std::uint64_t seed = 1;
  int rounds = 5;
  double seconds = 2;
  bool json = false;
};

// A folder that goes when the run ends.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-load-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string File(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// A server under load.
struct Target {
  std::unique_ptr<Process> process;
  load::Channels channels;
};

absl::StatusOr<Target> Start(const std::vector<std::string>& command, const std::string& address,
                             const std::string& log, const load::Loop& loop) {
  Target target{Process::Start(command, log), load::Connect({address}, loop)};
  for (const auto& channel : target.channels) {
    if (channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(20))) continue;
    std::ifstream in(log);
    return absl::UnavailableError(
        Cat(command.front(), " does not serve; its log:\n", std::string{std::istreambuf_iterator<char>(in), {}}));
  }
  return target;
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

// One call; its answer's bytes.
absl::StatusOr<std::string> Call(const std::shared_ptr<grpc::Channel>& channel, const grpc::ByteBuffer& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  grpc::CompletionQueue queue;
  grpc::ByteBuffer answer;
  grpc::Status status;
  const auto call = stub.PrepareUnaryCall(&context, kScore, request, &queue);
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return absl::InternalError(Cat("Score refuses a form: ", status.error_message()));
  std::vector<grpc::Slice> slices;
  if (!answer.Dump(&slices).ok()) return absl::InternalError("an answer cannot be read");
  std::string bytes;
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

struct Requests {
  std::vector<grpc::ByteBuffer> unary;
  std::vector<grpc::ByteBuffer> stream;
};

Requests RequestsOf(const std::vector<evaluation::v1::SelfEvaluation>& forms) {
  Requests requests;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    scoring::v1::ScoreRequest one;
    *one.mutable_form() = forms[i];
    requests.unary.push_back(ToBuffer(one.SerializeAsString()));
    scoring::v1::ScoreBatchRequest item;
    item.set_item_id(Cat("item-", i));
    *item.mutable_form() = forms[i];
    requests.stream.push_back(ToBuffer(item.SerializeAsString()));
  }
  return requests;
}

// What the scoring server answers to each request, for the echo.
absl::StatusOr<load::Answers> AnswersOf(const Target& scoring, const Requests& requests) {
  load::Answers answers;
  for (std::size_t i = 0; i < requests.unary.size(); ++i) {
    ASSIGN_OR_RETURN(std::string bytes, Call(scoring.channels.front(), requests.unary[i]));
    scoring::v1::ScoreResponse response;
    if (!response.ParseFromString(bytes)) return absl::InternalError("an answer is no ScoreResponse");
    scoring::v1::ScoreBatchResponse item;
    item.set_item_id(Cat("item-", i));
    *item.mutable_scorecard() = std::move(*response.mutable_scorecard());
    answers.unary.push_back(std::move(bytes));
    answers.stream.push_back(item.SerializeAsString());
  }
  return answers;
}

// One server's figures over all rounds.
struct Side {
  std::string name;
  load::Outcome outcome;
  double cpu_seconds = 0;
  std::vector<double> rates;

  double CpuMicros() const { return outcome.calls == 0 ? 0 : cpu_seconds * 1e6 / static_cast<double>(outcome.calls); }
};

struct Comparison {
  std::string title;
  double target = 0;
  Side ours;
  Side typed;
  Side raw;

  // The median of the rounds' ratios to an echo, and their range.
  std::array<double, 3> RatioTo(const Side& echo) const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < ours.rates.size(); ++i) ratios.push_back(ours.rates[i] / echo.rates[i]);
    std::sort(ratios.begin(), ratios.end());
    return {ratios.front(), ratios[ratios.size() / 2], ratios.back()};
  }
  bool Failed() const { return ours.outcome.failures + typed.outcome.failures + raw.outcome.failures > 0; }
};

struct Targets {
  Target scoring;
  Target typed;
  Target raw;
};

using Runner = load::Outcome (*)(const load::Channels&, const std::string&, const load::Source&, const load::Loop&,
                                 const load::Sink&);

void Measure(const Target& target, Runner run, const char* method, const load::Source& requests, const load::Loop& loop,
             Side& side) {
  const double before = testing::CpuSeconds(target.process->pid());
  load::Outcome outcome = run(target.channels, method, requests, loop, nullptr);
  side.cpu_seconds += testing::CpuSeconds(target.process->pid()) - before;
  side.rates.push_back(outcome.PerSecond());
  side.outcome.Add(std::move(outcome));
}

Comparison Compare(const Targets& targets, Runner run, const char* method, const load::Source& requests,
                   const Options& options) {
  load::Loop loop = options.loop;
  loop.duration = std::chrono::milliseconds(static_cast<int>(options.seconds * 250));
  Comparison comparison;
  Side warm_up;
  for (const Target* target : {&targets.scoring, &targets.typed, &targets.raw})
    Measure(*target, run, method, requests, loop, warm_up);
  loop.duration = std::chrono::milliseconds(static_cast<int>(options.seconds * 1000));
  using Turn = std::pair<const Target*, Side*>;
  std::array<Turn, 3> turns{Turn{&targets.scoring, &comparison.ours}, Turn{&targets.typed, &comparison.typed},
                            Turn{&targets.raw, &comparison.raw}};
  for (int round = 0; round < options.rounds; ++round) {
    for (const auto& [target, side] : turns) Measure(*target, run, method, requests, loop, *side);
    std::rotate(turns.begin(), turns.begin() + 1, turns.end());  // none is always the one that comes first
  }
  return comparison;
}

void Print(Comparison& comparison) {
  std::printf("\n%-12s %10s %8s %8s %8s %14s %7s\n", comparison.title.c_str(), "calls/s", "p50 µs", "p90 µs", "p99 µs",
              "server µs/call", "failed");
  for (Side* side : {&comparison.ours, &comparison.typed, &comparison.raw})
    std::printf("%-12s %10.0f %7u %7u %7u %14.1f %7llu\n", side->name.c_str(), side->outcome.PerSecond(),
                side->outcome.Percentile(0.5), side->outcome.Percentile(0.9), side->outcome.Percentile(0.99),
                side->CpuMicros(), static_cast<unsigned long long>(side->outcome.failures));
  for (const Side* echo : {&comparison.typed, &comparison.raw}) {
    const auto [low, median, high] = comparison.RatioTo(*echo);
    std::printf("%-12s %10.2f   rounds %.2f … %.2f", ("÷ " + echo->name).c_str(), median, low, high);
    if (echo == &comparison.typed) std::printf(", wanted %.2f", comparison.target);
    std::printf("\n");
  }
}

nlohmann::json ToJson(Comparison& comparison) {
  const auto side = [](Side& s) {
    return nlohmann::json{{"calls_per_second", s.outcome.PerSecond()},
                          {"p50_us", s.outcome.Percentile(0.5)},
                          {"p90_us", s.outcome.Percentile(0.9)},
                          {"p99_us", s.outcome.Percentile(0.99)},
                          {"server_cpu_us_per_call", s.CpuMicros()},
                          {"calls", s.outcome.calls},
                          {"failed", s.outcome.failures}};
  };
  const auto ratio = [&](const Side& echo) {
    const auto [low, median, high] = comparison.RatioTo(echo);
    return nlohmann::json{{"median", median}, {"low", low}, {"high", high}};
  };
  return {{"ours", side(comparison.ours)},         {"typed_echo", side(comparison.typed)},
          {"raw_echo", side(comparison.raw)},      {"ratio_to_typed", ratio(comparison.typed)},
          {"ratio_to_raw", ratio(comparison.raw)}, {"ratio_wanted", comparison.target}};
}

double MeanSize(const std::vector<std::string>& texts) {
  const auto add = [](std::size_t sum, const std::string& text) { return sum + text.size(); };
  return static_cast<double>(std::accumulate(texts.begin(), texts.end(), std::size_t{0}, add)) /
         static_cast<double>(texts.size());
}

absl::Status Run(const Options& options, const std::string& self) {
  ASSIGN_OR_RETURN(const auto real, load::ReadForms(options.folders));
  const auto forms = load::Varied(real, std::max(options.count, real.size()), options.seed);
  const Requests requests = RequestsOf(forms);
  const Folder folder;
  const std::string scoring_address = Cat("127.0.0.1:", testing::FreePort());
  Targets targets;
  ASSIGN_OR_RETURN(targets.scoring,
                   Start({options.server, "--listen=" + scoring_address, "--store=sqlite:" + folder.File("scoring.db"),
                          "--rulesets=" + options.rule_sets, "--drain-wait=0", "--log-level=" + options.log_level},
                         scoring_address, folder.File("scoring.log"), options.loop));
  ASSIGN_OR_RETURN(const load::Answers answers, AnswersOf(targets.scoring, requests));
  RETURN_IF_ERROR(load::WriteAnswers(folder.File("answers"), answers));
  for (Target* echo : {&targets.typed, &targets.raw}) {
    const std::string address = Cat("127.0.0.1:", testing::FreePort());
    std::vector<std::string> command{self, "--echo-listen=" + address, "--echo-answers=" + folder.File("answers")};
    if (echo == &targets.raw) command.push_back("--echo-raw");
    ASSIGN_OR_RETURN(*echo, Start(command, address, folder.File("echo.log"), options.loop));
  }

  std::size_t in = 0;
  for (const grpc::ByteBuffer& request : requests.unary) in += request.Length();
  const double mean_in = static_cast<double>(in) / static_cast<double>(forms.size());
  if (!options.json)
    std::printf(
        "%zu forms (%zu real ones, varied): %.0f bytes in, %.0f bytes out; %d connections, %d in flight, %d rounds of "
        "%.1f s\n",
        forms.size(), real.size(), mean_in, MeanSize(answers.unary), options.loop.connections, options.loop.in_flight,
        options.rounds, options.seconds);
  Comparison unary = Compare(targets, load::CallInLoop, kScore, load::InTurn(requests.unary), options);
  unary.title = "unary";
  unary.target = 0.80;
  unary.ours.name = "Score";
  unary.typed.name = "typed echo";
  unary.raw.name = "raw echo";
  Comparison stream = Compare(targets, load::StreamInLoop, kScoreBatch, load::InTurn(requests.stream), options);
  stream.title = "stream";
  stream.target = 0.60;
  stream.ours.name = "ScoreBatch";
  stream.typed.name = "typed echo";
  stream.raw.name = "raw echo";
  if (options.json) {
    std::cout << nlohmann::json{{"forms", forms.size()},
                                {"mean_request_bytes", mean_in},
                                {"mean_response_bytes", MeanSize(answers.unary)},
                                {"connections", options.loop.connections},
                                {"in_flight", options.loop.in_flight},
                                {"streams", options.loop.streams},
                                {"score", ToJson(unary)},
                                {"score_batch", ToJson(stream)}}
                     .dump()
              << '\n';
  } else {
    Print(unary);
    Print(stream);
  }
  const bool failed = unary.Failed() || stream.Failed();
  return failed ? absl::InternalError("some calls failed: the figures say nothing") : absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Score and ScoreBatch against bare echo servers, in the same run");
  app.add_option("--forms", options.folders, "folders of forms (*.json)")->capture_default_str();
  app.add_option("--count", options.count, "how many forms, real ones and variants")->capture_default_str();
  app.add_option("--seed", options.seed, "of the variants")->capture_default_str();
  app.add_option("--connections", options.loop.connections)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options.loop.in_flight, "calls or messages over all connections")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--streams", options.loop.streams, "over all connections")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--threads", options.loop.threads, "of the client")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds, "each measures both servers")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "of each measurement")->capture_default_str();
  app.add_option("--server", options.server, "the scoring server to measure")->capture_default_str();
  app.add_option("--rulesets", options.rule_sets, "folder of rule sets")->capture_default_str();
  app.add_option("--log-level", options.log_level, "of the scoring server")->capture_default_str();
  app.add_flag("--json", options.json, "for machines");
  app.add_option("--echo-listen", options.echo_listen, "be the echo server on HOST:PORT")->group("");
  app.add_option("--echo-answers", options.echo_answers)->group("");
  app.add_flag("--echo-raw", options.echo_raw)->group("");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status =
      options.echo_listen.empty()
          ? Run(options, std::filesystem::read_symlink("/proc/self/exe").string())
          : load::ServeEcho(options.echo_listen, options.echo_answers,
                            options.echo_raw ? load::EchoKind::kRaw : load::EchoKind::kTyped, load::EchoOf::kScoring);
  if (!status.ok()) std::cerr << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
