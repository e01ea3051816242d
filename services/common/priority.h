// Threads whose work can wait.
#pragma once

namespace jixiao {

// From now on the calling thread gives way: on a busy machine it gets about a tenth of what others get of a core, on an
// idle one all it asks for. It still goes on, so nothing that waits for it waits for ever.
void RunInBackground();

}  // namespace jixiao
