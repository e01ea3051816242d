// Scoring of live forms: what the store and the shadow report are told of each.
#pragma once

#include "scoring/engine/engine.h"
#include "scoring/rulesets/catalogue.h"
#include "scoring/rulesets/forms_seen.h"
#include "scoring/rulesets/shadow.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <utility>

namespace jixiao::scoring {

// What is counted of live forms. Thread-safe.
struct LiveForms {
  explicit LiveForms(FormsSeen::Store store) : seen(std::move(store)) {}

  // Scores the form by the selection, counts it, and scores it by the shadow too when the form chose for itself and a
  // shadow applies. Never blocks.
  void Score(const Catalogue& catalogue, const evaluation::v1::SelfEvaluation& form,
             const v1::RuleSetSelector& selector, const Selection& selection, evaluation::v1::Scorecard& card) {
    scoring::Score(form, *selection.rules, selection.selected_by, card);
    seen.Count(form);
    if (selector.by_case() != v1::RuleSetSelector::BY_NOT_SET) return;
    if (const auto rules = catalogue.ShadowFor(form)) {
      evaluation::v1::Scorecard other;
      scoring::Score(form, *rules, "", other);
      shadow.Count(card, other);
    }
  }

  FormsSeen seen;
  ShadowCounts shadow;
};

}  // namespace jixiao::scoring
