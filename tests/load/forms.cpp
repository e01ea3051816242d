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

constexpr std::string_view kPieces[] = {
    "0",
    "1",
    "9",
    "100",
    "2021",
    ".5",
    ",",
    ".",
    "%",
    "％",
    "≥",
    "≤",
    ">=",
    "＝",
    "<",
    "-",
    "—",
    "～",
    "、",
    "，",
    "；",
    "(",
    "）",
    " ",
    "　",
    "\u200b",
    "\n",
    "/",
    "**",
    "★",
    "万",
    "元",
    "亿元",
    "人",
    "个",
    "次",
    "月",
    "年",
    "底",
    "前",
    "余",
    "左右",
    "以上",
    "以内",
    "不低于",
    "约",
    "三",
    "十二",
    "百分之九十五",
    "完成",
    "未完成",
    "已完成100%",
    "无",
    "是",
    "达成预期指标",
    "指标1：",
    "执行率",
    "成本",
    "时效",
    "总额",
    "其中：",
    "满意度",
    "优",
    "98分",
    "2021年12月底前",
    "1-12月",
    "元/人·月",
    "𠀀",
    "é",
    "\x7f",
};

// Where a character of `text` begins, anywhere up to its end.
std::size_t PlaceIn(const std::string& text, std::mt19937_64& random) {
  return TruncateUtf8(text, random() % (text.size() + 1)).size();
}

void Damage(std::string& cell, const std::string& other, std::mt19937_64& random) {
  const std::size_t at = PlaceIn(cell, random);
  switch (random() % 7) {
    case 0:
      cell.erase(at);
      break;
    case 1:
      cell.erase(0, at);
      break;
    case 2:
      cell += cell;
      break;
    case 3:
      cell = other;
      break;
    case 4:
      cell.insert(at, other);
      break;
    default:
      for (std::uint64_t n = 1 + random() % 3; n > 0; --n)
        cell.insert(PlaceIn(cell, random), kPieces[random() % std::size(kPieces)]);
  }
  constexpr std::size_t kMost = 4096;  // doubled again and again it would outgrow every form
  cell.resize(TruncateUtf8(cell, kMost).size());
}

// Damages about one text field in six of `message` and of what it holds; `pool` gives the texts to mix in.
void DamageFields(google::protobuf::Message& message, const std::vector<std::string>& pool, std::mt19937_64& random) {
  using google::protobuf::FieldDescriptor;
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && random() % 6 == 0) {
      std::string text = reflection.GetString(message, field);
      Damage(text, pool[random() % pool.size()], random);
      reflection.SetString(&message, field, std::move(text));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
      for (int k = 0; k < reflection.FieldSize(message, field); ++k)
        DamageFields(*reflection.MutableRepeatedMessage(&message, field, k), pool, random);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && reflection.HasField(message, field)) {
      DamageFields(*reflection.MutableMessage(&message, field), pool, random);
    }
  }
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

std::vector<SelfEvaluation> Mutated(const std::vector<SelfEvaluation>& real, std::size_t count, std::uint64_t seed) {
  std::vector<std::string> pool;
  for (const SelfEvaluation& form : real)
    for (const auto& row : form.indicators())
      for (const std::string* cell : {&row.level1(), &row.level2(), &row.level3(), &row.target(), &row.actual(),
                                      &row.weight(), &row.score(), &row.deviation_reason()})
        if (!cell->empty()) pool.push_back(*cell);
  if (pool.empty()) pool.emplace_back("100%");
  std::vector<SelfEvaluation> forms;
  for (std::size_t i = 0; i < count; ++i) {
    std::mt19937_64 random(~seed + i);
    DamageFields(forms.emplace_back(real[i % real.size()]), pool, random);
  }
  return forms;
}

}  // namespace jixiao::load
