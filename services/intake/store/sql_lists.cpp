#include "intake/store/sql_lists.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/store/sql_heads.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

namespace jixiao::intake {
namespace {

using store::Database;
using store::Statement;

// Rows read by one statement, and looked at by one call. A filter that no index serves (a piece of a name, say) looks
// at this many and hands back where it stands, so that no call is long and no reader holds up a checkpoint.
constexpr std::int64_t kChunk = 256;
constexpr std::int64_t kBudget = 8192;

// The index that a filter is read by: the one that leaves least to look at. The rest of the filter is tried on each
// row.
enum class Lead { kUnit, kDepartment, kCampaign, kUpdated, kRegion, kLate, kState, kYear, kAll };

Lead LeadOf(const SubmissionFilter& filter) {
  if (!filter.unit.empty()) return Lead::kUnit;
  if (filter.updated_from || filter.updated_before) return Lead::kUpdated;
  if (!filter.region.empty()) return Lead::kRegion;
  if (!filter.department.empty()) return Lead::kDepartment;
  if (!filter.campaign.empty()) return Lead::kCampaign;
  if (filter.late.value_or(false)) return Lead::kLate;
  if (!filter.states.empty()) return Lead::kState;
  return filter.year != 0 ? Lead::kYear : Lead::kAll;
}

// One past the last string that begins with `prefix`: division codes are digits, so that ':' ends their range.
std::string EndOf(std::string_view prefix) {
  return Cat(prefix, ":");
}

std::int64_t ToInt(std::string_view text, std::int64_t otherwise) {
  std::int64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// What stands behind kHeadColumns.
std::string_view ConditionOf(Lead lead) {
  switch (lead) {
    case Lead::kUnit:
      return "WHERE implementing_unit = ? AND id > ? ORDER BY id LIMIT ?";
    case Lead::kDepartment:
      return "WHERE competent_department = ? AND id > ? ORDER BY id LIMIT ?";
    case Lead::kCampaign:
      return "WHERE campaign = ? AND state = ? AND id > ? ORDER BY id LIMIT ?";
    case Lead::kUpdated:
      return "WHERE update_time > ? AND update_time < ? ORDER BY update_time, id LIMIT ?";
    case Lead::kRegion:
      return "WHERE region_code > ? AND region_code < ? ORDER BY region_code, id LIMIT ?";
    case Lead::kLate:
      return "WHERE late = 1 AND id > ? ORDER BY id LIMIT ?";
    case Lead::kState:
      return "WHERE state = ? AND id > ? ORDER BY id LIMIT ?";
    case Lead::kYear:
      return "WHERE fiscal_year = ? AND id > ? ORDER BY id LIMIT ?";
    case Lead::kAll:
      break;
  }
  return "WHERE id > ? ORDER BY id LIMIT ?";
}

// The same for the rest of the rows that share the key of the last one, which come before those of greater keys. As one
// comparison of pairs SQLite would read all rows of that key again for every page.
std::string_view ConditionOfRest(Lead lead) {
  return lead == Lead::kUpdated ? "WHERE update_time = ? AND id > ? ORDER BY id LIMIT ?"
                                : "WHERE region_code = ? AND id > ? ORDER BY id LIMIT ?";
}

std::string StatementOf(Lead lead) {
  return Cat(kHeadColumns, ConditionOf(lead));
}

// The states that a list by state goes through one by one; the index has them apart.
std::vector<SubmissionState> StatesOf(const SubmissionFilter& filter) {
  std::vector<SubmissionState> states = filter.states;
  if (states.empty())
    for (int i = 0; i < v1::SubmissionState_ARRAYSIZE; ++i)
      if (v1::SubmissionState_IsValid(i)) states.push_back(static_cast<SubmissionState>(i));
  std::ranges::sort(states);
  states.erase(std::unique(states.begin(), states.end()), states.end());
  return states;
}

// The next rows behind `after` in the order of the lead, not yet filtered: kChunk, or fewer at the end.
absl::StatusOr<std::vector<SubmissionRow>> ReadChunk(Database& db, const SubmissionFilter& filter, Lead lead,
                                                     const ListPosition& after) {
  std::vector<SubmissionRow> rows;
  const auto keep = [&](const Statement& row) { rows.push_back(ReadHead(row)); };
  const std::string sql = StatementOf(lead);
  const std::string rest = Cat(kHeadColumns, ConditionOfRest(lead));
  switch (lead) {
    case Lead::kUnit:
      RETURN_IF_ERROR(db.ForEach(sql, keep, filter.unit, after.id, kChunk));
      break;
    case Lead::kDepartment:
      RETURN_IF_ERROR(db.ForEach(sql, keep, filter.department, after.id, kChunk));
      break;
    case Lead::kCampaign:
    case Lead::kState:
      for (const SubmissionState state : StatesOf(filter)) {
        if (lead == Lead::kState) {
          RETURN_IF_ERROR(db.ForEach(sql, keep, static_cast<int>(state), after.id, kChunk));
        } else {
          RETURN_IF_ERROR(db.ForEach(sql, keep, filter.campaign, static_cast<int>(state), after.id, kChunk));
        }
      }
      std::ranges::sort(rows, {}, &SubmissionRow::id);
      if (rows.size() > static_cast<std::size_t>(kChunk)) rows.resize(static_cast<std::size_t>(kChunk));
      break;
    case Lead::kUpdated: {
      const std::int64_t first = filter.updated_from.value_or(std::numeric_limits<std::int64_t>::min());
      const std::int64_t time = after.key.empty() ? first : ToInt(after.key, first);
      const std::int64_t end = filter.updated_before.value_or(std::numeric_limits<std::int64_t>::max());
      RETURN_IF_ERROR(db.ForEach(rest, keep, time, after.id, kChunk));
      RETURN_IF_ERROR(db.ForEach(sql, keep, time, end, kChunk - static_cast<std::int64_t>(rows.size())));
      break;
    }
    case Lead::kRegion: {
      const std::string& region = after.key.empty() ? filter.region : after.key;
      RETURN_IF_ERROR(db.ForEach(rest, keep, std::string_view(region), after.id, kChunk));
      RETURN_IF_ERROR(db.ForEach(sql, keep, std::string_view(region), std::string_view(EndOf(filter.region)),
                                 kChunk - static_cast<std::int64_t>(rows.size())));
      break;
    }
    case Lead::kYear:
      RETURN_IF_ERROR(db.ForEach(sql, keep, filter.year, after.id, kChunk));
      break;
    case Lead::kLate:
    case Lead::kAll:
      RETURN_IF_ERROR(db.ForEach(sql, keep, after.id, kChunk));
      break;
  }
  return rows;
}

ListPosition PositionOf(Lead lead, const SubmissionRow& row) {
  if (lead == Lead::kUpdated) return {Cat(row.update_time), row.id};
  if (lead == Lead::kRegion) return {row.region_code, row.id};
  return {"", row.id};
}

}  // namespace

std::vector<std::string> ListStatements(const SubmissionFilter& filter) {
  const Lead lead = LeadOf(filter);
  if (lead != Lead::kUpdated && lead != Lead::kRegion) return {StatementOf(lead)};
  return {Cat(kHeadColumns, ConditionOfRest(lead)), StatementOf(lead)};
}

absl::StatusOr<SubmissionPage> ListIn(Database& db, const SubmissionFilter& filter, const ListPosition& after,
                                      std::size_t limit) {
  const Lead lead = LeadOf(filter);
  SubmissionPage page;
  page.next = after;
  for (std::int64_t looked = 0; looked < kBudget; looked += kChunk) {
    ASSIGN_OR_RETURN(std::vector<SubmissionRow> rows, ReadChunk(db, filter, lead, page.next));
    const bool last = rows.size() < static_cast<std::size_t>(kChunk);
    for (SubmissionRow& row : rows) {
      if (!Matches(filter, row)) {
        page.next = PositionOf(lead, row);
        continue;
      }
      if (page.rows.size() == limit) {  // one more than fits: there is another page
        page.more = true;
        return page;
      }
      page.next = PositionOf(lead, row);
      page.rows.push_back(std::move(row));
    }
    if (last) return page;
  }
  page.more = true;
  return page;
}

absl::StatusOr<ChangePage> ChangesIn(Database& db, const SubmissionFilter& filter, std::int64_t after,
                                     std::size_t limit) {
  ChangePage page;
  page.position = after;
  for (std::int64_t looked = 0; looked < kBudget; looked += kChunk) {
    std::vector<ChangedSubmission> chunk;
    RETURN_IF_ERROR(db.ForEach(
        "SELECT submission, sequence, revision, state, time, note FROM steps WHERE sequence > ? ORDER BY sequence"
        " LIMIT ?",
        [&](const Statement& row) {
          ChangedSubmission& change = chunk.emplace_back();
          change.head.id = row.Int(0);
          change.step.sequence = row.Int(1);
          change.step.revision = static_cast<int>(row.Int(2));
          change.step.state = static_cast<SubmissionState>(row.Int(3));
          change.step.time = row.Int(4);
          change.step.note = row.Text(5);
        },
        page.position, kChunk));
    std::set<std::int64_t> changed;
    for (const ChangedSubmission& change : chunk) changed.insert(change.head.id);
    const std::vector<std::int64_t> ids(changed.begin(), changed.end());
    ASSIGN_OR_RETURN(const auto heads, FindHeads(db, ids));
    for (ChangedSubmission& change : chunk) {
      if (const auto head = heads.find(change.head.id); head != heads.end()) change.head = head->second;
      if (!Matches(filter, change.head, change.step.state, change.step.time)) {
        page.position = change.step.sequence;
        continue;
      }
      if (page.changes.size() == limit) {
        page.more = true;
        return page;
      }
      page.position = change.step.sequence;
      page.changes.push_back(std::move(change));
    }
    if (chunk.size() < static_cast<std::size_t>(kChunk)) return page;
  }
  page.more = true;
  return page;
}

}  // namespace jixiao::intake
