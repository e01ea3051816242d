// What a row of the indicators' table is, before it is read: an indicator or several, a sum, something of the page.
#pragma once

#include "intake/import/columns.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::importing {

// What a form prints where an indicator's name may be written: 指标1：, 指标2, ……, ... .
bool IsNamePlaceholder(std::string_view text);

// 小计, 产出指标小计, 绩效指标合计: what rows above it add up to.
bool IsSubtotal(std::string_view text);
// A subtotal with nothing but numbers, marks and names of levels beside it.
bool IsSubtotalRow(const Row& row);
// Whether a sum is that of the whole form: all of its 100 points.
bool SumsUpAll(const Row& row);

// 第 1 页 共 2 页, -1-, 1/2, 注：…, 填表说明：…: alone in a row, it belongs to the page.
bool IsOfThePage(const Row& row);

// The lines that say something; all of them where as many as `count` say so: a blank one stands for its row, too.
std::vector<std::string> LinesOf(std::string_view text, std::size_t count);

// Takes 1. 2. 3. (1、 1） （1）) off lines that are numbered so one after the other. 1.5 and 2.5 may be figures; beside
// 1.≥5 or 2.99.12 they are not.
void TakeOffNumbers(std::vector<std::string>& lines);

// How many indicators a row holds, line below line in its cells: as many as its weight has numbers, when target or
// actual value have as many lines, and its score, too. 1 for any other row, also for a weight that broke: 7 above 0.
// `assigned` has the column of each cell, or nullptr.
std::size_t IndicatorsIn(const Row& row, const std::vector<const Column*>& assigned);

}  // namespace jixiao::importing
