// Seasons in the store: acceptance by the clock of its commit, rosters and their counters, reservations.
#include "common/time.h"
#include "intake/season/receipt.h"
#include "intake/store/sql_campaign_store.h"
#include "intake/store/sql_heads.h"

#include <gmock/gmock.h>

#include <atomic>
#include <random>

#include "unit/intake/support.h"
#include "unit/temporary_folder.h"

namespace jixiao::intake {
namespace {

using namespace v1;
using store::Database;
using store::Statement;
using ::testing::HasSubstr;

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kOpen = 1'767'974'400'000'000;
constexpr std::int64_t kDue = kOpen + 80 * kDay;
constexpr std::int64_t kClose = kDue + 10 * kDay;
constexpr char kName[] = "campaigns/2025";

class CampaignStoreTest : public ::testing::Test {
 protected:
  CampaignStoreTest() { Restart(); }

  void Restart(store::GroupCommit::Options options = {}) {
    campaigns_.reset();
    store_.reset();
    store_ = SqlSubmissionStore::Open(
                 folder_ / "intake.db", [this] { return now_.load(); }, options)
                 .value();
    auto signer = archiving::log::Signer::LoadOrCreate(folder_ / "receipts.key", "test.receipts").value();
    verifier_key_ = signer.VerifierKey();
    campaigns_ = std::make_unique<SqlCampaignStore>(*store_, std::move(signer));
  }

  CampaignWrite Write(bool validate_only = false) {
    return {Cat("request-", ++requests_), Cat("digest-", requests_), validate_only};
  }

  static Campaign Made() {
    Campaign campaign;
    campaign.set_name(kName);
    campaign.set_title("2025年度项目支出绩效自评");
    campaign.set_region_code("510400");
    campaign.set_fiscal_year(2025);
    campaign.set_kind(evaluation::v1::FORM_KIND_PROJECT);
    *campaign.mutable_open_time() = ToTimestamp(kOpen);
    *campaign.mutable_due_time() = ToTimestamp(kDue);
    *campaign.mutable_close_time() = ToTimestamp(kClose);
    campaign.set_late_policy(LATE_POLICY_MARK);
    campaign.set_roster_policy(ROSTER_POLICY_LIST);
    return campaign;
  }

  void OpenNow(const Campaign& campaign) {
    ASSERT_TRUE(campaigns_->Create(campaign, Write()).ok());
    Set([](Campaign& c) { c.set_state(CAMPAIGN_STATE_OPEN); });
  }

  template <class Edit>
  UpdateCampaignResponse Set(Edit edit) {
    const auto answer = campaigns_->Update(
        "UpdateCampaign", kName, "",
        [&](const Campaign& before, std::int64_t) -> absl::StatusOr<Campaign> {
          Campaign after = before;
          edit(after);
          return after;
        },
        Write());
    EXPECT_TRUE(answer.ok()) << answer.status();
    UpdateCampaignResponse response;
    EXPECT_TRUE(response.ParseFromString(answer.value_or("")));
    return response;
  }

  static RosterEntry Entry(const std::string& department, const std::string& unit, const std::string& project,
                           const std::string& code = "") {
    RosterEntry entry;
    entry.mutable_department()->set_name(department);
    entry.mutable_unit()->set_name(unit);
    entry.set_project_name(project);
    entry.set_project_code(code);
    return entry;
  }

  ImportRosterResponse Import(const std::vector<RosterEntry>& entries, RosterImportMode mode = ROSTER_IMPORT_MODE_MERGE,
                              bool validate_only = false) {
    const auto answer = campaigns_->ImportRoster(kName, mode, entries, Write(validate_only));
    EXPECT_TRUE(answer.ok()) << answer.status();
    ImportRosterResponse response;
    EXPECT_TRUE(response.ParseFromString(answer.value_or("")));
    return response;
  }

  static Acceptance FormOf(const std::string& unit, const std::string& project, const std::string& code = "") {
    evaluation::v1::SelfEvaluation form;
    form.mutable_implementing_unit()->set_name(unit);
    form.set_project_name(project);
    form.set_project_code(code);
    form.set_fiscal_year(2025);
    form.set_region_code("510403");
    Acceptance acceptance;
    acceptance.head.form_digest = CanonicalDigest(form).value();
    acceptance.head.implementing_unit = unit;
    acceptance.head.project_name = project;
    acceptance.head.fiscal_year = 2025;
    acceptance.head.region_code = "510403";
    acceptance.head.campaign = kName;
    acceptance.roster_key = season::KeyOf(form);
    acceptance.form = form.SerializeAsString();
    return acceptance;
  }

