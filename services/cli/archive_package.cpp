// Packages: `jixiao archive export --as bagit`, and `archive verify` of a package, which needs no server.
#include "cli/archive_package.h"

#include "archiving/export/bag.h"
#include "archiving/export/bag_check.h"
#include "cli/archive_custody.h"
#include "cli/archive_log.h"
#include "cli/archive_records.h"
#include "cli/client.h"
#include "cli/document_files.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/text.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <set>

namespace jixiao::cli {
namespace {

namespace exporting = archiving::exporting;
using archiving::v1::ArchivingService;

// How far a long export is, on a terminal only.
class Progress {
 public:
  void Step(std::int64_t records) {
    if (isatty(STDERR_FILENO) != 0 && records % 50 == 0) std::cerr << "\r已写出 " << records << " 条" << std::flush;
  }
  ~Progress() {
    if (isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K";
  }
};

}  // namespace

absl::StatusOr<TrustedKey> ReadKey(std::string text) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(text, ignored)) {
    ASSIGN_OR_RETURN(text, ReadBytes(text));
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  auto verifier = archiving::log::Verifier::Parse(text);
  if (!verifier.ok())
    return InvalidField("KEY_INVALID", "--key",
                        Cat("不是公钥，也不是存有公钥的文件：", std::string(verifier.status().message())));
  return TrustedKey{*std::move(verifier), text.substr(0, text.find('+')), text, false};
}

bool IsPackage(const std::string& name) {
  std::error_code ignored;
  return std::filesystem::exists(name, ignored);
}

absl::Status ExportBag(const Global& global, const ExportOptions& options) {
  if (options.out.empty() || options.out == "-")
    return InvalidField("FILE_UNWRITABLE", "--out", "归档包须写明文件（.zip）或新的文件夹");
  archiving::v1::GetTreeHeadResponse head;
  const auto stub = Archiving(global);
  RETURN_IF_ERROR(Call(global, *stub, &ArchivingService::Stub::GetTreeHead, archiving::v1::GetTreeHeadRequest(), head));
  exporting::BagOptions bag_options;
  bag_options.verifier_key = head.verifier_key();
  bag_options.description = options.names.empty() ? Describe(options.filter) : Cat(options.names.size(), " 条记录");
  bag_options.fonds = options.fonds;
  bag_options.pdf = options.pdf;
  ASSIGN_OR_RETURN(const auto bag, exporting::BagWriter::Create(options.out, bag_options));
  {
    Progress progress;
    RETURN_IF_ERROR(ForEachArchivedRecord(
        global, options.names, options.filter, [&](archiving::v1::GetRecordResponse record) -> absl::Status {
          ASSIGN_OR_RETURN(const exporting::Document document, exporting::OpenWhatIsLeft(std::move(record)));
          RETURN_IF_ERROR(bag->Add(document));
          progress.Step(bag->records());
          return absl::OkStatus();
        }));
  }
  RETURN_IF_ERROR(bag->Finish());
  NoteMissing(options.out, {bag->missing().begin(), bag->missing().end()});
  std::cout << options.out << "  " << bag->records() << " 条\n";
  return InspectWritten(options.out);
}

void NoteMissing(const std::string& file, const std::vector<char32_t>& missing) {
  if (missing.empty()) return;
  std::cerr << "注意：" << file << " 中有字体没有的字符，以 〔U+…〕 代替：";
  for (const char32_t c : missing) {
    char code[16];
    std::snprintf(code, sizeof code, " U+%04X", static_cast<unsigned>(c));
    std::cerr << code;
  }
  std::cerr << "\n";
}

namespace {

// Whether the tree heads in the package have the witnesses' cosignatures.
absl::StatusOr<exporting::BagStep> CheckWitnesses(const exporting::PackageReader& package, const ArchiveKey& key) {
  ASSIGN_OR_RETURN(const auto witnesses, ReadWitnesses(key.witnesses));
  std::set<std::string> checkpoints;
  for (const std::string& folder : exporting::RecordFoldersOf(package))
    if (const auto record = exporting::ReadRecord(package, folder); record.ok())
      checkpoints.insert(record->proof().checkpoint());
  exporting::BagStep step{"树头由见证人联署", {}, static_cast<std::int64_t>(checkpoints.size()), 0, {}};
  for (const std::string& checkpoint : checkpoints) {
    const WitnessView view = ViewOf(checkpoint, witnesses);
    if (view.enough(key.quorum)) continue;
    ++step.failed;
    if (step.faults.size() < exporting::kMaxFaults) step.faults.push_back(view.text);
  }
  return step;
}

}  // namespace

int RunVerifyPackage(const Global& global, const std::string& path, const ArchiveKey& key) {
  const auto package = exporting::PackageReader::Open(path);
  if (!package.ok()) return Refuse(package.status(), global.json());
  const bool from_package = key.text.empty();
  auto trusted = ReadKey(from_package ? exporting::KeyIn(**package) : key.text);
  if (!trusted.ok()) return Refuse(trusted.status(), global.json());
  if (from_package && !global.json())
    std::cerr << "注意：没有用 --key 指定公钥，采用包内自带的公钥；这能发现损坏，不能发现伪造\n";
  auto check = exporting::CheckBag(**package, trusted->verifier, trusted->origin);
  if (!check.ok()) return Refuse(check.status(), global.json());
  if (!key.witnesses.empty()) {
    auto witnessed = CheckWitnesses(**package, key);
    if (!witnessed.ok()) return Refuse(witnessed.status(), global.json());
    check->steps.push_back(*std::move(witnessed));
  }
  if (global.json()) {
    nlohmann::json out = {{"name", path},
                          {"ok", check->ok()},
                          {"key_from_package", from_package},
                          {"records", check->records},
                          {"files", check->files},
                          {"bytes", check->bytes},
                          {"steps", nlohmann::json::array()}};
    for (const exporting::BagStep& step : check->steps)
      out["steps"].push_back({{"title", step.title},
                              {"ok", step.failed == 0},
                              {"checked", step.checked},
                              {"failed", step.failed},
                              {"faults", step.faults},
                              {"note", step.note}});
    std::cout << out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return check->ok() ? kDone : kRefused;
  }
  std::cout << path << "  " << (check->ok() ? "验证通过" : "验证失败") << "  " << check->records << " 条记录，"
            << check->files << " 个文件，" << check->bytes << " 字节\n";
  Table table({{"验证项", Align::kLeft, 50}, {"结果"}, {"说明", Align::kLeft, 20}});
  for (const exporting::BagStep& step : check->steps)
    table.Add({step.title, step.failed == 0 ? "通过" : "失败",
               step.failed == 0 ? Cat(step.checked, " 项") : Cat(step.failed, " 处")});
  table.Print(std::cout);
  for (const exporting::BagStep& step : check->steps)
    if (!step.note.empty()) std::cout << "  注意：" << step.note << '\n';
  for (const exporting::BagStep& step : check->steps)
    for (const std::string& fault : step.faults) std::cout << "  " << fault << '\n';
  return check->ok() ? kDone : kRefused;
}

}  // namespace jixiao::cli
