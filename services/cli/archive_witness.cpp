// `jixiao archive witness`: sees to it that the archive shows everyone the same log (https://c2sp.org/tlog-witness).
#include "archiving/log/witness.h"
#include "cli/archive_log.h"
#include "cli/client.h"
#include "cli/document_files.h"
#include "cli/output.h"
#include "common/file.h"
#include "common/text.h"
#include "common/time.h"

#include "jixiao/archiving/v1/log_service.grpc.pb.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>

namespace jixiao::cli {
namespace {

namespace log = archiving::log;
using archiving::v1::ArchivingService;
using archiving::v1::LogService;

// The request for a witness that has seen `old_size` leaves.
absl::StatusOr<log::AddCheckpoint> RequestFor(const Global& global, std::int64_t old_size) {
  const auto stub = Archiving(global);
  archiving::v1::GetTreeHeadResponse head;
  RETURN_IF_ERROR(Call(global, *stub, &ArchivingService::Stub::GetTreeHead, archiving::v1::GetTreeHeadRequest(), head));
  if (head.checkpoint().empty()) return Error(absl::StatusCode::kNotFound, "TREE_HEAD_NOT_FOUND", "日志为空");
  log::AddCheckpoint request{old_size, {}, head.checkpoint()};
  ASSIGN_OR_RETURN(const log::NoteParts parts, log::SplitNote(head.checkpoint()));
  ASSIGN_OR_RETURN(const log::Checkpoint checkpoint, log::ParseBody(parts.text));
  if (old_size == 0 || old_size >= checkpoint.size) return request;
  archiving::v1::GetConsistencyProofRequest ask;
  ask.set_old_size(old_size);
  ask.set_new_size(checkpoint.size);
  archiving::v1::GetConsistencyProofResponse proof;
  RETURN_IF_ERROR(Call(global, *stub, &ArchivingService::Stub::GetConsistencyProof, ask, proof));
  for (const std::string& bytes : proof.path()) {
    log::Hash& hash = request.proof.emplace_back();
    std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  }
  return request;
}

// The checkpoint that was cosigned last; nothing when there is no such file.
absl::StatusOr<std::optional<log::Checkpoint>> ReadState(const std::string& file, const TrustedKey& key) {
  if (std::error_code ignored; !std::filesystem::exists(file, ignored)) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string note, ReadBytes(file));
  ASSIGN_OR_RETURN(log::Checkpoint last, log::OpenCheckpoint(note, key.verifier, key.origin));
  return last;
}

// Two witnesses on one state could sign a fork between them: one at a time.
absl::Status Lock(const FileDescriptor& file, const std::string& name) {
  if (!file.is_open()) return SystemError("open", name);
  return flock(file.number(), LOCK_EX) == 0 ? absl::OkStatus() : SystemError("lock", name);
}

absl::StatusOr<archiving::v1::AddCosignaturesResponse> AddLines(const Global& global, std::int64_t size,
                                                                const std::string& lines) {
  archiving::v1::AddCosignaturesRequest request;
  request.set_size(size);
  request.set_signatures(lines);
  archiving::v1::AddCosignaturesResponse response;
  const auto stub = LogService::NewStub(rpc::OpenChannel(global.archiving, global.security));
  RETURN_IF_ERROR(Call(global, *stub, &LogService::Stub::AddCosignatures, request, response));
  return response;
}

struct Cosigned {
  std::int64_t size = 0;
  std::int64_t time = 0;
  std::string line;
};

absl::StatusOr<Cosigned> Cosign(const Global& global, const WitnessOptions& options) {
  ASSIGN_OR_RETURN(const TrustedKey key, ReadKey(options.log_key.text));
  ASSIGN_OR_RETURN(const log::Signer signer,
                   log::Signer::LoadOrCreate(options.key_file, options.name, log::KeyType::kCosigner));
  const std::string lock_name = options.state + ".lock";
  const FileDescriptor lock(open(lock_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  RETURN_IF_ERROR(Lock(lock, lock_name));
  ASSIGN_OR_RETURN(const std::optional<log::Checkpoint> last, ReadState(options.state, key));
  log::AddCheckpoint request;
  if (options.request.empty()) {
    ASSIGN_OR_RETURN(request, RequestFor(global, last ? last->size : 0));
  } else {
    ASSIGN_OR_RETURN(const std::string text, ReadInput(options.request));
    ASSIGN_OR_RETURN(request, log::ParseAddCheckpoint(text));
  }
  const auto checkpoint = log::Examine(request, key.verifier, last);
  if (ReasonOf(checkpoint.status()) == "CHECKPOINT_INCONSISTENT")  // two signed heads that contradict each other
    RETURN_IF_ERROR(WriteFile(options.state + ".fork", log::FormatAddCheckpoint(request), 0644, IfExists::kReplace));
  RETURN_IF_ERROR(checkpoint.status());
  ASSIGN_OR_RETURN(const log::NoteParts parts, log::SplitNote(request.checkpoint));
  // Known before it is signed: a witness that forgets could sign what contradicts it.
  RETURN_IF_ERROR(WriteFile(options.state, request.checkpoint, 0644, IfExists::kReplace));
  Cosigned cosigned{checkpoint->size, NowMicros() / 1'000'000, ""};
  cosigned.line = signer.SignatureLine(parts.text, cosigned.time);
  if (options.request.empty()) RETURN_IF_ERROR(AddLines(global, cosigned.size, cosigned.line).status());
  return cosigned;
}

}  // namespace

absl::StatusOr<std::string> ReadInput(const std::string& file) {
  return ReadBytes(file);
}

absl::StatusOr<TrustedKey> KeyOrServers(const Global& global, const ArchiveKey& key) {
  if (!key.text.empty()) return ReadKey(key.text);
  archiving::v1::GetTreeHeadResponse head;
  const auto stub = Archiving(global);
  RETURN_IF_ERROR(Call(global, *stub, &ArchivingService::Stub::GetTreeHead, archiving::v1::GetTreeHeadRequest(), head));
  ASSIGN_OR_RETURN(TrustedKey trusted, ReadKey(head.verifier_key()));
  trusted.from_server = true;
  return trusted;
}

absl::StatusOr<std::vector<log::Verifier>> ReadWitnesses(const std::vector<std::string>& given) {
  std::vector<log::Verifier> witnesses;
  for (const std::string& text : given) {
    ASSIGN_OR_RETURN(const TrustedKey key, ReadKey(text));
    if (key.verifier.type() != log::KeyType::kCosigner)
      return InvalidField("KEY_INVALID", "--witness", Cat(key.origin, " 不是见证人的公钥"));
    witnesses.push_back(key.verifier);
  }
  return witnesses;
}

WitnessView ViewOf(const std::string& checkpoint, const std::vector<log::Verifier>& witnesses) {
  WitnessView view;
  for (const log::Verifier& witness : witnesses) {
    const auto signature = witness.SignatureIn(checkpoint);
    std::string what = "没有联署";
    if (signature.ok()) {
      ++view.signed_by;
      what = Cat(FormatShanghai(signature->time * 1'000'000), " 联署");
    } else if (signature.status().code() != absl::StatusCode::kNotFound) {
      view.damaged = true;
      what = "联署不能验证";
    }
    Append(view.text, view.text.empty() ? "" : "；", witness.name(), " ", what);
  }
  return view;
}

int RunArchiveWitness(const Global& global, const WitnessOptions& options) {
  const auto cosigned = Cosign(global, options);
  if (!cosigned.ok()) return Refuse(cosigned.status(), global.json());
  if (global.json())
    std::cout << nlohmann::json({{"witness", options.name},
                                 {"size", cosigned->size},
                                 {"time", cosigned->time},
                                 {"signature", cosigned->line}})
                     .dump()
              << '\n';
  else if (options.request.empty())
    std::cout << options.name << "  已联署 " << cosigned->size << " 条的树头  "
              << FormatShanghai(cosigned->time * 1'000'000) << '\n';
  else
    std::cout << cosigned->line;
  return kDone;
}

int RunWitnessRequest(const Global& global, std::int64_t old_size) {
  const auto request = RequestFor(global, old_size);
  if (!request.ok()) return Refuse(request.status(), global.json());
  std::cout << log::FormatAddCheckpoint(*request);
  return kDone;
}

int RunArchiveCosign(const Global& global, const std::string& file, std::int64_t size) {
  const auto lines = ReadInput(file);
  if (!lines.ok()) return Refuse(lines.status(), global.json());
  if (size == 0) {
    const auto request = RequestFor(global, 0);
    if (!request.ok()) return Refuse(request.status(), global.json());
    const auto parts = log::SplitNote(request->checkpoint);
    const auto head = parts.ok() ? log::ParseBody(parts->text) : parts.status();
    if (!head.ok()) return Refuse(head.status(), global.json());
    size = head->size;
  }
  const auto response = AddLines(global, size, *lines);
  if (!response.ok()) return Refuse(response.status(), global.json());
  if (global.json()) {
    std::cout << ToJson(*response) << '\n';
    return kDone;
  }
  for (const std::string& witness : response->witnesses()) std::cout << witness << "  已收下联署\n";
  return kDone;
}

}  // namespace jixiao::cli
