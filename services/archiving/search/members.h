// A set of records within one block of the index, and numbers that stand beside them.
#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao::archiving::search {

// Records are indexed in blocks of so many: what a block says of a key is one value of a few hundred bytes.
inline constexpr int kBlock = 4096;

// Numbers from 0 to kBlock - 1.
class Members {
 public:
  // The first `count` numbers.
  static Members First(int count);

  bool Has(int number) const { return (words_[Word(number)] >> (number % 64) & 1) != 0; }
  void Add(int number) { words_[Word(number)] |= std::uint64_t{1} << (number % 64); }
  void Remove(int number) { words_[Word(number)] &= ~(std::uint64_t{1} << (number % 64)); }
  int Count() const;
  bool empty() const;
  Members& operator&=(const Members& other);
  Members& operator|=(const Members& other);

  // Calls `each(number)` in rising order.
  template <class Each>
  void ForEach(Each&& each) const {
    for (std::size_t w = 0; w < words_.size(); ++w)
      for (std::uint64_t left = words_[w]; left != 0; left &= left - 1)
        each(static_cast<int>(w) * 64 + std::countr_zero(left));
  }

  // Equal sets have equal bytes: a list of numbers, or one bit for each when that is shorter.
  std::string Encode() const;
  // DATA_LOSS (INDEX_DAMAGED) for any other bytes. With `rest`, what follows is left there.
  static absl::StatusOr<Members> Decode(std::string_view bytes, std::string_view* rest = nullptr);

  friend bool operator==(const Members&, const Members&) = default;

 private:
  static std::size_t Word(int number) { return static_cast<std::size_t>(number) / 64; }

  std::array<std::uint64_t, kBlock / 64> words_{};
};

// A number for some of a block's records.
class Column {
 public:
  Column() : values_(kBlock) {}

  const Members& present() const { return present_; }
  // 0 for a record that has none.
  std::int64_t operator[](int number) const { return values_[static_cast<std::size_t>(number)]; }

  // `cells`: records in rising order with their numbers.
  static std::string Encode(const std::vector<std::pair<int, std::int64_t>>& cells);
  // DATA_LOSS (INDEX_DAMAGED) for bytes that Encode does not write.
  static absl::StatusOr<Column> Decode(std::string_view bytes);

 private:
  Members present_;
  std::vector<std::int64_t> values_;
};

}  // namespace jixiao::archiving::search
