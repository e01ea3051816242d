#include "common/audit/spool.h"

#include "common/audit/segment_name.h"
#include "common/errors.h"
#include "common/folder.h"
#include "common/text.h"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

namespace jixiao::audit {
namespace {

using google::protobuf::internal::WireFormatLite;
using operation::v1::AuditSegment;
namespace fs = std::filesystem;

// A file is the segment's own bytes, written piece by piece: protobuf reads messages that follow each other as one.
constexpr std::string_view kOpen = ".open";
constexpr std::string_view kSealed = ".calls";
constexpr std::string_view kDamaged = ".damaged";
constexpr mode_t kMode = 0600;

absl::StatusOr<std::string> Contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (!in.good() && !in.eof()) return SystemError("read", file);
  return bytes;
}

// How many bytes from the beginning are whole fields: a process that was killed may have written a part of the last.
std::size_t WholeFields(std::string_view bytes) {
  std::size_t whole = 0;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  while (const std::uint32_t tag = in.ReadTag()) {
    if (!WireFormatLite::SkipField(&in, tag)) break;
    whole = static_cast<std::size_t>(in.CurrentPosition());
  }
  return whole;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    return Error(absl::StatusCode::kUnavailable, "STORE_FAILED",
                 Cat("cannot make the folder ", folder.string(), ": ", failed.message()));
  ASSIGN_OR_RETURN(store::FileLock lock, store::FileLock::Take(folder / "lock"));
  std::unique_ptr<Spool> spool(new Spool(folder, std::move(lock)));
  ASSIGN_OR_RETURN(const std::vector<fs::path> files, ListFolder(folder));
  for (const fs::path& file : files)
    if (file.extension() == kOpen) RETURN_IF_ERROR(spool->SealFile(file).status());
  return spool;
}

absl::StatusOr<bool> Spool::SealFile(const fs::path& open) const {
  ASSIGN_OR_RETURN(const std::string bytes, Contents(open));
  const std::size_t whole = WholeFields(bytes);
  AuditSegment segment;
  if (!segment.ParseFromArray(bytes.data(), static_cast<int>(whole))) {
    RETURN_IF_ERROR(SetAside(open));
    return true;
  }
  if (segment.calls().empty()) {
    RETURN_IF_ERROR(Remove(open));
    return false;
  }
  if (whole < bytes.size() && truncate(open.c_str(), static_cast<off_t>(whole)) != 0)
    return SystemError("shorten", open);
  fs::path sealed = open;
  RETURN_IF_ERROR(MoveIntoPlace(open, sealed.replace_extension(kSealed)));
  return true;
}

absl::Status Spool::Begin(const AuditSegment& head) {
  open_ = folder_ / Cat(SegmentName(head), kOpen);
  auto file = std::make_unique<FileDescriptor>(::open(open_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
  if (!file->is_open()) return SystemError("make", open_);
  file_ = std::move(file);
  open_bytes_ = 0;
  absl::Status written = Write(head.SerializeAsString());
  if (!written.ok()) {
    file_.reset();
    (void)Remove(open_);
  }
  return written;
}

absl::Status Spool::Add(std::span<const std::string> calls) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    for (const std::string& call : calls) WireFormatLite::WriteBytes(AuditSegment::kCallsFieldNumber, call, &out);
  }
  return Write(bytes);
}

absl::Status Spool::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_->number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return SystemError("write", open_);
    open_bytes_ += static_cast<std::size_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Spool::Seal() {
  file_.reset();
  open_bytes_ = 0;
  return SealFile(open_);
}

absl::StatusOr<std::vector<fs::path>> Spool::List() const {
  ASSIGN_OR_RETURN(std::vector<fs::path> files, ListFolder(folder_));
  std::erase_if(files, [](const fs::path& file) { return file.extension() != kSealed; });
  return files;
}

absl::StatusOr<AuditSegment> Spool::Read(const fs::path& file) {
  ASSIGN_OR_RETURN(const std::string bytes, Contents(file));
  AuditSegment segment;
  if (!segment.ParseFromString(bytes) || segment.calls().empty())
    return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", Cat(file.string(), " is no segment of the audit log"));
  return segment;
}

absl::Status Spool::Remove(const fs::path& file) {
  return ::unlink(file.c_str()) == 0 || errno == ENOENT ? absl::OkStatus() : SystemError("remove", file);
}

absl::Status Spool::SetAside(const fs::path& file) {
  fs::path aside = file;
  return MoveIntoPlace(file, aside.replace_extension(kDamaged));
}

}  // namespace jixiao::audit
