// SQLite's writes to its write-ahead log, gathered.
//
// SQLite writes a page to the log by two calls of pwrite, one for 24 bytes and one for 4,096: a commit of 64 forms is
// some 400 of them, a tenth of what intake does. No option changes that, and no package does either, so this is a thin
// layer (VFS) over SQLite's own: what follows what was written last waits in memory, and goes to the file in one piece
// before anything is synced, read, cut or measured. So the file says the same as ever wherever somebody looks.
//
// Others see a commit after its sync (synchronous=FULL), when all of it is in the file: a connection that commits
// without one must not use this.
#pragma once

namespace jixiao::store {

// The name of the layer, for sqlite3_open_v2; registered at the first call. Null, SQLite's own, when that failed.
// Thread-safe.
const char* GatheredLogVfs();

}  // namespace jixiao::store