  absl::StatusOr<Receipt> Hand(Acceptance acceptance) {
    acceptance.request_id = Cat("form-", ++requests_);
    acceptance.request_digest = acceptance.request_id;
    std::promise<absl::StatusOr<std::string>> answer;
    RETURN_IF_ERROR(store_->Accept(std::move(acceptance),
                                   [&](absl::StatusOr<std::string> bytes) { answer.set_value(std::move(bytes)); }));
    ASSIGN_OR_RETURN(const std::string bytes, answer.get_future().get());
    SubmitEvaluationResponse response;
    EXPECT_TRUE(response.ParseFromString(bytes));
    return response.receipt();
  }
  std::string HandIn(const std::string& unit, const std::string& project, const std::string& code = "") {
    const auto receipt = Hand(FormOf(unit, project, code));
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? receipt->submission() : "";
  }

  // Brings a submission into a state as the pipeline or a reviewer would.
  void Bring(const std::string& name, SubmissionState state) {
    const absl::Status status = store_->writer().Run([&](Database& db) -> absl::Status {
      ASSIGN_OR_RETURN(std::optional<SubmissionRow> head, FindHead(db, name));
      head->state = state;
      return SaveStep(db, *head, "", BySystem(v1::SUBMISSION_ACTION_SCORE));
    });
    ASSERT_TRUE(status.ok()) << status;
  }

  ReserveSubmissionRequest ReserveRequest(const Acceptance& acceptance) {
    ReserveSubmissionRequest request;
    request.set_request_id(Cat("reserve-", ++requests_));
    request.set_campaign(kName);
    request.set_form_digest(acceptance.head.form_digest);
    request.mutable_unit()->set_name(acceptance.head.implementing_unit);
    return request;
  }
  absl::StatusOr<std::string> Reserve(const ReserveSubmissionRequest& request) {
    std::promise<absl::StatusOr<std::string>> answer;
    RETURN_IF_ERROR(
        campaigns_->Reserve(request, [&](absl::StatusOr<std::string> bytes) { answer.set_value(std::move(bytes)); }));
    return answer.get_future().get();
  }
  Reservation Reserved(const Acceptance& acceptance) {
    const auto answer = Reserve(ReserveRequest(acceptance));
    EXPECT_TRUE(answer.ok()) << answer.status();
    ReserveSubmissionResponse response;
    EXPECT_TRUE(response.ParseFromString(answer.value_or("")));
    return response.reservation();
  }

  ProgressReport Report(ProgressBreakdown breakdown = PROGRESS_BREAKDOWN_UNSPECIFIED,
                        const std::string& department = "") {
    const auto report = campaigns_->Progress(kName, breakdown, department, 1000, std::nullopt);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.value_or(ProgressReport());
  }
  std::vector<std::string> MissingProjects(const std::string& department = "") {
    std::vector<std::string> projects;
    std::optional<ListPlace> place;
    do {
      const auto page = campaigns_->Missing(kName, department, 2, place);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const RosterLine& line : page->items) projects.push_back(line.entry().project_name());
      place = page->next;
    } while (place);
    return projects;
  }

  // Counts all over from the rows themselves, as the counters should stand.
  void ExpectCountersRight() {
    auto db = store_->readers().Acquire();
    ASSERT_TRUE(db.ok());
    const auto count = [&](std::string_view sql) {
      std::map<std::string, std::int64_t> cells;
      EXPECT_TRUE((*db)
                      ->ForEach(sql,
                                [&](const Statement& row) {
                                  if (row.Int(3) != 0)
                                    cells[Cat(row.Int(0), "/", row.Int(1), "/", row.Int(2))] = row.Int(3);
                                })
                      .ok());
      return cells;
    };
    const auto kept = count("SELECT roster_group, state, late, entries FROM progress");
    const auto counted = count(
        "SELECT g.id, e.state, e.late, count(*) FROM roster_groups g JOIN roster_entries e ON e.campaign = g.campaign"
        " AND (g.level = 0 OR (g.level = 1 AND e.department = g.id) OR (g.level = 2 AND e.unit = g.id))"
        " WHERE g.level < 3 GROUP BY g.id, e.state, e.late"
        " UNION ALL SELECT g.id, c.state, c.late, count(*) FROM roster_groups g JOIN campaign_submissions c"
        " ON c.campaign = g.campaign AND g.level = 3 AND CAST(c.roster_match AS TEXT) = g.match_key"
        " GROUP BY g.id, c.state, c.late");
    EXPECT_EQ(kept, counted);
    // An entry and its submission name each other.
    std::int64_t wrong = 0;
    EXPECT_TRUE(
        (*db)
            ->ForEach("SELECT count(*) FROM roster_entries e LEFT JOIN campaign_submissions c ON c.submission = "
                      "e.submission WHERE e.submission <> 0 AND (c.entry IS NULL OR c.entry <> e.id OR "
                      "c.roster_match NOT IN (1, 2) OR c.state <> e.state OR c.late <> e.late)",
                      [&](const Statement& row) { wrong = row.Int(0); })
            .ok());
    EXPECT_EQ(wrong, 0);
  }

