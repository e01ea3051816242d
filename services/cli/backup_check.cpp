// jixiao backup check: the proof that a backup, and servers that were restored from it, have lost nothing.
#include "archiving/log/checkpoint.h"
#include "archiving/log/merkle.h"
#include "cli/archive_log.h"
#include "cli/archive_package.h"
#include "cli/backup_folder.h"
#include "cli/client.h"
#include "cli/operation_app.h"
#include "cli/operation_client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/operation/checks.h"
#include "common/text.h"

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>

namespace jixiao::cli {
namespace {

namespace log = archiving::log;
using archiving::v1::ArchivingService;
using intake::v1::IntakeService;
using operation::Checks;
using operation::v1::BackupFile;
using operation::v1::BackupManifest;
using operation::v1::Check;
using operation::v1::OperationService;

// What is missing: each by name on the standard error, where it can be taken from, and how much.
class Missing {
 public:
  void Add(const std::string& name) {
    ++count_;
    std::cerr << "不见了 " << name << '\n';
  }
  bool none() const { return count_ == 0; }
  std::string text() const { return Cat(count_, " 件"); }

 private:
  std::size_t count_ = 0;
};

class Examination {
 public:
  Examination(const Global& global, const BackupCheckOptions& options, const BackupManifest& manifest,
              google::protobuf::RepeatedPtrField<Check>& list)
      : global_(global), options_(options), manifest_(manifest), checks_(list) {}

  void CheckFiles() {
    for (const BackupFile& file : manifest_.files()) {
      const std::string code = Cat("FILE_", file.header().service());
      if (file.file().empty()) {
        checks_.Ok(code, "数据在 PostgreSQL 里，由 pg_dump 备份");
        continue;
      }
      if (const absl::Status status = CheckFile(options_.folder, file); status.ok())
        checks_.Ok(code, Cat(file.file(), " ", file.header().size(), " 字节，摘要相符"));
      else
        checks_.Fail(code, std::string(status.message()), "这份备份不可用，换另一份");
    }
  }

  void CheckServers() {
    for (const BackupFile& file : manifest_.files()) CheckCounts(file);
    const auto archive = Archiving(global_);
    CheckLog(*archive);
    CheckHeads(*archive);
    const auto intake = Intake(global_);
    CheckArchived(*intake, *archive);
    for (const std::string& path : options_.receipts) CheckReceipts(*intake, path);
  }

 private:
  // Nothing that was counted in the backup is gone.
  void CheckCounts(const BackupFile& file) {
    const std::string& service = file.header().service();
    const std::string code = Cat("CONTENTS_", service);
    operation::v1::GetStatusResponse status;
    const auto stub = Operation(global_, service);
    const absl::Status asked = Call(global_, *stub, &OperationService::Stub::GetStatus, {}, status);
    if (!asked.ok() || !status.has_contents())
      return checks_.Fail(code, Cat(service, " 不能询问：", operation::Said(asked)), "启动服务，见 jixiao doctor");
    std::string text;
    bool whole = true;
    for (const auto& [name, count] : CountsOf(file.header().contents())) {
      const auto found = status.contents().counts().find(name);
      const std::int64_t there = found == status.contents().counts().end() ? 0 : found->second;
      whole = whole && there >= count;
      Append(text, text.empty() ? "" : "，", name, " ", there, "（备份时 ", count, "）");
    }
    whole ? checks_.Ok(code, text) : checks_.Fail(code, text, "服务的数据比备份少：核对它用的是不是恢复的那个数据库");
  }

  absl::StatusOr<TrustedKey> Key() const {
    if (!options_.key.text.empty()) return ReadKey(options_.key.text);
    for (const BackupFile& file : manifest_.files())
      if (!file.header().signing_key().empty()) return ReadKey(file.header().signing_key());
    return KeyOrServers(global_, {});
  }

