#include "common/decimal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao {
namespace {

Decimal D(std::string_view text) {
  const auto parsed = Decimal::Parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Decimal());
}

// ------------------------------------------------------------------------------------------------ a plain big integer

// Whole numbers as decimal digits, least first: slow, and simple enough to be believed.
struct Big {
  std::vector<int> digits;

  static Big Of(std::string_view text) {
    Big big;
    for (auto c = text.rbegin(); c != text.rend(); ++c) big.digits.push_back(*c - '0');
    big.Trim();
    return big;
  }
  void Trim() {
    while (!digits.empty() && digits.back() == 0) digits.pop_back();
  }
  Big Shifted(int places) const {
    Big out = *this;
    out.digits.insert(out.digits.begin(), static_cast<std::size_t>(places), 0);
    out.Trim();
    return out;
  }
  std::string Text() const {
    if (digits.empty()) return "0";
    std::string text;
    for (auto d = digits.rbegin(); d != digits.rend(); ++d) text.push_back(static_cast<char>('0' + *d));
    return text;
  }
};

bool Less(const Big& a, const Big& b) {
  if (a.digits.size() != b.digits.size()) return a.digits.size() < b.digits.size();
  return std::lexicographical_compare(a.digits.rbegin(), a.digits.rend(), b.digits.rbegin(), b.digits.rend());
}

Big Sum(const Big& a, const Big& b) {
  Big out;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.digits.size(), b.digits.size()) || carry != 0; ++i) {
    const int d = carry + (i < a.digits.size() ? a.digits[i] : 0) + (i < b.digits.size() ? b.digits[i] : 0);
    out.digits.push_back(d % 10);
    carry = d / 10;
  }
  return out;
}

// a − b for a >= b.
Big Difference(const Big& a, const Big& b) {
  Big out;
  int borrow = 0;
  for (std::size_t i = 0; i < a.digits.size(); ++i) {
    const int d = a.digits[i] - borrow - (i < b.digits.size() ? b.digits[i] : 0);
    out.digits.push_back(d < 0 ? d + 10 : d);
    borrow = d < 0 ? 1 : 0;
  }
  out.Trim();
  return out;
}

Big Product(const Big& a, const Big& b) {
  Big out;
  for (std::size_t i = 0; i < b.digits.size(); ++i)
    for (int k = 0; k < b.digits[i]; ++k) out = Sum(out, a.Shifted(static_cast<int>(i)));
  return out;
}

// The whole quotient and the remainder.
std::pair<Big, Big> Divided(const Big& a, const Big& b) {
  Big quotient;
  Big rest;
  for (auto d = a.digits.rbegin(); d != a.digits.rend(); ++d) {
    rest.digits.insert(rest.digits.begin(), *d);
    rest.Trim();
    int digit = 0;
    for (; !Less(rest, b); ++digit) rest = Difference(rest, b);
    quotient.digits.insert(quotient.digits.begin(), digit);
  }
  quotient.Trim();
  return {quotient, rest};
}

TEST(BigReference, AgreesWithMachineIntegers) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 500; ++i) {
    const auto a = static_cast<std::int64_t>(random() >> 33);
    const auto b = static_cast<std::int64_t>(random() >> 40) + 1;
    EXPECT_EQ(Product(Big::Of(std::to_string(a)), Big::Of(std::to_string(b))).Text(), std::to_string(a * b));
    const auto [quotient, rest] = Divided(Big::Of(std::to_string(a)), Big::Of(std::to_string(b)));
    EXPECT_EQ(quotient.Text(), std::to_string(a / b));
    EXPECT_EQ(rest.Text(), std::to_string(a % b));
  }
}

// A number as it is written: sign, digits, and how many of them are decimals.
struct Written {
  bool negative = false;
  std::string digits;
  int decimals = 0;

  std::string Text() const {
    const std::size_t integer = digits.size() - static_cast<std::size_t>(decimals);
    return (negative ? "-" : "") + digits.substr(0, integer) + (decimals == 0 ? "" : "." + digits.substr(integer));
  }
  // The shortest text of the same value.
  std::string Shortest() const {
    std::string text = (Written{false, digits, decimals}).Text();
    text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
    if (text.empty() || text[0] == '.') text.insert(0, "0");
    if (decimals > 0) {
      text.erase(text.find_last_not_of('0') + 1);
      if (text.back() == '.') text.pop_back();
    }
    return (negative && text != "0" ? "-" : "") + text;
  }
};

