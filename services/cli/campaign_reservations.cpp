// Reservations: made with the digest of a form, checked without any server.
#include "archiving/log/checkpoint.h"
#include "cli/campaign_commands.h"
#include "cli/client.h"
#include "cli/document_files.h"
#include "cli/form_files.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/file.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/season/receipt.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>

namespace jixiao::cli {
namespace {

using namespace intake::v1;

// The note in a receipt's file: the file itself, or its field `receipt` as --format json prints it.
std::string NoteIn(const std::string& bytes) {
  if (!IsJson(bytes)) return bytes;
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (json.is_object() && json.contains("receipt") && json["receipt"].is_string())
    return json["receipt"].get<std::string>();
  return bytes;
}

absl::StatusOr<archiving::log::Verifier> VerifierOf(const std::string& key) {
  std::string text = key;
  if (std::error_code ignored; std::filesystem::is_regular_file(key, ignored)) {
    ASSIGN_OR_RETURN(text, ReadBytes(key));
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  auto verifier = archiving::log::Verifier::Parse(text);
  if (!verifier.ok()) return InvalidField("KEY_INVALID", "--key", "不是公钥，也不是存有公钥的文件");
  return *std::move(verifier);
}

}  // namespace

int RunCampaignReserve(const Global& global, const ReserveOptions& options) {
  std::vector<FormFile> forms;
  for (const std::string& path : options.files) {
    auto read = ReadForms(path, options.hints);
    if (!read.ok()) return Refuse(read.status(), global.json());
    for (FormFile& form : *read) forms.push_back(std::move(form));
  }
  const auto stub = Campaigns(global);
  Table table(
      {{"项目", Align::kLeft, 40}, {"预约", Align::kLeft, 60}, {"时间"}, {"是否按时"}, {"凭据", Align::kLeft, 80}});
  int code = kDone;
  for (const FormFile& file : forms) {
    const auto digest = CanonicalDigest(file.form);
    if (!digest.ok()) return Refuse(digest.status(), global.json());
    ReserveSubmissionRequest request;
    request.set_campaign(CampaignNamed(options.campaign));
    request.set_form_digest(*digest);
    *request.mutable_unit() = file.form.implementing_unit();
    // The same form has one reservation in a campaign, however often it is asked for.
    request.set_request_id(Cat("reserve-", DigestOf(Cat(request.campaign(), "\n", *digest)).substr(7, 40)));
    ReserveSubmissionResponse response;
    const absl::Status status = Call(global, *stub, &CampaignService::Stub::ReserveSubmission, request, response);
    if (!status.ok()) {
      if (!global.json()) std::cerr << file.origin << '\n';
      code = Refuse(status, global.json());
      continue;
    }
    const Reservation& reservation = response.reservation();
    const std::string id = reservation.name().substr(std::string_view("reservations/").size());
    const std::string path = (std::filesystem::path(options.folder) / (id + ".receipt")).string();
    if (const absl::Status kept = WriteFile(path, response.receipt(), 0644, IfExists::kReplace); !kept.ok())
      code = Refuse(kept, global.json());
    const bool in_time = ToMicros(reservation.reserve_time()) <= ToMicros(reservation.due_time());
    if (global.json())
      std::cout << ToJson(response) << '\n';
    else
      table.Add({file.form.project_name().empty() ? file.form.title() : file.form.project_name(), reservation.name(),
                 FormatShanghai(ToMicros(reservation.reserve_time())), in_time ? "按时" : "逾期", path});
  }
  if (!global.json() && !table.empty()) table.Print(std::cout);
  return code;
}

int RunCheckReceipt(const Global& global, const CheckReceiptOptions& options) {
  const auto bytes = ReadBytes(options.file);
  if (!bytes.ok()) return Refuse(bytes.status(), global.json());
  const auto verifier = VerifierOf(options.key);
  if (!verifier.ok()) return Refuse(verifier.status(), global.json());
  const auto reservation = season::OpenReceipt(NoteIn(*bytes), *verifier);
  if (!reservation.ok()) {
    if (global.json()) return Refuse(reservation.status(), true);
    std::cout << "无效  " << std::string(reservation.status().message()) << '\n';
    return kRefused;
  }
  bool same_form = true;
  if (!options.form.empty()) {
    const auto forms = ReadForms(options.form);
    if (!forms.ok()) return Refuse(forms.status(), global.json());
    same_form = false;
    for (const FormFile& file : *forms)
      same_form = same_form || CanonicalDigest(file.form).value_or("") == reservation->form_digest();
  }
  const bool in_time = ToMicros(reservation->reserve_time()) <= ToMicros(reservation->due_time());
  if (global.json()) {
    std::cout << ToJson(*reservation) << '\n';
    return same_form ? kDone : kRefused;
  }
  std::cout << "有效  " << reservation->name() << "（" << reservation->campaign() << "）\n"
            << "单位      " << reservation->unit().name() << '\n'
            << "预约时间  " << FormatShanghai(ToMicros(reservation->reserve_time())) << "（接收服务器的系统时钟），"
            << (in_time ? "按时" : "逾期") << "；截止时间 " << FormatShanghai(ToMicros(reservation->due_time())) << '\n'
            << "表单摘要  " << reservation->form_digest() << '\n';
  if (reservation->has_content_due_time())
    std::cout << "表最迟    " << FormatShanghai(ToMicros(reservation->content_due_time())) << '\n';
  if (!same_form) std::cout << "不符      " << options.form << " 不是所预约的表\n";
  return same_form ? kDone : kRefused;
}

}  // namespace jixiao::cli
