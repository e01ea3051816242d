// Tables on a terminal: what lines up, what is left out.
#include "cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace jixiao::cli {
namespace {

std::string Print(const Table& table) {
  std::ostringstream out;
  table.Print(out);
  return out.str();
}

TEST(Table, ChineseTakesTwoColumnsAndNumbersStandToTheRight) {
  Table table({{"项目"}, {"总分", Align::kRight}, {"说明"}});
  table.Add({"培训", "9.5", "好"});
  table.Add({"a", "100.00"});
  EXPECT_EQ(Print(table),
            "项目    总分  说明\n"
            "──────────────────\n"
            "培训     9.5  好\n"
            "a     100.00\n");
}

TEST(Table, OptionalColumnIsLeftOutWhileItIsEmpty) {
  Table table({{"项目"}, {"说明", Align::kLeft, 40, true}, {"年度"}});
  table.Add({"甲", "", "2021"});
  EXPECT_EQ(Print(table).find("说明"), std::string::npos);
  table.Add({"乙", "已损坏", "2022"});
  EXPECT_EQ(Print(table),
            "项目  说明    年度\n"
            "──────────────────\n"
            "甲            2021\n"
            "乙    已损坏  2022\n");
}

TEST(Table, LongCellsAreCutAtCharacters) {
  EXPECT_EQ(Fit("一二三四五", 10), "一二三四五");
  EXPECT_EQ(Fit("一二三四五六", 10), "一二三四…");
  EXPECT_EQ(Fit("a\nb\tc", 10), "a b c");
}

}  // namespace
}  // namespace jixiao::cli