Written RandomWritten(std::mt19937_64& random, int most_integer_digits, int most_decimals) {
  const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n + 1)); };
  Written w;
  w.negative = upto(1) == 1;
  w.decimals = upto(most_decimals);
  const int length = 1 + upto(most_integer_digits - 1) + w.decimals;
  for (int i = 0; i < length; ++i) w.digits.push_back(static_cast<char>('0' + (upto(3) == 0 ? 0 : upto(9))));
  return w;
}

// w × b ÷ c with `places` decimals, rounded half up once; worked out with Big.
std::string ReferenceMulDiv(const Written& a, const Written& b, const Written& c, int places) {
  const Big numerator = Product(Big::Of(a.digits), Big::Of(b.digits)).Shifted(c.decimals + places);
  const Big denominator = Big::Of(c.digits).Shifted(a.decimals + b.decimals);
  auto [quotient, rest] = Divided(numerator, denominator);
  if (!Less(Sum(rest, rest), denominator)) quotient = Sum(quotient, Big::Of("1"));
  std::string text = quotient.Text();
  if (static_cast<int>(text.size()) <= places) text.insert(0, static_cast<std::size_t>(places) + 1 - text.size(), '0');
  if (places > 0) text.insert(text.size() - static_cast<std::size_t>(places), ".");
  const bool negative = (a.negative != b.negative) != c.negative;
  return (negative && text.find_first_not_of("0.") != std::string::npos ? "-" : "") + text;
}

// ----------------------------------------------------------------------------------------------------- text and back

TEST(Decimal, ParsedTextPrintsAsItsShortestForm) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 50000; ++i) {
    const Written w = RandomWritten(random, Decimal::kMaxIntegerDigits, Decimal::kMaxScale);
    const auto parsed = Decimal::Parse(w.Text());
    ASSERT_TRUE(parsed) << w.Text();
    ASSERT_EQ(parsed->ToString(), w.Shortest()) << w.Text();
    const auto again = Decimal::Parse(parsed->ToString());
    ASSERT_TRUE(again);
    ASSERT_EQ(*again, *parsed) << w.Text();
  }
}

TEST(Decimal, ReadsSignsZerosAndTheLimitsOfItsRange) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"-0.00", "0"},
      {"+7", "7"},
      {"007.50", "7.5"},
      {"0.05", "0.05"},
      {"10.00", "10"},
      {"000000000000000000000123", "123"},
      {"999999999999999", "999999999999999"},
      {"-999999999999999.999999999999", "-999999999999999.999999999999"},
      {"0.000000000001", "0.000000000001"},
      {"1.5000000000000000000000", "1.5"},
  };
  for (const auto& [text, shortest] : cases) EXPECT_EQ(D(text).ToString(), shortest) << text;
}

TEST(Decimal, RefusesWhatIsNoPlainDecimal) {
  for (const std::string_view text : {"",    " ",    "-",   "+",   ".",     "5.",   ".5", "1,000", "1 000", " 1", "1 ",
                                      "1e3", "0x10", "--1", "+-1", "1.2.3", "1..2", "１", "nan",   "inf",   "1-", "一"})
    EXPECT_FALSE(Decimal::Parse(text)) << text;
}

TEST(Decimal, RefusesTextBeyondItsRange) {
  EXPECT_FALSE(Decimal::Parse("1000000000000000"));
  EXPECT_FALSE(Decimal::Parse("0.0000000000001"));
  EXPECT_FALSE(Decimal::Parse(std::string(1000, '9')));
  EXPECT_FALSE(Decimal::Parse("0." + std::string(1000, '9')));
}

// ---------------------------------------------------------------------------------------------------------- rounding

