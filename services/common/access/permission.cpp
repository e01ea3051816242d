#include "common/access/permission.h"

#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <array>

namespace jixiao::access {
namespace {

constexpr std::array<std::string_view, kRoleCount> kNames = {"unit",  "department", "finance", "platform",
                                                             "audit", "rules",      "service"};

constexpr Roles U = BitOf(Role::kUnit);
constexpr Roles D = BitOf(Role::kDepartment);
constexpr Roles F = BitOf(Role::kFinance);
constexpr Roles P = BitOf(Role::kPlatform);
constexpr Roles A = BitOf(Role::kAudit);
constexpr Roles R = BitOf(Role::kRules);
constexpr Roles S = BitOf(Role::kService);
constexpr Roles kReaders = U | D | F | P | A;
constexpr Roles kEveryone = kReaders | R | S;
constexpr Roles kAnonymous = 0;

using enum Reach;

constexpr Permission kPermissions[] = {
    {"jixiao.intake.v1.IntakeService/SubmitEvaluation", U | P, kScoped},
    {"jixiao.intake.v1.IntakeService/BatchSubmit", U | P, kScoped},
    {"jixiao.intake.v1.IntakeService/GetSubmission", kReaders, kScoped},
    {"jixiao.intake.v1.IntakeService/ListSubmissions", kReaders, kScoped},
    {"jixiao.intake.v1.IntakeService/ListChanges", kReaders, kScoped},
    {"jixiao.intake.v1.IntakeService/WatchSubmission", kReaders, kScoped},
    {"jixiao.intake.v1.IntakeService/WatchSubmissions", kReaders, kScoped},
    {"jixiao.intake.v1.IntakeService/ReturnSubmission", D | F, kScoped},
    {"jixiao.intake.v1.IntakeService/ImportDocument", kReaders | R, kPublic},

    {"jixiao.intake.v1.CampaignService/CreateCampaign", F, kScoped},
    {"jixiao.intake.v1.CampaignService/GetCampaign", kReaders, kPublic},
    {"jixiao.intake.v1.CampaignService/ListCampaigns", kReaders, kPublic},
    {"jixiao.intake.v1.CampaignService/UpdateCampaign", F, kScoped},
    {"jixiao.intake.v1.CampaignService/OpenCampaign", F, kScoped},
    {"jixiao.intake.v1.CampaignService/CloseCampaign", F, kScoped},
    {"jixiao.intake.v1.CampaignService/ImportRoster", F | P, kScoped},
    {"jixiao.intake.v1.CampaignService/ListRoster", F | P | A, kScoped},
    {"jixiao.intake.v1.CampaignService/GetProgress", D | F | P | A, kScoped},
    {"jixiao.intake.v1.CampaignService/ListMissing", D | F | P | A, kScoped},
    {"jixiao.intake.v1.CampaignService/ListCampaignSubmissions", F | P | A, kScoped},
    {"jixiao.intake.v1.CampaignService/ReserveSubmission", U | P, kScoped},
    {"jixiao.intake.v1.CampaignService/GetReceiptKey", kEveryone, kPublic},

    {"jixiao.intake.v1.ReviewService/ListFindings", kReaders, kScoped},
    {"jixiao.intake.v1.ReviewService/AnswerFinding", U | D | F, kScoped},
    {"jixiao.intake.v1.ReviewService/RequestWaiver", U | D, kScoped},
    {"jixiao.intake.v1.ReviewService/ApproveWaiver", D | F, kScoped},
    {"jixiao.intake.v1.ReviewService/RejectWaiver", D | F, kScoped},
    {"jixiao.intake.v1.ReviewService/ApproveSubmission", D | F, kScoped},
    {"jixiao.intake.v1.ReviewService/WithdrawSubmission", U, kScoped},
    {"jixiao.intake.v1.ReviewService/GetHistory", kReaders, kScoped},
    {"jixiao.intake.v1.ReviewService/RecordReview", D | F | A, kScoped},
    {"jixiao.intake.v1.ReviewService/GetReview", kReaders, kScoped},
    {"jixiao.intake.v1.ReviewService/DrawSample", F | A, kScoped},
    {"jixiao.intake.v1.ReviewService/GetSample", F | A, kScoped},
    {"jixiao.intake.v1.ReviewService/ListSamples", F | A, kScoped},
    {"jixiao.intake.v1.ReviewService/ListSamplePopulation", F | A, kScoped},

    // A score is of what the caller sends, and nothing of it is kept.
    {"jixiao.scoring.v1.ScoringService/Score", kEveryone, kPublic},
    {"jixiao.scoring.v1.ScoringService/ScoreBatch", kEveryone, kPublic},
    {"jixiao.scoring.v1.ScoringService/CheckBatch", kEveryone, kPublic},
    {"jixiao.scoring.v1.ScoringService/GetRuleSet", kEveryone, kPublic},
    {"jixiao.scoring.v1.ScoringService/ListRuleSets", kEveryone, kPublic},
    {"jixiao.scoring.v1.ScoringService/ListLabels", kEveryone, kPublic},
    {"jixiao.scoring.v1.ScoringService/DiffRuleSets", kEveryone, kPublic},
    {"jixiao.scoring.v1.ScoringService/SaveDraft", R, kWhole},
    {"jixiao.scoring.v1.ScoringService/PublishRuleSet", R, kWhole},
    {"jixiao.scoring.v1.ScoringService/RetireRuleSet", R, kWhole},
    {"jixiao.scoring.v1.ScoringService/SetLabel", R, kWhole},
    {"jixiao.scoring.v1.ScoringService/DeleteLabel", R, kWhole},
    {"jixiao.scoring.v1.ScoringService/SimulateRuleSet", R, kPublic},
    {"jixiao.scoring.v1.ScoringService/GetSimulation", F | A | R, kPublic},
    {"jixiao.scoring.v1.ScoringService/GetShadowReport", F | A | R, kPublic},

    // Records come from intake; finance takes over what another archive has proven.
    {"jixiao.archiving.v1.ArchivingService/ArchiveRecord", F | S, kWhole},
    {"jixiao.archiving.v1.ArchivingService/GetRecord", kReaders, kScoped},
    {"jixiao.archiving.v1.ArchivingService/ListRecords", kReaders, kScoped},
    // The log is there to be watched: salted hashes, no contents.
    {"jixiao.archiving.v1.ArchivingService/GetTreeHead", kEveryone, kPublic},
    {"jixiao.archiving.v1.ArchivingService/GetInclusionProof", kEveryone, kPublic},
    {"jixiao.archiving.v1.ArchivingService/GetConsistencyProof", kEveryone, kPublic},
    {"jixiao.archiving.v1.ArchivingService/CheckLog", F | A, kWhole},
    {"jixiao.archiving.v1.LogService/GetTile", kEveryone, kPublic},
    {"jixiao.archiving.v1.LogService/GetLogProof", kEveryone, kPublic},
    {"jixiao.archiving.v1.LogService/AddCosignatures", F | P | A, kPublic},
    {"jixiao.archiving.v1.LogService/RenewHashes", F, kWhole},
    {"jixiao.archiving.v1.RecordSearchService/SearchRecords", kReaders, kScoped},
    {"jixiao.archiving.v1.RecordSearchService/SummarizeRecords", kReaders, kScoped},
    {"jixiao.archiving.v1.RecordSearchService/RebuildIndex", F, kWhole},
    {"jixiao.archiving.v1.InspectionService/ListInspectionItems", kEveryone, kPublic},
    {"jixiao.archiving.v1.InspectionService/InspectRecord", F | A, kScoped},
    {"jixiao.archiving.v1.InspectionService/GetFixity", F | A, kWhole},
    {"jixiao.archiving.v1.AuditService/RecordCalls", S, kWhole},
    {"jixiao.archiving.v1.AuditService/ListCalls", F | A, kWhole},
    {"jixiao.archiving.v1.RetentionService/ListDueRecords", F | A, kWhole},
    {"jixiao.archiving.v1.RetentionService/ProposeDisposal", F | A, kWhole},
    {"jixiao.archiving.v1.RetentionService/ApproveDisposal", F | A, kWhole},
    {"jixiao.archiving.v1.RetentionService/WithdrawDisposal", F | A, kWhole},
    {"jixiao.archiving.v1.RetentionService/ExecuteDisposal", F | A, kWhole},
    {"jixiao.archiving.v1.RetentionService/GetDisposal", F | A, kWhole},
    {"jixiao.archiving.v1.RetentionService/ListDisposals", F | A, kWhole},

    // A backup is everything that is kept; a level of logging is nobody's form.
    {"jixiao.operation.v1.OperationService/GetStatus", F | A | R | S, kWhole},
    {"jixiao.operation.v1.OperationService/SetLogLevel", F | R, kWhole},
    {"jixiao.operation.v1.OperationService/BackupStore", F, kWhole},

    // gRPC's own: health says nothing but whether a server serves; reflection is served only where the policy has it.
    {"grpc.health.v1.Health/Check", kAnonymous, kPublic},
    {"grpc.health.v1.Health/Watch", kAnonymous, kPublic},
    {"grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", kAnonymous, kPublic},
};

}  // namespace

std::string_view NameOf(Role role) {
  return kNames[static_cast<std::size_t>(role)];
}

std::optional<Role> RoleNamed(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Role>(found - kNames.begin());
}

std::span<const Permission> Permissions() {
  return kPermissions;
}

const Permission* PermissionOf(std::string_view name) {
  const auto found = std::ranges::find_if(kPermissions, [&](const Permission& permission) {
    return permission.method.substr(permission.method.find('/') + 1) == name;
  });
  return found == std::end(kPermissions) ? nullptr : found;
}

absl::Status CheckDeclared(const google::protobuf::ServiceDescriptor& service) {
  std::string missing;
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string method = Cat(service.full_name(), "/", service.method(i)->name());
    // By the bare name, as calls look it up: it must lead to this very method.
    const Permission* permission = PermissionOf(service.method(i)->name());
    if (permission == nullptr || permission->method != method) Append(missing, missing.empty() ? "" : ", ", method);
  }
  if (missing.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "METHOD_UNDECLARED",
               Cat("nobody has said who may call ", missing, ": see common/access/permission.cpp"));
}

}  // namespace jixiao::access
