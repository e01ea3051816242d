#include "intake/workflow/sampling.h"

#include "common/digest.h"
#include "common/text.h"
#include "intake/workflow/submission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace jixiao::intake {
namespace {

using namespace v1;

std::vector<Candidate> PopulationOf(int count) {
  std::vector<Candidate> population;
  for (int i = 0; i < count; ++i) {
    Candidate& next = population.emplace_back();
    next.name = Cat("submissions/", i);
    next.revision = 1;
    next.competent_department = i % 10 < 7 ? "教育局" : "民政局";
  }
  return population;
}

Sample SampleOf(SampleMethod method, int size, bool by_department = false) {
  Sample sample;
  sample.set_method(method);
  sample.set_seed("2026-11-21 公开抽取 0417");
  sample.set_size(size);
  sample.set_by_department(by_department);
  return sample;
}

std::vector<std::string> NamesOf(const Sample& sample) {
  std::vector<std::string> names;
  for (const auto& member : sample.members()) names.push_back(member.submission());
  return names;
}

// Vectors made by: printf '%s\n%s' SEED ENTRY | sha256sum. They must never change: old samples are checked by them.
TEST(Sampling, OrderIsTheDigestOfSeedAndEntry) {
  EXPECT_EQ(OrderOf("42", "submissions/0/revisions/1"),
            "8302355224af84f10584577af13a092805fbc6d5c9a19dbdffae3879d62fc947");
  EXPECT_EQ(OrderOf("抽查", "submissions/7/revisions/2"),
            "afefdc0d7c3a23fe4f396fd821767b11f39752aa9f803b4353f66e8f22fe8b40");
}

TEST(Sampling, PopulationIsALineEachInTheOrderOfBytes) {
  std::vector<Candidate> population = PopulationOf(12);
  std::reverse(population.begin(), population.end());
  const std::string text = PopulationText(population);
  EXPECT_TRUE(text.starts_with("submissions/0/revisions/1\nsubmissions/1/revisions/1\nsubmissions/10/revisions/1\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 12);
  EXPECT_EQ(population[2].name, "submissions/10");
}

TEST(Sampling, RandomDrawDependsOnSeedAndPopulationOnly) {
  std::vector<Candidate> population = PopulationOf(200);
  PopulationText(population);
  Sample one = SampleOf(SAMPLE_METHOD_RANDOM, 20);
  Draw(population, one);
  std::reverse(population.begin(), population.end());
  PopulationText(population);
  Sample again = SampleOf(SAMPLE_METHOD_RANDOM, 20);
  Draw(population, again);
  EXPECT_EQ(NamesOf(one), NamesOf(again));
  // By hand: the first of all orders.
  std::vector<std::pair<std::string, std::string>> orders;
  for (const Candidate& candidate : population)
    orders.emplace_back(OrderOf(one.seed(), RevisionName(candidate.name, 1)), candidate.name);
  std::sort(orders.begin(), orders.end());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(one.members(i).submission(), orders[static_cast<std::size_t>(i)].second);
  Sample other = SampleOf(SAMPLE_METHOD_RANDOM, 20);
  other.set_seed("2026-11-21 公开抽取 0418");
  Draw(population, other);
  EXPECT_NE(NamesOf(one), NamesOf(other));
  Sample larger = SampleOf(SAMPLE_METHOD_RANDOM, 30);
  Draw(population, larger);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(larger.members(i).submission(), one.members(i).submission());
}

TEST(Sampling, SharesAreProportionalAndComplete) {
  EXPECT_EQ(Shares({70, 30}, 10), (std::vector<int>{7, 3}));
  EXPECT_EQ(Shares({1, 1000}, 10), (std::vector<int>{1, 9})) << "one each first";
  EXPECT_EQ(Shares({1, 1, 1}, 2), (std::vector<int>{1, 1, 0})) << "too few for one each: equal remainders, the first";
  EXPECT_EQ(Shares({5, 5}, 100), (std::vector<int>{5, 5}));
  EXPECT_EQ(Shares({0, 5}, 3), (std::vector<int>{0, 3}));
  EXPECT_EQ(Shares({}, 3), std::vector<int>());
  for (int a = 0; a < 12; ++a) {
    for (int b = 0; b < 12; ++b) {
      for (int wanted = 0; wanted < 26; ++wanted) {
        const std::vector<int> sizes{a, b, 3};
        const std::vector<int> shares = Shares(sizes, wanted);
        EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), 0), std::min(wanted, a + b + 3));
        for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_LE(shares[i], sizes[i]) << a << " " << b << " " << wanted;
      }
    }
  }
}

