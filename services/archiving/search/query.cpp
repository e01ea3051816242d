#include "archiving/search/query.h"

#include "archiving/search/entry.h"
#include "common/decimal.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <limits>

namespace jixiao::archiving::search {
namespace {

constexpr std::size_t kMaxText = 200;
constexpr std::size_t kMaxName = 32 * 1024;
constexpr int kMaxListed = 20;
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What IndexState says cannot be: the archive answers with what it can.
absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "INDEX_DAMAGED", Cat("the search index is damaged: ", what));
}

// A bound in millionths, drawn inwards when it has more places: no score lies between.
std::int64_t Bound(std::string_view decimal, bool low) {
  const Decimal value = *Decimal::Parse(decimal);
  const Decimal cut = value.Truncated(kScorePlaces);
  std::int64_t scaled = ScaledScore(cut.ToString()).value_or(value.IsNegative() ? kLeast : kGreatest);
  if (cut == value) return scaled;
  if (low && value > cut) ++scaled;
  if (!low && value < cut) --scaled;
  return scaled;
}

}  // namespace

absl::Status ValidateFilter(const v1::RecordFilter& filter, std::string_view field) {
  std::vector<FieldViolation> faults;
  const auto at = [&](std::string_view name) { return field.empty() ? std::string(name) : Cat(field, ".", name); };
  if (Utf8Length(filter.text()) > kMaxText) faults.push_back({at("text"), Cat("at most ", kMaxText, " characters")});
  if (!filter.text().empty() && Folded(filter.text()).empty()) faults.push_back({at("text"), "has only spaces"});
  for (const auto& [name, value] : {std::pair<std::string_view, const std::string*>{"unit", &filter.unit()},
                                    {"project", &filter.project()},
                                    {"department", &filter.department()},
                                    {"rule_set", &filter.rule_set()}})
    if (value->size() > kMaxName) faults.push_back({at(name), Cat("at most ", kMaxName, " bytes")});
  if (filter.region_prefix().size() > 9 || !IsDigits(filter.region_prefix()))
    faults.push_back({at("region_prefix"), "at most 9 digits"});
  if (filter.fiscal_year() < 0 || filter.fiscal_year() > 9999) faults.push_back({at("fiscal_year"), "0 to 9999"});
  if (filter.grades_size() > kMaxListed) faults.push_back({at("grades"), Cat("at most ", kMaxListed)});
  if (filter.finding_codes_size() > kMaxListed) faults.push_back({at("finding_codes"), Cat("at most ", kMaxListed)});
  for (const auto& [name, value] : {std::pair<std::string_view, const std::string*>{"min_score", &filter.min_score()},
                                    {"max_score", &filter.max_score()}})
    if (!value->empty() && !Decimal::Parse(*value)) faults.push_back({at(name), "is no decimal"});
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("FILTER_INVALID", "the filter is not understood", faults);
}

absl::StatusOr<Column> IndexView::ColumnOf(std::int64_t block, std::string_view key) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, index_.Value(block, key));
  return value ? Column::Decode(*value) : Column();
}

absl::StatusOr<Members> IndexView::MembersOf(std::int64_t block, std::string_view key) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, index_.Value(block, key));
  return value ? Members::Decode(*value) : Members();
}

absl::StatusOr<std::string> IndexView::Word(std::int64_t id) {
  const auto known = words_.find(id);
  if (known != words_.end()) return known->second;
  ASSIGN_OR_RETURN(const std::optional<std::string> text, index_.Word(id));
  if (!text) return Damaged(Cat("word ", id, " is missing"));
  return words_.emplace(id, *text).first->second;
}

Query::Query(const v1::RecordFilter& filter, const Scope& scope, IndexView& view) : view_(view) {
  AddScope(scope);
  for (const std::string& code : filter.finding_codes())
    sets_.push_back(Cat(kFindingPrefix, TruncateUtf8(code, kLongestWord)));
  if (!filter.text().empty()) AddText(Folded(filter.text()));
  const auto number = [this](std::string_view key, std::int64_t low, std::int64_t high) {
    numbers_.push_back({key, low, high});
  };
  if (filter.fiscal_year() != 0) number(kYear, filter.fiscal_year(), filter.fiscal_year());
  if (filter.kind() != evaluation::v1::FORM_KIND_UNSPECIFIED) number(kKind, filter.kind(), filter.kind());
  if (filter.has_archived_since() || filter.has_archived_until())
    number(kTime, filter.has_archived_since() ? ToMicros(filter.archived_since()) : kLeast,
           filter.has_archived_until() ? ToMicros(filter.archived_until()) - 1 : kGreatest);
  if (!filter.min_score().empty() || !filter.max_score().empty())
    number(kScore, filter.min_score().empty() ? kLeast : Bound(filter.min_score(), true),
           filter.max_score().empty() ? kGreatest : Bound(filter.max_score(), false));
  const auto equals = [](const std::string& wanted) {
    return [kept = std::string(TruncateUtf8(wanted, kLongestWord))](const std::string& text) { return text == kept; };
  };
  if (!filter.unit().empty()) AddWord({kUnit, kUnitCode}, equals(filter.unit()));
  if (!filter.project().empty()) AddWord({kProject, kProjectCode}, equals(filter.project()));
  if (!filter.department().empty()) AddWord({kDepartment, kDepartmentCode}, equals(filter.department()));
  if (!filter.region_prefix().empty())
    AddWord({kRegion}, [prefix = filter.region_prefix()](const std::string& text) { return text.starts_with(prefix); });
  if (filter.grades_size() > 0)
    AddWord({kGrade},
            [grades = std::vector<std::string>(filter.grades().begin(), filter.grades().end())](
                const std::string& text) { return std::find(grades.begin(), grades.end(), text) != grades.end(); });
  if (IsDigest(filter.rule_set()))
    AddWord({kRuleSetDigest}, equals(filter.rule_set()));
  else if (!filter.rule_set().empty())
    AddWord({kRuleSet}, [wanted = filter.rule_set()](const std::string& text) {
      return text == wanted || (text.starts_with(wanted) && text[wanted.size()] == '@');
    });
}

