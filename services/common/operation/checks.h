// What servers and the command line say of one thing that they checked.
#pragma once

#include "common/store/contents.h"

#include "jixiao/operation/v1/operation_service.pb.h"

#include <absl/status/status.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace jixiao::operation {

// Adds checks to a list. Codes are stable and English; what people read is Chinese.
class Checks {
 public:
  explicit Checks(google::protobuf::RepeatedPtrField<v1::Check>& list) : list_(list) {}

  void Ok(std::string_view code, std::string message) { Add(code, v1::CHECK_STATE_OK, std::move(message), ""); }
  void Warn(std::string_view code, std::string message, std::string advice) {
    Add(code, v1::CHECK_STATE_WARNING, std::move(message), std::move(advice));
  }
  void Fail(std::string_view code, std::string message, std::string advice) {
    Add(code, v1::CHECK_STATE_FAILED, std::move(message), std::move(advice));
  }

 private:
  void Add(std::string_view code, v1::CheckState state, std::string message, std::string advice);

  google::protobuf::RepeatedPtrField<v1::Check>& list_;
};

// Version of the programs of this build.
std::string_view Version();

// "REASON text" of an error, for a message.
std::string Said(const absl::Status& status);

// "512 KiB", "3 GiB".
std::string SizeText(std::uint64_t bytes);

// DISK_SPACE: what is free where the SQLite database at `path` is.
void CheckDisk(Checks& checks, const std::string& path);

// How far apart two clocks may be: form times and due times rest on them.
inline constexpr std::int64_t kClockWarning = 2'000'000;   // microseconds
inline constexpr std::int64_t kClockFailure = 60'000'000;  // microseconds
// Adds the check `code` for a clock that is `apart` microseconds away (either sign) from the one of `whose`.
void CheckClock(Checks& checks, std::string_view code, std::string_view whose, std::int64_t apart);

// The message of contents.
void ToProto(const store::Contents& contents, v1::StoreContents& out);

}  // namespace jixiao::operation
