// jixiao: the command line, a plain client of the three services.
#include "cli/archive_app.h"
#include "cli/archive_log.h"
#include "cli/campaign_commands.h"
#include "cli/commands.h"
#include "cli/hint_options.h"
#include "cli/operation_app.h"
#include "cli/output.h"
#include "cli/review_commands.h"
#include "common/errors.h"
#include "common/rpc/tls.h"
#include "common/text.h"

#include <CLI/CLI.hpp>

#include <functional>

namespace {

using namespace jixiao::cli;

using jixiao::rpc::TlsFiles;

using Command = std::function<int()>;

void AddScore(CLI::App& app, const Global& global, Command& run) {
  auto* command = app.add_subcommand("score", "给自评表评分并列出问题；不保存");
  auto options = std::make_shared<ScoreOptions>();
  command
      ->add_option("FILE", options->files,
                   "JSON（一张表、一个数组或每行一张），或 jixiao import 能读的文件；- 为标准输入")
      ->required();
  command->add_option("--rule-set", options->rule_set,
                      "评分规则：编号、编号@修订、摘要或标签；不填则按标签 stable，或按区划、年度、表种选定");
  AddHints(*command, options->hints);
  auto* explain = command->add_flag("--explain", options->explain, "逐行说明得分的算法");
  auto* batch = command->add_flag("--batch", options->batch, "把所有表作为一批检查：项目与部门、重复、汇总、分布");
  batch->excludes(explain);
  command->add_option("--aggregate", options->aggregates, "汇总表的 JSON 文件；与 --batch 同用，可多次给出")
      ->allow_extra_args(false)
      ->needs(batch);
  command->callback([&global, &run, options] {
    run = [&global, options] { return options->batch ? RunScoreBatch(global, *options) : RunScore(global, *options); };
  });
}

void AddImport(CLI::App& app, const Global& global, Command& run) {
  auto* command = app.add_subcommand("import", "从办公文件或文本中读出自评表，说明每个值的来源和未读入的文字；不保存");
  auto options = std::make_shared<ImportOptions>();
  command
      ->add_option("FILE", options->files,
                   ".xlsx .docx .txt .csv；装有 LibreOffice 时还有 .xls .doc .wps .et .ods，装有 MuPDF 时还有 .pdf；- "
                   "为标准输入（文本）")
      ->required();
  AddHints(*command, options->hints);
  auto* remote =
      command->add_flag("--remote", options->remote, "由接收服务读取（最大 16 MiB），本机不必安装 LibreOffice、MuPDF");
  command->add_option("--as", options->as, "platform：文件是省级平台的自评报文（JSON：一份、一个数组或每行一份）")
      ->check(CLI::IsMember({"platform"}))
      ->excludes(remote);
  command->callback([&global, &run, options] { run = [&global, options] { return RunImport(global, *options); }; });
}

void AddExport(CLI::App& app, const Global& global, Command& run) {
  auto* command = app.add_subcommand("export", "把自评表写成省级平台的自评报文，每行一份；不经服务器");
  auto options = std::make_shared<WriteMessageOptions>();
  command
      ->add_option("FILE", options->files,
                   "JSON（一张表、一个数组或每行一张），或 jixiao import 能读的文件；- 为标准输入")
      ->required();
  auto as = std::make_shared<std::string>();
  command->add_option("--as", *as, "报文的种类：platform")->required()->check(CLI::IsMember({"platform"}));
  AddHints(*command, options->hints);
  command->callback([&global, &run, options, as] { run = [&global, options] { return RunExport(global, *options); }; });
}

void AddTemplate(CLI::App& app, const Global& global, Command& run) {
  auto* command = app.add_subcommand("template", "按评分规则制作自评表的 .xlsx，填好后可由 jixiao import 读回");
  auto options = std::make_shared<TemplateOptions>();
  command->add_option("--rule-set", options->rule_set, "评分规则：编号、编号@修订、摘要或标签")->required();
  auto* form = command->add_option("--form", options->files, "把这些文件里的表原样填入，每张表一个工作表；可多次给出")
                   ->allow_extra_args(false);
  auto targets = std::make_shared<std::vector<std::string>>();
  command->add_option("--targets", *targets, "同上，但只填基本情况、预算、目标、指标值和分值，完成情况留空")
      ->allow_extra_args(false)
      ->excludes(form);
  command->add_option("--year", options->year, "年度，写入没有写明年度的表")->check(CLI::Range(2000, 2100));
  command->add_option("--out", options->out, "写入的文件，默认 自评表.xlsx")->default_val("自评表.xlsx");
  command->callback([&global, &run, options, targets] {
    if (!targets->empty()) options->files = *targets;
    options->targets_only = !targets->empty();
    run = [&global, options] { return RunTemplate(global, *options); };
  });
}

void AddFilter(CLI::App& command, SubmissionFilterOptions& filter) {
  command.add_option("--campaign", filter.campaign, "填报批次：campaigns/…");
  command.add_option("--region", filter.region, "区划代码或其开头几位");
  command.add_option("--department", filter.department, "主管部门全称");
  command.add_option("--unit", filter.unit, "实施单位全称");
  command.add_option("--year", filter.year, "年度")->check(CLI::Range(0, 2100));
  command.add_option("--state", filter.states,
                     "ACCEPTED、SCORED、ARCHIVED、RETURNED 或 STUCK，也可写 已接收、已评分、已归档、已退回、需处理");
  command.add_flag("--late", filter.late, "只列逾期的");
  command.add_option("--from", filter.from, "此时起有变动：2024-03-01 或 2024-03-01T08:00:00");
  command.add_option("--before", filter.before, "此时前有变动");
  command.add_option("--text", filter.text, "单位或项目名称中的文字");
}

void AddIntake(CLI::App& app, const Global& global, Command& run) {
  auto* submit = app.add_subcommand("submit", "提交自评表；同一张表重复提交只接收一次");
  auto options = std::make_shared<SubmitOptions>();
  submit
      ->add_option("FILE", options->files,
                   "JSON（一张表、一个数组或每行一张），或 jixiao import 能读的文件；- 为标准输入")
      ->required();
  submit->add_option("--rule-set", options->rule_set, "评分规则：编号、编号@修订、摘要或标签");
  AddHints(*submit, options->hints);
  submit->add_option("--submission", options->submission, "重新提交：被退回的提交的名称");
  submit->add_option("--source", options->source, "原始文件，与表一起归档");
  submit->add_option("--campaign", options->campaign, "申报批次：campaigns/编号，或只写编号");
  submit->add_option("--reservation", options->reservation, "预约：以它的时间判断是否按时；只能与一张表一起使用");
  submit->add_option("--results", options->results, "逐张记录结果的文件；再次执行时从中断处继续");
  submit->add_flag("--again", options->again, "即使内容相同也作为新的提交");
  submit->add_flag("--wait", options->wait, "等到归档完成，或等人处理");
  submit
      ->add_option("--stage", options->stages,
                   "归档前须经的审核环节：department（主管部门）、finance（财政），可多次给出")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"department", "finance"}));
  submit->add_flag("--judge", options->judge, "没有审核环节时也检查问题：须说明的说明后才归档");
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
  auto listing = std::make_shared<ListOptions>();
  AddFilter(*list, listing->filter);
  list->add_option("--limit", listing->limit, "最多多少条")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  list->callback([&global, &run, listing] { run = [&global, listing] { return RunList(global, *listing); }; });

  auto* watch = app.add_subcommand("watch", "跟踪一次提交，直到归档；不写名称则跟踪全部，直到中断");
  auto watching = std::make_shared<WatchOptions>();
  auto* watched = watch->add_option("NAME", watching->name, "submissions/…");
  watch->add_option("--since", watching->since, "从这个游标之后；不填为从现在起")->excludes(watched);
  AddFilter(*watch, watching->filter);
  watch->callback([&global, &run, watching] { run = [&global, watching] { return RunWatch(global, *watching); }; });

  auto* changes = app.add_subcommand("changes", "列出某个游标之后的全部变动，并给出下次的游标");
  changes->add_option("--since", watching->since, "上次给出的游标；不填为从头");
  AddFilter(*changes, watching->filter);
  changes->callback([&global, &run, watching] { run = [&global, watching] { return RunChanges(global, *watching); }; });

  auto* give_back = app.add_subcommand("return", "退回一次提交");
  auto reason = std::make_shared<std::string>();
  give_back->add_option("NAME", *name, "submissions/…")->required();
  give_back->add_option("--reason", *reason, "退回的原因")->required();
  give_back->callback(
      [&global, &run, name, reason] { run = [&global, name, reason] { return RunReturn(global, *name, *reason); }; });
}

