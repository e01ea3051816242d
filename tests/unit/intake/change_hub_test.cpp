// Who is woken by which change, and that nobody sleeps through one.
#include "intake/workflow/change_hub.h"

#include "support/stores.h"

#include <atomic>
#include <set>

#include "unit/intake/support.h"
#include "unit/temporary_folder.h"

namespace jixiao::intake {
namespace {

using namespace support;

class ChangeHubTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqlSubmissionStore::Open(testing::StoreAt(folder_ / "intake.db"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    hub_ = std::make_unique<ChangeHub>(*store_, [this] { return stopping_.load(); });
  }

  TemporaryFolder folder_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<SqlSubmissionStore> store_;
  std::unique_ptr<ChangeHub> hub_;
};

TEST_F(ChangeHubTest, WakesOnceAndOnlyWhomItConcerns) {
  const std::string other = Accept(*store_, "别的");
  std::atomic<int> woken{0};
  std::atomic<int> of_other{0};
  std::atomic<int> of_text{0};
  const std::int64_t seen = hub_->newest();
  hub_->Wait({}, seen, [&] { ++woken; });
  hub_->Wait({Find(*store_, other).id, {}}, seen, [&] { ++of_other; });
  hub_->Wait({0, {.text = "道路"}}, seen, [&] { ++of_text; });
  Accept(*store_, "学校");
  EXPECT_TRUE(Eventually([&] { return woken == 1; }));
  Accept(*store_, "道路");
  EXPECT_TRUE(Eventually([&] { return of_text == 1; }));
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(of_other, 0);
}

TEST_F(ChangeHubTest, ChangeBetweenLookAndWaitIsNotMissed) {
  const std::int64_t seen = hub_->newest();
  Accept(*store_, "学校");
  std::atomic<int> woken{0};
  hub_->Wait({}, seen, [&] { ++woken; });
  EXPECT_TRUE(Eventually([&] { return woken == 1; }, seconds(2)));
}

TEST_F(ChangeHubTest, ForgottenWatcherIsNotWoken) {
  std::atomic<int> woken{0};
  const std::uint64_t ticket = hub_->Wait({}, hub_->newest(), [&] { ++woken; });
  EXPECT_TRUE(hub_->Forget(ticket));
  EXPECT_FALSE(hub_->Forget(ticket));
  std::atomic<int> another{0};
  hub_->Wait({}, hub_->newest(), [&] { ++another; });
  Accept(*store_, "学校");
  EXPECT_TRUE(Eventually([&] { return another == 1; }));
  EXPECT_EQ(woken, 0);
}

TEST_F(ChangeHubTest, StopWakesEveryone) {
  std::atomic<int> woken{0};
  for (int i = 0; i < 1000; ++i) hub_->Wait({}, hub_->newest(), [&] { ++woken; });
  stopping_ = true;
  EXPECT_TRUE(Eventually([&] { return woken == 1000; }, seconds(2)));
}

TEST_F(ChangeHubTest, HasRoomForSoManyAndNoMore) {
  for (std::size_t i = 0; i < ChangeHub::kMaxWatchers; ++i) ASSERT_TRUE(hub_->Enter());
  EXPECT_FALSE(hub_->Enter());
  hub_->Leave();
  EXPECT_TRUE(hub_->Enter());
}

// Watchers that look and wait in turns see every change exactly once while writers go on.
TEST_F(ChangeHubTest, NothingIsMissedUnderLoad) {
  constexpr int kForms = 500;
  struct Watcher {
    std::int64_t position = 0;
    std::atomic<int> seen{0};
    std::atomic<bool> done{false};  // nobody looks at it any more
  };
  std::vector<std::unique_ptr<Watcher>> watchers;
  std::function<void(Watcher*)> look = [&](Watcher* watcher) {
    std::int64_t newest = 0;
    for (bool more = true; more;) {
      newest = hub_->newest();
      const auto page = store_->Changes({}, watcher->position, 20);
      ASSERT_TRUE(page.ok()) << page.status();
      watcher->position = page->position;
      watcher->seen += static_cast<int>(page->changes.size());
      more = page->more;
    }
    if (watcher->seen < kForms)
      hub_->Wait({}, newest, [&look, this, watcher] { hub_->Post([&look, watcher] { look(watcher); }); });
    else
      watcher->done = true;
  };
  for (int i = 0; i < 5; ++i) {
    watchers.push_back(std::make_unique<Watcher>());
    look(watchers.back().get());
  }
  for (int i = 0; i < kForms; ++i) Accept(*store_, Cat("项目", i));
  for (const auto& watcher : watchers) {
    EXPECT_TRUE(Eventually([&] { return watcher->done.load(); }));
    EXPECT_EQ(watcher->seen, kForms);
  }
}

}  // namespace
}  // namespace jixiao::intake
