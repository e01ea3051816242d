// jixiao: the command line, a plain client of the three services.
#include "cli/commands.h"
#include "cli/output.h"

#include <CLI/CLI.hpp>

#include <functional>

namespace {

using namespace jixiao::cli;

using Command = std::function<int()>;

void AddScore(CLI::App& app, const Global& global, Command& run) {
  auto* command = app.add_subcommand("score", "给自评表评分并列出问题；不保存");
  auto options = std::make_shared<ScoreOptions>();
  command->add_option("FILE", options->files, "JSON 文件：一张表、一个数组或每行一张；- 为标准输入")->required();
  command->add_option("--rule-set", options->rule_set,
                      "评分规则：编号、编号@修订 或摘要；不填则按区划、年度、表种选定");
  command->add_flag("--explain", options->explain, "逐行说明得分的算法");
  command->callback([&global, &run, options] { run = [&global, options] { return RunScore(global, *options); }; });
}

void AddIntake(CLI::App& app, const Global& global, Command& run) {
  auto* submit = app.add_subcommand("submit", "提交自评表；同一张表重复提交只接收一次");
  auto options = std::make_shared<SubmitOptions>();
  submit->add_option("FILE", options->files, "JSON 文件：一张表、一个数组或每行一张；- 为标准输入")->required();
  submit->add_option("--rule-set", options->rule_set, "评分规则：编号、编号@修订 或摘要");
  submit->add_option("--submission", options->submission, "重新提交：被退回的提交的名称");
  submit->add_option("--source", options->source, "原始文件，与表一起归档");
  submit->add_flag("--again", options->again, "即使内容相同也作为新的提交");
  submit->add_flag("--wait", options->wait, "等到归档完成");
  submit->callback([&global, &run, options] { run = [&global, options] { return RunSubmit(global, *options); }; });

  auto* status = app.add_subcommand("status", "显示一次提交的状态和评分");
  auto name = std::make_shared<std::string>();
  auto explain = std::make_shared<bool>(false);
  status->add_option("NAME", *name, "submissions/…")->required();
  status->add_flag("--explain", *explain, "逐行说明得分的算法");
  status->callback([&global, &run, name, explain] {
    run = [&global, name, explain] { return RunStatus(global, *name, *explain); };
  });

  auto* list = app.add_subcommand("list", "列出提交");
  auto state = std::make_shared<std::string>();
  auto limit = std::make_shared<int>(100);
  list->add_option("--state", *state,
                   "ACCEPTED、SCORED、ARCHIVED、RETURNED 或 STUCK，也可写 已接收、已评分、已归档、已退回、需处理");
  list->add_option("--limit", *limit, "最多多少条")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  list->callback(
      [&global, &run, state, limit] { run = [&global, state, limit] { return RunList(global, *state, *limit); }; });

  auto* watch = app.add_subcommand("watch", "跟踪一次提交，直到归档");
  watch->add_option("NAME", *name, "submissions/…")->required();
  watch->callback([&global, &run, name] { run = [&global, name] { return RunWatch(global, *name); }; });

  auto* give_back = app.add_subcommand("return", "退回一次提交");
  auto reason = std::make_shared<std::string>();
  give_back->add_option("NAME", *name, "submissions/…")->required();
  give_back->add_option("--reason", *reason, "退回的原因")->required();
  give_back->callback(
      [&global, &run, name, reason] { run = [&global, name, reason] { return RunReturn(global, *name, *reason); }; });
}

void AddRules(CLI::App& app, const Global& global, Command& run) {
  auto* rules = app.add_subcommand("rules", "评分规则");
  rules->require_subcommand(1);
  rules->add_subcommand("list", "列出已发布的规则")->callback([&global, &run] {
    run = [&global] { return RunRulesList(global); };
  });
  auto* show = rules->add_subcommand("show", "显示一套规则");
  auto name = std::make_shared<std::string>();
  show->add_option("RULE_SET", *name, "编号、编号@修订 或摘要")->required();
  show->callback([&global, &run, name] { run = [&global, name] { return RunRulesShow(global, *name); }; });
  auto* publish = rules->add_subcommand("publish", "发布规则文件（YAML）；父规则的文件须一并给出");
  auto files = std::make_shared<std::vector<std::string>>();
  auto validate_only = std::make_shared<bool>(false);
  publish->add_option("FILE", *files, "规则文件")->required();
  publish->add_flag("--validate-only", *validate_only, "只检查，不发布");
  publish->callback([&global, &run, files, validate_only] {
    run = [&global, files, validate_only] { return RunRulesPublish(global, *files, *validate_only); };
  });
}

void AddArchive(CLI::App& app, const Global& global, Command& run) {
  auto* archive = app.add_subcommand("archive", "归档");
  archive->require_subcommand(1);
  auto key = std::make_shared<ArchiveKey>();
  auto name = std::make_shared<std::string>();
  auto limit = std::make_shared<int>(100);
  auto* search = archive->add_subcommand("search", "列出归档记录");
  search->add_option("--limit", *limit, "最多多少条")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  search->callback([&global, &run, limit] { run = [&global, limit] { return RunArchiveSearch(global, *limit); }; });
  auto* get = archive->add_subcommand("get", "显示一条归档记录");
  get->add_option("NAME", *name, "records/… 或 submissions/…/revisions/…")->required();
  get->callback([&global, &run, name] { run = [&global, name] { return RunArchiveGet(global, *name); }; });
  auto* proof = archive->add_subcommand("proof", "显示一条记录的包含证明");
  proof->add_option("NAME", *name, "records/…")->required();
  proof->callback([&global, &run, name] { run = [&global, name] { return RunArchiveProof(global, *name); }; });
  const auto add_key = [key](CLI::App* command) {
    command->add_option("--key", key->text, "归档服务的公钥，或存有公钥的文件")->envname("JIXIAO_ARCHIVE_KEY");
  };
  auto* head = archive->add_subcommand("head", "显示最新的已签名树头");
  add_key(head);
  head->callback([&global, &run, key] { run = [&global, key] { return RunArchiveHead(global, *key); }; });
  auto* verify = archive->add_subcommand("verify", "验证归档：任何一位被改动都会失败（退出码 1）");
  auto names = std::make_shared<std::vector<std::string>>();
  auto all = std::make_shared<bool>(false);
  verify->add_option("NAME", *names, "records/…");
  verify->add_flag("--all", *all, "验证全部记录、全部哈希和树头");
  add_key(verify);
  verify->callback([&global, &run, names, all, key] {
    run = [&global, names, all, key] { return RunArchiveVerify(global, *names, *all, *key); };
  });
}

}  // namespace

int main(int argc, char** argv) {
  Global global;
  Command run;
  CLI::App app("jixiao：项目支出绩效自评的接收、评分与归档");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--intake", global.intake, "接收服务地址")->envname("JIXIAO_INTAKE")->capture_default_str();
  app.add_option("--scoring", global.scoring, "评分服务地址")->envname("JIXIAO_SCORING")->capture_default_str();
  app.add_option("--archiving", global.archiving, "归档服务地址")->envname("JIXIAO_ARCHIVING")->capture_default_str();
  app.add_option("--format", global.format, "输出格式：table 或 json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  app.add_option("--timeout", global.timeout_seconds, "每次调用最多等待的秒数")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  AddScore(app, global, run);
  AddIntake(app, global, run);
  AddRules(app, global, run);
  AddArchive(app, global, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return run();
}
