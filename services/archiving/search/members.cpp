#include "archiving/search/members.h"

#include "common/errors.h"

#include <algorithm>
#include <utility>

namespace jixiao::archiving::search {
namespace {

constexpr char kList = 'l';
constexpr char kBits = 'b';
constexpr std::size_t kBitBytes = kBlock / 8;
constexpr int kLongestList = static_cast<int>(kBitBytes / 2) - 1;  // with its count, shorter than the bits

absl::Status Damaged() {
  return Error(absl::StatusCode::kDataLoss, "INDEX_DAMAGED", "a value of the search index is damaged");
}

void PutShort(std::string& out, int number) {
  out.push_back(static_cast<char>(number >> 8));
  out.push_back(static_cast<char>(number));
}

int Short(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]) << 8 | static_cast<std::uint8_t>(bytes[at + 1]);
}

// Small numbers of either sign in few bytes.
void PutNumber(std::string& out, std::int64_t value) {
  auto left = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  for (; left >= 0x80; left >>= 7) out.push_back(static_cast<char>(left | 0x80));
  out.push_back(static_cast<char>(left));
}

bool TakeNumber(std::string_view& bytes, std::int64_t& value) {
  std::uint64_t folded = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    folded |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) {
      value = static_cast<std::int64_t>(folded >> 1) ^ -static_cast<std::int64_t>(folded & 1);
      return true;
    }
  }
  return false;
}

}  // namespace

Members Members::First(int count) {
  Members members;
  for (int i = 0; i < count; ++i) members.Add(i);
  return members;
}

int Members::Count() const {
  int count = 0;
  for (const std::uint64_t word : words_) count += std::popcount(word);
  return count;
}

bool Members::empty() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
}

Members& Members::operator&=(const Members& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  return *this;
}

Members& Members::operator|=(const Members& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  return *this;
}

std::string Members::Encode() const {
  std::string out;
  const int count = Count();
  if (count > kLongestList) {
    out.push_back(kBits);
    for (const std::uint64_t word : words_)
      for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(word >> shift));
    return out;
  }
  out.push_back(kList);
  PutShort(out, count);
  ForEach([&](int number) { PutShort(out, number); });
  return out;
}

absl::StatusOr<Members> Members::Decode(std::string_view bytes, std::string_view* rest) {
  Members members;
  if (bytes.empty()) return Damaged();
  const char form = bytes.front();
  bytes.remove_prefix(1);
  std::size_t size = kBitBytes;
  if (form == kBits) {
    if (bytes.size() < size) return Damaged();
    for (std::size_t i = 0; i < size; ++i)
      members.words_[i / 8] |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (i % 8 * 8);
  } else if (form == kList && bytes.size() >= 2) {
    const int count = Short(bytes, 0);
    size = 2 + static_cast<std::size_t>(count) * 2;
    if (bytes.size() < size) return Damaged();
    int last = -1;
    for (std::size_t at = 2; at < size; at += 2) {
      const int number = Short(bytes, at);
      if (number <= last || number >= kBlock) return Damaged();
      members.Add(last = number);
    }
  } else {
    return Damaged();
  }
  bytes.remove_prefix(size);
  if (rest != nullptr)
    *rest = bytes;
  else if (!bytes.empty())
    return Damaged();
  return members;
}

std::string Column::Encode(const std::vector<std::pair<int, std::int64_t>>& cells) {
  Members present;
  for (const auto& [number, value] : cells) present.Add(number);
  std::string out = present.Encode();
  for (const auto& [number, value] : cells) PutNumber(out, value);
  return out;
}

absl::StatusOr<Column> Column::Decode(std::string_view bytes) {
  Column column;
  std::string_view rest;
  ASSIGN_OR_RETURN(column.present_, Members::Decode(bytes, &rest));
  bool whole = true;
  column.present_.ForEach(
      [&](int number) { whole = whole && TakeNumber(rest, column.values_[static_cast<std::size_t>(number)]); });
  if (!whole || !rest.empty()) return Damaged();
  return column;
}

}  // namespace jixiao::archiving::search
