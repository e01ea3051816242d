#include "common/store/gathered_log.h"

#include <sqlite3.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string>

namespace jixiao::store {
namespace {

constexpr char kName[] = "jixiao-gathered-log";
// Bytes that wait. SQLite itself writes less than 128 KiB at a time, and its layer below takes no more.
constexpr std::size_t kMost = 120 * 1024;

// A log file. SQLite gives the memory; behind it lies the file of the layer below.
struct LogFile {
  sqlite3_file base;
  sqlite3_int64 begin;   // where `waiting` belongs
  std::string* waiting;  // owned; made with the file and gone with it
  int failed;            // the error of a write that SQLite had been told of as done
  bool gathers;
};

constexpr std::size_t kBelow = (sizeof(LogFile) + 7) / 8 * 8;

LogFile& Of(sqlite3_file* file) {
  return *reinterpret_cast<LogFile*>(file);
}

sqlite3_file* Below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kBelow);
}

// What waits goes to the file. When it cannot be written, nothing that rests on it may be committed: from then on the
// file only fails, until its connection is given up.
int Flush(sqlite3_file* file) {
  LogFile& log = Of(file);
  if (log.failed != SQLITE_OK || log.waiting->empty()) return log.failed;
  sqlite3_file* const below = Below(file);
  log.failed = below->pMethods->xWrite(below, log.waiting->data(), static_cast<int>(log.waiting->size()), log.begin);
  log.waiting->clear();
  return log.failed;
}

int Close(sqlite3_file* file) {
  (void)Flush(file);  // of nothing that was committed
  delete Of(file).waiting;
  return Below(file)->pMethods->xClose(Below(file));
}

int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  LogFile& log = Of(file);
  const auto length = static_cast<std::size_t>(size);
  const bool follows = at == log.begin + static_cast<sqlite3_int64>(log.waiting->size());
  if (!follows || log.waiting->size() + length > kMost || log.failed != SQLITE_OK)
    if (const int code = Flush(file); code != SQLITE_OK) return code;
  if (length > kMost || !log.gathers) return Below(file)->pMethods->xWrite(Below(file), bytes, size, at);
  if (log.waiting->empty()) log.begin = at;
  try {
    log.waiting->append(static_cast<const char*>(bytes), length);
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

// Calls of the layer below with nothing waiting.
template <auto Method, class... Arguments>
int Through(sqlite3_file* file, Arguments... arguments) {
  if (const int code = Flush(file); code != SQLITE_OK) return code;
  return (Below(file)->pMethods->*Method)(Below(file), arguments...);
}

int SectorSize(sqlite3_file* file) {
  return Below(file)->pMethods->xSectorSize(Below(file));
}

int DeviceCharacteristics(sqlite3_file* file) {
  return Below(file)->pMethods->xDeviceCharacteristics(Below(file));
}

using Io = sqlite3_io_methods;
// Of the first version: memory maps and shared memory are the database file's.
constexpr Io kMethods{.iVersion = 1,
                      .xClose = Close,
                      .xRead = Through<&Io::xRead, void*, int, sqlite3_int64>,
                      .xWrite = Write,
                      .xTruncate = Through<&Io::xTruncate, sqlite3_int64>,
                      .xSync = Through<&Io::xSync, int>,
                      .xFileSize = Through<&Io::xFileSize, sqlite3_int64*>,
                      .xLock = Through<&Io::xLock, int>,
                      .xUnlock = Through<&Io::xUnlock, int>,
                      .xCheckReservedLock = Through<&Io::xCheckReservedLock, int*>,
                      .xFileControl = Through<&Io::xFileControl, int, void*>,
                      .xSectorSize = SectorSize,
                      .xDeviceCharacteristics = DeviceCharacteristics,
                      .xShmMap = nullptr,
                      .xShmLock = nullptr,
                      .xShmBarrier = nullptr,
                      .xShmUnmap = nullptr,
                      .xFetch = nullptr,
                      .xUnfetch = nullptr};

int Open(sqlite3_vfs* self, sqlite3_filename path, sqlite3_file* file, int flags, int* opened) {
  auto* const system = static_cast<sqlite3_vfs*>(self->pAppData);
  if ((flags & SQLITE_OPEN_WAL) == 0) return system->xOpen(system, path, file, flags, opened);
  file->pMethods = nullptr;                                                // nothing to be closed until it is open
  std::unique_ptr<std::string> waiting(new (std::nothrow) std::string());  // nothing may be thrown through SQLite
  if (waiting == nullptr) return SQLITE_NOMEM;
  if (const int code = system->xOpen(system, path, Below(file), flags, opened); code != SQLITE_OK) {
    if (Below(file)->pMethods != nullptr) Below(file)->pMethods->xClose(Below(file));
    return code;
  }
  // Where a write may damage what stands beside it, SQLite fills a sector up after the sync: nothing may wait there.
  const int device = Below(file)->pMethods->xDeviceCharacteristics(Below(file));
  new (file) LogFile{{&kMethods}, 0, waiting.release(), SQLITE_OK, (device & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0};
  return SQLITE_OK;
}

sqlite3_vfs* SystemOf(sqlite3_vfs* self) {
  return static_cast<sqlite3_vfs*>(self->pAppData);
}

// Everything else is the system's, which must see itself.
sqlite3_vfs Layer(sqlite3_vfs* system) {
  sqlite3_vfs layer{};
  layer.iVersion = 2;
  layer.szOsFile = static_cast<int>(kBelow) + system->szOsFile;
  layer.mxPathname = system->mxPathname;
  layer.zName = kName;
  layer.pAppData = system;
  layer.xOpen = Open;
  layer.xDelete = [](sqlite3_vfs* self, const char* path, int sync) {
    return SystemOf(self)->xDelete(SystemOf(self), path, sync);
  };
  layer.xAccess = [](sqlite3_vfs* self, const char* path, int flags, int* out) {
    return SystemOf(self)->xAccess(SystemOf(self), path, flags, out);
  };
  layer.xFullPathname = [](sqlite3_vfs* self, const char* path, int size, char* out) {
    return SystemOf(self)->xFullPathname(SystemOf(self), path, size, out);
  };
  layer.xRandomness = [](sqlite3_vfs* self, int size, char* out) {
    return SystemOf(self)->xRandomness(SystemOf(self), size, out);
  };
  layer.xSleep = [](sqlite3_vfs* self, int micros) { return SystemOf(self)->xSleep(SystemOf(self), micros); };
  layer.xCurrentTime = [](sqlite3_vfs* self, double* out) { return SystemOf(self)->xCurrentTime(SystemOf(self), out); };
  layer.xGetLastError = [](sqlite3_vfs* self, int size, char* out) {
    return SystemOf(self)->xGetLastError(SystemOf(self), size, out);
  };
  layer.xCurrentTimeInt64 = [](sqlite3_vfs* self, sqlite3_int64* out) {
    return SystemOf(self)->xCurrentTimeInt64(SystemOf(self), out);
  };
  return layer;
}

}  // namespace

const char* GatheredLogVfs() {
  static const char* const name = []() -> const char* {
    sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
    if (system == nullptr || system->iVersion < 2) return nullptr;
    static sqlite3_vfs layer = Layer(system);
    return sqlite3_vfs_register(&layer, 0) == SQLITE_OK ? kName : nullptr;
  }();
  return name;
}

}  // namespace jixiao::store