  TemporaryFolder folder_;
  std::atomic<std::int64_t> now_{kOpen + kDay};
  int requests_ = 0;
  std::string verifier_key_;
  std::unique_ptr<SqlSubmissionStore> store_;
  std::unique_ptr<SqlCampaignStore> campaigns_;
};

constexpr char kCode[] = "51040325T000010263357";

TEST_F(CampaignStoreTest, CampaignsAreKeptAndRepeatsAnsweredAlike) {
  const CampaignWrite write = Write();
  const auto first = campaigns_->Create(Made(), write);
  ASSERT_TRUE(first.ok()) << first.status();
  Restart();
  EXPECT_EQ(*campaigns_->Create(Made(), write), *first);
  CampaignWrite other = write;
  other.digest = "another";
  EXPECT_EQ(ReasonOf(campaigns_->Create(Made(), other).status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(campaigns_->Create(Made(), Write()).status()), "CAMPAIGN_EXISTS");
  const Campaign found = campaigns_->Find(kName).value();
  EXPECT_EQ(found.state(), CAMPAIGN_STATE_DRAFT);
  EXPECT_EQ(found.etag(), "1");
  EXPECT_EQ(ReasonOf(campaigns_->Find("campaigns/none").status()), "CAMPAIGN_NOT_FOUND");
}

TEST_F(CampaignStoreTest, ValidateOnlyKeepsNothing) {
  ASSERT_TRUE(campaigns_->Create(Made(), Write(true)).ok());
  EXPECT_EQ(ReasonOf(campaigns_->Find(kName).status()), "CAMPAIGN_NOT_FOUND");
  OpenNow(Made());
  EXPECT_EQ(ReasonOf(campaigns_->Create(Made(), Write(true)).status()), "CAMPAIGN_EXISTS");
  const ImportRosterResponse tried = Import({Entry("局", "一小", "校舍")}, ROSTER_IMPORT_MODE_MERGE, true);
  EXPECT_FALSE(tried.applied());
  EXPECT_EQ(tried.added(), 1);
  EXPECT_EQ(Report().total.expected(), 0);
  Acceptance form = FormOf("一小", "校舍");
  form.validate_only = true;
  const auto receipt = Hand(form);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->submission(), "");
  EXPECT_EQ(receipt->form_digest(), form.head.form_digest);
  EXPECT_TRUE(store_->List({}, {}, 10)->rows.empty());
  now_ = kClose + 1;
  EXPECT_EQ(ReasonOf(Hand(form).status()), "CAMPAIGN_CLOSED") << "it fails where the real one would";
}

TEST_F(CampaignStoreTest, EtagsGuardChanges) {
  OpenNow(Made());
  const auto stale = campaigns_->Update(
      "UpdateCampaign", kName, "1", [](const Campaign& c, std::int64_t) -> absl::StatusOr<Campaign> { return c; },
      Write());
  EXPECT_EQ(ReasonOf(stale.status()), "ETAG_MISMATCH");
}

TEST_F(CampaignStoreTest, ListsTheNewestFirstInPages) {
  for (int i = 0; i < 5; ++i) {
    Campaign campaign = Made();
    campaign.set_name(Cat("campaigns/c", i));
    ASSERT_TRUE(campaigns_->Create(campaign, Write()).ok());
  }
  std::string names;
  std::optional<ListPlace> place;
  do {
    const auto page = campaigns_->List(2, place).value();
    for (const Campaign& campaign : page.items) Append(names, campaign.name().substr(10), " ");
    place = page.next;
  } while (place);
  EXPECT_EQ(names, "c4 c3 c2 c1 c0 ");
}

TEST_F(CampaignStoreTest, ClockOfAcceptanceDecides) {
  ASSERT_TRUE(campaigns_->Create(Made(), Write()).ok());
  EXPECT_EQ(ReasonOf(Hand(FormOf("一小", "校舍")).status()), "CAMPAIGN_NOT_OPEN");
  Set([](Campaign& c) {
    c.set_state(CAMPAIGN_STATE_OPEN);
    c.set_rule_set("cn-national-2020");
    c.set_rule_set_digest("sha256:0123");
    c.add_stages(REVIEW_STAGE_FINANCE);
  });
  now_ = kOpen - 1;
  EXPECT_EQ(ReasonOf(Hand(FormOf("一小", "校舍")).status()), "CAMPAIGN_NOT_OPEN");
  now_ = kDue;
  const auto in_time = Hand(FormOf("一小", "校舍"));
  ASSERT_TRUE(in_time.ok()) << in_time.status();
  EXPECT_FALSE(in_time->late());
  const SubmissionRow head = support::Find(*store_, in_time->submission());
  EXPECT_EQ(head.campaign, kName);
  EXPECT_EQ(head.rule_set, "sha256:0123");
  EXPECT_THAT(head.stages, ::testing::ElementsAre(REVIEW_STAGE_FINANCE));
  EXPECT_EQ(head.create_time, kDue);
  now_ = kDue + 1;
  const auto late = Hand(FormOf("二小", "校舍"));
  ASSERT_TRUE(late.ok()) << late.status();
  EXPECT_TRUE(late->late());
  now_ = kClose + 1;
  EXPECT_EQ(ReasonOf(Hand(FormOf("三小", "校舍")).status()), "CAMPAIGN_CLOSED");
  Acceptance other = FormOf("三小", "校舍");
  other.head.fiscal_year = 2024;
  EXPECT_EQ(ReasonOf(Hand(other).status()), "CAMPAIGN_MISMATCH");
  other.head.campaign = "campaigns/none";
  EXPECT_EQ(ReasonOf(Hand(other).status()), "CAMPAIGN_NOT_FOUND");
  const auto list = campaigns_->Submissions(kName, true, {}, 10, std::nullopt).value();
  ASSERT_EQ(list.items.size(), 1u);
  EXPECT_EQ(list.items[0].submission().name(), late->submission());
  EXPECT_EQ(ToMicros(list.items[0].decisive_time()), kDue + 1);
  EXPECT_EQ(store_->List({}, {}, 10)->rows.size(), 2u) << "what is refused leaves nothing";
}

TEST_F(CampaignStoreTest, ResubmissionKeepsCampaignAndTime) {
  OpenNow(Made());
  now_ = kDue;
  const std::string in_time = HandIn("一小", "校舍");
  now_ = kDue + 1;
  const std::string late = HandIn("二小", "校舍");
  Bring(in_time, SUBMISSION_STATE_RETURNED);
  Bring(late, SUBMISSION_STATE_RETURNED);
  now_ = kClose + kDay;
  Set([](Campaign& c) { c.set_state(CAMPAIGN_STATE_CLOSED); });
  Acceptance again = FormOf("一小", "校舍");
  again.submission = in_time;
  again.head.campaign.clear();
  const auto receipt = Hand(again);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_FALSE(receipt->late());
  EXPECT_EQ(receipt->revision(), 2);
  EXPECT_EQ(support::Find(*store_, in_time).campaign, kName);
  again = FormOf("二小", "校舍");
  again.submission = late;
  EXPECT_TRUE(Hand(again)->late());
  Bring(late, SUBMISSION_STATE_RETURNED);
  again.head.campaign = "campaigns/other";
  EXPECT_EQ(ReasonOf(Hand(again).status()), "CAMPAIGN_MISMATCH");
  ExpectCountersRight();
}

TEST_F(CampaignStoreTest, PostponedDueTimeJudgesAgain) {
  OpenNow(Made());
  Import({Entry("局", "一小", "校舍"), Entry("局", "二小", "校舍")});
  now_ = kDue + 1;
  const std::string first = HandIn("一小", "校舍");
  now_ = kDue + 2 * kDay;
  const std::string second = HandIn("二小", "校舍");
  EXPECT_EQ(Report().total.late(), 2);
  EXPECT_EQ(Set([](Campaign& c) { *c.mutable_due_time() = ToTimestamp(kDue + kDay); }).judged_in_time(), 1);
  EXPECT_FALSE(support::Find(*store_, first).late);
  EXPECT_TRUE(support::Find(*store_, second).late);
  EXPECT_EQ(Report().total.late(), 1);
  EXPECT_EQ(Report().total.in_time(), 1);
  ExpectCountersRight();
}

// A clock that is set back moves no step before the last one.
TEST_F(CampaignStoreTest, TimeOfAStepIsNeverBeforeTheLast) {
  OpenNow(Made());
  now_ = kDue + 2 * kDay;
  const std::string name = HandIn("一小", "校舍");
  now_ = kDue;
  EXPECT_EQ(Set([](Campaign& c) { *c.mutable_due_time() = ToTimestamp(kDue + 3 * kDay); }).judged_in_time(), 1);
  EXPECT_GE(support::Find(*store_, name).update_time, kDue + 2 * kDay);
  Bring(name, SUBMISSION_STATE_RETURNED);
  Acceptance again = FormOf("一小", "校舍");
  again.submission = name;
  ASSERT_TRUE(Hand(again).ok());
  const SubmissionRow head = support::Find(*store_, name);
  EXPECT_EQ(head.revision, 2);
  EXPECT_GE(head.update_time, kDue + 2 * kDay);
  const auto steps = store_->Steps(head.id, 0);
  ASSERT_TRUE(steps.ok()) << steps.status();
  EXPECT_TRUE(std::ranges::is_sorted(*steps, {}, &Step::time));
}

// What was withdrawn late stays late, and is judged by no later date.
TEST_F(CampaignStoreTest, WithdrawnFormIsNotJudgedAgain) {
  OpenNow(Made());
  Import({Entry("局", "一小", "校舍")});
  now_ = kDue + 1;
  const std::string name = HandIn("一小", "校舍");
  Bring(name, SUBMISSION_STATE_WITHDRAWN);
  for (int days = 1; days <= 3; ++days)
    EXPECT_EQ(Set([&](Campaign& c) { *c.mutable_due_time() = ToTimestamp(kDue + days * kDay); }).judged_in_time(), 0);
  EXPECT_TRUE(support::Find(*store_, name).late);
  ExpectCountersRight();
}

TEST_F(CampaignStoreTest, ProgressFollowsEveryStep) {
  OpenNow(Made());
  Import({Entry("教育局", "一小", "校舍", kCode), Entry("教育局", "一小", "食堂"), Entry("教育局", "二小", "操场"),
          Entry("卫健局", "医院", "疫苗")});
  EXPECT_EQ(Report().total.expected(), 4);
  EXPECT_EQ(Report().total.missing(), 4);
  EXPECT_THAT(MissingProjects(), ::testing::ElementsAre("校舍", "食堂", "操场", "疫苗"));
  EXPECT_THAT(MissingProjects("卫健局"), ::testing::ElementsAre("疫苗"));
  EXPECT_EQ(ReasonOf(campaigns_->Missing(kName, "没有的局", 2, std::nullopt).status()), "DEPARTMENT_NOT_FOUND");

  const std::string by_code = HandIn("第一小学", "改了名的校舍", kCode);
  const std::string by_names = HandIn("一 小", "食\n堂");
  now_ = kDue + 1;
  const std::string late = HandIn("医院", "疫苗");
  ProgressReport report = Report(PROGRESS_BREAKDOWN_DEPARTMENT);
  EXPECT_EQ(report.total.handed_in(), 3);
  EXPECT_EQ(report.total.late(), 1);
  EXPECT_EQ(report.total.processing(), 3);
  ASSERT_EQ(report.groups.items.size(), 2u);
  EXPECT_EQ(report.groups.items[0].name(), "教育局");
  EXPECT_EQ(report.groups.items[0].handed_in(), 2);
  EXPECT_EQ(report.groups.items[1].late(), 1);
  EXPECT_THAT(MissingProjects(), ::testing::ElementsAre("操场"));

  Bring(by_code, SUBMISSION_STATE_SCORED);
  Bring(by_code, SUBMISSION_STATE_DEPARTMENT_REVIEW);
  Bring(by_names, SUBMISSION_STATE_ARCHIVED);
  Bring(late, SUBMISSION_STATE_RETURNED);
  report = Report(PROGRESS_BREAKDOWN_UNIT, "教育局");
  EXPECT_EQ(report.total.in_review(), 1);
  EXPECT_EQ(report.total.archived(), 1);
  EXPECT_EQ(report.total.returned(), 1);
  ASSERT_EQ(report.groups.items.size(), 2u);
  EXPECT_EQ(report.groups.items[0].name(), "一小");
  EXPECT_EQ(report.groups.items[0].department(), "教育局");
  EXPECT_EQ(report.groups.items[0].expected(), 2);
  EXPECT_THAT(MissingProjects(), ::testing::ElementsAre("操场", "疫苗")) << "what was returned has to be asked for";
  ExpectCountersRight();

  // Withdrawn: as if it had never come. What else wanted the entry gets it.
  const std::string duplicate = HandIn("一小", "食堂");
  EXPECT_EQ(Report().duplicates, 1);
  Bring(by_names, SUBMISSION_STATE_WITHDRAWN);
  EXPECT_EQ(Report().duplicates, 0);
  const auto roster = campaigns_->Roster(kName, 10, std::nullopt).value();
  EXPECT_EQ(roster.items[1].submission(), duplicate);
  Bring(duplicate, SUBMISSION_STATE_WITHDRAWN);
  EXPECT_THAT(MissingProjects(), ::testing::ElementsAre("食堂", "操场", "疫苗"));
  ExpectCountersRight();
  Restart();
  EXPECT_EQ(Report().total.in_review(), 1);
}

TEST_F(CampaignStoreTest, WhatIsNotOnTheRosterIsListedOrRefused) {
  OpenNow(Made());
  Import({Entry("局", "一小", "校舍", "51040325T000010263357"), Entry("局", "一小", "校舍", "51040325T000010263358")});
  const std::string stranger = HandIn("三小", "校舍");
  const std::string unclear = HandIn("一小", "校舍");
  EXPECT_EQ(Report().unmatched, 1);
  EXPECT_EQ(Report().ambiguous, 1);
  const auto list =
      campaigns_->Submissions(kName, false, {ROSTER_MATCH_NONE, ROSTER_MATCH_AMBIGUOUS}, 10, std::nullopt).value();
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[0].submission().name(), stranger);
  EXPECT_EQ(list.items[1].match(), ROSTER_MATCH_AMBIGUOUS);
  EXPECT_EQ(campaigns_->Submissions(kName, false, {ROSTER_MATCH_AMBIGUOUS}, 10, std::nullopt)->items.size(), 1u);

