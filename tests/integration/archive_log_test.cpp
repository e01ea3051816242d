// The log for those who watch it, with real servers and the command line: tiles, stand-alone proofs, witnesses, SM2,
// hash renewal, and two replicas on one PostgreSQL.
#include "archiving/log/checkpoint.h"
#include "archiving/log/merkle.h"
#include "archiving/log/tiles.h"
#include "support/archive_server.h"
#include "support/postgres.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "unit/temporary_folder.h"

namespace jixiao::testing {
namespace {

namespace fs = std::filesystem;
namespace log = archiving::log;
using namespace archiving::v1;
using ::testing::HasSubstr;

std::string TextOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::map<std::string, std::string> FilesIn(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[entry.path().lexically_relative(folder).string()] = TextOf(entry.path());
  return files;
}

grpc::Status Archive(ArchiveServer& server, const std::string& key, ArchiveRecordResponse* response = nullptr) {
  ArchiveRecordResponse ignored;
  const ArchiveRecordRequest request = ArchiveRequest(key);
  return Patiently([&](grpc::ClientContext& context) {
    return server.Archiving().ArchiveRecord(&context, request, response == nullptr ? &ignored : response);
  });
}

class ArchiveLog : public ::testing::TestWithParam<const char*> {
 protected:
  // Makes the witness's key first: the server is told of it.
  void StartServer(const std::string& algorithm) {
    ASSERT_TRUE(log::Signer::LoadOrCreate(Path("witness.key"), "witness.example/w1", log::KeyType::kCosigner).ok());
    server_ = std::make_unique<ArchiveServer>(
        folder_ / "", "archiving", "sqlite:" + Path("archive.db"),
        std::vector<std::string>{"--signing-algorithm=" + algorithm, "--witness=" + Path("witness.key.pub")});
  }
  void Fill(int count) {
    std::vector<std::thread> threads;  // together, so that they share commits
    std::atomic<int> next{records_};
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (int number = next++; number < records_ + count; number = next++)
          EXPECT_TRUE(Archive(*server_, "record/" + std::to_string(number)).ok());
      });
    for (std::thread& thread : threads) thread.join();
    records_ += count;
  }
  std::string Path(const std::string& name) const { return folder_ / name; }
  int Run(std::vector<std::string> arguments) {
    return RunArchiveCommand(server_->address(), std::move(arguments), folder_ / "", &last_);
  }
  int Witness() {
    return Run({"witness", "--name", "witness.example/w1", "--witness-key", Path("witness.key"), "--state",
                Path("state"), "--key", Path("archive.key.pub")});
  }

  TemporaryFolder folder_;
  std::unique_ptr<ArchiveServer> server_;
  std::string last_;
  int records_ = 0;
};

