// Codes of the integrated budget system (预算管理一体化), by their shape alone: whether a code exists is not known
// here.
#pragma once

#include <string>
#include <string_view>

namespace jixiao {

// What is wrong with a project code (项目代码) and what is allowed, in Chinese; empty when it has its shape: 21
// characters, 6 digits of division, 2 of the year, a capital letter of its kind and 12 digits of a serial number.
std::string FaultOfProjectCode(std::string_view code);

// The same of a financial division code (财政区划代码): 9 digits, two each for province, city and county by GB/T 2260
// and three for what lies below. A province is there, and no county without its city: 510000000, 510400000, 510403000,
// 510403001.
std::string FaultOfDivisionCode(std::string_view code);

}  // namespace jixiao