  Set([](Campaign& c) { c.set_roster_policy(ROSTER_POLICY_REFUSE); });
  EXPECT_EQ(ReasonOf(Hand(FormOf("四小", "校舍")).status()), "NOT_ON_ROSTER");
  EXPECT_EQ(ReasonOf(Hand(FormOf("一小", "校舍")).status()), "ROSTER_AMBIGUOUS");
  const std::string first = HandIn("一小", "校舍", kCode);
  const absl::Status taken = Hand(FormOf("一小", "校舍", kCode)).status();
  EXPECT_EQ(ReasonOf(taken), "ROSTER_ENTRY_TAKEN");
  EXPECT_THAT(std::string(taken.message()), HasSubstr(first));
  ExpectCountersRight();
}

TEST_F(CampaignStoreTest, RosterChangesMatchAnew) {
  OpenNow(Made());
  const std::string early = HandIn("三小", "校舍");
  const std::string kept = HandIn("一小", "校舍");
  EXPECT_EQ(Report().unmatched, 2);
  ImportRosterResponse response = Import({Entry("局", "一小", "校舍"), Entry("局", "三小", "校舍")});
  EXPECT_EQ(response.added(), 2);
  EXPECT_EQ(response.matched(), 2);
  EXPECT_EQ(Report().unmatched, 0);
  EXPECT_EQ(Report().total.handed_in(), 2);
  // The same again, one with other details, and one that is gone.
  RosterEntry moved = Entry("另一局", "一小", "校舍", kCode);
  moved.set_contact("王某 0812-1");
  response = Import({moved}, ROSTER_IMPORT_MODE_REPLACE);
  EXPECT_EQ(response.added(), 0);
  EXPECT_EQ(response.changed(), 1);
  EXPECT_EQ(response.removed(), 1);
  EXPECT_EQ(Report().unmatched, 1);
  const ProgressReport report = Report(PROGRESS_BREAKDOWN_DEPARTMENT);
  ASSERT_EQ(report.groups.items.size(), 1u) << "a department without entries is not shown";
  EXPECT_EQ(report.groups.items[0].name(), "另一局");
  EXPECT_EQ(report.groups.items[0].handed_in(), 1);
  response = Import({Entry("另一局", "一小", "校舍"), Entry("局", "三小", "校舍")});
  EXPECT_EQ(response.changed(), 1) << "a list without codes means the entry that has one";
  EXPECT_EQ(response.added(), 1);
  EXPECT_EQ(campaigns_->Roster(kName, 10, std::nullopt)->items[0].entry().project_code(), kCode);
  EXPECT_EQ(Import({Entry("局", "三小", "校舍")}).unchanged(), 1);
  ExpectCountersRight();
}

