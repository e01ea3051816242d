#include "cli/client.h"
#include "cli/form_files.h"
#include "cli/output.h"
#include "cli/scorecard_view.h"
#include "cli/selector.h"
#include "cli/table.h"
#include "common/rpc/context.h"
#include "common/text.h"

#include <algorithm>
#include <iostream>
#include <unordered_map>
#include <unordered_set>

namespace jixiao::cli {
namespace {

using evaluation::v1::Scorecard;
using scoring::v1::CheckBatchResponse;
using scoring::v1::RuleSetSelector;

// A form of the batch and its name there.
struct Entry {
  std::string item_id;
  FormFile file;
  bool aggregate = false;
};

absl::Status Read(const std::vector<std::string>& paths, const importing::Hints& hints, bool aggregate,
                  std::vector<Entry>& out) {
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::vector<FormFile> forms, ReadForms(path, hints));
    for (FormFile& file : forms) out.push_back({{}, std::move(file), aggregate});
  }
  return absl::OkStatus();
}

// Where each form came from, as far as that is short and no other's; otherwise its number.
void NameEntries(std::vector<Entry>& entries) {
  constexpr std::size_t kMaxItemId = 200;
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Entry& entry = entries[i];
    entry.item_id = entry.file.origin.size() <= kMaxItemId ? entry.file.origin : Cat("#", i + 1);
    if (!seen.insert(entry.item_id).second) seen.insert(entry.item_id = Cat("#", i + 1));
  }
}

std::chrono::seconds Patience(const Global& global, std::size_t forms) {
  constexpr std::size_t kFormsPerSecond = 100;
  return std::chrono::seconds(static_cast<std::size_t>(global.timeout_seconds) + forms / kFormsPerSecond);
}

absl::Status CheckEntries(const Global& global, const RuleSetSelector& selector, const std::vector<Entry>& entries,
                          CheckBatchResponse& response) {
  const auto stub = Scoring(global);
  grpc::ClientContext context;
  rpc::Prepare(context, RandomHex(16), Patience(global, entries.size()));
  const auto stream = stub->CheckBatch(&context, &response);
  for (const Entry& entry : entries) {
    scoring::v1::CheckBatchRequest request;
    request.set_item_id(entry.item_id);
    *request.mutable_form() = entry.file.form;
    request.set_aggregate(entry.aggregate);
    *request.mutable_rule_set() = selector;
    if (!stream->Write(request)) break;  // Finish says why
  }
  stream->WritesDone();
  return rpc::FromGrpc(stream->Finish());
}

std::string Count(const Scorecard& card, evaluation::v1::Severity severity) {
  return Cat(std::count_if(card.findings().begin(), card.findings().end(),
                           [&](const auto& finding) { return finding.severity() == severity; }));
}

// One line for each form. A form that cannot be scored is named with the reason among the refusals.
absl::Status PrintCards(const Global& global, const RuleSetSelector& selector, const std::vector<Entry>& entries,
                        std::ostream& out) {
  const auto stub = Scoring(global);
  grpc::ClientContext context;
  rpc::Prepare(context, RandomHex(16), Patience(global, entries.size()));
  const auto stream = stub->ScoreBatch(&context);
  Table table({{"序号", Align::kRight},
               {"项目", Align::kLeft, 36},
               {"单位", Align::kLeft, 30},
               {"年度"},
               {"自评", Align::kRight},
               {"核算", Align::kRight},
               {"等级"},
               {"执行率", Align::kRight},
               {"错误", Align::kRight},
               {"警告", Align::kRight},
               {"提示", Align::kRight}});
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& form = entries[i].file.form;
    scoring::v1::ScoreBatchRequest request;
    request.set_item_id(entries[i].item_id);
    *request.mutable_form() = form;
    *request.mutable_rule_set() = selector;
    scoring::v1::ScoreBatchResponse response;
    if (!stream->Write(request) || !stream->Read(&response)) break;
    const Scorecard& card = response.scorecard();
    const bool reference = card.kind() == evaluation::v1::SCORE_KIND_REFERENCE;
    table.Add(
        {Cat(i + 1),
         Cat(entries[i].aggregate ? "[汇总] " : "", form.project_name().empty() ? form.title() : form.project_name()),
         form.implementing_unit().name(), form.fiscal_year() == 0 ? "" : Cat(form.fiscal_year()), card.declared_total(),
         response.has_error() ? "未评" : Cat(reference ? "参考 " : "", card.computed_total()), card.grade(),
         card.execution_rate(), Count(card, evaluation::v1::SEVERITY_ERROR),
         Count(card, evaluation::v1::SEVERITY_WARNING), Count(card, evaluation::v1::SEVERITY_INFO)});
  }
  stream->WritesDone();
  const absl::Status status = rpc::FromGrpc(stream->Finish());
  if (status.ok()) table.Print(out);
  return status;
}

void PrintFindings(const CheckBatchResponse& response, const std::vector<Entry>& entries, std::ostream& out) {
  constexpr int kShown = 8;
  std::unordered_map<std::string, std::size_t> numbers;
  for (std::size_t i = 0; i < entries.size(); ++i) numbers.emplace(entries[i].item_id, i + 1);
  out << "\n共 " << response.forms() << " 张表";
  if (response.refused_size() > 0) out << "，另有 " << response.refused_size() << " 张未能检查";
  out << '\n';
  for (const auto& refusal : response.refused())
    out << "  未检查 " << refusal.item_id() << "：" << refusal.error().message() << '\n';
  if (response.findings().empty()) {
    out << "成批检查没有发现问题\n";
    return;
  }
  Table table({{"级别"}, {"代码"}, {"表", Align::kLeft, 30}, {"问题", Align::kLeft, 110}});
  for (const auto& found : response.findings()) {
    std::string items;
    for (int i = 0; i < found.item_ids_size() && i < kShown; ++i)
      Append(items, items.empty() ? "" : ",", numbers[found.item_ids(i)]);
    if (found.item_ids_size() > kShown) Append(items, " 等 ", found.item_ids_size());
    table.Add(
        {std::string(TitleOf(found.finding().severity())), found.finding().code(), items, found.finding().message()});
  }
  table.Print(out);
}

}  // namespace

int RunScoreBatch(const Global& global, const ScoreOptions& options) {
  std::vector<Entry> entries;
  absl::Status status = Read(options.files, options.hints, false, entries);
  if (status.ok()) status = Read(options.aggregates, options.hints, true, entries);
  if (!status.ok()) return Refuse(status, global.json());
  NameEntries(entries);
  const auto selector = SelectorOf(global, *Scoring(global), options.rule_set);
  if (!selector.ok()) return Refuse(selector.status(), global.json());
  CheckBatchResponse response;
  status = CheckEntries(global, *selector, entries, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
  } else {
    status = PrintCards(global, *selector, entries, std::cout);
    if (!status.ok()) return Refuse(status, false);
    PrintFindings(response, entries, std::cout);
  }
  return response.refused().empty() ? kDone : kRefused;
}

}  // namespace jixiao::cli
