#include "scoring/rulesets/single_flight.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <thread>
#include <vector>

namespace jixiao::scoring {
namespace {

// Starts a load that ends when it is told to, and lets `others` wait for it.
class SingleFlightTest : public ::testing::Test {
 protected:
  // The outcomes of all callers of `key`; the first one's load gives `outcome` when all the others wait.
  std::vector<absl::StatusOr<int>> LoadTogether(const std::string& key, int others,
                                                const absl::StatusOr<int>& outcome) {
    std::vector<absl::StatusOr<int>> outcomes(static_cast<std::size_t>(others) + 1, absl::UnknownError("none"));
    std::vector<std::thread> threads;
    std::latch loading(1);
    threads.emplace_back([&] {
      outcomes[0] = flights_.Do(key, [&]() -> absl::StatusOr<int> {
        ++loads_;
        loading.count_down();
        while (flights_.WaitingFor(key) < others) std::this_thread::yield();
        return outcome;
      });
    });
    loading.wait();
    for (std::size_t i = 1; i < outcomes.size(); ++i)
      threads.emplace_back([&, i] {
        outcomes[i] = flights_.Do(key, [&]() -> absl::StatusOr<int> {
          ++loads_;
          return -1;
        });
      });
    for (std::thread& thread : threads) thread.join();
    return outcomes;
  }

  SingleFlight<int> flights_;
  std::atomic<int> loads_{0};
};

TEST_F(SingleFlightTest, ManyCallersShareOneLoad) {
  for (const auto& outcome : LoadTogether("a", 50, 7)) EXPECT_EQ(outcome.value(), 7);
  EXPECT_EQ(loads_, 1);
}

TEST_F(SingleFlightTest, AnErrorGoesToAllAndIsForgotten) {
  for (const auto& outcome : LoadTogether("a", 20, absl::UnavailableError("away")))
    EXPECT_EQ(outcome.status(), absl::UnavailableError("away"));
  EXPECT_EQ(flights_.Do("a", [] { return absl::StatusOr<int>(3); }).value(), 3);
}

TEST_F(SingleFlightTest, AValueIsForgottenToo) {
  for (int i = 0; i < 3; ++i) {
    const auto outcome = flights_.Do("a", [&]() -> absl::StatusOr<int> { return ++loads_; });
    EXPECT_EQ(outcome.value(), i + 1);
  }
  EXPECT_EQ(flights_.WaitingFor("a"), 0);
}

TEST_F(SingleFlightTest, KeysDoNotWaitForEachOther) {
  const auto outer = flights_.Do(
      "a", [&]() -> absl::StatusOr<int> { return flights_.Do("b", [] { return absl::StatusOr<int>(2); }); });
  EXPECT_EQ(outer.value(), 2);
}

TEST_F(SingleFlightTest, RacingCallersAllGetAValue) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 2000;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        const int key = i % 3;
        const auto outcome = flights_.Do(std::to_string(key), [&] { return absl::StatusOr<int>(key); });
        if (!outcome.ok() || *outcome != key) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace jixiao::scoring
