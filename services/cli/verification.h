// Checks an archived record with nothing but its bytes and the archive's public key.
#pragma once

#include "archiving/log/checkpoint.h"

#include "jixiao/archiving/v1/archiving_service.pb.h"

#include <string>
#include <vector>

namespace jixiao::cli {

struct VerificationStep {
  std::string title;  // in Chinese
  bool ok = false;
  std::string detail;
};

// Every step is run, also after one has failed: parts against leaf, contents against each other, index against
// contents, tree head against key, leaf against tree head.
std::vector<VerificationStep> VerifyRecord(const archiving::v1::GetRecordResponse& response,
                                           const archiving::log::Verifier& verifier, const std::string& origin);

bool AllOk(const std::vector<VerificationStep>& steps);

}  // namespace jixiao::cli
