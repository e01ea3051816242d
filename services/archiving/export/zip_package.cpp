// Zip files without compression (APPNOTE 6.3.3, zip64 extensions).
#include "archiving/export/package_kinds.h"
#include "common/errors.h"
#include "common/file.h"
#include "common/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>

namespace jixiao::archiving::exporting {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::uint32_t kFull = 0xFFFFFFFF;
constexpr std::uint16_t kNeeded = 45;  // zip64
constexpr std::uint16_t kUtf8Names = 1 << 11;
constexpr std::uint32_t kDate = 0x21 << 16;      // 1980-01-01 00:00
constexpr std::uint32_t kMode = 0100644u << 16;  // a plain file
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kExtraBytes = 20;  // header, and two sizes
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kCentralExtraBytes = 28;   // header, two sizes and the offset
constexpr std::size_t kEndBytes = 56 + 20 + 22;  // zip64 end record, its locator, end record
constexpr std::size_t kLongestName = 4096;

void Put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t Take(std::string_view bytes, std::size_t at, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i)
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[at + static_cast<std::size_t>(i)])) << (8 * i);
  return value;
}

struct Entry {
  std::string name;  // with the root folder
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;  // of its local header
};

// What stands before an entry's content. Sizes always stand in the zip64 field: one form for all.
std::string LocalHeader(const Entry& entry) {
  std::string out = "PK\x03\x04";
  Put(out, kNeeded, 2);
  Put(out, kUtf8Names, 2);
  Put(out, 0, 2);  // stored
  Put(out, kDate, 4);
  Put(out, entry.crc, 4);
  Put(out, kFull, 4);
  Put(out, kFull, 4);
  Put(out, entry.name.size(), 2);
  Put(out, kExtraBytes, 2);
  out += entry.name;
  Put(out, 1, 2);
  Put(out, kExtraBytes - 4, 2);
  Put(out, entry.size, 8);
  Put(out, entry.size, 8);
  return out;
}

std::string CentralHeader(const Entry& entry) {
  std::string out = "PK\x01\x02";
  Put(out, 3 << 8 | kNeeded, 2);  // Unix
  Put(out, kNeeded, 2);
  Put(out, kUtf8Names, 2);
  Put(out, 0, 2);
  Put(out, kDate, 4);
  Put(out, entry.crc, 4);
  Put(out, kFull, 4);
  Put(out, kFull, 4);
  Put(out, entry.name.size(), 2);
  Put(out, kCentralExtraBytes, 2);
  Put(out, 0, 2);  // comment
  Put(out, 0, 2);  // disk
  Put(out, 0, 2);
  Put(out, kMode, 4);
  Put(out, kFull, 4);
  out += entry.name;
  Put(out, 1, 2);
  Put(out, kCentralExtraBytes - 4, 2);
  Put(out, entry.size, 8);
  Put(out, entry.size, 8);
  Put(out, entry.offset, 8);
  return out;
}

std::string EndRecords(std::uint64_t count, std::uint64_t central_offset, std::uint64_t central_size) {
  std::string out = std::string("PK\x06\x06", 4);
  Put(out, 56 - 12, 8);
  Put(out, 3 << 8 | kNeeded, 2);
  Put(out, kNeeded, 2);
  Put(out, 0, 4);
  Put(out, 0, 4);
  Put(out, count, 8);
  Put(out, count, 8);
  Put(out, central_size, 8);
  Put(out, central_offset, 8);
  out += std::string("PK\x06\x07", 4);
  Put(out, 0, 4);
  Put(out, central_offset + central_size, 8);
  Put(out, 1, 4);
  out += std::string("PK\x05\x06", 4);
  Put(out, 0, 4);
  Put(out, 0xFFFF, 2);
  Put(out, 0xFFFF, 2);
  Put(out, kFull, 4);
  Put(out, kFull, 4);
  Put(out, 0, 2);
  return out;
}

