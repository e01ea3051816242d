// Online backup and restore with real servers: nothing that was acknowledged before a backup is missing from it, and
// what is missing from a restored set is found.
#include "support/forms.h"
#include "support/operation.h"
#include "support/submissions.h"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

namespace jixiao::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class BackupTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return (cluster_.folder() / name).string(); }

  void Create(const std::string& name) {
    const Ran ran = command_line_.Run({"backup", "create", Path(name)});
    ASSERT_EQ(ran.code, 0) << ran.output;
  }
  Ran Restore(const std::string& name, const std::vector<Server>& servers = {kServers.begin(), kServers.end()}) {
    std::vector<std::string> arguments{"backup", "restore", Path(name)};
    for (const Server server : servers)
      arguments.push_back("--" + NameOf(server) + "-store=" + cluster_.Database(server).string());
    return command_line_.Run(arguments);
  }
  Ran Check(const std::string& name, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"backup", "check", Path(name), "--key", Path("archive.key.pub")});
    return command_line_.Run(options);
  }

  // The disks are gone: stops everything and takes every file of the stores away.
  void LoseStores(const std::string& to) {
    for (const Server server : kServers) cluster_.Stop(server);
    fs::create_directories(Path(to));
    for (const Server server : kServers) {
      const fs::path database = cluster_.Database(server);
      std::vector<fs::path> gone;
      for (const auto& entry : fs::directory_iterator(database.parent_path()))
        if (entry.path().filename().string().starts_with(database.filename().string())) gone.push_back(entry.path());
      for (const fs::path& file : gone) fs::rename(file, fs::path(Path(to)) / file.filename());
    }
  }
  void StartAll() {
    for (const Server server : {Server::kScoring, Server::kArchiving, Server::kIntake}) cluster_.Start(server);
    for (const Server server : kServers) cluster_.WaitUntilServing(server);
  }
  // A tree head as somebody outside keeps it.
  std::string KeepHead(const std::string& name) {
    archiving::v1::GetTreeHeadResponse response;
    grpc::ClientContext context;
    Within(context);
    EXPECT_TRUE(cluster_.Archiving().GetTreeHead(&context, {}, &response).ok());
    std::ofstream(Path(name)) << response.checkpoint();
    return Path(name);
  }
  // Receipts as `jixiao submit --results` keeps them.
  void KeepReceipts(const std::string& name, const std::vector<intake::v1::Receipt>& receipts) {
    std::ofstream out(Path(name));
    for (std::size_t i = 0; i < receipts.size(); ++i)
      out << nlohmann::json{{"origin", "test:1"},
                            {"request_id", std::to_string(i)},
                            {"receipt",
                             {{"submission", receipts[i].submission()},
                              {"revision", receipts[i].revision()},
                              {"form_digest", receipts[i].form_digest()}}}}
                 .dump()
          << '\n';
  }

  Cluster cluster_;
  CommandLine command_line_{cluster_};
};

