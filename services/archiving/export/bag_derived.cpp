#include "archiving/export/bag_derived.h"

#include "archiving/export/bag.h"
#include "archiving/export/render.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"

#include <google/protobuf/util/json_util.h>

namespace jixiao::archiving::exporting {
namespace {

constexpr std::int64_t kLargestFile = 64 << 20;

std::string RuleSetJson(const std::string& file) {
  return Cat(file.substr(0, file.rfind('.')), ".json");
}

// Whether `json` holds a message whose canonical encoding is `content`.
template <class Message>
bool Says(const std::string& json, const std::string& content) {
  Message message;
  if (!google::protobuf::util::JsonStringToMessage(json, &message).ok()) return false;
  const auto encoded = CanonicalEncode(message);
  return encoded.ok() && *encoded == content;
}

// The value of a line `name: value`; empty when there is none.
std::string_view Line(std::string_view info, std::string_view name) {
  const std::string wanted = Cat("\n", name, ": ");
  const std::size_t at = info.find(wanted);
  if (at == std::string_view::npos) return {};
  info.remove_prefix(at + wanted.size());
  return info.substr(0, info.find('\n'));
}

}  // namespace

std::vector<std::string> FilesOf(const v1::GetRecordResponse& record, const std::string& folder) {
  std::vector<std::string> files{folder + "leaf.canonical", folder + "proof.json", folder + "metadata.xml"};
  bool form = false;
  bool card = false;
  bool rules = false;
  for (const v1::RecordPart& part : record.parts()) {
    files.push_back(FileOf(folder, part));
    form = form || part.name() == kFormPart;
    card = card || part.name() == kScorecardPart;
    rules = rules || part.name() == kRuleSetPart;
    if (part.name() == kRuleSetPart) files.push_back(RuleSetJson(files.back()));
  }
  if (form) files.push_back(folder + "form.json");
  if (card) files.push_back(folder + "scorecard.json");
  if (form && card && rules) {
    files.push_back(folder + "form.html");
    files.push_back(folder + "form.pdf");
  }
  for (const v1::Erasure& erasure : record.erasures())
    for (const char* file : {"entry.canonical", "leaf.canonical", "proof.json"})
      files.push_back(FolderOf(kEntriesFolder, erasure.proof().index()) + file);
  return files;
}

Rendering RenderingOf(std::string_view bag_info) {
  return {Line(bag_info, "Bag-Software-Agent") == SoftwareAgent(), std::string(Line(bag_info, "Fonds-Number"))};
}

std::vector<std::string> DerivedFaults(const PackageReader& package, const v1::GetRecordResponse& record,
                                       const std::string& folder, const Rendering& rendering,
                                       std::unordered_set<std::string>& compared) {
  std::vector<std::string> faults;
  const auto content = [&](const std::string& file) {
    return package.Has(file) ? package.Content(file, kLargestFile).value_or("") : std::string();
  };
  const auto compare = [&](const std::string& file, const std::string& part, const auto& says, const auto& wanted) {
    if (!says(content(file), wanted)) faults.push_back(Cat(file, "：与所归档的 ", part, " 不同"));
  };
  for (const v1::RecordPart& part : record.parts()) {
    if (part.name() == kFormPart)
      compare(folder + "form.json", part.name(), Says<evaluation::v1::SelfEvaluation>, part.content());
    if (part.name() == kScorecardPart)
      compare(folder + "scorecard.json", part.name(), Says<evaluation::v1::Scorecard>, part.content());
    if (const std::string file = FileOf(folder, part); part.name() == kRuleSetPart && compared.insert(file).second)
      compare(RuleSetJson(file), part.name(), Says<scoring::v1::RuleSet>, part.content());
  }
  if (!rendering.comparable) return faults;
  const auto document = OpenWhatIsLeft(record);
  if (!document.ok()) return faults;  // its parts are at fault, and named
  const auto same = [](const std::string& text, const std::string& wanted) { return text == wanted; };
  BagOptions options;
  options.fonds = rendering.fonds;
  compare(folder + "metadata.xml", "内容", same, MetadataXml(*document, options));
  if (document->Part(kFormPart) == nullptr || document->Part(kScorecardPart) == nullptr ||
      document->Part(kRuleSetPart) == nullptr)
    return faults;
  const auto html = Render(*document, Format::kHtml);
  compare(folder + "form.html", "内容", same, html.ok() ? html->bytes : std::string());
  return faults;
}

}  // namespace jixiao::archiving::exporting
