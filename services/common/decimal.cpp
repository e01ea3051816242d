#include "common/decimal.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace jixiao {
namespace {

__extension__ using Int128 = __int128;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Nearly every number on a form fits into 64 bits, where dividing costs a tenth: each division below looks first. The
// least of all is left out, so that signs may be turned.
bool IsSmall(Int128 n) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return n <= kMost && n >= -kMost;
}

template <class Int>
void DropZeros(Int& coefficient, int& scale) {
  while (scale > 0 && coefficient % 10 == 0) {
    coefficient /= 10;
    --scale;
  }
}

// Takes off the zeros behind the point that are not needed.
void Shorten(Int128& coefficient, int& scale) {
  if (scale == 0) return;
  if (coefficient == 0) {
    scale = 0;
    return;
  }
  if (!IsSmall(coefficient)) return DropZeros(coefficient, scale);
  auto small = static_cast<std::int64_t>(coefficient);
  DropZeros(small, scale);
  coefficient = small;
}

struct Division {
  Int128 quotient;
  Int128 rest;
};

Division Divide(Int128 a, Int128 b) {
  if (!IsSmall(a) || !IsSmall(b)) return {a / b, a % b};
  const auto x = static_cast<std::int64_t>(a);
  const auto y = static_cast<std::int64_t>(b);
  return {x / y, x % y};
}

// a × b ÷ c × 10^shift, rounded half away from zero, for c other than 0; nothing when a step leaves 64 bits.
std::optional<std::int64_t> SmallMulDiv(std::int64_t a, std::int64_t b, std::int64_t c, int shift) {
  static constexpr auto kPowers = [] {
    std::array<std::int64_t, 19> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  std::int64_t numerator = 0;
  if (__builtin_mul_overflow(a, b, &numerator)) return std::nullopt;
  const auto places = static_cast<std::size_t>(std::abs(shift));
  if (places >= kPowers.size()) return std::nullopt;
  std::int64_t& scaled = shift >= 0 ? numerator : c;
  if (__builtin_mul_overflow(scaled, kPowers[places], &scaled) || !IsSmall(numerator) || !IsSmall(c))
    return std::nullopt;
  const std::int64_t quotient = std::abs(numerator) / std::abs(c);
  const std::int64_t rest = std::abs(numerator) % std::abs(c);
  const std::int64_t rounded = quotient + (rest >= std::abs(c) - rest ? 1 : 0);
  if (!IsSmall(rounded)) return std::nullopt;
  return (numerator < 0) != (c < 0) ? -rounded : rounded;
}

// Writes a number that is not negative to the left of `end`, with a point before the last `places` digits; the first
// character.
template <class Int>
char* WriteDigits(Int number, int places, char* end) {
  const auto put = [&] {
    const Int rest = number / 10;
    *--end = static_cast<char>('0' + static_cast<int>(number - rest * 10));
    number = rest;
  };
  if (places > 0) {
    for (int i = 0; i < places; ++i) put();
    *--end = '.';
  }
  do put();
  while (number != 0);
  return end;
}

}  // namespace

Decimal::Int128 Decimal::Power(int exponent) {
  static constexpr auto kPowers = [] {
    std::array<Int128, 2 * kMaxScale + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  return kPowers[static_cast<std::size_t>(exponent)];
}

bool Decimal::IsBounded() const {
  constexpr int kIntegerDigits = 20;
  if (IsSmall(coefficient_)) return true;
  const Int128 bound = Power(kIntegerDigits) * Power(scale_);
  return coefficient_ < bound && coefficient_ > -bound;
}

std::optional<Decimal> Decimal::Parse(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  Decimal d;
  int integer_digits = 0;
  std::size_t i = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i) {
    if (d.coefficient_ == 0) integer_digits = 0;  // leading zeros say nothing
    if (++integer_digits > kMaxIntegerDigits) return std::nullopt;
    d.coefficient_ = d.coefficient_ * 10 + (text[i] - '0');
  }
  if (i == 0) return std::nullopt;
  if (i < text.size() && text[i] == '.') {
    const std::size_t point = i++;
    for (; i < text.size() && IsDigit(text[i]); ++i) {
      if (d.scale_ == kMaxScale) {
        if (text[i] != '0') return std::nullopt;
        continue;
      }
      d.coefficient_ = d.coefficient_ * 10 + (text[i] - '0');
      ++d.scale_;
    }
    if (i == point + 1) return std::nullopt;
  }
  if (i != text.size()) return std::nullopt;
  Shorten(d.coefficient_, d.scale_);
  if (negative) d.coefficient_ = -d.coefficient_;
  return d;
}

std::string Decimal::ToString() const {
  return ToFixed(scale_);
}

