// What proving costs: records through the sequencer against plain inserts of the same bytes, in the same kind of
// database, with the same grouping.
//
//   bench-archive [--records 1000000] [--store postgresql://…] [--folder DIR] [--json]
//
// Three databases grow side by side, a few thousand records at a time in each, so that all are equally large and the
// machine's mood is the same for all:
//   archive   Sequencer and store: look-up of the key, commitments, leaf, Merkle nodes, signed tree head, proofs
//   rows      the archive's own rows of records and parts, with their keys, inserted plainly
//   blob      one row a record: a number and all the bytes. Nothing that a database does with them is cheaper
// Making the records is not measured. Then, at the end, how long proofs take and how many nodes they read.
#include "archiving/log/merkle.h"
#include "archiving/sequencing/sequencer.h"
#include "archiving/store/sql_archive_store.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/store/group_commit.h"
#include "common/text.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "load/plain_inserts.h"

namespace {

using namespace jixiao;
using namespace jixiao::archiving;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kGroup = load::PlainInserts::kGroup;  // the sequencer's own
constexpr std::int64_t kChunk = 5120;                       // records measured at a time

struct Options {
  std::int64_t records = 1'000'000;
  std::string store;
  std::string folder = std::filesystem::temp_directory_path() / "jixiao-bench-archive";
  int rows = 3;
  int proofs = 2000;
  bool json = false;
};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

template <class Value>
Value Must(absl::StatusOr<Value> value) {
  Check(value.status());
  return *std::move(value);
}

// A small form, so that what the log adds weighs as much as it can.
PendingRecord MakeRecord(std::int64_t number, int rows) {
  v1::ArchiveRecordRequest request;
  request.mutable_rule_set()->set_id("cn-national-2020");
  request.mutable_form()->set_project_name(Cat("农村公路养护项目", number));
  request.mutable_form()->mutable_implementing_unit()->set_name(Cat("某县交通运输局第", number % 3000, "所"));
  request.mutable_form()->set_fiscal_year(2023);
  for (int i = 0; i < rows; ++i) {
    auto& row = *request.mutable_form()->add_indicators();
    row.set_level1("产出指标");
    row.set_level2("数量指标");
    row.set_level3(Cat("养护里程", i));
    row.set_target("≥10公里");
    row.set_actual(Cat(10 + number % 7, "公里"));
    row.set_weight("30");
    row.set_score("30");
    auto& line = *request.mutable_scorecard()->add_lines();
    line.set_path(Cat("indicators[", i, "]"));
    line.set_computed_score("30");
    line.set_explanation("实际完成值达到年度指标值，得满分");
  }
  request.mutable_scorecard()->set_computed_total("98.5");
  request.mutable_scorecard()->set_grade("优");
  static const std::string digest = Must(CanonicalDigest(request.rule_set()));
  request.mutable_scorecard()->mutable_rule_set()->set_digest(digest);
  // Names rise with time, as intake gives them.
  PendingRecord record{
      Cat("submissions/", 100'000'000'000 + number, "5f3c9a02b7/revisions/1"), Must(PartsOf(request)), {}, {}};
  record.content_digest = ContentDigest(record.parts);
  record.summary = {request.form().implementing_unit().name(), request.form().project_name(), 2023, "", "98.5", "优"};
  return record;
}

// One row a record, with all its bytes; the archive keeps a rule set once.
std::string BytesOf(const PendingRecord& record, const std::string& leaf) {
  const Summary& s = record.summary;
  std::string bytes = Cat(record.key, record.content_digest, leaf, s.implementing_unit, s.project_name);
  for (const Part& part : record.parts)
    Append(bytes, part.name, part.media_type, part.salt, part.name == kRuleSetPart ? s.grade : part.content);
  return bytes;
}

void InsertBlobs(load::PlainInserts& blobs, std::int64_t first, const std::vector<PendingRecord>& records,
                 const std::vector<std::string>& leaves) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < records.size(); ++i) rows.push_back(BytesOf(records[i], leaves[i]));
  Check(blobs.Insert(first, rows));
}

// The archive's own rows, through the same kind of writer.
class PlainRows {
 public:
  explicit PlainRows(const std::string& address) {
    auto database = Must(store::Database::Open(address, store::Mode::kReadWrite));
    const store::Migration migration[] = {
        {1, "plain",
         "CREATE TABLE records (idx INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, content_digest TEXT NOT NULL,"
         " leaf BLOB NOT NULL, archive_time INTEGER NOT NULL, implementing_unit TEXT NOT NULL, project_name TEXT "
         "NOT NULL, fiscal_year INTEGER NOT NULL, region_code TEXT NOT NULL, computed_total TEXT NOT NULL, grade "
         "TEXT NOT NULL) STRICT;"
         "CREATE TABLE parts (idx INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, salt BLOB NOT "
         "NULL, content BLOB, shared_digest TEXT, PRIMARY KEY (idx, name)) STRICT;"}};
    Check(store::Migrate(*database, migration));
    writer_ = Must(store::GroupCommit::Start(std::move(database)));
  }

