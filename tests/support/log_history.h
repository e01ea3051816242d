// What the world was shown of an archive's log, to be held against it later.
#pragma once

#include "archiving/log/checkpoint.h"
#include "archiving/log/merkle.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace jixiao::testing {

// Every tree head that anybody saw, and every record that was acknowledged. A contradiction fails the test.
class LogHistory {
 public:
  LogHistory(const std::string& verifier_key, std::string origin);

  // Somebody was shown this tree head. Thread-safe.
  void Saw(const std::string& checkpoint);
  // Somebody was told that `key` is archived there. Thread-safe.
  void Acknowledged(const std::string& key, const archiving::v1::LogProof& proof);

  // Asks the archive: each head ever seen is a prefix of its newest one, which is none of an earlier moment; each
  // record is at its place, and its proof holds.
  void Check(archiving::v1::ArchivingService::Stub& archive);

  std::size_t heads() const { return heads_.size(); }
  // Indexes by key.
  const std::map<std::string, std::int64_t>& records() const { return records_; }

 private:
  void CheckHeads(archiving::v1::ArchivingService::Stub& archive);
  void CheckRecords(archiving::v1::ArchivingService::Stub& archive);

  const archiving::log::Verifier verifier_;
  const std::string origin_;
  std::mutex mutex_;
  std::map<std::int64_t, archiving::log::Hash> heads_;  // by size
  std::map<std::string, std::int64_t> records_;
};

}  // namespace jixiao::testing
