// Lists by filter, pulls by cursor, and watches of many.
#include "support/bulk.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <thread>

namespace jixiao::testing {
namespace {

using namespace intake::v1;

class ChangesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = std::make_unique<Cluster>(); }
  static void TearDownTestSuite() { cluster_.reset(); }

  static grpc::Status List(const ListSubmissionsRequest& request, ListSubmissionsResponse& response) {
    grpc::ClientContext context;
    Within(context);
    return cluster_->Intake().ListSubmissions(&context, request, &response);
  }
  static grpc::Status Pull(const ListChangesRequest& request, ListChangesResponse& response) {
    grpc::ClientContext context;
    Within(context);
    return cluster_->Intake().ListChanges(&context, request, &response);
  }

  // All changes behind `cursor`, which moves on.
  static std::vector<SubmissionChange> PullAll(std::string& cursor, int page_size,
                                               const SubmissionFilter& filter = {}) {
    std::vector<SubmissionChange> changes;
    ListChangesResponse response;
    do {
      ListChangesRequest request;
      request.set_cursor(cursor);
      request.set_page_size(page_size);
      *request.mutable_filter() = filter;
      response.Clear();
      const grpc::Status status = Pull(request, response);
      EXPECT_TRUE(status.ok()) << Read(status).Describe();
      if (!status.ok()) break;
      changes.insert(changes.end(), response.changes().begin(), response.changes().end());
      cursor = response.next_cursor();
    } while (response.more());
    return changes;
  }

  static evaluation::v1::SelfEvaluation FormOf(const std::string& unit, const std::string& region) {
    evaluation::v1::SelfEvaluation form = PlainForm();
    form.mutable_implementing_unit()->set_name(unit);
    form.set_region_code(region);
    return form;
  }

  static std::unique_ptr<Cluster> cluster_;
};

std::unique_ptr<Cluster> ChangesTest::cluster_;

TEST_F(ChangesTest, FiltersMeetInOneAnswer) {
  const std::string here = Submit(*cluster_, FormOf("筛选甲单位", "510403")).submission();
  const std::string there = Submit(*cluster_, FormOf("筛选乙单位", "330106")).submission();
  WaitFor(*cluster_, here);
  WaitFor(*cluster_, there);
  ListSubmissionsRequest request;
  ListSubmissionsResponse response;
  request.mutable_filter()->set_text("筛选");
  ASSERT_TRUE(List(request, response).ok());
  EXPECT_EQ(response.submissions_size(), 2);
  request.mutable_filter()->set_region_code("5104");
  request.mutable_filter()->add_states(SUBMISSION_STATE_ARCHIVED);
  response.Clear();
  ASSERT_TRUE(List(request, response).ok());
  ASSERT_EQ(response.submissions_size(), 1);
  EXPECT_EQ(response.submissions(0).name(), here);
  request.mutable_filter()->set_late(true);
  response.Clear();
  ASSERT_TRUE(List(request, response).ok());
  EXPECT_EQ(response.submissions_size(), 0);
}

TEST_F(ChangesTest, TokenBelongsToItsFilter) {
  for (int i = 0; i < 3; ++i) Submit(*cluster_, FormOf("令牌单位", "510403"));
  ListSubmissionsRequest request;
  request.set_page_size(2);
  request.mutable_filter()->set_implementing_unit("令牌单位");
  ListSubmissionsResponse response;
  ASSERT_TRUE(List(request, response).ok());
  ASSERT_EQ(response.submissions_size(), 2);
  ASSERT_FALSE(response.next_page_token().empty());
  request.set_page_token(response.next_page_token());
  ListSubmissionsResponse rest;
  ASSERT_TRUE(List(request, rest).ok());
  EXPECT_EQ(rest.submissions_size(), 1);
  EXPECT_EQ(rest.next_page_token(), "");
  request.mutable_filter()->set_implementing_unit("别的单位");
  ExpectRefusal(List(request, rest), grpc::StatusCode::INVALID_ARGUMENT, "PAGE_INVALID", "page_token");
  request.clear_filter();
  ExpectRefusal(List(request, rest), grpc::StatusCode::INVALID_ARGUMENT, "PAGE_INVALID", "page_token");
}

TEST_F(ChangesTest, FaultsOfFiltersAndCursorsAreNamed) {
  ListSubmissionsRequest list;
  ListSubmissionsResponse listed;
  list.mutable_filter()->set_region_code("51x");
  ExpectRefusal(List(list, listed), grpc::StatusCode::INVALID_ARGUMENT, "FILTER_INVALID", "filter.region_code");
  list.mutable_filter()->Clear();
  list.mutable_filter()->add_states(static_cast<SubmissionState>(99));
  ExpectRefusal(List(list, listed), grpc::StatusCode::INVALID_ARGUMENT, "FILTER_INVALID", "filter.states[0]");
  list.mutable_filter()->Clear();
  list.mutable_filter()->set_text(std::string(201, 'x'));
  ExpectRefusal(List(list, listed), grpc::StatusCode::INVALID_ARGUMENT, "FILTER_INVALID", "filter.text");
  ListChangesRequest pull;
  ListChangesResponse pulled;
  for (const char* cursor : {"1", "c", "c-1", "c1x", "cc"}) {
    pull.set_cursor(cursor);
    ExpectRefusal(Pull(pull, pulled), grpc::StatusCode::INVALID_ARGUMENT, "CURSOR_INVALID", "cursor");
  }
  pull.set_cursor("c1");
  pull.set_page_size(1001);
  ExpectRefusal(Pull(pull, pulled), grpc::StatusCode::INVALID_ARGUMENT, "PAGE_INVALID", "page_size");
}

