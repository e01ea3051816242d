#include "archiving/api/status_checks.h"

#include "archiving/inspection/fixity.h"
#include "archiving/log/checkpoint.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

namespace jixiao::archiving {
namespace {

using operation::Checks;

// The key in the file is still the one that signs: after a restart the log goes on under the same name.
void CheckKey(Checks& checks, const CheckedArchive& archive) {
  const std::string advice = Cat("放回备份的签名密钥 ", archive.key_file, "（仅属主可读），重启前不要让服务另建新密钥");
  const auto signer = log::Signer::Load(archive.key_file, archive.origin);
  if (absl::IsNotFound(signer.status()))
    return checks.Fail("SIGNING_KEY", Cat("签名密钥文件 ", archive.key_file, " 不见了"), advice);
  if (!signer.ok())
    return checks.Fail("SIGNING_KEY", Cat("签名密钥不能读：", operation::Said(signer.status())), advice);
  if (signer->VerifierKey() != archive.verifier_key)
    return checks.Fail("SIGNING_KEY", "密钥文件里的不是正在使用的签名密钥", advice);
  checks.Ok("SIGNING_KEY", Cat(archive.key_file, " 可读，公钥 ", archive.verifier_key));
}

// What stands at the end of the log is what was signed, by this key.
absl::Status HeadFault(const ArchiveReader& reader, const CheckedArchive& archive, std::int64_t& size) {
  ASSIGN_OR_RETURN(size, reader.Size());
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, reader.NewestHead());
  if (!head)
    return size == 0 ? absl::OkStatus()
                     : Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", "there are records but no tree head");
  ASSIGN_OR_RETURN(const log::Verifier verifier, log::Verifier::Parse(archive.verifier_key));
  ASSIGN_OR_RETURN(const log::Checkpoint checkpoint, log::OpenCheckpoint(head->note, verifier, archive.origin));
  ASSIGN_OR_RETURN(const log::Hash root, log::Root(size, reader));
  if (checkpoint.size == size && checkpoint.root == root) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", "the log is not the one that was signed last");
}

void CheckWitnesses(Checks& checks, const ArchiveReader& reader, const CheckedArchive& archive, std::int64_t size) {
  if (archive.witnesses.empty())
    return checks.Ok("WITNESSES", "没有登记见证人；要防服务器自己改写历史，请以 --witness 登记外单位的见证人");
  const auto cosigned = reader.CosignedSize(0, 1);
  if (!cosigned.ok())
    return checks.Fail("WITNESSES", Cat("联署不能读：", operation::Said(cosigned.status())), "检查数据库");
  const std::string registered = Cat("登记了 ", archive.witnesses.size(), " 个见证人");
  if (cosigned->value_or(0) == 0 && size > 0)
    return checks.Warn("WITNESSES", Cat(registered, "，还没有人联署"), "请见证人定期运行 jixiao archive witness");
  checks.Ok("WITNESSES", Cat(registered, "，最近联署到第 ", cosigned->value_or(0), " 条，日志有 ", size, " 条"));
}

void CheckFixity(Checks& checks, const ArchiveReader& reader) {
  const auto failed = reader.custody().FailedParts(kMaxFailures);
  const auto oldest = reader.custody().OldestVerification();
  if (!failed.ok() || !oldest.ok())
    return checks.Fail("FIXITY", "固定性登记不能读", "检查数据库，再运行 jixiao archive verify --all");
  if (!failed->empty())
    return checks.Fail("FIXITY", Cat("有 ", failed->size(), " 个部件损坏"),
                       "用 jixiao archive fixity 查看是哪些，从备份或归档包中恢复");
  checks.Ok("FIXITY", oldest->has_value() ? Cat("没有发现损坏，最久未复核的部件复核于 ", FormatShanghai(**oldest))
                                          : std::string("还没有可复核的部件"));
}

}  // namespace

void CheckArchive(Checks& checks, const CheckedArchive& archive) {
  CheckKey(checks, archive);
  const absl::Status read = archive.store.Read([&](const ArchiveReader& reader) {
    std::int64_t size = 0;
    if (const absl::Status fault = HeadFault(reader, archive, size); fault.ok())
      checks.Ok("LOG_HEAD", Cat("日志 ", size, " 条，树根与已签名的树头相符"));
    else
      checks.Fail("LOG_HEAD", Cat("日志与已签名的树头不符：", operation::Said(fault)),
                  "停止归档服务，保留现场，用 jixiao archive verify --all 找出损坏处，再恢复备份");
    CheckWitnesses(checks, reader, archive, size);
    CheckFixity(checks, reader);
    return absl::OkStatus();
  });
  if (!read.ok()) checks.Fail("LOG_HEAD", Cat("归档日志不能读：", operation::Said(read)), "检查数据库");
}

}  // namespace jixiao::archiving