TEST(Decimal, RoundsHalfAwayFromZero) {
  struct Case {
    std::string_view value;
    int places;
    std::string_view rounded;
  };
  const Case cases[] = {
      {"0.005", 2, "0.01"},
      {"-0.005", 2, "-0.01"},
      {"0.0049", 2, "0.00"},
      {"-0.0049", 2, "0.00"},
      {"2.5", 0, "3"},
      {"-2.5", 0, "-3"},
      {"3.5", 0, "4"},
      {"-3.5", 0, "-4"},
      {"2.4999", 0, "2"},
      {"99.995", 2, "100.00"},
      {"-99.995", 2, "-100.00"},
      {"8.6203703", 2, "8.62"},
      {"0.5", 0, "1"},
      {"-0.5", 0, "-1"},
      {"0.4", 0, "0"},
      {"1.2345", 3, "1.235"},
      {"999999999999999.5", 0, "1000000000000000"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(D(c.value).ToFixed(c.places), c.rounded) << c.value;
    EXPECT_EQ(D(c.value).Rounded(c.places), D(c.value).Rounded(c.places).Rounded(c.places)) << c.value;
  }
}

TEST(Decimal, FixedTextHasExactlyThePlacesAskedFor) {
  EXPECT_EQ(Decimal().ToFixed(0), "0");
  EXPECT_EQ(Decimal().ToFixed(2), "0.00");
  EXPECT_EQ(Decimal(5).ToFixed(2), "5.00");
  EXPECT_EQ(D("0.05").ToFixed(2), "0.05");
  EXPECT_EQ(D("-0.05").ToFixed(4), "-0.0500");
  EXPECT_EQ(D("1234.5").ToFixed(12), "1234.500000000000");
}

TEST(Decimal, RoundingAgreesWithExactDivision) {
  std::mt19937_64 random(3);
  const Written one{false, "1", 0};
  for (int i = 0; i < 5000; ++i) {
    const Written w = RandomWritten(random, Decimal::kMaxIntegerDigits, Decimal::kMaxScale);
    const int places = static_cast<int>(random() % 6);
    ASSERT_EQ(D(w.Text()).ToFixed(places), ReferenceMulDiv(w, one, one, places)) << w.Text() << " at " << places;
  }
}

TEST(Decimal, CutsOffTowardsZero) {
  EXPECT_EQ(D("9.996").Truncated(2), D("9.99"));
  EXPECT_EQ(D("-9.996").Truncated(2), D("-9.99"));
  EXPECT_EQ(D("9.9").Truncated(2), D("9.9"));
  EXPECT_EQ(D("0.009").Truncated(2), Decimal());
}

// ----------------------------------------------------------------------------------------------------------- sums

TEST(Decimal, SumsAreExactAcrossScales) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 5000; ++i) {
    const Written a = RandomWritten(random, Decimal::kMaxIntegerDigits, Decimal::kMaxScale);
    const Written b = RandomWritten(random, Decimal::kMaxIntegerDigits, Decimal::kMaxScale);
    // Both at kMaxScale as whole numbers.
    const Big x = Big::Of(a.digits).Shifted(Decimal::kMaxScale - a.decimals);
    const Big y = Big::Of(b.digits).Shifted(Decimal::kMaxScale - b.decimals);
    Written expected;
    expected.decimals = Decimal::kMaxScale;
    const bool x_is_larger = !Less(x, y);
    expected.negative = a.negative == b.negative ? a.negative : (x_is_larger ? a.negative : b.negative);
    expected.digits = (a.negative == b.negative ? Sum(x, y) : x_is_larger ? Difference(x, y) : Difference(y, x)).Text();
    if (expected.digits.size() <= Decimal::kMaxScale)
      expected.digits.insert(0, Decimal::kMaxScale + 1 - expected.digits.size(), '0');
    ASSERT_EQ((D(a.Text()) + D(b.Text())).ToString(), expected.Shortest()) << a.Text() << " + " << b.Text();
    ASSERT_EQ(D(a.Text()) + D(b.Text()) - D(b.Text()), D(a.Text()));
  }
}

TEST(Decimal, AMillionOfTheLargestValuesAddUpExactly) {
  Decimal sum;
  for (int i = 0; i < 1000000; ++i) sum += D("999999999999999.999999999999");
  EXPECT_EQ(sum.ToString(), "999999999999999999999.999999");
  const auto largest_product = Decimal::Mul(D("9999999999"), D("9999999999"));
  ASSERT_TRUE(largest_product);
  Decimal products;
  for (int i = 0; i < 1000000; ++i) products += *largest_product;
  products += D("0.000000000001");
  EXPECT_EQ(products.ToString(), "99999999980000000001000000.000000000001");
}

