#include "archiving/export/text_forms.h"

#include "common/decimal.h"
#include "common/digest.h"
#include "common/encoding.h"
#include "common/text.h"
#include "common/time.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <memory>
#include <utility>
#include <vector>

namespace jixiao::archiving::exporting {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com";

// A string as JSON writes it.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          Append(out, "\\u00", Hex({reinterpret_cast<const std::uint8_t*>(&c), 1}));
        else
          out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

std::string Base64Of(std::string_view bytes) {
  return Base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string PartsJson(const Document& document) {
  std::string out = "[";
  for (const v1::RecordPart& part : document.record.parts())
    Append(out, out.size() > 1 ? "," : "", "{\"name\":", Quoted(part.name()),
           ",\"media_type\":", Quoted(part.media_type()), ",\"size\":", part.content().size(),
           ",\"digest\":", Quoted(DigestOf(part.content())), ",\"salt\":", Quoted(Base64Of(part.salt())), "}");
  return out + "]";
}

std::string_view KindOf(evaluation::v1::FormKind kind) {
  switch (kind) {
    case evaluation::v1::FORM_KIND_DEPARTMENT:
      return "部门整体";
    case evaluation::v1::FORM_KIND_TRANSFER_PAYMENT:
      return "转移支付";
    default:
      return "项目";
  }
}

std::string DifferenceOf(const evaluation::v1::Scorecard& card) {
  const auto computed = Decimal::Parse(card.computed_total());
  const auto declared = Decimal::Parse(card.declared_total());
  return computed && declared ? (*declared - *computed).ToString() : std::string();
}

int CountOf(const evaluation::v1::Scorecard& card, evaluation::v1::Severity severity) {
  int count = 0;
  for (const auto& finding : card.findings()) count += finding.severity() == severity ? 1 : 0;
  return count;
}

// Each code once, in the order of the card.
std::string CodesOf(const evaluation::v1::Scorecard& card) {
  std::string out;
  for (int i = 0; i < card.findings_size(); ++i) {
    bool known = false;
    for (int j = 0; j < i; ++j) known = known || card.findings(j).code() == card.findings(i).code();
    if (!known) Append(out, out.empty() ? "" : " ", card.findings(i).code());
  }
  return out;
}

using Column = std::pair<std::string_view, std::string>;

std::vector<Column> ColumnsOf(const Document& document) {
  const auto& form = document.form;
  const auto& card = document.card;
  const evaluation::v1::FundLine none;
  const auto& funds = form.funds_size() > 0 ? form.funds(0) : none;
  return {{"记录", document.record.record().name()},
          {"归档键", document.leaf.key()},
          {"归档时间", FormatShanghai(document.leaf.archive_time_micros())},
          {"年度", form.fiscal_year() == 0 ? std::string() : Cat(form.fiscal_year())},
          {"财政区划代码", form.region_code()},
          {"表种", std::string(KindOf(form.kind()))},
          {"主管部门", form.competent_department().name()},
          {"主管部门代码", form.competent_department().code()},
          {"实施单位", form.implementing_unit().name()},
          {"实施单位代码", form.implementing_unit().code()},
          {"项目名称", form.project_name()},
          {"项目代码", form.project_code()},
          {"金额单位", form.amount_unit() == evaluation::v1::AMOUNT_UNIT_YUAN ? "元" : "万元"},
          {"年初预算数", funds.initial_budget()},
          {"全年预算数", funds.full_year_budget()},
          {"全年执行数", funds.executed()},
          {"执行率", card.execution_rate()},
          {"填报总分", card.declared_total()},
          {"计算总分", card.computed_total()},
          {"相差", DifferenceOf(card)},
          {"填报等级", card.declared_grade()},
          {"计算等级", card.grade()},
          {"评分规则", Cat(card.rule_set().id(), "@", card.rule_set().revision())},
          {"指标数", Cat(form.indicators_size())},
          {"错误", Cat(CountOf(card, evaluation::v1::SEVERITY_ERROR))},
          {"警告", Cat(CountOf(card, evaluation::v1::SEVERITY_WARNING))},
          {"提示", Cat(CountOf(card, evaluation::v1::SEVERITY_INFO))},
          {"问题代码", CodesOf(card)}};
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  static const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(
      google::protobuf::util::NewTypeResolverForDescriptorPool(kTypePrefix,
                                                               google::protobuf::DescriptorPool::generated_pool()));
  // From deterministic bytes: printed from the message, map entries would come in a random order.
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(
      resolver.get(), Cat(kTypePrefix, "/", message.GetDescriptor()->full_name()), bytes, &json, options);
  return status.ok() ? json : std::string("{}");
}

std::string RecordJson(const Document& document) {
  std::string path;
  for (const std::string& hash : document.record.proof().path())
    Append(path, path.empty() ? "" : ",", Quoted(Base64Of(hash)));
  return Cat("{\"name\":", Quoted(document.record.record().name()), ",\"key\":", Quoted(document.leaf.key()),
             ",\"archive_time\":", Quoted(FormatUtc(document.leaf.archive_time_micros())),
             ",\"form\":", ToJson(document.form), ",\"scorecard\":", ToJson(document.card),
             ",\"rule_set\":", ToJson(document.rule_set), ",\"parts\":", PartsJson(document),
             ",\"leaf\":", Quoted(Base64Of(document.record.leaf())),
             ",\"proof\":{\"index\":", document.record.proof().index(), ",\"path\":[", path,
             "],\"checkpoint\":", Quoted(document.record.proof().checkpoint()), "}}");
}

std::string CsvCell(std::string_view text) {
  std::string out(text);
  if (!out.empty() && std::string_view("=+-@\t\r").find(out.front()) != std::string_view::npos && !Decimal::Parse(out))
    out.insert(out.begin(), '\'');
  // Excel and its kin also look behind wide characters that they fold.
  for (const std::string_view wide : {"＝", "＋", "－", "＠"})
    if (text.starts_with(wide)) out = Cat("'", text);
  if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
  std::string quoted = "\"";
  for (const char c : out) quoted.append(c == '"' ? 2 : 1, c);
  quoted.push_back('"');
  return quoted;
}

std::string CsvHead() {
  std::string out = "\xEF\xBB\xBF";
  bool first = true;
  for (const auto& [title, value] : ColumnsOf(Document())) Append(out, std::exchange(first, false) ? "" : ",", title);
  return out + "\r\n";
}

std::string CsvLine(const Document& document) {
  std::string out;
  bool first = true;
  for (const auto& [title, value] : ColumnsOf(document))
    Append(out, std::exchange(first, false) ? "" : ",", CsvCell(value));
  return out + "\r\n";
}

}  // namespace jixiao::archiving::exporting
