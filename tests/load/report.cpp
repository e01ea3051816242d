#include "load/report.h"

#include "common/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

namespace jixiao::load {
namespace {

constexpr std::array<std::pair<const char*, double>, 4> kShares{
    {{"p50_us", 0.5}, {"p90_us", 0.9}, {"p99_us", 0.99}, {"p999_us", 0.999}}};
constexpr std::array<const char*, 4> kLegend{"p50", "p90", "p99", "p99.9"};
constexpr std::array<const char*, 4> kColours{"#1b7837", "#2166ac", "#e08214", "#b2182b"};

const char* NameOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::StatusCode::INTERNAL:
      return "INTERNAL";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::StatusCode::DATA_LOSS:
      return "DATA_LOSS";
    default:
      return nullptr;
  }
}

std::string CodeText(grpc::StatusCode code) {
  const char* const name = NameOf(code);
  return name != nullptr ? name : Cat("CODE_", static_cast<int>(code));
}

std::string ErrorsText(const nlohmann::json& errors) {
  std::string text;
  for (const auto& [code, count] : errors.items()) Append(text, text.empty() ? "" : ", ", code, " ", count.dump());
  return text.empty() ? "-" : text;
}

// Where a panel's points are, in SVG's units.
constexpr double kWidth = 760;
constexpr double kHeight = 300;
constexpr double kLeft = 80;
constexpr double kTop = 40;
constexpr double kPanel = kTop + kHeight + 60;

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string Line(double x1, double y1, double x2, double y2, const char* colour) {
  return Cat("<line x1=\"", Number(x1), "\" y1=\"", Number(y1), "\" x2=\"", Number(x2), "\" y2=\"", Number(y2),
             "\" stroke=\"", colour, "\"/>\n");
}

std::string Words(double x, double y, std::string_view anchor, std::string_view words) {
  return Cat("<text x=\"", Number(x), "\" y=\"", Number(y), "\" text-anchor=\"", anchor, "\">", words, "</text>\n");
}

std::string Millis(double micros) {
  return micros >= 1000 ? Cat(static_cast<std::int64_t>(micros / 1000), " ms")
                        : Cat(static_cast<std::int64_t>(micros), " µs");
}

std::string Panel(const nlohmann::json& work, double top) {
  double most = 1;
  double low = 1e9;
  double high = 1;
  for (const auto& row : work["open"]) {
    most = std::max(most, row["offered_per_second"].get<double>());
    low = std::min(low, std::max(1.0, row[kShares.front().first].get<double>()));
    high = std::max(high, row[kShares.back().first].get<double>());
  }
  const double floor = std::floor(std::log10(low));
  const double ceiling = std::max(floor + 1, std::ceil(std::log10(high)));
  const auto x = [&](double rate) { return kLeft + kWidth * rate / most; };
  const auto y = [&](double micros) {
    return top + kTop + kHeight * (1 - (std::log10(std::max(1.0, micros)) - floor) / (ceiling - floor));
  };
  std::string svg = Words(kLeft, top + kTop - 14, "start", work["name"].get<std::string>());
  for (double decade = floor; decade <= ceiling; ++decade) {
    const double at = y(std::pow(10, decade));
    svg += Line(kLeft, at, kLeft + kWidth, at, "#ddd") + Words(kLeft - 6, at + 4, "end", Millis(std::pow(10, decade)));
  }
  for (int i = 0; i <= 5; ++i)
    svg += Line(x(most * i / 5), top + kTop + kHeight, x(most * i / 5), top + kTop + kHeight + 5, "#888") +
           Words(x(most * i / 5), top + kTop + kHeight + 18, "middle", Cat(std::llround(most * i / 5)));
  svg += Line(kLeft, top + kTop + kHeight, kLeft + kWidth, top + kTop + kHeight, "#888");
  svg += Words(kLeft + kWidth / 2, top + kTop + kHeight + 36, "middle", "offered, calls a second");
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    std::string points;
    for (const auto& row : work["open"]) {
      const double at_x = x(row["offered_per_second"].get<double>());
      const double at_y = y(row[kShares[i].first].get<double>());
      Append(points, Number(at_x), ",", Number(at_y), " ");
      const bool errors = row["failures"].get<std::uint64_t>() > 0;  // hollow: not all of them succeeded
      Append(svg, "<circle cx=\"", Number(at_x), "\" cy=\"", Number(at_y), "\" r=\"3\" stroke=\"", kColours[i],
             "\" fill=\"", errors ? "white" : kColours[i], "\"/>\n");
    }
    Append(svg, "<polyline points=\"", points, "\" fill=\"none\" stroke=\"", kColours[i],
           "\" stroke-width=\"1.5\"/>\n");
    const double at = kLeft + kWidth - 240 + 60 * static_cast<double>(i);
    svg += Line(at, top + kTop - 18, at + 16, top + kTop - 18, kColours[i]) +
           Words(at + 20, top + kTop - 14, "start", kLegend[i]);
  }
  return svg;
}

}  // namespace

