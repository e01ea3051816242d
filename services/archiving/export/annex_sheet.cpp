#include "archiving/export/form_sheet.h"
#include "archiving/log/checkpoint.h"
#include "cli/scorecard_view.h"
#include "common/decimal.h"
#include "common/digest.h"
#include "common/encoding.h"
#include "common/text.h"
#include "common/time.h"

namespace jixiao::archiving::exporting {
namespace {

using evaluation::v1::ScoreLine;

std::string HexOf(std::string_view bytes) {
  return Hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string DifferenceOf(const ScoreLine& line) {
  const auto computed = Decimal::Parse(line.computed_score());
  const auto declared = Decimal::Parse(line.declared_score());
  return computed && declared ? (*declared - *computed).ToString() : std::string();
}

// What the row is about, in the words of the form.
std::string RowTitle(const Document& document, const std::string& path) {
  for (int i = 0; i < document.form.indicators_size(); ++i)
    if (path == Cat("indicators[", i, "]")) {
      const auto& indicator = document.form.indicators(i);
      for (const std::string* name : {&indicator.level3(), &indicator.level2(), &indicator.level1()})
        if (!name->empty()) return *name;
    }
  return path == "funds" ? std::string("预算执行") : cli::PlaceOf(path);
}

class AnnexWriter {
 public:
  explicit AnnexWriter(const Document& document) : document_(document) {
    sheet_.name = "附页";
    sheet_.widths = {9, 20, 14, 14, 7, 8, 8, 8, 30};
    sheet_.page_before = true;
  }

  Sheet Write() {
    sheet_.AddLine(Style::kTitle, "附页：评分与归档");
    sheet_.AddLine(Style::kCaption, "（本页由归档系统生成，不是单位填报的内容）");
    WriteRecord();
    WriteLines();
    WriteFindings();
    WriteParts();
    WriteProof();
    return std::move(sheet_);
  }

 private:
  void Pair(std::string label, std::string text) {
    sheet_.AddRow({{Style::kLabel, std::move(label), 2}, {Style::kText, std::move(text), 7}});
  }

  void WriteRecord() {
    const auto& record = document_.record.record();
    const auto& card = document_.card;
    Pair("归档记录", record.name());
    Pair("归档键", document_.leaf.key());
    Pair("归档时间", Cat(FormatShanghai(document_.leaf.archive_time_micros()), "（北京时间）"));
    Pair("评分规则", Cat(card.rule_set().title(), "  ", card.rule_set().id(), "@", card.rule_set().revision()));
    Pair("规则摘要", card.rule_set().digest());
    if (!card.rule_set().selected_by().empty()) Pair("规则的选定", card.rule_set().selected_by());
    sheet_.AddRow({{Style::kLabel, "执行率", 2},
                   {Style::kFigure, card.execution_rate(), 2},
                   {Style::kLabel, "得分来源", 3},
                   {Style::kFigure, KindOf(card.kind()), 2}});
    sheet_.AddRow({{Style::kLabel, "计算总分", 2},
                   {Style::kFigure, card.computed_total(), 2},
                   {Style::kLabel, "填报总分", 3},
                   {Style::kFigure, card.declared_total(), 2}});
    sheet_.AddRow({{Style::kLabel, "计算等级", 2},
                   {Style::kFigure, card.grade(), 2},
                   {Style::kLabel, "填报等级", 3},
                   {Style::kFigure, card.declared_grade(), 2}});
  }

  static std::string KindOf(evaluation::v1::ScoreKind kind) {
    switch (kind) {
      case evaluation::v1::SCORE_KIND_REFERENCE:
        return "参考分";
      case evaluation::v1::SCORE_KIND_NOT_SCORABLE:
        return "不可评分";
      default:
        return "按表内分值";
    }
  }

  void WriteLines() {
    if (document_.card.lines().empty()) return;
    sheet_.AddLine(Style::kSection, "逐行评分");
    const int head = sheet_.AddRow({{Style::kHead, "位置"},
                                    {Style::kHead, "内容"},
                                    {Style::kHead, "读出的目标"},
                                    {Style::kHead, "读出的完成"},
                                    {Style::kHead, "满分"},
                                    {Style::kHead, "填报分"},
                                    {Style::kHead, "计算分"},
                                    {Style::kHead, "相差"},
                                    {Style::kHead, "算法"}});
    for (const ScoreLine& line : document_.card.lines())
      sheet_.AddRow({{Style::kText, cli::PlaceOf(line.path())},
                     {Style::kText, RowTitle(document_, line.path())},
                     {Style::kFigure, line.criterion()},
                     {Style::kFigure, line.observation()},
                     {Style::kFigure, line.weight()},
                     {Style::kFigure, line.declared_score()},
                     {Style::kFigure, line.computed_score()},
                     {Style::kFigure, DifferenceOf(line)},
                     {Style::kText, line.explanation()}},
                    head);
    for (const auto& adjustment : document_.card.adjustments())
      sheet_.AddRow({{Style::kText, adjustment.method(), 6},
                     {Style::kFigure, adjustment.points(), 2},
                     {Style::kText, adjustment.explanation()}},
                    head);
  }

  void WriteFindings() {
    if (document_.card.findings().empty()) return;
    sheet_.AddLine(Style::kSection, "发现的问题");
    const int head = sheet_.AddRow(
        {{Style::kHead, "级别"}, {Style::kHead, "代码"}, {Style::kHead, "位置", 2}, {Style::kHead, "问题", 5}});
    for (const auto& finding : document_.card.findings())
      sheet_.AddRow({{Style::kFigure, std::string(cli::TitleOf(finding.severity()))},
                     {Style::kText, finding.code()},
                     {Style::kText, cli::PlaceOf(finding.path()), 2},
                     {Style::kText, finding.message(), 5}},
                    head);
  }

  void WriteParts() {
    sheet_.AddLine(Style::kSection, "归档内容");
    const int head = sheet_.AddRow({{Style::kHead, "部件"},
                                    {Style::kHead, "媒体类型", 2},
                                    {Style::kHead, "字节数"},
                                    {Style::kHead, "SHA-256", 5}});
    for (const auto& part : document_.record.parts())
      sheet_.AddRow({{Style::kText, part.name()},
                     {Style::kText, part.media_type(), 2},
                     {Style::kFigure, Cat(part.content().size())},
                     {Style::kText, DigestOf(part.content()).substr(7), 5}},
                    head);
  }

  void WriteProof() {
    sheet_.AddLine(Style::kSection, "归档证明（RFC 6962 包含证明，C2SP tlog-checkpoint 树头）");
    const auto& proof = document_.record.proof();
    Pair("叶子序号", Cat(proof.index()));
    const log::Hash leaf = log::HashLeaf(
        {reinterpret_cast<const std::uint8_t*>(document_.record.leaf().data()), document_.record.leaf().size()});
    Pair("叶子哈希", Hex(leaf));
    std::string path;
    for (const std::string& hash : proof.path()) Append(path, path.empty() ? "" : "\n", HexOf(hash));
    if (!path.empty()) Pair("审计路径", path);
    std::string_view checkpoint = proof.checkpoint();
    while (checkpoint.ends_with('\n')) checkpoint.remove_suffix(1);
    Pair("已签名的树头", std::string(checkpoint));
  }

  const Document& document_;
  Sheet sheet_;
};

}  // namespace

Sheet AnnexSheet(const Document& document) {
  return AnnexWriter(document).Write();
}

}  // namespace jixiao::archiving::exporting
