#include "support/stores.h"

#include "support/postgres.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string_view>

namespace jixiao::testing {
namespace {

struct Databases {
  std::mutex mutex;
  std::unique_ptr<PrivatePostgres> server;
  std::map<std::string, std::string> urls;  // by path
};

Databases& Known() {
  static Databases databases;
  return databases;
}

}  // namespace

bool OnPostgres() {
  const char* store = std::getenv("JIXIAO_TEST_STORE");
  return store != nullptr && std::string_view(store) == "postgresql";
}

std::string StoreAt(const std::string& path) {
  if (!OnPostgres()) return path;
  Databases& known = Known();
  const std::lock_guard lock(known.mutex);
  if (known.server == nullptr) known.server = PrivatePostgres::Start();
  if (known.server == nullptr) throw std::runtime_error("PostgreSQL is not installed: apt-get install postgresql");
  std::string& url = known.urls[path];
  if (url.empty()) url = known.server->CreateDatabase();
  return url;
}

void RemoveStore(const std::string& path) {
  if (!OnPostgres()) {
    std::filesystem::remove(path);
    return;
  }
  Databases& known = Known();
  const std::lock_guard lock(known.mutex);
  known.urls.erase(path);  // the database goes with its server
}

}  // namespace jixiao::testing
