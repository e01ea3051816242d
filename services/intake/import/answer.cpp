#include "intake/import/answer.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao::importing {
namespace {

constexpr std::size_t kMaxUnread = 10'000;

int Rank(std::string_view path) {
  static constexpr std::string_view kOrder[] = {"title",
                                                "fiscal_year",
                                                "competent_department",
                                                "implementing_unit",
                                                "project_name",
                                                "project_code",
                                                "region_code",
                                                "amount_unit",
                                                "funds",
                                                "expected_goal",
                                                "actual_goal",
                                                "indicators",
                                                "total_weight",
                                                "total_score",
                                                "report",
                                                "grade"};
  for (int i = 0; i < static_cast<int>(std::size(kOrder)); ++i)
    if (path.starts_with(kOrder[i])) return i;
  return 99;
}

int IndexIn(std::string_view path) {
  const std::size_t open = path.find('[');
  int value = 0;
  if (open != std::string_view::npos)
    for (std::size_t i = open + 1; i < path.size() && path[i] >= '0' && path[i] <= '9'; ++i)
      value = value * 10 + (path[i] - '0');
  return value;
}

std::string LocationOf(const Cell* first) {
  if (first == nullptr) return {};
  intake::v1::CellLocation place = first->place.ToProto();
  if (!place.sheet().empty())
    return Cat("工作表“", place.sheet(), "”", place.row() > 1 ? Cat("第 ", place.row(), " 行起") : std::string());
  if (place.table() > 0)
    return Cat("表格 ", place.table(), place.row() > 1 ? Cat(" 第 ", place.row(), " 行起") : std::string());
  return Cat("第 ", place.paragraph(), place.table() > 0 ? " 行起" : " 段起");
}

}  // namespace

void PutUnread(std::vector<intake::v1::UnreadCell> cells,
               google::protobuf::RepeatedPtrField<intake::v1::UnreadCell>& out) {
  out.Clear();
  const std::size_t most = std::min(cells.size(), kMaxUnread - 1);
  for (std::size_t i = 0; i < most; ++i) *out.Add() = std::move(cells[i]);
  if (cells.size() > most) {
    auto* rest = out.Add();
    rest->set_text(Cat("另有 ", cells.size() - most, " 处"));
    rest->set_why("未逐一列出");
  }
}

intake::v1::ImportedDocument AnswerOf(const Document& document, const Hints& hints, const std::vector<Draft*>& drafts,
                                      const Ledger& ledger) {
  intake::v1::ImportedDocument out;
  std::vector<std::vector<intake::v1::UnreadCell>> unread(drafts.size());
  std::vector<intake::v1::UnreadCell> rest;
  for (const Block& block : document.blocks) {
    if (!block.is_grid) ledger.Report(block.paragraph, unread, rest);
    for (const Cell& cell : block.grid.cells) ledger.Report(cell, unread, rest);
  }
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    Draft& draft = *drafts[i];
    auto* imported = out.add_forms();
    if (draft.form.fiscal_year() == 0 && hints.fiscal_year != 0) draft.form.set_fiscal_year(hints.fiscal_year);
    if (draft.form.region_code().empty()) draft.form.set_region_code(hints.region_code);
    draft.form.mutable_source()->set_location(LocationOf(draft.first));
    std::stable_sort(draft.origins.begin(), draft.origins.end(), [](const Draft::Origin& a, const Draft::Origin& b) {
      return std::pair(Rank(a.path), IndexIn(a.path)) < std::pair(Rank(b.path), IndexIn(b.path));
    });
    for (const Draft::Origin& origin : draft.origins) {
      const auto add = [&](const std::string& text, const Place& place) {
        auto* cell = imported->add_cells();
        cell->set_path(origin.path);
        *cell->mutable_location() = place.ToProto();
        cell->set_text(text);
      };
      if (origin.cell->parts.empty()) add(origin.cell->text, origin.cell->place);
      for (const Cell::Part& part : origin.cell->parts) add(part.text, part.place);
    }
    *imported->mutable_form() = std::move(draft.form);
    PutUnread(std::move(unread[i]), *imported->mutable_unread());
  }
  PutUnread(std::move(rest), *out.mutable_unread());
  if (!document.template_hint.version().empty()) *out.mutable_template_hint() = document.template_hint;
  return out;
}

}  // namespace jixiao::importing
