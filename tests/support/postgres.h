// A PostgreSQL server of a test's own, never the system's.
#pragma once

#include "support/process.h"

#include <filesystem>
#include <memory>
#include <string>

namespace jixiao::testing {

// Runs on a free port of 127.0.0.1 with a temporary folder, and is gone with the object. As root, it runs as the user
// that Debian's package makes, because PostgreSQL refuses root.
class PrivatePostgres {
 public:
  static bool Installed();
  // Nothing when PostgreSQL is not installed; what cannot be started throws. It listens on `host`, and `launcher` runs
  // its command.
  static std::unique_ptr<PrivatePostgres> Start(const std::string& host = "127.0.0.1",
                                                std::vector<std::string> launcher = {});

  ~PrivatePostgres();
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;

  // Makes an empty database and answers with its URL.
  std::string CreateDatabase();

  // Ends the server at once, as a crash would, and starts it again on the same data and port.
  void Crash();
  void StartAgain();
  // Stops all its processes in their tracks, and lets them go on.
  void Freeze();
  void Thaw();

  int port() const { return port_; }

 private:
  PrivatePostgres(std::string programs, std::filesystem::path folder, std::string host,
                  std::vector<std::string> launcher);

  std::vector<std::string> AsServer(std::vector<std::string> command) const;
  void WaitUntilReady();

  const std::string programs_;  // folder of initdb and postgres
  const std::filesystem::path folder_;
  const std::string host_;
  const std::vector<std::string> launcher_;
  const int port_;
  int databases_ = 0;
  std::unique_ptr<Process> server_;
};

}  // namespace jixiao::testing
