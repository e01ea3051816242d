#include "cli/client.h"
#include "cli/commands.h"
#include "cli/document_files.h"
#include "cli/message_files.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/errors.h"
#include "common/text.h"
#include "intake/import/document.h"
#include "intake/import/draft.h"
#include "intake/import/import.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <string_view>

namespace jixiao::cli {
namespace {

using evaluation::v1::SelfEvaluation;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// What people call the fields.
std::string TitleOf(std::string_view path) {
  static const std::map<std::string_view, std::string_view> kNames = {
      {"title", "表名"},
      {"fiscal_year", "年度"},
      {"competent_department.name", "主管部门"},
      {"competent_department.code", "主管部门代码"},
      {"implementing_unit.name", "实施单位"},
      {"implementing_unit.code", "实施单位代码"},
      {"project_name", "项目名称"},
      {"project_code", "项目代码"},
      {"region_code", "财政区划代码"},
      {"amount_unit", "金额单位"},
      {"expected_goal", "预期目标"},
      {"actual_goal", "实际完成情况"},
      {"total_weight", "总分：分值"},
      {"total_score", "总分：得分"},
      {"grade", "自评等级"},
      {"name", "行名"},
      {"initial_budget", "年初预算数"},
      {"full_year_budget", "全年预算数"},
      {"executed", "全年执行数"},
      {"weight", "分值"},
      {"execution_rate", "执行率"},
      {"score", "得分"},
      {"level1", "一级指标"},
      {"level2", "二级指标"},
      {"level3", "三级指标"},
      {"target", "指标值"},
      {"actual", "完成值"},
      {"completion_rate", "完成率"},
      {"deviation_reason", "偏差原因"},
      {"approved_target", "批复指标值"},
      {"approved_weight", "批复分值"},
      {"adjustment", "调整依据"},
      {"heading", "标题"},
      {"text", "正文"},
  };
  std::string prefix;
  std::string_view rest = path;
  if (const std::size_t close = path.find("]."); close != std::string_view::npos) {
    const std::size_t open = path.find('[');
    const std::string_view list = path.substr(0, open);
    int number = 0;
    for (const char c : path.substr(open + 1, close - open - 1)) number = number * 10 + (c - '0');
    prefix = Cat(list == "funds" ? "资金" : list == "indicators" ? "指标" : "报告", " ", number + 1, " ");
    rest = path.substr(close + 2);
  }
  const auto found = kNames.find(rest);
  return Cat(prefix, found == kNames.end() ? rest : found->second);
}

// The value at a path such as indicators[3].target.
std::string ValueAt(const Message& message, std::string_view path) {
  const std::size_t dot = std::min(path.find('.'), path.size());
  std::string_view step = path.substr(0, dot);
  int index = -1;
  if (const std::size_t open = step.find('['); open != std::string_view::npos) {
    index = 0;
    for (const char c : step.substr(open + 1, step.size() - open - 2)) index = index * 10 + (c - '0');
    step = step.substr(0, open);
  }
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(step));
  if (field == nullptr) return {};
  const Reflection& reflection = *message.GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (dot == path.size()) return {};
    if (!field->is_repeated()) return ValueAt(reflection.GetMessage(message, field), path.substr(dot + 1));
    if (index < 0 || index >= reflection.FieldSize(message, field)) return {};
    return ValueAt(reflection.GetRepeatedMessage(message, field, index), path.substr(dot + 1));
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Cat(reflection.GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.GetEnumValue(message, field) == evaluation::v1::AMOUNT_UNIT_YUAN ? "元" : "万元";
    default:
      return reflection.GetString(message, field);
  }
}

std::string_view KindTitle(evaluation::v1::FormKind kind) {
  switch (kind) {
    case evaluation::v1::FORM_KIND_DEPARTMENT:
      return "部门整体";
    case evaluation::v1::FORM_KIND_TRANSFER_PAYMENT:
      return "转移支付";
    default:
      return "项目";
  }
}

void PrintUnread(const google::protobuf::RepeatedPtrField<intake::v1::UnreadCell>& cells, std::ostream& out) {
  if (cells.empty()) return;
  out << "\n未读入 " << cells.size() << " 处\n";
  Table table({{"位置", Align::kLeft, 30}, {"文字", Align::kLeft, 50}, {"原因", Align::kLeft, 60}});
  for (const auto& cell : cells) table.Add({importing::Describe(cell.location()), cell.text(), cell.why()});
  table.Print(out);
}

void PrintForm(const intake::v1::ImportedForm& imported, std::ostream& out) {
  const SelfEvaluation& form = imported.form();
  out << (form.title().empty() ? "（没有表名）" : form.title()) << "  " << KindTitle(form.kind()) << "  "
      << (form.fiscal_year() == 0 ? std::string("年度不明") : Cat(form.fiscal_year(), " 年度")) << '\n'
      << form.source().file_name() << " · " << form.source().location() << " · 资金 " << form.funds_size()
      << " 行，指标 " << form.indicators_size() << " 行，报告 " << form.report_size() << " 段\n";
  Table table({{"栏目", Align::kLeft, 24}, {"值", Align::kLeft, 60}, {"来源", Align::kLeft, 40}});
  // One line a value; a value from several cells names them all.
  for (int i = 0; i < imported.cells_size();) {
    const std::string& path = imported.cells(i).path();
    std::string places;
    int more = 0;
    for (; i < imported.cells_size() && imported.cells(i).path() == path; ++i)
      if (++more <= 3) Append(places, places.empty() ? "" : "，", importing::Describe(imported.cells(i).location()));
    if (more > 3) Append(places, " 等 ", more, " 处");
    table.Add({TitleOf(path), ValueAt(form, path), places});
  }
  table.Print(out);
  PrintUnread(imported.unread(), out);
  out << '\n';
}

// Reads the document here or, with --remote, at the intake service.
absl::StatusOr<intake::v1::ImportedDocument> Read(const Global& global, const ImportOptions& options,
                                                  const std::string& name, std::string bytes) {
  if (!options.as.empty()) return ReadMessages(bytes, name, options.hints);
  if (!options.remote) return importing::Import(bytes, name, options.hints);
  intake::v1::ImportDocumentRequest request;
  request.set_file_name(name);
  request.set_content(std::move(bytes));
  request.set_region_code(options.hints.region_code);
  request.set_fiscal_year(options.hints.fiscal_year);
  intake::v1::ImportDocumentResponse response;
  RETURN_IF_ERROR(Call(global, *Intake(global), &intake::v1::IntakeService::Stub::ImportDocument, request, response));
  return std::move(*response.mutable_document());
}

}  // namespace

