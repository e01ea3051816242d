// bench-engine: what scoring costs without gRPC, in forms a second on one core. Time is the thread's CPU time, so that
// other work on the machine hardly moves it.
#include "common/errors.h"
#include "common/form.h"
#include "common/text.h"
#include "scoring/api/answer_writer.h"
#include "scoring/api/request_reader.h"
#include "scoring/engine/engine.h"
#include "scoring/engine/line.h"
#include "scoring/engine/reading.h"
#include "scoring/rulesets/catalogue.h"
#include "scoring/rulesets/reader.h"
#include "support/paths.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include "load/forms.h"

namespace {

using namespace jixiao;

struct Options {
  std::vector<std::string> folders{jixiao::paths::Source() + "/deploy/local/samples"};
  std::string rule_sets = jixiao::paths::Source() + "/services/scoring/rulesets";
  std::string rule_set;
  std::string work;
  std::string figures;
  std::size_t count = 256;
  std::uint64_t seed = 1;
  double seconds = 1;
  int passes = 0;
  bool json = false;
};

// One scored line that rests on figures, as already read.
struct Figures {
  const scoring::IndicatorReading* row;
  Decimal weight;
};

// One form in every state that a measurement starts from.
struct Case {
  scoring::v1::ScoreRequest request;
  std::string bytes;
  std::shared_ptr<const scoring::Rules> rules;
  scoring::FormReading reading;
  std::vector<Figures> figures;
  std::optional<Decimal> execution_weight;
  scoring::Execution execution;
  std::size_t card_bytes = 0;
};

// What a work adds up, so that no compiler leaves it out.
std::uint64_t sink = 0;

// What a thread of the server keeps from call to call.
struct ServerThread {
  scoring::ScoreItem item;
  evaluation::v1::Scorecard card;
  scoring::AnswerWriter writer;
};

void ScoreOnly(const Case& c, ServerThread& thread) {
  scoring::Score(c.request.form(), *c.rules, "指定", thread.card);
  sink += static_cast<std::uint64_t>(thread.card.lines_size());
}

void ReadAndScore(const Case& c, ServerThread& thread) {
  if (!scoring::ReadScoreRequest(c.bytes, thread.item)) return;
  scoring::Score(thread.item.form, *c.rules, "指定", thread.card);
  sink += static_cast<std::uint64_t>(thread.card.lines_size());
}

// All that the server does for a call but gRPC: bytes in, bytes out.
void Answer(const Case& c, const scoring::Catalogue& catalogue, ServerThread& thread) {
  const auto& form = thread.item.form;
  if (!scoring::ReadScoreRequest(c.bytes, thread.item) || !ValidateForm(form, "form", thread.item.known).ok()) return;
  const scoring::Selection selection = catalogue.ForForm(form);
  scoring::Score(form, *selection.rules, selection.selected_by, thread.card);
  sink += thread.writer.ScoreResponse(thread.card).size();
}

// From figures to points: what is left when reading, explaining and checking are taken away.
void Arithmetic(const Case& c) {
  Decimal total;
  if (c.execution_weight && c.execution.budget && c.execution.executed)
    total += scoring::ExecutionPoints(*c.execution.budget, *c.execution.executed, *c.execution_weight, *c.rules)
                 .value_or(Decimal());
  for (const Figures& f : c.figures) total += scoring::RulePoints(*f.row, f.weight, *c.rules).value_or(Decimal());
  sink += static_cast<std::uint64_t>(total.scale()) + 1;
}

absl::Status Prepare(const Options& options, const scoring::Catalogue& catalogue, evaluation::v1::SelfEvaluation form,
                     Case& c) {
  *c.request.mutable_form() = std::move(form);
  c.bytes = c.request.SerializeAsString();
  RETURN_IF_ERROR(ValidateForm(c.request.form()));
  c.rules = options.rule_set.empty() ? catalogue.ForForm(c.request.form()).rules : catalogue.ById(options.rule_set);
  if (c.rules == nullptr) return absl::NotFoundError("no rule set for a form, or none of that name");
  c.reading = scoring::ReadForm(c.request.form(), *c.rules);
  c.execution = scoring::ExecutionOf(c.reading);
  evaluation::v1::Scorecard card;
  scoring::Score(c.request.form(), *c.rules, "指定", card);
  c.card_bytes = card.ByteSizeLong();
  for (const auto& line : card.lines()) {
    const auto weight = Decimal::Parse(line.weight());
    if (!weight) continue;
    if (line.path() == "funds") c.execution_weight = weight;
    for (const scoring::IndicatorReading& row : c.reading.indicators)
      if (line.path() == Cat("indicators[", row.index, "]") && scoring::RulePoints(row, *weight, *c.rules))
        c.figures.push_back({&row, *weight});
  }
  return absl::OkStatus();
}

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

// One pass over all forms. Not inlined and with a plain name, so that callgrind can count it and nothing else.
extern "C" __attribute__((noinline)) void jixiao_counted_pass(const std::deque<Case>& cases,
                                                              void (*work)(const Case&, void*), void* state) {
  for (const Case& c : cases) work(c, state);
}

namespace {

struct Work {
  std::string_view name;
  std::string_view title;
  void (*run)(const Case&, void*);
};

struct State {
  const scoring::Catalogue* catalogue;
  ServerThread thread;
};

constexpr Work kWorks[] = {
    {"score", "engine: a parsed form to a scorecard",
     [](const Case& c, void* s) { ScoreOnly(c, static_cast<State*>(s)->thread); }},
    {"parse_score", "engine with reading of the form's bytes",
     [](const Case& c, void* s) { ReadAndScore(c, static_cast<State*>(s)->thread); }},
    {"answer", "a whole call but gRPC: parse, validate, select, score, serialise",
     [](const Case& c, void* s) {
       auto* state = static_cast<State*>(s);
       Answer(c, *state->catalogue, state->thread);
     }},
    {"arithmetic", "arithmetic alone: figures to points", [](const Case& c, void*) { Arithmetic(c); }},
};

// Forms a second: the median of nine measurements.
double Rate(const std::deque<Case>& cases, const Work& work, State& state, double seconds) {
  constexpr int kMeasurements = 9;
  std::vector<double> rates;
  for (int i = -1; i < kMeasurements; ++i) {  // the first one warms up
    std::size_t forms = 0;
    const double start = CpuSeconds();
    double used = 0;
    do {
      jixiao_counted_pass(cases, work.run, &state);
      forms += cases.size();
      used = CpuSeconds() - start;
    } while (used < seconds / (kMeasurements + 1));
    if (i >= 0) rates.push_back(static_cast<double>(forms) / used);
  }
  std::nth_element(rates.begin(), rates.begin() + kMeasurements / 2, rates.end());
  return rates[kMeasurements / 2];
}

// The figures as another engine gets them: numbers, operators and the points that ours gives.
nlohmann::json FiguresOf(const Case& c) {
  const auto number = [](const Decimal& d) { return nlohmann::json::parse(d.ToString()); };
  nlohmann::json rows = nlohmann::json::array();
  for (const Figures& f : c.figures) {
    if (f.row->measure.kind != scoring::Measure::Kind::kFigures) continue;  // dates are read, not reckoned
    const scoring::Pair& pair = f.row->measure.Worst();
    if (pair.comparison == scoring::Comparison::kBetween || pair.target.approximate || pair.actual.approximate)
      continue;
    const bool at_most = pair.IsUpperBound() || (pair.comparison == scoring::Comparison::kEqual && pair.b > pair.a);
    rows.push_back({{"op", at_most ? "<=" : ">="},
                    {"w", number(f.weight)},
                    {"a", number(pair.a)},
                    {"b", number(pair.b)},
                    {"points", number(*scoring::RulePoints(*f.row, f.weight, *c.rules))}});
  }
  nlohmann::json out{{"rows", std::move(rows)}};
  if (c.execution_weight && c.execution.budget && c.execution.executed && *c.execution.budget > Decimal()) {
    const auto points =
        scoring::ExecutionPoints(*c.execution.budget, *c.execution.executed, *c.execution_weight, *c.rules);
    out["funds"] = {{"w", number(*c.execution_weight)},
                    {"a", number(*c.execution.budget)},
                    {"b", number(*c.execution.executed)},
                    {"points", number(points.value_or(Decimal()))}};
  }
  return out;
}

struct Result {
  const Work* work;
  double forms_per_second;
};

void Print(const Options& options, const std::deque<Case>& cases, std::size_t real,
           const std::vector<Result>& results) {
  std::size_t bytes = 0;
  std::size_t card_bytes = 0;
  int rows = 0;
  std::size_t figures = 0;
  for (const Case& c : cases) {
    bytes += c.bytes.size();
    card_bytes += c.card_bytes;
    rows += c.request.form().indicators_size();
    figures += c.figures.size();
  }
  const auto mean = [&](auto sum) { return static_cast<double>(sum) / static_cast<double>(cases.size()); };
  if (options.json) {
    nlohmann::json out{{"forms", cases.size()},          {"real_forms", real},
                       {"mean_indicators", mean(rows)},  {"mean_compared_rows", mean(figures)},
                       {"mean_form_bytes", mean(bytes)}, {"mean_card_bytes", mean(card_bytes)}};
    for (const Result& result : results) out["forms_per_second"][result.work->name] = result.forms_per_second;
    std::cout << out.dump() << '\n';
    return;
  }
  std::printf(
      "%zu forms (%zu real ones, varied): %.1f indicators, %.1f of them compared, %.0f bytes in, %.0f bytes out\n\n",
      cases.size(), real, mean(rows), mean(figures), mean(bytes), mean(card_bytes));
  std::printf("%12s  %9s\n", "forms/s/core", "µs/form");
  for (const Result& result : results)
    std::printf("%12.0f  %8.3f  %.*s\n", result.forms_per_second, 1e6 / result.forms_per_second,
                static_cast<int>(result.work->title.size()), result.work->title.data());
}

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const auto sets, scoring::ReadRuleSetFolder(options.rule_sets));
  std::vector<std::shared_ptr<const scoring::Rules>> compiled;
  for (const auto& set : sets) {
    ASSIGN_OR_RETURN(std::shared_ptr<const scoring::Rules> rules, scoring::Rules::Compile(set));
    compiled.push_back(std::move(rules));
  }
  const scoring::Catalogue catalogue(compiled);
  ASSIGN_OR_RETURN(const auto real, load::ReadForms(options.folders));
  std::deque<Case> cases;  // readings point into their forms: a case never moves
  for (auto& form : load::Varied(real, std::max(options.count, real.size()), options.seed))
    RETURN_IF_ERROR(Prepare(options, catalogue, std::move(form), cases.emplace_back()));