// A scope's names are shorter than what the index keeps of a name, so that they are compared whole. A record without
// the word is in nobody's scope.
void Query::AddScope(const Scope& scope) {
  if (!scope.regions.empty())
    AddWord({kRegion}, [scope](const std::string& text) { return scope.IncludesRegion(text); });
  if (!scope.departments.empty())
    AddWord({kDepartment}, [scope](const std::string& text) { return scope.IncludesDepartment(text); });
  if (!scope.units.empty()) AddWord({kUnit}, [scope](const std::string& text) { return scope.IncludesUnit(text); });
}

void Query::AddText(const std::string& text) {
  bool longer = false;
  for (const std::string& gram : GramsOf(text)) {
    // A pair says all that its characters say.
    if (Utf8Length(gram) == 1 && Utf8Length(text) > 1) continue;
    sets_.push_back(Cat(kGramPrefix, gram));
    longer = longer || gram != text;
  }
  // Pairs may stand apart, or in different names.
  if (longer)
    AddWord({kUnit, kProject, kDepartment},
            [text](const std::string& name) { return Folded(name).find(text) != std::string::npos; });
}

void Query::AddWord(std::vector<std::string_view> keys, WordTest test) {
  words_.push_back({std::move(keys), std::move(test), {}});
}

absl::StatusOr<bool> Query::Passes(WordCondition& condition, std::int64_t id) {
  const auto known = condition.known.find(id);
  if (known != condition.known.end()) return known->second;
  ASSIGN_OR_RETURN(const std::string text, view_.Word(id));
  return condition.known[id] = condition.test(text);
}

absl::Status Query::Apply(WordCondition& condition, std::int64_t block, Members& members) {
  Members kept;
  for (const std::string_view key : condition.keys) {
    ASSIGN_OR_RETURN(const Column column, view_.ColumnOf(block, key));
    Members candidates = members;
    candidates &= column.present();
    absl::Status status;
    candidates.ForEach([&](int place) {
      if (!status.ok() || kept.Has(place)) return;
      const absl::StatusOr<bool> passes = Passes(condition, column[place]);
      if (!passes.ok())
        status = passes.status();
      else if (*passes)
        kept.Add(place);
    });
    RETURN_IF_ERROR(status);
  }
  members = kept;
  return absl::OkStatus();
}

absl::Status Query::Apply(const NumberCondition& condition, std::int64_t block, Members& members) const {
  ASSIGN_OR_RETURN(const Column column, view_.ColumnOf(block, condition.key));
  members &= column.present();
  Members kept;
  members.ForEach([&](int place) {
    if (column[place] >= condition.low && column[place] <= condition.high) kept.Add(place);
  });
  members = kept;
  return absl::OkStatus();
}

absl::StatusOr<Members> Query::Matches(std::int64_t block, int count) {
  Members members = Members::First(count);
  // What the archive itself appended is no record of a form.
  ASSIGN_OR_RETURN(const Members own, view_.MembersOf(block, kOwnEntry));
  own.ForEach([&](int place) { members.Remove(place); });
  for (std::size_t i = 0; i < sets_.size() && !members.empty(); ++i) {
    ASSIGN_OR_RETURN(const Members set, view_.MembersOf(block, sets_[i]));
    members &= set;
  }
  for (std::size_t i = 0; i < numbers_.size() && !members.empty(); ++i)
    RETURN_IF_ERROR(Apply(numbers_[i], block, members));
  for (std::size_t i = 0; i < words_.size() && !members.empty(); ++i) RETURN_IF_ERROR(Apply(words_[i], block, members));
  return members;
}

absl::StatusOr<Page> Find(const SearchReader& index, const v1::RecordFilter& filter, const Scope& scope,
                          bool newest_first, std::optional<std::int64_t> start, std::size_t size) {
  Page page;
  ASSIGN_OR_RETURN(page.state, index.State());
  const std::int64_t records = page.state.records;
  std::int64_t at = start.value_or(newest_first ? records - 1 : 0);
  if (newest_first) at = std::min(at, records - 1);
  IndexView view(index);
  Query query(filter, scope, view);
  while (at >= 0 && at < records) {
    const std::int64_t block = at / kBlock;
    const int count = static_cast<int>(std::min<std::int64_t>(kBlock, records - block * kBlock));
    ASSIGN_OR_RETURN(const Members members, query.Matches(block, count));
    std::vector<std::int64_t> found;
    members.ForEach([&](int place) {
      const std::int64_t record = block * kBlock + place;
      if (newest_first ? record <= at : record >= at) found.push_back(record);
    });
    if (newest_first) std::reverse(found.begin(), found.end());
    for (const std::int64_t record : found) {
      if (page.indexes.size() == size) {
        page.next = record;
        return page;
      }
      page.indexes.push_back(record);
    }
    at = newest_first ? block * kBlock - 1 : (block + 1) * kBlock;
  }
  return page;
}

}  // namespace jixiao::archiving::search
