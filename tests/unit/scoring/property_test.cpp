// What holds for every form by every rule set that ships, on random ones. They follow from JIXIAO_TEST_SEED.
#include "common/form.h"
#include "common/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support.h"

namespace jixiao::scoring {
namespace {

using namespace support;

// The seed of this run, printed once, so that a failure can be repeated.
std::uint64_t TestSeed() {
  static const std::uint64_t seed = [] {
    const char* given = std::getenv("JIXIAO_TEST_SEED");
    const std::uint64_t chosen = given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
    std::cout << "JIXIAO_TEST_SEED=" << chosen << std::endl;
    return chosen;
  }();
  return seed;
}

class Dice {
 public:
  // Each test throws its own dice.
  explicit Dice(unsigned test) : random_(static_cast<std::mt19937::result_type>(TestSeed() * 1000 + test)) {}

  int UpTo(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most + 1)); }
  bool OneIn(int n) { return UpTo(n - 1) == 0; }
  template <std::size_t N>
  std::string Of(const std::string_view (&choices)[N]) {
    return std::string(choices[static_cast<std::size_t>(UpTo(static_cast<int>(N) - 1))]);
  }
  // A number of up to `digits` digits, sometimes with decimals.
  std::string Number(int digits) {
    std::string text = std::to_string(1 + UpTo(8));
    for (int i = UpTo(digits - 1); i > 0; --i) text += static_cast<char>('0' + UpTo(9));
    if (OneIn(3)) text += "." + std::to_string(UpTo(99));
    return text;
  }
  template <class List>
  void Shuffle(List& list) {
    std::shuffle(list.begin(), list.end(), random_);
  }

 private:
  std::mt19937 random_;
};

constexpr std::string_view kUnits[] = {"个", "次", "人", "%", "万元", "亩", "天", "", "元/人", "公里"};
constexpr std::string_view kOperators[] = {"≥", "≤", "=", ">", "<", "不少于", "不超过", ""};

// A row that a unit could have written: figures, dates, tiers or words.
Row PlausibleRow(Dice& dice) {
  constexpr std::string_view kLevel1[] = {"产出指标", "效益指标", "满意度指标", "成本指标", "其他"};
  constexpr std::string_view kLevel2[] = {"数量指标", "质量指标", "时效指标", "成本指标", "社会效益指标"};
  constexpr std::string_view kTiers[] = {"达成年度指标", "部分达成年度指标并具有一定效果", "未达成年度指标且效果较差"};
  constexpr std::string_view kWords[] = {"显著提升", "制度化", "党员参与治理", "是", "否", "完成", "", "/"};
  constexpr std::string_view kDates[] = {"2021年6月底前", "2021年12月31日", "9月前", "1-12月", "2020年底", "2022年3月"};
  constexpr std::string_view kReasons[] = {"", "无", "受疫情影响", "/"};
  Row row;
  row.level1 = dice.Of(kLevel1);
  row.level2 = dice.Of(kLevel2);
  row.level3 = "指标" + dice.Number(3);
  row.weight = std::to_string(1 + dice.UpTo(19));
  row.score = dice.OneIn(4) ? "" : std::to_string(dice.UpTo(21));
  row.deviation_reason = dice.Of(kReasons);
  switch (dice.UpTo(4)) {
    case 0:
    case 1: {
      const std::string unit = dice.Of(kUnits);
      row.target = dice.OneIn(8) ? "80-120" + unit : dice.Of(kOperators) + dice.Number(4) + unit;
      row.actual = dice.Number(4) + unit;
      break;
    }
    case 2:
      row.target = dice.Of(kDates);
      row.actual = dice.Of(kDates);
      break;
    case 3:
      row.target = dice.Of(kWords);
      row.actual = dice.Of(kTiers);
      break;
    default:
      row.target = dice.Of(kWords);
      row.actual = dice.Of(kWords);
      row.completion_rate = dice.OneIn(2) ? dice.Number(2) + "%" : "";
  }
  return row;
}

std::vector<Row> PlausibleRows(Dice& dice) {
  std::vector<Row> rows(static_cast<std::size_t>(2 + dice.UpTo(8)));
  for (Row& row : rows) row = PlausibleRow(dice);
  return rows;
}

