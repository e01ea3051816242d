#include "common/time.h"

#include <gtest/gtest.h>

namespace jixiao {
namespace {

TEST(TimeTest, UtcHasEveryDigit) {
  EXPECT_EQ(FormatUtc(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(FormatUtc(1), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(FormatUtc(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatUtc(951'827'696'500'000), "2000-02-29T12:34:56.500000Z");
  EXPECT_EQ(FormatUtc(1'795'267'680'123'456), "2026-11-21T13:28:00.123456Z");
}

TEST(TimeTest, ShanghaiIsEightHoursAhead) {
  EXPECT_EQ(FormatShanghai(1'795'267'680'123'456), "2026-11-21 21:28:00");
}

TEST(TimeTest, TimestampsComeBack) {
  for (const std::int64_t micros : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'795'267'680'123'456}})
    EXPECT_EQ(ToMicros(ToTimestamp(micros)), micros);
}

}  // namespace
}  // namespace jixiao
