// Many look-ups by key as one statement. On PostgreSQL each statement whose rows are read costs a round trip, which is
// most of what a look-up costs; on SQLite nothing is lost.
#pragma once

#include "common/store/database.h"
#include "common/text.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace jixiao::store {

// Keys in one statement. It always has so many parameters, so that one prepared statement serves all.
inline constexpr std::size_t kInList = 64;

// `head` IN (?, ?, …)
inline std::string InList(std::string_view head) {
  std::string sql = Cat(head, " IN (?");
  for (std::size_t i = 1; i < kInList; ++i) sql += ", ?";
  return sql += ')';
}

// Calls `row(const Statement&)`, which returns nothing, for each row of `sql` that one of `keys` finds. The statement's
// parameters are `first` and then the list. No keys, no rows.
template <class Key, class Row, class... Args>
absl::Status ForEachOf(Database& db, std::string_view sql, std::span<const Key> keys, Row&& row, const Args&... first) {
  for (std::size_t at = 0; at < keys.size(); at += kInList) {
    const std::span<const Key> some = keys.subspan(at, std::min(kInList, keys.size() - at));
    ASSIGN_OR_RETURN(Statement* const statement, db.Prepared(sql));
    statement->Reset();
    int index = 0;
    (statement->Bind(++index, first), ...);
    for (std::size_t i = 0; i < kInList; ++i)  // the last key stands for those that are missing
      statement->Bind(++index, some[std::min(i, some.size() - 1)]);
    for (;;) {
      const absl::StatusOr<bool> more = statement->Step();
      if (!more.ok() || !*more) {
        statement->Reset();
        RETURN_IF_ERROR(more.status());
        break;
      }
      row(*statement);
    }
  }
  return absl::OkStatus();
}

}  // namespace jixiao::store
