#include "scoring/checks/batch/batch.h"

#include "common/text.h"
#include "scoring/checks/batch/batch_checks.h"
#include "scoring/checks/checks.h"
#include "scoring/engine/literal.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

struct BatchCheck {
  std::string_view code;
  void (*run)(const BatchInput& input, BatchSink& findings);
};

constexpr BatchCheck kBatchChecks[] = {
    {"ROLLUP", Rollup}, {"AGG", Aggregate}, {"DUP_ROW", SameRows}, {"BATCH", Distribution}};

// Only the funds table is read: reading all rows of ten thousand forms once more would cost as much as scoring them.
Execution MoneyOf(const evaluation::v1::SelfEvaluation& form, const Rules& rules) {
  evaluation::v1::SelfEvaluation funds;
  funds.set_amount_unit(form.amount_unit());
  *funds.mutable_funds() = form.funds();
  return ExecutionOf(ReadForm(funds, rules));
}

}  // namespace

void BatchSink::Add(evaluation::v1::Severity severity, std::string path, std::string message,
                    std::initializer_list<std::pair<std::string_view, std::string>> evidence,
                    const std::vector<std::size_t>& items) {
  if (added_++ >= kMost) return;
  v1::BatchFinding& out = out_.emplace_back();
  evaluation::v1::Finding& finding = *out.mutable_finding();
  finding.set_code(std::string(code_));
  finding.set_severity(std::max(severity, severity_));
  finding.set_path(std::move(path));
  finding.set_message(std::move(message));
  for (const auto& [name, value] : evidence) (*finding.mutable_evidence())[std::string(name)] = value;
  finding.set_authority(std::string(authority_));
  for (std::size_t i = 0; i < items.size() && i < kMostItems; ++i)
    out.add_item_ids(std::string(items_[items[i]].item_id));
}

void BatchSink::Close() {
  if (added_ <= kMost) return;
  evaluation::v1::Finding& last = *out_.back().mutable_finding();
  last.set_message(Cat(last.message(), "（另有 ", added_ - kMost, " 项同类问题未列出）"));
}

std::string NameOf(const evaluation::v1::SelfEvaluation& form) {
  constexpr std::size_t kShown = 60;
  const std::string& name = !form.project_name().empty() ? form.project_name()
                            : !form.title().empty()      ? form.title()
                                                         : form.implementing_unit().name();
  const std::string folded = Fold(TruncateUtf8(name, 512));
  const std::string_view shown = TruncateUtf8(folded, kShown);
  return Cat("“", shown, shown.size() < folded.size() ? "…" : "", "”");
}

std::string ProjectOf(const evaluation::v1::SelfEvaluation& form) {
  if (const std::string code = Fold(form.project_code()); code.size() > 8)
    return Cat(form.fiscal_year(), "#", code, "@", Fold(form.implementing_unit().name()));
  const std::string name = Fold(form.project_name());
  if (name.empty()) return {};
  return Cat(form.fiscal_year(), "=", name, "@", Fold(form.implementing_unit().name()));
}

std::vector<v1::BatchFinding> CheckBatch(std::span<const BatchItem> items, const Rules& rules,
                                         const std::stop_token& stop) {
  std::vector<v1::BatchFinding> findings;
  std::vector<Execution> money;
  money.reserve(items.size());
  for (const BatchItem& item : items) {
    if (stop.stop_requested()) return findings;
    money.push_back(MoneyOf(*item.form, rules));
  }
  for (const BatchCheck& check : kBatchChecks) {
    const auto severity = rules.SeverityOf(check.code);
    if (!severity) continue;
    if (stop.stop_requested()) return findings;
    BatchSink sink(check.code, *severity, FindCheck(check.code)->authority, items, findings);
    check.run({items, rules, money}, sink);
    sink.Close();
  }
  return findings;
}

}  // namespace jixiao::scoring
