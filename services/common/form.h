// The shape of a form: what must hold before it is scored, stored or archived. Contradictions in the figures are no
// fault of shape: they are findings of the scoring service and never block.
#pragma once

#include "common/errors.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <absl/status/status.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao {

// Limits of one form, as stated in evaluation.proto.
inline constexpr int kMaxIndicators = 2000;
inline constexpr int kMaxFundLines = 200;
inline constexpr int kMaxReportSections = 500;
inline constexpr std::size_t kMaxCellBytes = 32 * 1024;
inline constexpr std::size_t kMaxSectionBytes = 1024 * 1024;
// With its document, its scorecard and its rules it must still fit into one answer of the archive.
inline constexpr std::size_t kMaxFormBytes = 4 * 1024 * 1024;

// What whoever read a form's bytes has found out on the way, so that nobody looks again.
struct KnownOfForm {
  bool plain_text = false;                                           // no cell holds a forbidden control character
  std::size_t most_bytes = std::numeric_limits<std::size_t>::max();  // the form serialised has no more
};

// All faults of `form`, each with its path below `root` ("form"); empty when the form may be taken in. Judged: sizes,
// control characters, year and division code, negative amounts, numbers beyond 15 integer digits (points: 11), a form
// without any content. Cells are never quoted: they may be large or hostile.
std::vector<FieldViolation> FaultsOf(const evaluation::v1::SelfEvaluation& form, std::string_view root,
                                     const KnownOfForm& known = {});

// The same as an error: INVALID_ARGUMENT (FORM_INVALID); OK when there is none.
absl::Status ValidateForm(const evaluation::v1::SelfEvaluation& form, std::string_view root = "form",
                          const KnownOfForm& known = {});

}  // namespace jixiao
