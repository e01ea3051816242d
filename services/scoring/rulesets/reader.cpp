#include "scoring/rulesets/reader.h"

#include "common/errors.h"
#include "common/folder.h"
#include "common/text.h"

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace jixiao::scoring {
namespace {

using nlohmann::json;

// Rule files nest four levels and hold a few hundred values; what goes deeper, or grows by aliases of aliases, is an
// attack.
constexpr int kMaxDepth = 16;
constexpr int kMaxNodes = 100000;

absl::Status Unreadable(const std::string& document, std::string_view what) {
  return InvalidField("RULE_SET_UNREADABLE", document, std::string(what));
}

// YAML as JSON. Plain scalars stay text except true and false: the proto's fields know their own types.
absl::StatusOr<json> ToJson(const YAML::Node& node, const std::string& document, int depth, int& nodes) {
  if (depth > kMaxDepth) return Unreadable(document, "nested too deeply");
  if (++nodes > kMaxNodes) return Unreadable(document, "holds too many values");
  switch (node.Type()) {
    case YAML::NodeType::Scalar: {
      const std::string& text = node.Scalar();
      const bool plain = node.Tag() != "!";
      if (plain && (text == "true" || text == "false")) return json(text == "true");
      return json(text);
    }
    case YAML::NodeType::Sequence: {
      json list = json::array();
      for (const YAML::Node& item : node) {
        ASSIGN_OR_RETURN(json value, ToJson(item, document, depth + 1, nodes));
        list.push_back(std::move(value));
      }
      return list;
    }
    case YAML::NodeType::Map: {
      json map = json::object();
      for (const auto& entry : node) {
        const std::string key = entry.first.Scalar();
        if (map.contains(key))
          return Unreadable(document, Cat("line ", entry.first.Mark().line + 1, ": ", key, " stands twice"));
        ASSIGN_OR_RETURN(map[key], ToJson(entry.second, document, depth + 1, nodes));
      }
      return map;
    }
    default:
      return json(nullptr);
  }
}

std::string TextOf(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Lists at the top whose entries have a name of their own.
struct KeyedList {
  const char* field;
  const char* key;
};
constexpr KeyedList kKeyedLists[] = {{"checks", "code"}, {"classes", "indicator_class"}};

// What states the parent's own results and is nobody's inheritance.
constexpr const char* kOwn[] = {"cases", "parent"};

// Takes over what the child leaves open; maps field by field, everything else whole.
void Inherit(json& child, const json& parent) {
  for (const auto& [key, value] : parent.items()) {
    if (!child.contains(key))
      child[key] = value;
    else if (child[key].is_object() && value.is_object())
      Inherit(child[key], value);
  }
}

// The entry of `list` that `key` names; nullptr for none.
json* EntryOf(json& list, const char* key, const json& name) {
  for (json& entry : list)
    if (entry.is_object() && entry.contains(key) && entry[key] == name) return &entry;
  return nullptr;
}

// The parent's entries, each overridden by the child's of the same name, then the child's new ones.
absl::StatusOr<json> MergeEntries(const json& child, const json& parent, const KeyedList& list,
                                  const std::string& document) {
  json merged = parent;
  json seen = json::array();
  for (const json& entry : child) {
    if (!entry.is_object() || !entry.contains(list.key))
      return Unreadable(document, Cat(list.field, ": every entry has a ", list.key));
    const json& name = entry[list.key];
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      return Unreadable(document, Cat(list.field, ": ", TextOf(name), " stands twice"));
    seen.push_back(name);
    json* const inherited = EntryOf(merged, list.key, name);
    json own = entry;
    if (inherited == nullptr) {
      merged.push_back(std::move(own));
    } else {
      Inherit(own, *inherited);
      *inherited = std::move(own);
    }
  }
  return merged;
}

// Takes over a whole rule set.
absl::Status InheritRuleSet(json& child, json parent, const std::string& document) {
  for (const char* field : kOwn) parent.erase(field);
  for (const KeyedList& list : kKeyedLists) {
    if (!child.contains(list.field) || !parent.contains(list.field)) continue;
    if (!child[list.field].is_array() || !parent[list.field].is_array()) continue;  // refused as no list later
    ASSIGN_OR_RETURN(child[list.field], MergeEntries(child[list.field], parent[list.field], list, document));
  }
  Inherit(child, parent);
  return absl::OkStatus();
}

// Hears a YAML document and keeps nothing of it.
class Deaf final : public YAML::EventHandler {
  using Style = YAML::EmitterStyle::value;
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, Style) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, Style) override {}
  void OnMapEnd() override {}
};

// Not by YAML::LoadAll: of some texts that are no YAML, such as `, 5`, that finds documents without end.
bool HasSecondDocument(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  Deaf deaf;
  return parser.HandleNextDocument(deaf) && parser.HandleNextDocument(deaf);
}

class Family {
 public:
  absl::Status Add(const RuleSetDocument& document) {
    json content;
    try {
      int nodes = 0;
      if (HasSecondDocument(document.text)) return Unreadable(document.name, "holds more than one YAML document");
      ASSIGN_OR_RETURN(content, ToJson(YAML::Load(document.text), document.name, 0, nodes));
    } catch (const YAML::Exception& error) {
      return Unreadable(document.name, error.what());
    }
    if (!content.is_object() || !content.contains("id") || !content["id"].is_string())
      return Unreadable(document.name, "a rule set is a map with an id");
    const std::string id = content["id"];
    if (!members_.emplace(id, Member{document.name, std::move(content)}).second)
      return Unreadable(document.name, Cat("id ", id, " stands in two files"));
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<v1::RuleSet>> Flatten() {
    std::vector<v1::RuleSet> out;
    for (auto& [id, member] : members_) {
      RETURN_IF_ERROR(Flatten(member));
      v1::RuleSet rule_set;
      const auto status = google::protobuf::util::JsonStringToMessage(TextOf(member.content), &rule_set);
      if (!status.ok()) return Unreadable(member.document, status.message().as_string());
      out.push_back(std::move(rule_set));
    }
    return out;
  }

 private:
  struct Member {
    std::string document;
    json content;
    enum class State { kOpen, kBusy, kFlat } state = State::kOpen;
  };

  absl::Status Flatten(Member& member) {
    if (member.state == Member::State::kFlat) return absl::OkStatus();
    if (member.state == Member::State::kBusy) return Unreadable(member.document, "its parents form a circle");
    member.state = Member::State::kBusy;
    if (member.content.contains("parent")) {
      const std::string parent =
          member.content["parent"].is_string() ? member.content["parent"].get<std::string>() : "";
      // "ID@REVISION" tells where a complete rule set came from.
      if (parent.find('@') == std::string::npos) {
        const auto found = members_.find(parent);
        if (found == members_.end()) return Unreadable(member.document, Cat("there is no parent ", parent));
        RETURN_IF_ERROR(Flatten(found->second));
        RETURN_IF_ERROR(InheritRuleSet(member.content, found->second.content, member.document));
        const json revision = found->second.content.value("revision", json("0"));
        member.content["parent"] = Cat(parent, "@", TextOf(revision));
      }
    }
    member.state = Member::State::kFlat;
    return absl::OkStatus();
  }

  std::map<std::string, Member> members_;
};

}  // namespace

absl::StatusOr<std::vector<v1::RuleSet>> ReadRuleSets(const std::vector<RuleSetDocument>& documents) {
  Family family;
  for (const RuleSetDocument& document : documents) RETURN_IF_ERROR(family.Add(document));
  return family.Flatten();
}

absl::StatusOr<std::vector<v1::RuleSet>> ReadRuleSetFolder(const std::string& folder) {
  std::vector<RuleSetDocument> documents;
  const absl::StatusOr<std::vector<std::filesystem::path>> paths = ListFolder(folder);
  if (!paths.ok())
    return Unreadable(folder, Cat("cannot read the folder of rule sets: ", std::string(paths.status().message())));
  for (const std::filesystem::path& path : *paths) {
    if (path.extension() != ".yaml") continue;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return Unreadable(path.filename().string(), "cannot be read");
    documents.push_back({path.filename().string(), std::move(text).str()});
  }
  return ReadRuleSets(documents);
}

}  // namespace jixiao::scoring
