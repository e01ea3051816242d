// `jixiao review …`: findings and their answers, stages, reviewers' scores, samples.
#pragma once

#include "cli/commands.h"

#include "jixiao/intake/v1/action.pb.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace jixiao::cli {

// Declares the commands; the chosen one is put into `run`.
void AddReview(CLI::App& app, const Global& global, std::function<int()>& run);

// Who acts, as the flags say.
struct ActorOptions {
  std::string name;
  std::string role;  // in English or Chinese; empty: the one that the command is usually for
  std::string organization;
  std::string etag;  // empty: of the submission as it is now
};

// The names that people may use.
inline constexpr char kRoleHelp[] =
    "unit、department、finance、expert、audit，或填报单位、主管部门、财政部门、专家、审计";

// The actor, with `usual` where no role was given; false when there is no such role.
bool ReadActor(const ActorOptions& options, intake::v1::ActorRole usual, intake::v1::Actor& actor);

int RunFindings(const Global& global, const std::string& name, int revision);
int RunAnswer(const Global& global, const std::vector<std::string>& findings, const std::string& text,
              const ActorOptions& actor);
// `until`: a day, in Asia/Shanghai, at whose end the waiver ends.
int RunRequestWaiver(const Global& global, const std::string& finding, const std::string& reason,
                     const std::string& until, const ActorOptions& actor);
int RunDecideWaiver(const Global& global, const std::string& finding, bool approve, const std::string& comment,
                    const ActorOptions& actor);
int RunApprove(const Global& global, const std::string& name, const std::string& comment, const ActorOptions& actor);
int RunReviewReturn(const Global& global, const std::string& name, const std::vector<std::string>& codes,
                    const std::string& reason, const ActorOptions& actor);
int RunWithdraw(const Global& global, const std::string& name, const std::string& reason, const ActorOptions& actor);
int RunHistory(const Global& global, const std::string& name);

struct RecordOptions {
  std::string name;
  std::vector<std::string> lines;  // PATH=SCORE or PATH=SCORE=REASON
  bool passed = true;
  std::string opinion;
};
int RunRecord(const Global& global, const RecordOptions& options, const ActorOptions& actor);
int RunShowReview(const Global& global, const std::string& name, int revision);

struct DrawOptions {
  bool by_risk = false;
  bool by_department = false;
  int size = 0;
  int percent = 0;
  std::string seed;
  std::string title;
  std::string campaign;
  std::string region;
  std::string department;
  int year = 0;
  std::vector<std::string> states;
  bool validate_only = false;
};
int RunDraw(const Global& global, const DrawOptions& options, const ActorOptions& actor);
int RunSample(const Global& global, const std::string& name);
int RunSamples(const Global& global, int limit);
int RunPopulation(const Global& global, const std::string& name);

}  // namespace jixiao::cli
