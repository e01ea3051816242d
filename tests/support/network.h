// Networks and disks of a test's own, in namespaces of the kernel: nothing outside of them changes.
#pragma once

#include "support/cluster.h"
#include "support/process.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace jixiao::testing {

// Why this machine lets no test make namespaces; empty when it does.
std::string WhyNoNamespaces();

// Runs the test that calls it once more, in a network of its own where only loopback is, and answers with false; in
// that other run, true. It has to be the first thing that a test does.
bool InOwnNetwork();

// Another machine, one wire away. Only within InOwnNetwork.
class RemoteMachine {
 public:
  RemoteMachine();

  // For a server that is to run there.
  Place place() const;
  // The wire is cut without a word to either side, as a broken switch would, and mended.
  void Cut();
  void Mend();

 private:
  std::vector<std::string> Inside(std::vector<std::string> command) const;

  std::unique_ptr<Process> holder_;  // of the namespace
};

// A small disk that holds a copy of `folder` and lies over it, for the servers that its launcher runs.
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path folder, int megabytes);

  const std::vector<std::string>& launcher() const { return launcher_; }
  // Leaves no room; makes room again.
  void Fill();
  void MakeRoom();
  // `file` of the folder as it is on this disk.
  std::filesystem::path Inside(const std::string& file) const;

 private:
  const std::filesystem::path folder_;
  std::unique_ptr<Process> holder_;
  std::vector<std::string> launcher_;
};

}  // namespace jixiao::testing
