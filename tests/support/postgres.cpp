#include "support/postgres.h"

#include <libpq-fe.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

namespace jixiao::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kUser[] = "postgres";  // of the operating system

// Folder of the newest installed version's programs; empty when there is none.
std::string FindPrograms() {
  const std::filesystem::path versions = "/usr/lib/postgresql";
  std::string newest;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(versions, error)) {
    const std::string programs = (entry.path() / "bin").string();
    if (std::filesystem::exists(programs + "/initdb") && programs > newest) newest = programs;
  }
  return newest;
}

std::string Url(const std::string& host, int port, const std::string& database) {
  return "postgresql://jixiao@" + host + ":" + std::to_string(port) + "/" + database;
}

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

std::unique_ptr<PGconn, Finish> Connect(const std::string& host, int port) {
  return std::unique_ptr<PGconn, Finish>(PQconnectdb(Url(host, port, "postgres").c_str()));
}

std::vector<pid_t> ChildrenOf(pid_t process) {
  const std::string id = std::to_string(process);
  std::ifstream in("/proc/" + id + "/task/" + id + "/children");
  return {std::istream_iterator<pid_t>(in), {}};
}

void Run(const std::vector<std::string>& command, const std::filesystem::path& log) {
  const auto process = Process::Start(command, log);
  if (process->Wait(seconds(60)) != 0) throw std::runtime_error("failed, see " + log.string() + ": " + command.front());
}

}  // namespace

bool PrivatePostgres::Installed() {
  return !FindPrograms().empty();
}

std::unique_ptr<PrivatePostgres> PrivatePostgres::Start(const std::string& host, std::vector<std::string> launcher) {
  const std::string programs = FindPrograms();
  if (programs.empty()) return nullptr;
  std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-postgres-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder for PostgreSQL");
  return std::unique_ptr<PrivatePostgres>(new PrivatePostgres(programs, pattern, host, std::move(launcher)));
}

PrivatePostgres::PrivatePostgres(std::string programs, std::filesystem::path folder, std::string host,
                                 std::vector<std::string> launcher)
    : programs_(std::move(programs)),
      folder_(std::move(folder)),
      host_(std::move(host)),
      launcher_(std::move(launcher)),
      port_(FreePort()) {
  const std::filesystem::path log = folder_ / "log";
  if (getuid() == 0) Run({"/usr/bin/chown", kUser, folder_.string()}, log);
  Run(AsServer({programs_ + "/initdb", "--pgdata=" + (folder_ / "data").string(), "--username=jixiao", "--auth=trust",
                "--encoding=UTF8", "--no-locale", "--no-sync"}),
      log);
  if (host_ != "127.0.0.1")
    std::ofstream(folder_ / "data" / "pg_hba.conf", std::ios::app) << "host all all samenet trust\n";
  StartAgain();
}

PrivatePostgres::~PrivatePostgres() {
  if (server_ != nullptr) {
    server_->Kill(SIGINT);  // "fast": does not wait for clients
    (void)server_->Wait(seconds(10));
    server_.reset();
  }
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

// With the death signal set anew, which the kernel clears when the user changes.
std::vector<std::string> PrivatePostgres::AsServer(std::vector<std::string> command) const {
  if (getuid() != 0) return command;
  std::vector<std::string> out = {"/usr/bin/setpriv",
                                  std::string("--reuid=") + kUser,
                                  std::string("--regid=") + kUser,
                                  "--clear-groups",
                                  "--pdeathsig=QUIT",
                                  "--"};
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

void PrivatePostgres::StartAgain() {
  // It shares its cores and its disk with all that is tested or measured. As Debian sets it up, its vacuum takes half
  // of a core at any moment, and under load it writes a checkpoint every quarter of a minute.
  std::vector<std::string> command =
      AsServer({programs_ + "/postgres", "-D", (folder_ / "data").string(), "-c", "listen_addresses=" + host_, "-c",
                "port=" + std::to_string(port_), "-c", "unix_socket_directories=" + folder_.string(), "-c",
                "shared_buffers=64MB", "-c", "max_connections=100", "-c", "autovacuum_vacuum_cost_delay=20ms", "-c",
                "max_wal_size=4GB"});
  command.insert(command.begin(), launcher_.begin(), launcher_.end());
  server_ = Process::Start(command, folder_ / "log");
  WaitUntilReady();
}

void PrivatePostgres::Crash() {
  server_->Kill(SIGQUIT);  // "immediate": no checkpoint, recovery from the log at the next start
  if (!server_->Wait(seconds(10))) throw std::runtime_error("PostgreSQL does not end");
  server_.reset();
}

void PrivatePostgres::Freeze() {
  // Its first process first, so that it makes no new ones.
  server_->Kill(SIGSTOP);
  for (const pid_t child : ChildrenOf(server_->pid())) kill(child, SIGSTOP);
}

void PrivatePostgres::Thaw() {
  for (const pid_t child : ChildrenOf(server_->pid())) kill(child, SIGCONT);
  server_->Kill(SIGCONT);
}

void PrivatePostgres::WaitUntilReady() {
  const auto end = std::chrono::steady_clock::now() + seconds(30);
  while (PQstatus(Connect(host_, port_).get()) != CONNECTION_OK) {
    if (!server_->Running() || std::chrono::steady_clock::now() > end)
      throw std::runtime_error("PostgreSQL does not start, see " + (folder_ / "log").string());
    std::this_thread::sleep_for(milliseconds(30));
  }
}

std::string PrivatePostgres::CreateDatabase() {
  const std::string name = "jixiao" + std::to_string(++databases_);
  const auto connection = Connect(host_, port_);
  PGresult* const result = PQexec(connection.get(), ("CREATE DATABASE " + name).c_str());
  const bool made = PQresultStatus(result) == PGRES_COMMAND_OK;
  PQclear(result);
  if (!made) throw std::runtime_error(PQerrorMessage(connection.get()));
  return Url(host_, port_, name);
}

}  // namespace jixiao::testing