constexpr char kRuleSetHelp[] = "编号、编号@修订、摘要或标签";

void AddRuleSets(CLI::App& rules, const Global& global, Command& run) {
  auto* list = rules.add_subcommand("list", "列出评分规则");
  auto drafts = std::make_shared<bool>(false);
  list->add_flag("--drafts", *drafts, "也列出草稿");
  list->callback([&global, &run, drafts] { run = [&global, drafts] { return RunRulesList(global, *drafts); }; });

  auto* show = rules.add_subcommand("show", "显示一套规则");
  auto name = std::make_shared<std::string>();
  show->add_option("RULE_SET", *name, kRuleSetHelp)->required();
  show->callback([&global, &run, name] { run = [&global, name] { return RunRulesShow(global, *name); }; });

  auto* publish = rules.add_subcommand("publish", "发布规则文件（YAML）或草稿；父规则的文件须一并给出");
  auto options = std::make_shared<PublishOptions>();
  auto* files = publish->add_option("FILE", options->files, "规则文件");
  auto* draft = publish->add_option("--draft", options->draft, "草稿：编号@修订")->excludes(files);
  publish->add_flag("--validate-only", options->validate_only, "只检查，不发布");
  publish->callback([&global, &run, options, files, draft] {
    if (files->empty() && draft->empty()) throw CLI::RequiredError("FILE 或 --draft");
    run = [&global, options] { return RunRulesPublish(global, *options); };
  });

  auto* save = rules.add_subcommand("draft", "保存规则文件（YAML）为草稿，并列出发布前须改正之处");
  auto etag = std::make_shared<std::string>();
  save->add_option("FILE", options->files, "规则文件")->required();
  save->add_option("--etag", *etag, "所替换的草稿的 etag（rules show 显示）；没有草稿时不填");
  save->callback([&global, &run, options, etag] {
    run = [&global, options, etag] { return RunRulesDraft(global, options->files, *etag); };
  });

  auto* retire = rules.add_subcommand("retire", "停用一套规则：不再自动选用，按编号@修订或摘要仍可评分");
  retire->add_option("RULE_SET", *name, "编号@修订")->required();
  retire->callback([&global, &run, name] { run = [&global, name] { return RunRulesRetire(global, *name); }; });

  auto* diff = rules.add_subcommand("diff", "逐项比较两套规则");
  auto other = std::make_shared<std::string>();
  diff->add_option("FROM", *name, kRuleSetHelp)->required();
  diff->add_option("TO", *other, kRuleSetHelp)->required();
  diff->callback(
      [&global, &run, name, other] { run = [&global, name, other] { return RunRulesDiff(global, *name, *other); }; });
}

