#include "support/network.h"

#include "support/calls.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

namespace jixiao::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr char kInside[] = "JIXIAO_TEST_NETWORK";
constexpr char kHere[] = "10.77.0.1";
constexpr char kThere[] = "10.77.0.2";
// A locally administered address that no interface has.
constexpr char kNobody[] = "02:00:00:00:00:77";

// Runs to its end; what it says when it fails is thrown.
void Do(const std::vector<std::string>& command) {
  std::string pattern = (fs::temp_directory_path() / "jixiao-command-XXXXXX").string();
  close(mkstemp(pattern.data()));
  const auto end = Process::Start(command, pattern)->Wait(seconds(10));
  std::ifstream in(pattern);
  const std::string said(std::istreambuf_iterator<char>(in), {});
  fs::remove(pattern);
  if (end == 0) return;
  std::string line;
  for (const std::string& word : command) line += word + " ";
  throw std::runtime_error(line + "fails: " + said);
}

// Without root, a user namespace gives the rights within.
std::vector<std::string> Unshare(const std::string& what) {
  std::vector<std::string> command = {"/usr/bin/unshare", what};
  if (getuid() != 0) command.insert(command.end(), {"--user", "--map-current-user", "--keep-caps"});
  command.push_back("--");
  return command;
}

std::vector<std::string> Join(std::vector<std::string> front, const std::vector<std::string>& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

std::string NamespaceOf(pid_t process, const std::string& kind) {
  return "/proc/" + std::to_string(process) + "/ns/" + kind;
}

// Starts `command` in a namespace of this kind and waits until it is there.
std::unique_ptr<Process> Hold(const std::string& kind, const std::string& option, std::vector<std::string> command) {
  auto holder = Process::Start(Join(Unshare(option), command), "/dev/null");
  const auto entered = [&] {
    std::error_code error;
    const fs::path theirs = fs::read_symlink(NamespaceOf(holder->pid(), kind), error);
    return !error && theirs != fs::read_symlink(NamespaceOf(getpid(), kind));
  };
  if (!Eventually(entered, seconds(5))) throw std::runtime_error("no namespace is made");
  return holder;
}

}  // namespace

std::string WhyNoNamespaces() {
  for (const char* program : {"/usr/bin/unshare", "/usr/bin/nsenter"})
    if (!fs::exists(program)) return std::string(program) + " is missing";
  for (const char* what : {"--net", "--mount"})
    if (Process::Start(Join(Unshare(what), {"/bin/true"}), "/dev/null")->Wait(seconds(10)) != 0)
      return std::string("unshare ") + what + " is not permitted here";
  return "";
}

bool InOwnNetwork() {
  if (std::getenv(kInside) != nullptr) {
    Do({"/usr/sbin/ip", "link", "set", "lo", "up"});
    return true;
  }
  const auto& test = *::testing::UnitTest::GetInstance()->current_test_info();
  const std::string name = std::string(test.test_suite_name()) + "." + test.name();
  std::string output = (fs::temp_directory_path() / "jixiao-network-XXXXXX").string();
  close(mkstemp(output.data()));
  const auto end =
      Process::Start(Join(Unshare("--net"), {"/usr/bin/env", std::string(kInside) + "=1",
                                             fs::read_symlink("/proc/self/exe").string(), "--gtest_filter=" + name}),
                     output)
          ->Wait(std::chrono::minutes(4));
  std::ifstream in(output);
  std::cout << in.rdbuf();
  fs::remove(output);
  EXPECT_EQ(end, 0) << name << " fails in a network of its own";
  return false;
}

RemoteMachine::RemoteMachine() : holder_(Hold("net", "--net", {"/bin/sleep", "600"})) {
  const std::string id = std::to_string(holder_->pid());
  Do({"/usr/sbin/ip", "link", "add", "jixiao0", "type", "veth", "peer", "name", "jixiao1", "netns", id});
  Do({"/usr/sbin/ip", "address", "add", std::string(kHere) + "/24", "dev", "jixiao0"});
  Do({"/usr/sbin/ip", "link", "set", "jixiao0", "up"});
  Do(Inside({"/usr/sbin/ip", "link", "set", "lo", "up"}));
  Do(Inside({"/usr/sbin/ip", "address", "add", std::string(kThere) + "/24", "dev", "jixiao1"}));
  Do(Inside({"/usr/sbin/ip", "link", "set", "jixiao1", "up"}));
}

std::vector<std::string> RemoteMachine::Inside(std::vector<std::string> command) const {
  return Join({"/usr/bin/nsenter", "--net=" + NamespaceOf(holder_->pid(), "net"), "--"}, command);
}

Place RemoteMachine::place() const {
  return {kThere, Inside({})};
}

// What goes to a hardware address that nobody has is dropped where it arrives.
void RemoteMachine::Cut() {
  Do({"/usr/sbin/ip", "neighbour", "replace", kThere, "lladdr", kNobody, "dev", "jixiao0", "nud", "permanent"});
  Do(Inside({"/usr/sbin/ip", "neighbour", "replace", kHere, "lladdr", kNobody, "dev", "jixiao1", "nud", "permanent"}));
}

void RemoteMachine::Mend() {
  Do({"/usr/sbin/ip", "neighbour", "delete", kThere, "dev", "jixiao0"});
  Do(Inside({"/usr/sbin/ip", "neighbour", "delete", kHere, "dev", "jixiao1"}));
}

SmallDisk::SmallDisk(fs::path folder, int megabytes) : folder_(std::move(folder)) {
  // The copy is made in a folder of the new disk's own, which then takes the place of the first.
  const std::string script =
      "mount -t tmpfs -o size=" + std::to_string(megabytes) +
      "m none /mnt && cp -a \"$0\"/. /mnt/ && mount --bind /mnt \"$0\" && touch \"$0\"/.small && "
      "exec sleep 600";
  holder_ = Hold("mnt", "--mount", {"/bin/sh", "-c", script, folder_.string()});
  if (!Eventually([&] { return fs::exists(Inside(".small")); }, seconds(10)))
    throw std::runtime_error("no small disk is mounted");
  launcher_ = {"/usr/bin/nsenter"};
  if (getuid() != 0)
    launcher_.insert(launcher_.end(), {"--user=" + NamespaceOf(holder_->pid(), "user"), "--preserve-credentials"});
  launcher_.insert(launcher_.end(), {"--mount=" + NamespaceOf(holder_->pid(), "mnt"), "--"});
}

fs::path SmallDisk::Inside(const std::string& file) const {
  return "/proc/" + std::to_string(holder_->pid()) + "/root" + (folder_ / file).string();
}

void SmallDisk::Fill() {
  for (const std::size_t size : {std::size_t{1} << 20, std::size_t{4096}, std::size_t{1}}) {
    std::ofstream out(Inside("filler"), std::ios::binary | std::ios::app);
    const std::string block(size, 'x');
    while (out.write(block.data(), static_cast<std::streamsize>(size)) && out.flush()) continue;
  }
}

void SmallDisk::MakeRoom() {
  fs::remove(Inside("filler"));
}

}  // namespace jixiao::testing
