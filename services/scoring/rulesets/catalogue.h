// All published rule sets of a moment, compiled, and how a caller's choice finds one. Immutable: readers share a
// snapshot and never wait; a publication makes a new one.
#pragma once

#include "common/text.h"
#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// A rule set and why it was chosen, in Chinese, for the scorecard.
struct Selection {
  std::shared_ptr<const Rules> rules;
  std::string selected_by;
};

class Catalogue {
 public:
  Catalogue() = default;
  // `published` are there for everyone; `unlisted` only for who names one by its digest: that they are what the digest
  // says is certain, that they were ever published is not.
  explicit Catalogue(const std::vector<std::shared_ptr<const Rules>>& published,
                     const std::vector<std::shared_ptr<const Rules>>& unlisted = {});

  // "ID" (the latest revision) or "ID@REVISION"; nullptr when there is none.
  std::shared_ptr<const Rules> ById(std::string_view id) const;
  std::shared_ptr<const Rules> ByDigest(std::string_view digest) const;

  // By the form's region (longest prefix up to the nation), year and kind. Where no rule set covers the year, the
  // nearest one is taken, and the reason says so. Nothing only when the catalogue has no rule set for the whole nation.
  Selection ForForm(const evaluation::v1::SelfEvaluation& form) const;

  // The published ones by id and revision.
  std::vector<std::shared_ptr<const Rules>> All() const;

 private:
  std::map<std::pair<std::string, int>, std::shared_ptr<const Rules>> by_name_;
  TextMap<std::shared_ptr<const Rules>> by_digest_;
};

}  // namespace jixiao::scoring
