#include "load/stage.h"

#include "archiving/record/record.h"
#include "common/errors.h"
#include "common/rpc/wire.h"
#include "common/text.h"
#include "support/paths.h"
#include "support/process_use.h"

#include <csignal>
#include <map>
#include <stdexcept>

#include "load/forms.h"

namespace jixiao::load {
namespace {

using testing::Server;

constexpr std::chrono::seconds kPatience{20};

void Check(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

void Check(const grpc::Status& status, std::string_view what) {
  if (!status.ok()) throw std::runtime_error(Cat(what, ": ", status.error_message()));
}

testing::ClusterOptions ClusterOf(const StageOptions& options) {
  testing::ClusterOptions cluster;
  cluster.postgresql = options.postgresql;
  cluster.scoring_replicas = options.scoring_replicas;
  return cluster;
}

// A record's own bytes, without the rule set, which the archive keeps once.
std::string RecordBytes(const ScoredForm& form, std::int64_t number) {
  archiving::v1::ArchiveRecordRequest request;
  request.set_key(Cat("load/record-", number));
  *request.mutable_form() = form.form;
  *request.mutable_scorecard() = form.card;
  *request.mutable_rule_set() = *form.rule_set;
  const auto parts = archiving::PartsOf(request);
  Check(parts.status());
  std::string bytes = archiving::LeafBytes(request.key(), number, *parts);
  for (const archiving::Part& part : *parts)
    Append(bytes, part.name, part.media_type, part.salt, part.name == archiving::kRuleSetPart ? "" : part.content);
  return bytes;
}

}  // namespace

Stage::Stage(const StageOptions& options) : options_(options), cluster_(ClusterOf(options)) {
  const auto real = ReadForms(options.folders);
  Check(real.status());
  ScoreForms(Varied(*real, std::max(options.count, real->size()), options.seed));
}

Stage::~Stage() {
  LetScoringGo();
}

void Stage::ScoreForms(const std::vector<evaluation::v1::SelfEvaluation>& forms) {
  std::map<std::string, const scoring::v1::RuleSet*> by_digest;
  for (const auto& form : forms) {
    scoring::v1::ScoreRequest request;
    scoring::v1::ScoreResponse response;
    *request.mutable_form() = form;
    grpc::ClientContext context;
    testing::Within(context, kPatience);
    Check(cluster_.Scoring().Score(&context, request, &response), "Score refuses a form");
    const std::string& digest = response.scorecard().rule_set().digest();
    if (!by_digest.contains(digest)) {
      scoring::v1::GetRuleSetRequest which;
      scoring::v1::GetRuleSetResponse found;
      which.mutable_rule_set()->set_digest(digest);
      grpc::ClientContext get;
      testing::Within(get, kPatience);
      Check(cluster_.Scoring().GetRuleSet(&get, which, &found), "GetRuleSet");
      rule_sets_.push_back(std::make_unique<scoring::v1::RuleSet>(std::move(*found.mutable_rule_set())));
      by_digest[digest] = rule_sets_.back().get();
    }
    forms_.push_back({form, response.scorecard(), by_digest[digest]});
  }
}

void Stage::HoldScoring() {
  for (int i = 0; i < options_.scoring_replicas; ++i) cluster_.process(Server::kScoring, i).Kill(SIGSTOP);
  scoring_held_ = true;
}

void Stage::LetScoringGo() {
  if (!std::exchange(scoring_held_, false)) return;
  for (int i = 0; i < options_.scoring_replicas; ++i) cluster_.process(Server::kScoring, i).Kill(SIGCONT);
}

std::unique_ptr<PlainInserts> Stage::NewPlainInserts() {
  auto plain = PlainInserts::Open(cluster_.postgres() != nullptr
                                      ? cluster_.postgres()->CreateDatabase()
                                      : (cluster_.folder() / Cat("plain-", files_++, ".db")).string());
  Check(plain.status());
  return *std::move(plain);
}

std::string Stage::StartEcho(const Answers& answers, EchoKind kind, EchoOf of) {
  const std::string file = (cluster_.folder() / Cat("answers-", files_++)).string();
  Check(WriteAnswers(file, answers));
  const std::string address = Cat("127.0.0.1:", testing::FreePort());
  std::vector<std::string> command = {options_.self, "--echo-listen=" + address, "--echo-answers=" + file,
                                      Cat("--echo-of=", static_cast<int>(of))};
  if (kind == EchoKind::kRaw) command.push_back("--echo-raw");
  echoes_.push_back(testing::Process::Start(command, file + ".log"));
  Loop one;
  one.connections = 1;
  if (!Connect({address}, one).front()->WaitForConnected(std::chrono::system_clock::now() + kPatience))
    throw std::runtime_error("an echo server does not start, see " + file + ".log");
  return address;
}

nlohmann::json Stage::MemoryOfServers() {
  nlohmann::json out;
  const auto add = [&](Server server, int replica) {
    const testing::Memory memory = testing::MemoryOf(cluster_.process(server, replica).pid());
    out[replica == 0 ? testing::NameOf(server) : Cat(testing::NameOf(server), "-", replica)] = {
        {"now", memory.now_kib / 1024}, {"peak", memory.peak_kib / 1024}};
  };
  for (const Server server : testing::kServers) add(server, 0);
  for (int i = 1; i < options_.scoring_replicas; ++i) add(Server::kScoring, i);
  return out;
}

Outcome Work::Run(const Channels& channels, Numbered& requests, const Loop& loop, const Sink& sink) const {
  Sink reader = sink;
  if (stream)
    reader = [this, sink](std::uint64_t number, Clock::time_point start, const grpc::ByteBuffer& answer) {
      const grpc::StatusCode code = CodeOfItem(answer, error_field);
      return code == grpc::StatusCode::OK && sink != nullptr ? sink(number, start, answer) : code;
    };
  return (stream ? StreamInLoop : CallInLoop)(channels, method, requests.Next(), loop, reader);
}

Work MakeWork(const std::string& name, const std::vector<ScoredForm>& forms) {
  Work work;
  work.name = name;
  if (name == "submit" || name == "batch-submit") {
    work.stream = name == "batch-submit";
    work.typed_echo = !work.stream;
    work.method = Cat("/jixiao.intake.v1.IntakeService/", work.stream ? "BatchSubmit" : "SubmitEvaluation");
    work.error_field = 4;
    work.messages = work.stream ? BatchSubmitRequests(forms) : SubmitRequests(forms);
    work.plain = SubmitRequests(forms);
    work.wanted_of_echo = work.stream ? 0 : 0.40;
    work.wanted_of_plain = work.stream ? 0.60 : 0;
  } else if (name == "score" || name == "score-batch") {
    work.server = Server::kScoring;
    work.echo = EchoOf::kScoring;
    work.stream = name == "score-batch";
    work.method = Cat("/jixiao.scoring.v1.ScoringService/", work.stream ? "ScoreBatch" : "Score");
    work.error_field = 3;
    work.messages = work.stream ? ScoreBatchRequests(forms) : ScoreRequests(forms);
    work.wanted_of_echo = work.stream ? 0.60 : 0.80;
  } else {
    work.server = Server::kArchiving;
    work.echo = EchoOf::kArchiving;
    work.method = "/jixiao.archiving.v1.ArchivingService/ArchiveRecord";
    work.messages = ArchiveRequests(forms);
    for (std::size_t i = 0; i < forms.size(); ++i)
      work.plain.push_back(RecordBytes(forms[i], static_cast<std::int64_t>(i)));
  }
  return work;
}

std::vector<std::string> RowsOfLine(const std::vector<ScoredForm>& forms) {
  std::vector<std::string> rows = SubmitRequests(forms);
  for (std::size_t i = 0; i < forms.size(); ++i)
    Append(rows[i], forms[i].card.SerializeAsString(), RecordBytes(forms[i], static_cast<std::int64_t>(i)));
  return rows;
}

double PlainRate(PlainInserts& plain, const std::vector<std::string>& rows, std::chrono::milliseconds duration,
                 std::int64_t& next) {
  const auto start = Clock::now();
  const std::int64_t first = next;
  std::size_t at = 0;
  while (Clock::now() - start < duration) {
    std::vector<std::string> group;
    for (std::size_t i = 0; i < PlainInserts::kGroup; ++i) group.push_back(rows[at++ % rows.size()]);
    Check(plain.Insert(next, group));
    next += static_cast<std::int64_t>(group.size());
  }
  return static_cast<double>(next - first) / std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace jixiao::load
