// One block of the index in memory: filled record by record, written to the store in the keys that changed.
#pragma once

#include "archiving/search/entry.h"
#include "archiving/search/members.h"
#include "archiving/store/search_store.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace jixiao::archiving::search {

class Block {
 public:
  explicit Block(std::int64_t number) : number_(number) {}
  // The block as it is stored.
  static absl::StatusOr<Block> Load(std::int64_t number, const SearchReader& index);

  std::int64_t number() const { return number_; }
  // Adds what the index says of a record, whose place in the block is `place`; places rise. `ids` has all its texts.
  void Add(int place, const Entry& entry, const WordIds& ids);
  // Writes the keys that were touched since the last Save.
  absl::Status Save(SearchWriter& index);

  // All keys with their values as they are stored.
  std::map<std::string, std::string> Encoded() const;

 private:
  void Put(std::string key, int place, std::int64_t value);
  std::string Encode(const std::string& key) const;

  std::int64_t number_;
  // Lists, because most keys have few records.
  std::map<std::string, std::vector<int>, std::less<>> sets_;
  std::map<std::string, std::vector<std::pair<int, std::int64_t>>, std::less<>> columns_;
  std::set<std::string> touched_;
};

}  // namespace jixiao::archiving::search
