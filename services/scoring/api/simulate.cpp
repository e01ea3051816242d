#include "scoring/api/simulate.h"

#include "common/errors.h"
#include "common/form.h"
#include "common/random.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"
#include "scoring/api/selection.h"
#include "scoring/engine/engine.h"
#include "scoring/rulesets/simulation.h"

#include <google/protobuf/arena.h>

#include <memory>

namespace jixiao::scoring {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::SelfEvaluation;

absl::Status Cancelled() {
  return absl::CancelledError("the caller went away");
}

// Ready to score; also a draft, whose cases need not hold yet.
absl::StatusOr<std::shared_ptr<const Rules>> CompiledOf(RuleBook& book, const v1::RuleSetSelector& selector,
                                                        std::string_view field) {
  ASSIGN_OR_RETURN(FoundRuleSet found, FindRuleSet(book, selector, field));
  if (auto known = book.catalogue()->ByDigest(found.digest)) return known;
  return Rules::Compile(std::move(found.content));
}

class SimulateReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  SimulateReactor(const grpc::CallbackServerContext& context, grpc::ByteBuffer& out, RuleBook& book, WorkerPool& pool,
                  rpc::ServerState& state, const rpc::Method& method)
      : server_context_(context),
        context_(rpc::ContextOf(context, state)),
        out_(out),
        book_(book),
        pool_(pool),
        state_(state),
        method_(method) {
    const absl::Status admitted = rpc::Admit(method_, context_, state_);
    if ((admitted_ = admitted.ok()))
      StartRead(&in_);
    else
      End(admitted);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Conclude();
    arena_.Reset();
    auto* request = google::protobuf::Arena::CreateMessage<v1::SimulateRuleSetRequest>(&arena_);
    const absl::Status readable = rpc::Read(in_, *request);
    if (catalogue_ == nullptr) return Begin(readable, *request);
    if (request->has_rule_sets())
      return End(InvalidField("SIMULATION_INVALID", "rule_sets", "stand in the first message only"));
    // Unreadable, empty or misshapen: counted, and the stream goes on.
    if (!readable.ok() || !request->has_form() || !ValidateForm(request->form()).ok())
      tally_.Refuse();
    else
      Tally(request->form());
    StartRead(&in_);
  }

  void OnDone() override {
    if (admitted_) state_.Leave();
    delete this;
  }

 private:
  void Begin(const absl::Status& readable, const v1::SimulateRuleSetRequest& request) {
    if (!readable.ok()) return End(readable);
    if (!request.has_rule_sets())
      return End(InvalidField("SIMULATION_INVALID", "rule_sets", "the first message names the rule sets"));
    pair_ = request.rule_sets();
    const bool taken = pool_.Post([this] {
      if (absl::Status status = Prepare(); !status.ok()) return End(status);
      StartRead(&in_);
    });
    if (!taken) End(rpc::ServerFull());
  }

  absl::Status Prepare() {
    ASSIGN_OR_RETURN(to_, CompiledOf(book_, pair_.to(), "rule_sets.to"));
    // By a label, or by nothing, each form has its own.
    const auto by = pair_.from().by_case();
    if (by == v1::RuleSetSelector::kId || by == v1::RuleSetSelector::kDigest) {
      ASSIGN_OR_RETURN(from_, CompiledOf(book_, pair_.from(), "rule_sets.from"));
    } else {
      RETURN_IF_ERROR(book_.Refresh());
      if (by == v1::RuleSetSelector::kLabel && book_.catalogue()->labels().Named(pair_.from().label()) == nullptr)
        return RuleSetNotFound("rule_sets.from.label", pair_.from().label());
    }
    catalogue_ = book_.catalogue();
    return absl::OkStatus();
  }

  void Tally(const SelfEvaluation& form) {
    std::shared_ptr<const Rules> from = from_;
    if (from == nullptr)
      if (const auto selection = SelectKnown(*catalogue_, form, pair_.from())) from = selection->rules;
    if (from == nullptr) return tally_.AddUnscored(form);
    auto* before = google::protobuf::Arena::CreateMessage<Scorecard>(&arena_);
    auto* after = google::protobuf::Arena::CreateMessage<Scorecard>(&arena_);
    Score(form, *from, "", *before);
    Score(form, *to_, "", *after);
    tally_.Add(form, *before, *after);
  }

  // The forms have ended, or the caller has gone: then the report is of a part and is not kept.
  void Conclude() {
    if (server_context_.IsCancelled()) return End(Cancelled());
    if (catalogue_ == nullptr)
      return End(InvalidField("SIMULATION_INVALID", "rule_sets", "the first message names the rule sets"));
    const bool taken = pool_.Post([this] {
      if (server_context_.IsCancelled()) return End(Cancelled());
      v1::SimulateRuleSetResponse response;
      v1::Simulation& simulation = *response.mutable_simulation();
      simulation.set_name(Cat("simulations/", RandomHex(16)));
      if (from_ != nullptr) simulation.set_from_digest(from_->digest());
      simulation.set_to_digest(to_->digest());
      tally_.Fill(simulation);
      *simulation.mutable_create_time() = ToTimestamp(NowMicros());
      const absl::Status kept = Keep(simulation);
      if (kept.ok()) out_ = rpc::Write(response);
      End(kept);
    });
    if (!taken) End(rpc::ServerFull());
  }

  absl::Status Keep(const v1::Simulation& simulation) {
    ASSIGN_OR_RETURN(RuleSetStore* const store, book_.Store());
    return store->SaveSimulation(simulation);
  }

  void End(const absl::Status& status) {
    rpc::EndOfCall(method_, context_, status, start_);
    Finish(rpc::ToGrpc(status));
  }

  const grpc::CallbackServerContext& server_context_;
  const rpc::CallContext context_;
  grpc::ByteBuffer& out_;
  RuleBook& book_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method& method_;
  bool admitted_ = false;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  v1::SimulationPair pair_;
  std::shared_ptr<const Rules> from_;  // null when each form has its own
  std::shared_ptr<const Rules> to_;
  std::shared_ptr<const Catalogue> catalogue_;  // null until the rule sets are known
  SimulationTally tally_;
  google::protobuf::Arena arena_;
  grpc::ByteBuffer in_;
};

}  // namespace

grpc::ServerReadReactor<grpc::ByteBuffer>* StartSimulation(const grpc::CallbackServerContext& context,
                                                           grpc::ByteBuffer& out, RuleBook& book, WorkerPool& pool,
                                                           rpc::ServerState& state, const rpc::Method& method) {
  return std::make_unique<SimulateReactor>(context, out, book, pool, state, method).release();  // deletes itself
}

}  // namespace jixiao::scoring
