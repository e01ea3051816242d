// Figures of a loop, for machines and for people.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "load/loop.h"

namespace jixiao::load {

// `offered`: the rate of an open loop; 0 for a closed one. Sorts.
nlohmann::json ToJson(Outcome& outcome, double offered);
// The same of latencies alone, "p50_us" and so on.
nlohmann::json PercentilesOf(std::vector<std::uint32_t>& micros);

// A table of such rows.
void PrintHeader();
void PrintRow(const std::string& name, const nlohmann::json& row);
// Of what Stage::MemoryOfServers gives.
void PrintMemory(const nlohmann::json& memory);

// An SVG with a panel for each of `works` that was measured in an open loop ({"name", "open": [rows]}): latency,
// logarithmic, over the rate that was offered.
std::string Plot(const nlohmann::json& works, const std::string& title);

}  // namespace jixiao::load
