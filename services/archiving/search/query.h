// Which records a filter takes in, block by block.
#pragma once

#include "archiving/search/members.h"
#include "archiving/store/search_store.h"
#include "common/scope.h"

#include "jixiao/archiving/v1/record_search_service.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace jixiao::archiving::search {

// INVALID_ARGUMENT (FILTER_INVALID) that names the fields at fault.
absl::Status ValidateFilter(const v1::RecordFilter& filter, std::string_view field = "filter");

// Reads of one index, with what was read of its dictionary. For one thread; `index` must outlive it.
class IndexView {
 public:
  explicit IndexView(const SearchReader& index) : index_(index) {}

  // Empty when the block does not have the key.
  absl::StatusOr<Column> ColumnOf(std::int64_t block, std::string_view key) const;
  absl::StatusOr<Members> MembersOf(std::int64_t block, std::string_view key) const;
  // The text of a number of a column of words. DATA_LOSS (INDEX_DAMAGED) when it is not in the dictionary.
  absl::StatusOr<std::string> Word(std::int64_t id);
  const SearchReader& index() const { return index_; }

 private:
  const SearchReader& index_;
  std::unordered_map<std::int64_t, std::string> words_;
};

// A valid filter made ready. It takes in nothing outside `scope`.
class Query {
 public:
  Query(const v1::RecordFilter& filter, const Scope& scope, IndexView& view);

  // Those of the first `count` records of `block` that the filter takes in.
  absl::StatusOr<Members> Matches(std::int64_t block, int count);

 private:
  using WordTest = std::function<bool(const std::string& text)>;
  // Keeps the records for which one of `keys` is a word that passes.
  struct WordCondition {
    std::vector<std::string_view> keys;
    WordTest test;
    std::unordered_map<std::int64_t, bool> known;
  };
  // Keeps the records whose number lies in [low, high].
  struct NumberCondition {
    std::string_view key;
    std::int64_t low;
    std::int64_t high;
  };

  void AddText(const std::string& text);
  void AddScope(const Scope& scope);
  void AddWord(std::vector<std::string_view> keys, WordTest test);
  absl::StatusOr<bool> Passes(WordCondition& condition, std::int64_t id);
  absl::Status Apply(WordCondition& condition, std::int64_t block, Members& members);
  absl::Status Apply(const NumberCondition& condition, std::int64_t block, Members& members) const;

  IndexView& view_;
  std::vector<std::string> sets_;
  std::vector<NumberCondition> numbers_;
  std::vector<WordCondition> words_;
};

// One page of matches.
struct Page {
  std::vector<std::int64_t> indexes;
  std::optional<std::int64_t> next;  // where the next page starts; nothing at the end
  SearchState state;
};
// Up to `size` matches within `scope` from `start` on, by falling or rising index; without a start from the first or
// last one.
absl::StatusOr<Page> Find(const SearchReader& index, const v1::RecordFilter& filter, const Scope& scope,
                          bool newest_first, std::optional<std::int64_t> start, std::size_t size);

}  // namespace jixiao::archiving::search
