// Many look-ups by key as a few statements: on PostgreSQL each statement whose rows are read costs a round trip.
//
// They are joined by UNION ALL, not by IN (…) with a list: for a list PostgreSQL plans to read the whole table where
// that was small when the statement was prepared, and keeps to it however large it grows.
#pragma once

#include "common/store/database.h"
#include "common/text.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace jixiao::store {

// One SELECT whose last parameter is the key, or whose last two are, for keys that are pairs. Its texts are made once:
// keep it static.
class LookUps {
 public:
  explicit LookUps(std::string_view one) {
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
      texts_[i] = one;
      for (std::size_t n = 1; n < kSizes[i]; ++n) Append(texts_[i], " UNION ALL ", one);
    }
  }

  // Calls `row(const Statement&)` for each row that is found, as Statement::ForEach does. `first` are the parameters
  // before the key, the same for each.
  template <class Key, class Row, class... Args>
  absl::Status ForEach(Database& db, std::span<const Key> keys, Row&& row, const Args&... first) const {
    for (std::size_t i = 0; i < kSizes.size(); ++i)
      for (; keys.size() >= kSizes[i]; keys = keys.subspan(kSizes[i]))
        RETURN_IF_ERROR(Run(db, texts_[i], keys.first(kSizes[i]), row, first...));
    return absl::OkStatus();
  }

 private:
  static constexpr std::array<std::size_t, 4> kSizes{64, 16, 4, 1};

  template <class Key, class Row, class... Args>
  static absl::Status Run(Database& db, const std::string& sql, std::span<const Key> keys, Row& row,
                          const Args&... first) {
    ASSIGN_OR_RETURN(Statement* const statement, db.Prepared(sql));
    statement->Reset();
    int index = 0;
    for (const Key& key : keys) {
      (statement->Bind(++index, first), ...);
      BindKey(*statement, index, key);
    }
    return statement->ForEachBound(row);
  }

  template <class Key>
  static void BindKey(Statement& statement, int& index, const Key& key) {
    statement.Bind(++index, key);
  }
  template <class A, class B>
  static void BindKey(Statement& statement, int& index, const std::pair<A, B>& key) {
    statement.Bind(++index, key.first);
    statement.Bind(++index, key.second);
  }

  std::array<std::string, kSizes.size()> texts_;
};

}  // namespace jixiao::store
