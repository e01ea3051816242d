// How many calls, and how many bytes of them, one server takes.
#include "common/rpc/server_state.h"

#include <gtest/gtest.h>

namespace jixiao::rpc {
namespace {

TEST(ServerState, RefusesCallsBeyondTheLimit) {
  Metrics metrics;
  ServerState state(metrics, 2);
  EXPECT_TRUE(state.Enter());
  EXPECT_TRUE(state.Enter());
  EXPECT_FALSE(state.Enter());
  EXPECT_EQ(state.in_flight(), 2u) << "a refused call is not counted";
  state.Leave();
  EXPECT_TRUE(state.Enter());
}

TEST(ServerState, RefusesRequestsThatTogetherAreTooLarge) {
  Metrics metrics;
  ServerState state(metrics, 100, 1000);
  EXPECT_TRUE(state.Enter(600));
  EXPECT_FALSE(state.Enter(401));
  EXPECT_TRUE(state.Enter(400));
  EXPECT_FALSE(state.Enter(1));
  EXPECT_TRUE(state.Enter(0)) << "a call without a request of size still gets in";
  EXPECT_EQ(state.in_flight(), 3u);
  state.Leave(600);
  EXPECT_TRUE(state.Enter(600));
}

TEST(ServerState, TakesAnyRequestThatIsAlone) {
  Metrics metrics;
  ServerState state(metrics, 100, 1000);
  EXPECT_TRUE(state.Enter(5000));
  EXPECT_FALSE(state.Enter(1));
  state.Leave(5000);
  EXPECT_TRUE(state.Enter(1));
}

}  // namespace
}  // namespace jixiao::rpc
