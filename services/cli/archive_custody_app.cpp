// The options of the `archive` commands about keeping.
#include "cli/archive_custody.h"

#include <memory>

namespace jixiao::cli {
namespace {

void AddWord(CLI::App& command, DisposalOptions& options) {
  command.add_option("--actor", options.actor, "姓名；提出人与两位批准人须各不相同")->required();
  command.add_option("--organization", options.organization, "单位");
  command.add_option("--reason", options.reason, "理由")->required();
  command.add_option("--request-id", options.request_id, "请求编号：重复执行只算一次");
  command.add_flag("--validate-only", options.validate_only, "只检查，不改动");
}

void AddDisposals(CLI::App& archive, const Global& global, std::function<int()>& run) {
  auto* dispose = archive.add_subcommand("dispose", "销毁：到期的记录，一人提出、另外两人批准后执行，日志中留下登记");
  dispose->require_subcommand(1);
  auto options = std::make_shared<DisposalOptions>();
  auto* propose = dispose->add_subcommand("propose", "提出销毁清册");
  propose->add_option("NAME", options->records, "records/…，须已到期；见 archive due")->required();
  propose->add_option("--part", options->parts, "只销毁这些部件；不填为评分规则、保管期限以外的全部")
      ->allow_extra_args(false);
  AddWord(*propose, *options);
  propose->callback(
      [&global, &run, options] { run = [&global, options] { return RunDisposalPropose(global, *options); }; });
  const auto add = [&](const char* name, const char* help, int (*what)(const Global&, const DisposalOptions&)) {
    auto* command = dispose->add_subcommand(name, help);
    command->add_option("NAME", options->name, "disposals/…")->required();
    command->add_option("--etag", options->etag, "看到的清册的 etag；已变动则拒绝");
    AddWord(*command, *options);
    command->callback(
        [&global, &run, options, what] { run = [&global, options, what] { return what(global, *options); }; });
    return command;
  };
  add("approve", "批准", RunDisposalApprove);
  add("withdraw", "撤回", RunDisposalWithdraw);
  add("execute", "执行：内容与盐值不可恢复", RunDisposalExecute)->add_flag("--wait", options->wait, "等到销毁完成");
  auto* show = dispose->add_subcommand("show", "显示一份销毁清册");
  show->add_option("NAME", options->name, "disposals/…")->required();
  show->callback(
      [&global, &run, options] { run = [&global, options] { return RunDisposalShow(global, options->name); }; });
  dispose->add_subcommand("list", "列出销毁清册，最新的在前")->callback([&global, &run] {
    run = [&global] { return RunDisposalList(global); };
  });
}

}  // namespace

void AddArchiveCustody(CLI::App& archive, const Global& global, std::function<int()>& run) {
  auto* inspect = archive.add_subcommand("inspect", "四性检测：一条记录，或一个归档包（不需要服务器）");
  auto inspected = std::make_shared<InspectOptions>();
  auto* name = inspect->add_option("NAME", inspected->name, "records/…，或归档包");
  inspect->add_option("--key", inspected->key.text, "归档服务的公钥，或存有公钥的文件；归档包用")
      ->envname("JIXIAO_ARCHIVE_KEY");
  inspect->add_flag("--items", inspected->items, "只列出检测项")->excludes(name);
  inspect->callback([&global, &run, inspected, name] {
    if (name->empty() && !inspected->items) throw CLI::RequiredError("NAME");
    run = [&global, inspected] { return RunArchiveInspect(global, *inspected); };
  });

  auto* fixity = archive.add_subcommand("fixity", "固定性登记：复核到哪里，哪些部件损坏；有损坏时退出码为 1");
  auto record = std::make_shared<std::string>();
  fixity->add_option("NAME", *record, "records/…；不填为全部");
  fixity->callback([&global, &run, record] { run = [&global, record] { return RunArchiveFixity(global, *record); }; });

  auto* due = archive.add_subcommand("due", "列出保管期限已满的记录");
  auto options = std::make_shared<DueOptions>();
  due->add_option("--class", options->class_name, "保管期限，如 10年");
  due->add_option("--limit", options->limit, "最多多少条")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  due->callback([&global, &run, options] { run = [&global, options] { return RunArchiveDue(global, *options); }; });
  AddDisposals(archive, global, run);
}

}  // namespace jixiao::cli