// One rule set after the other.
const Rules& RulesOfRound(int round) {
  return RulesOf(kRuleSets[static_cast<std::size_t>(round) % std::size(kRuleSets)]);
}

// What the lines say, without where they stand, in an order of their own.
std::vector<std::string> Contents(const Scorecard& card) {
  std::vector<std::string> contents;
  for (ScoreLine line : card.lines()) {
    line.clear_path();
    contents.push_back(line.SerializeAsString());
  }
  std::sort(contents.begin(), contents.end());
  return contents;
}

// ----------------------------------------------------------------------------------------------------------- the order

TEST(ScoreProperty, TheOrderOfIndicatorsChangesNoLine) {
  Dice dice(1);
  for (int i = 0; i < 200; ++i) {
    std::vector<Row> rows = PlausibleRows(dice);
    const Rules& rules = RulesOfRound(i);
    const Scorecard before = ScoreOf(FormWith(rows), rules);
    dice.Shuffle(rows);
    const Scorecard after = ScoreOf(FormWith(rows), rules);
    ASSERT_EQ(Contents(before), Contents(after));
    ASSERT_EQ(before.computed_total(), after.computed_total());
    ASSERT_EQ(before.total_weight(), after.total_weight());
    ASSERT_EQ(before.grade(), after.grade()) << rules.source().id();
  }
}

TEST(ScoreProperty, ALineDependsOnItsRowAlone) {
  Dice dice(2);
  for (int i = 0; i < 200; ++i) {
    const std::vector<Row> rows = PlausibleRows(dice);
    const Rules& rules = RulesOfRound(i);
    std::vector<std::string> alone;
    for (const Row& row : rows)
      for (const std::string& line : Contents(ScoreOf(FormWith({row}), rules))) alone.push_back(line);
    std::sort(alone.begin(), alone.end());
    ASSERT_EQ(Contents(ScoreOf(FormWith(rows), rules)), alone);
  }
}

// ------------------------------------------------------------------------------------------------- more is never worse

// Where the rules leave a miss to a person, the declared 4 points count whatever the figure.
Decimal PointsFor(const std::string& target, const std::string& actual, std::string_view level1, const Rules& rules) {
  const Scorecard card = ScoreOf(FormWith({{target, actual, "10", "4", std::string(level1)}}), rules);
  const ScoreLine& line = card.lines(0);
  const bool left = line.basis() == evaluation::v1::BASIS_DECLARED && !line.authority().empty();
  EXPECT_TRUE(left || line.basis() == evaluation::v1::BASIS_COMPUTED) << target << " / " << actual;
  return NumberOf(line.computed_score());
}

bool TakesOffForOverFulfilment(const Rules& rules) {
  return rules.over_fulfilment.deduct_from || !rules.over_fulfilment.reductions.empty();
}

// Scores rising actual values against one target by every rule set.
void ExpectMonotone(unsigned test, const std::vector<std::string_view>& operators, bool rising) {
  Dice dice(test);
  constexpr std::string_view kClasses[] = {"产出指标", "满意度指标"};
  constexpr std::string_view kPlainUnits[] = {"个", "次", "%", "亩", ""};
  for (int i = 0; i < 100; ++i) {
    const std::string unit = dice.Of(kPlainUnits);
    const std::string op(operators[static_cast<std::size_t>(dice.UpTo(static_cast<int>(operators.size()) - 1))]);
    const std::string target = op + dice.Number(3) + unit;
    const std::string level1 = dice.Of(kClasses);
    std::vector<Decimal> actuals = {Decimal()};
    for (int k = 0; k < 8; ++k) actuals.push_back(NumberOf(dice.Number(4)));
    std::sort(actuals.begin(), actuals.end());
    for (const std::string_view id : kRuleSets) {
      const Rules& rules = RulesOf(id);
      if (rising && TakesOffForOverFulfilment(rules)) continue;
      // More than "=" names is no achievement where it means exactly that.
      if (op == "=" && rules.equal != v1::EQUAL_METHOD_AS_LIMIT) continue;
      // Satisfaction by bands goes by the measured rate, whatever the target's operator.
      if (!rising && level1 == "满意度指标") continue;
      std::vector<Decimal> points;
      for (const Decimal& actual : actuals)
        points.push_back(PointsFor(target, actual.ToString() + unit, level1, rules));
      if (!rising) std::reverse(points.begin(), points.end());
      for (std::size_t k = 1; k < points.size(); ++k)
        ASSERT_LE(points[k - 1], points[k])
            << id << " " << target << " at " << actuals[rising ? k : points.size() - 1 - k].ToString();
    }
  }
}

