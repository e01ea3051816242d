// The rows of table requests: the answers that repeats of a request get.
#pragma once

#include "common/store/database.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jixiao::intake {

// The answer to an earlier request of the same id; ALREADY_EXISTS (REQUEST_ID_REUSED) when that request said something
// else.
absl::StatusOr<std::optional<std::string>> EarlierAnswer(store::Database& db, std::string_view method,
                                                         std::string_view request_id, std::string_view digest);

// The same for many requests of a method at once, each found again by its id.
class EarlierAnswers {
 public:
  static absl::StatusOr<EarlierAnswers> Find(store::Database& db, std::string_view method,
                                             std::span<const std::string_view> request_ids);

  absl::StatusOr<std::optional<std::string>> To(std::string_view request_id, std::string_view digest) const;
  bool Has(std::string_view request_id) const { return answers_.contains(request_id); }
  // An answer that has been saved since.
  void Put(std::string_view request_id, std::string_view digest, std::string_view answer);

 private:
  struct Stored {
    std::string digest;
    std::string answer;
  };
  std::map<std::string, Stored, std::less<>> answers_;
};

// A row of table requests.
struct AnswerRow {
  std::string request_id;
  std::string digest;
  std::string answer;
  std::int64_t time = 0;
};
absl::Status SaveAnswers(store::Database& db, std::string_view method, std::span<const AnswerRow> answers);

absl::Status SaveAnswer(store::Database& db, std::string_view method, std::string_view request_id,
                        std::string_view digest, std::string_view answer, std::int64_t now);

}  // namespace jixiao::intake
