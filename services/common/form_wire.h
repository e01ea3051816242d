// Forms from their bytes, for the calls that come by the thousand. The generated parser looks at every text twice (once
// for UTF-8, once when the form is validated) and costs four times as much; this one looks once and says what it saw.
#pragma once

#include "common/form.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace jixiao {

// Tags of fields by their number: of numbers, and of what has a length (texts, bytes, messages).
constexpr std::uint32_t NumberTag(std::uint32_t field) {
  return field << 3 | 0;
}
constexpr std::uint32_t PartTag(std::uint32_t field) {
  return field << 3 | 2;
}

// Goes over the fields of one message. What it does not take, because it is malformed, not UTF-8 or unknown, is for the
// generated parser to judge: whoever reads with it reads again with that.
class FieldReader {
 public:
  // Reads a field, whose tag was read, into the message; false for what it does not know.
  template <class Message>
  using ReadField = bool (*)(FieldReader& in, Message& message);

  // Reads all of `bytes` into `message`, which is empty. `plain` becomes false with the first text that holds a
  // forbidden control character. When it returns false, `message` holds some part of them.
  template <class Message>
  static bool Read(std::string_view bytes, bool& plain, Message& message, ReadField<Message> read) {
    FieldReader fields(bytes, plain);
    while (fields.Next())
      if (!read(fields, message)) return false;
    return fields.at_ == fields.end_;
  }

  std::uint32_t tag() const { return tag_; }

  // Each takes the value of the field. A text that comes twice is left to the generated parser: of what was read no
  // text stands in the bytes that is not in the message.
  bool Take(std::string& text);
  // Negative numbers are no form's.
  bool Take(std::int32_t& number);
  bool Take(bool& flag);
  template <class Message>
  bool Take(Message& message, ReadField<Message> read) {
    std::string_view content;
    return TakeContent(content) && Read(content, plain_, message, read);
  }
  // A field of type bytes, or a message as it came.
  bool TakeContent(std::string_view& content);
  // A message of which TakeContent took the bytes; its texts count as this one's.
  template <class Message>
  bool ReadPart(std::string_view content, Message& message, ReadField<Message> read) {
    return Read(content, plain_, message, read);
  }

 private:
  FieldReader(std::string_view bytes, bool& plain)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), plain_(plain) {}

  // False at the end and where no tag can be read.
  bool Next() { return at_ != end_ && TakeVarint(tag_); }
  bool TakeVarint(std::uint32_t& value) {
    if (at_ == end_) return false;
    value = static_cast<unsigned char>(*at_);
    if (value >= 0x80) return TakeLongVarint(value);
    ++at_;
    return true;
  }
  // With the first byte in `value`.
  bool TakeLongVarint(std::uint32_t& value);

  const char* at_;
  const char* const end_;
  bool& plain_;
  std::uint32_t tag_ = 0;
};

// Reads one field of a form, whose tag was read; false for what it does not know.
bool ReadFormField(FieldReader& in, evaluation::v1::SelfEvaluation& form);

// Reads a whole form into `form`, as ParseFromString does.
bool ReadForm(std::string_view bytes, evaluation::v1::SelfEvaluation& form);

}  // namespace jixiao
