// Forms on their way into the store: turns, refusals with a time to wait, and nothing lost between.
#include "intake/workflow/admission.h"

#include "support/stores.h"

#include <atomic>
#include <deque>

#include "unit/intake/support.h"
#include "unit/temporary_folder.h"

namespace jixiao::intake {
namespace {

using namespace support;

// A store whose commits wait until the test lets them go.
class HeldStore final : public FragileStore {
 public:
  using FragileStore::FragileStore;

  absl::Status Accept(Acceptance acceptance, Accepted done) override {
    held_.push_back({acceptance.head.project_name, std::move(done)});
    return refusal;
  }
  // Commits all that the store has now.
  std::vector<std::string> Commit() {
    std::vector<std::string> names;
    for (std::size_t left = held_.size(); left > 0; --left) {
      auto [name, done] = std::move(held_.front());
      held_.pop_front();
      names.push_back(name);
      done(name);
    }
    return names;
  }

  absl::Status refusal;

 private:
  std::deque<std::pair<std::string, Accepted>> held_;
};

class AdmissionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqlSubmissionStore::Open(testing::StoreAt(folder_ / "intake.db"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    held_ = std::make_unique<HeldStore>(*store_);
  }

  absl::Status Accept(Admission& admission, const std::string& flow, const std::string& project) {
    Acceptance acceptance = AcceptanceOf(project);
    Admission::Done done = [this](absl::StatusOr<std::string> answer) {
      EXPECT_TRUE(answer.ok()) << answer.status();
      ++answered_;
    };
    return admission.Accept(flow, acceptance, done);
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqlSubmissionStore> store_;
  std::unique_ptr<HeldStore> held_;
  std::size_t answered_ = 0;
};

TEST_F(AdmissionTest, SingleFormGoesWithTheNextCommit) {
  Admission admission(*held_);
  constexpr std::size_t kFlood = 2 * Admission::kInStore + 100;
  for (std::size_t i = 0; i < kFlood; ++i) ASSERT_TRUE(Accept(admission, BulkFlow("p"), Cat("flood", i)).ok());
  ASSERT_TRUE(Accept(admission, SingleFlow("p"), "single").ok()) << "of the same caller, but not by a stream";
  EXPECT_EQ(held_->Commit().size(), Admission::kInStore);
  const std::vector<std::string> next = held_->Commit();
  EXPECT_EQ(next.size(), Admission::kInStoreOfSingles) << "so that the next single form waits for less";
  EXPECT_NE(std::find(next.begin(), next.end(), "single"), next.end());
  while (!held_->Commit().empty()) {
  }
  EXPECT_EQ(answered_, kFlood + 1);
  EXPECT_EQ(admission.stats().waiting, 0u);
}

TEST_F(AdmissionTest, RefusesAtOnceWithATimeToWait) {
  Admission admission(*held_, {.items = 8, .flow_items = 4, .reserve_items = 1});
  absl::Status status;
  std::size_t taken = 0;
  while ((status = Accept(admission, "flood", Cat("form", taken))).ok()) ++taken;
  EXPECT_EQ(taken, Admission::kInStore + 4);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "QUEUE_FULL");
  EXPECT_TRUE(status.GetPayload(std::string(kRetryInfoUrl)).has_value());
  EXPECT_FALSE(admission.Check("flood", 1).ok());
  EXPECT_TRUE(admission.Check("someone", 1).ok());
  EXPECT_TRUE(Accept(admission, "someone", "their form").ok());
  EXPECT_EQ(admission.stats().refused, 2u);
  while (!held_->Commit().empty()) {
  }
  EXPECT_EQ(answered_, taken + 1);
  EXPECT_TRUE(Accept(admission, "flood", "again").ok());
  held_->Commit();
}

// Whatever single forms come, only a burst of them waits longer than a moment; streams and others are let in.
TEST_F(AdmissionTest, SingleFormsDoNotQueueUp) {
  Admission admission(*held_);
  std::size_t taken = 0;
  for (int i = 0; i < 5000; ++i) taken += Accept(admission, SingleFlow(Cat("unit", i)), Cat("form", i)).ok() ? 1 : 0;
  const std::size_t burst =
      Admission::kInStoreOfSingles + Admission::kLeastStanding + static_cast<std::size_t>(Admission::kBurst);
  EXPECT_GE(taken, burst);
  EXPECT_LE(taken, burst + 50);  // a minute gives a burst: some of it while this runs
  EXPECT_TRUE(Accept(admission, BulkFlow("platform"), "of a stream").ok());
  EXPECT_EQ(held_->Commit().size(), Admission::kInStoreOfSingles);
  EXPECT_EQ(held_->Commit().size(), Admission::kInStoreUnderPressure) << "some were refused just now";
  // The burst is used up, but for what has been given since, and others of it wait still.
  absl::Status status;
  for (int i = 0; i < 500 && status.ok(); ++i) {
    status = Accept(admission, SingleFlow(Cat("late", i)), Cat("late", i));
    taken += status.ok() ? 1 : 0;
  }
  EXPECT_EQ(ReasonOf(status), "QUEUE_FULL");
  while (!held_->Commit().empty()) {
  }
  EXPECT_EQ(answered_, taken + 1);
  EXPECT_TRUE(Accept(admission, SingleFlow("late"), "late").ok());
  held_->Commit();
}

TEST_F(AdmissionTest, SaysWhatComes) {
  Admission admission(*held_);
  EXPECT_EQ(admission.demand(), Demand::kNone);
  ASSERT_TRUE(Accept(admission, BulkFlow("platform"), "of a stream").ok());
  EXPECT_EQ(admission.demand(), Demand::kNone) << "streams wait";
  ASSERT_TRUE(Accept(admission, SingleFlow("unit"), "form").ok());
  EXPECT_EQ(admission.demand(), Demand::kSingles);
  for (int i = 0; Accept(admission, SingleFlow(Cat("unit", i)), Cat("form", i)).ok();) ++i;
  EXPECT_EQ(admission.demand(), Demand::kRefused);
  std::this_thread::sleep_for(Admission::kMoment + std::chrono::milliseconds(10));
  EXPECT_EQ(admission.demand(), Demand::kNone) << "that was a moment ago";
  while (!held_->Commit().empty()) {
  }
}

TEST_F(AdmissionTest, RealStoreTakesAllOnce) {
  Admission admission(*store_);
  std::atomic<int> answered{0};
  constexpr int kForms = 400;
  for (int i = 0; i < kForms; ++i) {
    Acceptance acceptance = AcceptanceOf(Cat("form", i));
    Admission::Done done = [&](absl::StatusOr<std::string> answer) {
      EXPECT_TRUE(answer.ok()) << answer.status();
      ++answered;
    };
    ASSERT_TRUE(admission.Accept(Cat("caller", i % 7), acceptance, done).ok()) << i;
  }
  ASSERT_TRUE(Eventually([&] { return answered == kForms; }));
  const auto all = store_->List({}, {}, 500);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->rows.size(), static_cast<std::size_t>(kForms));
}

}  // namespace
}  // namespace jixiao::intake
