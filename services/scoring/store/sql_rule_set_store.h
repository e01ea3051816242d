// Rule sets and their life in SQL: in a file of SQLite, or in PostgreSQL.
#pragma once

#include "common/store/contents.h"
#include "common/store/group_commit.h"
#include "scoring/store/rule_set_store.h"

#include <memory>
#include <string>

namespace jixiao::scoring {

class SqlRuleSetStore final : public RuleSetStore {
 public:
  // Opens or creates the database at `path`.
  static absl::StatusOr<std::unique_ptr<SqlRuleSetStore>> Open(const std::string& path);

  // What such a database holds: rule_sets and changes (the number of the newest).
  static absl::Status Count(store::Database& database, store::Contents& contents);

  absl::Status CheckWritable() override { return store::ProveWritable(*writer_); }
  absl::Status Publish(const StoredRuleSet& rule_set, std::string_view draft_etag) override;
  absl::StatusOr<Changes> LoadSince(std::int64_t position) override;
  absl::StatusOr<std::optional<StoredRuleSet>> Find(std::string_view digest) override;
  absl::Status Retire(std::string_view digest) override;
  absl::Status SaveDraft(const StoredDraft& draft, std::string_view replaced_etag) override;
  absl::StatusOr<std::optional<StoredDraft>> FindDraft(std::string_view id, int revision) override;
  absl::StatusOr<std::vector<StoredDraft>> DraftsAfter(std::string_view id, int revision, std::size_t limit) override;
  absl::StatusOr<v1::Label> SetLabel(const v1::Label& label, std::string_view replaced_etag) override;
  absl::Status DeleteLabel(std::string_view name, std::string_view region_code, int fiscal_year) override;
  absl::Status SaveSimulation(const v1::Simulation& simulation) override;
  absl::StatusOr<std::optional<v1::Simulation>> FindSimulation(std::string_view name) override;
  absl::Status CountForms(const std::vector<FormCount>& counts) override;
  absl::StatusOr<std::vector<int>> YearsSeen(std::string_view region) override;

 private:
  SqlRuleSetStore(std::unique_ptr<store::GroupCommit> writer, std::unique_ptr<store::ReadPool> readers)
      : writer_(std::move(writer)), readers_(std::move(readers)) {}

  std::unique_ptr<store::GroupCommit> writer_;
  std::unique_ptr<store::ReadPool> readers_;
};

}  // namespace jixiao::scoring
