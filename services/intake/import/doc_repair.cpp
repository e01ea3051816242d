#include "intake/import/doc_repair.h"

#include <cstdint>
#include <vector>

namespace jixiao::importing {
namespace {

// A compound file (MS-CFB) as far as its ordinary streams go, read and changed in place. All reads are bounded: out of
// range is 0, and the caller's checks then fail.
class CompoundFile {
 public:
  explicit CompoundFile(std::string_view bytes) : bytes_(bytes) {
    const std::uint32_t shift = Number(30, 2);
    if (!bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") || (shift != 9 && shift != 12)) return;
    size_ = std::size_t{1} << shift;
    // Files beyond the header's 109 table sectors (7 MiB) are not worth the trouble.
    const std::uint32_t tables = Number(44, 4);
    if (tables > 109) return;
    for (std::uint32_t i = 0; i < tables; ++i) {
      const std::size_t at = Position(Number(76 + 4 * i, 4));
      for (std::size_t k = 0; k < size_ / 4; ++k) next_.push_back(Number(at + 4 * k, 4));
    }
    directory_ = Chain(Number(48, 4));
    cutoff_ = Number(56, 4);
  }

  // Sectors of the stream of this name; none when it is missing or lies in the mini stream.
  std::vector<std::uint32_t> Stream(std::string_view name) const {
    for (const std::uint32_t sector : directory_)
      for (std::size_t entry = 0; entry < size_ / 128; ++entry) {
        const std::size_t at = Position(sector) + entry * 128;
        if (Number(at + 64, 2) != 2 * (name.size() + 1)) continue;
        bool same = true;
        for (std::size_t i = 0; i < name.size(); ++i)
          same = same && Number(at + 2 * i, 2) == static_cast<unsigned char>(name[i]);
        if (same) return Number(at + 120, 4) < cutoff_ ? std::vector<std::uint32_t>() : Chain(Number(at + 116, 4));
      }
    return {};
  }

  std::size_t sector_size() const { return size_; }
  std::size_t Position(std::uint32_t sector) const { return (std::size_t{sector} + 1) * size_; }
  std::uint32_t Number(std::size_t at, int width) const {
    if (at > bytes_.size() || bytes_.size() - at < static_cast<std::size_t>(width)) return 0;
    std::uint32_t out = 0;
    for (int i = width - 1; i >= 0; --i)
      out = out << 8 | static_cast<unsigned char>(bytes_[at + static_cast<std::size_t>(i)]);
    return out;
  }
  void Set(std::size_t at, std::uint32_t value, int width) {
    if (at > bytes_.size() || bytes_.size() - at < static_cast<std::size_t>(width)) return;
    for (int i = 0; i < width; ++i, value >>= 8)
      bytes_[at + static_cast<std::size_t>(i)] = static_cast<char>(value & 0xFF);
  }
  std::string Take() && { return std::move(bytes_); }

 private:
  std::vector<std::uint32_t> Chain(std::uint32_t sector) const {
    std::vector<std::uint32_t> out;
    while (sector < next_.size() && out.size() < next_.size()) {
      out.push_back(sector);
      sector = next_[sector];
    }
    return out;
  }

  std::string bytes_;
  std::size_t size_ = 512, cutoff_ = 4096;
  std::vector<std::uint32_t> next_, directory_;
};

// One stream of it, by offset.
class Stream {
 public:
  Stream(CompoundFile& file, std::string_view name) : file_(file), sectors_(file.Stream(name)) {}

  bool empty() const { return sectors_.empty(); }
  std::size_t size() const { return sectors_.size() * file_.sector_size(); }
  // Little-endian, byte by byte: a number may lie across two sectors. 0 beyond the end.
  std::uint32_t Number(std::size_t at, int width = 4) const {
    std::uint32_t out = 0;
    for (int i = width - 1; i >= 0; --i) {
      const std::size_t byte = at + static_cast<std::size_t>(i);
      out = out << 8 | (byte < size() ? file_.Number(Place(byte), 1) : 0);
    }
    return out;
  }
  void Set(std::size_t at, std::uint32_t value, int width = 4) {
    for (int i = 0; i < width; ++i, value >>= 8)
      if (at + static_cast<std::size_t>(i) < size())
        file_.Set(Place(at + static_cast<std::size_t>(i)), value & 0xFF, 1);
  }

 private:
  std::size_t Place(std::size_t at) const {
    return file_.Position(sectors_[at / file_.sector_size()]) + at % file_.sector_size();
  }

