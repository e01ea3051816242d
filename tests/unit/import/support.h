// Shared by the tests of the import: documents to forms, forms as short lines.
#pragma once

#include "common/text.h"
#include "intake/import/converter.h"
#include "intake/import/import.h"
#include "support/paths.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "office_files.h"

namespace jixiao::importing::support {

using evaluation::v1::SelfEvaluation;
using intake::v1::ImportedDocument;
using intake::v1::ImportedForm;

inline std::filesystem::path SourceFolder() {
  return jixiao::paths::Source();
}

// Where published forms lie beside the source tree; they are not part of it.
inline std::filesystem::path SharedFolder() {
  const char* shared = std::getenv("JIXIAO_SHARED");
  return shared != nullptr ? std::filesystem::path(shared) : SourceFolder() / "../shared";
}

inline std::string BytesOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << "cannot open " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

inline ImportedDocument Imported(std::string_view bytes, std::string_view name, const Hints& hints = {}) {
  auto out = Import(bytes, name, hints);
  EXPECT_TRUE(out.ok()) << name << " " << out.status();
  return out.ok() ? *std::move(out) : ImportedDocument();
}

// Funds, one line each: name|年初|全年|执行|分值|执行率|得分.
inline std::vector<std::string> Funds(const SelfEvaluation& form) {
  std::vector<std::string> out;
  for (const auto& line : form.funds())
    out.push_back(Cat(line.name(), "|", line.initial_budget(), "|", line.full_year_budget(), "|", line.executed(), "|",
                      line.weight(), "|", line.execution_rate(), "|", line.score()));
  return out;
}

// Indicators, one line each: 一级|二级|三级|指标值|完成值|分值|得分|完成率|原因, levels filled in from above.
inline std::vector<std::string> Indicators(const SelfEvaluation& form) {
  std::vector<std::string> out;
  std::string level1, level2;
  for (const auto& line : form.indicators()) {
    if (!line.level1().empty()) level1 = line.level1(), level2 = line.level2();
    if (!line.level2().empty()) level2 = line.level2();
    out.push_back(Cat(level1, "|", level2, "|", line.level3(), "|", line.target(), "|", line.actual(), "|",
                      line.weight(), "|", line.score(), "|", line.completion_rate(), "|", line.deviation_reason()));
  }
  return out;
}

inline std::vector<std::string> Unread(const ImportedForm& form) {
  std::vector<std::string> out;
  for (const auto& cell : form.unread()) out.push_back(cell.text());
  return out;
}

// The text of the cell that a value came from; empty when no origin is given.
inline std::string OriginOf(const ImportedForm& form, std::string_view path) {
  for (const auto& cell : form.cells())
    if (cell.path() == path) return cell.text();
  return {};
}

// Every value of the form has an origin, and every origin a value.
inline void ExpectOrigins(const ImportedForm& imported) {
  const SelfEvaluation& form = imported.form();
  const auto expect = [&](const std::string& path, const std::string& value) {
    if (value.empty()) return;
    EXPECT_NE(OriginOf(imported, path), "") << path << " = " << value;
  };
  expect("title", form.title());
  expect("project_name", form.project_name());
  expect("expected_goal", form.expected_goal());
  expect("actual_goal", form.actual_goal());
  expect("total_weight", form.total_weight());
  expect("total_score", form.total_score());
  expect("competent_department.name", form.competent_department().name());
  expect("implementing_unit.name", form.implementing_unit().name());
  for (int i = 0; i < form.funds_size(); ++i) {
    const auto& line = form.funds(i);
    expect(Cat("funds[", i, "].name"), line.name());
    expect(Cat("funds[", i, "].initial_budget"), line.initial_budget());
    expect(Cat("funds[", i, "].full_year_budget"), line.full_year_budget());
    expect(Cat("funds[", i, "].executed"), line.executed());
    expect(Cat("funds[", i, "].weight"), line.weight());
    expect(Cat("funds[", i, "].execution_rate"), line.execution_rate());
    expect(Cat("funds[", i, "].score"), line.score());
  }
  for (int i = 0; i < form.indicators_size(); ++i) {
    const auto& line = form.indicators(i);
    expect(Cat("indicators[", i, "].level1"), line.level1());
    expect(Cat("indicators[", i, "].level2"), line.level2());
    expect(Cat("indicators[", i, "].level3"), line.level3());
    expect(Cat("indicators[", i, "].target"), line.target());
    expect(Cat("indicators[", i, "].actual"), line.actual());
    expect(Cat("indicators[", i, "].weight"), line.weight());
    expect(Cat("indicators[", i, "].score"), line.score());
  }
}

// One table in every format that can hold it.
struct Rendering {
  std::string name, bytes;
};
inline std::vector<Rendering> Renderings(const std::vector<std::string>& rows) {
  const TestTable table = Table(rows);
  return {{"form.docx", Docx(DocxTable(table))}, {"form.xlsx", Xlsx({XlsxSheet(table)})}, {"form.csv", Csv(table)},
          {"pipes.txt", Pipes(table)},           {"cells.txt", TabCells(table)},          {"box.txt", Box(table)}};
}

using Lines = std::vector<std::string>;

}  // namespace jixiao::importing::support
