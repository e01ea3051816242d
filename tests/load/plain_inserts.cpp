#include "load/plain_inserts.h"

#include "common/errors.h"

#include <algorithm>

namespace jixiao::load {

absl::StatusOr<std::unique_ptr<PlainInserts>> PlainInserts::Open(const std::string& address) {
  ASSIGN_OR_RETURN(auto database, store::Database::Open(address, store::Mode::kReadWrite));
  const store::Migration migration[] = {
      {1, "plain", "CREATE TABLE plain (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"}};
  RETURN_IF_ERROR(store::Migrate(*database, migration));
  ASSIGN_OR_RETURN(auto writer, store::GroupCommit::Start(std::move(database)));
  return std::unique_ptr<PlainInserts>(new PlainInserts(std::move(writer)));
}

absl::Status PlainInserts::Insert(std::int64_t first, const std::vector<std::string>& rows) {
  for (std::size_t at = 0; at < rows.size(); at += kGroup)
    RETURN_IF_ERROR(writer_->Run([&](store::Database& db) -> absl::Status {
      for (std::size_t i = at; i < std::min(rows.size(), at + kGroup); ++i)
        RETURN_IF_ERROR(
            db.Run("INSERT INTO plain VALUES (?, ?)", first + static_cast<std::int64_t>(i), store::Blob{rows[i]}));
      return absl::OkStatus();
    }));
  return absl::OkStatus();
}

}  // namespace jixiao::load
