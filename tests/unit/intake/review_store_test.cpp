// Review over the real store and the real pipeline: what people do, what is kept, what is archived.
#include "common/digest.h"
#include "common/time.h"
#include "intake/store/sql_review_store.h"
#include "support/stores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "unit/intake/support.h"
#include "unit/temporary_folder.h"

namespace jixiao::intake {
namespace {

using namespace support;
using namespace v1;

const std::vector<ReviewStage> kBoth{REVIEW_STAGE_DEPARTMENT, REVIEW_STAGE_FINANCE};

Actor ActorOf(const std::string& name, ActorRole role) {
  Actor actor;
  actor.set_name(name);
  actor.set_role(role);
  return actor;
}
const Actor kUnit = ActorOf("张三", ACTOR_ROLE_UNIT);
const Actor kDepartment = ActorOf("李四", ACTOR_ROLE_DEPARTMENT);
const Actor kFinance = ActorOf("王五", ACTOR_ROLE_FINANCE);

class ReviewStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    auto opened = SqlSubmissionStore::Open(testing::StoreAt(folder_ / "intake.db"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    reviews_.emplace(*store_);
    fragile_ = std::make_unique<FragileStore>(*store_);
  }
  void Start() { pipeline_.emplace(*fragile_, scorer_, archiver_); }
  void RestartAll() {
    pipeline_.reset();
    fragile_.reset();
    reviews_.reset();
    store_.reset();
    Open();
    ASSERT_TRUE(store_->ReleaseLeases().ok());
    Start();
  }

  // Every card gets these findings: code and path.
  void FindIn(std::vector<std::pair<std::string, std::string>> found) {
    scorer_.findings = [found](const WorkItem&, evaluation::v1::Scorecard& card) {
      for (const auto& [code, path] : found) {
        auto& finding = *card.add_findings();
        finding.set_code(code);
        finding.set_path(path);
        finding.set_severity(evaluation::v1::SEVERITY_ERROR);
        finding.set_message(code);
      }
    };
  }

  std::string AcceptFor(const std::string& project, const std::vector<ReviewStage>& stages,
                        const std::string& submission = "", int round = 1) {
    Acceptance acceptance = AcceptanceOf(project, submission);
    acceptance.request_id = Cat(acceptance.request_id, "-", round);
    acceptance.head.stages = stages;
    return Accept(*store_, std::move(acceptance));
  }

  using Decide = std::function<absl::StatusOr<Decision>(const CaseFile&, std::int64_t)>;
  absl::StatusOr<std::string> Try(const std::string& name, const Decide& decide, const std::string& etag = "",
                                  const std::string& request_id = "") {
    const std::string id = request_id.empty() ? Cat("change-", ++requests_) : request_id;
    return reviews_->Apply({"Test", name, etag, id, "digest", "trace", false}, decide,
                           [](const CaseFile& after, const Decision&) { return Cat(after.head.version); });
  }
  void Do(const std::string& name, const Decide& decide) {
    const auto answer = Try(name, decide);
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (pipeline_) pipeline_->Wake();
  }
  static Decide Approving(ReviewStage stage, const Actor& actor, std::string comment = "") {
    return [=](const CaseFile& file, std::int64_t now) { return Approve(file, stage, actor, comment, now); };
  }
  static Decide Returning(const Actor& actor) {
    return [=](const CaseFile& file, std::int64_t now) {
      return Return(file, actor, std::vector{RETURN_REASON_FIGURES_WRONG}, "", now);
    };
  }
  static Decide Answering(int finding, const std::string& text = "已核实") {
    return [=](const CaseFile& file, std::int64_t now) {
      return AnswerFinding(file, file.findings.at(static_cast<std::size_t>(finding)).name(), kUnit, text, now);
    };
  }
  static Decide Withdrawing() {
    return [](const CaseFile& file, std::int64_t now) { return Withdraw(file, kUnit, "附件有误", now); };
  }

  std::vector<HistoryEntry> HistoryOf(const std::string& name) {
    google::protobuf::RepeatedPtrField<HistoryEntry> history;
    PutHistory(store_->Steps(Find(*store_, name).id, 0).value(), history);
    return {history.begin(), history.end()};
  }
  std::vector<JudgedFinding> FindingsOf(const std::string& name) {
    auto findings = reviews_->Load(name, 0)->findings;
    PutStates(findings, NowMicros());
    return findings;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqlSubmissionStore> store_;
  std::optional<SqlReviewStore> reviews_;
  std::unique_ptr<FragileStore> fragile_;
  FakeScorer scorer_;
  FakeArchiver archiver_;
  std::optional<Pipeline> pipeline_;
  int requests_ = 0;
};

TEST_F(ReviewStoreTest, PassesItsStagesAndIsArchivedWithItsHistory) {
  FindIn({{"FULL_NOT_MET", "project_name"}, {"EXEC_OVER100", "funds"}});
  Start();
  const std::string name = AcceptFor("甲", kBoth);
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_AWAITING_ANSWERS));
  EXPECT_EQ(store_->Waiting()->items, 0) << "it waits for people, not for the pipeline";
  EXPECT_EQ(reviews_->WaitingForPeople()->items, 1);
  EXPECT_EQ(reviews_->WaitingForPeople()->oldest, Find(*store_, name).update_time);
  Do(name, Answering(0));
  EXPECT_EQ(Find(*store_, name).state, SUBMISSION_STATE_AWAITING_ANSWERS);
  const std::int64_t end = NowMicros() + 3'600'000'000;
  Do(name, [&](const CaseFile& file, std::int64_t now) {
    return RequestWaiver(file, file.findings[1].name(), kUnit, "单位撤并", end, now);
  });
  Do(name, [](const CaseFile& file, std::int64_t now) {
    return DecideWaiver(file, file.findings[1].name(), true, kFinance, "同意", now);
  });
  EXPECT_EQ(Find(*store_, name).state, SUBMISSION_STATE_DEPARTMENT_REVIEW);
  EXPECT_TRUE(archiver_.records().empty());
  Do(name, Approving(REVIEW_STAGE_DEPARTMENT, kDepartment, "属实"));
  EXPECT_EQ(Find(*store_, name).state, SUBMISSION_STATE_FINANCE_REVIEW);
  Do(name, Approving(REVIEW_STAGE_FINANCE, kFinance));
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(scorer_.TimesScored("甲"), 1);
  EXPECT_EQ(reviews_->WaitingForPeople()->items, 0);

