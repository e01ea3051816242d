// 四性检测: each item fires on what it is for, passes on what is right, and says so when it cannot be checked.
#include "archiving/inspection/items.h"
#include "archiving/inspection/source_format.h"
#include "archiving/retention/policy.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/random.h"
#include "common/text.h"
#include "common/time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>

#include "unit/temporary_folder.h"

namespace jixiao::archiving {
namespace {

using ::testing::HasSubstr;
using v1::INSPECTION_OUTCOME_FAILED;
using v1::INSPECTION_OUTCOME_NOT_CHECKED;
using v1::INSPECTION_OUTCOME_PASSED;

constexpr char kPdf[] = "%PDF-1.4\n1 0 obj\nendobj\nstartxref\n9\n%%EOF\n";

v1::ArchiveRecordRequest Request() {
  v1::ArchiveRecordRequest request;
  request.set_key("submissions/1/revisions/1");
  auto& form = *request.mutable_form();
  form.set_project_name("项目");
  form.mutable_implementing_unit()->set_name("单位");
  form.set_fiscal_year(2023);
  form.set_region_code("510403");
  form.mutable_source()->set_media_type("application/pdf");
  form.mutable_source()->set_sha256(DigestOf(kPdf).substr(7));
  request.mutable_rule_set()->set_id("rules");
  request.mutable_scorecard()->mutable_rule_set()->set_digest(CanonicalDigest(request.rule_set()).value());
  request.set_source_document(kPdf);
  request.mutable_review()->add_history()->set_revision(1);
  return request;
}

// As it is archived. `change` works on the request, `fonds` makes the archival code.
InspectedRecord Inspected(const std::function<void(v1::ArchiveRecordRequest&)>& change = {},
                          const std::string& fonds = "0101") {
  v1::ArchiveRecordRequest request = Request();
  if (change) change(request);
  const auto policy =
      RetentionPolicy::Parse(Cat("fonds: \"", fonds,
                                 "\"\ncategory: KJ\ncode: \"{fonds}-{category}·{year}-{class}-{number:4}\"\nclasses: "
                                 "[{name: 10年, code: D10, years: 10}]\n"
                                 "rules: [{id: rest, class: 10年}]\n"));
  EXPECT_TRUE(policy.ok()) << policy.status();
  InspectedRecord record;
  record.index = 7;
  record.parts = PartsOf(request).value();
  record.parts.push_back({std::string(kRetentionPart), std::string(kCanonicalMediaType),
                          CanonicalEncode(policy->Decide(request.form(), request.scorecard(), nullptr)).value(),
                          RandomBytes(32)});
  std::sort(record.parts.begin(), record.parts.end(), [](const Part& a, const Part& b) { return a.name < b.name; });
  record.leaf = LeafBytes(request.key(), 1'700'000'000'000'000, record.parts);
  record.kept = Summarize(record.parts).value();
  record.proof_fault = "";
  record.follows = true;
  return record;
}

Scan Clean(std::string_view) {
  return {ScanOutcome::kClean, "测试"};
}

v1::InspectionResult Of(const InspectedRecord& record, const std::string& code,
                        v1::InspectionStage stage = v1::INSPECTION_STAGE_PERIODIC,
                        const std::function<Scan(std::string_view)>& scan = Clean) {
  const v1::InspectionReport report = Inspect(record, stage, NowMicros(), scan);
  for (const auto& result : report.results())
    if (result.code() == code) return result;
  ADD_FAILURE() << "no item " << code;
  return {};
}

TEST(Inspection, AWholeRecordPassesAllItems) {
  const v1::InspectionReport report = Inspect(Inspected(), v1::INSPECTION_STAGE_PERIODIC, NowMicros(), Clean);
  EXPECT_GT(report.results_size(), 15);
  for (const auto& result : report.results()) {
    EXPECT_EQ(result.outcome(), INSPECTION_OUTCOME_PASSED) << result.code() << " " << result.reason();
    EXPECT_EQ(result.reason(), "") << result.code();
  }
}

TEST(Inspection, ItemsAreOneTableWithoutDoubles) {
  std::set<std::string_view> codes;
  std::set<std::string_view> properties;
  for (const InspectionItemInfo& item : InspectionItems()) {
    EXPECT_TRUE(codes.insert(item.code).second) << item.code;
    EXPECT_NE(item.stages, 0u) << item.code;
    EXPECT_FALSE(item.title.empty() || item.description.empty()) << item.code;
    properties.insert(item.property);
  }
  EXPECT_EQ(properties, (std::set<std::string_view>{"真实性", "完整性", "可用性", "安全性"}));
}

TEST(Inspection, EachItemFiresOnWhatItIsFor) {
  const auto part = [](InspectedRecord& record, std::string_view name) -> Part& {
    return *std::find_if(record.parts.begin(), record.parts.end(), [&](const Part& p) { return p.name == name; });
  };
  const auto without = [](InspectedRecord& record, std::string_view name) {
    std::erase_if(record.parts, [&](const Part& p) { return p.name == name; });
  };
  struct Case {
    std::string code;
    InspectedRecord record;
  };
  std::vector<Case> cases;
  const auto add = [&](const std::string& code, InspectedRecord record) { cases.push_back({code, std::move(record)}); };
  InspectedRecord record = Inspected();
  part(record, kFormPart).content[40] ^= 1;
  add("ZS-1", record);
  add("KY-1", record);
  record = Inspected();
  part(record, kSourcePart).salt[0] ^= 1;
  add("ZS-1", record);
  record = Inspected();
  record.proof_fault = "不在日志中";
  add("ZS-2", record);
  add("ZS-3", Inspected([](auto& r) { r.mutable_form()->set_fiscal_year(202); }));
  add("ZS-3", Inspected([](auto& r) { r.mutable_form()->set_region_code("51O403"); }));
  record = Inspected();
  record.kept->project_name = "另一项目";
  add("ZS-4", record);
  add("ZS-5", Inspected({}, "01 01"));
  add("ZS-5", Inspected([](auto& r) { r.mutable_form()->clear_fiscal_year(); }));
  add("ZS-6", Inspected([](auto& r) { r.mutable_form()->mutable_source()->set_sha256(std::string(64, '0')); }));
  record = Inspected();
  without(record, kScorecardPart);
  add("WZ-1", record);
  add("WZ-2", Inspected([](auto& r) { r.mutable_form()->mutable_implementing_unit()->clear_name(); }));
  add("WZ-2", Inspected([](auto& r) { r.mutable_form()->clear_project_name(); }));
  add("WZ-3", Inspected([](auto& r) { r.mutable_review()->clear_history(); }));
  record = Inspected();
  part(record, kSourcePart).content += "x";
  add("WZ-4", record);
  record = Inspected();
  record.follows = false;
  add("WZ-6", record);
  add("KY-2", Inspected([](auto& r) { r.mutable_form()->mutable_source()->set_media_type("image/png"); }));
  add("KY-2", Inspected([](auto& r) { r.set_source_document(std::string("\x01\x02\x00\xff", 4)); }));
  add("KY-3", Inspected([](auto& r) { r.set_source_document("%PDF-1.4 cut off"); }));
  add("KY-4", Inspected([](auto& r) { r.set_source_document(std::string("%PDF-1.4 /Encrypt 1 0 R ") + kPdf); }));
  add("AQ-2", Inspected([](auto& r) { r.set_source_document("MZ\x90 program"); }));
  add("AQ-2", Inspected([](auto& r) { r.set_source_document(std::string("%PDF-1.4 /JavaScript ") + kPdf); }));
  for (const Case& c : cases) {
    const v1::InspectionResult result = Of(c.record, c.code);
    EXPECT_EQ(result.outcome(), INSPECTION_OUTCOME_FAILED) << c.code << " " << result.reason();
    EXPECT_NE(result.reason(), "") << c.code;
  }
  const v1::InspectionResult infected = Of(Inspected(), "AQ-1", v1::INSPECTION_STAGE_PERIODIC, [](std::string_view) {
    return Scan{ScanOutcome::kInfected, "有毒"};
  });
  EXPECT_EQ(infected.outcome(), INSPECTION_OUTCOME_FAILED);
}

TEST(Inspection, WhatCannotBeCheckedNeverPasses) {
  const auto expect = [](const InspectedRecord& record, const std::string& code, const std::string& reason) {
    const v1::InspectionResult result = Of(record, code, v1::INSPECTION_STAGE_PERIODIC, [](std::string_view) {
      return Scan{ScanOutcome::kNotScanned, "没有扫描"};
    });
    EXPECT_EQ(result.outcome(), INSPECTION_OUTCOME_NOT_CHECKED) << code;
    EXPECT_THAT(result.reason(), HasSubstr(reason)) << code;
  };
  expect(Inspected(), "AQ-1", "没有扫描");
  const InspectedRecord bare = Inspected([](auto& r) {
    r.clear_source_document();
    r.clear_review();
  });
  for (const char* code : {"ZS-6", "KY-2", "KY-3", "KY-4", "AQ-1", "AQ-2"}) expect(bare, code, "没有原始文件");
  expect(bare, "WZ-3", "没有经过审核");
  expect(Inspected({}, ""), "ZS-5", "全宗号");
  expect(Inspected([](auto& r) { r.mutable_form()->mutable_source()->clear_sha256(); }), "ZS-6", "没有登记");
  InspectedRecord record = Inspected();
  record.proof_fault.reset();
  record.follows.reset();
  record.kept.reset();
  expect(record, "ZS-2", "没有取得");
  expect(record, "WZ-6", "没有日志");
  expect(record, "ZS-4", "没有目录");
}

TEST(Inspection, ErasedPartsAreNeitherDamagedNorPassed) {
  InspectedRecord record = Inspected();
  std::erase_if(record.parts, [](const Part& p) { return p.name != kRuleSetPart && p.name != kRetentionPart; });
  for (const std::string_view name : {kFormPart, kReviewPart, kScorecardPart, kSourcePart})
    record.erased.push_back({std::string(name), 12});
  record.kept = Summary();
  for (const char* code : {"ZS-3", "ZS-6", "WZ-1", "WZ-2", "WZ-3", "KY-2", "KY-3", "KY-4", "AQ-1", "AQ-2"}) {
    const v1::InspectionResult result = Of(record, code);
    EXPECT_EQ(result.outcome(), INSPECTION_OUTCOME_NOT_CHECKED) << code << " " << result.reason();
    EXPECT_THAT(result.reason(), HasSubstr("已按日志第 12 条销毁")) << code;
  }
  for (const char* code : {"ZS-1", "ZS-2", "ZS-4", "ZS-5", "KY-1"})
    EXPECT_EQ(Of(record, code).outcome(), INSPECTION_OUTCOME_PASSED) << code;
}

TEST(SourceFormat, IsReadFromTheBytes) {
  EXPECT_EQ(FormatOf(kPdf, "application/pdf").name, "PDF");
  EXPECT_TRUE(FormatOf(kPdf, "application/pdf").fits_media_type);
  EXPECT_EQ(FormatOf("文本\n", "text/plain; charset=utf-8").name, "UTF-8 文本");
  EXPECT_EQ(FormatOf("", "text/plain").name, "");
  EXPECT_FALSE(FormatOf("PK\x03\x04 cut off", "application/zip").broken.empty());
  std::string ole("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
  ole.resize(2000);
  EXPECT_EQ(FormatOf(ole, "application/msword").name, "OLE 复合文档");
  ole.replace(1000, 34, std::string("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0\0\0", 34));
  EXPECT_NE(FormatOf(ole, "application/msword").encryption, "");
  // A directory entry that points beyond the end must not be followed.
  std::string zip = "PK\x03\x04";
  zip += std::string("PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0", 22);
  EXPECT_FALSE(FormatOf(zip, "application/zip").broken.empty());
}

TEST(VirusScan, UsesWhatIsInstalledAndSaysWhenNothingIs) {
  TemporaryFolder folder;
  const char* const before = std::getenv("PATH");
  const std::string kept = before == nullptr ? "" : before;
  const auto program = [&](const std::string& name, int code) {
    const std::string path = folder / name;
    std::ofstream(path) << "#!/bin/sh\nexit " << code << "\n";
    chmod(path.c_str(), 0755);
  };
  const std::string only = (folder / "x").substr(0, (folder / "x").size() - 2);
  setenv("PATH", only.c_str(), 1);
  EXPECT_EQ(ScanBytes("x", Scanner::kAny).outcome, ScanOutcome::kNotScanned);
  EXPECT_THAT(ScanBytes("x", Scanner::kAny).reason, HasSubstr("没有安装"));
  program("clamscan", 0);
  EXPECT_EQ(ScanBytes("x", Scanner::kAny).outcome, ScanOutcome::kClean);
  EXPECT_EQ(ScanBytes("x", Scanner::kDaemon).outcome, ScanOutcome::kNotScanned) << "too slow for filing";
  program("clamscan", 1);
  EXPECT_EQ(ScanPath(only, Scanner::kAny).outcome, ScanOutcome::kInfected);
  program("clamscan", 2);
  EXPECT_EQ(ScanBytes("x", Scanner::kAny).outcome, ScanOutcome::kNotScanned) << "an error is no clean bill";
  program("clamdscan", 0);
  EXPECT_EQ(ScanBytes("x", Scanner::kDaemon).outcome, ScanOutcome::kClean);
  setenv("PATH", kept.c_str(), 1);
}

}  // namespace
}  // namespace jixiao::archiving
