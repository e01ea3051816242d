#include "cli/message_files.h"

#include "cli/commands.h"
#include "cli/form_files.h"
#include "cli/output.h"
#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"
#include "intake/exchange/number_text.h"
#include "intake/exchange/platform_message.h"

#include <iostream>
#include <vector>

namespace jixiao::cli {
namespace {

using nlohmann::json;

// The texts of the messages in a file.
absl::StatusOr<std::vector<std::string>> Split(std::string_view bytes) {
  std::vector<std::string> messages;
  const absl::StatusOr<json> whole = exchange::ParseKeepingDigits(bytes);
  if (whole.ok() && whole->is_array()) {
    for (const json& message : *whole) messages.push_back(message.dump());
    return messages;
  }
  if (whole.ok()) return std::vector{std::string(bytes)};
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    // A message over several lines that is no JSON is said to be none as a whole.
    if (messages.empty() && !exchange::ParseKeepingDigits(line).ok()) return whole.status();
    messages.emplace_back(line);
  }
  if (messages.empty()) return whole.status();
  return messages;
}

}  // namespace

absl::StatusOr<intake::v1::ImportedDocument> ReadMessages(std::string_view bytes, const std::string& name,
                                                          const importing::Hints& hints) {
  if (!IsUtf8(bytes)) return InvalidField("MESSAGE_UNREADABLE", name, "不是 UTF-8");
  ASSIGN_OR_RETURN(const std::vector<std::string> messages, Split(bytes));
  intake::v1::ImportedDocument document;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto message = exchange::FromPlatform(messages[i], hints);
    if (!message.ok()) {
      if (messages.size() > 1) std::cerr << name << " 第 " << i + 1 << " 份报文：\n";
      return message.status();
    }
    auto& imported = *document.add_forms();
    *imported.mutable_form() = std::move(message->form);
    imported.mutable_form()->mutable_source()->set_file_name(name.substr(name.rfind('/') + 1));
    imported.mutable_form()->mutable_source()->set_sha256(Hex(Sha256(bytes)));
    for (const exchange::Leftover& left : message->left) {
      auto& unread = *imported.add_unread();
      unread.set_text(Cat(left.field, " = ", TruncateUtf8(left.value, 4000)));
      unread.set_why(left.why);
    }
  }
  return document;
}

int RunExport(const Global& global, const WriteMessageOptions& options) {
  int code = kDone;
  for (const std::string& path : options.files) {
    auto forms = ReadForms(path, options.hints);
    if (!forms.ok()) {
      code = Refuse(forms.status(), global.json());
      continue;
    }
    for (FormFile& file : *forms) {
      constexpr std::size_t kShortDivision = 6;
      const std::string& region = file.form.region_code();
      if (region.size() == kShortDivision && options.hints.region_code.starts_with(region))
        file.form.set_region_code(options.hints.region_code);
      const auto message = exchange::ToPlatform(file.form);
      if (!message.ok()) {
        std::cerr << file.origin << "：\n";
        code = Refuse(message.status(), global.json());
        continue;
      }
      std::cout << message->json << '\n';
      if (message->left.empty()) continue;
      std::cerr << "注意 " << file.origin << "：平台报文没有对应的字段，未写入";
      for (const exchange::Leftover& left : message->left) std::cerr << ' ' << left.field;
      std::cerr << '\n';
    }
  }
  return code;
}

}  // namespace jixiao::cli
