// dump-cards: what scoring gives to many forms, as one digest a line: equal outputs of two builds mean equal cards,
// byte for byte. For changes that may alter speed and nothing else.
#include "common/digest.h"
#include "common/errors.h"
#include "common/form.h"
#include "common/text.h"
#include "scoring/engine/engine.h"
#include "scoring/rulesets/catalogue.h"
#include "scoring/rulesets/reader.h"
#include "support/paths.h"

#include <CLI/CLI.hpp>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

#include "load/forms.h"

namespace {

using namespace jixiao;

struct Options {
  std::vector<std::string> folders{jixiao::paths::Source() + "/deploy/local/samples"};
  std::string rule_sets = jixiao::paths::Source() + "/services/scoring/rulesets";
  std::size_t varied = 256;
  std::size_t mutated = 1000;
  std::uint64_t seed = 1;
  long show = -1;
};

std::string Bytes(const google::protobuf::Message& message) {
  std::string out(message.ByteSizeLong(), '\0');
  google::protobuf::io::ArrayOutputStream array(out.data(), static_cast<int>(out.size()));
  google::protobuf::io::CodedOutputStream coded(&array);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
  return out;
}

// Each form by the rules that it chooses itself, and by one of all others in turn.
absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const auto sets, scoring::ReadRuleSetFolder(options.rule_sets));
  std::vector<std::shared_ptr<const scoring::Rules>> compiled;
  for (const auto& set : sets) {
    ASSIGN_OR_RETURN(std::shared_ptr<const scoring::Rules> rules, scoring::Rules::Compile(set));
    compiled.push_back(std::move(rules));
  }
  const scoring::Catalogue catalogue(compiled);
  ASSIGN_OR_RETURN(const auto real, load::ReadForms(options.folders));
  auto forms = load::Varied(real, std::max(options.varied, real.size()), options.seed);
  auto mutated = load::Mutated(real, options.mutated, options.seed);
  forms.insert(forms.end(), std::make_move_iterator(mutated.begin()), std::make_move_iterator(mutated.end()));
  long line = 0;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const auto own = catalogue.ForForm(forms[i]);
    for (const auto& rules : {own.rules, compiled[i % compiled.size()]}) {
      if (rules == nullptr) continue;
      evaluation::v1::Scorecard card;
      scoring::Score(forms[i], *rules, own.selected_by, card);
      if (line == options.show) std::cout << forms[i].Utf8DebugString() << '\n' << card.Utf8DebugString();
      if (options.show < 0)
        std::cout << line << ' ' << rules->source().id() << ' ' << DigestOf(Bytes(card)) << ' '
                  << ValidateForm(forms[i]).message() << '\n';
      ++line;
    }
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("A digest of each scorecard, to compare two builds");
  app.add_option("--forms", options.folders, "folders of forms (*.json)")->capture_default_str();
  app.add_option("--rulesets", options.rule_sets, "folder of rule sets")->capture_default_str();
  app.add_option("--varied", options.varied, "how many forms with other figures")->capture_default_str();
  app.add_option("--mutated", options.mutated, "how many forms with damaged cells")->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--show", options.show, "print only the form and card of this line");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(options);
  if (!status.ok()) std::cerr << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
