#include "intake/api/listing.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/rpc/wire.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/workflow/submission.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao::intake {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 500;
constexpr int kDefaultChanges = 200;
constexpr int kMaxChanges = 1000;
constexpr std::size_t kMaxText = 200;
constexpr std::size_t kMaxName = 1000;
constexpr std::string_view kTokenVersion = "1";
constexpr std::string_view kCursorVersion = "c";

std::optional<std::int64_t> ToNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

absl::Status PageOutOfRange(int most) {
  return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", most));
}

// What a token is bound to: the same filter of callers with the same scope has the same mark. Equal messages are equal
// bytes here.
std::string MarkOf(const v1::SubmissionFilter& filter, const Scope& scope) {
  std::string text = rpc::WriteString(filter);
  if (!scope.IsUnlimited()) Append(text, "\n", scope.Text());
  return DigestOf(text).substr(7, 16);
}

// Whether one of the two begins with the other.
bool Overlap(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

// Narrows the filter to the scope, so that the store reads by the index of what is the caller's alone, and never looks
// at a row of others that only the filter named.
void Narrow(const Scope& scope, SubmissionFilter& filter) {
  filter.scope = scope;
  const auto narrow = [](const std::vector<std::string>& allowed, std::string& name) {
    if (name.empty() && allowed.size() == 1) name = allowed.front();
  };
  narrow(scope.units, filter.unit);
  narrow(scope.departments, filter.department);
  if (scope.regions.size() == 1 && scope.regions.front().starts_with(filter.region))
    filter.region = scope.regions.front();
}

// Whether nothing that the filter takes in lies in its scope.
bool IsOutside(const SubmissionFilter& filter) {
  const Scope& scope = filter.scope;
  return (!filter.unit.empty() && !scope.IncludesUnit(filter.unit)) ||
         (!filter.department.empty() && !scope.IncludesDepartment(filter.department)) ||
         (!scope.regions.empty() &&
          std::ranges::none_of(scope.regions, [&](const auto& own) { return Overlap(own, filter.region); }));
}

// VERSION.MARK.ID.KEY
std::string TokenAt(const ListPosition& position, std::string_view mark) {
  return Cat(kTokenVersion, ".", mark, ".", position.id, ".", position.key);
}

absl::StatusOr<ListPosition> ReadToken(std::string_view token, std::string_view mark) {
  const auto fault = [](std::string what) { return InvalidField("PAGE_INVALID", "page_token", std::move(what)); };
  std::vector<std::string_view> parts;
  for (std::string_view rest = token; parts.size() < 4;) {
    const std::size_t end = parts.size() == 3 ? rest.size() : std::min(rest.find('.'), rest.size());
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const std::optional<std::int64_t> id = ToNumber(parts[2]);
  const bool key_fits = std::ranges::all_of(parts[3], [](char c) { return c >= '0' && c <= '9'; });
  if (parts[0] != kTokenVersion || !id || !key_fits) return fault("is not from an earlier answer");
  if (parts[1] != mark) return fault("is from an answer to another filter");
  return ListPosition{std::string(parts[3]), *id};
}

}  // namespace

absl::StatusOr<SubmissionFilter> ReadFilter(const v1::SubmissionFilter& filter, const Scope& scope) {
  std::vector<FieldViolation> faults;
  for (int i = 0; i < filter.states_size(); ++i)
    if (!v1::SubmissionState_IsValid(filter.states(i)))
      faults.push_back({Cat("filter.states[", i, "]"), "is not a state"});
  const std::string& region = filter.region_code();
  if (region.size() > 12 || !std::ranges::all_of(region, [](char c) { return c >= '0' && c <= '9'; }))
    faults.push_back({"filter.region_code", "at most 12 digits: the beginning of a division code"});
  if (filter.text().size() > kMaxText) faults.push_back({"filter.text", Cat("at most ", kMaxText, " bytes")});
  for (const auto& [name, value] : {std::pair{"filter.campaign", &filter.campaign()},
                                    std::pair{"filter.competent_department", &filter.competent_department()},
                                    std::pair{"filter.implementing_unit", &filter.implementing_unit()}})
    if (value->size() > kMaxName) faults.push_back({name, Cat("at most ", kMaxName, " bytes")});
  if (!faults.empty()) return InvalidFields("FILTER_INVALID", "there can be no such submissions", faults);
  SubmissionFilter out;
  out.campaign = filter.campaign();
  out.region = region;
  out.department = filter.competent_department();
  out.unit = filter.implementing_unit();
  out.year = filter.fiscal_year();
  for (const int state : filter.states()) out.states.push_back(static_cast<SubmissionState>(state));
  if (filter.has_late()) out.late = filter.late();
  if (filter.has_update_time_from()) out.updated_from = ToMicros(filter.update_time_from());
  if (filter.has_update_time_before()) out.updated_before = ToMicros(filter.update_time_before());
  out.text = filter.text();
  Narrow(scope, out);
  return out;
}

absl::StatusOr<std::int64_t> ReadCursor(const std::string& cursor) {
  if (cursor.empty()) return 0;
  const std::optional<std::int64_t> sequence =
      cursor.starts_with(kCursorVersion) ? ToNumber(std::string_view(cursor).substr(1)) : std::nullopt;
  if (!sequence) return InvalidField("CURSOR_INVALID", "cursor", "is not from an earlier answer");
  return *sequence;
}

std::string CursorAt(std::int64_t sequence) {
  return Cat(kCursorVersion, sequence);
}

void ToProto(const ChangedSubmission& change, v1::SubmissionChange& out) {
  out.set_cursor(CursorAt(change.step.sequence));
  out.set_revision(change.step.revision);
  out.set_state(change.step.state);
  *out.mutable_time() = ToTimestamp(change.step.time);
  out.set_note(change.step.note);
  ToProto(change.head, *out.mutable_submission());
}

absl::Status ListSubmissions(SubmissionStore& store, const Scope& scope, const v1::ListSubmissionsRequest& request,
                             v1::ListSubmissionsResponse& response) {
  if (request.page_size() < 0 || request.page_size() > kMaxPage) return PageOutOfRange(kMaxPage);
  v1::SubmissionFilter wanted = request.filter();
  if (request.states_size() > 0) {
    if (wanted.states_size() > 0) return InvalidField("FILTER_INVALID", "states", "not together with filter.states");
    for (int i = 0; i < request.states_size(); ++i)
      if (!v1::SubmissionState_IsValid(request.states(i)))
        return InvalidField("STATE_INVALID", Cat("states[", i, "]"), "is not a state");
    *wanted.mutable_states() = request.states();
  }
  ASSIGN_OR_RETURN(const SubmissionFilter filter, ReadFilter(wanted, scope));
  const std::string mark = MarkOf(wanted, scope);
  ListPosition after;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(after, ReadToken(request.page_token(), mark));
  }
  if (IsOutside(filter)) return absl::OkStatus();
  const int size = request.page_size() == 0 ? kDefaultPage : request.page_size();
  ASSIGN_OR_RETURN(const SubmissionPage page, store.List(filter, after, static_cast<std::size_t>(size)));
  for (const SubmissionRow& row : page.rows) ToProto(row, *response.add_submissions());
  if (page.more) response.set_next_page_token(TokenAt(page.next, mark));
  return absl::OkStatus();
}

absl::Status ListChanges(SubmissionStore& store, const Scope& scope, const v1::ListChangesRequest& request,
                         v1::ListChangesResponse& response) {
  if (request.page_size() < 0 || request.page_size() > kMaxChanges) return PageOutOfRange(kMaxChanges);
  ASSIGN_OR_RETURN(const SubmissionFilter filter, ReadFilter(request.filter(), scope));
  ASSIGN_OR_RETURN(const std::int64_t after, ReadCursor(request.cursor()));
  const int size = request.page_size() == 0 ? kDefaultChanges : request.page_size();
  ASSIGN_OR_RETURN(const ChangePage page, store.Changes(filter, after, static_cast<std::size_t>(size)));
  for (const ChangedSubmission& change : page.changes) ToProto(change, *response.add_changes());
  response.set_next_cursor(CursorAt(page.position));
  response.set_more(page.more);
  return absl::OkStatus();
}

}  // namespace jixiao::intake
