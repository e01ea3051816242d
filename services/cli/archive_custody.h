// Commands about keeping: retention, disposals, inspections and the fixity register.
#pragma once

#include "archiving/export/bag_inspection.h"
#include "cli/commands.h"

#include "jixiao/archiving/v1/archiving_service.pb.h"

#include <CLI/CLI.hpp>
#include <absl/status/status.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace jixiao::cli {

// Adds the commands to `archive`; each sets `run` when it is chosen.
void AddArchiveCustody(CLI::App& archive, const Global& global, std::function<int()>& run);

// How long a record is kept, its archival code, what was erased of it; what an entry of the archive itself says.
void PrintCustody(const archiving::v1::GetRecordResponse& record, std::ostream& out);
// Whether the record must have a scorecard: it is no entry, and none was erased.
bool HasScorecard(const archiving::v1::GetRecordResponse& record);

void PrintInspection(const std::string& path, const archiving::exporting::BagInspection& inspection);
// Inspects a package that was just written and puts the report beside it, as PATH.inspection.json.
absl::Status InspectWritten(const std::string& path);

struct InspectOptions {
  std::string name;  // a record or a package
  ArchiveKey key;
  bool items = false;  // only list what can be inspected
};
int RunArchiveInspect(const Global& global, const InspectOptions& options);
int RunArchiveFixity(const Global& global, const std::string& name);

struct DueOptions {
  std::string class_name;
  int limit = 1000;
};
int RunArchiveDue(const Global& global, const DueOptions& options);

struct DisposalOptions {
  std::vector<std::string> records;  // to propose
  std::vector<std::string> parts;
  std::string name;  // of the disposal
  std::string actor;
  std::string organization;
  std::string reason;
  std::string etag;
  std::string request_id;
  bool validate_only = false;
  bool wait = false;  // until it is carried out
};
int RunDisposalPropose(const Global& global, const DisposalOptions& options);
int RunDisposalApprove(const Global& global, const DisposalOptions& options);
int RunDisposalWithdraw(const Global& global, const DisposalOptions& options);
int RunDisposalExecute(const Global& global, const DisposalOptions& options);
int RunDisposalShow(const Global& global, const std::string& name);
int RunDisposalList(const Global& global);

}  // namespace jixiao::cli
