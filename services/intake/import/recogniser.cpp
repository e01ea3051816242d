#include "intake/import/recogniser.h"

#include "common/text.h"
#include "intake/import/answer.h"
#include "intake/import/columns.h"
#include "intake/import/draft.h"
#include "intake/import/dump.h"
#include "intake/import/folding.h"
#include "intake/import/form_reader.h"
#include "intake/import/form_roles.h"
#include "intake/import/grid_nature.h"
#include "intake/import/report.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace jixiao::importing {
namespace {

using evaluation::v1::FORM_KIND_DEPARTMENT;
using evaluation::v1::FORM_KIND_PROJECT;
using evaluation::v1::FORM_KIND_TRANSFER_PAYMENT;

// 附页, 附件 and their like begin something of their own, though its columns may resemble the form's.
bool IsAnnexTitle(std::string_view text) {
  const std::string folded = Fold(text);
  return folded.starts_with("附页") || folded.starts_with("附件") || folded.starts_with("附表") ||
         folded.starts_with("附录");
}

class Recogniser {
 public:
  Recogniser(const Document& document, const Hints& hints) : document_(document), hints_(hints) {}

  intake::v1::ImportedDocument Run() {
    for (const Block& block : document_.blocks) {
      if (block.is_grid && block.grid.hidden && AnyFormInSight()) {
        SetAside(block.grid);
      } else if (!block.is_grid)
        ReadParagraph(block.paragraph);
      else if (block.grid.layout == Layout::kDump)
        ReadDumpGrid(block.grid);
      else
        ReadGrid(block.grid);
    }
    FlushHead();
    EndForm();
    EndPassage();
    PlacePassages();
    return Give();
  }

 private:
  // One form, and the reader of its rows.
  struct Open {
    std::unique_ptr<Draft> draft = std::make_unique<Draft>();
    std::unique_ptr<FormReader> reader;
    std::optional<DumpResult> dump;
    std::vector<const Cell*> names;  // for the dump's head labels
  };

  Open& Begin() {
    EndForm();
    forms_.push_back(std::make_unique<Open>());
    Open& open = *forms_.back();
    open.reader = std::make_unique<FormReader>(Writer(*open.draft, ledger_));
    current_ = forms_.back().get();
    return open;
  }

  // Whether a sheet that is shown has a form. Then the hidden ones are drafts, or last year's.
  bool AnyFormInSight() {
    if (!form_in_sight_)
      form_in_sight_ = std::ranges::any_of(document_.blocks, [](const Block& block) {
        return block.is_grid && !block.grid.hidden && NatureOf(RowsOf(block.grid), block.grid.layout).IsForm();
      });
    return *form_in_sight_;
  }

  void SetAside(const Grid& grid) {
    for (const Cell& cell : grid.cells) ledger_.Refuse(cell, "在隐藏的工作表中，没有导入");
  }

  Open& Current() { return current_ == nullptr ? Begin() : *current_; }

  void EndForm() {
    if (current_ == nullptr) return;
    if (current_->dump) {
      Writer writer(*current_->draft, ledger_);
      AssignNames(*current_->dump, current_->names, writer);
    }
    current_->reader->Finish();
    current_ = nullptr;
  }

  int CurrentIndex() const { return static_cast<int>(forms_.size()) - 1; }

  // ---------------------------------------------------------------------------------------------- paragraphs

  void ReadParagraph(const Cell& cell) {
    if (IsFormTitle(cell.text) || (!pending_.empty() && Utf8Length(cell.text) <= 80)) {
      // The title of what follows, and the short lines below it.
      pending_.push_back(&cell);
      return;
    }
    Flush();
    passage_.items.push_back({&cell, {}});
  }

  // Pending lines belong to no form: they are text like any other.
  void Flush() {
    for (const Cell* cell : pending_) passage_.items.push_back({cell, {}});
    pending_.clear();
  }

  void EndPassage() {
    Flush();
    if (passage_.items.empty()) return;
    passage_.after_form = CurrentIndex();
    passages_.push_back(std::move(passage_));
    passage_ = {};
  }

