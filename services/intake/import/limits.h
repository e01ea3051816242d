// What one document may cost. All of it is checked before the memory is spent.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace jixiao::importing {

struct Limits {
  std::size_t file_bytes = 50u << 20;
  std::uint64_t zip_entries = 5'000;
  std::uint64_t zip_total_bytes = 256u << 20;  // all parts, uncompressed
  std::uint64_t zip_part_bytes = 96u << 20;    // one part, uncompressed
  std::uint64_t zip_ratio = 200;               // uncompressed to compressed, for parts beyond 1 MiB
  std::size_t xml_depth = 256;
  std::size_t xml_elements = 6'000'000;
  std::size_t cells = 1'000'000;        // cells that hold text, and paragraphs
  std::size_t cell_bytes = 1u << 20;    // text of one cell or paragraph
  std::chrono::seconds conversion{90};  // one run of LibreOffice or MuPDF
  // Asked while one of them runs: true ends it. Empty: never.
  std::function<bool()> cancelled;
};

}  // namespace jixiao::importing
