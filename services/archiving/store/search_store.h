// Where the search index is kept. It holds nothing that the archived parts do not say, so it may be lost.
#pragma once

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace jixiao::archiving {

// How far the index is.
struct SearchState {
  std::int64_t records = 0;     // indexed, from the first on
  std::string last_leaf_hash;   // of the last of them: whether this is the archive that was indexed
  std::int64_t generation = 0;  // rises when the index is emptied
  std::int64_t erasures = 0;    // how many parts of the archive were erased when it was empty last; -1: being emptied
};

// Numbers of texts in the dictionary.
using WordIds = std::map<std::string, std::int64_t, std::less<>>;

// The index at one moment: values by block of records and key, and a dictionary of texts. All methods may block.
class SearchReader {
 public:
  virtual ~SearchReader() = default;

  virtual absl::StatusOr<SearchState> State() const = 0;
  // Nothing when there is none.
  virtual absl::StatusOr<std::optional<std::string>> Value(std::int64_t block, std::string_view key) const = 0;
  // Calls `each` for the keys of a block that start with `prefix`, in ascending byte order.
  virtual absl::Status ForEach(
      std::int64_t block, std::string_view prefix,
      absl::FunctionRef<absl::Status(std::string_view key, std::string_view value)> each) const = 0;
  // The text of a number, and the number of a text; nothing when it is not in the dictionary.
  virtual absl::StatusOr<std::optional<std::string>> Word(std::int64_t id) const = 0;
  virtual absl::StatusOr<std::optional<std::int64_t>> WordId(std::string_view text) const = 0;
};

// A write transaction; it reads its own writes.
class SearchWriter : public SearchReader {
 public:
  virtual absl::Status PutState(const SearchState& state) = 0;
  // Values of a block by key, in place of older ones.
  virtual absl::Status Put(std::int64_t block, const std::map<std::string, std::string>& values) = 0;
  // The numbers of texts, new ones if need be.
  virtual absl::StatusOr<WordIds> Intern(const std::set<std::string_view>& texts) = 0;
  // Removes values and texts, one bounded piece at a time: false while some are left.
  virtual absl::StatusOr<bool> ClearSome() = 0;
};

// Thread-safe. All methods may block.
class SearchStore {
 public:
  virtual ~SearchStore() = default;

  // Runs `work` in one transaction: all of it or nothing.
  virtual absl::Status Write(absl::FunctionRef<absl::Status(SearchWriter&)> work) = 0;
  // Runs `work` on one moment's state.
  virtual absl::Status Read(absl::FunctionRef<absl::Status(const SearchReader&)> work) = 0;
  // As ArchiveStore::Scrub.
  virtual absl::Status Scrub() { return absl::OkStatus(); }
};

}  // namespace jixiao::archiving
