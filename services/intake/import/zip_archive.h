// The parts of an office file.
#pragma once

#include "intake/import/limits.h"

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <string_view>

struct zip;

namespace jixiao::importing {

class ZipArchive {
 public:
  // Opens `bytes`, which must outlive the archive. Refuses archives beyond the limits, by their directory alone and
  // before anything is unpacked: INVALID_ARGUMENT with reason DOCUMENT_DAMAGED, DOCUMENT_TOO_LARGE or
  // DOCUMENT_ENCRYPTED.
  static absl::StatusOr<ZipArchive> Open(std::string_view bytes, const Limits& limits);

  bool Has(const std::string& name) const;
  // The part's content; empty when there is no such part. Never more than the directory promised.
  absl::StatusOr<std::string> Read(const std::string& name) const;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };
  ZipArchive(zip* archive, const Limits& limits) : archive_(archive), limits_(limits) {}

  std::unique_ptr<zip, Close> archive_;
  Limits limits_;
};

}  // namespace jixiao::importing