  // Gives the pending title and the lines around it to the form.
  void TakePending(Open& open) {
    Writer& writer = open.reader->writer();
    // Lines shortly before the table that say a year, an amount unit or a unit's name.
    std::vector<const Cell*> lines;
    if (pending_.empty()) {
      std::size_t taken = 0;
      while (!passage_.items.empty() && taken < 4) {
        const Cell* last = passage_.items.back().paragraph;
        if (last == nullptr || Utf8Length(last->text) > 60 || !SplitHeading(*last).heading.empty()) break;
        if (!open.reader->ReadLine(*last)) break;
        ledger_.Own(*last, CurrentIndex());
        passage_.items.pop_back();
        ++taken;
      }
      return;
    }
    // The title is the one nearest to the table: what a page is called may stand above it.
    const auto nearest =
        std::find_if(pending_.rbegin(), pending_.rend(), [](const Cell* cell) { return IsFormTitle(cell->text); });
    const Cell* const title = nearest == pending_.rend() ? nullptr : *nearest;
    for (const Cell* cell : pending_) {
      ledger_.Own(*cell, CurrentIndex());
      if (writer.draft().first == nullptr) writer.draft().first = cell;
      if (cell == title && writer.form().title().empty()) {
        writer.Set("title", writer.form().mutable_title(), CleanValue(cell->text), *cell);
        if (const int year = YearIn(cell->text); year != 0 && writer.form().fiscal_year() == 0) {
          writer.form().set_fiscal_year(year);
          writer.Note("fiscal_year", *cell);
        }
      } else if (!open.reader->ReadLine(*cell)) {
        lines.push_back(cell);
      }
    }
    pending_.clear();
    for (const Cell* cell : lines) ledger_.Refuse(*cell, "表前的文字，没有对应的栏目");
  }

  // ---------------------------------------------------------------------------------------------- grids

  // Whether a grid goes on where the last one stopped: no title, no project of its own.
  bool GoesOn(const Nature& nature, const std::vector<Row>& rows, const Grid& grid) const {
    if (current_ == nullptr || nature.title || nature.project) return false;
    if (const auto first = std::find_if(rows.begin(), rows.end(), [](const Row& row) { return !row.filled.empty(); });
        first != rows.end() && first->filled.size() == 1 && IsAnnexTitle(first->filled.front()->text))
      return false;
    if (std::any_of(passage_.items.begin(), passage_.items.end(),
                    [](const auto& item) { return item.paragraph != nullptr && IsAnnexTitle(item.paragraph->text); }))
      return false;
    const Draft& draft = *current_->draft;
    // The title again, or …（续）, stands above the rest of a form on its next page; with a project it begins another.
    const auto names_project = [](const Cell* cell) { return InlineRoles(cell->text).Has(Role::kProjectName); };
    const bool project = head_ != nullptr || std::any_of(pending_.begin(), pending_.end(), names_project);
    const auto goes_on = [&](const Cell* title) {
      const std::string folded = Fold(title->text);
      const bool same = draft.form.title() == CleanValue(title->text) || folded.ends_with("(续)") ||
                        folded.ends_with("(续表)") || folded.starts_with("续表") || folded.starts_with("续上表");
      return same && !project && !draft.has_total && draft.form.indicators_size() > 0;
    };
    const bool new_title = std::any_of(pending_.begin(), pending_.end(),
                                       [&](const Cell* c) { return IsFormTitle(c->text) && !goes_on(c); });
    if (head_ != nullptr && !draft.form.project_name().empty()) return false;
    if (new_title && !draft.form.title().empty()) return false;
    if (nature.indicators) {
      if (new_title && draft.form.indicators_size() > 0) return false;
      // Funds in one table, indicators in the next; or a header repeated on a new page.
      return draft.form.indicators_size() == 0 || (grid.sheet.empty() && !draft.has_total);
    }
    if (!current_->reader->open_indicators()) {
      // Parts of one form in tables of their own.
      if (nature.funds) return draft.form.funds_size() == 0 && draft.form.indicators_size() == 0;
      return nature.goals && draft.form.indicators_size() == 0 && draft.form.expected_goal().empty() &&
             draft.Substantial();
    }
    if (!grid.sheet.empty()) return false;
    // Page numbers may stand between, a text may not.
    if (passage_.items.size() > 3) return false;
    if (nature.levels) return true;
    if (!passage_.items.empty()) return false;
    const std::size_t width = current_->reader->indicator_columns().width();
    std::size_t fit = 0, filled = 0;
    for (const Row& row : rows) {
      if (row.filled.empty()) continue;
      ++filled;
      if (row.cells.size() == width || row.cells.size() + 1 == width) ++fit;
    }
    return filled > 0 && fit * 2 >= filled;
  }

  // What a row names as the project, folded; empty where it names none.
  static std::string ProjectIn(const Row& row) {
    for (std::size_t i = 0; i + 1 < row.filled.size() && i < 3; ++i)
      if (ReadLabel(row.filled[i]->text).roles.Has(Role::kProjectName)) return Fold(row.filled[i + 1]->text);
    return {};
  }

