#include "intake/import/xml.h"

#include "common/errors.h"
#include "common/text.h"

#include <charconv>

namespace jixiao::importing {
namespace {

absl::Status Damaged(std::string_view part, std::string_view what) {
  return InvalidField("DOCUMENT_DAMAGED", "content", Cat("文件已损坏：", part, " ", what));
}

// Skips to just behind `mark`; npos when it does not come.
std::size_t Behind(std::string_view text, std::size_t at, std::string_view mark) {
  const std::size_t found = text.find(mark, at);
  return found == std::string_view::npos ? found : found + mark.size();
}

// The end of a tag, quotes respected.
std::size_t EndOfTag(std::string_view text, std::size_t at) {
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at;
    }
  }
  return std::string_view::npos;
}

// Counts before building: a tree takes many times the memory of its text.
absl::Status CheckShape(std::string_view part, std::string_view text, const Limits& limits) {
  std::size_t depth = 0, elements = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("<!--")) {
      at = Behind(text, at, "-->");
    } else if (rest.starts_with("<![CDATA[")) {
      at = Behind(text, at, "]]>");
    } else if (rest.starts_with("<?")) {
      at = Behind(text, at, "?>");
    } else if (rest.starts_with("<!")) {
      return Damaged(part, "含有 DTD，不予读取");
    } else {
      const std::size_t end = EndOfTag(text, at);
      if (end == std::string_view::npos) return Damaged(part, "不完整");
      if (rest.starts_with("</")) {
        if (depth == 0) return Damaged(part, "标签不配对");
        --depth;
      } else {
        if (++elements > limits.xml_elements)
          return InvalidField("DOCUMENT_TOO_LARGE", "content", Cat(part, " 的元素过多"));
        if (text[end - 1] != '/' && ++depth > limits.xml_depth)
          return InvalidField("DOCUMENT_TOO_LARGE", "content", Cat(part, " 的嵌套过深"));
      }
      at = end + 1;
    }
    if (at == std::string_view::npos) return Damaged(part, "不完整");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseXml(std::string_view part, const std::string& text, const Limits& limits, pugi::xml_document& out) {
  // UTF-16 would pass the counting unseen; no office program writes it.
  if (text.find('\0') != std::string::npos || !IsUtf8(text)) return Damaged(part, "编码不是 UTF-8");
  RETURN_IF_ERROR(CheckShape(part, text, limits));
  const pugi::xml_parse_result result = out.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!result) return Damaged(part, result.description());
  return absl::OkStatus();
}

std::string Sound(std::string text) {
  std::erase_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7F;
  });
  if (IsUtf8(text)) return text;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    // The character here is the shortest stretch that is well-formed.
    std::size_t size = 1;
    while (size <= 4 && i + size <= text.size() && !IsUtf8(std::string_view(text).substr(i, size))) ++size;
    if (size <= 4 && i + size <= text.size()) {
      out += text.substr(i, size);
      i += size;
    } else {
      ++i;
    }
  }
  return out;
}

std::string_view LocalName(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node Child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& child : node.children())
    if (LocalName(child) == name) return child;
  return {};
}

std::string_view Attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    std::string_view own = attribute.name();
    if (const std::size_t colon = own.rfind(':'); colon != std::string_view::npos) own.remove_prefix(colon + 1);
    if (own == name) return attribute.value();
  }
  return {};
}

int NumberIn(const pugi::xml_node& node, std::string_view name, int otherwise, int most) {
  const std::string_view text = Attribute(node, name);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error == std::errc::invalid_argument) return otherwise;
  if (error == std::errc::result_out_of_range) return text.starts_with('-') ? 0 : most;
  return value < 0 ? 0 : std::min(value, most);
}

}  // namespace jixiao::importing