std::uint32_t Crc(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

class ZipWriter final : public PackageWriter {
 public:
  ZipWriter(std::unique_ptr<OutputFile> out, std::unique_ptr<OutputFile> central, std::string root)
      : out_(std::move(out)), central_(std::move(central)), root_(std::move(root)) {}

  absl::Status Add(const std::string& name, std::string_view content) override {
    RETURN_IF_ERROR(Begin(name, Crc(0, content), content.size()));
    return out_->Append(content);
  }

  absl::Status AddFrom(const std::string& name, OutputFile& content) override {
    std::uint32_t crc = 0;
    const auto each = [&](auto use) -> absl::Status {
      for (std::int64_t at = 0; at < content.size(); at += kPiece) {
        const std::int64_t size = std::min<std::int64_t>(kPiece, content.size() - at);
        ASSIGN_OR_RETURN(const std::string piece, content.Read(at, static_cast<std::size_t>(size)));
        RETURN_IF_ERROR(use(piece));
      }
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(each([&](const std::string& piece) {
      crc = Crc(crc, piece);
      return absl::OkStatus();
    }));
    RETURN_IF_ERROR(Begin(name, crc, static_cast<std::uint64_t>(content.size())));
    return each([&](const std::string& piece) { return out_->Append(piece); });
  }

  absl::Status Commit() override {
    const auto offset = static_cast<std::uint64_t>(out_->size());
    for (std::int64_t at = 0; at < central_->size(); at += kPiece) {
      const std::int64_t size = std::min<std::int64_t>(kPiece, central_->size() - at);
      ASSIGN_OR_RETURN(const std::string piece, central_->Read(at, static_cast<std::size_t>(size)));
      RETURN_IF_ERROR(out_->Append(piece));
    }
    RETURN_IF_ERROR(out_->Append(EndRecords(count_, offset, static_cast<std::uint64_t>(central_->size()))));
    return out_->Commit();
  }

 private:
  absl::Status Begin(const std::string& name, std::uint32_t crc, std::uint64_t size) {
    const Entry entry{Cat(root_, "/", name), crc, size, static_cast<std::uint64_t>(out_->size())};
    if (entry.name.size() > kLongestName)
      return Error(absl::StatusCode::kInternal, "NAME_TOO_LONG", "a name in the package is too long");
    ++count_;
    RETURN_IF_ERROR(central_->Append(CentralHeader(entry)));
    return out_->Append(LocalHeader(entry));
  }

  const std::unique_ptr<OutputFile> out_;
  const std::unique_ptr<OutputFile> central_;  // a season has millions of entries
  const std::string root_;
  std::uint64_t count_ = 0;
};

class ZipReader final : public PackageReader {
 public:
  explicit ZipReader(const std::string& path) : path_(path), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

  // Every byte that is no content must be what the writer writes.
  absl::Status List() {
    struct stat status {};
    if (!file_.is_open() || fstat(file_.number(), &status) != 0)
      return Error(absl::StatusCode::kUnavailable, "FILE_UNREADABLE", Cat(path_, " 读不出"));
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (size_ < kEndBytes) return PackageDamaged(Cat(path_, "：不是归档包"));
    ASSIGN_OR_RETURN(const std::string end, Bytes(size_ - kEndBytes, kEndBytes));
    const std::uint64_t count = Take(end, 32, 8);
    const std::uint64_t central_size = Take(end, 40, 8);
    const std::uint64_t central = Take(end, 48, 8);
    if (end != EndRecords(count, central, central_size) || central_size > size_ ||
        central != size_ - kEndBytes - central_size)
      return PackageDamaged(Cat(path_, "：压缩包的结尾被改动，或不是由本系统写出（可先解压再验证）"));
    return ListEntries(count, central, central + central_size);
  }

  const std::vector<std::string>& Names() const override { return names_; }

  absl::StatusOr<std::int64_t> SizeOf(const std::string& name) const override {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return PackageDamaged(Cat(name, "：缺失"));
    return static_cast<std::int64_t>(found->second.size);
  }

  absl::Status Read(const std::string& name,
                    absl::FunctionRef<absl::Status(std::string_view piece)> each) const override {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return PackageDamaged(Cat(name, "：缺失"));
    const Place& place = found->second;
    std::uint32_t crc = 0;
    for (std::uint64_t at = 0; at < place.size; at += kPiece) {
      ASSIGN_OR_RETURN(
          const std::string piece,
          Bytes(place.start + at, static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, place.size - at))));
      crc = Crc(crc, piece);
      RETURN_IF_ERROR(each(piece));
    }
    if (crc != place.crc) return PackageDamaged(Cat(name, "：内容与压缩包中的校验和不符"));
    return absl::OkStatus();
  }

 private:
  struct Place {
    std::uint64_t start = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
  };

  absl::StatusOr<std::string> Bytes(std::uint64_t at, std::size_t size) const {
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
      const ssize_t got = pread(file_.number(), bytes.data() + done, size - done, static_cast<off_t>(at + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return PackageDamaged(Cat(path_, "：在第 ", at, " 字节处读不出"));
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  // The entries' headers, both of each, from the first byte of the file on without a gap.
  absl::Status ListEntries(std::uint64_t count, std::uint64_t central, std::uint64_t end) {
    std::uint64_t next = 0;
    std::uint64_t at = central;
    for (; count > 0; --count) {
      if (end - at < kCentralBytes) return PackageDamaged(Cat(path_, "：压缩包的目录不完整"));
      ASSIGN_OR_RETURN(const std::string fixed, Bytes(at, kCentralBytes));
      const auto name_size = static_cast<std::size_t>(Take(fixed, 28, 2));
      const std::uint64_t size = kCentralBytes + name_size + kCentralExtraBytes;
      if (name_size > kLongestName || end - at < size) return PackageDamaged(Cat(path_, "：压缩包的目录不完整"));
      ASSIGN_OR_RETURN(const std::string header, Bytes(at, static_cast<std::size_t>(size)));
      Entry entry;
      entry.name = header.substr(kCentralBytes, name_size);
      entry.crc = static_cast<std::uint32_t>(Take(header, 16, 4));
      entry.size = Take(header, kCentralBytes + name_size + 4, 8);
      entry.offset = next;
      const std::uint64_t local_size = kLocalBytes + name_size + kExtraBytes;
      if (!IsUtf8(entry.name))
        return PackageDamaged(Cat(path_, "：压缩包中第 ", entries_.size() + 1, " 个文件名被改动"));
      if (header != CentralHeader(entry) || entry.size > central || next + local_size + entry.size > central)
        return PackageDamaged(Cat(entry.name, "：压缩包目录中的说明被改动"));
      ASSIGN_OR_RETURN(const std::string local, Bytes(next, static_cast<std::size_t>(local_size)));
      if (local != LocalHeader(entry)) return PackageDamaged(Cat(entry.name, "：压缩包中的文件头被改动"));
      RETURN_IF_ERROR(AddName(entry, next + local_size));
      next += local_size + entry.size;
      at += size;
    }
    if (next != central || at != end) return PackageDamaged(Cat(path_, "：压缩包中有多余的字节"));
    std::sort(names_.begin(), names_.end());
    return absl::OkStatus();
  }

  absl::Status AddName(const Entry& entry, std::uint64_t start) {
    const std::size_t slash = entry.name.find('/');
    if (slash == std::string::npos || slash == 0) return PackageDamaged(Cat(entry.name, "：不在包的文件夹中"));
    const std::string root = entry.name.substr(0, slash);
    if (root_.empty()) root_ = root;
    if (root != root_) return PackageDamaged(Cat(entry.name, "：压缩包中有第二个文件夹"));
    const std::string name = entry.name.substr(slash + 1);
    if (!entries_.emplace(name, Place{start, entry.size, entry.crc}).second)
      return PackageDamaged(Cat(entry.name, "：重复"));
    names_.push_back(name);
    return absl::OkStatus();
  }

  const std::string path_;
  const FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::string root_;
  std::map<std::string, Place> entries_;
  std::vector<std::string> names_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PackageWriter>> CreateZip(const std::string& path, const std::string& root) {
  const std::filesystem::path wanted(path);
  ASSIGN_OR_RETURN(auto out, OutputFile::Create(path));
  ASSIGN_OR_RETURN(auto central,
                   OutputFile::Scratch(wanted.has_parent_path() ? wanted.parent_path().string() : std::string(".")));
  return std::make_unique<ZipWriter>(std::move(out), std::move(central), root);
}

absl::StatusOr<std::unique_ptr<PackageReader>> OpenZip(const std::string& path) {
  auto reader = std::make_unique<ZipReader>(path);
  RETURN_IF_ERROR(reader->List());
  return reader;
}

}  // namespace jixiao::archiving::exporting
