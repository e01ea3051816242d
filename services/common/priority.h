// How threads share the cores.
#pragma once

namespace jixiao {

// From now on the calling thread gives way: on a busy machine it gets about a tenth of what others get of a core, on an
// idle one all it asks for. It still goes on, so nothing that waits for it waits for ever.
void RunInBackground();

// From now on the calling thread, and every thread and process that it starts, lets what runs on a core go on until it
// waits or has had its turn, instead of taking its place as soon as there is something to do. On a busy machine calls
// are then worked off in runs, without a change of threads for each: a fifth more of them, as tests/load measured. On
// an idle machine nothing changes. Intake does not ask for it: it has work to do beside its callers, and nothing was
// gained where it did.
void PreferThroughput();

}  // namespace jixiao
