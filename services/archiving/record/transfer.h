// Records that came from another archive: their proof there goes on proving here.
#pragma once

#include "archiving/record/record.h"

#include "jixiao/archiving/v1/transfer_proof.pb.h"

#include <string>
#include <vector>

namespace jixiao::archiving {

// Every way in which `proof` does not prove that the other archive had a record of `parts` (the parts here), in
// Chinese; empty when all is well. The key is the one that the proof names.
std::vector<std::string> TransferFaults(const v1::TransferProof& proof, const std::vector<Part>& parts);

// The key under which a record of another archive is archived here, for ever the same: it names the other log, its key
// and the index there.
std::string TransferKey(const v1::TransferProof& proof);

}  // namespace jixiao::archiving
