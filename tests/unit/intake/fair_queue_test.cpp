// Turns among callers, and what a full queue refuses to whom.
#include "intake/workflow/fair_queue.h"

#include "common/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace jixiao::intake {
namespace {

using Queue = FairQueue<std::string>;

bool Push(Queue& queue, const std::string& flow, std::size_t bytes = 10) {
  std::string item = flow;
  return queue.Push(flow, bytes, item);
}

std::string PopAll(Queue& queue, std::size_t most = 1000) {
  std::string order;
  while (most-- > 0) {
    const auto item = queue.Pop();
    if (!item) break;
    order += *item;
  }
  return order;
}

TEST(FairQueue, OneFlowKeepsItsOrder) {
  Queue queue;
  for (int i = 0; i < 5; ++i) {
    std::string item = Cat(i);
    ASSERT_TRUE(queue.Push("a", 10, item));
  }
  EXPECT_EQ(PopAll(queue), "01234");
  EXPECT_EQ(queue.items(), 0u);
  EXPECT_EQ(queue.bytes(), 0u);
  EXPECT_EQ(queue.flows(), 0u);
}

TEST(FairQueue, WhoComesWithOneFormDoesNotWaitForThousands) {
  Queue queue({.quantum = 100, .item_cost = 0});
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(Push(queue, "F"));
  EXPECT_EQ(PopAll(queue, 20), std::string(20, 'F'));
  ASSERT_TRUE(Push(queue, "s"));
  EXPECT_EQ(PopAll(queue, 1), "s");
}

TEST(FairQueue, TurnsAreMeasuredInBytes) {
  Queue queue({.quantum = 1000, .item_cost = 0});
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Push(queue, "L", 1000));
    for (int k = 0; k < 10; ++k) ASSERT_TRUE(Push(queue, "s", 100));
  }
  const std::string order = PopAll(queue, 110);
  const auto large = std::count(order.begin(), order.end(), 'L');
  EXPECT_GE(large, 9);
  EXPECT_LE(large, 14);
}

TEST(FairQueue, SmallFormsOfAFloodDoNotFillATurn) {
  Queue queue;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Push(queue, "F", 1));
  ASSERT_TRUE(Push(queue, "s", 1));
  EXPECT_LT(PopAll(queue).find('s'), 10u) << "though the flood came first";
}

TEST(FairQueue, MoreFreshFlowsThanTurnsLeaveTheOldOnesTheirShare) {
  Queue queue({.quantum = 10, .item_cost = 0});
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Push(queue, "F"));
  PopAll(queue, 2);  // its first turn is over
  int of_flood = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(Push(queue, Cat("fresh", i)));
    ASSERT_TRUE(Push(queue, Cat("other", i)));
    of_flood += *queue.Pop() == "F" ? 1 : 0;
  }
  EXPECT_GE(of_flood, 20);
  EXPECT_LE(of_flood, 30);
}

TEST(FairQueue, LargeItemsPassThoughTheyExceedTheQuantum) {
  Queue queue({.bytes = 1000, .quantum = 10});
  ASSERT_TRUE(Push(queue, "a", 5000)) << "alone it may be larger than all";
  EXPECT_FALSE(Push(queue, "b", 1));
  EXPECT_EQ(PopAll(queue), "a");
  EXPECT_TRUE(Push(queue, "b", 1));
}

TEST(FairQueue, FullForTheFloodIsNotFullForTheOthers) {
  Queue queue({.items = 100, .flow_items = 60, .reserve_items = 20});
  int taken = 0;
  while (Push(queue, "F")) ++taken;
  EXPECT_EQ(taken, 60);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(Push(queue, "G"));
  EXPECT_FALSE(Push(queue, "G")) << "all together have their limit";
  EXPECT_TRUE(queue.HasRoom("s", 10));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Push(queue, Cat("s", i))) << i;
  EXPECT_FALSE(Push(queue, "late")) << "the reserve is bounded, too";
  EXPECT_EQ(queue.items(), 120u);
}

TEST(FairQueue, LargeDocumentsOfOneLeaveRoomForTheOthers) {
  Queue queue({.bytes = 1000});
  int taken = 0;
  while (Push(queue, "F", 100)) ++taken;
  EXPECT_EQ(taken, 2) << "a quarter";
  for (const char* flow : {"a", "b", "c", "d", "e"}) EXPECT_TRUE(Push(queue, flow, 200)) << flow;
  EXPECT_FALSE(Push(queue, "g", 200));
  EXPECT_TRUE(Push(queue, "h", 50)) << "the reserve";
}

TEST(FairQueue, RefusedItemStaysWithItsOwner) {
  Queue queue({.items = 1, .flow_items = 1, .reserve_items = 0});
  ASSERT_TRUE(Push(queue, "a"));
  std::string item = "kept";
  EXPECT_FALSE(queue.Push("a", 1, item));
  EXPECT_EQ(item, "kept");
}

}  // namespace
}  // namespace jixiao::intake