void AddLabels(CLI::App& rules, const Global& global, Command& run) {
  auto* simulate = rules.add_subcommand("simulate", "用两套规则试算，报告总分、等级和问题如何变动；不改变任何评分");
  auto simulation = std::make_shared<SimulateOptions>();
  simulate->add_option("FILE", simulation->files, "自评表（JSON）；- 为标准输入")->required();
  simulate->add_option("--to", simulation->to, "新规则：编号、编号@修订（可为草稿）、摘要或标签")->required();
  simulate->add_option("--from", simulation->from, "原规则；不填则为每张表现在适用的规则");
  simulate->callback(
      [&global, &run, simulation] { run = [&global, simulation] { return RunRulesSimulate(global, *simulation); }; });

  auto* label = rules.add_subcommand("label", "把标签指向一套已发布的规则");
  auto options = std::make_shared<LabelOptions>();
  label->add_option("NAME", options->name, "标签；stable 决定未指定规则的表用哪一套，shadow 在旁试算")->required();
  auto* target = label->add_option("TARGET", options->target, kRuleSetHelp);
  label->add_option("--region", options->region, "区划代码前缀；不填为全国");
  label->add_option("--year", options->year, "年度；不填为没有自己标签的各年度")->check(CLI::Range(0, 2100));
  label->add_option("--report", options->report, "据以决定的试算报告，24 小时之内");
  label->add_option("--etag", options->etag, "所替换的标签的 etag");
  label->add_flag("--delete", options->remove, "删去标签")->excludes(target);
  label->callback([&global, &run, options, target] {
    if (target->empty() && !options->remove) throw CLI::RequiredError("TARGET");
    run = [&global, options] { return RunRulesLabel(global, *options); };
  });

  rules.add_subcommand("labels", "列出标签")->callback([&global, &run] {
    run = [&global] { return RunRulesLabels(global); };
  });
  rules.add_subcommand("shadow", "显示 shadow 与在用规则的差别（本副本启动以来）")->callback([&global, &run] {
    run = [&global] { return RunRulesShadow(global); };
  });
}