  const auto review = archiver_.reviews().at(name + "/revisions/1");
  ASSERT_TRUE(review);
  EXPECT_EQ(review->form_digest(), Find(*store_, name).form_digest);
  EXPECT_EQ(review->policy(), ReviewPolicy::Default().digest());
  ASSERT_EQ(review->findings_size(), 2);
  EXPECT_EQ(review->findings(0).state(), ANSWER_STATE_ANSWERED);
  EXPECT_EQ(review->findings(0).answer().actor().name(), "张三");
  EXPECT_EQ(review->findings(1).state(), ANSWER_STATE_WAIVED);
  EXPECT_EQ(review->findings(1).waiver().requester().name(), "张三");
  EXPECT_EQ(review->findings(1).waiver().approver().name(), "王五");
  std::vector<SubmissionAction> actions;
  for (const auto& entry : review->history()) actions.push_back(entry.action());
  const std::vector<SubmissionAction> expected{SUBMISSION_ACTION_SUBMIT,         SUBMISSION_ACTION_SCORE,
                                               SUBMISSION_ACTION_JUDGE,          SUBMISSION_ACTION_ANSWER_FINDING,
                                               SUBMISSION_ACTION_REQUEST_WAIVER, SUBMISSION_ACTION_APPROVE_WAIVER,
                                               SUBMISSION_ACTION_APPROVE,        SUBMISSION_ACTION_APPROVE};
  EXPECT_EQ(actions, expected);
  const auto& passed = review->history(6);
  EXPECT_EQ(passed.from_state(), SUBMISSION_STATE_DEPARTMENT_REVIEW);
  EXPECT_EQ(passed.to_state(), SUBMISSION_STATE_FINANCE_REVIEW);
  EXPECT_EQ(passed.actor().name(), "李四");
  EXPECT_EQ(passed.text(), "属实");
  EXPECT_EQ(passed.revision(), 1);
  const auto history = HistoryOf(name);
  ASSERT_EQ(history.size(), 9u);
  EXPECT_EQ(history.back().action(), SUBMISSION_ACTION_ARCHIVE);
  EXPECT_EQ(history.back().actor().role(), ACTOR_ROLE_SYSTEM);
  for (std::size_t i = 1; i < history.size(); ++i) EXPECT_EQ(history[i].from_state(), history[i - 1].to_state());
}

TEST_F(ReviewStoreTest, WithoutStagesNothingChanges) {
  FindIn({{"SUM_WEIGHT", "total_weight"}});
  Start();
  const std::string name = AcceptFor("甲", {});
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_ARCHIVED));
  EXPECT_EQ(archiver_.reviews().at(name + "/revisions/1"), std::nullopt);
  EXPECT_TRUE(FindingsOf(name).empty());
}

