// The search index against a plain reading of the same records, over more than one block.
#include "archiving/search/indexer.h"
#include "archiving/search/query.h"
#include "archiving/search/summary.h"
#include "archiving/store/sql_search_store.h"
#include "common/decimal.h"
#include "common/file.h"
#include "common/time.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "unit/archiving/support.h"

namespace jixiao::archiving::search {
namespace {

using support::ArchiveTest;

struct Known {
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  std::int64_t time = 0;
};

constexpr const char* kCodes[] = {"SUM_WEIGHT", "EXEC_RATE", "NO_REASON", "ECHO"};
constexpr const char* kRegions[] = {"360103", "360104", "510403", "420106", "", "360103001"};
constexpr const char* kUnits[] = {"西湖区党工委", "攀枝花市西区组织部", "第一小学（本部）", "ＡＢＣ 中心"};
constexpr const char* kClasses[] = {"产出指标", "效益指标", "满意度指标"};

Known Make(std::mt19937& random, int number) {
  const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  Known k;
  k.form.set_kind(pick(5) == 0 ? evaluation::v1::FORM_KIND_DEPARTMENT : evaluation::v1::FORM_KIND_PROJECT);
  k.form.set_fiscal_year(2019 + pick(5));
  k.form.set_region_code(kRegions[pick(6)]);
  k.form.mutable_implementing_unit()->set_name(kUnits[pick(4)]);
  k.form.mutable_implementing_unit()->set_code(pick(2) ? "106001" : "");
  k.form.mutable_competent_department()->set_name(pick(3) ? "教育局" : "");
  k.form.set_project_name(Cat(pick(2) ? "党员教育培训经费" : "教育设备更新", number % 97));
  if (pick(10) != 0) {
    k.card.set_computed_total(Decimal::Scaled(pick(10500), 2).ToFixed(2));
    k.card.set_grade(pick(2) ? "优" : "良");
  }
  k.card.mutable_rule_set()->set_id(pick(2) ? "cn-national-2020" : "cn-national-2021");
  k.card.mutable_rule_set()->set_revision(1 + pick(2));
  for (const char* code : kCodes)
    if (pick(3) == 0) k.card.add_findings()->set_code(code);
  for (const char* name : kClasses) {
    if (pick(4) == 0) continue;
    auto& group = *k.card.add_groups();
    group.set_name(name);
    group.set_weight("30");
    if (pick(5)) group.set_computed_score(Decimal::Scaled(pick(3000), 2).ToFixed(2));
  }
  return k;
}

bool Has(std::string_view name, std::string_view text) {
  return Folded(name).find(Folded(text)) != std::string::npos;
}

// What the filter means, said the long way.
bool Takes(const v1::RecordFilter& f, const Known& k) {
  const auto& form = k.form;
  if (!f.text().empty() && !Has(form.implementing_unit().name(), f.text()) && !Has(form.project_name(), f.text()) &&
      !Has(form.competent_department().name(), f.text()))
    return false;
  if (!f.unit().empty() && f.unit() != form.implementing_unit().name() && f.unit() != form.implementing_unit().code())
    return false;
  if (!f.department().empty() && f.department() != form.competent_department().name()) return false;
  if (!f.project().empty() && f.project() != form.project_name()) return false;
  if (!f.region_prefix().empty() && !form.region_code().starts_with(f.region_prefix())) return false;
  if (f.fiscal_year() != 0 && f.fiscal_year() != form.fiscal_year()) return false;
  if (f.kind() != 0 && f.kind() != form.kind()) return false;
  if (f.grades_size() > 0 && std::find(f.grades().begin(), f.grades().end(), k.card.grade()) == f.grades().end())
    return false;
  for (const std::string& code : f.finding_codes())
    if (std::none_of(k.card.findings().begin(), k.card.findings().end(),
                     [&](const auto& finding) { return finding.code() == code; }))
      return false;
  const auto score = Decimal::Parse(k.card.computed_total());
  if (!f.min_score().empty() && (!score || *score < *Decimal::Parse(f.min_score()))) return false;
  if (!f.max_score().empty() && (!score || *score > *Decimal::Parse(f.max_score()))) return false;
  const std::string revision = Cat(k.card.rule_set().id(), "@", k.card.rule_set().revision());
  if (!f.rule_set().empty() && f.rule_set() != k.card.rule_set().id() && f.rule_set() != revision) return false;
  if (f.has_archived_since() && k.time < ToMicros(f.archived_since())) return false;
  return !f.has_archived_until() || k.time < ToMicros(f.archived_until());
}

class SearchTest : public ArchiveTest {
 protected:
  static constexpr int kRecords = kBlock + 700;

