#include "common/canonical.h"

#include "common/cell_text.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"

#include <endian.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace jixiao {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kHeader = "jixiao-canonical-v1\n";
constexpr int kMaxDepth = 32;

// ---------------------------------------------------------------------------------------------------------- encoding

// What encoding a type takes, worked out once: its fields in the order of their names.
struct Plan {
  struct Field {
    const FieldDescriptor* field;
    std::string name;               // as it is written, with its length
    const Plan* message = nullptr;  // of the field's type, or of a map's values
    bool text = false;              // one string that is set when it is not empty, as nearly all fields of a form are
  };
  std::vector<Field> fields;
};

void PutU32(std::string& out, std::uint32_t n) {
  n = htobe32(n);
  out.append(reinterpret_cast<const char*>(&n), sizeof n);
}

void PutI64(std::string& out, std::int64_t n) {
  const std::uint64_t bytes = htobe64(static_cast<std::uint64_t>(n));
  out.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
}

void PutString(std::string& out, std::string_view text) {
  PutU32(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

// A string of a proto3 message: it cannot travel when it is not UTF-8.
absl::Status PutText(std::string& out, std::string_view text, const FieldDescriptor* field) {
  if (Examine(text) == CellText::kMalformed) return InvalidField("NOT_UTF8", field->full_name(), "is not UTF-8");
  PutString(out, text);
  return absl::OkStatus();
}

// The plans of all types that were encoded so far. They refer to each other, and none ever goes.
class Plans {
 public:
  const Plan& Of(const Descriptor* type) {
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = plans_.find(type); found != plans_.end()) return *found->second;
    }
    const std::unique_lock lock(mutex_);
    return Make(type);
  }

 private:
  const Plan& Make(const Descriptor* type) {
    const auto [place, added] = plans_.try_emplace(type);
    if (!added) return *place->second;
    place->second = std::make_unique<Plan>();
    Plan& plan = *place->second;
    for (int i = 0; i < type->field_count(); ++i) {
      Plan::Field made{type->field(i), {}};
      PutString(made.name, made.field->name());
      made.text = made.field->type() == FieldDescriptor::TYPE_STRING && !made.field->is_repeated() &&
                  !made.field->has_presence();
      const FieldDescriptor* value = made.field->is_map() ? made.field->message_type()->map_value() : made.field;
      if (value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) made.message = &Make(value->message_type());
      plan.fields.push_back(std::move(made));
    }
    std::sort(plan.fields.begin(), plan.fields.end(),
              [](const auto& a, const auto& b) { return a.field->name() < b.field->name(); });
    return plan;
  }

  std::shared_mutex mutex_;
  std::unordered_map<const Descriptor*, std::unique_ptr<Plan>> plans_;
};

const Plan& PlanOf(const Descriptor* type) {
  static Plans plans;
  return plans.Of(type);
}

absl::Status PutMessage(std::string& out, const Message& message, const Plan& plan);

// One element: of a singular field when index < 0, else of a repeated one. `nested` is a message's plan.
absl::Status PutValue(std::string& out, const Message& message, const FieldDescriptor* field, int index,
                      const Plan* nested) {
  const Reflection& r = *message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string scratch;
      const std::string& text = one ? r.GetStringReference(message, field, &scratch)
                                    : r.GetRepeatedStringReference(message, field, index, &scratch);
      const bool bytes = field->type() == FieldDescriptor::TYPE_BYTES;
      out.push_back(bytes ? 'b' : 's');
      if (!bytes) return PutText(out, text, field);
      PutString(out, text);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT32:
      out.push_back('i');
      PutI64(out, one ? r.GetInt32(message, field) : r.GetRepeatedInt32(message, field, index));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT64:
      out.push_back('i');
      PutI64(out, one ? r.GetInt64(message, field) : r.GetRepeatedInt64(message, field, index));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_UINT32:
      out.push_back('i');
      PutI64(out, one ? r.GetUInt32(message, field) : r.GetRepeatedUInt32(message, field, index));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_BOOL:
      out.push_back('t');
      out.push_back(static_cast<char>(one ? r.GetBool(message, field) : r.GetRepeatedBool(message, field, index)));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = one ? r.GetEnumValue(message, field) : r.GetRepeatedEnumValue(message, field, index);
      const auto* value = field->enum_type()->FindValueByNumber(number);
      if (value == nullptr)
        return InvalidField("UNKNOWN_ENUM_VALUE", field->full_name(),
                            Cat(number, " is not a value of ", field->enum_type()->name()));
      out.push_back('e');
      PutString(out, value->name());
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      out.push_back('m');
      return PutMessage(out, one ? r.GetMessage(message, field) : r.GetRepeatedMessage(message, field, index), *nested);
    default:
      return absl::InternalError(
          Cat("the canonical encoding has no floating point or 64-bit unsigned: ", field->full_name()));
  }
}