  CompoundFile& file_;
  const std::vector<std::uint32_t> sectors_;
};

// Offsets in the file information block of Word 97 and later.
constexpr std::size_t kFlags = 10, kTextEnd = 28, kTextLength = 76, kSections = 0xCA, kCharacterPages = 0xFA,
                      kParagraphPages = 0x102, kPieces = 0x1A2;
constexpr std::uint32_t kPage = 512;

// The last page that a table of formatted pages names, and where the table's last file position stands.
struct LastPage {
  std::size_t end_at = 0;
  std::uint32_t page = 0;
};
LastPage LastPageOf(const Stream& text, const Stream& table, std::size_t where) {
  const std::uint32_t at = text.Number(where), bytes = text.Number(where + 4);
  if (bytes < 12) return {};
  const std::uint32_t count = (bytes - 4) / 8;
  return {at + 4 * std::size_t{count}, table.Number(at + 4 * (std::size_t{count} + 1) + 4 * (std::size_t{count} - 1))};
}

}  // namespace

std::optional<std::string> RepairDoc(std::string_view bytes) {
  CompoundFile file(bytes);
  Stream text(file, "WordDocument");
  if (text.empty() || text.Number(0, 2) != 0xA5EC) return std::nullopt;
  Stream table(file, (text.Number(kFlags, 2) & 0x200) != 0 ? "1Table" : "0Table");
  // Foot notes, headers and text boxes stand behind the main text: adding to it would move them.
  for (std::size_t i = 1; i < 8; ++i)
    if (text.Number(kTextLength + 4 * i) != 0) return std::nullopt;
  const std::uint32_t length = text.Number(kTextLength);
  std::size_t pieces = text.Number(kPieces);
  const std::size_t pieces_end = pieces + text.Number(kPieces + 4);
  if (table.empty() || length == 0 || pieces_end > table.size()) return std::nullopt;
  while (pieces < pieces_end && table.Number(pieces, 1) == 1) pieces += 3 + table.Number(pieces + 1, 2);
  if (pieces >= pieces_end || table.Number(pieces, 1) != 2) return std::nullopt;
  const std::uint32_t count = (table.Number(pieces + 1) - 4) / 12;
  const std::size_t ends = pieces + 5;
  if (count == 0 || count > 100'000 || table.Number(ends + 4 * std::size_t{count}) != length) return std::nullopt;
  // The last piece: its characters in two bytes each, and the place behind them free.
  const std::uint32_t begin = table.Number(ends + 4 * (std::size_t{count} - 1));
  const std::uint32_t place = table.Number(ends + 4 * (std::size_t{count} + 1) + 8 * (std::size_t{count} - 1) + 2);
  if ((place & 0x40000000) != 0 || begin >= length) return std::nullopt;
  const std::uint32_t end = place + 2 * (length - begin);
  constexpr std::uint32_t kCellMark = 7;
  if (std::size_t{end} + 2 > text.size() || text.Number(end - 2, 2) != kCellMark || text.Number(end, 2) != 0 ||
      end % kPage == 0)
    return std::nullopt;
  // Its paragraph's properties: none of a table's. The page must have room for one more entry.
  const LastPage paragraphs = LastPageOf(text, table, kParagraphPages);
  const LastPage characters = LastPageOf(text, table, kCharacterPages);
  const std::size_t page = std::size_t{paragraphs.page} * kPage, runs = std::size_t{characters.page} * kPage;
  if (page == 0 || runs == 0 || page + kPage > text.size() || runs + kPage > text.size()) return std::nullopt;
  const std::uint32_t entries = text.Number(page + kPage - 1, 1);
  constexpr std::uint32_t kEntry = 13;
  std::uint32_t free_until = kPage - 1;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::uint32_t used = 2 * text.Number(page + 4 * (entries + 1) + kEntry * i, 1);
    if (used != 0 && used < free_until) free_until = used;
  }
  if (entries == 0 || entries > 28 || text.Number(page + 4 * entries) != end ||
      4 * (entries + 2) + kEntry * (entries + 1) > free_until)
    return std::nullopt;
  std::vector<std::uint32_t> properties;
  for (std::uint32_t i = 0; i < kEntry * entries; ++i)
    properties.push_back(text.Number(page + 4 * (entries + 1) + i, 1));
  properties.resize(kEntry * (entries + 1));
  text.Set(page + 4 * (entries + 1), end + 2);
  for (std::size_t i = 0; i < properties.size(); ++i) text.Set(page + 4 * (entries + 2) + i, properties[i], 1);
  text.Set(page + kPage - 1, entries + 1, 1);
  table.Set(paragraphs.end_at, end + 2);
  // The characters' properties go on over it.
  text.Set(runs + 4 * text.Number(runs + kPage - 1, 1), end + 2);
  table.Set(characters.end_at, end + 2);
  // The mark itself, and every length that counts it.
  text.Set(end, '\r', 2);
  text.Set(kTextLength, length + 1);
  text.Set(kTextEnd, end + 2);
  table.Set(ends + 4 * std::size_t{count}, length + 1);
  if (const std::uint32_t sections = text.Number(kSections + 4) / 16; sections > 0)
    table.Set(text.Number(kSections) + 4 * std::size_t{sections}, length + 1);
  return std::move(file).Take();
}

}  // namespace jixiao::importing