TEST_P(ArchiveLog, TilesAreTheSignedTree) {
  StartServer(GetParam());
  Fill(270);
  const std::string key = Path("archive.key.pub");
  ASSERT_EQ(Run({"tiles", "--out", Path("tiles"), "--key", key}), 0) << last_;
  const auto first = FilesIn(Path("tiles"));
  for (const char* name :
       {"checkpoint", "tile/0/000", "tile/0/001.p/14", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/14"})
    EXPECT_EQ(first.count(name), 1u) << name;
  EXPECT_EQ(first.size(), 6u);
  const log::TileReader tiles(
      270, [&](const log::TileName& tile) -> absl::StatusOr<std::string> { return first.at(log::PathOf(tile)); });
  const auto verifier = log::Verifier::Parse(server_->VerifierKey());
  const auto head = log::OpenCheckpoint(first.at("checkpoint"), *verifier, ArchiveServer::kOrigin);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(log::Root(270, tiles).value(), head->root);
  // Again: what is there stays as it is.
  Fill(5);
  ASSERT_EQ(Run({"tiles", "--out", Path("tiles"), "--key", key}), 0) << last_;
  EXPECT_THAT(last_, HasSubstr("新写 2 个文件"));
  const auto second = FilesIn(Path("tiles"));
  for (const auto& [name, content] : first) {
    if (name != "checkpoint") {
      EXPECT_EQ(second.at(name), content) << name;
    }
  }
  EXPECT_EQ(second.count("tile/0/001.p/19"), 1u);
  // A folder of another log is not gone on with.
  std::string other = second.at("tile/1/000.p/1");
  other[7] = static_cast<char>(other[7] ^ 1);
  std::ofstream(Path("tiles/tile/1/000.p/1"), std::ios::binary) << other;
  Fill(1);
  EXPECT_EQ(Run({"tiles", "--out", Path("tiles"), "--key", key}), 1) << last_;
  EXPECT_THAT(last_, HasSubstr("TILE_DAMAGED"));
}

TEST_P(ArchiveLog, AWitnessSignsOnlyWhatContinues) {
  StartServer(GetParam());
  const std::string key = Path("archive.key.pub");
  const std::string witness = Path("witness.key.pub");
  Fill(3);
  EXPECT_EQ(Run({"head", "--key", key, "--witness", witness}), 1) << "nobody has signed: " << last_;
  ASSERT_EQ(Witness(), 0) << last_;
  EXPECT_EQ(Run({"head", "--key", key, "--witness", witness}), 0) << last_;
  EXPECT_THAT(last_, HasSubstr("witness.example/w1"));
  ASSERT_EQ(Witness(), 0) << "the same head again: " << last_;
  Fill(4);
  ASSERT_EQ(Run({"proof", "records/1", "--as", "tlog-proof", "--cosignatures", "1"}), 0);
  std::ofstream(Path("proof"), std::ios::binary) << last_;
  EXPECT_THAT(last_, HasSubstr("c2sp.org/tlog-proof@v1\nextra "));
  EXPECT_THAT(last_, HasSubstr("\nindex 1\n"));
  ASSERT_EQ(Witness(), 0) << last_;
  // The package has the cosignature of the head that is newest now.
  ASSERT_EQ(Run({"export", "--all", "--as", "bagit", "--out", Path("season.zip")}), 0) << last_;
  EXPECT_EQ(Run({"verify", Path("season.zip"), "--key", key, "--witness", witness}), 0) << last_;
  EXPECT_EQ(Run({"verify", "records/2", "--key", key, "--witness", witness}), 0) << last_;
  // Offline, with nothing but the keys.
  server_->Kill9();
  EXPECT_EQ(Run({"check-proof", Path("proof"), "--key", key, "--witness", witness}), 0) << last_;
  EXPECT_EQ(Run({"check-proof", Path("proof"), "--key", key}), 0) << last_;
  EXPECT_EQ(Run({"check-proof", Path("proof"), "--key", key, "--witness", witness, "--quorum", "2"}), 1) << last_;
  EXPECT_EQ(Run({"check-proof", Path("proof")}), 2) << "without a key nothing is proven";
  std::string text = TextOf(Path("proof"));
  for (std::size_t i = 23; i < text.size(); i += 29) {
    std::string spoilt = text;
    spoilt[i] = static_cast<char>(spoilt[i] ^ 1);
    std::ofstream(Path("spoilt"), std::ios::binary) << spoilt;
    EXPECT_EQ(Run({"check-proof", Path("spoilt"), "--key", key, "--witness", witness}), 1) << i << ": " << last_;
  }
  // An archive that begins anew under the same key is a fork, and the witness keeps what shows it.
  fs::rename(Path("archive.db"), Path("old.db"));
  for (const char* more : {"archive.db-wal", "archive.db-shm"}) fs::remove(Path(more));
  server_->Start();
  server_->WaitUntilServing();
  EXPECT_TRUE(Archive(*server_, "another").ok());
  EXPECT_EQ(Witness(), 1) << "a smaller log: " << last_;
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(Archive(*server_, "another/" + std::to_string(i)).ok());
  EXPECT_EQ(Witness(), 1) << last_;
  EXPECT_THAT(last_, HasSubstr("CHECKPOINT_INCONSISTENT"));
  EXPECT_THAT(TextOf(Path("state.fork")), HasSubstr("old 7\n"));
}

TEST_P(ArchiveLog, ForeignWitnessesAnswerByFiles) {
  StartServer(GetParam());
  Fill(5);
  ASSERT_EQ(Run({"witness-request", "--old", "0"}), 0) << last_;
  EXPECT_TRUE(last_.starts_with("old 0\n\n")) << last_;
  std::ofstream(Path("request"), std::ios::binary) << last_;
  ASSERT_EQ(Run({"witness", "--name", "witness.example/w1", "--witness-key", Path("witness.key"), "--state",
                 Path("state"), "--key", Path("archive.key.pub"), "--request", Path("request")}),
            0)
      << last_;
  EXPECT_TRUE(last_.starts_with("— witness.example/w1 ")) << last_;
  std::ofstream(Path("answer"), std::ios::binary) << last_;
  EXPECT_EQ(Run({"cosign", Path("answer")}), 0) << last_;
  EXPECT_EQ(Run({"head", "--key", Path("archive.key.pub"), "--witness", Path("witness.key.pub")}), 0) << last_;
  // Nothing of a witness that nobody told the archive of, and nothing that does not verify.
  const auto stranger = log::Signer::LoadOrCreate(Path("stranger"), "witness.example/w2", log::KeyType::kCosigner);
  std::ofstream(Path("answer"), std::ios::binary) << stranger->SignatureLine("x\n", 1);
  EXPECT_EQ(Run({"cosign", Path("answer")}), 1);
  EXPECT_THAT(last_, HasSubstr("WITNESS_UNKNOWN"));
  const auto known = log::Signer::LoadOrCreate(Path("witness.key"), "witness.example/w1", log::KeyType::kCosigner);
  std::ofstream(Path("answer"), std::ios::binary) << known->SignatureLine("x\n", 1);
  EXPECT_EQ(Run({"cosign", Path("answer")}), 1);
  EXPECT_THAT(last_, HasSubstr("COSIGNATURE_INVALID"));
}

TEST_P(ArchiveLog, RenewedRecordsProveUnderBothFunctions) {
  StartServer(GetParam());
  const std::string key = Path("archive.key.pub");
  Fill(20);
  EXPECT_EQ(Run({"renew"}), 1) << last_;
  EXPECT_THAT(last_, HasSubstr("EPOCH_MISSING"));
  ASSERT_EQ(Run({"renew", "--hash", "sm3"}), 0) << last_;
  ASSERT_EQ(Run({"renew", "--hash", "sha512-256"}), 0) << last_;
  Fill(2);
  ASSERT_EQ(Run({"renew", "--state", "--format", "json"}), 0) << last_;
  EXPECT_EQ(nlohmann::json::parse(last_)["remaining"], "2");
  ASSERT_EQ(Run({"verify", "records/7", "--key", key}), 0) << last_;
  EXPECT_THAT(last_, HasSubstr("第 1 次散列换代（sm3）"));
  EXPECT_THAT(last_, HasSubstr("第 2 次散列换代（sha512-256）"));
  EXPECT_EQ(Run({"verify", "--all", "--key", key}), 0) << last_;
  ASSERT_EQ(Run({"export", "--all", "--as", "bagit", "--out", Path("season")}), 0) << last_;
  EXPECT_THAT(TextOf(Path("season/data/records/0000000007/proof.json")), HasSubstr("/epochs/2"));
  server_->Kill9();
  EXPECT_EQ(Run({"verify", Path("season"), "--key", key}), 0) << last_;
}

INSTANTIATE_TEST_SUITE_P(Keys, ArchiveLog, ::testing::Values("ed25519", "sm2"),
                         [](const auto& algorithm) { return std::string(algorithm.param); });

// Several replicas accept; the database lets one sequence at a time.
TEST(ArchiveReplicas, OneLogOnOneDatabase) {
  const auto postgres = PrivatePostgres::Start();
  if (postgres == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
  TemporaryFolder folder;
  const std::string url = postgres->CreateDatabase();
  std::vector<std::unique_ptr<ArchiveServer>> servers;
  for (const char* name : {"one", "other"}) servers.push_back(std::make_unique<ArchiveServer>(folder / "", name, url));
  EXPECT_EQ(servers[0]->VerifierKey(), servers[1]->VerifierKey());
  const auto verifier = log::Verifier::Parse(servers[0]->VerifierKey());
  constexpr int kKeys = 120;
  std::mutex mutex;
  std::map<std::string, std::set<std::int64_t>> places;
  std::map<std::int64_t, log::Hash> heads;
  std::atomic<int> failures{0};
  // Every key is handed to both, by two callers each, at about the same time.
  const auto run = [&](ArchiveServer& server, int from, int step) {
    for (int i = 0; i < kKeys; ++i) {
      const std::string key = "key/" + std::to_string((from + i * step) % kKeys);
      ArchiveRecordResponse response;
      if (!Archive(server, key, &response).ok()) {
        ++failures;
        continue;
      }
      const auto head = log::OpenCheckpoint(response.proof().checkpoint(), *verifier, ArchiveServer::kOrigin);
      ASSERT_TRUE(head.ok());
      const std::lock_guard lock(mutex);
      places[key].insert(response.proof().index());
      EXPECT_EQ(heads.emplace(head->size, head->root).first->second, head->root) << "a fork";
    }
  };
  std::vector<std::thread> threads;
  for (int caller = 0; caller < 2; ++caller)
    for (const auto& server : servers)
      threads.emplace_back([&, caller] { run(*server, caller * 60, caller == 0 ? 1 : 7); });
  // One of them dies in the middle, and comes back.
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  servers[1]->Kill9();
  servers[1]->Start();
  servers[1]->WaitUntilServing();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  ASSERT_EQ(places.size(), static_cast<std::size_t>(kKeys));
  std::set<std::int64_t> indexes;
  for (const auto& [key, found] : places) {
    EXPECT_EQ(found.size(), 1u) << key << " has two places";
    indexes.insert(found.begin(), found.end());
  }
  EXPECT_EQ(indexes.size(), static_cast<std::size_t>(kKeys));
  EXPECT_EQ(*indexes.rbegin(), kKeys - 1) << "no gaps";
  // Both renew at the same time, each a part.
  std::string output;
  auto other = Process::Start(ArchiveCommand(servers[1]->address(), {"renew", "--hash", "sm3"}), folder / "renew");
  EXPECT_EQ(RunArchiveCommand(servers[0]->address(), {"renew", "--hash", "sm3"}, folder / "", &output), 0) << output;
  EXPECT_EQ(other->Wait(std::chrono::seconds(60)), 0) << TextOf(folder / "renew");
  for (const auto& server : servers) {
    EXPECT_EQ(RunArchiveCommand(server->address(), {"verify", "--all", "--key", folder / "archive.key.pub"},
                                folder / "", &output),
              0)
        << output;
    GetTreeHeadResponse head;
    grpc::ClientContext context;
    Within(context);
    ASSERT_TRUE(server->Archiving().GetTreeHead(&context, GetTreeHeadRequest(), &head).ok());
    EXPECT_EQ(log::OpenCheckpoint(head.checkpoint(), *verifier, ArchiveServer::kOrigin)->size, kKeys);
    for (const auto& [size, root] : heads) {
      GetConsistencyProofRequest request;
      request.set_old_size(size);
      GetConsistencyProofResponse proof;
      grpc::ClientContext asking;
      Within(asking);
      ASSERT_TRUE(server->Archiving().GetConsistencyProof(&asking, request, &proof).ok());
      log::Hash old_root{};
      std::copy_n(proof.old_root_hash().begin(), old_root.size(), old_root.begin());
      EXPECT_EQ(old_root, root) << size;
    }
  }
}

}  // namespace
}  // namespace jixiao::testing
