#include "intake/store/sql_expiry.h"

#include "intake/store/sql_heads.h"

#include <optional>
#include <string>
#include <utility>

namespace jixiao::intake {
namespace {

using store::Database;
using store::Statement;

struct OldRequest {
  RequestPosition key;
  std::string answer;
};

// While a submission is on its way, a repeat of the request that brought it must find its answer: otherwise the same
// form would be taken in twice. Other requests change only what is there, and its state guards that.
absl::StatusOr<bool> MayBeForgotten(Database& db, const OldRequest& request) {
  if (request.key.method != "SubmitEvaluation") return true;
  v1::SubmitEvaluationResponse answer;
  if (!answer.ParseFromString(request.answer)) return true;  // nobody could be answered with it
  ASSIGN_OR_RETURN(const std::optional<SubmissionRow> head, FindHead(db, answer.receipt().submission()));
  return !head || IsAtRest(head->state);
}

}  // namespace

absl::StatusOr<std::vector<RequestPosition>> OldRequestsAtRest(Database& db, std::int64_t before,
                                                               const RequestPosition& after, std::int64_t limit,
                                                               ExpiryStep& step) {
  step.next = after;
  std::vector<OldRequest> old;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT time, method, request_id, answer FROM requests WHERE (time, method, request_id) > (?, ?, ?) AND time < ?"
      " ORDER BY time, method, request_id LIMIT ?",
      [&](const Statement& row) {
        old.push_back({{row.Int(0), row.Text(1), row.Text(2)}, row.BlobBytes(3)});
      },
      after.time, after.method, after.request_id, before, limit));
  std::vector<RequestPosition> removable;
  for (OldRequest& request : old) {
    ++step.examined;
    step.next = request.key;
    ASSIGN_OR_RETURN(const bool may, MayBeForgotten(db, request));
    if (may) removable.push_back(std::move(request.key));
  }
  return removable;
}

absl::Status RemoveRequests(Database& db, const std::vector<RequestPosition>& requests) {
  for (const RequestPosition& request : requests)
    RETURN_IF_ERROR(db.Run("DELETE FROM requests WHERE method = ? AND request_id = ? AND time = ?", request.method,
                           request.request_id, request.time));
  return absl::OkStatus();
}

}  // namespace jixiao::intake