// ----------------------------------------------------------------------------------------------------- comparison

TEST(Decimal, ComparesByValueAcrossScales) {
  EXPECT_EQ(D("1.50"), D("1.5"));
  EXPECT_EQ(D("10"), Decimal(10));
  EXPECT_EQ(Decimal::Scaled(1500, 3), D("1.5"));
  EXPECT_LT(D("1.49999"), D("1.5"));
  EXPECT_LT(D("-1.5"), D("-1.49999"));
  EXPECT_LT(D("-0.000000000001"), Decimal());
  EXPECT_GT(D("999999999999999"), D("999999999999998.999999999999"));
}

TEST(Decimal, OrderIsTheOrderOfTheExactValues) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; ++i) {
    const Written a = RandomWritten(random, 4, Decimal::kMaxScale);
    const Written b = RandomWritten(random, 4, Decimal::kMaxScale);
    const Decimal difference = D(a.Text()) - D(b.Text());
    ASSERT_EQ(D(a.Text()) < D(b.Text()), difference.IsNegative()) << a.Text() << " " << b.Text();
    ASSERT_EQ(D(a.Text()) == D(b.Text()), difference.IsZero()) << a.Text() << " " << b.Text();
    ASSERT_EQ(D(a.Text()) > D(b.Text()), (-difference).IsNegative()) << a.Text() << " " << b.Text();
  }
}

// The greatest product against the smallest parsed value: no common scale may leave 128 bits.
TEST(Decimal, ComparesAndAddsWhateverProductsAreHandedOut) {
  const Decimal large = D("999999999999999");
  const Decimal tiny = D("0.000000000001");
  for (const Decimal& factor :
       {Decimal(1), Decimal(10000), Decimal(99999), Decimal(100000000), Decimal(1000000000000)}) {
    const auto product = Decimal::Mul(large, factor);
    if (!product) continue;
    EXPECT_GT(*product, tiny);
    EXPECT_LT(-*product, tiny);
    EXPECT_GT(*product + tiny, *product);
    EXPECT_EQ(*product + tiny - tiny, *product);
  }
}

// ------------------------------------------------------------------------------------------- products and quotients

TEST(Decimal, MulDivAgreesWithBigIntegers) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 3000; ++i) {
    const Written a = RandomWritten(random, 6, 4);
    const Written b = RandomWritten(random, 9, 4);
    Written c = RandomWritten(random, 9, 4);
    if (c.digits.find_first_not_of('0') == std::string::npos) c.digits.back() = '7';
    const int places = static_cast<int>(random() % 7);
    const auto result = Decimal::MulDiv(D(a.Text()), D(b.Text()), D(c.Text()), places);
    ASSERT_TRUE(result) << a.Text() << " * " << b.Text() << " / " << c.Text();
    ASSERT_EQ(result->ToFixed(places), ReferenceMulDiv(a, b, c, places))
        << a.Text() << " * " << b.Text() << " / " << c.Text() << " at " << places;
  }
}

TEST(Decimal, MulDivOfTheLargestNumbersIsRightOrNothing) {
  std::mt19937_64 random(7);
  int answered = 0;
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const Written a = RandomWritten(random, Decimal::kMaxIntegerDigits, Decimal::kMaxScale);
    const Written b = RandomWritten(random, Decimal::kMaxIntegerDigits, Decimal::kMaxScale);
    Written c = RandomWritten(random, Decimal::kMaxIntegerDigits, Decimal::kMaxScale);
    if (c.digits.find_first_not_of('0') == std::string::npos) c.digits.back() = '3';
    const auto result = Decimal::MulDiv(D(a.Text()), D(b.Text()), D(c.Text()), 2);
    ++(result ? answered : refused);
    if (!result) continue;
    ASSERT_EQ(result->ToFixed(2), ReferenceMulDiv(a, b, c, 2)) << a.Text() << " * " << b.Text() << " / " << c.Text();
  }
  EXPECT_GT(answered, 500);
  EXPECT_GT(refused, 100);
}

