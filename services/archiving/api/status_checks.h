// What the archive checks of itself for GetStatus.
#pragma once

#include "archiving/log/note.h"
#include "archiving/store/archive_store.h"
#include "common/operation/checks.h"

#include <string>
#include <vector>

namespace jixiao::archiving {

struct CheckedArchive {
  ArchiveStore& store;
  std::string key_file;      // of the signing key
  std::string verifier_key;  // of the key in use
  std::string origin;
  std::vector<log::Verifier> witnesses;
};

// SIGNING_KEY, LOG_HEAD, WITNESSES, FIXITY. Blocks; reads a few nodes, not the whole log.
void CheckArchive(operation::Checks& checks, const CheckedArchive& archive);

}  // namespace jixiao::archiving
