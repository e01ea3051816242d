#include "intake/import/text_encoding.h"

#include "common/errors.h"
#include "common/text.h"

#include <iconv.h>

#include <algorithm>

namespace jixiao::importing {
namespace {

absl::Status NoText(std::string_view why) {
  return InvalidField("DOCUMENT_UNREADABLE", "content", Cat("文件不是可读的文本：", why));
}

absl::StatusOr<std::string> Convert(std::string_view bytes, const char* from) {
  const iconv_t converter = iconv_open("UTF-8", from);
  if (converter == reinterpret_cast<iconv_t>(-1)) return NoText(Cat("系统不支持编码 ", from));
  std::string out(bytes.size() * 2 + 16, '\0');  // two bytes give at most three, one gives one
  char* in = const_cast<char*>(bytes.data());
  std::size_t in_left = bytes.size(), used = 0;
  std::size_t result = 0;
  do {
    char* to = out.data() + used;
    std::size_t room = out.size() - used;
    result = iconv(converter, &in, &in_left, &to, &room);
    used = out.size() - room;
    if (result == static_cast<std::size_t>(-1) && errno == E2BIG) out.resize(out.size() * 2);
  } while (result == static_cast<std::size_t>(-1) && errno == E2BIG);
  iconv_close(converter);
  if (result == static_cast<std::size_t>(-1)) return NoText("既不是 UTF-8，也不是 GBK/GB18030");
  out.resize(used);
  return out;
}

std::string UnixLines(std::string text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      if (i + 1 < text.size() && text[i + 1] == '\n') continue;
      out += '\n';
    } else if (text[i] == '\f' || text[i] == '\v') {
      out += '\n';
    } else if (static_cast<unsigned char>(text[i]) >= 0x20 || text[i] == '\n' || text[i] == '\t') {
      out += text[i];  // no other control character is text
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> DecodeText(std::string_view bytes) {
  absl::StatusOr<std::string> text;
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    bytes.remove_prefix(3);
    if (!IsUtf8(bytes)) return NoText("有 UTF-8 标记，内容却不是 UTF-8");
    text = std::string(bytes);
  } else if (bytes.starts_with("\xFF\xFE")) {
    text = Convert(bytes.substr(2), "UTF-16LE");
  } else if (bytes.starts_with("\xFE\xFF")) {
    text = Convert(bytes.substr(2), "UTF-16BE");
  } else if (IsUtf8(bytes)) {
    text = std::string(bytes);
  } else {
    text = Convert(bytes, "GB18030");
  }
  if (!text.ok()) return text.status();
  if (text->find('\0') != std::string::npos) return NoText("含有空字节，像是二进制文件");
  // Bytes of a legacy document happen to be GB18030 now and then; control characters betray them.
  const auto odd = std::count_if(text->begin(), text->end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r' && c != '\f' && c != '\v';
  });
  if (static_cast<std::size_t>(odd) * 50 > text->size()) return NoText("控制字符过多，像是二进制文件");
  return UnixLines(*std::move(text));
}

}  // namespace jixiao::importing
