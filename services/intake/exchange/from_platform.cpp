#include "common/budget_codes.h"
#include "common/decimal.h"
#include "common/errors.h"
#include "common/form.h"
#include "common/text.h"
#include "intake/exchange/number_text.h"
#include "intake/exchange/platform_fields.h"
#include "intake/exchange/platform_message.h"
#include "intake/exchange/target_parts.h"

#include <set>

namespace jixiao::exchange {
namespace {

using nlohmann::json;

std::string Shown(std::string_view value) {
  constexpr std::size_t kShown = 100;
  return Cat("“", TruncateUtf8(value, kShown), value.size() > kShown ? "…" : "", "”");
}

class Reader {
 public:
  Reader(ReadMessage& out, std::vector<FieldViolation>& faults) : out_(out), faults_(faults) {}

  void Fault(std::string field, std::string description) {
    faults_.push_back({std::move(field), std::move(description)});
  }

  // The text of a field; empty when it is absent, null or at fault.
  std::string Text(const json& row, const std::string& prefix, const std::string& field) {
    seen_.insert(prefix + field);
    const auto found = row.find(field);
    if (found == row.end() || found->is_null()) return {};
    if (found->is_string()) return found->get<std::string>();
    Fault(prefix + field, Cat(found->is_boolean() ? "为真假值"
                              : found->is_array() ? "为数组"
                                                  : "为对象",
                              "；应为文字或数"));
    return {};
  }

  template <class Row, std::size_t N>
  void Fill(const json& from, const std::string& prefix, const FieldPair<Row> (&fields)[N], Row& row) {
    for (const FieldPair<Row>& pair : fields)
      if (std::string text = Text(from, prefix, pair.field); !text.empty()) *pair.mutable_cell(row) = std::move(text);
  }

  // The rows of a list; none when it is absent or at fault.
  std::vector<const json*> Rows(const json& message, const char* list, int most) {
    seen_.insert(list);
    std::vector<const json*> rows;
    const auto found = message.find(list);
    if (found == message.end() || found->is_null()) return rows;
    if (!found->is_array()) {
      Fault(list, "应为数组");
      return rows;
    }
    if (found->size() > static_cast<std::size_t>(most)) {
      Fault(list, Cat("有 ", found->size(), " 行；最多 ", most, " 行"));
      return rows;
    }
    for (std::size_t i = 0; i < found->size(); ++i) {
      if ((*found)[i].is_object())
        rows.push_back(&(*found)[i]);
      else
        Fault(Cat(list, "[", i, "]"), "应为对象");
    }
    return rows;
  }

  void Leave(std::string field, std::string value, std::string why) {
    if (!value.empty()) out_.left.push_back({std::move(field), std::move(value), std::move(why)});
  }

  // What nobody has asked for.
  void LeaveUnknown(const json& row, const std::string& prefix) {
    for (const auto& [name, value] : row.items()) {
      if (seen_.contains(prefix + name) || value.is_null()) continue;
      Leave(prefix + name,
            value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace),
            "自评表的数据中没有对应的栏目");
    }
  }

