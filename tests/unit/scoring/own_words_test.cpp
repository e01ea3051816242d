// Word lists of the checks as data: a rule set that names none means the words of default_words.h, one that names some
// means those, one empty word means none.
#include "common/text.h"
#include "scoring/engine/default_words.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks_support.h"

namespace jixiao::scoring {
namespace {

using namespace support;

std::shared_ptr<const Rules> RulesWith(std::string_view list, const std::vector<std::string>& words) {
  v1::RuleSet set = RuleSetOf("cn-national-2020");
  v1::Vocabulary& vocabulary = *set.mutable_vocabulary();
  const auto* field = v1::Vocabulary::descriptor()->FindFieldByName(std::string(list));
  EXPECT_NE(field, nullptr) << list;
  vocabulary.GetReflection()->ClearField(&vocabulary, field);
  for (const std::string& word : words) vocabulary.GetReflection()->AddString(&vocabulary, field, word);
  return Compiled(set);
}

bool Finds(const SelfEvaluation& form, std::string_view code, const Rules& rules) {
  return !FindingsOf(ScoreOf(form, rules), code).empty();
}

TEST(OwnWords, AnEmptyListMeansWhatItMeantBeforeListsCouldBeNamed) {
  const SelfEvaluation floor = OneRow({"≥500元/人", "500元/人", "10", "10", "成本指标", "经济成本指标", "补贴标准"});
  EXPECT_FALSE(Finds(floor, "COST_NOT_LE", *RulesWith("floor_names", {})));
  EXPECT_FALSE(Finds(floor, "COST_NOT_LE", *RulesWith("floor_names", {"标准"})));
  EXPECT_TRUE(Finds(floor, "COST_NOT_LE", *RulesWith("floor_names", {"工资"})));
  EXPECT_TRUE(Finds(floor, "COST_NOT_LE", *RulesWith("floor_names", {""})));
}

TEST(OwnWords, ReplaceTheListsOfTheRowChecks) {
  const SelfEvaluation when = OneRow({"适时开展", "适时开展", "10", "10", "产出指标", "时效指标", "开展时间"});
  EXPECT_TRUE(Finds(when, "NOT_MEASURABLE", RulesOf()));
  EXPECT_FALSE(Finds(when, "NOT_MEASURABLE", *RulesWith("time_words", {"适时"})));
  EXPECT_FALSE(Finds(when, "NOT_MEASURABLE", *RulesWith("bound_words", {"开展"})));
  const SelfEvaluation weekly = OneRow({"每周开展", "每周开展", "10", "10", "产出指标", "数量指标", "巡查"});
  EXPECT_FALSE(Finds(weekly, "NOT_MEASURABLE", RulesOf()));
  EXPECT_TRUE(Finds(weekly, "NOT_MEASURABLE", *RulesWith("time_words", {"每月"})));
  const SelfEvaluation money = OneRow({"300万元", "300万元", "10", "10", "产出指标", "数量指标", "募集资金"});
  EXPECT_FALSE(Finds(money, "MISCLASS", RulesOf()));
  EXPECT_TRUE(Finds(money, "MISCLASS", *RulesWith("result_names", {"贷款"})));
}

TEST(OwnWords, ReplaceTheListsOfWhatIsFilledIn) {
  SelfEvaluation form = OneRow({"≥2次", "2次", "90", "90"});
  form.set_project_name("普法经费支出绩效自评表");
  form.set_expected_goal("开展普法宣传两次");
  form.set_actual_goal("任务已落实");
  EXPECT_EQ(FindingsOf(ScoreOf(form), "UNFILLED").size(), 1u);
  EXPECT_FALSE(Finds(form, "UNFILLED", *RulesWith("form_titles", {"自评报告"})));
  EXPECT_EQ(FindingsOf(ScoreOf(form, *RulesWith("done_words", {"任务已落实"})), "UNFILLED").size(), 2u);

  const SelfEvaluation count = OneRow({"≤2起", "1起", "10", "10", "满意度指标", "服务对象满意度指标", "纠纷数"});
  EXPECT_TRUE(Finds(count, "MISCLASS", RulesOf()));
  EXPECT_FALSE(Finds(count, "MISCLASS", *RulesWith("satisfaction_names", {"纠纷"})));
}

TEST(OwnWords, ReplaceTheListsOfTheReportChecks) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "100", "100", "90", "10", "90%"));
  AddSection(form, "存在的问题", "经自查未见异常");
  form.set_total_score("99.5");
  EXPECT_TRUE(Finds(form, "PERFECT", RulesOf()));
  EXPECT_FALSE(Finds(form, "PERFECT", *RulesWith("no_problem_words", {"未见异常"})));
  EXPECT_FALSE(Finds(form, "PERFECT", *RulesWith("other_headings", {"存在的问题"})));

  SelfEvaluation late = FormWith({{"2次", "2次", "90", "90"}});
  late.set_actual_goal("相对2020年未完成2项");
  EXPECT_TRUE(Finds(late, "YEAR", RulesOf()));
  EXPECT_FALSE(Finds(late, "YEAR", *RulesWith("baseline_words", {"相对"})));
}

// The lists are looked up by what folding leaves of a text, so the words themselves must be folded.
TEST(OwnWords, TheWordsThatNeedNotBeNamedAreFolded) {
  namespace words = default_words;
  for (const auto list : std::initializer_list<std::span<const std::string_view>>{
           words::kConnecting,        words::kGeneric,       words::kRateMoney,     words::kRests,
           words::kListIntros,        words::kNoProblems,    words::kOtherHeadings, words::kPurposeVerbs,
           words::kPurposeNouns,      words::kVaguePurposes, words::kResultNames,   words::kFloorNames,
           words::kNumerals,          words::kCounted,       words::kTimes,         words::kBounds,
           words::kBaselines,         words::kDeadlines,     words::kFormTitles,    words::kDone,
           words::kSatisfactionNames, words::kNotDone,       words::kAllSpent})
    for (const std::string_view word : list)
      EXPECT_EQ(word == " " ? " " : Fold(word), word);  // the space that keeps two numbers apart
}

TEST(OwnWords, MoveTheDigestOnlyWhereTheyAreNamed) {
  EXPECT_EQ(RulesWith("floor_names", {})->digest(), RulesOf().digest());
  EXPECT_NE(RulesWith("floor_names", {"标准"})->digest(), RulesOf().digest());
}

}  // namespace
}  // namespace jixiao::scoring
