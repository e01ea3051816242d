#include "common/trace.h"

#include <gtest/gtest.h>

namespace jixiao {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kSpan[] = "00f067aa0ba902b7";

TEST(TraceTest, ReadsWhatTheStandardWrites) {
  EXPECT_EQ(TraceIdIn("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), kTrace);
  EXPECT_EQ(TraceIdIn("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"), kTrace);
  EXPECT_EQ(TraceIdIn(Traceparent(kTrace, kSpan)), kTrace);
  EXPECT_EQ(TraceIdIn("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later"), kTrace);
}

TEST(TraceTest, RefusesWhatIsMalformed) {
  for (const char* header : {
           "",
           "00",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
           "00 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7 01",
           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz",
       })
    EXPECT_FALSE(TraceIdIn(header)) << header;
}

TEST(TraceTest, FollowsFromTheRequestId) {
  EXPECT_EQ(TraceOf(kTrace).trace_id, kTrace);
  const Trace other = TraceOf("platform:2024/17");
  EXPECT_EQ(other.request_id, "platform:2024/17");
  EXPECT_EQ(other.trace_id, TraceOf("platform:2024/17").trace_id);
  EXPECT_NE(other.trace_id, TraceOf("platform:2024/18").trace_id);
  EXPECT_EQ(TraceIdIn(Traceparent(other.trace_id, kSpan)), other.trace_id);
  // All zeros are no trace id, in capitals neither.
  EXPECT_NE(TraceOf(std::string(32, '0')).trace_id, std::string(32, '0'));
  EXPECT_NE(TraceOf("4BF92F3577B34DA6A3CE929D0E0E4736").trace_id, "4BF92F3577B34DA6A3CE929D0E0E4736");
}

TEST(TraceTest, IsKeptAsOneText) {
  for (const Trace& trace :
       {TraceOf(kTrace), TraceOf("r-1"), Trace{"r-1", kTrace}, Trace{kTrace, TraceOf("x").trace_id}}) {
    const Trace read = FromText(ToText(trace));
    EXPECT_EQ(read.request_id, trace.request_id);
    EXPECT_EQ(read.trace_id, trace.trace_id);
  }
  EXPECT_EQ(ToText(TraceOf("r-1")), "r-1") << "as it was kept before there were traces";
}

}  // namespace
}  // namespace jixiao