// Any weight on a form times any figure of a cell, over any other: the arithmetic of a score never overflows.
TEST(Decimal, MulDivHasRoomForEveryScore) {
  for (const std::string_view weight : {"0.01", "10", "22.5", "1000"}) {
    for (const std::string_view figure : {"1", "999999999999999", "999999999999999.999999999999", "0.000000000001"}) {
      const auto all = Decimal::MulDiv(D(weight), D(figure), D(figure), 4);
      ASSERT_TRUE(all) << weight << " " << figure;
      EXPECT_EQ(*all, D(weight));
    }
  }
}

TEST(Decimal, MulDivRoundsOnceAndHalfAwayFromZero) {
  const auto text = [](std::string_view a, std::string_view b, std::string_view c, int places) {
    const auto result = Decimal::MulDiv(D(a), D(b), D(c), places);
    return result ? result->ToFixed(places) : std::string("nothing");
  };
  EXPECT_EQ(text("10", "37.24", "43.2", 2), "8.62");
  EXPECT_EQ(text("1", "1", "200", 2), "0.01");    // 0.005
  EXPECT_EQ(text("-1", "1", "200", 2), "-0.01");  // -0.005
  EXPECT_EQ(text("1", "1", "-200", 2), "-0.01");
  EXPECT_EQ(text("-1", "-1", "200", 2), "0.01");
  EXPECT_EQ(text("1", "4444", "10000", 0), "0");  // 0.4444 must not climb by way of 0.45
  EXPECT_EQ(text("1", "1", "201", 2), "0.00");    // 0.00497…
  EXPECT_EQ(text("0", "5", "7", 2), "0.00");
}

TEST(Decimal, DivisionByZeroGivesNothing) {
  EXPECT_FALSE(Decimal::MulDiv(Decimal(1), Decimal(1), Decimal(), 2));
  EXPECT_FALSE(Decimal::MulDiv(Decimal(), Decimal(), Decimal(), 2));
}

TEST(Decimal, OverflowGivesNothing) {
  const Decimal large = D("999999999999999.999999999999");
  EXPECT_FALSE(Decimal::Mul(large, large));
  EXPECT_FALSE(Decimal::MulDiv(large, large, Decimal(1), 2));
  EXPECT_FALSE(Decimal::MulDiv(D("999999999999999"), Decimal(100), D("0.000000000001"), 12));
}

TEST(Decimal, ProductsAreExactOrNothing) {
  EXPECT_EQ(Decimal::Mul(D("1.5"), D("0.2")), D("0.3"));
  EXPECT_EQ(Decimal::Mul(D("-1.5"), D("0.2")), D("-0.3"));
  EXPECT_EQ(Decimal::Mul(D("0.000001"), D("0.000001")), D("0.000000000001"));
  EXPECT_FALSE(Decimal::Mul(D("0.0000001"), D("0.000001")));  // 13 decimals
  EXPECT_EQ(Decimal::Mul(D("0.0000005"), D("0.000002")), D("0.000000000001"));
  std::mt19937_64 random(8);
  for (int i = 0; i < 3000; ++i) {
    const Written a = RandomWritten(random, 8, 6);
    const Written b = RandomWritten(random, 8, 6);
    const auto product = Decimal::Mul(D(a.Text()), D(b.Text()));
    ASSERT_TRUE(product);
    ASSERT_EQ(product->ToFixed(12), ReferenceMulDiv(a, b, Written{false, "1", 0}, 12)) << a.Text() << " * " << b.Text();
  }
}

TEST(Decimal, TellsZeroSignAndWholeNumbers) {
  EXPECT_TRUE(D("-0.00").IsZero());
  EXPECT_FALSE(D("-0.00").IsNegative());
  EXPECT_TRUE(D("-0.01").IsNegative());
  EXPECT_TRUE(D("10.00").IsInteger());
  EXPECT_FALSE(D("10.01").IsInteger());
  EXPECT_EQ(D("-3.2").Abs(), D("3.2"));
  EXPECT_EQ(D("3.20").scale(), 1);
}

}  // namespace
}  // namespace jixiao
