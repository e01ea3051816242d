// `jixiao archive check-proof` against proofs made by the log's own library, and against every way to spoil them.
#include "archiving/log/merkle.h"
#include "common/encoding.h"
#include "support/paths.h"
#include "support/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace jixiao {
namespace {

using archiving::log::Hash;
using archiving::log::NodeId;
using nlohmann::json;

class Nodes final : public archiving::log::NodeReader {
 public:
  absl::StatusOr<Hash> Node(NodeId id) const override { return nodes.at(id); }
  std::map<NodeId, Hash> nodes;
};

class CheckProof : public ::testing::Test {
 protected:
  static constexpr int kLeaves = 13;

  CheckProof() {
    folder_ = std::filesystem::temp_directory_path() / ("check-proof-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    archiving::log::Appender appender;
    for (std::uint8_t i = 0; i < kLeaves; ++i) {
      const std::vector<std::uint8_t> entry{i};
      leaves_.push_back(archiving::log::HashLeaf(entry));
      std::vector<archiving::log::NewNode> completed;
      appender.Append(leaves_.back(), &completed);
      for (const auto& node : completed) nodes_.nodes[node.id] = node.hash;
      roots_.push_back(appender.Root());
    }
  }
  ~CheckProof() override { std::filesystem::remove_all(folder_); }

  // The command's exit code for a proof.
  int Run(const std::string& text) {
    const std::filesystem::path file = folder_ / "proof.json";
    std::ofstream(file, std::ios::binary) << text;
    auto process = testing::Process::Start(
        {jixiao::paths::Binaries() + "/jixiao", "archive", "check-proof", file.string()}, folder_ / "log");
    return process->Wait(std::chrono::seconds(20)).value_or(-1);
  }
  int Run(const json& proof) { return Run(proof.dump()); }

  static json Path(const std::vector<Hash>& path) {
    json out = json::array();
    for (const Hash& hash : path) out.push_back(Base64(hash));
    return out;
  }

  json Inclusion(std::int64_t index) const {
    return {{"leafIdx", index},
            {"treeSize", kLeaves},
            {"root", Base64(roots_.back())},
            {"leafHash", Base64(leaves_[static_cast<std::size_t>(index)])},
            {"proof", Path(*archiving::log::InclusionProof(index, kLeaves, nodes_))}};
  }

  json Consistency(std::int64_t old_size) const {
    return {{"size1", old_size},
            {"size2", kLeaves},
            {"root1", Base64(roots_[static_cast<std::size_t>(old_size - 1)])},
            {"root2", Base64(roots_.back())},
            {"proof", Path(*archiving::log::ConsistencyProof(old_size, kLeaves, nodes_))}};
  }

  std::filesystem::path folder_;
  Nodes nodes_;
  std::vector<Hash> leaves_;
  std::vector<Hash> roots_;
};

TEST_F(CheckProof, ProofsOfTheLogHold) {
  for (const int index : {0, 5, kLeaves - 1}) EXPECT_EQ(Run(Inclusion(index)), 0) << index;
  for (const int size : {1, 8, kLeaves - 1, kLeaves}) EXPECT_EQ(Run(Consistency(size)), 0) << size;
}

TEST_F(CheckProof, ASingleLeafNeedsNoPath) {
  const json proof = {{"leafIdx", 0},
                      {"treeSize", 1},
                      {"root", Base64(leaves_[0])},
                      {"leafHash", Base64(leaves_[0])},
                      {"proof", nullptr}};
  EXPECT_EQ(Run(proof), 0);
}

TEST_F(CheckProof, EverySpoiltProofIsRefused) {
  const std::string other = Base64(leaves_[3]);
  std::vector<json> spoilt;
  for (const char* field : {"root", "leafHash"}) {
    spoilt.push_back(Inclusion(5));
    spoilt.back()[field] = other;
  }
  spoilt.push_back(Inclusion(5));
  spoilt.back()["leafIdx"] = 4;
  spoilt.push_back(Inclusion(5));
  spoilt.back()["leafIdx"] = -1;
  spoilt.push_back(Inclusion(5));
  spoilt.back()["treeSize"] = 0;
  spoilt.push_back(Inclusion(5));
  spoilt.back()["treeSize"] = std::numeric_limits<std::uint64_t>::max();
  spoilt.push_back(Inclusion(5));
  spoilt.back()["proof"].push_back(other);
  spoilt.push_back(Inclusion(5));
  spoilt.back()["proof"] = nullptr;
  spoilt.push_back(Inclusion(5));
  spoilt.back()["root"] = "AAAA";
  spoilt.push_back(Inclusion(5));
  spoilt.back()["leafIdx"] = "5";
  for (const char* field : {"root1", "root2"}) {
    spoilt.push_back(Consistency(8));
    spoilt.back()[field] = other;
  }
  spoilt.push_back(Consistency(8));
  spoilt.back()["size1"] = 7;
  spoilt.push_back(Consistency(8));
  spoilt.back()["size1"] = 0;
  spoilt.push_back(Consistency(8));
  spoilt.back()["proof"].erase(0);
  spoilt.push_back(json::object());
  spoilt.push_back(json::array());
  for (const json& proof : spoilt) EXPECT_EQ(Run(proof), 1) << proof;
  EXPECT_EQ(Run(std::string("not json")), 1);
}

}  // namespace
}  // namespace jixiao
