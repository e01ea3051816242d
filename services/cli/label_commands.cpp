#include "cli/client.h"
#include "cli/output.h"
#include "cli/selector.h"
#include "cli/table.h"
#include "common/text.h"
#include "common/time.h"

#include <iostream>

namespace jixiao::cli {
namespace {

using scoring::v1::ScoringService;

std::string RegionOf(const scoring::v1::Label& label) {
  return label.region_code().empty() ? "全国" : label.region_code();
}

std::string YearOf(const scoring::v1::Label& label) {
  return label.fiscal_year() == 0 ? "各年度" : Cat(label.fiscal_year());
}

int Delete(const Global& global, ScoringService::Stub& stub, const LabelOptions& options) {
  scoring::v1::DeleteLabelRequest request;
  request.set_name(options.name);
  request.set_region_code(options.region);
  request.set_fiscal_year(options.year);
  scoring::v1::DeleteLabelResponse response;
  const absl::Status status = Call(global, stub, &ScoringService::Stub::DeleteLabel, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response) << '\n';
  else
    std::cout << "已删去标签 " << options.name << '\n';
  return kDone;
}

}  // namespace

int RunRulesLabel(const Global& global, const LabelOptions& options) {
  const auto stub = Scoring(global);
  if (options.remove) return Delete(global, *stub, options);
  const auto digest = DigestNamed(global, *stub, options.target);
  if (!digest.ok()) return Refuse(digest.status(), global.json());
  scoring::v1::SetLabelRequest request;
  auto& label = *request.mutable_label();
  label.set_name(options.name);
  label.set_region_code(options.region);
  label.set_fiscal_year(options.year);
  label.set_digest(*digest);
  request.set_etag(options.etag);
  request.set_report(options.report);
  scoring::v1::SetLabelResponse response;
  const absl::Status status = Call(global, *stub, &ScoringService::Stub::SetLabel, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response.label()) << '\n';
  else
    std::cout << "标签 " << response.label().name() << "（" << RegionOf(response.label()) << "，"
              << YearOf(response.label()) << "）指向 " << response.label().rule_set() << "  "
              << response.label().digest() << '\n';
  return kDone;
}

int RunRulesLabels(const Global& global) {
  const auto stub = Scoring(global);
  scoring::v1::ListLabelsResponse response;
  const absl::Status status =
      Call(global, *stub, &ScoringService::Stub::ListLabels, scoring::v1::ListLabelsRequest(), response);
  if (!status.ok()) return Refuse(status, global.json());
  Table table({{"标签"},
               {"区划"},
               {"年度"},
               {"规则"},
               {"摘要", Align::kLeft, 20},
               {"试算报告", Align::kLeft, 50},
               {"设置时间"}});
  for (const auto& label : response.labels()) {
    if (global.json())
      std::cout << ToJson(label) << '\n';
    else
      table.Add({label.name(), RegionOf(label), YearOf(label), label.rule_set(), label.digest(), label.report(),
                 FormatShanghai(ToMicros(label.update_time()))});
  }
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

int RunRulesShadow(const Global& global) {
  const auto stub = Scoring(global);
  scoring::v1::GetShadowReportResponse response;
  const absl::Status status =
      Call(global, *stub, &ScoringService::Stub::GetShadowReport, scoring::v1::GetShadowReportRequest(), response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return kDone;
  }
  Table table({{"在用规则", Align::kLeft, 20},
               {"影子规则", Align::kLeft, 20},
               {"表数", Align::kRight},
               {"总分不同", Align::kRight},
               {"等级不同", Align::kRight},
               {"问题不同", Align::kRight}});
  for (const auto& count : response.counts())
    table.Add({count.stable_digest(), count.shadow_digest(), Cat(count.forms()), Cat(count.totals()),
               Cat(count.grades()), Cat(count.findings())});
  table.Print(std::cout);
  return kDone;
}

}  // namespace jixiao::cli
