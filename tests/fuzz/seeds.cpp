// Writes the corpus to start from: jixiao_fuzz_seeds FOLDER FORMS..., one subfolder a target, from forms and rule sets.
#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"
#include "scoring/engine/engine.h"
#include "scoring/rulesets/reader.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "fuzz/targets.h"
#include "load/forms.h"

namespace {

using namespace jixiao;

class Corpus {
 public:
  explicit Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Equal inputs are one file.
  void Add(std::string_view target, std::string_view bytes) {
    if (bytes.empty()) return;
    const std::filesystem::path folder = folder_ / target;
    std::filesystem::create_directories(folder);
    const std::string digest = DigestOf(bytes);
    std::ofstream(folder / digest.substr(digest.size() - 16), std::ios::binary) << bytes;
  }

 private:
  const std::filesystem::path folder_;
};

void AddCells(const evaluation::v1::SelfEvaluation& form, Corpus& corpus) {
  for (const auto& line : form.funds())
    for (const std::string* cell : {&line.name(), &line.initial_budget(), &line.full_year_budget(), &line.executed(),
                                    &line.weight(), &line.execution_rate(), &line.score()})
      corpus.Add("cell", *cell);
  for (const auto& row : form.indicators())
    for (const std::string* cell : {&row.level1(), &row.level3(), &row.target(), &row.actual(), &row.weight(),
                                    &row.score(), &row.completion_rate(), &row.deviation_reason()})
      corpus.Add("cell", *cell);
  corpus.Add("cell", form.total_score());
}

// Every shipped rule set file with its ancestors before it.
void AddRuleSets(const std::filesystem::path& folder, Corpus& corpus) {
  const auto text_of = [&](const std::string& id) {
    std::ifstream in(folder / (id + ".yaml"), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    std::string text = text_of(entry.path().stem().string());
    corpus.Add("rule_set", text);
    constexpr std::string_view kParent = "\nparent: ";
    for (int depth = 0; depth < 8; ++depth) {
      const std::size_t at = text.find(kParent);
      if (at == std::string::npos || text.find("\n---\n") < at) break;
      const std::size_t id = at + kParent.size();
      const std::string parent = text_of(text.substr(id, text.find('\n', id) - id));
      if (parent.empty()) break;
      text = Cat(parent, "\n---\n", text);
    }
    corpus.Add("rule_set", text);
  }
}

absl::Status Write(const std::string& folder, const std::vector<std::string>& forms) {
  Corpus corpus(folder);
  const std::string rule_sets = fuzz::SourceFolder() + "/services/scoring/rulesets";
  AddRuleSets(rule_sets, corpus);
  const auto sets = scoring::ReadRuleSetFolder(rule_sets);
  if (!sets.ok()) return sets.status();
  const auto rules = scoring::Rules::Compile(sets->front());
  if (!rules.ok()) return rules.status();
  corpus.Add("canonical", CanonicalEncode((*rules)->source()).value_or(""));
  const auto all = load::ReadForms(forms);
  if (!all.ok()) return all.status();
  for (const auto& form : *all) {
    AddCells(form, corpus);
    corpus.Add("form", form.SerializeAsString());
    corpus.Add("canonical", CanonicalEncode(form).value_or(""));
    evaluation::v1::Scorecard card;
    scoring::Score(form, **rules, "指定", card);
    corpus.Add("canonical", CanonicalEncode(card).value_or(""));
    corpus.Add("canonical", card.SerializeAsString());
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: jixiao_fuzz_seeds FOLDER FORMS...\n";
    return 2;
  }
  const absl::Status status = Write(argv[1], {argv + 2, argv + argc});
  if (!status.ok()) std::cerr << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
