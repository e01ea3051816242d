#include "archiving/retention/policy.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/policy_file.h"
#include "common/text.h"
#include "scoring/engine/literal.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <utility>

namespace jixiao::archiving {
namespace {

using evaluation::v1::SelfEvaluation;

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kShanghai = 8 * 3600 * kMicros;
constexpr int kMostYears = 1000;

constexpr char kReason[] = "POLICY_INVALID";

absl::Status Invalid(const YAML::Node& node, std::string_view what) {
  return policy_file::Fault(kReason, node, what);
}

absl::StatusOr<std::string> ReadText(const YAML::Node& node) {
  if (!node.IsScalar() || node.Scalar().size() > 300) return Invalid(node, "must be a short text");
  return node.Scalar();
}

absl::StatusOr<int> ReadNumber(const YAML::Node& node, int most) {
  int number = -1;
  const std::string text = node.IsScalar() ? node.Scalar() : std::string();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > most)
    return Invalid(node, Cat("must be a number from 0 to ", most));
  return number;
}

absl::StatusOr<std::vector<std::string>> ReadTexts(const YAML::Node& node) {
  if (!node.IsSequence() || node.size() == 0) return Invalid(node, "must be a list that is not empty");
  std::vector<std::string> texts;
  for (const YAML::Node& item : node) {
    ASSIGN_OR_RETURN(std::string text, ReadText(item));
    texts.push_back(std::move(text));
  }
  return texts;
}

constexpr std::pair<std::string_view, int> kKinds[] = {{"project", evaluation::v1::FORM_KIND_PROJECT},
                                                       {"department", evaluation::v1::FORM_KIND_DEPARTMENT},
                                                       {"transfer", evaluation::v1::FORM_KIND_TRANSFER_PAYMENT}};
constexpr std::pair<std::string_view, int> kStages[] = {{"department", intake::v1::REVIEW_STAGE_DEPARTMENT},
                                                        {"finance", intake::v1::REVIEW_STAGE_FINANCE}};

template <std::size_t N>
absl::StatusOr<std::set<int>> ReadNames(const YAML::Node& node, const std::pair<std::string_view, int> (&names)[N]) {
  ASSIGN_OR_RETURN(const std::vector<std::string> texts, ReadTexts(node));
  std::set<int> out;
  for (const std::string& text : texts) {
    const auto* const found = std::find_if(names, names + N, [&](const auto& name) { return name.first == text; });
    if (found == names + N) return Invalid(node, Cat("there is no ", text));
    out.insert(found->second);
  }
  return out;
}

// Puts `value` in the place of every {name} of `text`.
void Put(std::string& text, std::string_view name, std::string_view value) {
  const std::string place = Cat("{", name, "}");
  for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
    text.replace(at, place.size(), value);
}

// The digits of {number:N}; nothing when `text` has no such place. `at` and `size` say where it stands.
std::optional<int> NumberPlace(std::string_view text, std::size_t& at, std::size_t& size) {
  at = text.find("{number:");
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find('}', at);
  if (end != at + 9) return std::nullopt;
  size = end + 1 - at;
  const char digit = text[at + 8];
  return digit >= '1' && digit <= '9' ? std::optional<int>(digit - '0') : std::nullopt;
}

// What is wrong with the composition of codes; empty when nothing is.
std::string FaultOfCode(std::string code) {
  for (const std::string_view name : {"fonds", "category", "year", "class", "region", "unit"}) Put(code, name, "");
  std::size_t at = 0;
  std::size_t size = 0;
  if (!NumberPlace(code, at, size)) return "code must have {number:N}, N from 1 to 9";
  code.erase(at, size);
  if (code.find_first_of("{}") != std::string::npos)
    return "code may have {fonds}, {category}, {year}, {class}, {region}, {unit} and one {number:N}";
  return {};
}

// Any figure, in Chinese, too.
bool SaysFigure(std::string_view cell) {
  const std::string folded = scoring::Fold(cell);
  if (folded.find_first_of("0123456789") != std::string::npos) return true;
  for (const std::string_view figure : {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千", "万",
                                        "亿", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖", "拾", "佰", "仟"})
    if (folded.find(figure) != std::string::npos) return true;
  return false;
}

// Whether the largest amount of the funds table is `least` 元 or more, or may be: what cannot be read as an amount may
// be any, and a record that is kept too long can be disposed of later.
bool MayReach(const SelfEvaluation& form, const Decimal& least) {
  const bool ten_thousand = form.amount_unit() != evaluation::v1::AMOUNT_UNIT_YUAN;
  for (const evaluation::v1::FundLine& line : form.funds()) {
    for (const std::string* cell : {&line.initial_budget(), &line.full_year_budget(), &line.executed()}) {
      const std::optional<Decimal> amount = scoring::ReadAmount(*cell, ten_thousand);  // 万元
      const std::optional<Decimal> yuan = amount ? Decimal::Mul(*amount, Decimal(10'000)) : std::nullopt;
      if (yuan ? *yuan >= least : SaysFigure(*cell)) return true;
    }
  }
  return false;
}

}  // namespace

// Reads the private parts of a policy.
struct RetentionPolicyReader {
  using Class = RetentionPolicy::Class;
  using Rule = RetentionPolicy::Rule;

  static absl::Status ReadClass(const YAML::Node& node, RetentionPolicy& policy) {
    Class made;
    RETURN_IF_ERROR(
        policy_file::ForEachEntry(kReason, node, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
          if (key == "name") {
            ASSIGN_OR_RETURN(made.name, ReadText(value));
          } else if (key == "code") {
            ASSIGN_OR_RETURN(made.code, ReadText(value));
          } else if (key == "years") {
            ASSIGN_OR_RETURN(made.years, ReadNumber(value, kMostYears));
          } else {
            return Invalid(value, Cat("a class has no ", key));
          }
          return absl::OkStatus();
        }));
    if (made.name.empty() || made.code.empty()) return Invalid(node, "a class needs name and code");
    for (const Class& other : policy.classes_)
      if (other.name == made.name || other.code == made.code) return Invalid(node, "a class is there twice");
    policy.classes_.push_back(std::move(made));
    return absl::OkStatus();
  }

  static absl::Status ReadYears(const YAML::Node& node, Rule& rule) {
    return policy_file::ForEachEntry(
        kReason, node, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
          if (key != "from" && key != "to") return Invalid(value, Cat("years have no ", key));
          ASSIGN_OR_RETURN((key == "from" ? rule.from_year : rule.to_year), ReadNumber(value, 9999));
          return absl::OkStatus();
        });
  }

  static absl::Status ReadCondition(const std::string& key, const YAML::Node& value, Rule& rule) {
    if (key == "kinds") {
      ASSIGN_OR_RETURN(rule.kinds, ReadNames(value, kKinds));
    } else if (key == "stages") {
      ASSIGN_OR_RETURN(rule.stages, ReadNames(value, kStages));
    } else if (key == "years") {
      return ReadYears(value, rule);
    } else if (key == "amount_at_least") {
      rule.amount_at_least = value.IsScalar() ? Decimal::Parse(value.Scalar()) : std::nullopt;
      if (!rule.amount_at_least) return Invalid(value, "must be an exact decimal in 元");
    } else if (key == "regions" || key == "departments" || key == "units" || key == "grades") {
      ASSIGN_OR_RETURN(std::vector<std::string> texts, ReadTexts(value));
      std::set<std::string, std::less<>> set(texts.begin(), texts.end());
      if (key == "regions") rule.regions = std::move(texts);
      if (key == "departments") rule.departments = std::move(set);
      if (key == "units") rule.units = std::move(set);
      if (key == "grades") rule.grades = std::move(set);
    } else {
      return Invalid(value, Cat("a rule has no ", key));
    }
    return absl::OkStatus();
  }

  // Sets `last` when the rule fits everything.
  static absl::Status ReadRule(const YAML::Node& node, RetentionPolicy& policy, bool& last) {
    Rule rule;
    std::string class_name;
    bool conditions = false;
    RETURN_IF_ERROR(
        policy_file::ForEachEntry(kReason, node, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
          if (key != "id" && key != "class" && key != "authority") {
            conditions = true;
            return ReadCondition(key, value, rule);
          }
          ASSIGN_OR_RETURN((key == "id" ? rule.id : key == "class" ? class_name : rule.authority), ReadText(value));
          return absl::OkStatus();
        }));
    if (last) return Invalid(node, "no rule can follow one that fits everything");
    last = !conditions;
    if (rule.id.empty()) return Invalid(node, "a rule needs an id");
    for (const Rule& other : policy.rules_)
      if (other.id == rule.id) return Invalid(node, Cat("rule ", rule.id, " is there twice"));
    const auto found = std::find_if(policy.classes_.begin(), policy.classes_.end(),
                                    [&](const Class& known) { return known.name == class_name; });
    if (found == policy.classes_.end()) return Invalid(node, Cat("there is no class ", class_name));
    rule.class_index = static_cast<std::size_t>(found - policy.classes_.begin());
    policy.rules_.push_back(std::move(rule));
    return absl::OkStatus();
  }

  static absl::Status Read(const YAML::Node& root, RetentionPolicy& policy) {
    YAML::Node rules;
    RETURN_IF_ERROR(
        policy_file::ForEachEntry(kReason, root, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
          if (key == "fonds") {
            ASSIGN_OR_RETURN(policy.fonds_, ReadText(value));
          } else if (key == "category") {
            ASSIGN_OR_RETURN(policy.category_, ReadText(value));
          } else if (key == "code") {
            ASSIGN_OR_RETURN(policy.code_, ReadText(value));
            if (const std::string fault = FaultOfCode(policy.code_); !fault.empty()) return Invalid(value, fault);
          } else if (key == "counted_from") {
            ASSIGN_OR_RETURN(const std::string start, ReadText(value));
            if (start != "next_year" && start != "archive_time") return Invalid(value, "next_year or archive_time");
            policy.start_ = start == "next_year" ? v1::RETENTION_START_NEXT_YEAR : v1::RETENTION_START_ARCHIVE_TIME;
          } else if (key == "classes") {
            if (!value.IsSequence()) return Invalid(value, "classes is a list");
            for (const YAML::Node& node : value) RETURN_IF_ERROR(ReadClass(node, policy));
          } else if (key == "rules") {
            if (!value.IsSequence()) return Invalid(value, "rules is a list");
            rules.reset(value);  // once the classes are known
          } else {
            return Invalid(value, Cat("a policy has no ", key));
          }
          return absl::OkStatus();
        }));
    bool last = false;
    if (rules.IsDefined() && rules.IsSequence())
      for (const YAML::Node& node : rules) RETURN_IF_ERROR(ReadRule(node, policy, last));
    if (!last) return Invalid(root, "the last rule must fit everything: one without conditions");
    return absl::OkStatus();
  }
};