 private:
  ReadMessage& out_;
  std::vector<FieldViolation>& faults_;
  std::set<std::string> seen_;
};

void ReadFunds(Reader& in, const json& message, SelfEvaluation& form) {
  int i = 0;
  for (const json* from : in.Rows(message, kFunds, kMaxFundLines)) {
    const std::string prefix = Cat(kFunds, "[", i++, "].");
    FundLine& line = *form.add_funds();
    in.Fill(*from, prefix, kFundFields, line);
    const std::string adjustment = in.Text(*from, prefix, "amt2");
    const auto before = Decimal::Parse(line.initial_budget()), by = Decimal::Parse(adjustment),
               after = Decimal::Parse(line.full_year_budget());
    if (!(before && by && after && *before + *by == *after))
      in.Leave(prefix + "amt2", adjustment, "自评表没有调整数一栏，且调整前加调整数不等于调整后");
    in.LeaveUnknown(*from, prefix);
  }
}

void ReadIndicators(Reader& in, const json& message, SelfEvaluation& form) {
  int i = 0;
  for (const json* from : in.Rows(message, kIndicators, kMaxIndicators)) {
    const std::string prefix = Cat(kIndicators, "[", i++, "].");
    Indicator& line = *form.add_indicators();
    in.Fill(*from, prefix, kIndicatorFields, line);
    const std::string sign = in.Text(*from, prefix, "computesign");
    TargetParts parts{std::string(SignCode(sign)), in.Text(*from, prefix, "indexval"),
                      in.Text(*from, prefix, "meterunit")};
    if (!sign.empty() && parts.sign.empty()) {
      if (sign == "9" || sign == "10")
        in.Leave(prefix + "computesign", sign, "这一类文字指标的含义不明，指标值照录");
      else
        in.Fault(prefix + "computesign",
                 Cat(Shown(sign),
                     "不是比较符号；可为 1（>）、2（≥）、3（=）、4（<）、5（≤）、6（定性）、9、10，或符号本身"));
    }
    if (parts.value.empty())
      in.Leave(prefix + "meterunit", parts.unit, "没有指标值，单位无处可记");
    else
      line.set_target(Compose(parts));
    if (!parts.value.empty() && Decompose(line.target()) != parts)
      in.Leave(prefix + "computesign/indexval/meterunit", Cat(parts.sign, "/", parts.value, "/", parts.unit),
               "自评表把三栏记为一格，写回时分栏会不同");
    in.LeaveUnknown(*from, prefix);
  }
}

void CheckCodes(Reader& in, const json& message, const SelfEvaluation& form) {
  if (form.project_code().empty())
    in.Fault("proCode", "没有项目代码；必须填写");
  else if (std::string fault = FaultOfProjectCode(form.project_code()); !fault.empty())
    in.Fault("proCode", std::move(fault));
  if (message.contains("mof_div_code") && !form.region_code().empty())
    if (std::string fault = FaultOfDivisionCode(form.region_code()); !fault.empty())
      in.Fault("mof_div_code", std::move(fault));
}

void ReadYear(Reader& in, const json& message, SelfEvaluation& form) {
  const std::string year = in.Text(message, "", "fiscal_year");
  if (year.empty()) return;
  const auto number = Decimal::Parse(year);
  if (year.size() == 4 && number && *number >= Decimal(2000) && *number <= Decimal(2100))
    form.set_fiscal_year(std::stoi(year));
  else
    in.Fault("fiscal_year", Cat(Shown(year), "不是年度；应为 2000 至 2100 的四位数"));
}

}  // namespace

absl::StatusOr<ReadMessage> FromPlatform(std::string_view text, const importing::Hints& hints) {
  if (!IsUtf8(text)) return InvalidField("MESSAGE_UNREADABLE", "message", "不是 UTF-8");
  ASSIGN_OR_RETURN(const json message, ParseKeepingDigits(text));
  if (!message.is_object()) return InvalidField("MESSAGE_UNREADABLE", "message", "应为一个 JSON 对象");
  ReadMessage out;
  std::vector<FieldViolation> faults;
  Reader in(out, faults);
  SelfEvaluation& form = out.form;
  form.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN);
  in.Fill(message, "", kHeaderFields, form);
  in.Fill(message, "", kAgencyFields, *form.mutable_implementing_unit());
  form.mutable_source()->set_media_type("application/json");
  if (const std::string guid = in.Text(message, "", "guid"); !guid.empty())
    form.mutable_source()->set_location(kGuidLocation + guid);
  ReadYear(in, message, form);
  ReadFunds(in, message, form);
  ReadIndicators(in, message, form);
  CheckCodes(in, message, form);
  in.LeaveUnknown(message, "");
  if (!faults.empty()) return InvalidFields("MESSAGE_INVALID", "the platform's message breaks its own shape", faults);
  if (form.region_code().empty()) form.set_region_code(hints.region_code);
  if (form.fiscal_year() == 0) form.set_fiscal_year(hints.fiscal_year);
  RETURN_IF_ERROR(ValidateForm(form));
  return out;
}

}  // namespace jixiao::exchange
