#include "cli/review_commands.h"

#include <memory>

namespace jixiao::cli {
namespace {

using Command = std::function<int()>;

std::shared_ptr<ActorOptions> AddActor(CLI::App& command, bool with_etag = true) {
  auto actor = std::make_shared<ActorOptions>();
  command.add_option("--actor", actor->name, "经办人姓名")->envname("JIXIAO_ACTOR")->required();
  command.add_option("--role", actor->role, kRoleHelp)->envname("JIXIAO_ROLE");
  command.add_option("--organization", actor->organization, "经办人所在单位")->envname("JIXIAO_ORGANIZATION");
  if (with_etag) command.add_option("--etag", actor->etag, "所见的 etag；不填则以当前的为准");
  return actor;
}

void AddFindings(CLI::App& review, const Global& global, Command& run) {
  auto* list = review.add_subcommand("findings", "列出一次提交的问题：类别、位置、是否已说明或豁免");
  auto name = std::make_shared<std::string>();
  auto revision = std::make_shared<int>(0);
  list->add_option("NAME", *name, "submissions/…")->required();
  list->add_option("--revision", *revision, "版次；不填为最新一版");
  list->callback([&global, &run, name, revision] {
    run = [&global, name, revision] { return RunFindings(global, *name, *revision); };
  });

  auto* answer = review.add_subcommand("answer", "对须说明的问题作出说明，与表一起留存");
  auto findings = std::make_shared<std::vector<std::string>>();
  auto text = std::make_shared<std::string>();
  answer->add_option("FINDING", *findings, "submissions/…/revisions/…/findings/…")->required();
  answer->add_option("--text", *text, "说明")->required();
  auto actor = AddActor(*answer);
  answer->callback([&global, &run, findings, text, actor] {
    run = [&global, findings, text, actor] { return RunAnswer(global, *findings, *text, *actor); };
  });
}

void AddWaivers(CLI::App& review, const Global& global, Command& run) {
  auto finding = std::make_shared<std::string>();
  auto text = std::make_shared<std::string>();

  auto* request = review.add_subcommand("waive", "为一个问题申请豁免");
  auto until = std::make_shared<std::string>();
  request->add_option("FINDING", *finding, "submissions/…/revisions/…/findings/…")->required();
  request->add_option("--reason", *text, "理由")->required();
  request->add_option("--until", *until, "有效期至（含当日），如 2027-03-31")->required();
  auto requester = AddActor(*request);
  request->callback([&global, &run, finding, text, until, requester] {
    run = [&global, finding, text, until, requester] {
      return RunRequestWaiver(global, *finding, *text, *until, *requester);
    };
  });

  auto* decide = review.add_subcommand("waiver", "批准或不予批准豁免；不能由申请人本人办理");
  auto approve = std::make_shared<bool>(false);
  auto reject = std::make_shared<bool>(false);
  decide->add_option("FINDING", *finding, "submissions/…/revisions/…/findings/…")->required();
  auto* how = decide->add_option_group("how");
  how->add_flag("--approve", *approve, "批准");
  how->add_flag("--reject", *reject, "不予批准");
  how->require_option(1);
  decide->add_option("--comment", *text, "意见；不予批准时必填");
  auto approver = AddActor(*decide);
  decide->callback([&global, &run, finding, approve, text, approver] {
    run = [&global, finding, approve, text, approver] {
      return RunDecideWaiver(global, *finding, *approve, *text, *approver);
    };
  });
}

void AddStages(CLI::App& review, const Global& global, Command& run) {
  auto name = std::make_shared<std::string>();
  auto text = std::make_shared<std::string>();

  auto* approve = review.add_subcommand("approve", "通过当前的审核环节；最后一个环节通过后归档");
  approve->add_option("NAME", *name, "submissions/…")->required();
  approve->add_option("--comment", *text, "意见");
  auto approver = AddActor(*approve);
  approve->callback([&global, &run, name, text, approver] {
    run = [&global, name, text, approver] { return RunApprove(global, *name, *text, *approver); };
  });

  auto* give_back = review.add_subcommand("return", "退回单位，由单位作为新的一版重新提交");
  auto codes = std::make_shared<std::vector<std::string>>();
  give_back->add_option("NAME", *name, "submissions/…")->required();
  give_back->add_option("--code", *codes, "退回原因，可多次给出，如 FIGURES_WRONG 或 数据有误")
      ->allow_extra_args(false);
  give_back->add_option("--reason", *text, "退回原因的文字说明");
  auto returner = AddActor(*give_back);
  give_back->callback([&global, &run, name, codes, text, returner] {
    run = [&global, name, codes, text, returner] { return RunReviewReturn(global, *name, *codes, *text, *returner); };
  });

  auto* withdraw = review.add_subcommand("withdraw", "单位在归档前撤回");
  withdraw->add_option("NAME", *name, "submissions/…")->required();
  withdraw->add_option("--reason", *text, "撤回的原因")->required();
  auto unit = AddActor(*withdraw);
  withdraw->callback([&global, &run, name, text, unit] {
    run = [&global, name, text, unit] { return RunWithdraw(global, *name, *text, *unit); };
  });

  auto* history = review.add_subcommand("history", "谁在何时做了什么");
  history->add_option("NAME", *name, "submissions/…")->required();
  history->callback([&global, &run, name] { run = [&global, name] { return RunHistory(global, *name); }; });
}

void AddReviews(CLI::App& review, const Global& global, Command& run) {
  auto* record = review.add_subcommand("record", "记录复核：逐项得分、理由、结论和意见");
  auto options = std::make_shared<RecordOptions>();
  auto not_passed = std::make_shared<bool>(false);
  record->add_option("NAME", options->name, "submissions/…")->required();
  record
      ->add_option("--line", options->lines,
                   "一项得分：位置=得分 或 位置=得分=理由，如 funds=8.5=凭证不全；可多次给出，未列的项按核算得分")
      ->allow_extra_args(false);
  record->add_option("--opinion", options->opinion, "总体意见");
  record->add_flag("--not-passed", *not_passed, "结论为不通过；不填为通过");
  auto actor = AddActor(*record);
  record->callback([&global, &run, options, not_passed, actor] {
    run = [&global, options, not_passed, actor] {
      options->passed = !*not_passed;
      return RunRecord(global, *options, *actor);
    };
  });

  auto* show = review.add_subcommand("show", "自评、核算、复核得分对照");
  auto name = std::make_shared<std::string>();
  auto revision = std::make_shared<int>(0);
  show->add_option("NAME", *name, "submissions/…")->required();
  show->add_option("--revision", *revision, "版次；不填为最新一版");
  show->callback([&global, &run, name, revision] {
    run = [&global, name, revision] { return RunShowReview(global, *name, *revision); };
  });
}

void AddSamples(CLI::App& review, const Global& global, Command& run) {
  auto* draw = review.add_subcommand("draw", "抽查：随机或按风险抽取，任何人都能按种子和名单重新抽取核对");
  auto options = std::make_shared<DrawOptions>();
  draw->add_flag("--risk", options->by_risk, "按风险分值从高到低抽取；不填为随机");
  draw->add_flag("--by-department", options->by_department, "按主管部门分层，各部门按比例");
  auto* size = draw->add_option("--size", options->size, "抽取多少");
  draw->add_option("--percent", options->percent, "抽取百分之几，向上取整")->excludes(size);
  draw->add_option("--seed", options->seed, "随机种子，如公开抽取的号码；不填则生成一个，与结果一起留存");
  draw->add_option("--title", options->title, "名称");
  draw->add_option("--campaign", options->campaign, "只在这一填报任务中抽取：campaigns/…");
  draw->add_option("--region", options->region, "只在这一区划中抽取：区划代码的开头，如 51");
  draw->add_option("--department", options->department, "只在这一主管部门中抽取");
  draw->add_option("--year", options->year, "只在这一年度中抽取");
  draw->add_option("--state", options->states, "只在这些状态中抽取，可多次给出；不填为已评分且未退回、未撤回的")
      ->allow_extra_args(false);
  draw->add_flag("--validate-only", options->validate_only, "只统计范围，不抽取");
  auto actor = AddActor(*draw, false);
  draw->callback([&global, &run, options, actor] {
    run = [&global, options, actor] { return RunDraw(global, *options, *actor); };
  });

  auto name = std::make_shared<std::string>();
  auto* sample = review.add_subcommand("sample", "显示一次抽查的结果");
  sample->add_option("NAME", *name, "samples/…")->required();
  sample->callback([&global, &run, name] { run = [&global, name] { return RunSample(global, *name); }; });

  auto* samples = review.add_subcommand("samples", "列出各次抽查");
  auto limit = std::make_shared<int>(100);
  samples->add_option("--limit", *limit, "最多多少条")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  samples->callback([&global, &run, limit] { run = [&global, limit] { return RunSamples(global, *limit); }; });

  auto* population = review.add_subcommand("population", "输出抽查范围的名单，每行一个；其 sha256sum 即所记的摘要");
  population->add_option("NAME", *name, "samples/…")->required();
  population->callback([&global, &run, name] { run = [&global, name] { return RunPopulation(global, *name); }; });
}

}  // namespace

void AddReview(CLI::App& app, const Global& global, Command& run) {
  auto* review = app.add_subcommand("review", "审核、复核与抽查");
  review->require_subcommand(1);
  AddFindings(*review, global, run);
  AddWaivers(*review, global, run);
  AddStages(*review, global, run);
  AddReviews(*review, global, run);
  AddSamples(*review, global, run);
}

}  // namespace jixiao::cli