const RetentionPolicy& RetentionPolicy::Default() {
  static const RetentionPolicy policy = [] {
    auto parsed = Parse(std::string(DefaultText()));
    if (!parsed.ok()) std::abort();  // a test reads it
    return *std::move(parsed);
  }();
  return policy;
}

absl::StatusOr<RetentionPolicy> RetentionPolicy::Parse(const std::string& text) {
  YAML::Node root;
  try {
    root = YAML::Load(text);
  } catch (const YAML::Exception& error) {
    return InvalidField("POLICY_INVALID", Cat("line ", error.mark.line + 1), error.msg);
  }
  RetentionPolicy policy;
  RETURN_IF_ERROR(RetentionPolicyReader::Read(root, policy));
  policy.digest_ = DigestOf(text);
  return policy;
}

bool RetentionPolicy::Fits(const Rule& rule, const SelfEvaluation& form, const evaluation::v1::Scorecard& card,
                           const intake::v1::ReviewRecord* review) {
  const int kind =
      form.kind() == evaluation::v1::FORM_KIND_UNSPECIFIED ? evaluation::v1::FORM_KIND_PROJECT : form.kind();
  if (!rule.kinds.empty() && !rule.kinds.contains(kind)) return false;
  if (!rule.regions.empty() && std::none_of(rule.regions.begin(), rule.regions.end(), [&](const std::string& region) {
        return form.region_code().starts_with(region);
      }))
    return false;
  if (form.fiscal_year() < rule.from_year || form.fiscal_year() > rule.to_year) return false;
  if (!rule.stages.empty() &&
      (review == nullptr || std::none_of(review->stages().begin(), review->stages().end(),
                                         [&](int stage) { return rule.stages.contains(stage); })))
    return false;
  const auto is = [](const std::set<std::string, std::less<>>& wanted, const evaluation::v1::Organization& who) {
    return wanted.empty() || wanted.contains(who.name()) || wanted.contains(who.code());
  };
  if (!is(rule.departments, form.competent_department()) || !is(rule.units, form.implementing_unit())) return false;
  if (!rule.grades.empty() && !rule.grades.contains(card.grade())) return false;
  return !rule.amount_at_least || MayReach(form, *rule.amount_at_least);
}

