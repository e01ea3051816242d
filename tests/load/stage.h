// What one run of jixiao-load has: the servers, the forms, and the works that load them.
#pragma once

#include "support/cluster.h"

#include <absl/status/statusor.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "load/echo_server.h"
#include "load/loop.h"
#include "load/plain_inserts.h"
#include "load/requests.h"

namespace jixiao::load {

struct StageOptions {
  bool postgresql = false;
  std::vector<std::string> folders;  // of forms
  std::size_t count = 256;           // forms, the real ones and variants
  std::uint64_t seed = 1;
  int scoring_replicas = 1;
  std::string self;  // this program, which serves the echoes
  Loop loop;
};

// The three servers with their stores, and forms with what scoring made of them. What cannot be started throws.
class Stage {
 public:
  explicit Stage(const StageOptions& options);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  testing::Cluster& cluster() { return cluster_; }
  const StageOptions& options() const { return options_; }
  const std::vector<ScoredForm>& forms() const { return forms_; }

  // Stops scoring for a while, so that intake carries nothing on: then it is measured alone.
  void HoldScoring();
  void LetScoringGo();

  // An empty database for plain inserts, beside those of the servers.
  std::unique_ptr<PlainInserts> NewPlainInserts();
  // An echo server with these answers; its address. It ends with the stage.
  std::string StartEcho(const Answers& answers, EchoKind kind, EchoOf of);

  // Of each server and replica, in MiB: {"intake": {"now": …, "peak": …}, …}.
  nlohmann::json MemoryOfServers();

 private:
  void ScoreForms(const std::vector<evaluation::v1::SelfEvaluation>& forms);

  const StageOptions options_;
  testing::Cluster cluster_;
  std::vector<std::unique_ptr<scoring::v1::RuleSet>> rule_sets_;
  std::vector<ScoredForm> forms_;
  std::vector<std::unique_ptr<testing::Process>> echoes_;
  int files_ = 0;
  bool scoring_held_ = false;
};

// One kind of call to one server.
struct Work {
  std::string name;
  testing::Server server = testing::Server::kIntake;
  std::string method;
  bool stream = false;
  int error_field = 0;                // of a stream's answers
  std::vector<std::string> messages;  // see Numbered
  EchoOf echo = EchoOf::kIntake;
  bool typed_echo = true;          // is there one?
  std::vector<std::string> plain;  // rows that must be stored; empty: nothing is
  double wanted_of_echo = 0;       // of the typed echo, 0: no target
  double wanted_of_plain = 0;

  // Loads `addresses` with it; `sink` also hears of the answers whose calls succeeded.
  Outcome Run(const Channels& channels, Numbered& requests, const Loop& loop, const Sink& sink = nullptr) const;
};

// "submit", "batch-submit", "score", "score-batch" and "archive".
Work MakeWork(const std::string& name, const std::vector<ScoredForm>& forms);

// What intake and archive together must store of each form: form and card, twice, and the leaf.
std::vector<std::string> RowsOfLine(const std::vector<ScoredForm>& forms);

// Inserts `rows` again and again for so long; rows a second.
double PlainRate(PlainInserts& plain, const std::vector<std::string>& rows, std::chrono::milliseconds duration,
                 std::int64_t& next);

}  // namespace jixiao::load
