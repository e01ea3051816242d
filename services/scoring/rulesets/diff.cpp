#include "scoring/rulesets/diff.h"

#include "common/text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace jixiao::scoring {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Fields by which people name the entries of a list, the best first.
constexpr std::array<std::string_view, 4> kKeys{"code", "name", "path", "instrument"};

// Stands for a message that is there without any field of its own.
constexpr std::string_view kPresent = "{}";

// The value of a scalar field, or of its entry `index`, as text.
std::string TextOf(const Message& message, const FieldDescriptor* field, int index = -1) {
  const auto& r = *message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? r.GetString(message, field) : r.GetRepeatedString(message, field, index);
    case FieldDescriptor::CPPTYPE_INT32:
      return Cat(one ? r.GetInt32(message, field) : r.GetRepeatedInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return Cat(one ? r.GetInt64(message, field) : r.GetRepeatedInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return Cat(one ? r.GetUInt32(message, field) : r.GetRepeatedUInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return Cat(one ? r.GetUInt64(message, field) : r.GetRepeatedUInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? r.GetBool(message, field) : r.GetRepeatedBool(message, field, index)) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = one ? r.GetEnumValue(message, field) : r.GetRepeatedEnumValue(message, field, index);
      const auto* value = field->enum_type()->FindValueByNumber(number);
      return value != nullptr ? value->name() : Cat(number);
    }
    default:  // rule sets have no floating point; a message is taken apart, not printed
      return {};
  }
}

bool IsMessage(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// The entries of one list on one side, each by its key.
struct Entries {
  std::vector<std::string> keys;               // in the list's order
  std::map<std::string, int, std::less<>> at;  // key to index
  bool unique = true;
};

const FieldDescriptor* KeyField(const FieldDescriptor* list) {
  if (!IsMessage(list)) return nullptr;
  for (const std::string_view name : kKeys) {
    const FieldDescriptor* key = list->message_type()->FindFieldByName(std::string(name));
    if (key != nullptr && !key->is_repeated() && key->cpp_type() == FieldDescriptor::CPPTYPE_STRING) return key;
  }
  return nullptr;
}

Entries EntriesOf(const Message* message, const FieldDescriptor* list, bool by_index) {
  Entries entries;
  if (message == nullptr) return entries;
  const auto& r = *message->GetReflection();
  const FieldDescriptor* key = KeyField(list);
  for (int i = 0; i < r.FieldSize(*message, list); ++i) {
    std::string text;
    if (by_index || (IsMessage(list) && key == nullptr))
      text = Cat(i);
    else if (key != nullptr)
      text = TextOf(r.GetRepeatedMessage(*message, list, i), key);
    else
      text = TextOf(*message, list, i);
    if (text.empty() || !entries.at.emplace(text, i).second) entries.unique = false;
    entries.keys.push_back(std::move(text));
  }
  return entries;
}

std::string Joined(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) Append(text, text.empty() ? "" : "、", key);
  return text;
}

class Comparison {
 public:
  // Either may be nullptr: nothing stands there.
  void Messages(const std::string& path, const Message* from, const Message* to) {
    if (from == nullptr && to == nullptr) return;
    const std::size_t before = changes_.size();
    const auto* type = (from != nullptr ? from : to)->GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const std::string inner = path.empty() ? field->name() : Cat(path, ".", field->name());
      if (field->is_repeated())
        List(inner, field, from, to);
      else if (IsMessage(field))
        Messages(inner, Part(from, field), Part(to, field));
      else
        Scalar(inner, field, from, to);
    }
    if (changes_.size() == before && (from == nullptr) != (to == nullptr))
      Add(path, from != nullptr ? kPresent : "", to != nullptr ? kPresent : "");
  }

  std::vector<v1::FieldChange> Take() { return std::move(changes_); }

 private:
  static const Message* Part(const Message* message, const FieldDescriptor* field) {
    if (message == nullptr || !message->GetReflection()->HasField(*message, field)) return nullptr;
    return &message->GetReflection()->GetMessage(*message, field);
  }

  // What a side has in a scalar field; nothing when the side, or an optional value, is absent.
  static std::optional<std::string> ValueOf(const Message* message, const FieldDescriptor* field) {
    if (message == nullptr) return std::nullopt;
    if (field->has_presence() && !message->GetReflection()->HasField(*message, field)) return std::nullopt;
    return TextOf(*message, field);
  }

  void Scalar(const std::string& path, const FieldDescriptor* field, const Message* from, const Message* to) {
    const std::optional<std::string> a = ValueOf(from, field);
    const std::optional<std::string> b = ValueOf(to, field);
    if (a == b) return;
    // An entry that came or went is told by what it says, not by what it leaves at rest.
    const Message* only = from == nullptr ? to : to == nullptr ? from : nullptr;
    if (only != nullptr && !only->GetReflection()->HasField(*only, field)) return;
    Add(path, a.value_or(""), b.value_or(""));
  }

  void List(const std::string& path, const FieldDescriptor* list, const Message* from, const Message* to) {
    Entries a = EntriesOf(from, list, false);
    Entries b = EntriesOf(to, list, false);
    if (!a.unique || !b.unique) {
      a = EntriesOf(from, list, true);
      b = EntriesOf(to, list, true);
    }
    for (const std::string& key : a.keys) Entry(path, list, key, from, a, to, b);
    for (const std::string& key : b.keys)
      if (!a.at.contains(key)) Entry(path, list, key, from, a, to, b);
    Order(path, a, b);
  }

  void Entry(const std::string& path, const FieldDescriptor* list, const std::string& key, const Message* from,
             const Entries& a, const Message* to, const Entries& b) {
    const std::string inner = Cat(path, "[", key, "]");
    const auto in_a = a.at.find(key);
    const auto in_b = b.at.find(key);
    if (IsMessage(list)) {
      const auto part = [list](const Message* message, int index) {
        return &message->GetReflection()->GetRepeatedMessage(*message, list, index);
      };
      Messages(inner, in_a != a.at.end() ? part(from, in_a->second) : nullptr,
               in_b != b.at.end() ? part(to, in_b->second) : nullptr);
      return;
    }
    const std::string before = in_a != a.at.end() ? TextOf(*from, list, in_a->second) : "";
    const std::string after = in_b != b.at.end() ? TextOf(*to, list, in_b->second) : "";
    if (before != after || (in_a == a.at.end()) != (in_b == b.at.end())) Add(inner, before, after);
  }

  // Entries that both sides have, but in another order.
  void Order(const std::string& path, const Entries& a, const Entries& b) {
    std::vector<std::string> before;
    std::vector<std::string> after;
    for (const std::string& key : a.keys)
      if (b.at.contains(key)) before.push_back(key);
    for (const std::string& key : b.keys)
      if (a.at.contains(key)) after.push_back(key);
    if (before != after) Add(path, Joined(a.keys), Joined(b.keys));
  }

  void Add(const std::string& field, std::string_view from, std::string_view to) {
    v1::FieldChange& change = changes_.emplace_back();
    change.set_field(field);
    change.set_from(std::string(from));
    change.set_to(std::string(to));
  }

  std::vector<v1::FieldChange> changes_;
};

}  // namespace

std::vector<v1::FieldChange> Diff(const v1::RuleSet& from, const v1::RuleSet& to) {
  Comparison comparison;
  comparison.Messages("", &from, &to);
  return comparison.Take();
}

}  // namespace jixiao::scoring
