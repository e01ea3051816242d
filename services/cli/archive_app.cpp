#include "cli/archive_app.h"

#include "cli/archive_calls.h"
#include "cli/archive_custody.h"

#include <memory>

namespace jixiao::cli {
namespace {

void AddFilter(CLI::App& command, FilterOptions& filter) {
  command.add_option("--text", filter.text, "单位、项目、主管部门名称中连续的文字");
  command.add_option("--unit", filter.unit, "实施单位：名称或预算单位代码");
  command.add_option("--project", filter.project, "项目：名称或项目代码");
  command.add_option("--department", filter.department, "主管部门：名称或代码");
  command.add_option("--region", filter.region, "区划代码的前几位：省 2 位、市 4 位、县 6 位");
  command.add_option("--year", filter.year, "年度")->check(CLI::Range(2000, 2100));
  command.add_option("--grade", filter.grades, "等级；可多次给出，符合其一")->allow_extra_args(false);
  command.add_option("--finding", filter.findings, "问题代码；可多次给出，须全部具有")->allow_extra_args(false);
  command.add_option("--min-score", filter.min_score, "总分不低于");
  command.add_option("--max-score", filter.max_score, "总分不高于");
  command.add_option("--rules", filter.rule_set, "评分所用的规则：编号、编号@修订或摘要");
  command.add_option("--since", filter.since, "归档时间不早于，如 2026-01-31");
  command.add_option("--until", filter.until, "归档时间不晚于");
  command.add_option("--kind", filter.kind, "表种：project、department 或 transfer")
      ->check(CLI::IsMember({"project", "department", "transfer"}));
}

}  // namespace

void AddArchiveQuestions(CLI::App& archive, const Global& global, std::function<int()>& run) {
  AddArchiveCustody(archive, global, run);
  AddArchiveCalls(archive, global, run);
  auto* search = archive.add_subcommand("search", "检索归档记录，最新的在前");
  auto options = std::make_shared<SearchOptions>();
  AddFilter(*search, options->filter);
  search->add_option("--limit", options->limit, "最多多少条")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  search->add_flag("--oldest-first", options->oldest_first, "最早的在前");
  search->callback(
      [&global, &run, options] { run = [&global, options] { return RunArchiveSearch(global, *options); }; });

  auto* summary = archive.add_subcommand("summary", "汇总归档记录：分数分布、等级、最多的问题");
  auto by = std::make_shared<SummaryOptions>();
  AddFilter(*summary, by->filter);
  summary->add_option("--by", by->by, "分组：province、city、county、department、class、rule-set、grade 或 year")
      ->check(CLI::IsMember({"province", "city", "county", "department", "class", "rule-set", "grade", "year"}));
  summary->add_option("--findings", by->findings, "每组列出几种问题")->check(CLI::Range(1, 100))->capture_default_str();
  summary->callback([&global, &run, by] { run = [&global, by] { return RunArchiveSummary(global, *by); }; });

  auto* out = archive.add_subcommand("export", "导出归档记录：供签字的表、供统计的表、供程序读的数据");
  auto exported = std::make_shared<ExportOptions>();
  out->add_option("NAME", exported->names, "records/…；不填则导出符合检索条件的全部记录");
  out->add_option("--as", exported->as,
                  "xlsx、html、pdf、json，多条记录合为一个文件的 jsonl、csv、audit-xml（审计），或归档包 bagit")
      ->required()
      ->check(CLI::IsMember({"xlsx", "html", "pdf", "json", "jsonl", "csv", "audit-xml", "bagit"}));
  out->add_option("--out", exported->out, "文件或已有的文件夹；- 为标准输出");
  out->add_option("--fonds", exported->fonds, "归档包：全宗号");
  out->add_flag("--pdf", exported->pdf, "归档包：每条记录另附 PDF");
  out->add_flag("--all", exported->all, "全部记录");
  AddFilter(*out, exported->filter);
  out->callback(
      [&global, &run, exported] { run = [&global, exported] { return RunArchiveExport(global, *exported); }; });

  auto* rescore = archive.add_subcommand("rescore", "重新评分：按所归档的规则须逐字节相同，按其他规则则列出不同之处");
  auto scored = std::make_shared<RescoreOptions>();
  rescore->add_option("NAME", scored->names, "records/…，或归档包；不填则为符合检索条件的全部记录");
  rescore->add_option("--rule-set", scored->rule_set,
                      "另一套规则：编号、编号@修订、摘要或标签；不填为各记录自己的规则");
  rescore->add_flag("--all", scored->all, "全部记录");
  AddFilter(*rescore, scored->filter);
  rescore->callback(
      [&global, &run, scored] { run = [&global, scored] { return RunArchiveRescore(global, *scored); }; });

  auto* import = archive.add_subcommand("import", "接收另一归档服务移交的归档包：先整包验证，再逐条归档并保留其证明");
  auto path = std::make_shared<std::string>();
  auto key = std::make_shared<ArchiveKey>();
  import->add_option("PACKAGE", *path, "归档包：文件或文件夹")->required();
  import->add_option("--key", key->text, "移交方的公钥，或存有公钥的文件")->required();
  import->callback([&global, &run, path, key] {
    run = [&global, path, key] { return RunArchiveImport(global, *path, *key);
};
}  // namespace jixiao::cli
);

archive.add_subcommand("rebuild-index", "由归档内容重建检索索引")->callback([&global, &run] {
  run = [&global] { return RunArchiveRebuildIndex(global); };
});
}

}  // namespace jixiao::cli