TEST(ScoreProperty, MoreAchievementNeverScoresLessForALowerBound) {
  ExpectMonotone(3, {"≥", ">", "不少于", "=", ""}, true);
}

TEST(ScoreProperty, LessNeverScoresLessForAnUpperBound) {
  ExpectMonotone(4, {"≤", "<", "不超过"}, false);
}

TEST(ScoreProperty, MoreExecutionNeverScoresLess) {
  Dice dice(5);
  for (int i = 0; i < 300; ++i) {
    const std::string budget = dice.Number(5);
    std::vector<Decimal> amounts = {Decimal()};
    for (int k = 0; k < 6; ++k) amounts.push_back(NumberOf(dice.Number(5)));
    std::sort(amounts.begin(), amounts.end());
    for (const std::string_view id : kRuleSets) {
      Decimal last;
      for (const Decimal& amount : amounts) {
        SelfEvaluation form = FormWith({{"≥1个", "1个", "90", ""}});
        auto& fund = *form.add_funds();
        fund.set_name("年度资金总额");
        fund.set_full_year_budget(budget);
        fund.set_executed(amount.ToString());
        fund.set_weight("10");
        const Decimal points = NumberOf(LineOf(ScoreOf(form, RulesOf(id)), "funds").computed_score());
        ASSERT_GE(points, last) << id << " " << amount.ToString() << " of " << budget;
        last = points;
      }
    }
  }
}

TEST(ScoreProperty, ReachingTheTargetGivesAllPoints) {
  Dice dice(6);
  for (int i = 0; i < 100; ++i) {
    const std::string number = dice.Number(4);
    const std::string unit = dice.Of(kUnits);
    for (const std::string_view op : {"≥", "≤", "=", "不少于", "不超过", ""})
      for (const std::string_view id : kRuleSets)
        ASSERT_EQ(PointsFor(std::string(op) + number + unit, number + unit, "产出指标", RulesOf(id)), Decimal(10))
            << op << number << unit;
  }
}

// -------------------------------------------------------------------------------------------- read, print, read again

TEST(ScoreProperty, ADecimalReadsBackAsItself) {
  Dice dice(9);
  for (int i = 0; i < 5000; ++i) {
    std::string text = dice.OneIn(3) ? "-" : "";
    for (int k = 1 + dice.UpTo(14); k > 0; --k) text += static_cast<char>('0' + dice.UpTo(9));
    const int decimals = dice.UpTo(12);
    if (decimals > 0) text += '.';
    for (int k = decimals; k > 0; --k) text += static_cast<char>('0' + dice.UpTo(9));
    const auto number = Decimal::Parse(text);
    ASSERT_TRUE(number) << text;
    ASSERT_EQ(Decimal::Parse(number->ToString()), number) << text;
    const int places = dice.UpTo(12);
    ASSERT_EQ(Decimal::Parse(number->ToFixed(places)), number->Rounded(places)) << text << " to " << places;
  }
}

