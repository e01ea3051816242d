#include "cli/form_files.h"

#include "cli/document_files.h"
#include "common/errors.h"
#include "common/text.h"
#include "intake/import/import.h"

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace jixiao::cli {
namespace {

using nlohmann::json;

absl::Status Unreadable(const std::string& where, std::string_view what) {
  return InvalidField("FILE_UNREADABLE", where, std::string(what));
}

absl::StatusOr<FormFile> ToForm(const json& value, std::string origin) {
  const json& content = value.is_object() && value.contains("form") ? value["form"] : value;
  if (!content.is_object()) return Unreadable(origin, "不是自评表：应为一个 JSON 对象");
  const std::string text = content.dump(-1, ' ', false, json::error_handler_t::replace);
  FormFile file{std::move(origin), {}, nullptr};
  auto status = google::protobuf::util::JsonStringToMessage(text, &file.form);
  if (status.ok()) return file;
  google::protobuf::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  const std::string strict = status.message().as_string();
  file.form.Clear();
  status = google::protobuf::util::JsonStringToMessage(text, &file.form, lenient);
  if (!status.ok()) return Unreadable(file.origin, status.message().as_string());
  std::cerr << "注意 " << file.origin << "：有字段不属于自评表，未读入（" << strict << "）\n";
  return file;
}

bool IsNamedJson(std::string_view path) {
  return path.ends_with(".json") || path.ends_with(".jsonl");
}

void Complete(evaluation::v1::SelfEvaluation& form, const importing::Hints& hints) {
  if (form.region_code().empty()) form.set_region_code(hints.region_code);
  if (form.fiscal_year() == 0) form.set_fiscal_year(hints.fiscal_year);
}

absl::StatusOr<std::vector<FormFile>> ReadDocument(const std::string& path, std::string bytes,
                                                   const importing::Hints& hints) {
  const auto document = std::make_shared<const std::string>(std::move(bytes));
  ASSIGN_OR_RETURN(auto imported, importing::Import(*document, path == "-" ? "stdin.txt" : path, hints));
  if (imported.forms().empty()) return Unreadable(path, "没有自评表");
  std::vector<FormFile> forms;
  int unread = imported.unread_size();
  for (int i = 0; i < imported.forms_size(); ++i) {
    unread += imported.forms(i).unread_size();
    std::string origin = imported.forms_size() == 1 ? path : Cat(path, " 第 ", i + 1, " 张");
    forms.push_back({std::move(origin), std::move(*imported.mutable_forms(i)->mutable_form()), document});
  }
  if (unread > 0) std::cerr << "注意 " << path << "：有 " << unread << " 处文字未读入，可用 jixiao import 查看\n";
  return forms;
}

}  // namespace

const std::string& NameOfForm(const evaluation::v1::SelfEvaluation& form) {
  return form.project_name().empty() ? form.title() : form.project_name();
}

absl::StatusOr<FormFile> FormOfLine(std::string_view line, std::string origin, const importing::Hints& hints) {
  const json value = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return Unreadable(origin, "不是 JSON");
  ASSIGN_OR_RETURN(FormFile file, ToForm(value, std::move(origin)));
  Complete(file.form, hints);
  return file;
}

absl::StatusOr<std::vector<FormFile>> ReadForms(const std::string& path, const importing::Hints& hints) {
  ASSIGN_OR_RETURN(std::string text, ReadBytes(path));
  if (!IsJson(text) && !IsNamedJson(path) && !text.empty()) return ReadDocument(path, std::move(text), hints);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  std::vector<FormFile> forms;
  const json whole = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (whole.is_array()) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      ASSIGN_OR_RETURN(FormFile form, ToForm(whole[i], Cat(path, " 第 ", i + 1, " 项")));
      Complete(form.form, hints);
      forms.push_back(std::move(form));
    }
    return forms;
  }
  if (!whole.is_discarded()) {
    ASSIGN_OR_RETURN(FormFile form, ToForm(whole, path));
    Complete(form.form, hints);
    forms.push_back(std::move(form));
    return forms;
  }
  std::string_view rest = text;
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view current = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (current.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string origin = Cat(path, ":", line);
    ASSIGN_OR_RETURN(FormFile form, FormOfLine(current, origin, hints));
    forms.push_back(std::move(form));
  }
  if (forms.empty()) return Unreadable(path, "没有自评表");
  return forms;
}

}  // namespace jixiao::cli
