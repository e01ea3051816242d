#include "archiving/export/bag_derived.h"

#include "archiving/export/bag.h"
#include "archiving/export/render.h"
#include "archiving/export/text_forms.h"
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
  const auto document = OpenWhatIsLeft(record);
  if (!document.ok()) return faults;  // its parts are at fault, and named
  const auto content = [&](const std::string& file) {
    return package.Has(file) ? package.Content(file, kLargestFile).value_or("") : std::string();
  };
  const auto note = [&](const std::string& file, std::string_view part) {
    faults.push_back(Cat(file, "：与所归档的 ", part, " 不同"));
  };
  // To the byte where this program wrote it; else by what it says.
  const auto compare = [&]<class Message>(const std::string& file, const v1::RecordPart& part, const Message& message) {
    const std::string json = content(file);
    if (rendering.comparable ? json != ToJson(message) + "\n" : !Says<Message>(json, part.content()))
      note(file, part.name());
  };
  for (const v1::RecordPart& part : record.parts()) {
    if (part.name() == kFormPart) compare(folder + "form.json", part, document->form);
    if (part.name() == kScorecardPart) compare(folder + "scorecard.json", part, document->card);
    if (const std::string file = FileOf(folder, part); part.name() == kRuleSetPart && compared.insert(file).second)
      compare(RuleSetJson(file), part, document->rule_set);
  }
  if (!rendering.comparable) return faults;
  BagOptions options;
  options.fonds = rendering.fonds;
  if (content(folder + "metadata.xml") != MetadataXml(*document, options)) note(folder + "metadata.xml", "内容");
  if (document->Part(kFormPart) == nullptr || document->Part(kScorecardPart) == nullptr ||
      document->Part(kRuleSetPart) == nullptr)
    return faults;
  const auto html = Render(*document, Format::kHtml);
  if (!html.ok() || content(folder + "form.html") != html->bytes) note(folder + "form.html", "内容");
  return faults;
}

}  // namespace jixiao::archiving::exporting
