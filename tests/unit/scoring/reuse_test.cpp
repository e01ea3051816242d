// Cards, requests and readings keep their memory from form to form, and nothing else.
#include "scoring/api/request_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "support.h"

namespace jixiao::scoring {
namespace {

using namespace support;

std::string Encoded(const Scorecard& card) {
  return CanonicalEncode(card).value_or("");
}

// What a thread gives that has scored nothing before.
std::string ScoredByANewThread(const SelfEvaluation& form, const Rules& rules) {
  std::string encoded;
  std::thread([&] { encoded = Encoded(ScoreOf(form, rules)); }).join();
  return encoded;
}

TEST(Reuse, ACardDoesNotDependOnTheFormsBefore) {
  std::vector<SelfEvaluation> forms;
  for (const auto& file : JsonFilesIn(SourceFolder() / "deploy/local/samples")) forms.push_back(FormFromFile(file));
  forms.push_back(FormWith({}));
  forms.push_back(FormWith(std::vector<Row>(300, Row{"≥50个", "48", "1", "1"})));
  const Rules& rules = RulesOf();
  std::vector<std::string> expected;
  for (const SelfEvaluation& form : forms) expected.push_back(ScoredByANewThread(form, rules));
  Scorecard card;
  ScoreItem item;
  for (std::size_t first = 0; first < forms.size(); ++first) {
    for (std::size_t second = 0; second < forms.size(); ++second) {
      for (const std::size_t i : {first, second}) {
        v1::ScoreRequest request;
        *request.mutable_form() = forms[i];
        ASSERT_TRUE(ReadScoreRequest(request.SerializeAsString(), item));
        Score(item.form, rules, "指定", card);
        ASSERT_EQ(Encoded(card), expected[i]) << first << " " << second;
      }
    }
  }
}

}  // namespace
}  // namespace jixiao::scoring
