// The commands of `jixiao`. Each is a plain client of the services; each returns the process's exit code.
#pragma once

#include "cli/record_filter.h"
#include "common/rpc/channel.h"
#include "intake/import/recogniser.h"

#include <string>
#include <vector>

namespace jixiao::cli {

// What all commands share.
struct Global {
  std::string intake = "127.0.0.1:7301";
  std::string scoring = "127.0.0.1:7302";
  std::string archiving = "127.0.0.1:7303";
  std::string format = "table";  // or json
  int timeout_seconds = 30;
  rpc::ChannelSecurity security = {};

  bool json() const { return format == "json"; }
};

struct ScoreOptions {
  std::vector<std::string> files;
  importing::Hints hints;  // for forms that say neither region nor year
  std::string rule_set;
  bool explain = false;
  bool batch = false;
  std::vector<std::string> aggregates;  // files whose forms sum up the others; only with `batch`
};
int RunScore(const Global& global, const ScoreOptions& options);
// The forms of all files as one batch: a line for each, and what they show together.
int RunScoreBatch(const Global& global, const ScoreOptions& options);

struct ImportOptions {
  std::vector<std::string> files;
  std::string as;          // platform: the files are platforms' messages; empty: documents
  importing::Hints hints;  // for forms that say neither region nor year
  bool remote = false;     // read by the intake service instead of here
};
int RunImport(const Global& global, const ImportOptions& options);

struct WriteMessageOptions {
  std::vector<std::string> files;
  importing::Hints hints;  // for forms that say neither region nor year, or a region of 6 digits
};
// Forms as messages of a provincial platform, one a line.
int RunExport(const Global& global, const WriteMessageOptions& options);

struct TemplateOptions {
  std::string rule_set;
  std::vector<std::string> files;  // forms to fill in; none: one blank form
  bool targets_only = false;       // leave out what the files say of results
  int year = 0;
  std::string out;
};
int RunTemplate(const Global& global, const TemplateOptions& options);

struct SubmitOptions {
  std::vector<std::string> files;
  importing::Hints hints;  // for forms that say neither region nor year
  std::string rule_set;
  std::string submission;  // for a resubmission
  std::string source;      // the document the form was read from
  std::string campaign;    // campaigns/ID or ID; empty without one
  std::string reservation;
  std::string results;  // file that has a line for each form; a later run goes on from it
  bool again = false;
  bool wait = false;
  std::vector<std::string> stages;  // department, finance
  bool judge = false;               // class the findings also without stages
};
int RunSubmit(const Global& global, const SubmitOptions& options);

int RunStatus(const Global& global, const std::string& name, bool explain);

// Which submissions; what is empty admits all.
struct SubmissionFilterOptions {
  std::string campaign;
  std::string region;
  std::string department;
  std::string unit;
  int year = 0;
  std::vector<std::string> states;  // in English or Chinese
  bool late = false;
  std::string from;    // changed then or later: 2024-03-01, or with THH:MM:SS, in China's time
  std::string before;  // changed before
  std::string text;
};
struct ListOptions {
  SubmissionFilterOptions filter;
  int limit = 100;
};
int RunList(const Global& global, const ListOptions& options);
struct WatchOptions {
  std::string name;  // one submission; empty for all that fit
  SubmissionFilterOptions filter;
  std::string since;  // a cursor
};
int RunWatch(const Global& global, const WatchOptions& options);
// What has changed since a cursor, once, and where the next call goes on.
int RunChanges(const Global& global, const WatchOptions& options);
int RunReturn(const Global& global, const std::string& name, const std::string& reason);

int RunRulesList(const Global& global, bool drafts);
int RunRulesShow(const Global& global, const std::string& name);
struct PublishOptions {
  std::vector<std::string> files;
  std::string draft;  // ID@REVISION, instead of files
  bool validate_only = false;
};
int RunRulesPublish(const Global& global, const PublishOptions& options);
int RunRulesDraft(const Global& global, const std::vector<std::string>& files, const std::string& etag);
int RunRulesRetire(const Global& global, const std::string& name);
int RunRulesDiff(const Global& global, const std::string& from, const std::string& to);

struct SimulateOptions {
  std::vector<std::string> files;
  std::string from;
  std::string to;
};
int RunRulesSimulate(const Global& global, const SimulateOptions& options);

struct LabelOptions {
  std::string name;
  std::string target;
  std::string region;
  int year = 0;
  std::string report;
  std::string etag;
  bool remove = false;
};
int RunRulesLabel(const Global& global, const LabelOptions& options);
int RunRulesLabels(const Global& global);
int RunRulesShadow(const Global& global);

struct ArchiveKey {
  std::string text;                    // a verifier key, or the path of a file that holds one; empty: ask the server
  std::vector<std::string> witnesses;  // keys of witnesses, likewise, whose cosignatures are asked for
  int quorum = 1;                      // how many of them must have signed
};
struct SearchOptions {
  FilterOptions filter;
  int limit = 100;
  bool oldest_first = false;
};
int RunArchiveSearch(const Global& global, const SearchOptions& options);
struct SummaryOptions {
  FilterOptions filter;
  std::string by;  // see archive_app.cpp; empty for one group
  int findings = 5;
};
int RunArchiveSummary(const Global& global, const SummaryOptions& options);
int RunArchiveRebuildIndex(const Global& global);
struct ExportOptions {
  std::vector<std::string> names;
  FilterOptions filter;
  bool all = false;
  std::string as;
  std::string out;    // a file, a folder, or - for standard output
  std::string fonds;  // 全宗号, for packages
  bool pdf = false;   // packages: a PDF of each record too
};
int RunArchiveExport(const Global& global, const ExportOptions& options);
// Takes over the records of another archive's package, whose key is `key`.
int RunArchiveImport(const Global& global, const std::string& path, const ArchiveKey& key);
struct RescoreOptions {
  std::vector<std::string> names;  // records or packages
  FilterOptions filter;
  bool all = false;
  std::string rule_set;  // empty: each record's own
};
int RunArchiveRescore(const Global& global, const RescoreOptions& options);
int RunArchiveGet(const Global& global, const std::string& name);
int RunArchiveHead(const Global& global, const ArchiveKey& key);
int RunArchiveProof(const Global& global, const std::string& name);
// Who is believed when a proof stands on a signed tree head.
struct ProofTrust {
  std::string key;                     // the log's
  std::vector<std::string> witnesses;  // their keys
  int quorum = 1;                      // how many of them must have signed
  std::string leaf;                    // file with the leaf's bytes; empty: those in the proof
};
// Judges one inclusion or consistency proof as JSON, or one in the format of tlog-proof, by itself, without a server.
// `file`: - for standard input.
int RunCheckProof(const Global& global, const std::string& file, const ProofTrust& trust = {});
int RunArchiveVerify(const Global& global, const std::vector<std::string>& names, bool all, const ArchiveKey& key);

}  // namespace jixiao::cli
