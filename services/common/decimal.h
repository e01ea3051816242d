// Exact decimal numbers for money, points and rates.
//
// Why our own: Debian's libmpdec computes with arbitrary precision in heap-allocated numbers and a context per
// operation; scoring a form takes a few hundred operations on numbers of at most 15 integer digits, on the hot path.
// What the field needs is small: exact sums and comparisons, and one rounding of w × B ÷ A.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jixiao {

// coefficient × 10^-scale with |value| < 10^15 and at most 12 decimals when parsed; sums of millions of such values
// stay exact. A value type without allocation; safe to use from any thread.
class Decimal {
 public:
  static constexpr int kMaxIntegerDigits = 15;
  static constexpr int kMaxScale = 12;

  constexpr Decimal() = default;
  constexpr explicit Decimal(std::int64_t value) : coefficient_(value) {}

  // coefficient × 10^-scale, 0 <= scale <= kMaxScale.
  static constexpr Decimal Scaled(std::int64_t coefficient, int scale) {
    Decimal d(coefficient);
    d.scale_ = scale;
    d.Normalize();
    return d;
  }

  // Reads [+-]digits[.digits] and nothing else (no spaces, no grouping). Nothing when malformed or out of range.
  static std::optional<Decimal> Parse(std::string_view text);

  // Shortest exact text: "9.6", "-0.05", "100".
  std::string ToString() const;
  // Text with exactly `places` decimals, rounded half up (四舍五入: away from zero).
  std::string ToFixed(int places) const;
  // The text of ToFixed(places), for `places` up to kMostPlaces, written to the left of `end`: its first character.
  static constexpr std::size_t kMostChars = 64;
  static constexpr int kMostPlaces = 24;
  char* WriteFixed(int places, char* end) const;
  // The value rounded half up to `places` decimals.
  Decimal Rounded(int places) const;
  // The value cut off after `places` decimals.
  Decimal Truncated(int places) const;

  // a × b ÷ c, rounded half up once to `places` decimals. Nothing when c is 0, the exact product leaves 128 bits or the
  // result reaches 10^20.
  static std::optional<Decimal> MulDiv(const Decimal& a, const Decimal& b, const Decimal& c, int places);

  // The exact product; nothing when it reaches 10^20 or needs more than kMaxScale decimals.
  static std::optional<Decimal> Mul(const Decimal& a, const Decimal& b);

  bool IsZero() const { return coefficient_ == 0; }
  bool IsNegative() const { return coefficient_ < 0; }
  bool IsInteger() const { return scale_ == 0; }
  Decimal Abs() const { return coefficient_ < 0 ? -*this : *this; }
  // Decimals of the shortest exact text.
  int scale() const { return scale_; }

  friend Decimal operator-(Decimal a) {
    a.coefficient_ = -a.coefficient_;
    return a;
  }
  friend Decimal operator+(const Decimal& a, const Decimal& b) {
    if (a.scale_ != 0 || b.scale_ != 0) return Sum(a, b);
    Decimal d;
    d.coefficient_ = a.coefficient_ + b.coefficient_;
    return d;
  }
  friend Decimal operator-(const Decimal& a, const Decimal& b) { return a + -b; }
  Decimal& operator+=(const Decimal& b) { return *this = *this + b; }
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    return a.scale_ == b.scale_ ? Order(a.coefficient_, b.coefficient_) : Compare(a, b);
  }
  friend bool operator==(const Decimal& a, const Decimal& b) {
    return a.scale_ == b.scale_ && a.coefficient_ == b.coefficient_;
  }

 private:
  __extension__ using Int128 = __int128;

  constexpr void Normalize() {
    while (scale_ > 0 && coefficient_ % 10 == 0) {
      coefficient_ /= 10;
      --scale_;
    }
  }
  static std::strong_ordering Order(Int128 a, Int128 b) {
    return a < b ? std::strong_ordering::less : a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
  }
  // Of numbers with decimals.
  static Decimal Sum(const Decimal& a, const Decimal& b);
  static std::strong_ordering Compare(const Decimal& a, const Decimal& b);
  static Int128 Power(int exponent);
  // Whether the value lies below the bound of computed values.
  bool IsBounded() const;

  Int128 coefficient_ = 0;
  int scale_ = 0;  // the least that represents the value: equal values have equal members
};

}  // namespace jixiao
