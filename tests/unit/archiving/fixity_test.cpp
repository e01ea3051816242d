// The fixity register: every flipped bit is found and named, passes go on after a crash and end in the log.
#include "archiving/inspection/fixity.h"

#include "archiving/inspection/caretaker.h"
#include "archiving/inspection/inspected.h"
#include "archiving/inspection/log_check.h"
#include "common/time.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "unit/archiving/support.h"

namespace jixiao::archiving {
namespace {

using namespace support;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class FixityTest : public ArchiveTest {
 protected:
  void SetUp() override {
    ArchiveTest::SetUp();
    Start();
    AppendEach(5);
  }

  struct Counters {
    std::int64_t filed = 0;
    std::int64_t pass = 0;
    std::int64_t state = 0;
    std::int64_t index = 0;
    std::int64_t entry = 0;
  };
  Counters Now() {
    Counters now;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      ASSIGN_OR_RETURN(now.filed, archive.custody().Counter(kFiledCount));
      ASSIGN_OR_RETURN(now.pass, archive.custody().Counter(kPassNumber));
      ASSIGN_OR_RETURN(now.state, archive.custody().Counter(kPassState));
      ASSIGN_OR_RETURN(now.index, archive.custody().Counter(kPassIndex));
      ASSIGN_OR_RETURN(now.entry, archive.custody().Counter(kLastPassEntry));
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return now;
  }

  // Lets a caretaker work until `done`.
  void WorkUntil(const std::function<bool()>& done, std::chrono::seconds interval = std::chrono::hours(1),
                 std::int64_t rate = 100'000) {
    CaretakerOptions options;
    options.interval = interval;
    options.records_per_second = rate;
    Caretaker::Hooks hooks;
    hooks.on_error = [this](const absl::Status& status) {
      ++errors_;
      (void)status;
    };
    hooks.on_damage = [this](const v1::FixityFailure& failure, bool damaged) {
      told_.push_back(Cat(failure.record(), " ", failure.part(), damaged ? " damaged" : " whole"));
    };
    Caretaker caretaker(*fragile_, *sequencer_, options, hooks);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_TRUE(done());
  }
  void File() {
    WorkUntil([this] { return Now().filed == 5; });
  }
  // One whole pass; what its entry says.
  v1::FixityEntry Pass() {
    const std::int64_t before = Now().pass;
    WorkUntil([&] { return Now().pass > before && Now().state == 0; }, std::chrono::seconds(0));
    v1::ArchiveEntry entry;
    const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
      // The next one may have begun at once: the one that is meant is by its key.
      ASSIGN_OR_RETURN(const auto record, archive.RecordByKey(Cat("archive/fixity/", before + 1)));
      ASSIGN_OR_RETURN(const auto part, archive.PartNamed(record->index, kEntryPart));
      return CanonicalDecode(part->content, entry);
    });
    EXPECT_TRUE(status.ok()) << status;
    return entry.fixity();
  }

  std::vector<v1::FixityFailure> Failures() {
    std::vector<v1::FixityFailure> failures;
    EXPECT_TRUE(store_
                    ->Read([&](const ArchiveReader& archive) -> absl::Status {
                      ASSIGN_OR_RETURN(const auto failed, archive.custody().FailedParts(100));
                      for (const auto& part : failed) failures.push_back(FailureOf(part));
                      return absl::OkStatus();
                    })
                    .ok());
    return failures;
  }

  std::atomic<int> errors_ = 0;
  std::vector<std::string> told_;
};

TEST_F(FixityTest, WhatIsFiledIsRegisteredAndInspected) {
  File();
  const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, archive.custody().Registered(2));
    EXPECT_EQ(rows.size(), 4u) << "form, leaf, rule_set, scorecard";
    for (const RegisteredPart& row : rows) {
      EXPECT_EQ(row.sha256.size(), 64u) << row.part;
      EXPECT_EQ(row.sm3.size(), 64u) << row.part;
      EXPECT_EQ(row.failure, "") << row.part;
    }
    ASSIGN_OR_RETURN(const auto report, archive.custody().Inspection(2));
    EXPECT_TRUE(report.has_value());
    v1::InspectionReport read;
    EXPECT_TRUE(CanonicalDecode(*report, read).ok());
    EXPECT_EQ(read.stage(), v1::INSPECTION_STAGE_FILING);
    ASSIGN_OR_RETURN(const auto oldest, archive.custody().OldestVerification());
    EXPECT_LE(*oldest, NowMicros());
    ASSIGN_OR_RETURN(const LogCheck check, CheckLog(archive, Verifier(), kOrigin));
    EXPECT_THAT(check.damage, IsEmpty());
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(Now().pass, 0) << "no pass before the interval is over";
}