v1::RetentionDecision RetentionPolicy::Decide(const SelfEvaluation& form, const evaluation::v1::Scorecard& card,
                                              const intake::v1::ReviewRecord* review) const {
  // The last rule fits everything.
  const auto rule = std::find_if(rules_.begin(), rules_.end() - 1,
                                 [&](const Rule& known) { return Fits(known, form, card, review); });
  const Class& kept = classes_[rule->class_index];
  v1::RetentionDecision decision;
  decision.set_class_name(kept.name);
  decision.set_class_code(kept.code);
  decision.set_permanent(!kept.years);
  decision.set_years(kept.years.value_or(0));
  decision.set_start(start_);
  decision.set_rule(rule->id);
  decision.set_authority(rule->authority);
  decision.set_policy_digest(digest_);
  decision.set_fonds(fonds_);
  std::string code = code_;
  // What a form says must not open places of its own.
  const auto plain = [](std::string text) {
    std::erase_if(text, [](char c) { return c == '{' || c == '}' || static_cast<unsigned char>(c) < 0x20; });
    return std::string(TruncateUtf8(text, 60));
  };
  Put(code, "fonds", plain(fonds_));
  Put(code, "category", plain(category_));
  Put(code, "year", form.fiscal_year() == 0 ? std::string("0000") : Cat(form.fiscal_year()));
  Put(code, "class", plain(kept.code));
  Put(code, "region", plain(form.region_code()));
  Put(code, "unit", plain(form.implementing_unit().code()));
  decision.set_archival_code(std::move(code));
  return decision;
}

