// A DNS server of a test's own, for one set of addresses.
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::testing {

// Answers on UDP of 127.0.0.1 every question for an A record with the addresses that were set last, and all others with
// nothing. Answers may be kept for no time.
class NameServer {
 public:
  NameServer();
  ~NameServer();
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  // IPv4 addresses; thread-safe.
  void Set(std::vector<std::string> addresses);

  // A target of gRPC that asks this server for NAME:PORT.
  std::string TargetOf(const std::string& name) const;

 private:
  void Serve();
  // Empty for what is no question.
  std::string AnswerTo(const std::string& question);

  int socket_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> addresses_;
  std::thread thread_;
};

}  // namespace jixiao::testing
