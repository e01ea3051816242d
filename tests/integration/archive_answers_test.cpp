// An archive that answers with another record than the one that was asked for, and proves that one well.
#include "archiving/log/checkpoint.h"
#include "support/paths.h"
#include "support/process.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <fstream>
#include <iterator>

#include "unit/archiving/export_support.h"

namespace jixiao {
namespace {

using archiving::support::kExportOrigin;
using ::testing::HasSubstr;

class OtherRecords final : public archiving::v1::ArchivingService::Service {
 public:
  explicit OtherRecords(archiving::v1::GetRecordResponse record) : record_(std::move(record)) {}
  grpc::Status GetRecord(grpc::ServerContext*, const archiving::v1::GetRecordRequest*,
                         archiving::v1::GetRecordResponse* response) override {
    *response = record_;
    return grpc::Status::OK;
  }

 private:
  const archiving::v1::GetRecordResponse record_;
};

TEST(ArchiveAnswers, AreToWhatWasAsked) {
  const TemporaryFolder folder;
  const auto signer = archiving::log::Signer::LoadOrCreate(folder / "key", kExportOrigin).value();
  OtherRecords service(archiving::support::RecordOfForm(archiving::support::FullForm(), signer));
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  int runs = 0;
  const auto run = [&](const std::string& name, std::string& output) {
    const std::string file = folder / Cat("output-", runs++);
    auto process =
        testing::Process::Start({jixiao::paths::Binaries() + "/jixiao", "--archiving=127.0.0.1:" + std::to_string(port),
                                 "archive", "verify", name, "--key", signer.VerifierKey()},
                                file);
    const int code = process->Wait(std::chrono::seconds(20)).value_or(-1);
    std::ifstream in(file);
    output.assign(std::istreambuf_iterator<char>(in), {});
    return code;
  };
  std::string output;
  for (const char* name : {"records/0", "submissions/1/revisions/1"}) EXPECT_EQ(run(name, output), 0) << output;
  for (const char* name : {"records/7", "submissions/2/revisions/1"}) {
    EXPECT_EQ(run(name, output), 1) << output;
    EXPECT_THAT(output, HasSubstr("答复的不是所问的")) << name;
    EXPECT_THAT(output, ::testing::Not(HasSubstr("验证通过")));
  }
  server->Shutdown();
}

}  // namespace
}  // namespace jixiao
