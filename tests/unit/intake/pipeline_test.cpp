// The pipeline with peers whose answers the test decides, over the real store.
#include "intake/workflow/pipeline.h"

#include "intake/store/sql_review_store.h"
#include "support/stores.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <set>

#include "unit/intake/support.h"
#include "unit/temporary_folder.h"

namespace jixiao::intake {
namespace {

using namespace support;
using absl::StatusCode;

class PipelineTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    auto opened = SqlSubmissionStore::Open(testing::StoreAt(folder_ / "intake.db"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    fragile_ = std::make_unique<FragileStore>(*store_);
  }

  void Start() { pipeline_.emplace(*fragile_, scorer_, archiver_); }
  // What a new process does after one that ended.
  void RestartAll() {
    pipeline_.reset();
    fragile_.reset();
    store_.reset();
    Open();
    ASSERT_TRUE(store_->ReleaseLeases().ok());
    Start();
  }

  std::vector<std::string> AcceptMany(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back(Accept(*store_, Cat("项目", i)));
    return names;
  }

  // Changes the database behind the store's back.
  void Spoil(const std::string& sql) {
    auto database = store::Database::Open(testing::StoreAt(folder_ / "intake.db"), store::Mode::kReadWrite);
    ASSERT_TRUE(database.ok()) << database.status();
    const absl::Status status = (*database)->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_GT((*database)->changes(), 0) << sql;
  }

  std::vector<SubmissionState> StatesOf(const std::string& name) {
    std::vector<SubmissionState> states;
    const auto steps = store_->Steps(Find(*store_, name).id, 0);
    EXPECT_TRUE(steps.ok()) << steps.status();
    if (steps.ok())
      for (const Step& step : *steps) states.push_back(step.state);
    return states;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqlSubmissionStore> store_;
  std::unique_ptr<FragileStore> fragile_;
  FakeScorer scorer_;
  FakeArchiver archiver_;
  std::optional<Pipeline> pipeline_;
};

TEST_F(PipelineTest, CarriesEachFormOnceAndRecordsItsSteps) {
  Start();
  const std::string name = Accept(*store_, "甲");
  pipeline_->Wake();
  ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(StatesOf(name), (std::vector<SubmissionState>{v1::SUBMISSION_STATE_ACCEPTED, v1::SUBMISSION_STATE_SCORED,
                                                          v1::SUBMISSION_STATE_ARCHIVED}));
  EXPECT_EQ(Find(*store_, name).archive_record, "records/0");
  EXPECT_EQ(scorer_.TimesScored("甲"), 1);
  EXPECT_EQ(archiver_.records(), (std::vector<std::pair<std::string, std::string>>{{name + "/revisions/1", "甲"}}));
  EXPECT_EQ(store_->Waiting()->items, 0);
}

TEST_F(PipelineTest, WorkIsFoundWithoutBeingWoken) {
  Start();
  EXPECT_TRUE(Reaches(*store_, Accept(*store_, "甲"), v1::SUBMISSION_STATE_ARCHIVED, seconds(5)));
}

TEST_F(PipelineTest, CutsBatchesAndKeepsTheirOrder) {
  const std::vector<std::string> names = AcceptMany(150);
  Start();
  for (const std::string& name : names) ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(scorer_.batches(), (std::vector<std::size_t>{64, 64, 22}));
  const auto records = archiver_.records();
  ASSERT_EQ(records.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(records[i].first, names[i] + "/revisions/1");
}

TEST_F(PipelineTest, WhileAPeerIsAwayOneBatchIsTriedAtATime) {
  const std::vector<std::string> names = AcceptMany(640);
  std::atomic<bool> away{true};
  // Counted where they are tried, by when: this thread may not run for a while.
  std::optional<steady_clock::time_point> first;
  std::atomic<int> tried{0};
  scorer_.answer = [&](const WorkItem&) {
    const auto now = steady_clock::now();
    if (!first) first = now;
    if (now - *first < milliseconds(600)) ++tried;
    return away ? absl::UnavailableError("away") : absl::OkStatus();
  };
  Start();
  ASSERT_TRUE(Eventually([&] { return tried > 0; }));
  std::this_thread::sleep_for(milliseconds(600));
  away = false;
  for (const std::string& name : names) ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_LE(tried, 3 * 64) << "at once, after 100 and after 300 ms: not all ten batches, again and again";
  EXPECT_EQ(archiver_.records().size(), names.size());
}

TEST_F(PipelineTest, GivesWayWhileFormsAreRefused) {
  const std::vector<std::string> names = AcceptMany(640);
  std::atomic<bool> pressed{true};
  scorer_.answer = [&pressed](const WorkItem&) {
    if (pressed) std::this_thread::sleep_for(milliseconds(2));  // 16 ms a batch, then a pause seven times as long
    return absl::OkStatus();
  };
  pipeline_.emplace(*fragile_, scorer_, archiver_, ReviewPolicy::Default(),
                    PipelineOptions{.demand = [&pressed] { return pressed ? Demand::kRefused : Demand::kNone; }});
  std::this_thread::sleep_for(milliseconds(600));
  const std::vector<std::size_t> batches = scorer_.batches();
  ASSERT_GE(batches.size(), 1u) << "all the same it goes on";
  EXPECT_LE(batches.size(), 10u);
  EXPECT_LE(std::ranges::max(batches), 8u);
  pressed = false;
  for (const std::string& name : names) ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
}

// Whoever hands in a single form waits for what the store writes at the moment.
TEST_F(PipelineTest, BatchesAreSmallerWhileSingleFormsCome) {
  const std::vector<std::string> names = AcceptMany(160);
  pipeline_.emplace(*fragile_, scorer_, archiver_, ReviewPolicy::Default(),
                    PipelineOptions{.demand = [] { return Demand::kSingles; }});
  for (const std::string& name : names) ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_LE(std::ranges::max(scorer_.batches()), 16u);
}

// Forms of 20 MiB each: a batch of 64 of them would take more memory than a server has.
TEST_F(PipelineTest, LargeFormsMakeSmallBatches) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    evaluation::v1::SelfEvaluation form = FormOf(Cat("大", i));
    for (int k = 0; k < 20; ++k) form.add_report()->set_text(std::string(1024 * 1024, 'x'));
    Acceptance acceptance = AcceptanceOf(Cat("大", i));
    acceptance.head.form_digest = CanonicalDigest(form).value();
    acceptance.form = form.SerializeAsString();
    std::promise<void> stored;
    ASSERT_TRUE(store_
                    ->Accept(std::move(acceptance),
                             [&](absl::StatusOr<std::string> answer) {
                               EXPECT_TRUE(answer.ok()) << answer.status();
                               v1::SubmitEvaluationResponse response;
                               EXPECT_TRUE(response.ParseFromString(*answer));
                               names.push_back(response.receipt().submission());
                               stored.set_value();
                             })
                    .ok());
    stored.get_future().wait();
  }
  Start();
  for (const std::string& name : names) ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(scorer_.batches(), (std::vector<std::size_t>{4, 1}));
}

TEST_F(PipelineTest, DelaysDoubleUpToALimit) {
  EXPECT_EQ(DelayBeforeTry(0), 100'000);
  EXPECT_EQ(DelayBeforeTry(1), 200'000);
  EXPECT_EQ(DelayBeforeTry(5), 3'200'000);
  for (const int attempts : {6, 9, 100, 1'000'000}) EXPECT_EQ(DelayBeforeTry(attempts), 5'000'000);
}

class TransientTest : public PipelineTest, public ::testing::WithParamInterface<StatusCode> {};

TEST_P(TransientTest, ScoringIsRepeatedWithGrowingDelays) {
  std::atomic<int> failures{3};
  std::mutex mutex;
  std::vector<std::int64_t> delays;
  std::vector<steady_clock::time_point> tries;
  scorer_.answer = [&](const WorkItem& item) {
    if (item.form.project_name() != "甲") return absl::OkStatus();
    const std::lock_guard lock(mutex);
    tries.push_back(steady_clock::now());
    return failures-- > 0 ? absl::Status(GetParam(), "not now") : absl::OkStatus();
  };
  fragile_->judge = [&](const WorkResult& result) {
    const std::lock_guard lock(mutex);
    if (result.kind == WorkResult::Kind::kDeferred) delays.push_back(DelayBeforeTry(result.item->attempts));
    EXPECT_NE(result.kind, WorkResult::Kind::kStuck);
    return absl::OkStatus();
  };
  const std::string name = Accept(*store_, "甲");
  const std::string other = Accept(*store_, "乙");
  Start();
  ASSERT_TRUE(Reaches(*store_, other, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(Find(*store_, name).state, v1::SUBMISSION_STATE_ACCEPTED) << "the other waits for nobody";
  ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(delays, (std::vector<std::int64_t>{100'000, 200'000, 400'000}));
  ASSERT_EQ(tries.size(), 4u);
  for (std::size_t i = 1; i < tries.size(); ++i)
    EXPECT_GE(tries[i] - tries[i - 1], std::chrono::microseconds(delays[i - 1]));
  EXPECT_EQ(scorer_.TimesScored("乙"), 1);
}

TEST_P(TransientTest, ArchivingIsRepeatedWithoutScoringAgain) {
  std::atomic<int> failures{2};
  archiver_.before = [&](const ArchiveJob&) {
    return failures-- > 0 ? absl::Status(GetParam(), "not now") : absl::OkStatus();
  };
  const std::string name = Accept(*store_, "甲");
  Start();
  ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(scorer_.TimesScored("甲"), 1);
  EXPECT_EQ(archiver_.records().size(), 1u);
}

TEST_P(TransientTest, MissingRulesAreFetchedAgain) {
  std::atomic<int> failures{2};
  scorer_.rules = [&] { return failures-- > 0 ? absl::Status(GetParam(), "not now") : absl::OkStatus(); };
  const std::string name = Accept(*store_, "甲");
  Start();
  ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(scorer_.TimesScored("甲"), 1);
}

INSTANTIATE_TEST_SUITE_P(Codes, TransientTest,
                         ::testing::Values(StatusCode::kUnavailable, StatusCode::kResourceExhausted,
                                           StatusCode::kDeadlineExceeded, StatusCode::kAborted, StatusCode::kInternal,
                                           StatusCode::kUnknown, StatusCode::kDataLoss),
                         [](const auto& code) { return absl::StatusCodeToString(code.param); });

class PermanentTest : public PipelineTest, public ::testing::WithParamInterface<StatusCode> {
 protected:
  // The second of three forms is refused, the others are carried; nobody asks again.
  void ExpectStuckAlone(const std::vector<std::string>& names, std::string_view where) {
    Start();
    ASSERT_TRUE(Reaches(*store_, names[1], v1::SUBMISSION_STATE_STUCK));
    ASSERT_TRUE(Reaches(*store_, names[0], v1::SUBMISSION_STATE_ARCHIVED));
    ASSERT_TRUE(Reaches(*store_, names[2], v1::SUBMISSION_STATE_ARCHIVED));
    const std::string problem = Find(*store_, names[1]).problem;
    for (const std::string_view part : {where, std::string_view("REASON"), std::string_view("says why")})
      EXPECT_NE(problem.find(part), std::string::npos) << problem;
    const int tries = scorer_.TimesScored("项目1");
    pipeline_->Wake();
    std::this_thread::sleep_for(milliseconds(400));
    EXPECT_EQ(scorer_.TimesScored("项目1"), tries) << "asked again";
    EXPECT_EQ(store_->Waiting()->items, 0);
    EXPECT_EQ(archiver_.records().size(), 2u);
  }
};

TEST_P(PermanentTest, RefusedByScoring) {
  scorer_.answer = [](const WorkItem& item) {
    return item.form.project_name() == "项目1" ? Error(GetParam(), "REASON", "says why") : absl::OkStatus();
  };
  ExpectStuckAlone(AcceptMany(3), "评分");
}

TEST_P(PermanentTest, RefusedByTheArchive) {
  archiver_.before = [](const ArchiveJob& job) {
    return job.item->form.project_name() == "项目1" ? Error(GetParam(), "REASON", "says why") : absl::OkStatus();
  };
  ExpectStuckAlone(AcceptMany(3), "归档");
}

INSTANTIATE_TEST_SUITE_P(Codes, PermanentTest,
                         ::testing::Values(StatusCode::kInvalidArgument, StatusCode::kNotFound,
                                           StatusCode::kAlreadyExists, StatusCode::kFailedPrecondition,
                                           StatusCode::kOutOfRange, StatusCode::kUnimplemented),
                         [](const auto& code) { return absl::StatusCodeToString(code.param); });

// The rule set goes with the first record only.
TEST_F(PipelineTest, TheArchiveGetsARuleSetOnce) {
  const std::string first = Accept(*store_, "甲");
  Start();
  ASSERT_TRUE(Reaches(*store_, first, v1::SUBMISSION_STATE_ARCHIVED));
  const std::string next = Accept(*store_, "乙");
  pipeline_->Wake();
  ASSERT_TRUE(Reaches(*store_, next, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(archiver_.jobs(), std::pair(2, 1));
}

// The archive has it, but nobody heard: the next try gets the same place.
TEST_F(PipelineTest, LostAnswerIsAskedForAgain) {
  std::atomic<int> losses{3};
  archiver_.after = [&](const ArchiveJob&) {
    return losses-- > 0 ? absl::UnavailableError("the connection broke") : absl::OkStatus();
  };
  const std::string name = Accept(*store_, "甲");
  Start();
  ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(archiver_.records().size(), 1u);
  EXPECT_EQ(Find(*store_, name).archive_index, 0);
}

// The process ends at every step in turn, once before the step took place and once after; a new one takes over.
TEST_F(PipelineTest, NothingIsLostOrDoubledWhereverItEnds) {
  int forms = 0;
  for (const bool done : {false, true}) {
    for (int at = 1; at <= 4; ++at) {
      SCOPED_TRACE(Cat("dies ", done ? "after" : "before", " step ", at));
      std::atomic<int> steps{0};
      std::atomic<bool> dead{false};
      const auto die = [&](FragileStore::Step) {
        if (dead) return absl::CancelledError("dead");
        if (++steps < at) return absl::OkStatus();
        dead = true;
        return absl::CancelledError("dies");
      };
      const auto stay_dead = [&](FragileStore::Step) { return dead ? absl::CancelledError("dead") : absl::OkStatus(); };
      pipeline_.reset();
      // All forms wait before it starts: lease, settle scores, settle places, and a lease that finds nothing.
      std::vector<std::string> names;
      for (int i = 0; i < 3; ++i) names.push_back(Accept(*store_, Cat("步", forms++)));
      (done ? fragile_->after : fragile_->before) = die;
      (done ? fragile_->before : fragile_->after) = stay_dead;
      Start();
      ASSERT_TRUE(Eventually([&] { return dead.load(); }));
      RestartAll();
      for (const std::string& name : names) ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
      const auto records = archiver_.records();
      EXPECT_EQ(records.size(), static_cast<std::size_t>(forms));
      EXPECT_EQ(std::set(records.begin(), records.end()).size(), records.size());
      for (const std::string& name : names) {
        const SubmissionRow row = Find(*store_, name);
        EXPECT_EQ(records.at(static_cast<std::size_t>(row.archive_index)).first, name + "/revisions/1");
      }
    }
  }
}

TEST_F(PipelineTest, BusyStoreOnlyDelays) {
  std::atomic<int> failures{4};
  fragile_->before = [&](FragileStore::Step) {
    return failures-- > 0 ? absl::UnavailableError("the disk is busy") : absl::OkStatus();
  };
  const std::string name = Accept(*store_, "甲");
  Start();
  EXPECT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED, seconds(10)));
  pipeline_.reset();  // it asks the store as long as it lives
}

// The lease lasts for minutes: an outcome that could not be stored at once must not wait for its end.
TEST_F(PipelineTest, OutcomeIsStoredWhenTheStoreComesBack) {
  std::atomic<int> failures{2};
  fragile_->judge = [&](const WorkResult&) {
    return failures-- > 0 ? absl::UnavailableError("the disk is busy") : absl::OkStatus();
  };
  const std::string name = Accept(*store_, "甲");
  Start();
  EXPECT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED, seconds(10)));
  EXPECT_EQ(scorer_.TimesScored("甲"), 1);
}

// An outcome that comes twice, or late, changes nothing that came after it.
TEST_F(PipelineTest, OutcomeOfWhatIsSettledIsPassedOver) {
  const std::string name = Accept(*store_, "甲");
  const std::vector<WorkItem> leased = store_->Lease(10, 1'000'000).value();
  ASSERT_EQ(leased.size(), 1u);
  evaluation::v1::Scorecard card;
  WorkResult scored;
  scored.kind = WorkResult::Kind::kScored;
  scored.item = leased.data();
  scored.scorecard = &card;
  WorkResult archived;
  archived.kind = WorkResult::Kind::kArchived;
  archived.item = leased.data();
  archived.archive_record = "records/7";
  archived.archive_index = 7;
  ASSERT_TRUE(store_->Settle({scored}).ok());
  ASSERT_TRUE(store_->Settle({archived}).ok());
  ASSERT_TRUE(store_->Settle({scored}).ok());
  ASSERT_TRUE(store_->Settle({archived}).ok());
  EXPECT_EQ(Find(*store_, name).state, v1::SUBMISSION_STATE_ARCHIVED);
  EXPECT_EQ(StatesOf(name).size(), 3u);
}

// Two replicas of one database: what the first did too slowly is the second's, whoever is ready first.
TEST_F(PipelineTest, OutcomeUnderALeaseThatAnotherTookOverIsPassedOver) {
  const std::string name = Accept(*store_, "甲");
  const std::vector<WorkItem> slow = store_->Lease(10, 1).value();
  ASSERT_EQ(slow.size(), 1u);
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const std::vector<WorkItem> quick = store_->Lease(10, 60'000'000).value();
  ASSERT_EQ(quick.size(), 1u);
  evaluation::v1::Scorecard card;
  const auto scored = [&card](const WorkItem& item) {
    WorkResult result;
    result.kind = WorkResult::Kind::kScored;
    result.item = &item;
    result.scorecard = &card;
    return std::vector{result};
  };
  EXPECT_EQ(store_->Settle(scored(slow[0])).value()[0], v1::SUBMISSION_STATE_UNSPECIFIED);
  EXPECT_EQ(Find(*store_, name).state, v1::SUBMISSION_STATE_ACCEPTED);
  EXPECT_EQ(store_->Settle(scored(quick[0])).value()[0], v1::SUBMISSION_STATE_SCORED);
  EXPECT_EQ(store_->Settle(scored(slow[0])).value()[0], v1::SUBMISSION_STATE_UNSPECIFIED);
  EXPECT_EQ(Find(*store_, name).state, v1::SUBMISSION_STATE_SCORED);
  EXPECT_EQ(store_->Waiting().value().items, 1) << "it is still to be archived";
}

// Whoever is slow keeps what he has in hand as long as he is there to say so.
TEST_F(PipelineTest, ARenewedLeaseIsKept) {
  Accept(*store_, "甲");
  Accept(*store_, "乙");
  std::vector<WorkItem> leased = store_->Lease(10, 1).value();
  ASSERT_EQ(leased.size(), 2u);
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ASSERT_EQ(store_->Lease(1, 30'000'000).value().at(0).id, leased[0].id) << "another has taken over the first";
  ASSERT_TRUE(store_->Renew(leased, 30'000'000).ok());
  EXPECT_EQ(store_->Lease(10, 30'000'000).value().size(), 0u);
  evaluation::v1::Scorecard card;
  std::vector<WorkResult> results(2);
  for (std::size_t i = 0; i < 2; ++i) {
    results[i].kind = WorkResult::Kind::kScored;
    results[i].item = &leased[i];
    results[i].scorecard = &card;
  }
  EXPECT_EQ(store_->Settle(results).value(),
            (std::vector<SubmissionState>{v1::SUBMISSION_STATE_UNSPECIFIED, v1::SUBMISSION_STATE_SCORED}));
}

// What was leased by a clock that was later set back is due within a second, not when that time comes again.
TEST_F(PipelineTest, ALeaseOfAClockThatWasSetBackEnds) {
  Accept(*store_, "甲");
  ASSERT_EQ(store_->Lease(10, 3'600'000'000).value().size(), 1u);
  EXPECT_EQ(store_->Lease(10, 3'600'000'000).value().size(), 0u) << "another's, of the same moment";
  EXPECT_TRUE(Eventually([&] { return store_->Lease(10, 30'000'000).value().size() == 1; }, seconds(3)));
}

TEST_F(PipelineTest, OutcomeThatCannotBeStoredKeepsNoOtherOut) {
  fragile_->judge = [](const WorkResult& result) {
    return result.item->form.project_name() == "项目1" ? absl::DataLossError("a page is damaged") : absl::OkStatus();
  };
  const std::vector<std::string> names = AcceptMany(3);
  Start();
  EXPECT_TRUE(Reaches(*store_, names[0], v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_TRUE(Reaches(*store_, names[2], v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(Find(*store_, names[1]).state, v1::SUBMISSION_STATE_ACCEPTED);
}

TEST_F(PipelineTest, EndsWhileAPeerHangsAndGoesOnAfterTheNextStart) {
  std::atomic<bool> hang{true};
  scorer_.answer = [&](const WorkItem&) { return hang ? scorer_.Hang() : absl::OkStatus(); };
  const std::vector<std::string> names = AcceptMany(3);
  Start();
  ASSERT_TRUE(Eventually([&] { return scorer_.hanging(); }));
  const auto begin = steady_clock::now();
  pipeline_.reset();
  EXPECT_LT(steady_clock::now() - begin, seconds(2));
  for (const std::string& name : names) EXPECT_EQ(Find(*store_, name).state, v1::SUBMISSION_STATE_ACCEPTED);
  hang = false;
  RestartAll();
  for (const std::string& name : names) EXPECT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
}

// Stored bytes that are cut off, that are noise, that are a form but another one, and that are gone.
TEST_F(PipelineTest, DamagedFormIsStuckAloneAndComesBackAsRevisionTwo) {
  const char* const damages[] = {
      "UPDATE revisions SET form = substr(form, 1, length(form) - 3) WHERE submission = 2",
      "UPDATE revisions SET form = x'ffffffff' WHERE submission = 3",
      "UPDATE revisions SET form = CAST(replace(form, x'33', x'31') AS BLOB) WHERE submission = 4",  // of 项目1
      "DELETE FROM revisions WHERE submission = 5"};
  const std::vector<std::string> names = AcceptMany(6);
  for (const char* damage : damages) Spoil(damage);
  Start();
  EXPECT_TRUE(Reaches(*store_, names[0], v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_TRUE(Reaches(*store_, names[5], v1::SUBMISSION_STATE_ARCHIVED));
  for (std::size_t i = 1; i <= 4; ++i) {
    SCOPED_TRACE(damages[i - 1]);
    ASSERT_TRUE(Reaches(*store_, names[i], v1::SUBMISSION_STATE_STUCK));
    EXPECT_NE(Find(*store_, names[i]).problem.find("STORE_DAMAGED"), std::string::npos);
    EXPECT_EQ(scorer_.TimesScored(Cat("项目", i)), 0);
  }
  EXPECT_EQ(store_->List({.states = {v1::SUBMISSION_STATE_STUCK}}, {}, 100)->rows.size(), 4u);
  EXPECT_EQ(store_->Waiting()->items, 0) << "nobody tries again";

  // The named way on.
  SqlReviewStore reviews(*store_);
  const absl::StatusOr<std::string> returned = reviews.Apply(
      {"ReturnSubmission", names[1], "", "return-1", "digest", "trace", false},
      [](const CaseFile& file, std::int64_t now) { return Return(file, v1::Actor(), {}, "请重新提交", now); },
      [](const CaseFile&, const Decision&) { return std::string(); });
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(Accept(*store_, "项目1", names[1]), names[1]);
  ASSERT_TRUE(Reaches(*store_, names[1], v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(Find(*store_, names[1]).revision, 2);
  EXPECT_EQ(Find(*store_, names[1]).problem, "");
}

TEST_F(PipelineTest, DamagedScorecardIsMadeAgain) {
  std::atomic<bool> away{true};
  archiver_.before = [&](const ArchiveJob&) { return away ? absl::UnavailableError("away") : absl::OkStatus(); };
  const std::string name = Accept(*store_, "甲");
  Start();
  ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_SCORED));
  pipeline_.reset();
  Spoil("UPDATE revisions SET scorecard = x'ffffffff'");
  away = false;
  RestartAll();
  ASSERT_TRUE(Reaches(*store_, name, v1::SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(scorer_.TimesScored("甲"), 2);
  EXPECT_EQ(store_->Scorecard(Find(*store_, name).id, 1)->value().computed_total(), "甲");
}

}  // namespace
}  // namespace jixiao::intake
