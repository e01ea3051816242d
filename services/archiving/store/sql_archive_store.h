// The archive in SQL: in a file of SQLite, or in PostgreSQL.
#pragma once

#include "archiving/store/archive_store.h"
#include "common/store/contents.h"
#include "common/store/group_commit.h"

#include <memory>
#include <string>

namespace jixiao::archiving {

class SqlArchiveStore final : public ArchiveStore {
 public:
  // Opens or creates the database at `path`.
  static absl::StatusOr<std::unique_ptr<SqlArchiveStore>> Open(const std::string& path);

  absl::Status Write(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) override;
  absl::Status WriteRepeatably(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) override;
  absl::Status Read(absl::FunctionRef<absl::Status(const ArchiveReader&)> work) override;
  absl::Status Scrub() override;

  // What such a database holds: records, and the newest tree head.
  static absl::Status Count(store::Database& database, store::Contents& contents);

  store::GroupCommit& writer() { return *writer_; }

 private:
  SqlArchiveStore(std::unique_ptr<store::GroupCommit> writer, std::unique_ptr<store::ReadPool> readers)
      : writer_(std::move(writer)), readers_(std::move(readers)) {}

  std::unique_ptr<store::GroupCommit> writer_;
  std::unique_ptr<store::ReadPool> readers_;
};

}  // namespace jixiao::archiving
