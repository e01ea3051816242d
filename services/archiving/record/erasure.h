// Parts that were erased when their time was over: what shows that they were erased by right.
#pragma once

#include "archiving/log/checkpoint.h"
#include "archiving/record/record.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"
#include "jixiao/archiving/v1/archiving_service.pb.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

// How many must approve a disposal, none of them its proposer.
inline constexpr std::size_t kApprovals = 2;

// What is wrong with the people of an entry, in Chinese; empty when it was proposed, approved by enough others, and
// carried out.
std::string FaultOfPeople(const v1::DisposalEntry& disposal);

// Whether the entry names the part of the record.
bool Names(const v1::DisposalEntry& disposal, std::int64_t record, std::string_view part);

// The erased parts that a record says it has.
std::vector<Erased> ErasedOf(const v1::GetRecordResponse& record);

// Every way in which the record's erasures are not proved by entries of its log, in Chinese; empty when all is well,
// also without erasures. The record's index is that of its proof.
std::vector<std::string> ErasureFaults(const v1::GetRecordResponse& record, const log::Verifier& verifier,
                                       const std::string& origin);

}  // namespace jixiao::archiving
