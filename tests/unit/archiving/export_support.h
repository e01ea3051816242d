// Records for the tests of exports, made as the archive makes them.
#pragma once

#include "archiving/export/document.h"
#include "archiving/log/checkpoint.h"
#include "archiving/log/merkle.h"
#include "common/canonical.h"
#include "common/text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "unit/temporary_folder.h"

namespace jixiao::archiving::support {

inline constexpr char kExportOrigin[] = "unit.test/export";
inline constexpr std::int64_t kExportTime = 1'763'731'680'123'456;

// A form with everything that the national form has.
inline evaluation::v1::SelfEvaluation FullForm() {
  evaluation::v1::SelfEvaluation form;
  form.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  form.set_title("项目支出绩效自评表");
  form.set_fiscal_year(2023);
  form.set_project_name("党员教育培训经费");
  form.mutable_competent_department()->set_name("西湖区委组织部");
  form.mutable_competent_department()->set_code("106001");
  form.mutable_implementing_unit()->set_name("西湖区党员服务中心");
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN);
  const auto fund = [&form](const char* name, const char* initial, const char* budget, const char* executed) {
    auto& line = *form.add_funds();
    line.set_name(name);
    line.set_initial_budget(initial);
    line.set_full_year_budget(budget);
    line.set_executed(executed);
    return &line;
  };
  auto* total = fund("年度资金总额", "112.00", "112.00", "110.76");
  total->set_weight("10");
  total->set_execution_rate("98.89%");
  total->set_score("9.89");
  fund("其中：当年财政拨款", "112.00", "112.00", "110.76");
  fund("其他资金", "0.00", "0.00", "0.00");
  form.set_expected_goal("完成全区党员轮训，覆盖 8002 人。");
  form.set_actual_goal("完成轮训 8002 人，覆盖率 100%。");
  const auto indicator = [&form](const char* level1, const char* level2, const char* level3, const char* target,
                                 const char* actual, const char* weight, const char* score) {
    auto& row = *form.add_indicators();
    row.set_level1(level1);
    row.set_level2(level2);
    row.set_level3(level3);
    row.set_target(target);
    row.set_actual(actual);
    row.set_weight(weight);
    row.set_score(score);
    return &row;
  };
  indicator("产出指标", "数量指标", "培训场次", "≥50场", "48场", "20", "19.20")
      ->set_deviation_reason("疫情影响，已补办。");
  indicator("", "", "培训人数", "≥8000人", "8002人", "10", "10");
  indicator("", "质量指标", "合格率", "≥95%", "98%", "10", "10");
  indicator("", "时效指标", "完成时间", "2023年12月底前", "2023年11月", "10", "10");
  indicator("效益指标", "社会效益指标", "党员素质", "有效提升", "有效提升", "30", "28");
  indicator("满意度指标", "服务对象满意度指标", "学员满意度", "≥90%", "96.5%", "10", "10");
  form.set_total_weight("100");
  form.set_total_score("97.09");
  return form;
}

// A record as GetRecord answers, in a log of one record whose key is `verifier_key`.
inline v1::GetRecordResponse RecordOfForm(const evaluation::v1::SelfEvaluation& form, const log::Signer& signer,
                                          const std::string& source = "") {
  v1::ArchiveRecordRequest request;
  *request.mutable_form() = form;
  request.mutable_rule_set()->set_id("cn-national-2020");
  request.mutable_rule_set()->set_revision(2);
  auto& card = *request.mutable_scorecard();
  card.mutable_rule_set()->set_id("cn-national-2020");
  card.mutable_rule_set()->set_revision(2);
  card.mutable_rule_set()->set_digest(CanonicalDigest(request.rule_set()).value());
  card.set_computed_total("97.09");
  card.set_declared_total("97.09");
  card.set_grade("优");
  for (int i = 0; i < form.indicators_size(); ++i) {
    auto& line = *card.add_lines();
    line.set_path(Cat("indicators[", i, "]"));
    line.set_weight("10.00");
    line.set_computed_score("9.60");
    line.set_declared_score("10.00");
    line.set_explanation("48 ÷ 50 × 10 = 9.60");
  }
  auto& finding = *card.add_findings();
  finding.set_code("FULL_NOT_MET");
  finding.set_severity(evaluation::v1::SEVERITY_ERROR);
  finding.set_path("indicators[0].score");
  finding.set_message("“培训场次”未达到指标值，却得满分");
  (*finding.mutable_evidence())["a"] = "1";
  (*finding.mutable_evidence())["b"] = "2";
  request.set_source_document(source);
  const std::vector<Part> parts = PartsOf(request).value();
  const std::string leaf = LeafBytes("submissions/1/revisions/1", kExportTime, parts);
  log::Appender appender;
  std::vector<log::NewNode> nodes;
  appender.Append(log::HashLeaf({reinterpret_cast<const std::uint8_t*>(leaf.data()), leaf.size()}), &nodes);
  v1::GetRecordResponse record;
  auto& summary = *record.mutable_record();
  summary.set_name("records/0");
  summary.set_key("submissions/1/revisions/1");
  summary.set_implementing_unit(form.implementing_unit().name());
  summary.set_project_name(form.project_name());
  summary.set_fiscal_year(form.fiscal_year());
  summary.set_region_code(form.region_code());
  summary.set_computed_total("97.09");
  summary.set_grade("优");
  summary.mutable_archive_time()->set_seconds(kExportTime / 1'000'000);
  summary.mutable_archive_time()->set_nanos(static_cast<int>(kExportTime % 1'000'000) * 1000);
  for (const Part& part : parts) {
    auto& to = *record.add_parts();
    to.set_name(part.name);
    to.set_media_type(part.media_type);
    to.set_content(part.content);
    to.set_salt(part.salt);
  }
  record.set_leaf(leaf);
  record.mutable_proof()->set_checkpoint(log::SignCheckpoint({kExportOrigin, 1, appender.Root(), {}}, signer).value());
  return record;
}

// What a program of the system prints; its exit code in `code`.
inline std::string OutputOf(const std::string& command, int* code = nullptr) {
  std::string out;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> buffer;
  while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), got);
  const int status = pclose(pipe);
  if (code != nullptr) *code = status;
  return out;
}

inline bool IsInstalled(const std::string& program) {
  int code = 1;
  OutputOf("command -v " + program + " >/dev/null", &code);
  return code == 0;
}

}  // namespace jixiao::archiving::support
