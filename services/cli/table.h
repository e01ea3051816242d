// Tables for people on a terminal: Chinese characters take two columns, numbers stand to the right.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace jixiao::cli {

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
  std::size_t max_width = 40;  // what is longer is cut and ends in …
  bool optional = false;       // left out when it has nothing in any row
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Adds a row; missing cells are empty.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  void Print(std::ostream& out) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` on one line, cut to `width` terminal columns.
std::string Fit(const std::string& text, std::size_t width);

}  // namespace jixiao::cli
