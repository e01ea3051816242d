#include "intake/import/draft.h"

#include "common/form.h"
#include "common/text.h"
#include "intake/import/folding.h"

namespace jixiao::importing {

void Ledger::Refuse(const Cell& cell, std::string why) {
  Fate& fate = Entry(cell);
  if (fate.state == State::kPlaced) return;  // part of it stands in the form
  fate.state = State::kRefused;
  fate.why = std::move(why);
}

bool Ledger::Settled(const Cell& cell) const {
  const auto found = fates_.find(&cell);
  return found != fates_.end() && found->second.state != State::kUnseen;
}

void Ledger::Report(const Cell& cell, std::vector<std::vector<intake::v1::UnreadCell>>& forms,
                    std::vector<intake::v1::UnreadCell>& document) const {
  if (IsBlank(cell.text)) return;
  const auto found = fates_.find(&cell);
  const Fate fate = found == fates_.end() ? Fate{} : found->second;
  if (fate.state == State::kLabel || fate.state == State::kPlaced) return;
  intake::v1::UnreadCell unread;
  *unread.mutable_location() = cell.place.ToProto();
  unread.set_text(std::string(TruncateUtf8(cell.text, 4096)));
  unread.set_why(!fate.why.empty()  ? fate.why
                 : cell.hidden      ? "在隐藏的行或列中，不显示"
                 : cell.placeholder ? "模板预留的栏目，没有填写"
                 : cell.covered     ? "被合并单元格遮住，不显示"
                 : cell.no_value    ? "公式没有保存计算结果，请在表格软件中重新计算并保存"
                 : fate.form < 0    ? "不属于任何一张自评表"
                                    : "没有找到它对应的表头或栏目");
  (fate.form < 0 || static_cast<std::size_t>(fate.form) >= forms.size() ? document
                                                                        : forms[static_cast<std::size_t>(fate.form)])
      .push_back(std::move(unread));
}

void Writer::Note(std::string path, const Cell& cell) {
  draft_.origins.push_back({std::move(path), &cell});
  ledger_.Placed(cell);
}

void Writer::Set(std::string path, std::string* field, std::string value, const Cell& cell) {
  if (value.empty()) return;
  if (value.size() > kMaxCellBytes) {
    ledger_.Refuse(cell, "文字超过一栏的上限 32 KiB");
    return;
  }
  if (!field->empty() && *field != value) {
    ledger_.Refuse(cell, Cat("此栏已有另一个值：", TruncateUtf8(*field, 120)));
    return;
  }
  *field = std::move(value);
  Note(std::move(path), cell);
}

void Writer::AddLine(std::string path, std::string* field, std::string value, const Cell& cell) {
  if (value.empty()) return;
  if (field->size() + value.size() + 1 > kMaxCellBytes) {
    ledger_.Refuse(cell, "文字超过一栏的上限 32 KiB");
    return;
  }
  Append(*field, field->empty() ? "" : "\n", value);
  Note(std::move(path), cell);
}

void Writer::Withdraw(std::string_view path, std::string_view why) {
  std::erase_if(draft_.origins, [&](const Draft::Origin& origin) {
    if (origin.path != path) return false;
    ledger_.Label(*origin.cell);  // clears "placed", so that the refusal stands
    ledger_.Refuse(*origin.cell, std::string(why));
    return true;
  });
}

}  // namespace jixiao::importing