void AddRules(CLI::App& app, const Global& global, Command& run) {
  auto* rules = app.add_subcommand("rules", "评分规则");
  rules->require_subcommand(1);
  AddRuleSets(*rules, global, run);
  AddLabels(*rules, global, run);
}

void AddArchive(CLI::App& app, const Global& global, Command& run) {
  auto* archive = app.add_subcommand("archive", "归档");
  archive->require_subcommand(1);
  auto key = std::make_shared<ArchiveKey>();
  auto name = std::make_shared<std::string>();
  AddArchiveQuestions(*archive, global, run);
  AddArchiveLog(*archive, global, run);
  auto* get = archive->add_subcommand("get", "显示一条归档记录");
  get->add_option("NAME", *name, "records/… 或 submissions/…/revisions/…")->required();
  get->callback([&global, &run, name] { run = [&global, name] { return RunArchiveGet(global, *name); }; });
  auto* proof = archive->add_subcommand("proof", "显示一条记录的包含证明");
  auto log_proof = std::make_shared<LogProofOptions>();
  proof->add_option("NAME", log_proof->name, "records/…")->required();
  proof->add_option("--as", log_proof->as, "tlog-proof：可独立验证的文本（C2SP）")
      ->check(CLI::IsMember({"tlog-proof"}));
  proof->add_option("--cosignatures", log_proof->cosignatures, "tlog-proof：采用至少有几个见证人联署的最新树头")
      ->check(CLI::Range(0, 64));
  proof->callback([&global, &run, log_proof] {
    run = [&global, log_proof] {
      return log_proof->as.empty() ? RunArchiveProof(global, log_proof->name) : RunLogProof(global, *log_proof);
    };
  });
  const auto add_key = [key](CLI::App* command) {
    command->add_option("--key", key->text, "归档服务的公钥，或存有公钥的文件")->envname("JIXIAO_ARCHIVE_KEY");
    command->add_option("--witness", key->witnesses, "见证人的公钥，或存有公钥的文件；可多次给出，验证其联署")
        ->allow_extra_args(false);
    command->add_option("--quorum", key->quorum, "至少须有几个见证人联署")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
  };
  auto* head = archive->add_subcommand("head", "显示最新的已签名树头");
  add_key(head);
  head->callback([&global, &run, key] { run = [&global, key] { return RunArchiveHead(global, *key); }; });
  auto* check = archive->add_subcommand(
      "check-proof", "验证一份证明（JSON 的包含或一致性，或 tlog-proof），不需要服务器；不成立时退出码为 1");
  auto trust = std::make_shared<ProofTrust>();
  check->add_option("FILE", *name, "证明文件；- 为标准输入")->required();
  check->add_option("--key", trust->key, "tlog-proof：日志的公钥，或存有公钥的文件")->envname("JIXIAO_ARCHIVE_KEY");
  check->add_option("--witness", trust->witnesses, "tlog-proof：见证人的公钥或文件；可多次给出")
      ->allow_extra_args(false);
  check->add_option("--quorum", trust->quorum, "至少须有几个见证人联署")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  check->add_option("--leaf", trust->leaf, "tlog-proof：叶子的原始字节；不填则用证明所附的");
  check->callback(
      [&global, &run, name, trust] { run = [&global, name, trust] { return RunCheckProof(global, *name, *trust); }; });
  auto* verify = archive->add_subcommand("verify", "验证归档：任何一位被改动都会失败（退出码 1）");
  auto names = std::make_shared<std::vector<std::string>>();
  auto all = std::make_shared<bool>(false);
  verify->add_option("NAME", *names, "records/…，或归档包（文件或文件夹，不需要服务器）");
  verify->add_flag("--all", *all, "验证全部记录、全部哈希和树头");
  add_key(verify);
  verify->callback([&global, &run, names, all, key] {
    run = [&global, names, all, key] { return RunArchiveVerify(global, *names, *all, *key); };
  });
}