TEST_F(ReviewStoreTest, JudgedWithoutStagesIsArchivedOnceAnswered) {
  FindIn({{"FULL_NOT_MET", "project_name"}});
  Start();
  Acceptance acceptance = AcceptanceOf("甲");
  acceptance.head.judged = true;
  const std::string name = Accept(*store_, std::move(acceptance));
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_AWAITING_ANSWERS));
  Do(name, Answering(0));
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_ARCHIVED));
  EXPECT_TRUE(archiver_.reviews().at(name + "/revisions/1"));

  FindIn({});
  Acceptance clean = AcceptanceOf("乙");
  clean.head.judged = true;
  const std::string other = Accept(*store_, std::move(clean));
  ASSERT_TRUE(Reaches(*store_, other, SUBMISSION_STATE_ARCHIVED));
  EXPECT_TRUE(archiver_.reviews().at(other + "/revisions/1")) << "judged, with nothing found";
}

TEST_F(ReviewStoreTest, InvalidGoesBackByItselfAndComesAgain) {
  FindIn({{"SUM_WEIGHT", "total_weight"}, {"RANGE", "indicators[0].score"}, {"FULL_NOT_MET", "project_name"}});
  Start();
  const std::string name = AcceptFor("甲", kBoth);
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_RETURNED));
  const std::string problem = Find(*store_, name).problem;
  for (const char* part : {"2 处必须修改", "SUM_WEIGHT total_weight", "RANGE indicators[0].score", "FULL_NOT_MET"})
    EXPECT_NE(problem.find(part), std::string::npos) << problem;
  const auto returned = HistoryOf(name).back();
  EXPECT_EQ(returned.action(), SUBMISSION_ACTION_JUDGE);
  EXPECT_EQ(returned.reasons(0), RETURN_REASON_FINDINGS_INVALID);
  EXPECT_EQ(returned.actor().role(), ACTOR_ROLE_SYSTEM);
  FindIn({});
  // A new revision is no way around the stages, said or unsaid.
  EXPECT_EQ(AcceptFor("甲", {}, name, 2), name);
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_DEPARTMENT_REVIEW));
  EXPECT_EQ(Find(*store_, name).revision, 2);
  EXPECT_EQ(Find(*store_, name).problem, "");
  EXPECT_EQ(Find(*store_, name).stages, kBoth);
}

TEST_F(ReviewStoreTest, NewRevisionKeepsAnswersOnWhatItDidNotChange) {
  FindIn({{"FULL_NOT_MET", "fiscal_year"}, {"NO_REASON", "project_name"}});
  Start();
  const std::string name = AcceptFor("甲", kBoth);
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_AWAITING_ANSWERS));
  Do(name, Answering(0));
  Do(name, Answering(1));
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_DEPARTMENT_REVIEW));
  Do(name, Returning(kDepartment));
  AcceptFor("甲（改）", {}, name, 2);  // the project's name changed, the year did not
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_AWAITING_ANSWERS));
  const auto findings = FindingsOf(name);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].state(), ANSWER_STATE_ANSWERED);
  EXPECT_EQ(findings[0].answer().revision(), 1);
  EXPECT_EQ(findings[1].state(), ANSWER_STATE_OPEN);
  EXPECT_NE(HistoryOf(name).back().text().find("沿用上一版的说明或豁免 1 处"), std::string::npos);
}

TEST_F(ReviewStoreTest, StagesOfAResubmissionAreThoseOfItsSubmission) {
  Start();
  const std::string name = AcceptFor("甲", kBoth);
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_DEPARTMENT_REVIEW));
  Do(name, Withdrawing());
  EXPECT_EQ(Find(*store_, name).state, SUBMISSION_STATE_WITHDRAWN);
  Acceptance other = AcceptanceOf("甲", name);
  other.head.stages = {REVIEW_STAGE_FINANCE};
  std::promise<absl::Status> refused;
  ASSERT_TRUE(
      store_->Accept(std::move(other), [&](absl::StatusOr<std::string> answer) { refused.set_value(answer.status()); })
          .ok());
  EXPECT_EQ(ReasonOf(refused.get_future().get()), "STAGES_FIXED");
  EXPECT_EQ(AcceptFor("甲", kBoth, name, 2), name);
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_DEPARTMENT_REVIEW));
}

