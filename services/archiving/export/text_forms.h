// A record for other programs: JSON, and one line of a table for statistics.
#pragma once

#include "archiving/export/document.h"

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace jixiao::archiving::exporting {

// `message` as one line of protobuf JSON with the original field names and without what is empty. Equal messages give
// equal text.
std::string ToJson(const google::protobuf::Message& message);

// The whole record in one line: what it is, form, scorecard, rule set, parts with their digests, and the proof. The
// source document is named, not contained.
std::string RecordJson(const Document& document);

// The head of the table, with the byte order mark that Excel needs to read UTF-8; and a record's line in it. Lines end
// in CR LF (RFC 4180).
std::string CsvHead();
std::string CsvLine(const Document& document);

// A cell of such a table: quoted where needed. What a spreadsheet would take for a formula gets an apostrophe in front;
// numbers stay as they were written.
std::string CsvCell(std::string_view text);

}  // namespace jixiao::archiving::exporting