// Copies are made while forms come in, and restored after everything was lost.
TEST_F(BackupTest, NothingAcknowledgedIsMissingAfterALoss) {
  std::vector<intake::v1::Receipt> receipts;
  std::atomic<std::size_t> acknowledged{0};
  std::atomic<bool> stop{false};
  std::thread units([&] {
    for (std::uint64_t i = 0; !stop.load(); ++i) {
      receipts.push_back(Submit(cluster_, Variant(TestSeed() + i)));
      acknowledged.store(receipts.size());
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // what is handed in has to be archived before the end
    }
  });
  ASSERT_TRUE(Eventually([&] { return acknowledged.load() >= 30; }));
  const std::size_t before = acknowledged.load();
  const std::string head = KeepHead("head-before");
  Create("backup");
  const std::size_t during = acknowledged.load() - before;
  ASSERT_TRUE(Eventually([&] { return acknowledged.load() >= before + during + 5; }))
      << "units are served all the while";
  stop.store(true);
  units.join();
  const std::vector<intake::v1::Receipt> safe(receipts.begin(), receipts.begin() + static_cast<std::ptrdiff_t>(before));
  KeepReceipts("safe.jsonl", safe);
  KeepReceipts("all.jsonl", receipts);
  for (const auto& receipt : receipts) WaitFor(cluster_, receipt.submission());
  const std::string later = KeepHead("head-later");

  LoseStores("lost");
  ASSERT_EQ(Restore("backup").code, 0);
  StartAll();
  for (const auto& receipt : safe) {
    const auto submission = WaitFor(cluster_, receipt.submission());
    EXPECT_EQ(submission.form_digest(), receipt.form_digest());
  }
  const Ran proved = Check("backup", {"--head", head, "--receipts", Path("safe.jsonl")});
  EXPECT_EQ(proved.code, 0) << proved.output;
  EXPECT_THAT(proved.output, HasSubstr("一件不少"));
  EXPECT_THAT(proved.output, Not(HasSubstr("注意")));

  // What came after the backup is not there, and that is said, too.
  const Ran receipts_lost = Check("backup", {"--receipts", Path("all.jsonl")});
  EXPECT_EQ(receipts_lost.code, 1);
  EXPECT_THAT(receipts_lost.output, HasSubstr(receipts.back().submission()));
  const Ran head_lost = Check("backup", {"--head", later});
  EXPECT_EQ(head_lost.code, 1) << "the archive is not the continuation of a head that was given out: "
                               << head_lost.output;
}

// The archive of one backup under the intake of a later one: intake knows of records that the archive has not.
TEST_F(BackupTest, MixedBackupsAreFoundOut) {
  WaitFor(cluster_, Submit(cluster_, Variant(TestSeed())).submission());
  Create("old");
  const std::string name = Submit(cluster_, Variant(TestSeed() + 1)).submission();
  WaitFor(cluster_, name);
  Create("new");
  LoseStores("lost");
  ASSERT_EQ(Restore("new", {Server::kIntake, Server::kScoring}).code, 0);
  ASSERT_EQ(Restore("old", {Server::kArchiving}).code, 0);
  StartAll();
  const Ran ran = Check("new");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.output, HasSubstr("接收服务记为已归档、归档中没有的"));
  EXPECT_THAT(ran.output, HasSubstr(name));
  EXPECT_EQ(Check("new", {"--files"}).code, 0) << "the files themselves are right";
}

