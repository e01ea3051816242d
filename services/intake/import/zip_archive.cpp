#include "intake/import/zip_archive.h"

#include "common/errors.h"
#include "common/text.h"

#include <zip.h>

namespace jixiao::importing {
namespace {

absl::Status Damaged(std::string_view what) {
  return InvalidField("DOCUMENT_DAMAGED", "content", Cat("文件已损坏，无法解压：", what));
}

absl::Status TooLarge(std::string_view what) {
  return InvalidField("DOCUMENT_TOO_LARGE", "content", std::string(what));
}

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

absl::Status CheckDirectory(zip_t* archive, const Limits& limits) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count < 0 || static_cast<std::uint64_t>(count) > limits.zip_entries)
    return TooLarge(Cat("压缩包内文件过多，最多 ", limits.zip_entries, " 个"));
  std::uint64_t total = 0;
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat) != 0) return Damaged("目录不可读");
    constexpr zip_uint64_t kWanted = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if ((stat.valid & kWanted) != kWanted) return Damaged("目录不完整");
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
      return InvalidField("DOCUMENT_ENCRYPTED", "content", "文件有密码，请去掉密码后重试");
    if (stat.size > limits.zip_part_bytes)
      return TooLarge(Cat("解压后的一个部分超过 ", limits.zip_part_bytes >> 20, " MiB"));
    if (stat.size > (1u << 20) && stat.size / limits.zip_ratio > stat.comp_size)
      return TooLarge(Cat("压缩比超过 ", limits.zip_ratio, "，疑似压缩炸弹"));
    total += stat.size;
    if (total > limits.zip_total_bytes) return TooLarge(Cat("解压后超过 ", limits.zip_total_bytes >> 20, " MiB"));
  }
  return absl::OkStatus();
}

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const {
  zip_discard(archive);
}

absl::StatusOr<ZipArchive> ZipArchive::Open(std::string_view bytes, const Limits& limits) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) {
    zip_error_fini(&error);
    return Damaged("内存不足");
  }
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  // Some writers leave small inconsistencies in the directory that harm nobody.
  if (archive == nullptr) archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    const std::string what = zip_error_strerror(&error);
    zip_source_free(source);
    zip_error_fini(&error);
    return Damaged(what);
  }
  zip_error_fini(&error);
  ZipArchive out(archive, limits);
  RETURN_IF_ERROR(CheckDirectory(archive, limits));
  return out;
}

bool ZipArchive::Has(const std::string& name) const {
  return zip_name_locate(archive_.get(), name.c_str(), ZIP_FL_NOCASE) >= 0;
}

absl::StatusOr<std::string> ZipArchive::Read(const std::string& name) const {
  const zip_int64_t index = zip_name_locate(archive_.get(), name.c_str(), ZIP_FL_NOCASE);
  if (index < 0) return std::string();
  zip_stat_t stat;
  if (zip_stat_index(archive_.get(), static_cast<zip_uint64_t>(index), 0, &stat) != 0) return Damaged(name);
  const std::unique_ptr<zip_file_t, CloseFile> file(
      zip_fopen_index(archive_.get(), static_cast<zip_uint64_t>(index), 0));
  if (file == nullptr) return Damaged(name);
  std::string content;
  content.resize(stat.size);
  std::size_t have = 0;
  while (have < content.size()) {
    const zip_int64_t got = zip_fread(file.get(), content.data() + have, content.size() - have);
    if (got < 0) return Damaged(name);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  char more = 0;
  if (have < content.size() || zip_fread(file.get(), &more, 1) != 0) return Damaged(Cat(name, " 的长度与目录不符"));
  return content;
}

}  // namespace jixiao::importing
