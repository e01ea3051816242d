#include "common/operation/backup_stream.h"

#include "common/file.h"
#include "common/log.h"
#include "common/rpc/unary.h"
#include "common/store/file_lock.h"
#include "common/store/postgres.h"
#include "common/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace jixiao::operation {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

std::string CopyOf(const std::string& store) {
  return store + ".backup";
}

// Whoever makes or removes a copy holds this, in whichever process.
absl::StatusOr<store::FileLock> LockCopy(const std::string& store) {
  return store::FileLock::Take(CopyOf(store) + ".lock");
}

void Remove(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

// Copies and opens on the pool, then reads and writes one piece after the other. The copy loses its name as soon as it
// is open, so that nothing of it is left whatever happens.
class BackupReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  BackupReactor(const grpc::CallbackServerContext& context, const Facts& facts, WorkerPool& pool,
                rpc::ServerState& state, const rpc::Method& method)
      : context_(rpc::ContextOf(context, state)), facts_(facts), pool_(pool), state_(state), method_(method) {}

  void Begin(const grpc::ByteBuffer& in) {
    v1::BackupStoreRequest request;
    const absl::Status admitted = rpc::Admit(method_, context_, state_);
    if (!(admitted_ = admitted.ok())) return End(admitted);
    if (absl::Status status = rpc::Read(in, request); !status.ok()) return End(status);
    Post([this] { Copy(); });
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller went away"));
    Post([this] { SendPiece(); });
  }

  void OnDone() override {
    if (admitted_) state_.Leave();
    delete this;
  }

 private:
  void Post(absl::AnyInvocable<void()> work) {
    if (!pool_.Post(std::move(work))) End(rpc::ServerFull());
  }

  void Copy() {
    if (absl::Status status = MakeCopy(); !status.ok()) return End(status);
    Send();
  }

  absl::Status MakeCopy() {
    if (store::IsPostgresUrl(facts_.store))
      return Error(absl::StatusCode::kFailedPrecondition, "STORE_NOT_A_FILE",
                   "this server keeps its data in PostgreSQL: back it up with pg_dump");
    absl::StatusOr<store::FileLock> lock = LockCopy(facts_.store);
    if (ReasonOf(lock.status()) == "STORE_IN_USE")
      return TryAgain(absl::StatusCode::kResourceExhausted, "BACKUP_RUNNING", "another backup of this store runs",
                      std::chrono::seconds(10));
    RETURN_IF_ERROR(lock.status());
    lock_ = *std::move(lock);
    const std::string path = CopyOf(facts_.store);
    Remove(path);
    const std::int64_t now = NowMicros();
    RETURN_IF_ERROR(store::CopyDatabase(facts_.store, path));
    const absl::StatusOr<store::Contents> contents = store::ReadContents(path, facts_.count);
    file_.emplace(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const int error = errno;
    Remove(path);
    RETURN_IF_ERROR(contents.status());
    struct stat size {};
    if (!file_->is_open() || fstat(file_->number(), &size) != 0) {
      errno = error;
      return SystemError("open", path);
    }
    v1::BackupStoreResponse response;
    v1::BackupHeader& header = *response.mutable_header();
    header.set_service(facts_.service);
    header.set_version(std::string(Version()));
    *header.mutable_backup_time() = ToTimestamp(now);
    header.set_size(size.st_size);
    ToProto(*contents, *header.mutable_contents());
    header.set_signing_key(facts_.signing_key);
    left_ = size.st_size;
    log::Info("backup", {{"bytes", static_cast<std::int64_t>(size.st_size)}, {"request_id", context_.request_id}});
    out_ = rpc::Write(response);
    return absl::OkStatus();
  }

  void Send() { StartWrite(&out_); }

  void SendPiece() {
    if (left_ == 0) return End(absl::OkStatus());
    if (absl::Status status = rpc::StillAdmitted(context_, state_); !status.ok()) return End(status);
    v1::BackupStoreResponse response;
    std::string& bytes = *response.mutable_data();
    bytes.resize(static_cast<std::size_t>(std::min<std::int64_t>(left_, kPiece)));
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t n = read(file_->number(), bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return End(SystemError("read", CopyOf(facts_.store)));
      done += static_cast<std::size_t>(n);
    }
    left_ -= static_cast<std::int64_t>(bytes.size());
    out_ = rpc::Write(response);
    Send();
  }

  void End(const absl::Status& status) {
    file_.reset();
    lock_ = {};
    rpc::EndOfCall(method_, context_, status, start_);
    Finish(rpc::ToGrpc(status));
  }

  const rpc::CallContext context_;
  const Facts& facts_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method& method_;
  bool admitted_ = false;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  store::FileLock lock_;
  std::optional<FileDescriptor> file_;
  std::int64_t left_ = 0;
  grpc::ByteBuffer out_;
};

}  // namespace

void RemoveLeftovers(const std::string& store) {
  if (store::IsPostgresUrl(store)) return;
  if (const auto lock = LockCopy(store); lock.ok()) Remove(CopyOf(store));
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartBackup(const grpc::CallbackServerContext& context,
                                                        const grpc::ByteBuffer& in, const Facts& facts,
                                                        WorkerPool& pool, rpc::ServerState& state,
                                                        const rpc::Method& method) {
  // Deletes itself in OnDone.
  auto* const reactor = std::make_unique<BackupReactor>(context, facts, pool, state, method).release();
  reactor->Begin(in);
  return reactor;
}

}  // namespace jixiao::operation
