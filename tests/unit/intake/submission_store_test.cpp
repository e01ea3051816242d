// Forms that the store takes in together: one work for many of them, and an outcome for each.
#include "intake/store/sql_submission_store.h"
#include "support/stores.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <set>

#include "unit/intake/support.h"
#include "unit/temporary_folder.h"

namespace jixiao::intake {
namespace {

using namespace support;

class SubmissionStoreTest : public ::testing::Test {
 protected:
  using Answer = std::future<absl::StatusOr<std::string>>;

  void SetUp() override { Open({}); }

  void Open(store::GroupCommit::Options options) {
    store_.reset();
    auto opened = SqlSubmissionStore::Open(testing::StoreAt(folder_ / "intake.db"), NowMicros, options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  // Keeps the writer busy until the promise is kept.
  std::promise<void> Hold() {
    std::promise<void> go;
    std::promise<void> held;
    EXPECT_TRUE(store_->writer()
                    .Submit(
                        [&held, going = go.get_future().share()](store::Database&) {
                          held.set_value();
                          going.wait();
                          return absl::OkStatus();
                        },
                        [](const absl::Status&) {})
                    .ok());
    held.get_future().wait();
    return go;
  }

  Answer Begin(Acceptance acceptance) {
    auto answer = std::make_shared<std::promise<absl::StatusOr<std::string>>>();
    Answer future = answer->get_future();
    const absl::Status queued = store_->Accept(
        std::move(acceptance), [answer](absl::StatusOr<std::string> bytes) { answer->set_value(std::move(bytes)); });
    EXPECT_TRUE(queued.ok()) << queued;
    return future;
  }

  std::size_t Stored() {
    const auto all = store_->List({}, {}, 1000);
    EXPECT_TRUE(all.ok()) << all.status();
    return all.ok() ? all->rows.size() : 0;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqlSubmissionStore> store_;
};

std::string NameIn(const absl::StatusOr<std::string>& bytes) {
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  v1::SubmitEvaluationResponse response;
  EXPECT_TRUE(bytes.ok() && response.ParseFromString(*bytes));
  return response.receipt().submission();
}

TEST_F(SubmissionStoreTest, ManyFormsShareOneWork) {
  std::promise<void> go = Hold();
  const std::uint64_t before = store_->writer().stats().works;
  constexpr int kForms = 150;
  std::vector<Answer> answers;
  for (int i = 0; i < kForms; ++i) answers.push_back(Begin(AcceptanceOf(Cat("form", i))));
  go.set_value();
  std::set<std::string> names;
  for (Answer& answer : answers) names.insert(NameIn(answer.get()));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kForms));
  EXPECT_EQ(store_->writer().stats().works - before, 3u);
  // In the order in which they came, whoever gave them their ids.
  const auto all = store_->List({}, {}, 1000);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->rows.size(), static_cast<std::size_t>(kForms));
  for (int i = 0; i < kForms; ++i) EXPECT_EQ(all->rows[static_cast<std::size_t>(i)].project_name, Cat("form", i)) << i;
}

TEST_F(SubmissionStoreTest, ARepeatGetsTheFirstAnswerAlsoFromTheSameWork) {
  const std::string known = NameIn(Begin(AcceptanceOf("known")).get());
  std::promise<void> go = Hold();
  Answer fresh = Begin(AcceptanceOf("fresh"));
  Answer again = Begin(AcceptanceOf("fresh"));
  Answer of_known = Begin(AcceptanceOf("known"));
  go.set_value();
  const absl::StatusOr<std::string> first = fresh.get();
  EXPECT_EQ(NameIn(of_known.get()), known);
  const absl::StatusOr<std::string> second = again.get();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(Stored(), 2u);
}

// Also where something that is only tried has its turn with them, so that none of them runs without a savepoint.
TEST_F(SubmissionStoreTest, OneThatFailsTakesNoOtherWithIt) {
  NameIn(Begin(AcceptanceOf("known")).get());
  for (const bool among_others : {false, true}) {
    std::promise<void> go = Hold();
    std::optional<Answer> tried;
    if (among_others) {
      Acceptance only = AcceptanceOf("tried");
      only.validate_only = true;
      tried = Begin(std::move(only));
    }
    const std::string round = among_others ? " among others" : "";
    Answer one = Begin(AcceptanceOf(Cat("one", round)));
    Acceptance reused = AcceptanceOf("known");
    reused.request_digest = "sha256:something else";
    Answer refused = Begin(std::move(reused));
    Answer missing = Begin(AcceptanceOf(Cat("revision", round), "submissions/no-such"));
    // This one fails when its head is written already: all run again, one by one.
    Acceptance lost = AcceptanceOf(Cat("lost", round));
    lost.head.campaign = "campaigns/none";
    Answer undone = Begin(std::move(lost));
    Answer two = Begin(AcceptanceOf(Cat("two", round)));
    go.set_value();
    NameIn(one.get());
    NameIn(two.get());
    EXPECT_EQ(ReasonOf(refused.get().status()), "REQUEST_ID_REUSED");
    EXPECT_EQ(ReasonOf(missing.get().status()), "SUBMISSION_NOT_FOUND");
    EXPECT_EQ(ReasonOf(undone.get().status()), "CAMPAIGN_NOT_FOUND");
    EXPECT_TRUE(!tried || tried->get().ok());
  }
  EXPECT_EQ(Stored(), 5u);
}

// The work that gathers forms does not even begin while the database is away: they are answered all the same, and those
// that come later, too.
TEST_F(SubmissionStoreTest, FormsAreAnsweredWhileTheDatabaseIsAway) {
  const std::string path = testing::StoreAt(folder_ / "intake.db");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no file that a test could take away";
  NameIn(Begin(AcceptanceOf("before")).get());
  // It gives its connection up, and finds none.
  EXPECT_FALSE(store_->writer().Run([](store::Database& db) { return db.Execute("ROLLBACK"); }).ok());
  std::filesystem::rename(path, path + ".away");
  std::filesystem::create_directory(path);
  for (const char* project : {"first", "second", "third"}) {
    Answer answer = Begin(AcceptanceOf(project));
    ASSERT_EQ(answer.wait_for(seconds(20)), std::future_status::ready) << project;
    EXPECT_EQ(ReasonOf(answer.get().status()), "STORE_FAILED") << project;
  }
  std::filesystem::remove(path);
  std::filesystem::rename(path + ".away", path);
  NameIn(Begin(AcceptanceOf("second")).get());
  EXPECT_EQ(Stored(), 2u);
}

// A page of the database that cannot be read costs the forms on it, each by its own name, and no others.
TEST_F(SubmissionStoreTest, ADamagedPageKeepsNoOtherFormBack) {
  if (testing::OnPostgres()) GTEST_SKIP() << "the page is SQLite's";
  constexpr int kForms = 24;
  for (int i = 0; i < kForms; ++i) {
    Acceptance acceptance = AcceptanceOf(Cat("form", i));
    acceptance.source_document = Cat("document-", i, "-", std::string(800, 'x'));  // a page holds a few of these
    NameIn(Begin(std::move(acceptance)).get());
  }
  store_.reset();
  {
    std::fstream file(folder_ / "intake.db", std::ios::binary | std::ios::in | std::ios::out);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    constexpr std::size_t kPage = 4096;
    const std::size_t at = bytes.find("document-12-");
    ASSERT_NE(at, std::string::npos);
    file.seekp(static_cast<std::streamoff>(at / kPage * kPage));
    file.put('\x7f');  // no kind of page
  }
  Open({});
  std::size_t leased = 0;
  std::set<std::string> damaged;
  for (int lease = 0; lease < 4; ++lease) {  // how much a lease may hold cannot be told, so one holds less
    const auto items = store_->Lease(100, 60'000'000);
    ASSERT_TRUE(items.ok()) << items.status();
    leased += items->size();
    for (const WorkItem& item : *items)
      if (!item.damage.ok()) {
        EXPECT_EQ(item.damage.code(), absl::StatusCode::kDataLoss) << item.damage;
        damaged.insert(Find(*store_, item.name).project_name);
      }
  }
  EXPECT_EQ(leased, static_cast<std::size_t>(kForms));
  EXPECT_TRUE(damaged.contains("form12"));
  EXPECT_LT(damaged.size(), 10u);
}

TEST_F(SubmissionStoreTest, AFullQueueRefusesAtOnce) {
  Open({.capacity = 1});
  std::promise<void> go = Hold();
  EXPECT_TRUE(
      store_->writer().Submit([](store::Database&) { return absl::OkStatus(); }, [](const absl::Status&) {}).ok());
  bool called = false;
  const absl::Status refused =
      store_->Accept(AcceptanceOf("too many"), [&](const absl::StatusOr<std::string>&) { called = true; });
  EXPECT_EQ(ReasonOf(refused), "QUEUE_FULL");
  go.set_value();
  ASSERT_TRUE(Eventually([&] { return store_->writer().stats().queued == 0; }));
  NameIn(Begin(AcceptanceOf("later")).get());
  EXPECT_FALSE(called);
  EXPECT_EQ(Stored(), 1u);
}

}  // namespace
}  // namespace jixiao::intake