TEST_F(BackupTest, NeverOverAnythingAndNeverDamaged) {
  WaitFor(cluster_, Submit(cluster_, Variant(TestSeed())).submission());
  Create("backup");
  EXPECT_EQ(command_line_.Run({"backup", "create", Path("backup")}).code, 1) << "a folder with something in it";
  Ran ran = Restore("backup");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.output, HasSubstr("STORE_NOT_EMPTY"));
  // Nor where only a log is left, or the snapshot of a scoring server that knew more.
  LoseStores("lost");
  for (const auto& [server, suffix] : {std::pair(Server::kIntake, "-wal"), std::pair(Server::kScoring, ".snapshot")}) {
    const std::string left = cluster_.Database(server).string() + suffix;
    std::ofstream(left) << "something";
    EXPECT_THAT(Restore("backup").output, HasSubstr("STORE_NOT_EMPTY"));
    for (const Server other : kServers) EXPECT_FALSE(fs::exists(cluster_.Database(other))) << "all or nothing";
    fs::remove(left);
  }
  // One bit of one file.
  {
    std::fstream file(Path("backup/archiving.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(5000);
    const int byte = file.get();
    file.seekp(5000);
    file.put(static_cast<char>(byte ^ 1));
  }
  ran = Restore("backup");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.output, HasSubstr("BACKUP_DAMAGED"));
  for (const Server server : kServers) EXPECT_FALSE(fs::exists(cluster_.Database(server))) << "nothing of it is used";
  ran = Check("backup", {"--files"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.output, HasSubstr("archiving.db"));
  fs::remove(Path("backup/manifest.json"));
  EXPECT_THAT(Restore("backup").output, HasSubstr("BACKUP_INCOMPLETE"));
  EXPECT_EQ(fs::status(Path("backup")).permissions() & fs::perms::all, fs::perms::owner_all)
      << "it is all of the forms";
}

// The URL of the server's database, as it was started with.
std::string DatabaseUrl(Cluster& cluster, Server server) {
  std::ifstream in("/proc/" + std::to_string(cluster.process(server).pid()) + "/cmdline", std::ios::binary);
  const std::string prefix = "--store=";
  for (std::string word; std::getline(in, word, '\0');)
    if (word.starts_with(prefix)) return word.substr(prefix.size());
  ADD_FAILURE() << NameOf(server) << " has no store";
  return "";
}

// The commands that README gives for PostgreSQL.
TEST(PostgresBackupTest, DumpsAreProvedByTheSameCheck) {
  if (!PrivatePostgres::Installed()) GTEST_SKIP() << "PostgreSQL is not installed";
  Cluster cluster({.postgresql = true});
  CommandLine command_line(cluster);
  const auto path = [&](const std::string& name) { return (cluster.folder() / name).string(); };
  const auto run = [&](const std::vector<std::string>& command) {
    EXPECT_EQ(Process::Start(command, path("tools.log"))->Wait(std::chrono::seconds(60)), 0) << command.front();
  };
  std::map<Server, std::string> urls;
  for (const Server server : kServers) urls[server] = DatabaseUrl(cluster, server);
  const std::string name = Submit(cluster, Variant(TestSeed())).submission();
  WaitFor(cluster, name);
  const Ran created = command_line.Run({"backup", "create", path("backup")});
  ASSERT_EQ(created.code, 0) << created.output;
  EXPECT_THAT(created.output, HasSubstr("pg_dump"));
  for (const Server server : kServers)
    run({"/usr/bin/pg_dump", "--format=custom", "--file=" + path("backup/" + NameOf(server) + ".dump"), urls[server]});

  for (const Server server : kServers) cluster.Stop(server);
  for (const Server server : kServers) {
    run({"/usr/bin/psql", "--quiet", urls[server], "--command",
         "DROP SCHEMA IF EXISTS jixiao_search CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public"});
    // First nothing is restored: the servers begin anew, and that is noticed.
    cluster.Start(server);
  }
  for (const Server server : kServers) cluster.WaitUntilServing(server);
  const Ran lost = command_line.Run({"backup", "check", path("backup"), "--key", path("archive.key.pub")});
  EXPECT_EQ(lost.code, 1);
  EXPECT_THAT(lost.output, HasSubstr("records 0（备份时 1）"));

  for (const Server server : kServers) cluster.Stop(server);
  for (const Server server : kServers) {
    run({"/usr/bin/psql", "--quiet", urls[server], "--command",
         "DROP SCHEMA IF EXISTS jixiao_search CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public"});
    run({"/usr/bin/pg_restore", "--exit-on-error", "--dbname=" + urls[server],
         path("backup/" + NameOf(server) + ".dump")});
    cluster.Start(server);
  }
  for (const Server server : kServers) cluster.WaitUntilServing(server);
  const Ran proved = command_line.Run({"backup", "check", path("backup"), "--key", path("archive.key.pub")});
  EXPECT_EQ(proved.code, 0) << proved.output;
  EXPECT_EQ(WaitFor(cluster, name).archive_record(), "records/0");
}

// A server that is killed while it copies, and one copy at a time.
TEST_F(BackupTest, LeavesNothingBesideTheStore) {
  WaitFor(cluster_, Submit(cluster_, Variant(TestSeed())).submission());
  cluster_.Kill9(Server::kIntake);
  const std::string copy = cluster_.Database(Server::kIntake).string() + ".backup";
  std::ofstream(copy) << "half a copy";
  cluster_.Start(Server::kIntake);
  cluster_.WaitUntilServing(Server::kIntake);
  EXPECT_FALSE(fs::exists(copy));
  Create("backup");
  EXPECT_FALSE(fs::exists(copy));
}

}  // namespace
}  // namespace jixiao::testing
