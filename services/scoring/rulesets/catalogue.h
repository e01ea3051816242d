// All published rule sets and labels of a moment, compiled, and how a caller's choice finds one. Immutable: readers
// share a snapshot and wait for no writer; a publication, retirement or label makes a new one.
#pragma once

#include "common/text.h"
#include "scoring/engine/rules.h"
#include "scoring/rulesets/annex.h"
#include "scoring/rulesets/labels.h"

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
  // says is certain, that they were ever published is not. `annex` says which are retired and where labels point.
  explicit Catalogue(const std::vector<std::shared_ptr<const Rules>>& published,
                     const std::vector<std::shared_ptr<const Rules>>& unlisted = {}, Annex annex = {});

  // "ID" (the latest revision that is not retired) or "ID@REVISION"; nullptr when there is none.
  std::shared_ptr<const Rules> ById(std::string_view id) const;
  std::shared_ptr<const Rules> ByDigest(std::string_view digest) const;

  bool IsRetired(std::string_view digest) const { return !retired_.empty() && retired_.contains(digest); }
  const Labels& labels() const { return *labels_; }

  // What a form without a selector gets: by the label `stable`, else ForForm. A label whose rule set is not made for
  // forms of this kind is passed over. Nothing (and the label's reason) when the label's rule set is not in the
  // catalogue.
  Selection Choose(const evaluation::v1::SelfEvaluation& form) const;

  // By a label of this name for the form's region and year; nothing when there is none, or its rule set is not here.
  Selection ByLabel(std::string_view name, const evaluation::v1::SelfEvaluation& form) const;

  // What `shadow` gives the form; nullptr when it gives nothing. Without such a label, one comparison.
  std::shared_ptr<const Rules> ShadowFor(const evaluation::v1::SelfEvaluation& form) const {
    return labels_->shadow() == nullptr ? nullptr : ByScopes(*labels_->shadow(), form).rules;
  }

  // By the form's region (longest prefix up to the nation), year and kind, without retired rule sets. Where no rule set
  // covers the year, the nearest one is taken, and the reason says so. Nothing only when the catalogue has no rule set
  // for the whole nation.
  Selection ForForm(const evaluation::v1::SelfEvaluation& form) const;

  // The published ones by id and revision.
  std::vector<std::shared_ptr<const Rules>> All() const;

 private:
  // By the labels of one name, passing over those whose rule set is not made for forms of this kind.
  Selection ByScopes(const LabelScopes& scopes, const evaluation::v1::SelfEvaluation& form) const;

  std::map<std::pair<std::string, int>, std::shared_ptr<const Rules>> by_name_;
  TextMap<std::shared_ptr<const Rules>> by_digest_;
  TextSet retired_;  // digests
  std::shared_ptr<const Labels> labels_ = std::make_shared<const Labels>();
};

}  // namespace jixiao::scoring
