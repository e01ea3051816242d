#include "cli/form_stream.h"

#include "common/errors.h"
#include "common/text.h"

#include <filesystem>
#include <utility>

namespace jixiao::cli {
namespace {

std::uint64_t SizeOf(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

FormStream::FormStream(std::vector<std::string> paths, importing::Hints hints)
    : paths_(std::move(paths)), hints_(std::move(hints)) {
  for (const std::string& path : paths_) total_ += SizeOf(path);
}

absl::StatusOr<std::optional<FormFile>> FormStream::Next() {
  while (true) {
    if (!forms_.empty()) {
      FormFile form = std::move(forms_.front());
      forms_.pop_front();
      return std::optional(std::move(form));
    }
    if (lines_.is_open()) {
      ASSIGN_OR_RETURN(std::optional<FormFile> form, NextLine());
      if (form) return form;
      lines_.close();
    }
    if (next_path_ == paths_.size()) return std::nullopt;
    const std::string& path = paths_[next_path_++];
    if (path.ends_with(".jsonl")) {
      line_ = 0;
      lines_.clear();
      lines_.open(path, std::ios::binary);
      if (!lines_) return InvalidField("FILE_UNREADABLE", path, "无法读取");
      continue;
    }
    auto forms = ReadForms(path, hints_);
    read_ += SizeOf(path);
    if (!forms.ok()) return forms.status();
    forms_.assign(std::make_move_iterator(forms->begin()), std::make_move_iterator(forms->end()));
  }
}

absl::StatusOr<std::optional<FormFile>> FormStream::NextLine() {
  std::string text;
  while (std::getline(lines_, text)) {
    ++line_;
    read_ += text.size() + 1;
    std::string_view content = text;
    if (line_ == 1 && content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
    if (content.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    ASSIGN_OR_RETURN(FormFile form, FormOfLine(content, Cat(paths_[next_path_ - 1], ":", line_), hints_));
    return std::optional(std::move(form));
  }
  return std::nullopt;
}

}  // namespace jixiao::cli