  // The archive's log goes on from the head in the backup and from each that was seen elsewhere.
  void CheckHeads(ArchivingService::Stub& archive) {
    const auto key = Key();
    if (!key.ok())
      return checks_.Fail("LOG_KEY", Cat("没有可用的公钥：", operation::Said(key.status())), "以 --key 给出");
    if (options_.key.text.empty())
      checks_.Warn("LOG_KEY", "采用备份自带的公钥", "以 --key 给出在别处保存的公钥，才能发现伪造");
    for (const BackupFile& file : manifest_.files())
      if (!file.header().contents().checkpoint().empty())
        CheckHead(archive, *key, "LOG_CONTINUES_BACKUP", "备份中的树头", file.header().contents().checkpoint());
    for (const std::string& path : options_.heads) {
      const auto note = ReadInput(path);
      if (!note.ok()) {
        checks_.Fail("LOG_CONTINUES_HEAD", operation::Said(note.status()), "给出保存树头的文件");
        continue;
      }
      CheckHead(archive, *key, "LOG_CONTINUES_HEAD", path, *note);
    }
  }

  void CheckHead(ArchivingService::Stub& archive, const TrustedKey& key, std::string_view code, std::string_view title,
                 const std::string& note) {
    const auto earlier = log::OpenCheckpoint(note, key.verifier, key.origin);
    if (!earlier.ok())
      return checks_.Fail(code, Cat(title, "不能用公钥验证：", operation::Said(earlier.status())), "核对公钥与树头");
    const absl::Status continues = Continues(archive, key, *earlier);
    if (continues.ok())
      checks_.Ok(code, Cat("日志是", title, "（", earlier->size, " 条）的延续"));
    else
      checks_.Fail(code, Cat("日志不是", title, "（", earlier->size, " 条）的延续：", operation::Said(continues)),
                   "归档比已公布的少或被改动：不要启用，换更新的备份");
  }

  absl::Status Continues(ArchivingService::Stub& archive, const TrustedKey& key, const log::Checkpoint& earlier) {
    archiving::v1::GetTreeHeadResponse head;
    RETURN_IF_ERROR(Call(global_, archive, &ArchivingService::Stub::GetTreeHead, {}, head));
    ASSIGN_OR_RETURN(const log::Checkpoint now, log::OpenCheckpoint(head.checkpoint(), key.verifier, key.origin));
    archiving::v1::GetConsistencyProofRequest request;
    request.set_old_size(earlier.size);
    request.set_new_size(now.size);
    archiving::v1::GetConsistencyProofResponse proof;
    RETURN_IF_ERROR(Call(global_, archive, &ArchivingService::Stub::GetConsistencyProof, request, proof));
    std::vector<log::Hash> path;
    for (const std::string& bytes : proof.path()) {
      log::Hash& hash = path.emplace_back();
      if (bytes.size() != hash.size()) return absl::DataLossError("一致性证明的格式有误");
      std::copy(bytes.begin(), bytes.end(), hash.begin());
    }
    if (log::VerifyConsistency(earlier.size, now.size, earlier.root, now.root, path)) return absl::OkStatus();
    return absl::DataLossError("一致性证明不成立");
  }

  // Every stored byte of the archive.
  void CheckLog(ArchivingService::Stub& archive) {
    archiving::v1::CheckLogResponse response;
    grpc::ClientContext context;
    context.AddMetadata(rpc::kRequestIdKey, RandomHex(16));  // no deadline: it reads everything
    const absl::Status status = rpc::FromGrpc(archive.CheckLog(&context, {}, &response));
    if (!status.ok())
      return checks_.Fail("LOG_WHOLE", Cat("归档不能检查：", operation::Said(status)), "见 jixiao doctor");
    if (response.damage_size() > 0)
      return checks_.Fail("LOG_WHOLE", Cat("有 ", response.damage_size(), " 处损坏：", response.damage(0).message()),
                          "换另一份备份");
    checks_.Ok("LOG_WHOLE",
               Cat("重读 ", response.records_checked(), " 条记录、", response.bytes_checked(), " 字节，无损坏"));
  }

