// The measure for a server: one that does nothing. It takes the same methods with the same bytes as our services and
// gives the answers that they gave, as fast as gRPC can.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

namespace jixiao::load {

// The answers of an echo server, in a file between two processes.
struct Answers {
  std::vector<std::string> unary;
  std::vector<std::string> stream;
};
absl::Status WriteAnswers(const std::string& file, const Answers& answers);

// What an echo server does with its messages.
enum class EchoKind {
  // The limit as it is usually meant: gRPC's callback API with arenas. The request is parsed, the answer serialised;
  // its
  // message has been made beforehand and is not even copied.
  kTyped,
  // The stricter one: bytes in, bytes out. No service that reads its requests can reach it.
  kRaw,
};

// The service that an echo server stands in for: Score and ScoreBatch, SubmitEvaluation and BatchSubmit (the stream
// only raw), or ArchiveRecord.
enum class EchoOf { kScoring, kIntake, kArchiving };

// Serves on `address` until SIGTERM. Each call, and each message of a stream, gets the next answer of `file`.
absl::Status ServeEcho(const std::string& address, const std::string& file, EchoKind kind, EchoOf of);

}  // namespace jixiao::load
