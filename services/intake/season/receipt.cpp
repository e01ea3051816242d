#include "intake/season/receipt.h"

#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

namespace jixiao::season {
namespace {

using intake::v1::Reservation;

constexpr std::string_view kHead = "jixiao-reservation-v1";
constexpr std::string_view kClock = "system clock of the intake server, UTC, read when the reservation was committed";

absl::Status Malformed(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "RECEIPT_INVALID", Cat("malformed receipt: ", why));
}

// The moment that FormatUtc writes so; nothing for any other text.
std::optional<std::int64_t> ParseUtc(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.ddddddZ";
  if (text.size() != kShape.size()) return std::nullopt;
  std::array<int, 7> parts{};
  std::size_t part = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kShape[i] == 'd') {
      if (text[i] < '0' || text[i] > '9') return std::nullopt;
      parts[part] = parts[part] * 10 + (text[i] - '0');
    } else {
      if (text[i] != kShape[i]) return std::nullopt;
      if (i + 1 < text.size()) ++part;
    }
  }
  using namespace std::chrono;
  const year_month_day date{year(parts[0]), month(static_cast<unsigned>(parts[1])),
                            day(static_cast<unsigned>(parts[2]))};
  if (!date.ok()) return std::nullopt;
  const auto time = sys_days(date) + hours(parts[3]) + minutes(parts[4]) + seconds(parts[5]) + microseconds(parts[6]);
  const std::int64_t micros = duration_cast<microseconds>(time.time_since_epoch()).count();
  return FormatUtc(micros) == text ? std::optional(micros) : std::nullopt;
}

}  // namespace

absl::StatusOr<std::string> ReceiptText(const Reservation& reservation) {
  for (const std::string* text : {&reservation.unit().name(), &reservation.unit().code(), &reservation.form_digest()})
    if (!IsUtf8(*text) ||
        std::any_of(text->begin(), text->end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
      return InvalidField("RESERVATION_INVALID", "unit", "no control characters, UTF-8");
  std::string text = Cat(kHead, "\nreservation: ", reservation.name(), "\ncampaign: ", reservation.campaign(),
                         "\nform: ", reservation.form_digest(), "\nunit: ", reservation.unit().name(), "\n");
  if (!reservation.unit().code().empty()) Append(text, "unit-code: ", reservation.unit().code(), "\n");
  Append(text, "time: ", FormatUtc(ToMicros(reservation.reserve_time())), "\nclock: ", kClock,
         "\ndue: ", FormatUtc(ToMicros(reservation.due_time())), "\n");
  if (reservation.has_content_due_time())
    Append(text, "content-due: ", FormatUtc(ToMicros(reservation.content_due_time())), "\n");
  return text;
}

absl::StatusOr<Reservation> OpenReceipt(std::string_view note, const archiving::log::Verifier& verifier) {
  ASSIGN_OR_RETURN(const std::string text, verifier.OpenNote(note));
  std::string_view rest = text;
  const auto line = [&rest] {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view front = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return front;
  };
  if (line() != kHead) return Malformed("it is signed by the key, but says something else than a reservation");
  Reservation reservation;
  while (!rest.empty()) {
    const std::string_view next = line();
    const std::size_t colon = next.find(": ");
    if (colon == std::string_view::npos) return Malformed("a line is not of the form name: value");
    const std::string_view name = next.substr(0, colon);
    const std::string value(next.substr(colon + 2));
    if (name == "reservation") {
      reservation.set_name(value);
    } else if (name == "campaign") {
      reservation.set_campaign(value);
    } else if (name == "form") {
      reservation.set_form_digest(value);
    } else if (name == "unit") {
      reservation.mutable_unit()->set_name(value);
    } else if (name == "unit-code") {
      reservation.mutable_unit()->set_code(value);
    } else if (name == "time" || name == "due" || name == "content-due") {
      const std::optional<std::int64_t> time = ParseUtc(value);
      if (!time) return Malformed("a time cannot be read");
      *(name == "time"  ? reservation.mutable_reserve_time()
        : name == "due" ? reservation.mutable_due_time()
                        : reservation.mutable_content_due_time()) = ToTimestamp(*time);
    }
  }
  // Exactly what would be signed for it: no line out of place, none twice.
  const auto again = ReceiptText(reservation);
  if (!again.ok() || *again != text) return Malformed("its lines are not those of a reservation");
  return reservation;
}

}  // namespace jixiao::season
