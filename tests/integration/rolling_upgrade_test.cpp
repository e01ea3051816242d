// A rolling upgrade under load: every replica of every server is stopped and started anew, one after the other, while
// callers go on. No call fails, none is repeated by its caller, and each form is archived once.
//
// JIXIAO_FORMER_BINARIES names the folder of an older release's servers, which are then replaced by this build's.
// Without it both are this build: that shows the drain, not that an older release reads what a newer one writes.
#include "common/rpc/channel.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::testing {
namespace {

using namespace intake::v1;

// Long enough for a balancer to notice, short enough for a test: clients here learn of the end from the connection
// itself.
constexpr int kDrainWait = 1;

// What the callers have seen.
class Tally {
 public:
  void Add(const grpc::Status& status, std::string_view what) {
    ++calls_;
    if (status.ok()) return;
    const std::lock_guard lock(mutex_);
    failures_.push_back(std::string(what) + ": " + Read(status).Describe());
  }
  int calls() const { return calls_; }
  std::vector<std::string> failures() const { return failures_; }

 private:
  std::atomic<int> calls_{0};
  std::mutex mutex_;
  std::vector<std::string> failures_;
};

TEST(RollingUpgrade, LosesNoCall) {
  if (!PrivatePostgres::Installed()) GTEST_SKIP() << "PostgreSQL is not installed (postgresql)";
  Cluster cluster({.intake_replicas = 2,
                   .archiving_replicas = 2,
                   .scoring_replicas = 2,
                   .drain_wait = kDrainWait,
                   .postgresql = true});
  const auto both = [&](Server server) {
    return rpc::OpenChannel("ipv4:" + cluster.AddressOf(server, 0) + "," + cluster.AddressOf(server, 1));
  };
  const auto scoring = scoring::v1::ScoringService::NewStub(both(Server::kScoring));
  const auto intake = IntakeService::NewStub(both(Server::kIntake));
  Tally scored, submitted, streamed;
  std::set<std::string> names;
  std::mutex mutex;
  std::atomic<bool> over{false};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 2; ++caller)
    callers.emplace_back([&] {
      scoring::v1::ScoreRequest request;
      *request.mutable_form() = PlainForm();
      while (!over) {
        grpc::ClientContext context;
        Within(context);
        scoring::v1::ScoreResponse response;
        scored.Add(scoring->Score(&context, request, &response), "Score");
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    });
  for (int caller = 0; caller < 2; ++caller)
    callers.emplace_back([&, caller] {
      for (int i = 0; !over; ++i) {
        evaluation::v1::SelfEvaluation form = PlainForm();
        form.set_project_name("升级" + std::to_string(caller) + "-" + std::to_string(i));
        grpc::ClientContext context;
        Within(context);
        SubmitEvaluationResponse response;
        const grpc::Status status = intake->SubmitEvaluation(&context, SubmitRequest(form), &response);
        submitted.Add(status, "SubmitEvaluation");
        if (status.ok()) {
          const std::lock_guard lock(mutex);
          names.insert(response.receipt().submission());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  // Streams that last as long as a replica's drain.
  callers.emplace_back([&] {
    while (!over) {
      grpc::ClientContext context;
      Within(context);
      const auto stream = scoring->ScoreBatch(&context);
      scoring::v1::ScoreBatchRequest request;
      *request.mutable_form() = PlainForm();
      int answers = 0;
      for (int i = 0; i < 20; ++i) {
        scoring::v1::ScoreBatchResponse response;
        if (!stream->Write(request) || !stream->Read(&response)) break;
        ++answers;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      stream->WritesDone();
      streamed.Add(stream->Finish(), "ScoreBatch");
      EXPECT_EQ(answers, 20);
    }
  });
  const auto all_call = [&] {
    const int before[] = {scored.calls(), submitted.calls(), streamed.calls()};
    EXPECT_TRUE(Eventually([&] {
      return scored.calls() > before[0] + 10 && submitted.calls() > before[1] + 5 && streamed.calls() > before[2] + 1;
    }));
  };
  all_call();
  for (const Server server : {Server::kArchiving, Server::kScoring, Server::kIntake})
    for (int replica = 0; replica < 2; ++replica) {
      EXPECT_EQ(cluster.Stop(server, replica), 0) << NameOf(server) << " " << replica;
      cluster.Start(server, replica);
      cluster.WaitUntilServing(server, replica);
      all_call();  // the callers have come back to it, or at least gone on, before the next one goes
    }
  over = true;
  for (std::thread& caller : callers) caller.join();
  for (const Tally* tally : {&scored, &submitted, &streamed}) {
    const std::vector<std::string> failures = tally->failures();
    EXPECT_TRUE(failures.empty()) << failures.size() << " of " << tally->calls()
                                  << " calls failed; the first: " << failures.front();
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(submitted.calls()));
  EXPECT_TRUE(Eventually(
      [&] {
        return AllSubmissions(cluster, {SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED}).empty();
      },
      std::chrono::seconds(60)));
  std::map<std::string, int> records;
  for (const auto& record : AllRecords(cluster)) ++records[record.key()];
  EXPECT_EQ(records.size(), names.size());
  for (const std::string& name : names) EXPECT_EQ(records[name + "/revisions/1"], 1) << name;
  std::cout << scored.calls() << " scored, " << submitted.calls() << " submitted, " << streamed.calls() << " streams\n";
}

}  // namespace
}  // namespace jixiao::testing
