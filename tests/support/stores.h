// Which database the stores of a test are kept in. The same tests run twice: on SQLite, and with
// JIXIAO_TEST_STORE=postgresql in the environment on PostgreSQL.
#pragma once

#include <string>

namespace jixiao::testing {

bool OnPostgres();

// What store::Database::Open takes for the store that the test calls `path`: the path itself, or the URL of a database
// that is made at the first call, on a server that this process starts and ends with.
std::string StoreAt(const std::string& path);

// Removes that store; the next StoreAt makes an empty one.
void RemoveStore(const std::string& path);

}  // namespace jixiao::testing
