// A form while it is read: values with their origins, and what became of every cell of the document.
#pragma once

#include "intake/import/document.h"

#include "jixiao/intake/v1/import.pb.h"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace jixiao::importing {

using evaluation::v1::FundLine;
using evaluation::v1::Indicator;
using evaluation::v1::SelfEvaluation;

// One form and the origins of its values.
struct Draft {
  SelfEvaluation form;
  struct Origin {
    std::string path;
    const Cell* cell;
  };
  std::vector<Origin> origins;
  const Cell* first = nullptr;  // where the form begins
  bool weak_unit = false;       // implementing_unit came from 填报单位 or the like
  bool has_total = false;       // the total row was seen: the indicator table is over
  bool department_label = false, transfer_label = false;
  std::string fund_points;  // the number in 预算执行情况(10分), and its cell
  const Cell* fund_points_cell = nullptr;

  bool Substantial() const {
    return !form.project_name().empty() || form.funds_size() > 0 || form.indicators_size() > 0 ||
           !form.expected_goal().empty();
  }
};

// What the reason of an unread cell begins with, where it says what the document is instead of a form that can be read.
inline constexpr std::string_view kLooksLike = "像是";

// What became of every cell. All cells outlive it.
class Ledger {
 public:
  // The cell is a label and carries no value of its own.
  void Label(const Cell& cell) { Entry(cell).state = State::kLabel; }
  // The cell is why a value of the form is what it is.
  void Placed(const Cell& cell) { Entry(cell).state = State::kPlaced; }
  // The cell was looked at and cannot be placed.
  void Refuse(const Cell& cell, std::string why);
  // The cell lies in the part of the document that belongs to this form (index), if nothing else is said.
  void Own(const Cell& cell, int form) { Entry(cell).form = form; }

  bool Settled(const Cell& cell) const;
  // Adds what is left of `cell` to the form that owns it, or to the document.
  void Report(const Cell& cell, std::vector<std::vector<intake::v1::UnreadCell>>& forms,
              std::vector<intake::v1::UnreadCell>& document) const;

 private:
  enum class State { kUnseen, kLabel, kPlaced, kRefused };
  struct Fate {
    State state = State::kUnseen;
    int form = -1;
    std::string why;
  };
  Fate& Entry(const Cell& cell) { return fates_[&cell]; }

  std::unordered_map<const Cell*, Fate> fates_;
};

// Writes into a draft and keeps the ledger.
class Writer {
 public:
  Writer(Draft& draft, Ledger& ledger) : draft_(draft), ledger_(ledger) {}

  Draft& draft() const { return draft_; }
  SelfEvaluation& form() const { return draft_.form; }
  Ledger& ledger() const { return ledger_; }

  // Notes that the value at `path` came from `cell`.
  void Note(std::string path, const Cell& cell);
  // Sets an empty field; a field that has a value keeps it, and the cell goes to unread unless it says the same.
  void Set(std::string path, std::string* field, std::string value, const Cell& cell);
  // Adds a line to a field of free text.
  void AddLine(std::string path, std::string* field, std::string value, const Cell& cell);
  // Takes a value back: its cells become unread.
  void Withdraw(std::string_view path, std::string_view why);

 private:
  Draft& draft_;
  Ledger& ledger_;
};

}  // namespace jixiao::importing
