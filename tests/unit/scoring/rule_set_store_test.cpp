// The life of rule sets in the store: what is acknowledged is there after a restart, and replicas learn of it.
#include "common/digest.h"
#include "common/errors.h"
#include "common/store/sqlite.h"
#include "common/time.h"
#include "scoring/rulesets/annex.h"
#include "scoring/rulesets/forms_seen.h"
#include "scoring/store/sql_rule_set_store.h"
#include "support/stores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

namespace jixiao::scoring {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StoredRuleSet RuleSetNamed(std::string id, int revision, std::string content = "") {
  const std::string document = id + "@" + std::to_string(revision) + content;
  return {std::move(id), revision, DigestOf(document), document};
}

StoredDraft Draft(std::string id, int revision, std::string content) {
  return {std::move(id), revision, DigestOf(content), content};
}

v1::Label LabelOf(std::string name, std::string region, int year, const StoredRuleSet& set) {
  v1::Label label;
  label.set_name(std::move(name));
  label.set_region_code(std::move(region));
  label.set_fiscal_year(year);
  label.set_digest(set.digest);
  return label;
}

class RuleSetStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-rules-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    Reopen();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::string Path() const { return testing::StoreAt((folder_ / "scoring.db").string()); }
  void Reopen() {
    store_.reset();
    auto opened = SqlRuleSetStore::Open(Path());
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  Changes Load(std::int64_t position) {
    auto changes = store_->LoadSince(position);
    EXPECT_TRUE(changes.ok()) << changes.status();
    return *std::move(changes);
  }
  Annex AnnexNow() { return *DecodeAnnex(Load(0).annex); }
  std::vector<std::string> DraftNames() {
    std::vector<std::string> names;
    const auto drafts = store_->DraftsAfter("", 0, 100);
    EXPECT_TRUE(drafts.ok()) << drafts.status();
    for (const auto& draft : *drafts) names.push_back(draft.id + "@" + std::to_string(draft.revision));
    return names;
  }

  std::filesystem::path folder_;
  std::unique_ptr<SqlRuleSetStore> store_;
};

TEST_F(RuleSetStoreTest, PositionsCoverPublicationsRetirementsAndLabels) {
  const StoredRuleSet a = RuleSetNamed("a", 1);
  const StoredRuleSet b = RuleSetNamed("b", 1);
  ASSERT_TRUE(store_->Publish(a, "").ok());
  ASSERT_TRUE(store_->Publish(b, "").ok());
  Changes changes = Load(0);
  ASSERT_EQ(changes.rule_sets.size(), 2u);
  EXPECT_EQ(changes.rule_sets[0].digest, a.digest);
  EXPECT_EQ(changes.rule_sets[1].document, b.document);
  std::int64_t position = changes.position;
  const auto moved = [&] {
    const Changes now = Load(position);
    EXPECT_THAT(now.rule_sets, IsEmpty());
    const bool any = now.position > position;
    position = now.position;
    return any;
  };
  EXPECT_FALSE(moved());
  ASSERT_TRUE(store_->Publish(a, "").ok());
  EXPECT_FALSE(moved()) << "the same again changes nothing";
  ASSERT_TRUE(store_->SetLabel(LabelOf("stable", "", 0, b), "").ok());
  EXPECT_TRUE(moved());
  ASSERT_TRUE(store_->SetLabel(LabelOf("stable", "", 0, b), "").ok());
  EXPECT_FALSE(moved());
  ASSERT_TRUE(store_->Retire(a.digest).ok());
  EXPECT_TRUE(moved());
  ASSERT_TRUE(store_->Retire(a.digest).ok());
  EXPECT_FALSE(moved());
  ASSERT_TRUE(store_->DeleteLabel("stable", "", 0).ok());
  EXPECT_TRUE(moved());
  EXPECT_EQ(Load(0).rule_sets.size(), 2u) << "retired, not gone";
}

TEST_F(RuleSetStoreTest, AllIsThereAfterARestart) {
  const StoredRuleSet a = RuleSetNamed("a", 1);
  const StoredRuleSet b = RuleSetNamed("b", 1);
  ASSERT_TRUE(store_->Publish(a, "").ok());
  ASSERT_TRUE(store_->Publish(b, "").ok());
  ASSERT_TRUE(store_->SaveDraft(Draft("c", 1, "text"), "").ok());
  const auto label = store_->SetLabel(LabelOf("stable", "51", 2021, b), "");
  ASSERT_TRUE(label.ok()) << label.status();
  ASSERT_TRUE(store_->Retire(a.digest).ok());
  v1::Simulation simulation;
  simulation.set_name("simulations/1");
  simulation.set_forms(7);
  *simulation.mutable_create_time() = ToTimestamp(NowMicros());
  ASSERT_TRUE(store_->SaveSimulation(simulation).ok());
  ASSERT_TRUE(store_->CountForms({{"51", 2021, 3}}).ok());
  Reopen();
  const Annex annex = AnnexNow();
  EXPECT_THAT(annex.retired, ElementsAre(a.digest));
  ASSERT_EQ(annex.labels.size(), 1u);
  EXPECT_EQ(annex.labels[0].SerializeAsString(), label->SerializeAsString());
  EXPECT_EQ(annex.labels[0].rule_set(), "b@1");
  EXPECT_EQ((*store_->FindDraft("c", 1))->document, "text");
  EXPECT_EQ((*store_->FindSimulation("simulations/1"))->forms(), 7);
  EXPECT_FALSE(store_->FindSimulation("simulations/2")->has_value());
  EXPECT_THAT(*store_->YearsSeen(""), ElementsAre(2021));
}

TEST_F(RuleSetStoreTest, DraftsAreReplacedOnlyByWhoSawThem) {
  const StoredDraft first = Draft("a", 1, "one");
  const StoredDraft second = Draft("a", 1, "two");
  const StoredDraft third = Draft("a", 1, "three");
  EXPECT_EQ(ReasonOf(store_->SaveDraft(first, "sha256:other")), "ETAG_MISMATCH") << "there is none to replace";
  ASSERT_TRUE(store_->SaveDraft(first, "").ok());
  ASSERT_TRUE(store_->SaveDraft(first, "").ok()) << "a repeat";
  EXPECT_EQ(store_->SaveDraft(second, "").code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(store_->SaveDraft(second, first.etag).ok());
  EXPECT_EQ(ReasonOf(store_->SaveDraft(third, first.etag)), "ETAG_MISMATCH");
  EXPECT_EQ((*store_->FindDraft("a", 1))->document, "two");
}

TEST_F(RuleSetStoreTest, OfTwoThatReplaceTheSameDraftOneWins) {
  const StoredDraft base = Draft("a", 1, "base");
  ASSERT_TRUE(store_->SaveDraft(base, "").ok());
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back(
        [&, i] { won += store_->SaveDraft(Draft("a", 1, std::to_string(i)), base.etag).ok() ? 1 : 0; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

TEST_F(RuleSetStoreTest, PublicationEndsTheDraft) {
  StoredRuleSet set = RuleSetNamed("a", 1);
  const StoredDraft draft{"a", 1, set.digest, set.document};
  ASSERT_TRUE(store_->SaveDraft(draft, "").ok());
  ASSERT_TRUE(store_->SaveDraft(Draft("a", 1, "newer"), draft.etag).ok());
  EXPECT_EQ(ReasonOf(store_->Publish(set, draft.etag)), "ETAG_MISMATCH") << "not what was read";
  EXPECT_THAT(DraftNames(), ElementsAre("a@1"));
  ASSERT_TRUE(store_->SaveDraft(draft, DigestOf("newer")).ok());
  ASSERT_TRUE(store_->Publish(set, draft.etag).ok());
  EXPECT_THAT(DraftNames(), IsEmpty());
  ASSERT_TRUE(store_->Publish(set, draft.etag).ok()) << "a repeat";
  EXPECT_EQ(ReasonOf(store_->SaveDraft(draft, "")), "REVISION_PUBLISHED");
  EXPECT_EQ(ReasonOf(store_->Publish(RuleSetNamed("a", 1, "other"), "")), "REVISION_EXISTS");
}

TEST_F(RuleSetStoreTest, DraftsComeInPages) {
  for (const auto& [id, revision] : {std::pair("b", 2), std::pair("a", 10), std::pair("a", 2), std::pair("a-b", 1)})
    ASSERT_TRUE(store_->SaveDraft(Draft(id, revision, id), "").ok());
  EXPECT_THAT(DraftNames(), ElementsAre("a@2", "a@10", "a-b@1", "b@2"));
  const auto page = *store_->DraftsAfter("a", 2, 2);
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].revision, 10);
  EXPECT_EQ(page[1].id, "a-b");
}

TEST_F(RuleSetStoreTest, LabelsPointToLivingRuleSetsOnly) {
  const StoredRuleSet a = RuleSetNamed("a", 1);
  const StoredRuleSet b = RuleSetNamed("b", 1);
  EXPECT_EQ(ReasonOf(store_->SetLabel(LabelOf("stable", "", 0, a), "").status()), "RULE_SET_NOT_FOUND");
  ASSERT_TRUE(store_->Publish(a, "").ok());
  ASSERT_TRUE(store_->Publish(b, "").ok());
  ASSERT_TRUE(store_->SetLabel(LabelOf("stable", "", 0, a), "").ok());
  EXPECT_EQ(ReasonOf(store_->Retire(a.digest)), "LABEL_IN_USE");
  ASSERT_TRUE(store_->SetLabel(LabelOf("stable", "", 0, b), "").ok());
  ASSERT_TRUE(store_->Retire(a.digest).ok());
  EXPECT_EQ(ReasonOf(store_->SetLabel(LabelOf("stable", "", 0, a), "").status()), "RULE_SET_RETIRED");
  EXPECT_EQ(ReasonOf(store_->Retire(DigestOf("nothing"))), "RULE_SET_NOT_FOUND");
  EXPECT_EQ(ReasonOf(store_->DeleteLabel("stable", "51", 0)), "LABEL_NOT_FOUND");
}

TEST_F(RuleSetStoreTest, LabelEtagsChangeWithEachSetting) {
  const StoredRuleSet a = RuleSetNamed("a", 1);
  const StoredRuleSet b = RuleSetNamed("b", 1);
  ASSERT_TRUE(store_->Publish(a, "").ok());
  ASSERT_TRUE(store_->Publish(b, "").ok());
  const std::string first = store_->SetLabel(LabelOf("x", "", 0, a), "")->etag();
  const std::string second = store_->SetLabel(LabelOf("x", "", 0, b), first)->etag();
  const std::string third = store_->SetLabel(LabelOf("x", "", 0, a), second)->etag();
  EXPECT_NE(first, third) << "back to the first rule set, but by another setting";
  EXPECT_EQ(ReasonOf(store_->SetLabel(LabelOf("x", "", 0, b), first).status()), "ETAG_MISMATCH");
  v1::Label reported = LabelOf("x", "", 0, a);
  reported.set_report("simulations/1");
  EXPECT_NE(store_->SetLabel(reported, third)->etag(), third);
  EXPECT_EQ(AnnexNow().labels[0].report(), "simulations/1");
}

// The schema as it was before labels: rule sets stay, at their positions.
TEST_F(RuleSetStoreTest, AnOlderDatabaseIsBroughtUpToDate) {
  store_.reset();
  testing::RemoveStore((folder_ / "scoring.db").string());
  constexpr store::Migration kFirst[] = {
      {1, "rule sets",
       "CREATE TABLE rule_sets (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, revision INTEGER NOT "
       "NULL,"
       " digest TEXT NOT NULL UNIQUE, document BLOB NOT NULL, published_at INTEGER NOT NULL, UNIQUE (id, revision))"
       " STRICT;"}};
  {
    auto database = *store::Database::Open(Path(), store::Mode::kReadWrite);
    ASSERT_TRUE(store::Migrate(*database, kFirst).ok());
    for (int i = 1; i <= 3; ++i)
      ASSERT_TRUE(database
                      ->Run("INSERT INTO rule_sets (position, id, revision, digest, document, published_at)"
                            " VALUES (?, ?, 1, ?, ?, 0)",
                            10 * i, "r" + std::to_string(i), DigestOf(std::to_string(i)), store::Blob{"x"})
                      .ok());
  }
  Reopen();
  EXPECT_EQ(Load(0).rule_sets.size(), 3u);
  EXPECT_EQ(Load(20).rule_sets.size(), 1u) << "a position that a replica remembers still counts";
  ASSERT_TRUE(store_->Publish(RuleSetNamed("new", 1), "").ok());
  EXPECT_EQ(Load(30).rule_sets.size(), 1u);
}

// ----------------------------------------------------------------------------------------------------- forms seen

evaluation::v1::SelfEvaluation Form(std::string region, int year) {
  evaluation::v1::SelfEvaluation form;
  form.set_region_code(std::move(region));
  form.set_fiscal_year(year);
  return form;
}

TEST_F(RuleSetStoreTest, FormsSeenAreCountedByRegionAndYear) {
  FormsSeen seen([this]() -> absl::StatusOr<RuleSetStore*> { return store_.get(); }, std::chrono::hours(1));
  for (const auto& [region, year] :
       {std::pair("510403", 2021), std::pair("510000000", 2022), std::pair("420106", 2020), std::pair("", 2019),
        std::pair("990000", 2100), std::pair("000000", 2000), std::pair("110000", 0)})
    seen.Count(Form(region, year));
  seen.Count(Form("510403", 1999));
  seen.Count(Form("510403", 2101));
  seen.Count(Form("xx", 2021));
  EXPECT_THAT(*store_->YearsSeen(""), IsEmpty()) << "no write for a form";
  ASSERT_TRUE(seen.Flush().ok());
  EXPECT_THAT(*store_->YearsSeen("51"), ElementsAre(2021, 2022));
  EXPECT_THAT(*store_->YearsSeen("5"), ElementsAre(2021, 2022));
  EXPECT_THAT(*store_->YearsSeen("11"), ElementsAre(0));
  EXPECT_THAT(*store_->YearsSeen("00"), ElementsAre(2000));
  EXPECT_THAT(*store_->YearsSeen("99"), ElementsAre(2100));
  EXPECT_THAT(*store_->YearsSeen(""), ElementsAre(0, 2000, 2019, 2020, 2021, 2022, 2100));
}

TEST_F(RuleSetStoreTest, FormsSeenAreKeptWhileTheStoreIsAwayAndWrittenAtTheEnd) {
  bool away = true;
  {
    FormsSeen seen(
        [&]() -> absl::StatusOr<RuleSetStore*> {
          if (away) return absl::UnavailableError("away");
          return store_.get();
        },
        std::chrono::hours(1));
    for (int i = 0; i < 5; ++i) seen.Count(Form("510403", 2021));
    EXPECT_FALSE(seen.Flush().ok());
    away = false;
  }
  EXPECT_THAT(*store_->YearsSeen("51"), ElementsAre(2021));
  auto database = *store::Database::Open(Path(), store::Mode::kReadOnly);
  std::int64_t forms = 0;
  ASSERT_TRUE(
      database->ForEach("SELECT forms FROM forms_seen", [&](const store::Statement& row) { forms += row.Int(0); })
          .ok());
  EXPECT_EQ(forms, 5) << "once, not twice";
}

}  // namespace
}  // namespace jixiao::scoring