  // Whether a sheet has the indicators of the form whose head and funds stand on the one before: under the same title,
  // of the same project.
  bool IsNextSheet(const Nature& nature, const std::vector<Row>& rows, const Grid& grid) const {
    if (current_ == nullptr || grid.sheet.empty() || !nature.indicators || nature.funds || !pending_.empty())
      return false;
    const SelfEvaluation& form = current_->draft->form;
    if (form.project_name().empty() || form.indicators_size() > 0 || form.funds_size() == 0) return false;
    bool same_project = false;
    for (const Row& row : rows) {
      if (const Cell* title = TitleOf(row); title != nullptr && Fold(title->text) != Fold(form.title())) return false;
      const std::string project = ProjectIn(row);
      if (!project.empty() && project != Fold(form.project_name())) return false;
      same_project = same_project || !project.empty();
    }
    return same_project;
  }

  void ReadGrid(const Grid& grid) {
    const std::vector<Row> rows = RowsOf(grid);
    // A frame without words, around another table perhaps, parts nothing.
    if (std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.filled.empty(); })) return;
    const Nature nature = NatureOf(rows, grid.layout);
    const bool next_sheet = IsNextSheet(nature, rows, grid);
    const bool goes_on = next_sheet || GoesOn(nature, rows, grid);
    if (!nature.IsForm() && !goes_on) {
      FlushHead();
      NameRoster(rows);
      if (nature.project && grid.sheet.empty()) {
        head_ = &grid;
        head_at_ = passage_.items.size() + pending_.size();
      } else {
        AddToPassage(rows, passage_.items.size());
      }
      return;
    }
    const Grid* const head = !goes_on && !nature.project ? std::exchange(head_, nullptr) : nullptr;
    FlushHead();
    // The text before it is over; but a title that stands right above stays pending.
    std::vector<const Cell*> pending = std::exchange(pending_, {});
    if (!goes_on) {
      // The year and the unit may be the last lines of the passage.
      Begin();
      pending_ = std::move(pending);
      TakePending(*current_);
      EndPassageBefore();
      if (head != nullptr) ReadHead(*head);
    } else {
      pending_ = std::move(pending);
      TakePending(*current_);
      EndPassageWithin();
    }
    for (std::size_t at = 0; at < rows.size();) {
      if (!next_sheet && StartsAnother(rows, at)) Begin();
      if (current_ != nullptr && current_->reader->NamesAnotherProject(rows[at])) {
        const FormReader& former = *current_->reader;  // forms_ keeps it
        Begin().reader->GoOnUnderHeaderOf(former);
      }
      Own(rows[at]);
      if (const Cell* title = TitleOf(rows[at]); next_sheet && title != nullptr) {  // again
        ledger_.Label(*title);
        ++at;
        continue;
      }
      if (IsStray(rows[at])) {
        current_->names.push_back(rows[at].filled.front());
        ++at;
        continue;
      }
      // What follows the table's last row in plain text may be the title of the report.
      if (rows[at].after_gap && rows[at].filled.size() == 1 && IsReportTitle(rows[at].filled.front()->text)) {
        passage_.items.push_back({rows[at].filled.front(), {}});
        ++at;
        continue;
      }
      const std::size_t read = Current().reader->Read(rows, at, grid);
      for (std::size_t i = at + 1; i < at + read && i < rows.size(); ++i) Own(rows[i]);
      at += read;
    }
    const int index = CurrentIndex();
    for (const Cell& cell : grid.cells)
      if (!owned_.contains(&cell)) ledger_.Own(cell, index);
  }

  // As paragraphs, before the passage's item `at`.
  void AddToPassage(const std::vector<Row>& rows, std::size_t at) {
    if (at == passage_.items.size()) {
      Flush();
      at = passage_.items.size();
    }
    std::vector<Passage::Item> items;
    for (const Row& row : rows) {
      if (row.filled.empty()) continue;
      // A sheet of text is paragraphs, one a row.
      if (row.filled.size() == 1)
        items.push_back({row.filled.front(), {}});
      else
        items.push_back({nullptr, row.filled});
    }
    passage_.items.insert(passage_.items.begin() + static_cast<std::ptrdiff_t>(at), items.begin(), items.end());
  }

  // A table of projects, one a row, with their amounts and scores: it has no indicators, and is named for what it is.
  void NameRoster(const std::vector<Row>& rows) {
    constexpr Roles kFigures =
        kMoneyRoles | Roles(Role::kScore) | Roles(Role::kTotalScore) | Roles(Role::kExecutionRate);
    for (const Row& row : rows) {
      const Cell* name = nullptr;
      std::size_t figures = 0;
      for (const Cell* cell : row.filled) {
        const Roles roles = ReadLabel(cell->text).roles;
        if (roles.Has(Role::kProjectName)) name = cell;
        figures += roles.HasAny(kFigures) ? 1 : 0;
      }
      if (name != nullptr && figures >= 2)
        return ledger_.Refuse(
            *name, Cat(kLooksLike, "一行一个项目的汇总表，没有各项指标，不能作为自评表导入；请导入各个项目的自评表"));
    }
  }

  // The table that names the project belongs to no form after all: it stays where it stood.
  void FlushHead() {
    const Grid* const head = std::exchange(head_, nullptr);
    if (head == nullptr) return;
    Flush();
    AddToPassage(RowsOf(*head), std::min(head_at_, passage_.items.size()));
  }

  // The head of a form in a table of its own, above the one that holds the rest.
  void ReadHead(const Grid& grid) {
    const std::vector<Row> rows = RowsOf(grid);
    for (std::size_t at = 0; at < rows.size();) {
      Own(rows[at]);
      at += current_->reader->Read(rows, at, grid);
    }
    for (const Cell& cell : grid.cells)
      if (!owned_.contains(&cell)) ledger_.Own(cell, CurrentIndex());
  }

  void Own(const Row& row) {
    for (const Cell* cell : row.cells) {
      ledger_.Own(*cell, CurrentIndex());
      owned_[cell] = true;
    }
  }

  // A single name before the first row of a table that goes on from a dump.
  bool IsStray(const Row& row) const {
    return current_ != nullptr && current_->dump && row.filled.size() == 1 && row.cells.size() == 1 && !row.after_gap &&
           ReadLabel(row.filled.front()->text).roles.empty() && LevelOf(row.filled.front()->text) == 0 &&
           Utf8Length(row.filled.front()->text) <= 40;
  }

  // A form below another one in the same grid.
  bool StartsAnother(const std::vector<Row>& rows, std::size_t at) const {
    if (current_ == nullptr) return false;
    const Draft& draft = *current_->draft;
    if (TitleOf(rows[at]) != nullptr) return draft.Substantial();
    if (!NamesProject(rows[at])) return false;
    return !draft.form.project_name().empty() && (draft.form.indicators_size() > 0 || draft.form.funds_size() > 0);
  }

  void ReadDumpGrid(const Grid& grid) {
    if (!IsFormDump(grid)) {
      Flush();
      for (const Cell& cell : grid.cells) passage_.items.push_back({&cell, {}});
      return;
    }
    Open& open = Begin();
    TakePending(open);
    EndPassageBefore();
    for (const Cell& cell : grid.cells) {
      ledger_.Own(cell, CurrentIndex());
      owned_[&cell] = true;
    }
    Writer writer(*open.draft, ledger_);
    open.dump = ReadDump(grid, writer);
    if (!open.dump->indicators.columns.empty()) open.reader->ExpectIndicators(open.dump->indicators);
  }

  // The passage that ends here stood before the form that has just begun.
  void EndPassageBefore() {
    if (passage_.items.empty()) return;
    passage_.after_form = CurrentIndex() - 1;
    passages_.push_back(std::move(passage_));
    passage_ = {};
  }
  // Text between two tables of one form: page numbers, notes.
  void EndPassageWithin() {
    if (passage_.items.empty()) return;
    passage_.after_form = CurrentIndex();
    passages_.push_back(std::move(passage_));
    passage_ = {};
  }

  // ---------------------------------------------------------------------------------------------- passages

  // The form that a passage belongs to; -1 for none.
  int FormFor(const Passage& passage) const {
    if (forms_.empty()) return -1;
    if (forms_.size() == 1) return 0;
    const std::string title = Fold(passage.Title());
    int department = -1;
    for (std::size_t i = 0; i < forms_.size(); ++i) {
      const SelfEvaluation& form = forms_[i]->draft->form;
      const std::string name = Fold(form.project_name());
      if (!name.empty() && !title.empty() && Contains(title, name)) return static_cast<int>(i);
      if (form.kind() == FORM_KIND_DEPARTMENT && department < 0) department = static_cast<int>(i);
    }
    if (department >= 0) return department;
    return passage.after_form;
  }

  void PlacePassages() {
    for (const auto& form : forms_) Kind(*form->draft);
    if (forms_.empty()) {
      // A report without any form.
      Passage all;
      for (Passage& passage : passages_)
        for (Passage::Item& item : passage.items) all.items.push_back(std::move(item));
      if (!all.IsReport() || !ContainsAny(Fold(all.Text()), {"绩效", "自评"})) return;
      Open& open = Begin();
      Writer writer(*open.draft, ledger_);
      ReadReportHead(all, writer);
      AddReport(all, writer);
      for (const Passage::Item& item : all.items)
        if (item.paragraph != nullptr && open.draft->first == nullptr) open.draft->first = item.paragraph;
      Kind(*open.draft);
      current_ = nullptr;
      return;
    }
    for (const Passage& passage : passages_) {
      const int index = FormFor(passage);
      std::vector<const Cell*> cells;
      for (const Passage::Item& item : passage.items) {
        if (item.paragraph != nullptr) cells.push_back(item.paragraph);
        for (const Cell* cell : item.row) cells.push_back(cell);
      }
      if (index < 0) {
        for (const Cell* cell : cells) ledger_.Refuse(*cell, "文档中有多张表，无法判断这段文字属于哪一张");
        continue;
      }
      for (const Cell* cell : cells) ledger_.Own(*cell, index);
      Open& open = *forms_[static_cast<std::size_t>(index)];
      Writer writer(*open.draft, ledger_);
      Passage sound = passage;
      std::erase_if(sound.items, [&](const Passage::Item& item) {
        if (item.paragraph == nullptr || !IsCollapsedForm(item.paragraph->text)) return false;
        ledger_.Refuse(*item.paragraph,
                       Cat(kLooksLike, "一张自评表，但表格结构已在转换中丢失；请在办公软件中另存为 .docx 后重新导入"));
        return true;
      });
      if (sound.items.empty()) continue;
      if (sound.IsReport()) {
        AddReport(sound, writer);
        continue;
      }
      for (const Cell* cell : cells)
        if (!IsCollapsedForm(cell->text) && !open.reader->ReadLine(*cell))
          ledger_.Refuse(*cell, "表外的文字，没有对应的栏目");
    }
  }

  // A report on money that the centre has handed down, whose title does not say so.
  static bool ReportsOnTransfer(const SelfEvaluation& form) {
    constexpr std::size_t kRead = 1200;  // bytes: the first sentences
    if (form.indicators_size() > 0 || form.report_size() == 0 || Contains(form.title(), "部门")) return false;
    // 转移支付资金到位情况 is a heading of any project with such money.
    const auto heads = [](const auto& section) {
      return Contains(section.heading(), "转移支付预算") ||
             (Contains(section.heading(), "中央对地方") && Contains(section.heading(), "转移支付"));
    };
    const auto begin = form.report().begin();
    if (std::any_of(begin, begin + std::min(form.report_size(), 3), heads)) return true;
    if (Contains(form.title(), "项目")) return false;
    const std::string_view first = TruncateUtf8(form.report(0).text(), kRead);
    return Contains(first, "中央对地方") && Contains(first, "转移支付");
  }

  void Kind(Draft& draft) const {
    SelfEvaluation& form = draft.form;
    const std::string title = Fold(form.title());
    const bool transfer = draft.transfer_label || ContainsAny(title, {"转移支付"}) || ReportsOnTransfer(form);
    const bool whole = ContainsAny(title, {"部门整体", "整体支出", "单位整体", "整体绩效"}) ||
                       (form.project_name().empty() &&
                        (draft.department_label || Contains(title, "部门预算") || Contains(title, "部门绩效")));
    form.set_kind(whole ? FORM_KIND_DEPARTMENT : transfer ? FORM_KIND_TRANSFER_PAYMENT : FORM_KIND_PROJECT);
  }

  intake::v1::ImportedDocument Give() {
    std::vector<Draft*> drafts;
    for (const auto& form : forms_) drafts.push_back(form->draft.get());
    return AnswerOf(document_, hints_, drafts, ledger_);
  }

  const Document& document_;
  const Hints& hints_;
  Ledger ledger_;
  std::vector<std::unique_ptr<Open>> forms_;
  Open* current_ = nullptr;
  std::optional<bool> form_in_sight_;
  const Grid* head_ = nullptr;  // a table that names a project and nothing else of a form
  std::size_t head_at_ = 0;     // where in the passage it stood
  std::vector<const Cell*> pending_;
  Passage passage_;
  std::vector<Passage> passages_;
  std::unordered_map<const Cell*, bool> owned_;
};

}  // namespace

intake::v1::ImportedDocument Recognise(const Document& document, const Hints& hints) {
  return Recogniser(document, hints).Run();
}

}  // namespace jixiao::importing
