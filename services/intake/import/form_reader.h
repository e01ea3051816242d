// Reads the rows of one form, whatever tables they are spread over: head, funds, goals, indicators, foot.
#pragma once

#include "intake/import/columns.h"
#include "intake/import/draft.h"

#include <deque>
#include <string>
#include <vector>

namespace jixiao::importing {

class FormReader {
 public:
  explicit FormReader(Writer writer) : writer_(writer) {}

  Draft& draft() const { return writer_.draft(); }
  Writer& writer() { return writer_; }

  // Reads rows[at] and possibly rows after it; returns how many were read. `grid` tells grids apart.
  std::size_t Read(const std::vector<Row>& rows, std::size_t at, const Grid& grid);

  // Whether the row, of an export with an indicator a row, is of another project than the form that is read.
  bool NamesAnotherProject(const Row& row) const;
  // Goes on below the header that another form was read under.
  void GoOnUnderHeaderOf(const FormReader& other);

  // A paragraph or a cell that stands alone: a year, an amount unit, a label with its value. False when it says
  // nothing.
  bool ReadLine(const Cell& cell);

  // Whether an indicator table is open that may go on in the next grid.
  bool open_indicators() const { return section_ == Section::kIndicators && !draft().has_total; }
  const Columns& indicator_columns() const { return columns_; }
  // Goes on with these columns, for rows whose header stood elsewhere.
  void ExpectIndicators(Columns columns);

  // What is only known at the end: the weight of the funds table from its heading.
  void Finish();

 private:
  enum class Section { kHead, kFunds, kFundPairs, kGoals, kIndicators };
  // A pair of a name column and an amount column: 预算数： | 508.65 | 执行数： | 516.82.
  struct FundPair {
    Role role;
    int name_column, value_column;
  };

  bool ReadTotal(const Row& row);
  bool ReadPairs(const Row& row, bool tables);
  bool ReadPair(const Label& label, const Cell& head, const Cell* value);
  bool ReadInline(const Cell& cell, bool alone);
  void ReadFundRow(const Row& row);
  bool ReadFundPairs(const Row& row);
  void ReadGoalRow(const Row& row);
  bool ReadYear(const Cell& cell);
  // Whether the indicators' table has a column of projects.
  bool HasProjects() const;
  bool ReadProjectTotal(const Row& row);
  bool ReadLevelRow(const Row& row);
  void ReadLinesAsRows(const Row& row, const std::vector<const Column*>& assigned, std::size_t count);
  void ReadIndicatorRow(const Row& row);
  void NoteIfGuessed(int index, const Row& row, const std::vector<const Column*>& assigned);
  void TakeBackGuesses();
  void PutFundPoints();
  void SettleTotal();
  void ComposeTarget(int index, const Cell* sign, const Cell* figure, const Cell* unit);
  bool StartsFundRow(const Row& row) const;
  bool IsGoalsHeader(const Row& row) const;
  void NoteAmountUnit(const Cell& cell);
  void NoteFundPoints(const Label& label, const Cell& cell);
  void SetOrganization(evaluation::v1::Organization* organization, const std::string& path, const Cell& cell,
                       const std::string& text);
  void SetProjectName(const Cell& cell, const std::string& text);
  void MarkLabels(const Columns& columns);
  static void JoinHeaders(const Row& row, const Columns& upper, Columns& lower);

  Writer writer_;
  std::deque<Cell> lines_;  // lines of cells that hold several rows
  Section section_ = Section::kHead;
  const Grid* columns_grid_ = nullptr;     // where the current header stood
  const Cell* level_row_ = nullptr;        // the first level that has a row of its own above the rows that are read
  bool level_row_noted_ = false;           // whether a row below it has its name
  const Cell* subtotal_level1_ = nullptr;  // names of levels that a subtotal has and no row below it yet
  const Cell* subtotal_level2_ = nullptr;
  // Rows of plain text that lack a cell under 完成值, 分值 or 得分: which one is a guess.
  struct Guess {
    int index;
    bool in_doubt;  // by itself; else only beside rows that have all of them
  };
  std::vector<Guess> guesses_;
  bool any_whole_row_ = false;
  bool lone_total_ = false;          // total_score is the only figure beside 合计, under no column
  const Row* header_row_ = nullptr;  // its last row, while that grid is read
  const Grid* grid_ = nullptr;
  Columns columns_;
  std::vector<FundPair> fund_pairs_;
  std::size_t goal_cells_ = 0;  // of the row that heads the goals
  struct GoalColumn {
    bool expected;
    int from, to;
    const Cell* replaced_by = nullptr;  // head of the column that holds the goal as it was adjusted
  };
  std::vector<GoalColumn> goal_columns_;
};

// Whether a row is the title of a form: one cell (or the first) that says so.
const Cell* TitleOf(const Row& row);
// Whether a row names a project (or another subject of a form).
bool NamesProject(const Row& row);

}  // namespace jixiao::importing
