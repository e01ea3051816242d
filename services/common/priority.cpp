#include "common/priority.h"

#include <sys/resource.h>

namespace jixiao {

void RunInBackground() {
  constexpr int kNice = 10;
  // On Linux the value belongs to the thread. Raising it is always allowed.
  (void)setpriority(PRIO_PROCESS, 0, kNice);
}

}  // namespace jixiao
