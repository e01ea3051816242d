// The single checks over batches. Each is defined, with its meaning and examples, in the file of its name.
#pragma once

#include "scoring/checks/batch/batch.h"
#include "scoring/engine/line.h"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace jixiao::scoring {

// A batch as the checks see it.
struct BatchInput {
  std::span<const BatchItem> items;
  const Rules& rules;
  // Budget and execution of each item's form, in 万元.
  const std::vector<Execution>& money;
};

// Where a check over batches puts what it finds.
class BatchSink {
 public:
  // Findings of one check that are listed; the last of them says how many more there are.
  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t kMostItems = 100;

  BatchSink(std::string_view code, evaluation::v1::Severity severity, std::string_view authority,
            std::span<const BatchItem> items, std::vector<v1::BatchFinding>& out)
      : code_(code), severity_(severity), authority_(authority), items_(items), out_(out) {}

  // `items`: indexes of the forms that it is about, the one at fault first. A severity above the check's own is lowered
  // to it.
  void Add(evaluation::v1::Severity severity, std::string path, std::string message,
           std::initializer_list<std::pair<std::string_view, std::string>> evidence,
           const std::vector<std::size_t>& items);
  void Add(std::string path, std::string message,
           std::initializer_list<std::pair<std::string_view, std::string>> evidence,
           const std::vector<std::size_t>& items) {
    Add(severity_, std::move(path), std::move(message), evidence, items);
  }
  // Says how many were left out.
  void Close();

 private:
  std::string_view code_;
  evaluation::v1::Severity severity_;
  std::string_view authority_;
  std::span<const BatchItem> items_;
  std::vector<v1::BatchFinding>& out_;
  std::size_t added_ = 0;
};

// What people call a form: its project, its title, or its unit; quoted and shortened.
std::string NameOf(const evaluation::v1::SelfEvaluation& form);

// Which project of which unit and year a form is about: its code, or its name and unit. Empty when it says neither.
std::string ProjectOf(const evaluation::v1::SelfEvaluation& form);

void Rollup(const BatchInput& input, BatchSink& findings);
void Aggregate(const BatchInput& input, BatchSink& findings);
void SameRows(const BatchInput& input, BatchSink& findings);
void Distribution(const BatchInput& input, BatchSink& findings);

}  // namespace jixiao::scoring
