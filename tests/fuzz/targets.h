// What is fuzzed, and what must hold whatever the bytes are. libFuzzer drives these functions (fuzz_main.cpp), and
// every test run feeds them the kept inputs (unit/fuzz_replay_test.cpp).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace jixiao::fuzz {

// One target: takes any bytes; answers with what is broken, in words, or with nothing.
struct Target {
  std::string_view name;
  std::string (*run)(std::string_view bytes);
};

// The readers of single cells: ReadLiteral, ReadAmount, ReadRate, ReadPoints, Fold. Bytes: a cell.
std::string ReadCell(std::string_view bytes);
// Rule set files, their compilation, and a form scored by what compiles. Bytes: YAML
// documents, parted by lines of ---.
std::string ReadRuleSet(std::string_view bytes);
// A whole form through the reader of requests, validation and every shipped rule set. Bytes: a SelfEvaluation.
std::string ScoreForm(std::string_view bytes);
// The canonical encoding, both ways. Bytes: a document, or a message's protobuf bytes.
std::string Canonical(std::string_view bytes);
// Checkpoints, notes and their keys. Bytes: any of them, or the text of one.
std::string Note(std::string_view bytes);

// Documents as the import reads them. Bytes: w and the body of a .docx, x and a sheet of an .xlsx, z and a whole office
// file, c and a table with commas, p and the trace of
// a PDF, or t and a text.
std::string ReadDocument(std::string_view bytes);

std::span<const Target> AllTargets();

// Where the tree is: rule sets and samples are read from it.
std::string SourceFolder();

}  // namespace jixiao::fuzz
