// Many rows as a few statements: on PostgreSQL starting and ending a statement is a good part of what a row costs.
#pragma once

#include "common/store/database.h"
#include "common/text.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace jixiao::store {

// One INSERT. Its texts are made once: keep it static.
class Inserts {
 public:
  static constexpr std::size_t kMost = 64;  // rows in one statement

  // `into`: up to VALUES, with so many columns. `behind`: what follows the rows, such as ON CONFLICT; then no two of
  // the rows of one Run may be the same to it.
  Inserts(std::string_view into, int columns, std::string_view behind = {}) {
    std::string row = "(?";
    for (int i = 1; i < columns; ++i) row += ", ?";
    row += ')';
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
      texts_[i] = Cat(into, " ", row);
      for (std::size_t n = 1; n < kSizes[i]; ++n) Append(texts_[i], ", ", row);
      Append(texts_[i], behind.empty() ? "" : " ", behind);
    }
  }

  // `values(row, put)` calls put(value) for each column in order; what it puts must live as long as `rows`. `most`:
  // rows in one statement, where they are large.
  template <class Row, class Values>
  absl::Status Run(Database& db, std::span<const Row> rows, Values&& values, std::size_t most = kMost) const {
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
      if (kSizes[i] > most) continue;
      for (; rows.size() >= kSizes[i]; rows = rows.subspan(kSizes[i]))
        RETURN_IF_ERROR(RunOne(db, texts_[i], rows.first(kSizes[i]), values));
    }
    return absl::OkStatus();
  }

  // The same for rows that may be large: those of one statement have together no more than kMuch, by `size_of(row)`.
  template <class Row, class SizeOf, class Values>
  absl::Status RunBounded(Database& db, std::span<const Row> rows, SizeOf&& size_of, Values&& values) const {
    while (!rows.empty()) {
      std::size_t count = 0;
      std::size_t bytes = 0;
      while (count < rows.size() && (count == 0 || bytes + size_of(rows[count]) <= kMuch))
        bytes += size_of(rows[count++]);
      RETURN_IF_ERROR(Run(db, rows.first(count), values));
      rows = rows.subspan(count);
    }
    return absl::OkStatus();
  }

 private:
  static constexpr std::array<std::size_t, 4> kSizes{kMost, 16, 4, 1};
  static constexpr std::size_t kMuch = std::size_t{1} << 20;

  template <class Row, class Values>
  static absl::Status RunOne(Database& db, const std::string& sql, std::span<const Row> rows, Values& values) {
    ASSIGN_OR_RETURN(Statement* const statement, db.Prepared(sql));
    statement->Reset();
    statement->Lend();
    int index = 0;
    for (const Row& row : rows) values(row, [&](const auto& value) { statement->Bind(++index, value); });
    absl::Status status = statement->Step().status();
    statement->Reset();
    return status;
  }

  std::array<std::string, kSizes.size()> texts_;
};

}  // namespace jixiao::store
