#include "intake/store/sqlite_requests.h"

#include "common/errors.h"

#include <utility>

namespace jixiao::intake {

using store::Blob;
using store::Database;
using store::Statement;

absl::StatusOr<std::optional<std::string>> EarlierAnswer(Database& db, std::string_view method,
                                                         std::string_view request_id, std::string_view digest) {
  std::optional<std::string> answer;
  std::string earlier_digest;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT digest, answer FROM requests WHERE method = ? AND request_id = ?",
      [&](const Statement& row) {
        earlier_digest = row.Text(0);
        answer = row.BlobBytes(1);
      },
      method, request_id));
  if (answer && earlier_digest != digest)
    return Error(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                 "request_id was used for another request; take a new one for new content");
  return answer;
}

absl::Status SaveAnswer(Database& db, std::string_view method, std::string_view request_id, std::string_view digest,
                        std::string_view answer, std::int64_t now) {
  return db.Run("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", method, request_id, digest, Blob{answer}, now);
}

}  // namespace jixiao::intake
