// Messages with random content and bytes that were damaged on the way, for readers that stand in for protobuf's.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace jixiao::testing {

using Random = std::mt19937_64;

inline std::string Deterministic(const google::protobuf::Message& message) {
  std::string out(message.ByteSizeLong(), '\0');
  google::protobuf::io::ArrayOutputStream array(out.data(), static_cast<int>(out.size()));
  google::protobuf::io::CodedOutputStream coded(&array);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
  return out;
}

inline std::string SomeText(Random& random) {
  constexpr std::string_view kPieces[] = {"", "a", "10", "年度资金总额", "é", "𠀀", "%", "产出指标", "\n", "x"};
  std::string text;
  for (std::uint64_t n = random() % 5; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
  if (random() % 40 == 0) text.append(300, 'z');  // a length of two bytes
  return text;
}

// Fills about `share` tenths of all fields, also with values that are not written.
inline void Fill(google::protobuf::Message& message, std::uint64_t share, Random& random) {
  using google::protobuf::FieldDescriptor;
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (random() % 10 >= share) continue;
    if (field->is_repeated()) {
      for (std::uint64_t n = random() % 4; n > 0; --n) {
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM)
          reflection.AddEnumValue(&message, field, static_cast<int>(random() % 4));
        else
          Fill(*reflection.AddMessage(&message, field), share, random);
      }
      continue;
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        // Bytes are no text.
        const bool text = field->type() == FieldDescriptor::TYPE_STRING;
        reflection.SetString(&message, field, SomeText(random) + (text ? "" : std::string("\x00\xFF", 2)));
        break;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Fill(*reflection.MutableMessage(&message, field), share, random);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection.SetEnumValue(&message, field, static_cast<int>(random() % 300));
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection.SetInt32(&message, field, static_cast<int>(random() % 5000));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection.SetBool(&message, field, random() % 2 == 0);
        break;
      default:
        FAIL() << field->full_name() << " is of a type that this test cannot fill";
    }
  }
}

// `bytes` cut, with a part of them doubled, or with a byte more or another one.
inline std::string Damaged(std::string bytes, Random& random) {
  if (bytes.empty()) return bytes;
  const std::size_t at = random() % bytes.size();
  switch (random() % 4) {
    case 0:
      bytes.resize(at);
      break;
    case 1:
      bytes += bytes.substr(0, at);
      break;
    case 2:
      bytes.insert(at, 1, static_cast<char>(random()));
      break;
    default:
      bytes[at] = static_cast<char>(random());
  }
  return bytes;
}

}  // namespace jixiao::testing
