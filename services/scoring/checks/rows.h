// What makes two indicator rows the same, and what a row claims.
#pragma once

#include "scoring/checks/checks.h"
#include "scoring/engine/reading.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jixiao::scoring {

// 三级指标 folded and without what only numbers or marks it: 指标1:, ★★★, 1、. Empty when nothing is left: 指标2.
std::string RowName(std::string_view level3);
// The same of a cell that is folded already: a part of it.
std::string_view RowNameIn(std::string_view folded);

// A cell as it is written, for a message: on one line, the first 90 bytes.
std::string Quoted(std::string_view cell);

// Name, target and actual value of a row, each folded, in a form that no other row's have; empty for a row that says
// nothing.
std::string RowContent(const evaluation::v1::Indicator& row);

// Rows of one kind, for one finding about all of them.
struct RowList {
  static constexpr std::size_t kNamed = 20;
  const IndicatorReading* first = nullptr;
  std::size_t count = 0;
  std::string numbers;  // of the first ones, as people count
  std::string indices;  // of all, for machines

  void Add(const IndicatorReading& row);
  // “A”, or “A”等 3 项.
  std::string Named() const;
  // 1、2、3 项, or 1、2、…、20 等项.
  std::string Numbers() const;
};

// The rows that have the values of `row`: behind one with a weight and neither target nor actual value, those of the
// same levels that have values and no points (补助瓜果种植面积, 10 points; 梨树, 6亩; 桃, 1亩).
std::span<const IndicatorReading> RowsUnder(const FormReading& reading, const IndicatorReading& row);

// How many rows claim to be complete, by their points, completions or figures; 0 when one claims not to be. Costs
// follow the money and do not count, nor do rows that claim neither.
int RowsIfAllDone(const FormReading& reading);

// The percentage above 100 % in a cell of the row that can't be: of satisfaction, of a part of a whole by its name, or
// a misread operator before the number of the cell beside it, `other`. nullptr for none.
const Quantity* MoreThanTheWhole(const IndicatorReading& row, const Literal& cell, const Literal& other,
                                 const CheckInput& input);

// What of the target words can't answer, where the actual value is in words: a bound, unless it is the 100 % that
// 已完成 means too. nullptr for none.
const Quantity* FigureAnsweredInWords(const IndicatorReading& row);

// Whether the actual value says in words that the target is not reached yet: 未完成, 建设中.
bool SaysNotDone(const IndicatorReading& row, const Rules& rules);

// 90 for 290: character recognition takes ≥ for a 2.
std::optional<Decimal> BehindMisreadOperator(const Quantity& quantity);

}  // namespace jixiao::scoring