absl::Status PutMap(std::string& out, const Message& message, const FieldDescriptor* field, const Plan* nested) {
  const Reflection& r = *message.GetReflection();
  const FieldDescriptor* key = field->message_type()->map_key();
  const FieldDescriptor* value = field->message_type()->map_value();
  if (key->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return absl::InternalError("canonical maps have string keys");
  std::vector<const Message*> entries;
  entries.reserve(static_cast<std::size_t>(r.FieldSize(message, field)));
  for (int i = 0; i < r.FieldSize(message, field); ++i) entries.push_back(&r.GetRepeatedMessage(message, field, i));
  const auto key_of = [&](const Message* entry) { return entry->GetReflection()->GetString(*entry, key); };
  std::sort(entries.begin(), entries.end(), [&](const Message* a, const Message* b) { return key_of(a) < key_of(b); });
  out.push_back('d');
  PutU32(out, static_cast<std::uint32_t>(entries.size()));
  for (const Message* entry : entries) {
    RETURN_IF_ERROR(PutText(out, key_of(entry), key));
    RETURN_IF_ERROR(PutValue(out, *entry, value, -1, nested));
  }
  return absl::OkStatus();
}

absl::Status PutMessage(std::string& out, const Message& message, const Plan& plan) {
  const Reflection& r = *message.GetReflection();
  if (!r.GetUnknownFields(message).empty())
    return InvalidField("UNKNOWN_FIELD", message.GetDescriptor()->full_name(),
                        Cat("carries field number ", r.GetUnknownFields(message).field(0).number(),
                            ", which this version does not know and would lose"));
  std::string scratch;
  for (const auto& [field, name, nested, text] : plan.fields) {
    if (text) {
      const std::string& content = r.GetStringReference(message, field, &scratch);
      if (content.empty()) continue;
      out.append(name);
      out.push_back('s');
      RETURN_IF_ERROR(PutText(out, content, field));
      continue;
    }
    if (!field->is_repeated()) {
      if (!r.HasField(message, field)) continue;
      out.append(name);
      RETURN_IF_ERROR(PutValue(out, message, field, -1, nested));
      continue;
    }
    const int size = r.FieldSize(message, field);
    if (size == 0) continue;
    out.append(name);
    if (field->is_map()) {
      RETURN_IF_ERROR(PutMap(out, message, field, nested));
      continue;
    }
    out.push_back('l');
    PutU32(out, static_cast<std::uint32_t>(size));
    for (int i = 0; i < size; ++i) RETURN_IF_ERROR(PutValue(out, message, field, i, nested));
  }
  PutU32(out, 0);
  return absl::OkStatus();
}

absl::Status PutDocument(std::string& out, const Message& message) {
  out += kHeader;
  PutString(out, message.GetDescriptor()->full_name());
  return PutMessage(out, message, PlanOf(message.GetDescriptor()));
}

// ---------------------------------------------------------------------------------------------------------- decoding

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "CANONICAL_DAMAGED", Cat("not a canonical encoding: ", what));
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  absl::StatusOr<std::uint64_t> Number(std::size_t bytes) {
    if (rest_.size() < bytes) return Damaged("cut short");
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < bytes; ++i) n = n << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(bytes);
    return n;
  }

  absl::StatusOr<std::string_view> String() {
    ASSIGN_OR_RETURN(const std::uint64_t length, Number(4));
    if (rest_.size() < length) return Damaged("a string runs past the end");
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return text;
  }

 private:
  std::string_view rest_;
};

absl::Status ReadMessage(Reader& in, Message& message, const Plan& plan, int depth);

// Fields that are not set are left out: one that says nothing is no canonical form, except inside a list or map.
absl::Status DefaultWritten(const FieldDescriptor* field) {
  return Damaged(Cat("a default value of ", field->full_name(), " is written"));
}

