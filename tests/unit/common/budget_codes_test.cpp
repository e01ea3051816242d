#include "common/budget_codes.h"

#include <gmock/gmock.h>

#include <string>

namespace jixiao {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ProjectCode, HasTwentyOneCharactersOfFourGroups) {
  for (const char* code : {"51000021R000000019951", "51092324T000010263357", "36010318Y123456789012"})
    EXPECT_EQ(FaultOfProjectCode(code), "") << code;
  EXPECT_THAT(FaultOfProjectCode("51092324T00001026335"),
              StartsWith("“51092324T00001026335”为 20 位；项目代码为 21 位"));
  EXPECT_THAT(FaultOfProjectCode(""), HasSubstr("为 0 位"));
  EXPECT_THAT(FaultOfProjectCode("51092324t000010263357"), HasSubstr("第 9 位不对"));
  EXPECT_THAT(FaultOfProjectCode("510923241000010263357"), HasSubstr("第 9 位不对"));
  EXPECT_THAT(FaultOfProjectCode("5109232XT000010263357"), HasSubstr("第 8 位不对"));
  EXPECT_THAT(FaultOfProjectCode("51092324T00001026335 "), HasSubstr("第 21 位不对"));
  // Characters are counted, not bytes.
  EXPECT_THAT(FaultOfProjectCode("项092324T000010263357"), HasSubstr("为 20 位"));
  EXPECT_THAT(FaultOfProjectCode("项1092324T00001026335"), HasSubstr("为 20 位"));
  EXPECT_THAT(FaultOfProjectCode("项51092324T00001026335"), HasSubstr("第 1 位不对"));
  EXPECT_LT(FaultOfProjectCode(std::string(100'000, '1')).size(), 300u);
}

TEST(DivisionCode, HasNineDigitsByLevels) {
  for (const char* code : {"510000000", "510400000", "510403000", "510403001", "110101000", "469001000", "510000001"})
    EXPECT_EQ(FaultOfDivisionCode(code), "") << code;
  EXPECT_THAT(FaultOfDivisionCode("510403"), StartsWith("“510403”为 6 位；财政区划代码为 9 位数字"));
  EXPECT_THAT(FaultOfDivisionCode("51040300X"), HasSubstr("第 9 位不是数字"));
  EXPECT_THAT(FaultOfDivisionCode("000403000"), HasSubstr("没有省级代码"));
  EXPECT_THAT(FaultOfDivisionCode("510003000"), HasSubstr("有县而没有市"));
}

}  // namespace
}  // namespace jixiao
