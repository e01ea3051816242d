// Time as stored: microseconds since 1970 in UTC. People read Asia/Shanghai.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>

namespace jixiao {

// Now, by the system's clock.
std::int64_t NowMicros();

// "2026-11-21T13:28:00.123456Z".
std::string FormatUtc(std::int64_t micros);

// "2026-11-21 21:28:00" in Asia/Shanghai (UTC+8, no summer time since 1991).
std::string FormatShanghai(std::int64_t micros);

google::protobuf::Timestamp ToTimestamp(std::int64_t micros);
std::int64_t ToMicros(const google::protobuf::Timestamp& timestamp);

}  // namespace jixiao
