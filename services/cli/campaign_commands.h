// `jixiao campaign`: seasons (申报批次), their rosters and progress, reservations.
#pragma once

#include "cli/commands.h"

#include "jixiao/intake/v1/campaign.grpc.pb.h"

#include <CLI/CLI.hpp>
#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::cli {

// Adds the command with all its subcommands to `app`; each sets `run`.
void AddCampaign(CLI::App& app, const Global& global, std::function<int()>& run);

std::unique_ptr<intake::v1::CampaignService::Stub> Campaigns(const Global& global);

// Options that describe a campaign; empty: not given.
struct CampaignOptions {
  std::string name;  // campaigns/ID or ID
  std::string title;
  std::string region;
  int year = 0;
  std::string kind;
  std::string rule_set;
  std::string open;
  std::string due;
  std::string close;
  std::string content_due;
  std::string late;                 // refuse or mark
  std::string roster;               // refuse or list
  std::vector<std::string> stages;  // department, finance
  std::string etag;
  bool validate_only = false;
};
int RunCampaignCreate(const Global& global, const CampaignOptions& options);
int RunCampaignUpdate(const Global& global, const CampaignOptions& options);
int RunCampaignShow(const Global& global, const std::string& name);
int RunCampaignList(const Global& global);
int RunCampaignOpen(const Global& global, const std::string& name, bool open);

struct RosterOptions {
  std::string campaign;
  std::string file;  // empty: list the roster
  bool replace = false;
  bool validate_only = false;
};
int RunCampaignRoster(const Global& global, const RosterOptions& options);

struct ProgressOptions {
  std::string campaign;
  std::string by = "department";  // or unit, total
  std::string department;
};
int RunCampaignProgress(const Global& global, const ProgressOptions& options);

struct MissingOptions {
  std::string campaign;
  std::string department;
  std::string csv;  // file to write; - for standard output
};
int RunCampaignMissing(const Global& global, const MissingOptions& options);
// What came late, or what is on no entry of the roster.
int RunCampaignSubmissions(const Global& global, const std::string& campaign, bool late);

struct ReserveOptions {
  std::string campaign;
  std::vector<std::string> files;
  importing::Hints hints;    // for forms that say neither region nor year
  std::string folder = ".";  // for the receipts
};
int RunCampaignReserve(const Global& global, const ReserveOptions& options);
struct CheckReceiptOptions {
  std::string file;
  std::string key;   // a verifier key, or a file that holds one
  std::string form;  // a file with the form that it should be for; empty: not checked
};
int RunCheckReceipt(const Global& global, const CheckReceiptOptions& options);

// campaigns/ID for an ID.
std::string CampaignNamed(const std::string& name);

// A moment that people write in Asia/Shanghai: 2026-03-31, 2026-03-31 18:00, 2026-03-31T18:00:30. A date alone is the
// beginning of that day or, with `end`, its last microsecond. INVALID_ARGUMENT (TIME_INVALID) for anything else.
absl::StatusOr<std::int64_t> ParseShanghai(std::string_view text, bool end);

}  // namespace jixiao::cli