std::string Decimal::ToFixed(int places) const {
  std::array<char, kMostChars> buffer;
  char* const end = buffer.data() + buffer.size();
  const char* const begin = WriteFixed(places, end);
  return std::string(begin, static_cast<std::size_t>(end - begin));
}

char* Decimal::WriteFixed(int places, char* end) const {
  if (scale_ > places) return Rounded(places).WriteFixed(places, end);
  char* at = end;
  for (int i = scale_; i < places; ++i) *--at = '0';
  if (scale_ == 0 && places > 0) *--at = '.';
  const Int128 magnitude = coefficient_ < 0 ? -coefficient_ : coefficient_;
  at = IsSmall(magnitude) ? WriteDigits(static_cast<std::uint64_t>(magnitude), scale_, at)
                          : WriteDigits(magnitude, scale_, at);
  if (coefficient_ < 0) *--at = '-';
  return at;
}

Decimal Decimal::Rounded(int places) const {
  if (scale_ <= places) return *this;
  const Int128 unit = Power(scale_ - places);
  const auto [quotient, rest] = Divide(coefficient_, unit);
  Decimal d;
  d.scale_ = places;
  d.coefficient_ = quotient;
  if ((rest < 0 ? -rest : rest) * 2 >= unit) d.coefficient_ += coefficient_ < 0 ? -1 : 1;
  Shorten(d.coefficient_, d.scale_);
  return d;
}

Decimal Decimal::Truncated(int places) const {
  if (scale_ <= places) return *this;
  Decimal d;
  d.scale_ = places;
  d.coefficient_ = Divide(coefficient_, Power(scale_ - places)).quotient;
  Shorten(d.coefficient_, d.scale_);
  return d;
}

std::optional<Decimal> Decimal::MulDiv(const Decimal& a, const Decimal& b, const Decimal& c, int places) {
  if (c.IsZero()) return std::nullopt;
  if (IsSmall(a.coefficient_) && IsSmall(b.coefficient_) && IsSmall(c.coefficient_))
    if (const auto small =
            SmallMulDiv(static_cast<std::int64_t>(a.coefficient_), static_cast<std::int64_t>(b.coefficient_),
                        static_cast<std::int64_t>(c.coefficient_), places - (a.scale_ + b.scale_ - c.scale_))) {
      Decimal d;
      d.scale_ = places;
      d.coefficient_ = *small;
      Shorten(d.coefficient_, d.scale_);
      return d;
    }
  // a·b/c = (ca·cb / cc) · 10^-(sa+sb-sc); one more digit than asked for is not enough to round, so divide exactly at
  // `places` and look at the remainder.
  Int128 numerator;
  if (__builtin_mul_overflow(a.coefficient_, b.coefficient_, &numerator)) return std::nullopt;
  Int128 denominator = c.coefficient_;
  const int shift = places - (a.scale_ + b.scale_ - c.scale_);
  Int128& scaled = shift >= 0 ? numerator : denominator;
  for (int left = std::abs(shift); left > 0;) {
    const int step = std::min(left, 2 * kMaxScale);
    if (__builtin_mul_overflow(scaled, Power(step), &scaled)) return std::nullopt;
    left -= step;
  }
  const bool negative = (numerator < 0) != (denominator < 0);
  if (numerator < 0) numerator = -numerator;
  if (denominator < 0) denominator = -denominator;
  const auto [quotient, rest] = Divide(numerator, denominator);
  Decimal d;
  d.scale_ = places;
  d.coefficient_ = quotient;
  if (rest >= denominator - rest) ++d.coefficient_;
  if (negative) d.coefficient_ = -d.coefficient_;
  Shorten(d.coefficient_, d.scale_);
  if (!d.IsBounded()) return std::nullopt;
  return d;
}

std::optional<Decimal> Decimal::Mul(const Decimal& a, const Decimal& b) {
  Decimal d;
  if (__builtin_mul_overflow(a.coefficient_, b.coefficient_, &d.coefficient_)) return std::nullopt;
  d.scale_ = a.scale_ + b.scale_;
  Shorten(d.coefficient_, d.scale_);
  if (d.scale_ > kMaxScale || !d.IsBounded()) return std::nullopt;
  return d;
}

Decimal Decimal::Sum(const Decimal& a, const Decimal& b) {
  Decimal d;
  d.scale_ = std::max(a.scale_, b.scale_);
  d.coefficient_ = a.scale_ == b.scale_
                       ? a.coefficient_ + b.coefficient_
                       : a.coefficient_ * Power(d.scale_ - a.scale_) + b.coefficient_ * Power(d.scale_ - b.scale_);
  Shorten(d.coefficient_, d.scale_);
  return d;
}

std::strong_ordering Decimal::Compare(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale_, b.scale_);
  return Order(a.coefficient_ * Power(scale - a.scale_), b.coefficient_ * Power(scale - b.scale_));
}

}  // namespace jixiao