  void SetUp() override {
    ArchiveTest::SetUp();
    std::mt19937 random(7);
    ASSERT_NO_FATAL_FAILURE(Add(kRecords, random));
    OpenIndex();
  }

  void Add(int count, std::mt19937& random) {
    const absl::Status status = store_->Write([&](ArchiveWriter& archive) -> absl::Status {
      for (int i = 0; i < count; ++i) {
        const auto number = static_cast<std::int64_t>(known_.size());
        Known k = Make(random, static_cast<int>(number));
        k.time = 1'700'000'000'000'000 + number * 1'000'000;
        v1::ArchiveRecordRequest request;
        *request.mutable_form() = k.form;
        *request.mutable_scorecard() = k.card;
        ASSIGN_OR_RETURN(const std::vector<Part> parts, PartsOf(request));
        ASSIGN_OR_RETURN(const Summary summary, archiving::Summarize(parts));
        const std::string key = Cat("key/", number);
        const std::string digest = ContentDigest(parts);
        const std::string leaf = LeafBytes(key, k.time, parts);
        const NewRecord record{number, key, digest, leaf, k.time, summary, parts};
        RETURN_IF_ERROR(archive.InsertRecords({&record, 1}));
        known_.push_back(std::move(k));
      }
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }

  void OpenIndex() {
    auto opened = SqlSearchStore::Open(folder_ / "index");
    ASSERT_TRUE(opened.ok()) << opened.status();
    index_ = *std::move(opened);
    indexer_ = std::make_unique<Indexer>(*store_, *index_, [](const absl::Status& status) { ADD_FAILURE() << status; });
  }

  void Wait() { indexer_->WaitUntilCurrent(std::chrono::seconds(60)); }

  std::vector<std::int64_t> FindAll(const v1::RecordFilter& filter, bool newest_first, std::size_t page_size) {
    std::vector<std::int64_t> found;
    std::optional<std::int64_t> start;
    do {
      Page page;
      const absl::Status status = index_->Read([&](const SearchReader& index) -> absl::Status {
        ASSIGN_OR_RETURN(page, Find(index, filter, Scope(), newest_first, start, page_size));
        return absl::OkStatus();
      });
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_LE(page.indexes.size(), page_size);
      found.insert(found.end(), page.indexes.begin(), page.indexes.end());
      start = page.next;
    } while (start);
    return found;
  }

  std::vector<std::int64_t> Expected(const v1::RecordFilter& filter) const {
    std::vector<std::int64_t> expected;
    for (std::size_t i = 0; i < known_.size(); ++i)
      if (Takes(filter, known_[i])) expected.push_back(static_cast<std::int64_t>(i));
    return expected;
  }

  std::vector<std::string> Faults() {
    std::vector<std::string> faults;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) {
      return index_->Read([&](const SearchReader& index) -> absl::Status {
        ASSIGN_OR_RETURN(faults, IndexFaults(archive, index, 100));
        return absl::OkStatus();
      });
    });
    EXPECT_TRUE(status.ok()) << status;
    return faults;
  }

