// What the index says of one record: all of it derived from the record's form and scorecard.
#pragma once

#include "archiving/record/record.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao::archiving::search {

// Keys of the index. A column is named by a letter and a word; a set by a letter and what its records have.
inline constexpr std::string_view kYear = "n:year";
inline constexpr std::string_view kKind = "n:kind";
inline constexpr std::string_view kTime = "n:time";    // microseconds since 1970
inline constexpr std::string_view kScore = "n:score";  // see ScaledScore
inline constexpr std::string_view kRegion = "w:region";
inline constexpr std::string_view kUnit = "w:unit";
inline constexpr std::string_view kUnitCode = "w:unit_code";
inline constexpr std::string_view kDepartment = "w:department";
inline constexpr std::string_view kDepartmentCode = "w:department_code";
inline constexpr std::string_view kProject = "w:project";
inline constexpr std::string_view kProjectCode = "w:project_code";
inline constexpr std::string_view kGrade = "w:grade";
inline constexpr std::string_view kRuleSet = "w:rule_set";               // ID@REVISION
inline constexpr std::string_view kRuleSetDigest = "w:rule_set_digest";  // sha256:…
inline constexpr std::string_view kFindingPrefix = "f:";                 // with the finding's code
inline constexpr std::string_view kOwnEntry = "e:";                      // what the archive itself appended
inline constexpr std::string_view kGramPrefix = "g:";                    // with one or two characters of a name
inline constexpr std::string_view kClassScorePrefix = "c:";              // with the number of the class's name
inline constexpr std::string_view kClassWeightPrefix = "d:";             // with the number of the class's name

// Scores are kept in millionths of a point: more places than any rule set rounds to.
inline constexpr int kScorePlaces = 6;
// A decimal in millionths; nothing when it is none, has more places or does not fit.
std::optional<std::int64_t> ScaledScore(std::string_view decimal);

// What the index keeps of a text: its first bytes, so that the longest still fits into an index of the database.
inline constexpr std::size_t kLongestWord = 1500;

// `text` as it is searched: without spaces, wide Latin letters, digits and punctuation as narrow ones, small letters,
// the first kSearchedCharacters of what remains.
std::string Folded(std::string_view text);
// How many characters of a name can be searched: no real name is as long, and a hostile one must not fill the index.
inline constexpr int kSearchedCharacters = 300;
// All single characters and all pairs of neighbours of folded text, sorted, each once.
std::vector<std::string> GramsOf(std::string_view folded);

struct ClassScore {
  std::string name;
  std::optional<std::int64_t> score;
  std::int64_t weight = 0;
};

struct Entry {
  std::vector<std::string> sets;  // keys of the sets that the record is in, sorted
  std::vector<std::pair<std::string_view, std::int64_t>> numbers;
  std::vector<std::pair<std::string_view, std::string>> words;  // without empty ones
  std::vector<ClassScore> classes;
};

// Its texts that the index keeps as numbers are added to `texts`; they live as long as the entry.
void AddTexts(const Entry& entry, std::set<std::string_view>& texts);

// DATA_LOSS when form or scorecard cannot be read. Of what the index does not keep, damage stays unseen here: CheckLog
// finds it.
absl::StatusOr<Entry> EntryOf(const Part& form, const Part& scorecard, std::int64_t archive_time);

}  // namespace jixiao::archiving::search
