#include "common/priority.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <thread>

namespace jixiao {
namespace {

// On threads of their own: the others of the tests stay as they are.
TEST(PriorityTest, WhatAThreadAsksForGoesToThoseThatItStarts) {
  const int own = sched_getscheduler(0);
  std::thread([] {
    PreferThroughput();
    EXPECT_EQ(sched_getscheduler(0), SCHED_BATCH);
    std::thread([] { EXPECT_EQ(sched_getscheduler(0), SCHED_BATCH); }).join();
  }).join();
  EXPECT_EQ(sched_getscheduler(0), own);
}

TEST(PriorityTest, TheBackgroundIsOneThread) {
  const int own = getpriority(PRIO_PROCESS, 0);
  std::thread([] {
    RunInBackground();
    EXPECT_GE(getpriority(PRIO_PROCESS, 0), 10);
  }).join();
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), own);
}

}  // namespace
}  // namespace jixiao