  std::vector<Known> known_;
  std::unique_ptr<SqlSearchStore> index_;
  std::unique_ptr<Indexer> indexer_;
};

v1::RecordFilter RandomFilter(std::mt19937& random) {
  const auto often = [&](int one_in) { return random() % static_cast<unsigned>(one_in) == 0; };
  v1::RecordFilter f;
  constexpr const char* kTexts[] = {"教育", "育", "西湖区", "abc中", "育培训经", "经费1", "教育局", "不存在", "区党"};
  if (often(3)) f.set_text(kTexts[random() % std::size(kTexts)]);
  if (often(6)) f.set_unit(often(2) ? kUnits[random() % 4] : "106001");
  if (often(8)) f.set_department("教育局");
  if (often(9)) f.set_project("教育设备更新5");
  if (often(4)) f.set_region_prefix(std::string("360103").substr(0, 2 * (1 + random() % 3)));
  if (often(4)) f.set_fiscal_year(2019 + static_cast<int>(random() % 6));
  if (often(6)) f.add_grades("优");
  if (often(8)) f.add_grades("良");
  if (often(4)) f.add_finding_codes(kCodes[random() % 4]);
  if (often(6)) f.add_finding_codes(kCodes[random() % 4]);
  if (often(5)) f.set_min_score(Decimal::Scaled(static_cast<std::int64_t>(random() % 100000), 3).ToString());
  if (often(5)) f.set_max_score(Decimal::Scaled(static_cast<std::int64_t>(random() % 100000), 3).ToString());
  if (often(6)) f.set_rule_set(often(2) ? "cn-national-2020" : "cn-national-2021@2");
  if (often(8)) f.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT);
  if (often(8)) *f.mutable_archived_since() = ToTimestamp(1'700'000'000'000'000 + 1'000'000 * std::int64_t{1000});
  if (often(8)) *f.mutable_archived_until() = ToTimestamp(1'700'000'000'000'000 + 1'000'000 * std::int64_t{4500});
  return f;
}

TEST_F(SearchTest, FindsWhatAPlainReadingFinds) {
  Wait();
  std::mt19937 random(11);
  std::size_t found_something = 0;
  for (int i = 0; i < 150; ++i) {
    const v1::RecordFilter filter = RandomFilter(random);
    std::vector<std::int64_t> expected = Expected(filter);
    if (!expected.empty()) ++found_something;
    EXPECT_EQ(FindAll(filter, false, 1 + random() % 900), expected) << filter.ShortDebugString();
    std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(FindAll(filter, true, 1 + random() % 900), expected) << filter.ShortDebugString();
  }
  EXPECT_GT(found_something, 50u);
}

TEST_F(SearchTest, SummariesAreExact) {
  Wait();
  std::mt19937 random(13);
  for (int i = 0; i < 20; ++i) {
    v1::SummarizeRecordsRequest request;
    *request.mutable_filter() = RandomFilter(random);
    request.set_group_by(v1::RECORD_GROUPING_CITY);
    request.set_finding_count(100);
    v1::SummarizeRecordsResponse response;
    SearchState state;
    ASSERT_TRUE(
        index_->Read([&](const SearchReader& index) { return Summarize(index, request, Scope(), response, state); })
            .ok());
    std::map<std::string, std::vector<const Known*>> groups;
    for (const std::int64_t number : Expected(request.filter()))
      groups[known_[static_cast<std::size_t>(number)].form.region_code().substr(0, 4)].push_back(
          &known_[static_cast<std::size_t>(number)]);
    ASSERT_EQ(static_cast<std::size_t>(response.groups_size()), groups.size());
    int at = 0;
    std::int64_t all = 0;
    for (const auto& [key, members] : groups) {
      const v1::RecordGroup& group = response.groups(at++);
      all += group.count();
      EXPECT_EQ(group.key(), key);
      EXPECT_EQ(group.count(), static_cast<std::int64_t>(members.size()));
      std::vector<Decimal> scores;
      Decimal sum;
      std::map<std::string, std::int64_t> findings;
      for (const Known* k : members) {
        if (const auto score = Decimal::Parse(k->card.computed_total())) {
          scores.push_back(*score);
          sum += *score;
        }
        for (const auto& finding : k->card.findings()) ++findings[finding.code()];
      }
      EXPECT_EQ(group.scored_count(), static_cast<std::int64_t>(scores.size()));
      for (const auto& count : group.findings()) EXPECT_EQ(count.count(), findings[count.name()]);
      EXPECT_EQ(static_cast<std::size_t>(group.findings_size()), findings.size());
      if (scores.empty()) continue;
      std::sort(scores.begin(), scores.end());
      EXPECT_EQ(group.sum(), sum.ToString());
      EXPECT_EQ(group.mean(),
                Decimal::MulDiv(sum, Decimal(1), Decimal(static_cast<std::int64_t>(scores.size())), 4)->ToFixed(4));
      EXPECT_EQ(group.min(), scores.front().ToFixed(2));
      EXPECT_EQ(group.max(), scores.back().ToFixed(2));
      EXPECT_EQ(group.median(), scores[(scores.size() + 1) / 2 - 1].ToFixed(2));
      std::int64_t in_buckets = 0;
      for (const auto& bucket : group.histogram()) in_buckets += bucket.count();
      EXPECT_EQ(in_buckets, group.scored_count());
    }
    EXPECT_EQ(response.total().count(), all);
  }
}

TEST_F(SearchTest, ClassesHaveTheirOwnScores) {
  Wait();
  v1::SummarizeRecordsRequest request;
  request.set_group_by(v1::RECORD_GROUPING_CLASS);
  v1::SummarizeRecordsResponse response;
  SearchState state;
  ASSERT_TRUE(
      index_->Read([&](const SearchReader& index) { return Summarize(index, request, Scope(), response, state); })
          .ok());
  ASSERT_EQ(response.groups_size(), 3);
  for (const v1::RecordGroup& group : response.groups()) {
    Decimal sum;
    std::int64_t count = 0;
    std::int64_t scored = 0;
    for (const Known& k : known_)
      for (const auto& g : k.card.groups())
        if (g.name() == group.key()) {
          ++count;
          if (const auto score = Decimal::Parse(g.computed_score())) {
            ++scored;
            sum += *score;
          }
        }
    EXPECT_EQ(group.count(), count);
    EXPECT_EQ(group.scored_count(), scored);
    EXPECT_EQ(group.sum(), sum.ToString());
    EXPECT_EQ(group.weight_sum(), Cat(scored * 30));
  }
}

TEST_F(SearchTest, FollowsTheArchiveAndSurvivesARestartInTheMiddleOfABlock) {
  Wait();
  indexer_.reset();
  index_.reset();
  OpenIndex();
  std::mt19937 random(17);
  ASSERT_NO_FATAL_FAILURE(Add(150, random));
  Wait();
  EXPECT_EQ(FindAll({}, false, 10'000).size(), known_.size());
  EXPECT_TRUE(Faults().empty());
}

TEST_F(SearchTest, AnyChangedValueIsFoundAndRebuildingMendsIt) {
  Wait();
  ASSERT_TRUE(Faults().empty());
  const absl::Status spoiled = index_->Write([](SearchWriter& index) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<std::string> value, index.Value(1, kScore));
    std::string changed = *value;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    return index.Put(1, {{std::string(kScore), changed}});
  });
  ASSERT_TRUE(spoiled.ok()) << spoiled;
  const auto faults = Faults();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_NE(faults.front().find(kScore), std::string::npos);
  indexer_->Rebuild();
  Wait();
  EXPECT_TRUE(Faults().empty());
  EXPECT_EQ(FindAll({}, true, 10'000).size(), known_.size());
}

TEST_F(SearchTest, AnIndexOfAnotherArchiveIsMadeAnew) {
  Wait();
  indexer_.reset();
  // The archive goes back to a copy of before: the index knows records that are not there any more.
  Spoil("DELETE FROM parts WHERE idx >= 4200");
  Spoil("DELETE FROM records WHERE idx >= 4200");
  known_.resize(4200);
  std::mt19937 random(23);
  ASSERT_NO_FATAL_FAILURE(Add(700, random));
  indexer_ = std::make_unique<Indexer>(*store_, *index_, [](const absl::Status& status) { ADD_FAILURE() << status; });
  Wait();
  EXPECT_TRUE(Faults().empty());
  EXPECT_EQ(FindAll({}, false, 10'000).size(), known_.size());
}

// Passes on to a real index, but what is written waits, or fails.
class HeldStore final : public SearchStore {
 public:
  explicit HeldStore(SearchStore& store) : store_(store) {}
  absl::Status Write(absl::FunctionRef<absl::Status(SearchWriter&)> work) override {
    while (held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return fails ? absl::UnavailableError("away") : store_.Write(work);
  }
  absl::Status Read(absl::FunctionRef<absl::Status(const SearchReader&)> work) override { return store_.Read(work); }

  std::atomic<bool> held = false;
  std::atomic<bool> fails = false;

 private:
  SearchStore& store_;
};

// Searches have their threads from one pool with everything else.
TEST_F(SearchTest, NobodyWaitsForAnIndexThatIsMadeAnewOrFails) {
  Wait();
  indexer_.reset();
  HeldStore held(*index_);
  std::atomic<int> errors = 0;
  Indexer indexer(*store_, held, [&](const absl::Status&) { ++errors; });
  indexer.WaitIfNearlyCurrent(std::chrono::seconds(60));
  held.held = true;
  indexer.Rebuild();
  const auto start = std::chrono::steady_clock::now();
  indexer.WaitIfNearlyCurrent(std::chrono::seconds(60));
  held.fails = true;
  held.held = false;
  while (errors == 0 && std::chrono::steady_clock::now() < start + std::chrono::seconds(20))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  indexer.WaitIfNearlyCurrent(std::chrono::seconds(60));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  held.fails = false;
  indexer.WaitUntilCurrent(std::chrono::seconds(60));
  EXPECT_TRUE(Faults().empty());
  std::mt19937 random(29);
  ASSERT_NO_FATAL_FAILURE(Add(3, random));
  indexer.WaitIfNearlyCurrent(std::chrono::seconds(60));
  EXPECT_EQ(FindAll({}, true, 10'000).size(), known_.size()) << "what is new is waited for";
}

TEST(SearchStore, AFileThatIsNoDatabaseIsPutAside) {
  const TemporaryFolder folder;
  const std::string path = folder / "index";
  ASSERT_TRUE(WriteFile(path + ".search", std::string(8192, 'x'), 0600, IfExists::kReplace).ok());
  const auto opened = SqlSearchStore::Open(path);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE((*opened)->made_anew());
}

TEST(Members, AllSetsComeBackAndDamageIsSeen) {
  for (const int step : {1, 2, 7, 15, 16, 17, 300, 4095}) {
    Members members;
    for (int i = 0; i < kBlock; i += step) members.Add(i);
    const std::string bytes = members.Encode();
    EXPECT_LE(bytes.size(), 513u);
    EXPECT_EQ(Members::Decode(bytes).value(), members);
    EXPECT_FALSE(Members::Decode(bytes.substr(0, bytes.size() - 1)).ok());
    EXPECT_FALSE(Members::Decode(bytes + "x").ok());
  }
}

TEST(Score, IsKeptExactlyOrNotAtAll) {
  EXPECT_EQ(ScaledScore("98.68"), 98'680'000);
  EXPECT_EQ(ScaledScore("-0.5"), -500'000);
  EXPECT_EQ(ScaledScore("0.000001"), 1);
  for (const char* bad : {"", "x", "0.0000001", "1000000000", "9,6"}) EXPECT_EQ(ScaledScore(bad), std::nullopt) << bad;
}

TEST(Filter, FaultsAreNamed) {
  v1::RecordFilter filter;
  filter.set_region_prefix("36a");
  filter.set_min_score("many");
  filter.set_text("  　");
  const absl::Status status = ValidateFilter(filter);
  EXPECT_EQ(ReasonOf(status), "FILTER_INVALID");
  EXPECT_TRUE(ValidateFilter({}).ok());
}

}  // namespace
}  // namespace jixiao::archiving::search