  if (!options.figures.empty()) {
    std::ofstream out(options.figures);
    for (const Case& c : cases) out << FiguresOf(c).dump() << '\n';
    if (!out.flush()) return absl::InternalError(Cat("cannot write ", options.figures));
  }
  State state{&catalogue, {}};
  std::vector<Result> results;
  for (const Work& work : kWorks) {
    if (!options.work.empty() && options.work != work.name) continue;
    if (options.passes == 0) {
      results.push_back({&work, Rate(cases, work, state, options.seconds)});
      continue;
    }
    for (int i = 0; i < options.passes; ++i) jixiao_counted_pass(cases, work.run, &state);
  }
  if (options.passes == 0)
    Print(options, cases, real.size(), results);
  else
    std::cout << cases.size() * static_cast<std::size_t>(options.passes) << '\n';
  return sink == 0 && options.passes != 0 ? absl::InternalError("nothing was scored") : absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Forms a second on one core, without gRPC");
  app.add_option("--forms", options.folders, "folders of forms (*.json)")->capture_default_str();
  app.add_option("--rulesets", options.rule_sets, "folder of rule sets")->capture_default_str();
  app.add_option("--rule-set", options.rule_set, "score all forms by this one; empty: each by its own");
  app.add_option("--work", options.work, "only this: score, parse_score, answer or arithmetic");
  app.add_option("--count", options.count, "how many forms, real ones and variants")->capture_default_str();
  app.add_option("--seed", options.seed, "of the variants")->capture_default_str();
  app.add_option("--seconds", options.seconds, "CPU time for each measurement")->capture_default_str();
  app.add_option("--passes", options.passes, "measure nothing, run so often over all forms and print their number");
  app.add_option("--figures", options.figures, "write what the arithmetic works on, one form a line as JSON");
  app.add_flag("--json", options.json, "for machines");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(options);
  if (!status.ok()) std::cerr << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
