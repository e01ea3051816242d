#include "common/priority.h"

#include <sched.h>
#include <sys/resource.h>

namespace jixiao {

void RunInBackground() {
  constexpr int kNice = 10;
  // On Linux the value belongs to the thread. Raising it is always allowed.
  (void)setpriority(PRIO_PROCESS, 0, kNice);
}

void PreferThroughput() {
  // Always allowed, too, unless a sandbox forbids the call: then all works as without it.
  const sched_param none{};
  (void)sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace jixiao