  void Insert(std::int64_t first, const std::vector<PendingRecord>& records, const std::vector<std::string>& leaves) {
    for (std::size_t at = 0; at < records.size(); at += kGroup)
      Check(writer_->Run([&](store::Database& db) -> absl::Status {
        for (std::size_t i = at; i < std::min(records.size(), at + kGroup); ++i)
          RETURN_IF_ERROR(Put(db, first + static_cast<std::int64_t>(i), records[i], leaves[i]));
        return absl::OkStatus();
      }));
  }

 private:
  static absl::Status Put(store::Database& db, std::int64_t index, const PendingRecord& record,
                          const std::string& leaf) {
    using store::Blob;
    const Summary& s = record.summary;
    RETURN_IF_ERROR(db.Run("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", index, record.key,
                           record.content_digest, Blob{leaf}, index, s.implementing_unit, s.project_name, s.fiscal_year,
                           s.region_code, s.computed_total, s.grade));
    for (const Part& part : record.parts) {
      if (part.name == kRuleSetPart)
        RETURN_IF_ERROR(db.Run("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)", index, part.name, part.media_type,
                               Blob{part.salt}, nullptr, record.content_digest));
      else
        RETURN_IF_ERROR(db.Run("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)", index, part.name, part.media_type,
                               Blob{part.salt}, Blob{part.content}, nullptr));
    }
    return absl::OkStatus();
  }

  std::unique_ptr<store::GroupCommit> writer_;
};

// Hands all records to the sequencer and waits for the last: the queue stays full, so groups are full.
void Archive(Sequencer& sequencer, std::vector<PendingRecord> records) {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t waiting = 0;
  for (PendingRecord& record : records) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return waiting < 8 * kGroup; });
      ++waiting;
    }
    Check(sequencer.Append(std::move(record), [&](const absl::StatusOr<Placement>& placement) {
      Check(placement.status());
      const std::lock_guard lock(mutex);
      --waiting;
      changed.notify_one();
    }));
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return waiting == 0; });
}

class CountingNodes final : public log::NodeReader {
 public:
  explicit CountingNodes(const log::NodeReader& nodes) : nodes_(nodes) {}
  absl::StatusOr<log::Hash> Node(log::NodeId id) const override {
    ++reads;
    return nodes_.Node(id);
  }
  mutable int reads = 0;

 private:
  const log::NodeReader& nodes_;
};

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct ProofTimes {
  std::vector<double> millis;
  int most_reads = 0;

  double At(double share) {
    std::sort(millis.begin(), millis.end());
    return millis[static_cast<std::size_t>(share * static_cast<double>(millis.size() - 1))];
  }
};

ProofTimes Measure(ArchiveStore& store, int count,
                   const std::function<absl::Status(const log::NodeReader& nodes)>& prove) {
  ProofTimes times;
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    Check(store.Read([&](const ArchiveReader& archive) -> absl::Status {
      const CountingNodes nodes(archive);
      RETURN_IF_ERROR(prove(nodes));
      times.most_reads = std::max(times.most_reads, nodes.reads);
      return absl::OkStatus();
    }));
    times.millis.push_back(Seconds(start) * 1000);
  }
  return times;
}

