#include "scoring/engine/literal.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "unit/scoring/literal_support.h"

namespace jixiao::scoring {
namespace {

// ---------------------------------------------------------------------------------------------------------- operators

TEST(Literal, OperatorsInEveryWayTheyAreWritten) {
  ExpectMeanings({
      {"≥50个", ">= 50 个"},
      {"≧5组", ">= 5 组"},
      {"⩾5组", ">= 5 组"},
      {">=21", ">= 21"},
      {"＞＝21", ">= 21"},
      {"=>21", ">= 21"},
      {"≤10次", "<= 10 次"},
      {"≦0%", "<= 0 %"},
      {"<=5300元", "<= 5300 元"},
      {"<5%", "< 5 %"},
      {"＜5%", "< 5 %"},
      {">5%", "> 5 %"},
      {"=0件", "= 0 件"},
      {"＝8个", "= 8 个"},
      {"﹦100%", "= 100 %"},
      {"═100%", "= 100 %"},
      {"≥1场", ">= 1 次"},
      {"≥ 360 天", ">= 360 天"},
  });
}

TEST(Literal, OperatorsInWordsBeforeTheNumber) {
  ExpectMeanings({
      {"不低于85%", ">= 85 %"},
      {"不少于12种", ">= 12 种"},
      {"不小于3", ">= 3"},
      {"大于或等于90%", ">= 90 %"},
      {"大于等于90%", ">= 90 %"},
      {"至少全年完成2次宣传", ">= 2 次"},
      {"不超过30万元", "<= 30 元 x10000"},
      {"不高于5%", "<= 5 %"},
      {"不大于5%", "<= 5 %"},
      {"不多于5人", "<= 5 人"},
      {"小于等于5%", "<= 5 %"},
      {"小于或等于5%", "<= 5 %"},
      {"控制在30万元以内", "<= 30 元 x10000"},
      {"最多3次", "<= 3 次"},
      {"小于5%", "< 5 %"},
      {"低于5%", "< 5 %"},
      {"少于5人", "< 5 人"},
      {"大于5%", "> 5 %"},
      {"超过5人", "> 5 人"},
      {"高于5%", "> 5 %"},
      {"等于5个", "= 5 个"},
      {"村(社区)党员培训不少于4次", ">= 4 次"},
  });
}

TEST(Literal, ANegatedOperatorMeansTheOtherBoundItIncludes) {
  ExpectMeanings({
      {"不得低于90%", ">= 90 %"},
      {"不得少于4次", ">= 4 次"},
      {"不得小于3", ">= 3"},
      {"不能低于90%", ">= 90 %"},
      {"不应少于4次", ">= 4 次"},
      {"未低于90%", ">= 90 %"},
      {"不得超过30万元", "<= 30 元 x10000"},
      {"不能超过5%", "<= 5 %"},
      {"不得高于5%", "<= 5 %"},
      {"不得大于5%", "<= 5 %"},
      {"未超过5%", "<= 5 %"},
      {"没有超过5%", "<= 5 %"},
  });
}

TEST(Literal, OperatorsInWordsBehindTheNumber) {
  ExpectMeanings({
      {"8%以上", ">= 8 %"},
      {"90%及以上", ">= 90 %"},
      {"90%(含)以上", ">= 90 %"},
      {"3个（含）以上", ">= 3 个"},
      {"0.9‰以内", "<= 0.9 % x0.1"},
      {"5%以下", "<= 5 %"},
      {"5%及以下", "<= 5 %"},
      {"30天之内", "<= 30 天"},
      {"30天内", "<= 30 天"},
      {"30天内完成", "<= 30 天"},
      {"10个内容", "10 个"},
      {"抽样调查使用者基本满意达95%以上", ">= 95 %"},
  });
}

TEST(Literal, AnOperatorReachesToTheEndOfItsClauseAndNoFurther) {
  ExpectMeanings({
      {"不少于10次，1500人次", ">= 10 次 | 1500 人次"},
      {"不少于10次;1500人次", ">= 10 次 | 1500 人次"},
      {"每年老干部参观考察活动不少于2次，离退休党支部每年支部活动不少于4次", ">= 2 次 | >= 4 次"},
      {"走访慰问老干部4次,开展帮扶1次", "4 次 | 1 次"},
  });
}

TEST(Literal, OperatorValueAndUnitFromThreeColumns) {
  ExpectMeanings({
      {"= 100", "= 100"},
      {"≥ 95 %", ">= 95 %"},
      {"≧ 95 %", ">= 95 %"},
      {"= 100 %", "= 100 %"},
      {"﹦ 100 %", "= 100 %"},
      {"≤ 30 万元", "<= 30 元 x10000"},
      {"90 %", "90 %"},
      {"0.4 %", "0.4 %"},
      {"﹦ 72890 元", "= 72890 元"},
      {"2 8 万亩", "2 | 8 亩 x10000"},  // an operator read as 2: two numbers, not 28
      {"定性 好坏", ""},
  });
}

// -------------------------------------------------------------------------------------------------------------- units

TEST(Literal, EveryUnitThatWasMet) {
  ExpectMeanings({
      {"95%", "95 %"},
      {"100.00%", "100 %"},
      {"100％", "100 %"},
      {"100﹪", "100 %"},
      {"≥100百分比", ">= 100 %"},
      {"降低5个百分点", "5 %"},
      {"0.9‰", "0.9 % x0.1"},
      {"10%覆盖", "10 %"},
      {"39人", "39 人"},
      {"9623名党员", "9623 人"},
      {"3位", "3 人"},
      {"735 人次", "735 人次"},
      {"25万人次", "25 人次 x10000"},
      {"5亩", "5 亩"},
      {"8万亩", "8 亩 x10000"},
      {"6000平方米", "6000 平方米"},
      {"60㎡", "60 平方米"},
      {"60m²", "60 平方米"},
      {"3元", "3 元"},
      {"30万元", "30 元 x10000"},
      {"5亿元", "5 元 x100000000"},
      {"5千元", "5 元 x1000"},
      {"1万亿元", "1 元 x1000000000000"},
      {"8个", "8 个"},
      {"10户", "10 户"},
      {"10组", "10 组"},
      {"8场", "8 次"},
      {"7次", "7 次"},
      {"2场次", "2 次"},
      {"7天", "7 天"},
      {"7日", "7 天"},
      {"6件", "6 件"},
      {"4只", "4 只"},
      {"4万粒", "4 粒 x10000"},
      {"4例", "4 例"},
      {"0起", "0 起"},
      {"2套", "2 套"},
      {"266米", "266 米"},
      {"32.1公里", "32.1 米 x1000"},
      {"2厘米", "2 米 x0.01"},
      {"2头", "2 头"},
      {"2份", "2 份"},
      {"2TB", "2 TB"},
      {"2种", "2 种"},
      {"1年", "1 年"},
      {"2部", "2 部"},
      {"3册", "3 册"},
      {"3册次", "3 册"},
      {"1期", "1 期"},
      {"1家", "1 家"},
      {"1台", "1 台"},
      {"500吨", "500 千克 x1000"},
      {"500公斤", "500 千克"},
      {"3斤", "3 千克 x0.5"},
      {"5个工作日", "5 工作日"},
      {"3个月", "3 月"},
      {"20帧", "20 帧"},
      {"5000吨稻谷、500吨成品粮", "5000 千克 x1000 | 500 千克 x1000"},
  });
}

TEST(Literal, AmountsPerSomething) {
  ExpectMeanings({
      {"260元/辆", "260 元/辆"},
      {"5830元/户", "5830 元/户"},
      {"400元/人、天", "400 元/人·天"},
      {"583元/人*月", "583 元/人·月"},
      {"583元/人·月", "583 元/人·月"},
      {"42元/户˙月", "42 元/户·月"},
      {"500元/生.年", "500 元/生·年"},
      {"1.2万元/户", "1.2 元/户 x10000"},
      {"760 元/人，女性1020元/人", "760 元/人 | 1020 元/人"},
      {"3次/年", "3 次/年"},
  });
}

TEST(Literal, AStrokeBetweenNumbersIsNoUnit) {
  ExpectMeanings({
      {"98/100", "98 | 100"},
      {"3个/5个", "3 个 | 5 个"},
      {"3个/", "3 个"},
      {"30/", "30"},
  });
}

TEST(Literal, ABareNumberStaysBare) {
  ExpectMeanings({
      {"6", "6"},
      {"0", "0"},
      {"20", "20"},
      {"22.8", "22.8"},
      {"８０", "80"},
      {"１００．５％", "100.5 %"},
      {"5万", "5 x10000"},
      {"3亿", "3 x100000000"},
      {"300万", "300 x10000"},
      {"290$", "290"},
      {"≥3", ">= 3"},
      {"50以上", ">= 50"},
      {"-5", "-5"},
      {"-5%", "-5 %"},
      {"−5%", "-5 %"},
  });
}

TEST(Literal, SeveralQuantitiesKeepTheirUnits) {
  ExpectMeanings({
      {"14户39人", "14 户 | 39 人"},
      {"1个镇、5个街道", "1 个 | 5 个"},
      {"43条远教站点专线运维和26个村（社区）站点远教活动", "43 条 | 26 个"},
      {"任职资格考试每年至少1次；700余名公务员（参公人员）日常管理，年度考核1次", ">= 1 次 | 约 700 人 | 1 次"},
      {"11月底完成100%", "100 % | @20211121..20211130"},
      {"20帧；30个", "20 帧 | 30 个"},
      {"5=50%", "5 | = 50 %"},
      {"1.56 1.56 1 20", "1.56 | 1.56 | 1 | 20"},
  });
}

TEST(Literal, ANumberInANameMeasuresNothing) {
  ExpectMeanings({
      {"建好58小镇党群服务中心，以党建助企业发展", "?58 小"},
      {"第3季度完成2次", "2 次 | @20210701..20210930"},
      {"第1书记", ""},
      {"《2019—2023年全国党员教育培训工作规划》落实100%", "100 %"},
      {"党员教育2019-2023年规划", ""},
  });
}

TEST(Literal, DocumentNumbersMeasureNothing) {
  ExpectMeanings({
      {"〔2020〕4号", ""},
      {"攀西委组〔2020〕4号", ""},
      {"按医疗保健意见（攀组发[2015]11 号）完成3次", "3 次"},
      {"财预（2020）10号", ""},
      {"财预(2020)10号文件要求完成5次", "5 次"},
      {"按〔2021〕5 号、〔2021〕9 号公开2次", "2 次"},
      {"(2020)", "2020"},
  });
}

TEST(Literal, EnumeratorsMeasureNothing) {
  ExpectMeanings({
      {"1.各类型干部培训不少于10次，培训人数1500人次。2.新招录公务员、选调生等初任培训不少于1次",
       ">= 10 次 | 1500 人次 | >= 1 次"},
      {"1．培训10次", "10 次"},
      {"1、培训10次", "10 次"},
      {"1、培训10次；2、检查3次", "10 次 | 3 次"},
      {"(1)培训10次;(2)检查3次", "10 次 | 3 次"},
      {"（1）5次；（2）3次", "5 次 | 3 次"},
      {"1)培训10次", "10 次"},
      {"指标1:培训10次", "10 次"},
      {"指标1：50个", "50 个"},
      {"指标1.药品抽验3批", "3 批"},
      {"指标1 50个", "50 个"},
      {"指标1培训10次", "10 次"},
      {"指标5培训1次，检查2次", "1 次 | 2 次"},
      {"1.2021年区镇换届、选拔任用不少于50次。2.新招录公务员考察预计3次", ">= 50 次 | 3 次 | @20210101..20211231"},
      {"1、2021年底前完成", "@20211201..20211231"},
  });
}

TEST(Literal, FiguresThatLookLikeEnumeratorsStayFigures) {
  ExpectMeanings({
      {"1.5次", "1.5 次"},
      {"1.5万人", "1.5 人 x10000"},
      {"98.", "98"},
      {"(98)", "98"},
      {"指标95%以上", ">= 95 %"},
      {"完成率1:3", "1 | 3"},
  });
}

// ------------------------------------------------------------------------------------------------- ranges, about, sign

TEST(Literal, RangesHaveTwoEnds) {
  ExpectMeanings({
      {"85-95%", "in 85~95 %"},
      {"8%~10%", "in 8~10 %"},
      {"8％～10％", "in 8~10 %"},
      {"10至20个", "in 10~20 个"},
      {"50个-100个", "in 50~100 个"},
      {"10到20人", "in 10~20 人"},
      {"5-8万元", "in 5~8 元 x10000"},
      {"5万-8万", "in 5~8 x10000"},
      {"±10%", "in -10~10 %"},
      {"20-10", "20 | 10"},  // not rising: no range
  });
}

TEST(Literal, AboutIsKept) {
  ExpectMeanings({
      {"85%左右", "约 85 %"},
      {"约700人", "约 700 人"},
      {"近200人", "约 200 人"},
      {"200余人", "约 200 人"},
      {"600余", "约 600"},
      {"600余；3个", "约 600 | 3 个"},
      {"700余名", "约 700 人"},
      {"20多个", "约 20 个"},
      {"逾20多万人次", "约 20 人次 x10000"},
      {"节约5万元", "5 元 x10000"},  // 约 within a word says nothing
  });
}

// -------------------------------------------------------------------------------------------------------------- dates

TEST(Literal, DatesAreReadInTheYearTheyNameOrTheBudgetYear) {
  ExpectMeanings({
      {"9月前", "@20210901..20210930"},
      {"7月", "@20210701..20210731"},
      {"10月", "@20211001..20211031"},
      {"11月底前", "@20211121..20211130"},
      {"11月份", "@20211101..20211130"},
      {"1-12月", "@20210101..20211231"},
      {"11-3月", "@20211101..20220331"},
      {"1月-12月", "@20210101..20211231"},
      {"1月至12月", "@20210101..20211231"},
      {"2021年1-12月", "@20210101..20211231"},
      {"2021年1月-12月", "@20210101..20211231"},
      {"2021年1月至2021年12月", "@20210101..20211231"},
      {"2021年1月1日-2021年12月31日", "@20210101..20211231"},
      {"2021.01.01-2021.12.31", "@20210101..20211231"},
      {"2020年10月—2021年3月", "@20201001..20210331"},
      {"2021年底", "@20211201..20211231"},
      {"2021年末", "@20211201..20211231"},
      {"2023年12月底", "@20231221..20231231"},
      {"2021年全年", "@20210101..20211231"},
      {"2021年度", "@20210101..20211231"},
      {"12月底之前完成", "@20211221..20211231"},
      {"2021年12月31日", "@20211231..20211231"},
      {"2021-12-31", "@20211231..20211231"},
      {"2021.12.31", "@20211231..20211231"},
      {"2021/12/31", "@20211231..20211231"},
      {"2021-12", "@20211201..20211231"},
      {"2021/2", "@20210201..20210228"},
      {"2021年12月完成", "@20211201..20211231"},
      {"完成时间为2022年12月30日", "@20221230..20221230"},
      {"2021年3月上旬", "@20210301..20210310"},
      {"2021年3月中旬", "@20210311..20210320"},
      {"2021年3月下旬", "@20210321..20210331"},
      {"6月30日前", "@20210630..20210630"},
      {"2021年2月", "@20210201..20210228"},
      {"2024年2月", "@20240201..20240229"},
  });
  EXPECT_EQ(Describe("9月前", 0), "@901..930");
  EXPECT_EQ(Describe("9月前", 2019), "@20190901..20190930");
}

TEST(Literal, SeveralDatesSpanOnePeriod) {
  ExpectMeanings({
      {"2021年3月开工，2021年12月完工", "@20210301..20211231"},
      {"1月-12月完成5次", "5 次 | @20210101..20211231"},  // the stroke is no minus
      {"2019年-2023年", "@20190101..20231231"},
  });
}

TEST(Literal, ADateBehindAnOperatorIsADateWhereItCanBeNothingElse) {
  ExpectMeanings({
      {"= 2021年12月31日", "@20211231..20211231"},
      {"≤2020年12月31日", "@20201231..20201231"},
      {"≤12月底", "@20211221..20211231"},
      {"≤ 9月前", "@20210901..20210930"},
      {"不超过6月30日", "@20210630..20210630"},
      {"≤6月", "<= 6 月"},  // as likely an amount of months
      {"≥3个月", ">= 3 月"},
      {"= 12 月", "= 12 月"},
  });
}

TEST(Literal, NumbersThatLookLikeDatesStayNumbers) {
  ExpectMeanings({
      {"2021.12", "2021.12"},
      {"2021人", "2021 人"},
      {"2021次", "2021 次"},
      {"13个月", "13 月"},
      {"500元/月", "500 元/月"},
      {"3元/月", "3 元/月"},
      {"2021-13-01", "2021 | 13 | 1"},
  });
}

// ---------------------------------------------------------------------------------------------- numbers and their ills

TEST(Literal, GroupedDigitsAreOneNumber) {
  ExpectMeanings({
      {"1,437", "1437"},
      {"1,437,000.55元", "1437000.55 元"},
      {"12,345人", "12345 人"},
  });
}

TEST(Literal, MalformedNumbersAreNoNumbers) {
  ExpectMeanings({
      {"7,00.0,77", "malformed"},
      {"12,34", "malformed"},
      {"1,2345", "malformed"},
      {"1234,567", "malformed"},
      {"1.2.3", "malformed"},
      {"完成1,2,3期", "malformed"},
      {"9999999999999999个", "malformed"},
      {"999999999999999万亿元", "malformed"},
      {"10-999999999999999万亿元", "malformed"},
  });
}

TEST(Literal, SpreadsheetArtefactsAreTheNumbersThatWereMeant) {
  ExpectMeanings({
      {"71.43000000000001", "71.43"},
      {"71.42999999999999", "71.43"},
      {"0.30000000000000004", "0.3"},
      {"1.1000000000000001", "1.1"},
      {"99.999999999999986%", "100 %"},
      {"1234567.8900000001元", "1234567.89 元"},
      {"110.76000000000001万元", "110.76 元 x10000"},
      {"3.14159265", "3.14159265"},
      {"123456789012.34", "123456789012.34"},
      {"0.000001", "0.000001"},
  });
}

TEST(Literal, LongDecimalsDoNotLoseTheirUnit) {
  const Literal literal = ReadLiteral("71.4285714285714厘米", 2021);
  ASSERT_EQ(literal.quantities.size(), 1u);
  EXPECT_EQ(literal.quantities[0].Value(), D("0.714285714286"));
}

TEST(Literal, ValuesAreInBaseUnits) {
  const auto value = [](std::string_view cell) { return ReadLiteral(cell, 2021).quantities.at(0).Value().ToString(); };
  EXPECT_EQ(value("7.289万元"), value("72890元"));
  EXPECT_EQ(value("32.1公里"), "32100");
  EXPECT_EQ(value("5万"), "50000");
  EXPECT_EQ(value("9‰"), "0.9");
  EXPECT_EQ(value("逾20多万人次"), "200000");
}

TEST(Literal, QuantitiesAreShownAsPeopleWriteThem) {
  const auto shown = [](std::string_view cell) { return ReadLiteral(cell, 2021).quantities.at(0).ToString(); };
  EXPECT_EQ(shown(">=50个"), "≥ 50 个");
  EXPECT_EQ(shown("不超过30万元"), "≤ 30 万元");
  EXPECT_EQ(shown("﹦ 100.00 %"), "= 100%");
  EXPECT_EQ(shown("大于5"), "> 5");
  EXPECT_EQ(shown("低于5次"), "< 5 次");
  EXPECT_EQ(shown("85%左右"), "约 85%");
  EXPECT_EQ(shown("85-95%"), "85~95%");
}

// ---------------------------------------------------------------------------------------------------- words and blanks

TEST(Literal, WordsSayNothingInFigures) {
  for (const std::string_view words :
       {"高", "是", "有效", "良好", "合规", "已完成", "无", "好坏", "显著提升", "达成预期指标", "完成",
        "在规定时间内完成", "基本满意以上", "全年", "党员教育和组织生活制度化"})
    EXPECT_EQ(Describe(words), "") << words;
  EXPECT_EQ(Describe("已完成100%"), "100 %");
  EXPECT_EQ(Describe("工5%"), "5 %");
  EXPECT_EQ(Describe("^80%"), "80 %");
}

TEST(Literal, BlanksAndMarksAreBlank) {
  for (const std::string_view mark :
       {"", " ", "　", "\t\r\n", "-", "—", "——", "－", "/", "/ / /", "／", "\\", "……", "…", "*", "**", "_", "."})
    EXPECT_EQ(Describe(mark), "blank") << "\"" << mark << "\"";
}

TEST(Literal, FoldingTakesWidthSpacesAndVariantsAway) {
  EXPECT_EQ(Fold(" ≥ ５０ 个　"), ">=50个");
  EXPECT_EQ(Fold("绩效 自\n评"), "绩效自评");
  EXPECT_EQ(Fold("1 2"), "1 2");  // two numbers stay two
  EXPECT_EQ(Fold("１　２"), "1 2");
  EXPECT_EQ(Fold("（50％）：Ａ"), "(50%):A");
  EXPECT_EQ(Fold("完成，良好。"), "完成;良好;");
  EXPECT_EQ(Fold(""), "");
}

TEST(Literal, IllFormedTextIsReadWithoutHarm) {
  for (const std::string_view bytes : {"\xff", "\xe4\xb8", "5\xe4",
                                       "≥\xff"
                                       "5个",
                                       "\x80\x80", "\xf0\x9f\x98"}) {
    const Literal literal = ReadLiteral(bytes, 2021);
    EXPECT_LE(literal.quantities.size(), 1u);
  }
}

// ------------------------------------------------------------------------------------------------------ names of rows

TEST(ComparisonInName, IsReadFromBracketsAndPlaceholders) {
  EXPECT_EQ(ComparisonInName("公猪舍(≥**平方米)"), Comparison::kAtLeast);
  EXPECT_EQ(ComparisonInName("★★★农村低保发放人数(按月平均)(≥**人)"), Comparison::kAtLeast);
  EXPECT_EQ(ComparisonInName("扶贫临时救助标准(<**元/户·年)"), Comparison::kLessThan);
  EXPECT_EQ(ComparisonInName("成本（不超过**万元）"), Comparison::kAtMost);
  EXPECT_EQ(ComparisonInName("成本（不得超过5万元）"), Comparison::kAtMost);
  EXPECT_EQ(ComparisonInName("满意度不低于**%"), Comparison::kAtLeast);
}

TEST(ComparisonInName, IsNotReadFromRunningWords) {
  EXPECT_EQ(ComparisonInName("投诉率低于去年"), Comparison::kNone);
  EXPECT_EQ(ComparisonInName("满意度不低于去年水平(%)"), Comparison::kNone);
  EXPECT_EQ(ComparisonInName("培训人数"), Comparison::kNone);
  EXPECT_EQ(ComparisonInName(""), Comparison::kNone);
}

// ------------------------------------------------------------------------------------------------------ other cells

std::string Text(const std::optional<Decimal>& number) {
  return number ? number->ToString() : "nothing";
}

TEST(ReadPoints, ReadsPointsAndNothingElse) {
  const Case cases[] = {
      {"10", "10"},
      {"10.00", "10"},
      {"22.5分", "22.5"},
      {"10 分", "10"},
      {"１０", "10"},
      {"10.3", "10.3"},
      {"2.16", "2.16"},
      {"-1", "-1"},
      {"0", "0"},
      {"9.299999999999999", "9.3"},
      {"10.000000000000002", "10"},
      {"", "nothing"},
      {"/", "nothing"},
      {"-", "nothing"},
      {"无", "nothing"},
      {"扣1分", "nothing"},
      {"10%", "nothing"},
      {"10/10", "nothing"},
      {"分", "nothing"},
      {"1 0", "nothing"},
      {"7,00.0,77", "nothing"},
  };
  for (const Case& c : cases) EXPECT_EQ(Text(ReadPoints(c.cell)), c.meaning) << "\"" << c.cell << "\"";
}

TEST(ReadAmount, ReadsAmountsIn10000Yuan) {
  const Case cases[] = {
      {"16.2", "16.2"},
      {"1,437", "1437"},
      {"1，437", "1437"},
      {"１，４３７．５", "1437.5"},
      {"620.82万元", "620.82"},
      {"5.8万", "5.8"},
      {"2.38  万元", "2.38"},
      {"0.00", "0"},
      {"5亿元", "50000"},
      {"1亿", "10000"},
      {"387664.62元", "38.766462"},
      {"¥100", "100"},
      {"￥100", "100"},
      {"110.76000000000001", "110.76"},
      {"-5", "-5"},
      {"", "nothing"},
      {"万元", "nothing"},
      {"-", "nothing"},
      {"/", "nothing"},
      {"无", "nothing"},
      {"7,00.0,77", "nothing"},
      {"100万元左右", "nothing"},
      {"1 437", "nothing"},
  };
  for (const Case& c : cases) EXPECT_EQ(Text(ReadAmount(c.cell, true)), c.meaning) << "\"" << c.cell << "\"";
}

TEST(ReadAmount, ReadsBareNumbersInTheFormsUnit) {
  EXPECT_EQ(Text(ReadAmount("387664.62", false)), "38.766462");
  EXPECT_EQ(Text(ReadAmount("387664.62", true)), "387664.62");
  EXPECT_EQ(Text(ReadAmount("2.38万元", false)), "2.38");
  EXPECT_EQ(Text(ReadAmount("999999999999999亿元", true)), "9999999999999990000");
}

struct RateCase {
  std::string_view cell;
  std::string_view expected;  // executed ÷ budget in percent, empty when unknown
  std::string_view percent;
  std::string_view precision;
};

TEST(ReadRate, ReadsPercentAndFractionsByWhatTheyShouldBe) {
  const RateCase cases[] = {
      {"100%", "100", "100", "0.5"},
      {"86.5%", "86.483", "86.5", "0.05"},
      {"102.59%", "102.59", "102.59", "0.005"},
      {"99.98 %", "99.98", "99.98", "0.005"},
      {"0", "0", "0", "0.5"},
      {"0.00%", "0", "0", "0.005"},
      {"100", "100", "100", "0.5"},
      {"20", "20", "20", "0.5"},
      {"99.92", "99.92", "99.92", "0.005"},
      {"1", "100", "100", "0.5"},
      {"1", "1.2", "1", "0.5"},
      {"0.958", "95.86", "95.8", "0.05"},
      {"0.958", "0.96", "0.958", "0.0005"},
      {"1", "", "1", "0.5"},
      {"９９％", "99", "99", "0.5"},
      {"-5%", "-5", "-5", "0.5"},
  };
  for (const RateCase& c : cases) {
    const auto rate = ReadRate(c.cell);
    ASSERT_TRUE(rate) << c.cell;
    const auto expected = c.expected.empty() ? std::nullopt : Decimal::Parse(c.expected);
    EXPECT_EQ(rate->Percent(expected).ToString(), c.percent) << c.cell << " against " << c.expected;
    EXPECT_EQ(rate->Precision(expected).ToString(), c.precision) << c.cell << " against " << c.expected;
    EXPECT_FALSE(rate->malformed) << c.cell;
  }
}

TEST(ReadRate, SeesTwoSignsAndRefusesWords) {
  const auto twice = ReadRate("86%%");
  ASSERT_TRUE(twice);
  EXPECT_TRUE(twice->malformed);
  EXPECT_EQ(twice->number, D("86"));
  for (const std::string_view cell : {"", "-", "/", "无", "%", "100%以上", "约90%", "7,00.0,77%", "90-95%"})
    EXPECT_FALSE(ReadRate(cell)) << cell;
}

TEST(PointsInHeading, AreReadFromTheBracketAtTheEnd) {
  EXPECT_EQ(Text(PointsInHeading("产出指标(50分)")), "50");
  EXPECT_EQ(Text(PointsInHeading("效益指标（30 分）")), "30");
  EXPECT_EQ(Text(PointsInHeading("满意度指标（１０分）")), "10");
  EXPECT_EQ(Text(PointsInHeading("(20分)")), "20");
  EXPECT_EQ(Text(PointsInHeading("产出指标(一)(22.5分)")), "22.5");
  for (const std::string_view heading : {"产出指标", "产出指标50分", "产出指标(共五十分)", "产出指标(分)", "", "分)"})
    EXPECT_EQ(Text(PointsInHeading(heading)), "nothing") << heading;
}

// -------------------------------------------------------------------------------------------------------------- speed

// A quadratic scan of these takes minutes; what is linear takes a fraction of the limit even under sanitizers.
TEST(Literal, ReadsHostileTextInLinearTime) {
  constexpr std::size_t kBytes = 512 * 1024;
  for (const std::string_view piece :
       {"《", "〔",    "[",  "(",  "(2020)", "约",    "第1",  "指标1", ">",  "不", "1个;", "1-",
        "1/", "元/人", "1.", "1,", "2021年", "2021-", "1月-", "9",     " 9", "±",  "、",   "1、"}) {
    std::string text;
    while (text.size() < kBytes) text += piece;
    const auto start = std::chrono::steady_clock::now();
    ReadLiteral(text, 2021);
    const auto taken = std::chrono::steady_clock::now() - start;
    EXPECT_LT(taken, std::chrono::seconds(30)) << piece;
  }
}

}  // namespace
}  // namespace jixiao::scoring