TEST_F(CampaignStoreTest, CountersStayRightWhateverHappens) {
  OpenNow(Made());
  std::mt19937 random(20260331);
  const auto pick = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  const auto unit = [](int n) { return Cat("单位", n); };
  std::vector<std::string> names;
  for (int step = 0; step < 400; ++step) {
    switch (pick(6)) {
      case 0: {
        std::vector<RosterEntry> entries;
        for (int i = 0; i < 8; ++i)
          if (pick(2) == 0) entries.push_back(Entry(Cat("局", pick(3)), unit(i), "项目"));
        if (!entries.empty()) Import(entries, pick(3) == 0 ? ROSTER_IMPORT_MODE_REPLACE : ROSTER_IMPORT_MODE_MERGE);
        break;
      }
      case 1:
      case 2:
        now_ = pick(2) == 0 ? kDue : kDue + 1;
        names.push_back(HandIn(unit(pick(10)), "项目"));
        break;
      case 3: {
        if (names.empty()) break;
        const std::string& name = names[static_cast<std::size_t>(pick(static_cast<int>(names.size())))];
        if (support::Find(*store_, name).state != SUBMISSION_STATE_RETURNED) break;
        Acceptance again = FormOf(unit(pick(10)), "项目");
        again.submission = name;
        EXPECT_TRUE(Hand(again).ok());
        break;
      }
      default:
        if (names.empty()) break;
        Bring(names[static_cast<std::size_t>(pick(static_cast<int>(names.size())))],
              std::array{SUBMISSION_STATE_SCORED, SUBMISSION_STATE_RETURNED, SUBMISSION_STATE_ARCHIVED,
                         SUBMISSION_STATE_WITHDRAWN}[static_cast<std::size_t>(pick(4))]);
    }
  }
  ExpectCountersRight();
}