nlohmann::json Proofs(ArchiveStore& store, std::int64_t size, int count, bool json) {
  std::mt19937_64 random(1);
  const auto below = [&](std::int64_t end) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(end));
  };
  ProofTimes inclusion = Measure(store, count, [&](const log::NodeReader& nodes) {
    return log::InclusionProof(below(size), size, nodes).status();
  });
  ProofTimes consistency = Measure(store, count, [&](const log::NodeReader& nodes) {
    return log::ConsistencyProof(1 + below(size), size, nodes).status();
  });
  nlohmann::json out;
  for (const char* name : {"inclusion", "consistency"}) {
    ProofTimes& times = *name == 'i' ? inclusion : consistency;
    out[name] = {{"p50_ms", times.At(0.5)},
                 {"p99_ms", times.At(0.99)},
                 {"max_ms", times.At(1)},
                 {"most_reads", times.most_reads}};
    if (!json)
      std::printf("%-12s proof of %lld: p50 %.3f ms, p99 %.3f ms, at most %.3f ms; at most %d reads\n", name,
                  static_cast<long long>(size), times.At(0.5), times.At(0.99), times.At(1), times.most_reads);
  }
  return out;
}

int Run(const Options& options) {
  std::filesystem::remove_all(options.folder);
  std::filesystem::create_directories(options.folder);
  const auto address = [&](const char* name) {
    return options.store.empty() ? options.folder + "/" + name + ".db" : options.store + "_" + name;
  };
  const auto store = Must(SqlArchiveStore::Open(address("archive")));
  PlainRows rows(address("rows"));
  const auto blobs = Must(load::PlainInserts::Open(address("blob")));
  Sequencer sequencer(*store, Must(log::Signer::LoadOrCreate(options.folder + "/key", "bench")), "bench");
  nlohmann::json out;
  if (!options.json)
    std::printf("%10s %12s %12s %12s %8s %8s\n", "records", "archive/s", "rows/s", "blob/s", "÷ rows", "÷ blob");
  std::int64_t done = 0;
  for (std::int64_t decade = 1000; done < options.records; decade *= 10) {
    const std::int64_t end = std::min(decade, options.records);
    const std::int64_t first = done;
    double times[3] = {0, 0, 0};
    std::vector<double> to_rows;  // of each turn: what else the machine does hits some turns, not the median
    std::vector<double> to_blob;
    for (int turn = 0; done < end; ++turn) {
      std::vector<PendingRecord> records;
      std::vector<std::string> leaves;
      for (std::int64_t i = done; i < std::min(end, done + kChunk); ++i) {
        records.push_back(MakeRecord(i, options.rows));
        leaves.push_back(LeafBytes(records.back().key, i, records.back().parts));
      }
      const std::int64_t count = static_cast<std::int64_t>(records.size());
      std::vector<PendingRecord> given = records;
      double took[3];
      for (int i = 0; i < 3; ++i) {  // each in turn is the first
        const int which = (i + turn) % 3;
        const auto start = Clock::now();
        if (which == 0) Archive(sequencer, std::move(given));
        if (which == 1) rows.Insert(done, records, leaves);
        if (which == 2) InsertBlobs(*blobs, done, records, leaves);
        took[which] = Seconds(start);
        times[which] += took[which];
      }
      to_rows.push_back(took[1] / took[0]);
      to_blob.push_back(took[2] / took[0]);
      done += count;
      if (!options.json) std::cerr << "\r" << done << " of " << options.records << "\033[K\r" << std::flush;
    }
    double rates[3];
    for (int i = 0; i < 3; ++i) rates[i] = static_cast<double>(done - first) / times[i];
    out["rates"].push_back({{"records", done},
                            {"archive", rates[0]},
                            {"rows", rates[1]},
                            {"blob", rates[2]},
                            {"archive_rows", Median(to_rows)},
                            {"archive_blob", Median(to_blob)}});
    if (!options.json)
      std::printf("%10lld %12.0f %12.0f %12.0f %8.2f %8.2f\n", static_cast<long long>(done), rates[0], rates[1],
                  rates[2], Median(to_rows), Median(to_blob));
  }
  out["proofs"] = Proofs(*store, done, options.proofs, options.json);
  if (options.json) std::cout << out.dump() << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("What an append to the archive costs beside a plain insert");
  app.add_option("--records", options.records, "how far it grows")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--store", options.store,
                 "postgresql://…/NAME: databases NAME_archive, NAME_rows, NAME_blob, empty; SQLite without");
  app.add_option("--folder", options.folder, "emptied first")->capture_default_str();
  app.add_option("--rows", options.rows, "indicators of each form")->capture_default_str();
  app.add_option("--proofs", options.proofs, "how many proofs of each kind are timed")->capture_default_str();
  app.add_flag("--json", options.json);
  CLI11_PARSE(app, argc, argv);
  return Run(options);
}
