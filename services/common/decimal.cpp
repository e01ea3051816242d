#include "common/decimal.h"

#include <algorithm>
#include <array>

namespace jixiao {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
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
  d.Normalize();
  if (negative) d.coefficient_ = -d.coefficient_;
  return d;
}

std::string Decimal::ToString() const {
  return ToFixed(scale_);
}

std::string Decimal::ToFixed(int places) const {
  const Decimal rounded = Rounded(places);
  const int missing = places - rounded.scale_;
  Int128 rest = rounded.coefficient_ < 0 ? -rounded.coefficient_ : rounded.coefficient_;
  std::array<char, 64> buffer;
  std::size_t at = buffer.size();
  int written = 0;
  const auto put = [&](char c) {
    if (written == places && places > 0) buffer[--at] = '.';
    buffer[--at] = c;
    ++written;
  };
  for (int i = 0; i < missing; ++i) put('0');
  do {
    put(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  while (written <= places) put('0');
  if (rounded.coefficient_ < 0) buffer[--at] = '-';
  return std::string(buffer.data() + at, buffer.size() - at);
}

Decimal Decimal::Rounded(int places) const {
  if (scale_ <= places) return *this;
  const Int128 unit = Power(scale_ - places);
  Decimal d;
  d.scale_ = places;
  d.coefficient_ = coefficient_ / unit;
  const Int128 rest = coefficient_ % unit;
  if ((rest < 0 ? -rest : rest) * 2 >= unit) d.coefficient_ += coefficient_ < 0 ? -1 : 1;
  d.Normalize();
  return d;
}

Decimal Decimal::Truncated(int places) const {
  if (scale_ <= places) return *this;
  Decimal d;
  d.scale_ = places;
  d.coefficient_ = coefficient_ / Power(scale_ - places);
  d.Normalize();
  return d;
}

std::optional<Decimal> Decimal::MulDiv(const Decimal& a, const Decimal& b, const Decimal& c, int places) {
  if (c.IsZero()) return std::nullopt;
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
  Decimal d;
  d.scale_ = places;
  d.coefficient_ = numerator / denominator;
  const Int128 rest = numerator % denominator;
  if (rest >= denominator - rest) ++d.coefficient_;
  if (negative) d.coefficient_ = -d.coefficient_;
  d.Normalize();
  if (!d.IsBounded()) return std::nullopt;
  return d;
}

std::optional<Decimal> Decimal::Mul(const Decimal& a, const Decimal& b) {
  Decimal d;
  if (__builtin_mul_overflow(a.coefficient_, b.coefficient_, &d.coefficient_)) return std::nullopt;
  d.scale_ = a.scale_ + b.scale_;
  d.Normalize();
  if (d.scale_ > kMaxScale || !d.IsBounded()) return std::nullopt;
  return d;
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  Decimal d;
  d.scale_ = std::max(a.scale_, b.scale_);
  d.coefficient_ =
      a.coefficient_ * Decimal::Power(d.scale_ - a.scale_) + b.coefficient_ * Decimal::Power(d.scale_ - b.scale_);
  d.Normalize();
  return d;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale_, b.scale_);
  const auto left = a.coefficient_ * Decimal::Power(scale - a.scale_);
  const auto right = b.coefficient_ * Decimal::Power(scale - b.scale_);
  return left < right   ? std::strong_ordering::less
         : left > right ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

}  // namespace jixiao
