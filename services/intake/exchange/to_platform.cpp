#include "common/budget_codes.h"
#include "common/decimal.h"
#include "common/errors.h"
#include "common/text.h"
#include "intake/exchange/platform_fields.h"
#include "intake/exchange/platform_message.h"
#include "intake/exchange/target_parts.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace jixiao::exchange {
namespace {

// In the order in which they are written.
using Object = nlohmann::ordered_json;

// NUMBER(18,2) and NUMBER(5,2) in the platforms' tables.
constexpr int kDecimals = 2;
constexpr std::int64_t kMostPoints = 1000;

class Writer {
 public:
  Writer(WrittenMessage& out, std::vector<FieldViolation>& faults) : out_(out), faults_(faults) {}

  void Fault(std::string cell, std::string description) {
    faults_.push_back({std::move(cell), std::move(description)});
  }

  template <class Row, std::size_t N>
  void Fill(const Row& row, const std::string& prefix, const FieldPair<Row> (&fields)[N], Object& to) {
    for (const FieldPair<Row>& pair : fields) {
      const std::string& value = pair.get(row);
      if (value.empty()) continue;
      if (pair.shape != Shape::kText) Check(prefix + pair.cell, pair.field, value, pair.shape);
      to[pair.field] = value;
    }
  }

  void Leave(std::string cell, const std::string& value) {
    if (!value.empty()) out_.left.push_back({std::move(cell), value, "平台报文没有对应的字段"});
  }

 private:
  void Check(std::string cell, std::string_view field, const std::string& value, Shape shape) {
    const std::optional<Decimal> number = Decimal::Parse(value);
    const bool fits =
        number && number->scale() <= kDecimals && (shape != Shape::kPoints || number->Abs() < Decimal(kMostPoints));
    if (!fits)
      Fault(std::move(cell), Cat("“", TruncateUtf8(value, 60), "”不能写入 ", field, "：只能是",
                                 shape == Shape::kPoints ? "小于 1000、" : "", "不超过两位小数的数，不带单位和千分位"));
  }

  WrittenMessage& out_;
  std::vector<FieldViolation>& faults_;
};

// The adjustment with as many decimals as its two sides.
std::string Adjustment(const FundLine& line) {
  const auto before = Decimal::Parse(line.initial_budget()), after = Decimal::Parse(line.full_year_budget());
  if (!before || !after) return {};
  const auto decimals = [](const std::string& text) {
    const std::size_t point = text.find('.');
    return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
  };
  return (*after - *before).ToFixed(std::max(decimals(line.initial_budget()), decimals(line.full_year_budget())));
}

void WriteCodes(Writer& to, const SelfEvaluation& form) {
  const auto require = [&](const char* cell, const std::string& code, std::string fault) {
    if (code.empty())
      to.Fault(cell, "表上没有；平台报文必须有");
    else if (!fault.empty())
      to.Fault(cell, std::move(fault));
  };
  require("project_code", form.project_code(), FaultOfProjectCode(form.project_code()));
  require("region_code", form.region_code(), FaultOfDivisionCode(form.region_code()));
}

void LeaveTheRest(Writer& to, const SelfEvaluation& form) {
  to.Leave("title", form.title());
  to.Leave("competent_department.name", form.competent_department().name());
  to.Leave("competent_department.code", form.competent_department().code());
  to.Leave("total_weight", form.total_weight());
  to.Leave("total_score", form.total_score());
  to.Leave("grade", form.grade());
  for (int i = 0; i < form.report_size(); ++i)
    to.Leave(Cat("report[", i, "]"), form.report(i).heading() + form.report(i).text());
}

}  // namespace

absl::StatusOr<WrittenMessage> ToPlatform(const SelfEvaluation& form) {
  WrittenMessage out;
  std::vector<FieldViolation> faults;
  Writer to(out, faults);
  Object message;
  if (const std::string& location = form.source().location(); location.starts_with(kGuidLocation))
    message["guid"] = location.substr(sizeof kGuidLocation - 1);
  if (form.kind() != evaluation::v1::FORM_KIND_PROJECT && form.kind() != evaluation::v1::FORM_KIND_UNSPECIFIED)
    to.Fault("kind", "平台报文只用于项目自评表");
  if (form.amount_unit() == evaluation::v1::AMOUNT_UNIT_YUAN)
    to.Fault("amount_unit", "金额单位为元；平台报文为万元，请先换算");
  WriteCodes(to, form);
  if (form.fiscal_year() == 0)
    to.Fault("fiscal_year", "表上没有年度；平台报文必须有");
  else
    message["fiscal_year"] = Cat(form.fiscal_year());
  to.Fill(form, "", kHeaderFields, message);
  to.Fill(form.implementing_unit(), "implementing_unit.", kAgencyFields, message);
  Object& funds = message[kFunds] = Object::array();
  for (int i = 0; i < form.funds_size(); ++i) {
    const FundLine& line = form.funds(i);
    const std::string prefix = Cat("funds[", i, "].");
    Object row = Object::object();
    to.Fill(line, prefix, kFundFields, row);
    if (std::string adjustment = Adjustment(line); !adjustment.empty()) row["amt2"] = std::move(adjustment);
    to.Leave(prefix + "weight", line.weight());
    funds.push_back(std::move(row));
  }
  Object& indicators = message[kIndicators] = Object::array();
  for (int i = 0; i < form.indicators_size(); ++i) {
    const Indicator& line = form.indicators(i);
    const std::string prefix = Cat("indicators[", i, "].");
    Object row = Object::object();
    to.Fill(line, prefix, kIndicatorFields, row);
    const TargetParts parts = Decompose(line.target());
    if (!parts.sign.empty()) row["computesign"] = parts.sign;
    if (!parts.value.empty()) row["indexval"] = parts.value;
    if (!parts.unit.empty()) row["meterunit"] = parts.unit;
    to.Leave(prefix + "completion_rate", line.completion_rate());
    to.Leave(prefix + "approved_target", line.approved_target());
    to.Leave(prefix + "approved_weight", line.approved_weight());
    to.Leave(prefix + "adjustment", line.adjustment());
    indicators.push_back(std::move(row));
  }
  LeaveTheRest(to, form);
  if (!faults.empty())
    return InvalidFields("FORM_NOT_EXPRESSIBLE", "the form does not fit the platform's message", faults);
  out.json = message.dump(-1, ' ', false, Object::error_handler_t::replace);
  return out;
}

}  // namespace jixiao::exchange
