#include "cli/results_file.h"

#include "cli/output.h"
#include "common/errors.h"
#include "common/rpc/status.h"
#include "common/text.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace jixiao::cli {
namespace {

using nlohmann::json;

absl::Status Failed(const std::string& path) {
  return InvalidField("FILE_UNREADABLE", path, std::generic_category().message(errno));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ResultsFile>> ResultsFile::Open(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (descriptor < 0) return Failed(path);
  std::unique_ptr<ResultsFile> file(new ResultsFile(path, descriptor));
  std::ifstream in(path, std::ios::binary);
  off_t whole = 0;  // bytes of whole lines
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    if (in.eof()) break;  // without its newline: cut off
    ++number;
    whole += static_cast<off_t>(line.size()) + 1;
    const json value = json::parse(line, nullptr, false);
    if (!value.is_object() || !value.contains("request_id") || !value["request_id"].is_string())
      return InvalidField("FILE_UNREADABLE", Cat(path, ":", number), "不是 jixiao submit 的结果文件");
    const std::string id = value["request_id"];
    file->earlier_.erase(id);
    intake::v1::Receipt receipt;
    if (value.contains("receipt") &&
        google::protobuf::util::JsonStringToMessage(value["receipt"].dump(), &receipt).ok())
      file->earlier_.emplace(id, std::move(receipt));
  }
  struct stat size {};
  if (fstat(descriptor, &size) != 0) return Failed(path);
  if (S_ISREG(size.st_mode) && size.st_size > whole && ftruncate(descriptor, whole) != 0) return Failed(path);
  return file;
}

ResultsFile::~ResultsFile() {
  (void)fsync(descriptor_);  // what a power cut takes, the next run finds out from the server
  close(descriptor_);
}

const intake::v1::Receipt* ResultsFile::Earlier(const std::string& request_id) const {
  const auto found = earlier_.find(request_id);
  return found == earlier_.end() ? nullptr : &found->second;
}

absl::Status ResultsFile::Add(const std::string& origin, const std::string& request_id,
                              const absl::StatusOr<intake::v1::Receipt>& outcome) {
  json line = {{"origin", origin}, {"request_id", request_id}};
  if (outcome.ok())
    line["receipt"] = json::parse(ToJson(*outcome));
  else
    line["error"] = json::parse(ToJson(rpc::ToProto(outcome.status())));
  const std::string text = line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t n = write(descriptor_, rest.data(), rest.size());
    if (n < 0 && errno != EINTR) return Failed(path_);
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return absl::OkStatus();
}

}  // namespace jixiao::cli
