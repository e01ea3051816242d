#include "intake/api/import_roster.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "intake/api/campaign_scope.h"
#include "intake/api/request_id.h"
#include "intake/season/roster.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace jixiao::intake {
namespace {

constexpr int kMaxRunning = 4;
constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;
constexpr std::size_t kMaxFaults = 10'000;

absl::Status TooLarge() {
  return InvalidField("ROSTER_TOO_LARGE", "entries",
                      Cat("at most ", season::kMaxRosterEntries, " entries of ", kMaxBytes >> 20, " MiB together"));
}

// Checks and imports what was gathered.
absl::Status Import(CampaignStore& store, v1::ImportRosterRequest& request, v1::ImportRosterResponse& response,
                    const rpc::CallContext& context) {
  RETURN_IF_ERROR(CheckCampaign(store, request.campaign(), context));
  std::vector<FieldViolation> faults;
  if (!IsRequestId(request.request_id())) faults.push_back({"request_id", std::string(kRequestIdRule)});
  if (request.mode() == v1::ROSTER_IMPORT_MODE_UNSPECIFIED || !v1::RosterImportMode_IsValid(request.mode()))
    faults.push_back({"mode", "is required"});
  if (request.entries().empty()) faults.push_back({"entries", "are required"});
  // The end of a stream looks the same whether its caller sent all or went away.
  if (request.entry_count() != request.entries_size())
    faults.push_back(
        {"entry_count", Cat(request.entry_count(), " were announced, ", request.entries_size(), " have come")});
  if (!faults.empty()) return InvalidFields("ROSTER_INVALID", "the roster cannot be imported so", faults);

  CampaignWrite write;
  write.request_id = std::exchange(*request.mutable_request_id(), {});
  write.validate_only = request.validate_only();
  request.set_validate_only(false);
  ASSIGN_OR_RETURN(write.digest, CanonicalDigest(request));
  ASSIGN_OR_RETURN(const v1::Campaign campaign, store.Find(request.campaign()));
  const std::vector<v1::RosterEntry> entries(std::make_move_iterator(request.mutable_entries()->begin()),
                                             std::make_move_iterator(request.mutable_entries()->end()));
  season::RosterVerdict verdict = season::Check(entries, campaign);
  if (verdict.faults.empty()) {
    ASSIGN_OR_RETURN(const std::string answer, store.ImportRoster(request.campaign(), request.mode(), entries, write));
    if (!response.ParseFromString(answer))
      return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", "a stored answer cannot be read");
  }
  for (std::size_t i = 0; i < std::min(verdict.faults.size(), kMaxFaults); ++i)
    *response.add_faults() = std::move(verdict.faults[i]);
  response.set_faults_omitted(static_cast<int>(verdict.faults.size()) - response.faults_size());
  for (std::size_t i = 0; i < std::min(verdict.doubts.size(), kMaxFaults); ++i)
    *response.add_doubts() = std::move(verdict.doubts[i]);
  return absl::OkStatus();
}

class ImportRosterReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  ImportRosterReactor(const grpc::CallbackServerContext& context, grpc::ByteBuffer* out, CampaignStore& store,
                      WorkerPool& pool, rpc::ServerState& state, const rpc::Method& method, RunningImports& running)
      : context_(rpc::ContextOf(context, state)),
        out_(out),
        store_(store),
        pool_(pool),
        state_(state),
        method_(method),
        running_(running),
        counted_(running.fetch_add(1) < kMaxRunning) {
    const absl::Status admitted = counted_ ? rpc::Admit(method_, context_, state_) : rpc::ServerFull();
    if ((admitted_ = admitted.ok()))
      StartRead(&in_);
    else
      End(admitted);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      const bool taken = pool_.Post([this] {
        if (std::chrono::system_clock::now() >= context_.deadline)
          return End(absl::DeadlineExceededError("it waited too long"));
        End(Import(store_, all_, response_, context_));
      });
      if (!taken) End(rpc::ServerFull());
      return;
    }
    bytes_ += in_.Length();
    if (bytes_ > kMaxBytes) return End(TooLarge());
    v1::ImportRosterRequest next;
    if (absl::Status status = rpc::Read(in_, next); !status.ok()) return End(status);
    if (first_) {
      all_ = std::move(next);
      first_ = false;
    } else {
      all_.mutable_entries()->Reserve(all_.entries_size() + next.entries_size());
      for (v1::RosterEntry& entry : *next.mutable_entries()) *all_.add_entries() = std::move(entry);
    }
    if (static_cast<std::size_t>(all_.entries_size()) > season::kMaxRosterEntries) return End(TooLarge());
    StartRead(&in_);
  }

  void OnDone() override {
    running_.fetch_sub(1);
    if (admitted_) state_.Leave();
    delete this;
  }

 private:
  void End(absl::Status status) {
    if (status.ok()) {
      *out_ = rpc::Write(response_);
      status = rpc::CheckSize(*out_);
    }
    rpc::EndOfCall(method_, context_, status, start_);
    Finish(rpc::ToGrpc(status));
  }

  const rpc::CallContext context_;
  grpc::ByteBuffer* const out_;
  CampaignStore& store_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method& method_;
  RunningImports& running_;
  const bool counted_;
  bool admitted_ = false;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool first_ = true;
  std::size_t bytes_ = 0;
  v1::ImportRosterRequest all_;
  v1::ImportRosterResponse response_;
  grpc::ByteBuffer in_;
};

}  // namespace

grpc::ServerReadReactor<grpc::ByteBuffer>* StartImportRoster(const grpc::CallbackServerContext& context,
                                                             grpc::ByteBuffer* out, CampaignStore& store,
                                                             WorkerPool& pool, rpc::ServerState& state,
                                                             const rpc::Method& method, RunningImports& running) {
  // Deletes itself in OnDone.
  return std::make_unique<ImportRosterReactor>(context, out, store, pool, state, method, running).release();
}

}  // namespace jixiao::intake
