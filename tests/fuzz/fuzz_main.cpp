// libFuzzer's side of one target: JIXIAO_FUZZ_TARGET is its name.
#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "fuzz/targets.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using jixiao::evaluation::v1::SelfEvaluation;

constexpr std::string_view kTarget = JIXIAO_FUZZ_TARGET;

const jixiao::fuzz::Target& ThisTarget() {
  for (const jixiao::fuzz::Target& target : jixiao::fuzz::AllTargets())
    if (target.name == kTarget) return target;
  std::abort();
}

// Every string field of a message, set or not, with the message that holds it.
void CollectTexts(Message& message, std::vector<std::pair<Message*, const FieldDescriptor*>>& out) {
  const auto& r = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      out.emplace_back(&message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
      for (int k = 0; k < r.FieldSize(message, field); ++k)
        CollectTexts(*r.MutableRepeatedMessage(&message, field, k), out);
    }
  }
}

// One cell of the form changed, rows doubled or dropped: what bytes alone hardly ever give.
bool MutateForm(SelfEvaluation& form, std::mt19937& random) {
  auto& rows = *form.mutable_indicators();
  switch (random() % 8) {
    case 0:
      if (rows.size() > 40 || rows.empty()) return false;
      *form.add_indicators() = rows[static_cast<int>(random() % static_cast<unsigned>(rows.size()))];
      return true;
    case 1:
      if (rows.empty()) return false;
      rows.DeleteSubrange(static_cast<int>(random() % static_cast<unsigned>(rows.size())), 1);
      return true;
    default:
      break;
  }
  std::vector<std::pair<Message*, const FieldDescriptor*>> texts;
  CollectTexts(form, texts);
  const auto [message, field] = texts[random() % texts.size()];
  const auto& r = *message->GetReflection();
  std::string cell = r.GetString(*message, field);
  if (random() % 4 == 0) {
    // Another cell's text: figures where words stood, and the other way round.
    const auto [other, other_field] = texts[random() % texts.size()];
    cell = other->GetReflection()->GetString(*other, other_field);
  } else {
    const std::size_t room = cell.size() + 16;
    std::size_t size = cell.size();
    cell.resize(room);
    size = LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(cell.data()), size, room);
    cell.resize(size);
  }
  r.SetString(message, field, cell);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // bytes that are no message are the rule here
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const jixiao::fuzz::Target& target = ThisTarget();
  const std::string broken = target.run({reinterpret_cast<const char*>(data), size});
  if (!broken.empty()) {
    std::fprintf(stderr, "%s: %s\n", std::string(kTarget).c_str(), broken.c_str());
    std::abort();
  }
  return 0;
}

// Forms change cell by cell as often as byte by byte; everything else byte by byte.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  std::mt19937 random(seed);
  if (kTarget == "form" && random() % 4 != 0) {
    SelfEvaluation form;
    if (form.ParseFromArray(data, static_cast<int>(size)) && MutateForm(form, random)) {
      const std::string bytes = form.SerializePartialAsString();
      if (bytes.size() <= max_size) {
        std::copy(bytes.begin(), bytes.end(), data);
        return bytes.size();
      }
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
