#include "support/log_history.h"

#include "support/calls.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace jixiao::testing {
namespace {

namespace log = archiving::log;
using namespace archiving::v1;

log::Hash HashFrom(const std::string& bytes) {
  log::Hash hash{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

std::vector<log::Hash> PathFrom(const google::protobuf::RepeatedPtrField<std::string>& path) {
  std::vector<log::Hash> out;
  for (const std::string& bytes : path) out.push_back(HashFrom(bytes));
  return out;
}

}  // namespace

LogHistory::LogHistory(const std::string& verifier_key, std::string origin)
    : verifier_(log::Verifier::Parse(verifier_key).value()), origin_(std::move(origin)) {}

void LogHistory::Saw(const std::string& note) {
  const auto checkpoint = log::OpenCheckpoint(note, verifier_, origin_);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const std::lock_guard lock(mutex_);
  const auto [known, fresh] = heads_.emplace(checkpoint->size, checkpoint->root);
  EXPECT_TRUE(fresh || known->second == checkpoint->root) << "two trees of " << checkpoint->size << " leaves";
}

void LogHistory::Acknowledged(const std::string& key, const LogProof& proof) {
  Saw(proof.checkpoint());
  const std::lock_guard lock(mutex_);
  const auto [known, fresh] = records_.emplace(key, proof.index());
  EXPECT_TRUE(fresh || known->second == proof.index()) << key << " is archived twice";
}

void LogHistory::Check(ArchivingService::Stub& archive) {
  CheckHeads(archive);
  CheckRecords(archive);
}

void LogHistory::CheckHeads(ArchivingService::Stub& archive) {
  GetTreeHeadResponse head;
  grpc::ClientContext context;
  Within(context);
  ASSERT_TRUE(archive.GetTreeHead(&context, GetTreeHeadRequest(), &head).ok());
  if (head.checkpoint().empty()) {
    EXPECT_TRUE(heads_.empty()) << "all heads are gone";
    return;
  }
  Saw(head.checkpoint());
  const log::Checkpoint last = log::OpenCheckpoint(head.checkpoint(), verifier_, origin_).value();
  EXPECT_EQ(heads_.rbegin()->first, last.size) << "a head is gone";
  for (const auto& [size, root] : heads_) {
    GetConsistencyProofRequest request;
    request.set_old_size(size);
    request.set_new_size(last.size);
    GetConsistencyProofResponse proof;
    grpc::ClientContext asking;
    Within(asking);
    ASSERT_TRUE(archive.GetConsistencyProof(&asking, request, &proof).ok());
    EXPECT_TRUE(log::VerifyConsistency(size, last.size, root, last.root, PathFrom(proof.path())))
        << "the head of " << size << " leaves was another log's";
  }
}

void LogHistory::CheckRecords(ArchivingService::Stub& archive) {
  for (const auto& [key, index] : records_) {
    GetRecordRequest request;
    request.set_name(key);
    GetRecordResponse record;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = archive.GetRecord(&context, request, &record);
    ASSERT_TRUE(status.ok()) << key << " was acknowledged: " << Read(status).Describe();
    EXPECT_EQ(record.proof().index(), index) << key;
    const log::Checkpoint head = log::OpenCheckpoint(record.proof().checkpoint(), verifier_, origin_).value();
    const log::Hash leaf =
        log::HashLeaf({reinterpret_cast<const std::uint8_t*>(record.leaf().data()), record.leaf().size()});
    EXPECT_TRUE(log::VerifyInclusion(index, head.size, leaf, PathFrom(record.proof().path()), head.root)) << key;
  }
}

}  // namespace jixiao::testing