// ----------------------------------------------------------------------------------------------------- reservations

TEST_F(CampaignStoreTest, ReservationDecidesAndIsSigned) {
  Campaign campaign = Made();
  campaign.set_late_policy(LATE_POLICY_REFUSE);
  *campaign.mutable_content_due_time() = ToTimestamp(kDue + 5 * kDay);
  OpenNow(campaign);
  now_ = kDue;
  Acceptance form = FormOf("一小", "校舍");
  const ReserveSubmissionRequest request = ReserveRequest(form);
  const auto answer = Reserve(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ReserveSubmissionResponse response;
  ASSERT_TRUE(response.ParseFromString(*answer));
  const auto verifier = archiving::log::Verifier::Parse(verifier_key_).value();
  EXPECT_EQ(season::OpenReceipt(response.receipt(), verifier)->SerializeAsString(),
            response.reservation().SerializeAsString());
  EXPECT_EQ(ToMicros(response.reservation().reserve_time()), kDue);

  now_ = kDue + kDay;
  EXPECT_EQ(*Reserve(request), *answer) << "the first answer, also later";
  ReserveSubmissionRequest other = request;
  other.mutable_unit()->set_name("二小");
  EXPECT_EQ(ReasonOf(Reserve(other).status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(Reserve(ReserveRequest(form)).status()), "SUBMISSION_LATE");
  EXPECT_EQ(ReasonOf(Hand(form).status()), "SUBMISSION_LATE");

  form.reservation = response.reservation().name();
  Acceptance altered = FormOf("一小", "校舍二期");
  altered.reservation = form.reservation;
  const absl::Status mismatch = Hand(altered).status();
  EXPECT_EQ(ReasonOf(mismatch), "RESERVATION_MISMATCH");
  Restart();
  const auto receipt = Hand(form);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_FALSE(receipt->late());
  EXPECT_EQ(ReasonOf(Hand(form).status()), "RESERVATION_USED") << "another submission cannot use it";
  const auto list = campaigns_->Submissions(kName, false, {}, 10, std::nullopt).value();
  ASSERT_EQ(list.items.size(), 1u);
  EXPECT_EQ(list.items[0].reservation(), form.reservation);
  EXPECT_EQ(ToMicros(list.items[0].decisive_time()), kDue);
  EXPECT_EQ(ToMicros(list.items[0].submission().create_time()), kDue + kDay);
}

TEST_F(CampaignStoreTest, ReservationOutlivesClosingByHand) {
  OpenNow(Made());
  Acceptance form = FormOf("一小", "校舍");
  form.reservation = Reserved(form).name();
  Set([](Campaign& c) { c.set_state(CAMPAIGN_STATE_CLOSED); });
  EXPECT_EQ(ReasonOf(Hand(FormOf("二小", "校舍")).status()), "CAMPAIGN_CLOSED");
  EXPECT_TRUE(Hand(form).ok());
}

TEST_F(CampaignStoreTest, ReservationIsForOneFormOfOneUnitInOneCampaign) {
  OpenNow(Made());
  const Acceptance form = FormOf("一小", "校舍");
  Acceptance with = form;
  with.reservation = Reserved(form).name();
  with.unit_code = "101";
  EXPECT_EQ(ReasonOf(Hand(with).status()), "RESERVATION_MISMATCH");
  with.unit_code.clear();
  with.head.campaign.clear();
  EXPECT_EQ(ReasonOf(Hand(with).status()), "CAMPAIGN_MISMATCH");
  with.head.campaign = kName;
  with.reservation = "reservations/none";
  EXPECT_EQ(ReasonOf(Hand(with).status()), "RESERVATION_NOT_FOUND");
}

TEST_F(CampaignStoreTest, ReservationsAreAnsweredWhileFormsAreRefused) {
  store::GroupCommit::Options options;
  options.capacity = 1;
  constexpr std::size_t kForms = SqlSubmissionStore::kMostTogether;  // of one work
  Restart(options);
  OpenNow(Made());
  // The writer is held up; the queue of forms is filled to its end.
  std::promise<void> begun;
  std::promise<void> release;
  ASSERT_TRUE(store_->writer()
                  .Submit(
                      [&](Database&) {
                        begun.set_value();
                        release.get_future().wait();
                        return absl::OkStatus();
                      },
                      [](absl::Status) {})
                  .ok());
  begun.get_future().wait();
  std::mutex mutex;
  std::vector<std::string> order;
  std::promise<void> all;
  const auto note = [&](const std::string& what, const absl::Status& status) {
    const std::lock_guard lock(mutex);
    order.push_back(status.ok() ? what : ReasonOf(status));
    if (order.size() == kForms + 3) all.set_value();
  };
  for (std::size_t i = 0; i < kForms; ++i) {
    Acceptance form = FormOf(Cat("单位", i), "校舍");
    form.request_id = form.request_digest = Cat("flood-", i);
    ASSERT_TRUE(store_->Accept(std::move(form), [&](absl::StatusOr<std::string> a) { note("form", a.status()); }).ok());
  }
  Acceptance refused = FormOf("又一个", "校舍");
  refused.request_id = refused.request_digest = "flood-x";
  const absl::Status full = store_->Accept(refused, [](absl::StatusOr<std::string>) {});
  EXPECT_EQ(ReasonOf(full), "QUEUE_FULL");
  EXPECT_TRUE(full.GetPayload(std::string(kRetryInfoUrl)).has_value());
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(campaigns_
                    ->Reserve(ReserveRequest(FormOf(Cat("预约", i), "校舍")),
                              [&](absl::StatusOr<std::string> a) { note("reservation", a.status()); })
                    .ok());
  release.set_value();
  all.get_future().wait();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(order[i], "reservation") << "they go first";
  for (std::size_t i = 3; i < order.size(); ++i) EXPECT_EQ(order[i], "form");
}

// ----------------------------------------------------------------------------------------------------------- plans

// The lists read what they show and no more: no scan of a table, no sorting of its rows.
TEST_F(CampaignStoreTest, ListsFollowIndexes) {
  OpenNow(Made());
  auto db = store_->readers().Acquire();
  ASSERT_TRUE(db.ok());
  const std::pair<std::string_view, std::string_view> kLists[] = {
      {kMissingSql, "USING INDEX roster_entries_missing (campaign=? AND (department,unit)>(?,?)"},
      {kLateSql, "USING INDEX campaign_submissions_late (campaign=? AND submission>?)"},
      {kMatchSql, "USING INDEX campaign_submissions_by_match (campaign=? AND roster_match=? AND submission>?)"},
      {kGroupsSql, "USING INDEX roster_groups_by_level (campaign=? AND level=? AND id>?)"}};
  for (const auto& [sql, index] : kLists) {
    std::string plan;
    auto statement = (*db)->Prepared(Cat("EXPLAIN QUERY PLAN ", sql));
    ASSERT_TRUE(statement.ok()) << statement.status();
    for (auto row = (*statement)->Step(); row.ok() && *row; row = (*statement)->Step())
      Append(plan, (*statement)->Text(3), "\n");
    EXPECT_THAT(plan, HasSubstr(std::string(index))) << sql;
    // Only the page of groups, at most a thousand, may be scanned and sorted.
    const bool groups = sql == kGroupsSql;
    for (std::size_t at = plan.find("SCAN"); at != std::string::npos; at = plan.find("SCAN", at + 1))
      EXPECT_TRUE(groups && plan.compare(at, 6, "SCAN g") == 0) << plan;
    if (!groups) {
      EXPECT_THAT(plan, ::testing::Not(HasSubstr("TEMP B-TREE"))) << sql;
    }
  }
}

}  // namespace
}  // namespace jixiao::intake