// Makes the global options about TLS and tokens ready. A token goes over no network in plaintext.
absl::Status Secure(const TlsFiles& files, Global& global) {
  if (files.any()) {
    if (files.ca.empty())
      return jixiao::InvalidField("TLS_INVALID", "--tls-ca", "is required with --tls-cert and --tls-key");
    ASSIGN_OR_RETURN(global.security.tls, jixiao::rpc::Tls::Open(files));
  }
  if (global.security.token_file.empty() || global.security.tls) return absl::OkStatus();
  for (const std::string* address : {&global.intake, &global.scoring, &global.archiving})
    if (!jixiao::rpc::IsLoopback(*address))
      return jixiao::InvalidField("TLS_INVALID", "--tls-ca",
                                  jixiao::Cat("is required: a token is not sent to ", *address, " in plaintext"));
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  Global global;
  Command run;
  CLI::App app("jixiao：项目支出绩效自评的接收、评分与归档", "jixiao");
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
  TlsFiles tls;
  app.add_option("--tls-ca", tls.ca, "签发服务器证书的 CA（PEM 文件）；给出即以 TLS 连接")->envname("JIXIAO_TLS_CA");
  app.add_option("--tls-cert", tls.cert, "本方的证书（PEM 文件），表明身份")->envname("JIXIAO_TLS_CERT");
  app.add_option("--tls-key", tls.key, "该证书的私钥（PEM 文件）")->envname("JIXIAO_TLS_KEY");
  app.add_option("--token-file", global.security.token_file, "存有访问令牌的文件，表明身份")
      ->envname("JIXIAO_TOKEN_FILE");
  AddImport(app, global, run);
  AddExport(app, global, run);
  AddTemplate(app, global, run);
  AddScore(app, global, run);
  AddIntake(app, global, run);
  AddCampaign(app, global, run);
  AddReview(app, global, run);
  AddRules(app, global, run);
  AddArchive(app, global, run);
  AddOperation(app, global, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  if (const absl::Status secured = Secure(tls, global); !secured.ok()) {
    Refuse(secured, global.json());
    return kUsage;
  }
  return run();
}
