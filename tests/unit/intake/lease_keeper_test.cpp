// Leases are renewed as long as a batch is in hand, and never afterwards.
#include "intake/workflow/lease_keeper.h"

#include "support/stores.h"

#include <atomic>
#include <optional>
#include <vector>

#include "unit/intake/support.h"
#include "unit/temporary_folder.h"

namespace jixiao::intake {
namespace {

using namespace support;

class RenewedStore final : public FragileStore {
 public:
  using FragileStore::FragileStore;

  absl::Status Renew(std::span<WorkItem> items, std::int64_t) override {
    renewed = static_cast<int>(items.size());
    std::this_thread::sleep_for(milliseconds(100));
    ++done;
    return absl::OkStatus();
  }

  std::atomic<int> renewed = 0;  // items, when it was asked last
  std::atomic<int> done = 0;
};

TEST(LeaseKeeper, RenewsWhatIsInHand) {
  const TemporaryFolder folder;
  const auto below = SqlSubmissionStore::Open(jixiao::testing::StoreAt(folder / "intake.db"));
  ASSERT_TRUE(below.ok()) << below.status();
  RenewedStore store(**below);
  LeaseKeeper keeper(store);
  std::vector<WorkItem> first(1), second(2);
  std::optional<LeaseKeeper::Hold> hold(std::in_place, keeper, first);
  hold.reset();
  hold.emplace(keeper, second);
  EXPECT_EQ(store.done, 0) << "a batch that is quick needs none";
  ASSERT_TRUE(Eventually([&] { return store.renewed > 0; }));
  EXPECT_EQ(store.renewed, 2);
  hold.reset();
  const int done = store.done;
  EXPECT_GE(done, 1) << "nobody uses the items any more once the batch is let go";
  std::this_thread::sleep_for(milliseconds(2500));
  EXPECT_EQ(store.done, done);
}

}  // namespace
}  // namespace jixiao::intake