// Pulled again and again while forms come in and the server restarts: everything once, in order.
TEST_F(ChangesTest, PullsMissNothingAndRepeatNothing) {
  std::string cursor;
  PullAll(cursor, 1000);
  constexpr int kForms = 120;
  std::set<std::string> names;
  std::thread writer([&] {
    for (int i = 0; i < kForms; ++i) names.insert(Submit(*cluster_, PlainForm()).submission());
  });
  std::vector<SubmissionChange> changes;
  const auto done = [&] {
    return std::count_if(changes.begin(), changes.end(), [&](const SubmissionChange& change) {
             // Forms of the tests before may still be on their way.
             return change.state() == SUBMISSION_STATE_ARCHIVED && names.contains(change.submission().name());
           }) == kForms;
  };
  int pulls = 0;
  EXPECT_TRUE(Eventually([&] {
    for (auto& change : PullAll(cursor, 7)) changes.push_back(std::move(change));
    if (++pulls == 3) {
      writer.join();
      cluster_->Restart(Server::kIntake);
    }
    return pulls > 3 && done();
  })) << pulls
      << " pulls, " << changes.size() << " changes";
  std::set<std::string> cursors;
  std::map<std::string, std::vector<SubmissionState>> states;
  for (const auto& change : changes) {
    EXPECT_TRUE(cursors.insert(change.cursor()).second) << change.cursor() << " twice";
    states[change.submission().name()].push_back(change.state());
  }
  for (const std::string& name : names)
    EXPECT_EQ(states[name], (std::vector<SubmissionState>{SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED,
                                                          SUBMISSION_STATE_ARCHIVED}));
}

TEST_F(ChangesTest, WatchOfManySendsWhatFitsAndResumes) {
  WatchSubmissionsRequest request;
  request.set_cursor("now");
  request.mutable_filter()->set_implementing_unit("观察单位");
  grpc::ClientContext context;
  Within(context);
  const auto stream = cluster_->Intake().WatchSubmissions(&context, request);
  WatchSubmissionsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_FALSE(response.has_change());
  EXPECT_FALSE(response.cursor().empty());
  const std::string start = response.cursor();
  Submit(*cluster_, FormOf("别的单位", "510403"));
  const std::string name = Submit(*cluster_, FormOf("观察单位", "510403")).submission();
  std::vector<WatchSubmissionsResponse> seen;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    seen.push_back(response);
    EXPECT_EQ(response.change().submission().name(), name);
  }
  EXPECT_EQ(seen[0].change().state(), SUBMISSION_STATE_ACCEPTED);
  EXPECT_EQ(seen[2].change().state(), SUBMISSION_STATE_ARCHIVED);
  context.TryCancel();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_FALSE(stream->Finish().ok());

  // Resumed behind the first step, also by the pull: the same steps.
  request.set_cursor(seen[0].cursor());
  grpc::ClientContext again;
  Within(again);
  const auto rest = cluster_->Intake().WatchSubmissions(&again, request);
  for (int i = 1; i < 3; ++i) {
    ASSERT_TRUE(rest->Read(&response));
    EXPECT_EQ(response.cursor(), seen[static_cast<std::size_t>(i)].cursor());
  }
  again.TryCancel();
  std::string cursor = start;
  const auto pulled = PullAll(cursor, 100, request.filter());
  ASSERT_EQ(pulled.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(pulled[i].cursor(), seen[i].cursor());
}

// The CPU time that a process has used, in clock ticks.
long TicksOf(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return user + system;
}

// A thousand who wait cost next to nothing, hear at once, and go in order when the server stops.
TEST(Watchers, ThousandThatWaitCostNothingAndAllHear) {
  constexpr int kWatchers = 1000;
  Cluster cluster;
  cluster.Kill9(Server::kScoring);
  const std::string name = Submit(cluster, PlainForm()).submission();
  const pid_t pid = cluster.process(Server::kIntake).pid();
  std::this_thread::sleep_for(std::chrono::seconds(1));  // it gives up on scoring for a while
  WatchSubmissionsRequest request;
  request.set_cursor("now");
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<WatchSubmissionsResponse>>> streams;
  WatchSubmissionsResponse response;
  for (int i = 0; i < kWatchers; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    Within(*contexts.back(), std::chrono::seconds(60));
    streams.push_back(cluster.Intake().WatchSubmissions(contexts.back().get(), request));
    ASSERT_TRUE(streams.back()->Read(&response));
  }
  const long before = TicksOf(pid);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const long idle = TicksOf(pid) - before;
  std::cout << "a thousand watchers cost " << idle << " ticks in two seconds\n";
  EXPECT_LT(idle, 40) << "a fifth of one core; polling them all took more than that";
  Submit(cluster, PlainForm());
  for (auto& stream : streams) {
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.change().state(), SUBMISSION_STATE_ACCEPTED);
  }
  EXPECT_EQ(cluster.Stop(Server::kIntake), 0);
  for (auto& stream : streams) EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace jixiao::testing
