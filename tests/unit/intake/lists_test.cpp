// Lists, changes and the expiry of requests, over the real store.
#include "common/time.h"
#include "intake/store/sql_lists.h"
#include "support/stores.h"

#include <algorithm>
#include <set>

#include "unit/intake/support.h"
#include "unit/temporary_folder.h"

namespace jixiao::intake {
namespace {

using namespace support;

class ListsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqlSubmissionStore::Open(testing::StoreAt(folder_ / "intake.db"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  std::string AcceptWith(const std::string& project, const std::function<void(SubmissionRow&)>& change) {
    Acceptance acceptance = AcceptanceOf(project);
    change(acceptance.head);
    // No season is open here: what only one can give is written afterwards.
    const std::string campaign = std::exchange(acceptance.head.campaign, "");
    const bool late = std::exchange(acceptance.head.late, false);
    std::promise<std::string> name;
    EXPECT_TRUE(store_
                    ->Accept(std::move(acceptance),
                             [&](absl::StatusOr<std::string> answer) {
                               v1::SubmitEvaluationResponse response;
                               EXPECT_TRUE(answer.ok() && response.ParseFromString(*answer)) << answer.status();
                               name.set_value(response.receipt().submission());
                             })
                    .ok());
    std::string accepted = name.get_future().get();
    if (!campaign.empty() || late)
      Spoil(Cat("UPDATE submissions SET campaign = '", campaign, "', late = ", late ? 1 : 0, " WHERE name = '",
                accepted, "'"));
    return accepted;
  }

  // Projects over all pages of `size`.
  std::vector<std::string> Projects(const SubmissionFilter& filter, std::size_t size = 500) {
    std::vector<std::string> projects;
    ListPosition position;
    for (bool more = true; more;) {
      const auto page = store_->List(filter, position, size);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->rows.size(), size);
      for (const SubmissionRow& row : page->rows) projects.push_back(row.project_name);
      position = page->next;
      more = page->more;
    }
    return projects;
  }

  void Spoil(const std::string& sql) {
    auto database = store::Database::Open(testing::StoreAt(folder_ / "intake.db"), store::Mode::kReadWrite);
    ASSERT_TRUE(database.ok()) << database.status();
    const absl::Status status = (*database)->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqlSubmissionStore> store_;
};

using Names = std::vector<std::string>;

TEST_F(ListsTest, EachFilterAdmitsWhatFits) {
  AcceptWith("道路", [](SubmissionRow& row) {
    row.region_code = "510403";
    row.competent_department = "交通局";
    row.implementing_unit = "公路站";
    row.fiscal_year = 2023;
    row.campaign = "campaigns/a";
  });
  AcceptWith("学校", [](SubmissionRow& row) {
    row.region_code = "510411";
    row.competent_department = "教育局";
    row.implementing_unit = "第一小学";
    row.late = true;
    row.campaign = "campaigns/a";
  });
  AcceptWith("桥梁", [](SubmissionRow& row) {
    row.region_code = "420100";
    row.competent_department = "交通局";
    row.implementing_unit = "桥梁处";
  });
  EXPECT_EQ(Projects({}), (Names{"道路", "学校", "桥梁"}));
  EXPECT_EQ(Projects({.campaign = "campaigns/a"}), (Names{"道路", "学校"}));
  EXPECT_EQ(Projects({.region = "51"}), (Names{"道路", "学校"}));
  EXPECT_EQ(Projects({.region = "510411"}), (Names{"学校"}));
  EXPECT_EQ(Projects({.region = "5105"}), (Names{}));
  EXPECT_EQ(Projects({.department = "交通局"}), (Names{"道路", "桥梁"}));
  EXPECT_EQ(Projects({.unit = "桥梁处"}), (Names{"桥梁"}));
  EXPECT_EQ(Projects({.year = 2023}), (Names{"道路"}));
  EXPECT_EQ(Projects({.late = true}), (Names{"学校"}));
  EXPECT_EQ(Projects({.late = false}), (Names{"道路", "桥梁"}));
  EXPECT_EQ(Projects({.text = "小"}), (Names{"学校"}));
  EXPECT_EQ(Projects({.text = "桥"}), (Names{"桥梁"}));
  EXPECT_EQ(Projects({.states = {v1::SUBMISSION_STATE_ARCHIVED}}), (Names{}));
  EXPECT_EQ(Projects({.states = {v1::SUBMISSION_STATE_ACCEPTED, v1::SUBMISSION_STATE_STUCK}}),
            (Names{"道路", "学校", "桥梁"}));
  EXPECT_EQ(Projects({.region = "51", .department = "交通局", .text = "道"}), (Names{"道路"}));
  const std::int64_t now = NowMicros();
  EXPECT_EQ(Projects({.updated_from = now}), (Names{}));
  EXPECT_EQ(Projects({.updated_before = now}), (Names{"道路", "学校", "桥梁"}));
  EXPECT_EQ(Projects({.updated_from = now - 60'000'000, .updated_before = now, .text = "校"}), (Names{"学校"}));
}

// All rows exactly once, whatever the size of a page and the index that is read.
TEST_F(ListsTest, PagesAreCompleteInEveryOrder) {
  std::multiset<std::string> expected;
  for (int i = 0; i < 700; ++i) {
    const std::string project = Cat("项目", i);
    expected.insert(project);
    AcceptWith(project, [&](SubmissionRow& row) {
      row.region_code = Cat(510000 + i % 7);
      row.competent_department = "教育局";
      row.implementing_unit = "第一小学";
    });
  }
  // States as they come in a season, and many changes at one moment.
  Spoil("UPDATE submissions SET state = 1 + id % 4, update_time = 1000 + id / 100, campaign = 'campaigns/a'");
  const std::vector<SubmissionFilter> filters = {{},
                                                 {.campaign = "campaigns/a"},
                                                 {.region = "51"},
                                                 {.department = "教育局"},
                                                 {.unit = "第一小学"},
                                                 {.year = 2021},
                                                 {.late = false},
                                                 {.updated_from = 0},
                                                 {.updated_before = 2000},
                                                 {.text = "项目"}};
  for (std::size_t i = 0; i < filters.size(); ++i)
    for (const std::size_t size : {1000, 256, 100, 7}) {
      const Names projects = Projects(filters[i], size);
      EXPECT_EQ(std::multiset<std::string>(projects.begin(), projects.end()), expected)
          << "filter " << i << ", pages of " << size;
    }
  EXPECT_EQ(Projects({.campaign = "campaigns/a", .states = {v1::SUBMISSION_STATE_ARCHIVED}}, 9).size(), 175u);
  EXPECT_EQ(Projects({.states = {v1::SUBMISSION_STATE_SCORED, v1::SUBMISSION_STATE_RETURNED}}, 9).size(), 350u);
}

TEST_F(ListsTest, WhatNoIndexServesIsReadInBoundedParts) {
  for (int i = 0; i < 10; ++i) AcceptWith(Cat("项目", i), [](SubmissionRow&) {});
  Spoil(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
      " INSERT INTO submissions (name, revision, state, form_digest, implementing_unit, project_name, fiscal_year,"
      " region_code, rule_set, create_time, update_time, version, archive_record, archive_index, problem)"
      " SELECT 'x' || i, 1, 3, '', 'u', 'p', 2021, '', '', 0, 0, 0, '', 0, '' FROM n");
  AcceptWith("末尾", [](SubmissionRow&) {});
  const auto first = store_->List({.text = "末尾"}, {}, 10);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->rows.empty());
  EXPECT_TRUE(first->more);
  EXPECT_LT(first->next.id, 10'000);
  EXPECT_EQ(Projects({.text = "末尾"}), (Names{"末尾"}));
}

// Runs EXPLAIN QUERY PLAN with as many parameters as there are.
absl::Status Explain(store::Database& database, const std::string& sql, std::string& plan) {
  const std::string explain = Cat("EXPLAIN QUERY PLAN ", sql);
  const auto note = [&](const store::Statement& row) { plan += row.Text(3) + "; "; };
  switch (std::ranges::count(sql, '?')) {
    case 2:
      return database.ForEach(explain, note, 1, 1);
    case 3:
      return database.ForEach(explain, note, 1, 1, 1);
    default:
      return database.ForEach(explain, note, 1, 1, 1, 1);
  }
}

// SQLite's own word on how each list is read: through an index, and never sorted.
TEST_F(ListsTest, CommonFiltersReadAnIndexInOrder) {
  if (testing::OnPostgres()) GTEST_SKIP() << "PostgreSQL plans by statistics";
  auto database = store::Database::Open(testing::StoreAt(folder_ / "intake.db"), store::Mode::kReadOnly);
  ASSERT_TRUE(database.ok());
  const std::vector<std::pair<SubmissionFilter, std::string>> expected = {
      {{.campaign = "c"}, "submissions_by_campaign"},
      {{.campaign = "c", .states = {v1::SUBMISSION_STATE_STUCK}, .late = true}, "submissions_by_campaign"},
      {{.region = "51"}, "submissions_by_region"},
      {{.department = "d", .year = 2021}, "submissions_by_department"},
      {{.unit = "u", .year = 2021}, "submissions_by_unit"},
      {{.year = 2021}, "submissions_by_year"},
      {{.states = {v1::SUBMISSION_STATE_STUCK}}, "submissions_by_state"},
      {{.late = true}, "submissions_late"},
      {{.updated_from = 1, .updated_before = 2}, "submissions_by_update"},
      {{}, "PRIMARY KEY"}};
  for (const auto& [filter, index] : expected)
    for (const std::string& sql : ListStatements(filter)) {
      std::string plan;
      // Parameters do not matter to the plan.
      const absl::Status read = Explain(**database, sql, plan);
      ASSERT_TRUE(read.ok()) << read;
      EXPECT_NE(plan.find("SEARCH"), std::string::npos) << plan;
      EXPECT_NE(plan.find(index), std::string::npos) << plan;
      EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan;
      EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
    }
}

TEST_F(ListsTest, ChangesComeOnceEachInOrderFromAnyCursor) {
  std::vector<std::string> names;
  for (int i = 0; i < 600; ++i) names.push_back(Accept(*store_, Cat("项目", i)));
  ASSERT_EQ(store_->NewestChange().value(), 600);
  std::vector<std::int64_t> seen;
  std::int64_t position = 0;
  for (bool more = true; more;) {
    const auto page = store_->Changes({}, position, 37);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const ChangedSubmission& change : page->changes) {
      seen.push_back(change.step.sequence);
      EXPECT_EQ(change.head.name, names[seen.size() - 1]);
    }
    position = page->position;
    more = page->more;
  }
  ASSERT_EQ(seen.size(), 600u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(std::set<std::int64_t>(seen.begin(), seen.end()).size(), 600u);
  const auto rest = store_->Changes({}, position, 100);
  EXPECT_TRUE(rest->changes.empty());
  EXPECT_EQ(rest->position, position);
  const auto one = store_->Changes({.text = "项目599"}, 0, 100);
  ASSERT_EQ(one->changes.size(), 1u);
  EXPECT_EQ(one->position, 600);
  EXPECT_TRUE(store_->Changes({.states = {v1::SUBMISSION_STATE_ARCHIVED}}, 0, 100)->changes.empty());
}

TEST_F(ListsTest, ListenerHearsOfTheNewestChangeAndOfNothingElse) {
  std::mutex mutex;
  std::vector<std::int64_t> heard;
  store_->Listen([&](std::int64_t sequence) {
    const std::lock_guard lock(mutex);
    heard.push_back(sequence);
  });
  Accept(*store_, "甲");
  ASSERT_TRUE(store_->Lease(10, 1).ok()) << "a lease changes no submission";
  Accept(*store_, "乙");
  store_->Listen(nullptr);
  Accept(*store_, "丙");
  EXPECT_EQ(heard, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(ListsTest, OldRequestsAreForgottenOnceTheirSubmissionRests) {
  Accept(*store_, "甲");
  const std::string resting = Accept(*store_, "乙");
  Accept(*store_, "丙");
  Spoil(Cat("UPDATE submissions SET state = ", static_cast<int>(v1::SUBMISSION_STATE_ARCHIVED), " WHERE name = '",
            resting, "'"));
  const auto none = store_->ExpireRequests(1, {}, 10);
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(none->examined, 0u) << "none is that old";
  const std::int64_t later = NowMicros() + 1;
  std::size_t removed = 0;
  RequestPosition position;
  for (int i = 0; i < 3; ++i) {
    const auto step = store_->ExpireRequests(later, position, 1);
    ASSERT_TRUE(step.ok()) << step.status();
    EXPECT_EQ(step->examined, 1u);
    removed += step->removed;
    position = step->next;
  }
  EXPECT_EQ(removed, 1u);
  EXPECT_EQ(store_->ExpireRequests(later, position, 1)->examined, 0u);
  // What was on its way gets its first receipt, what was at rest is a new submission.
  EXPECT_EQ(Projects({}).size(), 3u);
  Accept(*store_, "甲");
  EXPECT_EQ(Projects({}).size(), 3u);
  EXPECT_NE(Accept(*store_, "乙"), resting);
  EXPECT_EQ(Projects({}).size(), 4u);
}

}  // namespace
}  // namespace jixiao::intake
