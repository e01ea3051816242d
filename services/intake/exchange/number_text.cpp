#include "intake/exchange/number_text.h"

#include "common/errors.h"
#include "common/text.h"

#include <string>
#include <vector>

namespace jixiao::exchange {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 16;

// Builds the value as the parser reports its parts.
class Builder : public nlohmann::json_sax<json> {
 public:
  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  // Integers lose nothing; beyond 64 bits they come as number_float.
  bool number_integer(number_integer_t value) override { return Add(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Add(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& digits) override { return Add(digits); }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(json::object()); }
  bool start_array(std::size_t) override { return Open(json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) {
      fault_ = Cat("字段 ", TruncateUtf8(name, 100), " 出现两次");
      return false;
    }
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fault_ = Cat("第 ", position, " 个字节处不是 JSON");
    return false;
  }

  json value() && { return std::move(root_); }
  const std::string& fault() const { return fault_; }

 private:
  // Where a new value goes. Places in objects and in the last element of arrays stay where they are while it is filled.
  json* Place(json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[key_] = std::move(value));
  }
  bool Add(json value) {
    Place(std::move(value));
    return true;
  }
  bool Open(json value) {
    if (open_.size() >= kMaxDepth) {
      fault_ = Cat("嵌套超过 ", kMaxDepth, " 层");
      return false;
    }
    open_.push_back(Place(std::move(value)));
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  json root_;
  std::vector<json*> open_;
  std::string key_;
  std::string fault_;
};

}  // namespace

absl::StatusOr<json> ParseKeepingDigits(std::string_view text) {
  Builder builder;
  if (!json::sax_parse(text, &builder))
    return InvalidField("MESSAGE_UNREADABLE", "message", builder.fault().empty() ? "不是 JSON" : builder.fault());
  return std::move(builder).value();
}

}  // namespace jixiao::exchange