TEST(Sampling, DepartmentsGiveTheirShares) {
  std::vector<Candidate> population = PopulationOf(100);
  PopulationText(population);
  Sample sample = SampleOf(SAMPLE_METHOD_RANDOM, 10, true);
  Draw(population, sample);
  ASSERT_EQ(sample.strata_size(), 2);
  EXPECT_EQ(sample.members_size(), 10);
  for (const auto& stratum : sample.strata()) {
    EXPECT_EQ(stratum.population(), stratum.competent_department() == "教育局" ? 70 : 30);
    EXPECT_EQ(stratum.drawn(), std::count_if(sample.members().begin(), sample.members().end(), [&](const auto& member) {
                return member.competent_department() == stratum.competent_department();
              }));
  }
}

TEST(Sampling, RiskTakesTheMostAndBreaksTiesByTheDraw) {
  std::vector<Candidate> population = PopulationOf(50);
  for (std::size_t i = 0; i < population.size(); ++i) population[i].risk = i < 3 ? "12.5" : i < 10 ? "9" : "0";
  PopulationText(population);
  Sample sample = SampleOf(SAMPLE_METHOD_RISK, 6);
  Draw(population, sample);
  ASSERT_EQ(sample.members_size(), 6);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(sample.members(i).risk(), i < 3 ? "12.5" : "9");
    const bool same_as_before = i != 0 && i != 3;
    EXPECT_TRUE(!same_as_before || sample.members(i - 1).order() < sample.members(i).order());
  }
}

TEST(Sampling, RiskIsTheSumOfFindingsDifferenceAndAmount) {
  RiskWeights weights;
  weights.set_error("5");
  weights.set_warning("2");
  weights.set_info("0");
  (*weights.mutable_codes())["INFLATED"] = "8.5";
  weights.set_difference("2");
  weights.set_difference_at_most("20");
  for (const auto& [from, points] : {std::pair("100", "1"), std::pair("1000", "3")}) {
    auto& band = *weights.add_amounts();
    band.set_at_least(from);
    band.set_points(points);
  }
  evaluation::v1::SelfEvaluation form;
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_YUAN);
  form.add_funds()->set_full_year_budget("12,000,000.00");
  evaluation::v1::Scorecard card;
  card.set_kind(evaluation::v1::SCORE_KIND_SCORED);
  card.set_declared_total("98");
  card.set_computed_total("96.12");
  for (const auto& [code, severity] :
       {std::pair("SUM_SCORE", evaluation::v1::SEVERITY_ERROR), std::pair("SUM_SCORE", evaluation::v1::SEVERITY_ERROR),
        std::pair("INFLATED", evaluation::v1::SEVERITY_WARNING), std::pair("ECHO", evaluation::v1::SEVERITY_INFO)}) {
    card.add_findings()->set_code(code);
    card.mutable_findings(card.findings_size() - 1)->set_severity(severity);
  }
  Candidate candidate;
  PutRisk(weights, form, card, candidate);
  EXPECT_EQ(candidate.risk, "25.26");  // 10 + 8.5 + 1.88 × 2 + 3
  for (const char* part : {"SUM_SCORE×2 10", "INFLATED 8.5", "相差 1.88 分 3.76", "1200 万元 3"})
    EXPECT_NE(candidate.explanation.find(part), std::string::npos) << candidate.explanation;
  EXPECT_EQ(candidate.explanation.find("ECHO"), std::string::npos) << "no points, no words";

  card.set_declared_total("60");
  PutRisk(weights, form, card, candidate);
  EXPECT_EQ(candidate.risk, "41.5") << "the difference counts at most 20";
  card.set_kind(evaluation::v1::SCORE_KIND_REFERENCE);
  PutRisk(weights, form, card, candidate);
  EXPECT_EQ(candidate.risk, "21.5") << "nothing was declared against a reference score";
}

}  // namespace
}  // namespace jixiao::intake