// A unit takes back what is just being scored: neither scoring's answer nor the archive may bring it back.
TEST_F(ReviewStoreTest, WithdrawnWhileItIsScoredIsNeitherScoredNorArchived) {
  for (const auto& stages : {std::vector<ReviewStage>(), kBoth}) {
    const std::string project = Cat("撤", stages.size());
    std::string name;
    scorer_.answer = [&](const WorkItem& item) {
      const bool taken_back = item.form.project_name() == project && item.revision == 1;
      EXPECT_TRUE(!taken_back || Try(item.name, Withdrawing()).ok());
      return absl::OkStatus();
    };
    name = AcceptFor(project, stages);
    Start();
    ASSERT_TRUE(Eventually([&] { return scorer_.TimesScored(project) == 1; }));
    const std::string later = AcceptFor(project + "后", {});
    ASSERT_TRUE(Reaches(*store_, later, SUBMISSION_STATE_ARCHIVED)) << "the round after it is through";
    EXPECT_EQ(Find(*store_, name).state, SUBMISSION_STATE_WITHDRAWN);
    EXPECT_FALSE(archiver_.reviews().contains(name + "/revisions/1"));
    AcceptFor(project, stages, name, 2);
    ASSERT_TRUE(
        Reaches(*store_, name, stages.empty() ? SUBMISSION_STATE_ARCHIVED : SUBMISSION_STATE_DEPARTMENT_REVIEW));
    EXPECT_EQ(Find(*store_, name).revision, 2);
    pipeline_.reset();
    scorer_.answer = [](const WorkItem&) { return absl::OkStatus(); };
  }
}

TEST_F(ReviewStoreTest, OfTwoReviewersAtOnceOneWins) {
  Start();
  for (int round = 0; round < 20; ++round) {
    const std::string name = AcceptFor(Cat("争", round), kBoth);
    ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_DEPARTMENT_REVIEW));
    const std::string etag = Cat(Find(*store_, name).version);
    std::atomic<int> ready{0};
    std::vector<absl::Status> outcomes(2);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 2; ++i)
      threads.emplace_back([&, i] {
        ++ready;
        while (ready < 2) std::this_thread::yield();
        outcomes[i] = Try(name, i == 0 ? Approving(REVIEW_STAGE_DEPARTMENT, kDepartment) : Returning(kDepartment), etag,
                          Cat("race-", round, "-", i))
                          .status();
      });
    for (std::thread& thread : threads) thread.join();
    ASSERT_NE(outcomes[0].ok(), outcomes[1].ok());
    EXPECT_EQ(ReasonOf(outcomes[outcomes[0].ok() ? 1 : 0]), "ETAG_MISMATCH");
    EXPECT_EQ(Find(*store_, name).state,
              outcomes[0].ok() ? SUBMISSION_STATE_FINANCE_REVIEW : SUBMISSION_STATE_RETURNED);
    EXPECT_EQ(HistoryOf(name).size(), 4u) << "one change, one entry";
  }
}

TEST_F(ReviewStoreTest, RepeatedRequestGetsTheFirstAnswer) {
  Start();
  const std::string name = AcceptFor("甲", kBoth);
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_DEPARTMENT_REVIEW));
  const std::string etag = Cat(Find(*store_, name).version);
  const auto approve = Approving(REVIEW_STAGE_DEPARTMENT, kDepartment);
  const auto first = Try(name, approve, etag, "once");
  const auto again = Try(name, approve, etag, "once");
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_EQ(*first, *again);
  EXPECT_EQ(HistoryOf(name).size(), 4u);
}

TEST_F(ReviewStoreTest, HistoryCannotBeChanged) {
  if (testing::OnPostgres()) GTEST_SKIP() << "rights of the database keep it there";
  Start();
  const std::string name = AcceptFor("甲", kBoth);
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_DEPARTMENT_REVIEW));
  pipeline_.reset();
  auto database = store::Database::Open(testing::StoreAt(folder_ / "intake.db"), store::Mode::kReadWrite);
  ASSERT_TRUE(database.ok());
  EXPECT_FALSE((*database)->Execute("UPDATE steps SET note = 'x'").ok());
  EXPECT_FALSE((*database)->Execute("DELETE FROM steps").ok());
}