TEST_F(FixityTest, APassEndsInASignedEntry) {
  File();
  const v1::FixityEntry entry = Pass();
  EXPECT_EQ(entry.pass(), 1);
  EXPECT_EQ(entry.end_index(), 5);
  EXPECT_EQ(entry.parts(), 5 * 4);
  EXPECT_GT(entry.bytes(), 0);
  EXPECT_EQ(entry.failed(), 0);
  EXPECT_GE(ToMicros(entry.end_time()), ToMicros(entry.start_time()));
  EXPECT_GE(Now().entry, 6) << "behind the five records";
  const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const LogCheck check, CheckLog(archive, Verifier(), kOrigin));
    EXPECT_THAT(check.damage, IsEmpty()) << "the entry proves like a record";
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(FixityTest, EveryFlippedBitIsFoundAndNamed) {
  File();
  struct Case {
    const char* spoil;
    const char* record;
    const char* part;
    const char* expected;
  };
  for (const Case& c :
       {Case{"UPDATE parts SET content = CAST(replace(CAST(content AS TEXT), '项目', '页目') AS BLOB) "
             "WHERE idx = 2 AND name = 'form'",
             "records/2", "form", "sha256:"},
        Case{"UPDATE parts SET salt = zeroblob(32) WHERE idx = 3 AND name = 'scorecard'", "records/3", "scorecard",
             "commitment:"},
        Case{"DELETE FROM parts WHERE idx = 1 AND name = 'scorecard'", "records/1", "scorecard", "sha256:"},
        Case{"UPDATE fixity SET sm3 = 'x' WHERE idx = 4 AND name = 'form'", "records/4", "form", "sha256:"},
        Case{"UPDATE records SET leaf = zeroblob(9) WHERE idx = 0", "records/0", "leaf", "sha256:"}}) {
    if (testing::OnPostgres()) GTEST_SKIP() << "the spoiling is SQLite's SQL";
    const std::size_t before = Failures().size();
    Spoil(c.spoil);
    const v1::FixityEntry entry = Pass();
    EXPECT_GT(entry.failed(), 0) << c.spoil;
    bool named = false;
    for (const v1::FixityFailure& failure : entry.failures())
      if (failure.record() == c.record && failure.part() == c.part) {
        named = true;
        EXPECT_THAT(failure.expected(), StartsWith(c.expected)) << c.spoil;
        EXPECT_NE(failure.found(), "") << c.spoil;
      }
    EXPECT_TRUE(named) << c.spoil;
    EXPECT_GT(Failures().size(), before) << c.spoil;
    EXPECT_THAT(told_, Contains(Cat(c.record, " ", c.part, " damaged")));
  }
  for (const v1::FixityFailure& failure : Failures())
    if (failure.part() == "form" && failure.record() == "records/2") {
      EXPECT_THAT(failure.found(), StartsWith("sha256:"));
      EXPECT_NE(failure.found(), failure.expected());
    }
}

TEST_F(FixityTest, WhatIsWholeAgainIsNoLongerDamaged) {
  if (testing::OnPostgres()) GTEST_SKIP() << "the spoiling is SQLite's SQL";
  File();
  Spoil("UPDATE parts SET media_type = 'x' WHERE idx = 2 AND name = 'form'");
  EXPECT_EQ(Pass().failed(), 1);
  EXPECT_EQ(Failures().size(), 1u);
  Spoil("UPDATE parts SET media_type = 'application/vnd.jixiao.canonical' WHERE idx = 2 AND name = 'form'");
  EXPECT_EQ(Pass().failed(), 0);
  EXPECT_THAT(Failures(), IsEmpty());
  EXPECT_THAT(told_, Contains("records/2 form whole"));
}

TEST_F(FixityTest, DamageBeforeTheRegistrationIsFoundToo) {
  if (testing::OnPostgres()) GTEST_SKIP() << "the spoiling is SQLite's SQL";
  Spoil("UPDATE parts SET salt = zeroblob(32) WHERE idx = 3 AND name = 'form'");
  File();
  ASSERT_EQ(Failures().size(), 1u);
  EXPECT_EQ(Failures()[0].record(), "records/3");
  EXPECT_THAT(Failures()[0].expected(), StartsWith("commitment:"));
}

TEST_F(FixityTest, APassGoesOnAfterEveryStepThatFails) {
  File();
  for (int failing = 0; failing < 4; ++failing) {
    int writes = 0;
    fragile_->after = [&writes, failing]() -> absl::Status {
      return writes++ < failing ? absl::OkStatus() : absl::UnavailableError("killed");
    };
    const int before = errors_;
    WorkUntil([&] { return errors_ > before || Now().entry > 0; }, std::chrono::seconds(0));
    fragile_->after = [] { return absl::OkStatus(); };
  }
  WorkUntil([this] { return Now().entry > 0; }, std::chrono::seconds(0));
  const absl::Status status = store_->Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const auto first, archive.RecordByKey("archive/fixity/1"));
    v1::ArchiveEntry entry;
    ASSIGN_OR_RETURN(const auto part, archive.PartNamed(first->index, kEntryPart));
    EXPECT_TRUE(CanonicalDecode(part->content, entry).ok());
    EXPECT_EQ(entry.fixity().parts(), 5 * 4) << "none twice, none left out";
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(FixityTest, TheRateIsKept) {
  File();
  const auto start = std::chrono::steady_clock::now();
  WorkUntil([this] { return Now().entry > 0; }, std::chrono::seconds(0), 4);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(950))
      << "four records take a second before the fifth may be read";
}

}  // namespace
}  // namespace jixiao::archiving