TEST(ScoreProperty, AQuantityReadsBackAsItself) {
  Dice dice(10);
  constexpr std::string_view kWritten[] = {"≥", "≤", "=", ">", "<", "不少于", "不超过", "至少", "低于", "约", ""};
  constexpr std::string_view kMeasures[] = {"个",     "人次", "%",     "‰",    "万元", "亿元", "亩",
                                            "平方米", "天",   "元/人", "公里", "万人", ""};
  for (int i = 0; i < 3000; ++i) {
    const std::string unit = dice.Of(kMeasures);
    const std::string cell = dice.OneIn(6) ? dice.Number(2) + "~1" + dice.Number(3) + "0" + unit
                             : dice.OneIn(8)
                                 ? "±" + dice.Number(2) + unit
                                 : dice.Of(kWritten) + dice.Number(5) + unit + (dice.OneIn(6) ? "左右" : "");
    const Literal first = ReadLiteral(cell, 2021);
    if (first.quantities.size() != 1) continue;  // 5~109.20个 is no range
    const Quantity& quantity = first.quantities.front();
    const Literal again = ReadLiteral(quantity.ToString(), 2021);
    ASSERT_EQ(again.quantities.size(), 1u) << cell << " as " << quantity.ToString();
    const Quantity& same = again.quantities.front();
    ASSERT_EQ(same.comparison, quantity.comparison) << cell << " as " << quantity.ToString();
    ASSERT_EQ(same.number, quantity.number) << cell << " as " << quantity.ToString();
    ASSERT_EQ(same.end, quantity.end) << cell << " as " << quantity.ToString();
    ASSERT_EQ(same.approximate, quantity.approximate) << cell << " as " << quantity.ToString();
    ASSERT_EQ(same.unit, quantity.unit) << cell << " as " << quantity.ToString();
    ASSERT_EQ(same.ToString(), quantity.ToString()) << cell;
  }
}

// ------------------------------------------------------------------------------------- how a cell is written is
// nothing

// ASCII as its full-width forms.
std::string Widened(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view rest = text;
    const char32_t c = TakeUtf8(rest);
    if (c > 0x20 && c < 0x7F && c != ',') {
      const char32_t wide = c + 0xFEE0;
      out += {static_cast<char>(0xE0 | (wide >> 12)), static_cast<char>(0x80 | ((wide >> 6) & 0x3F)),
              static_cast<char>(0x80 | (wide & 0x3F))};
    } else {
      out += text.substr(0, text.size() - rest.size());
    }
    text = rest;
  }
  return out;
}

// Spaces wherever they keep no two numbers apart.
std::string Spaced(std::string_view text, Dice& dice) {
  constexpr std::string_view kSpaces[] = {" ", "　", "\n", "\t", "\u00A0"};
  const auto digit = [](std::string_view front) {
    const char32_t c = TakeUtf8(front);
    return (c >= U'0' && c <= U'9') || (c >= U'０' && c <= U'９');
  };
  std::string out;
  while (!text.empty()) {
    std::string_view rest = text;
    TakeUtf8(rest);
    out += text.substr(0, text.size() - rest.size());
    if (!rest.empty() && !(digit(text) && digit(rest)) && dice.OneIn(2)) out += dice.Of(kSpaces);
    text = rest;
  }
  return out;
}

TEST(ScoreProperty, WidthAndSpacesChangeNoPoints) {
  Dice dice(7);
  const auto points = [](const Row& row) {
    const ScoreLine line = LineOf(ScoreOf(FormWith({row})), "indicators[0]");
    return line.method() + " " + line.computed_score() + " " + line.achievement();
  };
  for (int i = 0; i < 1000; ++i) {
    const Row row = PlausibleRow(dice);
    Row other = row;
    for (std::string* cell : {&other.target, &other.actual, &other.weight, &other.score, &other.completion_rate}) {
      if (dice.OneIn(2)) *cell = Widened(*cell);
      *cell = Spaced(*cell, dice);
    }
    ASSERT_EQ(points(row), points(other))
        << row.target << " / " << row.actual << " as " << other.target << " / " << other.actual;
  }
}

// ------------------------------------------------------------------------------------------------------ whatever
// stands

