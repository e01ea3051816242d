// The whole line: forms handed in, scored and archived, as a watcher of intake hears of it.
#pragma once

#include "load/stage.h"

namespace jixiao::load {

struct LineOutcome {
  Outcome submitted;  // as their callers saw it
  std::uint64_t archived = 0;
  double seconds = 0;                 // from the first form to the last that was archived
  std::vector<std::uint32_t> micros;  // of each form from when it was to be handed in until it was archived

  double PerSecond() const { return seconds > 0 ? static_cast<double>(archived) / seconds : 0; }
};

// Hands forms in by BatchSubmit as `loop` says and waits until all that were acknowledged are archived; fewer are when
// nothing is archived for a minute.
LineOutcome RunLine(Stage& stage, const Channels& channels, const Work& batch_submit, Numbered& requests,
                    const Loop& loop);

}  // namespace jixiao::load