// `alone`: the value of a field, and no element of a list or map.
absl::Status ReadValue(Reader& in, Message& message, const FieldDescriptor* field, const Plan* nested, bool add,
                       bool alone, int depth) {
  const Reflection& r = *message.GetReflection();
  const bool must_say_something = alone && !field->has_presence();
  ASSIGN_OR_RETURN(const std::uint64_t kind, in.Number(1));
  const auto expect = [&](char wanted) {
    return kind == static_cast<unsigned char>(wanted) ? absl::OkStatus()
                                                      : Damaged(Cat("wrong kind of value for ", field->full_name()));
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const bool bytes = field->type() == FieldDescriptor::TYPE_BYTES;
      RETURN_IF_ERROR(expect(bytes ? 'b' : 's'));
      ASSIGN_OR_RETURN(const std::string_view text, in.String());
      if (must_say_something && text.empty()) return DefaultWritten(field);
      if (!bytes && Examine(text) == CellText::kMalformed) return Damaged(Cat(field->full_name(), " is not UTF-8"));
      add ? r.AddString(&message, field, std::string(text)) : r.SetString(&message, field, std::string(text));
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32: {
      RETURN_IF_ERROR(expect('i'));
      ASSIGN_OR_RETURN(const std::uint64_t raw, in.Number(8));
      const auto n = static_cast<std::int64_t>(raw);
      if (must_say_something && n == 0) return DefaultWritten(field);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
        add ? r.AddInt64(&message, field, n) : r.SetInt64(&message, field, n);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
        if (n < std::numeric_limits<std::int32_t>::min() || n > std::numeric_limits<std::int32_t>::max())
          return Damaged(Cat("number out of range for ", field->full_name()));
        const auto value = static_cast<std::int32_t>(n);
        add ? r.AddInt32(&message, field, value) : r.SetInt32(&message, field, value);
      } else {
        if (n < 0 || n > std::numeric_limits<std::uint32_t>::max())
          return Damaged(Cat("number out of range for ", field->full_name()));
        const auto value = static_cast<std::uint32_t>(n);
        add ? r.AddUInt32(&message, field, value) : r.SetUInt32(&message, field, value);
      }
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      RETURN_IF_ERROR(expect('t'));
      ASSIGN_OR_RETURN(const std::uint64_t value, in.Number(1));
      if (value > 1) return Damaged("a truth value other than 0 or 1");
      if (must_say_something && value == 0) return DefaultWritten(field);
      add ? r.AddBool(&message, field, value != 0) : r.SetBool(&message, field, value != 0);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      RETURN_IF_ERROR(expect('e'));
      ASSIGN_OR_RETURN(const std::string_view name, in.String());
      const auto* value = field->enum_type()->FindValueByName(std::string(name));
      if (value == nullptr) return Damaged(Cat("unknown value of ", field->enum_type()->full_name()));
      if (must_say_something && value->number() == 0) return DefaultWritten(field);
      if (field->enum_type()->FindValueByNumber(value->number()) != value)
        return Damaged(Cat("another name of a value of ", field->enum_type()->full_name()));
      add ? r.AddEnum(&message, field, value) : r.SetEnum(&message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      RETURN_IF_ERROR(expect('m'));
      return ReadMessage(in, add ? *r.AddMessage(&message, field) : *r.MutableMessage(&message, field), *nested,
                         depth + 1);
    default:
      return Damaged("a kind of field that the encoding does not have");
  }
}

absl::Status ReadField(Reader& in, Message& message, const Plan::Field& planned, int depth) {
  const FieldDescriptor* const field = planned.field;
  const Plan* const nested = planned.message;
  if (!field->is_repeated()) {
    const google::protobuf::OneofDescriptor* const choice = field->containing_oneof();
    if (choice != nullptr && message.GetReflection()->HasOneof(message, choice))
      return Damaged(Cat("two of ", choice->full_name()));
    return ReadValue(in, message, field, nested, false, true, depth);
  }
  ASSIGN_OR_RETURN(const std::uint64_t kind, in.Number(1));
  if (kind != static_cast<unsigned char>(field->is_map() ? 'd' : 'l'))
    return Damaged(Cat("wrong kind of value for ", field->full_name()));
  ASSIGN_OR_RETURN(const std::uint64_t count, in.Number(4));
  if (count == 0) return DefaultWritten(field);
  std::string_view last_key;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (field->is_map()) {
      Message& entry = *message.GetReflection()->AddMessage(&message, field);
      ASSIGN_OR_RETURN(const std::string_view key, in.String());
      // Entries that share a key would still be two until somebody looks into the map.
      if (i > 0 && key <= last_key) return Damaged("the keys of a map do not ascend");
      if (Examine(key) == CellText::kMalformed) return Damaged(Cat("a key of ", field->full_name(), " is not UTF-8"));
      last_key = key;
      entry.GetReflection()->SetString(&entry, field->message_type()->map_key(), std::string(key));
      RETURN_IF_ERROR(ReadValue(in, entry, field->message_type()->map_value(), nested, false, false, depth));
    } else {
      RETURN_IF_ERROR(ReadValue(in, message, field, nested, true, false, depth));
    }
  }
  return absl::OkStatus();
}

