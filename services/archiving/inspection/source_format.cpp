#include "archiving/inspection/source_format.h"

#include "common/text.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace jixiao::archiving {
namespace {

constexpr std::string_view kOle = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

bool Has(std::string_view bytes, std::string_view what) {
  return bytes.find(what) != std::string_view::npos;
}

// ASCII as UTF-16, little-endian, as OLE directories have it.
std::string Wide(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out.push_back(c);
    out.push_back('\0');
  }
  return out;
}

// Little-endian number of `size` bytes at `at`; nothing beyond the end.
std::optional<std::uint32_t> Number(std::string_view bytes, std::size_t at, std::size_t size) {
  if (at > bytes.size() || bytes.size() - at < size) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = size; i > 0; --i) number = number << 8 | static_cast<std::uint8_t>(bytes[at + i - 1]);
  return number;
}

struct ZipEntry {
  std::string_view name;
  bool encrypted = false;
};

// The central directory; nothing when it is not whole.
std::optional<std::vector<ZipEntry>> ZipDirectory(std::string_view bytes) {
  const std::size_t end = bytes.rfind("PK\x05\x06");
  if (end == std::string_view::npos) return std::nullopt;
  const auto count = Number(bytes, end + 10, 2);
  const auto start = Number(bytes, end + 16, 4);
  if (!count || !start) return std::nullopt;
  std::vector<ZipEntry> entries;
  std::size_t at = *start;
  for (std::uint32_t i = 0; i < *count; ++i) {
    if (bytes.substr(std::min(at, bytes.size()), 4) != "PK\x01\x02") return std::nullopt;
    const auto flags = Number(bytes, at + 8, 2);
    const auto name = Number(bytes, at + 28, 2);
    const auto extra = Number(bytes, at + 30, 2);
    const auto comment = Number(bytes, at + 32, 2);
    const auto local = Number(bytes, at + 42, 4);
    if (!flags || !name || !extra || !comment || !local || at + 46 + *name > bytes.size()) return std::nullopt;
    if (bytes.substr(std::min<std::size_t>(*local, bytes.size()), 4) != "PK\x03\x04") return std::nullopt;
    entries.push_back({bytes.substr(at + 46, *name), (*flags & 1) != 0});
    at += 46 + *name + *extra + *comment;
  }
  return entries;
}

void LookAtZip(std::string_view bytes, SourceFormat& format) {
  format.name = "ZIP";
  const auto entries = ZipDirectory(bytes);
  if (!entries) {
    format.broken.push_back("ZIP 目录不完整");
    return;
  }
  bool types = false;
  for (const ZipEntry& entry : *entries) {
    if (entry.name == "[Content_Types].xml") types = true;
    if (entry.name == "OFD.xml") format.name = "OFD";
    if (entry.name.starts_with("word/")) format.name = "OOXML 文档";
    if (entry.name.starts_with("xl/")) format.name = "OOXML 表格";
    if (entry.name == "mimetype") format.name = "OpenDocument";
    if (entry.encrypted) format.encryption = "ZIP 加密";
    if (entry.name.ends_with("vbaProject.bin")) format.active.push_back("宏（vbaProject.bin）");
  }
  if (format.name.starts_with("OOXML") && !types) format.broken.push_back("缺少 [Content_Types].xml");
}

void LookAtOle(std::string_view bytes, SourceFormat& format) {
  format.name = "OLE 复合文档";
  if (bytes.size() < 1536) format.broken.push_back("复合文档不完整");
  if (Has(bytes, Wide("EncryptedPackage")) || Has(bytes, Wide("EncryptionInfo"))) format.encryption = "OOXML 加密";
  if (Has(bytes, Wide("_VBA_PROJECT"))) format.active.push_back("宏（_VBA_PROJECT）");
}

void LookAtPdf(std::string_view bytes, SourceFormat& format) {
  format.name = "PDF";
  if (!Has(bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 2048)), "%%EOF"))
    format.broken.push_back("PDF 没有结尾");
  if (!Has(bytes, "startxref")) format.broken.push_back("PDF 没有交叉引用");
  if (Has(bytes, "/Encrypt")) format.encryption = "PDF 加密";
  if (Has(bytes, "/JavaScript")) format.active.push_back("PDF 脚本");
  if (Has(bytes, "/Launch")) format.active.push_back("PDF 启动动作");
}

// Whether a format may have the media type.
bool Fits(const std::string& name, std::string_view type) {
  const auto is = [&](std::string_view part) { return Has(type, part); };
  if (name == "PDF") return is("application/pdf");
  if (name == "OFD") return is("ofd");
  if (name == "OOXML 文档") return is("wordprocessingml") || is("ms-word");
  if (name == "OOXML 表格") return is("spreadsheetml") || is("ms-excel");
  if (name == "OpenDocument") return is("opendocument");
  if (name == "OLE 复合文档") return is("msword") || is("ms-excel") || is("wps") || is("kset") || is("ms-office");
  if (name == "ZIP") return is("zip");
  if (name == "PNG") return is("image/png");
  if (name == "JPEG") return is("image/jpeg");
  if (name == "TIFF") return is("image/tiff");
  if (name == "UTF-8 文本") return type.starts_with("text/") || is("json") || is("xml");
  return false;
}

}  // namespace

SourceFormat FormatOf(std::string_view bytes, std::string_view media_type) {
  SourceFormat format;
  if (bytes.starts_with("MZ") ||
      bytes.starts_with("\x7f"
                        "ELF") ||
      bytes.starts_with("#!")) {
    format.active.push_back("可执行文件");
    return format;
  }
  if (bytes.starts_with("%PDF-"))
    LookAtPdf(bytes, format);
  else if (bytes.starts_with("PK\x03\x04"))
    LookAtZip(bytes, format);
  else if (bytes.starts_with(kOle))
    LookAtOle(bytes, format);
  else if (bytes.starts_with("\x89PNG\r\n\x1a\n"))
    format.name = "PNG";
  else if (bytes.starts_with("\xFF\xD8\xFF"))
    format.name = "JPEG";
  else if (bytes.starts_with(std::string_view("II*\0", 4)) || bytes.starts_with(std::string_view("MM\0*", 4)))
    format.name = "TIFF";
  else if (!bytes.empty() && IsUtf8(bytes) && !Has(bytes, std::string_view("\0", 1)))
    format.name = "UTF-8 文本";
  format.fits_media_type = Fits(format.name, media_type);
  return format;
}

}  // namespace jixiao::archiving
