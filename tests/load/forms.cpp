#include "load/forms.h"

#include "common/errors.h"
#include "common/text.h"

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace jixiao::load {
namespace {

using evaluation::v1::SelfEvaluation;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

absl::StatusOr<SelfEvaluation> ReadForm(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::InvalidArgumentError(Cat(file.string(), " is no JSON object"));
  const nlohmann::json& content = json.contains("form") ? json["form"] : json;
  SelfEvaluation form;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(content.dump(), &form, options);
  if (!status.ok()) return absl::InvalidArgumentError(Cat(file.string(), ": ", status.ToString()));
  return form;
}

// Gives the last digit of the cell's first number another value; years stay what they are.
void ChangeFigure(std::string& cell, std::mt19937_64& random) {
  if (random() % 4 != 0) return;
  const auto first = std::find_if(cell.begin(), cell.end(), IsDigit);
  const auto end = std::find_if(first, cell.end(), [](char c) { return !IsDigit(c) && c != '.' && c != ','; });
  const bool dated = std::string_view(first, end).size() == 4 || std::string_view(end, cell.end()).starts_with("年") ||
                     std::string_view(end, cell.end()).starts_with("月");
  if (first == end || dated) return;
  const auto last = std::find_if(std::make_reverse_iterator(end), cell.rend(), IsDigit);
  *last = static_cast<char>('1' + random() % 9);
}

}  // namespace

absl::StatusOr<std::vector<SelfEvaluation>> ReadForms(const std::vector<std::string>& folders) {
  std::vector<std::filesystem::path> files;
  for (const std::string& folder : folders) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    if (error) return absl::NotFoundError(Cat(folder, ": ", error.message()));
  }
  if (files.empty()) return absl::NotFoundError("there are no *.json files in the folders of forms");
  std::sort(files.begin(), files.end());
  std::vector<SelfEvaluation> forms;
  for (const auto& file : files) {
    ASSIGN_OR_RETURN(SelfEvaluation form, ReadForm(file));
    forms.push_back(std::move(form));
  }
  return forms;
}

std::vector<SelfEvaluation> Varied(const std::vector<SelfEvaluation>& real, std::size_t count, std::uint64_t seed) {
  std::vector<SelfEvaluation> forms;
  for (std::size_t i = 0; i < count; ++i) {
    SelfEvaluation& form = forms.emplace_back(real[i % real.size()]);
    if (i < real.size()) continue;
    std::mt19937_64 random(seed + i);
    for (auto& line : *form.mutable_funds()) ChangeFigure(*line.mutable_executed(), random);
    for (auto& row : *form.mutable_indicators()) ChangeFigure(*row.mutable_actual(), random);
  }
  return forms;
}

}  // namespace jixiao::load
