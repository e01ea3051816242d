// The options of the commands that watch the log, and hash renewal.
#include "archiving/log/log_proof.h"
#include "archiving/log/tree_hash.h"
#include "cli/archive_log.h"
#include "cli/client.h"
#include "cli/output.h"
#include "common/text.h"

#include "jixiao/archiving/v1/log_service.grpc.pb.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace jixiao::cli {
namespace {

using archiving::v1::LogService;

void AddKey(CLI::App& command, ArchiveKey& key) {
  command.add_option("--key", key.text, "归档服务的公钥，或存有公钥的文件")->envname("JIXIAO_ARCHIVE_KEY");
}

}  // namespace

void AddArchiveLog(CLI::App& archive, const Global& global, std::function<int()>& run) {
  auto* tiles = archive.add_subcommand("tiles", "把日志写成静态文件（C2SP tlog-tiles），再次运行只添加新的");
  auto folder = std::make_shared<std::string>();
  auto key = std::make_shared<ArchiveKey>();
  tiles->add_option("--out", *folder, "文件夹；用任何静态网页服务器即可公布")->required();
  AddKey(*tiles, *key);
  tiles->callback([&global, &run, folder, key] {
    run = [&global, folder, key] { return RunArchiveTiles(global, *folder, *key); };
  });

  auto* witness = archive.add_subcommand("witness", "作为见证人：核对日志只增不改，然后联署最新树头");
  auto options = std::make_shared<WitnessOptions>();
  witness->add_option("--name", options->name, "见证人的名称，如 witness.example.com/w1")->required();
  witness->add_option("--witness-key", options->key_file, "见证人自己的私钥文件；没有则新建，公钥在 PATH.pub")
      ->required();
  witness->add_option("--state", options->state, "记录上次联署的树头的文件")->required();
  witness->add_option("--request", options->request, "不问归档服务，改读一份 add-checkpoint 请求；- 为标准输入");
  witness->add_option("--key", options->log_key.text, "归档服务的公钥，或存有公钥的文件")
      ->required()
      ->envname("JIXIAO_ARCHIVE_KEY");
  witness->callback(
      [&global, &run, options] { run = [&global, options] { return RunArchiveWitness(global, *options); }; });

  auto* request =
      archive.add_subcommand("witness-request", "写出交给其他见证人的 add-checkpoint 请求（C2SP tlog-witness）");
  auto old_size = std::make_shared<std::int64_t>(0);
  request->add_option("--old", *old_size, "见证人上次联署时日志的大小")->check(CLI::NonNegativeNumber);
  request->callback(
      [&global, &run, old_size] { run = [&global, old_size] { return RunWitnessRequest(global, *old_size); }; });

  auto* cosign = archive.add_subcommand("cosign", "把见证人答复的联署行交给归档服务");
  auto file = std::make_shared<std::string>();
  auto size = std::make_shared<std::int64_t>(0);
  cosign->add_option("FILE", *file, "联署行；- 为标准输入")->required();
  cosign->add_option("--size", *size, "所联署的树头的大小；不填为最新树头")->check(CLI::NonNegativeNumber);
  cosign->callback(
      [&global, &run, file, size] { run = [&global, file, size] { return RunArchiveCosign(global, *file, *size); }; });

  auto* renew =
      archive.add_subcommand("renew", "散列换代：用另一种散列算法重算全部记录并签名；可随时中断，再次运行接着做");
  auto hash = std::make_shared<std::string>();
  auto state = std::make_shared<bool>(false);
  renew->add_option("--hash", *hash, "sm3、sha3-256、sha512-256 或 sha256；不填则接着最近一次换代")
      ->check(CLI::IsMember({"sm3", "sha3-256", "sha512-256", "sha256"}));
  renew->add_flag("--state", *state, "只显示进度");
  renew->callback([&global, &run, hash, state] {
    run = [&global, hash, state] { return RunArchiveRenew(global, *hash, *state); };
  });
}

int RunArchiveRenew(const Global& global, const std::string& hash_function, bool only_state) {
  const auto stub = LogService::NewStub(rpc::OpenChannel(global.archiving, global.security));
  archiving::v1::RenewHashesRequest request;
  request.set_hash_function(hash_function);
  request.set_validate_only(only_state);
  archiving::v1::RenewHashesResponse response;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  do {
    const absl::Status status = Call(global, *stub, &LogService::Stub::RenewHashes, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    // Only the first call begins an epoch: another one that began meanwhile is not ours to leave.
    request.clear_hash_function();
    if (terminal) std::cerr << "\r已重算 " << response.renewed() << " 条，剩余 " << response.remaining() << " 条\033[K";
  } while (!only_state && response.remaining() > 0);
  if (terminal) std::cerr << "\r\033[K";
  if (global.json())
    std::cout << ToJson(response) << '\n';
  else if (response.epoch() == 0)
    std::cout << "还没有换代；日志有 " << response.remaining() << " 条记录\n";
  else
    std::cout << "第 " << response.epoch() << " 次换代  " << response.hash_function() << "  已重算 "
              << response.renewed() << " 条，剩余 " << response.remaining() << " 条\n\n"
              << response.checkpoint();
  return kDone;
}

int RunLogProof(const Global& global, const LogProofOptions& options) {
  const auto stub = LogService::NewStub(rpc::OpenChannel(global.archiving, global.security));
  archiving::v1::GetLogProofRequest request;
  request.set_name(options.name);
  request.set_cosignatures(options.cosignatures);
  archiving::v1::GetLogProofResponse response;
  const absl::Status status = Call(global, *stub, &LogService::Stub::GetLogProof, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  archiving::log::LogProof proof{response.leaf(), response.index(), {}, response.checkpoint()};
  for (const std::string& bytes : response.path()) {
    archiving::log::Hash& hash = proof.path.emplace_back();
    std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  }
  std::cout << archiving::log::FormatLogProof(proof);
  return kDone;
}

}  // namespace jixiao::cli
