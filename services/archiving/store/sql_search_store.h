// The search index in a database of its own beside the archive's, so that neither waits for the other's writer: another
// file for SQLite, another schema in the same PostgreSQL database.
#pragma once

#include "archiving/store/search_store.h"
#include "common/store/group_commit.h"

#include <memory>
#include <string>

namespace jixiao::archiving {

class SqlSearchStore final : public SearchStore {
 public:
  // Opens or creates the index of the archive at this address: for SQLite the file ADDRESS.search. A file that is
  // damaged, or of another version, is put aside for a new one: all that it says can be made again.
  static absl::StatusOr<std::unique_ptr<SqlSearchStore>> Open(const std::string& archive);

  // Whether what was found at the path had to be put aside.
  bool made_anew() const { return made_anew_; }

  absl::Status Write(absl::FunctionRef<absl::Status(SearchWriter&)> work) override;
  absl::Status Read(absl::FunctionRef<absl::Status(const SearchReader&)> work) override;
  absl::Status Scrub() override;

 private:
  SqlSearchStore(std::unique_ptr<store::GroupCommit> writer, std::unique_ptr<store::ReadPool> readers)
      : writer_(std::move(writer)), readers_(std::move(readers)) {}
  static absl::StatusOr<std::unique_ptr<SqlSearchStore>> OpenPostgres(const std::string& url);
  static absl::StatusOr<std::unique_ptr<SqlSearchStore>> OpenExisting(const std::string& path);

  std::unique_ptr<store::GroupCommit> writer_;
  std::unique_ptr<store::ReadPool> readers_;
  bool made_anew_ = false;
};

}  // namespace jixiao::archiving
