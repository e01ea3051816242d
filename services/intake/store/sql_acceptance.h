// Acceptance of forms: what SubmitEvaluation leaves in the database, inside the writer's transaction.
#pragma once

#include "common/store/database.h"
#include "intake/store/submission_store.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace jixiao::intake {

// Tells the moment of an acceptance: microseconds since 1970. Asked on the writer's thread, inside the transaction.
using Clock = std::function<std::int64_t()>;

// Accepts one form: the answer to its caller, serialised.
absl::StatusOr<std::string> AcceptIn(store::Database& db, const Acceptance& acceptance, std::int64_t now);

// Accepts forms in this order, looked up together and written by few statements; `answers` gets each one's outcome.
// Fails when one of them would have to be undone: then AcceptEach does, in a new transaction.
absl::Status AcceptTogether(store::Database& db, std::span<const Acceptance> acceptances, const Clock& clock,
                            std::vector<absl::StatusOr<std::string>>& answers);

// The same one by one, each undone alone when it fails; an error is that of the whole transaction.
absl::Status AcceptEach(store::Database& db, std::span<const Acceptance> acceptances, const Clock& clock,
                        std::vector<absl::StatusOr<std::string>>& answers);

}  // namespace jixiao::intake
