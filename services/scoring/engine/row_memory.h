// Rows that keep their memory from form to form.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace jixiao::scoring {

// A list of rows whose elements stay made when it is emptied, so that their texts and lists need no memory again. What
// Add gives holds what the row held before: whoever adds it sets all of it. Rows never move once they were added.
template <class Row>
class Rows {
 public:
  Rows() = default;
  Rows(Rows&& other) noexcept { *this = std::move(other); }
  Rows& operator=(Rows&& other) noexcept {
    rows_ = std::move(other.rows_);
    capacity_ = std::exchange(other.capacity_, 0);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  // Empties the list and makes room for `rows` of them.
  void Start(std::size_t rows) {
    size_ = 0;
    if (rows <= capacity_) return;
    rows_ = std::make_unique<Row[]>(rows);
    capacity_ = rows;
  }
  // The next row, for which Start has made room.
  Row& Add() { return rows_[size_++]; }

  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Row* data() const { return rows_.get(); }
  const Row* begin() const { return data(); }
  const Row* end() const { return data() + size_; }
  const Row& operator[](std::size_t i) const { return rows_[i]; }

 private:
  std::unique_ptr<Row[]> rows_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace jixiao::scoring
