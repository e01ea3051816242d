// XML parts of office files, without the parts of XML that hurt: no DTD, no entities of its own, bounded depth.
#pragma once

#include "intake/import/limits.h"

#include <absl/status/status.h>
#include <pugixml.hpp>

#include <string>
#include <string_view>

namespace jixiao::importing {

// Parses `text` into `out`. INVALID_ARGUMENT with reason DOCUMENT_DAMAGED or DOCUMENT_TOO_LARGE; depth and number of
// elements are counted before anything is built.
absl::Status ParseXml(std::string_view part, const std::string& text, const Limits& limits, pugi::xml_document& out);

// `text` without what no cell can hold: control characters (but \t and \n) and ill-formed UTF-8, which character
// references can smuggle in.
std::string Sound(std::string text);

// The name without its namespace prefix: "w:tbl" is "tbl".
std::string_view LocalName(const pugi::xml_node& node);

// The first child or attribute by local name; null when there is none.
pugi::xml_node Child(const pugi::xml_node& node, std::string_view name);
std::string_view Attribute(const pugi::xml_node& node, std::string_view name);
// The number in an attribute, bounded to [0, most]; `otherwise` when it is missing or no number.
int NumberIn(const pugi::xml_node& node, std::string_view name, int otherwise, int most);

}  // namespace jixiao::importing
