#include "archiving/export/audit.h"
#include "archiving/export/html.h"
#include "common/text.h"
#include "common/time.h"

namespace jixiao::archiving::exporting {
namespace {

std::string Element(std::string_view name, std::string_view text) {
  return Cat("<", name, ">", EscapeXml(text), "</", name, ">");
}

class GbT42940 final : public AuditFormat {
 public:
  std::string Begin() const override {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<!-- GB/T 42940-2023 样式；标准中未见绩效自评的元素，以下元素名称未经核对 -->\n"
           "<财政预算管理软件审计数据>\n<绩效自评信息>\n";
  }

  std::string Record(const Document& document) const override {
    const auto& form = document.form;
    const auto& card = document.card;
    std::string out =
        Cat("<绩效自评>\n", Element("归档记录编号", document.record.record().name()),
            Element("归档时间", FormatUtc(document.leaf.archive_time_micros())),
            Element("预算年度", form.fiscal_year() == 0 ? std::string() : Cat(form.fiscal_year())),
            Element("财政区划代码", form.region_code()), Element("主管部门代码", form.competent_department().code()),
            Element("主管部门名称", form.competent_department().name()),
            Element("预算单位代码", form.implementing_unit().code()),
            Element("预算单位名称", form.implementing_unit().name()), Element("项目代码", form.project_code()),
            Element("项目名称", form.project_name()),
            Element("金额单位", form.amount_unit() == evaluation::v1::AMOUNT_UNIT_YUAN ? "元" : "万元"),
            Element("自评总分", form.total_score()), Element("计算总分", card.computed_total()),
            Element("计算等级", card.grade()), Element("评分规则", card.rule_set().digest()), "\n");
    for (const auto& line : form.funds())
      Append(out, "<资金>", Element("资金名称", line.name()), Element("年初预算数", line.initial_budget()),
             Element("全年预算数", line.full_year_budget()), Element("全年执行数", line.executed()),
             Element("执行率", line.execution_rate()), "</资金>\n");
    for (const auto& row : form.indicators())
      Append(out, "<绩效指标>", Element("一级指标", row.level1()), Element("二级指标", row.level2()),
             Element("三级指标", row.level3()), Element("指标值", row.target()), Element("完成值", row.actual()),
             Element("分值", row.weight()), Element("得分", row.score()), Element("偏差原因", row.deviation_reason()),
             "</绩效指标>\n");
    for (const auto& finding : card.findings())
      Append(out, "<发现问题>", Element("问题代码", finding.code()), Element("问题描述", finding.message()),
             "</发现问题>\n");
    return out + "</绩效自评>\n";
  }

  std::string End() const override { return "</绩效自评信息>\n</财政预算管理软件审计数据>\n"; }
};

}  // namespace

std::unique_ptr<AuditFormat> GbT42940Xml() {
  return std::make_unique<GbT42940>();
}

}  // namespace jixiao::archiving::exporting
