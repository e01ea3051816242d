#include "cli/operation_app.h"

#include "cli/output.h"
#include "cli/self_description.h"

#include <iostream>
#include <memory>

namespace jixiao::cli {
namespace {

void AddBackup(CLI::App& app, const Global& global, std::function<int()>& run) {
  auto* backup = app.add_subcommand("backup", "在线备份、恢复，并证明没有遗漏");
  backup->require_subcommand(1);
  auto folder = std::make_shared<std::string>();
  auto* create = backup->add_subcommand("create", "在服务运行时备份三个服务的数据库；密钥须另行保存");
  create->add_option("FOLDER", *folder, "新的文件夹")->required();
  create->callback([&global, &run, folder] { run = [&global, folder] { return RunBackupCreate(global, *folder); }; });

  auto* restore = backup->add_subcommand("restore", "核对摘要后把备份放回原处；服务须停止，已有数据的地方一律不写");
  auto restoring = std::make_shared<RestoreOptions>();
  restore->add_option("FOLDER", restoring->folder, "备份的文件夹")->required();
  restore->add_option("--intake-store", restoring->intake, "接收服务的数据库文件");
  restore->add_option("--scoring-store", restoring->scoring, "评分服务的数据库文件");
  restore->add_option("--archiving-store", restoring->archiving, "归档服务的数据库文件");
  restore->callback([&global, &run, restoring] {
    if (restoring->intake.empty() && restoring->scoring.empty() && restoring->archiving.empty())
      throw CLI::RequiredError("--intake-store、--scoring-store 或 --archiving-store");
    run = [&global, restoring] { return RunBackupRestore(global, *restoring); };
  });

  auto* check = backup->add_subcommand("check", "核对备份的文件，并证明运行中的服务一件不少；有缺失时退出码为 1");
  auto checking = std::make_shared<BackupCheckOptions>();
  check->add_option("FOLDER", checking->folder, "备份的文件夹")->required();
  check->add_option("--key", checking->key.text, "归档服务的公钥，或存有公钥的文件")->envname("JIXIAO_ARCHIVE_KEY");
  check->add_option("--head", checking->heads, "在别处保存的树头（checkpoint）文件；可多次给出")
      ->allow_extra_args(false);
  check->add_option("--receipts", checking->receipts, "jixiao submit --results 的文件：每张回执都须还在；可多次给出")
      ->allow_extra_args(false);
  check->add_flag("--files", checking->only_files, "只核对文件，不询问服务");
  check->callback(
      [&global, &run, checking] { run = [&global, checking] { return RunBackupCheck(global, *checking); }; });
}

}  // namespace

void AddOperation(CLI::App& app, const Global& global, std::function<int()>& run) {
  auto* doctor = app.add_subcommand("doctor", "检查各服务及其依赖，说明怎么办；有不能用的则退出码为 1");
  auto options = std::make_shared<DoctorOptions>();
  doctor->add_option("--only", options->only, "只检查：intake、scoring 或 archiving；可多次给出")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"intake", "scoring", "archiving"}));
  doctor->add_option("--key", options->key.text, "在别处保存的归档公钥，或存有公钥的文件：核对最新树头的签名")
      ->envname("JIXIAO_ARCHIVE_KEY");
  doctor->callback([&global, &run, options] { run = [&global, options] { return RunDoctor(global, *options); }; });

  AddBackup(app, global, run);

  auto* level = app.add_subcommand("log-level", "改变一个运行中的服务的日志级别，到它下次启动为止");
  auto service = std::make_shared<std::string>();
  auto name = std::make_shared<std::string>();
  level->add_option("SERVICE", *service, "intake、scoring 或 archiving")
      ->required()
      ->check(CLI::IsMember({"intake", "scoring", "archiving"}));
  level->add_option("LEVEL", *name, "debug、info、warning 或 error")
      ->required()
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  level->callback([&global, &run, service, name] {
    run = [&global, service, name] { return RunLogLevel(global, *service, *name); };
  });

  // For the packages: an empty group keeps it out of the help.
  auto* describe = app.add_subcommand("describe", "写出本程序的手册页或补全脚本")->group("");
  auto as = std::make_shared<std::string>();
  describe->add_option("--as", *as, "man、bash 或 commands")
      ->required()
      ->check(CLI::IsMember({"man", "bash", "commands"}));
  describe->callback([&app, &run, as] {
    run = [&app, as] {
      std::cout << (*as == "man" ? ManPage(app) : *as == "bash" ? BashCompletion(app) : CommandList(app));
      return kDone;
    };
  });
}

}  // namespace jixiao::cli
