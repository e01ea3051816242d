// Numbers as a spreadsheet displays them.
#include "intake/import/number_format.h"

#include <gtest/gtest.h>

namespace jixiao::importing {
namespace {

TEST(NumberFormat, GeneralDropsWhatBinaryStorageAdded) {
  EXPECT_EQ(FormatNumber("71.43000000000001", "General"), "71.43");
  EXPECT_EQ(FormatNumber("16.2", "General"), "16.2");
  EXPECT_EQ(FormatNumber("0.1", "General"), "0.1");
  EXPECT_EQ(FormatNumber("1.5E-3", "General"), "0.0015");
  EXPECT_EQ(FormatNumber("1.2345678901234E+10", "General"), "12345678901.234");
  EXPECT_EQ(FormatNumber("-0.0", "General"), "0");
  EXPECT_EQ(FormatNumber("9.9999999999999996", "General"), "10");
}

TEST(NumberFormat, Percent) {
  EXPECT_EQ(FormatNumber("0.87", "0%"), "87%");
  EXPECT_EQ(FormatNumber("1", "0%"), "100%");
  EXPECT_EQ(FormatNumber("0.95526", "0.00%"), "95.53%");
  EXPECT_EQ(FormatNumber("1.0258999999999998", "0.00%"), "102.59%");
  EXPECT_EQ(FormatNumber("0", "0.00%"), "0.00%");
}

TEST(NumberFormat, PlacesThousandsAndLiterals) {
  EXPECT_EQ(FormatNumber("626380", "#,##0.00"), "626,380.00");
  EXPECT_EQ(FormatNumber("5", "0.00"), "5.00");
  EXPECT_EQ(FormatNumber("0.5", "#.##"), ".5");
  EXPECT_EQ(FormatNumber("2.345", "0.00"), "2.35");
  EXPECT_EQ(FormatNumber("12.5", "0.00\"万元\""), "12.50万元");
  EXPECT_EQ(FormatNumber("12.5", "0.0\\分"), "12.5分");
  EXPECT_EQ(FormatNumber("-3", "#,##0;(#,##0)"), "(3)");
  EXPECT_EQ(FormatNumber("-3", "#,##0.0_ ;[Red]\\-#,##0.0\\ "), "-3.0");
  EXPECT_EQ(FormatNumber("1234567", "#,##0,"), "1,235");
  EXPECT_EQ(FormatNumber("12", "000"), "012");
  EXPECT_EQ(FormatNumber("0", "_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * \"-\"??_ ;_ @_ "), "-");
  EXPECT_EQ(FormatNumber("99.996", "0.00_ "), "100.00");
}

TEST(NumberFormat, Dates) {
  EXPECT_EQ(FormatNumber("44561", BuiltinFormat(14)), "2021/12/31");
  EXPECT_EQ(FormatNumber("44561", BuiltinFormat(31)), "2021年12月31日");
  EXPECT_EQ(FormatNumber("44561", BuiltinFormat(57)), "2021年12月");
  EXPECT_EQ(FormatNumber("44561.5", "yyyy-mm-dd hh:mm"), "2021-12-31 12:00");
  EXPECT_EQ(FormatNumber("1", "yyyy-m-d"), "1900-1-1");
  EXPECT_EQ(FormatNumber("43099", "yyyy-m-d", /*date1904=*/true), "2021-12-31");
  EXPECT_EQ(FormatNumber("-1", "yyyy-m-d"), "-1");  // no date: the number as it is
}

TEST(NumberFormat, WhatIsNoNumberStays) {
  EXPECT_EQ(FormatNumber("abc", "0.00"), "abc");
  EXPECT_EQ(FormatNumber("1.2.3", "0.00"), "1.2.3");
  EXPECT_EQ(FormatNumber("1e99999", "0.00"), "1e99999");
  EXPECT_EQ(FormatNumber("", "0"), "");
}

}  // namespace
}  // namespace jixiao::importing