TEST_F(ReviewStoreTest, ReviewsAreKeptBesideEachOtherAndArchived) {
  scorer_.findings = [](const WorkItem&, evaluation::v1::Scorecard& card) {
    auto& line = *card.add_lines();
    line.set_path("funds");
    line.set_weight("10");
    line.set_computed_score("6.17");
  };
  Start();
  const std::string name = AcceptFor("甲", {REVIEW_STAGE_FINANCE});
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_FINANCE_REVIEW));
  const auto recording = [](const std::string& reviewer, const std::string& score) -> Decide {
    return [=](const CaseFile& file, std::int64_t now) {
      Review review;
      *review.mutable_reviewer() = ActorOf(reviewer, ACTOR_ROLE_EXPERT);
      review.set_conclusion(REVIEW_CONCLUSION_PASSED);
      auto& line = *review.add_lines();
      line.set_path("funds");
      line.set_score(score);
      line.set_reason("凭证不全");
      return RecordReview(file, review, now);
    };
  };
  Do(name, recording("专家甲", "5"));
  Do(name, recording("专家乙", "6.17"));
  EXPECT_EQ(ReasonOf(Try(name, recording("专家丙", "10.5")).status()), "REVIEW_INVALID");
  Do(name, Approving(REVIEW_STAGE_FINANCE, kFinance));
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_ARCHIVED));
  const auto review = archiver_.reviews().at(name + "/revisions/1");
  ASSERT_EQ(review->reviews_size(), 2);
  EXPECT_EQ(review->reviews(0).total(), "5.00");
  EXPECT_EQ(review->reviews(1).name(), name + "/revisions/1/reviews/2");
  Do(name, recording("专家丁", "4"));  // 抽查 after the archive
  EXPECT_EQ(reviews_->Load(name, 0)->reviews.size(), 3u);
  EXPECT_EQ(archiver_.records().size(), 1u);
}

TEST_F(ReviewStoreTest, DamagedCardOfAnApprovedFormIsReviewedOnceMore) {
  FindIn({{"FULL_NOT_MET", "project_name"}});
  Start();
  const std::string name = AcceptFor("甲", {REVIEW_STAGE_FINANCE});
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_AWAITING_ANSWERS));
  Do(name, Answering(0));
  pipeline_.reset();
  Do(name, Approving(REVIEW_STAGE_FINANCE, kFinance));
  auto database = store::Database::Open(testing::StoreAt(folder_ / "intake.db"), store::Mode::kReadWrite);
  ASSERT_TRUE((*database)->Execute("UPDATE revisions SET scorecard = x'ffffffff'").ok());
  database->reset();
  RestartAll();
  ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_FINANCE_REVIEW)) << "what was approved is gone";
  EXPECT_EQ(FindingsOf(name)[0].state(), ANSWER_STATE_ANSWERED) << "the answer is not";
  EXPECT_TRUE(archiver_.records().empty());
  Do(name, Approving(REVIEW_STAGE_FINANCE, kFinance));
  EXPECT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_ARCHIVED));
}

// The process ends at every step of the pipeline in turn, before it took place and after, with forms in every state of
// review; a new one takes over. Nothing is archived before it is approved, and what is approved is archived once.
TEST_F(ReviewStoreTest, NothingIsLostOrArchivedUnapprovedWhereverItEnds) {
  int round = 0;
  for (const bool done : {false, true}) {
    for (int at = 1; at <= 6; ++at, ++round) {
      SCOPED_TRACE(Cat("dies ", done ? "after" : "before", " step ", at));
      FindIn({});
      const std::string waiting = AcceptFor(Cat("待审", round), kBoth);
      Start();
      ASSERT_TRUE(Reaches(*store_, waiting, SUBMISSION_STATE_DEPARTMENT_REVIEW));
      const std::string approved = AcceptFor(Cat("已审", round), {REVIEW_STAGE_DEPARTMENT});
      ASSERT_TRUE(Reaches(*store_, approved, SUBMISSION_STATE_DEPARTMENT_REVIEW));
      pipeline_.reset();
      std::atomic<int> steps{0};
      std::atomic<bool> dead{false};
      const auto die = [&](FragileStore::Step) {
        if (dead) return absl::CancelledError("dead");
        if (++steps < at) return absl::OkStatus();
        dead = true;
        return absl::CancelledError("dies");
      };
      const auto stay_dead = [&](FragileStore::Step) { return dead ? absl::CancelledError("dead") : absl::OkStatus(); };
      Do(approved, Approving(REVIEW_STAGE_DEPARTMENT, kDepartment));
      const std::string fresh = AcceptFor(Cat("新报", round), kBoth);
      const std::string plain = AcceptFor(Cat("不审", round), {});
      (done ? fragile_->after : fragile_->before) = die;
      (done ? fragile_->before : fragile_->after) = stay_dead;
      Start();
      ASSERT_TRUE(Eventually([&] { return dead.load(); }));
      RestartAll();
      ASSERT_TRUE(Reaches(*store_, approved, SUBMISSION_STATE_ARCHIVED));
      ASSERT_TRUE(Reaches(*store_, plain, SUBMISSION_STATE_ARCHIVED));
      ASSERT_TRUE(Reaches(*store_, fresh, SUBMISSION_STATE_DEPARTMENT_REVIEW));
      EXPECT_EQ(Find(*store_, waiting).state, SUBMISSION_STATE_DEPARTMENT_REVIEW);
      const auto archived = archiver_.reviews();
      EXPECT_EQ(archived.size(), 2u * static_cast<std::size_t>(round + 1));
      EXPECT_TRUE(archived.at(approved + "/revisions/1"));
      EXPECT_FALSE(archived.contains(fresh + "/revisions/1"));
      EXPECT_FALSE(archived.contains(waiting + "/revisions/1"));
      EXPECT_EQ(HistoryOf(approved).size(), 5u);
      pipeline_.reset();
    }
  }
}