// Passes over one value.
absl::Status SkipValue(Reader& in, int depth) {
  if (depth > kMaxDepth) return Damaged("nested too deeply");
  ASSIGN_OR_RETURN(const std::uint64_t kind, in.Number(1));
  switch (static_cast<char>(kind)) {
    case 's':
    case 'b':
    case 'e':
      return in.String().status();
    case 'i':
      return in.Number(8).status();
    case 't':
      return in.Number(1).status();
    case 'm':
      while (true) {
        ASSIGN_OR_RETURN(const std::string_view name, in.String());
        if (name.empty()) return absl::OkStatus();
        RETURN_IF_ERROR(SkipValue(in, depth + 1));
      }
    case 'l':
    case 'd': {
      ASSIGN_OR_RETURN(const std::uint64_t count, in.Number(4));
      for (std::uint64_t i = 0; i < count; ++i) {
        if (static_cast<char>(kind) == 'd') RETURN_IF_ERROR(in.String().status());
        RETURN_IF_ERROR(SkipValue(in, depth + 1));
      }
      return absl::OkStatus();
    }
    default:
      return Damaged("a kind of value that the encoding does not have");
  }
}

// A reader behind the header and the name of the type.
absl::StatusOr<Reader> Opened(std::string_view document, const Message& message) {
  if (!document.starts_with(kHeader)) return Damaged("no header");
  Reader in(document.substr(kHeader.size()));
  ASSIGN_OR_RETURN(const std::string_view type, in.String());
  if (type != message.GetDescriptor()->full_name())
    return Damaged(Cat("it does not hold a ", message.GetDescriptor()->full_name()));
  return in;
}

// Takes only what CanonicalEncode writes: fields in the order of their names, each once, none that is not set, the one
// name of each value, all texts UTF-8. So nothing has to be encoded again to be sure.
absl::Status ReadMessage(Reader& in, Message& message, const Plan& plan, int depth) {
  if (depth > kMaxDepth) return Damaged("nested too deeply");
  auto next = plan.fields.begin();
  while (true) {
    ASSIGN_OR_RETURN(const std::string_view name, in.String());
    if (name.empty()) return absl::OkStatus();
    while (next != plan.fields.end() && next->field->name() < name) ++next;
    if (next == plan.fields.end() || next->field->name() != name) {
      const bool known = message.GetDescriptor()->FindFieldByName(std::string(name)) != nullptr;
      return Damaged(known ? "not in canonical form" : Cat("unknown field in ", message.GetDescriptor()->full_name()));
    }
    RETURN_IF_ERROR(ReadField(in, message, *next++, depth));
  }
}

}  // namespace

absl::StatusOr<std::string> CanonicalEncode(const Message& message) {
  std::string out;
  out.reserve(1024);
  RETURN_IF_ERROR(PutDocument(out, message));
  return out;
}

absl::Status CanonicalDecode(std::string_view document, Message& message) {
  message.Clear();
  ASSIGN_OR_RETURN(Reader in, Opened(document, message));
  RETURN_IF_ERROR(ReadMessage(in, message, PlanOf(message.GetDescriptor()), 0));
  return in.empty() ? absl::OkStatus() : Damaged("bytes after the end");
}

absl::Status CanonicalDecodeFields(std::string_view document, std::initializer_list<std::string_view> fields,
                                   Message& message) {
  message.Clear();
  ASSIGN_OR_RETURN(Reader in, Opened(document, message));
  const Plan& plan = PlanOf(message.GetDescriptor());
  while (true) {
    ASSIGN_OR_RETURN(const std::string_view name, in.String());
    if (name.empty()) return absl::OkStatus();
    if (std::find(fields.begin(), fields.end(), name) == fields.end()) {
      RETURN_IF_ERROR(SkipValue(in, 1));
      continue;
    }
    const auto planned =
        std::ranges::find(plan.fields, name, [](const Plan::Field& f) -> std::string_view { return f.field->name(); });
    if (planned == plan.fields.end()) return Damaged(Cat("unknown field in ", message.GetDescriptor()->full_name()));
    RETURN_IF_ERROR(ReadField(in, message, *planned, 0));
  }
}

absl::StatusOr<std::string> CanonicalDigest(const Message& message) {
  std::string document;
  document.reserve(8192);  // most forms; it is not kept
  RETURN_IF_ERROR(PutDocument(document, message));
  return DigestOf(document);
}

}  // namespace jixiao