int RunImport(const Global& global, const ImportOptions& options) {
  int code = kDone;
  std::size_t forms = 0;
  for (const std::string& path : options.files) {
    auto bytes = ReadBytes(path);
    if (!bytes.ok()) {
      code = Refuse(bytes.status(), global.json());
      continue;
    }
    auto document = Read(global, options, path == "-" ? "stdin.txt" : path, *std::move(bytes));
    if (!document.ok()) {
      code = Refuse(document.status(), global.json());
      continue;
    }
    if (document->forms().empty()) {
      // What the document looks like instead, where the import can tell.
      const auto& unread = document->unread();
      const auto told = std::find_if(unread.begin(), unread.end(), [](const intake::v1::UnreadCell& cell) {
        return std::string_view(cell.why()).starts_with(importing::kLooksLike);
      });
      const std::string why = told == unread.end() ? std::string() : Cat("：", told->why());
      code = Refuse(InvalidField("DOCUMENT_WITHOUT_FORM", path, Cat("没有找到自评表", why)), global.json());
      if (!global.json()) PrintUnread(document->unread(), std::cerr);
      continue;
    }
    forms += static_cast<std::size_t>(document->forms_size());
    if (global.json()) {
      // What belongs to no form is told with the first one.
      document->mutable_forms(0)->mutable_unread()->MergeFrom(document->unread());
      for (const auto& form : document->forms()) std::cout << ToJson(form) << '\n';
    } else {
      if (document->has_template_hint())
        std::cout << "由 jixiao template 按 " << document->template_hint().rule_set()
                  << " 制作（文件自述，仅供参考）\n\n";
      for (const auto& form : document->forms()) PrintForm(form, std::cout);
      if (!document->unread().empty()) {
        std::cout << path << "：不属于任何一张表";
        PrintUnread(document->unread(), std::cout);
      }
    }
  }
  // Some files read and others not: the code says that not all went well.
  return forms == 0 ? kRefused : code;
}

}  // namespace jixiao::cli
