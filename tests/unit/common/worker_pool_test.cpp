// A pool of threads: what throws ends nothing but itself, and what is queued is done before the end.
#include "common/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace jixiao {
namespace {

TEST(WorkerPool, GoesOnAfterAWorkThatThrew) {
  WorkerPool pool(1, 10);
  ASSERT_TRUE(pool.Post([] { throw std::runtime_error("a fault"); }));
  ASSERT_TRUE(pool.Post([] { throw 1; }));
  std::promise<void> done;
  ASSERT_TRUE(pool.Post([&] { done.set_value(); }));
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST(WorkerPool, RunsWhatIsQueuedBeforeItEnds) {
  std::atomic<int> ran = 0;
  std::promise<void> go;
  {
    WorkerPool pool(1, 10);
    ASSERT_TRUE(pool.Post([ready = go.get_future().share()] { ready.wait(); }));
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(pool.Post([&] { ++ran; }));
    EXPECT_EQ(ran, 0);
    go.set_value();
  }
  EXPECT_EQ(ran, 5);
}

}  // namespace
}  // namespace jixiao