std::string ArchivalCode(const v1::RetentionDecision& decision, std::int64_t index) {
  std::string code = decision.archival_code();
  std::size_t at = 0;
  std::size_t size = 0;
  const std::optional<int> digits = NumberPlace(code, at, size);
  if (!digits) return code;
  std::string number = Cat(index + 1);
  if (number.size() < static_cast<std::size_t>(*digits))
    number.insert(0, static_cast<std::size_t>(*digits) - number.size(), '0');
  return code.replace(at, size, number);
}

std::optional<std::int64_t> RetentionEnd(const v1::RetentionDecision& decision, std::int64_t archive_time) {
  using namespace std::chrono;
  if (decision.permanent()) return std::nullopt;
  const sys_time<microseconds> local{microseconds(archive_time + kShanghai)};
  const auto day = floor<days>(local);
  const year_month_day date(day);
  if (decision.start() == v1::RETENTION_START_ARCHIVE_TIME) {
    year_month_day end = date + years(decision.years());
    if (!end.ok()) end = end.year() / end.month() / last;  // the 29th of February
    return (sys_days(end).time_since_epoch() + (local - day)) / microseconds(1) - kShanghai;
  }
  const year_month_day end = (date.year() + years(1 + decision.years())) / January / 1;
  return sys_days(end).time_since_epoch() / microseconds(1) - kShanghai;
}

}  // namespace jixiao::archiving