// Cells of anything that was ever seen in one, in any order.
std::string Anything(Dice& dice) {
  constexpr std::string_view kPieces[] = {"≥",
                                          "≤",
                                          "=",
                                          ">",
                                          "<",
                                          "﹦",
                                          "不",
                                          "低于",
                                          "超过",
                                          "至少",
                                          "以上",
                                          "以内",
                                          "左右",
                                          "约",
                                          "余",
                                          "多",
                                          "0",
                                          "1",
                                          "7",
                                          "50",
                                          "100",
                                          "2021",
                                          "9999",
                                          "0.5",
                                          ".",
                                          ",",
                                          "，",
                                          "1,437",
                                          "7,0",
                                          "±",
                                          "-",
                                          "~",
                                          "%",
                                          "‰",
                                          "个",
                                          "人",
                                          "万",
                                          "亿元",
                                          "万元",
                                          "元/人",
                                          "月",
                                          "年",
                                          "日",
                                          "工作日",
                                          "底前",
                                          "前",
                                          "至",
                                          "、",
                                          "(",
                                          ")",
                                          "《",
                                          "》",
                                          "〔",
                                          "号",
                                          "第",
                                          "指标1:",
                                          "1.",
                                          "达成",
                                          "部分达成年度指标并具有一定效果",
                                          "完成",
                                          "无",
                                          "/",
                                          "……",
                                          "优",
                                          "分",
                                          " ",
                                          "\n",
                                          "生",
                                          "😀",
                                          "Ａ",
                                          "１２",
                                          "999999999999999",
                                          "71.42999999999999",
                                          "0.000000000001"};
  std::string cell;
  for (int i = dice.UpTo(6); i > 0; --i) cell += dice.Of(kPieces);
  return cell;
}

TEST(ScoreProperty, AnyFormThatMayBeTakenInGivesASoundScorecard) {
  Dice dice(8);
  int scored = 0;
  for (int i = 0; i < 3000; ++i) {
    SelfEvaluation form;
    form.set_kind(static_cast<evaluation::v1::FormKind>(dice.UpTo(3)));
    form.set_amount_unit(static_cast<evaluation::v1::AmountUnit>(dice.UpTo(2)));
    form.set_fiscal_year(dice.OneIn(3) ? 0 : 2015 + dice.UpTo(10));
    constexpr std::string_view kFundNames[] = {"年度资金总额", "其中：财政拨款", "其他资金", "合计", "中央补助", ""};
    for (int k = dice.UpTo(4); k > 0; --k) {
      auto& fund = *form.add_funds();
      fund.set_name(dice.Of(kFundNames));
      const auto amount = [&] { return dice.OneIn(4) ? Anything(dice) : dice.Number(4); };
      fund.set_initial_budget(amount());
      fund.set_full_year_budget(amount());
      fund.set_executed(amount());
      fund.set_weight(dice.OneIn(2) ? "10" : Anything(dice));
      if (fund.weight().size() > 12) fund.set_weight("10");
      fund.set_execution_rate(Anything(dice));
      fund.set_score(dice.OneIn(2) ? "9.5" : Anything(dice));
    }
    const bool weights = !dice.OneIn(3);
    for (int k = dice.UpTo(8); k > 0; --k) {
      Row row = PlausibleRow(dice);
      row.target = Anything(dice);
      row.actual = dice.OneIn(5) ? row.target : Anything(dice);
      row.level1 = dice.OneIn(2) ? "" : row.level1;
      row.level2 = dice.OneIn(2) ? "" : row.level2;
      row.level3 = Anything(dice);
      if (!weights) row.weight = "";
      // A sum of weights that passes 10^15 is printed, but no decimal that can be read back.
      if (weights && dice.OneIn(4)) row.weight = Anything(dice);
      if (row.weight.size() > 12) row.weight = "10";
      if (dice.OneIn(3)) row.score = Anything(dice);
      row.completion_rate = dice.OneIn(2) ? "" : Anything(dice);
      Indicator& indicator = AddRow(form, row);
      if (dice.OneIn(3)) indicator.set_approved_target(Anything(dice));
      if (dice.OneIn(4)) indicator.set_target("");
    }
    form.set_total_weight(Anything(dice));
    form.set_total_score(Anything(dice));
    form.set_grade(Anything(dice));
    form.set_expected_goal(Anything(dice));
    form.set_actual_goal(Anything(dice));
    form.add_report()->set_text(Anything(dice));
    if (!ValidateForm(form).ok()) continue;
    ++scored;
    SCOPED_TRACE(form.DebugString());
    ExpectSound(form, RulesOfRound(i));
    if (testing::Test::HasFailure()) return;  // one form is enough to read
  }
  EXPECT_GT(scored, 1500);
}

}  // namespace
}  // namespace jixiao::scoring
