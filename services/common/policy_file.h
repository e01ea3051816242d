// What the policy files of the services (YAML) have in common: who may call what, retention, review. All in the header,
// so that only those who read such a file link yaml-cpp.
#pragma once

#include "common/errors.h"
#include "common/text.h"

#include <absl/status/status.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <string>
#include <string_view>

namespace jixiao::policy_file {

// INVALID_ARGUMENT with `reason` that names the line of `node`.
inline absl::Status Fault(std::string_view reason, const YAML::Node& node, std::string_view what) {
  return InvalidField(reason, Cat("line ", node.Mark().line + 1), std::string(what));
}

// Calls `each(key, value)` for every entry of a map; yaml-cpp itself would let a key be there twice.
template <class Each>
absl::Status ForEachEntry(std::string_view reason, const YAML::Node& node, Each&& each) {
  if (!node.IsMap()) return Fault(reason, node, "is not a map");
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) return Fault(reason, entry.first, "a key is a plain text");
    if (!seen.insert(entry.first.Scalar()).second)
      return Fault(reason, entry.first, Cat(entry.first.Scalar(), " is there twice"));
    RETURN_IF_ERROR(each(entry.first.Scalar(), entry.second));
  }
  return absl::OkStatus();
}

}  // namespace jixiao::policy_file
