#include "cli/campaign_commands.h"
#include "cli/hint_options.h"

namespace jixiao::cli {
namespace {

using Run = std::function<int()>;

constexpr char kName[] = "批次：campaigns/编号，或只写编号";

void AddDefinition(CLI::App& command, CampaignOptions& options, bool create) {
  const auto required = [create](CLI::Option* option) {
    if (create) option->required();
  };
  required(command.add_option("--title", options.title, "名称"));
  required(command.add_option("--region", options.region, "财政区划代码，6 位或 9 位；包括其下各级"));
  required(command.add_option("--year", options.year, "年度")->check(CLI::Range(2000, 2100)));
  required(command.add_option("--kind", options.kind, "表种：project 项目支出、department 部门整体、transfer 转移支付")
               ->check(CLI::IsMember({"project", "department", "transfer"})));
  command.add_option("--rule-set", options.rule_set, "评分规则：编号、编号@修订 或摘要；不填则按各表选定");
  required(command.add_option("--open", options.open, "开始时间（北京时间）：2026-01-10 或 2026-01-10 09:00"));
  required(command.add_option("--due", options.due, "截止时间；只写日期为当日终了"));
  command.add_option("--close", options.close, "逾期也不再收的时间；只写日期为当日终了");
  command.add_option("--content-due", options.content_due, "已预约的表最迟报来的时间；不填为关闭时间");
  auto* late = command.add_option("--late", options.late, "截止以后：refuse 不收，mark 照收并标明逾期")
                   ->check(CLI::IsMember({"refuse", "mark"}));
  auto* roster = command.add_option("--off-roster", options.roster, "名单以外：refuse 不收，list 照收并列出")
                     ->check(CLI::IsMember({"refuse", "list"}));
  if (create) {
    options.late = "mark";
    options.roster = "list";
    late->capture_default_str();
    roster->capture_default_str();
  }
  command.add_option("--stages", options.stages, "审核环节，依次：department 主管部门、finance 财政，以逗号分隔")
      ->delimiter(',')
      ->check(CLI::IsMember({"department", "finance"}));
  command.add_flag("--validate-only", options.validate_only, "只检查");
}

void AddLife(CLI::App& campaign, const Global& global, Run& run) {
  auto* create = campaign.add_subcommand("create", "新建申报批次（筹备状态）");
  auto made = std::make_shared<CampaignOptions>();
  create->add_option("--id", made->name, "编号，由小写字母、数字和 - 组成；不填则自动给出");
  AddDefinition(*create, *made, true);
  create->callback([&global, &run, made] { run = [&global, made] { return RunCampaignCreate(global, *made); }; });

  auto* update = campaign.add_subcommand("update", "修改批次；开放以后时间只能延后，其余报送所依据的不能改");
  auto changed = std::make_shared<CampaignOptions>();
  update->add_option("NAME", changed->name, kName)->required();
  AddDefinition(*update, *changed, false);
  update->add_option("--etag", changed->etag, "所见到的 etag；期间有别人改过则拒绝");
  update->callback(
      [&global, &run, changed] { run = [&global, changed] { return RunCampaignUpdate(global, *changed); }; });

  auto name = std::make_shared<std::string>();
  const auto named = [&campaign, name](const char* command, const char* description) {
    auto* added = campaign.add_subcommand(command, description);
    added->add_option("NAME", *name, kName)->required();
    return added;
  };
  named("show", "显示一个批次")->callback([&global, &run, name] {
    run = [&global, name] { return RunCampaignShow(global, *name); };
  });
  named("open", "开放：从开始时间起接收")->callback([&global, &run, name] {
    run = [&global, name] { return RunCampaignOpen(global, *name, true); };
  });
  named("close", "截止：不再接收；退回的仍可重报，已预约的仍可报来")->callback([&global, &run, name] {
    run = [&global, name] { return RunCampaignOpen(global, *name, false); };
  });
  campaign.add_subcommand("list", "列出批次")->callback([&global, &run] {
    run = [&global] { return RunCampaignList(global); };
  });
}

void AddLists(CLI::App& campaign, const Global& global, Run& run) {
  auto* roster = campaign.add_subcommand("roster", "列出应报名单，或从 CSV、.xlsx 导入");
  auto imported = std::make_shared<RosterOptions>();
  roster->add_option("NAME", imported->campaign, kName)->required();
  auto* file = roster->add_option("FILE", imported->file, "名单：.csv（UTF-8 或 GBK）或 .xlsx，须有表头");
  roster->add_flag("--replace", imported->replace, "删去名单上有而文件里没有的")->needs(file);
  roster->add_flag("--validate-only", imported->validate_only, "只检查")->needs(file);
  roster->callback(
      [&global, &run, imported] { run = [&global, imported] { return RunCampaignRoster(global, *imported); }; });

  auto* progress = campaign.add_subcommand("progress", "报送进度");
  auto counted = std::make_shared<ProgressOptions>();
  progress->add_option("NAME", counted->campaign, kName)->required();
  progress->add_option("--by", counted->by, "department 按主管部门，unit 按单位，total 只看合计")
      ->check(CLI::IsMember({"department", "unit", "total"}))
      ->capture_default_str();
  progress->add_option("--department", counted->department, "只看一个主管部门的单位：名称或代码");
  progress->callback([&global, &run, counted] {
    if (!counted->department.empty()) counted->by = "unit";
    run = [&global, counted] { return RunCampaignProgress(global, *counted); };
  });

  auto* missing = campaign.add_subcommand("missing", "催报名单：还没有报送的，和退回后还没有重报的");
  auto asked = std::make_shared<MissingOptions>();
  missing->add_option("NAME", asked->campaign, kName)->required();
  missing->add_option("--department", asked->department, "只看一个主管部门：名称或代码");
  missing->add_option("--csv", asked->csv, "写入 CSV 文件；- 为标准输出");
  missing->callback([&global, &run, asked] { run = [&global, asked] { return RunCampaignMissing(global, *asked); }; });

  auto name = std::make_shared<std::string>();
  for (const bool late : {true, false}) {
    auto* command = campaign.add_subcommand(late ? "late" : "unmatched",
                                            late ? "列出逾期报送的" : "列出不在名单、不能确定和重复的提交");
    command->add_option("NAME", *name, kName)->required();
    command->callback([&global, &run, name, late] {
      run = [&global, name, late] { return RunCampaignSubmissions(global, *name, late); };
    });
  }
}

void AddReservations(CLI::App& campaign, const Global& global, Run& run) {
  auto* reserve = campaign.add_subcommand("reserve", "预约：先以表的摘要定下时间，表随后用 submit --reservation 报来");
  auto reserved = std::make_shared<ReserveOptions>();
  reserve->add_option("NAME", reserved->campaign, kName)->required();
  reserve->add_option("FILE", reserved->files, "自评表，同 submit")->required();
  AddHints(*reserve, reserved->hints);
  reserve->add_option("--receipts", reserved->folder, "存放凭据的目录")->capture_default_str();
  reserve->callback(
      [&global, &run, reserved] { run = [&global, reserved] { return RunCampaignReserve(global, *reserved); }; });

  auto* check = campaign.add_subcommand("check-receipt", "验证预约凭据，不需要服务器；无效时退出码为 1");
  auto checked = std::make_shared<CheckReceiptOptions>();
  check->add_option("FILE", checked->file, "凭据；- 为标准输入")->required();
  check->add_option("--key", checked->key, "接收服务的公钥，或存有公钥的文件")
      ->envname("JIXIAO_RECEIPT_PUBLIC_KEY")
      ->required();
  check->add_option("--form", checked->form, "同时检查是否为这张表的凭据");
  check->callback([&global, &run, checked] { run = [&global, checked] { return RunCheckReceipt(global, *checked); }; });
}

}  // namespace

void AddCampaign(CLI::App& app, const Global& global, std::function<int()>& run) {
  auto* campaign = app.add_subcommand("campaign", "申报批次：名单、进度、催报、预约");
  campaign->require_subcommand(1);
  AddLife(*campaign, global, run);
  AddLists(*campaign, global, run);
  AddReservations(*campaign, global, run);
}

}  // namespace jixiao::cli
