// From what was read to the answer: forms with their origins in order, and what is left unread.
#pragma once

#include "intake/import/draft.h"
#include "intake/import/recogniser.h"

#include <vector>

namespace jixiao::importing {

// The drafts' forms are moved out. `drafts` in the order by which the ledger knows them.
intake::v1::ImportedDocument AnswerOf(const Document& document, const Hints& hints, const std::vector<Draft*>& drafts,
                                      const Ledger& ledger);

// Lists what was not read, as many entries as an answer may have; the last one says how many more there were.
void PutUnread(std::vector<intake::v1::UnreadCell> cells,
               google::protobuf::RepeatedPtrField<intake::v1::UnreadCell>& out);

}  // namespace jixiao::importing
