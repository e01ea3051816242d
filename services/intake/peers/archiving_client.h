// The archiving service over gRPC, as the pipeline sees it.
#pragma once

#include "intake/peers/running_calls.h"
#include "intake/workflow/pipeline.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"

#include <grpcpp/channel.h>

#include <memory>

namespace jixiao::intake {

class ArchivingClient final : public Archiver {
 public:
  explicit ArchivingClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(archiving::v1::ArchivingService::NewStub(channel)) {}

  // All jobs are sent at once, so that the archive can give them one commit.
  std::vector<absl::StatusOr<ArchivedAt>> Archive(std::span<const ArchiveJob> jobs) override;
  void Cancel() override { calls_.Cancel(); }

 private:
  const std::unique_ptr<archiving::v1::ArchivingService::Stub> stub_;
  RunningCalls calls_;
};

}  // namespace jixiao::intake
