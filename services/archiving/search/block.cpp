#include "archiving/search/block.h"

#include "common/errors.h"
#include "common/text.h"

namespace jixiao::archiving::search {
namespace {

bool IsSet(std::string_view key) {
  return key.starts_with(kFindingPrefix) || key.starts_with(kGramPrefix) || key == kOwnEntry;
}

}  // namespace

absl::StatusOr<Block> Block::Load(std::int64_t number, const SearchReader& index) {
  Block block(number);
  RETURN_IF_ERROR(index.ForEach(number, "", [&](std::string_view key, std::string_view value) -> absl::Status {
    if (IsSet(key)) {
      ASSIGN_OR_RETURN(const Members members, Members::Decode(value));
      auto& list = block.sets_[std::string(key)];
      members.ForEach([&](int place) { list.push_back(place); });
    } else {
      ASSIGN_OR_RETURN(const Column column, Column::Decode(value));
      auto& cells = block.columns_[std::string(key)];
      column.present().ForEach([&](int place) { cells.emplace_back(place, column[place]); });
    }
    return absl::OkStatus();
  }));
  return block;
}

void Block::Put(std::string key, int place, std::int64_t value) {
  columns_[key].emplace_back(place, value);
  touched_.insert(std::move(key));
}

void Block::Add(int place, const Entry& entry, const WordIds& ids) {
  for (const std::string& key : entry.sets) {
    sets_[key].push_back(place);
    touched_.insert(key);
  }
  for (const auto& [key, value] : entry.numbers) Put(std::string(key), place, value);
  for (const auto& [key, text] : entry.words) Put(std::string(key), place, ids.find(text)->second);
  for (const ClassScore& c : entry.classes) {
    const std::int64_t id = ids.find(c.name)->second;
    if (c.score) Put(Cat(kClassScorePrefix, id), place, *c.score);
    Put(Cat(kClassWeightPrefix, id), place, c.weight);
  }
}

std::string Block::Encode(const std::string& key) const {
  const auto set = sets_.find(key);
  if (set == sets_.end()) return Column::Encode(columns_.find(key)->second);
  Members members;
  for (const int place : set->second) members.Add(place);
  return members.Encode();
}

absl::Status Block::Save(SearchWriter& index) {
  std::map<std::string, std::string> values;
  for (const std::string& key : touched_) values.emplace(key, Encode(key));
  touched_.clear();
  return index.Put(number_, values);
}

std::map<std::string, std::string> Block::Encoded() const {
  std::map<std::string, std::string> out;
  for (const auto& [key, list] : sets_) out.emplace(key, Encode(key));
  for (const auto& [key, cells] : columns_) out.emplace(key, Encode(key));
  return out;
}

}  // namespace jixiao::archiving::search
