// Rule sets in SQLite.
#pragma once

#include "common/store/group_commit.h"
#include "scoring/store/rule_set_store.h"

#include <memory>
#include <string>

namespace jixiao::scoring {

class SqliteRuleSetStore final : public RuleSetStore {
 public:
  // Opens or creates the database at `path`.
  static absl::StatusOr<std::unique_ptr<SqliteRuleSetStore>> Open(const std::string& path);

  absl::Status Publish(const StoredRuleSet& rule_set) override;
  absl::StatusOr<Changes> LoadSince(std::int64_t position) override;
  absl::StatusOr<std::optional<StoredRuleSet>> Find(std::string_view digest) override;

 private:
  SqliteRuleSetStore(std::unique_ptr<store::GroupCommit> writer, std::unique_ptr<store::ReadPool> readers)
      : writer_(std::move(writer)), readers_(std::move(readers)) {}

  std::unique_ptr<store::GroupCommit> writer_;
  std::unique_ptr<store::ReadPool> readers_;
};

}  // namespace jixiao::scoring