nlohmann::json PercentilesOf(std::vector<std::uint32_t>& micros) {
  nlohmann::json out;
  for (const auto& [name, share] : kShares) out[name] = Outcome::Percentile(micros, share);
  out["max_us"] = Outcome::Percentile(micros, 1);
  return out;
}

nlohmann::json ToJson(Outcome& outcome, double offered) {
  nlohmann::json out = PercentilesOf(outcome.micros);
  out["offered_per_second"] = offered;
  out["per_second"] = outcome.GoodPerSecond();
  out["calls"] = outcome.calls;
  out["failures"] = outcome.failures;
  out["seconds"] = outcome.seconds;
  out["errors"] = nlohmann::json::object();
  for (const auto& [code, count] : outcome.errors) out["errors"][CodeText(code)] = count;
  out["refused_p50_us"] = Outcome::Percentile(outcome.refused, 0.5);
  out["refused_p99_us"] = Outcome::Percentile(outcome.refused, 0.99);
  out["refused_max_us"] = Outcome::Percentile(outcome.refused, 1);
  out["sent_late_p99_us"] = Outcome::Percentile(outcome.late, 0.99);
  return out;
}

void PrintHeader() {
  std::printf("  %-22s %9s %9s %9s %9s %9s %9s %9s  %s\n", "", "offered/s", "good/s", "p50 ms", "p90 ms", "p99 ms",
              "p99.9 ms", "late p99", "errors");
}

void PrintRow(const std::string& name, const nlohmann::json& row) {
  const auto millis = [&](const char* key) { return row[key].get<double>() / 1000; };
  const double offered = row["offered_per_second"].get<double>();
  std::printf("  %-22s %9s %9.0f %9.2f %9.2f %9.2f %9.2f %9.2f  %s\n", name.c_str(),
              offered > 0 ? Cat(std::llround(offered)).c_str() : "closed", row["per_second"].get<double>(),
              millis("p50_us"), millis("p90_us"), millis("p99_us"), millis("p999_us"), millis("sent_late_p99_us"),
              ErrorsText(row["errors"]).c_str());
}

void PrintMemory(const nlohmann::json& memory) {
  std::string text;
  for (const auto& [server, use] : memory.items())
    Append(text, text.empty() ? "" : ", ", server, " ", use["now"].dump(), " MiB (peak ", use["peak"].dump(), ")");
  std::printf("  memory: %s\n", text.c_str());
}

std::string Plot(const nlohmann::json& works, const std::string& title) {
  std::vector<const nlohmann::json*> panels;
  for (const auto& work : works)
    if (work.contains("open") && !work["open"].empty()) panels.push_back(&work);
  const double height = 40 + kPanel * static_cast<double>(panels.size());
  std::string svg = Cat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", Number(kLeft + kWidth + 40),
                        "\" height=\"", Number(height),
                        "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
                        "fill=\"white\"/>\n",
                        Words(kLeft, 24, "start", title));
  for (std::size_t i = 0; i < panels.size(); ++i) svg += Panel(*panels[i], 30 + kPanel * static_cast<double>(i));
  return svg + "</svg>\n";
}

}  // namespace jixiao::load
