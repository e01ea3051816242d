#include "intake/workflow/review_policy.h"

#include "common/canonical.h"
#include "common/decimal.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/policy_file.h"
#include "common/text.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace jixiao::intake {
namespace {

using evaluation::v1::Severity;

constexpr char kReason[] = "POLICY_INVALID";

absl::Status Invalid(const YAML::Node& node, std::string_view what) {
  return policy_file::Fault(kReason, node, what);
}

constexpr std::pair<std::string_view, v1::FindingClass> kClassNames[] = {{"invalid", v1::FINDING_CLASS_INVALID},
                                                                         {"confirm", v1::FINDING_CLASS_CONFIRM},
                                                                         {"waive", v1::FINDING_CLASS_WAIVE},
                                                                         {"note", v1::FINDING_CLASS_NOTE}};
constexpr std::pair<std::string_view, Severity> kSeverityNames[] = {{"error", evaluation::v1::SEVERITY_ERROR},
                                                                    {"warning", evaluation::v1::SEVERITY_WARNING},
                                                                    {"info", evaluation::v1::SEVERITY_INFO}};

absl::StatusOr<v1::FindingClass> ReadClass(const YAML::Node& node) {
  if (node.IsScalar())
    for (const auto& [name, value] : kClassNames)
      if (node.Scalar() == name) return value;
  return Invalid(node, "a class is invalid, confirm, waive or note");
}

bool IsCode(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool IsRegion(std::string_view text) {
  return !text.empty() && text.size() <= 9 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// An entry that is left empty stands for an empty map.
template <class Each>
absl::Status ForEachEntry(const YAML::Node& node, Each&& each) {
  if (!node || node.IsNull()) return absl::OkStatus();
  return policy_file::ForEachEntry(kReason, node, each);
}

absl::StatusOr<std::string> ReadDecimal(const YAML::Node& node) {
  if (!node.IsScalar() || !Decimal::Parse(node.Scalar())) return Invalid(node, "is not an exact decimal");
  return node.Scalar();
}

absl::Status ReadAmounts(const YAML::Node& node, v1::RiskWeights& risk) {
  if (!node.IsSequence()) return Invalid(node, "amounts is a list");
  risk.clear_amounts();
  for (const YAML::Node& item : node) {
    v1::AmountRisk& band = *risk.add_amounts();
    RETURN_IF_ERROR(ForEachEntry(item, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
      ASSIGN_OR_RETURN(const std::string number, ReadDecimal(value));
      if (key == "at_least")
        band.set_at_least(number);
      else if (key == "points")
        band.set_points(number);
      else
        return Invalid(value, Cat("an amount has no ", key));
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::Status ReadRisk(const YAML::Node& node, v1::RiskWeights& risk) {
  return ForEachEntry(node, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
    if (key == "codes")
      return ForEachEntry(value, [&](const std::string& code, const YAML::Node& points) -> absl::Status {
        if (!IsCode(code)) return Invalid(points, Cat(code, " is no code of a finding"));
        ASSIGN_OR_RETURN((*risk.mutable_codes())[code], ReadDecimal(points));
        return absl::OkStatus();
      });
    if (key == "amounts") return ReadAmounts(value, risk);
    const auto* const field = v1::RiskWeights::descriptor()->FindFieldByName(key);
    if (field == nullptr || field->is_repeated()) return Invalid(value, Cat("risk has no ", key));
    ASSIGN_OR_RETURN(const std::string number, ReadDecimal(value));
    risk.GetReflection()->SetString(&risk, field, number);
    return absl::OkStatus();
  });
}

}  // namespace

// Reads the private parts of a policy.
struct PolicyReader {
  static absl::Status ReadClasses(const YAML::Node& node, ReviewPolicy::Classes& classes) {
    return ForEachEntry(node, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
      if (key == "severity")
        return ForEachEntry(value, [&](const std::string& name, const YAML::Node& of) -> absl::Status {
          for (const auto& [known, severity] : kSeverityNames) {
            if (name != known) continue;
            ASSIGN_OR_RETURN(classes.by_severity[severity], ReadClass(of));
            return absl::OkStatus();
          }
          return Invalid(of, Cat("there is no severity ", name));
        });
      if (key == "codes")
        return ForEachEntry(value, [&](const std::string& code, const YAML::Node& of) -> absl::Status {
          if (!IsCode(code)) return Invalid(of, Cat(code, " is no code of a finding"));
          ASSIGN_OR_RETURN(classes.by_code[code], ReadClass(of));
          return absl::OkStatus();
        });
      return Invalid(value, Cat("classes have no ", key));
    });
  }

  static absl::Status Read(const YAML::Node& root, ReviewPolicy& policy) {
    return ForEachEntry(root, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
      if (key == "classes") return ReadClasses(value, policy.general_);
      if (key == "regions")
        return ForEachEntry(value, [&](const std::string& region, const YAML::Node& of) -> absl::Status {
          if (!IsRegion(region)) return Invalid(of, Cat(region, " is no start of a division code"));
          return ReadClasses(of, policy.regions_[region]);
        });
      if (key == "risk") {
        RETURN_IF_ERROR(ReadRisk(value, policy.risk_));
        if (const std::string fault = FaultOf(policy.risk_); !fault.empty()) return Invalid(value, fault);
        return absl::OkStatus();
      }
      return Invalid(value, Cat("a policy has no ", key));
    });
  }
};

const ReviewPolicy& ReviewPolicy::Default() {
  static const ReviewPolicy policy = [] {
    ReviewPolicy made;
    // The text is ours; a test reads it.
    if (!made.Read(std::string(DefaultText())).ok()) std::abort();
    made.Seal();
    return made;
  }();
  return policy;
}

absl::StatusOr<ReviewPolicy> ReviewPolicy::Parse(const std::string& text) {
  ReviewPolicy policy = Default();
  RETURN_IF_ERROR(policy.Read(text));
  policy.Seal();
  return policy;
}

absl::Status ReviewPolicy::Read(const std::string& text) {
  constexpr std::size_t kMaxText = 1024 * 1024;
  if (text.size() > kMaxText) return InvalidField("POLICY_INVALID", "policy", "is larger than 1 MiB");
  // yaml-cpp tells faults of syntax only by exceptions.
  try {
    return PolicyReader::Read(YAML::Load(text), *this);
  } catch (const YAML::Exception& error) {
    return InvalidField("POLICY_INVALID", Cat("line ", error.mark.line + 1), "is not YAML");
  }
}

void ReviewPolicy::Seal() {
  std::string text = "jixiao-review-policy-v1\n";
  const auto put = [&](std::string_view region, const Classes& classes) {
    for (std::size_t i = 0; i < classes.by_severity.size(); ++i)
      Append(text, region, "|", i, "=", static_cast<int>(classes.by_severity[i]), "\n");
    for (const auto& [code, of] : classes.by_code) Append(text, region, "|", code, "=", static_cast<int>(of), "\n");
  };
  put("", general_);
  for (const auto& [region, classes] : regions_) put(region, classes);
  text += CanonicalDigest(risk_).value_or("");
  digest_ = DigestOf(text);
}

v1::FindingClass ReviewPolicy::ClassOf(std::string_view region_code, const evaluation::v1::Finding& finding) const {
  std::vector<const Classes*> scopes;  // the most special one first
  for (std::size_t length = region_code.size(); length > 0; --length)
    if (const auto found = regions_.find(region_code.substr(0, length)); found != regions_.end())
      scopes.push_back(&found->second);
  scopes.push_back(&general_);
  for (const Classes* scope : scopes)
    if (const auto found = scope->by_code.find(finding.code()); found != scope->by_code.end()) return found->second;
  const auto severity = static_cast<std::size_t>(finding.severity());
  for (const Classes* scope : scopes)
    if (severity < scope->by_severity.size() && scope->by_severity[severity] != v1::FINDING_CLASS_UNSPECIFIED)
      return scope->by_severity[severity];
  return v1::FINDING_CLASS_CONFIRM;  // a severity of a later version: someone looks at it
}

std::string FaultOf(const v1::RiskWeights& weights) {
  const auto bad = [](const std::string& text) {
    const auto number = Decimal::Parse(text);
    return !number || number->IsNegative() || number->scale() > 4 || *number > Decimal(1'000'000);
  };
  constexpr std::string_view kWhat = ": is not an exact decimal from 0 to 1000000 with at most 4 places";
  for (const auto& [name, value] : {std::pair("error", &weights.error()), std::pair("warning", &weights.warning()),
                                    std::pair("info", &weights.info()), std::pair("difference", &weights.difference()),
                                    std::pair("difference_at_most", &weights.difference_at_most())})
    if (!value->empty() && bad(*value)) return Cat(name, kWhat);
  for (const auto& [code, points] : weights.codes())
    if (!IsCode(code) || bad(points)) return Cat("codes", kWhat);
  std::optional<Decimal> last;
  for (const auto& band : weights.amounts()) {
    const auto from = Decimal::Parse(band.at_least());
    if (!from || bad(band.points())) return Cat("amounts", kWhat);
    if (last && *from <= *last) return "amounts: at_least does not rise";
    last = from;
  }
  return "";
}

std::string_view TitleOf(v1::FindingClass finding_class) {
  constexpr std::string_view kTitles[] = {"", "须修改", "须说明", "须豁免", "提示"};
  static_assert(std::size(kTitles) == v1::FindingClass_ARRAYSIZE);
  return v1::FindingClass_IsValid(finding_class) ? kTitles[finding_class] : std::string_view("未知");
}

std::string_view TitleOf(v1::AnswerState state) {
  constexpr std::string_view kTitles[] = {"", "—", "待说明", "已说明", "豁免待批", "已豁免", "豁免到期", "须修改"};
  static_assert(std::size(kTitles) == v1::AnswerState_ARRAYSIZE);
  return v1::AnswerState_IsValid(state) ? kTitles[state] : std::string_view("未知");
}

}  // namespace jixiao::intake