TEST_F(ReviewStoreTest, SamplesAreKeptWithTheirPopulation) {
  Start();
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i) {
    Acceptance acceptance = AcceptanceOf(Cat("项目", i));
    acceptance.head.region_code = i < 8 ? "510403" : "360103";
    acceptance.head.competent_department = "教育局";
    names.push_back(Accept(*store_, std::move(acceptance)));
  }
  for (const std::string& name : names) ASSERT_TRUE(Reaches(*store_, name, SUBMISSION_STATE_ARCHIVED));
  SampleFilter filter;
  filter.add_states(SUBMISSION_STATE_ARCHIVED);
  EXPECT_EQ(reviews_->Population(filter)->size(), 12u);
  filter.set_region_prefix("51");
  auto population = reviews_->Population(filter).value();
  EXPECT_EQ(population.size(), 8u);
  for (const auto& [change, count] : std::vector<std::pair<std::function<void(SampleFilter&)>, std::size_t>>{
           {[](SampleFilter& f) { f.set_fiscal_year(2021); }, 8},
           {[](SampleFilter& f) { f.set_fiscal_year(2020); }, 0},
           {[](SampleFilter& f) { f.set_competent_department("教育局"); }, 8},
           {[](SampleFilter& f) { f.set_competent_department("教育"); }, 0},
           {[](SampleFilter& f) { f.set_campaign("campaigns/1"); }, 0},
           {[](SampleFilter& f) { f.set_states(0, SUBMISSION_STATE_STUCK); }, 0}}) {
    SampleFilter narrower = filter;
    change(narrower);
    EXPECT_EQ(reviews_->Population(narrower)->size(), count) << narrower.DebugString();
  }
  const std::string text = PopulationText(population);
  Sample sample;
  sample.set_name("samples/1");
  sample.set_method(SAMPLE_METHOD_RANDOM);
  sample.set_seed("7");
  sample.set_size(3);
  sample.set_population_digest(DigestOf(text));
  Draw(population, sample);
  const auto first = reviews_->SaveSample(sample, text, "draw-1", "digest");
  ASSERT_TRUE(first.ok()) << first.status();
  sample.set_seed("8");
  EXPECT_EQ(reviews_->SaveSample(sample, text, "draw-1", "digest").value(), *first) << "a repeat draws nothing new";
  EXPECT_EQ(reviews_->EarlierDraw("draw-1", "digest").value(), *first);
  EXPECT_EQ(ReasonOf(reviews_->EarlierDraw("draw-1", "other").status()), "REQUEST_ID_REUSED");
  const auto kept = reviews_->FindSample("samples/1").value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->seed(), "7");
  EXPECT_EQ(kept->members_size(), 3);
  EXPECT_EQ(DigestOf(*reviews_->PopulationPart("samples/1", 0, 1'000'000).value()), kept->population_digest());
  EXPECT_EQ(reviews_->PopulationPart("samples/2", 0, 10).value(), std::nullopt);
  EXPECT_EQ(reviews_->Samples(1'000'000, 10)->size(), 1u);
}

}  // namespace
}  // namespace jixiao::intake
