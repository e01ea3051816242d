// How the command line answers: protobuf JSON for programs, text for people, errors with all their details.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <ostream>
#include <string>

namespace jixiao::cli {

// Exit codes.
inline constexpr int kDone = 0;
inline constexpr int kRefused = 1;  // the answer is a refusal or a failed verification
inline constexpr int kUsage = 2;

// `message` as one line of protobuf JSON with the original field names; fields with default values are printed too.
// Equal messages give equal text.
std::string ToJson(const google::protobuf::Message& message);

// Prints an error to stderr: code, reason, fields at fault, when to try again. Returns kRefused.
int Refuse(const absl::Status& status, bool json);

// Prints a usage error. Returns kUsage.
int Misused(const std::string& message);

}  // namespace jixiao::cli
