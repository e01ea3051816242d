// Rosters as people keep them: a table in a CSV file (UTF-8 or GBK, with or without byte order mark) or a workbook,
// under Chinese or English headings in any order.
#pragma once

#include "jixiao/intake/v1/campaign.pb.h"

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::season {

struct RosterTable {
  std::string sheet;  // empty for CSV
  int heading_row = 0;
  std::map<std::string, std::string> columns;  // field of RosterEntry to its column: "C", for faults
};

struct RosterFile {
  std::vector<intake::v1::RosterEntry> entries;  // `row` is the row of the sheet or the line of the file
  std::vector<std::size_t> tables_of;            // the table of each entry
  std::vector<RosterTable> tables;
  std::vector<std::string> passed_over;  // what was not read, in Chinese: rows of sums, columns, sheets

  // Where a fault stands, for people: 工作表“名单” C12（项目代码）.
  std::string Describe(const intake::v1::RosterFault& fault) const;
};

// INVALID_ARGUMENT (ROSTER_UNREADABLE, DOCUMENT_…) says in Chinese what is wrong: no text, no such table, too large.
absl::StatusOr<RosterFile> ReadRoster(std::string_view bytes, std::string_view file_name);

}  // namespace jixiao::season