  // What intake calls archived is in the archive, under the revision's own name. Intake is asked first: what it
  // archives meanwhile the archive may have, and intake's list not.
  void CheckArchived(IntakeService::Stub& intake, ArchivingService::Stub& archive) {
    TextMap<std::string> awaited;  // records by key
    intake::v1::ListSubmissionsRequest request;
    request.set_page_size(500);
    request.add_states(intake::v1::SUBMISSION_STATE_ARCHIVED);
    do {
      intake::v1::ListSubmissionsResponse response;
      const absl::Status status = Call(global_, intake, &IntakeService::Stub::ListSubmissions, request, response);
      if (!status.ok())
        return checks_.Fail("ARCHIVED", Cat("提交不能列出：", operation::Said(status)), "见 jixiao doctor");
      for (const auto& submission : response.submissions())
        awaited[Cat(submission.name(), "/revisions/", submission.revision())] = submission.archive_record();
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    const std::size_t archived = awaited.size();
    archiving::v1::ListRecordsRequest page;
    page.set_page_size(500);
    do {
      archiving::v1::ListRecordsResponse response;
      const absl::Status status = Call(global_, archive, &ArchivingService::Stub::ListRecords, page, response);
      if (!status.ok())
        return checks_.Fail("ARCHIVED", Cat("归档不能列出：", operation::Said(status)), "见 jixiao doctor");
      for (const auto& record : response.records())
        if (const auto found = awaited.find(record.key()); found != awaited.end() && found->second == record.name())
          awaited.erase(found);
      page.set_page_token(response.next_page_token());
    } while (!page.page_token().empty());
    if (awaited.empty()) return checks_.Ok("ARCHIVED", Cat("接收服务记为已归档的 ", archived, " 件，归档中一件不少"));
    Missing missing;
    for (const auto& [key, record] : awaited) missing.Add(key);
    checks_.Fail("ARCHIVED", Cat("接收服务记为已归档、归档中没有的 ", missing.text()),
                 "归档的备份比接收服务的旧：恢复同一次备份，或更新的归档备份");
  }

  // Every receipt that a unit holds is still good.
  void CheckReceipts(IntakeService::Stub& stub, const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return checks_.Fail("RECEIPTS", Cat(path, " 不能读"), "给出 jixiao submit --results 的文件");
    Missing missing;
    std::int64_t receipts = 0;
    for (std::string line; std::getline(in, line);) {
      const nlohmann::json value = nlohmann::json::parse(line, nullptr, false);
      intake::v1::Receipt receipt;
      if (!value.is_object() || !value.contains("receipt") ||
          !google::protobuf::util::JsonStringToMessage(value["receipt"].dump(), &receipt).ok())
        continue;  // a refusal, or a line that was cut off
      ++receipts;
      intake::v1::GetSubmissionRequest request;
      request.set_name(receipt.submission());
      intake::v1::GetSubmissionResponse response;
      const absl::Status status = Call(global_, stub, &IntakeService::Stub::GetSubmission, request, response);
      const auto& found = response.submission();
      const bool there =
          status.ok() && (found.revision() > receipt.revision() ||
                          (found.revision() == receipt.revision() && found.form_digest() == receipt.form_digest()));
      if (!there) missing.Add(receipt.submission());
    }
    if (receipts == 0) return checks_.Fail("RECEIPTS", Cat(path, " 里没有回执"), "给出 jixiao submit --results 的文件");
    if (missing.none())
      checks_.Ok("RECEIPTS", Cat(path, " 的 ", receipts, " 张回执，所收的表都在"));
    else
      checks_.Fail("RECEIPTS", Cat(path, " 的回执中不见了 ", missing.text()), "这些是备份之后才收的，请单位重新报送");
  }

  const Global& global_;
  const BackupCheckOptions& options_;
  const BackupManifest& manifest_;
  Checks checks_;
};

}  // namespace

int RunBackupCheck(const Global& global, const BackupCheckOptions& options) {
  const auto manifest = ReadManifest(options.folder);
  if (!manifest.ok()) return Refuse(manifest.status(), global.json());
  operation::v1::GetStatusResponse found;  // only its list is used
  Examination examination(global, options, *manifest, *found.mutable_checks());
  examination.CheckFiles();
  if (!options.only_files) examination.CheckServers();
  int failures = 0;
  Table table({{"核对", Align::kLeft, 30}, {"结果"}, {"说明", Align::kLeft, 100}, {"怎么办", Align::kLeft, 80, true}});
  for (const Check& check : found.checks()) {
    const bool failed = check.state() == operation::v1::CHECK_STATE_FAILED;
    failures += failed ? 1 : 0;
    if (global.json()) std::cout << ToJson(check) << '\n';
    const bool ok = check.state() == operation::v1::CHECK_STATE_OK;
    table.Add({check.code(), failed ? "不成立" : ok ? "成立" : "注意", check.message(), check.advice()});
  }
  if (!global.json()) {
    table.Print(std::cout);
    std::cout << (failures == 0 ? "一件不少" : "有缺失或损坏") << '\n';
  }
  return failures == 0 ? kDone : kRefused;
}

}  // namespace jixiao::cli
