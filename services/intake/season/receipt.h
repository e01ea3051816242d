// The receipt of a reservation: a signed note (https://c2sp.org/signed-note) whose text is
//
//   jixiao-reservation-v1
//   reservation: reservations/0193…
//   campaign: campaigns/2025-project
//   form: sha256:…
//   unit: 某区教育局
//   unit-code: 106001
//   time: 2026-03-31T15:59:58.123456Z
//   clock: system clock of the intake server, UTC, read when the reservation was committed
//   due: 2026-03-31T15:59:59.999999Z
//   content-due: 2026-04-05T15:59:59.999999Z
//
// unit-code and content-due are left out when there is none.
#pragma once

#include "archiving/log/checkpoint.h"

#include "jixiao/intake/v1/campaign.pb.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::season {

// The note's text. INVALID_ARGUMENT when a name has a line break or another control character in it, or is no UTF-8.
absl::StatusOr<std::string> ReceiptText(const intake::v1::Reservation& reservation);

// The reservation in a receipt, once its signature verifies. UNAUTHENTICATED when it does not, INVALID_ARGUMENT when it
// is malformed.
absl::StatusOr<intake::v1::Reservation> OpenReceipt(std::string_view note, const archiving::log::Verifier& verifier);

}  // namespace jixiao::season
