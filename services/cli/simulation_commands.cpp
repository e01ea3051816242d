#include "cli/client.h"
#include "cli/form_files.h"
#include "cli/output.h"
#include "cli/selector.h"
#include "cli/table.h"
#include "common/decimal.h"
#include "common/text.h"
#include "scoring/rulesets/simulation.h"

#include <unistd.h>

#include <iostream>

namespace jixiao::cli {
namespace {

using scoring::v1::Simulation;

// A simulation takes as long as its forms; the server reads no faster than it scores.
constexpr std::chrono::hours kTimeout{1};
constexpr std::size_t kProgressStep = 100;

Decimal Points(const std::string& text) {
  return Decimal::Parse(text).value_or(Decimal());
}

std::string Signed(const Decimal& move) {
  return move.IsZero() || move.IsNegative() ? move.ToString() : Cat("+", move.ToString());
}

std::string RangeOf(const scoring::v1::MoveBucket& bucket) {
  if (bucket.above().empty()) return Cat("≤ ", bucket.up_to());
  if (bucket.up_to().empty()) return Cat("> ", bucket.above());
  const Decimal least = scoring::SimulationTally::kLeastMove;
  if (Points(bucket.up_to()).IsZero() && Points(bucket.above()) == -least) return "不变";
  return Cat("> ", bucket.above(), Points(bucket.up_to()) == -least ? " ～ < 0" : Cat(" ～ ", bucket.up_to()));
}

void PrintGroups(const std::string& title, const google::protobuf::RepeatedPtrField<scoring::v1::MoveGroup>& groups) {
  Table table({{title},
               {"表数", Align::kRight},
               {"变动", Align::kRight},
               {"原得分合计", Align::kRight},
               {"新得分合计", Align::kRight},
               {"每表平均变动", Align::kRight}});
  for (const auto& group : groups) {
    const Decimal move = Points(group.to_points()) - Points(group.from_points());
    const auto average = Decimal::MulDiv(move, Decimal(1), Decimal(group.forms()), 2);
    table.Add({group.name().empty() ? "（未填）" : group.name(), Cat(group.forms()), Cat(group.moved()),
               group.from_points(), group.to_points(), average ? Signed(*average) : ""});
  }
  if (!table.empty()) table.Print(std::cout << '\n');
}

void Print(const Simulation& report) {
  std::cout << report.name() << "\n原规则  "
            << (report.from_digest().empty() ? "每张表各自适用的" : report.from_digest()) << "\n新规则  "
            << report.to_digest() << "\n\n共评 " << report.forms() << " 张，总分变动 " << report.moved()
            << " 张；无法评分 " << report.not_scorable() << " 张，不合格式 " << report.refused() << " 张\n\n";
  Table histogram({{"总分变动"}, {"表数", Align::kRight}});
  for (const auto& bucket : report.histogram()) histogram.Add({RangeOf(bucket), Cat(bucket.forms())});
  histogram.Print(std::cout);
  Table grades({{"原等级"}, {"新等级"}, {"表数", Align::kRight}});
  for (const auto& way : report.grades())
    grades.Add({way.from().empty() ? "（无）" : way.from(), way.to().empty() ? "（无）" : way.to(), Cat(way.forms())});
  if (!grades.empty()) grades.Print(std::cout << '\n');
  Table findings({{"问题"}, {"原有表数", Align::kRight}, {"新有表数", Align::kRight}});
  for (const auto& finding : report.findings()) findings.Add({finding.code(), Cat(finding.from()), Cat(finding.to())});
  if (!findings.empty()) findings.Print(std::cout << '\n');
  Table movers({{"变动最大的项目"},
                {"单位"},
                {"区划"},
                {"原总分", Align::kRight},
                {"新总分", Align::kRight},
                {"变动", Align::kRight}});
  for (const auto& mover : report.movers())
    movers.Add({mover.project_name(), mover.unit_name(), mover.region_code(), mover.from_total(), mover.to_total(),
                Signed(Points(mover.to_total()) - Points(mover.from_total()))});
  if (!movers.empty()) movers.Print(std::cout << '\n');
  PrintGroups("地区", report.regions());
  PrintGroups("类别", report.classes());
}

// Shows how many forms are sent, on a terminal only.
class Progress {
 public:
  explicit Progress(std::size_t total) : total_(total), shown_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (shown_) std::cerr << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Step() {
    ++sent_;
    if (shown_ && (sent_ % kProgressStep == 0 || sent_ == total_))
      std::cerr << "\r试算 " << sent_ << " / " << total_ << std::flush;
  }

 private:
  const std::size_t total_;
  const bool shown_;
  std::size_t sent_ = 0;
};

}  // namespace

int RunRulesSimulate(const Global& global, const SimulateOptions& options) {
  std::vector<FormFile> forms;
  for (const std::string& path : options.files) {
    auto read = ReadForms(path);
    if (!read.ok()) return Refuse(read.status(), global.json());
    std::move(read->begin(), read->end(), std::back_inserter(forms));
  }
  const auto stub = Scoring(global);
  const auto from = SelectorOf(global, *stub, options.from);
  if (!from.ok()) return Refuse(from.status(), global.json());
  const auto to = SelectorOf(global, *stub, options.to);
  if (!to.ok()) return Refuse(to.status(), global.json());

  grpc::ClientContext context;
  rpc::Prepare(context, RandomHex(16), kTimeout);
  scoring::v1::SimulateRuleSetResponse response;
  const auto stream = stub->SimulateRuleSet(&context, &response);
  scoring::v1::SimulateRuleSetRequest request;
  if (!options.from.empty()) *request.mutable_rule_sets()->mutable_from() = *from;
  *request.mutable_rule_sets()->mutable_to() = *to;
  {
    Progress progress(forms.size());
    bool open = stream->Write(request);
    for (std::size_t i = 0; open && i < forms.size(); ++i) {
      *request.mutable_form() = std::move(forms[i].form);
      open = stream->Write(request);
      progress.Step();
    }
    stream->WritesDone();
  }
  const absl::Status status = rpc::FromGrpc(stream->Finish());
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response.simulation()) << '\n';
  else
    Print(response.simulation());
  return kDone;
}

}  // namespace jixiao::cli
