#include "intake/store/sql_requests.h"

#include "common/errors.h"
#include "common/store/inserts.h"
#include "common/store/look_ups.h"

#include <utility>

namespace jixiao::intake {

using store::Blob;
using store::Database;
using store::Statement;

namespace {

absl::Status Reused() {
  return Error(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
               "request_id was used for another request; take a new one for new content");
}

}  // namespace

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
  if (answer && earlier_digest != digest) return Reused();
  return answer;
}

absl::StatusOr<EarlierAnswers> EarlierAnswers::Find(Database& db, std::string_view method,
                                                    std::span<const std::string_view> request_ids) {
  static const store::LookUps kAnswers(
      "SELECT request_id, digest, answer FROM requests WHERE method = ? AND request_id = ?");
  EarlierAnswers found;
  RETURN_IF_ERROR(kAnswers.ForEach(
      db, request_ids, [&](const Statement& row) { found.Put(row.TextView(0), row.TextView(1), row.BlobBytes(2)); },
      method));
  return found;
}

absl::StatusOr<std::optional<std::string>> EarlierAnswers::To(std::string_view request_id,
                                                              std::string_view digest) const {
  const auto at = answers_.find(request_id);
  if (at == answers_.end()) return std::nullopt;
  if (at->second.digest != digest) return Reused();
  return at->second.answer;
}

void EarlierAnswers::Put(std::string_view request_id, std::string_view digest, std::string_view answer) {
  answers_.insert_or_assign(std::string(request_id), Stored{std::string(digest), std::string(answer)});
}

absl::Status SaveAnswers(Database& db, std::string_view method, std::span<const AnswerRow> answers) {
  static const store::Inserts kAnswers("INSERT INTO requests VALUES", 5);
  return kAnswers.Run(db, answers, [&](const AnswerRow& row, const auto& put) {
    put(method);
    put(row.request_id);
    put(row.digest);
    put(Blob{row.answer});
    put(row.time);
  });
}

absl::Status SaveAnswer(Database& db, std::string_view method, std::string_view request_id, std::string_view digest,
                        std::string_view answer, std::int64_t now) {
  return db.Run("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", method, request_id, digest, Blob{answer}, now);
}

}  // namespace jixiao::intake
